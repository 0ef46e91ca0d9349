/* The JSON Schema of a decode table. Tables are told apart by their address. */
#include <assert.h>

#include "base/vec.h"
#include "codec/internal.h"

#define DURATION_PATTERN "^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+$|^0$"
#define BYTES_PATTERN    "^[0-9]+(\\.[0-9]+)?([bB]|[KMGT]i?B|[KMGT]i|[kmgt]b|kB|[kMGT])?$"

typedef struct Table {
    const DecodeField *fields;
    Str name; /* under $defs */
    unsigned uses;
} Table;

typedef struct Schema {
    JsonWriter *w;
    Arena *arena;
    VEC(Table) tables; /* the first is the root */
} Schema;

static void write_field(Schema *schema, const DecodeField *field);

/* Which tables there are */

static Table *find_table(Schema *schema, const DecodeField *fields)
{
    vec_foreach(table, &schema->tables) {
        if (table->fields == fields) {
            return table;
        }
    }
    return NULL;
}

static bool is_name_taken(const Schema *schema, Str name)
{
    vec_foreach(table, &schema->tables) {
        if (str_eq(table->name, name)) {
            return true;
        }
    }
    return false;
}

static Str free_name(Schema *schema, Str wanted)
{
    Str name = wanted;
    for (int i = 2; is_name_taken(schema, name); i++) {
        name = str_printf(schema->arena, "%" STR_FMT "_%d", STR_ARG(wanted), i);
    }
    return name;
}

static void collect_tables(Schema *schema, const DecodeField *fields, Str name);

static void collect_field(Schema *schema, const DecodeField *field, Str name)
{
    bool has_table = field->type == DECODE_TYPE_STRUCT || field->type == DECODE_TYPE_LIST ||
                     field->type == DECODE_TYPE_DICT;
    if (has_table && decode_items_are_structs(field)) {
        collect_tables(schema, field->fields, name);
    } else if (has_table) {
        collect_field(schema, field->fields, name);
    }
}

static void collect_tables(Schema *schema, const DecodeField *fields, Str name)
{
    Table *known = find_table(schema, fields);
    if (known) {
        known->uses++;
        return;
    }
    Table table = { .fields = fields, .name = free_name(schema, name), .uses = 1 };
    vec_push(&schema->tables, schema->arena, table);
    for (; fields->type != DECODE_TYPE_END; fields++) {
        collect_field(schema, fields, str_from(fields->name));
    }
}

/* Parts of a schema */

static void write_type(Schema *schema, const DecodeField *field, const char *type)
{
    json_key(schema->w, "type");
    if (!field->nullable) {
        json_cstr(schema->w, type);
        return;
    }
    json_begin_array(schema->w);
    json_cstr(schema->w, type);
    json_cstr(schema->w, "null");
    json_end_array(schema->w);
}

static void write_bounds(Schema *schema, const DecodeField *field, const char *min, const char *max)
{
    if (decode_is_bounded(field)) {
        json_field_int(schema->w, min, field->min);
    }
    if (decode_has_max(field)) {
        json_field_int(schema->w, max, field->max);
    }
}

static void write_pattern(Schema *schema, const char *pattern)
{
    if (pattern) {
        json_field_string(schema->w, "pattern", str_printf(schema->arena, "^(?:%s)$", pattern));
    }
}

static void write_properties(Schema *schema, const DecodeField *fields)
{
    JsonWriter *w = schema->w;
    json_key(w, "properties");
    json_begin_object(w);
    for (const DecodeField *field = fields; field->type != DECODE_TYPE_END; field++) {
        json_key(w, field->name);
        write_field(schema, field);
    }
    json_end_object(w);
}

static void write_required(Schema *schema, const DecodeField *fields)
{
    size_t count = 0;
    for (const DecodeField *field = fields; field->type != DECODE_TYPE_END; field++) {
        count += field->required;
    }
    if (count == 0) {
        return;
    }
    json_key(schema->w, "required");
    json_begin_array(schema->w);
    for (const DecodeField *field = fields; field->type != DECODE_TYPE_END; field++) {
        if (field->required) {
            json_cstr(schema->w, field->name);
        }
    }
    json_end_array(schema->w);
}

/* The keys of an object that a table describes. */
static void write_table(Schema *schema, const DecodeField *fields)
{
    JsonWriter *w = schema->w;
    json_field_string(w, "type", STR("object"));
    write_properties(schema, fields);
    write_required(schema, fields);
    json_key(w, "patternProperties");
    json_raw(w, STR("{\"^x-\":true}"));
    json_field_bool(w, "additionalProperties", false);
}

static void write_table_or_reference(Schema *schema, const DecodeField *fields)
{
    const Table *table = find_table(schema, fields);
    if (table->uses == 1) {
        write_table(schema, fields);
        return;
    }
    Str place = table == schema->tables.ptr
                    ? STR("#")
                    : str_printf(schema->arena, "#/$defs/%" STR_FMT, STR_ARG(table->name));
    json_field_string(schema->w, "$ref", place);
}

static void write_item(Schema *schema, const DecodeField *field)
{
    if (!decode_items_are_structs(field)) {
        write_field(schema, field->fields);
        return;
    }
    json_begin_object(schema->w);
    write_table_or_reference(schema, field->fields);
    json_end_object(schema->w);
}

/* One function a kind of type */

static void write_string(Schema *schema, const DecodeField *field)
{
    write_type(schema, field, "string");
    write_bounds(schema, field, "minLength", "maxLength");
    write_pattern(schema, field->pattern);
}

static void write_enum(Schema *schema, const DecodeField *field)
{
    json_key(schema->w, "enum");
    json_begin_array(schema->w);
    for (size_t i = 0; field->names[i]; i++) {
        json_cstr(schema->w, field->names[i]);
    }
    if (field->nullable) {
        json_null(schema->w);
    }
    json_end_array(schema->w);
}

static void write_bytes(Schema *schema, const DecodeField *field)
{
    json_key(schema->w, "type");
    json_raw(
        schema->w,
        field->nullable ? STR("[\"string\",\"integer\",\"null\"]") : STR("[\"string\",\"integer\"]")
    );
    json_field_string(schema->w, "pattern", STR(BYTES_PATTERN));
}

static void write_array(Schema *schema, const DecodeField *field)
{
    json_field_string(schema->w, "type", STR("array"));
    json_key(schema->w, "items");
    if (field->type == DECODE_TYPE_STRINGS) {
        json_begin_object(schema->w);
        json_field_string(schema->w, "type", STR("string"));
        write_pattern(schema, field->pattern);
        json_end_object(schema->w);
    } else {
        write_item(schema, field);
    }
    write_bounds(schema, field, "minItems", "maxItems");
}

static void write_null_choice(Schema *schema)
{
    json_begin_object(schema->w);
    json_field_string(schema->w, "type", STR("null"));
    json_end_object(schema->w);
}

/* A list, or one of its items alone, or null. */
static void write_list(Schema *schema, const DecodeField *field)
{
    if (!field->one_is_list && !field->nullable) {
        write_array(schema, field);
        return;
    }
    JsonWriter *w = schema->w;
    json_key(w, "anyOf");
    json_begin_array(w);
    if (field->one_is_list && field->type == DECODE_TYPE_STRINGS) {
        json_begin_object(w);
        json_field_string(w, "type", STR("string"));
        write_pattern(schema, field->pattern);
        json_end_object(w);
    } else if (field->one_is_list) {
        write_item(schema, field);
    }
    json_begin_object(w);
    write_array(schema, field);
    json_end_object(w);
    if (field->nullable) {
        write_null_choice(schema);
    }
    json_end_array(w);
}

static void write_dict(Schema *schema, const DecodeField *field)
{
    write_type(schema, field, "object");
    if (field->pattern) {
        json_key(schema->w, "propertyNames");
        json_begin_object(schema->w);
        write_pattern(schema, field->pattern);
        json_end_object(schema->w);
    }
    json_key(schema->w, "additionalProperties");
    write_item(schema, field);
}

static void write_struct(Schema *schema, const DecodeField *field)
{
    if (!field->nullable) {
        write_table_or_reference(schema, field->fields);
        return;
    }
    json_key(schema->w, "anyOf");
    json_begin_array(schema->w);
    write_item(schema, field);
    write_null_choice(schema);
    json_end_array(schema->w);
}

static void write_custom(Schema *schema, const DecodeField *field)
{
    Node *custom = NULL;
    if (!field->schema) {
        return;
    }
    int rc = json_read_str(schema->arena, str_from(field->schema), NULL, &custom, NULL);
    assert(rc == 0 && node_is_map(custom));
    for (size_t i = 0; rc == 0 && i < custom->map.len; i++) {
        json_key_str(schema->w, custom->map.pairs[i].key->text);
        json_node(schema->w, custom->map.pairs[i].value);
    }
}

static void write_by_type(Schema *schema, const DecodeField *field)
{
    switch (field->type) {
    case DECODE_TYPE_BOOL:
        write_type(schema, field, "boolean");
        break;
    case DECODE_TYPE_INT:
    case DECODE_TYPE_DOUBLE:
        write_type(schema, field, field->type == DECODE_TYPE_INT ? "integer" : "number");
        write_bounds(schema, field, "minimum", "maximum");
        break;
    case DECODE_TYPE_STRING:
        write_string(schema, field);
        break;
    case DECODE_TYPE_ENUM:
        write_enum(schema, field);
        break;
    case DECODE_TYPE_DURATION:
        write_type(schema, field, "string");
        json_field_string(schema->w, "pattern", STR(DURATION_PATTERN));
        break;
    case DECODE_TYPE_BYTES:
        write_bytes(schema, field);
        break;
    case DECODE_TYPE_STRUCT:
        write_struct(schema, field);
        break;
    case DECODE_TYPE_STRINGS:
    case DECODE_TYPE_LIST:
        write_list(schema, field);
        break;
    case DECODE_TYPE_DICT:
        write_dict(schema, field);
        break;
    case DECODE_TYPE_CUSTOM:
        write_custom(schema, field);
        break;
    case DECODE_TYPE_NODE:
    case DECODE_TYPE_END:
        break;
    }
}

static void write_default(Schema *schema, const DecodeField *field)
{
    json_key(schema->w, "default");
    bool is_literal = field->type == DECODE_TYPE_BOOL || field->type == DECODE_TYPE_INT ||
                      field->type == DECODE_TYPE_DOUBLE;
    if (is_literal) {
        json_raw(schema->w, str_from(field->fallback));
    } else {
        json_cstr(schema->w, field->fallback);
    }
}

static void write_field(Schema *schema, const DecodeField *field)
{
    json_begin_object(schema->w);
    if (field->help) {
        json_field_string(schema->w, "description", str_from(field->help));
    }
    write_by_type(schema, field);
    if (field->fallback) {
        write_default(schema, field);
    }
    json_end_object(schema->w);
}

static void write_definitions(Schema *schema)
{
    bool is_open = false;
    for (size_t i = 1; i < schema->tables.len; i++) {
        const Table *table = &schema->tables.ptr[i];
        if (table->uses == 1) {
            continue;
        }
        if (!is_open) {
            json_key(schema->w, "$defs");
            json_begin_object(schema->w);
            is_open = true;
        }
        json_key_str(schema->w, table->name);
        json_begin_object(schema->w);
        write_table(schema, table->fields);
        json_end_object(schema->w);
    }
    if (is_open) {
        json_end_object(schema->w);
    }
}

void decode_schema(JsonWriter *w, const DecodeField *fields)
{
    auto_arena Arena *arena = arena_new(0);
    Schema schema = { .w = w, .arena = arena };
    collect_tables(&schema, fields, STR("root"));
    json_begin_object(w);
    json_field_string(w, "$schema", STR("https://json-schema.org/draft/2020-12/schema"));
    write_table(&schema, fields);
    write_definitions(&schema);
    json_end_object(w);
}
