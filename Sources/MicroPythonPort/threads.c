// The script's threads: each has a stack of its own, one runs, and the next one's turn comes after so many steps.
#include "port.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mpthread.h"
#include "py/mperrno.h"
#include "py/objexcept.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "shared/runtime/gchelper.h"
#if PORT_FIBERS
#include <ucontext.h>
#else
#include <pthread.h>
#include <semaphore.h>
#endif

enum {
  DEFAULT_STACK = 8448,    // As `_thread.stack_size()` tells on a module.
  SMALLEST_ASKED_STACK = 8192,
  LARGEST_ASKED_STACK = 4 * 1024 * 1024, // A module has no room for more, either.
  STACK_FACTOR = 8,        // Frames are bigger here than on the module's processor.
  SYSTEM_THREADS = 1000,   // Beside which the system counts the script's; only that it differs is known.
  SMALLEST_STACK = 64 * 1024,
  STACK_RESERVE = 32 * 1024, // Beyond the limit that scripts are held to, for C that does not look.
  GUARD = 64 * 1024,
};

struct _mp_state_thread_t *port_state;

struct thread {
  long number;
  thread *next;            // Among all.
  thread *next_ready;
  thread_wait_t *wait;     // What it waits for; the innermost, if a callback waits on top of another wait.
  bool is_ready, is_over;
  void *top;               // Of the part of its stack that is in use, while it does not run.
  mp_state_thread_t *state;
  port_frame *frames;
  mp_obj_t started;        // A tuple of the function, its arguments and keywords: a root.
  mp_obj_dict_t *locals, *globals;
  char *stack, *base;      // Its lowest and its highest address.
  size_t size, limit;
#if PORT_FIBERS
  jmp_buf place;
  bool has_begun;
  ucontext_t start;
#else
  pthread_t id;
  sem_t turn;
#endif
};

static thread main_thread, *threads = &main_thread, *running = &main_thread;
static thread *ready_first, *ready_last;
static thread *dead; // Whose stack is to be given back by the next one that runs.
static thread_wait_t *waits;
static long last_number;
static long thread_count;

bool threads_is_main(void) { return running == &main_thread; }
unsigned threads_number(void) { return running->number; }

void mp_thread_init(void) {}
mp_uint_t mp_thread_get_id(void) { return running->number; }
void mp_thread_set_state(mp_state_thread_t *state) { port_state = running->state = state; }
void mp_thread_start(void) {}

// Whose turn it is.

static void make_ready(thread *t) {
  if (t->is_ready || t == running) return;
  t->is_ready = true;
  t->next_ready = NULL;
  if (ready_first) ready_last->next_ready = t; else ready_first = t;
  ready_last = t;
}

static thread *take_ready(void) {
  thread *t = ready_first;
  if (!t) return NULL;
  ready_first = t->next_ready;
  t->is_ready = false;
  return t;
}

static void remove_ready(thread *t) {
  if (!t->is_ready) return;
  thread *before = NULL;
  for (thread *r = ready_first; r != t; r = r->next_ready) before = r;
  if (before) before->next_ready = t->next_ready; else ready_first = t->next_ready;
  if (ready_last == t) ready_last = before;
  t->is_ready = false;
}

static void bury(void) {
  if (!dead) return;
#if PORT_FIBERS
  munmap(dead->stack, dead->size);
#endif
  free(dead);
  dead = NULL;
}

static void run_thread(void);

// All registers are on the stack when a thread does not run, so that the collector finds them.
#if PORT_FIBERS
static void begin_fiber(void) {
  bury();
  run_thread();
  abort();
}

__attribute__((noinline)) static void transfer(thread *from, thread *to) {
  __builtin_unwind_init();
  volatile char below[1];
  from->top = (void *)((uintptr_t)below & ~(uintptr_t)15);
  if (_setjmp(from->place) == 0) {
    if (to->has_begun || to == &main_thread) _longjmp(to->place, 1);
    to->has_begun = true;
    setcontext(&to->start);
  }
  bury();
}
#else
__attribute__((noinline)) static void transfer(thread *from, thread *to) {
  __builtin_unwind_init();
  volatile char below[1];
  from->top = (void *)((uintptr_t)below & ~(uintptr_t)15);
  bool is_over = from->is_over;
  sem_post(&to->turn);
  if (is_over) pthread_exit(NULL);
  while (sem_wait(&from->turn) != 0) {}
  if (from->is_over) pthread_exit(NULL); // It was stopped.
}
static void *begin_pthread(void *argument) {
  thread *t = argument;
  t->base = __builtin_frame_address(0);
  while (sem_wait(&t->turn) != 0) {}
  if (!t->is_over) run_thread();
  return NULL;
}
#endif

static void run(thread *to) {
  thread *from = running;
  if (to == from) return;
  from->state = port_state;
  from->frames = port_frames;
  running = to;
  port_state = to->state;
  port_frames = to->frames;
  if (to == &main_thread) link_run_event();
  transfer(from, to);
}

void threads_pass_turn(void) {
  thread *next = take_ready();
  if (!next) return;
  thread *self = running;
  running = NULL; // So that it may stand in the queue.
  make_ready(self);
  running = self;
  run(next);
}

static uint64_t next_deadline(void) {
  uint64_t first = WIRE_NEVER;
  for (thread *t = threads; t; t = t->next) {
    if (t->wait && !t->is_ready && t->wait->until < first) first = t->wait->until;
  }
  return first;
}

// The next thread, when this one cannot go on; time passes until there is one.
static thread *await_ready(void) {
  thread *next;
  while (!(next = take_ready())) {
    link_idle(next_deadline());
    threads_wake_due(turns_now());
  }
  return next;
}

// Whether the one that runs cannot go on: it looks for something to do.
static bool is_blocked;

// Has a thread that waits go on when its turn comes, also if it is the one that looks for something to do.
static void wake(thread *t) {
  if (t == running && !is_blocked) return;
  thread *self = running;
  running = NULL;
  make_ready(t);
  running = self;
}

void threads_wake_due(uint64_t now) {
  for (thread *t = threads; t; t = t->next) {
    if (t->wait && t->wait->until <= now) wake(t);
  }
}

void threads_wake_main(void) {
  if (main_thread.wait) wake(&main_thread);
}

void threads_settle(uint32_t token, bool is_error, mp_obj_t value) {
  for (thread_wait_t *w = waits; w; w = w->next) {
    if (!w->token || w->token != token) continue;
    w->is_settled = true;
    w->is_error = is_error;
    w->value = value;
    w->token = 0;
    wake(w->thread);
    return;
  }
}

static void end_wait(thread_wait_t *wait) {
  thread_wait_t **link = &waits;
  while (*link != wait) link = &(*link)->next;
  *link = wait->next;
}

static void block(void) {
  is_blocked = true;
  thread *next = await_ready();
  is_blocked = false;
  run(next);
}

// Only the main thread is called back and interrupted while it waits.
void threads_handle_pending(void) {
  if (running == &main_thread) mp_handle_pending(true);
}

static void give_back(thread_wait_t *wait);

bool threads_wait(thread_wait_t *wait) {
  thread *self = running;
  thread_wait_t *outer = self->wait;
  wait->thread = self;
  wait->next = waits;
  waits = wait;
  nlr_buf_t nlr;
  if (nlr_push(&nlr) == 0) {
    for (;;) {
      self->wait = NULL;
      threads_handle_pending();
      if (wait->is_settled || turns_now() >= wait->until) break;
      // Another callback may be due by now.
      if (running == &main_thread && MP_STATE_VM(sched_state) == MP_SCHED_PENDING) continue;
      self->wait = wait;
      block();
    }
    nlr_pop();
  } else {
    self->wait = outer;
    end_wait(wait);
    if (wait->token) link_note(WIRE_ABANDONED, wait->token);
    give_back(wait);
    nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
  }
  self->wait = outer;
  end_wait(wait);
  return wait->is_settled;
}

// Threads of the script.

// Takes a thread off all lists; its stack is given back by whoever runs next.
static void remove_thread(thread *t) {
  thread **link = &threads;
  while (*link != t) link = &(*link)->next;
  *link = t->next;
  remove_ready(t);
  for (thread_wait_t **w = &waits; *w;) {
    if ((*w)->thread == t) {
      thread_wait_t *gone = *w;
      *w = gone->next;
      if (gone->token) link_note(WIRE_ABANDONED, gone->token);
      give_back(gone);
    } else {
      w = &(*w)->next;
    }
  }
  t->is_over = true;
  thread_count--;
}

static _Noreturn void end_running(void) {
  remove_thread(running);
  running->wait = NULL;
  thread *next = await_ready();
  dead = running;
  run(next);
  abort();
}

void mp_thread_finish(void) { end_running(); }

static void report(mp_obj_t function, mp_obj_t error) {
  const mp_obj_type_t *type = mp_obj_get_type(error);
  if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(&mp_type_SystemExit))) return;
  mp_print_str(&mp_plat_print, "Unhandled exception in thread started by ");
  port_print(&mp_plat_print, function, PRINT_REPR);
  mp_print_str(&mp_plat_print, "\n");
  port_print(&mp_plat_print, error, PRINT_EXC);
}

static void run_thread(void) {
  thread *self = running;
  mp_state_thread_t state;
  mp_thread_init_state(&state, self->limit, self->locals, self->globals);
  mp_cstack_init_with_top(self->base, self->limit);
  mp_obj_t *started;
  size_t count;
  mp_obj_get_array(self->started, &count, &started);
  nlr_buf_t nlr;
  if (nlr_push(&nlr) == 0) {
    mp_obj_t *arguments;
    mp_obj_get_array(started[1], &count, &arguments);
    mp_map_t *keywords = started[2] == mp_const_none ? NULL : mp_obj_dict_get_map(started[2]);
    size_t pairs = keywords ? keywords->used : 0;
    mp_obj_t *all = m_new(mp_obj_t, count + 2 * pairs);
    if (count) memcpy(all, arguments, count * sizeof *all);
    for (size_t i = 0, at = count; pairs && i < keywords->alloc; i++) {
      if (!mp_map_slot_is_filled(keywords, i)) continue;
      all[at++] = keywords->table[i].key;
      all[at++] = keywords->table[i].value;
    }
    mp_call_function_n_kw(started[0], count, pairs, all);
    nlr_pop();
  } else {
    report(started[0], MP_OBJ_FROM_PTR(nlr.ret_val));
  }
  end_running();
}

// What C runs into that calls itself without looking how much stack is left, such as the hash of nested tuples: the script
// gets the same error as for endless recursion in Python. It is made beforehand, since nothing can be made on that stack.
MP_REGISTER_ROOT_POINTER(mp_obj_t port_recursion);

#if PORT_FIBERS
static void faulted(int number, siginfo_t *info, void *context) {
  char *place = info->si_addr;
  // A fault of our own ends the process; the filter lets no other signal be chosen for it.
  if (place < running->stack || place >= running->stack + GUARD || !MP_STATE_THREAD(nlr_top)) __builtin_trap();
  MP_STATE_THREAD(gc_lock_depth) = 0;
  ((mp_obj_exception_t *)MP_OBJ_TO_PTR(MP_STATE_VM(port_recursion)))->traceback_len = 0;
  nlr_jump(MP_OBJ_TO_PTR(MP_STATE_VM(port_recursion)));
}
#endif

void threads_watch(void) {
#if PORT_FIBERS
  static char room[16 * 1024];
  stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
  struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigaltstack(&stack, NULL);
  sigaction(SIGSEGV, &action, NULL);
#endif
}

#if PORT_FIBERS
// A stack with a guard below it. Memory that nobody may touch becomes usable by a second mapping, since the filter
// forbids changing the protection of the first.
static bool make_stack(thread *t, void (*begin)(void)) {
  t->size = (GUARD + STACK_RESERVE + t->limit + 4095) & ~(size_t)4095;
  t->stack = mmap(NULL, t->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (t->stack == MAP_FAILED) return false;
  char *usable = mmap(t->stack + GUARD, t->size - GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (usable == MAP_FAILED) {
    munmap(t->stack, t->size);
    return false;
  }
  t->top = t->base = t->stack + t->size;
  getcontext(&t->start);
  t->start.uc_stack.ss_sp = t->stack;
  t->start.uc_stack.ss_size = t->size;
  t->start.uc_link = NULL;
  makecontext(&t->start, begin, 0);
  return true;
}
#endif

// Gives the main thread its stack, whose size is the same on every host, and goes on there.
void threads_begin(void (*begin)(void)) {
  port_state = main_thread.state = &mp_state_ctx.thread;
  main_thread.limit = port_device.stack;
#if PORT_FIBERS
  if (!make_stack(&main_thread, begin)) _exit(WIRE_NO_MEMORY);
  mp_cstack_init_with_top(main_thread.base, main_thread.limit);
  setcontext(&main_thread.start);
#else
  sem_init(&main_thread.turn, 0, 0);
  mp_cstack_init_with_top(__builtin_frame_address(0), main_thread.limit * 8);
  begin();
#endif
}

// Once there is a heap.
void threads_prepare(void) {
  static const MP_DEFINE_STR_OBJ(text, "maximum recursion depth exceeded");
  mp_obj_t argument = MP_OBJ_FROM_PTR(&text);
  MP_STATE_VM(port_recursion) = mp_obj_exception_make_new(&mp_type_RuntimeError, 1, 0, &argument);
}

static size_t asked_stack = DEFAULT_STACK;

static bool start(thread *t) {
  if (asked_stack > LARGEST_ASKED_STACK) return false;
  t->limit = MAX(asked_stack * STACK_FACTOR, SMALLEST_STACK);
#if PORT_FIBERS
  return make_stack(t, begin_fiber);
#else
  sem_init(&t->turn, 0, 0);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, t->limit * 8 + 1024 * 1024);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  t->limit *= 8; // Instrumented frames are bigger.
  bool is_started = pthread_create(&t->id, &attributes, begin_pthread, t) == 0;
  pthread_attr_destroy(&attributes);
  return is_started;
#endif
}

static thread *find(mp_int_t number) {
  thread *t = threads;
  while (t && t->number != number) t = t->next;
  return t;
}

// The module `_thread`.

static _Noreturn void refuse_thread(void) { mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("can't create thread")); }

static mp_obj_t start_new_thread(size_t count, const mp_obj_t *arguments) {
  size_t length;
  mp_obj_t *items;
  mp_obj_get_array(arguments[1], &length, &items);
  mp_obj_t keywords = count > 2 ? arguments[2] : mp_const_none;
  if (count > 2 && !mp_obj_is_type(keywords, &mp_type_dict)) mp_raise_TypeError(MP_ERROR_TEXT("expecting a dict for keyword args"));
  if (thread_count == port_device.threads) {
    link_tell(MP_QSTR_thread_dot_refused, NULL, NULL);
    refuse_thread();
  }
  mp_obj_t started[] = {arguments[0], mp_obj_new_tuple(length, items), keywords};
  mp_obj_t kept = mp_obj_new_tuple(3, started);
  thread *t = calloc(1, sizeof *t);
  if (!t) refuse_thread();
  t->started = kept;
  t->locals = mp_locals_get();
  t->globals = mp_globals_get();
  if (!start(t)) {
    free(t);
    refuse_thread();
  }
  t->number = ++last_number;
  t->next = threads;
  threads = t;
  thread_count++;
  make_ready(t);
  return MP_OBJ_NEW_SMALL_INT(t->number);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(start_new_thread_obj, 2, 3, start_new_thread);

// A thread is stopped where it stands, as a module's system does: no `finally` of it runs, and its locks stay taken.
static mp_obj_t stop_thread(mp_obj_t which) {
  mp_int_t number = mp_obj_get_int(which);
  thread *t = number == 0 ? running : find(number);
  if (t == &main_thread) mp_raise_ValueError(MP_ERROR_TEXT("Deleting the main thread is not allowed!"));
  if (!t) mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("No thread with thread id %d was found!"), (int)number);
  if (t == running) end_running();
  remove_thread(t);
#if PORT_FIBERS
  munmap(t->stack, t->size);
  free(t);
#else
  sem_post(&t->turn);
#endif
  return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stop_thread_obj, stop_thread);

// The firmware counts threads in two ways.
static mp_obj_t get_ident(void) {
  return MP_OBJ_NEW_SMALL_INT(running->number + (port_device.layer ? SYSTEM_THREADS : 0));
}
static MP_DEFINE_CONST_FUN_OBJ_0(get_ident_obj, get_ident);

static mp_obj_t is_running(mp_obj_t which) { return mp_obj_new_bool(find(mp_obj_get_int(which)) != NULL); }
static MP_DEFINE_CONST_FUN_OBJ_1(is_running_obj, is_running);

static mp_obj_t get_heap_size(void) { return mp_obj_new_int(port_device.system_heap); }
static MP_DEFINE_CONST_FUN_OBJ_0(get_heap_size_obj, get_heap_size);

// Sets the size, or tells it, in the same unit.
static mp_obj_t stack_size(size_t count, const mp_obj_t *arguments) {
  if (!count) return mp_obj_new_int(asked_stack);
  mp_int_t size = mp_obj_get_int(arguments[0]);
  if (size < SMALLEST_ASKED_STACK) return MP_OBJ_NEW_SMALL_INT(-1);
  asked_stack = size;
  return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(stack_size_obj, 0, 1, stack_size);

static mp_obj_t exit_thread(void) { mp_raise_type(&mp_type_SystemExit); }
static MP_DEFINE_CONST_FUN_OBJ_0(exit_thread_obj, exit_thread);

// Locks and semaphores: a lock is one that only one can have at a time.

typedef struct {
  mp_obj_base_t base;
  mp_int_t limit, left; // Of a lock 1, and whether it is free; of what was deleted 0.
} semaphore;

static const mp_obj_type_t lock_type, semaphore_type;

// Passes on to the one that has waited longest: waits are in the order of their beginning, newest first.
static void pass_on(semaphore *self) {
  thread_wait_t *longest = NULL;
  for (thread_wait_t *w = waits; w; w = w->next) if (w->semaphore == self && !w->is_settled) longest = w;
  if (!longest) {
    self->left++;
    return;
  }
  longest->is_settled = true;
  wake(longest->thread);
}

// A wait has ended otherwise, though it may have been given what it was for.
static void give_back(thread_wait_t *wait) {
  semaphore *self = wait->semaphore;
  if (self && wait->is_settled && self->limit) pass_on(self);
}

static mp_obj_t allocate(const mp_obj_type_t *type, mp_int_t limit) {
  semaphore *self = mp_obj_malloc(semaphore, type);
  self->limit = self->left = limit;
  return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t allocate_lock(void) { return allocate(&lock_type, 1); }
static MP_DEFINE_CONST_FUN_OBJ_0(allocate_lock_obj, allocate_lock);

static mp_obj_t allocate_semaphore(mp_obj_t count) {
  mp_int_t limit = mp_obj_get_int(count);
  if (limit < 1) mp_raise_OSError(MP_EIO);
  return allocate(&semaphore_type, limit);
}
static MP_DEFINE_CONST_FUN_OBJ_1(allocate_semaphore_obj, allocate_semaphore);

// Whether the thread gets it, at the latest when a device time comes.
static mp_obj_t acquire(semaphore *self, uint64_t until) {
  if (self->left) {
    self->left--;
    return mp_const_true;
  }
  thread_wait_t wait = {.until = until, .semaphore = self};
  return mp_obj_new_bool(self->limit && until && threads_wait(&wait));
}

// acquire(waits=1, timeout=-1), the time-out in seconds; the firmware takes it and looks at none.
static mp_obj_t lock_acquire(size_t count, const mp_obj_t *arguments) {
  bool waits = count < 2 || mp_obj_get_int(arguments[1]);
  mp_float_t timeout = count < 3 || port_device.layer ? -1 : mp_obj_get_float(arguments[2]);
  uint64_t until = !waits ? 0 : timeout < 0 || timeout > 1e9 ? WIRE_NEVER : turns_now() + (uint64_t)(timeout * 1e9);
  return acquire(MP_OBJ_TO_PTR(arguments[0]), until);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lock_acquire_obj, 1, 3, lock_acquire);

// acquire(milliseconds=-1): below 0 for ever. A third argument is taken, and passed over.
static mp_obj_t semaphore_acquire(size_t count, const mp_obj_t *arguments) {
  mp_int_t length = count < 2 ? -1 : mp_obj_get_int(arguments[1]);
  uint64_t until = length == 0 ? 0 : length < 0 ? WIRE_NEVER : turns_now() + (uint64_t)length * 1000000;
  return acquire(MP_OBJ_TO_PTR(arguments[0]), until);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(semaphore_acquire_obj, 1, 3, semaphore_acquire);

static mp_obj_t release(mp_obj_t self_in) {
  semaphore *self = MP_OBJ_TO_PTR(self_in);
  if (self->left >= self->limit) mp_raise_msg(&mp_type_RuntimeError, NULL);
  pass_on(self);
  return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, release);

static mp_obj_t lock_is_taken(mp_obj_t self_in) {
  semaphore *self = MP_OBJ_TO_PTR(self_in);
  return mp_obj_new_bool(self->left < self->limit);
}
static MP_DEFINE_CONST_FUN_OBJ_1(lock_is_taken_obj, lock_is_taken);

static mp_obj_t semaphore_counts(mp_obj_t self_in) {
  static const qstr names[] = {MP_QSTR_maxCnt, MP_QSTR_curCnt};
  semaphore *self = MP_OBJ_TO_PTR(self_in);
  const mp_obj_t counts[] = {mp_obj_new_int(self->limit), mp_obj_new_int(self->left)};
  return mp_obj_new_attrtuple(names, 2, counts);
}
static MP_DEFINE_CONST_FUN_OBJ_1(semaphore_counts_obj, semaphore_counts);

// Nobody gets what is deleted: those who wait for it wait no longer.
static mp_obj_t delete(mp_obj_t self_in) {
  semaphore *self = MP_OBJ_TO_PTR(self_in);
  self->limit = self->left = 0;
  for (thread_wait_t *w = waits; w; w = w->next) {
    if (w->semaphore != self || w->is_settled) continue;
    w->until = 0;
    wake(w->thread);
  }
  return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(delete_obj, delete);

static mp_obj_t delete_lock(mp_obj_t lock) {
  if (!mp_obj_is_type(lock, &lock_type)) mp_raise_TypeError(MP_ERROR_TEXT("The argument isn't a lock."));
  return delete(lock);
}
static MP_DEFINE_CONST_FUN_OBJ_1(delete_lock_obj, delete_lock);

static mp_obj_t delete_semaphore(mp_obj_t of) {
  if (!mp_obj_is_type(of, &semaphore_type)) mp_raise_TypeError(MP_ERROR_TEXT("The argument isn't a semphore."));
  return delete(of);
}
static MP_DEFINE_CONST_FUN_OBJ_1(delete_semaphore_obj, delete_semaphore);

static mp_obj_t lock_exit(size_t count, const mp_obj_t *arguments) { return release(arguments[0]); }
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lock_exit_obj, 4, 4, lock_exit);

static const mp_rom_map_elem_t lock_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&delete_obj)},
  {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&lock_acquire_obj)},
  {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
  {MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&lock_is_taken_obj)},
  {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&lock_acquire_obj)},
  {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&lock_exit_obj)},
};
static MP_DEFINE_CONST_DICT(lock_members, lock_members_table);
static MP_DEFINE_CONST_OBJ_TYPE(lock_type, MP_QSTR_lock, MP_TYPE_FLAG_NONE, locals_dict, &lock_members);

static const mp_rom_map_elem_t semaphore_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&delete_obj)},
  {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&semaphore_acquire_obj)},
  {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
  {MP_ROM_QSTR(MP_QSTR_getCnt), MP_ROM_PTR(&semaphore_counts_obj)},
};
static MP_DEFINE_CONST_DICT(semaphore_members, semaphore_members_table);
static MP_DEFINE_CONST_OBJ_TYPE(semaphore_type, MP_QSTR_semphore, MP_TYPE_FLAG_NONE, locals_dict, &semaphore_members);

static const mp_rom_map_elem_t thread_members_table[] = {
  {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__thread)},
  {MP_ROM_QSTR(MP_QSTR_LockType), MP_ROM_PTR(&lock_type)},
  {MP_ROM_QSTR(MP_QSTR_get_ident), MP_ROM_PTR(&get_ident_obj)},
  {MP_ROM_QSTR(MP_QSTR_get_heap_size), MP_ROM_PTR(&get_heap_size_obj)},
  {MP_ROM_QSTR(MP_QSTR_stack_size), MP_ROM_PTR(&stack_size_obj)},
  {MP_ROM_QSTR(MP_QSTR_start_new_thread), MP_ROM_PTR(&start_new_thread_obj)},
  {MP_ROM_QSTR(MP_QSTR_stop_thread), MP_ROM_PTR(&stop_thread_obj)},
  {MP_ROM_QSTR(MP_QSTR_threadIsRunning), MP_ROM_PTR(&is_running_obj)},
  {MP_ROM_QSTR(MP_QSTR_exit), MP_ROM_PTR(&exit_thread_obj)},
  {MP_ROM_QSTR(MP_QSTR_allocate_lock), MP_ROM_PTR(&allocate_lock_obj)},
  {MP_ROM_QSTR(MP_QSTR_allocate_semphore), MP_ROM_PTR(&allocate_semaphore_obj)},
  {MP_ROM_QSTR(MP_QSTR_delete_lock), MP_ROM_PTR(&delete_lock_obj)},
  {MP_ROM_QSTR(MP_QSTR_delete_semphore), MP_ROM_PTR(&delete_semaphore_obj)},
};
static MP_DEFINE_CONST_DICT(thread_members, thread_members_table);
const mp_obj_module_t mp_module_thread = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&thread_members};
MP_REGISTER_MODULE(MP_QSTR__thread, mp_module_thread);

// The interpreter's own locks: whose turn it is, is what they would tell.

mp_uint_t mp_thread_create(void *(*entry)(void *), void *argument, size_t *size) { abort(); }
void mp_thread_mutex_init(mp_thread_mutex_t *mutex) {}
int mp_thread_mutex_lock(mp_thread_mutex_t *mutex, int waits) { return 1; }
void mp_thread_mutex_unlock(mp_thread_mutex_t *mutex) {}

void gc_collect(void) {
  gc_collect_start();
  gc_helper_collect_regs_and_stack();
  for (thread *t = threads; t; t = t->next) {
    void *roots[] = {t->started, t->locals, t->globals};
    gc_collect_root(roots, MP_ARRAY_SIZE(roots));
    if (!t->state) continue;
    gc_collect_root((void **)t->state, sizeof *t->state / sizeof(void *));
    if (t != running) gc_collect_root((void **)t->top, ((char *)t->state->stack_top - (char *)t->top) / sizeof(void *));
  }
  link_collect();
  gc_collect_end();
}
