/* Parameters in the server's binary formats: big-endian numbers, times from 2000-01-01. */
#include <assert.h>
#include <endian.h>

#include "pg_internal.h"

enum { ARRAY_HEADER_WORDS = 5 };

/* Microseconds between 1970 and 2000. */
static const int64_t pg_epoch_us = 946684800LL * US_PER_S;

PgParam pg_null(void)
{
    return (PgParam) { .type = PG_END, .size = -1 };
}

static PgParam small(PgType type, const void *bytes, int32_t size)
{
    PgParam param = { .type = type, .size = size };
    memcpy(param.small, bytes, (size_t) size);
    return param;
}

PgParam pg_bool(bool value)
{
    uint8_t byte = value;
    return small(PG_BOOL, &byte, 1);
}

static PgParam word(PgType type, uint64_t value)
{
    uint64_t bytes = htobe64(value);
    return small(type, &bytes, sizeof bytes);
}

PgParam pg_int(int64_t value)
{
    return word(PG_INT8, (uint64_t) value);
}

PgParam pg_int4(int32_t value)
{
    uint32_t bytes = htobe32((uint32_t) value);
    return small(PG_INT4, &bytes, sizeof bytes);
}

PgParam pg_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return word(PG_FLOAT8, bits);
}

PgParam pg_time(int64_t utc_us)
{
    return word(PG_TIMESTAMPTZ, (uint64_t) (utc_us - pg_epoch_us));
}

PgParam pg_uuid(Uuid value)
{
    return small(PG_UUID, value.bytes, sizeof value.bytes);
}

static PgParam view(PgType type, Str value)
{
    assert(value.len <= INT32_MAX - 1);
    return (PgParam) {
        .type = type,
        .size = (int32_t) value.len,
        .data = value.ptr ? value.ptr : "",
    };
}

PgParam pg_text(Str value)
{
    return view(PG_TEXT, value);
}

PgParam pg_bytea(Str value)
{
    return view(PG_BYTEA, value);
}

PgParam pg_jsonb(Str json)
{
    return view(PG_JSONB, json);
}

PgParam pg_text_or_null(Str value, bool is_null)
{
    return is_null ? pg_null() : pg_text(value);
}

static void put_word(uint8_t **at, uint32_t value)
{
    uint32_t bytes = htobe32(value);
    memcpy(*at, &bytes, sizeof bytes);
    *at += sizeof bytes;
}

/* Dimensions, whether there are nulls, the elements' oid, length, lower bound; see array_send in
 * Postgres' arrayfuncs.c. An empty array has no dimension. */
static uint8_t *put_array_header(uint8_t *at, PgType element, size_t count)
{
    put_word(&at, count > 0);
    put_word(&at, 0);
    put_word(&at, element);
    if (count > 0) {
        put_word(&at, (uint32_t) count);
        put_word(&at, 1);
    }
    return at;
}

static uint8_t *array_alloc(Arena *arena, size_t content_bytes)
{
    return arena_alloc_raw(arena, ARRAY_HEADER_WORDS * sizeof(uint32_t) + content_bytes);
}

static PgParam array_param(PgType type, const uint8_t *begin, const uint8_t *end)
{
    return view(type, str_make((const char *) begin, (size_t) (end - begin)));
}

PgParam pg_int_array(Arena *arena, const int64_t *values, size_t count)
{
    uint8_t *begin = array_alloc(arena, count * (sizeof(uint32_t) + sizeof(uint64_t)));
    uint8_t *at = put_array_header(begin, PG_INT8, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t bytes = htobe64((uint64_t) values[i]);
        put_word(&at, sizeof bytes);
        memcpy(at, &bytes, sizeof bytes);
        at += sizeof bytes;
    }
    return array_param(PG_INT8_ARRAY, begin, at);
}

PgParam pg_uuid_array(Arena *arena, const Uuid *values, size_t count)
{
    uint8_t *begin = array_alloc(arena, count * (sizeof(uint32_t) + sizeof(Uuid)));
    uint8_t *at = put_array_header(begin, PG_UUID, count);
    for (size_t i = 0; i < count; i++) {
        put_word(&at, sizeof(Uuid));
        memcpy(at, values[i].bytes, sizeof(Uuid));
        at += sizeof(Uuid);
    }
    return array_param(PG_UUID_ARRAY, begin, at);
}

PgParam pg_text_array(Arena *arena, const Str *values, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += sizeof(uint32_t) + values[i].len;
    }
    uint8_t *begin = array_alloc(arena, bytes);
    uint8_t *at = put_array_header(begin, PG_TEXT, count);
    for (size_t i = 0; i < count; i++) {
        put_word(&at, (uint32_t) values[i].len);
        if (values[i].len > 0) {
            memcpy(at, values[i].ptr, values[i].len);
        }
        at += values[i].len;
    }
    return array_param(PG_TEXT_ARRAY, begin, at);
}
