/* The reader: one pass over the bytes, nodes on the arena, children collected on one growing stack
 * and copied to their exact size when their list or map ends. Its scalars are in json_scalar.c. */
#include <assert.h>
#include <stdio.h>

#include "base/map.h"
#include "codec/internal.h"
#include "codec/json.h"

enum {
    DEFAULT_MAX_BYTES = 64 << 20,
    DEFAULT_MAX_DEPTH = 32,
    DEEPEST = 10000, /* what a thread's stack surely holds */
    SCAN_LIMIT = 16, /* maps up to this size are searched for duplicates by scanning */
};

int json_fail_expected(JsonReader *r, const char *expected)
{
    Span span = json_span_at(r, r->at);
    if (r->at == r->end) {
        return error_set_at(
            r->err, -EINVAL, span, "expected %s, got the end of the text", expected
        );
    }
    unsigned char byte = (unsigned char) *r->at;
    if (byte > ' ' && byte < 0x7f) {
        return error_set_at(r->err, -EINVAL, span, "expected %s, got '%c'", expected, byte);
    }
    return error_set_at(r->err, -EINVAL, span, "expected %s, got the byte 0x%02x", expected, byte);
}

static void skip_space(JsonReader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')
    ) {
        r->at++;
    }
}

/* Lists and maps */

static int read_value(JsonReader *r, Node **ret_node);

static int go_deeper(JsonReader *r)
{
    if (r->depth == r->max_depth) {
        return error_set_at(
            r->err, -EINVAL, json_span_at(r, r->at), "nested deeper than %u levels", r->max_depth
        );
    }
    r->depth++;
    r->at++;
    skip_space(r);
    return 0;
}

/* Behind an item: true when another one follows; otherwise r->at is behind `close`, or rc is set.
 */
static bool has_next_item(JsonReader *r, char close, const char *expected, int *rc)
{
    skip_space(r);
    if (json_take(r, ',')) {
        skip_space(r);
        return true;
    }
    *rc = json_take(r, close) ? 0 : json_fail_expected(r, expected);
    return false;
}

static int read_items(JsonReader *r)
{
    int rc = 0;
    do {
        Node *item = NULL;
        rc = read_value(r, &item);
        if (rc != 0) {
            return rc;
        }
        vec_push(&r->stack, NULL, item);
    } while (has_next_item(r, ']', "',' or ']'", &rc));
    return rc;
}

static int read_list(JsonReader *r, Node **ret_node)
{
    const char *from = r->at;
    size_t base = r->stack.len;
    int rc = go_deeper(r);
    if (rc == 0 && !json_take(r, ']')) {
        rc = read_items(r);
    }
    if (rc != 0) {
        return rc;
    }
    r->depth--;
    Node *node = json_node_from(r, NODE_SEQ, from);
    node->seq.len = (uint32_t) (r->stack.len - base);
    node->seq.cap = node->seq.len;
    size_t bytes = node->seq.len * sizeof(Node *);
    node->seq.items = bytes ? arena_memdup(r->arena, r->stack.ptr + base, bytes) : NULL;
    r->stack.len = base;
    *ret_node = node;
    return 0;
}

static int read_pairs(JsonReader *r)
{
    int rc = 0;
    do {
        Node *key = NULL;
        Node *value = NULL;
        if (r->at == r->end || *r->at != '"') {
            return json_fail_expected(r, "a key in quotes");
        }
        rc = json_read_string(r, &key);
        skip_space(r);
        if (rc == 0 && !json_take(r, ':')) {
            rc = json_fail_expected(r, "':' behind the key");
        }
        skip_space(r);
        if (rc == 0) {
            rc = read_value(r, &value);
        }
        if (rc != 0) {
            return rc;
        }
        vec_reserve(&r->stack, NULL, 2);
        r->stack.ptr[r->stack.len++] = key;
        r->stack.ptr[r->stack.len++] = value;
    } while (has_next_item(r, '}', "',' or '}'", &rc));
    return rc;
}

static int fail_duplicate(JsonReader *r, const Node *first, const Node *second)
{
    Position where = span_start(first->span);
    return error_set_at(
        r->err,
        -EINVAL,
        second->span,
        "duplicate key \"%" STR_FMT "\", first at line %u, column %u",
        STR_ARG(second->text),
        where.line,
        where.column
    );
}

static int check_large_map(JsonReader *r, const Node *map)
{
    Map seen = MAP_INIT;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < map->map.len; i++) {
        Node *key = map->map.pairs[i].key;
        const Node *first = map_set(&seen, key->text, key);
        rc = first ? fail_duplicate(r, first, key) : 0;
    }
    map_done(&seen);
    return rc;
}

static int check_duplicates(JsonReader *r, const Node *map)
{
    if (map->map.len > SCAN_LIMIT) {
        return check_large_map(r, map);
    }
    for (size_t i = 1; i < map->map.len; i++) {
        for (size_t k = 0; k < i; k++) {
            const Node *first = map->map.pairs[k].key;
            const Node *second = map->map.pairs[i].key;
            if (str_eq(first->text, second->text)) {
                return fail_duplicate(r, first, second);
            }
        }
    }
    return 0;
}

static int read_map(JsonReader *r, Node **ret_node)
{
    const char *from = r->at;
    size_t base = r->stack.len;
    int rc = go_deeper(r);
    if (rc == 0 && !json_take(r, '}')) {
        rc = read_pairs(r);
    }
    if (rc != 0) {
        return rc;
    }
    r->depth--;
    Node *node = json_node_from(r, NODE_MAP, from);
    node->map.len = (uint32_t) ((r->stack.len - base) / 2);
    node->map.cap = node->map.len;
    node->map.pairs = arena_alloc_raw(r->arena, node->map.len * sizeof(NodePair));
    for (size_t i = 0; i < node->map.len; i++) {
        node->map.pairs[i] = node_pair(r->stack.ptr[base + 2 * i], r->stack.ptr[base + 2 * i + 1]);
    }
    r->stack.len = base;
    *ret_node = node;
    return check_duplicates(r, node);
}

static int read_word(JsonReader *r, Str word, NodeKind kind, Node **ret_node)
{
    const char *from = r->at;
    for (size_t i = 0; i < word.len; i++) {
        if (!json_take(r, word.ptr[i])) {
            char expected[16];
            (void) snprintf(expected, sizeof(expected), "\"%s\"", word.ptr);
            return json_fail_expected(r, expected);
        }
    }
    *ret_node = json_node_from(r, kind, from);
    (*ret_node)->text = str_make(from, word.len);
    (*ret_node)->boolean = word.ptr[0] == 't';
    return 0;
}

static int read_value(JsonReader *r, Node **ret_node)
{
    if (r->values_left-- == 0) {
        return error_set_at(r->err, -EINVAL, json_span_at(r, r->at), "too many values");
    }
    switch (r->at < r->end ? *r->at : '\0') {
    case '"':
        return json_read_string(r, ret_node);
    case '{':
        return read_map(r, ret_node);
    case '[':
        return read_list(r, ret_node);
    case 't':
        return read_word(r, STR("true"), NODE_BOOL, ret_node);
    case 'f':
        return read_word(r, STR("false"), NODE_BOOL, ret_node);
    case 'n':
        return read_word(r, STR("null"), NODE_NULL, ret_node);
    case '-':
    case '0' ... '9':
        return json_read_number(r, ret_node);
    default:
        return json_fail_expected(r, "a value");
    }
}

static int read_document(JsonReader *r, Node **ret_root)
{
    Node *root = NULL;
    skip_space(r);
    int rc = read_value(r, &root);
    if (rc != 0) {
        return rc;
    }
    skip_space(r);
    if (r->at != r->end) {
        return json_fail_expected(r, "the end of the text");
    }
    *ret_root = root;
    return 0;
}

int json_read(Arena *arena, Source *source, const JsonOptions *options, Node **ret_root, Error *err)
{
    Str text = source->text;
    size_t max_bytes = options && options->max_bytes ? options->max_bytes : DEFAULT_MAX_BYTES;
    if (text.len > max_bytes || text.len >= UINT32_MAX) {
        Span nowhere = span_make(source, 0, 0);
        return error_set_at(err, -EFBIG, nowhere, "larger than %zu bytes", max_bytes);
    }
    const char *start = text.ptr ? text.ptr : "";
    JsonReader r = { .arena = arena,
                     .source = source,
                     .start = start,
                     .at = start,
                     .end = start + text.len,
                     .max_depth =
                         options && options->max_depth ? options->max_depth : DEFAULT_MAX_DEPTH,
                     .values_left = SIZE_MAX,
                     .err = err };
    assert(r.max_depth <= DEEPEST);
    if (options && options->max_values) {
        r.values_left = options->max_values;
    }
    int rc = read_document(&r, ret_root);
    vec_done(&r.stack);
    return rc;
}

int json_read_str(Arena *arena, Str text, const JsonOptions *options, Node **ret_root, Error *err)
{
    return json_read(arena, source_new(arena, STR(""), text), options, ret_root, err);
}
