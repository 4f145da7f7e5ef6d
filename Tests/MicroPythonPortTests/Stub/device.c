// A small device: it starts the interpreter, answers its calls by Docs/device-calls.md, and says on standard error how the run
// went. It knows no vendor's rules; its module `stub` has what tests of the wire need.
//
//   device [options] INTERPRETER SCRIPT
//   -h BYTES   heap          -u BYTES  of it used by a boot     -t STEPS   of a turn
//   -c MS      types Ctrl-C at that device time, and again as often as -n COUNT says
//   -j KIND    of job: file (the default), exec, single, complete
//   -f         starts the interpreter without its filter
//   -i NUMBER  of signals for attention, 300 µs apart
//   -p NUMBER  of stops in the middle (SIGSTOP, SIGCONT), 3 ms long and 3 ms apart
//   -r         has a terminal for a console: text gets carriage returns
//   -v         describes the module vfs
//   -z SEED    spoils answers at random
//   -b         has the interpreter's modules by the names of newer interpreters too, without u in front
//   -d         tells which descriptors the interpreter has open
//   -s         tells at the end how many steps, calls … there were
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../../Sources/MicroPythonPort/wire.h"

enum { STEP_NS = 1000, CALL_NS = 1000000, ALARMS = 32, HANDLES = 4096, WAITS = 64 };

static int connection;
static pid_t guest;
static uint8_t request[WIRE_FRAME_LIMIT], answer[2 * WIRE_FRAME_LIMIT];
static size_t out;
static uint64_t now, steps;
static unsigned long calls, ticks, idles, freed, dropped, events, most_functions, functions;
static char *names[WIRE_NAME_LIMIT + 1];
static unsigned names_count;
static const char *script, *job_kind = "file";
static bool has_terminal, has_vfs, has_given_job, has_bare_names, shows_descriptors, shows_figures;
static uint32_t spoiler; // 0 for an honest device.
static uint64_t interrupt_at = WIRE_NEVER;
static long interrupts_left;
static int exit_status = -1;

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "malformed: %s\n", what);
  fflush(stdout);
  kill(guest, SIGKILL);
  exit(99);
}

// Alarms call a function, or settle a token.
static struct {
  uint64_t at, period;
  uint32_t function, token;
  int64_t count;
} alarms[ALARMS];
static uint32_t queue[64];
static int64_t queue_arguments[64];
static unsigned queued;
static bool event_is_out;

static struct {
  enum { NOTHING, THING, OPEN_FILE } kind;
  int descriptor;
  uint32_t callback;
} handles[HANDLES];

// Frames.

static void send_all(const void *bytes, size_t length) {
  for (const char *at = bytes; length;) {
    ssize_t done = write(connection, at, length);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return;
    at += done;
    length -= done;
  }
}

// One that breaks off is the last.
static void send_frame(const void *frame, size_t length) {
  send_all(frame, length);
  if (length < sizeof(wire_answer) || ((const wire_answer *)frame)->length > length) shutdown(connection, SHUT_WR);
}

static bool receive(void) {
  size_t have = 0, want = sizeof(wire_request);
  while (have < want) {
    ssize_t done = read(connection, request + have, want - have);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    have += done;
    if (have == sizeof(wire_request)) {
      want = ((wire_request *)request)->length;
      if (want < sizeof(wire_request) || want > WIRE_FRAME_LIMIT) fail("length");
    }
  }
  return true;
}

static const uint8_t *at, *end;

static const uint8_t *need(size_t count) {
  const uint8_t *here = at;
  if ((size_t)(end - at) < count) fail("too short");
  at += count;
  return here;
}
static uint32_t number32(void) { uint32_t n; memcpy(&n, need(4), 4); return n; }

static void put(const void *bytes, size_t length) { memcpy(answer + out, bytes, length); out += length; }
static void tag(char t) { put(&t, 1); }
static void count32(char t, uint32_t n) { tag(t); put(&n, 4); }
static void integer(int64_t n) { tag('i'); put(&n, 8); }
static void text_of(char t, const void *bytes, size_t length) { count32(t, length); put(bytes, length); }
static void text(const char *s) { text_of('s', s, strlen(s)); }
static void none(void) { tag('N'); }

static void object(uint32_t handle, const char *class) {
  uint8_t length = strlen(class);
  count32('o', handle);
  put(&length, 1);
  put(class, length);
}

static void error(const char *class, bool has_text, const char *what, int64_t number) {
  ((wire_answer *)answer)->kind = WIRE_ERROR;
  text(class);
  count32('t', 1);
  if (has_text) text(what); else integer(number);
}

// Passes over a value; counts the functions in it.
static void skip(unsigned depth) {
  if (depth > WIRE_DEPTH_LIMIT + 1) fail("depth");
  uint8_t t = *need(1);
  switch (t) {
    case 'N': case 'F': case 'T': return;
    case 'i': case 'd': need(8); return;
    case 's': case 'b': case 'w': need(number32()); return;
    case 'o': number32(); return;
    case 'f': number32(); functions++; if (functions > most_functions) most_functions = functions; return;
    case 'x': need(*need(1)); return;
    case 'l': case 't': for (uint32_t n = number32(); n; n--) skip(depth + 1); return;
    case 'm': for (uint32_t n = number32(); n; n--) { skip(depth + 1); skip(depth + 1); } return;
    default: fail("tag");
  }
}

// Arguments of the request.
static const uint8_t *arguments[256], *after_arguments, *after_keywords;
static unsigned argument_count;
static int64_t argument_int(unsigned i) { int64_t n = 0; if (i < argument_count && *arguments[i] == 'i') memcpy(&n, arguments[i] + 1, 8); return n; }
static uint32_t argument_32(unsigned i) { uint32_t n = 0; if (i < argument_count) memcpy(&n, arguments[i] + 1, 4); return n; }
static char *argument_text(unsigned i) {
  static char room[4][4096];
  uint32_t length = argument_32(i);
  if (i >= argument_count || length > 4000) fail("text");
  memcpy(room[i % 4], arguments[i] + 5, length);
  room[i % 4][length] = 0;
  return room[i % 4];
}

// A path from the root, below the folder that the device runs in.
static const char *argument_path(unsigned i) {
  const char *path = argument_text(i);
  if (*path++ != '/') fail("path");
  while (*path == '/') path++;
  return *path ? path : ".";
}

// Notices come after the value; they are gathered first.
static uint8_t notices[1 << 16];
static size_t notices_length;
static unsigned notices_count;
static void notice(const void *bytes, size_t length) { memcpy(notices + notices_length, bytes, length); notices_length += length; }
static void free_function(uint32_t function) {
  if (!function) return;
  uint8_t kind = WIRE_FREE;
  notice(&kind, 1); notice(&function, 4);
  notices_count++;
  freed++;
  functions--;
}

static void enqueue(uint32_t function, int64_t argument) {
  if (queued == 64) return;
  queue[queued] = function;
  queue_arguments[queued++] = argument;
}

static void let_alarms_ring(void) {
  for (int i = 0; i < ALARMS; i++) {
    if (!alarms[i].at || alarms[i].at > now) continue;
    if (alarms[i].function) enqueue(alarms[i].function, ++alarms[i].count);
    if (alarms[i].token) {
      uint8_t kind = WIRE_SETTLED, is_error = 0, t = 'i';
      int64_t value = 42;
      notice(&kind, 1); notice(&alarms[i].token, 4); notice(&is_error, 1); notice(&t, 1); notice(&value, 8);
      notices_count++;
    }
    alarms[i].at = alarms[i].period ? alarms[i].at + alarms[i].period : 0;
  }
}

static uint64_t next_alarm(void) {
  uint64_t first = interrupts_left > 0 ? interrupt_at : WIRE_NEVER;
  for (int i = 0; i < ALARMS; i++) if (alarms[i].at && alarms[i].at < first) first = alarms[i].at;
  return first;
}

static void deliver(void) {
  if (event_is_out || !queued) return;
  uint8_t kind = WIRE_EVENT;
  uint32_t one = 1;
  notice(&kind, 1); notice(&queue[0], 4);
  notice("t", 1); notice(&one, 4); notice("i", 1); notice(&queue_arguments[0], 8);
  notices_count++;
  events++;
  memmove(queue, queue + 1, --queued * sizeof *queue);
  memmove(queue_arguments, queue_arguments + 1, queued * sizeof *queue_arguments);
  event_is_out = true;
}

static void set_alarm(uint64_t first, uint64_t period, uint32_t function, uint32_t token) {
  for (int i = 0; i < ALARMS; i++) {
    if (alarms[i].at) continue;
    alarms[i].at = now + first; alarms[i].period = period; alarms[i].function = function; alarms[i].token = token; alarms[i].count = 0;
    return;
  }
}

static void wait_for(uint32_t token, uint64_t until) {
  ((wire_answer *)answer)->kind = WIRE_WAIT;
  put(&token, 4);
  put(&until, 8);
}

static uint32_t new_handle(int kind) {
  for (uint32_t i = 1; i < HANDLES; i++) if (handles[i].kind == NOTHING) { handles[i].kind = kind; return i; }
  fail("handles");
}

// The description of the module `stub`.
static void function(const char *name, const char *call, int options) {
  text(name);
  count32('l', 3); text("function"); text(call); integer(options);
}

// The modules of the interpreter that a newer one names without u.
static bool has_u_before_it(const char *module) {
  static const char *const bare[] = {"array", "binascii", "collections", "errno", "hashlib", "io", "json", "random", "re", "select", "struct"};
  for (size_t i = 0; i < sizeof bare / sizeof *bare; i++) if (strcmp(module, bare[i]) == 0) return true;
  return false;
}

static void describe(const char *module) {
  if (strcmp(module, "stub") == 0) {
    count32('m', 18);
    text("ANSWER"); integer(42);
    text("NAME"); text("stub");
    text("PAIR"); count32('t', 2); integer(1); text("b");
    function("echo", "stub.echo", 0);
    function("instead", "stub.instead", 0);
    function("fail", "stub.fail", 0);
    function("alarm", "stub.alarm", 0);
    function("wait", "stub.wait", 0);
    function("fill", "stub.fill", 0);
    function("room", "stub.room", WIRE_ASKS_ROOM);
    function("items", "stub.items", WIRE_ITERATES);
    function("where", "stub.where", 0);
    function("info", "stub.info", 0);
    function("keywords", "stub.keywords", 0);
    function("steps", "stub.steps", 0);
    function("time", "stub.time", 0);
    text("Thing");
    count32('l', 5); text("class"); text("stub.Thing"); text("Thing.init"); none();
    count32('m', 5);
    text("LIMIT"); integer(7);
    function("call", "Thing.call", 0);
    function("handle", "Thing.handle", 0);
    function("callback", "Thing.callback", 0);
    function("count", "Thing.count", WIRE_ON_CLASS);
    text("Gated");
    count32('l', 5); text("class"); text("stub.Gated"); text("Gated.init"); none();
    count32('m', 1);
    function("__del__", "Gated.__del__", 0);
  } else if (strcmp(module, "onlyClass") == 0) {
    count32('l', 5); text("class"); text("onlyClass"); text("Thing.init"); text("only ");
    count32('m', 1);
    function("handle", "Thing.handle", 0);
  } else if (strcmp(module, "written") == 0) {
    text("import stub\nvalue = stub.ANSWER + 1\ndef where():\n    return stub.where()\n");
  } else if (strcmp(module, "vfs") == 0 && has_vfs) {
    count32('m', 1); text("native"); tag('T');
  } else if (has_bare_names && has_u_before_it(module)) {
    char source[64];
    snprintf(source, sizeof source, "from u%s import *\n", module);
    text(source);
  } else {
    none();
  }
}

static void open_file(const char *path, const char *mode) {
  int flags = strchr(mode, 'w') ? O_RDWR | O_CREAT | O_TRUNC : strchr(mode, 'a') ? O_RDWR | O_CREAT | O_APPEND : O_RDONLY;
  int descriptor = open(path, flags | O_CLOEXEC, 0666);
  if (descriptor < 0) { error("OSError", false, NULL, errno); return; }
  uint32_t handle = new_handle(OPEN_FILE);
  handles[handle].descriptor = descriptor;
  object(handle, "File");
}

// What a call of the C library comes to that answers nothing else.
static void done(int result) {
  if (result == 0) none(); else error("OSError", false, NULL, errno);
}

static int kind_of(const struct stat *s) { return S_ISDIR(s->st_mode) ? 0x4000 : 0x8000; }

static void status(const char *path) {
  struct stat s;
  if (stat(path, &s) != 0) { error("OSError", false, NULL, errno); return; }
  count32('t', 2); integer(kind_of(&s)); integer(s.st_size);
}

static void list(const char *path) {
  struct dirent **entries;
  int count = scandir(path, &entries, NULL, alphasort), shown = 0;
  if (count < 0) { error("OSError", false, NULL, errno); return; }
  for (int i = 0; i < count; i++) shown += entries[i]->d_name[0] != '.';
  count32('l', shown);
  for (int i = 0; i < count; i++) {
    char whole[4096];
    struct stat s = {0};
    snprintf(whole, sizeof whole, "%s/%s", path, entries[i]->d_name);
    stat(whole, &s);
    if (entries[i]->d_name[0] != '.') { count32('t', 3); text(entries[i]->d_name); integer(kind_of(&s)); integer(s.st_size); }
    free(entries[i]);
  }
  free(entries);
}

static void check_folder(const char *path) {
  struct stat s;
  int result = stat(path, &s);
  if (result == 0 && !S_ISDIR(s.st_mode)) { errno = ENOTDIR; result = -1; }
  done(result);
}

static void source(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) { error("OSError", false, NULL, errno); return; }
  static char room[1 << 19];
  ssize_t length = read(descriptor, room, sizeof room);
  close(descriptor);
  text_of('b', room, length > 0 ? length : 0);
}

// What the guest has open, told once it runs.
static void show_descriptors(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", guest);
  DIR *folder = opendir(path);
  fprintf(stderr, "[open");
  for (struct dirent *entry; folder && (entry = readdir(folder));) if (entry->d_name[0] != '.') fprintf(stderr, " %s", entry->d_name);
  fprintf(stderr, "]\n");
  if (folder) closedir(folder);
}

static void give_job(void) {
  has_given_job = true;
  if (shows_descriptors) show_descriptors();
  if (strcmp(job_kind, "file") == 0) { count32('t', 2); text("file"); text(script); return; }
  count32('t', 2); text(job_kind); source(script);
}

static void report(void) {
  static const char *const ends[] = {"done", "raised", "exited", "names", "interrupted"};
  int64_t how = argument_int(0);
  fflush(stdout);
  for (int i = 0; i < ALARMS; i++) if (alarms[i].period) alarms[i].at = 0; // What would go on for ever.
  if (argument_32(2)) fprintf(stderr, "%.*s%s", (int)argument_32(2), arguments[2] + 5, how == WIRE_EXITED || how == WIRE_NAMES ? "\n" : "");
  fprintf(stderr, "[%s %d]\n", ends[how < 5 ? how : 0], (int)argument_int(1));
  exit_status = how == WIRE_DONE ? 0 : how == WIRE_RAISED ? 1 : (int)argument_int(1);
}

static void print(char kind, const uint8_t *bytes, size_t length) {
  for (; length; length--, bytes++) {
    if (has_terminal && kind == 's' && *bytes == '\n') putchar('\r');
    putchar(*bytes);
  }
}

static uint32_t next_token = 1, job_token;

// A frame that is sent in place of the next answer to a call.
static char instead_of[64];
static uint8_t instead[2 * WIRE_FRAME_LIMIT];
static size_t instead_length;

static void set_instead(void) {
  snprintf(instead_of, sizeof instead_of, "%s", argument_text(0));
  instead_length = argument_32(1);
  memcpy(instead, arguments[1] + 5, instead_length);
  none();
}

static void answer_call(const char *call, const wire_request *r) {
  uint32_t on = r->object;
  if (on && (on >= HANDLES || handles[on].kind == NOTHING)) fail("handle");
  bool takes_time = strncmp(call, "stub.", 5) == 0 || strncmp(call, "Thing.", 6) == 0 || strncmp(call, "file.", 5) == 0 || strncmp(call, "fs.", 3) == 0;
  if (takes_time) now += CALL_NS;
  if (strcmp(call, "turn.tick") == 0) { ticks++; none(); }
  else if (strcmp(call, "turn.idle") == 0) {
    idles++;
    uint64_t until = argument_count && *arguments[0] == 'i' ? (uint64_t)argument_int(0) : WIRE_NEVER, alarm = next_alarm();
    uint64_t next = until < alarm ? until : alarm;
    if (queued && !event_is_out) next = now;
    if (next == WIRE_NEVER) { // Nothing is left that could happen.
      if (exit_status < 0) { fprintf(stderr, "[nothing is left to wait for: %s line %u]\n", names[r->file] ? names[r->file] : "-", r->line); exit_status = 124; }
      close(connection);
      return;
    }
    if (next > now) now = next;
    none();
  }
  else if (strcmp(call, "job.next") == 0) {
    if (argument_count == 3) report();
    if (!has_given_job) give_job(); else { wait_for(job_token = next_token++, WIRE_NEVER); none(); }
  }
  else if (strcmp(call, "console.write") == 0) { print(*arguments[0], arguments[0] + 5, argument_32(0)); none(); }
  else if (strcmp(call, "console.read") == 0) {
    char room[4096]; size_t wanted = argument_int(0) < 4096 ? argument_int(0) : 4096;
    ssize_t length = read(0, room, wanted);
    text_of('b', room, length > 0 ? length : 0);
  }
  else if (strcmp(call, "console.ready") == 0) { tag('T'); }
  else if (strcmp(call, "console.line") == 0) {
    char line[1024]; fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) { error("EOFError", true, "", 0); }
    else { line[strcspn(line, "\n")] = 0; text(line); }
  }
  else if (strcmp(call, "console.interrupts") == 0) { none(); }
  else if (strcmp(call, "import.stat") == 0) {
    struct stat s;
    integer(stat(argument_path(0), &s) != 0 ? 0 : S_ISDIR(s.st_mode) ? 1 : 2);
  }
  else if (strcmp(call, "import.source") == 0) { source(argument_path(0)); }
  else if (strcmp(call, "module.describe") == 0) { describe(argument_text(0)); }
  else if (strcmp(call, "module.list") == 0) { count32('l', 2); text("stub"); text("onlyClass"); }
  else if (strcmp(call, "module.bare") == 0) { fprintf(stderr, "[bare %s]\n", argument_text(0)); none(); }
  else if (strcmp(call, "module.lacks") == 0) { fprintf(stderr, "[lacks %s %s]\n", argument_text(0), argument_text(1)); integer(0); }
  else if (strcmp(call, "module.absent") == 0) { fprintf(stderr, "[absent %s]\n", argument_text(0)); integer(0); }
  else if (strcmp(call, "thread.refused") == 0) { fprintf(stderr, "[thread refused]\n"); integer(0); }
  else if (strcmp(call, "time.sleep") == 0) { wait_for(next_token++, now + argument_int(0)); none(); }
  else if (strcmp(call, "time.sleep_us") == 0) { wait_for(next_token++, now + 1000 * argument_int(0)); none(); }
  else if (strcmp(call, "time.now") == 0) { integer(1735689600 + now / 1000000000); }
  else if (strcmp(call, "time.local") == 0) { integer(1735689600 + 28800 + now / 1000000000); }
  else if (strcmp(call, "guest.refused") == 0) { fprintf(stderr, "[refused %d]\n", (int)argument_int(0)); none(); }
  else if (strcmp(call, "file.open") == 0) { open_file(argument_path(0), argument_text(1)); }
  else if (strcmp(call, "fs.stat") == 0) { status(argument_path(0)); }
  else if (strcmp(call, "fs.list") == 0) { list(argument_path(0)); }
  else if (strcmp(call, "fs.statvfs") == 0) { count32('t', 4); integer(4096); integer(100); integer(50); integer(255); }
  else if (strcmp(call, "fs.mkdir") == 0) { done(mkdir(argument_path(0), 0777)); }
  else if (strcmp(call, "fs.remove") == 0) { done(remove(argument_path(0))); }
  else if (strcmp(call, "fs.rename") == 0) { done(rename(argument_path(0), argument_path(1))); }
  else if (strcmp(call, "fs.folder") == 0) { check_folder(argument_path(0)); }
  else if (strcmp(call, "module.uname") == 0) { count32('l', 2); text("sysname=Stub"); text("release=1=2"); }
  else if (strcmp(call, "module.random") == 0) {
    uint8_t room[256];
    if (argument_int(0) < 0 || argument_int(0) > 256) { error("ValueError", true, "count", 0); return; }
    for (int i = 0; i < argument_int(0); i++) room[i] = 37 * i;
    text_of('b', room, argument_int(0));
  }
  else if (strcmp(call, "file.read") == 0) {
    static char room[65536]; size_t wanted = argument_int(0) < 65536 ? argument_int(0) : 65536;
    ssize_t length = read(handles[on].descriptor, room, wanted);
    if (length < 0) error("OSError", false, NULL, errno); else text_of('b', room, length);
  }
  else if (strcmp(call, "file.write") == 0) { integer(write(handles[on].descriptor, arguments[0] + 5, argument_32(0))); }
  else if (strcmp(call, "file.seek") == 0) { integer(lseek(handles[on].descriptor, argument_int(0), argument_int(1))); }
  else if (strcmp(call, "file.sync") == 0) { none(); }
  else if (strcmp(call, "file.close") == 0) { close(handles[on].descriptor); handles[on].descriptor = -1; none(); }
  else if (strcmp(call, "stub.echo") == 0) {
    if (argument_count != 1) { error("TypeError", true, "function takes 1 positional arguments but 0 were given", 0); return; }
    switch (*arguments[0]) {
      case 'o': object(argument_32(0), "stub.Thing"); break;
      case 'f': free_function(argument_32(0)); text("function"); break;
      case 'x': text_of('s', arguments[0] + 2, arguments[0][1]); break;
      default: put(arguments[0], after_arguments - arguments[0]);
    }
  }
  else if (strcmp(call, "stub.instead") == 0) { set_instead(); }
  else if (strcmp(call, "stub.fail") == 0) {
    const char *class = argument_text(0);
    if (argument_count > 1 && *arguments[1] == 'i') error(class, false, NULL, argument_int(1)); else error(class, true, argument_text(1), 0);
  }
  else if (strcmp(call, "stub.alarm") == 0) { set_alarm(argument_int(0), argument_int(1), argument_32(2), 0); none(); }
  else if (strcmp(call, "stub.wait") == 0) { // Settled at the first time, given up at the second.
    uint32_t token = next_token++;
    set_alarm(argument_int(0), 0, 0, token);
    wait_for(token, argument_int(1) < 0 ? WIRE_NEVER : now + argument_int(1));
    tag('F');
  }
  else if (strcmp(call, "stub.fill") == 0) {
    uint8_t kind = WIRE_FILL, index = 0;
    uint32_t offset = 1, length = 3;
    notice(&kind, 1); notice(&index, 1); notice(&offset, 4); notice(&length, 4); notice("abc", 3);
    notices_count++;
    integer(3);
  }
  else if (strcmp(call, "stub.room") == 0) { integer(r->room); }
  else if (strcmp(call, "stub.items") == 0) { count32('l', 2); integer(1); integer(2); }
  else if (strcmp(call, "stub.where") == 0) { count32('t', 3); text(names[r->file] ? names[r->file] : ""); integer(r->line); integer(r->thread); }
  else if (strcmp(call, "stub.info") == 0) { count32('t', 4); integer(dropped); integer(freed); integer(functions); integer(names_count); }
  else if (strcmp(call, "stub.keywords") == 0) { count32('m', r->keywords); put(after_arguments, after_keywords - after_arguments); }
  else if (strcmp(call, "stub.steps") == 0) { integer(steps); }
  else if (strcmp(call, "stub.time") == 0) { integer(now); }
  else if (strcmp(call, "Thing.init") == 0) {
    if (argument_count && *arguments[0] == 'i' && argument_int(0) < 0) { integer(argument_int(0)); return; }
    if (argument_count && *arguments[0] == 'i' && argument_int(0) > 0) { object(argument_int(0), "stub.Thing"); handles[argument_int(0)].kind = THING; return; }
    object(new_handle(THING), argument_count ? "onlyClass" : "stub.Thing");
  }
  else if (strcmp(call, "Gated.init") == 0) { object(new_handle(THING), "stub.Gated"); }
  else if (strcmp(call, "Gated.__del__") == 0) { integer(argument_count ? -1 : (int64_t)on); }
  else if (strcmp(call, "Thing.handle") == 0) { integer(on); }
  else if (strcmp(call, "Thing.callback") == 0) {
    free_function(handles[on].callback);
    handles[on].callback = *arguments[0] == 'f' ? argument_32(0) : 0;
    integer(0);
  }
  else if (strcmp(call, "Thing.call") == 0) { if (handles[on].callback) enqueue(handles[on].callback, argument_int(0)); none(); }
  else if (strcmp(call, "Thing.count") == 0) { integer(on); }
  else { error("RuntimeError", true, call, 0); }
}

static void take_notes(unsigned count) {
  while (count--) {
    uint8_t kind = *need(1);
    uint32_t number = number32();
    switch (kind) {
      case WIRE_DROPPED:
        if (number >= HANDLES || handles[number].kind == NOTHING) fail("dropped handle");
        if (handles[number].kind == OPEN_FILE && handles[number].descriptor >= 0) close(handles[number].descriptor);
        free_function(handles[number].callback);
        memset(&handles[number], 0, sizeof handles[number]);
        dropped++;
        break;
      case WIRE_ABANDONED: for (int i = 0; i < ALARMS; i++) if (alarms[i].at && alarms[i].token == number) alarms[i].at = 0; break;
      case WIRE_RETURNED: event_is_out = false; break;
      default: fail("note");
    }
  }
}

static const char *read_name(unsigned number) {
  if (number == 0) return "";
  if (number > names_count + 1 || number > WIRE_NAME_LIMIT) fail("name");
  if (number == names_count + 1) {
    uint16_t length;
    memcpy(&length, need(2), 2);
    names[++names_count] = strndup((const char *)need(length), length);
  }
  return names[number];
}

// As Docs/device-calls.md has them: heap, used, step, turn, stack, seed, threads, system heap.
static int64_t numbers[] = {512336, 0, STEP_NS, 256, 65536, 1, 16, 2199424};

static void hello(void) {
  count32('t', 9);
  for (int i = 0; i < 8; i++) integer(numbers[i]);
  text("EC600N");
}

static uint32_t random_below(uint32_t limit) {
  spoiler ^= spoiler << 13;
  spoiler ^= spoiler >> 17;
  spoiler ^= spoiler << 5;
  return spoiler % limit;
}

static const uint32_t edges[] = {0, 1, 2, 16, 255, 256, 65535, 1 << 20, INT32_MAX, UINT32_MAX};
static uint32_t random_number(void) { return random_below(2) ? random_below(6) : edges[random_below(sizeof edges / sizeof *edges)]; }

static void random_value(unsigned depth) {
  static const char *const classes[] = {"stub.Thing", "onlyClass", "File", "none", ""};
  static const char letters[] = "function class exec single file OSError StopIteration ";
  char t = "NFTidsbwltmo"[random_below(depth > 5 ? 8 : 12)];
  switch (t) {
    case 'i': case 'd': tag(t); put(&(uint64_t){(uint64_t)random_number() << random_below(33)}, 8); return;
    case 's': case 'b': case 'w': {
      size_t from = random_below(sizeof letters - 1), rest = sizeof letters - 1 - from;
      text_of(t, letters + from, random_below(rest + 1));
      return;
    }
    case 'o': object(random_below(6), classes[random_below(5)]); return;
    case 'l': case 't': case 'm': {
      uint32_t count = random_below(5);
      count32(t, count);
      for (uint32_t n = t == 'm' ? 2 * count : count; n; n--) random_value(depth + 1);
      return;
    }
    default: tag(t);
  }
}

static void random_exception(void) {
  static const char *const names[] = {"OSError", "SystemExit", "StopIteration", "KeyboardInterrupt", "MemoryError", "print", "none"};
  uint32_t count = random_below(3);
  text(names[random_below(7)]);
  count32('t', count);
  while (count--) random_value(1);
}

static void random_notice(void) {
  uint32_t number = random_number(), length = random_below(12);
  uint8_t kind = WIRE_EVENT + random_below(4);
  put(&kind, 1);
  if (kind == WIRE_FILL) { tag(random_below(3)); put(&number, 4); put(&length, 4); put("twelve bytes", length); return; }
  put(&number, 4);
  if (kind == WIRE_EVENT) { count32('t', 1); random_value(1); }
  if (kind == WIRE_SETTLED) { tag(length & 1); if (length & 1) random_exception(); else random_value(0); }
}

// A frame that is well formed and has nothing to do with the call.
static size_t random_answer(void) {
  wire_answer *a = (wire_answer *)answer;
  out = sizeof *a;
  a->kind = random_below(3);
  if (a->kind == WIRE_WAIT) wait_for(random_number(), random_below(2) ? WIRE_NEVER : now + random_number());
  if (a->kind == WIRE_ERROR) random_exception(); else random_value(0);
  a->notices = random_below(3);
  for (unsigned left = a->notices; left; left--) random_notice();
  a->length = out;
  return out;
}

// Changes an answer: bytes for others, for tags or for numbers at a limit, bytes taken out or put in; mostly with a
// length that is right for it.
static size_t spoil(size_t length) {
  static const char tags[] = "NFTidsbwltmofx";
  for (uint32_t changes = 1 + random_below(4); changes; changes--) {
    size_t place = random_below(8) ? sizeof(wire_answer) + random_below(length) % (length - sizeof(wire_answer) + 1) : random_below(length);
    if (place >= length) place = length - 1;
    size_t rest = length - place, count = 1 + random_below(16);
    if (count > rest) count = rest;
    switch (random_below(6)) {
      case 0: answer[place] = random_below(256); break;
      case 1: answer[place] = tags[random_below(sizeof tags - 1)]; break;
      case 2: if (rest >= 4) memcpy(answer + place, &edges[random_below(10)], 4); break;
      case 3: memmove(answer + place, answer + place + count, rest - count); length -= count; break;
      case 4: memmove(answer + place + count, answer + place, rest); length += count; break;
      case 5: // Deeper.
        for (uint32_t depth = random_below(random_below(8) ? 20 : 20000); depth; depth--) {
          static const uint8_t one[] = {'l', 1, 0, 0, 0};
          memmove(answer + place + sizeof one, answer + place, length - place);
          memcpy(answer + place, one, sizeof one);
          length += sizeof one;
        }
    }
    if (length < sizeof(wire_answer)) return length;
  }
  if (random_below(8)) ((wire_answer *)answer)->length = length;
  return length;
}

static void serve(void) {
  while (receive()) {
    wire_request *r = (wire_request *)request;
    at = request + sizeof *r;
    end = request + r->length;
    calls++;
    steps += r->steps;
    now += r->steps * STEP_NS;
    notices_length = notices_count = 0;
    read_name(r->file);
    const char *call = read_name(r->call);
    take_notes(r->notes);
    argument_count = r->arguments;
    for (unsigned i = 0; i < argument_count; i++) { arguments[i] = at; skip(0); }
    after_arguments = at;
    for (unsigned i = 0; i < r->keywords; i++) { skip(0); skip(0); }
    after_keywords = at;
    if (at != end) fail("rest");
    out = sizeof(wire_answer);
    wire_answer *a = (wire_answer *)answer;
    memset(a, 0, sizeof *a);
    if (strcmp(call, "hello") == 0) hello(); else answer_call(call, r);
    if (interrupts_left > 0 && interrupt_at <= now) {
      a->flags |= WIRE_INTERRUPT;
      interrupts_left--;
      interrupt_at += 1000000;
    }
    let_alarms_ring();
    deliver();
    memcpy(answer + out, notices, notices_length);
    a->now = now;
    a->alarm = next_alarm();
    if (queued && !event_is_out) a->alarm = now;
    a->notices = notices_count;
    a->length = out + notices_length;
    size_t length = a->length;
    if (spoiler && random_below(24) == 0) length = random_below(2) ? spoil(length) : random_answer();
    if (instead_length && strcmp(call, instead_of) == 0) {
      send_frame(instead, instead_length);
      instead_length = 0;
    } else {
      send_frame(answer, length);
    }
  }
}

static int signals, stops;
static void *signal_guest(void *unused) {
  struct timespec pause = {0, 20000000};
  nanosleep(&pause, NULL);
  for (pause.tv_nsec = 300000; signals; signals--) { nanosleep(&pause, NULL); kill(guest, SIGUSR1); }
  for (pause.tv_nsec = 3000000; stops; stops--) {
    kill(guest, SIGSTOP);
    nanosleep(&pause, NULL);
    kill(guest, SIGCONT);
    nanosleep(&pause, NULL);
  }
  return NULL;
}

int main(int argc, char **argv) {
  bool has_filter = true;
  for (int o; (o = getopt(argc, argv, "+h:u:t:c:n:j:fi:p:z:brvds")) != -1;) switch (o) {
    case 'h': numbers[0] = atol(optarg); break;
    case 'u': numbers[1] = atol(optarg); break;
    case 't': numbers[3] = atol(optarg); break;
    case 'c': interrupt_at = strtoull(optarg, NULL, 10) * 1000000; interrupts_left = interrupts_left ? interrupts_left : 1; break;
    case 'n': interrupts_left = atol(optarg); break;
    case 'j': job_kind = optarg; break;
    case 'f': has_filter = false; break;
    case 'i': signals = atoi(optarg); break;
    case 'p': stops = atoi(optarg); break;
    case 'r': has_terminal = true; break;
    case 'v': has_vfs = true; break;
    case 'z': spoiler = 2654435761u * (uint32_t)atol(optarg) | 1; break;
    case 'b': has_bare_names = true; break;
    case 'd': shows_descriptors = true; break;
    case 's': shows_figures = true; break;
    default: return 2;
  }
  if (argc - optind != 2) return 2;
  script = argv[optind + 1];
  signal(SIGPIPE, SIG_IGN);
  int pair[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  guest = fork();
  if (guest == 0) {
    personality(ADDR_NO_RANDOMIZE);
    if (pair[1] == WIRE_DESCRIPTOR) fcntl(pair[1], F_SETFD, 0); else dup2(pair[1], WIRE_DESCRIPTOR);
    execl(argv[optind], argv[optind], has_filter ? NULL : "--without-filter", NULL);
    _exit(127);
  }
  close(pair[1]);
  connection = pair[0];
  if (signals || stops) { pthread_t thread; pthread_create(&thread, NULL, signal_guest, NULL); }
  serve();
  fflush(stdout);
  int status;
  waitpid(guest, &status, 0);
  if (WIFSIGNALED(status)) fprintf(stderr, "[signal %d]\n", WTERMSIG(status));
  else if (WEXITSTATUS(status)) fprintf(stderr, "[guest %d]\n", WEXITSTATUS(status));
  if (shows_figures) {
    fprintf(stderr, "[steps %lu time %lu calls %lu ticks %lu idles %lu events %lu dropped %lu freed %lu]\n", (unsigned long)steps,
      (unsigned long)now, calls, ticks, idles, events, dropped, freed);
  }
  return exit_status >= 0 ? exit_status : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 70;
}
