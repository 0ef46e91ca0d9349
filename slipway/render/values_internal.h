/* What the files that make the values share. */
#pragma once

#include "render/values.h"

/* What a resource of a kind is in a container. */
typedef struct ImageStandard {
    ResourceKind kind;
    const char *image; /* "%" stands for the version */
    int uid, gid;      /* of its process */
    struct {
        const char *name;
        int number;
    } ports[2];
} ImageStandard;

/* NULL: a kind that is not run from an image. */
const ImageStandard *image_standard(ResourceKind kind);
/* Port that it listens on inside its container; the catalog's when the standard has none. */
int64_t container_port(const Resource *resource, const Port *port);

/* A word of the program in the values, mostly a key: one node for every map, which nobody changes. */
#define VALUE_WORD(literal)                                                          \
    ({                                                                               \
        static Node word_node_ = { .kind = NODE_STRING, .text = STR_INIT(literal) }; \
        &word_node_;                                                                 \
    })
/* Add what is not there yet: nothing is looked for. */
#define value_add(arena, map, key, value) node_append_pair((arena), (map), VALUE_WORD(key), (value))
#define value_text(arena, map, key, value) \
    value_add((arena), (map), key, value_string((arena), (value)))
#define value_int(arena, map, key, value) \
    value_add((arena), (map), key, node_new_int((arena), (value)))
#define value_bool(arena, map, key, value) value_add((arena), (map), key, value_truth(value))
/* A string; the empty one is the same everywhere. */
Node *value_string(Arena *arena, Str value);
/* The one true and the one false, which nobody changes. */
Node *value_truth(bool value);
Node *value_strings(Arena *arena, const DecodeStrings *list);

/* Adds env[] and config[] to a service's values. */
void value_env(
    Arena *arena, Node *map, const Catalog *catalog, const Service *service, DiagList *diags
);
