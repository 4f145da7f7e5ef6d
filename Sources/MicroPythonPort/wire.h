// The wire between a guest and its device, version 2: Docs/device-calls.md. All numbers are little-endian.
#ifndef QPYEMU_WIRE_H
#define QPYEMU_WIRE_H

#include <stdint.h>

enum {
  WIRE_VERSION = 2,
  WIRE_DESCRIPTOR = 3,     // Of the connection, in the guest.
  WIRE_FRAME_LIMIT = 1 << 20,
  WIRE_NAME_LIMIT = 65535, // Of names, and of the bytes of one.
  WIRE_DEPTH_LIMIT = 16,   // Of values in values.
  WIRE_SMALLEST_HEAP = 16384,
  WIRE_SMALLEST_STACK = 4096,
};

#define WIRE_NEVER UINT64_MAX
#define WIRE_ROOM_UNASKED UINT32_MAX

typedef struct __attribute__((packed)) {
  uint32_t length;
  uint64_t steps;
  uint32_t line;
  uint16_t file, call;
  uint32_t object;
  uint32_t room;
  uint16_t thread, notes;
  uint8_t arguments, keywords;
  uint16_t reserved;
} wire_request;

typedef struct __attribute__((packed)) {
  uint32_t length;
  uint64_t now, alarm;
  uint8_t kind, flags;
  uint16_t notices;
} wire_answer;

_Static_assert(sizeof(wire_request) == 36, "a request's header has 36 bytes");
_Static_assert(sizeof(wire_answer) == 24, "an answer's header has 24 bytes");

enum wire_kind { WIRE_VALUE, WIRE_ERROR, WIRE_WAIT };
enum wire_flag { WIRE_INTERRUPT = 1 };
enum wire_note { WIRE_DROPPED = 1, WIRE_ABANDONED, WIRE_RETURNED };
enum wire_notice { WIRE_EVENT = 1, WIRE_SETTLED, WIRE_FREE, WIRE_FILL };
enum wire_report { WIRE_DONE, WIRE_RAISED, WIRE_EXITED, WIRE_NAMES, WIRE_INTERRUPTED };
enum wire_option { WIRE_ASKS_ROOM = 1, WIRE_ON_CLASS = 2, WIRE_ITERATES = 4, WIRE_KEEPS = 8 };

// Ends of the process.
enum wire_exit {
  WIRE_LOST = 0,
  WIRE_UNCONNECTED = 3,
  WIRE_UNCONFINED = 4,
  WIRE_NO_MEMORY = 5,
  WIRE_MALFORMED = 6,
  WIRE_REFUSED = 7,
};

#endif
