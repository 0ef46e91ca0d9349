/* Db: where statements go. `ctx->db` is the shared, pipelined connections of this loop: each
 * statement commits by itself. tx_begin gives a Db with a connection to itself. Store functions
 * take a Db and so serve both.
 *
 *     static const Statement brand_by_id = {
 *         .name = "brand_by_id",
 *         .sql = "SELECT id, name, slug FROM brands WHERE id = $1",
 *     };
 *
 *     int brand_get(Db *db, Str id, Brand *ret_brand)
 *     {
 *         return db_one(db, &brand_by_id, brand_fields, ret_brand, db_uuid(id));
 *     }
 *
 * Every failure is noted in the Db's context in the contract's codes: a unique violation is
 * ALREADY_EXISTS, a missing parent NOT_FOUND, a value Postgres can't take INVALID_INPUT, no answer
 * in time TIMEOUT, no server SERVICE_UNAVAILABLE. Everything returned lives on the context's arena.
 */
#pragma once

#include <chassis/base.h>
#include <chassis/context.h>
#include <chassis/field.h>

#include "clients/pg.h"

typedef struct Statement {
    const char *name;   /* unique; in metrics, spans and the slow log: never the SQL */
    const char *sql;    /* $1, $2… */
    const char *writes; /* table whose cached counts this drops; NULL: none */
    bool is_built;      /* put together at run time (Sql): known by its text, not its address */
} Statement;

/* A parameter; its constructor says its type in Postgres. Views must live until the call returns.
 */
typedef PgParam DbValue;
DbValue db_text(Str value);         /* text: '' stays '' */
DbValue db_text_or_null(Str value); /* the empty Str is NULL */
DbValue db_uuid(Str value);         /* the empty Str is NULL; anything else must be a UUID */
DbValue db_int(int64_t value);
DbValue db_opt_int(OptInt value);
DbValue db_bool(bool value);
DbValue db_time(int64_t utc_us);
DbValue db_opt_time(OptInt utc_us);
DbValue db_json(Str json);   /* jsonb; the empty Str is NULL */
DbValue db_bytes(Str value); /* bytea */
DbValue db_enum(const char *const *names, int value);
DbValue db_texts(Arena *arena, const Str *items, size_t count); /* text[] */
DbValue db_uuids(Arena *arena, const Str *items, size_t count); /* uuid[] */

typedef struct DbValues {
    const DbValue *ptr;
    size_t len;
} DbValues;
#define DB_VALUES(...)                                                                             \
    ((DbValues                                                                                     \
    ) { .ptr = (const DbValue[]) { { .size = -1 }, ##__VA_ARGS__ } + 1,                            \
        .len = sizeof((const DbValue[]) { { .size = -1 }, ##__VA_ARGS__ }) / sizeof(DbValue) - 1 } \
    )

/* Rows; they live as long as the context. */
typedef PgResult DbRows;

/* Runs one statement; the values follow: db_query(db, &brand_by_id, &rows, db_uuid(id)). */
#define db_query(db, statement, ret_rows, ...) \
    db_query_values((db), (statement), (ret_rows), DB_VALUES(__VA_ARGS__))
/* For what returns no rows: the number of rows written, or negative. */
#define db_exec(db, statement, ...) db_exec_values((db), (statement), DB_VALUES(__VA_ARGS__))
/* The first row into a struct; NOT_FOUND when there is none. */
#define db_one(db, statement, fields, into, ...) \
    db_one_values((db), (statement), (fields), (into), DB_VALUES(__VA_ARGS__))
int db_query_values(Db *db, const Statement *statement, DbRows *ret_rows, DbValues values);
int64_t db_exec_values(Db *db, const Statement *statement, DbValues values);
int db_one_values(
    Db *db, const Statement *statement, const Field *fields, void *into, DbValues values
);

Context *db_context(const Db *db);
Arena *db_arena(const Db *db);

/* Columns by position, from 0; NULL reads as the empty Str, 0 or false. */
Str row_text(const DbRows *rows, int row, int column);
Str row_uuid(const DbRows *rows, int row, int column, Arena *arena); /* lower-case text */
int64_t row_int(const DbRows *rows, int row, int column);
bool row_bool(const DbRows *rows, int row, int column);
int64_t row_time(const DbRows *rows, int row, int column); /* UTC microseconds */
bool row_is_null(const DbRows *rows, int row, int column);
/* Columns by name into the struct's members; columns without a field are skipped. */
void row_load(const DbRows *rows, int row, const Field *fields, void *into, Arena *arena);

/* Several statements in one round trip and one transaction: all happen or none. */
typedef struct DbCall {
    const Statement *statement;
    DbValues values;
    DbRows rows; /* the answer */
} DbCall;
int db_pipeline(Db *db, DbCall *calls, size_t count);

/* Transactions: read committed. A scope that is left without tx_commit rolls back.
 *     auto_tx Db *tx = NULL;
 *     TRY(tx_begin(ctx, &tx));
 * tx_commit also completes the request's idempotency key, so the answer must be encoded before. */
int tx_begin(Context *ctx, Db **ret_tx);
/* A statement of the transaction whose answer nobody waits for: it is sent, in its order, with the next one
 * that is waited for or with the commit, and its failure is theirs. So what a service knows beforehand
 * costs no round trip, and a transaction of queued statements alone is one with its commit. What the values
 * view must live as long as the context. */
#define tx_queue(tx, statement, ...) tx_queue_values((tx), (statement), DB_VALUES(__VA_ARGS__))
int tx_queue_values(Db *tx, const Statement *statement, DbValues values);
int tx_commit(Db *tx);
void tx_rollback(Db *tx); /* NULL and a committed one are fine */
static inline void tx_rollbackp(Db **tx)
{
    tx_rollback(*tx);
}
#define auto_tx __attribute__((cleanup(tx_rollbackp)))

/* Sql: a statement put together from fixed pieces and values; '?' in a piece becomes the next $n.
 * Text of the client never becomes a piece. */
enum { SQL_MAX_VALUES = 32 };
typedef struct Sql {
    Statement statement;
    StrBuf text;
    Arena *arena;
    DbValue values[SQL_MAX_VALUES];
    size_t value_count;
    bool has_where;
} Sql;
void sql_init(Sql *sql, Arena *arena, const char *name);
void sql_add(Sql *sql, const char *piece);
void sql_addv(Sql *sql, const char *piece, DbValue value);
/* " WHERE " the first time, " AND " after. */
void sql_where(Sql *sql, const char *condition);
void sql_wherev(Sql *sql, const char *condition, DbValue value);
DbCall sql_call(Sql *sql);

/* A page and its count in one pipeline; the count comes from memory when the same one was asked in
 * the last 2 s and nothing was written to `table` here since. */
int db_list(Db *db, const char *table, Sql *count, Sql *page, DbRows *ret_rows, int64_t *ret_total);
