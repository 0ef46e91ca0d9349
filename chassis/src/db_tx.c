/* Transactions: BEGIN goes with the first statement that is waited for, what was queued with the next one or
 * with COMMIT. */
#include <assert.h>
#include <chassis/failpoint.h>
#include <errno.h>

#include "db.h"
#include "exchange.h"
#include "outbox.h"

int tx_begin(Context *ctx, Db **ret_tx)
{
    Db *tx = ARENA_NEW(ctx->arena, Db);
    tx->ctx = ctx;
    tx->is_tx = true;
    PgError err = PG_ERROR_INIT;
    int rc = pg_begin(ctx->worker->pool, PG_READ_COMMITTED, &tx->session, &err);
    if (rc < 0) {
        return db_fail(ctx, &err);
    }
    tx->is_open = true;
    *ret_tx = tx;
    return 0;
}

static int send_now(Db *tx, const PgCall *calls, size_t count)
{
    PgError err = PG_ERROR_INIT;
    int rc = pg_session_batch(&tx->session, tx->ctx->arena, calls, count, &err);
    return rc < 0 ? db_fail(tx->ctx, &err) : 0;
}

static int send_queued(Db *tx)
{
    size_t count = tx->queued_count;
    tx->queued_count = 0;
    return count > 0 ? send_now(tx, tx->queued, count) : 0;
}

int tx_send(Db *tx, const PgCall *calls, size_t count)
{
    assert(tx->is_open && "the transaction has not ended");
    if (tx->queued_count == 0) {
        return send_now(tx, calls, count);
    }
    if (tx->queued_count + count > DB_QUEUED_MAX) {
        TRY(send_queued(tx));
        return send_now(tx, calls, count);
    }
    for (size_t i = 0; i < count; i++) {
        tx->queued[tx->queued_count++] = calls[i];
    }
    return send_queued(tx);
}

/* A transaction of many sends them in groups on the way. */
int tx_queue_values(Db *tx, const Statement *statement, DbValues values)
{
    assert(tx->is_tx && tx->is_open);
    if (tx->queued_count == DB_QUEUED_MAX) {
        TRY(send_queued(tx));
    }
    const DbValues kept = {
        .ptr = arena_memdup(tx->ctx->arena, values.ptr, values.len * sizeof *values.ptr),
        .len = values.len,
    };
    tx->queued[tx->queued_count++] = db_call(tx, statement, kept, NULL);
    db_note_write(tx, statement);
    return 0;
}

static int commit(Db *tx)
{
    PgError err = PG_ERROR_INIT;
    int rc = pg_commit_with(&tx->session, tx->ctx->arena, tx->queued, tx->queued_count, &err);
    tx->is_open = false;
    return rc < 0 ? db_fail(tx->ctx, &err) : 0;
}

int tx_commit(Db *tx)
{
    assert(tx->is_open && "a transaction is committed once");
    if (tx->ctx->request) {
        TRY(exchange_idempotency_join(exchange_of(tx->ctx->request), tx));
    }
    FAILPOINT("before-commit");
    TRY(commit(tx));
    FAILPOINT("after-commit");
    if (tx->has_events) {
        relay_wake(tx->ctx->worker);
    }
    for (size_t i = 0; i < tx->write_count; i++) {
        count_cache_drop(tx->ctx->worker->runtime->counts, tx->writes[i]);
    }
    return 0;
}

void tx_rollback(Db *tx)
{
    if (tx && tx->is_open) {
        tx->is_open = false;
        pg_rollback(&tx->session);
    }
}
