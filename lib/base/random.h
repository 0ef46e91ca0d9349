/* Randomness from the kernel, buffered per thread (dropped in a forked child), and UUIDs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

void random_bytes(void *data, size_t size);
uint64_t random_u64(void);
/* Even over 0..bound-1. */
uint64_t random_below(uint64_t bound);

typedef struct Uuid {
    uint8_t bytes[16];
} Uuid;

enum { UUID_TEXT_LEN = 36 };
/* Version 7 (RFC 9562 section 5.7): sorted by time, monotonic within one thread. */
Uuid uuid_make_v7(void);
/* The 8-4-4-4-12 form in either case; any version. */
bool uuid_parse(Str text, Uuid *ret_uuid);
/* Lower case, NUL-terminated. */
void uuid_format(Uuid uuid, char ret_text[static UUID_TEXT_LEN + 1]);
Str uuid_to_str(Arena *arena, Uuid uuid);
