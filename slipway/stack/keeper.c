#include "stack/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"

#include "stack/proc.h"
#include "stack/state_file.h"

enum {
    LOCK_BYTE = 1, /* of the lock file; the supervisor's own is the first */
    SHUT_OUT_MS = 15000,
    DYING_MS = 5000,
    LOOK_AGAIN_MS = 5,
};

int keeper_init(Keeper *keeper, const Place *place)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0) {
        return -errno;
    }
    *keeper = (Keeper) { .place = place, .read_fd = fds[0], .write_fd = fds[1] };
    return 0;
}

static void take_signals(void)
{
    static const int ignored[] = { SIGINT, SIGQUIT, SIGHUP, SIGPIPE };
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        signal(ignored[i], SIG_IGN);
    }
    signal(SIGTERM, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Nothing of the caller's is held for as long as it lives: no terminal, no pipe that someone reads to
 * its end. */
static void let_go(int read_fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3 && null >= 0; fd++) {
        dup2(null, fd);
    }
    if (read_fd > 3) {
        syscall(SYS_close_range, 3U, (unsigned) read_fd - 1, 0U);
    }
    syscall(SYS_close_range, (unsigned) read_fd + 1, ~0U, 0U);
}

static void await_end(int fd)
{
    char byte;
    ssize_t got;
    do {
        got = read(fd, &byte, 1);
    } while (got > 0 || (got < 0 && errno == EINTR));
}

/* -ETIMEDOUT: someone else has it for as long. */
static int take_byte(int fd, int64_t patience_ms)
{
    struct flock lock = { .l_type = F_WRLCK, .l_start = LOCK_BYTE, .l_len = 1 };
    int64_t until = clock_monotonic_ms() + patience_ms;
    while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
        if (errno != EINTR && errno != EAGAIN && errno != EACCES) {
            return -errno;
        }
        if (clock_monotonic_ms() >= until) {
            return -ETIMEDOUT;
        }
        proc_sleep_ms(LOOK_AGAIN_MS);
    }
    return 0;
}

/* A supervisor that was killed lets its byte go a moment after the pipe. Who has it for longer is a
 * new stack's, and that one has ended what this one left. */
static void clean_up(const Place *place)
{
    auto_arena Arena *arena = arena_new(0);
    auto_fd int fd = open(str_to_cstr(arena, place->lock_path), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || take_byte(fd, DYING_MS) == 0) {
        state_end_leftovers(place, NULL);
    }
}

static _Noreturn void keep(const Keeper *keeper)
{
    setsid();
    proc_take_name("keeper");
    take_signals();
    let_go(keeper->read_fd);
    await_end(keeper->read_fd);
    clean_up(keeper->place);
    _exit(0);
}

int keeper_start(Keeper *keeper)
{
    pid_t pid = fork();
    if (pid == 0) {
        keep(keeper);
    }
    keeper->pid = pid > 0 ? pid : 0;
    return pid < 0 ? -errno : 0;
}

void keeper_end(Keeper *keeper)
{
    if (keeper->pid > 0) {
        kill(keeper->pid, SIGKILL);
        while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    keeper->pid = 0;
    fs_close_fdp(&keeper->read_fd);
    fs_close_fdp(&keeper->write_fd);
}

int keeper_shut_out(int lock_fd)
{
    return take_byte(lock_fd, SHUT_OUT_MS);
}
