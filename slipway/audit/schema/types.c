/* Rows of the table and schemas of CustomResourceDefinitions as ApiTypes. */
#include <stdlib.h>

#include "internal.h"
#include "limits.h"
#include "table.h"

typedef VEC(ApiField) Fields;

static int compare_fields(const void *a, const void *b)
{
    return str_cmp(((const ApiField *) a)->name, ((const ApiField *) b)->name);
}

static void take_fields(ApiType *type, Fields *fields)
{
    if (fields->len > 1) {
        qsort(fields->ptr, fields->len, sizeof(ApiField), compare_fields);
    }
    type->fields = fields->ptr;
    type->len = fields->len;
    vec_foreach(field, fields) {
        type->required_count += field->required;
    }
}

/* --- rows ------------------------------------------------------------------------------------- */

static ApiShapeKind scalar_kind(char letter)
{
    switch (letter) {
    case 's':
        return API_STRING;
    case 't':
        return API_TIME;
    case 'y':
        return API_BYTES;
    case 'b':
        return API_BOOL;
    case 'i':
        return API_INT32;
    case 'l':
        return API_INT64;
    case 'n':
        return API_NUMBER;
    case 'q':
        return API_QUANTITY;
    case 'x':
        return API_INT_OR_STRING;
    default:
        return API_ANY;
    }
}

static void parse_values(Arena *arena, Str text, ApiShape *shape)
{
    VEC(Str) values = { 0 };
    Str value;
    while (str_next(&text, '|', &value)) {
        vec_push(&values, arena, value);
    }
    shape->values = values.ptr;
    shape->value_count = values.len;
}

/* "[[s=A|B": lists and maps are taken off from the left. */
static void parse_shape(Arena *arena, Str text, ApiShape *shape)
{
    while (text.len > 0 && (text.ptr[0] == '[' || text.ptr[0] == '{')) {
        shape->kind = text.ptr[0] == '[' ? API_LIST : API_MAP;
        shape->of = ARENA_NEW(arena, ApiShape);
        shape = shape->of;
        text = str_skip(text, 1);
    }
    Str values;
    Str before = text;
    if (str_cut(text, '=', &before, &values)) {
        parse_values(arena, values, shape);
    }
    if (str_strip_prefix(&before, STR(">"))) {
        shape->kind = API_OBJECT;
        shape->type_name = before;
    } else {
        shape->kind = scalar_kind(before.len > 0 ? before.ptr[0] : 'a');
    }
}

static void parse_field(const Api *api, Str word, Fields *fields)
{
    size_t at = str_rfind_char(word, '@');
    if (at != STR_NONE && !row_covers(str_skip(word, at), api->minor)) {
        return;
    }
    Str name, shape;
    (void) str_cut(str_slice(word, 0, at), ':', &name, &shape);
    ApiField *field = vec_add(fields, api->arena);
    field->required = str_strip_suffix(&name, STR("!"));
    field->name = name;
    parse_shape(api->arena, shape, &field->shape);
}

const ApiType *type_from_row(Api *api, Str name)
{
    ApiType *type = map_get(&api->types, name);
    if (type) {
        return type;
    }
    Str rest = str_from(row_find(api_types, api_type_count, name));
    Str word;
    Fields fields = { 0 };
    type = ARENA_NEW(api->arena, ApiType);
    (void) str_next(&rest, ' ', &type->name);
    while (str_next(&rest, ' ', &word)) {
        parse_field(api, word, &fields);
    }
    take_fields(type, &fields);
    map_set(&api->types, type->name, type);
    return type;
}

/* --- definitions ------------------------------------------------------------------------------ */

static bool is_true(const Node *schema, const char *key)
{
    const Node *node = node_get_cstr(schema, key);
    return node && node->kind == NODE_BOOL && node->boolean;
}

static Str text_of(const Node *schema, const char *key)
{
    return node_string_or(node_get_cstr(schema, key), STR(""));
}

static bool says_items(const Node *node, const char *name)
{
    for (size_t i = 0; node_is_seq(node) && i < node->seq.len; i++) {
        if (str_eq_cstr(node->seq.items[i]->text, name)) {
            return true;
        }
    }
    return false;
}

static void shape_from_definition(const Api *api, const Node *schema, ApiShape *shape);

static void take_values(const Api *api, const Node *schema, ApiShape *shape)
{
    const Node *list = node_get_cstr(schema, "enum");
    VEC(Str) values = { 0 };
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        vec_push(&values, api->arena, list->seq.items[i]->text);
    }
    shape->values = values.ptr;
    shape->value_count = values.len;
}

static void
collection_from_definition(const Api *api, ApiShapeKind kind, const Node *of, ApiShape *shape)
{
    shape->kind = kind;
    shape->of = ARENA_NEW(api->arena, ApiShape);
    shape_from_definition(api, of, shape->of);
}

static void object_from_definition(const Api *api, const Node *schema, ApiShape *shape)
{
    const Node *rest = node_get_cstr(schema, "additionalProperties");
    if (node_is_map(node_get_cstr(schema, "properties"))) {
        shape->kind = API_OBJECT;
        shape->definition = schema;
    } else if (node_is_map(rest)) {
        collection_from_definition(api, API_MAP, rest, shape);
    } else {
        shape->kind = API_MAP; /* of anything: one that is closed says so by its properties */
        shape->of = ARENA_NEW(api->arena, ApiShape);
    }
}

static void shape_from_definition(const Api *api, const Node *schema, ApiShape *shape)
{
    static const struct {
        const char *name;
        ApiShapeKind kind;
    } scalars[] = {
        { "string", API_STRING },
        { "boolean", API_BOOL },
        { "integer", API_INT64 },
        { "number", API_NUMBER },
    };
    Str type = text_of(schema, "type");
    const Node *items = node_get_cstr(schema, "items");
    if (is_true(schema, "x-kubernetes-int-or-string")) {
        shape->kind = API_INT_OR_STRING;
    } else if (str_eq(type, STR("object"))) {
        object_from_definition(api, schema, shape);
    } else if (str_eq(type, STR("array")) && node_is_map(items)) {
        collection_from_definition(api, API_LIST, items, shape);
    }
    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        if (str_eq_cstr(type, scalars[i].name)) {
            shape->kind = scalars[i].kind;
        }
    }
    if (shape->kind == API_INT64 && str_eq(text_of(schema, "format"), STR("int32"))) {
        shape->kind = API_INT32;
    }
    take_values(api, schema, shape);
    shape->limits = limits_from_definition(api->arena, schema);
}

/* What every object and every embedded one may say without a schema's word. */
static void add_object_fields(const Api *api, Fields *fields)
{
    static const char *const own[] = { "apiVersion", "kind", "metadata", "status" };
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        ApiField *field = vec_add(fields, api->arena);
        field->name = str_from(own[i]);
    }
    ApiField *metadata = &fields->ptr[2];
    metadata->shape = (ApiShape) { .kind = API_OBJECT, .type_name = STR("meta.v1.ObjectMeta") };
}

const ApiType *type_from_definition(Api *api, const Node *schema, bool is_object)
{
    ApiType *type = ARENA_NEW(api->arena, ApiType);
    Fields fields = { 0 };
    const Node *properties = node_get_cstr(schema, "properties");
    const Node *required = node_get_cstr(schema, "required");
    is_object = is_object || is_true(schema, "x-kubernetes-embedded-resource");
    if (is_object) {
        add_object_fields(api, &fields);
    }
    size_t own = fields.len;
    for (size_t i = 0; node_is_map(properties) && i < properties->map.len; i++) {
        const NodePair *pair = &properties->map.pairs[i];
        bool is_known = false;
        for (size_t k = 0; k < own; k++) {
            is_known = is_known || str_eq(fields.ptr[k].name, pair->key->text);
        }
        if (!is_known) {
            ApiField *field = vec_add(&fields, api->arena);
            field->name = pair->key->text;
            field->required =
                says_items(required, field->name.ptr ? str_to_cstr(api->arena, field->name) : "");
            shape_from_definition(api, pair->value, &field->shape);
        }
    }
    type->is_open = is_true(schema, "x-kubernetes-preserve-unknown-fields") ||
                    node_get_cstr(schema, "additionalProperties") != NULL;
    take_fields(type, &fields);
    return type;
}
