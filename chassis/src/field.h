/* What the directions of a field table share. */
#pragma once

#include <chassis/context.h>
#include <chassis/field.h>

static inline void *field_at(const Field *field, void *into)
{
    return (char *) into + field->offset;
}
static inline const void *field_in(const Field *field, const void *value)
{
    return (const char *) value + field->offset;
}
static inline bool field_is_end(const Field *field)
{
    return field->type == FIELD_TYPE_END;
}

/* Where a value goes and who hears of a broken rule. */
typedef struct FieldSink {
    Context *ctx;
    FieldMode mode;
    StrBuf path;     /* JSON path of what is being read */
    bool wrong_type; /* some value had the wrong JSON type: INVALID_INPUT */
} FieldSink;

void field_break(FieldSink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text value checked and stored by the field's type; for JSON strings and query parameters. */
void field_set_text(FieldSink *sink, const Field *field, Str text, void *into);
/* A whole number, for INT, MONEY and their optional forms. */
void field_set_int(FieldSink *sink, const Field *field, int64_t number, void *into);
/* One query parameter: text to the field's type. */
void field_set_query(FieldSink *sink, const Field *field, Str text, void *into);
/* JSON Schema of one field: of a query parameter in OpenAPI. */
void field_write_schema(JsonWriter *w, const Field *field, FieldSchema kind);
