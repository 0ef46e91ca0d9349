/* Render: every deploy artifact of one catalog, in memory. Nothing here touches the work tree but
 * to read the catalog, the repository's template overrides (templates/) and its patches
 * (deploy/patches/). Writing and comparing is render/tree.h.
 *
 * How to add an artifact kind: write render/<kind>.c with its ArtifactKind at the bottom, its
 * templates under templates/<kind>/, and name it in artifact_kinds (render.c). */
#pragma once

#include <sys/types.h>

#include "base/diag.h"
#include "base/embed.h"
#include "base/vec.h"
#include "codec/node.h"

#include "model/catalog.h"
#include "render/template.h"

typedef struct Artifact {
    Str path;     /* from the repository's root: "docker-compose.yml" */
    Str kind;     /* name of its ArtifactKind */
    Str template; /* "compose/docker-compose.yml", for the manifest and for --eject */
    Str text;
    Str unpatched; /* `text` before its patch of deploy/patches/ */
    mode_t mode;   /* 0644, or 0755 for scripts */
} Artifact;

typedef struct ArtifactSet {
    Arena *arena;
    VEC(Artifact) files; /* sorted by path when rendering has ended */
} ArtifactSet;

typedef struct RenderOptions {
    CatalogQuery
        catalog; /* .environment is not used: each kind renders the environments it is for */
    const char *const *kinds; /* only these; none: all but the catalog's render.skip */
    size_t kind_count;
} RenderOptions;

/* -EINVAL with errors in `diags` (the catalog's own, templates' T1xxx, R1001 two artifacts of one
 * path, R1002 a patch that no longer applies, with its hunk). */
int render_all(
    Arena *arena,
    const RenderOptions *options,
    ArtifactSet *ret_set,
    Str *ret_root,
    DiagList *diags,
    Error *err
);

/* --- what a kind is made with --- */

typedef struct RenderContext RenderContext;

typedef struct ArtifactKind {
    const char *name;    /* "compose" */
    const char *summary; /* one line for `render --help` and deploy/README.md */
    int (*render)(RenderContext *ctx);
} ArtifactKind;
extern const ArtifactKind *const artifact_kinds[]; /* NULL-terminated */

/* The catalog merged with an environment; "" is the catalog alone (Kubernetes' base). Loaded once
 * each. NULL after a failure, which is in the diags. */
const Catalog *render_catalog(RenderContext *ctx, const char *environment);
Arena *render_arena(RenderContext *ctx);
/* The tree that templates see of a catalog (render/values.h). Its first level is the caller's, to
 * add names to with node_set; what lies below is made once and shared with the other kinds. */
Node *render_values(RenderContext *ctx, const Catalog *catalog);
/* Renders a template (the repository's own before the built-in one) into one more artifact. */
int render_artifact(
    RenderContext *ctx, Str path, const char *template_name, const Node *values, mode_t mode
);
/* An artifact whose text is made some other way (JSON by a writer). */
void render_add(RenderContext *ctx, Str path, const char *template_name, Str text, mode_t mode);

/* The built-in templates, by name. */
extern const EmbeddedFile render_templates[];
