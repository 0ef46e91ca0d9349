/* HTTP/2 requests: many replies on one connection that is driven by what comes. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#include "client_internal.h"
#include "h2_fields.h"

enum {
    CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024,
    FLUSH_BYTES = 64 * 1024,
    HIGH_BYTES = 256 * 1024,    /* queued on the wire */
    OUT_HIGH_BYTES = 64 * 1024, /* of one request's pieces */
    FIELD_OVERHEAD_BYTES = 32,
};

static HttpReply *reply_of(nghttp2_session *session, int32_t stream_id)
{
    return nghttp2_session_get_stream_user_data(session, stream_id);
}

static void wake(HttpReply *reply)
{
    if (reply->waiter) {
        fiber_wake(reply->waiter, 0);
        reply->waiter = NULL;
    }
}

/* ---- sending ---- */

static void flush(ClientConnection *connection)
{
    StrBuf out = STRBUF_INIT;
    while (!connection->lost && wire_queued_bytes(&connection->wire) <= HIGH_BYTES) {
        const uint8_t *data;
        ssize_t size = nghttp2_session_mem_send(connection->session, &data);
        if (size > 0) {
            strbuf_add_bytes(&out, data, (size_t) size);
        }
        bool full = out.len >= FLUSH_BYTES;
        if (out.len && (size <= 0 || full) && wire_send(&connection->wire, strbuf_str(&out)) < 0) {
            size = -1;
        }
        if (size <= 0 || full) {
            strbuf_clear(&out);
        }
        if (size < 0) {
            client_http2_lose(connection, -ECONNRESET);
        }
        if (size <= 0) {
            break;
        }
    }
    strbuf_done(&out);
}

static void deferred_flush(void *arg)
{
    ClientConnection *connection = arg;
    connection->flush_scheduled = false;
    flush(connection);
}

static void schedule_flush(ClientConnection *connection)
{
    if (!connection->flush_scheduled && !connection->lost) {
        connection->flush_scheduled = true;
        loop_defer(connection->origin->client->loop, deferred_flush, connection);
    }
}

/* ---- ends ---- */

static void detach(HttpReply *reply)
{
    ClientConnection *connection = reply->connection;
    HttpReply **at = &connection->replies;
    while (*at != reply) {
        at = &(*at)->next;
    }
    *at = reply->next;
    reply->connection = NULL;
    reply->stream_closed = true;
    connection->stream_count--;
    if (connection->stream_count == 0 && !connection->lost) {
        timeout_arm(&connection->origin->client->timeouts, &connection->idle, 0);
    }
    fiber_queue_wake_one(&connection->origin->room, 0);
}

static void end_reply(HttpReply *reply, int error)
{
    detach(reply);
    if (!reply->ended && reply->error == 0) {
        reply->error = error;
    }
    if (reply->closed) {
        reply_free(reply);
        return;
    }
    wake(reply);
}

void client_http2_lose(ClientConnection *connection, int error)
{
    if (connection->lost) {
        return;
    }
    connection->lost = true;
    while (connection->replies) {
        end_reply(connection->replies, error);
    }
    connection_drop(connection);
}

void client_http2_end(ClientConnection *connection)
{
    flush(connection);
    client_http2_lose(connection, -ECONNABORTED);
}

/* No new streams on it; the ones under way may end. */
static void retire(ClientConnection *connection)
{
    connection->going_away = true;
    if (connection->origin->http2 == connection) {
        connection->origin->http2 = NULL;
        fiber_queue_wake_all(&connection->origin->room, 0);
    }
}

/* ---- what comes ---- */

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
    ClientConnection *connection = user_data;
    HttpReply *reply = reply_of(session, frame->hd.stream_id);
    if (!reply || reply->closed || frame->hd.type != NGHTTP2_HEADERS) {
        return 0;
    }
    reply->head_bytes += name_len + value_len + FIELD_OVERHEAD_BYTES;
    if (reply->head_bytes > connection->origin->client->options.header_bytes) {
        reply->error = -EMSGSIZE;
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    Str field_name = str_make((const char *) name, name_len);
    Str text = str_make((const char *) value, value_len);
    int64_t status;
    if (str_eq(field_name, STR(":status"))) {
        reply->response.status =
            str_to_int64(text, &status) && status >= 100 && status <= 999 ? (int) status : 0;
        return 0;
    }
    return reply_add_field(reply, str_dup(reply->arena, field_name), str_dup(reply->arena, text));
}

static void on_headers(HttpReply *reply)
{
    if (!reply->head_complete && reply->response.status / 100 == 1) {
        reply->response.headers.len = 0;
        return;
    }
    reply->head_complete = true;
}

static int on_frame_recv(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
    ClientConnection *connection = user_data;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
        retire(connection);
        return 0;
    }
    bool of_stream = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    HttpReply *reply = of_stream ? reply_of(session, frame->hd.stream_id) : NULL;
    if (!reply) {
        return 0;
    }
    reply->any_byte = true;
    if (frame->hd.type == NGHTTP2_HEADERS) {
        on_headers(reply);
    }
    if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) {
        reply->ended = true;
    }
    wake(reply);
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
    HttpReply *reply = reply_of(session, stream_id);
    nghttp2_session_consume_connection(session, length);
    if (!reply || reply->closed) {
        nghttp2_session_consume_stream(session, stream_id, length);
        return 0;
    }
    if (reply->body_at) {
        strbuf_remove(&reply->body, 0, reply->body_at);
        reply->body_at = 0;
    }
    strbuf_add_bytes(&reply->body, data, length);
    wake(reply);
    return 0;
}

static int error_of(uint32_t code)
{
    switch (code) {
    case NGHTTP2_CANCEL:
    case NGHTTP2_REFUSED_STREAM:
    case NGHTTP2_NO_ERROR:
        return -ECONNRESET;
    case NGHTTP2_ENHANCE_YOUR_CALM:
        return -EBUSY;
    default:
        return -EPROTO;
    }
}

static int
on_stream_close(nghttp2_session *session, int32_t stream_id, uint32_t code, void *user_data)
{
    (void) user_data;
    HttpReply *reply = reply_of(session, stream_id);
    if (reply) {
        reply->refused = code == NGHTTP2_REFUSED_STREAM;
        nghttp2_session_set_stream_user_data(session, stream_id, NULL);
        end_reply(reply, error_of(code));
    }
    return 0;
}

static void on_bytes(Wire *wire, Str data, int error, void *arg)
{
    (void) wire;
    ClientConnection *connection = arg;
    if (data.len == 0) {
        client_http2_lose(connection, error == 0 ? -ECONNRESET : error);
        return;
    }
    connection->received_count++;
    ssize_t used =
        nghttp2_session_mem_recv(connection->session, (const uint8_t *) data.ptr, data.len);
    if (used < 0) {
        client_http2_lose(connection, -EPROTO);
        return;
    }
    bool over = !nghttp2_session_want_read(connection->session) &&
                !nghttp2_session_want_write(connection->session);
    if (over || (connection->going_away && connection->stream_count == 0)) {
        client_http2_lose(connection, -ECONNRESET);
        return;
    }
    schedule_flush(connection);
}

static void on_drain(Wire *wire, void *arg)
{
    (void) wire;
    schedule_flush(arg);
}

/* ---- set-up ---- */

int client_http2_init(HttpClient *client)
{
    nghttp2_session_callbacks *callbacks;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) {
        return -ENOMEM;
    }
    if (nghttp2_option_new(&client->h2_options) != 0) {
        nghttp2_session_callbacks_del(callbacks);
        return -ENOMEM;
    }
    nghttp2_option_set_no_auto_window_update(client->h2_options, 1);
    nghttp2_option_set_no_closed_streams(client->h2_options, 1);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    client->h2_callbacks = callbacks;
    return 0;
}

void client_http2_done(HttpClient *client)
{
    nghttp2_session_callbacks_del(client->h2_callbacks);
    nghttp2_option_del(client->h2_options);
}

int client_http2_start(ClientConnection *connection)
{
    HttpClient *client = connection->origin->client;
    if (nghttp2_session_client_new2(
            &connection->session, client->h2_callbacks, connection, client->h2_options
        )) {
        return -ENOMEM;
    }
    const nghttp2_settings_entry settings[] = {
        { NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
        { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, CLIENT_WINDOW_BYTES },
        { NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t) client->options.header_bytes },
    };
    nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings, ARRAY_LEN(settings));
    nghttp2_session_set_local_window_size(
        connection->session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW_BYTES
    );
    timeout_arm(&client->timeouts, &connection->idle, 0);
    wire_watch(&connection->wire, on_bytes, on_drain, connection);
    return connection->lost ? -ECONNRESET : 0;
}

bool client_http2_has_room(const ClientConnection *connection)
{
    uint32_t most = nghttp2_session_get_remote_settings(
        connection->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS
    );
    return !connection->lost && !connection->going_away && connection->stream_count < most &&
           nghttp2_session_check_request_allowed(connection->session);
}

/* ---- the request ---- */

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
    HttpReply *reply = source->ptr;
    if (reply->closed) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    Str left = reply->out.len ? reply->out : strbuf_str(&reply->out_pieces);
    left = str_skip(left, reply->out_at);
    size_t now = left.len < length ? left.len : length;
    if (now) {
        memcpy(buffer, left.ptr, now);
        reply->out_at += now;
    }
    if (now == left.len && reply->out_ended) {
        *data_flags |= NGHTTP2_DATA_FLAG_EOF;
    } else if (now == 0) {
        reply->out_deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    wake(reply);
    return (ssize_t) now;
}

static Str authority_of(Arena *arena, const Url *url)
{
    bool is_ipv6 = str_has_char(url->host, ':');
    Str host = is_ipv6 ? str_printf(arena, "[%" STR_FMT "]", STR_ARG(url->host)) : url->host;
    return url->has_port ? str_printf(arena, "%" STR_FMT ":%d", STR_ARG(host), url->port) : host;
}

static Str path_of(Arena *arena, const Url *url)
{
    Str path = url->path.len ? url->path : STR("/");
    return url->query.len
               ? str_printf(arena, "%" STR_FMT "?%" STR_FMT, STR_ARG(path), STR_ARG(url->query))
               : path;
}

static size_t
add_request_fields(const HttpClient *client, HttpReply *reply, const Url *url, nghttp2_nv *nva)
{
    const HttpRequest *request = reply->request;
    Arena *arena = reply->arena;
    size_t count = 0;
    nva[count++] = h2_field(STR(":method"), request_method(request));
    nva[count++] =
        h2_field(STR(":scheme"), reply->connection->origin->is_https ? STR("https") : STR("http"));
    nva[count++] = h2_field(STR(":authority"), authority_of(arena, url));
    nva[count++] = h2_field(STR(":path"), path_of(arena, url));
    if (client->options.user_agent) {
        nva[count++] = h2_field(STR("user-agent"), str_from(client->options.user_agent));
    }
    if (request_wants_gzip(client, request)) {
        nva[count++] = h2_field(STR("accept-encoding"), STR("gzip"));
    }
    int64_t length = request->body_fn ? request->body_length : (int64_t) request->body.len;
    if (length > 0) {
        nva[count++] =
            h2_field(STR("content-length"), str_printf(arena, "%lld", (long long) length));
    }
    if (request->headers) {
        count += h2_add_fields(arena, request->headers, nva + count);
    }
    return count;
}

static int submit(ClientConnection *connection, HttpReply *reply, const Url *url)
{
    enum { OWN_FIELDS = 7 };
    const HttpRequest *request = reply->request;
    size_t most = OWN_FIELDS + (request->headers ? request->headers->len : 0);
    nghttp2_nv *nva = arena_alloc_raw(reply->arena, most * sizeof(nghttp2_nv));
    size_t count = add_request_fields(connection->origin->client, reply, url, nva);
    reply->out = request->body;
    reply->out_ended = !request->body_fn;
    nghttp2_data_provider provider = { .source.ptr = reply, .read_callback = read_out };
    bool has_body = request->body_fn || request->body.len;
    int32_t stream_id = nghttp2_submit_request(
        connection->session, NULL, nva, count, has_body ? &provider : NULL, reply
    );
    if (stream_id < 0) {
        return -ECONNRESET;
    }
    reply->stream_id = stream_id;
    reply->received_mark = connection->received_count;
    reply->next = connection->replies;
    connection->replies = reply;
    connection->stream_count++;
    connection->used = true;
    timeout_disarm(&connection->idle);
    schedule_flush(connection);
    return 0;
}

static int park(HttpReply *reply)
{
    reply->waiter = fiber_self();
    int rc = fiber_park();
    reply->waiter = NULL;
    return rc;
}

static void resume_out(HttpReply *reply)
{
    if (reply->connection && reply->out_deferred) {
        reply->out_deferred = false;
        nghttp2_session_resume_data(reply->connection->session, reply->stream_id);
    }
    if (reply->connection) {
        schedule_flush(reply->connection);
    }
}

/* Until the pieces have gone, or the answer makes them needless. */
static int send_pieces(HttpReply *reply)
{
    const HttpRequest *request = reply->request;
    StrBuf *out = &reply->out_pieces;
    ssize_t size = 1;
    while (size > 0 && reply->error == 0 && !reply->ended) {
        if (reply->out_at) {
            strbuf_remove(out, 0, reply->out_at);
            reply->out_at = 0;
        }
        size = request->body_fn(
            request->body_arg, strbuf_reserve(out, CLIENT_READ_BYTES), CLIENT_READ_BYTES
        );
        if (size < 0) {
            return (int) size;
        }
        strbuf_advance(out, (size_t) size);
        reply->out_ended = size == 0;
        resume_out(reply);
        while (out->len - reply->out_at > OUT_HIGH_BYTES && reply->error == 0 && !reply->ended) {
            int rc = park(reply);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return 0;
}

int client_http2_send(ClientConnection *connection, HttpReply *reply, const Url *url, Error *err)
{
    reply->connection = connection;
    reply->response.version = HTTP_2;
    int rc = submit(connection, reply, url);
    if (rc < 0) {
        reply->connection = NULL;
        reply->refused = true;
        retire(connection);
        return error_errno(err, rc, "send the request");
    }
    if (reply->request->body_fn) {
        rc = send_pieces(reply);
    }
    while (rc == 0 && !reply->head_complete && reply->error == 0) {
        rc = park(reply);
    }
    if (rc == 0 && !reply->head_complete) {
        rc = reply->error;
    }
    return rc < 0 ? error_errno(err, rc, "wait for the answer") : 0;
}

int client_http2_fill(HttpReply *reply)
{
    while (reply_body_left(reply) == 0 && !reply->ended && reply->error == 0) {
        int rc = park(reply);
        if (rc < 0) {
            return rc;
        }
    }
    return reply_body_left(reply) || reply->ended ? 0 : reply->error;
}

void client_http2_took(HttpReply *reply, size_t size)
{
    if (reply->connection) {
        nghttp2_session_consume_stream(reply->connection->session, reply->stream_id, size);
        schedule_flush(reply->connection);
    }
}

/* A reply given up while not a byte came on the whole connection: it may be dead without telling.
 */
void client_http2_close(HttpReply *reply)
{
    ClientConnection *connection = reply->connection;
    if (!reply->head_complete && reply->received_mark == connection->received_count) {
        retire(connection);
    }
    reply->closed = true;
    reply->out = (Str) { 0 };
    nghttp2_submit_rst_stream(
        connection->session, NGHTTP2_FLAG_NONE, reply->stream_id, NGHTTP2_CANCEL
    );
    schedule_flush(connection);
}
