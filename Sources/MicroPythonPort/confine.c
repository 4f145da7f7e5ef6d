// From here on the process can talk to the device, and get and give back memory, and nothing else.
#include "port.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define MAP_NUMBER SYS_mmap
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#define MAP_NUMBER SYS_mmap2
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define MAP_NUMBER SYS_mmap
#else
#error "the filter does not know this processor"
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_NUMBER LOAD(nr)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define TELL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP)
#define ALLOW_CALL(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), ALLOW
// A call on the connection's descriptor alone.
#define ALLOW_ON_CONNECTION(number) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 4), LOAD(args[0]), \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WIRE_DESCRIPTOR, 0, 1), ALLOW, TELL

static struct sock_filter filter[] = {
  LOAD(arch),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
  KILL,
  LOAD_NUMBER,
#ifdef __x86_64__
  BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), // The numbers of x32.
  KILL,
#endif
  ALLOW_ON_CONNECTION(SYS_read),
  ALLOW_ON_CONNECTION(SYS_write),
  ALLOW_CALL(SYS_exit_group),
  ALLOW_CALL(SYS_munmap),
  ALLOW_CALL(SYS_mremap),
  ALLOW_CALL(SYS_brk),
  ALLOW_CALL(SYS_restart_syscall),
  ALLOW_CALL(SYS_rt_sigprocmask), // What begins a thread's stack calls it.
  ALLOW_CALL(SYS_rt_sigreturn),
#ifdef __i386__
  ALLOW_CALL(SYS_sigprocmask),
  ALLOW_CALL(SYS_sigreturn),
#endif
  // Memory that belongs to no file and is never executable.
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAP_NUMBER, 0, 6),
  LOAD(args[2]),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0),
  LOAD(args[3]),
  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1),
  ALLOW,
  TELL,
  TELL,
};

// The call was not made. The device hears its number, and then the process is over.
static void refused(int signal, siginfo_t *info, void *context) {
  struct __attribute__((packed)) {
    wire_request head;
    uint16_t name_length;
    char name[13];
    char tag;
    int64_t number;
  } frame = {
    .head = {.length = sizeof frame, .call = link_next_name(), .room = WIRE_ROOM_UNASKED, .arguments = 1},
    .name_length = sizeof frame.name, .tag = 'i', .number = info->si_syscall,
  };
  memcpy(frame.name, "guest.refused", sizeof frame.name);
  ssize_t done = write(WIRE_DESCRIPTOR, &frame, sizeof frame);
  _exit(done == sizeof frame ? WIRE_REFUSED : WIRE_LOST);
}

bool confine(void) {
  struct sigaction action = {.sa_sigaction = refused, .sa_flags = SA_SIGINFO};
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  return sigaction(SIGSYS, &action, NULL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
