#include "openapi.h"

#include "field.h"

static void write_ref(JsonWriter *w, const char *ref)
{
    json_begin_object(w);
    json_field_string(w, "$ref", str_from(ref));
    json_end_object(w);
}

static void write_json_content(JsonWriter *w)
{
    json_key(w, "content");
    json_begin_object(w);
    json_key(w, "application/json");
    json_begin_object(w);
    json_key(w, "schema");
}

static void end_json_content(JsonWriter *w)
{
    json_end_object(w);
    json_end_object(w);
}

static bool is_id_name(Str name)
{
    return str_eq(name, STR("id")) || str_has_suffix(name, STR("Id"));
}

static void write_path_parameters(JsonWriter *w, Str pattern)
{
    Str rest = pattern;
    Str part;
    while (str_next(&rest, '/', &part)) {
        if (part.len < 3 || part.ptr[0] != '{') {
            continue;
        }
        Str name = str_slice(part, 1, part.len - 1);
        json_begin_object(w);
        json_field_string(w, "name", name);
        json_field_string(w, "in", STR("path"));
        json_field_bool(w, "required", true);
        json_key(w, "schema");
        json_begin_object(w);
        json_field_string(w, "type", STR("string"));
        if (is_id_name(name)) {
            json_field_string(w, "format", STR("uuid"));
        } else {
            json_field_int(w, "minLength", 1);
        }
        json_end_object(w);
        json_end_object(w);
    }
}

/* A parameter without a value (?page=) counts as absent: forms send such. */
static void write_query_schema(JsonWriter *w, const Field *field)
{
    Field bare = *field;
    bare.nullable = false;
    bare.help = NULL;
    bool takes_empty = field->type == FIELD_TYPE_LIST || field->type == FIELD_TYPE_TEXT;
    json_key(w, "schema");
    if (takes_empty) {
        field_write_schema(w, &bare, FIELD_SCHEMA_UPDATE);
        return;
    }
    json_begin_object(w);
    json_key(w, "anyOf");
    json_begin_array(w);
    field_write_schema(w, &bare, FIELD_SCHEMA_UPDATE);
    json_raw(w, STR("{\"const\":\"\"}"));
    json_end_array(w);
    json_end_object(w);
}

static void write_query_parameters(JsonWriter *w, const Field *fields)
{
    for (const Field *field = fields; field && !field_is_end(field); field++) {
        json_begin_object(w);
        json_field_string(w, "name", str_from(field->name));
        json_field_string(w, "in", STR("query"));
        if (field->type == FIELD_TYPE_LIST) {
            json_field_string(w, "style", STR("form"));
            json_field_bool(w, "explode", false);
        }
        if (field->help) {
            json_field_string(w, "description", str_from(field->help));
        }
        write_query_schema(w, field);
        json_end_object(w);
    }
}

static void write_idempotency_parameter(JsonWriter *w)
{
    json_begin_object(w);
    json_field_string(w, "name", STR("Idempotency-Key"));
    json_field_string(w, "in", STR("header"));
    json_key(w, "schema");
    json_raw(w, STR("{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}"));
    json_end_object(w);
}

static void write_parameters(JsonWriter *w, const Route *route, Str pattern)
{
    json_key(w, "parameters");
    json_begin_array(w);
    write_path_parameters(w, pattern);
    write_query_parameters(w, route->query);
    if (route->is_list) {
        write_query_parameters(w, paging_query_fields(route->has_cursor));
    }
    if (route->is_idempotent) {
        write_idempotency_parameter(w);
    }
    json_end_array(w);
}

static void write_request_body(JsonWriter *w, const Route *route)
{
    if (!route->body) {
        return;
    }
    json_key(w, "requestBody");
    json_begin_object(w);
    json_field_bool(w, "required", true);
    write_json_content(w);
    fields_write_schema(
        w, route->body, route->is_update ? FIELD_SCHEMA_UPDATE : FIELD_SCHEMA_CREATE
    );
    end_json_content(w);
    json_end_object(w);
}

static void write_property(JsonWriter *w, const char *name, const char *schema)
{
    json_key(w, name);
    json_raw(w, str_from(schema));
}

static void write_data_schema(JsonWriter *w, const Route *route)
{
    json_begin_object(w);
    json_field_string(w, "type", STR("object"));
    json_key(w, "properties");
    json_begin_object(w);
    json_key(w, "data");
    if (route->is_list || route->is_array) {
        json_begin_object(w);
        json_field_string(w, "type", STR("array"));
        json_key(w, "items");
        fields_write_schema(w, route->response, FIELD_SCHEMA_OUTPUT);
        json_end_object(w);
    } else {
        fields_write_schema(w, route->response, FIELD_SCHEMA_OUTPUT);
    }
    if (route->is_list) {
        write_property(w, "total_count", "{\"type\":\"integer\",\"minimum\":0}");
        write_property(w, "page", "{\"type\":\"integer\",\"minimum\":1}");
        write_property(w, "per_page", "{\"type\":\"integer\",\"minimum\":1}");
        write_property(w, "total_pages", "{\"type\":\"integer\",\"minimum\":0}");
        write_property(w, "has_next", "{\"type\":\"boolean\"}");
        if (route->has_cursor) {
            write_property(w, "next_cursor", "{\"type\":\"string\"}");
        }
    }
    json_end_object(w);
    json_key(w, "required");
    json_begin_array(w);
    json_cstr(w, "data");
    json_end_array(w);
    json_end_object(w);
}

static void write_responses(JsonWriter *w, const Route *route)
{
    json_key(w, "responses");
    json_begin_object(w);
    int status = route->status ? route->status : 200;
    char text[4] = { (char) ('0' + status / 100),
                     (char) ('0' + status / 10 % 10),
                     (char) ('0' + status % 10),
                     '\0' };
    json_key(w, text);
    json_begin_object(w);
    json_field_string(w, "description", STR("Success"));
    if (route->response || route->response_schema) {
        write_json_content(w);
        if (route->response) {
            write_data_schema(w, route);
        } else {
            json_raw(w, str_from(route->response_schema));
        }
        end_json_content(w);
    }
    json_end_object(w);
    json_key(w, "default");
    write_ref(w, "#/components/responses/Error");
    json_end_object(w);
}

static void write_security(JsonWriter *w, const Route *route)
{
    json_key(w, "security");
    json_raw(
        w, route->access == ACCESS_PUBLIC ? STR("[{},{\"bearer\":[]}]") : STR("[{\"bearer\":[]}]")
    );
}

/* get_api_v1_products_id: unique, since method and pattern are. */
static void write_operation_id(JsonWriter *w, const Route *route)
{
    auto_strbuf StrBuf id = STRBUF_INIT;
    Str method = http_method_name(route->method);
    for (size_t i = 0; i < method.len; i++) {
        strbuf_add_char(&id, (char) (method.ptr[i] | 0x20));
    }
    for (const char *c = route->pattern; *c; c++) {
        bool is_word =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (is_word) {
            strbuf_add_char(&id, *c);
        } else if (id.ptr[id.len - 1] != '_' && c[1] != '\0') {
            strbuf_add_char(&id, '_');
        }
    }
    json_field_string(w, "operationId", strbuf_str(&id));
}

static void write_operation(JsonWriter *w, const Route *route, Str pattern)
{
    char method[16] = { 0 };
    Str name = http_method_name(route->method);
    for (size_t i = 0; i < name.len && i < sizeof method - 1; i++) {
        method[i] = (char) (name.ptr[i] | 0x20);
    }
    json_key(w, method);
    json_begin_object(w);
    write_operation_id(w, route);
    if (route->summary) {
        json_field_string(w, "summary", str_from(route->summary));
    }
    if (route->tag) {
        json_key(w, "tags");
        json_begin_array(w);
        json_cstr(w, route->tag);
        json_end_array(w);
    }
    write_security(w, route);
    write_parameters(w, route, pattern);
    write_request_body(w, route);
    write_responses(w, route);
    json_end_object(w);
}

/* /x/{id} and /x/{idOrSlug} are one path to OpenAPI, whatever their parameter is called: the first
 * route names it. */
static bool is_same_path(Str a, Str b)
{
    Str part_a;
    Str part_b;
    while (str_next(&a, '/', &part_a)) {
        bool has_b = str_next(&b, '/', &part_b);
        bool both_params = has_b && part_a.len > 0 && part_b.len > 0 && part_a.ptr[0] == '{' &&
                           part_b.ptr[0] == '{';
        if (!has_b || (!both_params && !str_eq(part_a, part_b))) {
            return false;
        }
    }
    return !str_next(&b, '/', &part_b);
}

static bool is_first_of_pattern(const Router *router, size_t index)
{
    Str pattern = str_from(router_at(router, index)->pattern);
    for (size_t i = 0; i < index; i++) {
        if (is_same_path(pattern, str_from(router_at(router, i)->pattern))) {
            return false;
        }
    }
    return true;
}

static void write_paths(JsonWriter *w, const Router *router)
{
    json_key(w, "paths");
    json_begin_object(w);
    for (size_t i = 0; i < router_count(router); i++) {
        if (!is_first_of_pattern(router, i)) {
            continue;
        }
        Str pattern = str_from(router_at(router, i)->pattern);
        json_key_str(w, pattern);
        json_begin_object(w);
        for (size_t k = i; k < router_count(router); k++) {
            if (is_same_path(pattern, str_from(router_at(router, k)->pattern))) {
                write_operation(w, router_at(router, k), pattern);
            }
        }
        json_end_object(w);
    }
    json_end_object(w);
}

static const char components[] =
    "{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":"
    "\"JWT\"}},"
    "\"schemas\":{\"Error\":{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{"
    "\"error\":{"
    "\"type\":\"object\",\"required\":[\"code\",\"message\",\"request_id\"],\"properties\":{"
    "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},"
    "\"fields\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
    "\"request_id\":{\"type\":\"string\"}}}}}},"
    "\"responses\":{\"Error\":{\"description\":\"The error "
    "envelope\",\"content\":{\"application/json\":"
    "{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}}}}";

void openapi_write(StrBuf *out, const Router *router, const OpenapiInfo *info)
{
    JsonWriter w = json_writer(out, 0);
    json_begin_object(&w);
    json_field_string(&w, "openapi", STR("3.1.0"));
    json_key(&w, "info");
    json_begin_object(&w);
    json_field_string(&w, "title", info->title);
    json_field_string(&w, "summary", info->summary);
    json_field_string(&w, "version", info->version);
    json_end_object(&w);
    write_paths(&w, router);
    json_key(&w, "components");
    json_raw(&w, str_from(components));
    json_end_object(&w);
}
