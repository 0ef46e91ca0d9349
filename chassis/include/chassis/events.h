/* Events: what happened, told to others after it is committed (services.md 2).
 *
 * Publishing: outbox_emit inside the transaction of the state change, after the aggregate's row is
 * locked; a relay brings it to Kafka, in order for each aggregate, at least once. No request waits
 * for it. Consuming: a handler runs inside a transaction in which its event was marked processed,
 * so a redelivered event has no second effect. What it returns decides: 0 commits; a failure of the
 * database or a peer is tried again for ever; any other three times, then the dead letters get it.
 */
#pragma once

#include <chassis/base.h>
#include <chassis/context.h>
#include <chassis/db.h>

typedef struct EventOut {
    const char *topic;          /* "ecommerce.product.created", also the event's type */
    const char *aggregate_type; /* "product" */
    Str aggregate_id;           /* the Kafka key */
    int64_t aggregate_version;  /* grows by one with each state change of the aggregate */
    const Field *fields;        /* `data` by a table, or … */
    const void *value;
    Str data; /* … as JSON text, when fields is NULL */
} EventOut;

int outbox_emit(Db *tx, const EventOut *event);

typedef struct Event {
    Str id;   /* UUID */
    Str type; /* = topic */
    Str aggregate_id;
    Str aggregate_type;
    int64_t aggregate_version; /* 0: not told */
    int64_t timestamp;         /* UTC microseconds */
    Str source;
    Str correlation_id;
    const Node *data; /* the object under "data" */
} Event;

typedef int (*EventHandler)(Context *ctx, Db *tx, const Event *event);

typedef struct Consumer {
    const char *topic;
    const char *group; /* NULL: "<name>-service" */
    EventHandler handle;
} Consumer;
#define CONSUMER_END { .topic = NULL }

/* Reads event->data by a table; a value that is missing or of the wrong type is a malformed event,
 * which goes to the dead letters at once. Unknown fields are ignored. */
int event_data(Context *ctx, const Event *event, const Field *fields, void *into);
