/* The directives of a patch that kustomize itself leaves lying in its output: $retainKeys,
 * $deleteFromPrimitiveList/FIELD and $setElementOrder/FIELD. Here they mean what they mean to the
 * Kubernetes API server (strategic-merge-patch.md of its design documents). */
#pragma once

#include "internal.h"
#include "schema.h"

typedef struct MergeDirectives {
    VEC(NodePair) pairs; /* as they stood in the patch */
} MergeDirectives;

/* Takes them out of the patch. */
MergeDirectives directives_take(Build *b, Node *patch);
/* After the merge, to the result. */
int directives_apply(
    Build *b, const SchemaType *type, Node *base, const MergeDirectives *directives
);
