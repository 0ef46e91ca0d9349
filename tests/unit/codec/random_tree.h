/* Random documents for property tests: a small generator of our own, so that a seed that fails
 * fails again. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "codec/node.h"

typedef struct Random {
    Arena *arena;
    uint64_t seed;
} Random;

static inline Random random_seeded(Arena *arena, uint64_t seed)
{
    return (Random) { .arena = arena, .seed = seed * 0x9e3779b97f4a7c15ull };
}

static inline uint64_t random_next(Random *random)
{
    random->seed ^= random->seed << 13;
    random->seed ^= random->seed >> 7;
    random->seed ^= random->seed << 17;
    return random->seed;
}

static inline Str random_text(Random *random)
{
    StrBuf text = STRBUF_ON_ARENA(random->arena);
    for (uint64_t left = random_next(random) % 24; left > 0; left--) {
        static const uint32_t last[] = { 0x1f, 0x7e, 0x7e, 0x7e, 0x7ff, 0xd7ff, 0x10ffff };
        uint32_t codepoint = (uint32_t) (random_next(random) % (last[random_next(random) % 7] + 1));
        bool is_surrogate = codepoint >= 0xd800 && codepoint <= 0xdfff;
        strbuf_add_codepoint(&text, is_surrogate ? 'x' : codepoint);
    }
    return strbuf_str(&text);
}

static inline double random_double(Random *random)
{
    double value = 0;
    do {
        uint64_t bits = random_next(random);
        memcpy(&value, &bits, sizeof(value));
    } while (!isfinite(value) || value == floor(value));
    return value;
}

static inline Node *random_tree(Random *random, unsigned depth)
{
    switch (random_next(random) % (depth ? 8 : 5)) {
    case 0:
        return node_new_null(random->arena);
    case 1:
        return node_new_bool(random->arena, random_next(random) & 1);
    case 2:
        return node_new_int(
            random->arena, (int64_t) (random_next(random) >> random_next(random) % 64)
        );
    case 3:
        return node_new_float(random->arena, random_double(random));
    case 4:
        return node_new_string(random->arena, random_text(random));
    default:
        break;
    }
    bool is_map = random_next(random) & 1;
    Node *node = is_map ? node_new_map(random->arena) : node_new_seq(random->arena);
    for (uint64_t left = random_next(random) % 24; left > 0; left--) {
        Node *child = random_tree(random, depth - 1);
        if (is_map) {
            node_set(random->arena, node, random_text(random), child);
        } else {
            node_append(random->arena, node, child);
        }
    }
    return node;
}
