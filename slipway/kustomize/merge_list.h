/* The list operations that merging by keys is made of. They follow kustomize's where it is odd, for
 * the output shows it: an empty value matches every element that has the key. */
#pragma once

#include "internal.h"

/* Keys and one value for each; "" stands for a key that is absent. */
typedef struct ListKey {
    const Str *keys;
    size_t key_count;
    const Str *values;
    size_t value_count;
} ListKey;

/* Replaces what matches by `element`, or appends it; NULL removes. Empty elements are dropped. */
void list_set(Build *b, Node *list, const ListKey *key, Node *element);
/* The first element whose fields have exactly these values; keys[0] empty: the scalar. */
Node *list_find(const Node *list, const ListKey *key);
/* Sets every element of `from` in `list`. */
void list_add_all(Build *b, Node *list, const Node *from, const ListKey *keys);
