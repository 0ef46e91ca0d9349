/* Decode tables: a document becomes a struct by a table of its fields, and every mistake in it is
 * reported at once, with its place and the nearest name. The same table gives the JSON Schema.
 *
 *     static const DecodeField port_fields[] = {
 *         DECODE_INT(Ports, http, "http", .min = 1, .max = 65535, .help = "HTTP port"),
 *         DECODE_END
 *     };
 *
 * A decoded struct keeps where each field came from: a member `Span spans[]` is not needed, the
 * node is found again by path (codec/node.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "codec/node.h"

typedef struct DecodeField DecodeField;
typedef struct DecodeContext {
    Arena *arena;
    DiagList *diags;
    bool is_overlay; /* the struct is filled already: nothing is required of it again */
    void *user;      /* for custom decoders */
    Map patterns;    /* the decoder's own: text of a pattern -> Regex, compiled once */
} DecodeContext;

typedef enum DecodeType {
    DECODE_TYPE_END,
    DECODE_TYPE_BOOL,     /* bool */
    DECODE_TYPE_INT,      /* int64_t */
    DECODE_TYPE_DOUBLE,   /* double */
    DECODE_TYPE_STRING,   /* Str */
    DECODE_TYPE_ENUM,     /* int, from .names */
    DECODE_TYPE_DURATION, /* int64_t ns, from "15m" */
    DECODE_TYPE_BYTES,    /* int64_t, from "256mb", "64KiB", "1Gi" */
    DECODE_TYPE_STRUCT,   /* nested struct by .fields */
    DECODE_TYPE_STRINGS,  /* DecodeStrings; one string counts as a list of one where .one_is_list */
    DECODE_TYPE_LIST,     /* DecodeList of items by .fields */
    DECODE_TYPE_DICT,     /* DecodeDict: name -> item by .fields; .pattern is that of the names */
    DECODE_TYPE_NODE,     /* Node *: left as it is */
    DECODE_TYPE_CUSTOM,   /* .decode */
} DecodeType;

typedef struct DecodeStrings {
    Str *ptr;
    Node **nodes; /* where each came from */
    size_t len;
} DecodeStrings;

typedef struct DecodeList {
    void *ptr; /* array of .item_size */
    size_t len;
} DecodeList;

typedef struct DecodeDictEntry {
    Str name;
    Node *key;   /* the key's node: its place */
    Node *node;  /* the value's node */
    void *value; /* struct of .item_size on the arena */
} DecodeDictEntry;

typedef struct DecodeDict {
    DecodeDictEntry *ptr; /* in document order */
    size_t len;
} DecodeDict;

/* Writes to `into`; reports its own findings; false when nothing could be decoded. */
typedef bool (*DecodeFn)(DecodeContext *ctx, const DecodeField *field, Node *node, void *into);

struct DecodeField {
    const char *name;
    DecodeType type;
    size_t offset;
    size_t item_size;          /* of an item of LIST, DICT */
    const DecodeField *fields; /* STRUCT, LIST, DICT: their table; it may contain itself. LIST and
                                * DICT of anything but structs: one field without a name */
    const char *const *names;  /* ENUM: NULL-terminated, value = index */
    DecodeFn decode;           /* CUSTOM */
    const char *schema;        /* CUSTOM: its JSON Schema as JSON text */
    int64_t min, max;          /* INT, DURATION, BYTES; lengths of STRING in characters, of lists in
                                * items. Both 0: no bound; max below min: no upper bound */
    const char *pattern;       /* STRING, each of STRINGS: regular expression for the whole text */
    const char *pattern_help;  /* "a lower-case DNS label" */
    const char *fallback;      /* default, for the schema and `explain` only */
    const char *help;          /* one sentence */
    bool required;
    bool one_is_list;
    bool nullable;     /* null leaves the member untouched, as if the key were absent */
    size_t present_at; /* see DECODE_PRESENT */
};

/* Fills `into` from `node`, which must be a map; absent fields are left untouched, so overlays are
 * decoded one after the other over the same struct (ctx->is_overlay from the second on): structs
 * are decoded into, a DICT's entry of the same name too and new ones are appended, lists are
 * replaced. Keys that start with "x-" are ignored. Returns whether no error was added. Rule ids:
 * D1001 unknown key, D1002 wrong type, D1003 missing, D1004 out of range, D1005 not one of,
 * D1006 pattern. */
bool decode_struct(DecodeContext *ctx, const DecodeField *fields, Node *node, void *into);

/* Adds D1002 "name: expected …, got …" for a custom decoder; returns false. */
bool decode_fail(
    DecodeContext *ctx, const DecodeField *field, const Node *node, const char *expected
);

/* The entry of that name, or NULL. */
DecodeDictEntry *decode_dict_find(const DecodeDict *dict, Str name);

/* The JSON Schema (2020-12) of a table, as one value into `w`. A table that is used twice, or
 * contains itself, stands once under $defs. */
void decode_schema(JsonWriter *w, const DecodeField *fields);

/* A size such as "256mb", "64KiB", "1Gi", "1.5GB", "100": k M G T, kB MB GB TB decimal; Ki Mi Gi
 * Ti, KiB…, and lower-case kb mb gb tb binary, as Redis reads them. A bare "m" or "g" is refused:
 * it is binary to Docker, decimal to Redis, and "m" is milli to Kubernetes. Fractions round up to a
 * byte. */
bool bytes_parse(Str text, int64_t *ret_bytes);
/* The shortest exact form with a binary unit: "256Mi", "1500". */
void bytes_add(StrBuf *out, int64_t bytes);

#define DECODE_MEMBER(Struct, member) .offset = offsetof(Struct, member)
/* A bool that is set when the key was there. */
#define DECODE_PRESENT(Struct, member) .present_at = offsetof(Struct, member) + 1
#define DECODE_END                     { .type = DECODE_TYPE_END }
#define DECODE_BOOL(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_BOOL, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_INT(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_INT, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_STRING(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_STRING, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_STRINGS(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_STRINGS, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_DOUBLE(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_DOUBLE, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_ENUM(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_ENUM, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_DURATION(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_DURATION, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_BYTES(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_BYTES, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_NODE(Struct, member, key, ...) \
    { .name = (key), .type = DECODE_TYPE_NODE, DECODE_MEMBER(Struct, member), __VA_ARGS__ }
#define DECODE_STRUCT(Struct, member, key, table, ...) \
    { .name = (key),                                   \
      .type = DECODE_TYPE_STRUCT,                      \
      DECODE_MEMBER(Struct, member),                   \
      .fields = (table),                               \
      __VA_ARGS__ }
#define DECODE_LIST(Struct, member, key, Item, table, ...) \
    { .name = (key),                                       \
      .type = DECODE_TYPE_LIST,                            \
      DECODE_MEMBER(Struct, member),                       \
      .item_size = sizeof(Item),                           \
      .fields = (table),                                   \
      __VA_ARGS__ }
#define DECODE_DICT(Struct, member, key, Item, table, ...) \
    { .name = (key),                                       \
      .type = DECODE_TYPE_DICT,                            \
      DECODE_MEMBER(Struct, member),                       \
      .item_size = sizeof(Item),                           \
      .fields = (table),                                   \
      __VA_ARGS__ }
#define DECODE_CUSTOM(Struct, member, key, decoder, ...) \
    { .name = (key),                                     \
      .type = DECODE_TYPE_CUSTOM,                        \
      DECODE_MEMBER(Struct, member),                     \
      .decode = (decoder),                               \
      __VA_ARGS__ }
