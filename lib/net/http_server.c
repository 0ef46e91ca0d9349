#include "net/http_server.h"

#include <sys/resource.h>

#include "base/mem.h"

#include "server_internal.h"

/* Where a client waits between two requests, a drain grants it this to send the one under way. */
enum { DRAIN_IDLE_MS = 500, DISCARD_MS = 2000 };

static size_t default_size(size_t value, size_t standard)
{
    return value ? value : standard;
}

static int64_t default_ms(int64_t value, int64_t standard)
{
    return value ? value : standard;
}

/* Connections may take three of four descriptors, so that what a handler opens finds one. */
static size_t most_connections(void)
{
    enum { STANDARD = 4096 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur / 4 * 3 > STANDARD) {
        return STANDARD;
    }
    return (size_t) limit.rlim_cur / 4 * 3;
}

static void set_defaults(HttpServerOptions *options)
{
    options->header_bytes = default_size(options->header_bytes, 16 * 1024);
    options->header_count = default_size(options->header_count, 100);
    options->header_timeout_ms = default_ms(options->header_timeout_ms, 10 * 1000);
    options->body_timeout_ms = default_ms(options->body_timeout_ms, 15 * 1000);
    options->idle_timeout_ms = default_ms(options->idle_timeout_ms, 60 * 1000);
    options->write_timeout_ms = default_ms(options->write_timeout_ms, 15 * 1000);
    options->max_connections = default_size(options->max_connections, most_connections());
    options->max_requests = default_size(options->max_requests, 4096);
    options->max_memory_bytes = default_size(options->max_memory_bytes, 64 * 1024 * 1024);
    options->max_streams = default_size(options->max_streams, 100);
    options->max_pipelined_bytes = default_size(options->max_pipelined_bytes, 64 * 1024);
    options->body_buffer_bytes = default_size(options->body_buffer_bytes, 64 * 1024);
    options->requests_per_connection = default_size(options->requests_per_connection, SIZE_MAX);
    options->retry_after_s = options->retry_after_s ? options->retry_after_s : 1;
}

static Connection *connection_of_read(Timeout *timeout)
{
    return CONTAINER_OF(timeout, Connection, read_timeout);
}

/* A peer is behind, not gone, while it takes something worth the wait. */
static void on_write_timeout(Connection *connection)
{
    enum { PROGRESS_BYTES = 1024 };
    size_t queued = stream_queued_bytes(connection->stream);
    uint64_t flushed = connection->sent_bytes - queued;
    if (queued == 0) {
        return;
    }
    if (flushed - connection->sent_mark >= PROGRESS_BYTES) {
        connection->sent_mark = flushed;
        timeout_arm(&connection->server->timeouts, &connection->write_timeout, TIMEOUT_WRITE);
        return;
    }
    connection->server->stats.timeouts_total++;
    connection_close(connection);
}

static void on_timeout(Timeout *timeout, int class, void *arg)
{
    (void) arg;
    if (class == TIMEOUT_WRITE) {
        on_write_timeout(CONTAINER_OF(timeout, Connection, write_timeout));
        return;
    }
    if (class == TIMEOUT_STREAM) {
        http2_on_stream_timeout(CONTAINER_OF(timeout, Exchange, write_timeout));
        return;
    }
    Connection *connection = connection_of_read(timeout);
    if (connection->protocol == PROTOCOL_HTTP2) {
        http2_on_timeout(connection, class);
    } else {
        http1_on_timeout(connection, class);
    }
}

static void init_timeouts(HttpServer *server)
{
    const HttpServerOptions *options = &server->options;
    int64_t after_ms[TIMEOUT_CLASSES_MAX] = {
        [TIMEOUT_IDLE] = options->idle_timeout_ms,
        [TIMEOUT_HEADER] = options->header_timeout_ms,
        [TIMEOUT_WRITE] = options->write_timeout_ms,
        [TIMEOUT_STREAM] = options->write_timeout_ms,
        [TIMEOUT_DISCARD] = DISCARD_MS,
        [TIMEOUT_DRAIN] = DRAIN_IDLE_MS,
    };
    timeouts_init(&server->timeouts, server->loop, after_ms, on_timeout, server);
}

static void give_up_stalled(HttpServer *server, int class)
{
    enum { STALL_LEAST_MS = 250, GIVEN_UP_A_TURN = 64 };
    Timeout *oldest;
    for (int left = GIVEN_UP_A_TURN;
         left > 0 && (oldest = timeouts_oldest(&server->timeouts, class, STALL_LEAST_MS));
         left--) {
        timeout_disarm(oldest);
        on_timeout(oldest, class, server);
    }
}

/* What is given up is freed in a later turn. */
static void on_reclaim(Timer *timer, void *arg)
{
    enum { AGAIN_AFTER_MS = 5 };
    HttpServer *server = arg;
    if (server->stats.memory_bytes > server->options.max_memory_bytes / 2) {
        give_up_stalled(server, TIMEOUT_STREAM);
        give_up_stalled(server, TIMEOUT_WRITE);
        timer_start(timer, AGAIN_AFTER_MS, 0);
    }
}

void server_reclaim(HttpServer *server)
{
    if (!timer_is_active(server->reclaim)) {
        timer_start(server->reclaim, 0, 0);
    }
}

int http_server_new(
    Loop *loop, const HttpServerOptions *options, HttpServer **ret_server, Error *err
)
{
    HttpServer *server = MEM_NEW(HttpServer);
    server->loop = loop;
    server->options = *options;
    set_defaults(&server->options);
    int rc = http2_server_init(server);
    if (rc < 0) {
        free(server);
        return error_errno(err, rc, "set up HTTP/2");
    }
    init_timeouts(server);
    server->reclaim = timer_new(loop, on_reclaim, server);
    timer_unref(server->reclaim);
    *ret_server = server;
    return 0;
}

static void on_accept(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    http_server_serve(arg, stream);
}

int http_server_listen(HttpServer *server, const Address *address, Error *err)
{
    Listener *listener;
    int rc = listener_open(server->loop, address, on_accept, server, &listener, err);
    if (rc < 0) {
        return rc;
    }
    size_t count = server->listener_count + 1;
    server->listeners = mem_realloc(server->listeners, count * sizeof(*server->listeners));
    server->listeners[server->listener_count++] = listener;
    return 0;
}

int http_server_port(const HttpServer *server, size_t index)
{
    return index < server->listener_count ? listener_port(server->listeners[index]) : -ENOENT;
}

const HttpServerStats *http_server_stats(const HttpServer *server)
{
    return &server->stats;
}

static void close_listeners(HttpServer *server)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        listener_close(server->listeners[i]);
    }
    server->listener_count = 0;
}

/* What the kernel has accepted for us would be reset with the listener: it is taken in first. */
static void accept_pending(HttpServer *server)
{
    enum { TURNS_MOST = 100 };
    uint64_t before = UINT64_MAX;
    for (int i = 0; i < TURNS_MOST && server->stats.connections_total != before; i++) {
        before = server->stats.connections_total;
        if (fiber_sleep_ms(1) < 0) {
            return;
        }
    }
}

int http_server_drain(HttpServer *server, Deadline deadline)
{
    server->draining = true;
    accept_pending(server);
    close_listeners(server);
    server->closed = true;
    for (Connection *connection = server->connections, *next; connection; connection = next) {
        next = connection->next;
        if (connection->protocol == PROTOCOL_HTTP2) {
            http2_drain(connection);
        } else {
            http1_drain(connection);
        }
        for (Exchange *exchange = connection->exchanges; exchange; exchange = exchange->next) {
            exchange_end_for_drain(exchange);
        }
    }
    int rc = 0;
    Deadline former = fiber_narrow_deadline(deadline);
    while (server->connections && rc == 0) {
        rc = fiber_queue_wait(&server->drained);
    }
    fiber_restore_deadline(former);
    if (server->connections == NULL) {
        return 0;
    }
    for (Connection *connection = server->connections, *next; connection; connection = next) {
        next = connection->next;
        connection_close(connection);
    }
    return rc == -ETIMEDOUT ? -ETIME : rc;
}

void http_server_free(HttpServer *server)
{
    if (server == NULL) {
        return;
    }
    server->draining = true;
    close_listeners(server);
    for (Connection *connection = server->connections, *next; connection; connection = next) {
        next = connection->next;
        connection_close(connection);
    }
    server->freed = true;
    server_maybe_free(server);
}

void server_maybe_free(HttpServer *server)
{
    if (!server->freed || server->connections) {
        return;
    }
    timeouts_done(&server->timeouts);
    timer_free(server->reclaim);
    http2_server_done(server);
    for (size_t i = 0; i < server->arena_count; i++) {
        arena_free(server->arenas[i]);
    }
    strbuf_done(&server->head);
    free(server->listeners);
    free(server);
}
