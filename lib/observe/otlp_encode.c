/* Spans as protobuf: opentelemetry/proto/trace/v1/trace.proto and its collector service. A
 * message's body is written first and its length put before it, so nothing is measured twice. */
#include "observe/otlp.h"

#include "internal.h"

typedef enum WireType {
    WIRE_VARINT = 0,
    WIRE_FIXED64 = 1,
    WIRE_LENGTH = 2,
} WireType;

enum { VARINT_BYTES_MAX = 10 };

static size_t varint(uint64_t value, uint8_t ret_bytes[static VARINT_BYTES_MAX])
{
    size_t size = 0;
    while (value > 127) {
        ret_bytes[size++] = (uint8_t) (value | 128);
        value >>= 7;
    }
    ret_bytes[size++] = (uint8_t) value;
    return size;
}

static void add_varint(StrBuf *out, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    strbuf_add_bytes(out, bytes, varint(value, bytes));
}

static void add_tag(StrBuf *out, unsigned field, WireType type)
{
    add_varint(out, field << 3 | (unsigned) type);
}

static void add_uint(StrBuf *out, unsigned field, uint64_t value)
{
    if (value) {
        add_tag(out, field, WIRE_VARINT);
        add_varint(out, value);
    }
}

static void add_fixed64(StrBuf *out, unsigned field, uint64_t value)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t) (value >> 8 * i);
    }
    add_tag(out, field, WIRE_FIXED64);
    strbuf_add_bytes(out, bytes, sizeof bytes);
}

static void add_bytes(StrBuf *out, unsigned field, const void *data, size_t size)
{
    add_tag(out, field, WIRE_LENGTH);
    add_varint(out, size);
    strbuf_add_bytes(out, data, size);
}

static void add_str(StrBuf *out, unsigned field, Str text)
{
    add_bytes(out, field, text.ptr, text.len);
}

/* Returns where the body begins, for end_message. */
static size_t begin_message(StrBuf *out, unsigned field)
{
    add_tag(out, field, WIRE_LENGTH);
    return out->len;
}

static void end_message(StrBuf *out, size_t body)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    size_t size = varint(out->len - body, bytes);
    strbuf_insert(out, body, str_make((const char *) bytes, size));
}

/* KeyValue with a string. */
static void add_text_attribute(StrBuf *out, unsigned field, Str key, Str value)
{
    size_t pair = begin_message(out, field);
    add_str(out, 1, key);
    size_t any = begin_message(out, 2);
    add_str(out, 1, value);
    end_message(out, any);
    end_message(out, pair);
}

static void add_attribute(StrBuf *out, unsigned field, const TraceAttribute *attribute)
{
    if (attribute->kind == TRACE_VALUE_TEXT) {
        add_text_attribute(out, field, str_from(attribute->key), attribute->text);
        return;
    }
    size_t pair = begin_message(out, field);
    add_str(out, 1, str_from(attribute->key));
    size_t any = begin_message(out, 2);
    /* AnyValue is a oneof: its member is written also when it is zero. */
    if (attribute->kind == TRACE_VALUE_BOOL) {
        add_tag(out, 2, WIRE_VARINT);
        add_varint(out, attribute->boolean);
    } else if (attribute->kind == TRACE_VALUE_INT) {
        add_tag(out, 3, WIRE_VARINT);
        add_varint(out, (uint64_t) attribute->integer);
    } else {
        uint64_t bits;
        memcpy(&bits, &attribute->real, sizeof bits);
        add_fixed64(out, 4, bits);
    }
    end_message(out, any);
    end_message(out, pair);
}

static void add_event(StrBuf *out, const TraceEvent *event)
{
    size_t message = begin_message(out, 11);
    add_fixed64(out, 1, (uint64_t) event->utc_ns);
    add_str(out, 2, event->name);
    if (event->detail.len > 0) {
        add_text_attribute(out, 3, STR("detail"), event->detail);
    }
    end_message(out, message);
}

static void add_status(StrBuf *out, const TraceSpan *span)
{
    if (span->status == TRACE_UNSET) {
        return;
    }
    size_t message = begin_message(out, 15);
    if (span->status_message.len > 0) {
        add_str(out, 2, span->status_message);
    }
    add_uint(out, 3, span->status);
    end_message(out, message);
}

void otlp_encode_span(StrBuf *out, const TraceSpan *span, int64_t duration_ns)
{
    static const uint8_t no_parent[sizeof span->parent_id];
    size_t message = begin_message(out, 2);
    add_bytes(out, 1, span->context.trace_id, sizeof span->context.trace_id);
    add_bytes(out, 2, span->context.span_id, sizeof span->context.span_id);
    if (memcmp(span->parent_id, no_parent, sizeof no_parent) != 0) {
        add_bytes(out, 4, span->parent_id, sizeof span->parent_id);
    }
    add_str(out, 5, span->name);
    add_uint(out, 6, span->kind);
    add_fixed64(out, 7, (uint64_t) span->start_utc_ns);
    add_fixed64(out, 8, (uint64_t) (span->start_utc_ns + duration_ns));
    for (size_t i = 0; i < span->attribute_count; i++) {
        add_attribute(out, 9, &span->attributes[i]);
    }
    add_uint(out, 10, span->dropped_attributes);
    for (size_t i = 0; i < span->event_count; i++) {
        add_event(out, &span->events[i]);
    }
    add_uint(out, 12, span->dropped_events);
    add_status(out, span);
    end_message(out, message);
}

void otlp_encode_traces(StrBuf *out, const MetricLabel *resource, size_t resource_count, Str spans)
{
    size_t resource_spans = begin_message(out, 1);
    size_t resource_message = begin_message(out, 1);
    for (size_t i = 0; i < resource_count; i++) {
        add_text_attribute(out, 1, resource[i].name, resource[i].value);
    }
    end_message(out, resource_message);
    size_t scope_spans = begin_message(out, 2);
    strbuf_add(out, spans);
    end_message(out, scope_spans);
    end_message(out, resource_spans);
}
