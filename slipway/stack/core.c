#include "stack/core.h"

#include "base/mem.h"

void core_init(Core *core, const Plan *plan, const MachineConfig *configs, int64_t now_ms)
{
    *core = (Core) { .plan = plan, .machines = mem_calloc(plan->len, sizeof(Machine)) };
    for (size_t i = 0; i < plan->len; i++) {
        machine_init(&core->machines[i], &configs[i], now_ms);
    }
}

void core_done(Core *core)
{
    free(core->machines);
    core->machines = NULL;
    vec_done(&core->queue);
}

static void push(Core *core, size_t node, unsigned actions)
{
    if (actions) {
        CoreAction action = { .node = node, .actions = actions };
        vec_push(&core->queue, NULL, action);
    }
}

static void send(Core *core, size_t node, MachineEventKind kind, int64_t now_ms)
{
    MachineEvent event = { .kind = kind };
    push(core, node, machine_handle(&core->machines[node], &event, now_ms));
}

static bool needs_met(const Core *core, size_t node)
{
    return core_unmet(core, node, NULL, 0) == 0;
}

/* One that wants it does its last work with it: a producer hands over what it has. A circle of wants
 * ends here, because the nodes stand in an order. */
static bool is_wanted_now(const Core *core, size_t node)
{
    for (size_t i = node + 1; i < core->plan->len; i++) {
        const PlanLinks *wants = &core->plan->nodes[i].wants;
        for (size_t k = 0; k < wants->len; k++) {
            if (wants->ptr[k] == node && !machine_is_at_rest(&core->machines[i])) {
                return true;
            }
        }
    }
    return false;
}

static bool is_needed_now(const Core *core, size_t node)
{
    const PlanLinks *needed_by = &core->plan->nodes[node].needed_by;
    for (size_t i = 0; i < needed_by->len; i++) {
        if (!machine_is_at_rest(&core->machines[needed_by->ptr[i]])) {
            return true;
        }
    }
    return is_wanted_now(core, node);
}

/* One pass in the right direction settles the graph: nodes stand behind what they need. */
static void settle(Core *core, int64_t now_ms)
{
    size_t len = core->plan->len;
    for (size_t i = 0; !core->stopping && i < len; i++) {
        if (core->machines[i].state == MACHINE_WAITING && needs_met(core, i)) {
            send(core, i, MACHINE_NEEDS_MET, now_ms);
        }
    }
    for (size_t i = len; core->stopping && i-- > 0;) {
        if (!machine_is_at_rest(&core->machines[i]) && !is_needed_now(core, i)) {
            send(core, i, MACHINE_STOP, now_ms);
        }
    }
}

void core_start_selected(Core *core, int64_t now_ms)
{
    for (size_t i = 0; i < core->plan->len; i++) {
        if (core->plan->nodes[i].selected && core->machines[i].state == MACHINE_PENDING) {
            send(core, i, MACHINE_START, now_ms);
        }
    }
    settle(core, now_ms);
}

void core_start(Core *core, size_t node, int64_t now_ms)
{
    if (core->stopping) {
        return;
    }
    send(core, node, MACHINE_START, now_ms);
    const PlanLinks *needs = &core->plan->nodes[node].needs;
    for (size_t i = 0; i < needs->len; i++) {
        const Machine *need = &core->machines[needs->ptr[i]];
        if (machine_is_at_rest(need) && !machine_satisfies(need)) {
            core_start(core, needs->ptr[i], now_ms);
        }
    }
    settle(core, now_ms);
}

void core_stop(Core *core, size_t node, int64_t now_ms)
{
    send(core, node, MACHINE_STOP, now_ms);
    settle(core, now_ms);
}

void core_restart(Core *core, size_t node, int64_t now_ms)
{
    if (!core->stopping) {
        push(core, node, machine_restart(&core->machines[node], now_ms));
        settle(core, now_ms);
    }
}

void core_stop_all(Core *core, int64_t now_ms)
{
    core->stopping = true;
    for (size_t i = 0; i < core->plan->len; i++) {
        core->machines[i].restart_asked = false;
        if (!core->machines[i].has_process && core->machines[i].state != MACHINE_STARTING) {
            send(core, i, MACHINE_STOP, now_ms);
        }
    }
    settle(core, now_ms);
}

void core_end_now(Core *core, int64_t now_ms)
{
    core->stopping = core->ending_now = true;
    for (size_t i = core->plan->len; i-- > 0;) {
        send(core, i, MACHINE_END_NOW, now_ms);
    }
}

void core_handle(Core *core, size_t node, const MachineEvent *event, int64_t now_ms)
{
    push(core, node, machine_handle(&core->machines[node], event, now_ms));
    if (core->ending_now && event->kind == MACHINE_SPAWNED) {
        send(core, node, MACHINE_END_NOW, now_ms);
    }
    settle(core, now_ms);
}

void core_tick(Core *core, int64_t now_ms)
{
    for (size_t i = 0; i < core->plan->len; i++) {
        if (core->machines[i].deadline_ms <= now_ms) {
            send(core, i, MACHINE_TIME, now_ms);
        }
    }
    settle(core, now_ms);
}

int64_t core_deadline_ms(const Core *core)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < core->plan->len; i++) {
        next = core->machines[i].deadline_ms < next ? core->machines[i].deadline_ms : next;
    }
    return next;
}

bool core_take(Core *core, CoreAction *ret_action)
{
    if (core->taken == core->queue.len) {
        vec_clear(&core->queue);
        core->taken = 0;
        return false;
    }
    *ret_action = core->queue.ptr[core->taken++];
    return true;
}

size_t core_unmet(const Core *core, size_t node, size_t *ret_nodes, size_t most)
{
    const PlanLinks *needs = &core->plan->nodes[node].needs;
    size_t count = 0;
    for (size_t i = 0; i < needs->len; i++) {
        size_t need = needs->ptr[i];
        /* With --no-deps what a node needs may never be started: it is then not waited for. */
        bool is_left_out =
            core->machines[need].state == MACHINE_PENDING && !core->plan->nodes[need].selected;
        if (is_left_out || machine_satisfies(&core->machines[need])) {
            continue;
        }
        if (count < most) {
            ret_nodes[count] = need;
        }
        count++;
    }
    return count;
}

bool core_is_at_rest(const Core *core)
{
    for (size_t i = 0; i < core->plan->len; i++) {
        if (!machine_is_at_rest(&core->machines[i])) {
            return false;
        }
    }
    return true;
}

static bool is_hopeless(const Machine *machine)
{
    return machine_is_failed(machine) ||
           (machine->state == MACHINE_UNHEALTHY && !machine->was_ready);
}

/* A need that has ended well and is not started again by itself: what needs it waits in vain. */
static bool waits_for_ended(const Core *core, size_t node, size_t *ret_need)
{
    const PlanLinks *needs = &core->plan->nodes[node].needs;
    for (size_t i = 0; core->machines[node].state == MACHINE_WAITING && i < needs->len; i++) {
        if (core->machines[needs->ptr[i]].state == MACHINE_EXITED) {
            *ret_need = needs->ptr[i];
            return true;
        }
    }
    return false;
}

CoreOutcome core_outcome(const Core *core, size_t *ret_node)
{
    bool all = true;
    for (size_t i = 0; i < core->plan->len; i++) {
        const Machine *machine = &core->machines[i];
        if (!core->plan->nodes[i].selected) {
            continue;
        }
        if (is_hopeless(machine)) {
            *ret_node = i;
            return CORE_FAILED;
        }
        if (waits_for_ended(core, i, ret_node)) {
            return CORE_FAILED;
        }
        bool is_done = machine_satisfies(machine) ||
                       (machine->state == MACHINE_EXITED && machine->reason == MACHINE_REASON_EXIT);
        all = all && is_done;
    }
    return all ? CORE_ALL_READY : CORE_UNDER_WAY;
}
