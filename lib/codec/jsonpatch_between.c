/* The patch between two documents. */
#include "base/strbuf.h"
#include "codec/jsonpatch.h"

typedef struct Between {
    Arena *arena;
    StrBuf path; /* the pointer to where the comparison stands */
    Node *patch;
} Between;

static void add_operation(Between *between, const char *name, const Node *value)
{
    Arena *arena = between->arena;
    Node *operation = node_new_map(arena);
    node_set(arena, operation, STR("op"), node_new_string(arena, str_from(name)));
    Node *path = node_new_string(arena, str_dup(arena, strbuf_str(&between->path)));
    node_set(arena, operation, STR("path"), path);
    if (value) {
        node_set(arena, operation, STR("value"), node_copy(arena, value));
    }
    node_append(arena, between->patch, operation);
}

/* Appends a token to the path and returns the former length, to go back to. */
static size_t enter_key(Between *between, Str key)
{
    size_t len = between->path.len;
    strbuf_add_char(&between->path, '/');
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~' || key.ptr[i] == '/') {
            strbuf_add_cstr(&between->path, key.ptr[i] == '~' ? "~0" : "~1");
        } else {
            strbuf_add_char(&between->path, key.ptr[i]);
        }
    }
    return len;
}

static size_t enter_index(Between *between, size_t index)
{
    size_t len = between->path.len;
    strbuf_addf(&between->path, "/%zu", index);
    return len;
}

static void compare(Between *between, const Node *from, const Node *to);

static void compare_maps(Between *between, const Node *from, const Node *to)
{
    for (size_t i = 0; i < from->map.len; i++) {
        const NodePair *pair = &from->map.pairs[i];
        const Node *value = node_get(to, pair->key->text);
        size_t back = enter_key(between, pair->key->text);
        if (value) {
            compare(between, pair->value, value);
        } else {
            add_operation(between, "remove", NULL);
        }
        strbuf_truncate(&between->path, back);
    }
    for (size_t i = 0; i < to->map.len; i++) {
        const NodePair *pair = &to->map.pairs[i];
        if (!node_find(from, pair->key->text)) {
            size_t back = enter_key(between, pair->key->text);
            add_operation(between, "add", pair->value);
            strbuf_truncate(&between->path, back);
        }
    }
}

/* What is equal at both ends stays; between them items are compared one by one, and the surplus is
 * removed from its end or added behind. */
static void compare_lists(Between *between, const Node *from, const Node *to)
{
    size_t shorter = from->seq.len < to->seq.len ? from->seq.len : to->seq.len;
    size_t head = 0;
    while (head < shorter && node_equal(from->seq.items[head], to->seq.items[head])) {
        head++;
    }
    size_t tail = 0;
    while (
        tail < shorter - head &&
        node_equal(from->seq.items[from->seq.len - 1 - tail], to->seq.items[to->seq.len - 1 - tail])
    ) {
        tail++;
    }
    for (size_t i = head; i < shorter - tail; i++) {
        size_t back = enter_index(between, i);
        compare(between, from->seq.items[i], to->seq.items[i]);
        strbuf_truncate(&between->path, back);
    }
    for (size_t i = from->seq.len - tail; i > shorter - tail; i--) {
        size_t back = enter_index(between, i - 1);
        add_operation(between, "remove", NULL);
        strbuf_truncate(&between->path, back);
    }
    for (size_t i = shorter - tail; i < to->seq.len - tail; i++) {
        size_t back = enter_index(between, i);
        add_operation(between, "add", to->seq.items[i]);
        strbuf_truncate(&between->path, back);
    }
}

static void compare(Between *between, const Node *from, const Node *to)
{
    if (node_is_map(from) && node_is_map(to)) {
        compare_maps(between, from, to);
    } else if (node_is_seq(from) && node_is_seq(to)) {
        compare_lists(between, from, to);
    } else if (!node_equal(from, to)) {
        add_operation(between, "replace", to);
    }
}

Node *json_patch_between(Arena *arena, const Node *from, const Node *to)
{
    Between between = { .arena = arena,
                        .path = STRBUF_ON_ARENA(arena),
                        .patch = node_new_seq(arena) };
    compare(&between, from, to);
    return between.patch;
}
