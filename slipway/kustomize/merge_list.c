#include "merge_list.h"

#include "resource.h"

static bool is_empty_element(const Node *element)
{
    return node_is_null_or_absent(element) || (element->kind == NODE_MAP && element->map.len == 0);
}

static bool scalar_is(const Node *node, Str text)
{
    return node_is_scalar(node) && str_eq(node->kind == NODE_NULL ? (Str) { 0 } : node->text, text);
}

/* An empty value matches whatever the field holds. */
static bool key_matches(const Node *element, Str key, Str value)
{
    if (key.len == 0) {
        return scalar_is(element, value);
    }
    const Node *field = node_get(element, key);
    return field && (value.len == 0 || scalar_is(field, value));
}

static bool element_matches(const Node *element, const ListKey *key)
{
    bool any = false;
    for (size_t i = 0; i < key->key_count; i++) {
        if (i < key->value_count) {
            any = key_matches(element, key->keys[i], key->values[i]);
        }
        if (!any) {
            return false;
        }
    }
    return any;
}

void list_set(Build *b, Node *list, const ListKey *key, Node *element)
{
    Node kept = { .kind = NODE_SEQ, .span = list->span, .style = list->style };
    bool by_fields = key->keys[0].len > 0 && key->value_count > 0 && key->values[0].len > 0;
    bool found = false;
    for (size_t i = 0; i < list->seq.len; i++) {
        Node *item = list->seq.items[i];
        if (is_empty_element(item)) {
            continue;
        }
        if (!node_is_map(item) && by_fields) {
            node_append(b->arena, &kept, item);
        } else if (!element_matches(item, key)) {
            if (key->value_count > 0) {
                node_append(b->arena, &kept, item);
            }
        } else {
            found = true;
            if (element) {
                node_append(b->arena, &kept, element);
            }
        }
    }
    if (!found && !node_is_null_or_absent(element)) {
        node_append(b->arena, &kept, element);
    }
    list->seq = kept.seq;
}

Node *list_find(const Node *list, const ListKey *key)
{
    if (!node_is_seq(list)) {
        return NULL;
    }
    for (size_t i = 0; i < list->seq.len; i++) {
        Node *item = list->seq.items[i];
        if (key->keys[0].len == 0) {
            if (scalar_is(item, key->values[0])) {
                return item;
            }
            continue;
        }
        bool matches = node_is_map(item);
        for (size_t k = 0; matches && k < key->key_count; k++) {
            const Node *field = node_get(item, key->keys[k]);
            matches = field && scalar_is(field, key->values[k]);
        }
        if (matches) {
            return item;
        }
    }
    return NULL;
}

static void add_one(Build *b, Node *list, Node *element, const ListKey *keys)
{
    Str *values = ARENA_ARRAY(b->arena, Str, keys->key_count + 1);
    size_t count = 0;
    for (size_t k = 0; k < keys->key_count; k++) {
        const Node *field = node_get(element, keys->keys[k]);
        if (field) {
            values[count++] = field->text;
        } else {
            node_append(b->arena, list, element);
        }
    }
    ListKey key = {
        .keys = keys->keys, .key_count = keys->key_count, .values = values, .value_count = count
    };
    if (keys->key_count > 1) {
        list_set(b, list, &key, NULL);
    }
    list_set(b, list, &key, element);
}

void list_add_all(Build *b, Node *list, const Node *from, const ListKey *keys)
{
    for (size_t i = 0; i < from->seq.len; i++) {
        Node *element = from->seq.items[i];
        if (keys->keys[0].len > 0) {
            add_one(b, list, element, keys);
            continue;
        }
        Str none = { 0 };
        ListKey key = { .keys = &none, .key_count = 1, .values = &element->text, .value_count = 1 };
        list_set(b, list, &key, element);
    }
}
