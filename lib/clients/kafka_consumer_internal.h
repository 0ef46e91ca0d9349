/* A consumer and its partitions. */
#pragma once

#include "kafka_internal.h"

typedef struct KafkaTopicSeries {
    Str topic;
    Metric *received, *processed, *failed, *duration;
} KafkaTopicSeries;

typedef struct KafkaQueued {
    struct KafkaQueued *next;
    rd_kafka_event_t *event; /* holds the message */
    const rd_kafka_message_t *message;
} KafkaQueued;

typedef struct KafkaPartition {
    KafkaConsumer *consumer;
    KafkaTopicSeries *series; /* and its topic */
    int32_t number;
    KafkaQueued *head, *tail;
    size_t queued;
    bool is_running; /* a fiber handles messages, or is about to */
    Fiber *fiber;    /* that fiber, once it runs */
    bool is_waiting; /* between two attempts: may be woken */
    bool is_paused;
    bool is_revoked;
    int64_t done_offset;      /* next to handle; -1: none was handled yet */
    int64_t committed_offset; /* sent to the broker; -1: none */
    Metric *lag;
} KafkaPartition;

struct KafkaConsumer {
    Loop *loop;
    Arena *strings;
    KafkaConsumerOptions options;
    rd_kafka_t *rk;
    KafkaQueue events;
    Timer *tick;
    Timer *commit;
    VEC(KafkaPartition *) partitions; /* assigned */
    Map series;                       /* topic -> KafkaTopicSeries */
    FiberQueue quiet;                 /* waits for handlers to end */
    bool is_up, is_closing, is_revoking;
    bool wants_revoke; /* no fiber was free: the tick tries again */
};

/* kafka_partition.c */
KafkaPartition *kafka_partition_new(KafkaConsumer *consumer, Str topic, int32_t number);
void kafka_partition_free(KafkaPartition *partition);
/* Takes the event over. */
void kafka_partition_add(
    KafkaPartition *partition, rd_kafka_event_t *event, const rd_kafka_message_t *message
);
/* Starts handling what is queued, unless it runs. */
void kafka_partition_run(KafkaPartition *partition);
/* No further message is begun. */
void kafka_partition_revoke(KafkaPartition *partition);
void kafka_partition_show_lag(KafkaPartition *partition);

/* kafka_consumer.c: a handler moved done_offset. */
void kafka_consumer_mark_dirty(KafkaConsumer *consumer);
