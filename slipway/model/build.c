#include <stdlib.h>

#include "base/clock.h"

#include "model/internal.h"

static int compare_env(const void *a, const void *b)
{
    return str_cmp(((const EnvVar *) a)->name, ((const EnvVar *) b)->name);
}

/* Adds a variable for each secret that the catalog gives no value for, and sorts. */
static void finish_env(Arena *arena, EnvList *env, const DecodeStrings *secrets)
{
    EnvVar *all = ARENA_ARRAY(arena, EnvVar, env->len + secrets->len);
    size_t len = env->len;
    if (len) {
        memcpy(all, env->ptr, len * sizeof(EnvVar));
    }
    for (size_t i = 0; i < secrets->len; i++) {
        Str name = env_prefix(arena, secrets->ptr[i]);
        if (!env_find(env, name)) {
            all[len++] = (EnvVar
            ) { .name = name, .secret = secrets->ptr[i], .span = secrets->nodes[i]->span };
        }
    }
    if (len) {
        qsort(all, len, sizeof(EnvVar), compare_env);
    }
    *env = (EnvList) { .ptr = all, .len = len };
}

static bool strings_have(const DecodeStrings *strings, Str name)
{
    for (size_t i = 0; i < strings->len; i++) {
        if (str_eq(strings->ptr[i], name)) {
            return true;
        }
    }
    return false;
}

/* Whoever has a database needs its password, whatever secrets the catalog lists beside it. */
static void imply_password(Arena *arena, Service *service)
{
    DecodeStrings *secrets = &service->secrets;
    if (!service->database.len || strings_have(secrets, STR("postgres_password"))) {
        return;
    }
    Str *names = ARENA_ARRAY(arena, Str, secrets->len + 1);
    Node **nodes = ARENA_ARRAY(arena, Node *, secrets->len + 1);
    if (secrets->len) {
        memcpy(names, secrets->ptr, secrets->len * sizeof(Str));
        memcpy(nodes, secrets->nodes, secrets->len * sizeof(Node *));
    }
    names[secrets->len] = STR("postgres_password");
    nodes[secrets->len] = service->node;
    *secrets = (DecodeStrings) { .ptr = names, .nodes = nodes, .len = secrets->len + 1 };
}

static void build_service(Catalog *catalog, const DecodeDictEntry *entry)
{
    Arena *arena = catalog->arena;
    Service *service = entry->value;
    service->name = entry->name;
    service->span = entry->key->span;
    service->node = entry->node;
    service->workload = service->language == LANGUAGE_C
                            ? str_concat(arena, entry->name, STR("-service"))
                            : entry->name;
    imply_password(arena, service);
    finish_env(arena, &service->env, &service->secrets);
    catalog->services[catalog->service_count++] = service;
    map_set(&catalog->service_names, service->name, service);
}

static void build_resource(Catalog *catalog, const DecodeDictEntry *entry)
{
    Resource *resource = entry->value;
    resource->name = entry->name;
    resource->span = entry->key->span;
    resource->node = entry->node;
    catalog->resources[catalog->resource_count++] = resource;
}

static void build_task(Catalog *catalog, const DecodeDictEntry *entry)
{
    Task *task = entry->value;
    task->name = entry->name;
    task->span = entry->key->span;
    task->node = entry->node;
    finish_env(catalog->arena, &task->env, &(DecodeStrings) { 0 });
    catalog->tasks[catalog->task_count++] = task;
}

/* databases: from_services are those of the services that need or want this server, once each. */
static void resolve_databases(Catalog *catalog, Resource *postgres)
{
    DecodeStrings *databases = &postgres->databases;
    if (postgres->kind != RESOURCE_POSTGRES || databases->len) {
        return;
    }
    databases->ptr = ARENA_ARRAY(catalog->arena, Str, catalog->service_count);
    databases->nodes = ARENA_ARRAY(catalog->arena, Node *, catalog->service_count);
    Map seen = MAP_ON_ARENA(catalog->arena);
    for (size_t i = 0; i < catalog->service_count; i++) {
        const Service *service = catalog->services[i];
        bool uses = strings_have(&service->needs, postgres->name) ||
                    strings_have(&service->wants, postgres->name);
        if (uses && service->database.len && !map_set(&seen, service->database, databases)) {
            databases->nodes[databases->len] = service->node;
            databases->ptr[databases->len++] = service->database;
        }
    }
}

/* The controllers that most clusters have: ingress-nginx, Envoy Gateway. */
static Ingress finish_ingress(Ingress ingress)
{
    bool is_gateway = ingress.kind == INGRESS_GATEWAY;
    if (!ingress.class.len) {
        ingress.class = is_gateway ? STR("eg") : STR("nginx");
    }
    if (!ingress.namespace.len) {
        ingress.namespace = is_gateway ? STR("envoy-gateway-system") : STR("ingress-nginx");
    }
    return ingress;
}

void catalog_build(Catalog *catalog, const CatalogDocument *document, DiagList *diags)
{
    Arena *arena = catalog->arena;
    catalog->platform = document->platform;
    catalog->source = document->source;
    catalog->registry = document->registry;
    catalog->namespace = document->namespace.len ? document->namespace : document->platform;
    catalog->tag = document->tag;
    catalog->host = document->host;
    catalog->ingress = finish_ingress(document->ingress);
    catalog->render_skip = document->render.skip;
    catalog->check_ignore = document->check.ignore;
    catalog->check_registries = document->check.registries;
    catalog->check_kubernetes_version = document->check.kubernetes_version;
    catalog->check_level = str_from(severity_level_names[document->check.level]);
    catalog->services = ARENA_ARRAY(arena, Service *, document->services.len);
    catalog->service_names = (Map) MAP_ON_ARENA(arena);
    catalog->resources = ARENA_ARRAY(arena, Resource *, document->resources.len);
    catalog->tasks = ARENA_ARRAY(arena, Task *, document->tasks.len);
    for (size_t i = 0; i < document->services.len; i++) {
        build_service(catalog, &document->services.ptr[i]);
    }
    for (size_t i = 0; i < document->resources.len; i++) {
        build_resource(catalog, &document->resources.ptr[i]);
    }
    for (size_t i = 0; i < document->tasks.len; i++) {
        build_task(catalog, &document->tasks.ptr[i]);
    }
    for (size_t i = 0; i < catalog->resource_count; i++) {
        resolve_databases(catalog, catalog->resources[i]);
    }
    catalog_validate(catalog, diags);
}

/* --- loading as a whole --- */

static void note_environments(Catalog *catalog, const Node *environments)
{
    DecodeStrings *names = &catalog->environments;
    size_t count = node_is_map(environments) ? environments->map.len : 0;
    names->ptr = ARENA_ARRAY(catalog->arena, Str, count);
    names->nodes = ARENA_ARRAY(catalog->arena, Node *, count);
    for (size_t i = 0; i < count; i++) {
        names->nodes[i] = environments->map.pairs[i].key;
        names->ptr[i] = environments->map.pairs[i].key->text;
    }
    names->len = count;
}

static int no_such_environment(const Catalog *catalog, Str wanted, Error *err)
{
    const DecodeStrings *names = &catalog->environments;
    Str near = str_nearest(wanted, names->ptr, names->len);
    StrBuf known = STRBUF_ON_ARENA(catalog->arena);
    if (near.len) {
        strbuf_addf(&known, "did you mean \"%" STR_FMT "\"?", STR_ARG(near));
    } else if (names->len == 0) {
        strbuf_add_cstr(&known, "the catalog has none");
    } else {
        strbuf_add_cstr(&known, "the catalog has ");
        for (size_t i = 0; i < names->len; i++) {
            strbuf_addf(&known, "%s%" STR_FMT, i ? ", " : "", STR_ARG(names->ptr[i]));
        }
    }
    return error_set(
        err,
        -EINVAL,
        "unknown environment \"%" STR_FMT "\"; %" STR_FMT,
        STR_ARG(wanted),
        STR_ARG(strbuf_str(&known))
    );
}

/* The environment asked for becomes a layer above the files. */
static int add_environment(Catalog *catalog, LayerList *list, const CatalogQuery *query, Error *err)
{
    Node *files = NULL;
    vec_foreach(layer, &list->layers) {
        files = merge_nodes(catalog->arena, files, layer->root);
    }
    Node *environments = node_get_cstr(files, "environments");
    note_environments(catalog, environments);
    Str wanted = query->environment ? str_from(query->environment) : STR("local");
    Node *layer = node_get(environments, wanted);
    if (!layer && query->environment && wanted.len) {
        return no_such_environment(catalog, wanted, err);
    }
    if (node_is_map(layer)) {
        catalog->environment = wanted;
        Str name = str_concat(catalog->arena, STR("environment "), wanted);
        vec_push(&list->layers, catalog->arena, ((CatalogLayer) { .name = name, .root = layer }));
    }
    return 0;
}

/* What another catalog has read; nobody changes a layer, so both share it. */
static void layers_of(LayerList *list, Catalog *catalog, const Catalog *other)
{
    catalog->directory = other->directory;
    catalog->path = other->path;
    for (size_t i = 0; i < other->file_count; i++) {
        vec_push(&list->layers, list->arena, other->layers[i + 1]);
    }
}

static void keep_layers(Catalog *catalog, const LayerList *list, CatalogLayer standard)
{
    catalog->layer_count = list->layers.len + 1;
    catalog->layers = ARENA_ARRAY(catalog->arena, CatalogLayer, catalog->layer_count);
    catalog->layers[0] = standard;
    memcpy(catalog->layers + 1, list->layers.ptr, list->layers.len * sizeof(CatalogLayer));
}

int catalog_load(
    Arena *arena, const CatalogQuery *query, Catalog **ret_catalog, DiagList *diags, Error *err
)
{
    Catalog *catalog = ARENA_NEW(arena, Catalog);
    LayerList list = { .arena = arena, .diags = diags };
    Error local = ERROR_INIT;
    err = err ? err : &local;
    catalog->arena = arena;
    int rc = 0;
    if (query->files_of) {
        layers_of(&list, catalog, query->files_of);
    } else {
        rc = layers_load(&list, query, &catalog->directory, &catalog->path, err);
    }
    if (rc < 0) {
        return rc;
    }
    catalog->file_count = list.layers.len;
    rc = add_environment(catalog, &list, query, err);
    if (rc < 0) {
        return rc;
    }
    rc = layers_add_sets(&list, query->sets, query->set_count);
    CatalogLayer standard = { 0 };
    catalog->root = merge_layers(arena, list.layers.ptr, list.layers.len, &standard);
    keep_layers(catalog, &list, standard);
    CatalogDocument document = { .check = { .level = 1 } };
    DecodeContext context = { .arena = arena, .diags = diags };
    decode_struct(&context, catalog_fields, catalog->root, &document);
    catalog_build(catalog, &document, diags);
    diags_unique(diags);
    *ret_catalog = catalog;
    return rc < 0 || diag_count(diags, SEVERITY_ERROR) ? -EINVAL : 0;
}
