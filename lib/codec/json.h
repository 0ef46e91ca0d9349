/* JSON (RFC 8259), strict: no comments, no trailing commas, no duplicate keys, valid UTF-8, no
 * lone surrogates, depth and size bounded, a position on every node and every error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/source.h"
#include "base/strbuf.h"
#include "codec/node.h"

typedef struct JsonOptions {
    size_t max_bytes;   /* 0: 64 MiB */
    unsigned max_depth; /* 0: 32 */
    size_t max_values;  /* a tree is many times its text; 0: no bound */
} JsonOptions;

/* One value with nothing but white space around it. Strings without escapes are views of the source
 * text. -EINVAL with err->span at the offending byte, -EFBIG past max_bytes. Numbers with a
 * fraction, an exponent or past int64 are NODE_FLOAT; node->text keeps the digits. A number past
 * double (1e999) is refused. */
int json_read(
    Arena *arena, Source *source, const JsonOptions *options, Node **ret_root, Error *err
);
/* For bytes that are no file, e.g. a request body. */
int json_read_str(Arena *arena, Str text, const JsonOptions *options, Node **ret_root, Error *err);

/* The direct writer: no tree in between. Commas and indentation are its business; calls out of
 * order are asserts. Strings are written as UTF-8, control characters escaped; invalid bytes become
 * U+FFFD.
 *
 *     JsonWriter w = json_writer(&out, 0);
 *     json_begin_object(&w);
 *     json_field_string(&w, "id", id);
 *     json_end_object(&w);
 */
enum { JSON_WRITER_DEPTH = 512 }; /* levels, the outermost value's included */
typedef struct JsonWriter {
    StrBuf *out;
    unsigned indent; /* columns a level; 0: compact */
    unsigned depth;
    bool after_key;
    uint64_t is_object[JSON_WRITER_DEPTH / 64]; /* a bit a level */
    uint64_t has_items[JSON_WRITER_DEPTH / 64];
} JsonWriter;

JsonWriter json_writer(StrBuf *out, unsigned indent);
void json_begin_object(JsonWriter *w);
void json_end_object(JsonWriter *w);
void json_begin_array(JsonWriter *w);
void json_end_array(JsonWriter *w);
void json_key_str(JsonWriter *w, Str key);
static inline void json_key(JsonWriter *w, const char *key)
{
    json_key_str(w, str_from(key));
}
void json_string(JsonWriter *w, Str value);
void json_cstr(JsonWriter *w, const char *value); /* NULL writes null */
void json_int(JsonWriter *w, int64_t value);
void json_uint(JsonWriter *w, uint64_t value);
void json_double(JsonWriter *w, double value); /* not finite: null */
void json_bool(JsonWriter *w, bool value);
void json_null(JsonWriter *w);
void json_raw(JsonWriter *w, Str json); /* a value that is JSON already */
/* Members that were written before, without their braces: "a":1,"b":2. For a writer without indent. */
void json_raw_members(JsonWriter *w, Str members);
/* The same as json_raw without the white space between its tokens: what Postgres makes of json and jsonb has some. */
void json_raw_compact(JsonWriter *w, Str json);
/* A tree. A float keeps its text where that is a JSON number (so a number past int64 or double
 * survives), keys are written by their text. */
void json_node(JsonWriter *w, const Node *node);
/* Key and value at once. */
static inline void json_field_string(JsonWriter *w, const char *key, Str value)
{
    json_key(w, key);
    json_string(w, value);
}
static inline void json_field_int(JsonWriter *w, const char *key, int64_t value)
{
    json_key(w, key);
    json_int(w, value);
}
static inline void json_field_bool(JsonWriter *w, const char *key, bool value)
{
    json_key(w, key);
    json_bool(w, value);
}

/* A string with its quotes. */
void json_add_quoted(StrBuf *out, Str value);
