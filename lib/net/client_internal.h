/* What the parts of HttpClient share. Private to net.
 *
 * An Origin has connections; an HTTP/1 connection serves one reply at a time and is driven by the
 * fiber that asked, an HTTP/2 one serves many and is driven by its callbacks. A reply outlives its
 * connection's end: then it has an error. */
#pragma once

#include <nghttp2/nghttp2.h>

#include "base/map.h"
#include "loop/fiber.h"
#include "net/gzip.h"
#include "net/http_client.h"
#include "net/url.h"

#include "llhttp_names.h"
#include "timeout.h"
#include "wire.h"

typedef struct Origin Origin;
typedef struct ClientConnection ClientConnection;

enum { CLIENT_READ_BYTES = 16 * 1024, CLIENT_WINDOW_BYTES = 256 * 1024 };

struct HttpReply {
    HttpResponse response;
    Arena *arena;
    ClientConnection *connection; /* NULL once it is lost or given back */
    HttpReply *next;              /* of the connection, HTTP/2 */
    const HttpRequest *request;   /* until the head has come */
    StrBuf body;                  /* came and not yet read, from body_at on; as coded */
    size_t body_at;
    Gunzip *gunzip;
    int error;
    bool head_complete, ended;
    bool any_byte; /* of the answer came */
    bool refused;  /* HTTP/2: the peer says that it was not processed */
    bool is_head;

    Str field_name, field_value; /* HTTP/1 */
    size_t head_bytes;

    Fiber *waiter; /* HTTP/2 */
    int32_t stream_id;
    bool stream_closed, closed; /* by the peer or the session; by the user */
    Str out;                    /* the request's body, while it is sent */
    StrBuf out_pieces;          /* of body_fn */
    size_t out_at;
    bool out_ended, out_deferred;
    uint64_t received_mark; /* of the connection, when it was sent */
};

struct ClientConnection {
    Origin *origin;
    Wire wire;
    ClientConnection *next; /* HTTP/1: idle ones; HTTP/2: all of them */
    Timeout idle;
    bool is_http2;
    bool used; /* served a request before */

    llhttp_t parser; /* HTTP/1 */
    char *buffer;
    Str unparsed;
    HttpReply *reply;
    bool keep;

    nghttp2_session *session; /* HTTP/2 */
    HttpReply *replies;
    size_t stream_count;
    uint64_t received_count; /* reads that brought bytes */
    bool flush_scheduled, going_away;
    bool lost; /* dropped, to be freed at the end of the turn */
};

struct Origin {
    HttpClient *client;
    Str key;
    char *host;
    int port;
    char *unix_path;
    bool is_https;
    ClientConnection *idle;  /* last used first */
    ClientConnection *http2; /* the one that takes new streams */
    ClientConnection *all_http2;
    bool connecting; /* one is made, which may turn out to be HTTP/2 */
    size_t open_count;
    FiberQueue room;
    int64_t backoff_ms; /* the last one; 0: none */
    int64_t blocked_until_ms;
    int last_error;
};

struct HttpClient {
    Loop *loop;
    HttpClientOptions options;
    Map origins;
    Timeouts timeouts;
    TlsContext *own_tls;
    nghttp2_session_callbacks *h2_callbacks;
    nghttp2_option *h2_options;
    size_t open_count, idle_count;
};

/* client_pool.c */
Origin *origin_find(HttpClient *client, const HttpRequest *request, const Url *url);
/* Fibers: an idle connection, one with room for a stream, or a new one. `fresh`: not an idle one.
 */
int origin_acquire(Origin *origin, bool fresh, ClientConnection **ret_connection, Error *err);
/* Keeps it for the next request. */
void connection_keep(ClientConnection *connection);
void connection_drop(ClientConnection *connection);
void client_pool_init(HttpClient *client);
void client_pool_done(HttpClient *client);

/* client_http1.c; fibers. Send: returns once the head of the answer has come. Fill: once there is
 * something of the body, or its end. Close: keeps the connection or drops it. */
int client_http1_send(ClientConnection *connection, HttpReply *reply, const Url *url, Error *err);
int client_http1_fill(HttpReply *reply);
void client_http1_close(HttpReply *reply);

/* client_http2.c; the same */
int client_http2_init(HttpClient *client);
void client_http2_done(HttpClient *client);
int client_http2_start(ClientConnection *connection);
bool client_http2_has_room(const ClientConnection *connection);
int client_http2_send(ClientConnection *connection, HttpReply *reply, const Url *url, Error *err);
int client_http2_fill(HttpReply *reply);
void client_http2_took(HttpReply *reply, size_t size);
void client_http2_close(HttpReply *reply);
/* Sends what waits and drops it. */
void client_http2_end(ClientConnection *connection);
/* The connection has broken: all replies get the error. */
void client_http2_lose(ClientConnection *connection, int error);

/* http_client.c: what both protocols do */
int reply_add_field(HttpReply *reply, Str name, Str value);
size_t reply_body_left(const HttpReply *reply);
bool request_wants_gzip(const HttpClient *client, const HttpRequest *request);
Str request_method(const HttpRequest *request);
void reply_free(HttpReply *reply);
