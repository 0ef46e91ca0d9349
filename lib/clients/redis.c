#include <assert.h>

#include "base/mem.h"
#include "observe/trace.h"

#include "redis_internal.h"

enum { MAX_PENDING_DEFAULT = 10000, TIMEOUT_MS_DEFAULT = 5000, MULTI_EXTRA = 2 };

typedef struct Observed {
    TraceSpan span;
    RedisSeries *series;
    int64_t start_ns;
} Observed;

static RedisSeries *series_of(Redis *redis, Str command)
{
    RedisSeries *series = map_get(&redis->series, command);
    if (series || !redis->commands_total) {
        return series;
    }
    series = ARENA_NEW(redis->strings, RedisSeries);
    series->ok = metric_get(redis->commands_total, METRIC_VALUES(command, STR("ok")));
    series->failed = metric_get(redis->commands_total, METRIC_VALUES(command, STR("error")));
    series->duration = metric_get(redis->command_duration, METRIC_VALUES(command));
    map_set(&redis->series, str_dup(redis->strings, command), series);
    return series;
}

static void observe_begin(Observed *observed, Redis *redis, Str command, Arena *arena)
{
    trace_begin(&observed->span, TRACE_CLIENT, STR("redis"));
    if (trace_is_recording(&observed->span)) {
        observed->span.name = str_concat(arena, STR("redis "), command);
        trace_set_text(&observed->span, "db.system", STR("redis"));
        trace_set_text(&observed->span, "db.operation", command);
    }
    observed->series = series_of(redis, command);
    observed->start_ns = clock_monotonic_ns();
}

static void observe_end(Observed *observed, int rc)
{
    if (observed->series) {
        metric_inc(rc < 0 ? observed->series->failed : observed->series->ok);
        metric_observe_since(observed->series->duration, observed->start_ns);
    }
    if (rc < 0) {
        trace_set_status(&observed->span, TRACE_ERROR, str_from(error_name(rc)));
    }
    trace_end(&observed->span);
}

static void on_reconnect(Timer *timer, void *arg)
{
    (void) timer;
    redis_start_connecting(arg);
}

static void define_metrics(Redis *redis)
{
    static const MetricSpec commands = {
        .name = "redis_commands_total",
        .help = "Commands by their outcome",
        .kind = METRIC_COUNTER,
        .labels = { "command", "result" },
    };
    static const double buckets[] = {
        .0001, .00025, .0005, .001, .0025, .005, .01, .05, .1, .5, 1
    };
    static const MetricSpec duration = {
        .name = "redis_command_duration_seconds",
        .help = "From sending a command to its answer",
        .kind = METRIC_HISTOGRAM,
        .labels = { "command" },
        .unit = 1e-9,
        .buckets = buckets,
        .bucket_count = ARRAY_LEN(buckets),
    };
    if (redis->options.metrics) {
        redis->commands_total = metrics_define(redis->options.metrics, &commands);
        redis->command_duration = metrics_define(redis->options.metrics, &duration);
    }
}

static const char *copy(Redis *redis, const char *text)
{
    return text ? arena_strdup(redis->strings, text) : NULL;
}

int redis_open(Loop *loop, const RedisOptions *options, Redis **ret_redis, Error *err)
{
    if (!options->host && !options->unix_path) {
        return error_set(err, -EINVAL, "open Redis: no host is named");
    }
    Redis *redis = MEM_NEW(Redis);
    redis->loop = loop;
    redis->strings = arena_new(0);
    redis->options = *options;
    redis->options.host = copy(redis, options->host);
    redis->options.unix_path = copy(redis, options->unix_path);
    redis->options.password = copy(redis, options->password);
    redis->options.port = options->port ? options->port : 6379;
    if (!options->connect_timeout_ms) {
        redis->options.connect_timeout_ms = TIMEOUT_MS_DEFAULT;
    }
    if (!options->command_timeout_ms) {
        redis->options.command_timeout_ms = TIMEOUT_MS_DEFAULT;
    }
    if (!options->max_pending) {
        redis->options.max_pending = MAX_PENDING_DEFAULT;
    }
    redis->reconnect = timer_new(loop, on_reconnect, redis);
    timer_unref(redis->reconnect);
    define_metrics(redis);
    redis_start_connecting(redis);
    *ret_redis = redis;
    return 0;
}

bool redis_is_ready(const Redis *redis)
{
    return redis->conn && redis->conn->is_ready;
}

bool redis_is_starting(const Redis *redis)
{
    return !redis->was_ready && !redis->is_down;
}

/* Parks until there is a connection; fails at once while the last attempt failed, unless `patient`.
 */
static int wait_for_conn(Redis *redis, bool patient, Error *err)
{
    while (!redis_is_ready(redis)) {
        if (redis->is_closing) {
            return error_set(err, -ECONNREFUSED, "Redis is closed");
        }
        if (redis->is_down && !patient) {
            return error_set(err, -ECONNREFUSED, "%s", redis->failure.message);
        }
        redis->users++;
        int rc = fiber_queue_wait(&redis->waiters);
        redis->users--;
        if (rc < 0) {
            const char *why = redis->is_down ? redis->failure.message : error_name(rc);
            return error_set(err, rc, "wait for Redis: %s", why);
        }
    }
    return 0;
}

int redis_wait_ready(Redis *redis, Error *err)
{
    return wait_for_conn(redis, true, err);
}

/* Every command goes through here. */
static int call(
    Redis *redis,
    Arena *arena,
    const RedisCommand *commands,
    size_t count,
    RedisValue *ret_values,
    Error *err
)
{
    int rc = wait_for_conn(redis, false, err);
    if (rc < 0) {
        return rc;
    }
    if (redis->pending + count > redis->options.max_pending) {
        return error_set(err, -EBUSY, "redis: %zu commands are under way", redis->pending);
    }
    return redis_conn_call(redis->conn, arena, commands, count, ret_values, err);
}

static int
one(Redis *redis, Arena *arena, const RedisCommand *command, RedisValue *ret_value, Error *err)
{
    RedisValue value = { 0 };
    int rc = call(redis, arena, command, 1, &value, err);
    if (rc == 0 && value.kind == REDIS_ERROR) {
        rc = redis_fail_from(err, command->args[0], value.text);
    }
    if (rc == 0 && ret_value) {
        *ret_value = value;
    }
    return rc;
}

int redis_command(
    Redis *redis, Arena *arena, RedisCommand command, RedisValue *ret_value, Error *err
)
{
    assert(fiber_self() && command.count > 0);
    Observed observed;
    observe_begin(&observed, redis, command.args[0], arena);
    int rc = one(redis, arena, &command, ret_value, err);
    observe_end(&observed, rc);
    return rc;
}

int redis_batch(
    Redis *redis,
    Arena *arena,
    const RedisCommand *commands,
    size_t count,
    RedisValue *ret_values,
    Error *err
)
{
    assert(fiber_self() && count > 0);
    Observed observed;
    observe_begin(&observed, redis, STR("batch"), arena);
    int rc = call(redis, arena, commands, count, ret_values, err);
    observe_end(&observed, rc);
    return rc;
}

/* EXEC's answer is the list of the commands' answers, or why there is none. */
static int take_exec(const RedisValue *exec, size_t count, RedisValue *ret_values, Error *err)
{
    if (exec->kind == REDIS_ERROR) {
        return redis_fail_from(err, STR("EXEC"), exec->text);
    }
    if (exec->kind == REDIS_NIL) {
        return error_set(err, -ECANCELED, "redis EXEC: the transaction was discarded");
    }
    if (exec->kind != REDIS_ARRAY || exec->count != count) {
        return error_set(err, -EPROTO, "redis EXEC: the answer is not the list of %zu", count);
    }
    for (size_t i = 0; i < count; i++) {
        ret_values[i] = exec->items[i];
    }
    return 0;
}

int redis_multi(
    Redis *redis,
    Arena *arena,
    const RedisCommand *commands,
    size_t count,
    RedisValue *ret_values,
    Error *err
)
{
    assert(fiber_self() && count > 0);
    RedisCommand *all = ARENA_ARRAY(arena, RedisCommand, count + MULTI_EXTRA);
    RedisValue *values = ARENA_ARRAY(arena, RedisValue, count + MULTI_EXTRA);
    all[0] = REDIS_COMMAND(STR("MULTI"));
    memcpy(&all[1], commands, count * sizeof *commands);
    all[count + 1] = REDIS_COMMAND(STR("EXEC"));
    Observed observed;
    observe_begin(&observed, redis, STR("MULTI"), arena);
    int rc = call(redis, arena, all, count + MULTI_EXTRA, values, err);
    rc = rc < 0 ? rc : take_exec(&values[count + 1], count, ret_values, err);
    observe_end(&observed, rc);
    return rc;
}

/* The script's digest on this server, which learns the script when it is asked for anew. */
static int
digest_of(Redis *redis, Arena *arena, const RedisScript *script, Str *ret_digest, Error *err)
{
    Str name = str_from(script->name);
    RedisValue *digest = map_get(&redis->digests, name);
    if (digest) {
        *ret_digest = digest->text;
        return 0;
    }
    RedisValue loaded = { 0 };
    RedisCommand command = REDIS_COMMAND(STR("SCRIPT"), STR("LOAD"), str_from(script->source));
    int rc = one(redis, arena, &command, &loaded, err);
    if (rc < 0) {
        return rc;
    }
    digest = ARENA_NEW(redis->strings, RedisValue);
    digest->text = str_dup(redis->strings, loaded.text);
    map_set(&redis->digests, name, digest);
    *ret_digest = digest->text;
    return 0;
}

static int run_script(
    Redis *redis, Arena *arena, const RedisScriptCall *script, RedisValue *ret_value, Error *err
)
{
    Str digest = { 0 };
    int rc = digest_of(redis, arena, script->script, &digest, err);
    if (rc < 0) {
        return rc;
    }
    size_t count = 3 + script->key_count + script->arg_count;
    Str *args = ARENA_ARRAY(arena, Str, count);
    args[0] = STR("EVALSHA");
    args[1] = digest;
    args[2] = redis_int(arena, (int64_t) script->key_count);
    for (size_t i = 0; i < script->key_count; i++) {
        args[3 + i] = script->keys[i];
    }
    for (size_t i = 0; i < script->arg_count; i++) {
        args[3 + script->key_count + i] = script->args[i];
    }
    RedisCommand command = { .args = args, .count = count };
    return one(redis, arena, &command, ret_value, err);
}

int redis_script(
    Redis *redis, Arena *arena, const RedisScriptCall *script, RedisValue *ret_value, Error *err
)
{
    assert(fiber_self());
    Observed observed;
    observe_begin(&observed, redis, str_from(script->script->name), arena);
    int rc = run_script(redis, arena, script, ret_value, err);
    if (rc == -ENOENT) { /* NOSCRIPT: the server was restarted, or its scripts flushed */
        map_remove(&redis->digests, str_from(script->script->name));
        rc = run_script(redis, arena, script, ret_value, err);
    }
    observe_end(&observed, rc);
    return rc;
}

Str redis_int(Arena *arena, int64_t value)
{
    return str_printf(arena, "%lld", (long long) value);
}

void redis_close(Redis *redis, int64_t timeout_ms)
{
    if (!redis) {
        return;
    }
    redis->is_closing = true;
    timer_free(redis->reconnect);
    fiber_queue_wake_all(&redis->waiters, 1);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(timeout_ms));
    int rc = 0;
    while (rc >= 0 && redis->conn && redis->conn->head) {
        rc = fiber_queue_wait(&redis->closers);
    }
    fiber_restore_deadline(former);
    if (redis->is_connecting) {
        if (redis->connector) {
            fiber_cancel(redis->connector);
        }
        redis->closer = fiber_self();
        fiber_park_uninterrupted();
    }
    if (redis->conn) {
        redis_conn_close(redis->conn, "the client was closed");
    }
    while (redis->users > 0 || redis->has_deferred_flush) {
        fiber_yield(); /* woken above, they leave as they run */
    }
    map_done(&redis->series);
    map_done(&redis->digests);
    arena_free(redis->strings);
    free(redis);
}
