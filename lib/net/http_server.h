/* HttpServer: HTTP/1.1 and HTTP/2 (prior knowledge, told by its preface) on one loop.
 *
 * Each request runs the handler on a fiber and an arena of its own; the handler reads top-down, and
 * what waits parks. The arena is cleared when the exchange has ended. A client that goes away
 * cancels the fiber: waiting functions then return -ECANCELED. Every size, count and time is
 * bounded from the start; what breaks a bound is answered through `on_error` and never reaches the
 * handler.
 *
 * One server belongs to one loop. Several loops share a port by Address.reuse_port. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "net/http.h"

typedef struct HttpServer HttpServer;

/* One request and its answer. The fields are for reading, but `response_headers` and `user`. */
typedef struct HttpExchange {
    HttpServer *server;
    Arena *arena;
    HttpMethod method;
    Str method_name;
    HttpVersion version;
    Str target;    /* as sent: "/products?page=2", "*" for OPTIONS */
    Str path;      /* not decoded; an absolute-form target gives its path */
    Str query;     /* without the '?' */
    Str authority; /* Host or :authority */
    HttpHeaders headers;
    HttpHeaders trailers;         /* filled when the body was read to its end */
    Str peer;                     /* "127.0.0.1:4711" or "unix" */
    HttpHeaders response_headers; /* add to it until the response starts */
    int status;                   /* sent so far; 0: none yet */
    bool aborted;                 /* the client left or the connection broke before the end */
    uint64_t bytes_in;            /* of the request body */
    uint64_t bytes_out;           /* of the response body */
    int64_t started_ns;           /* clock_monotonic_ns when its head was complete */
    void *user;                   /* the caller's */
} HttpExchange;

typedef void (*HttpHandler)(HttpExchange *exchange, void *arg);

/* An answer that the server gives by itself: a protocol error (400, 405, 408, 413, 414, 417, 431,
 * 501, 505), a handler that gave none (500), or load shed (503; Retry-After is there already). */
typedef struct HttpServerError {
    int status;
    const char *reason; /* one English clause, safe to show: "header fields exceed 16384 bytes" */
    Arena *arena;       /* scratch */
    HttpHeaders *headers;
    StrBuf *body; /* fill it; left empty, a plain text is sent */
    Str peer;
} HttpServerError;

/* 0 stands for the default in brackets everywhere. */
typedef struct HttpServerOptions {
    HttpHandler handler;
    void *arg; /* of every function here */
    /* Writes the body of such an answer, Content-Type included. Runs outside a fiber: must not
     * wait. */
    void (*on_error)(HttpServerError *error, void *arg);
    /* An exchange that reached the handler has ended: its response was handed to the connection, or it was aborted. Fields
     * are final, the arena still there. For metrics and the request's log line; must not wait. */
    void (*on_end)(HttpExchange *exchange, void *arg);

    size_t header_bytes; /* request line or pseudo-fields plus fields [16 KiB]; 431, the target
                            alone 414 */
    size_t header_count; /* [100] */
    int64_t header_timeout_ms; /* first byte to end of head [10,000]; 408 */
    int64_t body_timeout_ms;   /* end of head to end of body [15,000]; http_read gives -ETIME */
    int64_t idle_timeout_ms;   /* between requests, and before the first byte [60,000] */
    int64_t write_timeout_ms;  /* a peer that takes nothing of what is queued for so long is closed
                                   [15,000] */
    size_t
        max_connections; /* [4,096, at most three quarters of the descriptors]; then the longest idle makes room, or further
                            ones get 503 */
    size_t
        max_requests; /* handled, or their answer not yet taken, at once [4,096]; further ones get 503 */
    size_t max_memory_bytes;        /* what requests in hand hold together on their arenas [64 MiB];
                                       past it new ones get 503, a body still coming -ENOBUFS, and
                                       answers that nobody takes are given up early */
    size_t max_streams;             /* concurrent of one HTTP/2 connection [100] */
    size_t max_pipelined_bytes;     /* HTTP/1 bytes read ahead of the request in hand [64 KiB] */
    size_t body_buffer_bytes;       /* body read ahead of the handler; the HTTP/2 window [64 KiB] */
    size_t requests_per_connection; /* then it is closed, so load spreads [no bound] */
    size_t stack_bytes;             /* of a handler's fiber [loop's default] */
    int retry_after_s;              /* [1] */
    bool http1_only, http2_only;
} HttpServerOptions;

int http_server_new(
    Loop *loop, const HttpServerOptions *options, HttpServer **ret_server, Error *err
);
/* Any number of addresses, TCP and unix; several loops share a port by Address.reuse_port. */
int http_server_listen(HttpServer *server, const Address *address, Error *err);
/* The port of the n-th address listened on (port 0 asked for any). */
int http_server_port(const HttpServer *server, size_t index);
/* Serves a connection that came some other way (a socket pair, an inherited descriptor). */
void http_server_serve(HttpServer *server, Stream *stream);

/* Fibers: stops accepting; each HTTP/1 answer closes its connection, HTTP/2 gets GOAWAY; parks
 * until all connections have ended. At the deadline the rest is cut off: -ETIME. */
int http_server_drain(HttpServer *server, Deadline deadline);
/* Closes what is left and frees it, as soon as the handlers that run have ended; they are canceled.
 */
void http_server_free(HttpServer *server);

typedef struct HttpServerStats {
    size_t connections, requests; /* now */
    size_t memory_bytes;          /* held by requests, see max_memory_bytes */
    uint64_t connections_total, requests_total;
    uint64_t shed_total; /* answered 503 for want of room */
    uint64_t protocol_errors_total;
    uint64_t timeouts_total; /* header, body, idle excepted, write */
    uint64_t floods_total;   /* HTTP/2 connections ended for abuse */
} HttpServerStats;
const HttpServerStats *http_server_stats(const HttpServer *server);

/* ---- The request body; fibers. A body that is not read is discarded or ends the connection. ----
 */

/* Parks for at least one byte; the count, 0 at the end, or: -ETIME body_timeout_ms passed (answer
 * 408), -EBADMSG malformed (400), -ECONNRESET or -ECANCELED the client left, -ETIMEDOUT the fiber's
 * deadline. The first call answers Expect: 100-continue. */
ssize_t http_read(HttpExchange *exchange, void *buffer, size_t size);
/* The whole body on the arena; -EFBIG when it is larger (answer 413; the connection closes after
 * it), -ENOBUFS when the server is out of room for it (503, likewise), else as http_read. */
int http_read_body(HttpExchange *exchange, size_t max_bytes, Str *ret_body);
/* Bytes the body will have, or -1 when it is not said. */
int64_t http_content_length(const HttpExchange *exchange);

/* ---- The response. Date, Content-Length, Transfer-Encoding and Connection are the server's. ----
 */

/* The whole answer in one write. HEAD sends no body but its length. Once only: -EALREADY after
 * that. -EINVAL for a header that must not be sent; then 500 goes out instead. Never parks. */
int http_respond(HttpExchange *exchange, int status, Str body);
/* An answer in pieces: chunked, unless Content-Length is among the response headers. */
int http_respond_start(HttpExchange *exchange, int status);
/* Fibers: parks while the client is behind (256 KiB queued or the HTTP/2 window); -EPIPE when it is
 * gone. */
int http_write(HttpExchange *exchange, Str data);
/* Sends what http_respond_start and http_write left in the buffer, now. http_write alone may
 * gather. */
int http_flush(HttpExchange *exchange);
/* Trailers may be NULL, else they and their items live on the exchange's arena; HTTP/1.0 drops them. */
int http_respond_end(HttpExchange *exchange, const HttpHeaders *trailers);
/* Gives up a started answer so that the client sees it is broken (RST_STREAM; the connection
 * closed). */
void http_abort(HttpExchange *exchange);
/* For answers without an end of their own (event streams, watches): their handler is canceled when
 * the server drains, so that it can end the answer. */
void http_end_on_drain(HttpExchange *exchange);
/* The connection ends after this answer. */
void http_close_after(HttpExchange *exchange);

/* Ends HTTP on this connection with 101 and hands it over (WebSocket): the stream belongs to the
 * caller and has no callbacks; bytes that came early are in *ret_early, on the arena. HTTP/1.1
 * only: -EPROTO. The exchange stays valid until the handler returns. */
int http_upgrade(HttpExchange *exchange, Str protocol, Stream **ret_stream, Str *ret_early);
