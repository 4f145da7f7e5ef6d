// Counts the allocations of the program it is linked into, by standing before the C library's own.
#pragma once

/// How often this process has asked for memory: malloc, calloc, realloc and their aligned kin.
unsigned long allocation_count(void);
