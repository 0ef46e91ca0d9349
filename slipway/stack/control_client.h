/* ControlClient: what a command asks of a stack that runs. Each call makes a loop of its own and
 * blocks until it is answered. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

#include "stack/place.h"
#include "stack/view.h"

/* -ENOENT: no stack runs here. -EREMOTEIO: it refused; the message is its own. */
int control_get_view(Arena *arena, const Place *place, StackView **ret_view, Error *err);
/* POST; `body` may be empty. */
int control_post(const Place *place, const char *path, Str body, Error *err);

/* Follows the stack until `is_done` says so: called with each new view, the present one first.
 * -ETIMEDOUT after timeout_ms (0: no bound), -ESHUTDOWN when the stack went down. */
typedef bool (*ControlDone)(void *arg, const StackView *view);
int control_wait(
    const Place *place, int64_t timeout_ms, ControlDone is_done, void *arg, Error *err
);
/* Whether a supervisor holds the lock of this directory: it may not listen yet, or no more. */
bool control_has_supervisor(const Place *place);
/* Waits until no supervisor holds the lock of this directory. -ETIMEDOUT. */
int control_wait_gone(const Place *place, int64_t timeout_ms, Error *err);
