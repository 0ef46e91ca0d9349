/* Process: a child with an owner. It runs in a process group of its own when asked, with only the
 * descriptors it is given and default signals, and gets a parent-death signal that is set after
 * privileges were dropped (setuid clears it). Its end is seen through a pidfd, and it stays a
 * zombie until process_free, so that its number and its group's can't be another's as long as they
 * may be signaled. Needs Linux 5.4 (waitid with P_PIDFD).
 *
 * The death signal follows the thread that spawned: the loop's thread must live as long as its
 * children. Nothing in the process may ignore SIGCHLD or wait for any child at random. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "loop/loop.h"
#include "loop/stream.h"

typedef struct Process Process;

typedef struct ProcessExit {
    int code;              /* exit status, or -1 when a signal ended it */
    int signal;            /* or 0 */
    int64_t cpu_us;        /* user + system of the child and what it waited for */
    int64_t max_rss_bytes; /* at least what this process had when it forked (Linux counts that) */
} ProcessExit;

typedef enum ProcessStdio {
    STDIO_NULL,
    STDIO_PIPE, /* process_stdout() and process_stderr() read it; process_stdin() writes it */
    STDIO_INHERIT,
    STDIO_FD, /* the descriptor in stdin_fd, stdout_fd, stderr_fd; stays the caller's */
} ProcessStdio;

typedef struct ProcessOptions {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH of `envp` */
    const char *const *envp; /* NULL: this process's */
    const char *directory;   /* NULL: this process's */
    ProcessStdio stdin_mode, stdout_mode, stderr_mode;
    int stdin_fd, stdout_fd, stderr_fd;
    bool new_group;   /* setpgid(0, 0) */
    bool new_session; /* setsid(): a group too, and no controlling terminal */
    int death_signal; /* sent when the parent dies; 0: none */
    const char *user; /* NULL: unchanged; name of the user to become, with its groups */
    uint64_t mark;    /* told apart by it, with all that descend from it, see below; 0: none */
    int keep_fd;      /* one more descriptor that stays open in the child; 0: none */
    size_t max_output_bytes; /* process_run: of each stream; 0: 16 MiB */
} ProcessOptions;

/* Once, when it ended; its pipes may hold output still. May call process_free. */
typedef void (*ProcessExitFn)(Process *process, const ProcessExit *exit, void *arg);

/* Starts a child; an exec that fails is reported here (-ENOENT, -EACCES…) with the step that
 * failed, not as exit 127. Blocks until the exec, a millisecond or so. `on_exit` may be NULL. */
int process_spawn(
    Loop *loop,
    const ProcessOptions *options,
    ProcessExitFn on_exit,
    void *arg,
    Process **ret_process,
    Error *err
);
/* Lets this process have as many open files as it may; its children get the former bound, which
 * programs with select(2) rely on. */
void process_raise_files(void);
pid_t process_pid(const Process *process);
bool process_is_running(const Process *process);
/* Fibers: parks until it ended. 0, -ETIMEDOUT or -ECANCELED. */
int process_wait(Process *process, ProcessExit *ret_exit);
/* Through the pidfd: never another process. -ESRCH when it ended. */
int process_signal(Process *process, int signal_number);
/* Its group, if it has one of its own, also after it ended: what it left behind. -EINVAL without
 * one. */
int process_signal_group(Process *process, int signal_number);
/* NULL when not STDIO_PIPE, or closed. The process closes them; one may be closed earlier. */
Stream *process_stdin(Process *process);
Stream *process_stdout(Process *process);
Stream *process_stderr(Process *process);
/* Closes the pipes and lets the zombie go. One that still runs is killed, with its group, and no
 * callback comes any more. NULL is fine. */
void process_free(Process *process);

/* A mark is a number that a process hands down to whatever it starts and that nothing loses by
 * accident: not by clearing the environment, closing descriptors, leaving session and parent or
 * changing the user. It is a soft limit of real-time CPU time (RLIMIT_RTTIME, centuries), which only
 * a real-time scheduler ever looks at; /proc/pid/limits shows it to whoever may see the process.
 * Between PROCESS_MARK_LEAST and INT64_MAX. */
#define PROCESS_MARK_LEAST ((uint64_t) 1 << 62)
#define PROCESS_MARK_NONE  UINT64_MAX
/* Marks this process; PROCESS_MARK_NONE takes its mark off. -EPERM where a hard limit stands below. */
int process_mark_self(uint64_t mark);
/* The mark that a process bears; 0: none, or it can't be seen. */
uint64_t process_mark_of(pid_t pid);

typedef struct ProcessResult {
    ProcessExit exit;
    Str out, err; /* on the arena, NUL-terminated */
} ProcessResult;

/* Fibers: runs a command to its end, feeds it `input` and collects its output; its stdout_mode,
 * stderr_mode and new_group are taken for STDIO_PIPE and true. It is killed, with its group, when
 * its output exceeds the bound (-EFBIG), at the deadline (-ETIMEDOUT) and when canceled
 * (-ECANCELED). A command that exits otherwise than 0 is no error: see ret_result->exit. */
int process_run(
    Loop *loop,
    const ProcessOptions *options,
    Str input,
    Arena *arena,
    ProcessResult *ret_result,
    Error *err
);
