/* Paths of replacements and vars: a.b.[name=x].0.*, in kustomize's two ways of going along them. */
#pragma once

#include "internal.h"

/* Splits at '.', "\." being a dot and [a.b=c] one part. */
void path_split_dots(Build *b, Str path, Strs *ret_parts);
/* One node, or NULL; -EINVAL where the path and the node's shape disagree. Keys' values exact. */
int path_lookup(Node *node, const Str *parts, size_t count, Node **ret_node);
/* The same, making what is missing; the last part becomes an empty scalar. */
Node *path_create(Build *b, Node *node, const Strs *parts);

typedef struct Found {
    Node *node;
    bool is_new; /* was made: has no type yet */
} Found;

typedef VEC(Found) FoundNodes;

typedef enum PathCreate {
    PATH_NO_CREATE,
    PATH_CREATE_SCALAR,
    PATH_CREATE_SEQ,
    PATH_CREATE_MAP
} PathCreate;

typedef struct PathSearch {
    Build *b;
    PathCreate create;
    Span span;
    FoundNodes found;
} PathSearch;

/* Every node; values in [key=value] are regular expressions, '*' is every element. */
int path_search(PathSearch *search, Node *node, const Str *parts, size_t count);
