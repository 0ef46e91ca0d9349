/* Statements as the program calls them: the connection, the span and the slow query's line around
 * pg_conn_call. */
#include <assert.h>
#include <stdio.h>

#include "base/log.h"

#include "pg_internal.h"

typedef struct Observed {
    TraceSpan span;
    const char *name;
    int64_t start_ns;
} Observed;

/* What a round trip is called: BEGIN only travels along. */
static const PgStatement *main_statement(const PgCall *calls, size_t count)
{
    return calls[count > 1 && pg_statement_is_begin(calls[0].statement)].statement;
}

static void observe_begin(Observed *observed, PgPool *pool, const PgCall *calls, size_t count)
{
    const PgStatement *statement = main_statement(calls, count);
    const PgEntry *entry = pg_pool_entry(pool, statement);
    observed->name = statement->name;
    observed->start_ns = clock_monotonic_ns();
    trace_begin(&observed->span, TRACE_CLIENT, str_from(entry->span_name));
    trace_set_text(&observed->span, "db.system", STR("postgresql"));
    trace_set_text(&observed->span, "db.name", str_from(pool->options.database));
    trace_set_text(&observed->span, "db.operation", str_from(statement->name));
    if (count > 1) {
        trace_set_int(&observed->span, "db.statements", (int64_t) count);
    }
}

static void warn_slow(const char *name, int64_t duration_ms)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long) duration_ms);
    const LogField fields[] = {
        { .key = "statement", .value = str_from(name) },
        { .key = "duration_ms", .value = str_from(text) },
    };
    log_write(LOG_WARN, fields, 2, "slow query");
}

static void observe_end(Observed *observed, const PgPool *pool, int rc)
{
    int64_t duration_ms = (clock_monotonic_ns() - observed->start_ns) / NS_PER_MS;
    int64_t slow_ms = pool->options.slow_query_ms;
    if (slow_ms >= 0 && duration_ms >= slow_ms) {
        warn_slow(observed->name, duration_ms);
    }
    if (rc < 0) {
        trace_set_status(&observed->span, TRACE_ERROR, str_from(error_name(rc)));
    }
    trace_end(&observed->span);
}

/* On a connection of its own for as long as it takes. */
static int call_leased(PgPool *pool, Arena *arena, const PgCall *calls, size_t count, PgError *err)
{
    PgConn *conn = NULL;
    int rc = pg_pool_lease(pool, &conn, err);
    if (rc < 0) {
        return rc;
    }
    rc = pg_conn_call(conn, arena, calls, count, err);
    pg_pool_release(conn, PG_RELEASE_CLEAN);
    return rc;
}

static int call_shared(PgPool *pool, Arena *arena, const PgCall *calls, size_t count, PgError *err)
{
    PgConn *conn = NULL;
    int rc = pg_pool_pick_shared(pool, &conn, err);
    return rc < 0 ? rc : pg_conn_call(conn, arena, calls, count, err);
}

int pg_batch(PgPool *pool, Arena *arena, const PgCall *calls, size_t count, PgError *err)
{
    assert(fiber_self() && count > 0 && count <= PG_BATCH_MAX);
    bool is_heavy = false;
    for (size_t i = 0; i < count; i++) {
        is_heavy |= calls[i].statement->heavy;
    }
    Observed observed;
    observe_begin(&observed, pool, calls, count);
    int rc = is_heavy ? call_leased(pool, arena, calls, count, err)
                      : call_shared(pool, arena, calls, count, err);
    observe_end(&observed, pool, rc);
    return rc;
}

int pg_query(
    PgPool *pool,
    Arena *arena,
    const PgStatement *statement,
    const PgParam *params,
    PgResult *ret_result,
    PgError *err
)
{
    const PgCall call = { .statement = statement, .params = params, .ret_result = ret_result };
    return pg_batch(pool, arena, &call, 1, err);
}

int pg_conn_call_observed(
    PgConn *conn, Arena *arena, const PgCall *calls, size_t count, PgError *err
)
{
    Observed observed;
    PgPool *pool = conn->pool;
    observe_begin(&observed, pool, calls, count);
    int rc = pg_conn_call(conn, arena, calls, count, err);
    observe_end(&observed, pool, rc);
    return rc;
}
