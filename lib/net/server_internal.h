/* What the parts of HttpServer share. Private to net.
 *
 * A Connection speaks one protocol once its first bytes told which. An Exchange is made by the
 * protocol when a head begins, runs the handler on its fiber, and ends when the handler has
 * returned and the protocol has let it go. */
#pragma once

#include <nghttp2/nghttp2.h>

#include "loop/fiber.h"
#include "net/http_server.h"

#include "llhttp_names.h"
#include "timeout.h"

typedef struct Connection Connection;
typedef struct Exchange Exchange;

enum {
    STREAM_HIGH_BYTES = 256 * 1024, /* queued for a peer that is behind: writers park above this */
    ARENA_POOL_MOST = 256,
    ARENA_BLOCK_BYTES = 8 * 1024,
};

enum TimeoutClass {
    TIMEOUT_IDLE,
    TIMEOUT_HEADER,
    TIMEOUT_WRITE,
    TIMEOUT_DISCARD, /* what the handler left of a body */
    TIMEOUT_DRAIN,   /* an idle connection during the drain: its next request may be on its way */
    TIMEOUT_STREAM,  /* an HTTP/2 answer that waits for the peer's window */
};

/* What a protocol does for an exchange. Nothing here parks. */
typedef struct ExchangeOps {
    /* The whole answer. `stable`: the body lives as long as the arena. */
    int (*respond)(Exchange *exchange, Str body, bool stable);
    int (*start)(Exchange *exchange);
    int (*write)(Exchange *exchange, Str data);
    int (*flush)(Exchange *exchange);
    int (*end)(Exchange *exchange, const HttpHeaders *trailers);
    void (*abort)(Exchange *exchange);
    bool (*is_behind)(const Exchange *exchange);
    /* The handler wants more of the body, or has taken `size` bytes of it. */
    void (*want_body)(Exchange *exchange);
    void (*took_body)(Exchange *exchange, size_t size);
    /* The handler has returned and the answer is complete or aborted. Lets the exchange go, now or
     * later, by exchange_release. */
    void (*done)(Exchange *exchange);
} ExchangeOps;

struct Exchange {
    HttpExchange pub;
    const ExchangeOps *ops;
    Connection *connection;
    Exchange *prev, *next;  /* of the connection */
    Fiber *fiber;           /* of the handler; NULL before and after */
    Fiber *reader, *writer; /* parked for the body, for room */

    Str body_first;   /* on the arena: what came with the head */
    StrBuf body_more; /* heap: what came later, from body_at on */
    size_t body_at;
    int64_t content_length; /* -1: not said */
    Deadline body_deadline;
    int body_error; /* negative errno once it can't be completed */
    bool body_ended;
    bool body_too_large;
    bool expects_continue;
    bool ends_on_drain;

    bool response_started;
    bool response_ended;
    bool chunked; /* HTTP/1: the response is */
    bool close_after;
    size_t *counted; /* of the server: where it counts until its release */
    bool running;    /* between spawn and the handler's return */
    bool is_head;
    int reject_status; /* answer this instead of running the handler */
    const char *reject_reason;

    /* HTTP/1: a head that waits for the first piece. HTTP/2: what the data provider reads. */
    StrBuf out;
    size_t out_at;
    Str out_whole; /* HTTP/2: a body given at once, instead */
    uint64_t out_taken, write_mark;
    HttpHeaders out_trailers;
    Timeout write_timeout;
    size_t head_bytes, head_count;
    int32_t stream_id;
    bool stream_closed;
    bool out_deferred; /* the data provider has nothing and waits */
};

typedef struct Http1 {
    llhttp_t parser;
    Exchange *exchange; /* in hand: from the first byte of a head until it is released */
    StrBuf pending;     /* read ahead, from pending_at on */
    size_t pending_at;
    Str field_name; /* being put together */
    Str field_value;
    char *block; /* on the exchange's arena: where head bytes are kept for the views */
    size_t block_len, block_cap;
    size_t head_bytes, head_count, extension_bytes;
    uint8_t line_state; /* of lines_are_strict */
    bool last_was_cr;
    bool in_head, url_complete, in_trailers;
    bool head_complete; /* and the handler not yet started */
    bool paused;        /* the request has come to its end: what follows waits */
    bool parsing;       /* inside take_some(), which goes on by itself */
    bool stable;        /* what is parsed lives on the arena */
    bool read_stopped, saw_eof, discarding;
} Http1;

typedef struct TokenBucket {
    double tokens;
    int64_t at_ms;
} TokenBucket;

typedef struct Http2 {
    nghttp2_session *session;
    TokenBucket resets, oddities;
    bool flush_scheduled, in_session;
    bool in_head; /* a head has begun and is not complete */
    bool draining, goaway_sent;
} Http2;

typedef enum Protocol {
    PROTOCOL_UNKNOWN,
    PROTOCOL_HTTP1,
    PROTOCOL_HTTP2,
    PROTOCOL_UPGRADED,
} Protocol;

struct Connection {
    HttpServer *server;
    Stream *stream; /* NULL once handed over */
    Connection *prev, *next;
    Exchange *exchanges;
    size_t exchange_count;
    uint64_t request_count;
    uint64_t sent_bytes,
        sent_mark; /* queued for sending so far; flushed when the write timeout was armed */
    Timeout read_timeout, write_timeout;
    Str peer;
    char peer_text[64];
    char preface[24];
    uint8_t preface_len;
    Protocol protocol;
    bool closing, closed;
    bool shed; /* past max_connections: each request gets 503 */
    Http1 http1;
    Http2 http2;
};

struct HttpServer {
    Loop *loop;
    HttpServerOptions options;
    Listener **listeners;
    size_t listener_count;
    Connection *connections;
    Timeouts timeouts;
    Timer *reclaim; /* runs while requests hold too much */
    HttpServerStats stats;
    Arena *arenas[ARENA_POOL_MOST];
    size_t arena_count;
    StrBuf head; /* scratch of one response head */
    nghttp2_session_callbacks *h2_callbacks;
    nghttp2_option *h2_options;
    FiberQueue drained;
    size_t refused_count; /* exchanges whose refusal is not yet sent */
    bool draining;        /* each answer is its connection's last */
    bool closed;          /* no more connections */
    bool freed;
};

/* http_server.c */
void server_maybe_free(HttpServer *server);

/* http_connection.c */
void connection_close(Connection *connection);
/* Sends what is queued, then closes. */
void connection_close_flushed(Connection *connection);
/* Requests hold too much: answers that nobody takes are given up before their time, from the next turn on. */
void server_reclaim(HttpServer *server);
int connection_send(Connection *connection, const Str *parts, size_t count);
void connection_arm(Connection *connection, enum TimeoutClass class);
void connection_maybe_free(Connection *connection);
bool connection_is_behind(const Connection *connection);

/* http_exchange.c */
Exchange *exchange_new(Connection *connection, const ExchangeOps *ops);
/* The head is complete: counts it, and spawns the handler; or answers what reject_status says. */
void exchange_run(Exchange *exchange);
/* Answers with an error of ours; no fiber needed. */
void exchange_reject(Exchange *exchange, int status, const char *reason);
/* The protocol is done with it: frees it and clears its arena. */
void exchange_release(Exchange *exchange);
/* The client has gone: wakes and cancels the handler. */
void exchange_abort_handler(Exchange *exchange);
/* The server drains: a handler that waits for that is canceled. */
void exchange_end_for_drain(Exchange *exchange);
void exchange_wake_reader(Exchange *exchange);
void exchange_wake_writer(Exchange *exchange);
int exchange_respond_stable(Exchange *exchange, int status, Str body);

/* http_body.c */
/* Bytes of the body that live on the arena (`stable`), or are copied. */
void exchange_add_body(Exchange *exchange, Str data, bool stable);
void exchange_end_body(Exchange *exchange, int error);
size_t exchange_body_buffered(const Exchange *exchange);

/* http1_server.c */
void http1_start(Connection *connection);
void http1_feed(Connection *connection, Str data);
void http1_eof(Connection *connection);
void http1_stop(Connection *connection);
void http1_drain(Connection *connection);
void http1_on_drain(Connection *connection);
void http1_on_timeout(Connection *connection, int class);
/* The exchange has ended: goes on with the next request, or closes. */
void http1_done(Exchange *exchange);
void http1_resume_reading(Connection *connection);
void http1_detach(Connection *connection);
/* http1_respond.c */
extern const ExchangeOps http1_ops;

/* http2_server.c */
int http2_server_init(HttpServer *server);
void http2_server_done(HttpServer *server);
int http2_start(Connection *connection);
void http2_feed(Connection *connection, Str data);
void http2_stop(Connection *connection);
void http2_drain(Connection *connection);
void http2_on_timeout(Connection *connection, int class);
void http2_on_stream_timeout(Exchange *exchange);
void http2_schedule_flush(Connection *connection);
/* The handler has returned. */
void http2_done(Exchange *exchange);
/* http2_respond.c */
extern const ExchangeOps http2_ops;
