/* From a struct to JSON. */
#include <assert.h>

#include "field.h"

static bool is_empty(const Field *field, const void *member)
{
    switch (field->type) {
    case FIELD_TYPE_OPT_INT:
    case FIELD_TYPE_OPT_MONEY:
    case FIELD_TYPE_OPT_TIME:
        return !((const OptInt *) member)->has;
    case FIELD_TYPE_TEXT:
    case FIELD_TYPE_UUID:
    case FIELD_TYPE_CURRENCY:
    case FIELD_TYPE_URL:
    case FIELD_TYPE_EMAIL:
        return field->nullable ? ((const Str *) member)->ptr == NULL : false;
    case FIELD_TYPE_JSON:
        return ((const Str *) member)->len == 0;
    default:
        return false;
    }
}

static void write_time(JsonWriter *w, int64_t utc_us)
{
    char text[RFC3339_US_LEN + 1];
    clock_format_us(utc_us, text);
    json_string(w, str_make(text, RFC3339_US_LEN));
}

static void write_list(JsonWriter *w, const Field *field, const FieldList *list)
{
    json_begin_array(w);
    for (size_t i = 0; i < list->len; i++) {
        const void *item = (const char *) list->ptr + i * field->item_bytes;
        if (field->fields) {
            fields_write_object(w, field->fields, item);
        } else {
            json_string(w, *(const Str *) item);
        }
    }
    json_end_array(w);
}

static void write_value(JsonWriter *w, const Field *field, const void *member)
{
    switch (field->type) {
    case FIELD_TYPE_BOOL:
        json_bool(w, *(const bool *) member);
        break;
    case FIELD_TYPE_INT:
    case FIELD_TYPE_MONEY:
        json_int(w, *(const int64_t *) member);
        break;
    case FIELD_TYPE_OPT_INT:
    case FIELD_TYPE_OPT_MONEY:
        json_int(w, ((const OptInt *) member)->value);
        break;
    case FIELD_TYPE_DOUBLE:
        json_double(w, *(const double *) member);
        break;
    case FIELD_TYPE_ENUM:
        json_cstr(w, field->names[*(const int *) member]);
        break;
    case FIELD_TYPE_TIME:
        write_time(w, *(const int64_t *) member);
        break;
    case FIELD_TYPE_OPT_TIME:
        write_time(w, ((const OptInt *) member)->value);
        break;
    case FIELD_TYPE_JSON:
        json_raw_compact(w, *(const Str *) member);
        break;
    case FIELD_TYPE_STRUCT:
        fields_write_object(w, field->fields, member);
        break;
    case FIELD_TYPE_LIST:
        write_list(w, field, member);
        break;
    default:
        json_string(w, *(const Str *) member);
        break;
    }
}

void fields_write_json(JsonWriter *w, const Field *fields, const void *value)
{
    for (const Field *field = fields; !field_is_end(field); field++) {
        if (field->writeonly) {
            continue;
        }
        const void *member = field_in(field, value);
        bool empty = is_empty(field, member);
        if (empty && field->omit_empty) {
            continue;
        }
        json_key(w, field->name);
        if (empty) {
            json_null(w);
        } else {
            write_value(w, field, member);
        }
    }
}

void fields_write_object(JsonWriter *w, const Field *fields, const void *value)
{
    json_begin_object(w);
    fields_write_json(w, fields, value);
    json_end_object(w);
}
