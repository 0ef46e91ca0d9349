/* From a table to JSON Schema 2020-12, for OpenAPI. */
#include <chassis/money.h>

#include "field.h"

static const char *json_type(FieldType type)
{
    switch (type) {
    case FIELD_TYPE_BOOL:
        return "boolean";
    case FIELD_TYPE_INT:
    case FIELD_TYPE_OPT_INT:
    case FIELD_TYPE_MONEY:
    case FIELD_TYPE_OPT_MONEY:
        return "integer";
    case FIELD_TYPE_DOUBLE:
        return "number";
    case FIELD_TYPE_LIST:
        return "array";
    case FIELD_TYPE_STRUCT:
        return "object";
    default:
        return "string";
    }
}

static const char *json_format(FieldType type)
{
    switch (type) {
    case FIELD_TYPE_INT:
    case FIELD_TYPE_OPT_INT:
    case FIELD_TYPE_MONEY:
    case FIELD_TYPE_OPT_MONEY:
        return "int64";
    case FIELD_TYPE_UUID:
        return "uuid";
    case FIELD_TYPE_TIME:
    case FIELD_TYPE_OPT_TIME:
        return "date-time";
    case FIELD_TYPE_URL:
        return "uri";
    case FIELD_TYPE_EMAIL:
        return "email";
    default:
        return NULL;
    }
}

static void write_type(JsonWriter *w, const Field *field)
{
    json_key(w, "type");
    if (field->type == FIELD_TYPE_JSON) {
        json_begin_array(w);
        json_cstr(w, "object");
        json_cstr(w, "array");
        json_end_array(w);
    } else {
        json_cstr(w, json_type(field->type));
    }
}

static void write_bounds(JsonWriter *w, const Field *field)
{
    const char *low = "minLength";
    const char *high = "maxLength";
    bool is_number = str_eq_cstr(str_from(json_type(field->type)), "integer");
    bool is_money = field->type == FIELD_TYPE_MONEY || field->type == FIELD_TYPE_OPT_MONEY;
    if (is_number) {
        low = "minimum";
        high = "maximum";
    } else if (field->type == FIELD_TYPE_LIST) {
        low = "minItems";
        high = "maxItems";
    } else if (field->type == FIELD_TYPE_JSON) {
        return;
    }
    if (is_money || field->min != 0 || (is_number && field->max != 0)) {
        json_field_int(w, low, field->min);
    }
    if (field->max != 0) {
        json_field_int(w, high, field->max);
    } else if (is_money) {
        json_field_int(w, high, MONEY_MAX);
    }
}

static void write_words(JsonWriter *w, const Field *field)
{
    json_key(w, "enum");
    json_begin_array(w);
    for (size_t i = 0; field->names[i]; i++) {
        json_cstr(w, field->names[i]);
    }
    json_end_array(w);
}

static void write_items(JsonWriter *w, const Field *field, FieldSchema kind)
{
    json_key(w, "items");
    if (field->fields) {
        fields_write_schema(w, field->fields, kind);
        return;
    }
    json_begin_object(w);
    json_field_string(w, "type", str_from(json_type(field->item)));
    if (json_format(field->item)) {
        json_field_string(w, "format", str_from(json_format(field->item)));
    }
    json_end_object(w);
}

static void write_bare(JsonWriter *w, const Field *field, FieldSchema kind)
{
    if (field->type == FIELD_TYPE_STRUCT) {
        fields_write_schema(w, field->fields, kind);
        return;
    }
    json_begin_object(w);
    write_type(w, field);
    if (json_format(field->type)) {
        json_field_string(w, "format", str_from(json_format(field->type)));
    }
    if (field->type == FIELD_TYPE_CURRENCY) {
        json_field_string(w, "pattern", STR("^[A-Za-z]{3}$"));
    }
    if (field->type == FIELD_TYPE_ENUM) {
        write_words(w, field);
    } else {
        write_bounds(w, field);
    }
    if (field->type == FIELD_TYPE_LIST) {
        write_items(w, field, kind);
    }
    if (field->help) {
        json_field_string(w, "description", str_from(field->help));
    }
    json_end_object(w);
}

/* A create takes null for what may be absent. */
static bool may_be_null(const Field *field, FieldSchema kind)
{
    return field->nullable || (kind == FIELD_SCHEMA_CREATE && !field->required);
}

void field_write_schema(JsonWriter *w, const Field *field, FieldSchema kind)
{
    if (!may_be_null(field, kind)) {
        write_bare(w, field, kind);
        return;
    }
    json_begin_object(w);
    json_key(w, "anyOf");
    json_begin_array(w);
    write_bare(w, field, kind);
    json_raw(w, STR("{\"type\":\"null\"}"));
    json_end_array(w);
    json_end_object(w);
}

static bool is_shown(const Field *field, FieldSchema kind)
{
    return kind == FIELD_SCHEMA_OUTPUT ? !field->writeonly : !field->readonly;
}

static bool is_required(const Field *field, FieldSchema kind)
{
    switch (kind) {
    case FIELD_SCHEMA_OUTPUT:
        return !field->omit_empty;
    case FIELD_SCHEMA_CREATE:
        return field->required;
    case FIELD_SCHEMA_UPDATE:
        break;
    }
    return false;
}

static void write_required(JsonWriter *w, const Field *fields, FieldSchema kind)
{
    bool open = false;
    for (const Field *field = fields; !field_is_end(field); field++) {
        if (!is_shown(field, kind) || !is_required(field, kind)) {
            continue;
        }
        if (!open) {
            json_key(w, "required");
            json_begin_array(w);
            open = true;
        }
        json_cstr(w, field->name);
    }
    if (open) {
        json_end_array(w);
    }
}

void fields_write_schema(JsonWriter *w, const Field *fields, FieldSchema kind)
{
    json_begin_object(w);
    json_field_string(w, "type", STR("object"));
    json_key(w, "properties");
    json_begin_object(w);
    for (const Field *field = fields; !field_is_end(field); field++) {
        if (is_shown(field, kind)) {
            json_key(w, field->name);
            field_write_schema(w, field, kind);
        }
    }
    json_end_object(w);
    write_required(w, fields, kind);
    json_end_object(w);
}
