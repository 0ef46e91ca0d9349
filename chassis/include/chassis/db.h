/* Db: where statements go. `ctx->db` is the shared, pipelined connections of this loop: each
 * statement commits by itself. tx_begin gives a Db with a connection to itself. Store functions
 * take a Db and so serve both.
 *
 *     static const Statement brand_by_id = {
 *         .name = "brand_by_id", .sql = "SELECT id, name, slug, logo_url FROM brands WHERE id = $1"
 * };
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

typedef struct Statement {
    const char *name;   /* in metrics, spans and the slow log: never the SQL */
    const char *sql;    /* $1, $2… */
    const char *writes; /* table whose cached counts this drops; NULL: none */
} Statement;

typedef enum DbValueKind {
    DB_VALUE_NULL,
    DB_VALUE_TEXT,
    DB_VALUE_INT,
    DB_VALUE_BOOL,
    DB_VALUE_TIME,
} DbValueKind;
typedef struct DbValue {
    DbValueKind kind;
    int64_t number;
    Str text;
} DbValue;
/* An empty Str is NULL to db_uuid and db_text_or_null, '' to db_text. */
DbValue db_text(Str value);
DbValue db_text_or_null(Str value);
DbValue db_uuid(Str value);
DbValue db_int(int64_t value);
DbValue db_opt_int(OptInt value);
DbValue db_bool(bool value);
DbValue db_time(int64_t utc_us);
DbValue db_opt_time(OptInt utc_us);
DbValue db_enum(const char *const *names, int value);
/* An array: text[] or uuid[] of the items; an empty list is '{}'. */
DbValue db_texts(Arena *arena, const Str *items, size_t count);
DbValue db_null(void);

typedef struct DbRows {
    size_t len;       /* rows returned */
    int64_t affected; /* rows written */
    const void *internal;
} DbRows;

/* Runs one statement; the values follow: db_query(db, &brand_by_id, &rows, db_uuid(id)). */
#define db_query(db, statement, ret_rows, ...) \
    db_query_values((db), (statement), (ret_rows), DB_VALUES(__VA_ARGS__))
/* For what returns no rows: the number of rows written, or negative. */
#define db_exec(db, statement, ...) db_exec_values((db), (statement), DB_VALUES(__VA_ARGS__))
/* The first row into a struct; NOT_FOUND when there is none. */
#define db_one(db, statement, fields, into, ...) \
    db_one_values((db), (statement), (fields), (into), DB_VALUES(__VA_ARGS__))

typedef struct DbValues {
    const DbValue *ptr;
    size_t len;
} DbValues;
#define DB_VALUES(...)                                                                          \
    ((DbValues) { .ptr = (const DbValue[]) { { .kind = DB_VALUE_NULL }, __VA_ARGS__ } + 1,      \
                  .len = sizeof((const DbValue[]) { { .kind = DB_VALUE_NULL }, __VA_ARGS__ }) / \
                             sizeof(DbValue) -                                                  \
                         1 })
int db_query_values(Db *db, const Statement *statement, DbRows *ret_rows, DbValues values);
int64_t db_exec_values(Db *db, const Statement *statement, DbValues values);
int db_one_values(
    Db *db, const Statement *statement, const Field *fields, void *into, DbValues values
);

Context *db_context(const Db *db);
Arena *db_arena(const Db *db);

/* Columns by position; NULL reads as the empty Str, 0, false, an OptInt without a value. */
Str row_text(const DbRows *rows, size_t row, unsigned column);
int64_t row_int(const DbRows *rows, size_t row, unsigned column);
bool row_bool(const DbRows *rows, size_t row, unsigned column);
int64_t row_time(const DbRows *rows, size_t row, unsigned column);
bool row_is_null(const DbRows *rows, size_t row, unsigned column);
/* Columns by name into the struct's members; columns without a field are skipped. */
void row_load(const DbRows *rows, size_t row, const Field *fields, void *into, Arena *arena);

/* Several statements in one round trip on shared connections or on the transaction's. */
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
int tx_commit(Db *tx);
void tx_rollback(Db *tx); /* NULL and a committed one are fine */
bool db_is_tx(const Db *db);
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
