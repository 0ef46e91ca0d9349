#include "expression_type.h"

#include "base/mem.h"

enum { NODE_TYPE_DEPTH = 20 };

const ExprType type_any = { .kind = TYPE_ANY };
const ExprType type_null = { .kind = TYPE_NULL };
const ExprType type_bool = { .kind = TYPE_BOOL };
const ExprType type_number = { .kind = TYPE_NUMBER };
const ExprType type_string = { .kind = TYPE_STRING };
const ExprType type_strings = { .kind = TYPE_ARRAY, .other = &type_string };
const ExprType type_string_object = { .kind = TYPE_OBJECT, .other = &type_string };
const ExprType type_any_object = { .kind = TYPE_OBJECT, .other = &type_any };

ExprType *type_object(Arena *arena)
{
    ExprType *type = ARENA_NEW(arena, ExprType);
    type->kind = TYPE_OBJECT;
    return type;
}

ExprType *type_array(Arena *arena, const ExprType *items)
{
    ExprType *type = ARENA_NEW(arena, ExprType);
    type->kind = TYPE_ARRAY;
    type->other = items;
    return type;
}

static TypeField *find_field(const ExprType *object, Str name)
{
    vec_foreach(field, &object->fields) {
        if (str_eq_nocase(field->name, name)) {
            return field;
        }
    }
    return NULL;
}

void type_add(Arena *arena, ExprType *object, Str name, const ExprType *type)
{
    TypeField *field = find_field(object, name);
    if (field) {
        field->type = type;
        return;
    }
    vec_push(&object->fields, arena, ((TypeField) { name, type }));
}

void type_add_strings(Arena *arena, ExprType *object, const char *names)
{
    Str rest = str_from(names);
    Str name;
    while (str_next(&rest, ' ', &name)) {
        if (name.len > 0) {
            vec_push(&object->fields, arena, ((TypeField) { name, &type_string }));
        }
    }
}

const ExprType *type_get(const ExprType *object, Str name)
{
    const TypeField *field = find_field(object, name);
    return field ? field->type : object->other;
}

static const ExprType *merge_objects(Arena *arena, const ExprType *a, const ExprType *b)
{
    ExprType *both = type_object(arena);
    both->other = a->other && b->other ? type_merge(arena, a->other, b->other)
                  : a->other           ? a->other
                                       : b->other;
    vec_foreach(field, &a->fields) {
        vec_push(&both->fields, arena, *field);
    }
    vec_foreach(field, &b->fields) {
        const TypeField *known = find_field(a, field->name);
        type_add(
            arena,
            both,
            field->name,
            known ? type_merge(arena, known->type, field->type) : field->type
        );
    }
    return both;
}

const ExprType *type_merge(Arena *arena, const ExprType *a, const ExprType *b)
{
    if (a == b || b->kind == TYPE_NULL) {
        return a;
    }
    if (a->kind == TYPE_NULL) {
        return b;
    }
    if (a->kind != b->kind) {
        return &type_any;
    }
    switch (a->kind) {
    case TYPE_OBJECT:
        return merge_objects(arena, a, b);
    case TYPE_ARRAY:
        return type_array(arena, type_merge(arena, a->other, b->other));
    default:
        return a;
    }
}

/* --- of documents ----------------------------------------------------------------------------- */

static const ExprType *node_type(Arena *arena, const Node *node, size_t depth);

static const ExprType *list_type(Arena *arena, const Node *list, size_t depth)
{
    const ExprType *items = list->seq.len ? &type_null : &type_any;
    for (size_t i = 0; i < list->seq.len && items->kind != TYPE_ANY; i++) {
        items = type_merge(arena, items, node_type(arena, list->seq.items[i], depth));
    }
    return type_array(arena, items->kind == TYPE_NULL ? &type_any : items);
}

static const ExprType *map_type(Arena *arena, const Node *map, size_t depth)
{
    ExprType *object = type_object(arena);
    for (size_t i = 0; i < map->map.len; i++) {
        type_add(
            arena,
            object,
            map->map.pairs[i].key->text,
            node_type(arena, map->map.pairs[i].value, depth)
        );
    }
    return object;
}

static const ExprType *node_type(Arena *arena, const Node *node, size_t depth)
{
    if (depth == 0) {
        return &type_any;
    }
    switch (node->kind) {
    case NODE_NULL:
        return &type_null;
    case NODE_BOOL:
        return &type_bool;
    case NODE_INT:
    case NODE_FLOAT:
        return &type_number;
    case NODE_SEQ:
        return list_type(arena, node, depth - 1);
    case NODE_MAP:
        return map_type(arena, node, depth - 1);
    case NODE_STRING:
        break;
    }
    return str_find(node->text, STR("${{")) == STR_NONE ? &type_string : &type_any;
}

const ExprType *type_of_node(Arena *arena, const Node *node)
{
    return node_type(arena, node, NODE_TYPE_DEPTH);
}

/* --- questions -------------------------------------------------------------------------------- */

const char *type_name(const ExprType *type)
{
    static const char *const names[] = {
        [TYPE_ANY] = "anything",     [TYPE_NULL] = "null",       [TYPE_BOOL] = "a boolean",
        [TYPE_NUMBER] = "a number",  [TYPE_STRING] = "a string", [TYPE_ARRAY] = "an array",
        [TYPE_OBJECT] = "an object",
    };
    return names[type->kind];
}

bool type_may_be(const ExprType *type, TypeKind kind)
{
    return type->kind == TYPE_ANY || type->kind == kind;
}
