// Measures the C library littlefs 2.11, which it does not contain: its functions are handed in.
#pragma once
#include <stdint.h>

// The library's functions by number, in the order of `names` in reference_bench.py.
enum reference_function {
  REFERENCE_FORMAT, REFERENCE_MOUNT, REFERENCE_UNMOUNT, REFERENCE_MKDIR,
  REFERENCE_OPEN, REFERENCE_CLOSE, REFERENCE_READ, REFERENCE_WRITE, REFERENCE_SEEK,
  REFERENCE_SYNC, REFERENCE_DIR_OPEN, REFERENCE_DIR_READ, REFERENCE_DIR_CLOSE, REFERENCE_SIZE,
  REFERENCE_FUNCTION_COUNT
};

// Seconds that a workload takes on a flash in memory, without its preparations; below 0 is an error of
// the library. All sizes are in bytes.
double reference_measure(void *const *functions, const char *workload, uint32_t read_size,
                         uint32_t program_size, uint32_t block_size, uint32_t block_count);
