/* What a strategic merge must know of a type: which lists merge and by which keys. The built-in
 * types come from tables.h, others from the kustomization's `openapi`. */
#pragma once

#include "internal.h"

typedef struct SchemaType SchemaType;

typedef struct SchemaField {
    Str name;
    bool merges;     /* a list with patch strategy "merge" */
    const Str *keys; /* its elements' keys; none: a set of scalars */
    size_t key_count;
    Str type_name; /* of the map, or of the list's elements; resolved when asked for */
    const SchemaType *type;
} SchemaField;

struct SchemaType {
    Str name;
    VEC(SchemaField) fields;
    SchemaField *additional; /* of every other field */
};

typedef struct Schema Schema;

Schema *schema_new(Build *b);
/* The kustomization's `openapi`. `reset`: the first kustomization's; later ones count only when
 * nothing was set before. */
int schema_set(Build *b, const Node *version, const Node *definitions, bool reset);
/* NULL: unknown. */
const SchemaType *schema_for(Build *b, Str api_version, Str kind);
const SchemaField *schema_field(Build *b, const SchemaType *type, Str name);
bool schema_is_cluster_scoped(Build *b, Gvk gvk);
/* Where kustomize's legacy order puts a kind: negative first, 0 in the middle. */
int order_rank(Str kind);
