#include "observe/trace.h"

#include <assert.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "loop/fiber.h"

#include "internal.h"

bool traceparent_parse(Str header, TraceContext *ret_context)
{
    TraceContext context = { 0 };
    uint8_t version = 0, flags = 0;
    bool has_shape = header.len >= TRACEPARENT_LEN && header.ptr[2] == '-' &&
                     header.ptr[35] == '-' && header.ptr[52] == '-';
    if (!has_shape || !hex_decode(str_slice(header, 0, 2), &version, 1) ||
        !hex_decode(str_slice(header, 3, 35), context.trace_id, 16) ||
        !hex_decode(str_slice(header, 36, 52), context.span_id, 8) ||
        !hex_decode(str_slice(header, 53, 55), &flags, 1)) {
        return false;
    }
    /* Section 3.2.2.1: lower case only; 4.3: a later version may carry more behind another dash. */
    for (size_t i = 0; i < TRACEPARENT_LEN; i++) {
        if (header.ptr[i] >= 'A' && header.ptr[i] <= 'F') {
            return false;
        }
    }
    bool has_tail = header.len > TRACEPARENT_LEN;
    if (version == 0xFF || (has_tail && (version == 0 || header.ptr[TRACEPARENT_LEN] != '-'))) {
        return false;
    }
    static const uint8_t zero[8];
    if (!trace_context_is_set(&context) || memcmp(context.span_id, zero, sizeof zero) == 0) {
        return false;
    }
    context.sampled = flags & 1;
    *ret_context = context;
    return true;
}

static char *put_hex(char *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

void traceparent_format(const TraceContext *context, char ret_text[static TRACEPARENT_LEN + 1])
{
    char *out = ret_text;
    *out++ = '0';
    *out++ = '0';
    *out++ = '-';
    out = put_hex(out, context->trace_id, sizeof context->trace_id);
    *out++ = '-';
    out = put_hex(out, context->span_id, sizeof context->span_id);
    *out++ = '-';
    *out++ = '0';
    *out++ = context->sampled ? '1' : '0';
    *out = '\0';
}

void trace_id_format(const TraceContext *context, char ret_text[static TRACE_ID_HEX_LEN + 1])
{
    *put_hex(ret_text, context->trace_id, sizeof context->trace_id) = '\0';
}

void span_id_format(const TraceContext *context, char ret_text[static SPAN_ID_HEX_LEN + 1])
{
    *put_hex(ret_text, context->span_id, sizeof context->span_id) = '\0';
}

FiberContext *fiber_context(void)
{
    return fiber_self() ? fiber_local() : NULL;
}

bool trace_current(TraceContext *ret_context)
{
    const FiberContext *fiber = fiber_context();
    if (!fiber || !fiber->span || !trace_context_is_set(&fiber->span->context)) {
        return false;
    }
    *ret_context = fiber->span->context;
    return true;
}

static void begin(TraceSpan *span, Tracer *tracer, TraceKind kind, Str name)
{
    /* The arrays of attributes and events stay as they are: the counts say what is there. */
    memset(span, 0, offsetof(TraceSpan, attributes));
    span->tracer = tracer;
    span->kind = (uint8_t) kind;
    span->name = name;
}

static void begin_clock(TraceSpan *span)
{
    if (span->context.sampled) {
        span->start_utc_ns = clock_utc_us() * NS_PER_US;
        span->start_ns = clock_monotonic_ns();
    }
}

static void begin_child(TraceSpan *span, const TraceContext *parent)
{
    memcpy(span->context.trace_id, parent->trace_id, sizeof parent->trace_id);
    memcpy(span->parent_id, parent->span_id, sizeof parent->span_id);
    span->context.sampled = parent->sampled;
    random_bytes(span->context.span_id, sizeof span->context.span_id);
    begin_clock(span);
}

void trace_begin(TraceSpan *span, TraceKind kind, Str name)
{
    const FiberContext *fiber = fiber_context();
    begin(span, fiber ? fiber->tracer : NULL, kind, name);
    if (!span->tracer) {
        return;
    }
    if (fiber->span && trace_context_is_set(&fiber->span->context)) {
        if (fiber->span->context.sampled) {
            begin_child(span, &fiber->span->context);
        } else {
            span->context = fiber->span->context; /* nobody will look: no id of its own */
        }
    } else {
        trace_begin_from(span, span->tracer, NULL, kind, name);
    }
}

void trace_begin_from(
    TraceSpan *span, Tracer *tracer, const TraceContext *parent, TraceKind kind, Str name
)
{
    begin(span, tracer, kind, name);
    if (parent && trace_context_is_set(parent)) {
        begin_child(span, parent);
        return;
    }
    /* both ids at once: they stand side by side */
    _Static_assert(
        offsetof(TraceContext, span_id) == sizeof span->context.trace_id, "ids are side by side"
    );
    random_bytes(&span->context, offsetof(TraceContext, sampled));
    span->context.sampled = tracer && tracer_samples(tracer, span->context.trace_id);
    begin_clock(span);
}

void trace_enter(TraceSpan *span)
{
    FiberContext *fiber = fiber_context();
    if (fiber && !span->entered) {
        span->entered = fiber;
        span->outer = fiber->span;
        fiber->span = span;
    }
}

void trace_end(TraceSpan *span)
{
    if (span->entered) {
        assert(span->entered->span == span);
        span->entered->span = span->outer;
        span->entered = NULL;
    }
    if (trace_is_recording(span)) {
        tracer_put(span->tracer, span, clock_monotonic_ns() - span->start_ns);
    }
    span->tracer = NULL;
}

static TraceAttribute *add_attribute(TraceSpan *span, const char *key, TraceValueKind kind)
{
    static _Thread_local TraceAttribute unused;
    if (!trace_is_recording(span)) {
        return &unused;
    }
    if (span->attribute_count == TRACE_ATTRIBUTES_MAX) {
        span->dropped_attributes++;
        return &unused;
    }
    TraceAttribute *attribute = &span->attributes[span->attribute_count++];
    attribute->key = key;
    attribute->kind = kind;
    return attribute;
}

void trace_set_text(TraceSpan *span, const char *key, Str value)
{
    add_attribute(span, key, TRACE_VALUE_TEXT)->text = value;
}

void trace_set_int(TraceSpan *span, const char *key, int64_t value)
{
    add_attribute(span, key, TRACE_VALUE_INT)->integer = value;
}

void trace_set_double(TraceSpan *span, const char *key, double value)
{
    add_attribute(span, key, TRACE_VALUE_DOUBLE)->real = value;
}

void trace_set_bool(TraceSpan *span, const char *key, bool value)
{
    add_attribute(span, key, TRACE_VALUE_BOOL)->boolean = value;
}

void trace_event(TraceSpan *span, Str name, Str detail)
{
    if (!trace_is_recording(span)) {
        return;
    }
    if (span->event_count == TRACE_EVENTS_MAX) {
        span->dropped_events++;
        return;
    }
    span->events[span->event_count++] = (TraceEvent) {
        .name = name,
        .detail = detail,
        .utc_ns = span->start_utc_ns + clock_monotonic_ns() - span->start_ns,
    };
}

void trace_set_status(TraceSpan *span, TraceStatus status, Str message)
{
    if (trace_is_recording(span)) {
        span->status = (uint8_t) status;
        span->status_message = message;
    }
}
