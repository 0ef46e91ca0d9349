#include "patch_ops.h"

#include "kustomization.h"
#include "resource.h"

typedef struct Place {
    Node *holder; /* a map or a list */
    Str key;
} Place;

bool patch_ops_is_list(const Node *ops)
{
    for (size_t i = 0; node_is_seq(ops) && i < ops->seq.len; i++) {
        if (!node_is_map(ops->seq.items[i])) {
            return false;
        }
    }
    return node_is_seq(ops);
}

static Str decode_key(Arena *arena, Str key)
{
    if (!str_has_char(key, '~')) {
        return key;
    }
    return str_replace(arena, str_replace(arena, key, STR("~1"), STR("/")), STR("~0"), STR("~"));
}

static bool parse_index(Str key, size_t len, size_t *ret_index)
{
    int64_t index = 0;
    if (!str_to_int64(key, &index)) {
        return false;
    }
    index += index < 0 ? (int64_t) len : 0;
    *ret_index = (size_t) index;
    return index >= 0 && (size_t) index < len;
}

static Node *get(const Place *place)
{
    if (place->holder->kind == NODE_MAP) {
        return node_get(place->holder, place->key);
    }
    size_t index;
    bool found = parse_index(place->key, place->holder->seq.len, &index);
    return found ? place->holder->seq.items[index] : NULL;
}

static bool find(Build *b, Node *root, Str path, Place *ret_place)
{
    Place place = { .holder = root };
    size_t slash = str_rfind_char(path, '/');
    if (slash == STR_NONE) {
        return false;
    }
    Str parents = str_slice(path, 0, slash), part;
    if (parents.len > 0) {
        parents = str_skip(parents, 1); /* what stands before the first slash doesn't count */
        bool more = true;
        while (more) {
            size_t end = str_find_char(parents, '/');
            part = end == STR_NONE ? parents : str_slice(parents, 0, end);
            more = end != STR_NONE;
            parents = more ? str_skip(parents, end + 1) : parents;
            place.key = decode_key(b->arena, part);
            place.holder = get(&place);
            if (!node_is_map(place.holder) && !node_is_seq(place.holder)) {
                return false;
            }
        }
    }
    place.key = decode_key(b->arena, str_skip(path, slash + 1));
    *ret_place = place;
    return true;
}

static bool add(Build *b, const Place *place, const Node *op, Node *value)
{
    if (place->holder->kind == NODE_MAP) {
        node_set_pair(b->arena, place->holder, node_string(b->arena, place->key, op->span), value);
        return true;
    }
    size_t len = place->holder->seq.len, index = len;
    if (!str_eq(place->key, STR("-")) && !parse_index(place->key, len + 1, &index)) {
        return false;
    }
    node_insert(b->arena, place->holder, index, value);
    return true;
}

static bool set(Build *b, const Place *place, const Node *op, Node *value)
{
    if (place->holder->kind == NODE_MAP) {
        return add(b, place, op, value);
    }
    size_t index;
    if (!parse_index(place->key, place->holder->seq.len, &index)) {
        return false;
    }
    place->holder->seq.items[index] = value;
    return true;
}

static bool take_out(const Place *place)
{
    if (place->holder->kind == NODE_MAP) {
        return node_remove(place->holder, place->key);
    }
    size_t index;
    if (!parse_index(place->key, place->holder->seq.len, &index)) {
        return false;
    }
    node_remove_at(place->holder, index);
    return true;
}

static int fail(Build *b, const Node *op, const char *what)
{
    const Node *path = node_get(op, STR("path"));
    return build_error(
        b,
        "KZ004",
        path ? path->span : op->span,
        "%" STR_FMT " operation does not apply: %s: \"%" STR_FMT "\"",
        STR_ARG(field_text(op, "op")),
        what,
        STR_ARG(field_text(op, "path"))
    );
}

/* Words that the reference's YAML 1.1 reads as booleans. */
static void resolve_yaml11(Node *node)
{
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        resolve_yaml11(node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        resolve_yaml11(node->map.pairs[i].value);
    }
    if (node->kind == NODE_STRING && node->yaml11_bool) {
        char first = (char) (node->text.ptr[0] | 0x20);
        *node = (Node) { .kind = NODE_BOOL,
                         .span = node->span,
                         .boolean = first == 'y' || (first == 'o' && node->text.len == 2) };
        node->text = node->boolean ? STR("true") : STR("false");
    }
    if (node->kind == NODE_NULL) {
        node->text = STR("null");
    }
}

static Node *value_of(Build *b, const Node *op)
{
    const Node *value = node_get(op, STR("value"));
    Node *copy = value ? node_copy(b->arena, value) : node_new_null(b->arena);
    if (!value) {
        copy->span = op->span;
    }
    resolve_yaml11(copy);
    return copy;
}

static int run_move(Build *b, Node *root, const Node *op, bool keeps)
{
    Place from, to;
    if (!find(b, root, field_text(op, "from"), &from)) {
        return fail(b, op, "doc is missing from path");
    }
    Node *value = get(&from);
    if (!value && !(keeps && from.holder->kind == NODE_MAP)) {
        return fail(b, op, "nothing is there to move or copy");
    }
    value = !value ? node_new_null(b->arena) : keeps ? node_copy(b->arena, value) : value;
    if (!keeps && !take_out(&from)) {
        return fail(b, op, "doc is missing from path");
    }
    if (!find(b, root, field_text(op, "path"), &to)) {
        return fail(b, op, "doc is missing destination path");
    }
    return add(b, &to, op, value) ? 0 : fail(b, op, "invalid index");
}

static int run_test(Build *b, Node *root, const Node *op)
{
    Str path = field_text(op, "path");
    Node *value = value_of(b, op);
    Place place;
    if (path.len == 0) {
        return node_equal(root, value) ? 0 : fail(b, op, "testing value failed");
    }
    if (!find(b, root, path, &place)) {
        return fail(b, op, "doc is missing path");
    }
    const Node *found = get(&place);
    bool equal = found ? node_equal(found, value)
                       : value->kind == NODE_NULL && place.holder->kind == NODE_MAP;
    return equal ? 0 : fail(b, op, "testing value failed");
}

static int run_one(Build *b, Node *root, const Node *op)
{
    Str kind = field_text(op, "op"), path = field_text(op, "path");
    if (str_eq(kind, STR("test"))) {
        return run_test(b, root, op);
    }
    if (str_eq(kind, STR("move")) || str_eq(kind, STR("copy"))) {
        return run_move(b, root, op, kind.ptr[0] == 'c');
    }
    bool is_replace = str_eq(kind, STR("replace")), is_add = str_eq(kind, STR("add"));
    if (!is_replace && !is_add && !str_eq(kind, STR("remove"))) {
        return build_error(
            b,
            "KZ004",
            node_get(op, STR("op")) ? field_span(op, "op") : op->span,
            "Unexpected kind: %" STR_FMT,
            STR_ARG(kind)
        );
    }
    if (is_replace && path.len == 0) {
        Node *value = value_of(b, op);
        if (node_is_scalar(value)) {
            return fail(b, op, "value must be object or array");
        }
        *root = *value;
        return 0;
    }
    Place place;
    if (!find(b, root, path, &place)) {
        return fail(b, op, "doc is missing path");
    }
    bool done = is_replace ? set(b, &place, op, value_of(b, op))
                : is_add   ? add(b, &place, op, value_of(b, op))
                           : take_out(&place);
    return done ? 0
                : fail(b, op, place.holder->kind == NODE_MAP ? "nonexistent key" : "invalid index");
}

int patch_ops_apply(Build *b, Node *root, const Node *ops)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < ops->seq.len; i++) {
        rc = run_one(b, root, ops->seq.items[i]);
    }
    return rc;
}
