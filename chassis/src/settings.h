/* Settings: the variables that every service shares (services.md 1.2), read and checked once. */
#pragma once

#include <chassis/app.h>

#include "cidr.h"
#include "config.h"

typedef enum Environment {
    ENV_DEVELOPMENT,
    ENV_TEST,
    ENV_STAGING,
    ENV_PRODUCTION,
} Environment;

extern const char *const settings_environments[]; /* in the enum's order, then NULL */

/* What a laptop starts with, and production refuses. */
#define SETTINGS_DEFAULT_PASSWORD   "ecommerce_secret"
#define SETTINGS_DEFAULT_JWT_SECRET "change-this-to-a-secure-secret"

typedef enum AuthMode {
    AUTH_MODE_JWT,
    AUTH_MODE_DEV,
} AuthMode;

typedef struct Settings {
    int environment; /* Environment */
    int log_level;   /* LogLevel */
    Str http_host, grpc_host;
    int64_t http_port, grpc_port;
    int64_t event_loops; /* 0: one a core */

    Str pg_host, pg_user, pg_password, pg_ssl_mode, db_name;
    int64_t pg_port;
    bool db_auto_create;
    int64_t db_max_conns, db_min_conns;
    int64_t db_max_lifetime_ns, db_max_idle_ns;
    int64_t db_statement_timeout_ms, db_slow_query_ms;

    Str redis_addr; /* as it was given; where it leads are host and port */
    Str redis_host, redis_password;
    int64_t redis_port, redis_database, redis_timeout_ms;

    Str kafka_brokers;
    int64_t kafka_partitions, kafka_replication;

    bool otel_enabled;
    Str otel_endpoint;
    double otel_sample_rate;

    Str jwt_secret, jwt_secret_previous, service_jwt_secret;
    int auth_mode; /* AuthMode */
    Str debug_cidrs_text, metrics_cidrs_text;
    CidrList debug_cidrs, metrics_cidrs;

    int64_t drain_seconds;
    bool seed_data;

    int64_t cb_min_requests, cb_interval_s, cb_timeout_s, cb_max_requests;
    double cb_failure_ratio;
} Settings;

/* The rows of this app: names carry the service, defaults its ports. On the arena. */
const ConfigRow *settings_rows(const App *app, Arena *arena);
/* Reads, derives and checks; false with every problem in source->problems. */
bool settings_read(const App *app, const ConfigSource *source, Settings *ret_settings);
bool settings_is_local(const Settings *settings); /* development or test */
Str settings_environment_name(const Settings *settings);
/* KAFKA_BROKERS=none: the outbox fills. */
bool settings_has_kafka(const Settings *settings);
