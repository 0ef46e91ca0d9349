/* HttpClient: HTTP/1.1 and HTTP/2 with connections kept for each origin, on one loop. For fibers.
 *
 * An origin is scheme, host and port, or a unix socket. https verifies the peer and offers h2 and
 * http/1.1 (ALPN); http speaks HTTP/1.1, or HTTP/2 with prior knowledge where asked. A request ends
 * at the nearest of its own timeout and the fiber's deadline. One retry, on a fresh connection,
 * when a kept one died before a byte of the answer came and the method is idempotent (or HTTP/2
 * says it was not processed). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "loop/loop.h"
#include "net/http.h"
#include "net/tls.h"

typedef struct HttpClient HttpClient;

/* 0 stands for the default in brackets. */
typedef struct HttpClientOptions {
    size_t max_connections;     /* to one origin [64]; further requests wait in turn */
    int64_t idle_timeout_ms;    /* a kept connection [30,000] */
    int64_t connect_timeout_ms; /* name, connect and TLS [5,000] */
    int64_t
        timeout_ms; /* a request when it says none [30,000]; the fiber's deadline holds as well */
    size_t header_bytes;   /* of a response [64 KiB]; -EMSGSIZE */
    size_t max_body_bytes; /* http_fetch's when the request says none [16 MiB] */
    TlsContext *tls;       /* not owned; NULL: the system's authorities */
    bool http2;            /* HTTP/2 with prior knowledge for http: and unix */
    bool no_gzip;       /* else gzip is asked for and decoded; never for HTTP/2 prior knowledge */
    int64_t backoff_ms; /* after a failed connect, requests fail at once for so long, doubling up to
                           30 s, ±25 % [off] */
    const char *user_agent; /* NULL: none is sent */
} HttpClientOptions;

int http_client_new(
    Loop *loop, const HttpClientOptions *options, HttpClient **ret_client, Error *err
);
/* No request may be under way. */
void http_client_free(HttpClient *client);

/* A body in pieces: fills the buffer, returns the count, 0 at the end, negative to give up. May
 * park. */
typedef ssize_t (*HttpBodyFn)(void *arg, void *buffer, size_t size);

typedef struct HttpRequest {
    HttpMethod method;
    Str method_name;            /* for HTTP_OTHER */
    Str url;                    /* absolute; with unix_path its host is only the Host field */
    const char *unix_path;      /* NULL: TCP */
    const HttpHeaders *headers; /* may be NULL; Host, Content-Length and Connection are ours */
    Str body;
    HttpBodyFn body_fn; /* instead of body; such a request is never retried */
    void *body_arg;
    int64_t body_length;   /* with body_fn: its length, or -1: chunked */
    size_t max_body_bytes; /* of the response, http_fetch */
    int64_t timeout_ms; /* whole exchange; streamed ones: until the head has come. -1: the fiber's
                           only */
    bool idempotent;    /* may be retried although its method says otherwise */
} HttpRequest;

typedef struct HttpResponse {
    int status;
    HttpVersion version;
    HttpHeaders headers;  /* on the arena given */
    HttpHeaders trailers; /* after the body's end */
    Str body;             /* http_fetch; decoded */
} HttpResponse;

/* Sends and takes the whole answer. A status of 400 and above is an answer, not an error. Errors:
 * -ECONNREFUSED… as connect gave it, -ETIMEDOUT, -ECANCELED, -EPROTO a broken answer, -EFBIG a body
 * past the bound, -EMSGSIZE a head past it, -ECONNRESET the peer left, -EHOSTUNREACH while backing
 * off. Redirects are not followed. */
int http_fetch(
    HttpClient *client,
    const HttpRequest *request,
    Arena *arena,
    HttpResponse *ret_response,
    Error *err
);

/* The same, returning once the head has come; the body is read in pieces. Always close. */
typedef struct HttpReply HttpReply;
int http_open(
    HttpClient *client, const HttpRequest *request, Arena *arena, HttpReply **ret_reply, Error *err
);
const HttpResponse *http_reply_response(const HttpReply *reply);
/* Parks for at least one byte; 0 at the end (trailers are there then); negative as http_fetch. */
ssize_t http_reply_read(HttpReply *reply, void *buffer, size_t size);
/* Gives the connection back when the body was read to its end, else cuts the request off. NULL is
 * fine. */
void http_reply_close(HttpReply *reply);

/* Connections now, all origins: open ones and those idle. */
void http_client_count(const HttpClient *client, size_t *ret_open, size_t *ret_idle);
/* Closes idle connections, so that the next request connects anew. */
void http_client_close_idle(HttpClient *client);

static inline void http_reply_closep(HttpReply **reply)
{
    http_reply_close(*reply);
}
#define auto_http_reply __attribute__((cleanup(http_reply_closep)))
