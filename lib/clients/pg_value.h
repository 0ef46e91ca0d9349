/* What goes to Postgres with a statement and what comes back: parameters by their type, rows read by
 * position. Everything is binary on the wire. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/str.h"

/* Types of parameters; the server's oid. A parameter given as another type is a bug. */
typedef enum PgType {
    PG_END = 0,
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT8 = 701,
    PG_TIMESTAMPTZ = 1184,
    PG_UUID = 2950,
    PG_JSONB = 3802,
    PG_INT8_ARRAY = 1016,
    PG_TEXT_ARRAY = 1009,
    PG_UUID_ARRAY = 2951,
} PgType;

typedef struct PgParam {
    PgType type;      /* PG_END: NULL of any type */
    int32_t size;     /* -1: null */
    const void *data; /* NULL: in `small` */
    uint8_t small[16];
} PgParam;

/* Views stay views: they must live until the call returns. */
PgParam pg_null(void);
PgParam pg_bool(bool value);
PgParam pg_int(int64_t value); /* PG_INT8 */
PgParam pg_int4(int32_t value);
PgParam pg_double(double value);
PgParam pg_text(Str value);
PgParam pg_bytea(Str value);
PgParam pg_jsonb(Str json);
PgParam pg_uuid(Uuid value);
PgParam pg_time(int64_t utc_us); /* PG_TIMESTAMPTZ */
PgParam pg_text_or_null(Str value, bool is_null);
PgParam pg_int_array(Arena *arena, const int64_t *values, size_t count);
PgParam pg_text_array(Arena *arena, const Str *values, size_t count);
PgParam pg_uuid_array(Arena *arena, const Uuid *values, size_t count);
#define PG_PARAMS(...) ((const PgParam[]) { __VA_ARGS__ })

/* The rows of one statement; lives as long as the arena it was asked with. */
typedef struct PgResult {
    const void *handle; /* libpq's */
    int rows;
    int64_t affected; /* rows that INSERT, UPDATE, DELETE, MERGE or SELECT counted */
} PgResult;

/* Reading. Row and column are checked by asserts; a null reads as 0, false, or the empty Str.
 * pg_get_int: int2, int4, int8, whole numeric. pg_get_str: text, bytea, json, jsonb as a view with
 * a NUL behind it. pg_get_time: timestamptz as UTC microseconds. */
bool pg_is_null(const PgResult *result, int row, int column);
int64_t pg_get_int(const PgResult *result, int row, int column);
double pg_get_double(const PgResult *result, int row, int column);
bool pg_get_bool(const PgResult *result, int row, int column);
Str pg_get_str(const PgResult *result, int row, int column);
Uuid pg_get_uuid(const PgResult *result, int row, int column);
int64_t pg_get_time(const PgResult *result, int row, int column);
/* Columns as the statement named them. */
int pg_column_count(const PgResult *result);
const char *pg_column_name(const PgResult *result, int column);
/* Arrays of one dimension without nulls, on the arena. */
size_t pg_get_text_array(
    const PgResult *result, int row, int column, Arena *arena, const Str **ret_values
);
size_t pg_get_uuid_array(
    const PgResult *result, int row, int column, Arena *arena, const Uuid **ret_values
);
