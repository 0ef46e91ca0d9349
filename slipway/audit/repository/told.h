/* Told: the words of the texts that people read, each once; made by the first question. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

typedef struct Told {
    pthread_mutex_t lock; /* of the reading; what was read is only looked at */
    bool is_read;
    bool is_cut; /* there are too many */
    Str words;   /* a line each */
    /* where each four bytes stand, bucket by bucket; NULL: the words are searched */
    uint32_t *places;
    const uint32_t *starts; /* of each bucket among the places, and their end */
} Told;

Told *told_new(Arena *arena);
