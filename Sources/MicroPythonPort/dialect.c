// Dialect 1.13: where a module's interpreter differs from MicroPython 1.25 and no switch of the configuration says so.
// The interpreter's tables are constants; the few that differ are exchanged at the start, before the filter is in place.
#include "port.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "py/binary.h"
#include "py/objarray.h"
#include "py/objexcept.h"
#include "py/objint.h"
#include "py/objmodule.h"
#include "py/objstr.h"

// Hides from the compiler that something is a constant, which it takes for unchangeable.
#define HIDE(pointer) __asm__ volatile("" : "+r"(pointer))

// The pages of constants that can be written at the moment.
static struct {
  uintptr_t first, end;
} open_pages = {UINTPTR_MAX, 0};

static void protect(int protection) {
  if (mprotect((void *)open_pages.first, open_pages.end - open_pages.first, protection) != 0) _exit(WIRE_NO_MEMORY);
}

// Writes over a constant. All of them stand together, so that nothing else lies between those that are written.
static __attribute__((noinline)) void overwrite(const void *place, const void *bytes, size_t length) {
  HIDE(place);
  uintptr_t page = sysconf(_SC_PAGESIZE), first = (uintptr_t)place & -page, end = ((uintptr_t)place + length + page - 1) & -page;
  if (first < open_pages.first || end > open_pages.end) {
    open_pages.first = MIN(first, open_pages.first);
    open_pages.end = MAX(end, open_pages.end);
    protect(PROT_READ | PROT_WRITE);
  }
  memcpy((void *)place, bytes, length);
}

// Members of a constant dict.

typedef struct {
  qstr name;
  mp_const_obj_t value; // MP_OBJ_NULL: there is none of that name.
} member;

static mp_obj_t find(const mp_obj_dict_t *dict, qstr name) {
  mp_map_elem_t *found = mp_map_lookup((mp_map_t *)&dict->map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
  return found ? found->value : MP_OBJ_NULL;
}

static void put(mp_map_t *map, mp_obj_t key, mp_obj_t value) {
  for (size_t i = 0; i < map->used; i++) {
    if (map->table[i].key != key) continue;
    if (value == MP_OBJ_NULL) map->table[i] = map->table[--map->used]; else map->table[i].value = value;
    return;
  }
  if (value != MP_OBJ_NULL) map->table[map->used++] = (mp_map_elem_t){key, value};
}

static __attribute__((noinline)) void amend(const mp_obj_dict_t *dict, const member *members, size_t count) {
  HIDE(dict);
  mp_obj_dict_t changed = *dict;
  mp_map_t *map = &changed.map;
  map->table = port_lasting((dict->map.used + count) * sizeof *map->table);
  if (dict->map.used) memcpy(map->table, dict->map.table, dict->map.used * sizeof *map->table);
  for (size_t i = 0; i < count; i++) put(map, MP_OBJ_NEW_QSTR(members[i].name), (mp_obj_t)members[i].value);
  map->alloc = map->used;
  overwrite(dict, &changed, sizeof changed);
}

// Slots of a type.
static void exchange_slot(const mp_obj_type_t *type, unsigned index, const void *with) {
  overwrite(&type->slots[index - 1], &with, sizeof with);
}

// int.to_bytes: both arguments are needed, and what does not fit is cut off.
static mp_obj_t int_to_bytes(size_t count, const mp_obj_t *arguments) {
  mp_int_t length = mp_obj_get_int(arguments[1]);
  if (length < 0) mp_raise_ValueError(NULL);
  bool is_big = arguments[2] != MP_OBJ_NEW_QSTR(MP_QSTR_little);
  vstr_t bytes;
  vstr_init_len(&bytes, length);
  if (mp_obj_is_small_int(arguments[0])) {
    mp_int_t value = MP_OBJ_SMALL_INT_VALUE(arguments[0]);
    memset(bytes.buf, value < 0 ? 0xFF : 0, length);
    mp_int_t size = MIN(length, (mp_int_t)sizeof value);
    mp_binary_set_int(size, is_big, (byte *)bytes.buf + (is_big ? length - size : 0), value);
  } else {
    memset(bytes.buf, 0, length);
    mp_obj_int_to_bytes_impl(arguments[0], is_big, length, (byte *)bytes.buf);
  }
  return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(int_to_bytes_obj, 3, 4, int_to_bytes);

// Exceptions have `args` alone.
static void exception_attribute(mp_obj_t self, qstr name, mp_obj_t *found) {
  if (found[0] == MP_OBJ_NULL && name != MP_QSTR_args) return;
  mp_obj_exception_attr(self, name, found);
}

// A module is described before somebody looks into it, and it is remembered what it lacks.
static mp_attr_fun_t member_of_module;
static void module_attribute(mp_obj_t self, qstr name, mp_obj_t *found) {
  bool loads = found[0] == MP_OBJ_NULL;
  objects_fulfil(self);
  member_of_module(self, name, found);
  modules_note_lack(loads && found[0] == MP_OBJ_NULL ? modules_name(self) : NULL, name);
}

// Dicts have no |.
static mp_obj_t (*dict_binary)(mp_binary_op_t, mp_obj_t, mp_obj_t);
static mp_obj_t dict_binary_without_or(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
  if (op == MP_BINARY_OP_OR || op == MP_BINARY_OP_INPLACE_OR) return MP_OBJ_NULL;
  return dict_binary(op, left, right);
}

// Few things besides values can be hashed.
static bool has_hash(mp_obj_t value) {
  if (!mp_obj_is_obj(value) || mp_obj_is_str_or_bytes(value)) return true;
  const mp_obj_type_t *type = mp_obj_get_type(value);
  if (MP_OBJ_TYPE_HAS_SLOT(type, unary_op)) return true;
  return type->name == MP_QSTR_type || type->name == MP_QSTR_function || type->name == MP_QSTR_generator || type->name == MP_QSTR_;
}

mp_obj_t __real_mp_unary_op(mp_unary_op_t op, mp_obj_t value);
mp_obj_t __wrap_mp_unary_op(mp_unary_op_t op, mp_obj_t value) {
  if (op == MP_UNARY_OP_HASH && !has_hash(value)) {
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("unsupported type for %q: '%s'"), MP_QSTR___hash__, mp_obj_get_type_str(value));
  }
  return __real_mp_unary_op(op, value);
}

// A hash can be asked again.
static struct {
  qstr name;
  const mp_obj_type_t *type;
  mp_obj_t final_digest;
} hashes[] = {{MP_QSTR_md5}, {MP_QSTR_sha1}, {MP_QSTR_sha256}};

static mp_obj_t hash_digest(mp_obj_t self_in) {
  size_t kind = 0;
  while (hashes[kind].type != mp_obj_get_type(self_in)) kind++;
  mp_obj_t digest = mp_call_function_1(hashes[kind].final_digest, self_in);
  struct {
    mp_obj_base_t base;
    bool is_final;
  } *self = MP_OBJ_TO_PTR(self_in);
  self->is_final = false;
  return digest;
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_digest_obj, hash_digest);

static void amend_hashes(const mp_obj_dict_t *dict) {
  const member digest = {MP_QSTR_digest, MP_OBJ_FROM_PTR(&hash_digest_obj)};
  for (size_t i = 0; i < MP_ARRAY_SIZE(hashes); i++) {
    hashes[i].type = MP_OBJ_TO_PTR(find(dict, hashes[i].name));
    const mp_obj_dict_t *members = MP_OBJ_TYPE_GET_SLOT(hashes[i].type, locals_dict);
    hashes[i].final_digest = find(members, MP_QSTR_digest);
    amend(members, &digest, 1);
  }
}

// The functions of ustruct know no padding.
typedef struct {
  mp_obj_base_t base;
  mp_obj_t original;
} struct_function;

static mp_obj_t struct_call(mp_obj_t self, size_t count, size_t keywords, const mp_obj_t *arguments) {
  if (count && mp_obj_is_str(arguments[0]) && strchr(mp_obj_str_get_str(arguments[0]), 'x')) {
    mp_raise_ValueError(MP_ERROR_TEXT("bad typecode"));
  }
  return mp_call_function_n_kw(((struct_function *)MP_OBJ_TO_PTR(self))->original, count, keywords, arguments);
}
static MP_DEFINE_CONST_OBJ_TYPE(struct_function_type, MP_QSTR_function, MP_TYPE_FLAG_NONE, call, struct_call);

static void amend_struct(const mp_obj_dict_t *dict) {
  static const qstr names[] = {MP_QSTR_calcsize, MP_QSTR_pack, MP_QSTR_pack_into, MP_QSTR_unpack, MP_QSTR_unpack_from};
  member members[MP_ARRAY_SIZE(names)];
  for (size_t i = 0; i < MP_ARRAY_SIZE(names); i++) {
    struct_function *function = port_lasting(sizeof *function);
    *function = (struct_function){{&struct_function_type}, find(dict, names[i])};
    members[i] = (member){names[i], MP_OBJ_FROM_PTR(function)};
  }
  amend(dict, members, MP_ARRAY_SIZE(members));
}

// ubinascii.b2a_base64 always ends the line.
static mp_obj_t encode_base64;
static mp_obj_t b2a_base64(mp_obj_t data) { return mp_call_function_1(encode_base64, data); }
static MP_DEFINE_CONST_FUN_OBJ_1(b2a_base64_obj, b2a_base64);

extern const qstr_pool_t mp_qstr_const_pool;

// The names of a firmware's own things come in the order of its table of names: after those of MicroPython itself, special ones
// first.
static int compare_names(const void *left, const void *right) {
  const char *a = mp_obj_str_get_str(*(const mp_obj_t *)left), *b = mp_obj_str_get_str(*(const mp_obj_t *)right);
  bool is_special = strncmp(a, "__", 2) == 0;
  if (is_special != (strncmp(b, "__", 2) == 0)) return is_special ? -1 : 1;
  return strcmp(a, b);
}

static void sort_names(mp_obj_t names) {
  size_t count, first = 0;
  mp_obj_t *items;
  mp_obj_list_get(names, &count, &items);
  while (first < count && MP_OBJ_QSTR_VALUE(items[first]) < mp_qstr_const_pool.total_prev_len) first++;
  qsort(items + first, count - first, sizeof *items, compare_names);
}

// dir: a module has no __dict__.
static mp_obj_t list_names(size_t count, const mp_obj_t *arguments) {
  mp_obj_t names = mp_obj_new_list(0, NULL);
  if (count == 0) {
    mp_map_t *map = &mp_locals_get()->map;
    for (size_t i = 0; i < map->alloc; i++) if (mp_map_slot_is_filled(map, i)) mp_obj_list_append(names, map->table[i].key);
    return names;
  }
  size_t all = QSTR_TOTAL();
  for (size_t name = MP_QSTR_ + 1; name < all; name++) {
    if (name == MP_QSTR___dict__ && mp_obj_is_type(arguments[0], &mp_type_module)) continue;
    mp_obj_t found[2];
    mp_load_method_protected(arguments[0], name, found, false);
    if (found[0] != MP_OBJ_NULL) mp_obj_list_append(names, MP_OBJ_NEW_QSTR(name));
  }
  if (objects_has_described(arguments[0])) sort_names(names);
  return names;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(port_dir_obj, 0, 1, list_names);

static MP_DEFINE_CONST_OBJ_TYPE(timeout_type, MP_QSTR_TimeoutError, MP_TYPE_FLAG_NONE, make_new, mp_obj_exception_make_new,
  print, mp_obj_exception_print, attr, exception_attribute, parent, &mp_type_OSError);

static void amend_exceptions(void) {
  const mp_map_t *map = &mp_module_builtins_globals.map;
  for (size_t i = 0; i < map->used; i++) {
    mp_obj_t value = map->table[i].value;
    if (!mp_obj_is_exception_type(value)) continue;
    const mp_obj_type_t *type = MP_OBJ_TO_PTR(value);
    if (type->slot_index_attr) exchange_slot(type, type->slot_index_attr, exception_attribute);
  }
  exchange_slot(&mp_type_BaseException, mp_type_BaseException.slot_index_attr, exception_attribute);
}

#define DICT_OF(type) MP_OBJ_TYPE_GET_SLOT(type, locals_dict)
#define AMEND(dict, ...) \
  do { \
    const member members[] = {__VA_ARGS__}; \
    amend(dict, members, MP_ARRAY_SIZE(members)); \
  } while (0)

extern const mp_obj_module_t mp_module_binascii, mp_module_hashlib, mp_module_struct;

void dialect_begin(void) {
  mp_obj_t encode = find(DICT_OF(&mp_type_str), MP_QSTR_encode), decode = find(DICT_OF(&mp_type_bytes), MP_QSTR_decode);
  AMEND(DICT_OF(&mp_type_str), {MP_QSTR_decode, decode});
  AMEND(DICT_OF(&mp_type_bytes), {MP_QSTR_encode, encode}, {MP_QSTR_hex}, {MP_QSTR_fromhex});
  static const member array_members[] = {
    {MP_QSTR_append, MP_ROM_PTR(&mp_obj_array_append_obj)}, {MP_QSTR_extend, MP_ROM_PTR(&mp_obj_array_extend_obj)},
  };
  mp_obj_dict_t bytearray = {.base = {&mp_type_dict}, .map = {.all_keys_are_qstrs = 1, .is_fixed = 1, .is_ordered = 1}};
  overwrite(DICT_OF(&mp_type_bytearray), &bytearray, sizeof bytearray);
  amend(DICT_OF(&mp_type_bytearray), array_members, MP_ARRAY_SIZE(array_members));
  AMEND(DICT_OF(&mp_type_bytearray), {MP_QSTR_decode, decode});
  overwrite(&mp_type_memoryview.slot_index_locals_dict, "\0", 1);
  AMEND(DICT_OF(&mp_type_int), {MP_QSTR_to_bytes, MP_OBJ_FROM_PTR(&int_to_bytes_obj)});
  AMEND(DICT_OF(&mp_type_deque), {MP_QSTR_pop}, {MP_QSTR_appendleft}, {MP_QSTR_extend});
  // Two bound methods are never equal, and have no hash.
  overwrite(&mp_type_bound_meth.slot_index_unary_op, "\0", 1);
  overwrite(&mp_type_bound_meth.slot_index_binary_op, "\0", 1);
  amend_hashes(mp_module_hashlib.globals);
  encode_base64 = find(mp_module_binascii.globals, MP_QSTR_b2a_base64);
  AMEND(mp_module_binascii.globals, {MP_QSTR_b2a_base64, MP_OBJ_FROM_PTR(&b2a_base64_obj)});
  amend_struct(mp_module_struct.globals);
  AMEND(&mp_module_builtins_globals, {MP_QSTR_dir, MP_OBJ_FROM_PTR(&port_dir_obj)}, {MP_QSTR_UnicodeError},
    {MP_QSTR_TimeoutError, MP_OBJ_FROM_PTR(&timeout_type)});
  dict_binary = MP_OBJ_TYPE_GET_SLOT(&mp_type_dict, binary_op);
  exchange_slot(&mp_type_dict, mp_type_dict.slot_index_binary_op, dict_binary_without_or);
  amend_exceptions();
  member_of_module = MP_OBJ_TYPE_GET_SLOT(&mp_type_module, attr);
  exchange_slot(&mp_type_module, mp_type_module.slot_index_attr, module_attribute);
  protect(PROT_READ);
}

// Texts of exceptions, by their format.
static const struct {
  const char *ours, *modules;
} texts[] = {
  {"attributes not supported", "attributes not supported yet"},
  {"string argument without an encoding", "wrong number of arguments"},
  {"non-hex digit", "non-hex digit found"},
};

static const char *translate(const char *text) {
  for (size_t i = 0; i < MP_ARRAY_SIZE(texts); i++) if (strcmp(texts[i].ours, text) == 0) return texts[i].modules;
  return text;
}

mp_obj_t __real_mp_obj_new_exception_msg(const mp_obj_type_t *type, mp_rom_error_text_t text);
mp_obj_t __wrap_mp_obj_new_exception_msg(const mp_obj_type_t *type, mp_rom_error_text_t text) {
  return __real_mp_obj_new_exception_msg(type, translate(text));
}

// What the device hears before the script gets an exception for what there is not.
static void tell(const char *format, va_list arguments) {
  if (strcmp(format, "no module named '%q'") == 0) {
    link_tell(MP_QSTR_module_dot_absent, qstr_str(va_arg(arguments, mp_uint_t)), NULL);
  } else if (strcmp(format, "can't import name %q") == 0) {
    modules_tell_lack(va_arg(arguments, mp_uint_t));
  } else if (strcmp(format, "'%s' object has no attribute '%q'") == 0) {
    va_arg(arguments, const char *);
    modules_tell_lack(va_arg(arguments, mp_uint_t));
  }
}

mp_obj_t __real_mp_obj_new_exception_msg_vlist(const mp_obj_type_t *type, mp_rom_error_text_t format, va_list arguments);
mp_obj_t __wrap_mp_obj_new_exception_msg_vlist(const mp_obj_type_t *type, mp_rom_error_text_t format, va_list arguments) {
  va_list copy;
  va_copy(copy, arguments);
  tell(format, copy);
  va_end(copy);
  if (strcmp(format, "unsupported types for %q: '%s', '%s'") == 0) {
    va_copy(copy, arguments);
    va_arg(copy, mp_uint_t);
    const char *left = va_arg(copy, const char *), *right = va_arg(copy, const char *);
    va_end(copy);
    if (strcmp(left, "str") == 0 || strcmp(left, "bytes") == 0) {
      const char *wanted = strcmp(right, "str") == 0 ? "bytes" : "str";
      return mp_obj_new_exception_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't convert '%s' object to %s implicitly"), right, wanted);
    }
  }
  return __real_mp_obj_new_exception_msg_vlist(type, translate(format), arguments);
}
