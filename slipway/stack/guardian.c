#include "stack/guardian.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

#include "stack/proc.h"

enum { GRACE_MS = 1000 };

static volatile sig_atomic_t supervisor_pid;

/* SIGTERM for the one is meant for the stack: the supervisor stops it in order. */
static void pass_on(int signal_number)
{
    int saved = errno;
    if (supervisor_pid > 0) {
        kill((pid_t) supervisor_pid, signal_number);
    }
    errno = saved;
}

static void take_signals(void)
{
    /* A terminal sends these to the whole foreground group: the supervisor has them already. */
    static const int ignored[] = { SIGINT, SIGQUIT, SIGHUP, SIGPIPE };
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        signal(ignored[i], SIG_IGN);
    }
    struct sigaction action = { .sa_handler = pass_on };
    sigaction(SIGTERM, &action, NULL);
}

static _Noreturn void become_supervisor(int (*supervise)(void *arg), void *arg, pid_t guardian)
{
    prctl(PR_SET_PDEATHSIG, GUARDIAN_SIGNAL);
    /* What loses its parent stays below the supervisor: there it is found while that one lives. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (getppid() != guardian) {
        _exit(70);
    }
    exit(supervise(arg));
}

/* Adopted children are waited for on the way, so that no zombies gather. */
static int wait_for(pid_t pid)
{
    for (;;) {
        int status = 0;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended < 0 && errno != EINTR) {
            return 70;
        }
        if (ended == pid) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
}

int guardian_run(int (*supervise)(void *arg), void *arg)
{
    pid_t self = getpid();
    sigset_t term, former;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &former);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &former, NULL);
        become_supervisor(supervise, arg, self);
    }
    if (pid < 0) {
        int rc = -errno;
        sigprocmask(SIG_SETMASK, &former, NULL);
        return rc;
    }
    supervisor_pid = pid;
    take_signals();
    sigprocmask(SIG_SETMASK, &former, NULL);
    int code = wait_for(pid);
    supervisor_pid = 0;
    ProcQuery below = { .ancestor = self };
    proc_end_all(&below, SIGTERM, GRACE_MS);
    return code;
}
