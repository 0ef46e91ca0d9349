/* Process: a child with an owner. It runs in a process group of its own, with only the descriptors
 * it is given, a parent-death signal that is set after privileges were dropped (setuid clears it),
 * and its end is seen through a pidfd, so no other code's wait() can steal it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "loop/loop.h"
#include "loop/stream.h"

typedef struct Process Process;

typedef struct ProcessExit {
    int code;       /* exit status, or -1 when a signal ended it */
    int signal;     /* or 0 */
    int64_t cpu_us; /* user + system of the child and what it waited for */
    int64_t max_rss_bytes;
} ProcessExit;

typedef enum ProcessStdio {
    STDIO_NULL,
    STDIO_PIPE, /* process_stdout() and process_stderr() read it; process_stdin() writes it */
    STDIO_INHERIT,
} ProcessStdio;

typedef struct ProcessOptions {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH of `envp` */
    const char *const *envp; /* NULL: this process's */
    const char *directory;   /* NULL: this process's */
    ProcessStdio stdin_mode, stdout_mode, stderr_mode;
    bool new_group;   /* setpgid(0, 0) */
    int death_signal; /* sent when the parent dies; 0: none */
    const char *user; /* NULL: unchanged; name of the user to become, with its groups */
    int keep_fd;      /* one more descriptor that stays open in the child; 0: none */
} ProcessOptions;

typedef void (*ProcessExitFn)(Process *process, const ProcessExit *exit, void *arg);

/* Starts a child; an exec that fails is reported here (-ENOENT, -EACCES…), not as exit 127. */
int process_spawn(
    Loop *loop,
    const ProcessOptions *options,
    ProcessExitFn on_exit,
    void *arg,
    Process **ret,
    Error *err
);
pid_t process_pid(const Process *process);
bool process_is_running(const Process *process);
/* Fibers: parks until it ended. */
int process_wait(Process *process, ProcessExit *ret_exit);
int process_signal(
    Process *process, int signal_number
); /* through the pidfd: never another process */
int process_signal_group(Process *process, int signal_number);
Stream *process_stdin(Process *process);
Stream *process_stdout(Process *process);
Stream *process_stderr(Process *process);
/* The child must have ended; closes the pipes. */
void process_free(Process *process);

/* Fibers: runs a command to its end and collects its output (bounded; -EFBIG past max_bytes, then
 * it is killed). At the deadline it is killed too: -ETIMEDOUT. */
typedef struct ProcessResult {
    ProcessExit exit;
    Str out, err;
} ProcessResult;
int process_run(
    Loop *loop,
    const ProcessOptions *options,
    Str input,
    size_t max_bytes,
    Arena *arena,
    ProcessResult *ret_result,
    Error *err
);
