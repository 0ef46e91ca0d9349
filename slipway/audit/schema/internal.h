/* From rows and definitions to types. */
#pragma once

#include "base/map.h"
#include "base/vec.h"

#include "api.h"

struct Api {
    Arena *arena;
    unsigned minor;
    Map standings;   /* "apiVersion/Kind" -> ApiStanding, of what was asked for */
    Map types;       /* name -> ApiType, of rows */
    Map definitions; /* "apiVersion/Kind" -> Definition, of CustomResourceDefinitions */
    Map defined;     /* "group/Kind" -> Str, an apiVersion that is served; empty: unsure */
};

typedef struct Definition {
    const Node *schema;  /* openAPIV3Schema */
    const ApiType *type; /* NULL: not asked for yet */
    bool is_ambiguous;
} Definition;

/* Whether one of the words "@25-27 @30-" has the version; none of them: every version. */
bool row_covers(Str ranges, unsigned minor);
/* The row of the table's sorted array whose text before the first space is `key`; NULL: none. */
const char *row_find(const char *const *rows, size_t count, Str key);

const ApiType *type_from_row(Api *api, Str name);
const ApiType *type_from_definition(Api *api, const Node *schema, bool is_object);
