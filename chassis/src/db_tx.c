/* Transactions: BEGIN goes with the first statement, what was kept for the end goes with COMMIT. */
#include <assert.h>
#include <chassis/failpoint.h>
#include <errno.h>

#include "db.h"
#include "exchange.h"

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

/* A transaction of many events sends what it has gathered in batches on the way. */
static int flush_pending(Db *tx)
{
    PgError err = PG_ERROR_INIT;
    int rc = pg_session_batch(&tx->session, tx->ctx->arena, tx->pending, tx->pending_count, &err);
    tx->pending_count = 0;
    return rc < 0 ? db_fail(tx->ctx, &err) : 0;
}

int tx_add_pending(Db *tx, const PgStatement *statement, const PgParam *params)
{
    assert(tx->is_open);
    if (tx->pending_count == DB_PENDING_MAX) {
        TRY(flush_pending(tx));
    }
    tx->pending[tx->pending_count++] = (PgCall) { .statement = statement, .params = params };
    return 0;
}

static int commit(Db *tx)
{
    Context *ctx = tx->ctx;
    PgError err = PG_ERROR_INIT;
    int rc = tx->pending_count > 0
                 ? pg_commit_with(&tx->session, ctx->arena, tx->pending, tx->pending_count, &err)
                 : pg_commit(&tx->session, &err);
    tx->is_open = false;
    return rc < 0 ? db_fail(ctx, &err) : 0;
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
