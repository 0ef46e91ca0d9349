/* JSON Patch (RFC 6902) on Node trees: add, remove, replace, move, copy, test. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "codec/node.h"

typedef struct JsonPatchOptions {
    bool negative_indices; /* -1 is the last item, as the Go library that kustomize uses has it */
} JsonPatchOptions;

/* Applies the list of operations `patch` to a copy of `document`: all of them, or none. Values keep
 * the position they have in the patch. `options` may be NULL. Returns 0, or with err->span at the
 * operation's member that is wrong:
 *   -EINVAL  the patch is malformed: an unknown op, a member missing, no JSON Pointer
 *   -ENOENT  a place that an operation needs isn't there
 *   -ESTALE  a test found another value
 *   -E2BIG   copies of copies came to more than a million values */
int json_patch_apply(
    Arena *arena,
    const Node *document,
    const Node *patch,
    const JsonPatchOptions *options,
    Node **ret_document,
    Error *err
);

/* The patch that makes `to` of `from`: add, remove and replace only, keys in the order of `from`,
 * then new ones in the order of `to`. Lists are compared by index from both ends. Empty when the
 * two are equal. */
Node *json_patch_between(Arena *arena, const Node *from, const Node *to);
