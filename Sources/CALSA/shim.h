#pragma once
#include <alsa/asoundlib.h>
#include <sys/eventfd.h>

static inline void qpyemu_alsa_ignore(
    const char *file, int line, const char *function, int code, const char *format,
    va_list arguments) {
  (void)file, (void)line, (void)function, (void)code, (void)format, (void)arguments;
}

/// Drops alsa-lib's own messages about what this thread does; returns what handled them before.
static inline snd_local_error_handler_t qpyemu_alsa_quiet_thread(void) {
  return snd_lib_error_set_local(qpyemu_alsa_ignore);
}

/// Gives this thread's messages back to their handler.
static inline void qpyemu_alsa_restore_thread(snd_local_error_handler_t handler) {
  snd_lib_error_set_local(handler);
}
