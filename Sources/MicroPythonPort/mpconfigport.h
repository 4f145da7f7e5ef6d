// What the interpreter is made of: that of a QuecPython module (the 1.12/1.13 line), and nothing of the host.
#include <alloca.h>
#include <stdint.h>

#define PORT_DIALECT "1.13"
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_STATE_PORT MP_STATE_VM

// As the module's: doubles, long integers, one lock, a queue of 64 callbacks, strings of bytes.
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_PY_THREAD (1)
#define MICROPY_PY_THREAD_GIL (1)
#define MICROPY_PY_THREAD_GIL_VM_DIVISOR (0x7fffffff) // The step hook decides whose turn it is.
#define MICROPY_SCHEDULER_DEPTH (64)
#define MICROPY_OPT_COMPUTED_GOTO (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_NORMAL)
#define MICROPY_WARNINGS (0)
#define MICROPY_PY_BUILTINS_EXECFILE (1)
#define MICROPY_PY_BUILTINS_STR_UNICODE (0)
#define MICROPY_PY_BUILTINS_ROUND_INT (1)
#define MICROPY_PY_BUILTINS_INPUT (0) // console.c has it.
#define MICROPY_PY_BUILTINS_HELP (0) // help.c has it.
#define MICROPY_PY_IO_IOBASE (1)
#define MICROPY_PY_SYS_STDFILES (1)
#define MICROPY_PY_SYS_PLATFORM ""
#define MICROPY_PY_SELECT (1)
#define MICROPY_SSL_AXTLS (1) // Whose part crypto.c plays.
#define MICROPY_PY_HASHLIB_MD5 (1)
#define MICROPY_PY_HASHLIB_SHA1 (1)
#define MICROPY_PY_CRYPTOLIB (1)
#define MICROPY_PY_CRYPTOLIB_CTR (1)
#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_ALLOC_PATH_MAX (256)
#define MICROPY_EPOCH_IS_1970 (1)
#define MICROPY_STACK_CHECK_MARGIN (1024)

// What the module lacks.
#define MICROPY_CPYTHON_COMPAT (1)
#define MICROPY_PY_FSTRINGS (0)
#define MICROPY_PY_FUNCTION_ATTRS (0)
#define MICROPY_PY_ARRAY_SLICE_ASSIGN (0)
#define MICROPY_PY_BUILTINS_BYTES_HEX (1) // For ubinascii; the methods are taken away in dialect.c.
#define MICROPY_PY_BUILTINS_FROZENSET (0)
#define MICROPY_PY_BUILTINS_REVERSED (0)
#define MICROPY_PY_BUILTINS_NEXT2 (0)
#define MICROPY_PY_BUILTINS_DICT_FROMKEYS (0)
#define MICROPY_PY_BUILTINS_STR_CENTER (0)
#define MICROPY_PY_BUILTINS_STR_PARTITION (0)
#define MICROPY_PY_BUILTINS_STR_SPLITLINES (0)
#define MICROPY_PY_BUILTINS_SLICE_ATTRS (0)
#define MICROPY_PY_BUILTINS_SLICE_INDICES (0)
#define MICROPY_PY_BUILTINS_RANGE_BINOP (0)
#define MICROPY_PY_COLLECTIONS_ORDEREDDICT (0)
#define MICROPY_PY_COLLECTIONS_DEQUE_ITER (0)
#define MICROPY_PY_COLLECTIONS_DEQUE_SUBSCR (0)
#define MICROPY_PY_DELATTR_SETATTR (0)
#define MICROPY_PY_DESCRIPTORS (0)
#define MICROPY_PY_REVERSE_SPECIAL_METHODS (0)
#define MICROPY_PY_RE_MATCH_GROUPS (0)
#define MICROPY_PY_RE_MATCH_SPAN_START_END (0)
#define MICROPY_PY_RE_SUB (0)
#define MICROPY_PY_JSON_SEPARATORS (0)
#define MICROPY_PY_BINASCII_CRC32 (0)
#define MICROPY_PY_MATH_SPECIAL_FUNCTIONS (0)
#define MICROPY_PY_MATH_CONSTANTS (0)
#define MICROPY_PY_MATH_FACTORIAL (0)
#define MICROPY_PY_MATH_ISCLOSE (0)
#define MICROPY_PY_SYS_EXC_INFO (0)
#define MICROPY_PY_SYS_PS1_PS2 (0)
#define MICROPY_PY_MICROPYTHON_MEM_INFO (0)
#define MICROPY_PY_MICROPYTHON_STACK_USE (0)
#define MICROPY_PY_MICROPYTHON_RINGIO (0)
#define MICROPY_PY_PLATFORM (0)
#define MICROPY_PY_ASYNCIO (1)
#define MICROPY_PY_DEFLATE (0)
#define MICROPY_PY_HEAPQ (0)
#define MICROPY_PY_FRAMEBUF (0)
#define MICROPY_PY_MACHINE (0)
#define MICROPY_PY_OS (0)
#define MICROPY_PY_TIME (0)
#define MICROPY_PY_VFS (0) // uos.c has it.
#define MICROPY_VFS (1)
#define MICROPY_READER_VFS (1)
#define MICROPY_HELPER_REPL (0)

#define MICROPY_BANNER_NAME_AND_VERSION "MicroPython v1.12"
#define MICROPY_HW_BOARD_NAME ""
#define MICROPY_HW_MCU_NAME ""

#define MICROPY_PORT_BUILTINS \
  {MP_ROM_QSTR(MP_QSTR_help), MP_ROM_PTR(&port_help_obj)}, {MP_ROM_QSTR(MP_QSTR_input), MP_ROM_PTR(&port_input_obj)},
extern const struct _mp_obj_fun_builtin_var_t port_help_obj, port_input_obj;

// While it waits for what may come.
#define MICROPY_INTERNAL_WFE(timeout) mp_hal_delay_ms(1)

// Device time and turns: counted at each jump and return.
extern long port_budget;
void port_slow(void);
#define MICROPY_VM_HOOK_LOOP if (__builtin_expect(--port_budget < 0, 0)) port_slow();
#define MICROPY_VM_HOOK_RETURN --port_budget;

// Where the script is: a chain of frames beside the interpreter's own stack.
#define MICROPY_WRAP_MP_EXECUTE_BYTECODE(f) port_inner_execute
