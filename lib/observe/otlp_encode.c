/* Spans as protobuf: opentelemetry/proto/trace/v1/trace.proto and its collector service. */
#include "codec/protobuf.h"
#include "observe/otlp.h"

#include "internal.h"

/* KeyValue with a string. */
static void add_text_attribute(StrBuf *out, unsigned field, Str key, Str value)
{
    size_t pair = proto_begin(out, field);
    proto_add_string(out, 1, key);
    size_t any = proto_begin(out, 2);
    proto_add_string(out, 1, value);
    proto_end(out, any);
    proto_end(out, pair);
}

static void add_attribute(StrBuf *out, unsigned field, const TraceAttribute *attribute)
{
    if (attribute->kind == TRACE_VALUE_TEXT) {
        add_text_attribute(out, field, str_from(attribute->key), attribute->text);
        return;
    }
    size_t pair = proto_begin(out, field);
    proto_add_string(out, 1, str_from(attribute->key));
    size_t any = proto_begin(out, 2);
    /* AnyValue is a oneof: its member is written also when it is zero. */
    if (attribute->kind == TRACE_VALUE_BOOL) {
        proto_add_uint(out, 2, attribute->boolean);
    } else if (attribute->kind == TRACE_VALUE_INT) {
        proto_add_int(out, 3, attribute->integer);
    } else {
        proto_add_double(out, 4, attribute->real);
    }
    proto_end(out, any);
    proto_end(out, pair);
}

static void add_event(StrBuf *out, const TraceEvent *event)
{
    size_t message = proto_begin(out, 11);
    proto_add_fixed64(out, 1, (uint64_t) event->utc_ns);
    proto_add_string(out, 2, event->name);
    if (event->detail.len > 0) {
        add_text_attribute(out, 3, STR("detail"), event->detail);
    }
    proto_end(out, message);
}

static void add_status(StrBuf *out, const TraceSpan *span)
{
    if (span->status == TRACE_UNSET) {
        return;
    }
    size_t message = proto_begin(out, 15);
    if (span->status_message.len > 0) {
        proto_add_string(out, 2, span->status_message);
    }
    proto_add_uint(out, 3, span->status);
    proto_end(out, message);
}

void otlp_encode_span(StrBuf *out, const TraceSpan *span, int64_t duration_ns)
{
    static const uint8_t no_parent[sizeof span->parent_id];
    size_t message = proto_begin(out, 2);
    proto_add_bytes(out, 1, span->context.trace_id, sizeof span->context.trace_id);
    proto_add_bytes(out, 2, span->context.span_id, sizeof span->context.span_id);
    if (memcmp(span->parent_id, no_parent, sizeof no_parent) != 0) {
        proto_add_bytes(out, 4, span->parent_id, sizeof span->parent_id);
    }
    proto_add_string(out, 5, span->name);
    proto_add_uint(out, 6, span->kind);
    proto_add_fixed64(out, 7, (uint64_t) span->start_utc_ns);
    proto_add_fixed64(out, 8, (uint64_t) (span->start_utc_ns + duration_ns));
    for (size_t i = 0; i < span->attribute_count; i++) {
        add_attribute(out, 9, &span->attributes[i]);
    }
    if (span->dropped_attributes) {
        proto_add_uint(out, 10, span->dropped_attributes);
    }
    for (size_t i = 0; i < span->event_count; i++) {
        add_event(out, &span->events[i]);
    }
    if (span->dropped_events) {
        proto_add_uint(out, 12, span->dropped_events);
    }
    add_status(out, span);
    proto_end(out, message);
}

void otlp_encode_traces(StrBuf *out, const MetricLabel *resource, size_t resource_count, Str spans)
{
    size_t resource_spans = proto_begin(out, 1);
    size_t resource_message = proto_begin(out, 1);
    for (size_t i = 0; i < resource_count; i++) {
        add_text_attribute(out, 1, resource[i].name, resource[i].value);
    }
    proto_end(out, resource_message);
    size_t scope_spans = proto_begin(out, 2);
    strbuf_add(out, spans);
    proto_end(out, scope_spans);
    proto_end(out, resource_spans);
}
