/* Events go into the outbox in the transaction of the state change (services.md 2.1). */
#include "outbox.h"

#include <assert.h>

#include "base/random.h"

enum { ENVELOPE_BYTES = 512 }; /* a usual one, without its data */

static const Statement outbox_insert = {
    .name = "outbox_insert",
    .sql = "INSERT INTO outbox (event_id, topic, key, payload, headers) "
           "VALUES ($1, $2, $3, $4, $5)",
};

static void write_data(JsonWriter *w, const EventOut *event)
{
    json_key(w, "data");
    if (event->fields) {
        fields_write_object(w, event->fields, event->value);
    } else {
        json_raw(w, event->data);
    }
}

static Str quoted_number(Arena *arena, int64_t number)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    strbuf_add_char(&out, '"');
    strbuf_add_int64(&out, number);
    strbuf_add_char(&out, '"');
    return strbuf_str(&out);
}

static Str envelope(Db *tx, const EventOut *event, Str event_id)
{
    Context *ctx = tx->ctx;
    StrBuf out = STRBUF_ON_ARENA(ctx->arena);
    strbuf_reserve(&out, ENVELOPE_BYTES + event->data.len);
    char timestamp[RFC3339_US_LEN + 1];
    clock_format_us(clock_utc_us(), timestamp);
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    json_field_string(&w, "event_id", event_id);
    json_field_string(&w, "event_type", str_from(event->topic));
    json_field_string(&w, "aggregate_id", event->aggregate_id);
    json_field_string(&w, "aggregate_type", str_from(event->aggregate_type));
    json_field_int(&w, "version", 1);
    json_field_string(&w, "timestamp", str_make(timestamp, RFC3339_US_LEN));
    json_field_string(&w, "source", ctx->worker->runtime->service);
    json_field_string(&w, "correlation_id", ctx->correlation_id);
    write_data(&w, event);
    json_key(&w, "metadata");
    json_begin_object(&w);
    json_key(&w, "aggregate_version");
    json_raw(&w, quoted_number(ctx->arena, event->aggregate_version));
    json_end_object(&w);
    json_end_object(&w);
    return strbuf_str(&out);
}

/* The trace goes on in the consumer: its context travels in the row. */
static Str headers(Db *tx, const EventOut *event, Str event_id)
{
    Context *ctx = tx->ctx;
    StrBuf out = STRBUF_ON_ARENA(ctx->arena);
    strbuf_reserve(&out, ENVELOPE_BYTES);
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    json_field_string(&w, "event_type", str_from(event->topic));
    json_field_string(&w, "source", ctx->worker->runtime->service);
    json_field_string(&w, "correlation_id", ctx->correlation_id);
    json_field_string(&w, "event_id", event_id);
    TraceContext trace;
    if (trace_current(&trace)) {
        char text[TRACEPARENT_LEN + 1];
        traceparent_format(&trace, text);
        json_field_string(&w, "traceparent", str_from(text));
    }
    json_end_object(&w);
    return strbuf_str(&out);
}

int outbox_emit(Db *tx, const EventOut *event)
{
    assert(tx->is_tx && tx->is_open && "an event goes with its state change");
    Arena *arena = tx->ctx->arena;
    Uuid uuid = uuid_make_v7();
    Str event_id = uuid_to_str(arena, uuid);
    tx->has_events = true;
    return tx_queue(
        tx,
        &outbox_insert,
        pg_uuid(uuid),
        db_text(str_from(event->topic)),
        db_text(str_dup(arena, event->aggregate_id)),
        db_bytes(envelope(tx, event, event_id)),
        db_json(headers(tx, event, event_id))
    );
}
