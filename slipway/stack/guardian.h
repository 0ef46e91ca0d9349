/* Guardian: the supervisor's parent. Both are child subreapers, so whatever a child of the stack does
 * (fork, leave its group or session, clear its environment, lose its parent), it stays below the
 * supervisor and, when that is gone, below the guardian, and is found there. When the supervisor ends in any way, the
 * guardian ends what is left: SIGTERM, and SIGKILL after a second. Should the guardian itself be
 * killed, the supervisor hears of it (GUARDIAN_SIGNAL) and ends its children by itself; the direct
 * children of a supervisor that is gone are ended by the kernel (their parent-death signal). */
#pragma once

#include <signal.h>
#include <sys/types.h>

/* What the supervisor gets when the guardian has died. */
#define GUARDIAN_SIGNAL SIGUSR2

/* Forks: the child runs `supervise` and exits with what it returns; the caller becomes the
 * guardian and gets that exit code (128 + signal when a signal ended it) once nothing is left.
 * Before any thread or loop. A negative errno when it can't fork. */
int guardian_run(int (*supervise)(void *arg), void *arg);
