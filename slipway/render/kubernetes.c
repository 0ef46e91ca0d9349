/* Kubernetes: deploy/kubernetes, a base of services and infrastructure and one overlay for each
 * environment that is no machine of a developer. */
#include "base/mem.h"
#include "base/path.h"

#include "render/internal.h"

#define FOLDER "deploy/kubernetes/"

static int artifact(RenderContext *ctx, const char *path, const char *template, const Node *values)
{
    return render_artifact(ctx, str_from(path), template, values, 0644);
}

/* One file of the folder `into`, from the template of that name in the folder `from`. */
static int
file_of(RenderContext *ctx, Str into, const char *from, const char *name, const Node *values)
{
    Arena *arena = render_arena(ctx);
    return artifact(
        ctx,
        arena_printf(arena, "%" STR_FMT "/%s", STR_ARG(into), name),
        arena_printf(arena, "kubernetes/%s/%s", from, name),
        values
    );
}

static Str text_of(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

/* --- services --- */

static int render_service(RenderContext *ctx, const Node *values, Node *service)
{
    static const char *const files[] = { "configmap.yaml",     "deployment.yaml",    "hpa.yaml",
                                         "kustomization.yaml", "networkpolicy.yaml", "pdb.yaml",
                                         "serviceaccount.yaml" };
    Arena *arena = render_arena(ctx);
    Node *with = values_with(arena, values, "s", service);
    Str into = str_concat(arena, STR(FOLDER "services/"), text_of(service, "name"));
    int worst = 0;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        int rc = file_of(ctx, into, "service", files[i], with);
        worst = rc < 0 ? rc : worst;
    }
    if (node_get_cstr(service, "port_list")->seq.len) {
        int rc = file_of(ctx, into, "service", "service.yaml", with);
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

/* --- infrastructure --- */

/* What runs in the cluster; the rest is for a developer's machine, or somebody else's cluster. */
static bool is_infrastructure(const Node *resource)
{
    static const char *const kinds[] = { "postgres",      "redis", "kafka",
                                         "elasticsearch", "minio", "otel_collector" };
    Str engine = text_of(resource, "engine");
    bool is_here = !str_eq(engine, STR("none")) && !str_eq(engine, STR("external"));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (is_here && str_eq_cstr(text_of(resource, "kind"), kinds[i])) {
            return true;
        }
    }
    return false;
}

static int render_resource(RenderContext *ctx, const Node *values, Node *resource)
{
    Arena *arena = render_arena(ctx);
    Node *with = values_with(arena, values, "r", resource);
    Str into = str_concat(arena, STR(FOLDER "infrastructure/"), text_of(resource, "name"));
    bool is_collector = str_eq(text_of(resource, "kind"), STR("otel_collector"));
    bool is_postgres = str_eq(text_of(resource, "kind"), STR("postgres"));
    static const char *const files[] = {
        "kustomization.yaml", "networkpolicy.yaml", "service.yaml", "serviceaccount.yaml"
    };
    int worst = 0;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        int rc = file_of(ctx, into, "infrastructure", files[i], with);
        worst = rc < 0 ? rc : worst;
    }
    const char *workload = is_collector ? "deployment.yaml" : "statefulset.yaml";
    int rc = artifact(
        ctx,
        arena_printf(arena, "%" STR_FMT "/%s", STR_ARG(into), workload),
        is_collector ? "kubernetes/infrastructure/otel-deployment.yaml"
                     : "kubernetes/infrastructure/statefulset.yaml",
        with
    );
    worst = rc < 0 ? rc : worst;
    if (is_collector) {
        rc = file_of(ctx, into, "infrastructure", "pdb.yaml", with);
        worst = rc < 0 ? rc : worst;
    }
    if (is_collector || is_postgres) {
        rc = artifact(
            ctx,
            arena_printf(arena, "%" STR_FMT "/configmap.yaml", STR_ARG(into)),
            is_collector ? "kubernetes/infrastructure/configmap-otel.yaml"
                         : "kubernetes/infrastructure/configmap-init.yaml",
            with
        );
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

/* --- the base --- */

typedef struct Base {
    Node *values;
    Node *infrastructure; /* resources that run in the cluster */
} Base;

static int render_base(RenderContext *ctx, const Base *base)
{
    static const char *const files[] = { "namespace.yaml",
                                         "networkpolicy.yaml",
                                         "kustomization.yaml" };
    Arena *arena = render_arena(ctx);
    const Node *services = node_get_cstr(base->values, "services");
    int worst = 0;
    for (size_t i = 0; i < services->seq.len; i++) {
        int rc = render_service(ctx, base->values, services->seq.items[i]);
        worst = rc < 0 ? rc : worst;
    }
    for (size_t i = 0; i < base->infrastructure->seq.len; i++) {
        int rc = render_resource(ctx, base->values, base->infrastructure->seq.items[i]);
        worst = rc < 0 ? rc : worst;
    }
    Node *with = values_with(arena, base->values, "infrastructure", base->infrastructure);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        int rc = file_of(ctx, STR(FOLDER "base"), "base", files[i], with);
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

static int render_kubernetes(RenderContext *ctx)
{
    Arena *arena = render_arena(ctx);
    const Catalog *catalog = render_catalog(ctx, "");
    if (!catalog) {
        return -EINVAL;
    }
    Base base = { .values = render_values(ctx, catalog), .infrastructure = node_new_seq(arena) };
    const Node *resources = node_get_cstr(base.values, "resources");
    for (size_t i = 0; i < resources->seq.len; i++) {
        if (is_infrastructure(resources->seq.items[i])) {
            node_append(arena, base.infrastructure, resources->seq.items[i]);
        }
    }
    int worst = render_base(ctx, &base);
    Node *owners = secret_owners(arena, base.values, base.infrastructure);
    if (owners->seq.len) {
        int rc = render_artifact(
            ctx,
            STR("scripts/local-secrets.sh"),
            "kubernetes/local-secrets.sh",
            values_with(arena, base.values, "secret_services", owners),
            0755
        );
        worst = rc < 0 ? rc : worst;
    }
    for (size_t i = 0; i < catalog->environments.len; i++) {
        Str name = catalog->environments.ptr[i];
        if (!str_eq(name, STR("local")) && !str_eq(name, STR("compose"))) {
            int rc = overlay_render(ctx, base.values, base.infrastructure, name);
            worst = rc < 0 ? rc : worst;
        }
    }
    return worst;
}

const ArtifactKind kubernetes_kind = {
    .name = "kubernetes",
    .summary = "deploy/kubernetes: base, services, infrastructure, an overlay an environment",
    .render = render_kubernetes,
};
