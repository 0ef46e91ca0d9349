/* One connection to Redis: replies come in the order of the commands. Commands of one turn of the
 * loop leave in one write. */
#include <hiredis/hiredis.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"

#include "redis_internal.h"

enum { BACKOFF_MS_FIRST = 100, BACKOFF_MS_MOST = 5000, HANGS_AFTER_TIMEOUTS = 2 };

static void append(RedisConn *conn, RedisRequest *request)
{
    *(conn->tail ? &conn->tail->next : &conn->head) = request;
    conn->tail = request;
    conn->redis->pending += request->expected;
}

/* Takes the head off and hands it to its fiber. */
static void complete(RedisConn *conn, int code)
{
    RedisRequest *request = conn->head;
    conn->head = request->next;
    conn->tail = conn->head ? conn->tail : NULL;
    conn->redis->pending -= request->expected;
    request->code = code;
    request->is_done = true;
    if (!request->fiber) {
        free(request);
    } else if (request->is_parked) {
        request->is_parked = false;
        fiber_wake(request->fiber, 0);
    }
    if (conn->redis->is_closing && !conn->head) {
        fiber_queue_wake_all(&conn->redis->closers, 0);
    }
}

static void take_reply(RedisConn *conn, redisReply *reply)
{
    RedisRequest *request = conn->head;
    if (request->fiber) {
        redis_copy_reply(request->arena, reply, &request->values[request->got]);
    }
    if (++request->got == request->expected) {
        complete(conn, 0);
    }
}

static void on_read(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) stream;
    RedisConn *conn = arg;
    if (!conn->redis) {
        return;
    }
    if (size == 0) {
        redis_conn_close(conn, error ? error_name(error) : "the server closed it");
        return;
    }
    redisReaderFeed(conn->reader, data, size);
    for (;;) {
        void *reply = NULL;
        if (redisReaderGetReply(conn->reader, &reply) != REDIS_OK) {
            redis_conn_close(conn, conn->reader->errstr);
            return;
        }
        if (!reply) {
            return;
        }
        if (!conn->head) {
            redis_free_reply(reply);
            redis_conn_close(conn, "an answer nobody asked for");
            return;
        }
        take_reply(conn, reply);
        redis_free_reply(reply);
    }
}

static void on_close(Stream *stream, void *arg)
{
    (void) stream;
    RedisConn *conn = arg;
    redisReaderFree(conn->reader);
    strbuf_done(&conn->out);
    free(conn);
}

static void schedule_reconnect(Redis *redis)
{
    redis->backoff_ms = redis->backoff_ms ? redis->backoff_ms * 2 : BACKOFF_MS_FIRST;
    if (redis->backoff_ms > BACKOFF_MS_MOST) {
        redis->backoff_ms = BACKOFF_MS_MOST;
    }
    int64_t half_ms = redis->backoff_ms / 2;
    timer_start(
        redis->reconnect, half_ms + (int64_t) random_below((uint64_t) redis->backoff_ms), 0
    );
}

void redis_conn_close(RedisConn *conn, const char *reason)
{
    Redis *redis = conn->redis;
    if (!redis) {
        return;
    }
    bool was_ready = conn->is_ready;
    error_set(&redis->failure, -ECONNRESET, "connection to Redis lost: %s", reason);
    redis->conn = NULL;
    while (conn->head) {
        complete(conn, -ECONNRESET);
    }
    conn->redis = NULL;
    stream_close(conn->stream);
    if (was_ready && !redis->is_closing) {
        log_warn("%s", redis->failure.message);
        redis_start_connecting(redis);
    }
}

static void flush(void *arg)
{
    Redis *redis = arg;
    RedisConn *conn = redis->conn;
    redis->has_deferred_flush = false;
    if (!conn || conn->out.len == 0) {
        return;
    }
    int rc = stream_send(conn->stream, strbuf_str(&conn->out));
    strbuf_clear(&conn->out);
    if (rc < 0) {
        redis_conn_close(conn, error_name(rc));
    }
}

/* A head that waits for so long says that the connection is dead, whatever TCP thinks. */
static void close_if_hung(RedisConn *conn)
{
    int64_t patience_ns =
        conn->redis->options.command_timeout_ms * HANGS_AFTER_TIMEOUTS * NS_PER_MS;
    if (conn->head && clock_monotonic_ns() - conn->head->start_ns >= patience_ns) {
        redis_conn_close(conn, "no answer for too long");
    }
}

/* Parks until the request is done; a fiber that gives up leaves it to the connection. */
static int wait_for(Redis *redis, RedisRequest *request)
{
    int rc = 0;
    request->is_parked = true;
    redis->users++;
    while (rc == 0 && !request->is_done) {
        rc = fiber_park_until(deadline_in_ms(redis->options.command_timeout_ms));
    }
    redis->users--;
    request->is_parked = false;
    if (request->is_done) {
        rc = request->code;
        free(request);
        return rc;
    }
    request->fiber = NULL;
    if (redis->conn) {
        close_if_hung(redis->conn);
    }
    return rc == -ETIME ? -ETIMEDOUT : rc;
}

int redis_conn_call(
    RedisConn *conn,
    Arena *arena,
    const RedisCommand *commands,
    size_t count,
    RedisValue *ret_values,
    Error *err
)
{
    Redis *redis = conn->redis;
    RedisRequest *request = MEM_NEW(RedisRequest);
    request->fiber = fiber_self();
    request->arena = arena;
    request->values = ret_values;
    request->expected = count;
    request->start_ns = clock_monotonic_ns();
    for (size_t i = 0; i < count; i++) {
        redis_encode(&conn->out, &commands[i]);
    }
    append(conn, request);
    if (!redis->has_deferred_flush) {
        redis->has_deferred_flush = true;
        loop_defer(redis->loop, flush, redis);
    }
    int rc = wait_for(redis, request);
    if (rc == -ECONNRESET) {
        return error_set(err, rc, "%s", redis->failure.message);
    }
    return rc < 0 ? error_errno(err, rc, "redis %" STR_FMT, STR_ARG(commands[0].args[0])) : 0;
}

/* AUTH and SELECT where they are asked for. */
static int greet(RedisConn *conn, Error *err)
{
    const RedisOptions *options = &conn->redis->options;
    auto_arena Arena *arena = arena_new(0);
    bool has_password = options->password && options->password[0];
    const RedisCommand commands[] = {
        has_password ? REDIS_COMMAND(STR("AUTH"), str_from(options->password))
                     : REDIS_COMMAND(STR("PING")),
        REDIS_COMMAND(STR("SELECT"), redis_int(arena, options->database)),
    };
    RedisValue values[2] = { 0 };
    int rc = redis_conn_call(conn, arena, commands, 2, values, err);
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        if (values[i].kind == REDIS_ERROR) {
            rc = redis_fail_from(err, commands[i].args[0], values[i].text);
        }
    }
    return rc;
}

static int connect_and_greet(Redis *redis, Error *err)
{
    static const StreamCallbacks callbacks = { .on_read = on_read, .on_close = on_close };
    const RedisOptions *options = &redis->options;
    Address address = { .host = options->host,
                        .port = options->port,
                        .unix_path = options->unix_path };
    Stream *stream = NULL;
    Deadline until = deadline_in_ms(options->connect_timeout_ms);
    int rc = stream_connect(redis->loop, &address, until, &stream, err);
    if (rc < 0) {
        return error_wrap(err, rc, "connect to Redis");
    }
    RedisConn *conn = MEM_NEW(RedisConn);
    conn->redis = redis;
    conn->stream = stream;
    conn->reader = redisReaderCreate();
    stream_set_callbacks(stream, &callbacks, conn);
    stream_read_start(stream);
    redis->conn = conn;
    rc = greet(conn, err);
    if (rc < 0) {
        if (redis->conn == conn) {
            redis_conn_close(conn, "it was not let in");
        }
        return error_wrap(err, rc, "connect to Redis");
    }
    if (redis->conn != conn) { /* lost with the very bytes that greeted: conn is gone */
        return error_set(err, -ECONNRESET, "connect to Redis: %s", redis->failure.message);
    }
    conn->is_ready = true;
    redis->was_ready = true;
    return 0;
}

static void connect_main(void *arg)
{
    Redis *redis = arg;
    Error err = ERROR_INIT;
    redis->users++;
    redis->connector = fiber_self();
    int rc = redis->is_closing ? -ECANCELED : connect_and_greet(redis, &err);
    redis->connector = NULL;
    redis->users--;
    bool was_down = redis->is_down;
    redis->is_down = rc < 0;
    if (rc == 0) {
        redis->backoff_ms = 0;
        if (was_down) {
            log_info("connected to Redis again");
        }
    } else {
        redis->failure = err;
        if (!was_down && !redis->is_closing) {
            log_warn("%s", err.message);
        }
        if (!redis->is_closing) {
            schedule_reconnect(redis);
        }
    }
    fiber_queue_wake_all(&redis->waiters, 1);
    redis->is_connecting = false;
    if (redis->closer) {
        fiber_wake(redis->closer, 0);
    }
}

void redis_start_connecting(Redis *redis)
{
    static const FiberOptions options = {
        .name = "redis connect",
        .deadline = DEADLINE_NEVER,
        .detached = true,
    };
    redis->is_connecting = fiber_spawn(redis->loop, &options, connect_main, redis, NULL) == 0;
    if (!redis->is_connecting) {
        schedule_reconnect(redis);
    }
}
