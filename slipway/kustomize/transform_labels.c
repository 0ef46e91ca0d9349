#include <stdlib.h>

#include "config.h"
#include "fieldspec.h"
#include "kustomization.h"
#include "resource.h"
#include "transform.h"

typedef struct PairSetter {
    Build *b;
    const NodePair *pair;
    const Resource *resource;
    bool is_label;
} PairSetter;

static int set_pair(void *ctx, Node *map)
{
    const PairSetter *setter = ctx;
    const NodePair *pair = setter->pair;
    if (map->kind == NODE_NULL) {
        *map = (Node) { .kind = NODE_MAP, .span = pair->value->span };
    }
    if (map->kind != NODE_MAP) {
        return build_error(
            setter->b,
            "KZ003",
            map->span,
            "the label or annotation \"%" STR_FMT "\" wants a map here, this is %s",
            STR_ARG(pair->key->text),
            node_kind_name(map->kind)
        );
    }
    Str text = node_text_or_empty(pair->value);
    Node *there = node_get(map, pair->key->text);
    if (there && node_is_scalar(there)) {
        node_set_string(there, text, pair->value->span);
    } else {
        node_set_pair(
            setter->b->arena,
            map,
            node_string(setter->b->arena, pair->key->text, pair->key->span),
            node_string(setter->b->arena, text, pair->value->span)
        );
    }
    return 0;
}

static int compare_pairs(const void *a, const void *b)
{
    return str_cmp(((const NodePair *) a)->key->text, ((const NodePair *) b)->key->text);
}

static bool selector_is_immutable(Str kind)
{
    return str_eq(kind, STR("Deployment")) || str_eq(kind, STR("StatefulSet")) ||
           str_eq(kind, STR("DaemonSet")) || str_eq(kind, STR("ReplicaSet")) ||
           str_eq(kind, STR("Job"));
}

/* A selector that is there already and changes: the cluster refuses that for what runs. */
static void warn_selectors(Build *b, const Node *pairs, const FieldSpecs *specs, const ResMap *map)
{
    bool has_selectors = false;
    for (size_t i = 0; i < specs->len; i++) {
        has_selectors |= str_eq(specs->ptr[i].path, STR("spec/selector/matchLabels"));
    }
    size_t count = 0;
    const Resource *first = NULL;
    for (size_t i = 0; has_selectors && i < map->list.len; i++) {
        const Resource *resource = map->list.ptr[i];
        const Node *spec = node_get(resource->node, STR("spec"));
        const Node *labels = node_get(node_get(spec, STR("selector")), STR("matchLabels"));
        if (selector_is_immutable(resource_kind(resource)) && node_is_map(labels) &&
            labels->map.len > 0) {
            first = first ? first : resource;
            count++;
        }
    }
    if (count > 0) {
        build_warn(
            b,
            "KZ106",
            pairs->span,
            "these labels change the selector of %" STR_FMT
            "%s: a selector is immutable, what runs must be replaced",
            STR_ARG(resource_title(b->arena, first)),
            count > 1 ? " and others" : ""
        );
    }
}

int transform_pairs(
    Build *b, const Node *pairs, const FieldSpecs *specs, ResMap *map, const char *what
)
{
    if (node_is_empty(pairs)) {
        return 0;
    }
    size_t count = pairs->map.len;
    NodePair *sorted = arena_memdup(b->arena, pairs->map.pairs, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_pairs);
    bool is_label = what[0] == 'l';
    if (is_label) {
        warn_selectors(b, pairs, specs, map);
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        for (size_t k = 0; rc == 0 && k < count; k++) {
            PairSetter setter = {
                .b = b, .pair = &sorted[k], .resource = resource, .is_label = is_label
            };
            FieldWalk walk = {
                .b = b,
                .create = FIELD_CREATE_MAP,
                .span = sorted[k].value->span,
                .visit = set_pair,
                .ctx = &setter,
            };
            rc = field_specs_apply(&walk, specs, resource);
        }
        resource_touch(b, resource, pairs->span, what, NULL);
    }
    return rc;
}

/* --- an entry of labels ----------------------------------------------------------------------- */

static int label_specs(Build *b, const Node *label, const Config *config, FieldSpecs *ret_specs)
{
    int rc = field_specs_from_node(b, node_get(label, STR("fields")), false, ret_specs);
    if (rc == 0) {
        rc = field_specs_add_all(b, ret_specs, &config->specs[SPECS_LABELS]);
    }
    if (rc == 0 && field_bool(label, "includeSelectors")) {
        return field_specs_add_all(b, ret_specs, &config->specs[SPECS_COMMON_LABELS]);
    }
    if (rc == 0 && field_bool(label, "includeTemplates")) {
        rc = field_specs_add_all(b, ret_specs, &config->specs[SPECS_TEMPLATE_LABELS]);
    }
    if (rc == 0 && field_bool(label, "includeVolumeClaimTemplates")) {
        rc = field_specs_add_all(b, ret_specs, &config->specs[SPECS_VOLUME_CLAIM_TEMPLATE_LABELS]);
    }
    FieldSpec metadata = field_spec_make(b, (Gvk) { 0 }, STR("metadata/labels"), true);
    return rc < 0 ? rc : field_specs_add(b, ret_specs, metadata);
}

int transform_label(Build *b, const Node *label, const Config *config, ResMap *map)
{
    FieldSpecs specs = { 0 };
    int rc = label_specs(b, label, config, &specs);
    return rc < 0 ? rc : transform_pairs(b, node_get(label, STR("pairs")), &specs, map, "labels");
}
