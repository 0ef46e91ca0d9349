/* The variables that every service shares, and those of what an app declares that it uses. */
#include "settings.h"

const char *const settings_environments[] = {
    "development", "test", "staging", "production", NULL
};
static const char *const log_levels[] = { "debug", "info", "warn", "error", NULL };
static const char *const auth_modes[] = { "jwt", "dev", NULL };

#define PRIVATE_NETWORKS "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"

/* One row a variable. */
/* clang-format off */
static const ConfigRow shared_rows[] = {
    CONFIG_ENUM(Settings, environment, "ENVIRONMENT", settings_environments, "development", "where this runs"),
    CONFIG_ENUM(Settings, log_level, "LOG_LEVEL", log_levels, "info", "least level that is logged"),
    CONFIG_STRING(Settings, http_host, "HTTP_HOST", NULL, "address to serve HTTP on; 0.0.0.0, with AUTH_MODE=dev 127.0.0.1"),
    CONFIG_INT(Settings, event_loops, "EVENT_LOOPS", "0", "event loops; 0: one a core", .min = 0, .max = 256),
    CONFIG_STRING(Settings, kafka_brokers, "KAFKA_BROKERS", "localhost:9092", "comma list of host:port; none: the outbox fills"),
    CONFIG_INT(Settings, kafka_partitions, "KAFKA_TOPIC_PARTITIONS", "6", "partitions of a topic that is made", .min = 1, .max = 1000),
    CONFIG_INT(Settings, kafka_replication, "KAFKA_TOPIC_REPLICATION", "1", "replicas of a topic that is made", .min = 1, .max = 10),
    CONFIG_BOOL(Settings, otel_enabled, "OTEL_ENABLED", "false", "send spans to a collector"),
    CONFIG_STRING(Settings, otel_endpoint, "OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "collector, OTLP over HTTP"),
    CONFIG_FLOAT(Settings, otel_sample_rate, "OTEL_SAMPLE_RATE", "1.0", "share of new traces that is recorded"),
    CONFIG_STRING(Settings, jwt_secret, "JWT_SECRET", SETTINGS_DEFAULT_JWT_SECRET, "signs and verifies users' tokens", .secret = true),
    CONFIG_STRING(Settings, jwt_secret_previous, "JWT_SECRET_PREVIOUS", NULL, "verifies tokens of before a rotation", .secret = true),
    CONFIG_STRING(Settings, service_jwt_secret, "SERVICE_JWT_SECRET", NULL, "signs services' tokens; derived in development", .secret = true),
    CONFIG_ENUM(Settings, auth_mode, "AUTH_MODE", auth_modes, "jwt", "dev: X-User-* headers are believed"),
    CONFIG_STRING(Settings, debug_cidrs_text, "DEBUG_ALLOWED_CIDRS", "127.0.0.0/8,::1/128", "networks that may see /debug",
                  .alias = "PPROF_ALLOWED_CIDRS"),
    CONFIG_STRING(Settings, metrics_cidrs_text, "METRICS_ALLOWED_CIDRS", PRIVATE_NETWORKS, "networks that may see /metrics"),
    CONFIG_INT(Settings, drain_seconds, "SHUTDOWN_DRAIN_SECONDS", "5", "time between SIGTERM and closed listeners", .min = 0, .max = 300),
    CONFIG_BOOL(Settings, seed_data, "SEED_DATA", "false", "put the demonstration data in; development and test only"),
    CONFIG_INT(Settings, cb_min_requests, "CB_MIN_REQUESTS", "5", "calls to a peer before its breaker may open", .min = 1, .max = 100000),
    CONFIG_FLOAT(Settings, cb_failure_ratio, "CB_FAILURE_RATIO", "0.5", "share of failed calls that opens a breaker"),
    CONFIG_INT(Settings, cb_interval_s, "CB_INTERVAL_SECONDS", "60", "time after which a closed breaker forgets", .min = 1, .max = 86400),
    CONFIG_INT(Settings, cb_timeout_s, "CB_TIMEOUT_SECONDS", "30", "time a breaker stays open", .min = 1, .max = 86400),
    CONFIG_INT(Settings, cb_max_requests, "CB_MAX_REQUESTS", "1", "calls let through half-open", .min = 1, .max = 1000),
};

static const ConfigRow database_rows[] = {
    CONFIG_STRING(Settings, pg_host, "POSTGRES_HOST", "localhost", "Postgres: host, or directory of its socket"),
    CONFIG_INT(Settings, pg_port, "POSTGRES_PORT", "5432", "Postgres: port", .min = 1, .max = 65535),
    CONFIG_STRING(Settings, pg_user, "POSTGRES_USER", "ecommerce", "Postgres: user"),
    CONFIG_STRING(Settings, pg_password, "POSTGRES_PASSWORD", SETTINGS_DEFAULT_PASSWORD, "Postgres: password", .secret = true),
    CONFIG_STRING(Settings, pg_ssl_mode, "POSTGRES_SSL_MODE", "disable", "Postgres: libpq's sslmode"),
    CONFIG_BOOL(Settings, db_auto_create, "DB_AUTO_CREATE", NULL, "create a missing database; true in development"),
    CONFIG_INT(Settings, db_max_conns, "DB_MAX_CONNS", "10", "connections of this replica", .min = 2, .max = 1000),
    CONFIG_INT(Settings, db_min_conns, "DB_MIN_CONNS", "1", "connections kept while idle", .min = 0, .max = 1000),
    CONFIG_DURATION(Settings, db_max_lifetime_ns, "DB_MAX_CONN_LIFETIME_MINUTES", "60", "age at which a connection is renewed",
                    .unit_ns = 60 * NS_PER_S, .min = NS_PER_S, .max = 86400 * NS_PER_S),
    CONFIG_DURATION(Settings, db_max_idle_ns, "DB_MAX_CONN_IDLE_TIME_MINUTES", "30", "idle time after which a connection is closed",
                    .unit_ns = 60 * NS_PER_S, .min = NS_PER_S, .max = 86400 * NS_PER_S),
    CONFIG_INT(Settings, db_statement_timeout_ms, "DB_STATEMENT_TIMEOUT_MS", "5000", "the server's bound on a statement", .min = 1, .max = 3600000),
    CONFIG_INT(Settings, db_slow_query_ms, "LOG_SLOW_QUERY_MS", "500", "a slower statement is logged", .min = 0, .max = 3600000),
};

static const ConfigRow redis_rows[] = {
    CONFIG_STRING(Settings, redis_addr, "REDIS_ADDR", "localhost:6379", "Redis: host:port"),
    CONFIG_STRING(Settings, redis_host, "REDIS_HOST", NULL, "Redis: host, read while REDIS_ADDR is unset"),
    CONFIG_INT(Settings, redis_port, "REDIS_PORT", "6379", "Redis: port beside REDIS_HOST", .min = 1, .max = 65535),
    CONFIG_STRING(Settings, redis_password, "REDIS_PASSWORD", NULL, "Redis: password", .secret = true),
    CONFIG_INT(Settings, redis_database, "REDIS_DB", "0", "Redis: database", .min = 0, .max = 1023),
    CONFIG_INT(Settings, redis_timeout_ms, "REDIS_TIMEOUT_MS", "1000", "bound on a command, and on connecting", .min = 1, .max = 60000),
};
/* clang-format on */

static ConfigRow port_row(const App *app, Arena *arena, const char *kind, int port, size_t offset)
{
    Str upper = str_upper(arena, str_from(app->name));
    return (ConfigRow) {
        .name = arena_printf(arena, "%" STR_FMT "_%s_PORT", STR_ARG(upper), kind),
        .type = CONFIG_TYPE_INT,
        .offset = offset,
        .fallback = arena_printf(arena, "%d", port),
        .help = arena_printf(arena, "port to serve %s on", kind),
        .max = 65535, /* 0: any free one, for tests */
    };
}

static ConfigRow database_name_row(const App *app, Arena *arena)
{
    Str upper = str_upper(arena, str_from(app->name));
    ConfigRow row = CONFIG_STRING(
        Settings,
        db_name,
        arena_printf(arena, "%" STR_FMT "_DB_NAME", STR_ARG(upper)),
        app->database,
        "Postgres: database"
    );
    return row;
}

typedef VEC(ConfigRow) ConfigRows;

static void add_rows(ConfigRows *rows, Arena *arena, const ConfigRow *more, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        vec_push(rows, arena, more[i]);
    }
}

const ConfigRow *settings_rows(const App *app, Arena *arena)
{
    static const ConfigRow grpc_host = CONFIG_STRING(
        Settings,
        grpc_host,
        "GRPC_HOST",
        NULL,
        "address to serve gRPC on; 0.0.0.0, with AUTH_MODE=dev 127.0.0.1"
    );
    static const ConfigRow end = CONFIG_END;
    ConfigRows rows = { 0 };
    vec_push(
        &rows, arena, port_row(app, arena, "HTTP", app->http_port, offsetof(Settings, http_port))
    );
    if (app->grpc_port) {
        vec_push(
            &rows,
            arena,
            port_row(app, arena, "GRPC", app->grpc_port, offsetof(Settings, grpc_port))
        );
        vec_push(&rows, arena, grpc_host);
    }
    add_rows(&rows, arena, shared_rows, ARRAY_LEN(shared_rows));
    if (app->database) {
        add_rows(&rows, arena, database_rows, ARRAY_LEN(database_rows));
        vec_push(&rows, arena, database_name_row(app, arena));
    }
    if (app->redis != REDIS_UNUSED) {
        add_rows(&rows, arena, redis_rows, ARRAY_LEN(redis_rows));
    }
    vec_push(&rows, arena, end);
    return rows.ptr;
}
