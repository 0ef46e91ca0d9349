/* Redis for handlers: the client's calls through the breaker, their failures in the contract's
 * codes. */
#include "kv.h"

#include <assert.h>
#include <errno.h>

#include "breaker.h"
#include "peers.h"

enum { CLOSE_MS = 2000, RETRY_AFTER_S = 1 };

int kv_open(Worker *worker, Error *err)
{
    Runtime *runtime = worker->runtime;
    const Settings *settings = &runtime->settings;
    if (runtime->app->redis == REDIS_UNUSED) {
        return 0;
    }
    worker->redis_breaker = runtime_breaker(runtime, STR("redis"));
    const RedisOptions options = {
        .host = settings->redis_host.ptr,
        .port = (int) settings->redis_port,
        .password = settings->redis_password.ptr,
        .database = (int) settings->redis_database,
        .connect_timeout_ms = settings->redis_timeout_ms,
        .command_timeout_ms = settings->redis_timeout_ms,
        .metrics = runtime->metrics,
    };
    return redis_open(worker->loop, &options, &worker->redis, err);
}

void kv_close(Worker *worker)
{
    redis_close(worker->redis, CLOSE_MS);
    worker->redis = NULL;
}

bool kv_is_open(const Worker *worker)
{
    return (redis_is_ready(worker->redis) || redis_is_starting(worker->redis)) &&
           breaker_state(worker->redis_breaker, clock_monotonic_ms()) != BREAKER_OPEN;
}

bool kv_is_up(const Context *ctx)
{
    return redis_is_ready(ctx->worker->redis) && kv_is_open(ctx->worker);
}

static int fail_unavailable(Context *ctx)
{
    ctx->failure.retry_after_s = RETRY_AFTER_S;
    return fail(ctx, FAIL_SERVICE_UNAVAILABLE, "the key-value store is not available");
}

static int fail_as_redis(Context *ctx, int rc, const Error *err)
{
    switch (rc) {
    case -ETIMEDOUT:
        return fail(ctx, FAIL_TIMEOUT, "the key-value store took too long");
    case -EINVAL:
    case -ENOENT:
        return fail_internal(ctx, "%s", err->message);
    case -ECANCELED:
        return fiber_is_canceled() ? rc : fail_internal(ctx, "%s", err->message);
    default:
        context_log(ctx, LOG_WARN, "%s", err->message);
        return fail_unavailable(ctx);
    }
}

/* A server that is away costs nothing, and the client sees at once when it is back: only what keeps
 * requests waiting, breaks off under them or answers something else counts. */
static bool is_breaking(int rc)
{
    return rc == -ETIMEDOUT || rc == -ECONNRESET || rc == -EPROTO;
}

static bool enter(Context *ctx, uint64_t *ret_ticket)
{
    assert(ctx->worker->redis && "the App says that it uses Redis");
    return breaker_allow(ctx->worker->redis_breaker, clock_monotonic_ms(), ret_ticket);
}

static int leave(Context *ctx, uint64_t ticket, int rc, const Error *err)
{
    breaker_done(ctx->worker->redis_breaker, clock_monotonic_ms(), ticket, is_breaking(rc));
    return rc < 0 ? fail_as_redis(ctx, rc, err) : 0;
}

int kv_command(Context *ctx, RedisCommand command, RedisValue *ret_value)
{
    uint64_t ticket;
    if (!enter(ctx, &ticket)) {
        return fail_unavailable(ctx);
    }
    Error err = ERROR_INIT;
    int rc = redis_command(ctx->worker->redis, ctx->arena, command, ret_value, &err);
    return leave(ctx, ticket, rc, &err);
}

int kv_multi(Context *ctx, const RedisCommand *commands, size_t count, RedisValue *ret_values)
{
    uint64_t ticket;
    if (!enter(ctx, &ticket)) {
        return fail_unavailable(ctx);
    }
    Error err = ERROR_INIT;
    int rc = redis_multi(ctx->worker->redis, ctx->arena, commands, count, ret_values, &err);
    return leave(ctx, ticket, rc, &err);
}

int kv_script(Context *ctx, const RedisScriptCall *call, RedisValue *ret_value)
{
    uint64_t ticket;
    if (!enter(ctx, &ticket)) {
        return fail_unavailable(ctx);
    }
    Error err = ERROR_INIT;
    int rc = redis_script(ctx->worker->redis, ctx->arena, call, ret_value, &err);
    return leave(ctx, ticket, rc, &err);
}

int kv_check(Context *ctx)
{
    Error err = ERROR_INIT;
    const RedisCommand ping = REDIS_COMMAND(STR("PING"));
    int rc = redis_command(ctx->worker->redis, ctx->arena, ping, NULL, &err);
    if (rc < 0) {
        return fail_as_redis(ctx, rc, &err);
    }
    breaker_close(ctx->worker->redis_breaker, clock_monotonic_ms());
    return 0;
}
