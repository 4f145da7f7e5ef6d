// The connection to the device: frames, values, callbacks. See Docs/device-calls.md.
#include "port.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "py/gc.h"
#include "py/objarray.h"
#include "py/objint.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "py/smallint.h"

hello_answer port_device;

// The frames. Neither is in the script's heap.
typedef struct {
  uint8_t *bytes;
  size_t length, room;
} frame;
static frame request, answer;

static bool reserve(frame *f, size_t length) {
  if (length <= f->room) return true;
  if (length > WIRE_FRAME_LIMIT) return false;
  size_t room = f->room ? f->room : 4096;
  while (room < length) room *= 2;
  uint8_t *bytes = realloc(f->bytes, room);
  if (!bytes) return false;
  f->bytes = bytes;
  f->room = room;
  return true;
}

// What the device need not keep any longer.
static struct {
  uint8_t kind;
  uint32_t number;
} *notes;
static size_t notes_count, notes_room;

void link_note(enum wire_note kind, uint32_t number) {
  if (notes_count == notes_room) {
    notes_room = notes_room ? notes_room * 2 : 64;
    notes = realloc(notes, notes_room * sizeof *notes);
    if (!notes) _exit(WIRE_NO_MEMORY);
  }
  notes[notes_count].kind = kind;
  notes[notes_count++].number = number;
}

// Names travel once. `name_numbers` has the number of each string of the interpreter, 0 for one that has not been used.
static uint16_t *name_numbers;
static size_t name_numbers_room;
static uint16_t names_sent, names_new;
static qstr fresh[2]; // The new names of the request.

static uint16_t number_name(qstr name) {
  if (name == MP_QSTRnull) return 0;
  if (name >= name_numbers_room) {
    size_t room = (name + 1024) & ~(size_t)1023;
    uint16_t *numbers = realloc(name_numbers, room * sizeof *numbers);
    if (!numbers) _exit(WIRE_NO_MEMORY);
    memset(numbers + name_numbers_room, 0, (room - name_numbers_room) * sizeof *numbers);
    name_numbers = numbers;
    name_numbers_room = room;
  }
  if (name_numbers[name]) return name_numbers[name];
  if (names_sent + names_new == WIRE_NAME_LIMIT) return 0;
  fresh[names_new++] = name;
  return names_sent + names_new;
}

// Functions that the device may call. One that belongs to an object is kept by that object, any other by this table.
typedef struct {
  mp_obj_t function; // MP_OBJ_NULL if nobody can reach it any more.
  device_object *owner;
  enum { SLOT_FREE, SLOT_NEW, SLOT_SENT } state;
} function_slot;
static function_slot *slots;
static size_t slots_count, slots_first_free;
static device_object *owner;

static uint32_t new_slot(mp_obj_t function) {
  size_t index = slots_first_free;
  while (index < slots_count && slots[index].state != SLOT_FREE) index++;
  if (index == slots_count) {
    size_t count = slots_count ? slots_count * 2 : 16;
    slots = realloc(slots, count * sizeof *slots);
    if (!slots) _exit(WIRE_NO_MEMORY);
    memset(slots + slots_count, 0, (count - slots_count) * sizeof *slots);
    slots_count = count;
  }
  slots_first_free = index + 1;
  if (owner) {
    if (owner->functions == MP_OBJ_NULL) owner->functions = mp_obj_new_list(0, NULL);
    mp_obj_list_append(owner->functions, function);
  }
  slots[index] = (function_slot){function, owner, SLOT_NEW};
  return index + 1;
}

static void free_slot(size_t index) {
  if (index >= slots_count || slots[index].state == SLOT_FREE) return;
  function_slot *slot = &slots[index];
  if (slot->owner && slot->function != MP_OBJ_NULL) {
    size_t count;
    mp_obj_t *items;
    mp_obj_list_get(slot->owner->functions, &count, &items);
    size_t at = 0;
    while (at < count && items[at] != slot->function) at++;
    if (at < count) {
      memmove(items + at, items + at + 1, (count - at - 1) * sizeof *items);
      mp_obj_list_set_len(slot->owner->functions, count - 1);
    }
  }
  *slot = (function_slot){0};
  if (index < slots_first_free) slots_first_free = index;
}

// An object is gone, and its functions with it; the device frees their numbers when it hears of it.
void link_forget_owner(void *object) {
  for (size_t i = 0; i < slots_count; i++) {
    if (slots[i].state != SLOT_FREE && slots[i].owner == object) {
      slots[i].owner = NULL;
      slots[i].function = MP_OBJ_NULL;
    }
  }
}

// The slot of a number that the device has been given and has not freed.
static function_slot *find_slot(uint32_t number) {
  if (number == 0 || number > slots_count || slots[number - 1].state != SLOT_SENT) link_malformed();
  return &slots[number - 1];
}

// The event that is out: the number of its function, the function itself, since the number may be another's by the time
// that it runs, and its arguments, a tuple.
static uint32_t event_function;
static bool event_is_scheduled;
MP_REGISTER_ROOT_POINTER(mp_obj_t port_event_called);
MP_REGISTER_ROOT_POINTER(mp_obj_t port_event_arguments);

void link_collect(void) {
  for (size_t i = 0; i < slots_count; i++) {
    if (slots[i].state != SLOT_FREE && !slots[i].owner) gc_collect_root((void **)&slots[i].function, 1);
  }
}

// Requests.

// The arguments of the request, of which the answer may fill those that are writable buffers.
static const mp_obj_t *fill_arguments;
static size_t fill_count;

static void put(const void *bytes, size_t length) {
  if (!reserve(&request, request.length + length)) mp_raise_ValueError(MP_ERROR_TEXT("argument too long"));
  if (length) memcpy(request.bytes + request.length, bytes, length);
  request.length += length;
}

static void put_tag(char tag) { put(&tag, 1); }

static void put_count(char tag, size_t count) {
  uint32_t number = count;
  put_tag(tag);
  put(&number, 4);
}

static void put_text(char tag, const void *data, size_t length) {
  put_count(tag, length);
  put(data, length);
}

uint16_t link_next_name(void) { return names_sent + 1; }

static wire_request *header(void) { return (wire_request *)request.bytes; }

void request_begin(qstr call, uint32_t object) {
  for (size_t i = 0; i < slots_count; i++) {
    if (slots[i].state == SLOT_NEW) free_slot(i); // Of a request that was never sent.
  }
  wire_request head = {.object = object, .room = WIRE_ROOM_UNASKED, .thread = threads_number()};
  qstr file = MP_QSTRnull;
  head.line = port_place(&file);
  names_new = 0;
  head.file = number_name(file);
  head.call = number_name(call);
  owner = NULL;
  fill_count = 0;
  request.length = 0;
  put(&head, sizeof head);
  for (size_t i = 0; i < names_new; i++) {
    size_t length;
    const byte *text = qstr_data(fresh[i], &length);
    uint16_t number = length;
    put(&number, 2);
    put(text, length);
  }
  header()->notes = MIN(notes_count, UINT16_MAX); // The rest goes with the next.
  for (size_t i = 0; i < header()->notes; i++) {
    put(&notes[i].kind, 1);
    put(&notes[i].number, 4);
  }
}

void request_room(void) {
  gc_collect();
  gc_info_t info;
  gc_info(&info);
  header()->room = info.max_free * MICROPY_BYTES_PER_GC_BLOCK;
}

void request_owner(void *object) { owner = object; }

static void put_int(int64_t value) {
  put_tag('i');
  put(&value, 8);
}

static void put_value(mp_obj_t value, unsigned depth);

static void put_items(char tag, mp_obj_t sequence, unsigned depth) {
  size_t count;
  mp_obj_t *items;
  mp_obj_get_array(sequence, &count, &items);
  put_count(tag, count);
  for (size_t i = 0; i < count; i++) put_value(items[i], depth + 1);
}

static void put_dict(mp_obj_t dict, unsigned depth) {
  mp_map_t *map = mp_obj_dict_get_map(dict);
  put_count('m', map->used);
  for (size_t i = 0; i < map->alloc; i++) {
    if (!mp_map_slot_is_filled(map, i)) continue;
    put_value(map->table[i].key, depth + 1);
    put_value(map->table[i].value, depth + 1);
  }
}

static void put_type(mp_obj_t value) {
  const char *name = mp_obj_get_type_str(value);
  uint8_t length = MIN(strlen(name), 255);
  put_tag('x');
  put(&length, 1);
  put(name, length);
}

static void put_value(mp_obj_t value, unsigned depth) {
  if (depth > WIRE_DEPTH_LIMIT) mp_raise_ValueError(MP_ERROR_TEXT("argument too long"));
  device_object *object;
  mp_buffer_info_t buffer;
  if (mp_obj_is_small_int(value)) {
    put_int(MP_OBJ_SMALL_INT_VALUE(value));
  } else if (value == mp_const_none) {
    put_tag('N');
  } else if (mp_obj_is_bool(value)) {
    put_tag(value == mp_const_true ? 'T' : 'F');
  } else if (mp_obj_is_int(value)) {
    int64_t number;
    mp_obj_int_to_bytes_impl(value, false, 8, (byte *)&number);
    if (!mp_obj_equal(mp_obj_new_int_from_ll(number), value)) {
      mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("overflow converting long int to machine word"));
    }
    put_int(number);
  } else if (mp_obj_is_float(value)) {
    double number = mp_obj_get_float(value);
    put_tag('d');
    put(&number, 8);
  } else if (mp_obj_is_str_or_bytes(value)) {
    size_t length;
    const char *text = mp_obj_str_get_data(value, &length);
    put_text(mp_obj_is_str(value) ? 's' : 'b', text, length);
  } else if ((object = objects_get(value))) {
    put_count('o', object->handle);
  } else if (mp_obj_is_type(value, &mp_type_tuple)) {
    put_items('t', value, depth);
  } else if (mp_obj_is_type(value, &mp_type_list)) {
    put_items('l', value, depth);
  } else if (mp_obj_is_type(value, &mp_type_dict)) {
    put_dict(value, depth);
  } else if (mp_get_buffer(value, &buffer, MP_BUFFER_WRITE)) {
    put_text('w', buffer.buf, buffer.len);
  } else if (mp_get_buffer(value, &buffer, MP_BUFFER_READ)) {
    put_text('b', buffer.buf, buffer.len);
  } else if (mp_obj_is_callable(value)) {
    put_count('f', new_slot(value));
  } else {
    put_type(value);
  }
}

static uint8_t one_more(uint8_t count) {
  if (count == UINT8_MAX) mp_raise_ValueError(MP_ERROR_TEXT("argument too long"));
  return count + 1;
}
static void add_argument(void) { header()->arguments = one_more(header()->arguments); }

void request_none(void) { put_tag('N'), add_argument(); }
void request_int(int64_t value) { put_int(value), add_argument(); }
void request_text(char tag, const void *data, size_t length) { put_text(tag, data, length), add_argument(); }
void request_value(mp_obj_t value) { put_value(value, 0), add_argument(); }

void request_keyword(mp_obj_t name, mp_obj_t value) {
  put_value(name, 0);
  put_value(value, 0);
  header()->keywords = one_more(header()->keywords);
}

// Exchange.

static void transfer(bool writes, uint8_t *bytes, size_t length) {
  while (length) {
    ssize_t done = writes ? write(WIRE_DESCRIPTOR, bytes, length) : read(WIRE_DESCRIPTOR, bytes, length);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) _exit(WIRE_LOST);
    bytes += done;
    length -= done;
  }
}

_Noreturn void link_malformed(void) { _exit(WIRE_MALFORMED); }

// Reads a whole answer; most come in one piece.
static void receive(void) {
  size_t have = 0, want = sizeof(wire_answer);
  while (have < want) {
    if (!reserve(&answer, want)) link_malformed();
    ssize_t done = read(WIRE_DESCRIPTOR, answer.bytes + have, answer.room - have);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) _exit(WIRE_LOST);
    have += done;
    if (have >= sizeof(wire_answer)) {
      want = ((wire_answer *)answer.bytes)->length;
      if (want < sizeof(wire_answer) || want > WIRE_FRAME_LIMIT) link_malformed();
    }
  }
  if (have != want) link_malformed();
  answer.length = want;
}

static void exchange(void) {
  wire_request *head = header();
  head->length = request.length;
  head->steps = turns_take_steps();
  size_t notes_sent = head->notes;
  transfer(true, request.bytes, request.length);
  for (size_t i = 0; i < names_new; i++) name_numbers[fresh[i]] = ++names_sent;
  names_new = 0;
  // Those that came since the request was begun go with the next.
  notes_count -= notes_sent;
  if (notes_count) memmove(notes, notes + notes_sent, notes_count * sizeof *notes);
  for (size_t i = 0; i < slots_count; i++) {
    if (slots[i].state == SLOT_NEW) slots[i].state = SLOT_SENT;
  }
  receive();
}

// Answers.

static const uint8_t *need(const uint8_t **at, const uint8_t *end, size_t count) {
  const uint8_t *here = *at;
  if ((size_t)(end - here) < count) link_malformed();
  *at += count;
  return here;
}

static uint32_t get_count(const uint8_t **at, const uint8_t *end) {
  uint32_t count;
  memcpy(&count, need(at, end, 4), 4);
  return count;
}

static bool get_flag(const uint8_t **at, const uint8_t *end) {
  uint8_t flag = *need(at, end, 1);
  if (flag > 1) link_malformed();
  return flag;
}

static uint64_t get_time(const uint8_t **at, const uint8_t *end) {
  uint64_t time;
  memcpy(&time, need(at, end, 8), 8);
  return time;
}

static mp_obj_t get_items(const uint8_t **at, const uint8_t *end, bool is_tuple) {
  uint32_t count = get_count(at, end);
  if (count > (size_t)(end - *at)) link_malformed();
  mp_obj_t sequence = is_tuple ? mp_obj_new_tuple(count, NULL) : mp_obj_new_list(count, NULL);
  size_t length;
  mp_obj_t *items;
  mp_obj_get_array(sequence, &length, &items);
  for (uint32_t i = 0; i < length; i++) items[i] = mp_const_none;
  for (uint32_t i = 0; i < length; i++) items[i] = link_value(at, end);
  return sequence;
}

static mp_obj_t get_dict(const uint8_t **at, const uint8_t *end) {
  uint32_t count = get_count(at, end);
  if (count > (size_t)(end - *at)) link_malformed();
  mp_obj_t dict = mp_obj_new_dict(count);
  for (uint32_t i = 0; i < count; i++) {
    mp_obj_t key = link_value(at, end);
    mp_obj_dict_store(dict, key, link_value(at, end));
  }
  return dict;
}

mp_obj_t link_value(const uint8_t **at, const uint8_t *end) {
  switch (*need(at, end, 1)) {
    case 'N': return mp_const_none;
    case 'F': return mp_const_false;
    case 'T': return mp_const_true;
    case 'i': {
      int64_t number = (int64_t)get_time(at, end);
      return number >= MP_SMALL_INT_MIN && number <= MP_SMALL_INT_MAX ? MP_OBJ_NEW_SMALL_INT(number) : mp_obj_new_int_from_ll(number);
    }
    case 'd': {
      double number;
      memcpy(&number, need(at, end, 8), 8);
      return mp_obj_new_float(number);
    }
    case 's': {
      uint32_t length = get_count(at, end);
      return mp_obj_new_str((const char *)need(at, end, length), length);
    }
    case 'b': {
      uint32_t length = get_count(at, end);
      return mp_obj_new_bytes(need(at, end, length), length);
    }
    case 'w': {
      uint32_t length = get_count(at, end);
      return mp_obj_new_bytearray(length, need(at, end, length));
    }
    case 'l': return get_items(at, end, false);
    case 't': return get_items(at, end, true);
    case 'm': return get_dict(at, end);
    case 'o': {
      uint32_t handle = get_count(at, end);
      uint8_t length = *need(at, end, 1);
      return objects_revive(handle, (const char *)need(at, end, length), length);
    }
    default: link_malformed();
  }
}

// Passes over a value without making it. What it lets through can be made, if there is room.
static void skip_inner(const uint8_t **at, const uint8_t *end, unsigned depth, bool is_key) {
  uint8_t tag = *need(at, end, 1);
  if (depth > WIRE_DEPTH_LIMIT || (is_key && strchr("wlmo", tag))) link_malformed();
  switch (tag) {
    case 'N': case 'F': case 'T': return;
    case 'i': case 'd': need(at, end, 8); return;
    case 's': case 'b': case 'w': need(at, end, get_count(at, end)); return;
    case 'm': case 'l': case 't':
      for (uint32_t count = get_count(at, end); count; count--) {
        if (tag == 'm') skip_inner(at, end, depth + 1, true);
        skip_inner(at, end, depth + 1, is_key);
      }
      return;
    case 'o':
      if (get_count(at, end) == 0) link_malformed();
      need(at, end, *need(at, end, 1));
      return;
    default: link_malformed();
  }
}
static void skip(const uint8_t **at, const uint8_t *end) { skip_inner(at, end, 0, false); }

// The exception that an answer or a notice tells of.
static mp_obj_t get_exception(const uint8_t **at, const uint8_t *end) {
  mp_obj_t name = link_value(at, end);
  mp_obj_t arguments = link_value(at, end);
  if (!mp_obj_is_str(name) || !mp_obj_is_type(arguments, &mp_type_tuple)) link_malformed();
  size_t count;
  mp_obj_t *items;
  mp_obj_get_array(arguments, &count, &items);
  mp_map_elem_t *found = mp_map_lookup((mp_map_t *)&mp_module_builtins_globals.map, mp_obj_str_intern(name), MP_MAP_LOOKUP);
  const mp_obj_type_t *type = &mp_type_RuntimeError;
  if (found && mp_obj_is_exception_type(found->value)) type = MP_OBJ_TO_PTR(found->value);
  return mp_obj_exception_make_new(type, count, 0, items);
}

// Makes a value that a MemoryError may come in place of; says whether it is an exception.
static mp_obj_t get_safely(const uint8_t **at, const uint8_t *end, bool *is_error) {
  const uint8_t *start = *at;
  bool was_error = *is_error;
  skip(at, end);
  if (was_error) skip(at, end);
  const uint8_t *after = *at;
  nlr_buf_t nlr;
  mp_obj_t value;
  if (nlr_push(&nlr) == 0) {
    *at = start;
    value = was_error ? get_exception(at, end) : link_value(at, end);
    nlr_pop();
  } else {
    value = MP_OBJ_FROM_PTR(nlr.ret_val);
    *is_error = true;
  }
  *at = after;
  return value;
}

static mp_obj_t run_event(mp_obj_t ignored) {
  uint32_t function = event_function;
  mp_obj_t called = MP_STATE_VM(port_event_called), arguments = MP_STATE_VM(port_event_arguments);
  event_function = 0;
  event_is_scheduled = false;
  MP_STATE_VM(port_event_called) = MP_STATE_VM(port_event_arguments) = MP_OBJ_NULL;
  if (!function) return mp_const_none;
  nlr_buf_t nlr;
  if (nlr_push(&nlr) == 0) {
    if (called != MP_OBJ_NULL) {
      size_t count;
      mp_obj_t *items;
      mp_obj_get_array(arguments, &count, &items);
      mp_call_function_n_kw(called, count, 0, items);
    }
    nlr_pop();
  } else {
    port_print(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val), PRINT_EXC);
  }
  link_note(WIRE_RETURNED, function);
  link_tick();
  return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(run_event_obj, run_event);

// Has the main thread run the event that is out as soon as it can; when its turn comes, if it is another's.
void link_run_event(void) {
  if (!event_function || event_is_scheduled || !threads_is_main()) return;
  event_is_scheduled = mp_sched_schedule(MP_OBJ_FROM_PTR(&run_event_obj), mp_const_none);
}

static void take_event(const uint8_t **at, const uint8_t *end) {
  uint32_t function = get_count(at, end);
  const function_slot *slot = find_slot(function);
  bool is_error = false;
  mp_obj_t arguments = get_safely(at, end, &is_error);
  if (is_error) { // No room for its arguments: nobody can be called.
    link_note(WIRE_RETURNED, function);
    return;
  }
  if (event_function || !mp_obj_is_type(arguments, &mp_type_tuple)) link_malformed();
  event_function = function;
  MP_STATE_VM(port_event_called) = slot->function;
  MP_STATE_VM(port_event_arguments) = arguments;
  link_run_event();
  threads_wake_main();
}

static void take_filling(const uint8_t **at, const uint8_t *end) {
  uint8_t index = *need(at, end, 1);
  uint32_t offset = get_count(at, end), length = get_count(at, end);
  const uint8_t *bytes = need(at, end, length);
  mp_buffer_info_t buffer;
  if (index >= fill_count || !mp_get_buffer(fill_arguments[index], &buffer, MP_BUFFER_WRITE)) link_malformed();
  if (offset > buffer.len || length > buffer.len - offset) link_malformed();
  memcpy((uint8_t *)buffer.buf + offset, bytes, length);
}

static void take_notice(const uint8_t **at, const uint8_t *end) {
  switch (*need(at, end, 1)) {
    case WIRE_EVENT: take_event(at, end); return;
    case WIRE_SETTLED: {
      uint32_t token = get_count(at, end);
      bool is_error = get_flag(at, end);
      mp_obj_t value = get_safely(at, end, &is_error);
      threads_settle(token, is_error, value);
      return;
    }
    case WIRE_FREE: free_slot(find_slot(get_count(at, end)) - slots); return;
    case WIRE_FILL: take_filling(at, end); return;
    default: link_malformed();
  }
}

// What a call comes to.
typedef struct {
  uint8_t kind;
  uint32_t token;
  uint64_t until;
  const uint8_t *value, *end;
} outcome;

// Sends the request and takes in everything but the value, of which the bytes stay where they are.
static outcome send(void) {
  exchange();
  wire_answer *head = (wire_answer *)answer.bytes;
  const uint8_t *at = answer.bytes + sizeof *head, *end = answer.bytes + answer.length;
  outcome o = {.kind = head->kind};
  if (o.kind > WIRE_WAIT) link_malformed();
  if (o.kind == WIRE_WAIT) {
    o.token = get_count(&at, end);
    o.until = get_time(&at, end);
    if (o.token == 0) link_malformed();
  }
  o.value = at;
  skip(&at, end);
  if (o.kind == WIRE_ERROR) skip(&at, end);
  o.end = at;
  turns_settle(head->now, head->alarm);
  for (unsigned left = head->notices; left; left--) take_notice(&at, end);
  if (at != end) link_malformed();
  if (head->flags & WIRE_INTERRUPT) {
    mp_sched_keyboard_interrupt();
    threads_wake_main();
  }
  return o;
}

mp_obj_t request_answer(void) {
  outcome o = send();
  const uint8_t *at = o.value;
  if (o.kind == WIRE_ERROR) nlr_raise(get_exception(&at, o.end));
  if (o.kind == WIRE_VALUE) return link_value(&at, o.end);
  bool is_error = false;
  mp_obj_t otherwise = get_safely(&at, o.end, &is_error);
  thread_wait_t wait = {.until = o.until, .token = o.token, .value = otherwise};
  threads_wait(&wait);
  if (wait.is_error || (is_error && !wait.is_settled)) nlr_raise(wait.value);
  return wait.value;
}

int64_t request_int_answer(int64_t other) {
  outcome o = send();
  if (o.kind == WIRE_WAIT) link_malformed();
  const uint8_t *at = o.value;
  if (o.kind != WIRE_VALUE || *at++ != 'i') return other;
  return (int64_t)get_time(&at, o.end);
}

const uint8_t *request_raw_answer(size_t *length) {
  outcome o = send();
  if (o.kind == WIRE_WAIT) link_malformed();
  *length = o.end - o.value;
  return o.kind == WIRE_VALUE ? o.value : NULL;
}

// The bytes of a value that is a str or bytes; any other answer raises.
const uint8_t *request_bytes_answer(size_t *length) {
  outcome o = send();
  const uint8_t *at = o.value;
  if (o.kind == WIRE_ERROR) nlr_raise(get_exception(&at, o.end));
  if (o.kind != WIRE_VALUE || (*at != 's' && *at != 'b')) link_malformed();
  at++;
  *length = get_count(&at, o.end);
  return at;
}

// The handle of an object, which the caller makes itself; 0 for a number in place of one.
uint32_t request_handle_answer(void) {
  outcome o = send();
  const uint8_t *at = o.value;
  if (o.kind == WIRE_ERROR) nlr_raise(get_exception(&at, o.end));
  if (o.kind == WIRE_VALUE && *at == 'i') return 0;
  if (o.kind != WIRE_VALUE || *at++ != 'o') link_malformed();
  return get_count(&at, o.end);
}

// Tells the device what it answers with nothing of interest.
void link_tell(qstr call, const char *first, const char *second) {
  console_flush();
  request_begin(call, 0);
  if (first) request_text('s', first, strlen(first));
  if (second) request_text('s', second, strlen(second));
  request_int_answer(0);
}

void request_fills(const mp_obj_t *arguments, size_t count) {
  fill_arguments = arguments;
  fill_count = count;
}


void link_tick(void) {
  console_flush();
  request_begin(MP_QSTR_turn_dot_tick, 0);
  if (send().kind != WIRE_VALUE) link_malformed();
}

void link_idle(uint64_t until) {
  console_flush();
  request_begin(MP_QSTR_turn_dot_idle, 0);
  if (until == WIRE_NEVER) request_none(); else request_int(until);
  if (send().kind != WIRE_VALUE) link_malformed();
}

// Hello: the interpreter has no heap yet, so the answer is read by hand.
void link_open(bool is_confined) {
  static const char hello[] = "hello", language[] = "micropython", dialect[] = PORT_DIALECT;
  static const char *const keywords[] = {"confined", "steps", "interpreter"};
  wire_request head = {.call = 1, .room = WIRE_ROOM_UNASKED, .arguments = 4, .keywords = 3};
  uint16_t length = sizeof hello - 1;
  put(&head, sizeof head);
  put(&length, 2);
  put(hello, length);
  put_int(WIRE_VERSION);
  put_int(8 * sizeof(mp_uint_t));
  put_text('s', language, sizeof language - 1);
  put_text('s', dialect, sizeof dialect - 1);
  for (size_t i = 0; i < 3; i++) {
    put_text('s', keywords[i], strlen(keywords[i]));
    if (i == 0) put_tag(is_confined ? 'T' : 'F');
    if (i == 1) put_tag('T');
    if (i == 2) put_text('s', MICROPY_VERSION_STRING, strlen(MICROPY_VERSION_STRING));
  }
  header()->length = request.length;
  transfer(true, request.bytes, request.length);
  names_sent = 1;
  receive();
  wire_answer *first = (wire_answer *)answer.bytes;
  const uint8_t *at = answer.bytes + sizeof *first, *end = answer.bytes + answer.length, *after = at;
  skip(&after, end);
  if (first->kind != WIRE_VALUE || first->notices || after != end) link_malformed();
  int64_t *const numbers[] = {&port_device.heap, &port_device.used, &port_device.step, &port_device.turn,
    &port_device.stack, &port_device.seed, &port_device.threads, &port_device.system_heap};
  if (*need(&at, end, 1) != 't') link_malformed();
  size_t fields = get_count(&at, end);
  if (fields < MP_ARRAY_SIZE(numbers) + 1) link_malformed();
  for (size_t i = 0; i < MP_ARRAY_SIZE(numbers); i++) {
    if (*need(&at, end, 1) != 'i') link_malformed();
    *numbers[i] = (int64_t)get_time(&at, end);
    if (*numbers[i] < 0 || *numbers[i] > INT32_MAX) link_malformed();
  }
  if (*need(&at, end, 1) != 's') link_malformed();
  uint32_t count = get_count(&at, end);
  if (count >= sizeof port_device.platform || !port_device.step || !port_device.turn) link_malformed();
  if (port_device.heap < WIRE_SMALLEST_HEAP || port_device.stack < WIRE_SMALLEST_STACK) link_malformed();
  memcpy(port_device.platform, need(&at, end, count), count);
  port_device.layer = fields > MP_ARRAY_SIZE(numbers) + 1 && *need(&at, end, 1) == 'T';
  turns_settle(first->now, first->alarm);
}
