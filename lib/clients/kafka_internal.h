/* What the files of the Kafka client share. */
#pragma once

#include <librdkafka/rdkafka.h>

#include "base/map.h"
#include "base/vec.h"
#include "clients/kafka.h"

/* A librdkafka queue that is served on the loop: its threads write to an eventfd when it is no
 * longer empty. */
typedef void (*KafkaEventFn)(rd_kafka_event_t *event, void *arg); /* the event is fn's to destroy */
typedef struct KafkaQueue {
    rd_kafka_queue_t *queue; /* owned */
    int event_fd;
    Poll *poll;
    KafkaEventFn fn;
    void *arg;
} KafkaQueue;
int kafka_queue_init(
    KafkaQueue *queue, Loop *loop, rd_kafka_queue_t *from, KafkaEventFn fn, void *arg
);
void kafka_queue_done(KafkaQueue *queue);
/* Takes a bounded number of events; the rest comes with the next turn. */
void kafka_queue_serve(KafkaQueue *queue);

typedef struct KafkaSetting {
    const char *name;
    const char *value;
} KafkaSetting;
typedef struct KafkaInstance {
    rd_kafka_type_t type;
    const KafkaSetting *settings; /* beside those that all have */
    size_t setting_count;
    int events; /* RD_KAFKA_EVENT_* that come to its queue */
} KafkaInstance;
int kafka_new(
    const KafkaOptions *options, const KafkaInstance *instance, rd_kafka_t **ret_rk, Error *err
);
/* Links the definitions of kafka_tsan.c, which ThreadSanitizer needs. */
void kafka_know_threads(void);
/* From a fiber: ends it on a worker thread, for it may wait for its own threads. */
void kafka_destroy(rd_kafka_t *rk, int flags);
int kafka_errno(rd_kafka_resp_err_t code);
int kafka_fail(Error *err, rd_kafka_resp_err_t code, const char *what);
/* Whether a broker is connected, from a STATS or ERROR event; leaves others alone. */
void kafka_note_brokers(rd_kafka_event_t *event, bool *is_up);
/* Options copied to the heap, and back. */
KafkaOptions kafka_options_copy(Arena *arena, const KafkaOptions *options);

enum { KAFKA_STATS_MS = 5000, KAFKA_TICK_MS = 1000 };

/* A span that lives from a record's send to its acknowledgement; NULL where nothing is sampled. */
TraceSpan *kafka_span_begin(
    Tracer *tracer, const KafkaRecord *record, char ret_traceparent[static TRACEPARENT_LEN + 1]
);
void kafka_span_end(TraceSpan *span, int result);

static inline const char *kafka_cstr(Arena *arena, Str text)
{
    return str_to_cstr(arena, text);
}
