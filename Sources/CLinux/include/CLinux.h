// Calls of the C library that it declares only with GNU extensions on, which Swift's module of it
// does not turn on.
#pragma once
#include <sys/types.h>

/// Waits for the next client of a listening socket; -1 and errno on failure.
int linux_accept(int descriptor);

/// Makes a pipe that children do not inherit: its reading and its writing end; -1 on failure.
int linux_pipe(int ends[2]);

/// The user at the other end of a Unix socket; (uid_t)-1 if that cannot be told.
uid_t linux_peer_user(int descriptor);

/// Keeps a process on one of the processors it may use; which one depends on its number, so that
/// many processes spread.
void linux_keep_on_one_processor(pid_t pid);
