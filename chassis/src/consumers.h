/* Consuming inside: envelope, dedupe, retries, dead letters (services.md 2.3). */
#pragma once

#include <chassis/events.h>

#include "clients/kafka.h"

#include "runtime.h"

/* On worker 0: makes the topics, for as long as that takes, then joins the groups. */
int consumers_start(Runtime *runtime);
void consumers_stop(Runtime *runtime);

/* The envelope of services.md 2.2; fails with INVALID_INPUT for what can never be processed. */
int event_parse(Context *ctx, Str json, Event *ret_event);

/* "ecommerce.product.created" -> "ecommerce.dlq.product.created" */
Str dlq_topic(Arena *arena, Str topic);
/* To the dead letters, acknowledged; negative: it is not there. */
int dlq_publish(Context *ctx, const KafkaMessage *message, Str group, unsigned attempts);
/* --dlq-replay: back to the original topic, `most` at most; until nothing came for a while. From a
 * fiber of worker 0. */
int dlq_replay(Worker *worker, Str topic, int64_t most, int64_t *ret_count, Error *err);

/* A failure that passes by itself: the database, a peer, the broker. */
bool failure_is_transient(const Failure *failure);
