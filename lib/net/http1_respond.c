/* HTTP/1 answers: one head, then the body as it is, in chunks, or until the connection ends. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#include "http1_internal.h"

/* What the handler left of a body is read and dropped up to here; past it the connection ends
 * instead. */
enum { DISCARD_BYTES = 64 * 1024 };

enum { LENGTH_NONE = -1, LENGTH_CHUNKED = -2 };

static bool has_body(const Exchange *exchange)
{
    int status = exchange->pub.status;
    return status >= 200 && status != 204 && status != 304;
}

/* True when what is left of the request can be skipped cheaply and surely comes. */
static bool can_skip_body(const Exchange *exchange)
{
    if (exchange->body_ended) {
        return true;
    }
    bool known = exchange->content_length >= 0 && exchange->body_error == 0;
    return known && !exchange->expects_continue &&
           (uint64_t) exchange->content_length - exchange->pub.bytes_in <= DISCARD_BYTES;
}

static bool decide_close(Exchange *exchange)
{
    if (!can_skip_body(exchange) || exchange->body_too_large ||
        exchange->connection->server->draining || exchange->connection->http1.saw_eof) {
        exchange->close_after = true;
    }
    return exchange->close_after;
}

/* The server's own fields are never taken from the handler. */
static bool is_own_field(Str name)
{
    switch (name.len) {
    case 4:
        return str_eq_nocase(name, STR("date"));
    case 7:
        return str_eq_nocase(name, STR("upgrade"));
    case 10:
        return str_eq_nocase(name, STR("connection")) || str_eq_nocase(name, STR("keep-alive"));
    case 14:
        return str_eq_nocase(name, STR("content-length"));
    case 17:
        return str_eq_nocase(name, STR("transfer-encoding"));
    default:
        return false;
    }
}

static void add_status_line(StrBuf *out, int status)
{
    if (status == 200) {
        strbuf_add(out, STR("HTTP/1.1 200 OK\r\nDate: "));
        return;
    }
    strbuf_add(out, STR("HTTP/1.1 "));
    strbuf_add_int64(out, status);
    strbuf_add_char(out, ' ');
    strbuf_add(out, http_status_text(status));
    strbuf_add(out, STR("\r\nDate: "));
}

static void add_head(Exchange *exchange, StrBuf *out, int64_t length)
{
    bool close = decide_close(exchange);
    add_status_line(out, exchange->pub.status);
    strbuf_add(out, http_date_now());
    strbuf_add(out, STR("\r\n"));
    http_headers_foreach(item, &exchange->pub.response_headers)
    {
        if (is_own_field(item->name)) {
            continue;
        }
        strbuf_add(out, item->name);
        strbuf_add(out, STR(": "));
        strbuf_add(out, item->value);
        strbuf_add(out, STR("\r\n"));
    }
    if (length >= 0) {
        strbuf_add(out, STR("Content-Length: "));
        strbuf_add_int64(out, length);
        strbuf_add(out, STR("\r\n"));
    } else if (length == LENGTH_CHUNKED) {
        strbuf_add(out, STR("Transfer-Encoding: chunked\r\n"));
    }
    if (close) {
        strbuf_add(out, STR("Connection: close\r\n"));
    } else if (exchange->pub.version == HTTP_1_0) {
        strbuf_add(out, STR("Connection: keep-alive\r\n"));
    }
    strbuf_add(out, STR("\r\n"));
}

/* A Content-Length that the handler gave: for HEAD without a body, and for answers in pieces. */
static int64_t given_length(const Exchange *exchange)
{
    int64_t length;
    Str given = http_headers_get(&exchange->pub.response_headers, STR("content-length"));
    return str_to_int64(given, &length) && length >= 0 ? length : LENGTH_NONE;
}

static int respond(Exchange *exchange, Str body, bool stable)
{
    (void) stable; /* what can't be sent at once is copied by the stream */
    int64_t length = LENGTH_NONE;
    if (has_body(exchange)) {
        length = (int64_t) body.len;
        if (exchange->is_head && body.len == 0 && given_length(exchange) >= 0) {
            length = given_length(exchange);
        }
    }
    StrBuf *head = &exchange->connection->server->head;
    strbuf_clear(head);
    add_head(exchange, head, length);
    bool send_body = has_body(exchange) && !exchange->is_head && body.len > 0;
    Str parts[] = { strbuf_str(head), body };
    return connection_send(exchange->connection, parts, send_body ? 2 : 1);
}

static int start(Exchange *exchange)
{
    int64_t length = has_body(exchange) ? given_length(exchange) : LENGTH_NONE;
    if (length == LENGTH_NONE && has_body(exchange)) {
        if (exchange->pub.version == HTTP_1_0) {
            exchange->close_after = true;
        } else {
            exchange->chunked = true;
            length = LENGTH_CHUNKED;
        }
    }
    add_head(exchange, &exchange->out, length);
    return 0;
}

/* Sends the head, where it still waits, and these. */
static int send_with_head(Exchange *exchange, const Str *parts, size_t count)
{
    Str all[4];
    size_t used = 0;
    if (exchange->out.len) {
        all[used++] = strbuf_str(&exchange->out);
    }
    for (size_t i = 0; i < count; i++) {
        all[used++] = parts[i];
    }
    int rc = used ? connection_send(exchange->connection, all, used) : 0;
    exchange->out.len = 0;
    return rc;
}

static int write_piece(Exchange *exchange, Str data)
{
    if (!has_body(exchange)) {
        return 0;
    }
    if (!exchange->chunked) {
        return send_with_head(exchange, &data, 1);
    }
    char size[24];
    int length = snprintf(size, sizeof(size), "%zx\r\n", data.len);
    Str parts[] = { str_make(size, (size_t) length), data, STR("\r\n") };
    return send_with_head(exchange, parts, 3);
}

static int flush(Exchange *exchange)
{
    return send_with_head(exchange, NULL, 0);
}

static int end(Exchange *exchange, const HttpHeaders *trailers)
{
    if (!exchange->chunked || exchange->is_head) {
        return flush(exchange);
    }
    StrBuf last = STRBUF_ON_ARENA(exchange->pub.arena);
    strbuf_add(&last, STR("0\r\n"));
    if (trailers) {
        http_headers_foreach(item, trailers)
        {
            if (is_own_field(item->name) || !http_name_is_valid(item->name) ||
                !http_value_is_valid(item->value)) {
                continue;
            }
            strbuf_add(&last, item->name);
            strbuf_add(&last, STR(": "));
            strbuf_add(&last, item->value);
            strbuf_add(&last, STR("\r\n"));
        }
    }
    strbuf_add(&last, STR("\r\n"));
    Str part = strbuf_str(&last);
    return send_with_head(exchange, &part, 1);
}

/* A chunked or measured answer that stops short is seen as broken only by the connection's end. */
static void abort_response(Exchange *exchange)
{
    exchange->close_after = true;
    connection_close(exchange->connection);
}

static bool is_behind(const Exchange *exchange)
{
    return connection_is_behind(exchange->connection);
}

static void want_body(Exchange *exchange)
{
    if (exchange->expects_continue) {
        exchange->expects_continue = false;
        Str interim = STR("HTTP/1.1 100 Continue\r\n\r\n");
        connection_send(exchange->connection, &interim, 1);
    }
    http1_resume_reading(exchange->connection);
}

static void took_body(Exchange *exchange, size_t size)
{
    (void) size;
    if (!exchange->connection->http1.paused &&
        exchange_body_buffered(exchange) <=
            exchange->connection->server->options.body_buffer_bytes / 2) {
        http1_resume_reading(exchange->connection);
    }
}

const ExchangeOps http1_ops = {
    .respond = respond,
    .start = start,
    .write = write_piece,
    .flush = flush,
    .end = end,
    .abort = abort_response,
    .is_behind = is_behind,
    .want_body = want_body,
    .took_body = took_body,
    .done = http1_done,
};

/* ---- leaving HTTP ---- */

int http_upgrade(HttpExchange *pub, Str protocol, Stream **ret_stream, Str *ret_early)
{
    Exchange *exchange = CONTAINER_OF(pub, Exchange, pub);
    Connection *connection = exchange->connection;
    Http1 *http1 = &connection->http1;
    bool fits = pub->version == HTTP_1_1 && exchange->body_ended && exchange->body_first.len == 0 &&
                http_headers_list_has(&pub->headers, STR("connection"), STR("upgrade")) &&
                http_headers_list_has(&pub->headers, STR("upgrade"), protocol);
    if (!fits || exchange->response_started) {
        return -EPROTO;
    }
    if (connection->closing || pub->aborted) {
        return -EPIPE;
    }
    StrBuf *head = &connection->server->head;
    strbuf_clear(head);
    strbuf_add(head, STR("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "));
    strbuf_add(head, protocol);
    strbuf_add(head, STR("\r\n"));
    http_headers_foreach(item, &pub->response_headers)
    {
        if (http_name_is_valid(item->name) && http_value_is_valid(item->value)) {
            strbuf_addf(
                head, "%" STR_FMT ": %" STR_FMT "\r\n", STR_ARG(item->name), STR_ARG(item->value)
            );
        }
    }
    strbuf_add(head, STR("\r\n"));
    Str part = strbuf_str(head);
    int rc = connection_send(connection, &part, 1);
    if (rc < 0) {
        return rc;
    }
    exchange->response_started = exchange->response_ended = true;
    pub->status = 101;
    *ret_early = str_dup(pub->arena, str_skip(strbuf_str(&http1->pending), http1->pending_at));
    *ret_stream = connection->stream;
    http1_detach(connection);
    return 0;
}
