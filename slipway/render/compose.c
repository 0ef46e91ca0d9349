/* Compose: docker-compose.yml with what it reads: the script that makes databases, .env.example. */
#include <stdlib.h>

#include "base/mem.h"

#include "render/internal.h"

static Str text_of(const Node *map, const char *key)
{
    return node_string_or(node_get_cstr(map, key), STR(""));
}

static bool is_one_of(const Node *resource, const char *const *kinds, size_t count)
{
    Str engine = text_of(resource, "engine");
    bool is_here = !str_eq(engine, STR("none")) && !str_eq(engine, STR("external"));
    for (size_t i = 0; i < count; i++) {
        if (is_here && str_eq_cstr(text_of(resource, "kind"), kinds[i])) {
            return true;
        }
    }
    return false;
}

static Node *those_of(Arena *arena, const Node *values, const char *const *kinds, size_t count)
{
    Node *list = node_new_seq(arena);
    const Node *resources = node_get_cstr(values, "resources");
    for (size_t i = 0; i < resources->seq.len; i++) {
        if (is_one_of(resources->seq.items[i], kinds, count)) {
            node_append(arena, list, resources->seq.items[i]);
        }
    }
    return list;
}

typedef struct Names {
    VEC(Str) list;
} Names;

static int compare_names(const void *a, const void *b)
{
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static void note_secrets(Arena *arena, Names *names, const Node *entries)
{
    for (size_t i = 0; i < entries->seq.len; i++) {
        const Node *secrets = node_get_cstr(entries->seq.items[i], "secrets");
        for (size_t j = 0; secrets && j < secrets->seq.len; j++) {
            vec_push(&names->list, arena, text_of(secrets->seq.items[j], "variable"));
        }
    }
}

/* The variables that docker-compose.yml asks for, sorted, once each. */
static Node *secret_names(Arena *arena, const Node *values)
{
    static const char *const grafana[] = { "grafana" };
    Names names = { 0 };
    Node *list = node_new_seq(arena);
    note_secrets(arena, &names, node_get_cstr(values, "resources"));
    note_secrets(arena, &names, node_get_cstr(values, "services"));
    if (those_of(arena, values, grafana, 1)->seq.len) {
        vec_push(&names.list, arena, STR("GRAFANA_PASSWORD"));
    }
    if (names.list.len) {
        qsort(names.list.ptr, names.list.len, sizeof(Str), compare_names);
    }
    for (size_t i = 0; i < names.list.len; i++) {
        if (i == 0 || !str_eq(names.list.ptr[i], names.list.ptr[i - 1])) {
            node_append(arena, list, node_new_string(arena, names.list.ptr[i]));
        }
    }
    return list;
}

/* The environment `compose` says how containers on a developer's machine differ; `local` is about
 * processes on it. */
static const Catalog *compose_catalog(RenderContext *ctx)
{
    const Catalog *catalog = render_catalog(ctx, "");
    for (size_t i = 0; catalog && i < catalog->environments.len; i++) {
        if (str_eq(catalog->environments.ptr[i], STR("compose"))) {
            return render_catalog(ctx, "compose");
        }
    }
    return catalog;
}

static int render_compose(RenderContext *ctx)
{
    static const char *const stores[] = { "postgres", "redis",      "kafka",  "elasticsearch",
                                          "minio",    "prometheus", "grafana" };
    static const char *const exported[] = { "postgres", "redis", "kafka", "elasticsearch" };
    static const char *const kafka[] = { "kafka" };
    Arena *arena = render_arena(ctx);
    const Catalog *catalog = compose_catalog(ctx);
    if (!catalog) {
        return -EINVAL;
    }
    Node *values = render_values(ctx, catalog);
    Node *brokers = those_of(arena, values, kafka, 1);
    node_set(arena, values, STR("stores"), those_of(arena, values, stores, ARRAY_LEN(stores)));
    node_set(
        arena, values, STR("exporters"), those_of(arena, values, exported, ARRAY_LEN(exported))
    );
    if (brokers->seq.len) {
        node_set(arena, values, STR("kafka"), brokers->seq.items[0]);
    }
    node_set(arena, values, STR("secrets"), secret_names(arena, values));
    int rc =
        render_artifact(ctx, STR("docker-compose.yml"), "compose/docker-compose.yml", values, 0644);
    int env = render_artifact(ctx, STR(".env.example"), "compose/env.example", values, 0644);
    int script = render_artifact(
        ctx, STR("scripts/create-multiple-dbs.sh"), "compose/create-multiple-dbs.sh", values, 0755
    );
    return rc < 0 ? rc : env < 0 ? env : script;
}

const ArtifactKind compose_kind = {
    .name = "compose",
    .summary = "docker-compose.yml, .env.example, scripts/create-multiple-dbs.sh",
    .render = render_compose,
};
