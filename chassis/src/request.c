/* What a handler reads from its request. */
#include <assert.h>
#include <chassis/ids.h>

#include "net/url.h"

#include "exchange.h"
#include "field.h"
#include "openapi.h"

Str request_param(const Request *req, const char *name)
{
    const RouteMatch *match = &exchange_of(req)->match;
    for (size_t i = 0; i < match->param_count; i++) {
        if (str_eq_cstr(match->params[i].name, name)) {
            Str value = match->params[i].value;
            Str decoded;
            return url_decode(req->ctx->arena, value, false, &decoded) ? decoded : value;
        }
    }
    assert(false && "the name stands in the route's pattern");
    return (Str) { 0 };
}

int request_param_id(Request *req, const char *name, Str *ret_id)
{
    if (id_parse(req->ctx->arena, request_param(req, name), ret_id)) {
        return 0;
    }
    return fail(req->ctx, FAIL_NOT_FOUND, "there is nothing with this id");
}

Str request_header(const Request *req, const char *name)
{
    return http_headers_get(&exchange_of(req)->http->headers, str_from(name));
}

bool request_query_value(const Request *req, const char *name, Str *ret_value)
{
    return url_query_get(req->ctx->arena, req->raw_query, str_from(name), ret_value);
}

static const Field *query_field(const Field *fields, Str name)
{
    for (const Field *field = fields; !field_is_end(field); field++) {
        if (str_eq_cstr(name, field->name) || (field->alias && str_eq_cstr(name, field->alias))) {
            return field;
        }
    }
    return NULL;
}

/* The first broken rule is the message: a query has no fields of its own in the envelope. */
static int fail_parameter(Context *ctx)
{
    if (ctx->failure.fields.len == 0) {
        return 0;
    }
    FailField first = ctx->failure.fields.ptr[0];
    return fail(
        ctx,
        FAIL_INVALID_PARAMETER,
        "%" STR_FMT " %" STR_FMT,
        STR_ARG(first.path),
        STR_ARG(first.message)
    );
}

static int read_query(Request *req, const Field *fields, void *into)
{
    Context *ctx = req->ctx;
    FieldSink sink = { .ctx = ctx, .path = STRBUF_ON_ARENA(ctx->arena) };
    Str rest = req->raw_query;
    Str name;
    Str value;
    while (url_query_next(ctx->arena, &rest, &name, &value)) {
        const Field *field = query_field(fields, name);
        if (!field || value.len == 0) {
            continue;
        }
        strbuf_clear(&sink.path);
        strbuf_add_cstr(&sink.path, field->name);
        if (utf8_is_valid(value)) {
            field_set_query(&sink, field, value, field_at(field, into));
        } else {
            field_break(&sink, "must be valid UTF-8");
        }
    }
    return fail_parameter(ctx);
}

int request_query(Request *req, void *into)
{
    assert(req->route->query && "the route has a query table");
    return read_query(req, req->route->query, into);
}

const Node *request_body_node(Request *req)
{
    return exchange_of(req)->body_node;
}

int request_body(Request *req, void *into)
{
    assert(req->route->body && "the route has a body table");
    FieldMode mode = req->route->is_update ? FIELD_MODE_UPDATE : FIELD_MODE_CREATE;
    return fields_from_json(req->ctx, req->route->body, mode, request_body_node(req), into);
}

typedef struct PagingInput {
    int64_t page, per_page;
    Str cursor;
} PagingInput;

static const Field paging_fields[] = {
    FIELD_INT(PagingInput, page, .min = 1, .max = 1000000, .help = "from 1"),
    FIELD_INT(
        PagingInput, per_page, .alias = "page_size", .min = 1, .max = 100, .help = "items of a page"
    ),
    FIELD_TEXT(
        PagingInput, cursor, .max = CURSOR_MAX_BYTES, .help = "next_cursor of the page before"
    ),
    FIELD_END
};
enum { PAGING_DEPTH_MAX = 1000000 };

int request_paging(Request *req, Paging *ret_paging)
{
    PagingInput input = { .page = 1, .per_page = 20 };
    TRY(read_query(req, paging_fields, &input));
    Paging paging = { .page = input.page, .per_page = input.per_page };
    if (input.cursor.len > 0) {
        if (!cursor_parse(req->ctx->arena, input.cursor, &paging.cursor)) {
            return fail(req->ctx, FAIL_INVALID_PARAMETER, "cursor is not one of ours");
        }
        paging.has_cursor = true;
    } else {
        if (input.page * input.per_page > PAGING_DEPTH_MAX) {
            return fail(
                req->ctx,
                FAIL_INVALID_PARAMETER,
                "page * per_page must be at most %d",
                PAGING_DEPTH_MAX
            );
        }
        paging.offset = (input.page - 1) * input.per_page;
    }
    *ret_paging = paging;
    return 0;
}

const Field *paging_query_fields(bool with_cursor)
{
    static const Field without_cursor[] = {
        FIELD_INT(PagingInput, page, .min = 1, .max = 1000000, .help = "from 1"),
        FIELD_INT(PagingInput, per_page, .min = 1, .max = 100, .help = "items of a page"),
        FIELD_END
    };
    return with_cursor ? paging_fields : without_cursor;
}

int paging_check_cursor(Request *req, const Paging *paging, Str tag, size_t value_count)
{
    if (!paging->has_cursor ||
        (paging->cursor.count == value_count + 1 && str_eq(paging->cursor.parts[0], tag))) {
        return 0;
    }
    return fail(req->ctx, FAIL_INVALID_PARAMETER, "cursor belongs to another list or order");
}
