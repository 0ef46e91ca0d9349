/* App: a service in one table. A service's main.c is this table and
 *
 *     int main(int argc, char **argv) { return app_main(&app, argc, argv); }
 *
 * app_main reads the configuration, serves HTTP and gRPC on one event loop a core, applies the
 * migrations, relays the outbox, consumes, runs jobs, answers health, metrics and openapi.json, and
 * ends gracefully on SIGTERM (services.md 1.12). Options: --print-config, --healthcheck, --version,
 * --migrate-only, --dlq-replay TOPIC [--max N], --help. Exit codes: 0 ended as asked, 2
 * configuration or usage, 3 the database could not be reached or migrated, 70 a bug. */
#pragma once

#include <chassis/auth.h>
#include <chassis/base.h>
#include <chassis/config.h>
#include <chassis/context.h>
#include <chassis/db.h>
#include <chassis/events.h>
#include <chassis/grpc.h>
#include <chassis/health.h>
#include <chassis/http.h>
#include <chassis/jobs.h>
#include <chassis/kv.h>

/* One file of migrations/, embedded at build time by tools/embed_files.py. */
typedef struct Migration {
    int version; /* NNNN of NNNN_name.sql */
    const char *name;
    const char *sql;
} Migration;
#define MIGRATION_END { .sql = NULL }

typedef struct App {
    const char *name;    /* "product"; events and tokens say "product-service" */
    const char *summary; /* one sentence, for --help and OpenAPI */
    int http_port;
    int grpc_port;                                /* 0: no gRPC */
    const char *database;                         /* "product_db"; NULL: no Postgres */
    RedisUse redis;                               /* REDIS_UNUSED, or how much depends on it */
    const ConfigRow *config;                      /* the service's own rows; NULL: none */
    size_t config_bytes;                          /* of the struct they fill */
    const Migration *migrations;                  /* ends with MIGRATION_END */
    const Route *const *routes;                   /* NULL-terminated list of tables */
    const RpcService *const *grpc;                /* NULL-terminated */
    const char *const *publishes;                 /* topics, NULL-terminated */
    const Consumer *consumers;                    /* ends with CONSUMER_END */
    const Job *jobs;                              /* ends with JOB_END */
    const HealthCheck *checks;                    /* ends with HEALTH_CHECK_END */
    int (*start)(Context *ctx, void **ret_state); /* once, after the migrations, before ready */
    void (*stop)(void *state);                    /* once, after the last handler */
    int (*seed)(Context *ctx);                    /* SEED_DATA=true; must be repeatable */
} App;

int app_main(const App *app, int argc, char **argv);
