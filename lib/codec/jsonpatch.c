#include "codec/jsonpatch.h"

#include <assert.h>

#include "codec/internal.h"

enum { MOST_COPIED_NODES = 1000000 }; /* a document that is copied into itself doubles */

typedef struct Patch {
    Arena *arena;
    const JsonPatchOptions *options;
    Node *root;
    const Node *operation;
    size_t copied_nodes;
    Error *err;
} Patch;

/* Where a pointer leads: a key of a map or an index of a list, which may be absent. */
typedef struct Place {
    const Node *pointer; /* the operation's member, for messages */
    Node *parent;        /* NULL: the whole document */
    Str key;
    size_t index; /* of a list; its length for "-" */
} Place;

#define POINTER_FMT "%" STR_FMT " %" STR_FMT
#define POINTER_ARG \
    STR_ARG(node_get_cstr(patch->operation, "op")->text), STR_ARG(place->pointer->text)

static int fail_absent(Patch *patch, const Place *place)
{
    Span span = place->pointer->span;
    assert(place->parent); /* the whole document is always there */
    if (node_is_seq(place->parent)) {
        return error_set_at(
            patch->err,
            -ENOENT,
            span,
            POINTER_FMT ": there is no item \"%" STR_FMT "\" in a list of %u",
            POINTER_ARG,
            STR_ARG(place->key),
            place->parent->seq.len
        );
    }
    if (node_is_map(place->parent)) {
        return error_set_at(
            patch->err,
            -ENOENT,
            span,
            POINTER_FMT ": there is no key \"%" STR_FMT "\"",
            POINTER_ARG,
            STR_ARG(place->key)
        );
    }
    return error_set_at(
        patch->err,
        -ENOENT,
        span,
        POINTER_FMT ": \"%" STR_FMT "\" would be in %s",
        POINTER_ARG,
        STR_ARG(place->key),
        node_kind_name(place->parent->kind)
    );
}

/* Places */

static bool list_index(const Patch *patch, const Node *list, Str token, size_t *ret_index)
{
    if (str_eq(token, STR("-"))) {
        *ret_index = list->seq.len;
        return true;
    }
    bool from_end =
        patch->options && patch->options->negative_indices && str_strip_prefix(&token, STR("-"));
    if (!pointer_index(token, ret_index)) {
        return false;
    }
    if (from_end && *ret_index <= list->seq.len) {
        *ret_index = list->seq.len - *ret_index;
        return true;
    }
    return !from_end;
}

/* What stands at a place, or NULL. */
static Node *node_at(const Patch *patch, const Place *place)
{
    if (!place->parent) {
        return patch->root;
    }
    if (node_is_seq(place->parent)) {
        return place->index < place->parent->seq.len ? place->parent->seq.items[place->index]
                                                     : NULL;
    }
    return node_get(place->parent, place->key);
}

/* One token further. The token is malformed, or it leads through something that isn't there. */
static int step_to(Patch *patch, Str token, Place *place)
{
    Node *parent = node_at(patch, place);
    if (!parent) {
        return fail_absent(patch, place);
    }
    place->parent = parent;
    if (!pointer_unescape(patch->arena, token, &place->key)) {
        return error_set_at(
            patch->err,
            -EINVAL,
            place->pointer->span,
            "\"%" STR_FMT "\" is no JSON Pointer: behind '~' stands 0 or 1",
            STR_ARG(place->pointer->text)
        );
    }
    if (node_is_seq(parent) && !list_index(patch, parent, place->key, &place->index)) {
        return fail_absent(patch, place);
    }
    return node_is_scalar(parent) ? fail_absent(patch, place) : 0;
}

static int find_pointer(Patch *patch, const char *member, const Node **ret_pointer)
{
    const Node *pointer = node_get_cstr(patch->operation, member);
    if (!node_is_string(pointer)) {
        Span span = pointer ? pointer->span : patch->operation->span;
        return error_set_at(
            patch->err, -EINVAL, span, "the operation needs a string \"%s\"", member
        );
    }
    *ret_pointer = pointer;
    return 0;
}

/* The place that `member` of the operation points to; its last step may be absent. */
static int find_place(Patch *patch, const char *member, Place *ret_place)
{
    const Node *pointer = NULL;
    int found = find_pointer(patch, member, &pointer);
    if (found != 0) {
        return found;
    }
    Place place = { .pointer = pointer };
    Str rest = pointer->text;
    for (Str token; pointer_next(&rest, &token);) {
        int rc = step_to(patch, token, &place);
        if (rc != 0) {
            return rc;
        }
    }
    if (rest.len > 0) {
        return error_set_at(
            patch->err,
            -EINVAL,
            pointer->span,
            "\"%" STR_FMT "\" is no JSON Pointer: it doesn't start with '/'",
            STR_ARG(pointer->text)
        );
    }
    *ret_place = place;
    return 0;
}

static int find_existing(Patch *patch, const char *member, Place *ret_place, Node **ret_node)
{
    int rc = find_place(patch, member, ret_place);
    if (rc != 0) {
        return rc;
    }
    Node *node = node_at(patch, ret_place);
    if (!node) {
        return fail_absent(patch, ret_place);
    }
    *ret_node = node;
    return 0;
}

static int find_value(Patch *patch, Node **ret_value)
{
    const Node *value = node_get_cstr(patch->operation, "value");
    if (!value) {
        return error_set_at(
            patch->err, -EINVAL, patch->operation->span, "the operation needs a \"value\""
        );
    }
    *ret_value = node_copy(patch->arena, value);
    return 0;
}

/* Changes */

static int put(Patch *patch, const Place *place, Node *value)
{
    if (!place->parent) {
        patch->root = value;
    } else if (node_is_map(place->parent)) {
        node_set(patch->arena, place->parent, place->key, value);
    } else if (place->index <= place->parent->seq.len) {
        node_insert(patch->arena, place->parent, place->index, value);
    } else {
        return fail_absent(patch, place);
    }
    return 0;
}

static int take(Patch *patch, const Place *place)
{
    if (!place->parent) {
        return error_set_at(
            patch->err, -EINVAL, place->pointer->span, "the whole document can't be removed"
        );
    }
    if (node_is_map(place->parent)) {
        (void) node_remove(place->parent, place->key);
    } else {
        node_remove_at(place->parent, place->index);
    }
    return 0;
}

/* Operations */

static int do_add(Patch *patch)
{
    Place place;
    Node *value = NULL;
    int rc = find_place(patch, "path", &place);
    if (rc == 0) {
        rc = find_value(patch, &value);
    }
    return rc == 0 ? put(patch, &place, value) : rc;
}

static int do_remove(Patch *patch)
{
    Place place;
    Node *present = NULL;
    int rc = find_existing(patch, "path", &place, &present);
    return rc == 0 ? take(patch, &place) : rc;
}

static int do_replace(Patch *patch)
{
    Place place;
    Node *present = NULL;
    Node *value = NULL;
    int rc = find_existing(patch, "path", &place, &present);
    if (rc == 0) {
        rc = find_value(patch, &value);
    }
    if (rc != 0) {
        return rc;
    }
    if (node_is_seq(place.parent)) {
        place.parent->seq.items[place.index] = value;
        return 0;
    }
    return put(patch, &place, value);
}

static size_t count_nodes(const Node *node)
{
    size_t count = 1;
    for (size_t i = 0; node_is_seq(node) && i < node->seq.len; i++) {
        count += count_nodes(node->seq.items[i]);
    }
    for (size_t i = 0; node_is_map(node) && i < node->map.len; i++) {
        count += count_nodes(node->map.pairs[i].value);
    }
    return count;
}

static int do_copy(Patch *patch)
{
    Place from, to;
    Node *value = NULL;
    int rc = find_existing(patch, "from", &from, &value);
    if (rc == 0) {
        rc = find_place(patch, "path", &to);
    }
    if (rc != 0) {
        return rc;
    }
    patch->copied_nodes += count_nodes(value);
    if (patch->copied_nodes > MOST_COPIED_NODES) {
        return error_set_at(
            patch->err, -E2BIG, from.pointer->span, "copies more than %d values", MOST_COPIED_NODES
        );
    }
    return put(patch, &to, node_copy(patch->arena, value));
}

/* Whether `inner` leads below `outer`. */
static bool is_below(Str inner, Str outer)
{
    return str_has_prefix(inner, outer) && inner.len > outer.len && inner.ptr[outer.len] == '/';
}

/* Where `path` leads shows only when `from` is gone: it may be a later index of the same list. */
static int do_move(Patch *patch)
{
    Place from, to;
    Node *value = NULL;
    const Node *path = NULL;
    int rc = find_existing(patch, "from", &from, &value);
    if (rc == 0) {
        rc = find_pointer(patch, "path", &path);
    }
    if (rc != 0 || str_eq(path->text, from.pointer->text)) {
        return rc;
    }
    if (is_below(path->text, from.pointer->text)) {
        return error_set_at(patch->err, -EINVAL, path->span, "a value can't be moved into itself");
    }
    rc = take(patch, &from);
    if (rc == 0) {
        rc = find_place(patch, "path", &to);
    }
    return rc == 0 ? put(patch, &to, value) : rc;
}

static int do_test(Patch *patch)
{
    Place at;
    const Place *place = &at;
    Node *present = NULL;
    Node *value = NULL;
    int rc = find_existing(patch, "path", &at, &present);
    if (rc == 0) {
        rc = find_value(patch, &value);
    }
    if (rc != 0 || node_equal(present, value)) {
        return rc;
    }
    return error_set_at(
        patch->err, -ESTALE, value->span, POINTER_FMT ": there stands another value", POINTER_ARG
    );
}

static int apply_operation(Patch *patch)
{
    static const struct {
        const char *name;
        int (*apply)(Patch *patch);
    } operations[] = {
        { "add", do_add },   { "remove", do_remove }, { "replace", do_replace },
        { "move", do_move }, { "copy", do_copy },     { "test", do_test },
    };
    const Node *name = node_get_cstr(patch->operation, "op");
    for (size_t i = 0; node_is_string(name) && i < sizeof(operations) / sizeof(operations[0]);
         i++) {
        if (str_eq_cstr(name->text, operations[i].name)) {
            return operations[i].apply(patch);
        }
    }
    return error_set_at(
        patch->err,
        -EINVAL,
        name ? name->span : patch->operation->span,
        "\"op\" must be add, remove, replace, move, copy or test"
    );
}

int json_patch_apply(
    Arena *arena,
    const Node *document,
    const Node *patch,
    const JsonPatchOptions *options,
    Node **ret_document,
    Error *err
)
{
    if (!node_is_seq(patch)) {
        Span span = patch ? patch->span : SPAN_NONE;
        return error_set_at(err, -EINVAL, span, "a JSON patch is a list of operations");
    }
    Patch state = {
        .arena = arena, .options = options, .root = node_copy(arena, document), .err = err
    };
    for (size_t i = 0; i < patch->seq.len; i++) {
        state.operation = patch->seq.items[i];
        int rc = apply_operation(&state);
        if (rc != 0) {
            return rc;
        }
    }
    *ret_document = state.root;
    return 0;
}
