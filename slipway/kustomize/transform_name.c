#include "fieldspec.h"
#include "generators.h"
#include "resource.h"
#include "transform.h"

typedef struct NameAffix {
    Build *b;
    const Node *text;
    bool is_suffix;
} NameAffix;

static int visit(void *ctx, Node *node)
{
    const NameAffix *affix = ctx;
    if (!node_is_scalar(node)) {
        return build_error(
            affix->b,
            "KZ003",
            node->span,
            "a name %s wants a scalar, this is %s",
            affix->is_suffix ? "suffix" : "prefix",
            node_kind_name(node->kind)
        );
    }
    Str old = node->kind == NODE_NULL ? (Str) { 0 } : node->text;
    Str first = affix->is_suffix ? old : affix->text->text;
    Str second = affix->is_suffix ? affix->text->text : old;
    node_set_text(node, str_concat(affix->b->arena, first, second), affix->text->span);
    return 0;
}

/* Kinds whose names others give them. */
static bool is_skipped(Gvk gvk)
{
    return str_eq(gvk.kind, STR("CustomResourceDefinition")) ||
           str_eq(gvk.kind, STR("Namespace")) ||
           (str_eq(gvk.kind, STR("APIService")) && str_eq(gvk.group, STR("apiregistration.k8s.io"))
           );
}

static int rename_one(NameAffix *affix, const FieldSpec *spec, Resource *resource)
{
    Build *b = affix->b;
    if (str_eq(spec->path, STR("metadata/name")) && affix->text->text.len > 0) {
        if (affix->is_suffix) {
            vec_push(&resource->suffixes, b->arena, affix->text->text);
        } else {
            vec_push(&resource->prefixes, b->arena, affix->text->text);
        }
        resource_store_id(b, resource);
    }
    FieldWalk walk = { .b = b,
                       .create = FIELD_CREATE_SCALAR,
                       .span = affix->text->span,
                       .visit = visit,
                       .ctx = affix };
    return field_spec_apply(&walk, spec, resource);
}

static int transform_affix(NameAffix *affix, const FieldSpecs *specs, ResMap *map)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        if (!resource->node) {
            continue;
        }
        ResId id = resource_original_id(resource);
        bool touched = false;
        for (size_t k = 0; rc == 0 && !is_skipped(id.gvk) && k < specs->len; k++) {
            if (gvk_selected(id.gvk, specs->ptr[k].gvk)) {
                rc = rename_one(affix, &specs->ptr[k], resource);
                touched = true;
            }
        }
        if (touched) {
            resource_touch(
                affix->b,
                resource,
                affix->text->span,
                affix->is_suffix ? "nameSuffix" : "namePrefix",
                NULL
            );
        }
    }
    resmap_changed(map);
    return rc;
}

int transform_prefix(Build *b, const Node *prefix, const FieldSpecs *specs, ResMap *map)
{
    NameAffix affix = { .b = b, .text = prefix };
    return transform_affix(&affix, specs, map);
}

int transform_suffix(Build *b, const Node *suffix, const FieldSpecs *specs, ResMap *map)
{
    NameAffix affix = { .b = b, .text = suffix, .is_suffix = true };
    return transform_affix(&affix, specs, map);
}

int transform_hash(Build *b, ResMap *map)
{
    vec_foreach(at, &map->list) {
        Resource *resource = *at;
        if (!resource->needs_hash || !resource->node) {
            continue;
        }
        Str hash = resource_hash(b->arena, resource);
        resource_store_id(b, resource);
        Node *name = node_metadata(resource->node, "name");
        Str text = str_concat(b->arena, str_concat(b->arena, name->text, STR("-")), hash);
        node_set_text(name, text, name->span);
    }
    resmap_changed(map);
    return 0;
}
