#include "stack/supervisor.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include "stack/ports.h"
#include "stack/state_file.h"
#include "stack/supervisor_internal.h"

/* FLUSH: output lies in memory at most so long. SAVE: changes of state are gathered so long. */
enum { FLUSH_MS = 30, SAVE_MS = 20, SAMPLE_MS = 5000, LATE_MS = 500 };

Machine *unit_machine(const Unit *unit)
{
    return &unit->supervisor->core.machines[unit->index];
}

NativeContext unit_context(Unit *unit, Arena *arena)
{
    Supervisor *supervisor = unit->supervisor;
    return (NativeContext) { .loop = supervisor->loop,
                             .arena = arena,
                             .place = supervisor->options.place,
                             .env = supervisor->options.env,
                             .node = unit->node,
                             .progress = unit_progress,
                             .progress_arg = unit };
}

void unit_progress(void *arg, const char *format, ...)
{
    Unit *unit = arg;
    va_list args;
    va_start(args, format);
    vsnprintf(unit->progress, sizeof unit->progress, format, args);
    va_end(args);
    if (unit->progress[0] && unit->log) {
        log_store_say(unit->log, clock_utc_us(), "%s", unit->progress);
        supervisor_log_pending(unit->supervisor);
    }
    supervisor_changed(unit);
}

int64_t supervisor_now_ms(const Supervisor *supervisor)
{
    return clock_monotonic_ms() - supervisor->missed_ms;
}

/* ---- logs, state file, samples ---- */

static void on_quiet(Timer *timer, void *arg)
{
    (void) timer;
    Supervisor *supervisor = arg;
    int64_t now_us = clock_utc_us();
    for (size_t i = 0; i < supervisor->options.plan->len; i++) {
        LogStore *log = supervisor->units[i].log;
        if (log && log_store_is_pending(log)) {
            log_store_flush(log, now_us);
        }
    }
}

void supervisor_log_pending(Supervisor *supervisor)
{
    if (!timer_is_active(supervisor->quiet)) {
        timer_start(supervisor->quiet, FLUSH_MS, 0);
    }
}

static void save(Supervisor *supervisor)
{
    auto_arena Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    if (state_file_write(supervisor->options.place, supervisor_view(supervisor, arena), &err) < 0) {
        log_warn("%s", err.message);
    }
}

static void on_save(Timer *timer, void *arg)
{
    (void) timer;
    save(arg);
}

static void on_sample(Timer *timer, void *arg)
{
    (void) timer;
    Supervisor *supervisor = arg;
    for (size_t i = 0; i < supervisor->options.plan->len; i++) {
        unit_sample(&supervisor->units[i]);
    }
    reap_adopted(supervisor);
    arena_free(supervisor->family_arena);
    supervisor->family_arena = NULL;
    supervisor->family = NULL;
}

/* ---- what the core wants ---- */

void supervisor_changed(Unit *unit)
{
    Supervisor *supervisor = unit->supervisor;
    if (!timer_is_active(supervisor->save)) {
        timer_start(supervisor->save, SAVE_MS, 0);
    }
    vec_foreach(listener, &supervisor->listeners) {
        if (listener->on_change) {
            listener->on_change(listener->arg, unit->index);
        }
    }
}

static void carry_out(Unit *unit, unsigned actions)
{
    if (actions & MACHINE_DO_END_PROBE) {
        unit_end_probe(unit);
    }
    if (actions & MACHINE_DO_CANCEL) {
        unit_cancel_start(unit);
    }
    if (actions & MACHINE_DO_TERMINATE) {
        unit_terminate(unit);
    }
    if (actions & MACHINE_DO_KILL) {
        unit_kill(unit);
    }
    if (actions & MACHINE_DO_START) {
        unit_start(unit);
    }
    if (actions & MACHINE_DO_PROBE) {
        unit_probe(unit);
    }
}

static void tell_changes(Supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->options.plan->len; i++) {
        Unit *unit = &supervisor->units[i];
        MachineState state = unit_machine(unit)->state;
        if (unit->shown != state) {
            unit->shown = state;
            unit->since_us = clock_utc_us();
            supervisor_changed(unit);
        }
    }
}

static void set_due(Supervisor *supervisor)
{
    int64_t deadline_ms = core_deadline_ms(&supervisor->core);
    if (deadline_ms == INT64_MAX) {
        timer_stop(supervisor->due);
        return;
    }
    int64_t after_ms = deadline_ms - supervisor_now_ms(supervisor);
    timer_start(supervisor->due, after_ms > 0 ? after_ms : 0, 0);
}

/* Actions may report at once, which asks for more actions: the outermost call does them all. */
static void pump(Supervisor *supervisor)
{
    if (supervisor->is_pumping) {
        return;
    }
    supervisor->is_pumping = true;
    CoreAction action;
    while (core_take(&supervisor->core, &action)) {
        carry_out(&supervisor->units[action.node], action.actions);
    }
    supervisor->is_pumping = false;
    tell_changes(supervisor);
    set_due(supervisor);
    supervisor_settled(supervisor);
}

void supervisor_settled(Supervisor *supervisor)
{
    if (!supervisor_is_at_rest(supervisor)) {
        supervisor->has_rested = false;
        return;
    }
    if (supervisor->has_rested) {
        return;
    }
    supervisor->has_rested = true;
    vec_foreach(listener, &supervisor->listeners) {
        if (listener->on_rest) {
            listener->on_rest(listener->arg);
        }
    }
}

void supervisor_report(Unit *unit, const MachineEvent *event)
{
    Supervisor *supervisor = unit->supervisor;
    core_handle(&supervisor->core, unit->index, event, supervisor_now_ms(supervisor));
    pump(supervisor);
}

/* A deadline that is seen this late came while this process did not run (it was stopped, or the
 * machine hung): that time is not counted, and there is a moment more to hear what happened. The
 * monotonic clock stands still while a machine sleeps, so that is no such case. */
static void forgive_missed_time(Supervisor *supervisor)
{
    int64_t late_ms = supervisor_now_ms(supervisor) - core_deadline_ms(&supervisor->core);
    if (late_ms > LATE_MS) {
        supervisor->missed_ms += late_ms + LATE_MS;
    }
}

static void on_due(Timer *timer, void *arg)
{
    (void) timer;
    Supervisor *supervisor = arg;
    forgive_missed_time(supervisor);
    core_tick(&supervisor->core, supervisor_now_ms(supervisor));
    pump(supervisor);
}

/* ---- life ---- */

static int make_units(Supervisor *supervisor, Error *err)
{
    const Plan *plan = supervisor->options.plan;
    MachineConfig *configs = ARENA_ARRAY(supervisor->arena, MachineConfig, plan->len);
    supervisor->units = ARENA_ARRAY(supervisor->arena, Unit, plan->len);
    for (size_t i = 0; i < plan->len; i++) {
        int rc = unit_init(&supervisor->units[i], supervisor, i, err);
        if (rc < 0) {
            return rc;
        }
        configs[i] = unit_config(&supervisor->units[i]);
    }
    core_init(&supervisor->core, plan, configs, supervisor_now_ms(supervisor));
    return 0;
}

int supervisor_new(
    Loop *loop, const SupervisorOptions *options, Supervisor **ret_supervisor, Error *err
)
{
    Supervisor *supervisor = MEM_NEW(Supervisor);
    *supervisor = (Supervisor) { .loop = loop,
                                 .arena = arena_new(0),
                                 .options = *options,
                                 .has_rested = true,
                                 .started_us = clock_utc_us() };
    int rc = make_units(supervisor, err);
    if (rc < 0) {
        arena_free(supervisor->arena);
        free(supervisor);
        return rc;
    }
    supervisor->due = timer_new(loop, on_due, supervisor);
    supervisor->quiet = timer_new(loop, on_quiet, supervisor);
    supervisor->save = timer_new(loop, on_save, supervisor);
    supervisor->sample = timer_new(loop, on_sample, supervisor);
    timer_start(supervisor->sample, SAMPLE_MS, SAMPLE_MS);
    *ret_supervisor = supervisor;
    return 0;
}

Family *supervisor_family(Supervisor *supervisor, int64_t after_ns)
{
    if (!supervisor->family || supervisor->family_ns < after_ns) {
        arena_free(supervisor->family_arena);
        supervisor->family_arena = arena_new(0);
        supervisor->family_ns = clock_monotonic_ns();
        supervisor->family = family_look(supervisor->family_arena, getpid());
    }
    return supervisor->family;
}

void supervisor_free(Supervisor *supervisor)
{
    if (!supervisor) {
        return;
    }
    if (supervisor->has_started) {
        save(supervisor);
    }
    for (size_t i = 0; i < supervisor->options.plan->len; i++) {
        unit_done(&supervisor->units[i]);
    }
    timer_free(supervisor->due);
    timer_free(supervisor->quiet);
    timer_free(supervisor->save);
    timer_free(supervisor->sample);
    core_done(&supervisor->core);
    vec_done(&supervisor->listeners);
    vec_done(&supervisor->zombies);
    arena_free(supervisor->family_arena);
    arena_free(supervisor->arena);
    free(supervisor);
}

void supervisor_listen(Supervisor *supervisor, const SupervisorListener *listener)
{
    vec_push(&supervisor->listeners, NULL, *listener);
}

/* ---- what may be asked of it ---- */

static bool is_at_work(const Unit *unit)
{
    return !machine_is_at_rest(unit_machine(unit));
}

static int check_ports(Supervisor *supervisor, Arena *arena, const Unit *unit, Error *err)
{
    StrBuf taken = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < unit->node->ports.len; i++) {
        PortOwner owner;
        int64_t port = place_port(supervisor->options.place, &unit->node->ports.ptr[i]);
        if (port_find_owner(arena, port, &owner)) {
            strbuf_add_cstr(&taken, taken.len ? "; " : "");
            strbuf_add(&taken, port_describe(arena, &owner));
        }
    }
    Str name = unit->node->name;
    return taken.len == 0
               ? 0
               : error_set(err, -EADDRINUSE, "%" STR_FMT ": %s", STR_ARG(name), taken.ptr);
}

static int check_unit(Supervisor *supervisor, Unit *unit, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    if (unit->node->engine == ENGINE_EXTERNAL) {
        return 0;
    }
    Str name = unit->node->name;
    if (!unit->driver) {
        return error_set(
            err,
            -ENOTSUP,
            "%" STR_FMT " runs only in a container, and this slipway runs processes; set "
            "`engine: none` or `engine: external` for it in environments.local",
            STR_ARG(name)
        );
    }
    NativeContext ctx = unit_context(unit, arena);
    int rc = unit->driver->check ? unit->driver->check(&ctx, err) : 0;
    if (rc < 0) {
        return error_wrap(err, rc, "%" STR_FMT, STR_ARG(name));
    }
    return check_ports(supervisor, arena, unit, err);
}

/* Every selected node that isn't at work yet; all problems are told, one a line. */
static int check_idle(Supervisor *supervisor, Error *err)
{
    auto_strbuf StrBuf problems = STRBUF_INIT;
    int first = 0;
    for (size_t i = 0; i < supervisor->options.plan->len; i++) {
        Unit *unit = &supervisor->units[i];
        Error own = ERROR_INIT;
        if (!unit->node->selected || is_at_work(unit)) {
            continue;
        }
        int rc = check_unit(supervisor, unit, &own);
        if (rc < 0) {
            strbuf_addf(&problems, "%s%s", first ? "\n" : "", own.message);
            first = first ? first : rc;
        }
    }
    return first ? error_set(err, first, "%s", problems.ptr) : 0;
}

int supervisor_check(Supervisor *supervisor, Error *err)
{
    return check_idle(supervisor, err);
}

void supervisor_start(Supervisor *supervisor)
{
    supervisor->has_started = true;
    core_start_selected(&supervisor->core, supervisor_now_ms(supervisor));
    pump(supervisor);
}

int supervisor_add(Supervisor *supervisor, const PlanQuery *query, Error *err)
{
    Plan *plan = supervisor->options.plan;
    if (supervisor->core.stopping) {
        return error_set(err, -ESHUTDOWN, "the stack is stopping");
    }
    bool *former = ARENA_ARRAY(supervisor->arena, bool, plan->len);
    for (size_t i = 0; i < plan->len; i++) {
        former[i] = plan->nodes[i].selected;
    }
    int rc = plan_select(plan, query, err);
    rc = rc < 0 ? rc : check_idle(supervisor, err);
    for (size_t i = 0; rc < 0 && i < plan->len; i++) {
        plan->nodes[i].selected = former[i];
    }
    if (rc < 0) {
        return rc;
    }
    for (size_t i = 0; i < plan->len; i++) {
        MachineState state = supervisor->core.machines[i].state;
        bool is_idle =
            state == MACHINE_PENDING || state == MACHINE_EXITED || state == MACHINE_FAILED;
        if (plan->nodes[i].selected && is_idle) {
            core_start(&supervisor->core, i, supervisor_now_ms(supervisor));
        }
    }
    pump(supervisor);
    return 0;
}

int supervisor_act(Supervisor *supervisor, Str node, SupervisorAct act, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    Plan *plan = supervisor->options.plan;
    const char *name = str_to_cstr(arena, node);
    int64_t now_ms = supervisor_now_ms(supervisor);
    size_t index = plan_find(plan, node);
    if (index == PLAN_NONE || act == ACT_START) {
        return supervisor_add(supervisor, &(PlanQuery) { .names = &name, .name_count = 1 }, err);
    }
    if (supervisor->core.stopping) {
        return error_set(err, -ESHUTDOWN, "the stack is stopping");
    }
    if (act == ACT_STOP) {
        core_stop(&supervisor->core, index, now_ms);
    } else {
        plan->nodes[index].selected = true;
        core_restart(&supervisor->core, index, now_ms);
    }
    pump(supervisor);
    return 0;
}

void supervisor_stop(Supervisor *supervisor)
{
    supervisor->has_rested = false; /* what rested already is told once more: now it is the end */
    core_stop_all(&supervisor->core, supervisor_now_ms(supervisor));
    pump(supervisor);
}

void supervisor_end_now(Supervisor *supervisor)
{
    supervisor->has_rested = false;
    core_end_now(&supervisor->core, supervisor_now_ms(supervisor));
    pump(supervisor);
}

bool supervisor_is_at_rest(const Supervisor *supervisor)
{
    if (!core_is_at_rest(&supervisor->core)) {
        return false;
    }
    for (size_t i = 0; i < supervisor->options.plan->len; i++) {
        if (supervisor->units[i].run) {
            return false;
        }
    }
    return true;
}

bool supervisor_is_stopping(const Supervisor *supervisor)
{
    return supervisor->core.stopping;
}

CoreOutcome supervisor_outcome(const Supervisor *supervisor, size_t *ret_node)
{
    return core_outcome(&supervisor->core, ret_node);
}
