// The parts of the port, and what they have of each other.
#ifndef QPYEMU_PORT_H
#define QPYEMU_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "py/bc.h"
#include "py/builtin.h"
#include "py/runtime.h"
#include "wire.h"

// What the device says at the start (link.c).
typedef struct {
  int64_t heap, used, step, turn, stack, seed, threads, system_heap;
  char platform[32];
  bool layer; // Where it is not as the pages say, the script finds what the firmware does.
} hello_answer;
extern hello_answer port_device;

// Places (main.c): a chain of the frames that run, beside the interpreter's own stack.
typedef struct _port_frame {
  mp_code_state_t *code;
  struct _port_frame *previous;
} port_frame;
extern port_frame *port_frames;
unsigned port_place(qstr *file);

// Turns (turns.c): the time, and how far the thread may go.
uint64_t turns_now(void);
uint64_t turns_take_steps(void);
void turns_settle(uint64_t now, uint64_t alarm);
void turns_begin(void);
void turns_listen(void);

// Threads (threads.c).
typedef struct thread thread;
// Something that a thread waits for; it stands on that thread's stack.
typedef struct thread_wait {
  uint64_t until;
  uint32_t token;      // Of the device; 0 for none.
  void *semaphore;     // NULL for none.
  bool is_settled, is_error;
  mp_obj_t value;
  thread *thread;
  struct thread_wait *next;
} thread_wait_t;
bool threads_wait(thread_wait_t *wait); // False if the time came first.
void threads_settle(uint32_t token, bool is_error, mp_obj_t value);
void threads_pass_turn(void);
void threads_wake_due(uint64_t now);
void threads_wake_main(void);
void threads_handle_pending(void);
bool threads_is_main(void);
unsigned threads_number(void);
void threads_watch(void);
void threads_begin(void (*begin)(void));
void threads_prepare(void);

// A frame that is not as Docs/device-calls.md describes it is the end (link.c).
_Noreturn void link_malformed(void);

// The link (link.c): a request is begun, gets its arguments, and is sent.
void request_begin(qstr call, uint32_t object);
void request_room(void);
void request_owner(void *object);
void request_fills(const mp_obj_t *arguments, size_t count);
void request_none(void);
void request_int(int64_t value);
void request_text(char tag, const void *data, size_t length); // A str or bytes.
void request_value(mp_obj_t value);
void request_keyword(mp_obj_t name, mp_obj_t value);
mp_obj_t request_answer(void);             // Sends it, and waits if the answer says so.
int64_t request_int_answer(int64_t other); // Of a call that does not wait; `other` if the value is no int.
const uint8_t *request_bytes_answer(size_t *length);
uint32_t request_handle_answer(void);
const uint8_t *request_raw_answer(size_t *length); // The value's bytes, good until the next request; NULL for an exception.
void link_open(bool is_confined);
void link_note(enum wire_note kind, uint32_t number);
void link_tell(qstr call, const char *first, const char *second); // NULL for an argument that there is not.
void link_tick(void);
void link_idle(uint64_t until);
mp_obj_t link_value(const uint8_t **at, const uint8_t *end);
void link_collect(void);
void link_forget_owner(void *object);
void link_run_event(void);
uint16_t link_next_name(void);

// Objects of the device (objects.c).
typedef struct device_class device_class;
typedef struct {
  mp_obj_base_t base;
  uint32_t handle;
  mp_obj_t functions; // A list of those that the device may call for it; MP_OBJ_NULL for none.
} device_object;
device_object *objects_get(mp_obj_t value);          // NULL for anything else.
mp_obj_t objects_revive(uint32_t handle, const char *name, size_t length);
mp_obj_t objects_describe(qstr module);              // MP_OBJ_NULL if the device has no such module.
mp_obj_t objects_promise(qstr module);               // A module that is described when somebody looks into it.
void objects_fulfil(mp_obj_t module);                // Has one that was promised be described now.
qstr objects_module_name(mp_obj_t module);           // Of one whose members were described; MP_QSTRnull for any other.
bool objects_has_described(mp_obj_t value);           // A module, a class, or an object of one.
void objects_adopt(device_object *object, uint32_t handle);
void objects_forget(mp_obj_t object);

// Files, and the flash that they are on (files.c, flash.c).
mp_obj_t files_open(mp_obj_t path, mp_obj_t mode);
void flash_begin(void);
void flash_request_path(const char *path); // Adds it to the request, as one from the root.

// What the dialect lacks or has otherwise (dialect.c).
void dialect_begin(void);

// Modules of the interpreter (modules.c).
mp_obj_t modules_find(qstr name);
mp_obj_t modules_all(void); // A list of the names that can be imported, without what is on the flash.
const char *modules_name(mp_obj_t module);
void modules_note_lack(const char *owner, qstr member); // NULL if there is no lack.
void modules_tell_lack(qstr member);                    // Before the exception for it.

// Prints a value, or with PRINT_EXC an exception and where it came from (main.c). What that calls of the script may raise
// in its turn: the rest is then left out.
void port_print(const mp_print_t *print, mp_obj_t value, mp_print_kind_t kind);

// Memory that is not in the script's heap, and lasts as long as the process (main.c).
void *port_lasting(size_t size);

// The console (console.c).
void console_flush(void);

// Confinement (confine.c).
bool confine(void);

#endif
