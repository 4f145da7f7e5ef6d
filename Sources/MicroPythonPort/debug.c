// For the tests of the filter, in a program of their own: makes any system call, as a hole in the interpreter would.
#include "port.h"
#include <unistd.h>

static mp_obj_t make_call(size_t count, const mp_obj_t *arguments) {
  long values[7] = {0};
  for (size_t i = 0; i < count; i++) {
    mp_buffer_info_t text;
    bool is_text = mp_get_buffer(arguments[i], &text, MP_BUFFER_READ);
    values[i] = is_text ? (long)text.buf : (long)mp_obj_get_int_truncated(arguments[i]);
  }
  return mp_obj_new_int(syscall(values[0], values[1], values[2], values[3], values[4], values[5], values[6]));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(make_call_obj, 1, 7, make_call);

#if defined(__x86_64__)
// By the door of 32-bit programs.
static mp_obj_t make_old_call(mp_obj_t number) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(mp_obj_get_int(number)), "b"(0), "c"(0), "d"(0) : "memory", "r8", "r9", "r10", "r11");
  return mp_obj_new_int(result);
}
static MP_DEFINE_CONST_FUN_OBJ_1(make_old_call_obj, make_old_call);
#endif

static const mp_rom_map_elem_t debug_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__debug)},
  {MP_ROM_QSTR(MP_QSTR_call), MP_ROM_PTR(&make_call_obj)},
#if defined(__x86_64__)
  {MP_ROM_QSTR(MP_QSTR_old_call), MP_ROM_PTR(&make_old_call_obj)},
#endif
};
static MP_DEFINE_CONST_DICT(debug_members, debug_members_table);
const mp_obj_module_t port_debug_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&debug_members};
