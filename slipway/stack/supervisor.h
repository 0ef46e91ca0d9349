/* Supervisor: carries out what the Core decides: starts processes, reads their output, probes them,
 * ends them, and reports back what happened. One a loop; all functions on the loop's thread. It
 * prints nothing: whoever wants to know listens. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "loop/loop.h"

#include "stack/core.h"
#include "stack/env.h"
#include "stack/log_record.h"
#include "stack/place.h"
#include "stack/plan.h"
#include "stack/view.h"

typedef struct Supervisor Supervisor;

/* What a listener is told; any may be NULL. */
typedef struct SupervisorListener {
    void *arg;
    /* A node's state, probe answer or progress changed. */
    void (*on_change)(void *arg, size_t node);
    void (*on_log)(void *arg, size_t node, const LogRecord *record);
    /* Nothing runs any more and nothing will by itself. */
    void (*on_rest)(void *arg);
} SupervisorListener;

typedef struct SupervisorOptions {
    const Place *place;
    Plan *plan;
    const EnvContext *env;
} SupervisorOptions;

/* The options' pointers outlive it. Opens the log of each selected node. */
int supervisor_new(
    Loop *loop, const SupervisorOptions *options, Supervisor **ret_supervisor, Error *err
);
/* Everything must be at rest, or is killed. */
void supervisor_free(Supervisor *supervisor);
void supervisor_listen(Supervisor *supervisor, const SupervisorListener *listener);

/* What is missing on this machine for the selected nodes, and which ports are taken: the first
 * problem in `err`. -EADDRINUSE, -ENOENT, -ENOTSUP. Starts nothing. */
int supervisor_check(Supervisor *supervisor, Error *err);
void supervisor_start(Supervisor *supervisor);
/* Adds what the query names (plan_select), checks it, starts it. */
int supervisor_add(Supervisor *supervisor, const PlanQuery *query, Error *err);

typedef enum SupervisorAct { ACT_START, ACT_STOP, ACT_RESTART } SupervisorAct;
int supervisor_act(Supervisor *supervisor, Str node, SupervisorAct act, Error *err);
/* Ends everything in reverse order; on_rest follows. */
void supervisor_stop(Supervisor *supervisor);
/* Ends everything at once. */
void supervisor_end_now(Supervisor *supervisor);

bool supervisor_is_at_rest(const Supervisor *supervisor);
bool supervisor_is_stopping(const Supervisor *supervisor);
CoreOutcome supervisor_outcome(const Supervisor *supervisor, size_t *ret_node);
/* A snapshot on the arena. */
StackView *supervisor_view(Supervisor *supervisor, Arena *arena);
NodeView supervisor_node_view(Supervisor *supervisor, Arena *arena, size_t node);
