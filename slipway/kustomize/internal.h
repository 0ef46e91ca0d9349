/* What the files of the engine share. The life of a build: load.c finds and reads the files,
 * kustomization.c checks the kustomization, accumulate.c walks the tree of kustomizations and runs
 * generators and transformers over a ResMap, output.c writes it. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/node.h"
#include "codec/regex.h"

#include "kustomize.h"
#include "tables.h"

/* --- ids -------------------------------------------------------------------------------------- */

typedef struct Gvk {
    Str group, version, kind;
} Gvk;

typedef struct ResId {
    Gvk gvk;
    Str name, ns;
} ResId;

typedef struct PreviousId {
    Str name, ns, kind;
} PreviousId;

typedef enum Behavior {
    BEHAVIOR_UNSPECIFIED,
    BEHAVIOR_CREATE,
    BEHAVIOR_REPLACE,
    BEHAVIOR_MERGE
} Behavior;

/* For the annotations of buildMetadata. */
typedef struct Origin {
    Str path;
    Str configured_in;
    Str api_version, kind, name, ns;
} Origin;

typedef VEC(Str) Strs;

typedef struct Resource {
    Node *node;               /* NULL: deleted by a patch */
    VEC(PreviousId) previous; /* ids it had, oldest first */
    ResId final_id;           /* once nothing changes ids any more */
    Strs prefixes, suffixes;  /* as they were added */
    Strs vars;                /* names of the vars that read it */
    Behavior behavior;
    bool needs_hash;
    bool allow_name_change, allow_kind_change; /* of a patch */
    Origin *origin;
    VEC(Origin *) transformations;
    VEC(KustomizeTouch) touches;
} Resource;

typedef VEC(Resource *) Resources;

typedef struct ResMap {
    Resources list;
    Map ids;     /* "kind|version|group|name|namespace" -> Resource, current ids */
    Map any_ids; /* -> Resources *, previous ids too */
    bool ids_valid, any_ids_valid;
} ResMap;

/* --- configuration ---------------------------------------------------------------------------- */

typedef struct FieldSpec {
    Gvk gvk;
    Str path;
    bool create;
    Str *parts; /* of path */
    size_t part_count;
} FieldSpec;

typedef VEC(FieldSpec) FieldSpecs;

typedef struct Reference {
    Gvk target;
    FieldSpecs referrers;
} Reference;

typedef struct Config {
    FieldSpecs specs[SPECS_COUNT];
    VEC(Reference) references;
} Config;

typedef struct Var {
    Str name;
    ResId object;
    Str field_path;
    Span span;
} Var;

typedef VEC(Var) Vars;

typedef struct Accumulator {
    ResMap map;
    const Config *config; /* NULL: empty */
    Vars vars;
} Accumulator;

/* --- a build ---------------------------------------------------------------------------------- */

struct Schema;

typedef struct Link {
    Span span; /* the entry that led on */
    Str what;  /* "accumulating resources from 'x'" */
} Link;

typedef struct Build {
    Arena *arena;
    DiagList *diags;
    KustomizeOptions options;
    const Config *default_config;
    struct Schema *schema;
    bool schema_read; /* kustomize knows more scopes once it has read a schema */
    bool has_origins; /* buildMetadata asks for them */
    VEC(Link) chain;
    Map sources; /* path -> Source of files read */
} Build;

/* One kustomization. */
typedef struct Target {
    Build *b;
    Str root;       /* absolute, links resolved */
    Str shown_root; /* as the user wrote it */
    const struct Target *referrer;
    Node *doc;
    Str file_name;
    bool is_component;
    Origin *origin; /* NULL: not asked for */
    unsigned depth;
} Target;

/* Adds an error with the chain of kustomizations that led there; returns -EINVAL. */
int build_error(Build *b, const char *rule, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void build_warn(Build *b, const char *rule, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same, and returns the Diag for a hint. */
Diag *build_diag(Build *b, Severity severity, const char *rule, Span span, const char *format, ...)
    __attribute__((format(printf, 5, 6), returns_nonnull));
void build_enter(Build *b, Span span, Str what);
void build_leave(Build *b);
