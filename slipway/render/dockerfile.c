/* Dockerfiles: one for each service that names neither an image nor a Dockerfile of its own, by its
 * language, and the ignore file beside it. */
#include "render/internal.h"
#include "render/values.h"

static Str text_of(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

/* What a Dockerfile says and nothing else does. */
static Node *image_values(Arena *arena, const Node *values, const Node *service)
{
    Node *with = values_copy(arena, service);
    Str description = str_printf(
        arena,
        "%" STR_FMT " of %" STR_FMT ": %" STR_FMT,
        STR_ARG(text_of(service, "workload")),
        STR_ARG(text_of(values, "platform")),
        STR_ARG(text_of(service, "description"))
    );
    value_text(arena, with, "image_description", description);
    value_text(
        arena, with, "module", str_replace(arena, text_of(service, "name"), STR("-"), STR("_"))
    );
    return with;
}

static int render_one(RenderContext *ctx, const Node *values, const Node *service)
{
    Arena *arena = render_arena(ctx);
    Str language = text_of(service, "language"), path = text_of(service, "path");
    Node *with = values_with(arena, values, "s", image_values(arena, values, service));
    /* a build from the repository's root finds the ignore file by the Dockerfile's name */
    const char *ignore = str_eq(language, STR("c")) ? "Dockerfile.dockerignore" : ".dockerignore";
    int rc = render_artifact(
        ctx,
        str_printf(arena, "%" STR_FMT "/Dockerfile", STR_ARG(path)),
        arena_printf(arena, "dockerfile/%" STR_FMT ".Dockerfile", STR_ARG(language)),
        with,
        0644
    );
    int ignored = render_artifact(
        ctx,
        str_printf(arena, "%" STR_FMT "/%s", STR_ARG(path), ignore),
        arena_printf(arena, "dockerfile/%" STR_FMT ".dockerignore", STR_ARG(language)),
        with,
        0644
    );
    return rc < 0 ? rc : ignored;
}

static int render_dockerfiles(RenderContext *ctx)
{
    const Catalog *catalog = render_catalog(ctx, "");
    if (!catalog) {
        return -EINVAL;
    }
    const Node *values = render_values(ctx, catalog);
    const Node *services = node_get_cstr(values, "services");
    int worst = 0;
    for (size_t i = 0; i < catalog->service_count; i++) {
        const Service *service = catalog->services[i];
        bool has_own = service->image.len || service->dockerfile.len;
        if (has_own || service->language == LANGUAGE_NONE) {
            continue;
        }
        int rc = render_one(ctx, values, services->seq.items[i]);
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

const ArtifactKind dockerfile_kind = {
    .name = "dockerfile",
    .summary = "<service>/Dockerfile and its ignore file, by language",
    .render = render_dockerfiles,
};
