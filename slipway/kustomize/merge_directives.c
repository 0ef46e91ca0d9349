#include "merge_directives.h"

#include "resource.h"

static const char retain_key[] = "$retainKeys", delete_prefix[] = "$deleteFromPrimitiveList/",
                  order_prefix[] = "$setElementOrder/";

static bool is_directive(Str key)
{
    return str_eq_cstr(key, retain_key) || str_has_prefix(key, str_from(delete_prefix)) ||
           str_has_prefix(key, str_from(order_prefix));
}

MergeDirectives directives_take(Build *b, Node *patch)
{
    MergeDirectives taken = { 0 };
    uint32_t kept = 0;
    for (size_t i = 0; node_is_map(patch) && i < patch->map.len; i++) {
        NodePair pair = patch->map.pairs[i];
        if (is_directive(pair.key->text)) {
            vec_push(&taken.pairs, b->arena, pair);
        } else {
            patch->map.pairs[kept++] = pair;
        }
    }
    if (taken.pairs.len > 0) {
        patch->map.len = kept;
    }
    return taken;
}

static size_t find_scalar(const Node *list, Str text)
{
    for (size_t i = 0; i < list->seq.len; i++) {
        if (node_is_scalar(list->seq.items[i]) && str_eq(list->seq.items[i]->text, text)) {
            return i;
        }
    }
    return STR_NONE;
}

static void retain_keys(Node *base, const Node *keys)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < base->map.len; i++) {
        NodePair pair = base->map.pairs[i];
        if (find_scalar(keys, pair.key->text) != STR_NONE) {
            base->map.pairs[kept++] = pair;
        }
    }
    base->map.len = kept;
}

static void delete_scalars(Node *list, const Node *values)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < list->seq.len; i++) {
        Node *item = list->seq.items[i];
        if (!node_is_scalar(item) || find_scalar(values, item->text) == STR_NONE) {
            list->seq.items[kept++] = item;
        }
    }
    list->seq.len = kept;
}

/* --- order ------------------------------------------------------------------------------------ */

static bool same_element(const Node *a, const Node *other, const SchemaField *field)
{
    if (node_is_scalar(a) || node_is_scalar(other)) {
        return node_is_scalar(a) && node_is_scalar(other) && str_eq(a->text, other->text);
    }
    static const Str name = STR_INIT("name");
    const Str *keys = field && field->key_count > 0 ? field->keys : &name;
    size_t count = field && field->key_count > 0 ? field->key_count : 1;
    for (size_t i = 0; i < count; i++) {
        const Node *x = node_get(a, keys[i]), *y = node_get(other, keys[i]);
        if ((x || y) && !(x && y && node_equal(x, y))) {
            return false;
        }
    }
    return true;
}

static size_t find_element(const Node *list, const Node *element, const SchemaField *field)
{
    for (size_t i = 0; i < list->seq.len; i++) {
        if (same_element(list->seq.items[i], element, field)) {
            return i;
        }
    }
    return STR_NONE;
}

typedef VEC(size_t) Indices;

/* Listed elements in the order of `order`, the others where they stood between them. */
static void order_elements(Build *b, Node *list, const Node *order, const SchemaField *field)
{
    Indices listed = { 0 }, others = { 0 };
    for (size_t i = 0; i < order->seq.len; i++) {
        size_t at = find_element(list, order->seq.items[i], field);
        if (at != STR_NONE) {
            vec_push(&listed, b->arena, at);
        }
    }
    for (size_t i = 0; i < list->seq.len; i++) {
        if (find_element(order, list->seq.items[i], field) == STR_NONE) {
            vec_push(&others, b->arena, i);
        }
    }
    Node *sorted = node_new_seq(b->arena);
    size_t a = 0, o = 0;
    while (a < listed.len || o < others.len) {
        bool other_next = a == listed.len || (o < others.len && others.ptr[o] < listed.ptr[a]);
        node_append(
            b->arena, sorted, list->seq.items[other_next ? others.ptr[o++] : listed.ptr[a++]]
        );
    }
    list->seq = sorted->seq;
}

static int apply_one(Build *b, const SchemaType *type, Node *base, const NodePair *directive)
{
    Str field_name = directive->key->text;
    if (!node_is_seq(directive->value)) {
        return build_error(
            b,
            "KZ004",
            directive->value->span,
            "%" STR_FMT " wants a list",
            STR_ARG(directive->key->text)
        );
    }
    if (str_eq_cstr(field_name, retain_key)) {
        retain_keys(base, directive->value);
        return 0;
    }
    bool deletes = str_strip_prefix(&field_name, str_from(delete_prefix));
    if (!deletes) {
        (void) str_strip_prefix(&field_name, str_from(order_prefix));
    }
    Node *list = node_get(base, field_name);
    if (!node_is_seq(list)) {
        return 0;
    }
    if (deletes) {
        delete_scalars(list, directive->value);
    } else {
        order_elements(b, list, directive->value, schema_field(b, type, field_name));
    }
    return 0;
}

int directives_apply(
    Build *b, const SchemaType *type, Node *base, const MergeDirectives *directives
)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < directives->pairs.len; i++) {
        rc = apply_one(b, type, base, &directives->pairs.ptr[i]);
    }
    return rc;
}
