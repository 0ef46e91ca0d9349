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

void value_text(Arena *arena, Node *map, const char *key, Str value);
void value_int(Arena *arena, Node *map, const char *key, int64_t value);
void value_bool(Arena *arena, Node *map, const char *key, bool value);
Node *value_strings(Arena *arena, const DecodeStrings *list);

/* Adds env[] and config[] to a service's values. */
void value_env(
    Arena *arena, Node *map, const Catalog *catalog, const Service *service, DiagList *diags
);
