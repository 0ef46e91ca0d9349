/* Health: checks of a service's own, beside those that the chassis makes (Postgres, migrations,
 * Kafka, outbox). They run in the background every 5 s with a budget of 2 s; /health/ready answers
 * from memory. */
#pragma once

#include <chassis/base.h>
#include <chassis/context.h>

typedef struct HealthCheck {
    const char *name;
    int (*run)(Context *ctx); /* 0, or negative with a failure in ctx */
    bool is_critical;         /* down: the replica takes no traffic */
} HealthCheck;
#define HEALTH_CHECK_END { .name = NULL }
