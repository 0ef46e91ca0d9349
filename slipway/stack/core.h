/* Core: all nodes of a plan together: who may start, who must stop first, what is due. It joins the
 * machines by the plan's edges and hands out actions; the supervisor carries them out and reports
 * what happened. Pure: time is injected, nothing outside is touched.
 *
 * Starting: a node starts when all it needs is ready or completed. Stopping everything: a node
 * stops when nothing that needs or wants it runs any more. Stopping one node leaves its dependants as they
 * are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

#include "stack/machine.h"
#include "stack/plan.h"

typedef struct CoreAction {
    size_t node;
    unsigned actions; /* MachineAction bits */
} CoreAction;

typedef struct Core {
    const Plan *plan;
    Machine *machines; /* one for each node of the plan */
    bool stopping;     /* everything ends */
    bool ending_now;   /* without grace and order */
    VEC(CoreAction) queue;
    size_t taken;
} Core;

/* `configs` has one entry for each node of the plan; copied. Free with core_done. */
void core_init(Core *core, const Plan *plan, const MachineConfig *configs, int64_t now_ms);
void core_done(Core *core);

/* Starts every selected node that is at rest and was not started yet. */
void core_start_selected(Core *core, int64_t now_ms);
void core_start(Core *core, size_t node, int64_t now_ms);
void core_stop(Core *core, size_t node, int64_t now_ms);
void core_restart(Core *core, size_t node, int64_t now_ms);
/* Everything ends, in reverse order; nothing starts any more. */
void core_stop_all(Core *core, int64_t now_ms);
/* Everything ends at once. */
void core_end_now(Core *core, int64_t now_ms);

/* What happened to a node; starts and stops what that makes possible. */
void core_handle(Core *core, size_t node, const MachineEvent *event, int64_t now_ms);
/* Deadlines that have come. */
void core_tick(Core *core, int64_t now_ms);
/* The next of them, INT64_MAX: none. */
int64_t core_deadline_ms(const Core *core);
/* The next action to carry out; false when there is none. */
bool core_take(Core *core, CoreAction *ret_action);

/* The needs that keep a waiting node from starting: writes up to `most` indexes, returns how many
 * there are. */
size_t core_unmet(const Core *core, size_t node, size_t *ret_nodes, size_t most);
/* Nothing runs and nothing will by itself. */
bool core_is_at_rest(const Core *core);

typedef enum CoreOutcome {
    CORE_UNDER_WAY,
    CORE_ALL_READY, /* each selected node is ready, or a task that completed, or exited cleanly */
    CORE_FAILED,    /* one has failed, is unhealthy before it ever was ready, or waits for such a
                       node or for one that has ended */
} CoreOutcome;
/* What `--wait` waits for. `ret_node` is the failed node. */
CoreOutcome core_outcome(const Core *core, size_t *ret_node);
