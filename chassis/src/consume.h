/* One message of a group, from its bytes to its committed effect. */
#pragma once

#include "consumers.h"

enum { GROUP_TOPICS_MAX = 16 };

typedef struct ConsumerGroup {
    Str name;
    Runtime *runtime;
    Str topics[GROUP_TOPICS_MAX];
    const Consumer *consumers[GROUP_TOPICS_MAX];
    Metric *duplicates[GROUP_TOPICS_MAX];
    size_t count;
} ConsumerGroup;

void consume_group_init(ConsumerGroup *group, Runtime *runtime, Str name);
void consume_group_add(ConsumerGroup *group, const Consumer *consumer);
/* The KafkaHandler; arg is the ConsumerGroup. */
int consume_message(const KafkaMessage *message, unsigned attempt, Arena *arena, void *group);
