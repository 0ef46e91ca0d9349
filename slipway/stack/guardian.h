/* Guardian: two processes above the supervisor, guardian and warden, the one the other's parent. All
 * three are child subreapers, so whatever a child of the stack does (fork, leave its group or
 * session, clear its environment, lose its parent), it stays below the supervisor or below whichever
 * of them is left, and is found there. When the process below it ends in any way, each of the two
 * ends what is left: SIGTERM, and SIGKILL after a second. When the one above it dies, each hears of
 * it (GUARDIAN_SIGNAL) and the supervisor ends its children by itself. So any two of the three may be
 * killed at once; the warden's name isn't slipway, so a kill by name leaves it to clean up. Should
 * all three go at once, direct children are ended by the kernel (their parent-death signal) and the
 * rest by the keeper (keeper.h); should that one go with them, by the next `up` (their mark). */
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "stack/place.h"

/* What the supervisor gets when a process above it has died. */
#define GUARDIAN_SIGNAL SIGUSR2

/* Forks keeper and warden, that one the supervisor, which runs `supervise` and exits with what it
 * returns; the caller becomes the guardian and gets that exit code (128 + signal when a signal ended
 * it) once nothing is left. Before any thread or loop. A negative errno when it can't fork. */
int guardian_run(const Place *place, int (*supervise)(void *arg), void *arg);
