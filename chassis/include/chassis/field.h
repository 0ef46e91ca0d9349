/* Field: one member of a struct and what it is to the outside. A table of fields is written once
 * for a resource and serves every direction: a JSON body or a query becomes the struct, a row
 * becomes the struct, the struct becomes JSON, and OpenAPI shows it.
 *
 *     static const Field brand_fields[] = {
 *         FIELD_UUID(Brand, id, .readonly = true),
 *         FIELD_TEXT(Brand, name, .required = true, .min = 1, .max = 255, .trim = true),
 *         FIELD_TEXT(Brand, logo_url, .nullable = true, .max = 2048),
 *         FIELD_TIME(Brand, created_at, .readonly = true),
 *         FIELD_END
 *     };
 *
 * Absent keys leave the member as it is: a create starts from defaults, an update from the row that
 * is there. An explicit null clears a nullable member to its empty value: the empty Str, an OptInt
 * that has none. Unknown keys are ignored. Every broken rule is noted under its JSON path. */
#pragma once

#include <chassis/base.h>
#include <stddef.h>

typedef struct Context Context;

typedef enum FieldType {
    FIELD_TYPE_END,
    FIELD_TYPE_BOOL,      /* bool */
    FIELD_TYPE_INT,       /* int64_t */
    FIELD_TYPE_OPT_INT,   /* OptInt; always nullable */
    FIELD_TYPE_MONEY,     /* int64_t minor units, 0..10^12 */
    FIELD_TYPE_OPT_MONEY, /* OptInt */
    FIELD_TYPE_DOUBLE,    /* double; out only */
    FIELD_TYPE_TEXT,      /* Str; min and max count characters */
    FIELD_TYPE_UUID,      /* Str, lower case */
    FIELD_TYPE_ENUM,      /* int: index in .names */
    FIELD_TYPE_CURRENCY,  /* Str: ISO 4217, upper-cased */
    FIELD_TYPE_TIME,      /* int64_t UTC microseconds */
    FIELD_TYPE_OPT_TIME,  /* OptInt */
    FIELD_TYPE_URL,       /* Str: absolute http or https */
    FIELD_TYPE_EMAIL,     /* Str, lower-cased */
    FIELD_TYPE_JSON,      /* Str: an object or array as compact JSON text */
    FIELD_TYPE_STRUCT,    /* nested, by .fields */
    FIELD_TYPE_LIST,      /* FieldList of structs by .fields, or of scalars by .item */
} FieldType;

typedef struct FieldList {
    void *ptr; /* array of .item_bytes */
    size_t len;
} FieldList;

typedef struct Field Field;
struct Field {
    const char *name; /* JSON key, query parameter and column */
    FieldType type;
    size_t offset;
    const char *alias;        /* second name accepted as input */
    int64_t min, max;         /* value, characters or items; both 0: no bound but the type's */
    const char *const *names; /* ENUM: NULL-terminated */
    const Field *fields;      /* STRUCT and LIST */
    FieldType item;           /* LIST of scalars: TEXT, UUID or INT */
    size_t item_bytes;        /* LIST */
    const char *help;         /* one sentence, for OpenAPI */
    const char *fallback; /* default of a list's item; elsewhere for OpenAPI only, since the handler
                             fills the struct */
    bool required;        /* present and not null, in a body that creates */
    bool nullable;
    bool trim;       /* TEXT: white space at both ends goes first */
    bool readonly;   /* never taken from input */
    bool writeonly;  /* never written out */
    bool omit_empty; /* left out of JSON instead of null */
};

#define FIELD_(Struct, member, kind, ...) \
    { .name = #member, .type = (kind), .offset = offsetof(Struct, member), __VA_ARGS__ }
#define FIELD_BOOL(Struct, member, ...) FIELD_(Struct, member, FIELD_TYPE_BOOL, __VA_ARGS__)
#define FIELD_INT(Struct, member, ...)  FIELD_(Struct, member, FIELD_TYPE_INT, __VA_ARGS__)
#define FIELD_OPT_INT(Struct, member, ...) \
    FIELD_(Struct, member, FIELD_TYPE_OPT_INT, .nullable = true, __VA_ARGS__)
#define FIELD_MONEY(Struct, member, ...) FIELD_(Struct, member, FIELD_TYPE_MONEY, __VA_ARGS__)
#define FIELD_OPT_MONEY(Struct, member, ...) \
    FIELD_(Struct, member, FIELD_TYPE_OPT_MONEY, .nullable = true, __VA_ARGS__)
#define FIELD_DOUBLE(Struct, member, ...) FIELD_(Struct, member, FIELD_TYPE_DOUBLE, __VA_ARGS__)
#define FIELD_TEXT(Struct, member, ...)   FIELD_(Struct, member, FIELD_TYPE_TEXT, __VA_ARGS__)
#define FIELD_UUID(Struct, member, ...)   FIELD_(Struct, member, FIELD_TYPE_UUID, __VA_ARGS__)
#define FIELD_ENUM(Struct, member, words, ...) \
    FIELD_(Struct, member, FIELD_TYPE_ENUM, .names = (words), __VA_ARGS__)
#define FIELD_CURRENCY(Struct, member, ...) FIELD_(Struct, member, FIELD_TYPE_CURRENCY, __VA_ARGS__)
#define FIELD_TIME(Struct, member, ...)     FIELD_(Struct, member, FIELD_TYPE_TIME, __VA_ARGS__)
#define FIELD_OPT_TIME(Struct, member, ...) \
    FIELD_(Struct, member, FIELD_TYPE_OPT_TIME, .nullable = true, __VA_ARGS__)
#define FIELD_URL(Struct, member, ...)   FIELD_(Struct, member, FIELD_TYPE_URL, __VA_ARGS__)
#define FIELD_EMAIL(Struct, member, ...) FIELD_(Struct, member, FIELD_TYPE_EMAIL, __VA_ARGS__)
#define FIELD_JSON(Struct, member, ...)  FIELD_(Struct, member, FIELD_TYPE_JSON, __VA_ARGS__)
#define FIELD_STRUCT(Struct, member, table, ...) \
    FIELD_(Struct, member, FIELD_TYPE_STRUCT, .fields = (table), __VA_ARGS__)
#define FIELD_LIST(Struct, member, Item, table, ...) \
    FIELD_(                                          \
        Struct,                                      \
        member,                                      \
        FIELD_TYPE_LIST,                             \
        .item_bytes = sizeof(Item),                  \
        .fields = (table),                           \
        __VA_ARGS__                                  \
    )
#define FIELD_TEXTS(Struct, member, ...) \
    FIELD_(                              \
        Struct,                          \
        member,                          \
        FIELD_TYPE_LIST,                 \
        .item_bytes = sizeof(Str),       \
        .item = FIELD_TYPE_TEXT,         \
        __VA_ARGS__                      \
    )
#define FIELD_UUIDS(Struct, member, ...) \
    FIELD_(                              \
        Struct,                          \
        member,                          \
        FIELD_TYPE_LIST,                 \
        .item_bytes = sizeof(Str),       \
        .item = FIELD_TYPE_UUID,         \
        __VA_ARGS__                      \
    )
#define FIELD_END { .type = FIELD_TYPE_END }

typedef enum FieldMode {
    FIELD_MODE_CREATE, /* required fields must be there */
    FIELD_MODE_UPDATE, /* absent means unchanged, also for a required field */
} FieldMode;

/* A JSON object into `into`. Fails with VALIDATION_ERROR and every broken rule, or INVALID_INPUT
 * for a value of the wrong JSON type. */
int fields_from_json(
    Context *ctx, const Field *fields, FieldMode mode, const Node *object, void *into
);
/* The members of a JSON object; the braces are the caller's, so more may stand beside them. */
void fields_write_json(JsonWriter *w, const Field *fields, const void *value);
/* As one object. */
void fields_write_object(JsonWriter *w, const Field *fields, const void *value);
/* JSON Schema of what goes out, or of what comes in. */
typedef enum FieldSchema {
    FIELD_SCHEMA_OUTPUT,
    FIELD_SCHEMA_CREATE,
    FIELD_SCHEMA_UPDATE,
} FieldSchema;
void fields_write_schema(JsonWriter *w, const Field *fields, FieldSchema kind);
/* Name of an ENUM's value. */
Str field_enum_name(const char *const *names, int value);
/* Index of a word, or -1. */
int field_enum_value(const char *const *names, Str word);
