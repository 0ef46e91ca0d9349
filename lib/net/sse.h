/* Server-Sent Events (WHATWG HTML, section 9.2): writing them as an answer, reading them as a
 * stream. */
#pragma once

#include "base/str.h"
#include "base/strbuf.h"
#include "net/http_server.h"

typedef struct SseEvent {
    Str event; /* empty: "message" */
    Str id;    /* reading: the last one seen, as the standard wants */
    Str data;  /* lines joined by '\n' */
} SseEvent;

/* Starts the answer (text/event-stream, no cache). Then events; end with http_respond_end. */
int sse_start(HttpExchange *exchange);
/* Fibers; -EPIPE when the client has gone. */
int sse_send(HttpExchange *exchange, const SseEvent *event);
/* A comment line, to keep the connection open through proxies. */
int sse_ping(HttpExchange *exchange);
/* Appends the event's wire form. CR, LF and NUL in event and id are dropped. */
void sse_add(StrBuf *out, const SseEvent *event);

/* Reads a stream: feed bytes, take events. Bounded: an event past max_bytes is -EMSGSIZE. */
typedef struct SseParser {
    StrBuf line, data, event, id;
    size_t max_bytes;
    bool saw_cr, started, has_data, dispatched;
    int64_t retry_ms; /* what the server last asked for, or -1 */
} SseParser;
void sse_parser_init(SseParser *parser, size_t max_bytes); /* 0: 1 MiB */
void sse_parser_done(SseParser *parser);
/* Takes from the front of *input until an event is whole: 1 and *ret_event, a view valid until the
 * next call; 0 when all was taken. */
int sse_parser_next(SseParser *parser, Str *input, SseEvent *ret_event);
