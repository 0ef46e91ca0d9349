#include "schema.h"

#include <string.h>

#include "resource.h"

/* kustomize reads schemas late, and knows more cluster-scoped kinds once it has: `is_read` and
 * `wants_builtin` follow it, because the namespace transformer shows the difference. */
struct Schema {
    Map types;          /* name -> SchemaType */
    Map resources;      /* "apiVersion/Kind" -> SchemaType */
    Map cluster_scoped; /* of schemas read, value non-NULL: cluster-scoped */
    Map certain;        /* known without a schema: "c" or "n" */
    const Node *custom;
    bool is_set, is_read, has_builtin, wants_builtin;
};

static char is_cluster[] = "cluster", is_namespaced[] = "namespaced";

Schema *schema_new(Build *b)
{
    Schema *schema = ARENA_NEW(b->arena, Schema);
    Map *maps[] = { &schema->types, &schema->resources, &schema->cluster_scoped, &schema->certain };
    for (size_t i = 0; i < 4; i++) {
        *maps[i] = (Map) MAP_ON_ARENA(b->arena);
    }
    for (const char *const *name = certain_cluster_scoped; *name; name++) {
        map_set(&schema->certain, str_from(*name), is_cluster);
    }
    for (const char *const *name = certain_namespaced; *name; name++) {
        map_set(&schema->certain, str_from(*name), is_namespaced);
    }
    return schema;
}

/* --- the built-in table ----------------------------------------------------------------------- */

static void split_keys(Arena *arena, Str keys, SchemaField *field)
{
    Strs list = { 0 };
    Str key;
    while (str_next(&keys, ',', &key)) {
        vec_push(&list, arena, key);
    }
    field->keys = list.ptr;
    field->key_count = list.len;
}

/* "containers*core.v1.Container@name", "spec>core.v1.PodSpec" */
static void parse_field(Arena *arena, SchemaType *type, Str word)
{
    SchemaField *field = vec_add(&type->fields, arena);
    Str keys = { 0 }, rest;
    Str before = word;
    (void) str_cut(word, '@', &before, &keys);
    field->merges = str_cut(before, '*', &field->name, &rest);
    if (!field->merges) {
        (void) str_cut(before, '>', &field->name, &rest);
    }
    field->type_name = rest;
    split_keys(arena, keys, field);
}

static void read_builtin(Build *b, Schema *schema)
{
    for (const char *const *row = schema_types; *row; row++) {
        Str rest = str_from(*row), word;
        SchemaType *type = ARENA_NEW(b->arena, SchemaType);
        (void) str_next(&rest, ' ', &type->name);
        while (str_next(&rest, ' ', &word)) {
            parse_field(b->arena, type, word);
        }
        map_set(&schema->types, type->name, type);
    }
    for (const char *const *row = schema_resources; *row; row++) {
        Str resource, type;
        (void) str_cut(str_from(*row), ' ', &resource, &type);
        map_set(&schema->resources, resource, map_get(&schema->types, type));
    }
    for (const char *const *row = schema_cluster_scoped; *row; row++) {
        map_set(&schema->cluster_scoped, str_from(*row), is_cluster);
    }
    schema->has_builtin = true;
}

/* --- a kustomization's own -------------------------------------------------------------------- */

static SchemaType *type_from_node(Build *b, const Node *node, unsigned depth);

static Str ref_name(const Node *schema)
{
    Str ref = node_text_or_empty(node_get(schema, STR("$ref")));
    size_t slash = str_rfind_char(ref, '/');
    return slash == STR_NONE ? ref : str_skip(ref, slash + 1);
}

static bool has_merge_strategy(const Node *schema)
{
    Str rest = node_text_or_empty(node_get(schema, STR("x-kubernetes-patch-strategy"))), strategy;
    while (str_next(&rest, ',', &strategy)) {
        if (str_eq(strategy, STR("merge"))) {
            return true;
        }
    }
    return false;
}

static void keys_from_node(Build *b, const Node *schema, SchemaField *field)
{
    Strs keys = { 0 };
    const Node *list = node_get(schema, STR("x-kubernetes-list-map-keys"));
    const Node *key = node_get(schema, STR("x-kubernetes-patch-merge-key"));
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        vec_push(&keys, b->arena, list->seq.items[i]->text);
    }
    if (!list && key) {
        vec_push(&keys, b->arena, key->text);
    }
    field->keys = keys.ptr;
    field->key_count = keys.len;
}

static void field_from_node(Build *b, const Node *schema, SchemaField *field, unsigned depth)
{
    const Node *items = node_get(schema, STR("items"));
    bool is_list = str_eq(node_text_or_empty(node_get(schema, STR("type"))), STR("array"));
    const Node *of = is_list ? items : schema;
    field->merges = has_merge_strategy(schema);
    keys_from_node(b, schema, field);
    field->type_name = ref_name(of);
    if (field->type_name.len == 0 && of) {
        field->type = type_from_node(b, of, depth + 1);
    }
}

static SchemaType *type_from_node(Build *b, const Node *node, unsigned depth)
{
    enum { MAX_DEPTH = 100 };
    SchemaType *type = ARENA_NEW(b->arena, SchemaType);
    const Node *properties = node_get(node, STR("properties"));
    for (size_t i = 0; depth < MAX_DEPTH && node_is_map(properties) && i < properties->map.len;
         i++) {
        SchemaField *field = vec_add(&type->fields, b->arena);
        field->name = properties->map.pairs[i].key->text;
        SchemaField made = { .name = field->name };
        field_from_node(b, properties->map.pairs[i].value, &made, depth);
        type->fields.ptr[type->fields.len - 1] = made;
    }
    const Node *additional = node_get(node, STR("additionalProperties"));
    if (depth < MAX_DEPTH && node_is_map(additional)) {
        type->additional = ARENA_NEW(b->arena, SchemaField);
        field_from_node(b, additional, type->additional, depth);
    }
    return type;
}

static Str resource_key(Arena *arena, const Node *gvk)
{
    Gvk id = {
        .group = node_text_or_empty(node_get(gvk, STR("group"))),
        .version = node_text_or_empty(node_get(gvk, STR("version"))),
    };
    Str kind = node_text_or_empty(node_get(gvk, STR("kind")));
    return str_printf(
        arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(gvk_api_version(arena, id)), STR_ARG(kind)
    );
}

static void read_scopes(Build *b, Schema *schema, const Node *paths)
{
    for (size_t i = 0; node_is_map(paths) && i < paths->map.len; i++) {
        const NodePair *path = &paths->map.pairs[i];
        const Node *gvk =
            node_get(node_get(path->value, STR("get")), STR("x-kubernetes-group-version-kind"));
        if (!gvk) {
            continue;
        }
        Str key = resource_key(b->arena, gvk);
        if (str_find(path->key->text, STR("namespaces/{namespace}")) != STR_NONE) {
            map_set(&schema->cluster_scoped, key, is_namespaced);
        } else if (!map_has(&schema->cluster_scoped, key)) {
            map_set(&schema->cluster_scoped, key, is_cluster);
        }
    }
}

static void read_custom(Build *b, Schema *schema)
{
    const Node *definitions = node_get(schema->custom, STR("definitions"));
    for (size_t i = 0; node_is_map(definitions) && i < definitions->map.len; i++) {
        const NodePair *pair = &definitions->map.pairs[i];
        SchemaType *type = type_from_node(b, pair->value, 0);
        type->name = pair->key->text;
        map_set(&schema->types, type->name, type);
        const Node *gvks = node_get(pair->value, STR("x-kubernetes-group-version-kind"));
        for (size_t k = 0; node_is_seq(gvks) && k < gvks->seq.len; k++) {
            map_set(&schema->resources, resource_key(b->arena, gvks->seq.items[k]), type);
        }
    }
    read_scopes(b, schema, node_get(schema->custom, STR("paths")));
}

/* --- use -------------------------------------------------------------------------------------- */

static void schema_read(Build *b)
{
    Schema *schema = b->schema;
    if (schema->is_read) {
        return;
    }
    schema->is_read = true;
    if (schema->custom) {
        read_custom(b, schema);
    }
    if ((!schema->custom || schema->wants_builtin) && !schema->has_builtin) {
        read_builtin(b, schema);
    }
}

int schema_set(Build *b, const Node *version, const Node *definitions, bool reset)
{
    static const char builtin[] = "v1.21.2";
    Schema *schema = b->schema;
    if (schema->is_set && !reset) {
        return 0;
    }
    if (definitions) {
        if (version) {
            return build_error(
                b,
                "KZ001",
                version->span,
                "builtin version and custom schema provided, cannot use both"
            );
        }
        schema->custom = definitions;
        schema->is_set = true;
        schema->is_read = false;
        return 0;
    }
    Str text = node_text_or_empty(version);
    if (text.len > 0 && !str_eq_cstr(text, builtin)) {
        return build_error(
            b, "KZ001", version->span, "the specified OpenAPI version is not built in"
        );
    }
    schema->is_set = text.len > 0;
    return 0;
}

const SchemaType *schema_for(Build *b, Str api_version, Str kind)
{
    schema_read(b);
    Str key = str_printf(b->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(api_version), STR_ARG(kind));
    return map_get(&b->schema->resources, key);
}

const SchemaField *schema_field(Build *b, const SchemaType *type, Str name)
{
    if (!type) {
        return NULL;
    }
    SchemaField *found = type->additional;
    vec_foreach(field, &type->fields) {
        if (str_eq(field->name, name)) {
            found = field;
            break;
        }
    }
    if (found && !found->type && found->type_name.len > 0) {
        found->type = map_get(&b->schema->types, found->type_name);
    }
    return found;
}

/* "group/version/Kind" in the buffer, without the group where there is none; empty: no room. Asked for
 * every id that is compared, so by hand. */
static Str scope_key(char *buffer, size_t size, Gvk gvk)
{
    Str parts[] = { gvk.group, gvk.version, gvk.kind };
    char *at = buffer;
    for (size_t i = gvk.group.len > 0 ? 0 : 1; i < 3; i++) {
        if (parts[i].len >= size - (size_t) (at - buffer)) {
            return (Str) { 0 };
        }
        if (parts[i].len > 0) {
            memcpy(at, parts[i].ptr, parts[i].len);
        }
        at += parts[i].len;
        if (i < 2) {
            *at++ = '/';
        }
    }
    return str_make(buffer, (size_t) (at - buffer));
}

bool schema_is_cluster_scoped(Build *b, Gvk gvk)
{
    char buffer[256];
    Str key = scope_key(buffer, sizeof buffer, gvk);
    if (key.len == 0) {
        return false;
    }
    Schema *schema = b->schema;
    const char *certain = map_get(&schema->certain, key);
    if (certain) {
        return certain == is_cluster;
    }
    if (!schema->is_read && schema->custom) {
        schema_read(b);
    } else if (!schema->is_read) {
        schema->wants_builtin = true;
    }
    return map_get(&schema->cluster_scoped, key) == is_cluster;
}
