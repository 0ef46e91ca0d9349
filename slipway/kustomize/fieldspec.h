/* Walking a resource along a field spec. */
#pragma once

#include "internal.h"

/* What to do with the node at the end of the path; `node` may be changed in place. */
typedef int (*FieldFn)(void *ctx, Node *node);

/* What is made where the path ends in nothing and the spec says so. */
typedef enum FieldCreate { FIELD_CREATE_NONE, FIELD_CREATE_SCALAR, FIELD_CREATE_MAP } FieldCreate;

typedef struct FieldWalk {
    Build *b;
    FieldCreate create;
    Span span; /* of what is made */
    FieldFn visit;
    void *ctx;
} FieldWalk;

/* Whether the spec is for this kind, by the resource's present apiVersion and kind. */
bool field_spec_matches(const FieldSpec *spec, Gvk gvk);
int field_spec_apply(const FieldWalk *walk, const FieldSpec *spec, const Resource *resource);
int field_specs_apply(const FieldWalk *walk, const FieldSpecs *specs, const Resource *resource);
