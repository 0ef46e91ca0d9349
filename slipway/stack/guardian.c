#include "stack/guardian.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#include "stack/keeper.h"
#include "stack/proc.h"

enum { GRACE_MS = 1000, FAILED = 70 };

/* What a guardian runs below itself. */
typedef int (*Body)(void *arg);

static volatile sig_atomic_t guarded_pid;

/* What this one is asked or hears is meant for the stack: the supervisor ends it. A terminal that
 * goes away tells its session's leader alone. */
static const int passed[] = { SIGTERM, SIGHUP, GUARDIAN_SIGNAL };

static void pass_on(int signal_number)
{
    int saved = errno;
    if (guarded_pid > 0) {
        kill((pid_t) guarded_pid, signal_number);
    }
    errno = saved;
}

static void take_signals(void)
{
    /* A terminal sends these to the whole foreground group: the supervisor has them already. */
    static const int ignored[] = { SIGINT, SIGQUIT, SIGPIPE };
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        signal(ignored[i], SIG_IGN);
    }
    struct sigaction action = { .sa_handler = pass_on };
    for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
        struct sigaction former;
        sigaction(passed[i], NULL, &former);
        if (former.sa_handler != SIG_IGN) { /* nohup */
            sigaction(passed[i], &action, NULL);
        }
    }
}

static _Noreturn void be_guarded(Body body, void *arg, pid_t guardian)
{
    prctl(PR_SET_PDEATHSIG, GUARDIAN_SIGNAL);
    /* What loses its parent stays below this one: there it is found while this one lives. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (getppid() != guardian) {
        _exit(FAILED);
    }
    exit(body(arg));
}

/* Adopted children are waited for on the way, so that no zombies gather. `keeper` (may be NULL) that
 * someone killed is there again. */
static int wait_for(pid_t pid, Keeper *keeper)
{
    for (;;) {
        int status = 0;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended < 0 && errno != EINTR) {
            return FAILED;
        }
        if (ended == pid) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (keeper && ended == keeper->pid) {
            keeper_start(keeper);
        }
    }
}

typedef struct Guarded {
    Body body;
    void *arg;
    const char *name; /* the guardian's; NULL: it keeps its own */
    Keeper *keeper;   /* NULL: none */
} Guarded;

/* Forks: the child runs `body`; the caller takes the name, ends what the child leaves behind and gets
 * its exit code. */
static int guard(const Guarded *guarded)
{
    pid_t self = getpid();
    sigset_t blocked, former;
    sigemptyset(&blocked);
    for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
        sigaddset(&blocked, passed[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, &former);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &former, NULL);
        be_guarded(guarded->body, guarded->arg, self);
    }
    if (pid < 0) {
        int rc = -errno;
        sigprocmask(SIG_SETMASK, &former, NULL);
        return rc;
    }
    guarded_pid = pid;
    if (guarded->name) {
        proc_take_name(guarded->name);
    }
    take_signals();
    sigprocmask(SIG_SETMASK, &former, NULL);
    int code = wait_for(pid, guarded->keeper);
    guarded_pid = 0;
    ProcQuery below = { .ancestor = self, .except = guarded->keeper ? guarded->keeper->pid : 0 };
    proc_end_all(&below, SIGTERM, GRACE_MS);
    return code;
}

static int be_warden(void *supervisor)
{
    int code = guard(supervisor);
    _exit(code < 0 ? FAILED : code);
}

int guardian_run(const Place *place, int (*supervise)(void *arg), void *arg)
{
    Keeper keeper;
    int rc = keeper_init(&keeper, place);
    rc = rc < 0 ? rc : keeper_start(&keeper);
    if (rc < 0) {
        return rc;
    }
    Guarded supervisor = { .body = supervise, .arg = arg, .name = "warden" };
    Guarded warden = { .body = be_warden, .arg = &supervisor, .keeper = &keeper };
    int code = guard(&warden);
    keeper_end(&keeper);
    return code;
}
