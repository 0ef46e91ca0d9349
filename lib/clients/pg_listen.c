/* LISTEN on a connection outside the pool: notifications come on whichever connection listens, so
 * it may not be shared or leased. */
#include "base/log.h"
#include "base/mem.h"

#include "pg_internal.h"

enum { LISTEN_STACK_BYTES = 256 << 10, BACKOFF_MS_FIRST = 200, BACKOFF_MS_MOST = 5000 };

struct PgListener {
    PgPool *pool;
    char *sql;
    void (*fn)(Str payload, void *arg);
    void *arg;
    Fiber *fiber;
    PGconn *pq;
    Poll *poll;
    bool is_parked;
};

static void on_poll(Poll *poll, int events, int error, void *arg)
{
    (void) poll;
    (void) events;
    (void) error; /* PQconsumeInput meets it again */
    PgListener *listener = arg;
    poll_set(listener->poll, 0);
    if (listener->is_parked) {
        listener->is_parked = false;
        fiber_wake(listener->fiber, 0);
    }
}

static int wait_readable(PgListener *listener)
{
    listener->is_parked = true;
    poll_set(listener->poll, POLL_READ);
    int rc = fiber_park();
    listener->is_parked = false;
    return rc;
}

/* Sends LISTEN (a few bytes, so blocking to write them is no risk) and takes its answer. */
static int begin_listening(PgListener *listener)
{
    if (!PQsendQuery(listener->pq, listener->sql)) {
        return -ECONNRESET;
    }
    int result_rc = 0;
    for (;;) {
        while (PQisBusy(listener->pq)) {
            int rc = wait_readable(listener);
            if (rc < 0) {
                return rc;
            }
            if (!PQconsumeInput(listener->pq)) {
                return -ECONNRESET;
            }
        }
        PGresult *result = PQgetResult(listener->pq);
        if (!result) {
            return result_rc;
        }
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            result_rc = -EINVAL;
        }
        PQclear(result);
    }
}

/* Until the connection is lost or the listener is freed. */
static int hear(PgListener *listener)
{
    int rc = begin_listening(listener);
    if (rc == 0) {
        listener->fn((Str) { 0 }, listener->arg);
    }
    while (rc == 0) {
        PGnotify *notification;
        while ((notification = PQnotifies(listener->pq))) {
            listener->fn(str_from(notification->extra), listener->arg);
            PQfreemem(notification);
        }
        rc = wait_readable(listener);
        if (rc == 0 && !PQconsumeInput(listener->pq)) {
            rc = -ECONNRESET;
        }
    }
    return rc;
}

static int connect_and_hear(PgListener *listener, bool *ret_connected)
{
    PgConnecting connecting = { .fiber = fiber_self() };
    PgError err = PG_ERROR_INIT;
    int rc = pg_connect(listener->pool, &connecting, &listener->pq, &err);
    if (rc < 0) {
        log_debug("listen: %s", err.error.message);
        return rc;
    }
    *ret_connected = true;
    listener->poll = poll_new(listener->pool->loop, PQsocket(listener->pq), on_poll, listener);
    rc = listener->poll ? hear(listener) : -ENOMEM;
    poll_free(take_ptr(listener->poll));
    PQfinish(take_ptr(listener->pq));
    return rc;
}

static void listen_main(void *arg)
{
    PgListener *listener = arg;
    int64_t backoff_ms = BACKOFF_MS_FIRST;
    while (!fiber_is_canceled()) {
        bool was_connected = false;
        connect_and_hear(listener, &was_connected);
        backoff_ms = was_connected ? BACKOFF_MS_FIRST : backoff_ms * 2;
        backoff_ms = backoff_ms < BACKOFF_MS_MOST ? backoff_ms : BACKOFF_MS_MOST;
        fiber_sleep_ms(backoff_ms / 2 + (int64_t) random_below((uint64_t) backoff_ms));
    }
}

PgListener *
pg_listen(PgPool *pool, const char *channel, void (*fn)(Str payload, void *arg), void *arg)
{
    static const FiberOptions options = {
        .name = "pg listen",
        .stack_bytes = LISTEN_STACK_BYTES,
        .deadline = DEADLINE_NEVER,
        .detached = true,
    };
    PgListener *listener = MEM_NEW(PgListener);
    listener->pool = pool;
    listener->fn = fn;
    listener->arg = arg;
    auto_arena Arena *arena = arena_new(0);
    Str name = pg_quote_identifier(arena, str_from(channel));
    listener->sql = mem_printf("LISTEN %" STR_FMT, STR_ARG(name));
    if (fiber_spawn(pool->loop, &options, listen_main, listener, &listener->fiber) < 0) {
        log_error("listen %s: no fiber is free", channel);
        free(listener->sql);
        free(listener);
        return NULL;
    }
    return listener;
}

void pg_listener_free(PgListener *listener)
{
    if (listener) {
        fiber_cancel(listener->fiber);
        fiber_join(listener->fiber);
        free(listener->sql);
        free(listener);
    }
}
