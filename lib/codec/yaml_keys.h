/* The order in which go-yaml writes the keys of a map that has none of its own: letters by code
 * point and after everything else, runs of digits by value. Kustomize's output is in this order. */
#pragma once

#include "base/str.h"
#include "codec/node.h"

int yaml_key_cmp(Str a, Str b);
/* A sorted copy of the pairs of a map, to be freed. */
NodePair *yaml_sorted_pairs(const Node *map);
