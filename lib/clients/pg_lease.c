/* Who gets which connection. Shared ones carry single statements; the others are leased whole,
 * first come first served: a newcomer takes an idle one only when none of those that wait was
 * promised it. */
#include <assert.h>

#include "pg_internal.h"

enum {
    PENDING_FEW = 4,     /* with fewer it is taken at once: that packs sends together */
    PENDING_MANY = 8,    /* when all have as many, another is opened */
    PENDING_MOST = 1024, /* more are refused: nobody would wait so long */
    PATIENCE_EXTRA_MS = 1000,
};

bool pg_conn_is_ready(const PgConn *conn)
{
    return conn->state == PG_CONN_READY;
}

bool pg_conn_is_ready_shared(const PgConn *conn)
{
    return conn->state == PG_CONN_READY && conn->is_shared;
}

bool pg_conn_is_connecting(const PgConn *conn)
{
    return conn->state == PG_CONN_CONNECTING;
}

bool pg_conn_is_idle(const PgConn *conn)
{
    return conn->state == PG_CONN_READY && !conn->is_shared && !conn->is_leased &&
           !conn->is_draining && !conn->is_doomed;
}

bool pg_conn_is_own(const PgConn *conn)
{
    return !conn->is_shared;
}

static bool is_connecting_own(const PgConn *conn)
{
    return pg_conn_is_connecting(conn) && !conn->is_shared;
}

static bool is_lasting_shared(const PgConn *conn)
{
    return conn->is_shared && !conn->is_retiring;
}

int64_t pg_patience_ns(const PgPool *pool)
{
    int64_t timeout_ms = pool->options.statement_timeout_ms;
    return timeout_ms > 0 ? (2 * timeout_ms + PATIENCE_EXTRA_MS) * NS_PER_MS : INT64_MAX;
}

static bool may_grow(const PgPool *pool)
{
    return !pool->is_closing && clock_monotonic_ns() >= pool->grow_after_ns;
}

void pg_pool_grow_shared(PgPool *pool)
{
    if (may_grow(pool) && pg_pool_count(pool, is_lasting_shared) < pool->options.shared_conns) {
        pg_conn_start(pool, true);
    }
}

void pg_pool_grow_leased(PgPool *pool)
{
    size_t most = pool->options.max_conns - pool->options.shared_conns;
    while (may_grow(pool) && pg_pool_count(pool, pg_conn_is_own) < most &&
           pg_pool_count(pool, is_connecting_own) + pool->handed < pool->lease_waiters.len) {
        pg_conn_start(pool, false);
    }
}

static PgConn *best_shared(PgPool *pool)
{
    PgConn *best = NULL;
    vec_foreach(at, &pool->conns) {
        PgConn *conn = *at;
        if (!pg_conn_is_ready_shared(conn) || conn->is_doomed) {
            continue;
        }
        if (!conn->is_retiring && conn->pending < PENDING_FEW) {
            return conn;
        }
        if (!best || best->is_retiring || (!conn->is_retiring && conn->pending < best->pending)) {
            best = conn;
        }
    }
    return best;
}

static int refuse(const PgPool *pool, PgError *err)
{
    if (pool->is_closing) {
        return pg_fail(err, PG_UNAVAILABLE, -ECONNREFUSED, "the pool is closed");
    }
    pg_error_copy(err, &pool->last_failure);
    return pool->last_failure.error.code;
}

int pg_pool_pick_shared(PgPool *pool, PgConn **ret_conn, PgError *err)
{
    metric_inc(pool->metrics.acquire_count);
    for (;;) {
        PgConn *conn = pool->is_closing ? NULL : best_shared(pool);
        if (conn && conn->pending >= PENDING_MOST) {
            return pg_fail(err, PG_UNAVAILABLE, -EBUSY, "Postgres is behind with its answers");
        }
        if (conn) {
            if (conn->pending >= PENDING_MANY) {
                pg_pool_grow_shared(pool);
            }
            *ret_conn = conn;
            return 0;
        }
        if (pool->is_closing || pool->is_down) {
            return refuse(pool, err);
        }
        if (pool->shared_waiters.len == 0 && pg_pool_count(pool, pg_conn_is_connecting) == 0) {
            pg_pool_grow_shared(pool);
        }
        pool->users++;
        int rc = fiber_queue_wait(&pool->shared_waiters);
        pool->users--;
        if (rc < 0) {
            metric_inc(pool->metrics.canceled_acquire_count);
            return pg_fail_park(err, rc, "wait for a connection to Postgres");
        }
    }
}

/* The one used last, so that the others may grow old and be closed. */
static PgConn *take_idle(PgPool *pool)
{
    PgConn *best = NULL;
    vec_foreach(at, &pool->conns) {
        if (pg_conn_is_idle(*at) && (!best || (*at)->idle_ns > best->idle_ns)) {
            best = *at;
        }
    }
    if (best) {
        best->is_leased = true;
    }
    return best;
}

/* Parks until an idle connection is promised, or there is a reason to look again. */
static int wait_for_lease(PgPool *pool)
{
    bool is_down = pool->is_down || (clock_monotonic_ns() < pool->grow_after_ns &&
                                     pg_pool_count(pool, pg_conn_is_own) == 0);
    if (pool->is_closing || is_down) {
        return -EHOSTDOWN;
    }
    size_t most = pool->options.max_conns - pool->options.shared_conns;
    if (pg_pool_count(pool, pg_conn_is_own) < most && may_grow(pool) &&
        pg_pool_count(pool, is_connecting_own) <= pool->lease_waiters.len) {
        pg_conn_start(pool, false);
    }
    pool->users++;
    int rc = fiber_queue_wait(&pool->lease_waiters);
    pool->users--;
    if (rc == 0) {
        pool->handed--;
    }
    return rc;
}

static int lease(PgPool *pool, PgConn **ret_conn, PgError *err)
{
    bool is_promised = false;
    for (;;) {
        bool may_take = is_promised || pg_pool_count(pool, pg_conn_is_idle) > pool->handed;
        *ret_conn = may_take && !pool->is_closing ? take_idle(pool) : NULL;
        if (*ret_conn) {
            return 0;
        }
        int rc = wait_for_lease(pool);
        if (rc == -EHOSTDOWN) {
            return refuse(pool, err);
        }
        if (rc < 0) {
            metric_inc(pool->metrics.canceled_acquire_count);
            return pg_fail_park(err, rc, "wait for a connection to Postgres");
        }
        is_promised = rc == 0;
    }
}

int pg_pool_lease(PgPool *pool, PgConn **ret_conn, PgError *err)
{
    int64_t start_ns = clock_monotonic_ns();
    bool must_wait = pg_pool_count(pool, pg_conn_is_idle) <= pool->handed;
    PgConn *conn = NULL;
    int rc = lease(pool, &conn, err);
    metric_inc(pool->metrics.acquire_count);
    metric_add(pool->metrics.acquire_duration, clock_monotonic_ns() - start_ns);
    if (must_wait) {
        metric_inc(pool->metrics.empty_acquire_count);
    }
    if (rc < 0) {
        return rc;
    }
    pg_metrics_show(pool);
    *ret_conn = conn;
    return 0;
}

void pg_pool_conn_idle(PgConn *conn)
{
    PgPool *pool = conn->pool;
    conn->is_leased = false;
    conn->is_draining = false;
    conn->idle_ns = clock_monotonic_ns();
    if (pool->is_closing) {
        pg_conn_close(conn, "the pool is closed");
        return;
    }
    if (conn->idle_ns >= conn->retire_ns) {
        metric_inc(pool->metrics.max_lifetime_destroy);
        pg_conn_close(conn, "its time is over");
        return;
    }
    if (fiber_queue_wake_one(&pool->lease_waiters, 0)) {
        pool->handed++;
    }
    pg_metrics_show(pool);
}

void pg_pool_release(PgConn *conn, PgRelease how)
{
    assert(conn->is_leased);
    conn->is_leased = false;
    if (conn->state == PG_CONN_BROKEN) {
        pg_pool_conn_closed(conn);
        return;
    }
    if (how == PG_RELEASE_CLEAN && !conn->head) {
        pg_pool_conn_idle(conn);
        return;
    }
    if (how == PG_RELEASE_DISCARD) {
        pg_conn_close(conn, "its session was discarded");
        return;
    }
    conn->is_draining = true;
    int64_t patience_ns = pg_patience_ns(conn->pool);
    conn->drain_by_ns = patience_ns < INT64_MAX ? clock_monotonic_ns() + patience_ns : INT64_MAX;
    if (!pg_conn_send_rollback(conn)) {
        pg_conn_close(conn, "its session ended half way");
    }
    pg_metrics_show(conn->pool);
}
