/* Start and end of a service (services.md 1.12): listeners first, so that live answers at once;
 * then the database, the service's own start, and ready. The end goes the other way. */
#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "consumers.h"
#include "database.h"
#include "health.h"
#include "jobs.h"
#include "outbox.h"
#include "telemetry.h"
#include "work.h"
#include "worker.h"

enum { REQUEST_END_MS = 15000, PRODUCER_END_MS = 5000 };

static void ask_to_stop(Runtime *runtime, int exit_code)
{
    runtime->stop_asked = true;
    runtime->exit_code = exit_code;
    fiber_queue_wake_all(&runtime->stop_queue, 0);
}

/* A second signal ends at once: someone is waiting. */
static void on_signal(int signal_number, void *arg)
{
    Runtime *runtime = arg;
    if (runtime->stop_asked) {
        _exit(128 + signal_number);
    }
    log_info("%s: draining", strsignal(signal_number));
    ask_to_stop(runtime, EXIT_FINE);
}

static void watch_signals(Runtime *runtime)
{
    Loop *loop = runtime->workers[0].loop;
    signal(SIGPIPE, SIG_IGN);
    runtime->signals[0] = signal_watch_new(loop, SIGTERM, on_signal, runtime);
    runtime->signals[1] = signal_watch_new(loop, SIGINT, on_signal, runtime);
}

static int run_hook(Runtime *runtime, int (*hook)(Runtime *runtime, Context *ctx), Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    Work work;
    work_begin(
        &work,
        &runtime->workers[0],
        arena,
        &(WorkOptions) { .kind = TRACE_INTERNAL, .name = STR("start"), .untraced = true }
    );
    int rc = hook(runtime, &work.ctx);
    work_settle(&work.ctx, rc);
    const Failure *failure = &work.ctx.failure;
    if (rc < 0) {
        Str cause = failure->cause.len ? failure->cause : failure->message;
        error_set(err, rc, "%" STR_FMT, STR_ARG(cause));
    }
    work_end(&work);
    return rc;
}

static int start_app(Runtime *runtime, Context *ctx)
{
    return runtime->app->start ? runtime->app->start(ctx, &runtime->state) : 0;
}

static int seed_app(Runtime *runtime, Context *ctx)
{
    return runtime->app->seed && runtime->settings.seed_data ? runtime->app->seed(ctx) : 0;
}

static int start_database(Runtime *runtime, Error *err)
{
    if (!runtime->app->database) {
        return 0;
    }
    int rc = database_prepare(&runtime->workers[0], err);
    return rc < 0 ? rc : workers_open_databases(runtime, err);
}

/* Health first: its first question does not wait behind the others' work on the connection. */
static int start_background(Runtime *runtime)
{
    int rc = health_start(runtime);
    if (rc == 0) {
        rc = consumers_start(runtime);
    }
    if (rc == 0 && runtime->app->database) {
        rc = relay_start(runtime);
    }
    return rc == 0 ? jobs_start(runtime) : rc;
}

static int start_all(Runtime *runtime, Error *err)
{
    int rc = start_database(runtime, err);
    if (rc == 0) {
        rc = run_hook(runtime, start_app, err);
    }
    if (rc == 0) {
        rc = run_hook(runtime, seed_app, err);
    }
    if (rc == 0) {
        rc = start_background(runtime);
    }
    return rc;
}

static void become_ready(Runtime *runtime)
{
    atomic_store(&runtime->phase, PHASE_READY);
    workers_set_health(runtime, GRPC_SERVING);
    int64_t spent_us = clock_utc_us() - runtime->started_us;
    log_info("ready after %lld ms", (long long) (spent_us / 1000));
}

static void start_fiber(void *arg)
{
    Runtime *runtime = arg;
    Error err = ERROR_INIT;
    int rc = start_all(runtime, &err);
    if (rc == 0) {
        become_ready(runtime);
    } else if (!runtime->stop_asked) {
        log_error("start: %s", err.message[0] ? err.message : error_name(rc));
        ask_to_stop(runtime, EXIT_ENVIRONMENT);
    }
}

/* With port 0 the kernel chose; the other event loops share what worker 0 got. */
static void settle_ports(Runtime *runtime)
{
    Worker *worker = &runtime->workers[0];
    Settings *settings = &runtime->settings;
    settings->http_port = http_server_port(worker->http, 0);
    JsonLogField fields[] = { LOG_INT("http_port", settings->http_port),
                              LOG_INT("event_loops", (int64_t) runtime->worker_count),
                              LOG_INT("grpc_port", 0) };
    if (worker->grpc_http) {
        settings->grpc_port = http_server_port(worker->grpc_http, 0);
        fields[2].integer = settings->grpc_port;
    }
    size_t count = worker->grpc_http ? ARRAY_LEN(fields) : ARRAY_LEN(fields) - 1;
    json_log_write(runtime->log, LOG_INFO, STR("listening"), fields, count);
}

static int open_servers(Runtime *runtime, Error *err)
{
    int rc = worker_open(&runtime->workers[0], err);
    if (rc == 0) {
        settle_ports(runtime);
        rc = workers_start(runtime, err);
    }
    return rc == 0 ? telemetry_start_export(runtime, err) : rc;
}

static void wait_for_stop(Runtime *runtime)
{
    while (!runtime->stop_asked) {
        fiber_queue_wait(&runtime->stop_queue);
    }
}

/* Load balancers need time to see that this replica is draining. */
static void drain(Runtime *runtime)
{
    bool was_ready = runtime_phase(runtime) == PHASE_READY;
    atomic_store(&runtime->phase, PHASE_DRAINING);
    workers_set_health(runtime, GRPC_NOT_SERVING);
    if (was_ready && runtime->exit_code == EXIT_FINE) {
        fiber_sleep_ms(runtime->settings.drain_seconds * 1000);
    }
    workers_drain(runtime, REQUEST_END_MS);
}

static void stop_all(Runtime *runtime)
{
    drain(runtime);
    consumers_stop(runtime);
    jobs_stop(runtime);
    relay_stop(runtime);
    health_stop(runtime);
    kafka_producer_close(runtime->producer, PRODUCER_END_MS);
    if (runtime->app->stop) {
        runtime->app->stop(runtime->state);
    }
    telemetry_stop_export(runtime);
    worker_close(&runtime->workers[0]);
    for (size_t i = 0; i < ARRAY_LEN(runtime->signals); i++) {
        signal_watch_free(runtime->signals[i]);
    }
    log_info("ended");
}

static void serve_fiber(void *arg)
{
    Runtime *runtime = arg;
    Error err = ERROR_INIT;
    watch_signals(runtime);
    Fiber *starter = NULL;
    int rc = open_servers(runtime, &err);
    if (rc == 0) {
        rc = fiber_spawn(
            runtime->workers[0].loop,
            &(FiberOptions) { .name = "start", .detached = true },
            start_fiber,
            runtime,
            &starter
        );
    }
    if (rc < 0) {
        log_error("start: %s", err.message);
        ask_to_stop(runtime, EXIT_ENVIRONMENT);
    }
    wait_for_stop(runtime);
    if (starter) {
        fiber_cancel(starter);
        fiber_join(starter);
    }
    stop_all(runtime);
}

int serve_run(Runtime *runtime)
{
    int rc = fiber_run_main(runtime->workers[0].loop, serve_fiber, runtime);
    return rc < 0 ? EXIT_BUG : runtime->exit_code;
}
