#include "net/sse.h"

#include <errno.h>

/* ---- writing ---- */

/* A field's value on one line: what would end it is left out. */
static void add_line(StrBuf *out, Str name, Str value)
{
    strbuf_add(out, name);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c != '\r' && c != '\n' && c != '\0') {
            strbuf_add_char(out, c);
        }
    }
    strbuf_add_char(out, '\n');
}

void sse_add(StrBuf *out, const SseEvent *event)
{
    if (event->event.len) {
        add_line(out, STR("event: "), event->event);
    }
    if (event->id.len) {
        add_line(out, STR("id: "), event->id);
    }
    Str rest = event->data, line;
    bool any = false;
    while (str_next(&rest, '\n', &line)) {
        add_line(out, STR("data: "), line);
        any = true;
    }
    if (!any || str_has_suffix(event->data, STR("\n"))) {
        strbuf_add(out, STR("data: \n"));
    }
    strbuf_add_char(out, '\n');
}

int sse_start(HttpExchange *exchange)
{
    HttpHeaders *headers = &exchange->response_headers;
    http_headers_set(headers, STR("Content-Type"), STR("text/event-stream"));
    http_headers_set(headers, STR("Cache-Control"), STR("no-store"));
    http_headers_set(headers, STR("X-Accel-Buffering"), STR("no"));
    int rc = http_respond_start(exchange, 200);
    if (rc < 0) {
        return rc;
    }
    http_end_on_drain(exchange);
    return http_flush(exchange);
}

int sse_send(HttpExchange *exchange, const SseEvent *event)
{
    StrBuf out = STRBUF_INIT;
    sse_add(&out, event);
    int rc = http_write(exchange, strbuf_str(&out));
    strbuf_done(&out);
    return rc < 0 ? rc : http_flush(exchange);
}

int sse_ping(HttpExchange *exchange)
{
    int rc = http_write(exchange, STR(":\n\n"));
    return rc < 0 ? rc : http_flush(exchange);
}

/* ---- reading ---- */

void sse_parser_init(SseParser *parser, size_t max_bytes)
{
    *parser = (SseParser) { .max_bytes = max_bytes ? max_bytes : 1024 * 1024, .retry_ms = -1 };
}

void sse_parser_done(SseParser *parser)
{
    strbuf_done(&parser->line);
    strbuf_done(&parser->data);
    strbuf_done(&parser->event);
    strbuf_done(&parser->id);
}

static void set(StrBuf *to, Str value)
{
    strbuf_clear(to);
    strbuf_add(to, value);
}

static void take_field(SseParser *parser, Str name, Str value)
{
    if (str_eq(name, STR("data"))) {
        strbuf_add(&parser->data, value);
        strbuf_add_char(&parser->data, '\n');
        parser->has_data = true;
    } else if (str_eq(name, STR("event"))) {
        set(&parser->event, value);
    } else if (str_eq(name, STR("id")) && !str_has_char(value, '\0')) {
        set(&parser->id, value);
    } else if (str_eq(name, STR("retry"))) {
        int64_t retry_ms;
        if (str_to_int64(value, &retry_ms) && retry_ms >= 0) {
            parser->retry_ms = retry_ms;
        }
    }
}

/* One whole line; true when it ended an event that has data. */
static bool take_line(SseParser *parser, Str line)
{
    if (line.len == 0) {
        return parser->has_data;
    }
    if (line.ptr[0] == ':') {
        return false;
    }
    Str name = line, value = STR("");
    if (str_cut(line, ':', &name, &value)) {
        str_strip_prefix(&value, STR(" "));
    }
    take_field(parser, name, value);
    return false;
}

/* The event that was handed out is forgotten; an empty line without data forgets its name too. */
static void begin_event(SseParser *parser)
{
    strbuf_clear(&parser->data);
    strbuf_clear(&parser->event);
    parser->has_data = false;
}

static bool ends_line(SseParser *parser, char c)
{
    bool second = c == '\n' && parser->saw_cr; /* of CR LF */
    parser->saw_cr = c == '\r';
    return (c == '\n' || c == '\r') && !second;
}

static int take_char(SseParser *parser, char c, bool *ret_event)
{
    bool after_cr = c == '\n' && parser->saw_cr;
    *ret_event = false;
    if (!ends_line(parser, c)) {
        if (!after_cr) {
            strbuf_add_char(&parser->line, c);
        }
        return parser->line.len + parser->data.len > parser->max_bytes ? -EMSGSIZE : 0;
    }
    Str line = strbuf_str(&parser->line);
    if (!parser->started) {
        parser->started = true;
        str_strip_prefix(&line, STR("\xef\xbb\xbf"));
    }
    bool empty = line.len == 0;
    *ret_event = take_line(parser, line);
    strbuf_clear(&parser->line);
    if (empty && !*ret_event) {
        begin_event(parser);
    }
    return 0;
}

int sse_parser_next(SseParser *parser, Str *input, SseEvent *ret_event)
{
    if (parser->dispatched) {
        parser->dispatched = false;
        begin_event(parser);
    }
    while (input->len > 0) {
        bool whole;
        int rc = take_char(parser, input->ptr[0], &whole);
        *input = str_skip(*input, 1);
        if (rc < 0) {
            return rc;
        }
        if (whole) {
            parser->dispatched = true;
            Str data = strbuf_str(&parser->data);
            *ret_event = (SseEvent) {
                .event = strbuf_str(&parser->event),
                .id = strbuf_str(&parser->id),
                .data = str_slice(data, 0, data.len - 1),
            };
            return 1;
        }
    }
    return 0;
}
