/* HTTP/1 connections: bytes in, one request in hand at a time, what comes after it waits. */
#include <string.h>

#include "http1_internal.h"

static void feed_pending(Connection *connection);

void http1_start(Connection *connection)
{
    Http1 *http1 = &connection->http1;
    llhttp_init(&http1->parser, HTTP_REQUEST, &http1_settings);
    http1->parser.data = connection;
}

static void stop_reading(Connection *connection)
{
    if (!connection->http1.read_stopped && connection->stream) {
        connection->http1.read_stopped = true;
        stream_read_stop(connection->stream);
    }
}

void http1_resume_reading(Connection *connection)
{
    if (connection->http1.read_stopped && connection->stream && !connection->closing) {
        connection->http1.read_stopped = false;
        stream_read_start(connection->stream);
    }
}

/* ---- parsing ---- */

/* The request in hand is refused, or, when its handler runs already, its body has failed. */
static void fail(Connection *connection, llhttp_errno_t code)
{
    Http1 *http1 = &connection->http1;
    Exchange *exchange = http1->exchange;
    http1->paused = true;
    http1_refuse_syntax(connection, code);
    exchange->close_after = true;
    if (exchange->running) {
        exchange_end_body(exchange, -EBADMSG);
        return;
    }
    if (http1->discarding) {
        connection_close(connection);
        return;
    }
    timeout_disarm(&connection->read_timeout);
    exchange_end_body(exchange, -EBADMSG);
    exchange_run(exchange);
}

static size_t parse(Connection *connection, Str data)
{
    Http1 *http1 = &connection->http1;
    http1->stable = http1->in_head || http1->in_trailers;
    Str piece = http1->stable ? http1_keep(connection, data) : data;
    if (http1->stable && !http1_lines_are_strict(http1, piece)) {
        http1_refuse(http1->exchange, 400, "a line of the fields is folded or ends without CR");
        fail(connection, HPE_OK);
        return data.len;
    }
    llhttp_errno_t code = llhttp_execute(&http1->parser, piece.ptr, piece.len);
    if (code == HPE_OK) {
        return piece.len;
    }
    if (code != HPE_PAUSED) {
        fail(connection, code);
        return data.len;
    }
    const char *stop = llhttp_get_error_pos(&http1->parser);
    llhttp_resume(&http1->parser);
    return (size_t) (stop - piece.ptr);
}

static void begin(Connection *connection)
{
    Http1 *http1 = &connection->http1;
    http1->exchange = exchange_new(connection, &http1_ops);
    http1_reset_head(http1);
    timeout_disarm(&connection->read_timeout);
}

/* What a parsed piece led to: a handler to start, a head to wait for, a body to hold back, a
 * discarded request to forget. */
static void after_piece(Connection *connection)
{
    Http1 *http1 = &connection->http1;
    Exchange *exchange = http1->exchange;
    if (exchange == NULL || connection->closing) {
        return;
    }
    if (http1->head_complete) {
        http1->head_complete = false;
        timeout_disarm(&connection->read_timeout);
        exchange_run(exchange);
        return;
    }
    if (http1->in_head && !timeout_is_armed(&connection->read_timeout)) {
        connection_arm(connection, TIMEOUT_HEADER);
    }
    if (http1->discarding && http1->paused) {
        http1_done(exchange);
        return;
    }
    if (exchange_body_buffered(exchange) > connection->server->options.body_buffer_bytes) {
        stop_reading(connection);
    }
}

/* Parses until the request in hand is complete; returns how much was taken. */
static size_t take_some(Connection *connection, Str data)
{
    Http1 *http1 = &connection->http1;
    size_t used = 0;
    bool outer = http1->parsing;
    http1->parsing = true;
    while (used < data.len && !connection->closing && !http1->paused) {
        if (http1->exchange == NULL) {
            /* RFC 9112 section 2.2: empty lines before a request line are ignored. */
            if (data.ptr[used] == '\r' || data.ptr[used] == '\n') {
                used++;
                continue;
            }
            begin(connection);
        }
        used += parse(connection, str_skip(data, used));
        after_piece(connection);
    }
    http1->parsing = outer;
    return used;
}

static void read_ahead(Connection *connection, Str data)
{
    Http1 *http1 = &connection->http1;
    if (data.len == 0 || connection->closing) {
        return;
    }
    strbuf_add(&http1->pending, data);
    if (http1->pending.len - http1->pending_at > connection->server->options.max_pipelined_bytes) {
        stop_reading(connection);
    }
}

void http1_feed(Connection *connection, Str data)
{
    Http1 *http1 = &connection->http1;
    if (http1->pending.len) {
        read_ahead(connection, data);
        feed_pending(connection);
        return;
    }
    size_t used = take_some(connection, data);
    read_ahead(connection, str_skip(data, used));
}

static void feed_pending(Connection *connection)
{
    Http1 *http1 = &connection->http1;
    Str pending = str_skip(strbuf_str(&http1->pending), http1->pending_at);
    http1->pending_at += take_some(connection, pending);
    if (connection->closing) {
        return;
    }
    if (http1->pending_at == http1->pending.len) {
        strbuf_clear(&http1->pending);
        http1->pending_at = 0;
        if (!http1->exchange || exchange_body_buffered(http1->exchange) == 0) {
            http1_resume_reading(connection);
        }
        if (http1->saw_eof) {
            http1_eof(connection);
        }
    }
}

/* ---- ends ---- */

void http1_eof(Connection *connection)
{
    Http1 *http1 = &connection->http1;
    Exchange *exchange = http1->exchange;
    http1->saw_eof = true;
    if (exchange && http1->paused && http1->pending.len > http1->pending_at) {
        return; /* what was read ahead is served first */
    }
    if (exchange == NULL || !exchange->running) {
        connection_close(connection);
        return;
    }
    exchange->close_after = true;
    exchange_abort_handler(exchange);
}

static void go_on(Connection *connection)
{
    connection->http1.paused = false;
    connection_arm(connection, TIMEOUT_IDLE);
    if (!connection->http1.parsing && connection->http1.pending.len) {
        feed_pending(connection);
    }
}

/* The next request waits until the peer has taken enough of this one's answer. */
void http1_done(Exchange *exchange)
{
    Connection *connection = exchange->connection;
    Http1 *http1 = &connection->http1;
    bool left_body = !exchange->body_ended && !exchange->close_after;
    if (!connection->closing && !exchange->pub.aborted && left_body) {
        http1->discarding = true;
        strbuf_done(&exchange->body_more);
        connection_arm(connection, TIMEOUT_DISCARD);
        http1_resume_reading(connection);
        return;
    }
    bool close = exchange->close_after || connection->server->draining;
    bool aborted = exchange->pub.aborted;
    http1->exchange = NULL;
    exchange_release(exchange);
    if (connection->closing || connection->protocol == PROTOCOL_UPGRADED) {
        connection_maybe_free(connection);
    } else if (close || aborted) {
        connection_close_flushed(connection);
    } else if (!connection_is_behind(connection)) {
        go_on(connection);
    }
}

void http1_on_drain(Connection *connection)
{
    if (connection->http1.exchange) {
        exchange_wake_writer(connection->http1.exchange);
    } else if (connection->http1.paused) {
        go_on(connection);
    }
}

void http1_stop(Connection *connection)
{
    Exchange *exchange = connection->http1.exchange;
    if (exchange == NULL) {
        return;
    }
    if (exchange->running) {
        exchange_abort_handler(exchange);
        return;
    }
    connection->http1.exchange = NULL;
    exchange_release(exchange);
}

void http1_drain(Connection *connection)
{
    if (connection->http1.exchange == NULL && !connection->closing) {
        connection_arm(connection, TIMEOUT_DRAIN);
    }
}

void http1_on_timeout(Connection *connection, int class)
{
    Http1 *http1 = &connection->http1;
    if (class != TIMEOUT_HEADER || http1->exchange == NULL) {
        connection_close(connection);
        return;
    }
    connection->server->stats.timeouts_total++;
    http1->paused = true;
    http1_refuse(http1->exchange, 408, "the header fields took too long to come");
    http1->exchange->close_after = true;
    exchange_run(http1->exchange);
}

/* The stream has a new owner; the connection stays until its exchange has ended. */
void http1_detach(Connection *connection)
{
    stream_read_stop(connection->stream);
    stream_set_callbacks(connection->stream, &(StreamCallbacks) { 0 }, NULL);
    timeout_disarm(&connection->read_timeout);
    timeout_disarm(&connection->write_timeout);
    connection->stream = NULL;
    connection->protocol = PROTOCOL_UPGRADED;
    connection->closing = connection->closed = true;
}
