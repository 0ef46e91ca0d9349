/* What the files of the Postgres client share. */
#pragma once

#include <libpq-fe.h>

#include "base/vec.h"
#include "clients/pg.h"
#include "observe/trace.h"

enum { PG_STATEMENTS_MAX = 1024 };

/* One statement as this pool knows it. */
typedef struct PgEntry {
    const PgStatement *statement;
    unsigned index; /* of its bit in PgConn.prepared */
    int param_count;
    char *server_name; /* on each connection */
    char *span_name;   /* "db get_product" */
    Metric *duration;
    Oid types[PG_PARAMS_MAX];
} PgEntry;

/* One round trip on one connection: statements up to a Sync, or a script. It outlives its fiber:
 * when that gave up, `fiber` is NULL, and calls, arena and err are not touched any more. */
typedef struct PgRequest PgRequest;
struct PgRequest {
    PgRequest *next;
    Fiber *fiber;
    const PgCall *calls;
    size_t call_count;
    Arena *arena;
    PgError *err;
    PgRequest *prepares_for; /* a Parse sent ahead: whose error its failure is */
    PgEntry *prepared;
    size_t at; /* the call whose result comes next */
    int64_t start_ns;
    int code;       /* first failure */
    bool is_parked; /* the fiber may be woken */
    bool is_done;
    bool is_script;
    bool is_rollback; /* the connection's own, at the end of a lease */
};

typedef enum PgConnState {
    PG_CONN_CONNECTING,
    PG_CONN_READY,
    PG_CONN_BROKEN, /* leased: kept until its session ends */
} PgConnState;

struct PgConn {
    PgPool *pool;
    PGconn *pq;
    Poll *poll;
    PgConnState state;
    bool is_shared;
    bool is_leased;
    bool is_draining; /* given back with something under way */
    bool is_retiring; /* shared: replaced, closed when its last answer came */
    bool is_busy;     /* in conn_on_poll: freed by it at its end */
    bool is_doomed;
    bool is_corked; /* what is sent leaves at the end of this turn */
    bool wants_write;
    PgRequest *head, *tail; /* sent, in order */
    size_t pending;
    int64_t born_ns, retire_ns, idle_ns; /* monotonic */
    int64_t drain_by_ns;
    int64_t progress_ns; /* the last answer came, or something was sent after a pause */
    uint64_t prepared[PG_STATEMENTS_MAX / 64];
};

/* A fiber that connects; aborted by fiber_cancel. */
typedef struct PgConnecting {
    Fiber *fiber;
    bool is_waiting; /* for the socket: may be woken */
} PgConnecting;

typedef struct PgPoolMetrics {
    Metric *acquired, *idle, *total, *max, *constructing;
    Metric *acquire_count, *canceled_acquire_count, *empty_acquire_count;
    Metric *new_connections, *max_lifetime_destroy, *max_idle_destroy, *acquire_duration;
    MetricFamily *query_duration;
    int64_t shown_acquired, shown_idle, shown_total, shown_constructing;
} PgPoolMetrics;

struct PgPool {
    Loop *loop;
    Arena *strings; /* what the options' texts were copied to */
    PgPoolOptions options;
    VEC(PgConn *) conns;
    VEC(PgEntry *) entries;
    PgEntry *entry_slots[2 * PG_STATEMENTS_MAX]; /* by address */
    FiberQueue shared_waiters;                   /* for any shared connection */
    FiberQueue lease_waiters;
    size_t users;  /* fibers parked in a function of the pool */
    size_t handed; /* lease waiters woken for an idle connection that did not run yet */
    VEC(PgConnecting *) connecting;
    FiberQueue closers; /* pg_pool_close, while work may end */
    Fiber *closer;      /* the same, while attempts to connect end */
    bool has_corked;    /* uncork_all is due */
    Timer *maintenance;
    Timer *reconnect;
    int64_t backoff_ms;
    int64_t grow_after_ns; /* no further connection before */
    bool was_ready;        /* ever */
    bool is_down;          /* no connection, and the last attempt failed */
    bool is_closing;
    PgError last_failure; /* of connecting */
    PgPoolMetrics metrics;
    PgRequest *free_requests;
};

/* pg_error.c. All return the code, which is negative. */
int pg_fail(PgError *err, PgErrorKind kind, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int pg_fail_from_result(PgError *err, const PGresult *result, const char *what);
int pg_fail_connect(PgError *err, PGconn *pq);
/* What a park that ended early means. */
int pg_fail_park(PgError *err, int code, const char *what);
void pg_error_copy(PgError *err, const PgError *from);

/* pg_connect.c: a PGconn, from a fiber, within the pool's connect timeout. */
int pg_connect(PgPool *pool, PgConnecting *connecting, PGconn **ret_pq, PgError *err);

/* pg_conn.c: one connection's pipeline. */
void pg_conn_start(PgPool *pool, bool is_shared);
/* Sends the calls as one group and parks for the answer. */
int pg_conn_call(PgConn *conn, Arena *arena, const PgCall *calls, size_t count, PgError *err);
int pg_conn_script(PgConn *conn, const char *sql, PgError *err);
/* Sends ROLLBACK for nobody; false: the connection can't take it. */
bool pg_conn_send_rollback(PgConn *conn);
/* Ends it: whoever waits gets -ECONNRESET. A leased one stays as BROKEN until its session ends. */
void pg_conn_close(PgConn *conn, const char *reason);

/* pg_pool.c: what a connection tells its pool. The last two free it. */
void pg_pool_conn_ready(PgConn *conn);
void pg_pool_conn_closed(PgConn *conn);
void pg_pool_connect_failed(PgConn *conn, const PgError *err);
/* A lease ended, or its rollback came back. */
void pg_pool_conn_idle(PgConn *conn);
/* After a shared connection's last answer. */
void pg_pool_conn_quiet(PgConn *conn);
size_t pg_pool_count(const PgPool *pool, bool (*matches)(const PgConn *conn));
PgEntry *pg_pool_entry(PgPool *pool, const PgStatement *statement);

/* pg_lease.c: who gets which connection. */
typedef enum PgRelease {
    PG_RELEASE_CLEAN,
    PG_RELEASE_ROLLBACK, /* a transaction or an answer is open */
    PG_RELEASE_DISCARD,
} PgRelease;
int pg_pool_pick_shared(PgPool *pool, PgConn **ret_conn, PgError *err);
int pg_pool_lease(PgPool *pool, PgConn **ret_conn, PgError *err);
void pg_pool_release(PgConn *conn, PgRelease how);
/* Starts connections for those who wait, as far as the options allow. */
void pg_pool_grow_shared(PgPool *pool);
void pg_pool_grow_leased(PgPool *pool);
/* How long a server that lives may take for one statement; INT64_MAX: there is no timeout. */
int64_t pg_patience_ns(const PgPool *pool);
bool pg_conn_is_ready(const PgConn *conn);
bool pg_conn_is_ready_shared(const PgConn *conn);
bool pg_conn_is_connecting(const PgConn *conn);
bool pg_conn_is_idle(const PgConn *conn);
bool pg_conn_is_own(const PgConn *conn); /* not shared */

/* pg_metrics.c */
void pg_metrics_define(PgPool *pool);
/* Brings the gauges, which all pools of the process share, up to this pool's numbers. */
void pg_metrics_show(PgPool *pool);
void pg_metrics_query(PgPool *pool, const PgEntry *entry, int64_t start_ns);

/* pg_query.c: pg_conn_call in a span, with its line when it is slow. */
int pg_conn_call_observed(
    PgConn *conn, Arena *arena, const PgCall *calls, size_t count, PgError *err
);

/* pg_send.c: the wire side of one call. */
bool pg_send_prepare(PgConn *conn, const PgEntry *entry);
bool pg_send_call(PgConn *conn, const PgEntry *entry, const PgCall *call, Arena *arena);
static inline bool pg_conn_is_prepared(const PgConn *conn, const PgEntry *entry)
{
    return conn->prepared[entry->index / 64] >> entry->index % 64 & 1;
}
static inline void pg_conn_set_prepared(PgConn *conn, const PgEntry *entry, bool is_prepared)
{
    uint64_t bit = (uint64_t) 1 << entry->index % 64;
    if (is_prepared) {
        conn->prepared[entry->index / 64] |= bit;
    } else {
        conn->prepared[entry->index / 64] &= ~bit;
    }
}

/* One of the statements that open a transaction. */
bool pg_statement_is_begin(const PgStatement *statement);
