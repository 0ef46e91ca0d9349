/* Statements on shared connections or in a transaction. */
#include "db.h"

#include <assert.h>
#include <errno.h>

Db *db_shared(Context *ctx)
{
    Db *db = ARENA_NEW(ctx->arena, Db);
    db->ctx = ctx;
    return db;
}

Context *db_context(const Db *db)
{
    return db->ctx;
}

Arena *db_arena(const Db *db)
{
    return db->ctx->arena;
}

void db_note_write(Db *db, const Statement *statement)
{
    if (!statement->writes) {
        return;
    }
    if (!db->is_tx) {
        count_cache_drop(db->ctx->worker->runtime->counts, statement->writes);
    } else if (db->write_count < DB_WRITES_MAX) {
        db->writes[db->write_count++] = statement->writes;
    }
}

PgCall db_call(Db *db, const Statement *statement, DbValues values, DbRows *ret_rows)
{
    return (PgCall) {
        .statement = statement_get(db->ctx->worker->statements, statement, values),
        .params = values.ptr,
        .ret_result = ret_rows,
    };
}

static int run(Db *db, const PgCall *calls, size_t count)
{
    if (db->is_tx) {
        return tx_send(db, calls, count);
    }
    Context *ctx = db->ctx;
    PgError err = PG_ERROR_INIT;
    int rc = pg_batch(ctx->worker->pool, ctx->arena, calls, count, &err);
    return rc < 0 ? db_fail(ctx, &err) : 0;
}

int db_query_values(Db *db, const Statement *statement, DbRows *ret_rows, DbValues values)
{
    const PgCall call = db_call(db, statement, values, ret_rows);
    TRY(run(db, &call, 1));
    db_note_write(db, statement);
    return 0;
}

int64_t db_exec_values(Db *db, const Statement *statement, DbValues values)
{
    DbRows rows;
    TRY(db_query_values(db, statement, &rows, values));
    return rows.affected;
}

int db_one_values(
    Db *db, const Statement *statement, const Field *fields, void *into, DbValues values
)
{
    DbRows rows;
    TRY(db_query_values(db, statement, &rows, values));
    if (rows.rows == 0) {
        return fail(db->ctx, FAIL_NOT_FOUND, "there is nothing with this id");
    }
    row_load(&rows, 0, fields, into, db->ctx->arena);
    return 0;
}

int db_pipeline(Db *db, DbCall *calls, size_t count)
{
    PgCall pg_calls[PG_BATCH_MAX];
    assert(count <= PG_BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        pg_calls[i] = db_call(db, calls[i].statement, calls[i].values, &calls[i].rows);
    }
    TRY(run(db, pg_calls, count));
    for (size_t i = 0; i < count; i++) {
        db_note_write(db, calls[i].statement);
    }
    return 0;
}

/* The SQL and its values: two filters are the same when these bytes are. */
static Str count_key(const Sql *count, Arena *arena)
{
    StrBuf key = STRBUF_ON_ARENA(arena);
    strbuf_add(&key, strbuf_str(&count->text));
    for (size_t i = 0; i < count->value_count; i++) {
        const DbValue *value = &count->values[i];
        strbuf_add_bytes(&key, &value->type, sizeof value->type);
        strbuf_add_bytes(&key, &value->size, sizeof value->size);
        if (value->size > 0) {
            strbuf_add_bytes(&key, value->data ? value->data : value->small, (size_t) value->size);
        }
    }
    return strbuf_str(&key);
}

int db_list(Db *db, const char *table, Sql *count, Sql *page, DbRows *ret_rows, int64_t *ret_total)
{
    CountCache *cache = db->ctx->worker->runtime->counts;
    Str key = count_key(count, db->ctx->arena);
    DbCall calls[] = { sql_call(page), sql_call(count) };
    if (count_cache_get(cache, key, ret_total)) {
        return db_query_values(db, calls[0].statement, ret_rows, calls[0].values);
    }
    uint64_t generation = count_cache_generation(cache, table);
    TRY(db_pipeline(db, calls, 2));
    *ret_rows = calls[0].rows;
    *ret_total = row_int(&calls[1].rows, 0, 0);
    count_cache_put(cache, table, key, *ret_total, generation);
    return 0;
}
