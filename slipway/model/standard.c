/* The house standard, as far as the catalog's values go: what an entry is before the catalog says
 * anything. It is a layer like the others, so `explain` shows it. */
#include "base/mem.h"

#include "model/internal.h"

typedef struct KindStandard {
    ResourceKind kind;
    const char *version;
    struct {
        const char *name;
        int number;
    } ports[2];
    const char *user; /* NULL: the platform's name; "": none */
} KindStandard;

static const KindStandard kind_standards[] = {
    { RESOURCE_POSTGRES, "16", { { "postgres", 5432 } }, NULL },
    { RESOURCE_REDIS, "7", { { "redis", 6379 } }, "" },
    { RESOURCE_KAFKA, "3.7", { { "kafka", 9092 }, { "controller", 9093 } }, "" },
    { RESOURCE_ELASTICSEARCH, "8.15.0", { { "http", 9200 } }, "" },
    { RESOURCE_MINIO, "2024-10-13", { { "api", 9000 }, { "console", 9100 } }, "minioadmin" },
    { RESOURCE_KAFKA_UI, "0.7.2", { { "http", 8090 } }, "" },
    { RESOURCE_PROMETHEUS, "2.54.1", { { "http", 9090 } }, "" },
    { RESOURCE_JAEGER, "1.60", { { "http", 16686 } }, "" },
    { RESOURCE_GRAFANA, "11.2.0", { { "http", 3300 } }, "" },
    { RESOURCE_OTEL_COLLECTOR, "0.109.0", { { "grpc", 4317 }, { "http", 4318 } }, "" },
};

static Node *text_node(Arena *arena, Str text)
{
    return node_new_string(arena, text);
}

static void set_text(Arena *arena, Node *map, const char *key, const char *text)
{
    node_set(arena, map, str_from(key), text_node(arena, str_from(text)));
}

static void set_int(Arena *arena, Node *map, const char *key, int64_t value)
{
    node_set(arena, map, str_from(key), node_new_int(arena, value));
}

int node_enum(const Node *node, const char *key, const char *const *names)
{
    Str word = node_string_or(node_get_cstr(node, key), STR(""));
    for (int i = 0; names[i]; i++) {
        if (str_eq_cstr(word, names[i])) {
            return i;
        }
    }
    return 0;
}

Str env_prefix(Arena *arena, Str name)
{
    char *upper = str_to_cstr(arena, str_upper(arena, name));
    for (char *c = upper; *c; c++) {
        *c = *c == '-' ? '_' : *c;
    }
    return str_from(upper);
}

Node *standard_resource(Arena *arena, const Node *resource, Str platform)
{
    Node *standard = node_new_map(arena);
    ResourceKind kind = (ResourceKind) node_enum(resource, "kind", resource_kind_names);
    for (size_t i = 0; i < ARRAY_LEN(kind_standards); i++) {
        const KindStandard *known = &kind_standards[i];
        if (known->kind != kind) {
            continue;
        }
        set_text(arena, standard, "version", known->version);
        if (!known->user || known->user[0]) {
            node_set(
                arena,
                standard,
                STR("user"),
                text_node(arena, known->user ? str_from(known->user) : platform)
            );
        }
        Node *ports = node_new_map(arena);
        for (size_t j = 0; j < ARRAY_LEN(known->ports) && known->ports[j].name; j++) {
            set_int(arena, ports, known->ports[j].name, known->ports[j].number);
        }
        node_set(arena, standard, STR("ports"), ports);
    }
    return standard;
}

Node *standard_task(Arena *arena)
{
    Node *standard = node_new_map(arena);
    set_text(arena, standard, "path", ".");
    return standard;
}

/* --- services --- */

/* Services of the house answer the chassis' health routes; others are ready when they listen. */
static Node *standard_health(Arena *arena, const Node *service, Language language)
{
    Node *health = node_new_map(arena);
    Node *ports = node_get_cstr(service, "ports");
    const Node *given = node_get_cstr(service, "health");
    if (language == LANGUAGE_C && node_get_cstr(ports, "http")) {
        set_text(arena, health, "ready", "/health/ready");
        set_text(arena, health, "live", "/health/live");
        set_text(arena, health, "metrics", "/metrics");
    } else if (node_is_map(ports) && ports->map.len && !node_get_cstr(given, "ready") &&
               !node_get_cstr(given, "command") && !node_get_cstr(given, "grpc")) {
        node_set(arena, health, STR("tcp"), text_node(arena, ports->map.pairs[0].key->text));
    }
    set_text(arena, health, "interval", "5s");
    set_text(arena, health, "timeout", "2s");
    set_int(arena, health, "failures", 3);
    set_text(arena, health, "start_period", "60s");
    return health;
}

static bool list_has(const Node *list, Str name)
{
    if (node_is_string(list)) {
        return str_eq(list->text, name);
    }
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        if (str_eq(list->seq.items[i]->text, name)) {
            return true;
        }
    }
    return false;
}

typedef struct StandardEnv {
    Arena *arena;
    Node *env;
    Str service;
} StandardEnv;

static void env_set(StandardEnv *std, const char *name, const char *format, Str resource)
{
    Arena *arena = std->arena;
    Str value = str_replace(
        arena, str_from(format), STR("$"), str_concat(arena, STR("resource."), resource)
    );
    node_set(arena, std->env, str_from(name), text_node(arena, value));
}

/* How a service finds a resource that it needs or wants; "$" stands for "resource.<name>". */
static void env_for_resource(StandardEnv *std, Str name, const Node *resource)
{
    bool absent = node_enum(resource, "engine", engine_names) == ENGINE_NONE;
    switch ((ResourceKind) node_enum(resource, "kind", resource_kind_names)) {
    case RESOURCE_POSTGRES:
        env_set(std, "POSTGRES_HOST", "{$.host}", name);
        env_set(std, "POSTGRES_PORT", "{$.port}", name);
        env_set(std, "POSTGRES_USER", "{$.user}", name);
        env_set(std, "POSTGRES_SSL_MODE", "disable", name);
        return;
    case RESOURCE_REDIS:
        env_set(std, "REDIS_ADDR", "{$.host}:{$.port}", name);
        return;
    case RESOURCE_KAFKA:
        env_set(std, "KAFKA_BROKERS", absent ? "none" : "{$.host}:{$.port}", name);
        return;
    case RESOURCE_ELASTICSEARCH:
        if (!absent) {
            env_set(std, "ELASTICSEARCH_URL", "http://{$.host}:{$.port}", name);
        }
        return;
    case RESOURCE_MINIO:
        if (!absent) {
            env_set(std, "MINIO_ENDPOINT", "{$.host}:{$.port}", name);
            env_set(std, "MINIO_ACCESS_KEY", "{$.user}", name);
        }
        return;
    default:
        return;
    }
}

static void env_for_ports(StandardEnv *std, const Node *ports)
{
    Arena *arena = std->arena;
    for (size_t i = 0; node_is_map(ports) && i < ports->map.len; i++) {
        Str port = ports->map.pairs[i].key->text;
        Str name = str_printf(
            arena,
            "%" STR_FMT "_%" STR_FMT "_PORT",
            STR_ARG(env_prefix(arena, std->service)),
            STR_ARG(env_prefix(arena, port))
        );
        node_set(
            arena,
            std->env,
            name,
            text_node(arena, str_printf(arena, "{ports.%" STR_FMT "}", STR_ARG(port)))
        );
        if (i == 0) {
            Str value = str_printf(arena, "{ports.%" STR_FMT "}", STR_ARG(port));
            node_set(arena, std->env, STR("PORT"), text_node(arena, value));
        }
    }
}

static void env_for_calls(StandardEnv *std, const Node *calls)
{
    Arena *arena = std->arena;
    for (size_t i = 0; node_is_seq(calls) && i < calls->seq.len; i++) {
        Str peer = calls->seq.items[i]->text;
        Str name = str_concat(arena, env_prefix(arena, peer), STR("_SERVICE_URL"));
        node_set(
            arena,
            std->env,
            name,
            text_node(arena, str_printf(arena, "{service.%" STR_FMT ".url}", STR_ARG(peer)))
        );
    }
}

static Node *
standard_env(Arena *arena, Str name, const Node *service, const Node *resources, bool *ret_database)
{
    StandardEnv std = { .arena = arena, .env = node_new_map(arena), .service = name };
    const Node *needs = node_get_cstr(service, "needs"), *wants = node_get_cstr(service, "wants");
    env_for_ports(&std, node_get_cstr(service, "ports"));
    for (size_t i = 0; node_is_map(resources) && i < resources->map.len; i++) {
        Str resource = resources->map.pairs[i].key->text;
        const Node *entry = resources->map.pairs[i].value;
        if (!list_has(needs, resource) && !list_has(wants, resource)) {
            continue;
        }
        env_for_resource(&std, resource, entry);
        if (node_enum(entry, "kind", resource_kind_names) == RESOURCE_POSTGRES) {
            *ret_database = true;
        }
    }
    env_for_calls(&std, node_get_cstr(service, "calls"));
    return std.env;
}

static void standard_limits(Arena *arena, Node *standard)
{
    Node *replicas = node_new_map(arena), *limits = node_new_map(arena);
    set_int(arena, replicas, "min", 2);
    set_int(arena, replicas, "max", 10);
    set_int(arena, replicas, "cpu_percent", 70);
    set_int(arena, replicas, "memory_percent", 80);
    set_text(arena, limits, "cpu", "100m..500m");
    set_text(arena, limits, "memory", "128Mi..256Mi");
    node_set(arena, standard, STR("replicas"), replicas);
    node_set(arena, standard, STR("resources"), limits);
}

Node *standard_service(Arena *arena, Str name, const Node *service, const Node *resources)
{
    Node *standard = node_new_map(arena);
    Language language = (Language) node_enum(service, "language", language_names);
    bool has_database = false;
    Node *env = standard_env(arena, name, service, resources, &has_database);
    node_set(
        arena, standard, STR("path"), text_node(arena, str_concat(arena, STR("services/"), name))
    );
    node_set(arena, standard, STR("health"), standard_health(arena, service, language));
    standard_limits(arena, standard);
    set_text(arena, standard, "restart", "on_failure");
    set_text(arena, standard, "stop_grace", "30s");
    if (has_database) {
        Str database = str_concat(arena, str_replace(arena, name, STR("-"), STR("_")), STR("_db"));
        Node *given = node_get_cstr(service, "database");
        Str variable = str_concat(arena, env_prefix(arena, name), STR("_DB_NAME"));
        node_set(arena, standard, STR("database"), text_node(arena, database));
        node_set(arena, env, variable, text_node(arena, node_string_or(given, database)));
    }
    node_set(arena, standard, STR("env"), env);
    return standard;
}
