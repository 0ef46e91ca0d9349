/* The kustomization file: known fields, their types, deprecations, the two kinds. It stays a tree;
 * these are the ways to read it. */
#pragma once

#include "internal.h"

/* Reads and checks the kustomization of `target` into target->doc. */
int kustomization_load(Target *target);

/* Unknown keys are errors, with the nearest of `known` (NULL-terminated). A null is fine. */
int check_fields(Build *b, const Node *map, const char *const *known, const char *what);
int check_list(Build *b, const Node *list);
/* Text of a string field, empty where absent or null. */
Str field_text(const Node *map, const char *name);
bool field_bool(const Node *map, const char *name);
/* The items of a list field; 0 where absent. */
size_t field_count(const Node *map, const char *name);
Node *field_item(const Node *map, const char *name, size_t at);
Span field_span(const Node *map, const char *name);

extern const char *const selector_fields[];
