/* What the files of model/ share. */
#pragma once

#include "base/map.h"

#include "model/catalog.h"
#include "model/fields.h"

typedef struct RenderSection {
    DecodeStrings skip;
} RenderSection;

typedef struct CheckSection {
    DecodeStrings ignore;
    int level;
    DecodeStrings registries;
    Str kubernetes_version;
} CheckSection;

/* An entry of `environments`: an overlay with the catalog's keys. */
typedef struct EnvironmentDocument {
    Str namespace, tag, host;
    Ingress ingress;
    Service defaults;
    DecodeDict resources, services, tasks;
} EnvironmentDocument;

/* The merged document, decoded: what model/build.c turns into a Catalog. `defaults` and
 * `environments` are merged before; they are decoded for the mistakes in them. */
typedef struct CatalogDocument {
    int64_t version;
    Str platform, source, registry, namespace, tag, host;
    Ingress ingress;
    Service defaults;
    DecodeDict resources, services, tasks, environments;
    Node *include;
    RenderSection render;
    CheckSection check;
} CatalogDocument;

extern const char *const engine_names[];
extern const char *const language_names[];
extern const char *const resource_kind_names[];
extern const char *const ingress_kind_names[];
extern const char *const restart_names[];
extern const char *const severity_level_names[];

/* --- field_types.c: DecodeFn of PortList, EnvList, Quantity and databases --- */
bool decode_ports(DecodeContext *ctx, const DecodeField *field, Node *node, void *into);
bool decode_env(DecodeContext *ctx, const DecodeField *field, Node *node, void *into);
bool decode_quantity(DecodeContext *ctx, const DecodeField *field, Node *node, void *into);
bool decode_databases(DecodeContext *ctx, const DecodeField *field, Node *node, void *into);

/* --- load.c --- */
typedef struct LayerList {
    Arena *arena;
    DiagList *diags;
    VEC(CatalogLayer) layers; /* lowest first */
    VEC(Str) reading;         /* files on the way here, against include cycles */
} LayerList;
/* Finds and reads the files of the query and what they include. */
int layers_load(
    LayerList *list, const CatalogQuery *query, Str *ret_directory, Str *ret_path, Error *err
);
/* A layer from --set path=value arguments; values are YAML. */
int layers_add_sets(LayerList *list, const char *const *sets, size_t count);

/* --- merge.c --- */
/* `over` on `base`: maps by key, everything else replaced, null removes. Neither is changed. */
Node *merge_nodes(Arena *arena, Node *base, Node *over);
/* The whole catalog of these layers; the standard is put below each service and resource. Fills the
 * standard's own layer too. */
Node *
merge_layers(Arena *arena, const CatalogLayer *layers, size_t count, CatalogLayer *ret_standard);

/* --- standard.c --- */
/* What the standard says of an entry before the catalog does, seen what the catalog says of it. */
Node *standard_service(Arena *arena, Str name, const Node *service, const Node *resources);
Node *standard_resource(Arena *arena, const Node *resource, Str platform);
Node *standard_task(Arena *arena);
/* "ORDER_ITEMS" for "order-items". */
Str env_prefix(Arena *arena, Str name);
/* An enum word of a node, or 0. */
int node_enum(const Node *node, const char *key, const char *const *names);

/* --- build.c --- */
void catalog_build(Catalog *catalog, const CatalogDocument *document, DiagList *diags);

/* --- validate.c --- */
void catalog_validate(Catalog *catalog, DiagList *diags);
/* Findings that differ in nothing (a default seen through several services) are kept once. */
void diags_unique(DiagList *diags);
