/* GitHub Actions: ci.yml, and a deploy-<environment>.yml for each environment of a cluster. */
#include "render/internal.h"

static Str text_of(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

/* Adds has_c, has_node, registry_host, built[] (what has an image of ours) and deployed[] (what has
 * code). */
static void add_names(Arena *arena, Node *values)
{
    const Node *services = node_get_cstr(values, "services");
    Node *built = node_new_seq(arena);
    Str host = text_of(values, "registry"), rest;
    str_cut(host, '/', &host, &rest);
    value_text(arena, values, "registry_host", host);
    for (size_t i = 0; i < services->seq.len; i++) {
        Node *service = services->seq.items[i];
        Str language = text_of(service, "language");
        bool is_ours = str_has_prefix(text_of(service, "image"), text_of(values, "registry"));
        if (str_eq(language, STR("c"))) {
            node_set(arena, values, STR("has_c"), node_new_bool(arena, true));
        } else if (str_eq(language, STR("node"))) {
            node_set(arena, values, STR("has_node"), node_new_bool(arena, true));
        }
        if (is_ours && !node_get_cstr(service, "planned")->boolean) {
            node_append(arena, built, service);
        }
    }
    node_set(arena, values, STR("built"), built);
    node_set(arena, values, STR("deployed"), built);
}

static int render_deploy(RenderContext *ctx, Str environment)
{
    Arena *arena = render_arena(ctx);
    const Catalog *catalog = render_catalog(ctx, str_to_cstr(arena, environment));
    if (!catalog) {
        return -EINVAL;
    }
    Node *values = render_values(ctx, catalog);
    add_names(arena, values);
    Str path = str_printf(arena, ".github/workflows/deploy-%" STR_FMT ".yml", STR_ARG(environment));
    return render_artifact(ctx, path, "actions/deploy.yml", values, 0644);
}

static int render_actions(RenderContext *ctx)
{
    const Catalog *catalog = render_catalog(ctx, "");
    if (!catalog) {
        return -EINVAL;
    }
    Arena *arena = render_arena(ctx);
    Node *values = render_values(ctx, catalog);
    add_names(arena, values);
    int worst = 0;
    for (size_t i = 0; i < catalog->environments.len; i++) {
        Str name = catalog->environments.ptr[i];
        if (str_eq(name, STR("staging"))) {
            value_bool(arena, values, "has_staging", true);
        }
        if (!str_eq(name, STR("local")) && !str_eq(name, STR("compose"))) {
            int rc = render_deploy(ctx, name);
            worst = rc < 0 ? rc : worst;
        }
    }
    int rc = render_artifact(ctx, STR(".github/workflows/ci.yml"), "actions/ci.yml", values, 0644);
    return rc < 0 ? rc : worst;
}

const ArtifactKind actions_kind = {
    .name = "actions",
    .summary = ".github/workflows: ci.yml, deploy-<environment>.yml",
    .render = render_actions,
};
