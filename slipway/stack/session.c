#include "stack/session.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "loop/process.h"

#include "stack/claim.h"
#include "stack/control.h"
#include "stack/guardian.h"
#include "stack/isolation.h"
#include "stack/keeper.h"
#include "stack/proc.h"
#include "stack/state_file.h"

enum { STRAY_GRACE_MS = 1000 };

struct Session {
    const SessionOptions *options;
    Loop *loop;
    Supervisor *supervisor;
    Control *control;
    SignalWatch *watches[4];
    Timer *timeout;
    SessionEnd end;
    bool was_ready;
};

/* Behind the lock and when nothing of a former stack holds a port any more. */
static int isolate(Arena *arena, const SessionOptions *options, Error *err)
{
    if (!options->isolated && !options->place->is_isolated) {
        return 0;
    }
    int rc = isolation_assign(arena, options->place, options->plan, err);
    return rc < 0 ? rc : isolation_write(options->place, options->plan, err);
}

static void on_signal(int signal_number, void *arg)
{
    Session *session = arg;
    if (signal_number == GUARDIAN_SIGNAL) {
        session->end = SESSION_INTERRUPTED;
        supervisor_end_now(session->supervisor);
        return;
    }
    if (supervisor_is_stopping(session->supervisor)) {
        if (signal_number == SIGHUP) {
            return; /* it comes from the terminal and from those above: nobody asks twice */
        }
        session->end = SESSION_INTERRUPTED;
        supervisor_end_now(session->supervisor);
        return;
    }
    if (!session->was_ready) {
        session->end = SESSION_INTERRUPTED;
    }
    if (session->options->on_stopping) {
        session->options->on_stopping(session->options->arg, signal_number);
    }
    supervisor_stop(session->supervisor);
}

static void on_timeout(Timer *timer, void *arg)
{
    (void) timer;
    Session *session = arg;
    if (!session->was_ready && !supervisor_is_stopping(session->supervisor)) {
        session->end = SESSION_TIMEOUT;
        supervisor_stop(session->supervisor);
    }
}

static void on_change(void *arg, size_t node)
{
    (void) node;
    Session *session = arg;
    size_t failed;
    if (!session->was_ready && supervisor_outcome(session->supervisor, &failed) == CORE_ALL_READY) {
        session->was_ready = true;
        timer_stop(session->timeout);
    }
}

static void stop_loop(void *arg)
{
    Session *session = arg;
    loop_stop(session->loop);
}

static void on_rest(void *arg)
{
    Session *session = arg;
    size_t failed;
    bool is_stopping = supervisor_is_stopping(session->supervisor);
    if (!is_stopping && session->options->stays) {
        return;
    }
    if (!is_stopping && supervisor_outcome(session->supervisor, &failed) == CORE_FAILED) {
        session->end = SESSION_FAILED;
    }
    /* Clients of the control API hear that it is down before they are cut off. */
    control_close(session->control, stop_loop, session);
}

static void watch_signals(Session *session)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, GUARDIAN_SIGNAL };
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction former;
        sigaction(signals[i], NULL, &former);
        if (former.sa_handler != SIG_IGN) { /* nohup */
            session->watches[i] = signal_watch_new(session->loop, signals[i], on_signal, session);
        }
    }
    signal(SIGPIPE, SIG_IGN);
    /* A log past a file size limit is a full disk, not the end. */
    signal(SIGXFSZ, SIG_IGN);
}

static void start(void *arg)
{
    Session *session = arg;
    const SessionOptions *options = session->options;
    if (options->on_started) {
        options->on_started(options->arg, session->supervisor);
    }
    if (options->timeout_ms > 0) {
        timer_start(session->timeout, options->timeout_ms, 0);
    }
    supervisor_start(session->supervisor);
    if (supervisor_is_at_rest(session->supervisor)) { /* nothing was selected, or all failed */
        on_rest(session);
    }
}

static int open_session(Session *session, const EnvContext *env, Error *err)
{
    const SessionOptions *options = session->options;
    SupervisorOptions own = { .place = options->place, .plan = options->plan, .env = env };
    int rc = loop_new(&session->loop, err);
    rc = rc < 0 ? rc : supervisor_new(session->loop, &own, &session->supervisor, err);
    rc = rc < 0 ? rc : supervisor_check(session->supervisor, err);
    rc = rc < 0 ? rc
                : control_open(
                      session->loop, options->place, session->supervisor, &session->control, err
                  );
    if (rc < 0) {
        return rc;
    }
    session->timeout = timer_new(session->loop, on_timeout, session);
    supervisor_listen(session->supervisor, &options->listener);
    SupervisorListener own_ear = { .arg = session, .on_change = on_change, .on_rest = on_rest };
    supervisor_listen(session->supervisor, &own_ear);
    watch_signals(session);
    return 0;
}

static void close_session(Session *session)
{
    for (size_t i = 0; i < sizeof session->watches / sizeof session->watches[0]; i++) {
        if (session->watches[i]) {
            signal_watch_free(session->watches[i]);
        }
    }
    timer_free(session->timeout);
    control_free(session->control);
    supervisor_free(session->supervisor);
    if (session->loop) {
        loop_free(session->loop);
    }
}

/* What left its node so well (another session, no environment, no parent) that it could not be told
 * whose it is: with the last node it goes too. */
static void end_strays(void)
{
    ProcQuery below = { .ancestor = getpid() };
    proc_end_all(&below, SIGTERM, STRAY_GRACE_MS);
}

int session_run(Arena *arena, const SessionOptions *options, SessionEnd *ret_end, Error *err)
{
    auto_fd int lock = -1;
    auto_fd int data_lock = -1;
    EnvContext env;
    Session session = { .options = options };
    uint64_t former_mark = process_mark_of(getpid()); /* of a stack that this one runs in */
    process_raise_files();                            /* each service has four here */
    int rc = place_make(options->place, err);
    rc = rc < 0 ? rc : claim_stack(options->place, &lock, err);
    rc = rc < 0 ? rc : state_end_leftovers(options->place, err);
    process_mark_self(options->place->mark); /* what is no node's (a tool, a probe) has it too */
    rc = rc < 0 ? rc : isolate(arena, options, err);
    rc = rc < 0 ? rc : claim_data(options->place, &data_lock, err);
    rc = rc < 0 ? rc : env_context_init(arena, options->place, options->plan, &env, err);
    rc = rc < 0 ? rc : open_session(&session, &env, err);
    if (rc == 0) {
        loop_defer(session.loop, start, &session);
        loop_run(session.loop);
        *ret_end = session.end;
    }
    close_session(&session);
    end_strays();
    /* Whoever gets the lock now takes no process for a leftover that is only about to exit. */
    process_mark_self(former_mark ? former_mark : PROCESS_MARK_NONE);
    return rc < 0 ? rc : 0;
}
