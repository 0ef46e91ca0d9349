#include "loop/process.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

#include "process_internal.h"
#include "stream_internal.h"

struct Process {
    LoopObject object;
    Loop *loop;
    pid_t pid;
    int pidfd;
    Poll *poll; /* NULL after the exit was seen */
    Stream *stdio[3];
    ProcessExit exit;
    bool has_group;
    bool ended;
    bool freed;    /* process_free was called: the last pin frees */
    unsigned pins; /* until the exit was seen one, and one for each fiber that waits */
    FiberQueue waiters;
    ProcessExitFn on_exit;
    void *arg;
};

/* What one spawn holds until it succeeded. */
typedef struct Spawn {
    ChildPlan plan;
    int ours[3];   /* the parent's ends of pipes, or -1 */
    int theirs[3]; /* what the child gets and we close, or -1 */
} Spawn;

static int64_t time_us(struct timeval time)
{
    return (int64_t) time.tv_sec * US_PER_S + time.tv_usec;
}

/* The kernel's form of waitid, which counts resources as wait4 does. */
static int wait_pidfd(int pidfd, siginfo_t *ret_info, int flags, struct rusage *ret_usage)
{
    *ret_info = (siginfo_t) { 0 };
    long rc;
    do {
        rc = syscall(SYS_waitid, P_PIDFD, pidfd, ret_info, WEXITED | flags, ret_usage);
    } while (rc < 0 && errno == EINTR);
    return rc < 0 ? -errno : 0;
}

static void reap(int pidfd)
{
    siginfo_t info;
    struct rusage usage;
    /* polling made it non-blocking, and waitid heeds that */
    fcntl(pidfd, F_SETFL, 0);
    wait_pidfd(pidfd, &info, 0, &usage);
}

/* Leaves the zombie, so that the number stays taken. False: it still runs. */
static bool read_exit(int pidfd, ProcessExit *ret_exit)
{
    siginfo_t info;
    struct rusage usage = { 0 };
    int rc = wait_pidfd(pidfd, &info, WNOHANG | WNOWAIT, &usage);
    if (rc < 0) {
        /* someone else waited for it: that it ended is all that is known */
        *ret_exit = (ProcessExit) { .code = -1 };
        return true;
    }
    if (info.si_pid == 0) {
        return false;
    }
    bool exited = info.si_code == CLD_EXITED;
    *ret_exit = (ProcessExit) {
        .code = exited ? info.si_status : -1,
        .signal = exited ? 0 : info.si_status,
        .cpu_us = time_us(usage.ru_utime) + time_us(usage.ru_stime),
        .max_rss_bytes = (int64_t) usage.ru_maxrss * 1024,
    };
    return true;
}

static void destroy(Process *process)
{
    reap(process->pidfd);
    close(process->pidfd);
    free(process);
}

static void unpin(Process *process)
{
    if (--process->pins == 0 && process->freed) {
        destroy(process);
    }
}

static void on_pidfd(Poll *poll, int events, int error, void *arg)
{
    (void) events;
    (void) error;
    Process *process = arg;
    if (!read_exit(process->pidfd, &process->exit)) {
        return;
    }
    process->ended = true;
    poll_free(poll);
    process->poll = NULL;
    fiber_queue_wake_all(&process->waiters, 0);
    if (process->on_exit && !process->freed) {
        process->on_exit(process, &process->exit, process->arg);
    }
    unpin(process);
}

static void close_stdio(Process *process)
{
    for (int i = 0; i < 3; i++) {
        stream_close(process->stdio[i]); /* sets it to NULL */
    }
}

/* The loop ends while the child runs; nobody is left to see its exit. */
static void abandon(LoopObject *object)
{
    Process *process = CONTAINER_OF(object, Process, object);
    close_stdio(process);
    process_kill(process);
    poll_free(process->poll);
    destroy(process);
}

static void close_all(int *fds)
{
    for (int i = 0; i < 3; i++) {
        fs_close_fdp(&fds[i]);
        fds[i] = -1;
    }
}

/* Above 2, so that putting one of the three in place does not overwrite another. */
static int lift(int *fd)
{
    if (*fd < 0 || *fd > 2) {
        return 0;
    }
    int lifted = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    if (lifted < 0) {
        return -errno;
    }
    close(*fd);
    *fd = lifted;
    return 0;
}

static int open_pipe(int index, Spawn *spawn)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return -errno;
    }
    spawn->ours[index] = index == 0 ? fds[1] : fds[0];
    spawn->theirs[index] = index == 0 ? fds[0] : fds[1];
    return 0;
}

static int open_stdio(int index, ProcessStdio mode, int fd, Spawn *spawn)
{
    int rc = 0;
    if (mode == STDIO_NULL) {
        spawn->theirs[index] = open("/dev/null", O_RDWR | O_CLOEXEC);
        rc = spawn->theirs[index] < 0 ? -errno : 0;
    } else if (mode == STDIO_PIPE) {
        rc = open_pipe(index, spawn);
    } else if (mode == STDIO_FD) {
        spawn->theirs[index] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        rc = spawn->theirs[index] < 0 ? -errno : 0;
    }
    if (rc == 0) {
        rc = lift(&spawn->theirs[index]);
    }
    spawn->plan.stdio[index] = spawn->theirs[index];
    return rc;
}

static int open_all_stdio(const ProcessOptions *options, Spawn *spawn, Error *err)
{
    const ProcessStdio modes[] = { options->stdin_mode,
                                   options->stdout_mode,
                                   options->stderr_mode };
    const int fds[] = { options->stdin_fd, options->stdout_fd, options->stderr_fd };
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = open_stdio(i, modes[i], fds[i], spawn);
    }
    return rc < 0 ? error_errno(err, rc, "open the standard descriptors of %s", options->argv[0])
                  : 0;
}

static pid_t fork_child(const ChildPlan *plan)
{
    sigset_t all;
    sigset_t former;
    sigfillset(&all);
    /* no handler of ours may run in the child */
    pthread_sigmask(SIG_SETMASK, &all, &former);
    pid_t pid = fork();
    if (pid == 0) {
        child_start(plan);
    }
    int saved = errno;
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    errno = saved;
    return pid;
}

/* Blocks until the exec closed the pipe or a failure came through it. */
static int read_failure(int fd, ChildFailure *ret_failure)
{
    ssize_t count;
    do {
        count = read(fd, ret_failure, sizeof(*ret_failure));
    } while (count < 0 && errno == EINTR);
    return count == (ssize_t) sizeof(*ret_failure) ? ret_failure->error : 0;
}

static int explain(const ProcessOptions *options, const ChildFailure *failure, Error *err)
{
    const char *program = options->argv[0];
    switch (failure->step) {
    case CHILD_USER:
        return error_errno(err, failure->error, "start %s: become user %s", program, options->user);
    case CHILD_DIRECTORY:
        return error_errno(err, failure->error, "start %s: enter %s", program, options->directory);
    case CHILD_GROUP:
        return error_errno(err, failure->error, "start %s: make a process group", program);
    case CHILD_STDIO:
    case CHILD_DESCRIPTORS:
        return error_errno(err, failure->error, "start %s: hand over descriptors", program);
    case CHILD_DEATH_SIGNAL:
        return error_errno(err, failure->error, "start %s: set its death signal", program);
    case CHILD_EXEC:
        break;
    }
    return error_errno(err, failure->error, "start %s", program);
}

static int start_child(Spawn *spawn, pid_t *ret_pid, int *ret_pidfd, Error *err)
{
    const ProcessOptions *options = spawn->plan.options;
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return error_errno(err, -errno, "start %s", options->argv[0]);
    }
    auto_fd int failure_fd = fds[0];
    spawn->plan.failure_fd = fds[1];
    int rc = lift(&spawn->plan.failure_fd);
    pid_t pid = rc == 0 ? fork_child(&spawn->plan) : -1;
    rc = rc == 0 && pid < 0 ? -errno : rc;
    close(spawn->plan.failure_fd);
    if (rc < 0) {
        return error_errno(err, rc, "start %s", options->argv[0]);
    }
    ChildFailure failure = { 0 };
    rc = read_failure(failure_fd, &failure);
    int pidfd = rc == 0 ? (int) syscall(SYS_pidfd_open, pid, 0) : -1;
    if (rc == 0 && pidfd < 0) {
        rc = -errno;
        kill(pid, SIGKILL);
    }
    if (rc < 0) {
        waitpid(pid, NULL, 0);
        return failure.error
                   ? explain(options, &failure, err)
                   : error_errno(err, rc, "watch %s (Linux 5.4 is needed)", options->argv[0]);
    }
    *ret_pid = pid;
    *ret_pidfd = pidfd;
    return 0;
}

static int take_pipes(Process *process, Spawn *spawn, Error *err)
{
    for (int i = 0; i < 3; i++) {
        if (spawn->ours[i] < 0) {
            continue;
        }
        int rc = stream_from_fd(process->loop, spawn->ours[i], &process->stdio[i], err);
        if (rc < 0) {
            return rc;
        }
        spawn->ours[i] = -1;
        process->stdio[i]->owner = &process->stdio[i];
    }
    return 0;
}

static int spawn_with(Spawn *spawn, Process *process, Error *err)
{
    const ProcessOptions *options = spawn->plan.options;
    int rc = open_all_stdio(options, spawn, err);
    if (rc == 0) {
        rc = take_pipes(process, spawn, err);
    }
    if (rc == 0) {
        rc = start_child(spawn, &process->pid, &process->pidfd, err);
    }
    close_all(spawn->ours);
    close_all(spawn->theirs);
    if (rc < 0) {
        return rc;
    }
    process->has_group = options->new_group || options->new_session;
    process->poll = poll_new(process->loop, process->pidfd, on_pidfd, process);
    assert(process->poll);
    poll_set_object(process->poll, &process->object);
    poll_set(process->poll, POLL_READ);
    return 0;
}

int process_spawn(
    Loop *loop,
    const ProcessOptions *options,
    ProcessExitFn on_exit,
    void *arg,
    Process **ret_process,
    Error *err
)
{
    auto_arena Arena *arena = arena_new(0);
    Spawn spawn = { .ours = { -1, -1, -1 }, .theirs = { -1, -1, -1 } };
    int rc = child_plan(arena, options, &spawn.plan, err);
    if (rc < 0) {
        return rc;
    }
    Process *process = MEM_NEW(Process);
    *process = (Process) { .object.abandon = abandon,
                           .loop = loop,
                           .pidfd = -1,
                           .pins = 1,
                           .on_exit = on_exit,
                           .arg = arg };
    rc = spawn_with(&spawn, process, err);
    if (rc < 0) {
        close_stdio(process);
        free(process);
        return rc;
    }
    *ret_process = process;
    return 0;
}

pid_t process_pid(const Process *process)
{
    return process->pid;
}

bool process_is_running(const Process *process)
{
    return !process->ended;
}

int process_wait(Process *process, ProcessExit *ret_exit)
{
    int rc = 0;
    process->pins++;
    if (!process->ended) {
        rc = fiber_queue_wait(&process->waiters);
    }
    if (process->ended) {
        *ret_exit = process->exit;
        rc = 0;
    }
    unpin(process);
    return rc;
}

int process_signal(Process *process, int signal_number)
{
    if (process->ended) {
        return -ESRCH;
    }
    long rc = syscall(SYS_pidfd_send_signal, process->pidfd, signal_number, NULL, 0);
    return rc < 0 ? -errno : 0;
}

int process_signal_group(Process *process, int signal_number)
{
    if (!process->has_group) {
        return -EINVAL;
    }
    return kill(-process->pid, signal_number) < 0 ? -errno : 0;
}

Stream *process_stdin(Process *process)
{
    return process->stdio[0];
}

Stream *process_stdout(Process *process)
{
    return process->stdio[1];
}

Stream *process_stderr(Process *process)
{
    return process->stdio[2];
}

void process_kill(Process *process)
{
    if (process_signal_group(process, SIGKILL) < 0) {
        process_signal(process, SIGKILL);
    }
}

void process_free(Process *process)
{
    if (!process || process->freed) {
        return;
    }
    close_stdio(process);
    if (!process->ended) {
        process_kill(process);
    }
    process->freed = true;
    if (process->pins == 0) {
        destroy(process);
    }
}
