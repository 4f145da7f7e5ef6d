#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

int linux_accept(int descriptor) { return accept4(descriptor, 0, 0, SOCK_CLOEXEC); }

int linux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

uid_t linux_peer_user(int descriptor) {
  struct ucred credentials;
  socklen_t size = sizeof credentials;
  int status = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  return status == 0 ? credentials.uid : (uid_t)-1;
}

void linux_keep_on_one_processor(pid_t pid) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(pid, sizeof allowed, &allowed) != 0) return;
  int skip = pid % CPU_COUNT(&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed) || skip-- > 0) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(pid, sizeof one, &one);
    return;
  }
}
