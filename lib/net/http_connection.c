/* One accepted connection: its stream, its protocol, its time limits. */
#include <string.h>

#include "base/mem.h"

#include "server_internal.h"

/* RFC 9113 section 3.4. */
static const char h2_preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
_Static_assert(sizeof(h2_preface) - 1 == 24, "the preface has 24 bytes");
_Static_assert(sizeof(((Connection *) 0)->preface) == 24, "room for the preface");

/* A connection that only waits to be told there is no room gets little time for its request. */
void connection_arm(Connection *connection, enum TimeoutClass class)
{
    if (connection->shed && (class == TIMEOUT_IDLE || class == TIMEOUT_HEADER)) {
        class = TIMEOUT_DISCARD;
    }
    timeout_arm(&connection->server->timeouts, &connection->read_timeout, class);
}

bool connection_is_behind(const Connection *connection)
{
    return connection->stream && stream_queued_bytes(connection->stream) > STREAM_HIGH_BYTES;
}

int connection_send(Connection *connection, const Str *parts, size_t count)
{
    if (connection->closing || connection->stream == NULL) {
        return -EPIPE;
    }
    int rc = stream_send_parts(connection->stream, parts, count);
    if (rc < 0) {
        connection_close(connection);
        return -EPIPE;
    }
    for (size_t i = 0; i < count; i++) {
        connection->sent_bytes += parts[i].len;
    }
    size_t queued = stream_queued_bytes(connection->stream);
    if (queued && !timeout_is_armed(&connection->write_timeout)) {
        connection->sent_mark = connection->sent_bytes - queued;
        timeout_arm(&connection->server->timeouts, &connection->write_timeout, TIMEOUT_WRITE);
    }
    return 0;
}

static void stop_protocol(Connection *connection)
{
    if (connection->protocol == PROTOCOL_HTTP2) {
        http2_stop(connection);
    } else {
        http1_stop(connection);
    }
}

void connection_close(Connection *connection)
{
    if (connection->closing) {
        return;
    }
    connection->closing = true;
    timeout_disarm(&connection->read_timeout);
    timeout_disarm(&connection->write_timeout);
    stop_protocol(connection);
    if (connection->stream) {
        stream_close(connection->stream);
    }
}

enum { PEER_CLOSES_MS = 2000 };

void connection_close_flushed(Connection *connection)
{
    if (connection->closing) {
        return;
    }
    connection->closing = true;
    timeout_disarm(&connection->read_timeout);
    timeout_disarm(&connection->write_timeout);
    stop_protocol(connection);
    if (connection->stream) {
        /* The stream reads on until the peer closes, so that it gets the answer and no reset. */
        bool sent = stream_queued_bytes(connection->stream) == 0;
        stream_close_flushed(
            connection->stream, sent ? PEER_CLOSES_MS : connection->server->options.write_timeout_ms
        );
    }
}

void connection_maybe_free(Connection *connection)
{
    if (!connection->closed || connection->exchange_count || connection->http2.flush_scheduled ||
        connection->http2.in_session) {
        return;
    }
    HttpServer *server = connection->server;
    if (connection->prev) {
        connection->prev->next = connection->next;
    } else {
        server->connections = connection->next;
    }
    if (connection->next) {
        connection->next->prev = connection->prev;
    }
    server->stats.connections--;
    timeout_disarm(&connection->read_timeout);
    timeout_disarm(&connection->write_timeout);
    nghttp2_session_del(connection->http2.session);
    strbuf_done(&connection->http1.pending);
    free(connection);
    if (server->connections == NULL) {
        fiber_queue_wake_all(&server->drained, 0);
        server_maybe_free(server);
    }
}

/* Decides by the first bytes; a preface that comes in pieces is put together first. */
static void detect(Connection *connection, Str data)
{
    const HttpServerOptions *options = &connection->server->options;
    size_t room = sizeof(connection->preface) - connection->preface_len;
    size_t take = data.len < room ? data.len : room;
    memcpy(connection->preface + connection->preface_len, data.ptr, take);
    size_t have = connection->preface_len + take;
    bool is_h2 = memcmp(connection->preface, h2_preface, have) == 0 && !options->http1_only;
    bool decided = !is_h2 || have == sizeof(connection->preface) || options->http2_only;
    if (!decided) {
        connection->preface_len = (uint8_t) have;
        connection_arm(connection, TIMEOUT_HEADER);
        return;
    }
    Str before = str_make(connection->preface, connection->preface_len);
    connection->preface_len = 0;
    if (is_h2 || options->http2_only) {
        connection->protocol = PROTOCOL_HTTP2;
        if (http2_start(connection) < 0) {
            connection_close(connection);
            return;
        }
        http2_feed(connection, before);
        http2_feed(connection, data);
        return;
    }
    connection->protocol = PROTOCOL_HTTP1;
    http1_start(connection);
    if (before.len) {
        http1_feed(connection, before);
    }
    http1_feed(connection, data);
}

static void on_read(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) stream;
    Connection *connection = arg;
    if (connection->closing) {
        return;
    }
    if (error < 0 || (size == 0 && connection->protocol != PROTOCOL_HTTP1)) {
        connection_close(connection);
        return;
    }
    if (size == 0) {
        http1_eof(connection);
        return;
    }
    Str bytes = str_make(data, size);
    switch (connection->protocol) {
    case PROTOCOL_UNKNOWN:
        detect(connection, bytes);
        break;
    case PROTOCOL_HTTP1:
        http1_feed(connection, bytes);
        break;
    case PROTOCOL_HTTP2:
        http2_feed(connection, bytes);
        break;
    case PROTOCOL_UPGRADED:
        break;
    }
}

static void on_drain(Stream *stream, void *arg)
{
    (void) stream;
    Connection *connection = arg;
    if (connection->closing) {
        return;
    }
    if (connection->protocol == PROTOCOL_HTTP2) {
        http2_schedule_flush(connection);
    } else if (connection->protocol == PROTOCOL_HTTP1) {
        http1_on_drain(connection);
    }
}

static void on_close(Stream *stream, void *arg)
{
    (void) stream;
    Connection *connection = arg;
    connection->stream = NULL;
    connection->closed = true;
    if (!connection->closing) {
        connection_close(connection);
    }
    connection_maybe_free(connection);
}

static const StreamCallbacks stream_callbacks = {
    .on_read = on_read,
    .on_drain = on_drain,
    .on_close = on_close,
};

/* At the bound the connection that has been idle the longest makes room, so that whoever opens many and says
 * nothing keeps nobody out. */
static bool make_room(HttpServer *server)
{
    enum { IDLE_LEAST_MS = 1000 };
    Timeout *oldest = timeouts_oldest(&server->timeouts, TIMEOUT_IDLE, IDLE_LEAST_MS);
    if (!oldest) {
        return false;
    }
    timeout_disarm(oldest);
    server->timeouts.fn(oldest, TIMEOUT_IDLE, server->timeouts.arg);
    return true;
}

/* Past the bound there is room for some that are told so properly; the rest is only cut off. */
static bool admit(HttpServer *server, bool *ret_shed)
{
    size_t most = server->options.max_connections;
    *ret_shed = server->stats.connections >= most && !make_room(server);
    return server->stats.connections < most + most / 8 + 1;
}

void http_server_serve(HttpServer *server, Stream *stream)
{
    bool shed;
    if (server->freed || server->closed || !admit(server, &shed)) {
        server->stats.shed_total++;
        stream_close(stream);
        return;
    }
    Connection *connection = MEM_NEW(Connection);
    connection->server = server;
    connection->stream = stream;
    connection->shed = shed;
    connection->next = server->connections;
    if (connection->next) {
        connection->next->prev = connection;
    }
    server->connections = connection;
    server->stats.connections++;
    server->stats.connections_total++;
    Str peer = stream_peer(stream);
    size_t len =
        peer.len < sizeof(connection->peer_text) ? peer.len : sizeof(connection->peer_text);
    if (len) {
        memcpy(connection->peer_text, peer.ptr, len);
    }
    connection->peer = str_make(connection->peer_text, len);
    stream_set_callbacks(stream, &stream_callbacks, connection);
    connection_arm(connection, TIMEOUT_IDLE);
    stream_read_start(stream);
}
