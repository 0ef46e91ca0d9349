#include "codec/node.h"

#include <assert.h>
#include <limits.h>

#include "base/map.h"
#include "base/strbuf.h"

enum {
    FIRST_CAPACITY = 4,
    DIGEST_BYTES = 7, /* of a key */
    SCAN_LIMIT = 16,  /* maps up to this size are compared by scanning */
};

static Node *node_new(Arena *arena, NodeKind kind, Str text)
{
    Node *node = ARENA_NEW(arena, Node);
    node->kind = kind;
    node->text = text;
    return node;
}

Node *node_new_null(Arena *arena)
{
    return node_new(arena, NODE_NULL, STR("null"));
}

Node *node_new_bool(Arena *arena, bool value)
{
    Node *node = node_new(arena, NODE_BOOL, value ? STR("true") : STR("false"));
    node->boolean = value;
    return node;
}

Node *node_new_int(Arena *arena, int64_t value)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_add_int64(&text, value);
    Node *node = node_new(arena, NODE_INT, strbuf_str(&text));
    node->integer = value;
    return node;
}

Node *node_new_float(Arena *arena, double value)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_add_double(&text, value);
    Node *node = node_new(arena, NODE_FLOAT, strbuf_str(&text));
    node->real = value;
    return node;
}

Node *node_new_string(Arena *arena, Str value)
{
    return node_new(arena, NODE_STRING, value);
}

Node *node_new_seq(Arena *arena)
{
    return node_new(arena, NODE_SEQ, STR(""));
}

Node *node_new_map(Arena *arena)
{
    return node_new(arena, NODE_MAP, STR(""));
}

Node *node_new_map_for(Arena *arena, size_t pairs)
{
    Node *node = node_new_map(arena);
    node->map.pairs = ARENA_ARRAY(arena, NodePair, pairs);
    node->map.cap = (uint32_t) pairs;
    return node;
}

static void copy_seq(Arena *arena, Node *copy, const Node *node)
{
    copy->seq.items = ARENA_ARRAY(arena, Node *, node->seq.len);
    copy->seq.cap = node->seq.len;
    for (size_t i = 0; i < node->seq.len; i++) {
        copy->seq.items[i] = node_copy(arena, node->seq.items[i]);
    }
}

static void copy_map(Arena *arena, Node *copy, const Node *node)
{
    copy->map.pairs = ARENA_ARRAY(arena, NodePair, node->map.len);
    copy->map.cap = node->map.len;
    for (size_t i = 0; i < node->map.len; i++) {
        const NodePair *pair = &node->map.pairs[i];
        copy->map.pairs[i] = (NodePair) { .key = node_copy(arena, pair->key),
                                          .value = node_copy(arena, pair->value),
                                          .digest = pair->digest };
    }
}

Node *node_copy(Arena *arena, const Node *node)
{
    Node *copy = arena_memdup(arena, node, sizeof(*node));
    if (node->extras) {
        copy->extras = arena_memdup(arena, node->extras, sizeof(*node->extras));
    }
    if (node->kind == NODE_SEQ) {
        copy_seq(arena, copy, node);
    } else if (node->kind == NODE_MAP) {
        copy_map(arena, copy, node);
    }
    return copy;
}

const char *node_kind_name(NodeKind kind)
{
    switch (kind) {
    case NODE_NULL:
        return "null";
    case NODE_BOOL:
        return "a boolean";
    case NODE_INT:
    case NODE_FLOAT:
        return "a number";
    case NODE_STRING:
        return "a string";
    case NODE_SEQ:
        return "a list";
    case NODE_MAP:
        return "a map";
    }
    return "a value";
}

NodeExtras *node_extras(Arena *arena, Node *node)
{
    if (!node->extras) {
        node->extras = ARENA_NEW(arena, NodeExtras);
    }
    return node->extras;
}

/* Maps */

/* The length and the first bytes: what two different names of fields hardly share, at less than a hash. */
static uint64_t digest_of(Str text)
{
    uint64_t digest = 0;
    if (text.len > 0) {
        memcpy(&digest, text.ptr, text.len < DIGEST_BYTES ? text.len : DIGEST_BYTES);
    }
    return digest << CHAR_BIT | (text.len < UINT8_MAX ? text.len : UINT8_MAX);
}

NodePair node_pair(Node *key, Node *value)
{
    return (NodePair) { .key = key, .value = value, .digest = digest_of(key->text) };
}

void node_pair_rename(NodePair *pair, Str text)
{
    pair->key->text = text;
    pair->digest = digest_of(text);
}

NodePair *node_find(const Node *map, Str key)
{
    if (!node_is_map(map)) {
        return NULL;
    }
    uint64_t digest = digest_of(key);
    for (size_t i = 0; i < map->map.len; i++) {
        NodePair *pair = &map->map.pairs[i];
        if (pair->digest == digest && (key.len <= DIGEST_BYTES || str_eq(pair->key->text, key))) {
            return pair;
        }
    }
    return NULL;
}

Node *node_get(const Node *map, Str key)
{
    NodePair *pair = node_find(map, key);
    return pair ? pair->value : NULL;
}

Node *node_get_cstr(const Node *map, const char *key)
{
    return node_get(map, str_from(key));
}

static void map_append(Arena *arena, Node *map, NodePair pair)
{
    if (map->map.len == map->map.cap) {
        uint32_t cap = map->map.cap ? map->map.cap * 2 : FIRST_CAPACITY;
        map->map.pairs = arena_grow(
            arena, map->map.pairs, map->map.cap * sizeof(NodePair), cap * sizeof(NodePair)
        );
        map->map.cap = cap;
    }
    map->map.pairs[map->map.len++] = pair;
}

void node_set(Arena *arena, Node *map, Str key, Node *value)
{
    assert(node_is_map(map));
    NodePair *pair = node_find(map, key);
    if (pair) {
        pair->value = value;
        return;
    }
    map_append(arena, map, node_pair(node_new_string(arena, key), value));
}

void node_set_pair(Arena *arena, Node *map, Node *key, Node *value)
{
    assert(node_is_map(map) && node_is_scalar(key));
    NodePair *pair = node_find(map, key->text);
    if (pair) {
        *pair = node_pair(key, value);
        return;
    }
    map_append(arena, map, node_pair(key, value));
}

void node_append_pair(Arena *arena, Node *map, Node *key, Node *value)
{
    assert(node_is_map(map) && node_is_scalar(key));
    map_append(arena, map, node_pair(key, value));
}

bool node_remove(Node *map, Str key)
{
    NodePair *pair = node_find(map, key);
    if (!pair) {
        return false;
    }
    size_t behind = map->map.len - (size_t) (pair - map->map.pairs) - 1;
    memmove(pair, pair + 1, behind * sizeof(*pair));
    map->map.len--;
    return true;
}

/* Lists */

void node_append(Arena *arena, Node *seq, Node *item)
{
    assert(node_is_seq(seq));
    if (seq->seq.len == seq->seq.cap) {
        uint32_t cap = seq->seq.cap ? seq->seq.cap * 2 : FIRST_CAPACITY;
        seq->seq.items =
            arena_grow(arena, seq->seq.items, seq->seq.cap * sizeof(Node *), cap * sizeof(Node *));
        seq->seq.cap = cap;
    }
    seq->seq.items[seq->seq.len++] = item;
}

void node_insert(Arena *arena, Node *seq, size_t at, Node *item)
{
    assert(node_is_seq(seq) && at <= seq->seq.len);
    node_append(arena, seq, item);
    Node **place = &seq->seq.items[at];
    memmove(place + 1, place, (seq->seq.len - 1 - at) * sizeof(Node *));
    *place = item;
}

void node_remove_at(Node *seq, size_t at)
{
    assert(node_is_seq(seq) && at < seq->seq.len);
    Node **place = &seq->seq.items[at];
    memmove(place, place + 1, (seq->seq.len - at - 1) * sizeof(Node *));
    seq->seq.len--;
}

/* Equality */

static bool seq_equal(const Node *a, const Node *b)
{
    if (a->seq.len != b->seq.len) {
        return false;
    }
    for (size_t i = 0; i < a->seq.len; i++) {
        if (!node_equal(a->seq.items[i], b->seq.items[i])) {
            return false;
        }
    }
    return true;
}

static bool large_map_equal(const Node *a, const Node *b)
{
    Map values = MAP_INIT;
    for (size_t i = 0; i < b->map.len; i++) {
        map_set(&values, b->map.pairs[i].key->text, b->map.pairs[i].value);
    }
    bool equal = values.len == b->map.len;
    for (size_t i = 0; equal && i < a->map.len; i++) {
        const Node *value = map_get(&values, a->map.pairs[i].key->text);
        equal = value && node_equal(a->map.pairs[i].value, value);
    }
    map_done(&values);
    return equal;
}

static bool map_equal(const Node *a, const Node *b)
{
    if (a->map.len != b->map.len) {
        return false;
    }
    if (a->map.len > SCAN_LIMIT) {
        return large_map_equal(a, b);
    }
    for (size_t i = 0; i < a->map.len; i++) {
        const NodePair *mine = &a->map.pairs[i];
        const NodePair *other = node_find(b, mine->key->text);
        if (!other || !node_equal(mine->value, other->value)) {
            return false;
        }
    }
    return true;
}

/* NaN is the one value that differs from itself; two of them are the same document all the same. */
static bool float_equal(double a, double b)
{
    return (a <= b && a >= b) || (__builtin_isnan(a) && __builtin_isnan(b));
}

static bool is_whole_float(const Node *node, int64_t value)
{
    static const double past_int64 = 9223372036854775808.0;
    return node->real >= -past_int64 && node->real < past_int64 &&
           float_equal(node->real, (double) (int64_t) node->real) && (int64_t) node->real == value;
}

/* 1 and 1.0 are one number (RFC 6902 section 4.6 wants it so, and YAML writes both). */
static bool kinds_differ_equal(const Node *a, const Node *b)
{
    return (a->kind == NODE_INT && b->kind == NODE_FLOAT && is_whole_float(b, a->integer)) ||
           (a->kind == NODE_FLOAT && b->kind == NODE_INT && is_whole_float(a, b->integer));
}

bool node_equal(const Node *a, const Node *b)
{
    if (a == b) {
        return true;
    }
    if (!a || !b || a->kind != b->kind) {
        return a && b && kinds_differ_equal(a, b);
    }
    switch (a->kind) {
    case NODE_NULL:
        return true;
    case NODE_BOOL:
        return a->boolean == b->boolean;
    case NODE_INT:
        return a->integer == b->integer;
    case NODE_FLOAT:
        return float_equal(a->real, b->real);
    case NODE_STRING:
        return str_eq(a->text, b->text);
    case NODE_SEQ:
        return seq_equal(a, b);
    case NODE_MAP:
        return map_equal(a, b);
    }
    return false;
}

Str node_string_or(const Node *node, Str fallback)
{
    return node_is_string(node) ? node->text : fallback;
}
