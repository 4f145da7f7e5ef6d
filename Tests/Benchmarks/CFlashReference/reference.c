#include "CFlashReference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The library's configuration as version 2.11 lays it out in memory, built for several versions of the
// disk format and without locks, which is how littlefs-python builds it.
struct configuration {
  void *context;
  int (*read)(const struct configuration *, uint32_t block, uint32_t offset, void *, uint32_t size);
  int (*program)(const struct configuration *, uint32_t block, uint32_t offset, const void *,
                 uint32_t size);
  int (*erase)(const struct configuration *, uint32_t block);
  int (*sync)(const struct configuration *);
  uint32_t read_size, program_size, block_size, block_count;
  int32_t block_cycles;
  uint32_t cache_size, lookahead_size, compaction_threshold;
  void *read_buffer, *program_buffer, *lookahead_buffer;
  uint32_t name_limit, file_limit, attribute_limit, metadata_limit, inline_limit, disk_version;
};

// What the library keeps about a volume, a file and a directory, with room to spare.
struct volume { uint64_t state[128]; };
struct file { uint64_t state[64]; };
struct directory { uint64_t state[64]; };
struct entry { uint8_t type; uint32_t size; char name[2048]; };

enum { READ = 1, WRITE = 2, CREATE = 0x100, TRUNCATE = 0x400 };

struct bench {
  void *const *functions;
  struct configuration configuration;
  struct volume volume;
  uint8_t *flash;
};

// MARK: The flash: programming clears bits, erasing sets them.

static uint8_t *place(const struct configuration *c, uint32_t block, uint32_t offset) {
  return (uint8_t *)c->context + (size_t)block * c->block_size + offset;
}

static int flash_read(const struct configuration *c, uint32_t block, uint32_t offset, void *bytes,
                      uint32_t size) {
  memcpy(bytes, place(c, block, offset), size);
  return 0;
}

static int flash_program(const struct configuration *c, uint32_t block, uint32_t offset,
                         const void *bytes, uint32_t size) {
  uint8_t *target = place(c, block, offset);
  const uint8_t *source = bytes;
  for (uint32_t i = 0; i < size; i++) target[i] &= source[i];
  return 0;
}

static int flash_erase(const struct configuration *c, uint32_t block) {
  memset(place(c, block, 0), 0xFF, c->block_size);
  return 0;
}

static int flash_sync(const struct configuration *c) {
  (void)c;
  return 0;
}

// MARK: The library's functions.

static int call_volume(struct bench *b, enum reference_function f) {
  int (*function)(struct volume *, const struct configuration *) = b->functions[f];
  return function(&b->volume, &b->configuration);
}

static int make_directory(struct bench *b, const char *path) {
  int (*function)(struct volume *, const char *) = b->functions[REFERENCE_MKDIR];
  return function(&b->volume, path);
}

static int open_file(struct bench *b, struct file *file, const char *path, int flags) {
  int (*function)(struct volume *, struct file *, const char *, int) = b->functions[REFERENCE_OPEN];
  return function(&b->volume, file, path, flags);
}

static int close_file(struct bench *b, struct file *file) {
  int (*function)(struct volume *, struct file *) = b->functions[REFERENCE_CLOSE];
  return function(&b->volume, file);
}

static int read_file(struct bench *b, struct file *file, void *bytes, uint32_t size) {
  int32_t (*function)(struct volume *, struct file *, void *, uint32_t) =
      b->functions[REFERENCE_READ];
  return function(&b->volume, file, bytes, size) == (int32_t)size ? 0 : -1;
}

static int write_file(struct bench *b, struct file *file, const void *bytes, uint32_t size) {
  int32_t (*function)(struct volume *, struct file *, const void *, uint32_t) =
      b->functions[REFERENCE_WRITE];
  int32_t count = function(&b->volume, file, bytes, size);
  return count == (int32_t)size ? 0 : count < 0 ? count : -1;
}

static int seek_file(struct bench *b, struct file *file, int32_t offset) {
  int32_t (*function)(struct volume *, struct file *, int32_t, int) = b->functions[REFERENCE_SEEK];
  int32_t position = function(&b->volume, file, offset, 0);
  return position == offset ? 0 : -1;
}

// MARK: Workloads. FlashRow.swift has the same.

#define TRY(call)                      \
  do {                                 \
    int error = (call);                \
    if (error < 0) return error;       \
  } while (0)

static uint8_t piece[4096];

static int put(struct bench *b, const char *path, int pieces) {
  struct file file;
  TRY(open_file(b, &file, path, WRITE | CREATE | TRUNCATE));
  for (int i = 0; i < pieces; i++) TRY(write_file(b, &file, piece, sizeof piece));
  return close_file(b, &file);
}

static int write_megabyte(struct bench *b) { return put(b, "/file", 256); }

static int read_megabyte(struct bench *b) {
  struct file file;
  TRY(open_file(b, &file, "/file", READ));
  for (int i = 0; i < 256; i++) TRY(read_file(b, &file, piece, sizeof piece));
  return close_file(b, &file);
}

static int create_files(struct bench *b) {
  for (int i = 0; i < 1000; i++) {
    char path[32];
    snprintf(path, sizeof path, "/small/%04d.txt", i * 7919 % 1000);
    struct file file;
    TRY(open_file(b, &file, path, WRITE | CREATE | TRUNCATE));
    TRY(write_file(b, &file, piece, 20));
    TRY(close_file(b, &file));
  }
  return 0;
}

static int list_files(struct bench *b) {
  int (*open)(struct volume *, struct directory *, const char *) =
      b->functions[REFERENCE_DIR_OPEN];
  int (*next)(struct volume *, struct directory *, struct entry *) =
      b->functions[REFERENCE_DIR_READ];
  int (*close)(struct volume *, struct directory *) = b->functions[REFERENCE_DIR_CLOSE];
  struct directory directory;
  struct entry entry;
  int count = 0, more;
  TRY(open(&b->volume, &directory, "/small"));
  while ((more = next(&b->volume, &directory, &entry)) > 0) count++;
  TRY(more);
  TRY(close(&b->volume, &directory));
  return count == 1002 ? 0 : -1;
}

static int read_anywhere(struct bench *b) {
  struct file file;
  uint32_t state = 1;
  TRY(open_file(b, &file, "/file", READ));
  for (int i = 0; i < 10000; i++) {
    state = state * 1664525 + 1013904223;
    TRY(seek_file(b, &file, (int32_t)((state >> 8) % (1048576 - 64))));
    TRY(read_file(b, &file, piece, 64));
  }
  return close_file(b, &file);
}

static int fill(struct bench *b) {
  for (int folder = 0; folder < 15; folder++) {
    char path[32];
    snprintf(path, sizeof path, "/%02d", folder);
    TRY(make_directory(b, path));
    for (int i = 0; i < 16; i++) {
      snprintf(path, sizeof path, "/%02d/%02d.bin", folder, i);
      TRY(put(b, path, 15));
    }
  }
  return put(b, "/rest", 190);
}

static int mount_again(struct bench *b) {
  TRY(call_volume(b, REFERENCE_MOUNT));
  return 0;
}

static int mount_and_count(struct bench *b) {
  TRY(mount_again(b));
  return ((int32_t (*)(struct volume *))b->functions[REFERENCE_SIZE])(&b->volume);
}

static int make_small(struct bench *b) { return make_directory(b, "/small"); }

static int make_and_create(struct bench *b) {
  TRY(make_small(b));
  return create_files(b);
}

static int fill_and_unmount(struct bench *b) {
  TRY(fill(b));
  return ((int (*)(struct volume *))b->functions[REFERENCE_UNMOUNT])(&b->volume);
}

static const struct workload {
  const char *name;
  int (*prepare)(struct bench *);
  int (*run)(struct bench *);
} workloads[] = {
  {"write", NULL, write_megabyte},
  {"read", write_megabyte, read_megabyte},
  {"create", make_small, create_files},
  {"list", make_and_create, list_files},
  {"random", write_megabyte, read_anywhere},
  {"mount", fill_and_unmount, mount_again},
  {"count", fill_and_unmount, mount_and_count},
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int measure(struct bench *b, const struct workload *workload, double *seconds) {
  TRY(call_volume(b, REFERENCE_FORMAT));
  TRY(call_volume(b, REFERENCE_MOUNT));
  if (workload->prepare) TRY(workload->prepare(b));
  double start = now();
  TRY(workload->run(b));
  *seconds = now() - start;
  return 0;
}

double reference_measure(void *const *functions, const char *workload, uint32_t read_size,
                         uint32_t program_size, uint32_t block_size, uint32_t block_count) {
  struct bench *b = calloc(1, sizeof *b);
  size_t size = (size_t)block_size * block_count;
  b->functions = functions;
  b->flash = malloc(size);
  memset(b->flash, 0xFF, size);
  uint32_t unit = read_size > program_size ? read_size : program_size;
  b->configuration = (struct configuration){
    .context = b->flash, .read = flash_read, .program = flash_program, .erase = flash_erase,
    .sync = flash_sync, .read_size = read_size, .program_size = program_size,
    .block_size = block_size, .block_count = block_count, .block_cycles = 100,
    // As MicroPython chooses it; the lookahead covers all blocks.
    .cache_size = 4 * unit < block_size ? 4 * unit : block_size,
    .lookahead_size = (block_count + 63) / 64 * 8,
  };
  for (size_t i = 0; i < sizeof piece; i++) piece[i] = (uint8_t)(i * 31);
  double seconds = 0;
  int error = -1;
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
    if (strcmp(workloads[i].name, workload) == 0) error = measure(b, &workloads[i], &seconds);
  free(b->flash);
  free(b);
  return error < 0 ? error : seconds;
}
