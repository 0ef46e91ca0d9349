/* Health inside: results of the background checks, read by any worker. */
#pragma once

#include <chassis/health.h>

#include "runtime.h"

Health *health_new(Runtime *runtime);
/* Begins to check every 5 s on worker 0. */
int health_start(Runtime *runtime);
void health_stop(Runtime *runtime);
/* Answer of GET /health/ready: writes the object, returns its status. */
int health_write_ready(Worker *worker, JsonWriter *w);
