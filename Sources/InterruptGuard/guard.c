// Keeps Ctrl-C from MicroPython while it holds a lock.
//
// Its unix port raises KeyboardInterrupt inside its handler of SIGINT, so a long jump leaves whatever was under way.
// If that was the heap's own work, the heap stays locked for ever: then nothing can be allocated any more, or the
// thread waits for itself. Loaded before the C library, these calls let a SIGINT wait until the thread asks for the
// heap's lock, holding none: there an exception is nothing new, since memory may be used up. Code that asks for no
// memory for a while is interrupted anywhere, as long as it holds no lock. So the kernel of the guest can keep Ctrl-C
// away, too: by a lock.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static int (*real_init)(pthread_mutex_t *, const pthread_mutexattr_t *);
static int (*real_lock)(pthread_mutex_t *);
static int (*real_trylock)(pthread_mutex_t *);
static int (*real_unlock)(pthread_mutex_t *);
static int (*real_sigaction)(int, const struct sigaction *, struct sigaction *);

// What the interpreter does at a SIGINT.
static void (*interrupt)(int);

// The heap's lock, which is the second one that the interpreter makes.
static pthread_mutex_t *heap;
static int made;

// A handler must not be the first to need room for these, so they get it when the thread starts.
#define OF_THREAD static __thread __attribute__((tls_model("initial-exec")))
// Locks that are held, or about to be.
OF_THREAD volatile sig_atomic_t held;
// Whether a SIGINT waits.
OF_THREAD volatile sig_atomic_t is_due;

// Sends the main thread another SIGINT if it asks for no memory meanwhile.
static timer_t reminder;
static const struct itimerspec soon = {.it_value.tv_nsec = 1000000};
static const struct itimerspec never;

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

__attribute__((constructor)) static void prepare(void) {
  real_init = dlsym(RTLD_NEXT, "pthread_mutex_init");
  real_lock = dlsym(RTLD_NEXT, "pthread_mutex_lock");
  real_trylock = dlsym(RTLD_NEXT, "pthread_mutex_trylock");
  real_unlock = dlsym(RTLD_NEXT, "pthread_mutex_unlock");
  real_sigaction = dlsym(RTLD_NEXT, "sigaction");
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGINT};
  event.sigev_notify_thread_id = getpid();
  timer_create(CLOCK_MONOTONIC, &event, &reminder);
}

static void interrupt_now(void) {
  timer_settime(reminder, 0, &never, NULL);
  is_due = 0;
  interrupt(SIGINT);
}

static void handle_interrupt(int signal) {
  (void)signal;
  if (is_due && held == 0) interrupt_now();
  is_due = 1;
  timer_settime(reminder, 0, &soon, NULL);
}

static void enter(const pthread_mutex_t *mutex) {
  if (is_due && held == 0 && mutex == heap) interrupt_now();
  held++;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
  if (++made == 2) heap = mutex;
  return real_init(mutex, attributes);
}

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  enter(mutex);
  int status = real_lock(mutex);
  if (status != 0) held--;
  return status;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex) {
  enter(mutex);
  int status = real_trylock(mutex);
  if (status != 0) held--;
  return status;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
  int status = real_unlock(mutex);
  held--;
  return status;
}

int sigaction(int signal, const struct sigaction *new, struct sigaction *old) {
  if (new == NULL || new->sa_handler == SIG_DFL || new->sa_handler == SIG_IGN) {
    return real_sigaction(signal, new, old);
  }
  struct sigaction guarded = *new;
  if (signal == SIGINT) {
    interrupt = new->sa_handler;
    guarded.sa_handler = handle_interrupt;
    // The heap waits for other threads while it collects, and takes an interrupted wait for their answer.
    guarded.sa_flags |= SA_RESTART;
  } else {
    // Another thread that collects waits for the end of this handler.
    sigaddset(&guarded.sa_mask, SIGINT);
  }
  return real_sigaction(signal, &guarded, old);
}

// Read by the package manager's linker, which otherwise binds every library to Swift's own.
__attribute__((used, section(".swift1_autolink_entries"))) static const char flags[] =
    "-Wl,--as-needed";
