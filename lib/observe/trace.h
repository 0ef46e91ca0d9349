/* Trace: spans with W3C context (https://www.w3.org/TR/trace-context/).
 *
 * A TraceSpan lies on the caller's stack from begin to end. It costs an id when it isn't sampled,
 * and when it is, one encoding at its end into the Tracer's bounded queue, from which the exporter
 * (observe/otlp.h) takes it. A full queue drops and counts; nothing waits.
 *
 * Where a span comes from: the fiber's local pointer (loop/fiber.h) points at a FiberContext in
 * every program that traces. Its `span` is the parent of what begins next. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/str.h"
#include "base/strbuf.h"

typedef struct Tracer Tracer;
typedef struct TraceSpan TraceSpan;

/* Whose work is done here and on whose account: what crosses a process boundary. */
typedef struct TraceContext {
    uint8_t trace_id[16]; /* all zero: no context */
    uint8_t span_id[8];
    bool sampled;
} TraceContext;

enum { TRACEPARENT_LEN = 55, TRACE_ID_HEX_LEN = 32, SPAN_ID_HEX_LEN = 16 };
/* Version 00, and later versions by their first four fields; false for anything malformed or all
 * zero. */
bool traceparent_parse(Str header, TraceContext *ret_context);
void traceparent_format(const TraceContext *context, char ret_text[static TRACEPARENT_LEN + 1]);
/* The two ids in lower-case hexadecimal, for logs. */
void trace_id_format(const TraceContext *context, char ret_text[static TRACE_ID_HEX_LEN + 1]);
void span_id_format(const TraceContext *context, char ret_text[static SPAN_ID_HEX_LEN + 1]);
static inline bool trace_context_is_set(const TraceContext *context)
{
    static const uint8_t zero[16];
    return memcmp(context->trace_id, zero, sizeof zero) != 0;
}

typedef struct TracerOptions {
    double sample_rate;      /* 0..1 of the traces that begin here; a parent's decision is kept */
    size_t max_queued_bytes; /* finished spans waiting for export; 0: 4 MiB */
} TracerOptions;
Tracer *tracer_new(const TracerOptions *options);
void tracer_free(Tracer *tracer); /* NULL is fine; no span of it may be running */

/* What the local pointer of a fiber points at: the request of the chassis begins with one. A fiber
 * that works beside its parent, in parallel, has its own copy. */
typedef struct FiberContext {
    Tracer *tracer;             /* NULL: nothing is traced */
    TraceSpan *span;            /* innermost entered span; NULL: none */
    const LogField *log_fields; /* put on each log line, e.g. correlation_id; copied by the log */
    size_t log_field_count;
} FiberContext;
/* The running fiber's, or NULL outside a fiber or where none was set. */
FiberContext *fiber_context(void);

typedef enum TraceKind { /* numbers of OTLP */
                         TRACE_INTERNAL = 1,
                         TRACE_SERVER = 2,
                         TRACE_CLIENT = 3,
                         TRACE_PRODUCER = 4,
                         TRACE_CONSUMER = 5,
} TraceKind;

typedef enum TraceStatus {
    TRACE_UNSET = 0,
    TRACE_OK = 1,
    TRACE_ERROR = 2,
} TraceStatus;

typedef enum TraceValueKind {
    TRACE_VALUE_TEXT,
    TRACE_VALUE_INT,
    TRACE_VALUE_DOUBLE,
    TRACE_VALUE_BOOL,
} TraceValueKind;

typedef struct TraceAttribute {
    const char *key; /* static */
    TraceValueKind kind;
    union {
        Str text; /* not copied: lives until the span's end */
        int64_t integer;
        double real;
        bool boolean;
    };
} TraceAttribute;

typedef struct TraceEvent {
    Str name;
    Str detail; /* attribute "detail"; empty: none */
    int64_t utc_ns;
} TraceEvent;

enum { TRACE_ATTRIBUTES_MAX = 14, TRACE_EVENTS_MAX = 4 };

struct TraceSpan {
    TraceContext context;
    uint8_t parent_id[8];
    Tracer *tracer;        /* NULL: ended, or nothing is traced */
    FiberContext *entered; /* where it is the current span */
    TraceSpan *outer;
    Str name; /* not copied: lives until the span's end */
    int64_t start_utc_ns, start_ns;
    uint8_t kind, status, attribute_count, event_count;
    uint8_t dropped_attributes, dropped_events;
    Str status_message;
    TraceAttribute attributes[TRACE_ATTRIBUTES_MAX];
    TraceEvent events[TRACE_EVENTS_MAX];
};

/* Begins a child of the fiber's current span; without a fiber or a tracer the span records nothing.
 */
void trace_begin(TraceSpan *span, TraceKind kind, Str name);
/* Begins with a parent from elsewhere (a request's header, a record's); NULL or unset: a new trace.
 */
void trace_begin_from(
    TraceSpan *span, Tracer *tracer, const TraceContext *parent, TraceKind kind, Str name
);
/* Makes it the fiber's current span until its end. */
void trace_enter(TraceSpan *span);
/* Ends it; attributes and name are read now. A second end does nothing. */
void trace_end(TraceSpan *span);

/* All do nothing on a span that isn't sampled. */
static inline bool trace_is_recording(const TraceSpan *span)
{
    return span->tracer && span->context.sampled;
}
void trace_set_text(TraceSpan *span, const char *key, Str value);
void trace_set_int(TraceSpan *span, const char *key, int64_t value);
void trace_set_double(TraceSpan *span, const char *key, double value);
void trace_set_bool(TraceSpan *span, const char *key, bool value);
void trace_event(TraceSpan *span, Str name, Str detail);
void trace_set_status(TraceSpan *span, TraceStatus status, Str message);

/* The context to send on: of the fiber's current span. False, and nothing written: there is none.
 */
bool trace_current(TraceContext *ret_context);

/* For the exporter, any thread. Takes up to `most` finished spans out of the queue: each is
 * appended as one OTLP Span message with the tag and length of field 2 of ScopeSpans. Returns their
 * number. */
size_t tracer_take(Tracer *tracer, size_t most, StrBuf *out);
size_t tracer_queued(const Tracer *tracer);
uint64_t tracer_dropped(const Tracer *tracer
); /* spans lost since the start because the queue was full */
/* Counts spans that the exporter gave up on. */
void tracer_count_dropped(Tracer *tracer, size_t count);
/* Calls fn(arg), on whatever thread ended a span and under the tracer's lock, when `at` spans are
 * queued; fn NULL: never again once this has returned. */
void tracer_set_wakeup(Tracer *tracer, size_t at, void (*fn)(void *arg), void *arg);

#define auto_trace __attribute__((cleanup(trace_end)))
