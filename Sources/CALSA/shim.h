#pragma once
#include <alsa/asoundlib.h>
#include <sys/eventfd.h>

static inline void qpyemu_alsa_ignore_message(
    const char *file, int line, const char *function, int code, const char *format,
    va_list arguments) {
  (void)file, (void)line, (void)function, (void)code, (void)format, (void)arguments;
}

/// Keeps alsa-lib's own messages of the calling thread off standard error; the caller words its own.
static inline void qpyemu_alsa_quiet_thread(void) {
  snd_lib_error_set_local(qpyemu_alsa_ignore_message);
}

/// Lets the messages of the calling thread through again.
static inline void qpyemu_alsa_unquiet_thread(void) { snd_lib_error_set_local(NULL); }
