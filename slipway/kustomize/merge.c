#include "merge.h"

#include <stdlib.h>

#include "merge_directives.h"
#include "merge_list.h"
#include "resource.h"
#include "schema.h"

typedef enum Directive { MERGE, REPLACE, DELETE } Directive;

/* What the schema says of the place. */
typedef struct At {
    const SchemaField *field; /* of a list: whether and how it merges */
    const SchemaType *type;   /* of a map */
} At;

typedef struct Values {
    Str *values;
    size_t count;
} Values;

typedef VEC(Values) ValuesList;

static const char directive_key[] = "$patch";

static int walk(Build *b, At at, Node *dest, Node *patch, Node **ret_node);

/* --- directives ------------------------------------------------------------------------------- */

static int parse_directive(Build *b, const Node *value, Directive *ret_directive)
{
    static const char *const names[] = { "merge", "replace", "delete" };
    for (int i = 0; i < 3; i++) {
        if (node_is_scalar(value) && str_eq_cstr(value->text, names[i])) {
            *ret_directive = (Directive) i;
            return 0;
        }
    }
    return build_error(
        b, "KZ004", value->span, "unknown patch strategy '%" STR_FMT "'", STR_ARG(value->text)
    );
}

static int map_directive(Build *b, Node *patch, Directive *ret_directive)
{
    const Node *value = node_get_cstr(patch, directive_key);
    if (!value) {
        return 0;
    }
    int rc = parse_directive(b, value, ret_directive);
    (void) node_remove(patch, str_from(directive_key));
    return rc;
}

/* An element that holds nothing but the directive speaks for the whole list. */
static int list_directive(Build *b, Node *patch, Directive *ret_directive)
{
    for (size_t i = 0; i < patch->seq.len; i++) {
        const Node *element = patch->seq.items[i];
        const Node *value = node_is_map(element) ? node_get_cstr(element, directive_key) : NULL;
        if (!value) {
            continue;
        }
        if (element->map.len > 1) {
            return 0;
        }
        int rc = parse_directive(b, value, ret_directive);
        Str name = str_from(directive_key), text = value->text;
        ListKey key = { .keys = &name, .key_count = 1, .values = &text, .value_count = 1 };
        list_set(b, patch, &key, NULL);
        return rc;
    }
    return 0;
}

static int take_directive(Build *b, Node *patch, Directive *ret_directive)
{
    *ret_directive = MERGE;
    if (!patch || node_is_scalar(patch)) {
        return 0;
    }
    return patch->kind == NODE_MAP ? map_directive(b, patch, ret_directive)
                                   : list_directive(b, patch, ret_directive);
}

/* --- maps ------------------------------------------------------------------------------------- */

/* Which of the two the result is built on; NULL: neither. */
static int choose_map(Build *b, Node *dest, Node *patch, Node **ret_base)
{
    Directive directive;
    *ret_base = NULL;
    if (node_is_null_or_absent(dest)) {
        int rc = take_directive(b, patch, &directive);
        if (rc < 0 || directive == DELETE) {
            return rc;
        }
        /* a null that was written out stays; an empty one goes */
        *ret_base = !patch && dest && dest->text.len > 0 ? dest : patch;
        return 0;
    }
    if (patch && patch->kind == NODE_NULL) {
        return 0;
    }
    int rc = take_directive(b, patch, &directive);
    *ret_base = rc < 0 || directive == DELETE ? NULL : directive == REPLACE ? patch : dest;
    return rc;
}

static void add_names(Build *b, Strs *names, const Node *map)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        vec_push(names, b->arena, map->map.pairs[i].key->text);
    }
}

static int compare_names(const void *a, const void *b)
{
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

/* A value set over another takes its style. Over a quoted one it becomes a string; a quoted one over
 * a plain one stays a string, but what is set over that later is what it looks like. */
static void take_style(Node *merged, const Node *was)
{
    if (!was || !node_is_scalar(was) || !node_is_scalar(merged)) {
        return;
    }
    if (node_is_quoted(was)) {
        merged->kind = NODE_STRING;
        merged->style = was->style;
    } else if (node_is_quoted(merged)) {
        merged->style = STYLE_DEFAULT;
    }
}

static void set_merged(Build *b, Node *base, const Node *patch, Str name, Node *merged)
{
    if (!merged) {
        (void) node_remove(base, name);
        return;
    }
    if (node_get(base, name) == merged) {
        return;
    }
    take_style(merged, node_get(base, name));
    NodePair *from = node_find(patch, name);
    node_set_pair(
        b->arena, base, from ? from->key : node_string(b->arena, name, merged->span), merged
    );
}

static int walk_field(Build *b, At at, Node *base, Node *patch, Str name)
{
    At child = { .field = schema_field(b, at.type, name) };
    child.type = child.field ? child.field->type : NULL;
    Node *was = node_get(base, name), *merged = NULL;
    int rc = walk(b, child, was, node_get(patch, name), &merged);
    if (rc < 0) {
        return rc;
    }
    bool kept_null = merged && merged->kind == NODE_NULL && merged == was && !node_get(patch, name);
    set_merged(b, base, patch, name, node_is_null_or_absent(merged) && !kept_null ? NULL : merged);
    return 0;
}

static int walk_fields(Build *b, At at, Node *base, Node *patch)
{
    /* what the patch doesn't name is looked at too, for nulls in it */
    Strs names = { 0 };
    add_names(b, &names, base);
    if (base != patch) {
        add_names(b, &names, patch);
    }
    if (names.len > 0) {
        qsort(names.ptr, names.len, sizeof(Str), compare_names);
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < names.len; i++) {
        if (i == 0 || !str_eq(names.ptr[i], names.ptr[i - 1])) {
            rc = walk_field(b, at, base, patch, names.ptr[i]);
        }
    }
    return rc;
}

static int walk_map(Build *b, At at, Node *dest, Node *patch, Node **ret_node)
{
    Node *base = NULL;
    int rc = choose_map(b, dest, patch, &base);
    *ret_node = base;
    if (rc < 0 || !node_is_map(base)) {
        return rc;
    }
    MergeDirectives directives = directives_take(b, patch);
    rc = walk_fields(b, at, base, patch);
    return rc < 0 ? rc : directives_apply(b, at.type, base, &directives);
}

/* --- lists that merge ------------------------------------------------------------------------- */

static Values element_values(Build *b, const Node *element, const SchemaField *field)
{
    Values values = { .values = ARENA_ARRAY(b->arena, Str, field->key_count + 1),
                      .count = field->key_count };
    for (size_t k = 0; k < field->key_count; k++) {
        const Node *value = node_get(element, field->keys[k]);
        values.values[k] = node_is_empty(value) ? (Str) { 0 } : value->text;
    }
    if (field->key_count == 0) {
        values.values[0] = element->text;
        values.count = 1;
    }
    return values;
}

static bool same_values(const Values *a, const Values *other)
{
    bool same = a->count == other->count;
    for (size_t i = 0; same && i < a->count; i++) {
        same = str_eq(a->values[i], other->values[i]);
    }
    return same;
}

static void collect_values(Build *b, ValuesList *list, const Node *from, const SchemaField *field)
{
    for (size_t i = 0; node_is_seq(from) && i < from->seq.len; i++) {
        Values values = element_values(b, from->seq.items[i], field);
        bool seen = false;
        for (size_t k = 0; !seen && k < list->len; k++) {
            seen = same_values(&list->ptr[k], &values);
        }
        if (!seen) {
            vec_push(list, b->arena, values);
        }
    }
}

/* The values of two elements that are one: equal where both have the key, and at least once so. */
static bool join_values(Build *b, const Values *a, const Values *other, Values *ret_joined)
{
    bool common = false;
    Values joined = { .values = ARENA_ARRAY(b->arena, Str, a->count + 1), .count = a->count };
    for (size_t i = 0; i < a->count; i++) {
        Str x = a->values[i], y = other->values[i];
        if (str_eq(x, y)) {
            common = true;
        } else if (x.len > 0 && y.len > 0) {
            return false;
        }
        joined.values[i] = x.len > 0 ? x : y;
    }
    *ret_joined = joined;
    return common;
}

static void join_all(Build *b, ValuesList *list)
{
    for (size_t i = 0; i < list->len; i++) {
        Values first = list->ptr[i], joined;
        for (size_t k = 0; k < list->len; k++) {
            if (join_values(b, &first, &list->ptr[k], &joined)) {
                list->ptr[i] = joined;
                list->ptr[k] = joined;
            }
        }
    }
}

/* Leaves out the keys that no element of `all` has. */
static ListKey
valid_key(Build *b, const ValuesList *all, const Values *values, const Str *keys, size_t key_count)
{
    Str *kept_keys = ARENA_ARRAY(b->arena, Str, key_count + 1);
    Str *kept_values = ARENA_ARRAY(b->arena, Str, key_count + 1);
    size_t count = 0;
    for (size_t k = 0; k < key_count; k++) {
        bool valid = false;
        for (size_t i = 0; !valid && i < all->len; i++) {
            valid = k < all->ptr[i].count && all->ptr[i].values[k].len > 0;
        }
        if (valid) {
            kept_keys[count] = keys[k];
            kept_values[count++] = values->values[k];
        }
    }
    if (count == 0) {
        return (ListKey) {
            .keys = keys, .key_count = key_count, .values = values->values, .value_count = key_count
        };
    }
    return (ListKey
    ) { .keys = kept_keys, .key_count = count, .values = kept_values, .value_count = count };
}

static ListKey own_key(Build *b, const ListKey *key)
{
    Values values = { .count = key->value_count };
    values.values = arena_memdup(b->arena, key->values, key->value_count * sizeof(Str));
    ValuesList only = { .ptr = &values, .len = 1, .cap = 1 };
    return valid_key(b, &only, &values, key->keys, key->key_count);
}

static void complete_keys(Build *b, Node *element, const ListKey *key)
{
    for (size_t k = 0; k < key->key_count && node_is_map(element); k++) {
        if (key->keys[k].len > 0 && key->values[k].len > 0 && !node_get(element, key->keys[k])) {
            Node *value = node_string(b->arena, key->values[k], element->span);
            node_set(b->arena, element, key->keys[k], value);
        }
    }
}

static int merge_element(Build *b, At at, Node *dest, Node *patch, const ListKey *key, Node *added)
{
    ListKey own = own_key(b, key);
    Node *merged = NULL;
    At child = { .type = at.field->type };
    int rc = walk(b, child, list_find(dest, &own), list_find(patch, &own), &merged);
    if (rc < 0) {
        return rc;
    }
    if (node_is_null_or_absent(merged) || (merged->kind == NODE_MAP && merged->map.len == 0)) {
        list_set(b, dest, key, NULL);
        return 0;
    }
    complete_keys(b, merged, key);
    list_set(b, added, key, merged);
    return 0;
}

static int merge_elements(Build *b, At at, Node *dest, Node *patch, Node **ret_node)
{
    static const Str no_key = { 0 };
    const SchemaField *field = at.field;
    const Str *keys = field->key_count > 0 ? field->keys : &no_key;
    size_t key_count = field->key_count > 0 ? field->key_count : 1;
    ValuesList all = { 0 };
    collect_values(b, &all, patch, field);
    collect_values(b, &all, dest, field);
    if (key_count > 1) {
        join_all(b, &all);
    }
    Node *added = node_new_seq(b->arena);
    added->span = dest->span;
    ListKey key = { 0 };
    for (size_t i = 0; i < all.len; i++) {
        key = valid_key(b, &all, &all.ptr[i], keys, key_count);
        int rc = merge_element(b, at, dest, patch, &key, added);
        if (rc < 0) {
            return rc;
        }
    }
    if (all.len > 0) {
        list_add_all(b, added, dest, &key);
        dest = added;
    }
    *ret_node = dest;
    return 0;
}

static int walk_merged_list(Build *b, At at, Node *dest, Node *patch, Node **ret_node)
{
    Directive directive = MERGE;
    Node *base = dest;
    if (node_is_null_or_absent(dest)) {
        base = patch;
    } else if (patch && patch->kind == NODE_NULL) {
        base = NULL;
    } else {
        int rc = take_directive(b, patch, &directive);
        if (rc < 0) {
            return rc;
        }
        base = directive == DELETE ? NULL : directive == REPLACE ? patch : dest;
    }
    *ret_node = base;
    return node_is_seq(base) ? merge_elements(b, at, base, patch, ret_node) : 0;
}

/* --- anything --------------------------------------------------------------------------------- */

static const char *shape_name(const Node *node)
{
    return node->kind == NODE_MAP   ? "MappingNode"
           : node->kind == NODE_SEQ ? "SequenceNode"
                                    : "ScalarNode";
}

static int check_shapes(Build *b, const Node *dest, const Node *patch)
{
    if (node_is_null_or_absent(dest) || node_is_null_or_absent(patch)) {
        return 0;
    }
    bool same = node_is_scalar(dest) ? node_is_scalar(patch) : dest->kind == patch->kind;
    if (same) {
        return 0;
    }
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        "KZ004",
        patch->span,
        "wrong node kind: expected %s but got %s",
        shape_name(dest),
        shape_name(patch)
    );
    diag_relate(b->diags, diag, dest->span, "this is what the patch would change");
    return -EINVAL;
}

static void find_type(Build *b, At *at, const Node *dest, const Node *patch)
{
    const Node *both[] = { dest, patch };
    for (size_t i = 0; i < 2 && !at->type && !at->field; i++) {
        Str version = node_text_or_empty(node_get(both[i], STR("apiVersion")));
        Str kind = node_text_or_empty(node_get(both[i], STR("kind")));
        if (version.len > 0 && kind.len > 0) {
            at->type = schema_for(b, version, kind);
        }
    }
}

static int walk(Build *b, At at, Node *dest, Node *patch, Node **ret_node)
{
    int rc = check_shapes(b, dest, patch);
    if (rc < 0) {
        return rc;
    }
    const Node *first = node_is_null_or_absent(dest) ? patch : dest;
    if (node_is_null_or_absent(first) || first->kind == NODE_MAP) {
        find_type(b, &at, dest, patch);
        return walk_map(b, at, dest, patch, ret_node);
    }
    if (first->kind == NODE_SEQ && at.field && at.field->merges) {
        return walk_merged_list(b, at, dest, patch, ret_node);
    }
    *ret_node = patch ? patch : dest;
    return 0;
}

int merge_patch(Build *b, Node *dest, Node *patch, Node **ret_node)
{
    return walk(b, (At) { 0 }, dest, patch, ret_node);
}
