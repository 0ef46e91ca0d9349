/* What the files of codec share among themselves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/source.h"
#include "base/str.h"
#include "base/vec.h"
#include "codec/decode.h"
#include "codec/node.h"
#include "codec/protobuf.h"
#include "codec/protobuf_node.h"

/* JSON Pointer, node_path.c */

/* RFC 6901: takes the next reference token, still escaped, from the front of *rest; false at the
 * end, and then *rest is empty unless the pointer is malformed. */
bool pointer_next(Str *rest, Str *ret_token);
/* ~0 and ~1 resolved; false for any other '~'. */
bool pointer_unescape(Arena *arena, Str token, Str *ret_key);
/* An index without leading zeros. */
bool pointer_index(Str token, size_t *ret_index);

/* Decode tables. decode_scalar.c: a scalar field, its findings reported; `into` is the member. */
bool decode_scalar(DecodeContext *ctx, const DecodeField *field, const Node *node, void *into);
/* Whether the text of `node` fits the field's pattern; D1006 otherwise. */
bool decode_check_pattern(DecodeContext *ctx, const DecodeField *field, const Node *node);
/* Whether a length is within the field's bounds; D1004 otherwise. */
bool decode_check_length(
    DecodeContext *ctx, const DecodeField *field, const Node *node, size_t len, const char *unit
);
static inline bool decode_is_bounded(const DecodeField *field)
{
    return field->min != 0 || field->max != 0;
}
static inline bool decode_has_max(const DecodeField *field)
{
    return decode_is_bounded(field) && field->max >= field->min;
}
static inline bool decode_in_range(const DecodeField *field, int64_t value)
{
    return !decode_is_bounded(field) ||
           (value >= field->min && (!decode_has_max(field) || value <= field->max));
}
/* Whether a LIST's or DICT's items are structs, not values of one type. */
static inline bool decode_items_are_structs(const DecodeField *field)
{
    return field->fields->name || field->fields->type == DECODE_TYPE_END;
}

/* protobuf_to_node.c: how a type stands on the wire. */
ProtoWire proto_wire_of(ProtoType type);

/* diff.c and diff_myers.c: one of the two texts, its lines as numbers that are equal where the
 * lines are, and what the other doesn't have. */
typedef struct DiffSide {
    const uint32_t *lines;
    uint32_t count;
    bool *changed; /* one more than count, always false there */
} DiffSide;
/* The first line with its newline, if it has one; *rest moves behind it. */
Str diff_next_line(Str *rest);
/* Marks a shortest edit script in both. `max_cost` > 0. */
void diff_mark(DiffSide *from, DiffSide *to, uint32_t max_cost);

/* The state of the JSON reader, json_read.c */
typedef struct JsonReader {
    Arena *arena;
    Source *source;
    const char *start, *at, *end;
    unsigned depth, max_depth;
    size_t values_left;
    VEC(Node *) stack; /* children of every list and map that is still open */
    Error *err;
} JsonReader;

/* json_scalar.c: r->at stands on the opening quote, or on the first character of a number. */
int json_read_string(JsonReader *r, Node **ret_node);
int json_read_number(JsonReader *r, Node **ret_node);
/* "expected …, got …" at r->at; returns -EINVAL. */
int json_fail_expected(JsonReader *r, const char *expected);

static inline Span json_span_from(const JsonReader *r, const char *from)
{
    return span_make(r->source, (size_t) (from - r->start), (size_t) (r->at - r->start));
}

/* The span of the byte at `at`, empty at the end of the text. */
static inline Span json_span_at(const JsonReader *r, const char *at)
{
    size_t offset = (size_t) (at - r->start);
    return span_make(r->source, offset, offset + (at < r->end));
}

static inline bool json_take(JsonReader *r, char c)
{
    bool is_there = r->at < r->end && *r->at == c;
    r->at += is_there;
    return is_there;
}

/* A node that reaches from `from` to r->at. */
static inline Node *json_node_from(JsonReader *r, NodeKind kind, const char *from)
{
    Node *node = ARENA_NEW(r->arena, Node);
    node->kind = kind;
    node->span = json_span_from(r, from);
    return node;
}

/* Eight bytes of a string at once, the first one lowest: where the first is that must be looked at
 * more closely. */
#define WORD_LOW_BITS  0x0101010101010101ull
#define WORD_HIGH_BITS 0x8080808080808080ull

static inline uint64_t word_from_memory(uint64_t word)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word : __builtin_bswap64(word);
}

static inline uint64_t word_load(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word_from_memory(word);
}

static inline void word_store(char *at, uint64_t word)
{
    word = word_from_memory(word);
    memcpy(at, &word, sizeof(word));
}

/* Four to eight bytes from the first four of them and the last four, which may overlap. */
static inline uint64_t word_from_halves(uint32_t first, uint32_t last, size_t size)
{
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
        first = __builtin_bswap32(first);
        last = __builtin_bswap32(last);
    }
    return first | (uint64_t) last << (8 * (size - 4));
}

/* Fewer than eight bytes, with zeros behind them. */
static inline uint64_t word_load_short(const char *at, size_t size)
{
    if (size >= 4) {
        uint32_t first, last;
        memcpy(&first, at, sizeof(first));
        memcpy(&last, at + size - 4, sizeof(last));
        return word_from_halves(first, last, size);
    }
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++) {
        word |= (uint64_t) (unsigned char) at[i] << (8 * i);
    }
    return word;
}

/* High bits set in the bytes that are zero. Bytes above the lowest one that is marked may be marked
 * wrongly. */
static inline uint64_t word_zeros(uint64_t word)
{
    return (word - WORD_LOW_BITS) & ~word & WORD_HIGH_BITS;
}

/* The same for '"', '\\' and control characters. */
static inline uint64_t word_specials(uint64_t word)
{
    uint64_t quotes = word_zeros(word ^ (WORD_LOW_BITS * '"'));
    uint64_t backslashes = word_zeros(word ^ (WORD_LOW_BITS * '\\'));
    uint64_t controls = (word - WORD_LOW_BITS * ' ') & ~word & WORD_HIGH_BITS;
    return quotes | backslashes | controls;
}

/* Which byte the lowest mark is in. */
static inline size_t word_first(uint64_t marks)
{
    return (size_t) __builtin_ctzll(marks) / 8;
}
