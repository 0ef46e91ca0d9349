/* What a handler answers. */
#include <assert.h>

#include "exchange.h"

enum { USUAL_BYTES = 1024 };

static const char json_type[] = "application/json; charset=utf-8";

static Answer *begin(Request *req, int status)
{
    Answer *answer = &exchange_of(req)->answer;
    assert(!answer->status && "one answer a request");
    answer->status = status;
    answer->content_type = json_type;
    strbuf_reserve(&answer->body, USUAL_BYTES);
    answer->writer = json_writer(&answer->body, 0);
    json_begin_object(&answer->writer);
    json_key(&answer->writer, "data");
    return answer;
}

JsonWriter *respond_begin(Request *req, int status)
{
    Answer *answer = begin(req, status);
    json_begin_object(&answer->writer);
    return &answer->writer;
}

int respond_end(Request *req)
{
    JsonWriter *w = &exchange_of(req)->answer.writer;
    json_end_object(w);
    json_end_object(w);
    return 0;
}

int respond(Request *req, int status, const Field *fields, const void *value)
{
    JsonWriter *w = respond_begin(req, status);
    fields_write_json(w, fields, value);
    return respond_end(req);
}

JsonWriter *respond_list_begin(Request *req)
{
    return respond_array_begin(req);
}

int respond_list_end(Request *req, const ListEnd *end)
{
    JsonWriter *w = &exchange_of(req)->answer.writer;
    const Paging *paging = end->paging;
    int64_t pages = (end->total_count + paging->per_page - 1) / paging->per_page;
    bool has_next = paging->has_cursor ? end->has_more : paging->page < pages;
    json_end_array(w);
    json_field_int(w, "total_count", end->total_count);
    json_field_int(w, "page", paging->has_cursor ? 1 : paging->page);
    json_field_int(w, "per_page", paging->per_page);
    json_field_int(w, "total_pages", pages);
    json_field_bool(w, "has_next", has_next);
    if (end->next_cursor.len > 0 && has_next) {
        json_field_string(w, "next_cursor", end->next_cursor);
    }
    if (end->extra) {
        end->extra(w, end->extra_arg);
    }
    json_end_object(w);
    return 0;
}

JsonWriter *respond_array_begin(Request *req)
{
    Answer *answer = begin(req, 200);
    json_begin_array(&answer->writer);
    return &answer->writer;
}

int respond_array_end(Request *req)
{
    JsonWriter *w = &exchange_of(req)->answer.writer;
    json_end_array(w);
    json_end_object(w);
    return 0;
}

int respond_bytes(Request *req, int status, const char *content_type, Str body)
{
    Answer *answer = &exchange_of(req)->answer;
    assert(!answer->status && "one answer a request");
    answer->status = status;
    answer->content_type = content_type;
    strbuf_add(&answer->body, body);
    return 0;
}

int respond_empty(Request *req, int status)
{
    return respond_bytes(req, status, NULL, (Str) { 0 });
}

void respond_header(Request *req, const char *name, Str value)
{
    assert(http_value_is_valid(value));
    http_headers_set(
        &exchange_of(req)->http->response_headers, str_from(name), str_dup(req->ctx->arena, value)
    );
}

/* If-None-Match: a list of tags, or "*"; weak comparison (RFC 9110 section 13.1.2). */
static bool tag_is_listed(Str list, Str tag)
{
    Str rest = list;
    Str part;
    while (str_next(&rest, ',', &part)) {
        part = str_trim(part);
        str_strip_prefix(&part, STR("W/"));
        if (str_eq(part, STR("*")) || str_eq(part, tag)) {
            return true;
        }
    }
    return false;
}

bool respond_unchanged(Request *req, int64_t updated_at, Str id)
{
    enum { TAG_BYTES = 64 };
    StrBuf weak = STRBUF_ON_ARENA(req->ctx->arena);
    strbuf_reserve(&weak, TAG_BYTES);
    strbuf_add(&weak, STR("W/\""));
    strbuf_add_int64(&weak, updated_at);
    strbuf_add_char(&weak, '-');
    strbuf_add(&weak, id);
    strbuf_add_char(&weak, '"');
    respond_header(req, "ETag", strbuf_str(&weak));
    Str tag = str_skip(strbuf_str(&weak), 2);
    if (!tag_is_listed(request_header(req, "if-none-match"), tag)) {
        return false;
    }
    respond_empty(req, 304);
    return true;
}
