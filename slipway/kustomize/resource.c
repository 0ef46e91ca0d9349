#include "resource.h"

#include "codec/yaml.h"

Resource *resource_new(Build *b, Node *node)
{
    Resource *resource = ARENA_NEW(b->arena, Resource);
    resource->node = node;
    return resource;
}

Resource *resource_copy(Build *b, const Resource *resource)
{
    Resource *copy = arena_memdup(b->arena, resource, sizeof *resource);
    copy->node = resource->node ? node_copy(b->arena, resource->node) : NULL;
    /* the copy's vectors grow on their own */
    copy->previous.cap = copy->previous.len;
    copy->prefixes.cap = copy->prefixes.len;
    copy->suffixes.cap = copy->suffixes.len;
    copy->vars.cap = copy->vars.len;
    copy->transformations.cap = copy->transformations.len;
    copy->touches.cap = copy->touches.len;
    return copy;
}

Str resource_kind(const Resource *resource)
{
    return node_text_or_empty(node_get(resource->node, STR("kind")));
}

Gvk resource_gvk(const Resource *resource)
{
    return gvk_from_api_version(
        node_text_or_empty(node_get(resource->node, STR("apiVersion"))), resource_kind(resource)
    );
}

Str resource_name(const Resource *resource)
{
    return node_text_or_empty(node_metadata(resource->node, "name"));
}

Str resource_namespace(const Resource *resource)
{
    return node_text_or_empty(node_metadata(resource->node, "namespace"));
}

ResId resource_id(const Resource *resource)
{
    const Node *metadata = node_get(resource->node, STR("metadata"));
    return (ResId) { .gvk = resource_gvk(resource),
                     .name = node_text_or_empty(node_get(metadata, STR("name"))),
                     .ns = node_text_or_empty(node_get(metadata, STR("namespace"))) };
}

ResId resource_previous_id(const Resource *resource, size_t at)
{
    const PreviousId *previous = &resource->previous.ptr[at];
    ResId id = { .gvk = resource_gvk(resource), .name = previous->name, .ns = previous->ns };
    id.gvk.kind = previous->kind;
    return id;
}

ResId resource_original_id(const Resource *resource)
{
    return resource->previous.len > 0 ? resource_previous_id(resource, 0) : resource_id(resource);
}

void resource_store_id(Build *b, Resource *resource)
{
    ResId id = resource_id(resource);
    PreviousId previous = { .name = id.name, .ns = id_namespace(b, id), .kind = id.gvk.kind };
    vec_push(&resource->previous, b->arena, previous);
}

void resource_touch(Build *b, Resource *resource, Span where, const char *what, const Node *patch)
{
    KustomizeTouch touch = { .where = where, .what = str_from(what), .patch = patch };
    vec_push(&resource->touches, b->arena, touch);
}

bool resource_is_tracked(const Resource *resource)
{
    return resource->previous.len > 0 || resource->prefixes.len > 0 || resource->suffixes.len > 0 ||
           resource->origin || resource->transformations.len > 0 || resource->needs_hash ||
           resource->behavior != BEHAVIOR_UNSPECIFIED;
}

Str resource_title(Arena *arena, const Resource *resource)
{
    return str_printf(
        arena,
        "%" STR_FMT "/%" STR_FMT,
        STR_ARG(resource_kind(resource)),
        STR_ARG(resource_name(resource))
    );
}

/* --- nodes ------------------------------------------------------------------------------------ */

bool node_is_null_or_absent(const Node *node)
{
    return !node || node->kind == NODE_NULL;
}

bool node_is_empty(const Node *node)
{
    return node_is_null_or_absent(node) || (node->kind == NODE_MAP && node->map.len == 0) ||
           (node->kind == NODE_SEQ && node->seq.len == 0);
}

Node *node_metadata(const Node *root, const char *field)
{
    return node_get_cstr(node_get(root, STR("metadata")), field);
}

Str node_text_or_empty(const Node *node)
{
    return node && node_is_scalar(node) && node->kind != NODE_NULL ? node->text : (Str) { 0 };
}

Node *node_string(Arena *arena, Str text, Span span)
{
    Node *node = node_new_string(arena, text);
    node->span = span;
    return node;
}

bool node_is_quoted(const Node *node)
{
    return node->style >= STYLE_SINGLE_QUOTED && node->style <= STYLE_FOLDED;
}

void node_set_text(Node *node, Str text, Span span)
{
    node->text = text;
    node_clear_tag(node);
    node->span = span;
    if (node_is_quoted(node) || str_has_char(text, '\n')) {
        node->kind = NODE_STRING;
    } else {
        node->style = STYLE_PLAIN;
        yaml_resolve_plain(node);
    }
}

void node_set_string(Node *node, Str text, Span span)
{
    NodeStyle style = node_is_quoted(node) ? node->style : STYLE_DEFAULT;
    *node = (Node) { .kind = NODE_STRING, .style = style, .text = text, .span = span };
}

void node_set_field_text(Arena *arena, Node *map, Str key, Str text, Span span)
{
    Node *field = node_get(map, key);
    if (field && node_is_scalar(field) && field->kind != NODE_NULL) {
        node_set_text(field, text, span);
    } else {
        node_set(arena, map, key, node_string(arena, text, span));
    }
}

Node *node_child_map(Arena *arena, Node *map, Str key, Span span)
{
    Node *child = node_get(map, key);
    if (node_is_null_or_absent(child)) {
        child = node_new_map(arena);
        child->span = span;
        node_set(arena, map, key, child);
    }
    return child;
}

void annotations_to_strings(Build *b, Resource *resource)
{
    Node *annotations = node_metadata(resource->node, "annotations");
    for (size_t i = 0; node_is_map(annotations) && i < annotations->map.len; i++) {
        Node **value = &annotations->map.pairs[i].value;
        if ((*value)->kind != NODE_STRING) {
            *value = node_string(
                b->arena, node_is_scalar(*value) ? (*value)->text : (Str) { 0 }, (*value)->span
            );
        } else if ((*value)->style == STYLE_PLAIN) {
            (*value)->style = STYLE_DEFAULT; /* a date is text here */
        }
    }
}
