/* The pool's life: opening, keeping connections up and fresh, closing. */
#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

#include "pg_internal.h"

enum {
    MAINTENANCE_MS_LEAST = 50,
    MAINTENANCE_MS_MOST = 5000,
    MAINTENANCES_A_TIME = 4, /* in the shortest time that is to be kept */
    BACKOFF_MS_FIRST = 100,
    BACKOFF_MS_MOST = 5000,
    JITTER_PERCENT = 10,
};

size_t pg_pool_count(const PgPool *pool, bool (*matches)(const PgConn *conn))
{
    size_t count = 0;
    vec_foreach(conn, &pool->conns) {
        count += matches(*conn);
    }
    return count;
}

/* The statement's entry, by address; `slot` is where it stands or belongs. */
static PgEntry **entry_slot(PgPool *pool, const PgStatement *statement)
{
    size_t mask = ARRAY_LEN(pool->entry_slots) - 1;
    size_t at = ((uintptr_t) statement >> 4) * 0x9E3779B97F4A7C15U >> 20 & mask;
    while (pool->entry_slots[at] && pool->entry_slots[at]->statement != statement) {
        at = (at + 1) & mask;
    }
    return &pool->entry_slots[at];
}

static PgEntry *entry_new(PgPool *pool, const PgStatement *statement)
{
    assert(pool->entries.len < PG_STATEMENTS_MAX);
    PgEntry *entry = ARENA_NEW(pool->strings, PgEntry);
    entry->statement = statement;
    entry->index = (unsigned) pool->entries.len;
    while (entry->param_count < PG_PARAMS_MAX && statement->params[entry->param_count]) {
        entry->types[entry->param_count] = (Oid) statement->params[entry->param_count];
        entry->param_count++;
    }
    /* The number keeps two statements of one name apart. */
    entry->server_name = arena_printf(pool->strings, "%s_%u", statement->name, entry->index);
    entry->span_name = arena_printf(pool->strings, "db %s", statement->name);
    if (pool->metrics.query_duration) {
        entry->duration =
            metric_get(pool->metrics.query_duration, METRIC_VALUES(str_from(statement->name)));
    }
    vec_push(&pool->entries, NULL, entry);
    return entry;
}

PgEntry *pg_pool_entry(PgPool *pool, const PgStatement *statement)
{
    PgEntry **slot = entry_slot(pool, statement);
    if (!*slot) {
        *slot = entry_new(pool, statement);
    }
    return *slot;
}

static int64_t jittered_ns(int64_t ms)
{
    int64_t spread = ms * JITTER_PERCENT / 100;
    return (ms - spread + (int64_t) random_below((uint64_t) (2 * spread) + 1)) * NS_PER_MS;
}

static void look_again(PgPool *pool)
{
    fiber_queue_wake_all(&pool->shared_waiters, 1);
    fiber_queue_wake_all(&pool->lease_waiters, 1);
}

static void tell_closer(PgPool *pool)
{
    fiber_queue_wake_all(&pool->closers, 0);
    if (pool->closer && pg_pool_count(pool, pg_conn_is_connecting) == 0) {
        Fiber *closer = take_ptr(pool->closer);
        fiber_wake(closer, 0);
    }
}

static void forget(PgConn *conn)
{
    PgPool *pool = conn->pool;
    size_t at = 0;
    while (pool->conns.ptr[at] != conn) {
        at++;
    }
    vec_remove(&pool->conns, at);
    free(conn);
    pg_metrics_show(pool);
    tell_closer(pool);
}

static void close_retired(PgPool *pool)
{
    for (size_t i = pool->conns.len; i-- > 0;) {
        PgConn *conn = pool->conns.ptr[i];
        if (conn->is_retiring && !conn->head) {
            pg_conn_close(conn, "its time is over");
        }
    }
}

void pg_pool_conn_ready(PgConn *conn)
{
    PgPool *pool = conn->pool;
    conn->retire_ns = conn->born_ns + jittered_ns(pool->options.max_lifetime_ms);
    if (pool->is_down) {
        log_info("connected to Postgres again");
    }
    pool->is_down = false;
    pool->was_ready = true;
    pool->backoff_ms = 0;
    pool->grow_after_ns = 0;
    metric_inc(pool->metrics.new_connections);
    pg_metrics_show(pool);
    if (conn->is_shared) {
        fiber_queue_wake_all(&pool->shared_waiters, 1);
        close_retired(pool);
    } else {
        pg_pool_conn_idle(conn);
        fiber_queue_wake_all(&pool->shared_waiters, 1); /* pg_pool_wait_ready */
    }
}

static void schedule_reconnect(PgPool *pool)
{
    pool->backoff_ms = pool->backoff_ms ? pool->backoff_ms * 2 : BACKOFF_MS_FIRST;
    if (pool->backoff_ms > BACKOFF_MS_MOST) {
        pool->backoff_ms = BACKOFF_MS_MOST;
    }
    int64_t wait_ns = jittered_ns(pool->backoff_ms);
    pool->grow_after_ns = clock_monotonic_ns() + wait_ns;
    timer_start(pool->reconnect, wait_ns / NS_PER_MS + 1, 0);
}

void pg_pool_connect_failed(PgConn *conn, const PgError *err)
{
    PgPool *pool = conn->pool;
    pool->last_failure = *err;
    forget(conn);
    if (pool->is_closing) {
        return;
    }
    if (!pool->is_down) {
        log_warn("%s", err->error.message);
    }
    pool->is_down = pg_pool_count(pool, pg_conn_is_ready) == 0;
    schedule_reconnect(pool);
    look_again(pool);
}

void pg_pool_conn_closed(PgConn *conn)
{
    PgPool *pool = conn->pool;
    forget(conn);
    if (!pool->is_closing) {
        if (pg_pool_count(pool, pg_conn_is_ready_shared) == 0) {
            pg_pool_grow_shared(pool);
        }
        pg_pool_grow_leased(pool);
    }
}

void pg_pool_conn_quiet(PgConn *conn)
{
    PgPool *pool = conn->pool;
    if (conn->is_retiring && pg_pool_count(pool, pg_conn_is_ready_shared) > 1) {
        pg_conn_close(conn, "its time is over");
    } else if (pool->is_closing) {
        tell_closer(pool);
    }
}

static void on_reconnect(Timer *timer, void *arg)
{
    (void) timer;
    PgPool *pool = arg;
    pool->grow_after_ns = 0;
    if (pg_pool_count(pool, pg_conn_is_ready_shared) == 0) {
        pg_pool_grow_shared(pool);
    }
    pg_pool_grow_leased(pool);
}

/* Its successor is opened first; see close_retired. */
static void maintain_shared(PgPool *pool, PgConn *conn, int64_t now_ns)
{
    int64_t patience_ns = pg_patience_ns(pool);
    if (conn->head && patience_ns < INT64_MAX && now_ns - conn->progress_ns >= patience_ns) {
        pg_conn_close(conn, "no answer for too long");
        return;
    }
    if (now_ns >= conn->retire_ns) {
        metric_add(pool->metrics.max_lifetime_destroy, !conn->is_retiring);
        conn->is_retiring = true;
        pg_pool_grow_shared(pool);
    }
}

static void maintain_own(PgPool *pool, PgConn *conn, int64_t now_ns)
{
    bool is_old = now_ns >= conn->retire_ns;
    bool is_stale = now_ns - conn->idle_ns >= jittered_ns(pool->options.max_idle_ms) &&
                    pool->conns.len > pool->options.min_conns;
    if (conn->is_draining && now_ns >= conn->drain_by_ns) {
        pg_conn_close(conn, "its last statement does not end");
    } else if (pg_conn_is_idle(conn) && (is_old || is_stale)) {
        metric_inc(is_old ? pool->metrics.max_lifetime_destroy : pool->metrics.max_idle_destroy);
        pg_conn_close(conn, "its time is over");
    }
}

static void maintain(PgPool *pool, PgConn *conn, int64_t now_ns)
{
    if (conn->state == PG_CONN_READY) {
        (conn->is_shared ? maintain_shared : maintain_own)(pool, conn, now_ns);
    }
}

static void on_maintenance(Timer *timer, void *arg)
{
    (void) timer;
    PgPool *pool = arg;
    int64_t now_ns = clock_monotonic_ns();
    for (size_t i = pool->conns.len; i-- > 0;) {
        if (i < pool->conns.len) { /* closing one may have closed another */
            maintain(pool, pool->conns.ptr[i], now_ns);
        }
    }
}

static const char *copy(PgPool *pool, const char *text)
{
    return text ? arena_strdup(pool->strings, text) : NULL;
}

static int64_t or_default(int64_t value, int64_t fallback)
{
    return value ? value : fallback;
}

static void copy_options(PgPool *pool, const PgPoolOptions *from)
{
    PgPoolOptions *options = &pool->options;
    *options = *from;
    options->host = copy(pool, from->host ? from->host : "localhost");
    options->port = from->port ? from->port : 5432;
    options->user = copy(pool, from->user);
    options->password = copy(pool, from->password);
    options->database = copy(pool, from->database);
    options->ssl_mode = copy(pool, from->ssl_mode ? from->ssl_mode : "disable");
    options->application_name = copy(pool, from->application_name);
    options->shared_conns = from->shared_conns ? from->shared_conns : 2;
    options->max_conns = from->max_conns ? from->max_conns : 10;
    options->min_conns = from->min_conns ? from->min_conns : 1;
    options->max_lifetime_ms = or_default(from->max_lifetime_ms, 3600 * 1000);
    options->max_idle_ms = or_default(from->max_idle_ms, 1800 * 1000);
    options->statement_timeout_ms = or_default(from->statement_timeout_ms, 5000);
    options->connect_timeout_ms = or_default(from->connect_timeout_ms, 5000);
    options->slow_query_ms = or_default(from->slow_query_ms, 500);
    if (options->shared_conns >= options->max_conns) {
        options->shared_conns = options->max_conns > 1 ? options->max_conns - 1 : 1;
        options->max_conns = options->shared_conns + 1;
    }
}

static int64_t maintenance_ms(const PgPool *pool)
{
    const PgPoolOptions *options = &pool->options;
    int64_t patience_ms = pg_patience_ns(pool) / NS_PER_MS;
    int64_t shortest = options->max_lifetime_ms;
    shortest = options->max_idle_ms < shortest ? options->max_idle_ms : shortest;
    shortest = patience_ms < shortest ? patience_ms : shortest;
    int64_t ms = shortest / MAINTENANCES_A_TIME;
    ms = ms < MAINTENANCE_MS_MOST ? ms : MAINTENANCE_MS_MOST;
    return ms > MAINTENANCE_MS_LEAST ? ms : MAINTENANCE_MS_LEAST;
}

int pg_pool_open(Loop *loop, const PgPoolOptions *options, PgPool **ret_pool, Error *err)
{
    if (!options->database || !options->user) {
        return error_set(err, -EINVAL, "open a pool: no database or user is named");
    }
    PgPool *pool = MEM_NEW(PgPool);
    pool->loop = loop;
    pool->strings = arena_new(0);
    copy_options(pool, options);
    pg_metrics_define(pool);
    pool->maintenance = timer_new(loop, on_maintenance, pool);
    pool->reconnect = timer_new(loop, on_reconnect, pool);
    timer_unref(pool->maintenance);
    timer_unref(pool->reconnect);
    int64_t every_ms = maintenance_ms(pool);
    timer_start(pool->maintenance, every_ms, every_ms);
    pg_pool_grow_shared(pool);
    *ret_pool = pool;
    return 0;
}

bool pg_pool_is_ready(const PgPool *pool)
{
    return pg_pool_count(pool, pg_conn_is_ready) > 0;
}

bool pg_pool_is_starting(const PgPool *pool)
{
    return !pool->was_ready && !pool->last_failure.error.code;
}

static int wait_ready(PgPool *pool, bool once, Error *err)
{
    while (!pg_pool_is_ready(pool)) {
        pool->users++;
        int rc = pool->is_closing ? -ECANCELED : fiber_queue_wait(&pool->shared_waiters);
        pool->users--;
        if ((rc < 0 || once) && pool->is_down) {
            return error_set(
                err, pool->last_failure.error.code, "%s", pool->last_failure.error.message
            );
        }
        if (rc < 0) {
            return error_errno(err, rc, "wait for Postgres");
        }
    }
    return 0;
}

int pg_pool_wait_ready(PgPool *pool, Error *err)
{
    return wait_ready(pool, false, err);
}

int pg_pool_wait_tried(PgPool *pool, Error *err)
{
    return wait_ready(pool, true, err);
}

static bool is_working(const PgConn *conn)
{
    return conn->head || conn->is_leased;
}

/* Lets what was sent be answered. */
static void wait_for_work(PgPool *pool, int64_t timeout_ms)
{
    Deadline former = fiber_narrow_deadline(deadline_in_ms(timeout_ms));
    int rc = 0;
    while (rc >= 0 && pg_pool_count(pool, is_working) > 0) {
        rc = fiber_queue_wait(&pool->closers);
    }
    fiber_restore_deadline(former);
}

static void wait_for_connecting(PgPool *pool)
{
    vec_foreach(connecting, &pool->connecting) {
        fiber_cancel((*connecting)->fiber);
    }
    if (pg_pool_count(pool, pg_conn_is_connecting) > 0) {
        pool->closer = fiber_self();
        fiber_park_uninterrupted();
    }
}

static void pool_free(PgPool *pool)
{
    while (pool->free_requests) {
        PgRequest *next = pool->free_requests->next;
        free(pool->free_requests);
        pool->free_requests = next;
    }
    vec_done(&pool->conns);
    vec_done(&pool->entries);
    vec_done(&pool->connecting);
    arena_free(pool->strings);
    free(pool);
}

void pg_pool_close(PgPool *pool, int64_t timeout_ms)
{
    if (!pool) {
        return;
    }
    pool->is_closing = true;
    timer_free(pool->maintenance);
    timer_free(pool->reconnect);
    look_again(pool);
    wait_for_work(pool, timeout_ms);
    wait_for_connecting(pool);
    while (pool->conns.len > 0) {
        assert(!(*vec_last(&pool->conns))->is_leased);
        pg_conn_close(*vec_last(&pool->conns), "the pool was closed");
    }
    while (pool->users > 0 || pool->has_corked) {
        fiber_yield(); /* woken above, they leave as they run */
    }
    pool_free(pool);
}
