#include "render/render.h"

#include <stdlib.h>

#include "base/embed.h"
#include "base/fs.h"
#include "base/map.h"
#include "base/path.h"

#include "render/internal.h"
#include "render/patch.h"
#include "render/values.h"

enum { TEMPLATE_MAX_BYTES = 1 << 20, SCRATCH_BYTES = 64 << 10 };

const ArtifactKind *const artifact_kinds[] = {
    &actions_kind, &compose_kind, &dockerfile_kind, &kubernetes_kind, &observability_kind, NULL,
};

struct RenderContext {
    Arena *arena;
    DiagList *diags;
    const RenderOptions *options;
    Error *err;
    Str root;                 /* absolute folder of the catalog */
    Map catalogs;             /* environment -> Catalog */
    Map values;               /* environment -> Node */
    Map templates;            /* name -> Template */
    const ArtifactKind *kind; /* the one that renders now */
    ArtifactSet *set;
    Arena *scratch; /* of the template that runs now */
    StrBuf text;    /* that it writes */
};

Arena *render_arena(RenderContext *ctx)
{
    return ctx->arena;
}

const Catalog *render_catalog(RenderContext *ctx, const char *environment)
{
    Str key = str_from(environment);
    Catalog *catalog = map_get(&ctx->catalogs, key);
    if (catalog) {
        return catalog;
    }
    CatalogQuery query = ctx->options->catalog;
    query.environment = environment;
    query.files_of = map_get(&ctx->catalogs, STR(""));
    if (catalog_load(ctx->arena, &query, &catalog, ctx->diags, ctx->err) < 0) {
        return NULL;
    }
    map_set(&ctx->catalogs, key, catalog);
    return catalog;
}

Node *render_values(RenderContext *ctx, const Catalog *catalog)
{
    Node *values = map_get(&ctx->values, catalog->environment);
    if (!values) {
        values = values_of(ctx->arena, catalog, ctx->diags);
        map_set(&ctx->values, catalog->environment, values);
    }
    return values_copy(ctx->arena, values);
}

/* --- templates --- */

/* The repository's own template wins over the built-in one of the same name. */
static Source *template_source(RenderContext *ctx, Str name)
{
    Str own = path_join(ctx->arena, path_join(ctx->arena, ctx->root, STR("templates")), name);
    Str text = { 0 };
    if (fs_read(ctx->arena, str_to_cstr(ctx->arena, own), TEMPLATE_MAX_BYTES, &text, NULL) == 0) {
        return source_new(ctx->arena, str_concat(ctx->arena, STR("templates/"), name), text);
    }
    const EmbeddedFile *file = embedded_find(render_templates, name);
    return file ? source_new(
                      ctx->arena,
                      str_concat(ctx->arena, STR("built-in template "), name),
                      embedded_text(file)
                  )
                : NULL;
}

static const Template *load_template(void *opaque, Str name)
{
    RenderContext *ctx = opaque;
    const Template *template = map_get(&ctx->templates, name);
    if (template) {
        return template;
    }
    Source *source = template_source(ctx, name);
    if (!source || template_parse(ctx->arena, source, &template, ctx->diags) < 0) {
        return NULL;
    }
    map_set(&ctx->templates, str_dup(ctx->arena, name), (void *) (uintptr_t) template);
    return template;
}

int render_artifact(
    RenderContext *ctx, Str path, const char *template_name, const Node *values, mode_t mode
)
{
    TemplateLoader loader = { .load = load_template, .ctx = ctx };
    const Template *template = load_template(ctx, str_from(template_name));
    if (!template) {
        diag_error(
            ctx->diags, "T1004", SPAN_NONE, "there is no usable template \"%s\"", template_name
        );
        return -EINVAL;
    }
    strbuf_clear(&ctx->text);
    int rc = template_render(ctx->scratch, template, values, &loader, &ctx->text, ctx->diags);
    if (rc == 0) {
        render_add(ctx, path, template_name, str_dup(ctx->arena, strbuf_str(&ctx->text)), mode);
    }
    return rc;
}

void render_add(RenderContext *ctx, Str path, const char *template_name, Str text, mode_t mode)
{
    vec_push(
        &ctx->set->files,
        ctx->arena,
        ((Artifact) { .path = path,
                      .kind = str_from(ctx->kind->name),
                      .template = str_from(template_name),
                      .text = text,
                      .unpatched = text,
                      .mode = mode })
    );
}

/* --- all kinds --- */

static bool is_wanted(const RenderContext *ctx, const Catalog *catalog, const char *kind)
{
    for (size_t i = 0; i < ctx->options->kind_count; i++) {
        if (strcmp(ctx->options->kinds[i], kind) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < catalog->render_skip.len; i++) {
        if (str_eq_cstr(catalog->render_skip.ptr[i], kind)) {
            return false;
        }
    }
    return ctx->options->kind_count == 0;
}

static int compare_artifacts(const void *a, const void *b)
{
    return str_cmp(((const Artifact *) a)->path, ((const Artifact *) b)->path);
}

/* Sorted by path; a path that two kinds write is a mistake of the kinds. */
static int settle(RenderContext *ctx)
{
    ArtifactSet *set = ctx->set;
    if (set->files.len) {
        qsort(set->files.ptr, set->files.len, sizeof(Artifact), compare_artifacts);
    }
    for (size_t i = 1; i < set->files.len; i++) {
        if (str_eq(set->files.ptr[i - 1].path, set->files.ptr[i].path)) {
            diag_error(
                ctx->diags,
                "R1001",
                SPAN_NONE,
                "two artifacts have the path %" STR_FMT,
                STR_ARG(set->files.ptr[i].path)
            );
            return -EINVAL;
        }
    }
    return 0;
}

static int render_kinds(RenderContext *ctx, const Catalog *catalog)
{
    int worst = 0;
    for (size_t i = 0; artifact_kinds[i]; i++) {
        if (is_wanted(ctx, catalog, artifact_kinds[i]->name)) {
            ctx->kind = artifact_kinds[i];
            int rc = ctx->kind->render(ctx);
            worst = rc < 0 ? rc : worst;
        }
    }
    return worst;
}

int render_all(
    Arena *arena,
    const RenderOptions *options,
    ArtifactSet *ret_set,
    Str *ret_root,
    DiagList *diags,
    Error *err
)
{
    *ret_set = (ArtifactSet) { .arena = arena };
    RenderContext ctx = { .arena = arena,
                          .diags = diags,
                          .options = options,
                          .err = err,
                          .catalogs = MAP_ON_ARENA(arena),
                          .values = MAP_ON_ARENA(arena),
                          .templates = MAP_ON_ARENA(arena),
                          .set = ret_set };
    const Catalog *catalog = render_catalog(&ctx, "");
    if (!catalog) {
        return err && err->code ? err->code : -EINVAL;
    }
    ctx.root = catalog->directory;
    *ret_root = catalog->directory;
    auto_arena Arena *scratch = arena_new(SCRATCH_BYTES);
    ctx.scratch = scratch;
    int rc = render_kinds(&ctx, catalog);
    strbuf_done(&ctx.text);
    rc = rc < 0 ? rc : settle(&ctx);
    return rc < 0 ? rc : edits_apply(ret_set, ctx.root, options->kind_count == 0, diags);
}
