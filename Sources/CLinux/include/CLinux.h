// Calls of the C library that it declares only with GNU extensions on, which Swift's module of it
// does not turn on.
#pragma once
#include <spawn.h>
#include <sys/types.h>

/// Waits for the next client of a listening socket; -1 and errno on failure.
int linux_accept(int descriptor);

/// Makes a pipe that children do not inherit: its reading and its writing end; -1 on failure.
int linux_pipe(int ends[2]);

/// Has a child that is to be started so close all descriptors from a number on; 0, or why not.
int linux_add_closing_from(posix_spawn_file_actions_t *actions, int first);

/// Starts a guest: on one of the processors we may use, which one depends on our number, so that many processes spread;
/// with addresses that are the same every time; in a process group of its own, out of the reach of the terminal's
/// Ctrl-C; with no signal blocked and an empty environment; `connection` is its descriptor 3, beside our standard
/// streams; and it ends when the calling thread does. Gives its number, or -1 and errno.
pid_t linux_start_guest(char *const arguments[], int connection);

/// Some of the host's processors.
typedef struct {
  unsigned long bits[16];
} linux_processors;

/// Has the calling thread run on the processors that another process runs on; gives those that it ran on before.
linux_processors linux_run_beside(pid_t other);

/// Has the calling thread run on some processors; where it does, if none of them is there.
void linux_run_on(linux_processors processors);

/// Makes a pseudoterminal that children do not inherit, and writes the path of its other end; gives the
/// descriptor of this end, or -1 and errno.
int linux_open_pty(char *path, size_t room);

/// Gives what a descriptor stands for to another one, which children do not inherit.
void linux_move(int from, int to);

/// Makes a descriptor that is told of openings of files: it can be read after one, and does not wait; -1 on
/// failure.
int linux_watch(void);

/// Has such a descriptor be told when a file is opened; -1 and errno on failure.
int linux_watch_opens(int watch, const char *path);

/// From now on, what would kill this process (a trap, a fault, memory that the host refuses) ends it with a sentence on
/// standard error and one of two exit codes: `host_fault` where the host is to blame, since a file in memory was
/// cut short or the host gives no more memory, and `own_fault` else.
void linux_end_with_words(int host_fault, int own_fault);

/// Whether the host would give this process so many more bytes of memory.
int linux_has_room(size_t bytes);
