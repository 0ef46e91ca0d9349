/* Events go into the outbox in the transaction of the state change (services.md 2.1). */
#include "outbox.h"

#include <assert.h>
#include <chassis/ids.h>

/* The row and what wakes the relay at the commit; Postgres sends equal notifications of a transaction once. */
static const Statement outbox_insert = {
    .name = "outbox_insert",
    .sql = "INSERT INTO outbox (event_id, topic, key, payload, headers) "
           "SELECT $1, $2, $3, $4, $5 FROM pg_notify('outbox', '')",
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

static Str envelope(Db *tx, const EventOut *event, Str event_id)
{
    Context *ctx = tx->ctx;
    StrBuf out = STRBUF_ON_ARENA(ctx->arena);
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    json_field_string(&w, "event_id", event_id);
    json_field_string(&w, "event_type", str_from(event->topic));
    json_field_string(&w, "aggregate_id", event->aggregate_id);
    json_field_string(&w, "aggregate_type", str_from(event->aggregate_type));
    json_field_int(&w, "version", 1);
    json_field_string(&w, "timestamp", clock_rfc3339(ctx->arena, clock_utc_us(), 6));
    json_field_string(&w, "source", ctx->worker->runtime->service);
    json_field_string(&w, "correlation_id", ctx->correlation_id);
    write_data(&w, event);
    json_key(&w, "metadata");
    json_begin_object(&w);
    json_field_string(
        &w,
        "aggregate_version",
        str_printf(ctx->arena, "%lld", (long long) event->aggregate_version)
    );
    json_end_object(&w);
    json_end_object(&w);
    return strbuf_str(&out);
}

/* The trace goes on in the consumer: its context travels in the row. */
static Str headers(Db *tx, const EventOut *event, Str event_id)
{
    Context *ctx = tx->ctx;
    StrBuf out = STRBUF_ON_ARENA(ctx->arena);
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
    Str event_id = id_new(arena);
    return tx_queue(
        tx,
        &outbox_insert,
        db_uuid(event_id),
        db_text(str_from(event->topic)),
        db_text(str_dup(arena, event->aggregate_id)),
        db_bytes(envelope(tx, event, event_id)),
        db_json(headers(tx, event, event_id))
    );
}
