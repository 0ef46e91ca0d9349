/* Worker: a thread with an event loop and its servers. Worker 0 is the main thread. */
#pragma once

#include "runtime.h"

/* Opens the servers of this worker. From a fiber of its loop. */
int worker_open(Worker *worker, Error *err);
/* The pool of this worker; worker 0's is opened first. From its loop. */
int worker_open_database(Worker *worker, Error *err);
/* Ends the servers within `timeout_ms`. From a fiber of its loop. */
void worker_drain(Worker *worker, int64_t timeout_ms);
void worker_close(Worker *worker);

/* From worker 0's main fiber: starts the threads of the others and waits until they listen. */
int workers_start(Runtime *runtime, Error *err);
/* Has the others open their pools, and waits for it. */
int workers_open_databases(Runtime *runtime, Error *err);
/* Drains all workers side by side, 0 among them, and waits for the end of the other threads. */
void workers_drain(Runtime *runtime, int64_t timeout_ms);
/* gRPC health of all workers. */
void workers_set_health(Runtime *runtime, GrpcServing serving);
