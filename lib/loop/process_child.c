/* The way from fork to exec. Other threads may have held any lock when the fork happened, so
 * nothing here allocates, logs or locks. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process_internal.h"

#if !defined(CLOSE_RANGE_CLOEXEC)
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static _Noreturn void give_up(const ChildPlan *plan, ChildStep step, int error)
{
    ChildFailure failure = { .step = step, .error = -error };
    ssize_t written = write(plan->failure_fd, &failure, sizeof(failure));
    (void) written;
    _exit(127);
}

static void reset_signals(void)
{
    struct sigaction standard = { .sa_handler = SIG_DFL };
    for (int number = 1; number < NSIG; number++) {
        sigaction(number, &standard, NULL); /* fails for SIGKILL, SIGSTOP and the C library's own */
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void put_stdio(const ChildPlan *plan)
{
    for (int fd = 0; fd < 3; fd++) {
        if (plan->stdio[fd] >= 0 && dup2(plan->stdio[fd], fd) < 0) {
            give_up(plan, CHILD_STDIO, errno);
        }
    }
}

/* Linux before 5.11 */
static void mark_each_descriptor(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    for (int fd = 3; fd < (int) limit.rlim_cur; fd++) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

/* They close at the exec, so that the pipe for failures stays open until then. */
static void leave_descriptors(const ChildPlan *plan)
{
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        mark_each_descriptor();
    }
    int keep = plan->options->keep_fd;
    if (keep > 2 && fcntl(keep, F_SETFD, 0) != 0) {
        give_up(plan, CHILD_DESCRIPTORS, errno);
    }
}

static void switch_user(const ChildPlan *plan)
{
    if (!plan->switches_user) {
        return;
    }
    if (setgroups(plan->group_count, plan->groups) != 0 ||
        setresgid(plan->gid, plan->gid, plan->gid) != 0 ||
        setresuid(plan->uid, plan->uid, plan->uid) != 0) {
        give_up(plan, CHILD_USER, errno);
    }
}

/* Without one it runs as well: it is only harder to find. */
static void put_mark(const ChildPlan *plan)
{
    if (plan->options->mark != 0) {
        process_mark_self(plan->options->mark);
    }
}

/* After the change of user, which clears it. The parent may have died before it was set. */
static void set_death_signal(const ChildPlan *plan)
{
    int number = plan->options->death_signal;
    if (number == 0) {
        return;
    }
    if (prctl(PR_SET_PDEATHSIG, number) != 0) {
        give_up(plan, CHILD_DEATH_SIGNAL, errno);
    }
    if (getppid() != plan->parent) {
        _exit(127);
    }
}

static _Noreturn void execute(const ChildPlan *plan)
{
    int error = ENOENT;
    for (char **path = plan->candidates; *path; path++) {
        /* not by its name: a build for coverage puts a function there that writes files */
        syscall(SYS_execve, *path, plan->argv, plan->envp);
        if (errno != ENOENT && errno != ENOTDIR) {
            error = errno;
        }
        if (error != ENOENT && error != EACCES) {
            break;
        }
    }
    give_up(plan, CHILD_EXEC, error);
}

_Noreturn void child_start(const ChildPlan *plan)
{
    const ProcessOptions *options = plan->options;
    reset_signals();
    if (options->new_session ? setsid() < 0 : options->new_group && setpgid(0, 0) != 0) {
        give_up(plan, CHILD_GROUP, errno);
    }
    put_stdio(plan);
    leave_descriptors(plan);
    process_lower_files();
    switch_user(plan);
    if (options->directory && chdir(options->directory) != 0) {
        give_up(plan, CHILD_DIRECTORY, errno);
    }
    put_mark(plan);
    set_death_signal(plan);
    execute(plan);
}
