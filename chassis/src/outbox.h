/* Outbox inside: rows, the relay that brings them to Kafka, and what of them is old. */
#pragma once

#include <chassis/events.h>

#include "db.h"

int relay_start(Runtime *runtime);
/* Events were committed, on any event loop: here they are brought out at once, or the replica that leads is
 * told. A death between the commit and this costs half a second: the relay looks by itself. */
void relay_wake(Worker *worker);
/* From a fiber: ends after the batch in hand and gives the lease back. */
void relay_stop(Runtime *runtime);
/* Seconds since the oldest unpublished row was written; 0: none. For health. */
int64_t relay_oldest_age_s(const Runtime *runtime);
