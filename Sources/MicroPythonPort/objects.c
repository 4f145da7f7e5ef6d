// The device's modules, classes and objects, made from its descriptions: they pass arguments on and know no rules.
// Like a module's own, they stand outside the script's heap.
#include "port.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "py/gc.h"
#include "py/objmodule.h"
#include "py/compile.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/objtype.h"
#include "py/stream.h"

struct device_class {
  mp_obj_full_type_t type;
  const char *full_name; // audio.Record
  size_t full_length;
  qstr init;             // The call that constructs; MP_QSTRnull if nothing does.
  char *text;            // What repr shows; NULL for <Name>.
  qstr ready;            // The call that says what uselect need not wait for; MP_QSTRnull if its objects are no streams.
  mp_obj_dict_t members;
  device_class *next;
};
static device_class *classes;

typedef struct {
  mp_obj_base_t base;
  qstr call;
  unsigned options;
  device_class *owner; // NULL for a function.
} device_function;

// What is in the heap and belongs to a description.
MP_REGISTER_ROOT_POINTER(mp_obj_t port_kept);

static mp_obj_t keep(mp_obj_t value) {
  if (!mp_obj_is_obj(value)) return value;
  if (MP_STATE_VM(port_kept) == MP_OBJ_NULL) MP_STATE_VM(port_kept) = mp_obj_new_list(0, NULL);
  mp_obj_list_append(MP_STATE_VM(port_kept), value);
  return value;
}

// Objects. Those that are there are found by their handle; the table keeps none alive.
static device_object **live;
static size_t live_count, live_room;

static void add_live(device_object *object) {
  if (live_count == live_room) {
    live_room = live_room ? live_room * 2 : 32;
    live = realloc(live, live_room * sizeof *live);
    if (!live) _Exit(WIRE_NO_MEMORY);
  }
  live[live_count++] = object;
}

static device_object *find_live(uint32_t handle) {
  for (size_t i = 0; i < live_count; i++) if (live[i]->handle == handle) return live[i];
  return NULL;
}

// The device need not keep it any longer.
void objects_forget(mp_obj_t value) {
  device_object *object = MP_OBJ_TO_PTR(value);
  size_t at = 0;
  while (at < live_count && live[at] != object) at++;
  if (at == live_count) return;
  live[at] = live[--live_count];
  link_forget_owner(object);
  link_note(WIRE_DROPPED, object->handle);
}

// Whether the collector calls, and not the script, which may have locked the heap.
static bool is_collecting(void) { return MP_STATE_THREAD(gc_lock_depth) & GC_COLLECT_FLAG; }

// In place of a `__del__` that the class does not describe, of which a script sees nothing.
static mp_obj_t collected(mp_obj_t self) {
  if (!is_collecting()) {
    mp_raise_msg_varg(&mp_type_AttributeError, MP_ERROR_TEXT("'%s' object has no attribute '%q'"), mp_obj_get_type_str(self), MP_QSTR___del__);
  }
  objects_forget(self);
  return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(collected_obj, collected);

void objects_adopt(device_object *object, uint32_t handle) {
  if (find_live(handle)) link_malformed();
  object->handle = handle;
  object->functions = MP_OBJ_NULL;
  add_live(object);
}

static mp_obj_t object_new(device_class *of, uint32_t handle) {
  device_object *object = mp_obj_malloc_with_finaliser(device_object, (mp_obj_type_t *)of);
  objects_adopt(object, handle);
  return MP_OBJ_FROM_PTR(object);
}

// Only of a class that has a text of its own: so that an object of a script's class that derives from one of ours is shown
// as the script's.
static void object_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
  const char *text = ((const device_class *)mp_obj_get_type(self))->text, *place = strstr(text, "{}");
  if (!place) {
    mp_print_str(print, text);
    return;
  }
  console_flush();
  request_begin(MP_QSTR_object_dot_number, ((device_object *)MP_OBJ_TO_PTR(self))->handle);
  int number = request_int_answer(0);
  mp_printf(print, "%.*s%d%s", (int)(place - text), text, number, place + 2);
}

// Members are those of the class; it is remembered what it lacks.
static void object_attribute(mp_obj_t self, qstr name, mp_obj_t *found) {
  device_class *of = (device_class *)mp_obj_get_type(self);
  mp_map_elem_t *member = mp_map_lookup(&of->members.map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
  bool loads = found[0] == MP_OBJ_NULL, is_there = member && (member->value != MP_OBJ_FROM_PTR(&collected_obj) || is_collecting());
  if (loads && is_there) found[1] = MP_OBJ_SENTINEL;
  modules_note_lack(loads && !is_there ? of->full_name : NULL, name);
}

static mp_obj_t object_make(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *arguments);

static bool is_device_class(const mp_obj_type_t *type) {
  return MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, make_new) == object_make;
}

static device_object *get_own(mp_obj_t value) {
  return mp_obj_is_obj(value) && is_device_class(mp_obj_get_type(value)) ? MP_OBJ_TO_PTR(value) : NULL;
}

device_object *objects_get(mp_obj_t value) {
  const mp_obj_type_t *type = mp_obj_get_type(value);
  if (!mp_obj_is_instance_type(type)) return get_own(value);
  // An instance of a script's class may have one of ours in it; or what the device gave in its place.
  mp_obj_instance_t *instance = MP_OBJ_TO_PTR(value);
  for (const device_class *of = classes; of; of = of->next) {
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(of))) return get_own(instance->subobj[0]);
  }
  return NULL;
}

mp_obj_t objects_revive(uint32_t handle, const char *name, size_t length) {
  device_object *object = find_live(handle);
  if (object) return MP_OBJ_FROM_PTR(object);
  for (device_class *of = classes; of; of = of->next) {
    if (of->full_length == length && memcmp(of->full_name, name, length) == 0) return object_new(of, handle);
  }
  mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("no class %q"), qstr_from_strn(name, length));
}

// Calls.

static mp_obj_t call_device(const device_function *function, device_object *object, size_t count, size_t keywords, const mp_obj_t *arguments) {
  console_flush();
  request_begin(function->call, object ? object->handle : 0);
  if (function->options & WIRE_ASKS_ROOM) request_room();
  if (!(function->options & WIRE_KEEPS)) request_owner(object);
  request_fills(arguments, count);
  for (size_t i = 0; i < count; i++) request_value(arguments[i]);
  for (size_t i = 0; i < keywords; i++) request_keyword(arguments[count + 2 * i], arguments[count + 2 * i + 1]);
  mp_obj_t result = request_answer();
  threads_handle_pending(); // A callback that has become due runs right after the call.
  return function->options & WIRE_ITERATES ? mp_getiter(result, NULL) : result;
}

static mp_obj_t function_call(mp_obj_t self, size_t count, size_t keywords, const mp_obj_t *arguments) {
  return call_device(MP_OBJ_TO_PTR(self), NULL, count, keywords, arguments);
}

static mp_obj_t method_call(mp_obj_t self, size_t count, size_t keywords, const mp_obj_t *arguments) {
  const device_function *function = MP_OBJ_TO_PTR(self);
  if (is_collecting()) {
    objects_forget(arguments[0]);
    return mp_const_none;
  }
  // The device says what is missing.
  if (count == 0) return call_device(function, NULL, 0, keywords, arguments);
  // Of a script's class it is the object within that a method is called on.
  if (mp_obj_get_type(arguments[0]) != (const mp_obj_type_t *)function->owner) {
    mp_raise_TypeError(MP_ERROR_TEXT("argument has wrong type"));
  }
  device_object *object = MP_OBJ_TO_PTR(arguments[0]);
  return call_device(function, object, count - 1, keywords, arguments + 1);
}

static MP_DEFINE_CONST_OBJ_TYPE(function_type, MP_QSTR_function, MP_TYPE_FLAG_NONE, call, function_call);
static MP_DEFINE_CONST_OBJ_TYPE(method_type, MP_QSTR_function, MP_TYPE_FLAG_BINDS_SELF, call, method_call);

static mp_obj_t object_make(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *arguments) {
  const device_class *of = (const device_class *)type;
  if (of->init == MP_QSTRnull) mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't create '%q' instances"), type->name);
  const device_function init = {.call = of->init};
  return call_device(&init, NULL, count, keywords, arguments);
}

// An object of a class that describes `__call__` can be called itself.
static mp_obj_t object_call(mp_obj_t self, size_t count, size_t keywords, const mp_obj_t *arguments) {
  device_class *of = (device_class *)mp_obj_get_type(self);
  const mp_map_elem_t *call = mp_map_lookup(&of->members.map, MP_OBJ_NEW_QSTR(MP_QSTR___call__), MP_MAP_LOOKUP);
  return call_device(MP_OBJ_TO_PTR(call->value), MP_OBJ_TO_PTR(self), count, keywords, arguments);
}

// What uselect asks of a stream.
static mp_uint_t object_control(mp_obj_t self, mp_uint_t request, uintptr_t flags, int *error) {
  if (request != MP_STREAM_POLL) {
    *error = MP_EINVAL;
    return MP_STREAM_ERROR;
  }
  device_object *object = MP_OBJ_TO_PTR(self);
  console_flush();
  request_begin(((device_class *)mp_obj_get_type(self))->ready, object->handle);
  request_int(flags);
  return request_int_answer(0);
}
static const mp_stream_p_t device_stream = {.ioctl = object_control};

// Descriptions, read from the answer as it stands.
typedef struct {
  const uint8_t *at, *end;
} cursor;

static uint8_t peek(cursor *c) {
  if (c->at == c->end) link_malformed();
  return *c->at;
}

static uint32_t count_of(cursor *c, uint8_t tag) {
  uint32_t count;
  if (peek(c) != tag || c->end - c->at < 5) link_malformed();
  memcpy(&count, c->at + 1, 4);
  c->at += 5;
  if (count > (size_t)(c->end - c->at)) link_malformed();
  return count;
}

static const char *text_of(cursor *c, size_t *length) {
  *length = count_of(c, 's');
  const char *text = (const char *)c->at;
  c->at += *length;
  return text;
}

// The interpreter's own names have 255 bytes at most.
static qstr name_of(cursor *c) {
  size_t length;
  const char *text = text_of(c, &length);
  if (length > UINT8_MAX) link_malformed();
  return qstr_from_strn(text, length);
}

static char *lasting_text_of(cursor *c, size_t *length) {
  const char *text = text_of(c, length);
  char *copy = port_lasting(*length + 1);
  return memcpy(copy, text, *length);
}

static void read_members(cursor *c, mp_obj_dict_t *into, size_t spare, device_class *owner);

static mp_obj_t read_function(cursor *c, device_class *owner) {
  device_function *function = port_lasting(sizeof *function);
  function->call = name_of(c);
  mp_obj_t options = link_value(&c->at, c->end);
  if (!mp_obj_is_small_int(options)) link_malformed();
  function->options = MP_OBJ_SMALL_INT_VALUE(options);
  function->owner = function->options & WIRE_ON_CLASS ? NULL : owner;
  function->base.type = function->owner ? &method_type : &function_type;
  return MP_OBJ_FROM_PTR(function);
}

static mp_obj_t read_class(cursor *c, bool is_stream) {
  device_class *of = port_lasting(sizeof *of + 5 * sizeof(void *));
  of->full_name = lasting_text_of(c, &of->full_length);
  if (of->full_length > UINT8_MAX) link_malformed();
  const char *dot = strrchr(of->full_name, '.');
  of->type.base.type = &mp_type_type;
  of->type.name = qstr_from_str(dot ? dot + 1 : of->full_name);
  if (peek(c) == 'N') c->at++; else of->init = name_of(c);
  size_t length;
  if (peek(c) == 'N') c->at++; else of->text = lasting_text_of(c, &length);
  if (is_stream) of->ready = name_of(c);
  read_members(c, &of->members, 1, of);
  mp_map_t *map = &of->members.map;
  mp_obj_t name = MP_OBJ_NEW_QSTR(MP_QSTR___del__);
  if (of->init != MP_QSTRnull && !mp_map_lookup(map, name, MP_MAP_LOOKUP)) map->table[map->used++] = (mp_map_elem_t){name, MP_OBJ_FROM_PTR(&collected_obj)};
  mp_obj_type_t *type = (mp_obj_type_t *)&of->type;
  MP_OBJ_TYPE_SET_SLOT(type, make_new, object_make, 0);
  MP_OBJ_TYPE_SET_SLOT(type, locals_dict, &of->members, 1);
  MP_OBJ_TYPE_SET_SLOT(type, attr, object_attribute, 2);
  if (of->text) MP_OBJ_TYPE_SET_SLOT(type, print, object_print, 3);
  mp_obj_t call_name = MP_OBJ_NEW_QSTR(MP_QSTR___call__);
  if (mp_map_lookup(map, call_name, MP_MAP_LOOKUP)) MP_OBJ_TYPE_SET_SLOT(type, call, object_call, 4);
  if (is_stream) MP_OBJ_TYPE_SET_SLOT(type, protocol, &device_stream, 5);
  of->next = classes;
  classes = of;
  return MP_OBJ_FROM_PTR(of);
}

static mp_obj_t read_member(cursor *c, device_class *owner) {
  if (peek(c) != 'l') return keep(link_value(&c->at, c->end));
  size_t count = count_of(c, 'l');
  qstr kind = name_of(c);
  if (kind == MP_QSTR_function && count == 3) return read_function(c, owner);
  if (kind == MP_QSTR_class && (count == 5 || count == 6)) return read_class(c, count == 6);
  link_malformed();
}

static void read_members(cursor *c, mp_obj_dict_t *into, size_t spare, device_class *owner) {
  size_t count = count_of(c, 'm');
  mp_map_t *map = &into->map;
  into->base.type = &mp_type_dict;
  map->table = port_lasting((count + spare + 1) * sizeof *map->table);
  map->alloc = map->used = 0;
  for (size_t i = 0; i < count; i++) {
    mp_obj_t key = MP_OBJ_NEW_QSTR(name_of(c));
    mp_obj_t value = read_member(c, owner);
    map->table[map->used++] = (mp_map_elem_t){key, value};
  }
  map->alloc = map->used + spare;
  map->all_keys_are_qstrs = map->is_fixed = map->is_ordered = 1;
}

static mp_obj_t read_module(cursor *c, qstr name) {
  mp_obj_module_t *module = port_lasting(sizeof *module);
  mp_obj_dict_t *members = port_lasting(sizeof *members);
  read_members(c, members, 1, NULL);
  mp_map_t *map = &members->map;
  memmove(map->table + 1, map->table, map->used * sizeof *map->table);
  map->table[0] = (mp_map_elem_t){MP_OBJ_NEW_QSTR(MP_QSTR___name__), MP_OBJ_NEW_QSTR(name)};
  map->used++;
  *module = (mp_obj_module_t){.base = {&mp_type_module}, .globals = members};
  return MP_OBJ_FROM_PTR(module);
}

// Where the device keeps its packages, with a slash at the end. Messages name what is in them from there on, as they name
// a firmware's own modules.
static struct {
  char text[64];
  size_t length;
} packages;

static void note_packages(const char *folder, size_t length, qstr name) {
  size_t own = qstr_len(name);
  if (length <= own || length - own > sizeof packages.text || memcmp(folder + length - own, qstr_str(name), own)) return;
  packages.length = length - own;
  memcpy(packages.text, folder, packages.length);
}

mp_lexer_t *__wrap_mp_lexer_new_from_file(qstr path) {
  mp_reader_t reader;
  mp_reader_new_file(&reader, path);
  bool is_part = packages.length && strncmp(qstr_str(path), packages.text, packages.length) == 0;
  return mp_lexer_new(is_part ? qstr_from_str(qstr_str(path) + packages.length) : path, reader);
}

// A module in the script's language; of a package, a tuple of the folder of its parts and the source.
static mp_obj_t run_source(cursor *c, qstr name) {
  const char *folder = NULL;
  size_t folder_length = 0;
  if (peek(c) == 't') {
    if (count_of(c, 't') != 2) link_malformed();
    folder = text_of(c, &folder_length);
    note_packages(folder, folder_length, name);
  }
  if (peek(c) != 's' && peek(c) != 'b') link_malformed();
  size_t length = count_of(c, peek(c));
  byte *text = m_new(byte, length);
  memcpy(text, c->at, length);
  mp_obj_t module = mp_obj_new_module(name);
  char file[64];
  snprintf(file, sizeof file, folder ? "%s/__init__.py" : "%s.py", qstr_str(name));
  mp_lexer_t *lexer = mp_lexer_new_from_str_len(qstr_from_str(file), (char *)text, length, length);
  mp_obj_dict_t *globals = mp_obj_module_get_globals(module);
  if (folder) mp_obj_dict_store(MP_OBJ_FROM_PTR(globals), MP_OBJ_NEW_QSTR(MP_QSTR___path__), mp_obj_new_str(folder, folder_length));
  nlr_buf_t nlr;
  if (nlr_push(&nlr) == 0) {
    mp_parse_compile_execute(lexer, MP_PARSE_FILE_INPUT, globals, globals);
    nlr_pop();
    return module;
  }
  mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP_REMOVE_IF_FOUND);
  nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
}

// Those that were asked for.
typedef struct described {
  qstr name;
  mp_obj_t value;
  struct described *next;
} described;
static described *known;

qstr objects_module_name(mp_obj_t module) {
  for (described *d = known; d; d = d->next) if (d->value == module) return d->name;
  return MP_QSTRnull;
}

bool objects_has_described(mp_obj_t value) {
  for (device_class *of = classes; of; of = of->next) if (MP_OBJ_FROM_PTR(of) == value) return true;
  return get_own(value) || objects_module_name(value) != MP_QSTRnull;
}

static described *remember(qstr name, mp_obj_t value) {
  described *d = port_lasting(sizeof *d);
  *d = (described){name, value, known};
  return known = d;
}

// What the device describes under a name; MP_OBJ_NULL for nothing.
static mp_obj_t ask_for(qstr name, bool *is_source) {
  *is_source = false;
  console_flush();
  request_begin(MP_QSTR_module_dot_describe, 0);
  request_value(MP_OBJ_NEW_QSTR(name));
  size_t length;
  const uint8_t *bytes = request_raw_answer(&length);
  if (!bytes) return MP_OBJ_NULL;
  cursor c = {bytes, bytes + length};
  switch (peek(&c)) {
    case 'N': return MP_OBJ_NULL;
    case 's': case 'b': case 't': *is_source = true; return run_source(&c, name);
    case 'm': return read_module(&c, name);
    case 'l': return read_member(&c, NULL);
    default: link_malformed();
  }
}

// One of which the boot has left the name, until somebody looks into it: to describe it takes longer than all of the boot.
static described *promised;

mp_obj_t objects_promise(qstr name) {
  static const uint8_t nothing[] = {'m', 0, 0, 0, 0};
  promised = remember(name, read_module(&(cursor){nothing, nothing + sizeof nothing}, name));
  return promised->value;
}

void objects_fulfil(mp_obj_t module) {
  if (!promised || promised->value != module) return;
  bool is_source;
  mp_obj_t found = ask_for(promised->name, &is_source);
  promised = NULL;
  bool is_module = found != MP_OBJ_NULL && mp_obj_is_type(found, &mp_type_module);
  if (is_module) ((mp_obj_module_t *)MP_OBJ_TO_PTR(module))->globals = mp_obj_module_get_globals(found);
}

mp_obj_t objects_describe(qstr name) {
  for (described *d = known; d; d = d->next) {
    if (d->name != name) continue;
    objects_fulfil(d->value);
    return d->value;
  }
  bool is_source;
  mp_obj_t value = ask_for(name, &is_source);
  if (value != MP_OBJ_NULL && !is_source) remember(name, value);
  return value;
}
