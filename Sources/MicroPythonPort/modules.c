// What a script of a module finds to import: of the interpreter's own modules those parts that a module of the dialect
// has, under its names; then what the device describes.
#include "port.h"
#include <string.h>
#include "py/compile.h"
#include "py/lexer.h"
#include "py/objlist.h"
#include "py/objmodule.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "shared/timeutils/timeutils.h"

#define MODULE(members) {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&members}

// utime: device time. Seconds are of UTC, fields of UTC+8, and of the zone that was set where they are of now; weekdays count
// from Monday.

enum { ZONE = 28800, FARTHEST_ZONE = 12 };

static mp_obj_t sleep_until(qstr call, uint64_t count) {
  console_flush();
  request_begin(call, 0);
  request_int(count);
  request_answer();
  return mp_const_none;
}

static mp_obj_t sleep_for(mp_int_t count, int64_t unit) { return sleep_until(MP_QSTR_time_dot_sleep, count > 0 ? count * unit : 0); }

static mp_obj_t time_sleep(mp_obj_t seconds) {
  if (mp_obj_is_int(seconds)) return sleep_for(mp_obj_get_int(seconds), 1000000000);
  mp_float_t length = mp_obj_get_float(seconds);
  return sleep_until(MP_QSTR_time_dot_sleep, length > 0 ? (uint64_t)(length * 1e9) : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_sleep_obj, time_sleep);
static mp_obj_t time_sleep_ms(mp_obj_t count) { return sleep_for(mp_obj_get_int(count), 1000000); }
static MP_DEFINE_CONST_FUN_OBJ_1(time_sleep_ms_obj, time_sleep_ms);
static mp_obj_t time_sleep_us(mp_obj_t count) {
  mp_int_t microseconds = mp_obj_get_int(count);
  return sleep_until(MP_QSTR_time_dot_sleep_us, microseconds > 0 ? microseconds : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_sleep_us_obj, time_sleep_us);

#define PERIOD ((uint64_t)1 << 30)

static mp_obj_t ticks(uint64_t value) { return MP_OBJ_NEW_SMALL_INT(value & (PERIOD - 1)); }
static mp_obj_t time_ticks_ms(void) { return ticks(turns_now() / 1000000); }
static MP_DEFINE_CONST_FUN_OBJ_0(time_ticks_ms_obj, time_ticks_ms);
static mp_obj_t time_ticks_us(void) { return ticks(turns_now() / 1000); }
static MP_DEFINE_CONST_FUN_OBJ_0(time_ticks_us_obj, time_ticks_us);
static mp_obj_t time_ticks_cpu(void) { return ticks(turns_now()); }
static MP_DEFINE_CONST_FUN_OBJ_0(time_ticks_cpu_obj, time_ticks_cpu);
static mp_obj_t time_ticks_add(mp_obj_t from, mp_obj_t count) {
  return ticks((uint64_t)mp_obj_get_int(from) + (uint64_t)(int64_t)mp_obj_get_int(count));
}
static MP_DEFINE_CONST_FUN_OBJ_2(time_ticks_add_obj, time_ticks_add);
static mp_obj_t time_ticks_diff(mp_obj_t to, mp_obj_t from) {
  mp_int_t half = PERIOD / 2;
  mp_int_t between = (mp_obj_get_int(to) - mp_obj_get_int(from) + half) & (mp_int_t)(PERIOD - 1);
  return MP_OBJ_NEW_SMALL_INT(between - half);
}
static MP_DEFINE_CONST_FUN_OBJ_2(time_ticks_diff_obj, time_ticks_diff);

static int64_t ask(qstr call) {
  console_flush();
  request_begin(call, 0);
  return request_int_answer(0);
}

static mp_obj_t time_time(void) { return mp_obj_new_int_from_ll(ask(MP_QSTR_time_dot_now)); }
static MP_DEFINE_CONST_FUN_OBJ_0(time_time_obj, time_time);

static mp_obj_t time_localtime(size_t count, const mp_obj_t *arguments) {
  bool is_now = count == 0 || arguments[0] == mp_const_none;
  int64_t seconds = is_now ? ask(MP_QSTR_time_dot_local) : (int64_t)mp_obj_get_int(arguments[0]) + ZONE;
  timeutils_struct_time_t parts;
  timeutils_seconds_since_epoch_to_struct_time(seconds, &parts);
  mp_obj_t fields[] = {
    mp_obj_new_int(parts.tm_year), mp_obj_new_int(parts.tm_mon), mp_obj_new_int(parts.tm_mday), mp_obj_new_int(parts.tm_hour),
    mp_obj_new_int(parts.tm_min), mp_obj_new_int(parts.tm_sec), mp_obj_new_int(parts.tm_wday), mp_obj_new_int(parts.tm_yday),
  };
  return mp_obj_new_tuple(MP_ARRAY_SIZE(fields), fields);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(time_localtime_obj, 0, 1, time_localtime);

static mp_obj_t time_mktime(mp_obj_t fields) {
  size_t count;
  mp_obj_t *items;
  mp_obj_get_array(fields, &count, &items);
  if (count < 8 || count > 9) mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("mktime needs a tuple of length 8 or 9 (%d given)"), (int)count);
  mp_int_t parts[6];
  for (size_t i = 0; i < 6; i++) parts[i] = mp_obj_get_int(items[i]);
  // It counts from 2000 on.
  mp_uint_t count_2000 = timeutils_mktime_2000(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
  // A word of the module's holds it.
  return mp_obj_new_int_from_uint((uint32_t)(count_2000 + TIMEUTILS_SECONDS_1970_TO_2000 - ZONE));
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_mktime_obj, time_mktime);

static mp_obj_t time_get_zone(void) { return mp_obj_new_int(ask(MP_QSTR_time_dot_zone)); }
static MP_DEFINE_CONST_FUN_OBJ_0(time_get_zone_obj, time_get_zone);

static mp_obj_t time_set_zone(mp_obj_t zone) {
  mp_int_t hours = mp_obj_get_int(zone);
  if (hours < -FARTHEST_ZONE || hours > FARTHEST_ZONE) {
    mp_raise_ValueError(MP_ERROR_TEXT("invalid value, timezone should be in [-12, +12]."));
  }
  console_flush();
  request_begin(MP_QSTR_time_dot_set_zone, 0);
  request_int(hours);
  request_answer();
  return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_set_zone_obj, time_set_zone);

static const mp_rom_map_elem_t time_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_utime)},
  {MP_ROM_QSTR(MP_QSTR_localtime), MP_ROM_PTR(&time_localtime_obj)},
  {MP_ROM_QSTR(MP_QSTR_mktime), MP_ROM_PTR(&time_mktime_obj)},
  {MP_ROM_QSTR(MP_QSTR_time), MP_ROM_PTR(&time_time_obj)},
  {MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&time_sleep_obj)},
  {MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&time_sleep_ms_obj)},
  {MP_ROM_QSTR(MP_QSTR_sleep_us), MP_ROM_PTR(&time_sleep_us_obj)},
  {MP_ROM_QSTR(MP_QSTR_ticks_ms), MP_ROM_PTR(&time_ticks_ms_obj)},
  {MP_ROM_QSTR(MP_QSTR_ticks_us), MP_ROM_PTR(&time_ticks_us_obj)},
  {MP_ROM_QSTR(MP_QSTR_ticks_cpu), MP_ROM_PTR(&time_ticks_cpu_obj)},
  {MP_ROM_QSTR(MP_QSTR_ticks_add), MP_ROM_PTR(&time_ticks_add_obj)},
  {MP_ROM_QSTR(MP_QSTR_ticks_diff), MP_ROM_PTR(&time_ticks_diff_obj)},
  {MP_ROM_QSTR(MP_QSTR_getTimeZone), MP_ROM_PTR(&time_get_zone_obj)},
  {MP_ROM_QSTR(MP_QSTR_setTimeZone), MP_ROM_PTR(&time_set_zone_obj)},
};
static MP_DEFINE_CONST_DICT(time_members, time_members_table);
static const mp_obj_module_t time_module = MODULE(time_members);

// example: runs files of the flash in the namespace of `__main__`.

static mp_obj_t example_exec(mp_obj_t path) {
  nlr_buf_t nlr;
  if (nlr_push(&nlr) == 0) {
    mp_lexer_t *lexer = mp_lexer_new_from_file(mp_obj_str_get_qstr(path));
    nlr_pop();
    mp_obj_dict_t *names = &MP_STATE_VM(dict_main);
    mp_parse_compile_execute(lexer, MP_PARSE_FILE_INPUT, names, names);
    return mp_const_none;
  }
  mp_obj_t error = MP_OBJ_FROM_PTR(nlr.ret_val);
  if (!mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(error)), MP_OBJ_FROM_PTR(&mp_type_OSError))) nlr_raise(error);
  mp_printf(&mp_plat_print, "OSError: File path error or not exist: [%s]\n", mp_obj_str_get_str(path));
  return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(example_exec_obj, example_exec);

static const mp_rom_map_elem_t example_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_example)},
  {MP_ROM_QSTR(MP_QSTR_exec), MP_ROM_PTR(&example_exec_obj)},
};
static MP_DEFINE_CONST_DICT(example_members, example_members_table);
static const mp_obj_module_t example_module = MODULE(example_members);

// usys.implementation

static const mp_rom_obj_tuple_t version = {{&mp_type_tuple}, 3, {MP_ROM_INT(1), MP_ROM_INT(13), MP_ROM_INT(0)}};
static const qstr implementation_fields[] = {MP_QSTR_name, MP_QSTR_version, MP_QSTR_mpy};
static MP_DEFINE_ATTRTUPLE(implementation, implementation_fields, 3, MP_ROM_QSTR(MP_QSTR_micropython), MP_ROM_PTR(&version), MP_ROM_INT(10245));

static const MP_DEFINE_STR_OBJ(python_version, "3.4.0");

extern const mp_obj_type_t port_bytes_file_type, port_text_file_type;
extern const mp_obj_module_t mp_module_gc, mp_module_math, mp_module_cmath, mp_module_micropython, mp_module_array, mp_module_binascii,
  mp_module_collections, mp_module_cryptolib, mp_module_hashlib, mp_module_json, mp_module_random, mp_module_re, mp_module_struct,
  mp_module_sys, mp_module_io, mp_module_errno, mp_module_uctypes, mp_module_select, mp_module_asyncio, mp_module_thread, mp_module___main__;
extern const mp_obj_module_t port_uos_module, port_uzlib_module, port_vfs_module;

// Only in the program for the tests of the filter.
extern const mp_obj_module_t port_debug_module __attribute__((weak));

// What a module of the dialect has of one of the interpreter's modules; members NULL for all.
typedef struct {
  qstr name;
  const mp_obj_module_t *of;
  const char *members;
  const char *layer_members; // Of the firmware layer; NULL for the same.
  qstr own_name;    // Of the module, where it is not the name it is imported by.
  bool is_optional; // It is there only if the device describes a module of that name.
} module_row;

static const module_row rows[] = {
  {MP_QSTR___main__, &mp_module___main__},
  {MP_QSTR__thread, &mp_module_thread},
  {MP_QSTR__uasyncio, &mp_module_asyncio, "TaskQueue Task"},
  {MP_QSTR_builtins, &mp_module_builtins},
  {MP_QSTR_cmath, &mp_module_cmath},
  {MP_QSTR_example, &example_module},
  {MP_QSTR_gc, &mp_module_gc, "collect disable enable isenabled mem_alloc mem_free threshold"},
  {MP_QSTR_math, &mp_module_math,
    "acos asin atan atan2 ceil copysign cos degrees e exp fabs floor fmod frexp isfinite isinf isnan ldexp log modf pi pow radians sin sqrt tan trunc"},
  {MP_QSTR_micropython, &mp_module_micropython, "const heap_lock heap_unlock kbd_intr opt_level schedule"},
  {MP_QSTR_uarray, &mp_module_array, "array"},
  {MP_QSTR_ubinascii, &mp_module_binascii, "a2b_base64 b2a_base64 hexlify unhexlify"},
  {MP_QSTR_ucollections, &mp_module_collections, "deque namedtuple"},
  {MP_QSTR_ucryptolib, &mp_module_cryptolib, "aes"},
  {MP_QSTR_uerrno, &mp_module_errno},
  {MP_QSTR_uhashlib, &mp_module_hashlib, "sha256 sha1 md5"},
  {MP_QSTR_uio, &mp_module_io, "open IOBase FileIO TextIOWrapper StringIO BytesIO"},
  {MP_QSTR_ujson, &mp_module_json, "dump dumps load loads"},
  {MP_QSTR_uos, &port_uos_module,
    .layer_members = "chdir getcwd ilistdir listdir mkdir mount remove rename rmdir stat statvfs umount uname uname2 urandom"},
  {MP_QSTR_urandom, &mp_module_random, "choice getrandbits randint random randrange seed uniform"},
  {MP_QSTR_ure, &mp_module_re, "compile match search"},
  {MP_QSTR_uselect, &mp_module_select},
  {MP_QSTR_ustruct, &mp_module_struct, "calcsize pack pack_into unpack unpack_from"},
  {MP_QSTR_usys, &mp_module_sys,
    "argv byteorder exit implementation maxsize modules path platform print_exception stderr stdin stdout version version_info", .own_name = MP_QSTR_sys},
  {MP_QSTR_utime, &time_module},
  {MP_QSTR_uctypes, &mp_module_uctypes},
  {MP_QSTR_uzlib, &port_uzlib_module},
  {MP_QSTR_vfs, &port_vfs_module, .is_optional = true},
  {MP_QSTR__debug, &port_debug_module},
};

// Members that are not the interpreter's own.
static mp_obj_t own_member(const mp_obj_module_t *of, qstr name) {
  if (of == &mp_module_sys) {
    switch (name) {
      case MP_QSTR_implementation: return MP_OBJ_FROM_PTR(&implementation);
      case MP_QSTR_path: return mp_sys_path;
      case MP_QSTR_version: return MP_OBJ_FROM_PTR(&python_version);
      case MP_QSTR_platform: return MP_OBJ_NEW_QSTR(qstr_from_str(port_device.platform));
#if INTPTR_MAX > INT32_MAX
      case MP_QSTR_maxsize: return MP_OBJ_NEW_SMALL_INT(INT32_MAX);
#endif
    }
  }
  if (of == &mp_module_io) {
    switch (name) {
      case MP_QSTR_FileIO: return MP_OBJ_FROM_PTR(&port_bytes_file_type);
      case MP_QSTR_TextIOWrapper: return MP_OBJ_FROM_PTR(&port_text_file_type);
    }
  }
  return MP_OBJ_NULL;
}

static mp_obj_t find_member(const mp_obj_module_t *of, qstr name) {
  mp_obj_t own = own_member(of, name);
  if (own != MP_OBJ_NULL) return own;
  mp_map_elem_t *found = mp_map_lookup(&of->globals->map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
  return found ? found->value : MP_OBJ_NULL;
}

static size_t count_words(const char *words) {
  size_t count = 1;
  for (; *words; words++) count += *words == ' ';
  return count;
}

static const char *members_of(const module_row *row) {
  return port_device.layer && row->layer_members ? row->layer_members : row->members;
}

// A module with the members that the row names, outside the script's heap.
static mp_obj_module_t *make_view(const module_row *row) {
  const char *words = members_of(row);
  mp_obj_module_t *view = port_lasting(sizeof *view);
  mp_obj_dict_t *members = port_lasting(sizeof *members);
  mp_map_t *map = &members->map;
  map->table = port_lasting((count_words(words) + 1) * sizeof *map->table);
  qstr own_name = row->own_name ? row->own_name : row->name;
  map->table[map->used++] = (mp_map_elem_t){MP_OBJ_NEW_QSTR(MP_QSTR___name__), MP_OBJ_NEW_QSTR(own_name)};
  for (const char *word = words; *word;) {
    size_t length = strcspn(word, " ");
    qstr name = qstr_from_strn(word, length);
    mp_obj_t value = find_member(row->of, name);
    if (value != MP_OBJ_NULL) map->table[map->used++] = (mp_map_elem_t){MP_OBJ_NEW_QSTR(name), value};
    word += length + (word[length] == ' ');
  }
  map->alloc = map->used;
  map->all_keys_are_qstrs = map->is_fixed = map->is_ordered = 1;
  members->base.type = &mp_type_dict;
  *view = (mp_obj_module_t){.base = {&mp_type_module}, .globals = members};
  return view;
}

static mp_obj_module_t *views[MP_ARRAY_SIZE(rows)];

static void seed_once(void) {
  static bool is_seeded;
  if (is_seeded) return;
  is_seeded = true;
  mp_obj_t seed = find_member(&mp_module_random, MP_QSTR_seed);
  mp_call_function_1(seed, MP_OBJ_NEW_SMALL_INT(port_device.seed & 0x3FFFFFFF));
}

mp_obj_t modules_find(qstr name) {
  for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
    const module_row *row = &rows[i];
    if (row->name != name || !row->of) continue;
    if (row->is_optional && objects_describe(name) == MP_OBJ_NULL) return MP_OBJ_NULL;
    if (row->of == &mp_module_random) seed_once();
    if (!members_of(row)) return MP_OBJ_FROM_PTR(row->of);
    if (!views[i]) views[i] = make_view(row);
    return MP_OBJ_FROM_PTR(views[i]);
  }
  return objects_describe(name);
}

mp_obj_t modules_all(void) {
  console_flush();
  request_begin(MP_QSTR_module_dot_list, 0);
  mp_obj_t names = request_answer();
  if (!mp_obj_is_type(names, &mp_type_list)) names = mp_obj_new_list(0, NULL);
  for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
    if (rows[i].of && rows[i].of != &port_debug_module && !rows[i].is_optional) mp_obj_list_append(names, MP_OBJ_NEW_QSTR(rows[i].name));
  }
  return names;
}

// Names that only newer firmware has, and public scripts use all the same.
static qstr older_name(qstr name) {
  switch (name) {
    case MP_QSTR_sys: return MP_QSTR_usys;
    case MP_QSTR_time: return MP_QSTR_utime;
    case MP_QSTR_os: return MP_QSTR_uos;
    default: return MP_QSTRnull;
  }
}

// The name by which scripts import a module; NULL for one of their own.
const char *modules_name(mp_obj_t module) {
  qstr name = objects_module_name(module);
  for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
    bool is_row = module == MP_OBJ_FROM_PTR(rows[i].of) || module == MP_OBJ_FROM_PTR(views[i]);
    if (is_row && rows[i].of != &mp_module___main__) name = rows[i].name;
  }
  return name == MP_QSTRnull ? NULL : qstr_str(name);
}

// What was last looked for in vain. It may yet be found in a class of the script's own, or only be listed.
static struct {
  const char *owner;
  qstr member;
} lack;

void modules_note_lack(const char *owner, qstr member) {
  if (qstr_str(member)[0] == '_') return; // Hidden, or asked by the interpreter in between.
  lack.owner = owner;
  lack.member = member;
}

void modules_tell_lack(qstr member) {
  const char *owner = lack.member == member ? lack.owner : NULL;
  lack.owner = NULL;
  if (owner) link_tell(MP_QSTR_module_dot_lacks, owner, qstr_str(member));
}

// The import of a module that is not on the flash: asked for before the flash, and then again after it.
mp_obj_t __wrap_mp_module_get_builtin(qstr name, bool is_second_time) {
  if (is_second_time) return MP_OBJ_NULL;
  qstr older = older_name(name);
  if (older == MP_QSTRnull) return modules_find(name);
  mp_obj_t module = modules_find(older);
  if (module != MP_OBJ_NULL) link_tell(MP_QSTR_module_dot_bare, qstr_str(name), NULL);
  return module;
}
