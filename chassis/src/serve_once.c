/* The short commands: migrate, replay, ask for health. */
#include <stdio.h>

#include "net/http_client.h"

#include "consumers.h"
#include "database.h"
#include "serve.h"

enum { HEALTHCHECK_MS = 3000, POOL_END_MS = 2000 };

typedef struct OnceRun {
    Runtime *runtime;
    const char *topic;
    int64_t most;
    int exit_code;
} OnceRun;

static int finish(OnceRun *run, int rc, const Error *err)
{
    if (rc < 0) {
        log_error("%s", err->message);
        run->exit_code = EXIT_ENVIRONMENT;
    }
    return rc;
}

static void migrate_fiber(void *arg)
{
    OnceRun *run = arg;
    Error err = ERROR_INIT;
    Worker *worker = &run->runtime->workers[0];
    finish(run, database_prepare(worker, &err), &err);
    pg_pool_close(worker->pool, POOL_END_MS);
}

int serve_migrate_only(Runtime *runtime)
{
    OnceRun run = { .runtime = runtime };
    if (runtime->app->database) {
        fiber_run_main(runtime->workers[0].loop, migrate_fiber, &run);
    }
    return run.exit_code;
}

static void replay_fiber(void *arg)
{
    OnceRun *run = arg;
    Error err = ERROR_INIT;
    int64_t count = 0;
    Worker *worker = &run->runtime->workers[0];
    int rc = dlq_replay(worker, str_from(run->topic), run->most, &count, &err);
    finish(run, rc, &err);
    printf("%lld replayed\n", (long long) count);
}

int serve_dlq_replay(Runtime *runtime, const char *topic, int64_t most)
{
    OnceRun run = { .runtime = runtime, .topic = topic, .most = most };
    fiber_run_main(runtime->workers[0].loop, replay_fiber, &run);
    return run.exit_code;
}

static int ask_health(Runtime *runtime, Arena *arena, int *ret_status, Error *err)
{
    const Settings *settings = &runtime->settings;
    bool is_any = str_eq(settings->http_host, STR("0.0.0.0"));
    Str host = is_any ? STR("127.0.0.1") : settings->http_host;
    HttpClient *client = NULL;
    int rc = http_client_new(runtime->workers[0].loop, NULL, &client, err);
    if (rc < 0) {
        return rc;
    }
    const HttpRequest request = {
        .method = HTTP_GET,
        .url = str_printf(
            arena,
            "http://%" STR_FMT ":%lld/health/ready",
            STR_ARG(host),
            (long long) settings->http_port
        ),
        .timeout_ms = HEALTHCHECK_MS,
    };
    HttpResponse response = { 0 };
    rc = http_fetch(client, &request, arena, &response, err);
    *ret_status = response.status;
    http_client_free(client);
    return rc;
}

static void healthcheck_fiber(void *arg)
{
    OnceRun *run = arg;
    auto_arena Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    int status = 0;
    int rc = ask_health(run->runtime, arena, &status, &err);
    if (rc < 0) {
        fprintf(stderr, "%s\n", err.message);
    }
    run->exit_code = rc == 0 && status == 200 ? EXIT_FINE : EXIT_FINDINGS;
}

int serve_healthcheck(Runtime *runtime)
{
    OnceRun run = { .runtime = runtime };
    fiber_run_main(runtime->workers[0].loop, healthcheck_fiber, &run);
    return run.exit_code;
}
