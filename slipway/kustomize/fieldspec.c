#include "fieldspec.h"

#include "resource.h"

bool field_spec_matches(const FieldSpec *spec, Gvk gvk)
{
    return gvk_selected(gvk, spec->gvk);
}

static int walk_path(const FieldWalk *walk, const FieldSpec *spec, size_t at, Node *node);

static Node *make_field(const FieldWalk *walk, Node *map, Str name, FieldCreate create)
{
    Arena *arena = walk->b->arena;
    Node *made = create == FIELD_CREATE_MAP ? node_new_map(arena) : node_new_null(arena);
    made->span = walk->span;
    node_set(arena, map, name, made);
    return made;
}

static int walk_map(const FieldWalk *walk, const FieldSpec *spec, size_t at, Node *map)
{
    Str name = spec->parts[at];
    bool is_list = str_strip_suffix(&name, STR("[]"));
    if (name.len == 0) {
        return build_error(
            walk->b, "KZ001", walk->span, "cannot set or create an empty field name"
        );
    }
    Node *field = node_get(map, name);
    bool creates = spec->create && walk->create != FIELD_CREATE_NONE && !is_list;
    FieldCreate create = at + 1 < spec->part_count ? FIELD_CREATE_MAP : walk->create;
    if (!field) {
        if (!creates) {
            return 0;
        }
        field = make_field(walk, map, name, create);
    } else if (field->kind == NODE_NULL && is_list) {
        field = node_new_seq(walk->b->arena);
        node_set(walk->b->arena, map, name, field);
    } else if (field->kind == NODE_NULL && creates && create == FIELD_CREATE_MAP) {
        *field = (Node) { .kind = NODE_MAP, .span = walk->span };
    }
    return walk_path(walk, spec, at + 1, field);
}

static int walk_path(const FieldWalk *walk, const FieldSpec *spec, size_t at, Node *node)
{
    if (at == spec->part_count) {
        return walk->visit(walk->ctx, node);
    }
    switch (node->kind) {
    case NODE_NULL:
        return 0;
    case NODE_MAP:
        return walk_map(walk, spec, at, node);
    case NODE_SEQ: {
        int rc = 0;
        for (size_t i = 0; rc == 0 && i < node->seq.len; i++) {
            rc = walk_path(walk, spec, at, node->seq.items[i]);
        }
        return rc;
    }
    default:
        return build_error(
            walk->b,
            "KZ003",
            node->span,
            "considering field '%" STR_FMT "': expected sequence or mapping node, this is %s",
            STR_ARG(spec->path),
            node_kind_name(node->kind)
        );
    }
}

int field_spec_apply(const FieldWalk *walk, const FieldSpec *spec, const Resource *resource)
{
    if (!resource->node || !field_spec_matches(spec, resource_gvk(resource))) {
        return 0;
    }
    return walk_path(walk, spec, 0, resource->node);
}

int field_specs_apply(const FieldWalk *walk, const FieldSpecs *specs, const Resource *resource)
{
    int rc = 0;
    if (!resource->node) {
        return 0;
    }
    Gvk gvk = resource_gvk(resource);
    for (size_t i = 0; rc == 0 && i < specs->len; i++) {
        if (field_spec_matches(&specs->ptr[i], gvk)) {
            rc = walk_path(walk, &specs->ptr[i], 0, resource->node);
        }
    }
    return rc;
}
