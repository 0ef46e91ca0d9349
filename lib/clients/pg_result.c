/* Values out of binary results; the formats are those of the server's *_send functions. */
#include <assert.h>
#include <endian.h>

#include "pg_internal.h"

enum {
    OID_NUMERIC = 1700,
    NUMERIC_BASE = 10000,
    NUMERIC_NEGATIVE = 0x4000,
    JSONB_VERSION_BYTES = 1
};

static const int64_t pg_epoch_us = 946684800LL * US_PER_S;

static const PGresult *handle_of(const PgResult *result, int row, int column)
{
    const PGresult *handle = result->handle;
    assert(handle && row >= 0 && row < result->rows && column >= 0 && column < PQnfields(handle));
    return handle;
}

static Str bytes_of(const PgResult *result, int row, int column)
{
    const PGresult *handle = handle_of(result, row, column);
    return str_make(PQgetvalue(handle, row, column), (size_t) PQgetlength(handle, row, column));
}

int pg_column_count(const PgResult *result)
{
    return PQnfields(result->handle);
}

const char *pg_column_name(const PgResult *result, int column)
{
    return PQfname(result->handle, column);
}

bool pg_is_null(const PgResult *result, int row, int column)
{
    return PQgetisnull(handle_of(result, row, column), row, column);
}

static uint16_t load16(const char *at)
{
    uint16_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return be16toh(bytes);
}

static uint32_t load32(const char *at)
{
    uint32_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return be32toh(bytes);
}

static uint64_t load64(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return be64toh(bytes);
}

/* Digits of base 10,000 behind their count, the weight of the first, sign and scale: what sum() of
 * bigints gives. The fraction is cut. */
static int64_t numeric_to_int(Str bytes)
{
    assert(bytes.len >= 8);
    size_t count = load16(bytes.ptr);
    int weight = (int16_t) load16(bytes.ptr + 2);
    bool is_minus = load16(bytes.ptr + 4) == NUMERIC_NEGATIVE;
    int64_t value = 0;
    for (int i = 0; i <= weight; i++) {
        int64_t digit = (size_t) i < count ? load16(bytes.ptr + 8 + 2 * (size_t) i) : 0;
        if (__builtin_mul_overflow(value, NUMERIC_BASE, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return is_minus ? INT64_MIN : INT64_MAX;
        }
    }
    return is_minus ? -value : value;
}

int64_t pg_get_int(const PgResult *result, int row, int column)
{
    Str bytes = bytes_of(result, row, column);
    if (bytes.len > 0 && PQftype(result->handle, column) == OID_NUMERIC) {
        return numeric_to_int(bytes);
    }
    switch (bytes.len) {
    case sizeof(int64_t):
        return (int64_t) load64(bytes.ptr);
    case sizeof(int32_t):
        return (int32_t) load32(bytes.ptr);
    case sizeof(int16_t):
        return (int16_t) load16(bytes.ptr);
    default:
        assert(bytes.len == 0);
        return 0;
    }
}

double pg_get_double(const PgResult *result, int row, int column)
{
    Str bytes = bytes_of(result, row, column);
    if (bytes.len == sizeof(float)) {
        uint32_t bits = load32(bytes.ptr);
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double) value;
    }
    assert(bytes.len == 0 || bytes.len == sizeof(double));
    uint64_t bits = bytes.len ? load64(bytes.ptr) : 0;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool pg_get_bool(const PgResult *result, int row, int column)
{
    Str bytes = bytes_of(result, row, column);
    return bytes.len == 1 && bytes.ptr[0];
}

Str pg_get_str(const PgResult *result, int row, int column)
{
    Str bytes = bytes_of(result, row, column);
    if (bytes.len > 0 && PQftype(result->handle, column) == PG_JSONB) {
        return str_skip(bytes, JSONB_VERSION_BYTES);
    }
    return bytes;
}

Uuid pg_get_uuid(const PgResult *result, int row, int column)
{
    Uuid uuid = { 0 };
    Str bytes = bytes_of(result, row, column);
    assert(bytes.len == 0 || bytes.len == sizeof uuid.bytes);
    memcpy(uuid.bytes, bytes.ptr, bytes.len);
    return uuid;
}

int64_t pg_get_time(const PgResult *result, int row, int column)
{
    Str bytes = bytes_of(result, row, column);
    assert(bytes.len == 0 || bytes.len == sizeof(int64_t));
    return bytes.len ? (int64_t) load64(bytes.ptr) + pg_epoch_us : 0;
}

/* Moves behind the header; the number of elements. */
static size_t array_header(Str *bytes)
{
    if (bytes->len < 12 || load32(bytes->ptr) == 0) {
        return 0;
    }
    assert(load32(bytes->ptr) == 1 && bytes->len >= 20);
    size_t count = load32(bytes->ptr + 12);
    *bytes = str_skip(*bytes, 20);
    return count;
}

static Str array_next(Str *bytes)
{
    size_t size = load32(bytes->ptr);
    if (size == UINT32_MAX) { /* null */
        size = 0;
    }
    Str element = str_slice(*bytes, 4, 4 + size);
    *bytes = str_skip(*bytes, 4 + size);
    return element;
}

size_t
pg_get_text_array(const PgResult *result, int row, int column, Arena *arena, const Str **ret_values)
{
    Str bytes = bytes_of(result, row, column);
    size_t count = array_header(&bytes);
    Str *values = ARENA_ARRAY(arena, Str, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = array_next(&bytes);
    }
    *ret_values = values;
    return count;
}

size_t pg_get_uuid_array(
    const PgResult *result, int row, int column, Arena *arena, const Uuid **ret_values
)
{
    Str bytes = bytes_of(result, row, column);
    size_t count = array_header(&bytes);
    Uuid *values = ARENA_ARRAY(arena, Uuid, count);
    for (size_t i = 0; i < count; i++) {
        Str element = array_next(&bytes);
        assert(element.len == 0 || element.len == sizeof values[i].bytes);
        memcpy(values[i].bytes, element.ptr, element.len);
    }
    *ret_values = values;
    return count;
}

Str pg_quote_identifier(Arena *arena, Str name)
{
    Str doubled = str_replace(arena, name, STR("\""), STR("\"\""));
    return str_printf(arena, "\"%" STR_FMT "\"", STR_ARG(doubled));
}
