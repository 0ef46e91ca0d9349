/* Exchange: one HTTP request inside the chassis, from its head to the last byte of its answer. */
#pragma once

#include <chassis/http.h>

#include "cursor.h"
#include "router.h"
#include "work.h"

typedef struct Answer {
    int status; /* 0: none yet */
    const char *content_type;
    StrBuf body;
    JsonWriter writer;
} Answer;

typedef struct IdempotencyKey {
    Str scope, principal, key;
    Str hash;       /* SHA-256 of the request, 32 bytes */
    bool is_held;   /* we inserted it: complete or release it */
    bool is_joined; /* a transaction completes it */
} IdempotencyKey;

typedef struct Exchange {
    Work work;
    Request request;
    HttpExchange *http;
    RouteMatch match;
    Answer answer;
    Node *body_node;
    IdempotencyKey idempotency;
} Exchange;

static inline Exchange *exchange_of(const Request *req)
{
    return req->internal;
}

/* The HttpHandler; arg is the Worker. */
void exchange_handle(HttpExchange *http, void *worker);
/* What the server itself refuses, in the envelope. */
void exchange_error(HttpServerError *error, void *worker);

/* Steps before the handler; negative with a failure recorded. */
int exchange_authenticate(Exchange *exchange);
int exchange_authorize(Exchange *exchange);
int exchange_read_body(Exchange *exchange);
/* 1: the answer was replayed, 0: go on, negative: refused. */
int exchange_idempotency_begin(Exchange *exchange);
/* After the handler, when no transaction has completed the key. */
void exchange_idempotency_end(Exchange *exchange, int rc);
/* Joins the completion of the key to a transaction that commits. */
int exchange_idempotency_join(Exchange *exchange, Db *tx);

/* {"error": {…}} into `out`. */
void envelope_write(StrBuf *out, const Failure *failure, Str request_id);
/* Sends the answer or, with rc < 0, the failure. */
void exchange_send(Exchange *exchange, int rc);

HttpMetrics *http_metrics_new(Metrics *metrics, const Router *router);
void http_metrics_free(HttpMetrics *metrics);
void http_metrics_begin(HttpMetrics *metrics);
/* route NULL: path "/404". */
typedef struct HttpSample {
    const Route *route;
    size_t route_index;
    Str method;
    int status;
    int64_t start_ns;
} HttpSample;
void http_metrics_end(HttpMetrics *metrics, const HttpSample *sample);
/* Counts an answer that reached no handler. */
void http_metrics_refused(HttpMetrics *metrics, int status);
void exchange_log(const Exchange *exchange);
