/* Kafka, on librdkafka: a producer, a consumer and topic creation for one loop.
 *
 * librdkafka has threads of its own; what they have to say reaches the loop through an event
 * descriptor, and every callback and fiber here runs on that loop. A broker that is down blocks
 * nothing: records wait in the producer's bounded queue until their deadline. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "observe/metrics.h"
#include "observe/trace.h"

typedef struct KafkaHeader {
    Str name;
    Str value;
} KafkaHeader;

typedef struct KafkaOptions {
    Str brokers;      /* "host:port,host:port"; copied */
    Str client_id;    /* copied; empty: librdkafka's */
    Metrics *metrics; /* kafka_producer_* and kafka_consumer_*; NULL: none */
    Tracer *tracer;   /* spans `kafka publish T` and `kafka consume T`, whose parent is the record's
                         `traceparent` header; the one sent is the publishing span's. NULL: none */
} KafkaOptions;

/* Producer: idempotent, acks=all, linger 5 ms, partition by murmur2 of the key (as the Java
 * client). */
typedef struct KafkaProducer KafkaProducer;

typedef struct KafkaRecord {
    Str topic;
    Str key;   /* empty: any partition */
    Str value; /* .ptr NULL: a tombstone */
    const KafkaHeader *headers;
    size_t header_count;
} KafkaRecord;

int kafka_producer_open(
    Loop *loop, const KafkaOptions *options, KafkaProducer **ret_producer, Error *err
);
/* From a fiber: waits for what was sent, `timeout_ms` at most, closes and frees; what is left fails
 * with -ECANCELED. NULL is fine. */
void kafka_producer_close(KafkaProducer *producer, int64_t timeout_ms);
/* Copies the record and returns; `fn` runs on the loop once, with 0 when all replicas have it:
 * -ETIMEDOUT after 30 s without, another errno when the broker refused it. -ENOBUFS, and no call,
 * when the queue is full (100,000 records or 64 MiB). */
typedef void (*KafkaDeliveryFn)(int result, const char *error, void *arg);
int kafka_send(
    KafkaProducer *producer, const KafkaRecord *record, KafkaDeliveryFn fn, void *arg, Error *err
);
/* From a fiber: sends and parks until it is acknowledged. -ETIMEDOUT: it may still arrive. */
int kafka_publish(KafkaProducer *producer, const KafkaRecord *record, Error *err);
/* As kafka_publish for many, in order; ret_results[i] is each one's. Returns 0 or the first
 * failure. */
int kafka_publish_all(
    KafkaProducer *producer, const KafkaRecord *records, size_t count, int *ret_results, Error *err
);
/* True while some broker is connected, from the last event: for health. */
bool kafka_producer_is_up(const KafkaProducer *producer);

/* Consumer: a member of a group. Each assigned partition has a fiber that handles its messages one
 * after the other; partitions go on side by side. */
typedef struct KafkaConsumer KafkaConsumer;

typedef struct KafkaMessage {
    Str topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* -1: none */
    Str key;
    Str value;
    bool is_tombstone; /* the value is null */
    const KafkaHeader *headers;
    size_t header_count;
} KafkaMessage;
/* The last header of that name; false when there is none. */
bool kafka_header(const KafkaMessage *message, Str name, Str *ret_value);

/* In the partition's fiber, whose FiberContext carries the span; the message and the arena end when
 * it returns. It returns 0 once the effect is durable: then the offset is committed. A negative
 * result stops the partition until `retry_ms` (0.5 s doubling to 30 s) passed, then the same
 * message comes again: other partitions go on. The fiber is canceled when the partition is revoked
 * or the consumer closes and the handler overstays. */
typedef int (*KafkaHandler)(const KafkaMessage *message, unsigned attempt, Arena *arena, void *arg);

typedef struct KafkaConsumerOptions {
    KafkaOptions kafka;
    Str group;         /* copied */
    const Str *topics; /* copied; may appear later: metadata is refreshed every 10 s */
    size_t topic_count;
    KafkaHandler handler;
    void *arg;
    size_t max_queued; /* messages of one partition waiting in memory; 0: 100, then it is paused */
    int64_t stop_timeout_ms; /* for the message in hand at a revocation; 0: 10,000 */
} KafkaConsumerOptions;

int kafka_consumer_open(
    Loop *loop, const KafkaConsumerOptions *options, KafkaConsumer **ret_consumer, Error *err
);
/* From a fiber: finishes the messages in hand (`timeout_ms` at most), commits, leaves the group,
 * frees. */
void kafka_consumer_close(KafkaConsumer *consumer, int64_t timeout_ms);
/* Partitions assigned now. */
size_t kafka_consumer_assigned(const KafkaConsumer *consumer);

/* Topics. */
typedef struct KafkaTopic {
    Str name;
    int partitions;
    int replication;
    int64_t retention_ms;      /* 0: the broker's default */
    const KafkaHeader *config; /* further names and values */
    size_t config_count;
} KafkaTopic;
/* From a fiber: makes those that are missing; one that exists is fine and stays as it is. Parks
 * until the fiber's deadline at most. */
int kafka_topics_ensure(
    Loop *loop, const KafkaOptions *options, const KafkaTopic *topics, size_t count, Error *err
);
