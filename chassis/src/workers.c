/* Orders to the other workers' threads and their reports, both by posts: nothing is locked. */
#include <errno.h>

#include "worker.h"

typedef enum WorkerOrder {
    ORDER_NONE,
    ORDER_OPEN_DATABASE,
    ORDER_DRAIN,
} WorkerOrder;

enum { REQUEST_END_MS = 15000 };

/* On worker 0. */
static void take_report(void *arg)
{
    Runtime *runtime = arg;
    if (--runtime->reports_due == 0) {
        fiber_queue_wake_all(&runtime->reports, 0);
    }
}

static void report(Worker *worker)
{
    loop_post(worker->runtime->workers[0].loop, take_report, worker->runtime);
}

static int wait_reports(Runtime *runtime, Error *err)
{
    while (runtime->reports_due > 0) {
        int rc = fiber_queue_wait(&runtime->reports);
        if (rc < 0) {
            return error_set(err, rc, "canceled while the event loops start");
        }
    }
    for (size_t i = 1; i < runtime->worker_count; i++) {
        if (runtime->workers[i].error.code < 0) {
            *err = runtime->workers[i].error;
            return err->code;
        }
    }
    return 0;
}

static WorkerOrder next_order(Worker *worker)
{
    while (worker->order == ORDER_NONE) {
        if (fiber_queue_wait(&worker->orders) < 0) {
            return ORDER_DRAIN;
        }
    }
    WorkerOrder order = (WorkerOrder) worker->order;
    worker->order = ORDER_NONE;
    return order;
}

static void worker_fiber(void *arg)
{
    Worker *worker = arg;
    worker_open(worker, &worker->error);
    report(worker);
    while (next_order(worker) == ORDER_OPEN_DATABASE) {
        worker_open_database(worker, &worker->error);
        report(worker);
    }
    worker_drain(worker, REQUEST_END_MS);
    worker_close(worker);
}

static void *worker_thread(void *arg)
{
    Worker *worker = arg;
    fiber_run_main(worker->loop, worker_fiber, worker);
    loop_free(worker->loop);
    return NULL;
}

int workers_start(Runtime *runtime, Error *err)
{
    for (size_t i = 1; i < runtime->worker_count; i++) {
        Worker *worker = &runtime->workers[i];
        int rc = loop_new(&worker->loop, err);
        if (rc < 0) {
            return rc;
        }
        runtime->reports_due++;
        rc = pthread_create(&worker->thread, NULL, worker_thread, worker);
        if (rc != 0) {
            return error_errno(err, -rc, "start an event loop");
        }
        worker->has_thread = true;
    }
    return wait_reports(runtime, err);
}

/* On the worker's own loop. */
static void take_open_order(void *arg)
{
    Worker *worker = arg;
    worker->order = ORDER_OPEN_DATABASE;
    fiber_queue_wake_all(&worker->orders, 0);
}

static void take_drain_order(void *arg)
{
    Worker *worker = arg;
    worker->order = ORDER_DRAIN;
    fiber_queue_wake_all(&worker->orders, 0);
}

int workers_open_databases(Runtime *runtime, Error *err)
{
    for (size_t i = 1; i < runtime->worker_count; i++) {
        runtime->reports_due++;
        loop_post(runtime->workers[i].loop, take_open_order, &runtime->workers[i]);
    }
    return wait_reports(runtime, err);
}

static void join_threads(void *arg)
{
    Runtime *runtime = arg;
    for (size_t i = 1; i < runtime->worker_count; i++) {
        if (runtime->workers[i].has_thread) {
            pthread_join(runtime->workers[i].thread, NULL);
        }
    }
}

void workers_drain(Runtime *runtime, int64_t timeout_ms)
{
    for (size_t i = 1; i < runtime->worker_count; i++) {
        if (runtime->workers[i].has_thread) {
            loop_post(runtime->workers[i].loop, take_drain_order, &runtime->workers[i]);
        }
    }
    worker_drain(&runtime->workers[0], timeout_ms);
    if (runtime->worker_count > 1) {
        job_run(join_threads, runtime);
    }
}

static void mark_serving(void *arg)
{
    Worker *worker = arg;
    if (worker->grpc) {
        grpc_server_set_health(worker->grpc, STR(""), GRPC_SERVING);
    }
}

static void mark_not_serving(void *arg)
{
    Worker *worker = arg;
    if (worker->grpc) {
        grpc_server_set_health(worker->grpc, STR(""), GRPC_NOT_SERVING);
    }
}

void workers_set_health(Runtime *runtime, GrpcServing serving)
{
    void (*mark)(void *) = serving == GRPC_SERVING ? mark_serving : mark_not_serving;
    mark(&runtime->workers[0]);
    for (size_t i = 1; i < runtime->worker_count; i++) {
        if (runtime->workers[i].has_thread) {
            loop_post(runtime->workers[i].loop, mark, &runtime->workers[i]);
        }
    }
}
