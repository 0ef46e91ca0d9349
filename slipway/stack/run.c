#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"

#include "stack/supervisor_internal.h"

/* LINGER: how often what a stopped leader left behind is looked for. DRY: how long after its end
 * the pipes of a process may still bring output. LAST_WORDS: how long its end isn't told as long as
 * they do, so that why it ended stands in the log by then. RECENT: a look that is not older will do for
 * a first kill; what it missed is found when the leader has ended. */
enum { LINGER_MS = 20, DRY_MS = 1000, LAST_WORDS_MS = 20, RECENT_MS = 5 };

static Run *run_new(Unit *unit)
{
    Run *run = MEM_NEW(Run);
    run->unit = unit;
    run->arena = arena_new(0);
    return run;
}

static void run_free(Run *run)
{
    process_free(run->process);
    timer_free(run->timer);
    arena_free(run->arena);
    free(run);
}

/* ---- output ---- */

static void on_output(Run *run, LogStream which, Stream *stream, const void *data, size_t size)
{
    Unit *unit = run->unit;
    int64_t now_us = clock_utc_us();
    if (size > 0) {
        log_store_add(unit->log, which, str_make(data, size), now_us);
        supervisor_log_pending(unit->supervisor);
        return;
    }
    log_store_end_line(unit->log, which, now_us);
    supervisor_log_pending(unit->supervisor);
    stream_close(stream);
}

static void on_stdout(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) error;
    on_output(arg, LOG_STREAM_OUT, stream, data, size);
}

static void on_stderr(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) error;
    on_output(arg, LOG_STREAM_ERR, stream, data, size);
}

/* The last pipe of a process that has ended: nothing more will come. */
static void free_if_dry(void *arg)
{
    Run *run = arg;
    if (run->open_pipes > 0 || !run->ended) {
        return;
    }
    if (run->is_over) {
        run_free(run);
    } else if (!run->has_spoken) {
        timer_start(run->timer, 0, 0); /* on_over */
    }
}

static void on_pipe_closed(Stream *stream, void *arg)
{
    (void) stream;
    Run *run = arg;
    run->open_pipes--;
    free_if_dry(run);
}

static void read_pipes(Run *run)
{
    StreamCallbacks out = { .on_read = on_stdout, .on_close = on_pipe_closed };
    StreamCallbacks err = { .on_read = on_stderr, .on_close = on_pipe_closed };
    run->open_pipes = 2;
    stream_set_callbacks(process_stdout(run->process), &out, run);
    stream_set_callbacks(process_stderr(run->process), &err, run);
    stream_read_start(process_stdout(run->process));
    stream_read_start(process_stderr(run->process));
}

/* ---- the end ---- */

/* Something outside the node's processes holds a pipe open: it isn't waited for. */
static void on_not_dry(Timer *timer, void *arg)
{
    (void) timer;
    Run *run = arg;
    stream_close(process_stdout(run->process));
    stream_close(process_stderr(run->process));
}

static void report_end(Run *run)
{
    Unit *unit = run->unit;
    unit->exited_us = clock_utc_us();
    if (run->exit.signal) {
        log_store_say(unit->log, unit->exited_us, "ended by signal %d", run->exit.signal);
    } else {
        log_store_say(unit->log, unit->exited_us, "ended with exit code %d", run->exit.code);
    }
    log_store_flush(unit->log, unit->exited_us);
    MachineEvent event = { .kind = MACHINE_EXITED_EVENT,
                           .exit_code = run->exit.code,
                           .exit_signal = run->exit.signal };
    supervisor_report(unit, &event);
}

/* The node's processes, as a look at all of them says that is not older than the run's last one or the
 * end of its leader: of many that end together one look tells. */
static void find_processes(Arena *arena, Run *run, ProcList *ret_list)
{
    ProcQuery query = unit_query(run->unit);
    Family *family = supervisor_family(run->unit->supervisor, run->look_after_ns);
    family_find(arena, family, &query, ret_list);
    run->look_after_ns = clock_monotonic_ns();
}

static bool left_something(Run *run)
{
    auto_arena Arena *arena = arena_new(0);
    ProcList list = { 0 };
    find_processes(arena, run, &list);
    return list.len > 0;
}

/* Nothing of it runs any more: its ports are free. */
static void finish(Run *run)
{
    Unit *unit = run->unit;
    run->is_over = true;
    report_end(run);
    unit->run = NULL;
    timer_free(run->timer);
    run->timer = timer_new(unit->supervisor->loop, on_not_dry, run);
    timer_start(run->timer, DRY_MS, 0);
    if (run->open_pipes == 0) {
        loop_defer(unit->supervisor->loop, free_if_dry, run);
    }
    supervisor_settled(unit->supervisor);
}

/* One that was asked to stop may have children that still do: a shell ends at once, the server it
 * started has requests to finish. They have the rest of the grace; in any other case they are
 * killed, again and again, because one may have forked while it was looked for. */
static bool is_over(Run *run)
{
    Unit *unit = run->unit;
    if (!left_something(run)) {
        return true;
    }
    if (run->is_killed || unit_machine(unit)->state != MACHINE_STOPPING) {
        unit_kill(unit);
    }
    return false;
}

static void on_linger(Timer *timer, void *arg)
{
    (void) timer;
    Run *run = arg;
    if (is_over(run)) {
        finish(run);
    }
}

static void on_over(Timer *timer, void *arg)
{
    (void) timer;
    Run *run = arg;
    run->has_spoken = true;
    if (is_over(run)) {
        finish(run);
        return;
    }
    timer_free(run->timer);
    run->timer = timer_new(run->unit->supervisor->loop, on_linger, run);
    timer_start(run->timer, LINGER_MS, LINGER_MS);
}

static void on_end(Process *process, const ProcessExit *result, void *arg)
{
    (void) process;
    Run *run = arg;
    run->ended = true;
    run->look_after_ns = clock_monotonic_ns();
    run->exit = *result;
    run->timer = timer_new(run->unit->supervisor->loop, on_over, run);
    timer_start(run->timer, run->open_pipes > 0 ? LAST_WORDS_MS : 0, 0);
}

/* ---- the start ---- */

static int run_spawn(Run *run, Error *err)
{
    Unit *unit = run->unit;
    const NativeCommand *command = &run->command;
    ProcessOptions options = {
        .argv = command->argv,
        .envp = command->envp,
        .directory = command->directory,
        .user = command->user,
        .stdout_mode = STDIO_PIPE,
        .stderr_mode = STDIO_PIPE,
        .new_session = true,
        .death_signal = SIGKILL,
        .mark = place_mark_of(unit->supervisor->options.place, unit->index),
    };
    run->number = ++unit->runs;
    log_store_set_run(unit->log, run->number);
    int rc = process_spawn(unit->supervisor->loop, &options, on_end, run, &run->process, err);
    if (rc < 0) {
        return rc;
    }
    run->leader.pid = process_pid(run->process);
    proc_read(run->leader.pid, &run->leader);
    unit->run = run;
    unit->started_us = clock_utc_us();
    unit->sampled_ms = 0;
    read_pipes(run);
    return 0;
}

static void start_failed(Run *run, int code, const Error *err)
{
    Unit *unit = run->unit;
    snprintf(unit->error, sizeof unit->error, "%s", err->message);
    if (code != -ECANCELED) {
        log_store_say(unit->log, clock_utc_us(), "can't start: %s", err->message);
        supervisor_log_pending(unit->supervisor);
    }
    run_free(run);
    supervisor_report(unit, &(MachineEvent) { .kind = MACHINE_SPAWN_FAILED });
}

static void start_main(void *arg)
{
    Unit *unit = arg;
    Run *run = run_new(unit);
    Error err = ERROR_INIT;
    int rc = -ECANCELED;
    if (!unit->start_canceled) {
        unit->starter = fiber_self();
        NativeContext ctx = unit_context(unit, run->arena);
        rc = unit->driver->prepare(&ctx, &run->command, &err);
        unit->starter = NULL;
    }
    rc = rc == 0 && unit->start_canceled ? -ECANCELED : rc;
    unit_progress(unit, "%s", "");
    if (rc == 0) {
        rc = run_spawn(run, &err);
    }
    if (rc < 0) {
        start_failed(run, rc, &err);
    } else {
        supervisor_report(unit, &(MachineEvent) { .kind = MACHINE_SPAWNED });
    }
}

void unit_start(Unit *unit)
{
    unit->start_canceled = false;
    unit->error[0] = 0;
    FiberOptions options = {
        .name = "start", .stack_bytes = 128 * 1024, .deadline = DEADLINE_NEVER, .detached = true
    };
    Error err = ERROR_INIT;
    int rc = unit_open_log(unit, &err);
    if (rc == 0 && !unit->driver) {
        rc = error_set(&err, -ENOTSUP, "it runs only in a container, which is not supported here");
    }
    if (rc == 0) {
        rc = fiber_spawn(unit->supervisor->loop, &options, start_main, unit, NULL);
    }
    if (rc < 0) {
        snprintf(unit->error, sizeof unit->error, "%s", err.code ? err.message : error_name(rc));
        supervisor_report(unit, &(MachineEvent) { .kind = MACHINE_SPAWN_FAILED });
    }
}

void unit_cancel_start(Unit *unit)
{
    unit->start_canceled = true;
    if (unit->starter) {
        fiber_cancel(unit->starter);
    }
}

void unit_terminate(Unit *unit)
{
    Run *run = unit->run;
    if (!run || run->ended) {
        return;
    }
    if (run->command.stop_leader_only) {
        process_signal(run->process, run->command.stop_signal);
    } else {
        process_signal_group(run->process, run->command.stop_signal);
    }
}

void unit_kill(Unit *unit)
{
    Run *run = unit->run;
    if (!run || run->is_over) {
        return;
    }
    int64_t recent_ns = clock_monotonic_ns() - RECENT_MS * NS_PER_MS;
    run->look_after_ns = run->look_after_ns > recent_ns ? run->look_after_ns : recent_ns;
    run->is_killed = true;
    process_signal_group(run->process, SIGKILL);
    auto_arena Arena *arena = arena_new(0);
    ProcList list = { 0 };
    find_processes(arena, run, &list);
    vec_foreach(process, &list) {
        proc_signal(process, SIGKILL);
    }
}
