#include "stack/machine.h"

#include "base/mem.h"

enum {
    BACKOFF_FIRST_MS = 200,
    BACKOFF_MOST_MS = 10 * 1000,
    CRASH_LIMIT = 5,
    STABLE_MS = 30 * 1000,
    GRACE_MS = 30 * 1000,
    START_PERIOD_MS = 60 * 1000,
    SETTLE_MS =
        500, /* what a wrong command or configuration takes to end, and little of a person's time */
    FAILURES = 3,
};

static const Str state_names[MACHINE_STATE_COUNT] = {
    [MACHINE_PENDING] = STR_INIT("pending"),     [MACHINE_WAITING] = STR_INIT("waiting"),
    [MACHINE_STARTING] = STR_INIT("starting"),   [MACHINE_RUNNING] = STR_INIT("running"),
    [MACHINE_READY] = STR_INIT("ready"),         [MACHINE_UNHEALTHY] = STR_INIT("unhealthy"),
    [MACHINE_BACKOFF] = STR_INIT("backoff"),     [MACHINE_STOPPING] = STR_INIT("stopping"),
    [MACHINE_EXITED] = STR_INIT("exited"),       [MACHINE_FAILED] = STR_INIT("failed"),
    [MACHINE_COMPLETED] = STR_INIT("completed"),
};
_Static_assert(ARRAY_LEN(state_names) == MACHINE_STATE_COUNT, "one name a state");

static void set_default(int64_t *value, int64_t fallback)
{
    if (*value <= 0) {
        *value = fallback;
    }
}

void machine_init(Machine *machine, const MachineConfig *config, int64_t now_ms)
{
    *machine = (Machine
    ) { .config = *config, .state = MACHINE_PENDING, .since_ms = now_ms, .deadline_ms = INT64_MAX };
    MachineConfig *own = &machine->config;
    set_default(&own->stop_grace_ms, GRACE_MS);
    set_default(&own->start_period_ms, START_PERIOD_MS);
    set_default(&own->settle_ms, SETTLE_MS);
    set_default(&own->backoff_first_ms, BACKOFF_FIRST_MS);
    set_default(&own->backoff_most_ms, BACKOFF_MOST_MS);
    set_default(&own->stable_ms, STABLE_MS);
    own->failures = own->failures ? own->failures : FAILURES;
    own->crash_limit = own->crash_limit ? own->crash_limit : CRASH_LIMIT;
}

static unsigned enter(Machine *machine, MachineState state, MachineReason reason, int64_t now_ms)
{
    if (machine->state != state) {
        machine->since_ms = now_ms;
    }
    machine->state = state;
    machine->reason = reason;
    machine->deadline_ms = INT64_MAX;
    return 0;
}

static int64_t add_ms(int64_t now_ms, int64_t more_ms)
{
    return more_ms >= INT64_MAX - now_ms ? INT64_MAX : now_ms + more_ms;
}

/* Doubles with each crash; ±20 % so that a herd of services doesn't come back in step. */
static int64_t backoff_ms(const Machine *machine)
{
    const MachineConfig *config = &machine->config;
    int64_t wait = config->backoff_first_ms;
    for (unsigned i = 1; i < machine->crashes && wait < config->backoff_most_ms; i++) {
        wait *= 2;
    }
    wait = wait < config->backoff_most_ms ? wait : config->backoff_most_ms;
    int64_t spread = wait * 2 / 5;
    if (config->random && spread > 0) {
        wait += (int64_t) config->random(config->random_arg, (uint64_t) spread + 1) - spread / 2;
    }
    return wait;
}

static bool is_live(MachineState state)
{
    return state == MACHINE_RUNNING || state == MACHINE_READY || state == MACHINE_UNHEALTHY;
}

static unsigned on_start(Machine *machine, int64_t now_ms)
{
    switch (machine->state) {
    case MACHINE_PENDING:
    case MACHINE_EXITED:
    case MACHINE_FAILED:
    case MACHINE_COMPLETED:
        machine->crashes = 0;
        machine->restarts = 0;
        return enter(machine, MACHINE_WAITING, MACHINE_REASON_NONE, now_ms);
    case MACHINE_STOPPING:
        machine->restart_asked = true;
        return 0;
    default:
        return 0;
    }
}

static unsigned begin_start(Machine *machine, int64_t now_ms)
{
    machine->bad_probes = 0;
    machine->was_ready = false;
    enter(machine, MACHINE_STARTING, MACHINE_REASON_NONE, now_ms);
    if (machine->config.is_external) {
        enter(machine, MACHINE_RUNNING, MACHINE_REASON_NONE, now_ms);
        machine->started_ms = now_ms;
        machine->deadline_ms = add_ms(now_ms, machine->config.start_period_ms);
        return MACHINE_DO_PROBE;
    }
    return MACHINE_DO_START;
}

static unsigned on_spawned(Machine *machine, int64_t now_ms)
{
    machine->has_process = true;
    machine->started_ms = now_ms;
    if (machine->state == MACHINE_STOPPING) { /* asked to end while it was being spawned */
        return MACHINE_DO_TERMINATE;
    }
    if (machine->state != MACHINE_STARTING) {
        return MACHINE_DO_KILL;
    }
    const MachineConfig *config = &machine->config;
    if (config->is_task) {
        enter(machine, MACHINE_RUNNING, MACHINE_REASON_NONE, now_ms);
        if (config->timeout_ms > 0) {
            machine->deadline_ms = add_ms(now_ms, config->timeout_ms);
        }
        return 0;
    }
    enter(machine, MACHINE_RUNNING, MACHINE_REASON_NONE, now_ms);
    machine->deadline_ms =
        add_ms(now_ms, config->has_probe ? config->start_period_ms : config->settle_ms);
    return config->has_probe ? MACHINE_DO_PROBE : 0;
}

/* Its process is gone (or never was) and nobody asked for that. */
static unsigned restart_or_rest(Machine *machine, bool clean, int64_t now_ms)
{
    const MachineConfig *config = &machine->config;
    if (config->is_task) {
        return enter(
            machine, clean ? MACHINE_COMPLETED : MACHINE_FAILED, MACHINE_REASON_EXIT, now_ms
        );
    }
    bool again = config->restart == MACHINE_RESTART_ALWAYS ||
                 (config->restart == MACHINE_RESTART_ON_FAILURE && !clean);
    if (!again) {
        return enter(machine, clean ? MACHINE_EXITED : MACHINE_FAILED, MACHINE_REASON_EXIT, now_ms);
    }
    if (now_ms - machine->started_ms >= config->stable_ms) {
        machine->crashes = 0;
    }
    if (machine->crashes >= config->crash_limit) {
        return enter(machine, MACHINE_FAILED, MACHINE_REASON_CRASH_LOOP, now_ms);
    }
    machine->crashes++;
    enter(machine, MACHINE_BACKOFF, MACHINE_REASON_EXIT, now_ms);
    machine->deadline_ms = add_ms(now_ms, backoff_ms(machine));
    return 0;
}

static unsigned on_exited(Machine *machine, const MachineEvent *event, int64_t now_ms)
{
    if (!machine->has_process) {
        return 0;
    }
    machine->has_process = false;
    machine->has_exit = true;
    machine->exit_code = event->exit_code;
    machine->exit_signal = event->exit_signal;
    /* What its group left behind ends with it, or it would hold the ports of the next run. */
    unsigned actions = MACHINE_DO_END_PROBE | MACHINE_DO_KILL;
    if (machine->state != MACHINE_STOPPING) {
        bool clean = event->exit_signal == 0 && event->exit_code == 0;
        return actions | restart_or_rest(machine, clean, now_ms);
    }
    MachineReason reason = machine->reason;
    bool timed_out = reason == MACHINE_REASON_TIMEOUT;
    enter(machine, timed_out ? MACHINE_FAILED : MACHINE_EXITED, reason, now_ms);
    if (machine->restart_asked) {
        machine->restart_asked = false;
        on_start(machine, now_ms);
    }
    return actions;
}

static unsigned begin_stop(Machine *machine, MachineReason reason, int64_t now_ms)
{
    enter(machine, MACHINE_STOPPING, reason, now_ms);
    machine->deadline_ms = add_ms(now_ms, machine->config.stop_grace_ms);
    return MACHINE_DO_TERMINATE | MACHINE_DO_END_PROBE;
}

static unsigned on_stop(Machine *machine, int64_t now_ms)
{
    machine->restart_asked = false;
    switch (machine->state) {
    case MACHINE_WAITING:
        enter(machine, MACHINE_PENDING, MACHINE_REASON_STOPPED, now_ms);
        return 0;
    case MACHINE_BACKOFF:
        enter(machine, MACHINE_EXITED, MACHINE_REASON_STOPPED, now_ms);
        return 0;
    case MACHINE_STARTING:
        /* The preparation answers with SPAWN_FAILED, or with SPAWNED when it was too late. */
        enter(machine, MACHINE_STOPPING, MACHINE_REASON_STOPPED, now_ms);
        machine->deadline_ms = add_ms(now_ms, machine->config.stop_grace_ms);
        return MACHINE_DO_CANCEL;
    case MACHINE_RUNNING:
    case MACHINE_READY:
    case MACHINE_UNHEALTHY:
        if (!machine->has_process) { /* external: there is nothing to end */
            enter(machine, MACHINE_EXITED, MACHINE_REASON_STOPPED, now_ms);
            return MACHINE_DO_END_PROBE;
        }
        return begin_stop(machine, MACHINE_REASON_STOPPED, now_ms);
    default:
        return 0;
    }
}

static unsigned on_end_now(Machine *machine, int64_t now_ms)
{
    unsigned actions = on_stop(machine, now_ms);
    if (machine->state == MACHINE_STOPPING) {
        machine->deadline_ms = INT64_MAX;
        actions = (actions & ~(unsigned) MACHINE_DO_TERMINATE) | MACHINE_DO_KILL;
    }
    return actions;
}

static unsigned on_spawn_failed(Machine *machine, int64_t now_ms)
{
    if (machine->state == MACHINE_STARTING) {
        return enter(machine, MACHINE_FAILED, MACHINE_REASON_SPAWN, now_ms);
    }
    if (machine->state == MACHINE_STOPPING && !machine->has_process) {
        enter(machine, MACHINE_EXITED, MACHINE_REASON_STOPPED, now_ms);
        if (machine->restart_asked) {
            machine->restart_asked = false;
            return on_start(machine, now_ms);
        }
    }
    return 0;
}

static unsigned become_ready(Machine *machine, int64_t now_ms)
{
    machine->bad_probes = 0;
    machine->was_ready = true;
    return enter(machine, MACHINE_READY, MACHINE_REASON_NONE, now_ms);
}

static unsigned on_probe(Machine *machine, bool ok, int64_t now_ms)
{
    if (!is_live(machine->state) || machine->config.is_task) {
        return 0;
    }
    if (ok) {
        return become_ready(machine, now_ms);
    }
    machine->bad_probes++;
    if (machine->state == MACHINE_READY && machine->bad_probes >= machine->config.failures) {
        return enter(machine, MACHINE_UNHEALTHY, MACHINE_REASON_PROBE, now_ms);
    }
    return 0;
}

static unsigned on_time(Machine *machine, int64_t now_ms)
{
    if (now_ms < machine->deadline_ms) {
        return 0;
    }
    switch (machine->state) {
    case MACHINE_BACKOFF:
        machine->restarts++;
        return enter(machine, MACHINE_WAITING, MACHINE_REASON_EXIT, now_ms);
    case MACHINE_RUNNING:
        if (machine->config.is_task) {
            return begin_stop(machine, MACHINE_REASON_TIMEOUT, now_ms);
        }
        if (!machine->config.has_probe && !machine->config.is_external) {
            return become_ready(machine, now_ms);
        }
        return enter(machine, MACHINE_UNHEALTHY, MACHINE_REASON_NEVER_READY, now_ms);
    case MACHINE_STOPPING:
        machine->deadline_ms = INT64_MAX;
        if (machine->reason == MACHINE_REASON_STOPPED) {
            machine->reason = MACHINE_REASON_KILLED;
        }
        return MACHINE_DO_KILL;
    default:
        machine->deadline_ms = INT64_MAX;
        return 0;
    }
}

unsigned machine_handle(Machine *machine, const MachineEvent *event, int64_t now_ms)
{
    switch (event->kind) {
    case MACHINE_START:
        return on_start(machine, now_ms);
    case MACHINE_STOP:
        return on_stop(machine, now_ms);
    case MACHINE_END_NOW:
        return on_end_now(machine, now_ms);
    case MACHINE_NEEDS_MET:
        return machine->state == MACHINE_WAITING ? begin_start(machine, now_ms) : 0;
    case MACHINE_SPAWNED:
        return on_spawned(machine, now_ms);
    case MACHINE_SPAWN_FAILED:
        return on_spawn_failed(machine, now_ms);
    case MACHINE_PROBE_OK:
    case MACHINE_PROBE_FAILED:
        return on_probe(machine, event->kind == MACHINE_PROBE_OK, now_ms);
    case MACHINE_EXITED_EVENT:
        return on_exited(machine, event, now_ms);
    case MACHINE_TIME:
        return on_time(machine, now_ms);
    }
    return 0;
}

unsigned machine_restart(Machine *machine, int64_t now_ms)
{
    unsigned actions = on_stop(machine, now_ms);
    if (machine->state == MACHINE_STOPPING) {
        machine->restart_asked = true;
        return actions;
    }
    return actions | on_start(machine, now_ms);
}

bool machine_satisfies(const Machine *machine)
{
    return machine->state == (machine->config.is_task ? MACHINE_COMPLETED : MACHINE_READY);
}

bool machine_is_at_rest(const Machine *machine)
{
    switch (machine->state) {
    case MACHINE_PENDING:
    case MACHINE_EXITED:
    case MACHINE_FAILED:
    case MACHINE_COMPLETED:
        return true;
    default:
        return false;
    }
}

bool machine_is_failed(const Machine *machine)
{
    return machine->state == MACHINE_FAILED;
}

Str machine_state_name(MachineState state)
{
    return state_names[state];
}

bool machine_state_parse(Str name, MachineState *ret_state)
{
    for (unsigned i = 0; i < MACHINE_STATE_COUNT; i++) {
        if (str_eq(name, state_names[i])) {
            *ret_state = (MachineState) i;
            return true;
        }
    }
    return false;
}
