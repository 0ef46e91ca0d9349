/* HTTP/2 answers: fields by HPACK, the body as far as the peer's windows allow. */
#include <string.h>

#include "base/mem.h"

#include "h2_fields.h"
#include "http2_internal.h"

enum { OUT_HIGH_BYTES = 64 * 1024 }; /* of one stream: its writer parks above this */

static nghttp2_session *session_of(const Exchange *exchange)
{
    return exchange->connection->http2.session;
}

static bool is_gone(const Exchange *exchange)
{
    return exchange->stream_closed || exchange->connection->closing;
}

static bool has_body(const Exchange *exchange)
{
    int status = exchange->pub.status;
    return !exchange->is_head && status != 204 && status != 304;
}

static Str out_left(const Exchange *exchange)
{
    Str all = exchange->out_whole.len ? exchange->out_whole : strbuf_str(&exchange->out);
    return str_skip(all, exchange->out_at);
}

static ssize_t read_out(
    nghttp2_session *session,
    int32_t stream_id,
    uint8_t *buffer,
    size_t length,
    uint32_t *data_flags,
    nghttp2_data_source *source,
    void *user_data
);

static int submit_head(Exchange *exchange, int64_t length, bool with_body)
{
    HttpExchange *pub = &exchange->pub;
    Arena *arena = pub->arena;
    nghttp2_nv *nva = arena_alloc_raw(arena, (pub->response_headers.len + 3) * sizeof(nghttp2_nv));
    char status[4] = { (char) ('0' + pub->status / 100),
                       (char) ('0' + pub->status / 10 % 10),
                       (char) ('0' + pub->status % 10),
                       0 };
    size_t count = 0;
    nva[count++] = h2_field(STR(":status"), str_make(status, 3));
    nva[count++] = h2_field(STR("date"), http_date_now());
    count += h2_add_fields(arena, &pub->response_headers, nva + count);
    if (length >= 0) {
        nva[count++] =
            h2_field(STR("content-length"), str_printf(arena, "%lld", (long long) length));
    }
    nghttp2_data_provider provider = { .source.ptr = exchange, .read_callback = read_out };
    int rc = nghttp2_submit_response(
        session_of(exchange), exchange->stream_id, nva, count, with_body ? &provider : NULL
    );
    http2_schedule_flush(exchange->connection);
    return rc == 0 ? 0 : -EPIPE;
}

static int submit_trailers(Exchange *exchange)
{
    const HttpHeaders *trailers = &exchange->out_trailers;
    nghttp2_nv *nva =
        arena_alloc_raw(exchange->pub.arena, (trailers->len + 1) * sizeof(nghttp2_nv));
    size_t count = h2_add_fields(exchange->pub.arena, trailers, nva);
    return nghttp2_submit_trailer(session_of(exchange), exchange->stream_id, nva, count);
}

/* ---- the body ---- */

static void watch_stall(Exchange *exchange)
{
    if (!timeout_is_armed(&exchange->write_timeout)) {
        exchange->write_mark = exchange->out_taken;
        timeout_arm(
            &exchange->connection->server->timeouts, &exchange->write_timeout, TIMEOUT_STREAM
        );
    }
}

static void take_out(Exchange *exchange, size_t size)
{
    exchange->out_at += size;
    exchange->out_taken += size;
    if (out_left(exchange).len) {
        return;
    }
    timeout_disarm(&exchange->write_timeout);
    exchange->out_whole = (Str) { 0 };
    exchange->out.len = 0;
    exchange->out_at = 0;
}

static ssize_t read_out(
    nghttp2_session *session,
    int32_t stream_id,
    uint8_t *buffer,
    size_t length,
    uint32_t *data_flags,
    nghttp2_data_source *source,
    void *user_data
)
{
    (void) session;
    (void) stream_id;
    (void) user_data;
    Exchange *exchange = source->ptr;
    Str left = out_left(exchange);
    size_t size = left.len < length ? left.len : length;
    if (size) {
        memcpy(buffer, left.ptr, size);
        take_out(exchange, size);
    }
    size_t still = left.len - size;
    if (still == 0 && exchange->response_ended) {
        *data_flags |= NGHTTP2_DATA_FLAG_EOF;
        if (exchange->out_trailers.len && submit_trailers(exchange) == 0) {
            *data_flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        }
    } else if (size == 0) {
        exchange->out_deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    if (still < OUT_HIGH_BYTES / 2) {
        exchange_wake_writer(exchange);
    }
    return (ssize_t) size;
}

static void resume(Exchange *exchange)
{
    if (exchange->out_deferred) {
        exchange->out_deferred = false;
        nghttp2_session_resume_data(session_of(exchange), exchange->stream_id);
    }
    http2_schedule_flush(exchange->connection);
}

/* ---- operations ---- */

static int64_t length_to_send(const Exchange *exchange, size_t body_len)
{
    int64_t given;
    Str text = http_headers_get(&exchange->pub.response_headers, STR("content-length"));
    bool has = str_to_int64(text, &given) && given >= 0;
    int status = exchange->pub.status;
    if (status == 204 || status == 304 || (body_len == 0 && !exchange->is_head)) {
        return -1; /* END_STREAM says it; and gRPC's Trailers-Only has no length */
    }
    return exchange->is_head && body_len == 0 && has ? given : (int64_t) body_len;
}

static int respond(Exchange *exchange, Str body, bool stable)
{
    if (is_gone(exchange)) {
        return -EPIPE;
    }
    bool with_body = has_body(exchange) && body.len > 0;
    if (with_body) {
        exchange->out_whole = stable ? body : str_dup(exchange->pub.arena, body);
        watch_stall(exchange);
    }
    return submit_head(exchange, length_to_send(exchange, body.len), with_body);
}

static int start(Exchange *exchange)
{
    if (is_gone(exchange)) {
        return -EPIPE;
    }
    int64_t given;
    Str text = http_headers_get(&exchange->pub.response_headers, STR("content-length"));
    bool has = str_to_int64(text, &given) && given >= 0;
    return submit_head(exchange, has ? given : -1, !exchange->is_head);
}

static int write_piece(Exchange *exchange, Str data)
{
    if (is_gone(exchange)) {
        return -EPIPE;
    }
    if (exchange->out_at) {
        strbuf_remove(&exchange->out, 0, exchange->out_at);
        exchange->out_at = 0;
    }
    strbuf_add(&exchange->out, data);
    watch_stall(exchange);
    resume(exchange);
    return 0;
}

static int flush(Exchange *exchange)
{
    http2_schedule_flush(exchange->connection);
    return is_gone(exchange) ? -EPIPE : 0;
}

static int end(Exchange *exchange, const HttpHeaders *trailers)
{
    if (is_gone(exchange)) {
        return -EPIPE;
    }
    if (trailers && !exchange->is_head) {
        exchange->out_trailers = *trailers;
    }
    resume(exchange);
    return 0;
}

static void abort_response(Exchange *exchange)
{
    if (is_gone(exchange)) {
        return;
    }
    bool untouched = exchange->counted == &exchange->connection->server->refused_count;
    nghttp2_submit_rst_stream(
        session_of(exchange),
        NGHTTP2_FLAG_NONE,
        exchange->stream_id,
        untouched ? NGHTTP2_REFUSED_STREAM : NGHTTP2_INTERNAL_ERROR
    );
    http2_schedule_flush(exchange->connection);
}

static bool is_behind(const Exchange *exchange)
{
    return exchange->out.len - exchange->out_at > OUT_HIGH_BYTES;
}

static void want_body(Exchange *exchange)
{
    if (!exchange->expects_continue || is_gone(exchange)) {
        return;
    }
    exchange->expects_continue = false;
    nghttp2_nv status = h2_field(STR(":status"), STR("100"));
    nghttp2_submit_headers(
        session_of(exchange), NGHTTP2_FLAG_NONE, exchange->stream_id, NULL, &status, 1, NULL
    );
    http2_schedule_flush(exchange->connection);
}

static void took_body(Exchange *exchange, size_t size)
{
    if (!is_gone(exchange)) {
        nghttp2_session_consume_stream(session_of(exchange), exchange->stream_id, size);
        http2_schedule_flush(exchange->connection);
    }
}

/* RFC 9113 section 8.1: a complete answer lets the server ask for the end of a request it needs no
 * more. */
void http2_on_response_sent(Exchange *exchange)
{
    if (!exchange->body_ended) {
        nghttp2_submit_rst_stream(
            session_of(exchange), NGHTTP2_FLAG_NONE, exchange->stream_id, NGHTTP2_NO_ERROR
        );
    }
}

const ExchangeOps http2_ops = {
    .respond = respond,
    .start = start,
    .write = write_piece,
    .flush = flush,
    .end = end,
    .abort = abort_response,
    .is_behind = is_behind,
    .want_body = want_body,
    .took_body = took_body,
    .done = http2_done,
};
