/* HTTP/2 requests: what nghttp2 finds becomes an Exchange. nghttp2 itself enforces RFC 9113 section
 * 8 (pseudo-fields, field names, no Connection); here stand the bounds and what a handler must be
 * able to rely on. */
#include <string.h>

#include "base/mem.h"

#include "http2_internal.h"

/* RFC 9113 section 6.5.2: what a field counts towards SETTINGS_MAX_HEADER_LIST_SIZE beyond its
 * text. */
enum { FIELD_OVERHEAD_BYTES = 32, HEAD_FACTOR_MOST = 4 };

static Exchange *exchange_of(nghttp2_session *session, int32_t stream_id)
{
    return nghttp2_session_get_stream_user_data(session, stream_id);
}

static bool is_request_head(const nghttp2_frame *frame)
{
    return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
    Connection *connection = user_data;
    if (!is_request_head(frame)) {
        return 0;
    }
    Exchange *exchange = exchange_new(connection, &http2_ops);
    exchange->stream_id = frame->hd.stream_id;
    exchange->pub.version = HTTP_2;
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, exchange);
    connection->http2.in_head = true;
    connection_arm(connection, TIMEOUT_HEADER);
    return 0;
}

/* Past the bound fields are no longer kept, and the request is answered 431; far past it, the
 * stream is reset so that decoding ends too. */
static int count_field(Exchange *exchange, size_t bytes)
{
    const HttpServerOptions *options = &exchange->connection->server->options;
    exchange->head_bytes += bytes + FIELD_OVERHEAD_BYTES;
    exchange->head_count++;
    if (exchange->head_bytes > options->header_bytes * HEAD_FACTOR_MOST) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    if (exchange->head_bytes > options->header_bytes ||
        exchange->head_count > options->header_count + 4) {
        exchange->reject_status = 431;
        exchange->reject_reason = "the header fields are too large or too many";
    }
    return 0;
}

static bool set_pseudo(HttpExchange *exchange, Str name, Str value)
{
    if (str_eq(name, STR(":path"))) {
        exchange->target = value;
    } else if (str_eq(name, STR(":method"))) {
        exchange->method_name = value;
        exchange->method = http_method_parse(value);
    } else if (str_eq(name, STR(":authority"))) {
        exchange->authority = value;
    } else {
        return name.len > 0 && name.ptr[0] == ':';
    }
    return true;
}

static int on_header(
    nghttp2_session *session,
    const nghttp2_frame *frame,
    const uint8_t *name,
    size_t name_len,
    const uint8_t *value,
    size_t value_len,
    uint8_t flags,
    void *user_data
)
{
    (void) flags;
    (void) user_data;
    Exchange *exchange = exchange_of(session, frame->hd.stream_id);
    if (exchange == NULL || frame->hd.type != NGHTTP2_HEADERS) {
        return 0;
    }
    int rc = count_field(exchange, name_len + value_len);
    if (rc != 0 || exchange->reject_status) {
        return rc;
    }
    Arena *arena = exchange->pub.arena;
    Str field_name = str_dup(arena, str_make((const char *) name, name_len));
    Str text = str_dup(arena, str_make((const char *) value, value_len));
    if (!is_request_head(frame)) {
        http_headers_add(&exchange->pub.trailers, field_name, text);
    } else if (!set_pseudo(&exchange->pub, field_name, text)) {
        http_headers_add(&exchange->pub.headers, field_name, text);
    }
    return 0;
}

static void refuse(Exchange *exchange, int status, const char *reason)
{
    if (exchange->reject_status == 0) {
        exchange->reject_status = status;
        exchange->reject_reason = reason;
    }
}

static void check_head(Exchange *exchange)
{
    HttpExchange *pub = &exchange->pub;
    Str host = http_headers_get(&pub->headers, STR("host"));
    if (pub->method == HTTP_CONNECT) {
        refuse(exchange, 501, "CONNECT is for proxies");
    } else if (host.len && pub->authority.len && !str_eq_nocase(host, pub->authority)) {
        refuse(exchange, 400, "the Host field and :authority differ");
    } else if (str_eq(pub->target, STR("*")) ? pub->method != HTTP_OPTIONS
                                             : pub->target.len == 0 || pub->target.ptr[0] != '/') {
        refuse(exchange, 400, "the request target is malformed");
    } else if (str_has_char(pub->target, '#')) {
        refuse(exchange, 400, "the request target is malformed");
    }
    if (pub->authority.len == 0) {
        pub->authority = host;
    }
    if (!str_cut(pub->target, '?', &pub->path, &pub->query)) {
        pub->path = pub->target;
    }
    exchange->is_head = pub->method == HTTP_HEAD;
    exchange->expects_continue =
        str_eq_nocase(http_headers_get(&pub->headers, STR("expect")), STR("100-continue"));
    int64_t length;
    if (str_to_int64(http_headers_get(&pub->headers, STR("content-length")), &length) &&
        length >= 0) {
        exchange->content_length = length;
    }
}

static void on_head_complete(Connection *connection, Exchange *exchange, bool ends)
{
    connection->http2.in_head = false;
    if (ends) {
        exchange_end_body(exchange, 0);
        exchange->content_length = 0;
    }
    check_head(exchange);
    exchange_run(exchange);
    http2_settle_timeout(connection);
}

static int on_frame_recv(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
    Connection *connection = user_data;
    Exchange *exchange = exchange_of(session, frame->hd.stream_id);
    bool ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
        if (exchange && is_request_head(frame)) {
            on_head_complete(connection, exchange, ends);
        } else if (exchange && ends) {
            exchange_end_body(exchange, 0);
        }
        break;
    case NGHTTP2_DATA:
        if (exchange && ends) {
            exchange_end_body(exchange, 0);
        } else if (frame->hd.length == 0) {
            http2_count_oddity(connection);
        }
        break;
    case NGHTTP2_RST_STREAM:
        http2_count_reset(connection);
        break;
    case NGHTTP2_WINDOW_UPDATE:
    case NGHTTP2_GOAWAY:
        break;
    default:
        http2_count_oddity(connection);
        break;
    }
    return 0;
}

static int on_invalid_frame(
    nghttp2_session *session, const nghttp2_frame *frame, int lib_error_code, void *user_data
)
{
    (void) session;
    (void) frame;
    (void) lib_error_code;
    Connection *connection = user_data;
    connection->server->stats.protocol_errors_total++;
    http2_count_oddity(connection);
    return 0;
}

static int on_data_chunk(
    nghttp2_session *session,
    uint8_t flags,
    int32_t stream_id,
    const uint8_t *data,
    size_t length,
    void *user_data
)
{
    (void) flags;
    (void) user_data;
    Exchange *exchange = exchange_of(session, stream_id);
    nghttp2_session_consume_connection(session, length);
    if (exchange == NULL || exchange->response_ended) {
        nghttp2_session_consume_stream(session, stream_id, length);
        return 0;
    }
    exchange_add_body(exchange, str_make((const char *) data, length), false);
    return 0;
}

static int
on_stream_close(nghttp2_session *session, int32_t stream_id, uint32_t error_code, void *user_data)
{
    Connection *connection = user_data;
    Exchange *exchange = exchange_of(session, stream_id);
    if (exchange == NULL) {
        return 0;
    }
    nghttp2_session_set_stream_user_data(session, stream_id, NULL);
    exchange->stream_closed = true;
    timeout_disarm(&exchange->write_timeout);
    if (connection->http2.in_head) {
        connection->http2.in_head = false;
    }
    if (!exchange->running) {
        http2_release(exchange);
        return 0;
    }
    if (error_code != NGHTTP2_NO_ERROR || !exchange->response_ended) {
        exchange_abort_handler(exchange);
    }
    return 0;
}

static int on_frame_send(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
    (void) user_data;
    bool ends = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
                (frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
    Exchange *exchange = ends ? exchange_of(session, frame->hd.stream_id) : NULL;
    if (exchange) {
        http2_on_response_sent(exchange);
    }
    return 0;
}

void http2_set_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_send);
}
