/* Strategic merge, as kustomize's kyaml does it: maps by key, lists by the schema's keys,
 * directives
 * ($patch: delete, replace, merge) in the patch. Elements of the patch come first. */
#pragma once

#include "internal.h"

/* Merges `patch` into `dest`, whose nodes are changed; `patch` is used up. NULL: deleted. */
int merge_patch(Build *b, Node *dest, Node *patch, Node **ret_node);
