#include "fieldspec.h"
#include "resource.h"
#include "transform.h"

typedef struct NamespaceSetter {
    Build *b;
    const NamespaceArgs *args;
} NamespaceSetter;

static int visit(void *ctx, Node *node)
{
    const NamespaceSetter *setter = ctx;
    if (!node_is_scalar(node)) {
        return build_error(
            setter->b,
            "KZ003",
            node->span,
            "namespace field specs must target scalar nodes, this is %s",
            node_kind_name(node->kind)
        );
    }
    if (!setter->args->unset_only || node->kind == NODE_NULL || node->text.len == 0) {
        node_set_string(node, setter->args->ns, setter->args->span);
    }
    return 0;
}

static bool is_role_binding(Str kind)
{
    return str_eq(kind, STR("RoleBinding")) || str_eq(kind, STR("ClusterRoleBinding"));
}

static bool wants_subject(const NamespaceArgs *args, const Node *subject)
{
    if (args->subjects == SUBJECTS_ALL) {
        return str_eq(node_text_or_empty(node_get(subject, STR("kind"))), STR("ServiceAccount"));
    }
    return str_eq(node_text_or_empty(node_get(subject, STR("name"))), STR("default"));
}

static int set_subjects(Build *b, const NamespaceArgs *args, const Node *root)
{
    const Node *subjects = node_get(root, STR("subjects"));
    if (args->subjects == SUBJECTS_NONE || node_is_null_or_absent(subjects)) {
        return 0;
    }
    if (!node_is_seq(subjects)) {
        return build_error(
            b,
            "KZ003",
            subjects->span,
            "setting namespace on (cluster)role binding subjects: not a list"
        );
    }
    for (size_t i = 0; i < subjects->seq.len; i++) {
        Node *subject = subjects->seq.items[i];
        if (!node_is_map(subject) || !wants_subject(args, subject)) {
            continue;
        }
        Node *ns = node_get(subject, STR("namespace"));
        if (!ns) {
            node_set(
                b->arena, subject, STR("namespace"), node_string(b->arena, args->ns, args->span)
            );
        } else if (!args->unset_only || ns->text.len == 0) {
            node_set_string(ns, args->ns, args->span);
        }
    }
    return 0;
}

/* metadata/namespace is set by what the kind is, metadata/name only of core kinds (Namespace). */
static bool spec_counts(const FieldSpec *spec, const Resource *resource)
{
    if (str_eq(spec->path, STR("metadata/namespace"))) {
        return false;
    }
    if (str_eq(spec->path, STR("metadata/name"))) {
        return str_eq(node_text_or_empty(node_get(resource->node, STR("apiVersion"))), STR("v1"));
    }
    return !(
        str_eq(spec->path, STR("subjects/namespace")) && is_role_binding(spec->gvk.kind) &&
        is_role_binding(resource_kind(resource))
    );
}

int set_namespace(Build *b, const NamespaceArgs *args, Resource *resource)
{
    NamespaceSetter setter = { .b = b, .args = args };
    FieldWalk walk = {
        .b = b, .create = FIELD_CREATE_SCALAR, .span = args->span, .visit = visit, .ctx = &setter
    };
    int rc = 0;
    if (!gvk_is_cluster_scoped(b, resource_gvk(resource))) {
        static Str parts[] = { STR_INIT("metadata"), STR_INIT("namespace") };
        FieldSpec spec = {
            .path = STR("metadata/namespace"), .create = true, .parts = parts, .part_count = 2
        };
        rc = field_spec_apply(&walk, &spec, resource);
    }
    if (rc == 0 && is_role_binding(resource_kind(resource))) {
        rc = set_subjects(b, args, resource->node);
    }
    for (size_t i = 0; rc == 0 && args->specs && i < args->specs->len; i++) {
        if (spec_counts(&args->specs->ptr[i], resource)) {
            rc = field_spec_apply(&walk, &args->specs->ptr[i], resource);
        }
    }
    return rc;
}

static int
report_conflict(Build *b, const NamespaceArgs *args, const Resource *one, const Resource *other)
{
    Diag *diag = build_diag(
        b,
        SEVERITY_ERROR,
        "KZ006",
        args->span,
        "namespace transformation produces ID conflict: %" STR_FMT,
        STR_ARG(id_text(b->arena, resource_id(other)))
    );
    diag_relate(b->diags, diag, one->node->span, "one");
    diag_relate(b->diags, diag, other->node->span, "the other");
    return -EINVAL;
}

/* `keys`: of each resource of the map, by its id as it is now. */
static int check_conflicts(Build *b, const NamespaceArgs *args, const ResMap *map, const Str *keys)
{
    Map ids = MAP_ON_ARENA(b->arena);
    int result = 0;
    for (size_t i = 0; i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        void **slot = map_at(&ids, keys[i]);
        if (*slot) {
            result = report_conflict(b, args, *slot, resource);
        }
        *slot = resource;
    }
    return result;
}

int transform_namespace(Build *b, const NamespaceArgs *args, ResMap *map)
{
    int rc = 0;
    Str *keys = ARENA_ARRAY(b->arena, Str, map->list.len);
    for (size_t i = 0; rc == 0 && i < map->list.len; i++) {
        Resource *resource = map->list.ptr[i];
        if (!node_is_empty(resource->node)) {
            resource_store_id(b, resource);
            rc = set_namespace(b, args, resource);
            resource_touch(b, resource, args->span, "namespace", NULL);
        }
        keys[i] = id_key(b, resource_id(resource)); /* now: later its nodes are out of the cache */
    }
    resmap_changed(map);
    return rc < 0 ? rc : check_conflicts(b, args, map, keys);
}
