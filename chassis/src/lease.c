#include "lease.h"

#include "runtime.h"

static const Statement claim = {
    .name = "lease_claim",
    .sql = "INSERT INTO leases AS l (name, owner, epoch, until) "
           "VALUES ($1, $2, 1, now() + $3 * interval '1 millisecond') "
           "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until, "
           "epoch = CASE WHEN l.owner = excluded.owner THEN l.epoch ELSE l.epoch + 1 END "
           "WHERE l.until < now() OR l.owner = excluded.owner RETURNING epoch",
};
static const Statement give_back = {
    .name = "lease_give_back",
    .sql = "UPDATE leases SET until = now() - interval '1 second' WHERE name = $1 AND owner = $2",
};
static const Statement check = {
    .name = "lease_check",
    .sql = "SELECT 1 FROM leases WHERE name = $1 AND owner = $2 AND epoch = $3 "
           "AND until > clock_timestamp() FOR SHARE",
};

static DbValue owner(const Context *ctx)
{
    return db_text(ctx->worker->runtime->replica);
}

int lease_claim(Context *ctx, const char *name, int64_t ms, int64_t *ret_epoch)
{
    DbRows rows;
    TRY(db_query(ctx->db, &claim, &rows, db_text(str_from(name)), owner(ctx), db_int(ms)));
    if (rows.rows == 0) {
        return 0;
    }
    *ret_epoch = row_int(&rows, 0, 0);
    return 1;
}

int lease_give_back(Context *ctx, const char *name)
{
    int64_t rc = db_exec(ctx->db, &give_back, db_text(str_from(name)), owner(ctx));
    return rc < 0 ? (int) rc : 0;
}

int lease_check(Db *tx, const char *name, int64_t epoch)
{
    DbRows rows;
    Context *ctx = db_context(tx);
    TRY(db_query(tx, &check, &rows, db_text(str_from(name)), owner(ctx), db_int(epoch)));
    if (rows.rows > 0) {
        return 0;
    }
    return fail(ctx, FAIL_CONFLICT, "the lease of %s was lost", name);
}
