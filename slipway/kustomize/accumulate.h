/* One kustomization after another: its resources, generators, components and transformers, in
 * kustomize's order. */
#pragma once

#include "internal.h"

int accumulate_target(Target *target, Accumulator *into);
/* Files and directories named in `paths`, as `resources` has them. */
int accumulate_paths(Target *target, const Node *paths, Accumulator *into);
int target_set_openapi(Target *target, bool reset);
/* The present origin with a path behind it. */
Origin *origin_append(Build *b, const Origin *origin, Str path);
