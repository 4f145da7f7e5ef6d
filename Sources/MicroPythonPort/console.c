// The console: what is printed goes over to the device in pieces, what is typed comes from it.
#include "port.h"
#include <string.h>
#include "py/mphal.h"
#include "py/stream.h"

static char printed[4096];
static size_t printed_count;
static char printed_kind; // The tag of its value: a str for text, bytes for what goes out as it is.

void console_flush(void) {
  if (!printed_count) return;
  request_begin(MP_QSTR_console_dot_write, 0);
  request_text(printed_kind, printed, printed_count);
  printed_count = 0;
  request_int_answer(0);
}

static void print(char kind, const char *text, size_t length) {
  if (kind != printed_kind) console_flush();
  printed_kind = kind;
  for (size_t left = length; left;) {
    if (printed_count == sizeof printed) console_flush();
    size_t part = MIN(left, sizeof printed - printed_count);
    memcpy(printed + printed_count, text, part);
    printed_count += part;
    text += part;
    left -= part;
  }
}

// The device knows what a line's end is on its console.
void mp_hal_stdout_tx_strn_cooked(const char *text, size_t length) { print('s', text, length); }

mp_uint_t mp_hal_stdout_tx_strn(const char *bytes, size_t length) {
  print('b', bytes, length);
  return length;
}

static mp_obj_t typed(size_t count) {
  console_flush();
  request_begin(MP_QSTR_console_dot_read, 0);
  request_int(count);
  return request_answer();
}

int mp_hal_stdin_rx_chr(void) {
  size_t length;
  const char *text = mp_obj_str_get_data(typed(1), &length);
  if (length == 0) mp_raise_type(&mp_type_EOFError);
  return (byte)text[0];
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags) {
  uintptr_t ready = flags & MP_STREAM_POLL_WR;
  if (!(flags & MP_STREAM_POLL_RD)) return ready;
  console_flush();
  request_begin(MP_QSTR_console_dot_ready, 0);
  return request_answer() == mp_const_true ? ready | MP_STREAM_POLL_RD : ready;
}

// micropython.kbd_intr
void mp_hal_set_interrupt_char(int byte) {
  console_flush();
  request_begin(MP_QSTR_console_dot_interrupts, 0);
  request_int(byte);
  request_answer();
}

static mp_obj_t input(size_t count, const mp_obj_t *arguments) {
  if (count) mp_obj_print(arguments[0], PRINT_STR);
  console_flush();
  request_begin(MP_QSTR_console_dot_line, 0);
  request_value(MP_OBJ_NEW_QSTR(MP_QSTR_));
  return request_answer();
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(port_input_obj, 0, 1, input);
