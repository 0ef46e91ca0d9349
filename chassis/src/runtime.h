/* Runtime: one running service. Worker: one of its event loops, with the connections that belong to
 * that loop. Everything here is made before the first request and only read after, or says how it
 * is shared. */
#pragma once

#include <chassis/app.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "clients/kafka.h"
#include "clients/pg.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "net/grpc_server.h"
#include "net/http_server.h"
#include "observe/log_json.h"
#include "observe/metrics.h"
#include "observe/otlp.h"
#include "observe/trace.h"

#include "router.h"
#include "settings.h"

typedef struct Runtime Runtime;
typedef struct StatementCache StatementCache;
typedef struct CountCache CountCache;
typedef struct Health Health;
typedef struct HttpMetrics HttpMetrics;
typedef struct GrpcMetrics GrpcMetrics;
typedef struct Peers Peers;
typedef struct TokenCache TokenCache;
typedef struct Breaker Breaker;
typedef struct Relay Relay;
typedef struct Consumers Consumers;
typedef struct Jobs Jobs;

struct Worker {
    Runtime *runtime;
    Arena *arena;   /* as long as the worker; its thread's */
    unsigned index; /* 0: the main thread's, which also has relay, consumers and jobs */
    Loop *loop;
    pthread_t thread;
    bool has_thread;
    HttpServer *http;
    HttpServer *grpc_http; /* NULL: no gRPC */
    GrpcServer *grpc;
    PgPool *pool;           /* NULL: no database, or not yet */
    Redis *redis;           /* NULL: the app uses none */
    Breaker *redis_breaker; /* the process' */
    StatementCache *statements;
    Peers *peers;
    TokenCache *tokens;
    Map service_tokens; /* peer -> its token */
    OtlpExporter *otlp; /* worker 0 */
    Error error;        /* of its last step */
    FiberQueue orders;  /* its main fiber waits here for what to do next */
    int order;
};

typedef enum Phase {
    PHASE_STARTING,
    PHASE_READY,
    PHASE_DRAINING,
} Phase;

struct Runtime {
    const App *app;
    Arena *arena; /* as long as the process; worker 0's thread */
    Settings settings;
    void *config; /* App.config's struct */
    void *state;  /* App.start's */
    Str service;  /* "product-service" */
    Str replica;  /* this process, as it signs leases */
    Router *router;
    size_t builtin_count; /* the first routes: answered while starting, too */
    Str openapi;
    JsonLog *log;
    Tracer *tracer;
    Metrics *metrics;
    HttpMetrics *http_metrics;
    GrpcMetrics *grpc_metrics;
    CountCache *counts;
    Health *health;
    pthread_mutex_t breakers_lock;
    Map breakers; /* peer, or "redis" -> Breaker, any worker */
    Relay *relay;
    Consumers *consumers;
    Jobs *jobs;
    KafkaProducer *producer; /* worker 0; NULL: none */
    Worker *workers;
    size_t worker_count;
    size_t reports_due; /* steps of workers that worker 0 waits for; its thread's */
    FiberQueue reports;
    _Atomic int phase; /* Phase */
    int64_t started_us;
    SignalWatch *signals[2];
    int exit_code;
    bool stop_asked;       /* worker 0's thread */
    FiberQueue stop_queue; /* the main fiber waits here for the end */
};

static inline Phase runtime_phase(Runtime *runtime)
{
    return (Phase) atomic_load_explicit(&runtime->phase, memory_order_acquire);
}
