#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int linux_accept(int descriptor) { return accept4(descriptor, 0, 0, SOCK_CLOEXEC); }

int linux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int linux_add_closing_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

// Each child gets the next one, so that several do not crowd on one.
static void choose_processor(cpu_set_t *chosen) {
  static _Atomic unsigned started;
  cpu_set_t allowed;
  CPU_ZERO(chosen);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  int skip = (getpid() + started++) % CPU_COUNT(&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed) || skip-- > 0) continue;
    CPU_SET(cpu, chosen);
    return;
  }
}

// The number of the connection in the child.
enum { CONNECTION = 3 };

// In the child of a vfork: system calls only, since it shares our memory.
static int become(char *const arguments[], int connection, pid_t parent, const cpu_set_t *processor) {
  static char *const environment[] = {NULL};
  sigset_t none;
  sigemptyset(&none);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return ESRCH;
  setpgid(0, 0);
  // The host may refuse these two; the program runs without them as well.
  personality(ADDR_NO_RANDOMIZE);
  if (CPU_COUNT(processor) > 0) sched_setaffinity(0, sizeof *processor, processor);
  int status = connection == CONNECTION ? fcntl(connection, F_SETFD, 0) : dup2(connection, CONNECTION);
  if (status < 0) return errno;
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(arguments[0], arguments, environment);
  return errno;
}

pid_t linux_start_guest(char *const arguments[], int connection) {
  cpu_set_t processor;
  choose_processor(&processor);
  sigset_t all, before;
  sigfillset(&all);
  // No handler of ours may run in the child.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid();
  volatile int failure = 0;
  pid_t child = vfork();
  if (child == 0) {
    failure = become(arguments, connection, parent, &processor);
    _exit(127);
  }
  int status = child < 0 ? errno : failure;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (status == 0) return child;
  if (child > 0) waitpid(child, NULL, 0);
  errno = status;
  return -1;
}

_Static_assert(sizeof(linux_processors) == sizeof(cpu_set_t), "as many processors as the C library knows");

linux_processors linux_run_beside(pid_t other) {
  linux_processors before = {0}, theirs;
  if (sched_getaffinity(0, sizeof before, (cpu_set_t *)&before) == 0 &&
      sched_getaffinity(other, sizeof theirs, (cpu_set_t *)&theirs) == 0) {
    linux_run_on(theirs);
  }
  return before;
}

void linux_run_on(linux_processors processors) { sched_setaffinity(0, sizeof processors, (cpu_set_t *)&processors); }

int linux_open_pty(char *path, size_t room) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return -1;
  if (grantpt(master) == 0 && unlockpt(master) == 0) {
    int status = ptsname_r(master, path, room);
    if (status == 0) return master;
    errno = status;
  }
  int reason = errno;
  close(master);
  errno = reason;
  return -1;
}

void linux_move(int from, int to) {
  dup3(from, to, O_CLOEXEC);
  close(from);
}

int linux_watch(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

int linux_watch_opens(int watch, const char *path) {
  return inotify_add_watch(watch, path, IN_OPEN);
}

// More than anything asks for at once: with less room than this left, memory is what was missing.
static const size_t plenty = 64 << 20;

static int host_code, own_code;

int linux_has_room(size_t bytes) {
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return 0;
  munmap(start, bytes);
  return 1;
}

static void end_with(const char *words, int code) {
  size_t length = strlen(words);
  if (write(STDERR_FILENO, words, length) < 0) _exit(code);
  _exit(code);
}

// System calls only: whatever has happened, nothing else can be relied on.
static void say_last_words(int number) {
  if (number == SIGBUS) {
    end_with(
        "qpyemu: a flash image or its .wear file became shorter while it was in use, or its disk failed; "
        "leave the file alone until the run is over\n",
        host_code);
  }
  if (!linux_has_room(plenty)) {
    end_with("qpyemu: the host gives this process too little memory; see ulimit -v\n", host_code);
  }
  end_with("qpyemu: internal error, which is a bug of qpyemu\n", own_code);
}

void linux_end_with_words(int host_fault, int own_fault) {
  static char stack[16384];
  host_code = host_fault;
  own_code = own_fault;
  stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
  // A stack that has no room to grow is one of the ways to die.
  sigaltstack(&other, NULL);
  struct sigaction action = {.sa_handler = say_last_words, .sa_flags = SA_ONSTACK | SA_RESETHAND};
  const int deadly[] = {SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
  for (size_t index = 0; index < sizeof deadly / sizeof *deadly; index++) {
    sigaction(deadly[index], &action, NULL);
  }
}
