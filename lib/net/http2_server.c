/* HTTP/2 connections: nghttp2's session fed and flushed, and the floods that RFC 9113 section 10.5
 * warns of ended before they cost. */
#include <string.h>

#include "base/mem.h"

#include "http2_internal.h"

enum {
    CONNECTION_WINDOW_BYTES = 1024 * 1024,
    OUTBOUND_ACKS_MOST = 128, /* of SETTINGS and PING, waiting for a peer that doesn't read */
    SETTINGS_ENTRIES_MOST = 32,
    CONTINUATIONS_MOST = 8,
    FLUSH_BYTES = 64 * 1024,
    PROGRESS_BYTES = 1024,
    /* At once, and as they come back. A peer in trouble cancels many calls; an attacker resets tens of
     * thousands a second. nghttp2's own bound on resets stands above ours, which says why. */
    RESETS_MOST = 500,
    RESETS_PER_S = 200,
    ODDITIES_MOST = 500,
    ODDITIES_PER_S = 50,
};

int http2_server_init(HttpServer *server)
{
    int rc = nghttp2_session_callbacks_new(&server->h2_callbacks);
    if (rc != 0) {
        return -ENOMEM;
    }
    http2_set_callbacks(server->h2_callbacks);
    if (nghttp2_option_new(&server->h2_options) != 0) {
        nghttp2_session_callbacks_del(server->h2_callbacks);
        return -ENOMEM;
    }
    nghttp2_option *options = server->h2_options;
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_max_outbound_ack(options, OUTBOUND_ACKS_MOST);
    nghttp2_option_set_max_settings(options, SETTINGS_ENTRIES_MOST);
    nghttp2_option_set_max_continuations(options, CONTINUATIONS_MOST);
    nghttp2_option_set_stream_reset_rate_limit(options, 2 * RESETS_MOST, 2 * RESETS_PER_S);
    nghttp2_option_set_max_reserved_remote_streams(options, 0);
    nghttp2_option_set_server_fallback_rfc7540_priorities(options, 0);
    return 0;
}

void http2_server_done(HttpServer *server)
{
    nghttp2_session_callbacks_del(server->h2_callbacks);
    nghttp2_option_del(server->h2_options);
}

int http2_start(Connection *connection)
{
    HttpServer *server = connection->server;
    Http2 *http2 = &connection->http2;
    if (nghttp2_session_server_new2(
            &http2->session, server->h2_callbacks, connection, server->h2_options
        )) {
        return -ENOMEM;
    }
    const nghttp2_settings_entry settings[] = {
        { NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, (uint32_t) server->options.max_streams },
        { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, (uint32_t) server->options.body_buffer_bytes },
        { NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t) server->options.header_bytes },
    };
    nghttp2_submit_settings(http2->session, NGHTTP2_FLAG_NONE, settings, ARRAY_LEN(settings));
    nghttp2_session_set_local_window_size(
        http2->session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW_BYTES
    );
    if (server->draining) {
        http2_drain(connection);
    }
    return 0;
}

/* ---- sending ---- */

/* Gathers frames so that the answers of one turn leave in one write. */
static void flush(Connection *connection)
{
    Http2 *http2 = &connection->http2;
    StrBuf *out = &connection->server->head;
    strbuf_clear(out);
    while (!connection->closing && !connection_is_behind(connection)) {
        const uint8_t *data;
        ssize_t size = nghttp2_session_mem_send(http2->session, &data);
        if (size > 0) {
            strbuf_add_bytes(out, data, (size_t) size);
        }
        if (out->len && (size <= 0 || out->len >= FLUSH_BYTES)) {
            Str part = strbuf_str(out);
            connection_send(connection, &part, 1);
            strbuf_clear(out);
        }
        if (size < 0) {
            connection_close(connection);
        }
        if (size <= 0) {
            break;
        }
    }
    if (connection->closing) {
        return;
    }
    bool over =
        !nghttp2_session_want_read(http2->session) && !nghttp2_session_want_write(http2->session);
    bool left = http2->goaway_sent && connection->exchange_count == 0;
    if (over || (left && !nghttp2_session_want_write(http2->session))) {
        connection_close_flushed(connection);
    }
}

static void deferred_flush(void *arg)
{
    Connection *connection = arg;
    connection->http2.flush_scheduled = false;
    if (!connection->closing) {
        flush(connection);
    }
    connection_maybe_free(connection);
}

void http2_schedule_flush(Connection *connection)
{
    if (!connection->http2.flush_scheduled && !connection->closing) {
        connection->http2.flush_scheduled = true;
        loop_defer(connection->server->loop, deferred_flush, connection);
    }
}

void http2_feed(Connection *connection, Str data)
{
    Http2 *http2 = &connection->http2;
    if (data.len == 0 || connection->closing) {
        return;
    }
    http2->in_session = true;
    ssize_t used = nghttp2_session_mem_recv(http2->session, (const uint8_t *) data.ptr, data.len);
    http2->in_session = false;
    if (used < 0) {
        connection->server->stats.protocol_errors_total++;
        bool flooded = used == NGHTTP2_ERR_FLOODED;
        connection->server->stats.floods_total += flooded;
        nghttp2_session_terminate_session(
            http2->session, flooded ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR
        );
        flush(connection);
        connection_close_flushed(connection);
        return;
    }
    http2_schedule_flush(connection);
}

/* ---- bounds ---- */

/* Takes one token; false when there is none. */
static bool take_token(TokenBucket *bucket, double per_s, double most, int64_t now_ms)
{
    if (bucket->at_ms == 0) {
        bucket->tokens = most;
    } else {
        bucket->tokens += (double) (now_ms - bucket->at_ms) * per_s / 1000;
    }
    bucket->at_ms = now_ms;
    bucket->tokens = bucket->tokens > most ? most : bucket->tokens;
    if (bucket->tokens < 1) {
        return false;
    }
    bucket->tokens -= 1;
    return true;
}

static void end_for_flood(Connection *connection)
{
    connection->server->stats.floods_total++;
    nghttp2_session_terminate_session(connection->http2.session, NGHTTP2_ENHANCE_YOUR_CALM);
}

void http2_count_reset(Connection *connection)
{
    if (!take_token(
            &connection->http2.resets,
            RESETS_PER_S,
            RESETS_MOST,
            loop_now_ms(connection->server->loop) + 1
        )) {
        end_for_flood(connection);
    }
}

void http2_count_oddity(Connection *connection)
{
    if (!take_token(
            &connection->http2.oddities,
            ODDITIES_PER_S,
            ODDITIES_MOST,
            loop_now_ms(connection->server->loop) + 1
        )) {
        end_for_flood(connection);
    }
}

void http2_settle_timeout(Connection *connection)
{
    Http2 *http2 = &connection->http2;
    Timeout *now = &connection->read_timeout;
    if (http2->in_head || connection->closing) {
        return;
    }
    if (http2->draining && !http2->goaway_sent) {
        if (!timeout_is_armed(now) || now->class != TIMEOUT_DRAIN) {
            connection_arm(connection, TIMEOUT_DRAIN);
        }
    } else if (connection->exchange_count == 0) {
        connection_arm(connection, TIMEOUT_IDLE);
    } else {
        timeout_disarm(now);
    }
}

void http2_on_timeout(Connection *connection, int class)
{
    Http2 *http2 = &connection->http2;
    switch ((enum TimeoutClass) class) {
    case TIMEOUT_HEADER:
        connection->server->stats.timeouts_total++;
        nghttp2_session_terminate_session(http2->session, NGHTTP2_ENHANCE_YOUR_CALM);
        break;
    case TIMEOUT_DRAIN:
        http2->goaway_sent = true;
        nghttp2_submit_goaway(
            http2->session,
            NGHTTP2_FLAG_NONE,
            nghttp2_session_get_last_proc_stream_id(http2->session),
            NGHTTP2_NO_ERROR,
            NULL,
            0
        );
        break;
    default:
        nghttp2_session_terminate_session(http2->session, NGHTTP2_NO_ERROR);
        break;
    }
    flush(connection);
    if (class != TIMEOUT_DRAIN) {
        connection_close_flushed(connection);
    }
}

/* A window that opens by less than this in a whole write timeout is a stall. */
void http2_on_stream_timeout(Exchange *exchange)
{
    Connection *connection = exchange->connection;
    if (exchange->out_taken - exchange->write_mark >= PROGRESS_BYTES) {
        exchange->write_mark = exchange->out_taken;
        timeout_arm(&connection->server->timeouts, &exchange->write_timeout, TIMEOUT_STREAM);
        return;
    }
    connection->server->stats.timeouts_total++;
    nghttp2_submit_rst_stream(
        connection->http2.session, NGHTTP2_FLAG_NONE, exchange->stream_id, NGHTTP2_CANCEL
    );
    if (exchange->running) {
        exchange_abort_handler(exchange);
    }
    http2_schedule_flush(connection);
}

/* ---- ends ---- */

/* Twice, as RFC 9113 section 6.8 wants: first a notice, then, when what was on its way has come,
 * the number of the last stream that is served. */
void http2_drain(Connection *connection)
{
    Http2 *http2 = &connection->http2;
    if (http2->draining || connection->closing) {
        return;
    }
    http2->draining = true;
    nghttp2_submit_shutdown_notice(http2->session);
    http2_settle_timeout(connection);
    http2_schedule_flush(connection);
}

void http2_stop(Connection *connection)
{
    for (Exchange *exchange = connection->exchanges, *next; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->running) {
            exchange_abort_handler(exchange);
        } else {
            exchange_release(exchange);
        }
    }
}

void http2_release(Exchange *exchange)
{
    Connection *connection = exchange->connection;
    exchange_release(exchange);
    if (connection->closing) {
        connection_maybe_free(connection);
        return;
    }
    http2_settle_timeout(connection);
    if (connection->http2.goaway_sent) {
        http2_schedule_flush(connection);
    }
}

void http2_done(Exchange *exchange)
{
    Connection *connection = exchange->connection;
    if (exchange->close_after && !connection->closing) {
        http2_drain(connection);
    }
    if (exchange->stream_closed || connection->closing) {
        http2_release(exchange);
    }
}
