/* kustomize build: from a directory with a kustomization to the list of its resources.
 *
 * The result is what kustomize 5.8 makes, byte for byte. Every node of it keeps the span of the
 * file that set its value, be it a resource, a patch or a field of a kustomization, and every
 * resource the list of what touched it on the way.
 *
 * Rule ids: KZ001 a kustomization that can't be read, KZ002 a file or directory that can't be
 * loaded, KZ003 a resource that is none, KZ004 a patch, KZ005 a reference, KZ006 a name conflict,
 * KZ007 not supported; KZ1xx warnings, KZ9xx deprecations. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "codec/node.h"
#include "codec/yaml.h"

typedef enum KustomizeOrder {
    KUSTOMIZE_ORDER_DEFAULT, /* sortOptions of the kustomization, else legacy: the command line's
                                default */
    KUSTOMIZE_ORDER_NONE,    /* sortOptions, else as they come */
    KUSTOMIZE_ORDER_LEGACY,  /* sortOptions, else legacy */
} KustomizeOrder;

/* Documents of a source that somebody read before, without a mistake and with YamlOptions { 0 }. With
 * `is_taken` the build will change them: they are nobody else's from then on. False: there are none. */
typedef struct KustomizeReader {
    bool (*read)(void *ctx, const Source *source, bool is_taken, YamlDocuments *ret_documents);
    void *ctx;
} KustomizeReader;

typedef struct KustomizeOptions {
    KustomizeOrder order;
    bool load_anywhere;     /* without the load restrictor: files from outside the kustomization's
                           directory */
    const Map *sources;     /* real path -> Source, of files that were read already; may be NULL */
    KustomizeReader reader; /* read: may be NULL */
    bool no_warnings;       /* none of the warnings that kustomize itself doesn't give */
} KustomizeOptions;

/* One thing that touched a resource: a patch, a transformer, a generator. */
typedef struct KustomizeTouch {
    Span where;
    Str what;          /* "patch", "namespace", … */
    const Node *patch; /* a patch's content, NULL otherwise */
} KustomizeTouch;

typedef struct KustomizeResource {
    Node *node;
    Str api_version, kind, name, ns;
    const KustomizeTouch *touches;
    size_t touch_count;
} KustomizeResource;

typedef struct KustomizeResult {
    KustomizeResource *resources;
    size_t len;
    Arena *arena;
} KustomizeResult;

/* Builds the kustomization in `directory`. 0, or -EINVAL with at least one error in `diags`;
 * warnings may be there either way. Everything lives on `arena`. */
int kustomize_build(
    Arena *arena,
    Str directory,
    const KustomizeOptions *options,
    KustomizeResult *ret_result,
    DiagList *diags
);

/* Whether an entry of resources or components names a place on the network. */
bool kustomize_is_remote(Str entry);

/* Appends the documents as kustomize prints them. */
void kustomize_write(StrBuf *out, const KustomizeResult *result);

/* "KIND/NAME" or "KIND/NAME:path.to.field": what set it and what touched it, as text. -ENOENT when
 * there is no such resource or field, with the nearest name in err. */
int kustomize_explain(StrBuf *out, const KustomizeResult *result, Str query, Error *err);
/* The origin of every value, as one JSON array with an object a resource. */
void kustomize_write_origins(JsonWriter *w, const KustomizeResult *result);
