// The guest: it asks the device for jobs, does them one after the other, and says how they ended.
#include "port.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "py/compile.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/mpthread.h"
#include "py/objfun.h"
#include "py/objmodule.h"
#include "py/objstr.h"
#include "py/objtuple.h"

port_frame *port_frames;
extern const mp_obj_fun_builtin_var_t port_dir_obj;

void *port_lasting(size_t size) {
  void *memory = calloc(1, size);
  if (!memory) _exit(WIRE_NO_MEMORY);
  return memory;
}

// Where the script is.

mp_vm_return_kind_t port_inner_execute(mp_code_state_t *code, volatile mp_obj_t inject);
mp_vm_return_kind_t mp_execute_bytecode(mp_code_state_t *code, volatile mp_obj_t inject) {
  port_frame frame = {code, port_frames};
  port_frames = &frame;
  mp_vm_return_kind_t kind = port_inner_execute(code, inject);
  port_frames = frame.previous;
  return kind;
}

unsigned port_place(qstr *file) {
  if (!port_frames) return 0;
  mp_code_state_t *code = port_frames->code;
  const byte *ip = code->fun_bc->bytecode;
  MP_BC_PRELUDE_SIG_DECODE(ip);
  MP_BC_PRELUDE_SIZE_DECODE(ip);
  const byte *top = ip + n_info;
  const byte *start = top + n_cell;
  ip = mp_decode_uint_skip(ip);
  for (size_t i = 0; i < n_pos_args + n_kwonly_args; i++) ip = mp_decode_uint_skip(ip);
  *file = code->fun_bc->context->constants.qstr_table[0];
  return mp_bytecode_get_source_line(ip, top, code->ip - start);
}

// Nothing but the want of memory is raised where nobody catches it.
void nlr_jump_fail(void *value) { _exit(WIRE_NO_MEMORY); }

void port_print(const mp_print_t *print, mp_obj_t value, mp_print_kind_t kind) {
  nlr_buf_t nlr;
  if (nlr_push(&nlr) != 0) {
    mp_print_str(print, "\n");
    return;
  }
  if (kind == PRINT_EXC) mp_obj_print_exception(print, value); else mp_obj_print_helper(print, value, kind);
  nlr_pop();
}

// A text that grows outside the script's heap, which may be full.
static struct {
  char *bytes;
  size_t length, room;
} report;

static void report_add(void *unused, const char *text, size_t length) {
  if (report.length + length > 65536) length = 65536 - report.length;
  if (report.length + length > report.room) {
    report.room = (report.length + length) * 2;
    report.bytes = realloc(report.bytes, report.room);
    if (!report.bytes) _exit(WIRE_NO_MEMORY);
  }
  memcpy(report.bytes + report.length, text, length);
  report.length += length;
}
static const mp_print_t report_print = {NULL, report_add};

// Jobs.

static bool is_exception(mp_obj_t error, const mp_obj_type_t *type) {
  return mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(error)), MP_OBJ_FROM_PTR(type));
}

static int exit_code(mp_obj_t error) {
  mp_obj_t value = mp_obj_exception_get_value(error);
  if (value == mp_const_none) return 0;
  if (mp_obj_is_bool(value)) return value == mp_const_true;
  if (mp_obj_is_int(value)) return mp_obj_int_get_truncated(value) & 0xFF;
  port_print(&report_print, value, PRINT_STR);
  return 1;
}

static void run_lexer(mp_lexer_t *lexer, mp_parse_input_kind_t kind) {
  qstr name = lexer->source_name;
  mp_parse_tree_t tree = mp_parse(lexer, kind);
  mp_call_function_0(mp_compile(&tree, name, kind == MP_PARSE_SINGLE_INPUT));
}

static void run_text(mp_obj_t text, qstr name, mp_parse_input_kind_t kind) {
  size_t length;
  const char *source = mp_obj_str_get_data(text, &length);
  run_lexer(mp_lexer_new_from_str_len(name, source, length, 0), kind);
}

// The names that go on from the last one of a text: attributes after a dot, modules after `import`, else globals.
static void complete(mp_obj_t job) {
  static const char import[] = "import ";
  size_t length;
  const char *text = mp_obj_str_get_data(job, &length);
  size_t start = length;
  while (start && (unichar_isident(text[start - 1]) || text[start - 1] == '.')) start--;
  mp_obj_t owner = MP_OBJ_NULL;
  for (size_t dot = start; dot < length; dot++) {
    if (text[dot] != '.') continue;
    qstr name = qstr_from_strn(text + start, dot - start);
    mp_obj_t found[2] = {MP_OBJ_NULL};
    if (owner == MP_OBJ_NULL) {
      mp_map_elem_t *global = mp_map_lookup(&mp_globals_get()->map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
      if (global) found[0] = global->value;
    } else {
      mp_load_method_protected(owner, name, found, true);
    }
    if (found[0] == MP_OBJ_NULL) return;
    owner = found[0];
    start = dot + 1;
  }
  mp_obj_t names;
  if (start == strlen(import) && memcmp(text, import, start) == 0 && owner == MP_OBJ_NULL) {
    names = modules_all();
  } else {
    names = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&port_dir_obj), owner != MP_OBJ_NULL, 0, &owner);
  }
  mp_obj_list_sort(1, &names, (mp_map_t *)&mp_const_empty_map);
  size_t count;
  mp_obj_t *items;
  mp_obj_list_get(names, &count, &items);
  for (size_t i = 0; i < count; i++) {
    size_t size;
    const char *name = mp_obj_str_get_data(items[i], &size);
    if (size < length - start || memcmp(name, text + start, length - start) != 0) continue;
    if (start == length && name[0] == '_') continue;
    if (report.length) report_add(NULL, "\n", 1);
    report_add(NULL, name, size);
  }
}

// Does a job; says how it ended.
static enum wire_report perform(mp_obj_t job) {
  if (!mp_obj_is_type(job, &mp_type_tuple)) link_malformed();
  size_t count;
  mp_obj_t *items;
  mp_obj_tuple_get(job, &count, &items);
  if (count < 2 || !mp_obj_is_str(items[0])) link_malformed();
  for (size_t i = 1; i < count; i++) if (!mp_obj_is_str_or_bytes(items[i])) link_malformed();
  switch (mp_obj_str_get_qstr(items[0])) {
    case MP_QSTR_file: run_lexer(mp_lexer_new_from_file(mp_obj_str_get_qstr(items[1])), MP_PARSE_FILE_INPUT); break;
    case MP_QSTR_exec: run_text(items[1], MP_QSTR__lt_stdin_gt_, MP_PARSE_FILE_INPUT); break;
    case MP_QSTR_single: run_text(items[1], MP_QSTR__lt_stdin_gt_, MP_PARSE_SINGLE_INPUT); break;
    case MP_QSTR_execfile:
      if (count < 3) link_malformed();
      run_text(items[2], mp_obj_str_get_qstr(items[1]), MP_PARSE_FILE_INPUT);
      break;
    case MP_QSTR_complete: complete(items[1]); return WIRE_NAMES;
    default: link_malformed();
  }
  return WIRE_DONE;
}

static enum wire_report raised(mp_obj_t error, int *number) {
  if (is_exception(error, &mp_type_SystemExit)) {
    *number = exit_code(error);
    return WIRE_EXITED;
  }
  port_print(&report_print, error, PRINT_EXC);
  if (!is_exception(error, &mp_type_KeyboardInterrupt)) return WIRE_RAISED;
  *number = 130;
  return WIRE_INTERRUPTED;
}

static void do_jobs(void) {
  bool has_report = false;
  enum wire_report how = WIRE_DONE;
  int number = 0;
  for (;;) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
      console_flush();
      request_begin(MP_QSTR_job_dot_next, 0);
      if (has_report) {
        request_int(how);
        request_int(number);
        request_text('s', report.bytes, report.length);
      }
      mp_obj_t job = request_answer();
      has_report = true;
      number = 0;
      report.length = 0;
      how = perform(job);
      nlr_pop();
    } else {
      has_report = true;
      number = 0;
      report.length = 0;
      how = raised(MP_OBJ_FROM_PTR(nlr.ret_val), &number);
    }
    while (gc_is_locked()) gc_unlock(); // Whatever the script has left it in.
  }
}

// The names that a module's boot script leaves behind.
static void leave_names(void) {
  mp_store_global(MP_QSTR_gc, modules_find(MP_QSTR_gc));
  mp_store_global(MP_QSTR_misc, objects_promise(MP_QSTR_misc));
  mp_store_global(MP_QSTR_ujson, modules_find(MP_QSTR_ujson));
  mp_store_global(MP_QSTR_uos, modules_find(MP_QSTR_uos));
}

// A block that makes up for what a module's own boot uses of the heap, and this one does not.
MP_REGISTER_ROOT_POINTER(void *port_reserve);

static void use_as_much_as_a_module(void) {
  gc_collect();
  gc_info_t info;
  gc_info(&info);
  if ((size_t)port_device.used > info.used) MP_STATE_VM(port_reserve) = m_new_maybe(byte, port_device.used - info.used);
}

static void *new_heap(size_t size) {
  // The same place in every run, so that addresses are the same too.
  void *heap = mmap((void *)0x10000000, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (heap == MAP_FAILED) _exit(WIRE_NO_MEMORY);
  return heap;
}

// The area of which the collector makes so many bytes of heap: its tables have a byte and a half for four blocks.
static size_t heap_area(size_t size) {
  size_t block = MICROPY_BYTES_PER_GC_BLOCK, fours = (size + 4 * block - 1) / (4 * block);
  size_t area = fours * 4 * block + (fours * 3 + 1) / 2;
  return (area + block - 1) / block * block;
}

static void begin(void) {
  size_t size = heap_area(port_device.heap);
  char *heap = new_heap(size);
  gc_init(heap, heap + size);
  mp_init();
  flash_begin();
  threads_prepare();
  turns_begin();
  leave_names();
  use_as_much_as_a_module();
  do_jobs();
}

int main(int argc, char **argv) {
  struct stat connection;
  if (fstat(WIRE_DESCRIPTOR, &connection) != 0 || !S_ISSOCK(connection.st_mode)) return WIRE_UNCONNECTED;
  bool is_confined = PORT_CONFINED && !(argc > 1 && strcmp(argv[1], "--without-filter") == 0);
  free(malloc(1)); // The C library asks for random numbers at its first one.
  turns_listen();
  threads_watch();
  dialect_begin();
#if PORT_CONFINED
  close_range(0, WIRE_DESCRIPTOR - 1, 0);
  close_range(WIRE_DESCRIPTOR + 1, ~0u, 0);
  if (is_confined && !confine()) return WIRE_UNCONFINED;
#endif
  link_open(is_confined);
  threads_begin(begin);
}
