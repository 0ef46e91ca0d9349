#include "runtime.h"

#include <sched.h>

#include "base/random.h"

#include "breaker.h"
#include "build_info.h"
#include "builtin.h"
#include "db.h"
#include "exchange.h"
#include "health.h"
#include "openapi.h"
#include "rpc.h"
#include "serve.h"
#include "telemetry.h"
#include "token_cache.h"

enum { LOOPS_MAX = 64 };

static size_t count_loops(const Settings *settings)
{
    if (settings->event_loops > 0) {
        return (size_t) settings->event_loops;
    }
    cpu_set_t cpus;
    int count = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
    return (size_t) (count < LOOPS_MAX ? count : LOOPS_MAX);
}

static size_t add_routes(Router *router, const Route *routes)
{
    for (const Route *route = routes; route->handle; route++) {
        router_add(router, route);
    }
    return router_count(router);
}

static void build_router(Runtime *runtime)
{
    const App *app = runtime->app;
    runtime->router = router_new(runtime->arena);
    runtime->builtin_count = add_routes(runtime->router, builtin_routes);
    for (size_t i = 0; app->routes && app->routes[i]; i++) {
        add_routes(runtime->router, app->routes[i]);
    }
}

static void write_openapi(Runtime *runtime)
{
    StrBuf out = STRBUF_ON_ARENA(runtime->arena);
    openapi_write(
        &out,
        runtime->router,
        &(OpenapiInfo) { .title = runtime->service,
                         .summary = str_from(runtime->app->summary),
                         .version = STR(BUILD_VERSION) }
    );
    runtime->openapi = strbuf_str(&out);
}

int runtime_init(Runtime *runtime, Error *err)
{
    int rc = telemetry_open(runtime, err);
    if (rc < 0) {
        return rc;
    }
    pthread_mutex_init(&runtime->breakers_lock, NULL);
    runtime->replica = uuid_to_str(runtime->arena, uuid_make_v7());
    build_router(runtime);
    write_openapi(runtime);
    runtime->http_metrics = http_metrics_new(runtime->metrics, runtime->router);
    runtime->grpc_metrics = runtime->app->grpc_port ? grpc_metrics_new(runtime->metrics) : NULL;
    runtime->counts = count_cache_new();
    runtime->worker_count = count_loops(&runtime->settings);
    runtime->workers = ARENA_ARRAY(runtime->arena, Worker, runtime->worker_count);
    for (size_t i = 0; i < runtime->worker_count; i++) {
        Worker *worker = &runtime->workers[i];
        worker->runtime = runtime;
        worker->index = (unsigned) i;
        worker->arena = arena_new(0);
        worker->service_tokens.arena = worker->arena;
        worker->tokens = token_cache_new();
    }
    runtime->health = health_new(runtime);
    return loop_new(&runtime->workers[0].loop, err);
}

static void free_breakers(Runtime *runtime)
{
    map_foreach(entry, &runtime->breakers) {
        breaker_free(entry->value);
        free((void *) (uintptr_t) entry->key.ptr);
    }
    map_done(&runtime->breakers);
}

void runtime_done(Runtime *runtime)
{
    if (runtime->workers && runtime->workers[0].loop) {
        loop_free(runtime->workers[0].loop);
    }
    for (size_t i = 0; i < runtime->worker_count; i++) {
        token_cache_free(runtime->workers[i].tokens);
        arena_free(runtime->workers[i].arena);
    }
    free_breakers(runtime);
    http_metrics_free(runtime->http_metrics);
    free(runtime->grpc_metrics);
    count_cache_free(runtime->counts);
    telemetry_close(runtime);
    metrics_free(runtime->metrics);
}
