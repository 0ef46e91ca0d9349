/* Session: one stack from `up` to `down` in this process: makes the directories, takes the lock,
 * ends what a former one left, checks ports and programs, runs supervisor and control API until
 * everything is at rest. Prints nothing. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include "stack/supervisor.h"

typedef struct Session Session;

typedef enum SessionEnd {
    SESSION_DOWN,        /* stopped as asked, or everything ended well by itself */
    SESSION_FAILED,      /* everything ended, a node with an error */
    SESSION_TIMEOUT,     /* not ready in time */
    SESSION_INTERRUPTED, /* asked twice, or before it was ready */
} SessionEnd;

typedef struct SessionOptions {
    Place *place;
    Plan *plan;
    bool isolated;               /* gets ports and data of its own first (isolation.h) */
    bool stays;                  /* goes on when everything has ended by itself (detached) */
    int64_t timeout_ms;          /* foreground: to ready, else everything ends; 0: none */
    SupervisorListener listener; /* may be empty */
    /* Checks passed, the control socket is there, everything starts now. */
    void (*on_started)(void *arg, Supervisor *supervisor);
    /* SIGINT, SIGTERM or SIGHUP came for the first time: it stops. */
    void (*on_stopping)(void *arg, int signal_number);
    void *arg;
} SessionOptions;

/* -EBUSY when another runs here or on the same data, -EADDRINUSE, -ENOENT, -ENOTSUP… as supervisor_check: then nothing
 * was started. */
int session_run(Arena *arena, const SessionOptions *options, SessionEnd *ret_end, Error *err);
