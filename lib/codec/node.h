/* Node: one value of a document, whatever its syntax was. The YAML and JSON readers make it, the
 * writers take it, the decode tables (codec/decode.h) turn it into structs.
 *
 * A node keeps where it came from (span), how it was written (style, comments) and what it means
 * (kind, value). All of it lives on an arena. Trees are trees: an alias is resolved by copying the
 * pointer, so two parents may share a node; copy with node_copy before changing a shared one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/source.h"
#include "base/str.h"

typedef enum NodeKind {
    NODE_NULL,
    NODE_BOOL,
    NODE_INT, /* fits int64 */
    NODE_FLOAT,
    NODE_STRING,
    NODE_SEQ,
    NODE_MAP,
} NodeKind;

typedef enum NodeStyle {
    STYLE_DEFAULT, /* the writer chooses */
    STYLE_PLAIN,
    STYLE_SINGLE_QUOTED,
    STYLE_DOUBLE_QUOTED,
    STYLE_LITERAL, /* | */
    STYLE_FOLDED,  /* > */
    STYLE_BLOCK,   /* collections */
    STYLE_FLOW,
} NodeStyle;

/* Comment lines with their '#', joined by newlines; empty where there is none. Attached as go-yaml
 * v3 attaches them, which is what Kubernetes tools keep: head above, line behind, foot below. */
typedef struct NodeComments {
    Str head;
    Str line;
    Str foot;
} NodeComments;

/* What few nodes have. */
typedef struct NodeExtras {
    Str tag;    /* explicit tag as written ("!!str", "!reset"), or empty */
    Str anchor; /* name without '&', or empty */
    NodeComments comments;
} NodeExtras;

typedef struct Node Node;

/* A key of a map is a node too (with its span, style and comments); keys are scalars. Made by
 * node_pair, and renamed by node_pair_rename: the digest follows the key's text. */
typedef struct NodePair {
    Node *key;
    Node *value;
    uint64_t digest; /* of the key's text: other texts are passed without a look at them */
} NodePair;

struct Node {
    NodeKind kind : 8;
    NodeStyle style : 8;
    bool yaml11_bool : 1; /* plain y/yes/no/on/off…: a string here, a boolean to YAML 1.1 readers */
    bool is_alias_use : 1; /* reached through *alias */
    Span span;
    Str text;           /* scalars: the text as it means (quotes and escapes resolved) */
    NodeExtras *extras; /* NULL: none */
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct {
            Node **items;
            uint32_t len, cap;
        } seq;
        struct {
            NodePair *pairs; /* in document order */
            uint32_t len, cap;
        } map;
    };
};

Node *node_new_null(Arena *arena);
Node *node_new_bool(Arena *arena, bool value);
Node *node_new_int(Arena *arena, int64_t value);
Node *node_new_float(Arena *arena, double value);
Node *node_new_string(Arena *arena, Str value); /* not copied */
Node *node_new_seq(Arena *arena);
Node *node_new_map(Arena *arena);
Node *node_new_map_for(Arena *arena, size_t pairs); /* with room for so many */
Node *node_copy(Arena *arena, const Node *node);    /* deep; spans, styles and comments kept */

static inline bool node_is_scalar(const Node *node)
{
    return node->kind < NODE_SEQ;
}
static inline bool node_is_map(const Node *node)
{
    return node && node->kind == NODE_MAP;
}
static inline bool node_is_seq(const Node *node)
{
    return node && node->kind == NODE_SEQ;
}
static inline bool node_is_string(const Node *node)
{
    return node && node->kind == NODE_STRING;
}
/* "a map", "a list", "a string", … for messages. */
const char *node_kind_name(NodeKind kind);

static inline Str node_tag(const Node *node)
{
    return node->extras ? node->extras->tag : (Str) { 0 };
}
static inline Str node_anchor(const Node *node)
{
    return node->extras ? node->extras->anchor : (Str) { 0 };
}
static inline NodeComments node_comments(const Node *node)
{
    return node->extras ? node->extras->comments : (NodeComments) { 0 };
}
static inline void node_clear_tag(Node *node)
{
    if (node->extras) {
        node->extras->tag = (Str) { 0 };
    }
}
/* The node's own, made where it has none. */
NodeExtras *node_extras(Arena *arena, Node *node);

/* Maps. A lookup in a map of up to 16 keys is a scan; larger ones are scanned too, so callers that
 * look up many keys of a large map build a Map. */
Node *node_get(const Node *map, Str key); /* NULL: absent, or `map` is no map */
NodePair *node_find(const Node *map, Str key);
Node *node_get_cstr(const Node *map, const char *key);
void node_set(Arena *arena, Node *map, Str key, Node *value); /* replaces in place, or appends */
NodePair node_pair(Node *key, Node *value);
void node_pair_rename(NodePair *pair, Str text); /* the key; `text` is not copied */
void node_set_pair(Arena *arena, Node *map, Node *key, Node *value);
/* Without looking whether the key is there: for readers, which check that once at the end. */
void node_append_pair(Arena *arena, Node *map, Node *key, Node *value);
bool node_remove(Node *map, Str key); /* false: was absent */

/* Lists. */
void node_append(Arena *arena, Node *seq, Node *item);
void node_insert(Arena *arena, Node *seq, size_t at, Node *item);
void node_remove_at(Node *seq, size_t at);

/* Value equality: kinds and values, 1 equal to 1.0; map order, style and comments ignored. */
bool node_equal(const Node *a, const Node *b);

/* Text of a scalar, or `fallback` when `node` is NULL or no string. */
Str node_string_or(const Node *node, Str fallback);

/* Path like services.product.ports.http or items[2].name; keys with other characters are quoted:
 * env."A.B". NULL when there is no such place. */
Node *node_at_path(const Node *root, Str path);
/* RFC 6901. */
Node *node_at_pointer(const Node *root, Str pointer);
