#include "model/catalog.h"

#include <stdlib.h>

#include "base/vec.h"

#include "model/internal.h"

const char *const engine_names[] = { "default", "native", "docker", "external", "none", NULL };
const char *const language_names[] = { "none", "c",    "go",     "node", "python",
                                       "java", "rust", "dotnet", NULL };
const char *const resource_kind_names[] = { "none",     "postgres",       "redis",
                                            "kafka",    "elasticsearch",  "minio",
                                            "kafka_ui", "prometheus",     "jaeger",
                                            "grafana",  "otel_collector", NULL };
const char *const ingress_kind_names[] = { "ingress", "gateway", NULL };
const char *const restart_names[] = { "default", "always", "on_failure", "never", NULL };
const char *const severity_level_names[] = { "error", "warn", "info", NULL };

Str engine_name(Engine engine)
{
    return str_from(engine_names[engine]);
}

Str language_name(Language language)
{
    return str_from(language_names[language]);
}

Str resource_kind_name(ResourceKind kind)
{
    return str_from(resource_kind_names[kind]);
}

Str ingress_kind_name(IngressKind kind)
{
    return str_from(ingress_kind_names[kind]);
}

Service *catalog_service(const Catalog *catalog, Str name)
{
    if (catalog->service_names.len) {
        return map_get(&catalog->service_names, name);
    }
    for (size_t i = 0; i < catalog->service_count; i++) {
        if (str_eq(catalog->services[i]->name, name)) {
            return catalog->services[i];
        }
    }
    return NULL;
}

Resource *catalog_resource(const Catalog *catalog, Str name)
{
    for (size_t i = 0; i < catalog->resource_count; i++) {
        if (str_eq(catalog->resources[i]->name, name)) {
            return catalog->resources[i];
        }
    }
    return NULL;
}

DecodeStrings catalog_names(const Catalog *catalog, Arena *arena)
{
    VEC(Str) names = { 0 };
    for (size_t i = 0; i < catalog->resource_count; i++) {
        vec_push(&names, arena, catalog->resources[i]->name);
    }
    for (size_t i = 0; i < catalog->service_count; i++) {
        vec_push(&names, arena, catalog->services[i]->name);
    }
    for (size_t i = 0; i < catalog->task_count; i++) {
        vec_push(&names, arena, catalog->tasks[i]->name);
    }
    return (DecodeStrings) { .ptr = names.ptr, .len = names.len };
}

const Port *port_find(const PortList *ports, Str name)
{
    for (size_t i = 0; i < ports->len; i++) {
        if (str_eq(ports->ptr[i].name, name)) {
            return &ports->ptr[i];
        }
    }
    return NULL;
}

const EnvVar *env_find(const EnvList *env, Str name)
{
    for (size_t i = 0; i < env->len; i++) {
        if (str_eq(env->ptr[i].name, name)) {
            return &env->ptr[i];
        }
    }
    return NULL;
}

Str catalog_topic(const Catalog *catalog, Arena *arena, Str name)
{
    return str_printf(arena, "%" STR_FMT ".%" STR_FMT, STR_ARG(catalog->platform), STR_ARG(name));
}

static int compare_strs(const void *a, const void *b)
{
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

typedef VEC(Str) Topics;

static void
add_topics(const Catalog *catalog, Arena *arena, const DecodeStrings *names, Topics *topics)
{
    for (size_t i = 0; i < names->len; i++) {
        vec_push(topics, arena, catalog_topic(catalog, arena, names->ptr[i]));
    }
}

DecodeStrings catalog_topics(const Catalog *catalog, Arena *arena)
{
    Topics topics = { 0 };
    for (size_t i = 0; i < catalog->service_count; i++) {
        add_topics(catalog, arena, &catalog->services[i]->publishes, &topics);
        add_topics(catalog, arena, &catalog->services[i]->consumes, &topics);
    }
    if (topics.len) {
        qsort(topics.ptr, topics.len, sizeof(Str), compare_strs);
    }
    size_t kept = 0;
    for (size_t i = 0; i < topics.len; i++) {
        if (kept == 0 || !str_eq(topics.ptr[kept - 1], topics.ptr[i])) {
            topics.ptr[kept++] = topics.ptr[i];
        }
    }
    return (DecodeStrings) { .ptr = topics.ptr, .len = kept };
}
