/* Keeper: the fourth process, beside the line of guardian, warden and supervisor, for the case that
 * all three are killed in the same instant (a SIGKILL to their process group does just that). It is
 * in a session of its own and not called slipway, reads a pipe whose other end those three hold, and
 * sleeps until none of them is left. Then it ends what still bears the stack's mark, behind a lock
 * that keeps the next `up` waiting meanwhile. When it is killed itself, the guardian forks another. */
#pragma once

#include <sys/types.h>

#include "base/error.h"

#include "stack/place.h"

typedef struct Keeper {
    const Place *place;
    pid_t pid;             /* 0: none */
    int read_fd, write_fd; /* the pipe */
} Keeper;

/* Opens the pipe; what is forked from here on holds it (nothing that is executed does). A negative
 * errno. */
int keeper_init(Keeper *keeper, const Place *place);
/* Forks it as a child of this process. A negative errno. */
int keeper_start(Keeper *keeper);
/* Kills it and waits for it. */
void keeper_end(Keeper *keeper);

/* The supervisor's side, once it has the stack's lock in `lock_fd`: waits for a keeper that is at
 * work here and lets none begin from now on, until the descriptor is closed. -ETIMEDOUT when that
 * one does not end. */
int keeper_shut_out(int lock_fd);
