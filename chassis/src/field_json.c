/* From a JSON body to a struct. */
#include <chassis/context.h>
#include <math.h>

#include "field.h"

static void read_object(FieldSink *sink, const Field *fields, const Node *object, void *into);

static void wrong_type(FieldSink *sink, const char *wanted, const Node *node)
{
    field_break(sink, "must be %s, not %s", wanted, node_kind_name(node->kind));
    sink->wrong_type = true;
}

static bool is_text_type(FieldType type)
{
    switch (type) {
    case FIELD_TYPE_TEXT:
    case FIELD_TYPE_UUID:
    case FIELD_TYPE_ENUM:
    case FIELD_TYPE_CURRENCY:
    case FIELD_TYPE_TIME:
    case FIELD_TYPE_OPT_TIME:
    case FIELD_TYPE_URL:
    case FIELD_TYPE_EMAIL:
        return true;
    default:
        return false;
    }
}

/* The empty value of a nullable member: none of its bytes set. */
static void clear_member(const Field *field, void *into)
{
    switch (field->type) {
    case FIELD_TYPE_LIST:
        *(FieldList *) into = (FieldList) { 0 };
        break;
    case FIELD_TYPE_OPT_INT:
    case FIELD_TYPE_OPT_MONEY:
    case FIELD_TYPE_OPT_TIME:
        *(OptInt *) into = (OptInt) { 0 };
        break;
    default:
        *(Str *) into = (Str) { 0 };
        break;
    }
}

/* An item is new whatever the body does to what holds it: it starts from the table's defaults. */
static void set_fallbacks(FieldSink *sink, const Field *fields, void *item)
{
    for (const Field *field = fields; !field_is_end(field); field++) {
        if (field->fallback && field->type == FIELD_TYPE_JSON) {
            *(Str *) field_at(field, item) = str_from(field->fallback);
        } else if (field->fallback) {
            field_set_query(sink, field, str_from(field->fallback), field_at(field, item));
        }
    }
}

static void read_list(FieldSink *sink, const Field *field, const Node *node, FieldList *into)
{
    if (node->kind != NODE_SEQ) {
        wrong_type(sink, "a list", node);
        return;
    }
    int64_t count = (int64_t) node->seq.len;
    if (count < field->min || (field->max > 0 && count > field->max)) {
        field_break(
            sink,
            "must have between %lld and %lld items",
            (long long) field->min,
            (long long) field->max
        );
        return;
    }
    FieldList list = { .len = node->seq.len };
    list.ptr = arena_calloc(sink->ctx->arena, list.len ? list.len : 1, field->item_bytes);
    size_t base = sink->path.len;
    const Field item = { .type = field->item, .max = 0 };
    for (size_t i = 0; i < list.len; i++) {
        strbuf_addf(&sink->path, "[%zu]", i);
        void *slot = (char *) list.ptr + i * field->item_bytes;
        const Node *child = node->seq.items[i];
        if (field->fields && child->kind == NODE_MAP) {
            set_fallbacks(sink, field->fields, slot);
            read_object(sink, field->fields, child, slot);
        } else if (!field->fields && child->kind == NODE_STRING) {
            field_set_text(sink, &item, child->text, slot);
        } else {
            wrong_type(sink, field->fields ? "an object" : "a string", child);
        }
        strbuf_truncate(&sink->path, base);
    }
    *into = list;
}

/* jsonb has no place for it. The depth of a body is bounded. */
static bool has_nul(const Node *node)
{
    bool found = false;
    if (node->kind == NODE_SEQ) {
        for (size_t i = 0; i < node->seq.len && !found; i++) {
            found = has_nul(node->seq.items[i]);
        }
    } else if (node->kind == NODE_MAP) {
        for (size_t i = 0; i < node->map.len && !found; i++) {
            found = has_nul(node->map.pairs[i].key) || has_nul(node->map.pairs[i].value);
        }
    } else if (node->kind == NODE_STRING && node->text.len > 0) {
        found = memchr(node->text.ptr, '\0', node->text.len) != NULL;
    }
    return found;
}

static void read_json(FieldSink *sink, const Field *field, const Node *node, Str *into)
{
    if (node->kind != NODE_MAP && node->kind != NODE_SEQ) {
        wrong_type(sink, "an object or a list", node);
        return;
    }
    if (has_nul(node)) {
        field_break(sink, "must not contain a NUL character");
        return;
    }
    StrBuf text = STRBUF_ON_ARENA(sink->ctx->arena);
    JsonWriter w = json_writer(&text, 0);
    json_node(&w, node);
    if (field->max > 0 && (int64_t) text.len > field->max) {
        field_break(sink, "must be at most %lld bytes of JSON", (long long) field->max);
        return;
    }
    *into = strbuf_str(&text);
}

/* JSON has one kind of number: 1.0 and 1e3 are whole ones, too (JSON Schema's integer). */
static void read_number(FieldSink *sink, const Field *field, const Node *node, void *into)
{
    const double exact_most = 9007199254740992.0; /* 2^53 */
    if (node->kind == NODE_INT) {
        field_set_int(sink, field, node->integer, into);
    } else if (node->kind != NODE_FLOAT || node->real != trunc(node->real)) {
        wrong_type(sink, "a whole number", node);
    } else if (fabs(node->real) <= exact_most) {
        field_set_int(sink, field, (int64_t) node->real, into);
    } else {
        field_break(sink, "is out of range");
    }
}

static void read_value(FieldSink *sink, const Field *field, const Node *node, void *into)
{
    if (is_text_type(field->type)) {
        if (node->kind == NODE_STRING) {
            field_set_text(sink, field, node->text, into);
        } else {
            wrong_type(sink, "a string", node);
        }
        return;
    }
    switch (field->type) {
    case FIELD_TYPE_BOOL:
        if (node->kind == NODE_BOOL) {
            *(bool *) into = node->boolean;
        } else {
            wrong_type(sink, "true or false", node);
        }
        break;
    case FIELD_TYPE_LIST:
        read_list(sink, field, node, into);
        break;
    case FIELD_TYPE_STRUCT:
        if (node->kind == NODE_MAP) {
            read_object(sink, field->fields, node, into);
        } else {
            wrong_type(sink, "an object", node);
        }
        break;
    case FIELD_TYPE_JSON:
        read_json(sink, field, node, into);
        break;
    default:
        read_number(sink, field, node, into);
        break;
    }
}

static void read_field(FieldSink *sink, const Field *field, const Node *object, void *into)
{
    const Node *node = node_get_cstr(object, field->name);
    if (!node && field->alias) {
        node = node_get_cstr(object, field->alias);
    }
    bool is_null = node && node->kind == NODE_NULL;
    if (is_null && field->nullable) {
        clear_member(field, into);
    } else if (node && !is_null) {
        read_value(sink, field, node, into);
    } else if (is_null ? field->required || sink->mode == FIELD_MODE_UPDATE
                       : field->required && sink->mode == FIELD_MODE_CREATE) {
        field_break(sink, is_null ? "must not be null" : "is required");
    }
}

static void read_object(FieldSink *sink, const Field *fields, const Node *object, void *into)
{
    size_t base = sink->path.len;
    for (const Field *field = fields; !field_is_end(field); field++) {
        if (field->readonly) {
            continue;
        }
        if (base > 0) {
            strbuf_add_char(&sink->path, '.');
        }
        strbuf_add_cstr(&sink->path, field->name);
        read_field(sink, field, object, field_at(field, into));
        strbuf_truncate(&sink->path, base);
    }
}

int fields_from_json(
    Context *ctx, const Field *fields, FieldMode mode, const Node *object, void *into
)
{
    if (!node_is_map(object)) {
        return fail(ctx, FAIL_INVALID_INPUT, "the request body must be a JSON object");
    }
    FieldSink sink = { .ctx = ctx, .mode = mode, .path = STRBUF_ON_ARENA(ctx->arena) };
    read_object(&sink, fields, object, into);
    if (sink.wrong_type) {
        const FailField *first = &ctx->failure.fields.ptr[0];
        return fail(
            ctx,
            FAIL_INVALID_INPUT,
            "%" STR_FMT " %" STR_FMT,
            STR_ARG(first->path),
            STR_ARG(first->message)
        );
    }
    return fail_if_fields(ctx);
}
