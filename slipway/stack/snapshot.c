#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#include "stack/supervisor_internal.h"

enum { NEEDS_MOST = 64, SAMPLE_AGE_MS = 1000 };

static Str health_of(const Unit *unit)
{
    const Machine *machine = unit_machine(unit);
    if (!machine->config.has_probe) {
        return STR("none");
    }
    switch (machine->state) {
    case MACHINE_READY:
        return STR("healthy");
    case MACHINE_UNHEALTHY:
        return STR("unhealthy");
    case MACHINE_STARTING:
    case MACHINE_RUNNING:
        return STR("starting");
    default:
        return STR("none");
    }
}

static Str exit_text(Arena *arena, const Machine *machine)
{
    NodeView end = { .exit_code = machine->exit_code, .exit_signal = machine->exit_signal };
    return node_view_exit(arena, &end);
}

static Str reason_of(Arena *arena, const Unit *unit)
{
    const Machine *machine = unit_machine(unit);
    Str end = exit_text(arena, machine);
    switch (machine->reason) {
    case MACHINE_REASON_EXIT:
        if (machine->state == MACHINE_BACKOFF) {
            return str_printf(
                arena, "ended by itself with %" STR_FMT "; starts again", STR_ARG(end)
            );
        }
        return str_printf(arena, "ended by itself with %" STR_FMT, STR_ARG(end));
    case MACHINE_REASON_CRASH_LOOP:
        return str_printf(
            arena,
            "crash loop: ended %u times in a row, last with %" STR_FMT "; not started again",
            machine->crashes + 1,
            STR_ARG(end)
        );
    case MACHINE_REASON_SPAWN:
        return str_printf(arena, "could not start: %s", unit->error);
    case MACHINE_REASON_TIMEOUT:
        return str_printf(
            arena, "took longer than %d s", (int) (machine->config.timeout_ms / 1000)
        );
    case MACHINE_REASON_NEVER_READY:
        return str_printf(
            arena, "not ready within %d s", (int) (machine->config.start_period_ms / 1000)
        );
    case MACHINE_REASON_PROBE:
        return str_printf(arena, "%u bad probes in a row", machine->bad_probes);
    case MACHINE_REASON_KILLED:
        return STR("did not end in time and was killed");
    case MACHINE_REASON_STOPPED:
        return machine->state == MACHINE_EXITED ? STR("stopped as asked") : STR("");
    case MACHINE_REASON_NONE:
        break;
    }
    return STR("");
}

static void fill_ports(const Unit *unit, Arena *arena, NodeView *view)
{
    const PortList *ports = &unit->node->ports;
    view->port_count = ports->len;
    view->ports = ARENA_ARRAY(arena, PortView, ports->len);
    for (size_t i = 0; i < ports->len; i++) {
        view->ports[i] = (PortView) {
            .name = ports->ptr[i].name,
            .host = STR("127.0.0.1"),
            .port = place_port(unit->supervisor->options.place, &ports->ptr[i]),
        };
    }
}

static void fill_needs(const Unit *unit, Arena *arena, NodeView *view)
{
    const Core *core = &unit->supervisor->core;
    if (unit_machine(unit)->state != MACHINE_WAITING) {
        return;
    }
    size_t needs[NEEDS_MOST];
    size_t count = core_unmet(core, unit->index, needs, NEEDS_MOST);
    view->waiting_count = count < NEEDS_MOST ? count : NEEDS_MOST;
    view->waiting_for = ARENA_ARRAY(arena, NeedView, view->waiting_count);
    for (size_t i = 0; i < view->waiting_count; i++) {
        view->waiting_for[i] =
            (NeedView) { .name = core->plan->nodes[needs[i]].name,
                         .state = machine_state_name(core->machines[needs[i]].state) };
    }
}

static void fill_probe(const Unit *unit, Arena *arena, NodeView *view)
{
    if (unit->probe.kind == PROBE_NONE || unit->node->kind == PLAN_TASK) {
        return;
    }
    view->probe = (ProbeView) {
        .kind = probe_kind_name(unit->probe.kind),
        .target = probe_target(arena, &unit->probe),
        .answer = str_dup(arena, str_from(unit->answer)),
        .ok = unit->answer_ok,
        .at_us = unit->answer_us,
        .since_us = unit->answer_since_us,
        .failures = unit->bad_answers,
    };
}

static void fill_process(const Unit *unit, NodeView *view)
{
    const Run *run = unit->run;
    if (!run || run->ended) {
        return;
    }
    view->pid = run->leader.pid;
    view->start_ticks = (int64_t) run->leader.start_ticks;
    view->started_us = unit->started_us;
    view->cpu_percent = unit->cpu_percent;
    view->rss_bytes = unit->rss_bytes;
    view->version = run->command.version;
}

NodeView supervisor_node_view(Supervisor *supervisor, Arena *arena, size_t node)
{
    Unit *unit = &supervisor->units[node];
    const Machine *machine = unit_machine(unit);
    NodeView view = {
        .name = unit->node->name,
        .kind = plan_kind_name(unit->node->kind),
        .engine = engine_name(unit->node->engine),
        .state = machine_state_name(machine->state),
        .health = health_of(unit),
        .reason = reason_of(arena, unit),
        .progress = str_dup(arena, str_from(unit->progress)),
        .since_us = unit->since_us,
        .restarts = machine->restarts,
        .run = unit->runs,
        .has_exit = machine->has_exit,
        .exit_code = machine->exit_code,
        .exit_signal = machine->exit_signal,
        .exited_us = unit->exited_us,
        .ever_ready = machine->was_ready,
        .selected = unit->node->selected,
    };
    if (machine->state == MACHINE_BACKOFF) {
        view.retry_us =
            clock_utc_us() + (machine->deadline_ms - supervisor_now_ms(supervisor)) * 1000;
    }
    if (unit->log) {
        LogStoreStats stats = log_store_stats(unit->log);
        view.log_lines = (int64_t) stats.lines;
        view.log_dropped = (int64_t) stats.dropped;
    }
    fill_process(unit, &view);
    fill_ports(unit, arena, &view);
    fill_needs(unit, arena, &view);
    fill_probe(unit, arena, &view);
    return view;
}

static Str phase_of(const Supervisor *supervisor)
{
    size_t node;
    if (supervisor->core.stopping) {
        return supervisor_is_at_rest(supervisor) ? STR("down") : STR("stopping");
    }
    return core_outcome(&supervisor->core, &node) == CORE_ALL_READY ? STR("running")
                                                                    : STR("starting");
}

StackView *supervisor_view(Supervisor *supervisor, Arena *arena)
{
    const Plan *plan = supervisor->options.plan;
    const Place *place = supervisor->options.place;
    ProcStat self = { 0 };
    proc_read(getpid(), &self);
    StackView *view = ARENA_NEW(arena, StackView);
    *view = (StackView) {
        .platform = place->platform,
        .environment = plan->catalog->environment,
        .directory = place->root,
        .phase = phase_of(supervisor),
        .isolated = place->is_isolated,
        .boot_id = proc_boot_id(arena),
        .pid = self.pid,
        .start_ticks = (int64_t) self.start_ticks,
        .started_us = supervisor->started_us,
        .at_us = clock_utc_us(),
        .node_count = plan->len,
        .nodes = ARENA_ARRAY(arena, NodeView, plan->len),
    };
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < plan->len; i++) {
        if (now_ms - supervisor->units[i].sampled_ms >= SAMPLE_AGE_MS) {
            unit_sample(&supervisor->units[i]);
        }
        view->nodes[i] = supervisor_node_view(supervisor, arena, i);
    }
    return view;
}
