/* What the schema of a CustomResourceDefinition says about a value beyond its kind: pattern, bounds,
 * lengths and counts, multiples, what must differ.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "codec/node.h"
#include "codec/regex.h"

typedef struct ApiLimits {
    const Node *schema;
    Regex *pattern; /* NULL: none, or one that isn't understood */
    bool is_ready;
} ApiLimits;

/* NULL where the schema says nothing of the kind. */
ApiLimits *limits_from_definition(Arena *arena, const Node *schema);
/* Says in *ret_message what the value should be: "at least 1"; false: it is as it should be. */
bool limits_broken(Arena *arena, ApiLimits *limits, const Node *value, Str *ret_message);
