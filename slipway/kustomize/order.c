/* The order of the output: as the resources came, or the legacy order by kind. */
#include "order.h"

#include <stdlib.h>

#include "kustomization.h"
#include "resource.h"
#include "schema.h"

static const char *const first_kinds[] = {
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
};
static const char *const last_kinds[] = { "MutatingWebhookConfiguration",
                                          "ValidatingWebhookConfiguration" };

enum {
    FIRST_COUNT = sizeof first_kinds / sizeof *first_kinds,
    LAST_COUNT = sizeof last_kinds / sizeof *last_kinds
};

typedef struct SortEntry {
    Resource *resource;
    size_t index;
    int rank;
    bool is_namespace;
    Gvk gvk;
    Str gvk_key, id_key;
} SortEntry;

int order_rank(Str kind)
{
    for (int i = 0; i < FIRST_COUNT; i++) {
        if (str_eq_cstr(kind, first_kinds[i])) {
            return i - FIRST_COUNT;
        }
    }
    for (int i = 0; i < LAST_COUNT; i++) {
        if (str_eq_cstr(kind, last_kinds[i])) {
            return i + 1;
        }
    }
    return 0;
}

static int rank_in(const Node *first, const Node *last, Str kind)
{
    int rank = 0;
    for (size_t i = 0; node_is_seq(first) && i < first->seq.len; i++) {
        rank = str_eq(first->seq.items[i]->text, kind) ? (int) i - (int) first->seq.len : rank;
    }
    for (size_t i = 0; node_is_seq(last) && i < last->seq.len; i++) {
        rank = str_eq(last->seq.items[i]->text, kind) ? (int) i + 1 : rank;
    }
    return rank;
}

static Str or_none(Str text, Str none)
{
    return text.len > 0 ? text : none;
}

static SortEntry sort_entry(Build *b, Resource *resource, const Node *options)
{
    ResId id = resource->final_id;
    SortEntry entry = { .resource = resource, .gvk = id.gvk };
    entry.rank = options ? rank_in(
                               node_get(options, STR("orderFirst")),
                               node_get(options, STR("orderLast")),
                               id.gvk.kind
                           )
                         : order_rank(id.gvk.kind);
    entry.is_namespace = str_eq(id.gvk.kind, STR("Namespace"));
    StrBuf gvk_key = STRBUF_ON_ARENA(b->arena), id_key = STRBUF_ON_ARENA(b->arena);
    strbuf_add(&gvk_key, or_none(id.gvk.group, STR("~G")));
    strbuf_add_char(&gvk_key, '_');
    strbuf_add(&gvk_key, or_none(id.gvk.version, STR("~V")));
    strbuf_add_char(&gvk_key, '_');
    strbuf_add(&gvk_key, or_none(id.gvk.kind, STR("~K")));
    strbuf_add(&id_key, or_none(id.ns, STR("~X")));
    strbuf_add_char(&id_key, '|');
    strbuf_add(&id_key, or_none(id.name, STR("~N")));
    entry.gvk_key = strbuf_str(&gvk_key);
    entry.id_key = strbuf_str(&id_key);
    return entry;
}

static int compare_entries(const void *left, const void *right)
{
    const SortEntry *a = left, *b = right;
    int result = 0;
    if (!gvk_equal(a->gvk, b->gvk)) {
        if (a->rank != b->rank) {
            return a->rank < b->rank ? -1 : 1;
        }
        result = str_cmp(a->gvk_key, b->gvk_key);
        bool reversed =
            a->is_namespace && b->is_namespace && (a->gvk.group.len == 0 || b->gvk.group.len == 0);
        result = reversed ? -result : result;
    } else {
        result = str_cmp(a->id_key, b->id_key);
    }
    return result ? result : a->index < b->index ? -1 : 1;
}

static void sort_legacy(Build *b, ResMap *map, const Node *options)
{
    size_t count = map->list.len;
    if (count == 0) {
        return;
    }
    SortEntry *entries = ARENA_ARRAY(b->arena, SortEntry, count);
    for (size_t i = 0; i < count; i++) {
        entries[i] = sort_entry(b, map->list.ptr[i], options);
        entries[i].index = i;
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 0; i < count; i++) {
        map->list.ptr[i] = entries[i].resource;
    }
}

static int sort_as_told(Build *b, const Node *options, ResMap *map)
{
    const Node *order = node_get(options, STR("order")),
               *legacy = node_get(options, STR("legacySortOptions"));
    bool is_legacy = str_eq(node_text_or_empty(order), STR("legacy"));
    if (!is_legacy && !str_eq(node_text_or_empty(order), STR("fifo"))) {
        return build_error(
            b,
            "KZ001",
            order ? order->span : options->span,
            "the field 'sortOptions.order' must be one of [fifo, legacy]"
        );
    }
    if (!is_legacy && !node_is_null_or_absent(legacy)) {
        return build_error(
            b,
            "KZ001",
            legacy->span,
            "the field 'sortOptions.legacySortOptions' is set but the selected sort order is "
            "'fifo', not 'legacy'"
        );
    }
    if (is_legacy) {
        sort_legacy(b, map, node_is_null_or_absent(legacy) ? NULL : legacy);
    }
    return 0;
}

int order_apply(Target *target, ResMap *map)
{
    Build *b = target->b;
    const Node *options = node_get(target->doc, STR("sortOptions"));
    if (!node_is_null_or_absent(options)) {
        if (b->options.order == KUSTOMIZE_ORDER_LEGACY) {
            build_warn(
                b,
                "KZ903",
                options->span,
                "Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI "
                "flag ('--reorder'). "
                "Using the kustomization file over the CLI flag."
            );
        }
        return sort_as_told(b, options, map);
    }
    if (b->options.order != KUSTOMIZE_ORDER_NONE) {
        sort_legacy(b, map, NULL);
    }
    return 0;
}
