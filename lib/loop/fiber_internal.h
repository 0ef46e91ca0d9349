/* The fields of a Fiber, for the files of lib/loop. It lies on the upper end of its own stack. */
#pragma once

#include "internal.h"

typedef enum FiberState {
    FIBER_NEW,     /* in the ready queue for the first time */
    FIBER_YIELDED, /* in the ready queue, nothing was waited for */
    FIBER_WOKEN,   /* in the ready queue, `result` is what its park returns */
    FIBER_RUNNING,
    FIBER_PARKED,
    FIBER_ENDED,
} FiberState;

struct Fiber {
    Context context;
    Loop *loop;
    Stack stack;
    FiberState state;
    bool canceled;
    bool detached;
    bool joinable;
    bool interruptible; /* the present park */
    bool has_token;     /* woken before it parked; `result` holds with what */
    int result;
    unsigned turns; /* waits that ended at once since it last let others run */
    Deadline deadline;
    Deadline park_until; /* nearer deadline of the present park */
    Timer timer;         /* may ring early: see arm() */
    Fiber *next_ready;
    Fiber *parent, *first_child;
    Fiber *next, **link; /* siblings; `link` is what points here */
    Fiber *joiner;
    FiberFn fn;
    void *arg;
    void *local;
    const char *name;
};
