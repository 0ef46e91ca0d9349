/* One connection's pipeline. Each request is a group of statements ended by a Sync, so that its
 * failure ends at its own Sync and touches no other fiber's statement behind it. Answers come in
 * the order sent. */
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"

#include "pg_internal.h"

/* libpq, TLS and the name service want more stack than a handler. */
enum { CONNECT_STACK_BYTES = 256 << 10, NULLS_MAX = 3 };

static PgRequest *request_new(PgPool *pool)
{
    PgRequest *request = pool->free_requests;
    if (!request) {
        return MEM_NEW(PgRequest);
    }
    pool->free_requests = request->next;
    *request = (PgRequest) { 0 };
    return request;
}

static void request_free(PgPool *pool, PgRequest *request)
{
    request->next = pool->free_requests;
    pool->free_requests = request;
}

static void append(PgConn *conn, PgRequest *request)
{
    if (!conn->head) {
        conn->progress_ns = clock_monotonic_ns();
    }
    *(conn->tail ? &conn->tail->next : &conn->head) = request;
    conn->tail = request;
    conn->pending++;
}

static void fail(PgRequest *request, int code, const PgError *err)
{
    if (!request->code) {
        request->code = code;
        if (request->fiber) {
            pg_error_copy(request->err, err);
        }
    }
}

/* Takes the head off and hands it to its fiber. */
static void complete(PgConn *conn)
{
    PgRequest *request = conn->head;
    conn->head = request->next;
    conn->tail = conn->head ? conn->tail : NULL;
    conn->pending--;
    conn->progress_ns = clock_monotonic_ns();
    request->next = NULL;
    request->is_done = true;
    if (request->prepared && request->code) {
        pg_conn_set_prepared(conn, request->prepared, false);
    }
    bool is_rollback = request->is_rollback;
    if (!request->fiber) {
        request_free(conn->pool, request);
    } else if (request->is_parked) {
        request->is_parked = false;
        fiber_wake(request->fiber, 0);
    }
    if (is_rollback && conn->state == PG_CONN_READY) {
        pg_pool_conn_idle(conn);
    }
}

static void on_arena_end(void *result)
{
    PQclear(result);
}

static void keep_result(PgRequest *request, PGresult *result)
{
    bool is_wanted = request->fiber && !request->is_script && request->at < request->call_count;
    PgResult *kept = is_wanted ? request->calls[request->at].ret_result : NULL;
    if (!kept) {
        PQclear(result);
        return;
    }
    arena_on_end(request->arena, on_arena_end, result);
    int64_t affected = 0;
    str_to_int64(str_from(PQcmdTuples(result)), &affected);
    *kept = (PgResult) { .handle = result, .rows = PQntuples(result), .affected = affected };
}

static const char *what_of(const PgRequest *request)
{
    if (request->prepared) {
        return request->prepared->statement->name;
    }
    bool is_known = request->fiber && !request->is_script && request->at < request->call_count;
    return is_known ? request->calls[request->at].statement->name : "postgres";
}

static void take_failure(PgRequest *request, const PGresult *result)
{
    if (request->code) {
        return;
    }
    PgError err = PG_ERROR_INIT;
    int code = pg_fail_from_result(&err, result, what_of(request));
    fail(request, code, &err);
    if (request->prepares_for) {
        fail(request->prepares_for, code, &err);
    }
}

static void take_result(PgConn *conn, PgRequest *request, PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        complete(conn);
        return;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        if (request->fiber && !request->is_script && !request->prepared &&
            request->at < request->call_count) {
            const PgStatement *statement = request->calls[request->at].statement;
            pg_metrics_query(conn->pool, pg_pool_entry(conn->pool, statement), request->start_ns);
        }
        keep_result(request, result);
        break;
    case PGRES_PIPELINE_ABORTED: /* behind a failure that was recorded */
        PQclear(result);
        break;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        PQclear(result);
        pg_conn_close(conn, "COPY is not spoken here");
        return;
    default:
        take_failure(request, result);
        PQclear(result);
        break;
    }
    request->at++;
}

/* Everything that libpq has read; false when its answers make no sense any more. */
static bool take_results(PgConn *conn)
{
    unsigned nulls = 0; /* one ends each statement */
    while (conn->head && !PQisBusy(conn->pq)) {
        PGresult *result = PQgetResult(conn->pq);
        if (result) {
            nulls = 0;
            take_result(conn, conn->head, result);
        } else if (conn->head->is_script) {
            complete(conn);
        } else if (++nulls > NULLS_MAX) {
            return false;
        }
        if (conn->is_doomed) {
            break;
        }
    }
    return true;
}

static void flush(PgConn *conn)
{
    int left = PQflush(conn->pq);
    bool wants_write = left > 0;
    if (left >= 0 && wants_write != conn->wants_write) {
        conn->wants_write = wants_write;
        poll_set(conn->poll, wants_write ? POLL_READ | POLL_WRITE : POLL_READ);
    }
}

static void conn_on_poll(Poll *poll, int events, int error, void *arg)
{
    (void) poll;
    (void) events;
    PgConn *conn = arg;
    conn->is_busy = true;
    bool is_alive = PQconsumeInput(conn->pq) && error == 0;
    bool is_sane = take_results(conn);
    if (!conn->is_doomed && (!is_alive || !is_sane || PQstatus(conn->pq) == CONNECTION_BAD)) {
        pg_conn_close(conn, is_sane ? PQerrorMessage(conn->pq) : "answers out of order");
    }
    conn->is_busy = false;
    if (conn->is_doomed) {
        pg_pool_conn_closed(conn);
        return;
    }
    if (conn->state == PG_CONN_READY) {
        flush(conn);
        if (conn->is_shared && !conn->head) {
            pg_pool_conn_quiet(conn);
        }
    }
}

void pg_conn_close(PgConn *conn, const char *reason)
{
    if (conn->state == PG_CONN_BROKEN || conn->is_doomed) {
        return;
    }
    PgError err = PG_ERROR_INIT;
    Str text = str_trim(str_from(reason));
    pg_fail(&err, PG_LOST, -ECONNRESET, "connection to Postgres lost: %" STR_FMT, STR_ARG(text));
    conn->state = PG_CONN_BROKEN;
    poll_free(conn->poll);
    conn->poll = NULL;
    PQfinish(conn->pq);
    conn->pq = NULL;
    while (conn->head) {
        fail(conn->head, -ECONNRESET, &err);
        complete(conn);
    }
    if (conn->is_leased) {
        return;
    }
    conn->is_doomed = true;
    if (!conn->is_busy) {
        pg_pool_conn_closed(conn);
    }
}

static void set_cork(PgConn *conn, int is_corked)
{
    /* Not TCP (a unix socket): it fails, and each statement leaves by itself. */
    setsockopt(PQsocket(conn->pq), IPPROTO_TCP, TCP_CORK, &is_corked, sizeof is_corked);
    conn->is_corked = is_corked;
}

static void uncork_all(void *arg)
{
    PgPool *pool = arg;
    pool->has_corked = false;
    vec_foreach(conn, &pool->conns) {
        if ((*conn)->is_corked && (*conn)->pq) {
            set_cork(*conn, false);
        }
    }
}

/* libpq 15 writes with every Sync. On a shared connection the statements of one turn then still leave
 * as one segment, and the server reads them at once. */
static void cork(PgConn *conn)
{
    if (!conn->is_shared || conn->is_corked) {
        return;
    }
    set_cork(conn, true);
    if (!conn->pool->has_corked) {
        conn->pool->has_corked = true;
        loop_defer(conn->pool->loop, uncork_all, conn->pool);
    }
}

/* Under way without an owner, ahead of the request that needs it. */
static bool send_prepare(PgConn *conn, PgEntry *entry, PgRequest *needed_by)
{
    PgRequest *request = request_new(conn->pool);
    request->prepared = entry;
    request->prepares_for = needed_by;
    append(conn, request);
    pg_conn_set_prepared(conn, entry, true);
    return pg_send_prepare(conn, entry) && PQpipelineSync(conn->pq);
}

static bool send_calls(PgConn *conn, PgRequest *request)
{
    PgPool *pool = conn->pool;
    for (size_t i = 0; i < request->call_count; i++) {
        PgEntry *entry = pg_pool_entry(pool, request->calls[i].statement);
        if (!pg_conn_is_prepared(conn, entry) && !send_prepare(conn, entry, request)) {
            return false;
        }
    }
    for (size_t i = 0; i < request->call_count; i++) {
        const PgCall *call = &request->calls[i];
        if (!pg_send_call(conn, pg_pool_entry(pool, call->statement), call, request->arena)) {
            return false;
        }
    }
    return PQpipelineSync(conn->pq);
}

/* Parks until the request is done; a fiber that gives up leaves it to the connection. */
static int wait_for(PgPool *pool, PgRequest *request, const char *what)
{
    PgError *err = request->err;
    int rc = 0;
    if (!request->is_done) {
        request->is_parked = true;
        pool->users++;
        rc = fiber_park();
        pool->users--;
        request->is_parked = false;
    }
    if (!request->is_done) {
        request->fiber = NULL;
        return pg_fail_park(err, rc, what);
    }
    int code = request->code;
    request_free(pool, request);
    return code;
}

int pg_conn_call(PgConn *conn, Arena *arena, const PgCall *calls, size_t count, PgError *err)
{
    PgPool *pool = conn->pool;
    if (conn->state != PG_CONN_READY) {
        return pg_fail(
            err, PG_LOST, -ECONNRESET, "%s: the connection was lost", calls[0].statement->name
        );
    }
    PgRequest *request = request_new(pool);
    request->fiber = fiber_self();
    request->calls = calls;
    request->call_count = count;
    request->arena = arena;
    request->err = err;
    request->start_ns = clock_monotonic_ns();
    cork(conn);
    bool is_sent = send_calls(conn, request);
    append(conn, request);
    if (is_sent) {
        flush(conn);
    } else {
        pg_conn_close(conn, PQerrorMessage(conn->pq));
    }
    return wait_for(pool, request, calls[0].statement->name);
}

bool pg_conn_send_rollback(PgConn *conn)
{
    static const PgStatement rollback = { .name = "rollback", .sql = "ROLLBACK" };
    const PgCall call = { .statement = &rollback };
    if (conn->state != PG_CONN_READY || PQpipelineStatus(conn->pq) == PQ_PIPELINE_OFF) {
        return false;
    }
    PgRequest *request = request_new(conn->pool);
    request->calls = &call;
    request->call_count = 1;
    request->is_rollback = true;
    bool is_sent = send_calls(conn, request);
    request->calls = NULL;
    append(conn, request);
    if (is_sent) {
        flush(conn);
    }
    return is_sent;
}

/* Scripts are many statements in one text, which only the simple protocol takes: outside the
 * pipeline. */
static bool send_script(PgConn *conn, const char *sql)
{
    PGresult *result;
    while ((result = PQgetResult(conn->pq))) {
        PQclear(result);
    }
    return PQexitPipelineMode(conn->pq) && PQsendQuery(conn->pq, sql);
}

int pg_conn_script(PgConn *conn, const char *sql, PgError *err)
{
    if (conn->state != PG_CONN_READY) {
        return pg_fail(err, PG_LOST, -ECONNRESET, "script: the connection was lost");
    }
    assert(!conn->head);
    PgRequest *request = request_new(conn->pool);
    request->fiber = fiber_self();
    request->err = err;
    request->is_script = true;
    request->start_ns = clock_monotonic_ns();
    bool is_sent = send_script(conn, sql);
    append(conn, request);
    if (is_sent) {
        flush(conn);
    } else {
        pg_conn_close(conn, PQerrorMessage(conn->pq));
    }
    int rc = wait_for(conn->pool, request, "script");
    if (conn->state == PG_CONN_READY && !conn->head && !PQenterPipelineMode(conn->pq)) {
        pg_conn_close(conn, PQerrorMessage(conn->pq));
    }
    return rc;
}

static bool conn_begin(PgConn *conn, PGconn *pq)
{
    Poll *poll = poll_new(conn->pool->loop, PQsocket(pq), conn_on_poll, conn);
    if (!poll || PQsetnonblocking(pq, 1) < 0 || !PQenterPipelineMode(pq)) {
        poll_free(poll);
        return false;
    }
    conn->pq = pq;
    conn->poll = poll;
    conn->state = PG_CONN_READY;
    conn->born_ns = conn->idle_ns = clock_monotonic_ns();
    poll_set(poll, POLL_READ);
    return true;
}

static int connect_listed(PgPool *pool, PGconn **ret_pq, PgError *err)
{
    if (pool->is_closing) {
        return pg_fail(err, PG_CANCELED, -ECANCELED, "the pool closes");
    }
    PgConnecting connecting = { .fiber = fiber_self() };
    vec_push(&pool->connecting, NULL, &connecting);
    int rc = pg_connect(pool, &connecting, ret_pq, err);
    size_t at = 0;
    while (pool->connecting.ptr[at] != &connecting) {
        at++;
    }
    vec_remove(&pool->connecting, at);
    return rc;
}

static void connect_main(void *arg)
{
    PgConn *conn = arg;
    PgPool *pool = conn->pool;
    PGconn *pq = NULL;
    PgError err = PG_ERROR_INIT;
    int rc = connect_listed(pool, &pq, &err);
    if (rc == 0 && (pool->is_closing || !conn_begin(conn, pq))) {
        rc = pg_fail(&err, PG_CANCELED, -ECANCELED, "the connection can't be used");
        PQfinish(pq);
    }
    if (rc < 0) {
        pg_pool_connect_failed(conn, &err);
    } else {
        pg_pool_conn_ready(conn);
    }
}

void pg_conn_start(PgPool *pool, bool is_shared)
{
    static const FiberOptions options = {
        .name = "pg connect",
        .stack_bytes = CONNECT_STACK_BYTES,
        .deadline = DEADLINE_NEVER,
        .detached = true,
    };
    PgConn *conn = MEM_NEW(PgConn);
    conn->pool = pool;
    conn->is_shared = is_shared;
    conn->state = PG_CONN_CONNECTING;
    vec_push(&pool->conns, NULL, conn);
    pg_metrics_show(pool);
    int rc = fiber_spawn(pool->loop, &options, connect_main, conn, NULL);
    if (rc < 0) {
        PgError err = PG_ERROR_INIT;
        pg_fail(&err, PG_UNAVAILABLE, rc, "connect to Postgres: no fiber is free");
        pg_pool_connect_failed(conn, &err);
    }
}
