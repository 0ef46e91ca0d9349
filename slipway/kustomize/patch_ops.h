/* JSON patch, RFC 6902, with what kustomize's library adds: negative indices, and `replace` of a
 * key that isn't there adds it. */
#pragma once

#include "internal.h"

/* Whether `ops` has the form of a JSON patch: a list of maps with `op`. */
bool patch_ops_is_list(const Node *ops);
/* Applies every operation to `root`; stops at the first that fails. */
int patch_ops_apply(Build *b, Node *root, const Node *ops);
