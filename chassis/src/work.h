/* Work: what surrounds a Context while it runs: the fiber's trace and log fields. Requests, calls,
 * events, jobs and checks all begin with one. */
#pragma once

#include <chassis/context.h>

#include "observe/trace.h"

#include "runtime.h"

enum { WORK_LOG_FIELDS = 2 };

typedef struct Work {
    Context ctx;
    FiberContext fiber_context; /* the fiber's local while it runs */
    FiberContext *outer;        /* what the local was before */
    TraceSpan span;
    LogField log_fields[WORK_LOG_FIELDS];
    Str authorization; /* as it came, to be forwarded to peers */
} Work;

typedef struct WorkOptions {
    TraceKind kind;
    Str name;                   /* of the span */
    const TraceContext *parent; /* NULL: the fiber's current span, if any */
    Str correlation_id;         /* empty: a new one */
    bool untraced;              /* the service's own heartbeat: no span */
} WorkOptions;

/* Makes the work current on this fiber. */
void work_begin(Work *work, Worker *worker, Arena *arena, const WorkOptions *options);
/* Ends the span; status from ctx.failure. */
void work_end(Work *work);
/* The user becomes known after the beginning: its id stands on every later line. */
void work_set_principal(Work *work, const Principal *principal);
/* The Work around a context. */
Work *work_of(const Context *ctx);
/* A negative result without a recorded failure becomes one: TIMEOUT, SERVICE_UNAVAILABLE or
 * INTERNAL_ERROR with the errno as its cause. */
void work_settle(Context *ctx, int rc);
/* 1..128 of [A-Za-z0-9._-] (services.md 1.5). */
bool correlation_id_is_valid(Str id);
