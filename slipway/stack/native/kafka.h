/* What the files of the Kafka driver share. */
#pragma once

#include "loop/fiber.h"

#include "stack/native/driver.h"

#define KAFKA_VERSION "4.3.0"

/* Where the broker's files lie in the cache. */
const char *kafka_home(Arena *arena, const Place *place);
bool kafka_is_fetched(const NativeContext *ctx);
/* Fiber: nothing when they are there. */
int kafka_fetch(NativeContext *ctx, Error *err);
/* Fiber: makes the topics that are missing, six partitions each; those that exist stay as they are.
 * -EAGAIN while the broker isn't ready for it. */
int kafka_make_topics(
    Loop *loop, int64_t port, const DecodeStrings *topics, Deadline deadline, Error *err
);
