/* Connections of a client: found, made, kept, and given up. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"

#include "client_internal.h"

enum { BACKOFF_MOST_MS = 30 * 1000 };

Origin *origin_find(HttpClient *client, const HttpRequest *request, const Url *url)
{
    bool is_https = str_eq_nocase(url->scheme, STR("https"));
    char *key = request->unix_path
                    ? mem_printf("%d unix %s", is_https, request->unix_path)
                    : mem_printf("%d %" STR_FMT " %d", is_https, STR_ARG(url->host), url->port);
    Origin *found = map_get(&client->origins, str_from(key));
    if (found) {
        free(key);
        return found;
    }
    Origin *origin = MEM_NEW(Origin);
    origin->client = client;
    origin->key = str_from(key);
    origin->host = mem_printf("%" STR_FMT, STR_ARG(url->host));
    origin->port = url->port;
    origin->unix_path = request->unix_path ? mem_strdup(request->unix_path) : NULL;
    origin->is_https = is_https;
    map_set(&client->origins, origin->key, origin);
    return origin;
}

/* ---- idle connections ---- */

static void unlink_connection(ClientConnection **at, ClientConnection *connection)
{
    while (*at != connection) {
        at = &(*at)->next;
    }
    *at = connection->next;
    connection->next = NULL;
}

static void take_from_idle(ClientConnection *connection)
{
    unlink_connection(&connection->origin->idle, connection);
    connection->origin->client->idle_count--;
    timeout_disarm(&connection->idle);
}

/* At the end of the turn: its wire or its session may be calling us just now. */
static void free_connection(void *arg)
{
    ClientConnection *connection = arg;
    nghttp2_session_del(connection->session);
    free(connection->buffer);
    free(connection);
}

void connection_drop(ClientConnection *connection)
{
    Origin *origin = connection->origin;
    origin->open_count--;
    origin->client->open_count--;
    if (origin->http2 == connection) {
        origin->http2 = NULL;
    }
    if (connection->is_http2) {
        unlink_connection(&origin->all_http2, connection);
    }
    timeout_disarm(&connection->idle);
    wire_close(&connection->wire);
    fiber_queue_wake_one(&origin->room, 0);
    connection->lost = true;
    loop_defer(origin->client->loop, free_connection, connection);
}

/* The peer closed it, or sent what nobody asked for. */
static void on_idle_bytes(Wire *wire, Str data, int error, void *arg)
{
    (void) wire;
    (void) data;
    (void) error;
    ClientConnection *connection = arg;
    take_from_idle(connection);
    connection_drop(connection);
}

static void on_idle_timeout(Timeout *timeout, int class, void *arg)
{
    (void) class;
    (void) arg;
    ClientConnection *connection = CONTAINER_OF(timeout, ClientConnection, idle);
    if (!connection->is_http2) {
        take_from_idle(connection);
    }
    connection_drop(connection);
}

void connection_keep(ClientConnection *connection)
{
    Origin *origin = connection->origin;
    connection->used = true;
    connection->next = origin->idle;
    origin->idle = connection;
    connection->reply = NULL;
    origin->client->idle_count++;
    timeout_arm(&origin->client->timeouts, &connection->idle, 0);
    fiber_queue_wake_one(&origin->room, 0);
    wire_watch(&connection->wire, on_idle_bytes, NULL, connection); /* may drop it at once */
}

void http_client_close_idle(HttpClient *client)
{
    map_foreach(entry, &client->origins) {
        Origin *origin = entry->value;
        while (origin->idle) {
            ClientConnection *connection = origin->idle;
            take_from_idle(connection);
            connection_drop(connection);
        }
        if (origin->http2 && origin->http2->stream_count == 0) {
            connection_drop(origin->http2);
        }
    }
}

void http_client_count(const HttpClient *client, size_t *ret_open, size_t *ret_idle)
{
    *ret_open = client->open_count;
    *ret_idle = client->idle_count;
}

/* ---- connecting ---- */

static int start_tls(Origin *origin, Stream *stream, Deadline deadline, Wire *wire, Error *err)
{
    HttpClient *client = origin->client;
    TlsContext *context = client->options.tls ? client->options.tls : client->own_tls;
    if (!context) {
        TlsOptions options = { .alpn = "h2,http/1.1" };
        int rc = tls_context_new(&options, &client->own_tls, err);
        if (rc < 0) {
            return rc;
        }
        context = client->own_tls;
    }
    return tls_connect(context, stream, origin->host, deadline, &wire->tls, err);
}

static int open_wire(Origin *origin, Wire *wire, Error *err)
{
    Deadline deadline = deadline_in_ms(origin->client->options.connect_timeout_ms);
    Address address = { .host = origin->host,
                        .port = origin->port,
                        .unix_path = origin->unix_path };
    Stream *stream;
    int rc = stream_connect(origin->client->loop, &address, deadline, &stream, err);
    if (rc < 0) {
        return rc == -ETIME ? -ETIMEDOUT : rc;
    }
    if (origin->is_https) {
        rc = start_tls(origin, stream, deadline, wire, err);
        if (rc < 0) {
            stream_close(stream);
            return rc == -ETIME ? -ETIMEDOUT : rc;
        }
    }
    wire->stream = stream;
    return 0;
}

/* ±25 %, so that many clients of one peer don't come back together. */
static void note_failure(Origin *origin, int error)
{
    HttpClient *client = origin->client;
    origin->last_error = error;
    if (client->options.backoff_ms == 0) {
        return;
    }
    int64_t next = origin->backoff_ms ? origin->backoff_ms * 2 : client->options.backoff_ms;
    origin->backoff_ms = next < BACKOFF_MOST_MS ? next : BACKOFF_MOST_MS;
    int64_t spread = origin->backoff_ms / 2;
    int64_t wait = origin->backoff_ms - spread / 2 + (int64_t) random_below((uint64_t) spread + 1);
    origin->blocked_until_ms = loop_now_ms(client->loop) + wait;
}

static ClientConnection *make_connection(Origin *origin, Wire wire)
{
    ClientConnection *connection = MEM_NEW(ClientConnection);
    connection->origin = origin;
    connection->wire = wire;
    bool agreed = wire.tls && str_eq(tls_protocol(wire.tls), STR("h2"));
    connection->is_http2 = agreed || (!origin->is_https && origin->client->options.http2);
    return connection;
}

static int connect_now(Origin *origin, ClientConnection **ret_connection, Error *err)
{
    HttpClient *client = origin->client;
    Wire wire = { 0 };
    origin->open_count++;
    client->open_count++;
    origin->connecting = true;
    int rc = open_wire(origin, &wire, err);
    origin->connecting = false;
    if (rc < 0) {
        origin->open_count--;
        client->open_count--;
        bool is_ours = rc == -ECANCELED || deadline_left_ms(fiber_deadline()) == 0;
        if (!is_ours) {
            note_failure(origin, rc);
        }
        /* who waited for this connection learns that the peer can't be reached, and does not try in turn */
        fiber_queue_wake_all(&origin->room, is_ours ? 0 : rc);
        return rc;
    }
    origin->backoff_ms = 0;
    origin->blocked_until_ms = 0;
    ClientConnection *connection = make_connection(origin, wire);
    if (connection->is_http2) {
        connection->next = origin->all_http2;
        origin->all_http2 = connection;
        rc = client_http2_start(connection);
        if (rc < 0) {
            if (!connection->lost) {
                connection_drop(connection);
            }
            return error_errno(err, rc, "start HTTP/2");
        }
        origin->http2 = connection;
    }
    fiber_queue_wake_all(&origin->room, 0);
    *ret_connection = connection;
    return 0;
}

/* HTTP/2 wants one connection for all, so others wait while one is made that may speak it. */
static bool should_wait(const Origin *origin)
{
    const HttpClientOptions *options = &origin->client->options;
    bool maybe_http2 = origin->is_https || options->http2;
    return origin->open_count >= options->max_connections || (origin->connecting && maybe_http2);
}

int origin_acquire(Origin *origin, bool fresh, ClientConnection **ret_connection, Error *err)
{
    HttpClient *client = origin->client;
    for (;;) {
        if (origin->http2 && client_http2_has_room(origin->http2)) {
            *ret_connection = origin->http2;
            return 0;
        }
        if (origin->idle && !fresh) {
            *ret_connection = origin->idle;
            take_from_idle(origin->idle);
            wire_unwatch(&(*ret_connection)->wire);
            return 0;
        }
        if (origin->blocked_until_ms > loop_now_ms(client->loop)) {
            return error_set(
                err, -EHOSTUNREACH, "not tried again yet after: %s", error_name(origin->last_error)
            );
        }
        if (!should_wait(origin)) {
            return connect_now(origin, ret_connection, err);
        }
        if (fresh && origin->idle) {
            ClientConnection *oldest = origin->idle;
            take_from_idle(oldest);
            connection_drop(oldest);
            continue;
        }
        int rc = fiber_queue_wait(&origin->room);
        if (rc < 0) {
            return error_errno(err, rc, "wait for a connection");
        }
    }
}

void client_pool_init(HttpClient *client)
{
    int64_t after_ms[TIMEOUT_CLASSES_MAX] = { client->options.idle_timeout_ms };
    timeouts_init(&client->timeouts, client->loop, after_ms, on_idle_timeout, client);
}

void client_pool_done(HttpClient *client)
{
    http_client_close_idle(client);
    map_foreach(entry, &client->origins) {
        Origin *origin = entry->value;
        while (origin->all_http2) {
            client_http2_end(origin->all_http2);
        }
        free(origin->host);
        free(origin->unix_path);
        free((char *) (uintptr_t) origin->key.ptr);
        free(origin);
    }
    map_done(&client->origins);
    timeouts_done(&client->timeouts);
}
