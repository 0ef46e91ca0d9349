#include "valueadd.h"

#include "base/path.h"

#include "config.h"
#include "kustomization.h"
#include "load.h"
#include "paths.h"
#include "resource.h"
#include "selector.h"
#include "transform.h"

typedef struct ValueAdd {
    Target *target;
    Str value;
    Span span;
} ValueAdd;

/* Part `at` of a path, from 0; a leading slash is no part. */
static Str insert_part(Build *b, Str path, size_t at, Str part)
{
    Strs parts = { 0 };
    Str rest = path, piece;
    bool absolute = path.len > 0 && path.ptr[0] == '/';
    while (str_next(&rest, '/', &piece)) {
        if (piece.len > 0) {
            vec_push(&parts, b->arena, piece);
        }
    }
    at = at > parts.len ? parts.len : at;
    vec_insert(&parts, b->arena, at, part);
    StrBuf text = STRBUF_ON_ARENA(b->arena);
    for (size_t i = 0; i < parts.len; i++) {
        if (i > 0 || absolute) {
            strbuf_add_char(&text, '/');
        }
        strbuf_add(&text, parts.ptr[i]);
    }
    return strbuf_str(&text);
}

static int64_t part_position(const Node *target)
{
    const Node *position = node_get(target, STR("filePathPosition"));
    return position && position->kind == NODE_INT ? position->integer : 0;
}

static int add_value(const ValueAdd *add, const Node *target, Resource *resource)
{
    Build *b = add->target->b;
    Str path = field_text(target, "fieldPath");
    if (str_eq(path, STR("metadata/namespace"))) {
        NamespaceArgs args = { .ns = add->value, .span = add->span };
        return set_namespace(b, &args, resource);
    }
    Strs parts;
    path_split(b, path, '/', &parts);
    Node *field = path_create(b, resource->node, &parts);
    if (!field || !node_is_scalar(field)) {
        return build_error(
            b,
            "KZ003",
            target->span,
            "the field '%" STR_FMT "' is no scalar in %" STR_FMT,
            STR_ARG(path),
            STR_ARG(resource_title(b->arena, resource))
        );
    }
    int64_t position = part_position(target);
    Str text = position > 0
                   ? insert_part(b, node_text_or_empty(field), (size_t) position - 1, add->value)
                   : add->value;
    node_set_text(field, text, add->span);
    return 0;
}

static int apply_target(const ValueAdd *add, const Node *target, ResMap *map)
{
    Build *b = add->target->b;
    const Node *select = node_get(target, STR("selector"));
    Selector selector;
    int rc = selector_parse(b, select, &selector);
    if (rc == 0 && field_text(target, "fieldPath").len == 0) {
        rc = build_error(b, "KZ001", target->span, "fieldPath cannot be empty");
    }
    if (rc == 0 && part_position(target) < 0) {
        rc = build_error(b, "KZ001", target->span, "value of FilePathPosition cannot be negative");
    }
    for (size_t i = 0; rc == 0 && i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        if (resource->node &&
            (node_is_null_or_absent(select) || selector_matches(b, &selector, resource))) {
            resource_touch(b, resource, add->span, "value", NULL);
            rc = add_value(add, target, resource);
        }
    }
    return rc;
}

static int apply_targets(const ValueAdd *add, const Node *holder, ResMap *map)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < field_count(holder, "targets"); i++) {
        rc = apply_target(add, field_item(holder, "targets", i), map);
    }
    return rc;
}

int value_add_apply(Target *target, const Node *config, ResMap *map)
{
    ValueAdd add = { .target = target,
                     .value = str_trim(field_text(config, "value")),
                     .span = config->span };
    if (add.value.len == 0) {
        add.value = path_base(target->root);
    }
    const Node *file = node_get(config, STR("targetFilePath"));
    Node *more = NULL;
    if (node_text_or_empty(file).len > 0) {
        int rc = load_document_at(target, file->text, file->span, &more);
        if (rc < 0) {
            return rc;
        }
    }
    if (field_count(config, "targets") + field_count(more, "targets") == 0) {
        return build_error(target->b, "KZ001", config->span, "must specify at least one target");
    }
    int rc = apply_targets(&add, config, map);
    if (rc == 0) {
        rc = apply_targets(&add, more, map);
    }
    resmap_changed(map);
    return rc;
}
