/* An overlay of Kubernetes: how one environment differs from the base, as patches. */
#include "base/map.h"
#include "base/mem.h"

#include "render/internal.h"

#define FOLDER "deploy/kubernetes/overlays/"

typedef struct Overlay {
    RenderContext *ctx;
    Arena *arena;
    const Node *base; /* values of the catalog alone */
    Node *values;     /* of the environment */
    Str folder;
    Node *patches; /* names of the files */
    Node *images;  /* services, with the tag of the environment */
    bool tag_differs;
    int worst;
} Overlay;

static Str text_of(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

static bool differs(const Node *a, const Node *b, const char *key)
{
    return !node_equal(node_get_cstr(a, key), node_get_cstr(b, key));
}

static const Node *named(const Node *list, Str name)
{
    for (size_t i = 0; list && i < list->seq.len; i++) {
        if (str_eq(text_of(list->seq.items[i], "name"), name)) {
            return list->seq.items[i];
        }
    }
    return NULL;
}

static Map by_name(Arena *arena, const Node *list)
{
    Map names = MAP_ON_ARENA(arena);
    for (size_t i = 0; i < list->seq.len; i++) {
        map_set(&names, text_of(list->seq.items[i], "name"), list->seq.items[i]);
    }
    return names;
}

/* A variable whose place in the manifest is the same needs no patch of the Deployment: a value of
 * the ConfigMap changes there. */
static bool is_same_variable(const Node *a, const Node *b)
{
    bool is_plain = str_eq(text_of(a, "from"), STR("plain"));
    return !differs(a, b, "from") && !differs(a, b, "secret") &&
           (!is_plain || !differs(a, b, "value"));
}

static Node *changed_env(Overlay *overlay, const Node *base, const Node *service)
{
    Arena *arena = overlay->arena;
    Node *changed = node_new_seq(arena);
    const Node *before = node_get_cstr(base, "env"), *after = node_get_cstr(service, "env");
    for (size_t i = 0; i < after->seq.len; i++) {
        const Node *item = after->seq.items[i];
        const Node *old = named(before, text_of(item, "name"));
        if (!old || !is_same_variable(item, old)) {
            Node *copy = node_copy(arena, item);
            value_bool(arena, copy, "moved", old && differs(item, old, "from"));
            node_append(arena, changed, copy);
        }
    }
    for (size_t i = 0; i < before->seq.len; i++) {
        if (!named(after, text_of(before->seq.items[i], "name"))) {
            Node *copy = node_copy(arena, before->seq.items[i]);
            value_bool(arena, copy, "is_gone", true);
            node_append(arena, changed, copy);
        }
    }
    return changed;
}

static void patch(Overlay *overlay, const Node *service, const char *template)
{
    Arena *arena = overlay->arena;
    Str name = str_printf(arena, "%" STR_FMT "-%s", STR_ARG(text_of(service, "name")), template);
    Node *with = values_with(arena, overlay->values, "s", service);
    Str path = str_printf(
        arena, "%" STR_FMT "/patches/%" STR_FMT, STR_ARG(overlay->folder), STR_ARG(name)
    );
    int rc = render_artifact(
        overlay->ctx, path, arena_printf(arena, "kubernetes/overlay/%s", template), with, 0644
    );
    overlay->worst = rc < 0 ? rc : overlay->worst;
    node_append(arena, overlay->patches, node_new_string(arena, name));
}

/* One pod may go away for a moment, or its node could never be drained. */
static bool is_alone(const Node *replicas)
{
    return node_get_cstr(replicas, "min")->integer == 1;
}

static void compare_service(Overlay *overlay, const Node *base, Node *service)
{
    Arena *arena = overlay->arena;
    Node *env = changed_env(overlay, base, service);
    const Node *now = node_get_cstr(service, "replicas"), *then = node_get_cstr(base, "replicas");
    bool sizes = differs(base, service, "resources"), count = differs(now, then, "min");
    node_set(arena, service, STR("changed_env"), env);
    value_bool(arena, service, "version_differs", overlay->tag_differs);
    value_bool(arena, service, "sizes_differ", sizes);
    if (differs(base, service, "config")) {
        patch(overlay, service, "config.yaml");
    }
    patch(overlay, service, "deployment.yaml");
    if (count || differs(now, then, "max")) {
        patch(overlay, service, "replicas.yaml");
    }
    if (is_alone(now) != is_alone(then)) {
        patch(overlay, service, "pdb.yaml");
    }
    node_append(arena, overlay->images, service); /* a deploy writes its own tag there */
}

Node *secret_owners(Arena *arena, const Node *values, const Node *infrastructure)
{
    Node *owners = node_new_seq(arena);
    const Node *services = node_get_cstr(values, "services");
    for (size_t i = 0; i < infrastructure->seq.len; i++) {
        Node *resource = infrastructure->seq.items[i];
        if (node_get_cstr(resource, "secrets")) {
            node_append(arena, owners, resource);
        }
    }
    for (size_t i = 0; i < services->seq.len; i++) {
        if (node_get_cstr(services->seq.items[i], "secrets")->seq.len) {
            node_append(arena, owners, services->seq.items[i]);
        }
    }
    return owners;
}

static void whole_file(Overlay *overlay, const char *name, const Node *values)
{
    Arena *arena = overlay->arena;
    Str path = str_printf(arena, "%" STR_FMT "/%s", STR_ARG(overlay->folder), name);
    const char *template = arena_printf(arena, "kubernetes/overlay/%s", name);
    int rc = render_artifact(overlay->ctx, path, template, values, 0644);
    overlay->worst = rc < 0 ? rc : overlay->worst;
}

static Node *public_services(Arena *arena, const Node *services)
{
    Node *public = node_new_seq(arena);
    for (size_t i = 0; i < services->seq.len; i++) {
        if (node_get_cstr(services->seq.items[i], "public")->boolean) {
            node_append(arena, public, services->seq.items[i]);
        }
    }
    return public;
}

static void finish(Overlay *overlay, const Node *infrastructure)
{
    Arena *arena = overlay->arena;
    Node *owners = secret_owners(arena, overlay->values, infrastructure);
    Node *public = public_services(arena, node_get_cstr(overlay->values, "services"));
    Node *with = values_with(arena, overlay->values, "patches", overlay->patches);
    node_set(arena, with, STR("images"), overlay->images);
    node_set(arena, with, STR("secret_services"), owners);
    node_set(arena, with, STR("public"), public);
    whole_file(overlay, "kustomization.yaml", with);
    if (owners->seq.len) {
        whole_file(overlay, "external-secrets.yaml", with);
    }
    if (public->seq.len && text_of(with, "host").len) {
        bool is_gateway = str_eq(text_of(node_get_cstr(with, "ingress"), "kind"), STR("gateway"));
        whole_file(overlay, is_gateway ? "gateway.yaml" : "ingress.yaml", with);
        whole_file(overlay, "public.yaml", with);
    }
}

int overlay_render(RenderContext *ctx, const Node *base, const Node *infrastructure, Str name)
{
    Arena *arena = render_arena(ctx);
    const Catalog *catalog = render_catalog(ctx, str_to_cstr(arena, name));
    if (!catalog) {
        return -EINVAL;
    }
    Overlay overlay = { .ctx = ctx,
                        .arena = arena,
                        .base = base,
                        .values = render_values(ctx, catalog),
                        .folder = str_concat(arena, STR(FOLDER), name),
                        .patches = node_new_seq(arena),
                        .images = node_new_seq(arena) };
    overlay.tag_differs = differs(base, overlay.values, "tag");
    value_text(arena, overlay.values, "base_namespace", text_of(base, "namespace"));
    const Node *services = node_get_cstr(overlay.values, "services");
    Map then = by_name(arena, node_get_cstr(base, "services"));
    for (size_t i = 0; i < services->seq.len; i++) {
        Node *service = services->seq.items[i];
        const Node *before = map_get(&then, text_of(service, "name"));
        if (before) {
            compare_service(&overlay, before, service);
        }
    }
    finish(&overlay, infrastructure);
    return overlay.worst;
}
