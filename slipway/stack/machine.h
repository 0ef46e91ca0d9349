/* Machine: the life of one node as a state machine. Events in, actions out, time injected; no
 * process, timer or probe is touched here, so every path is tested without one.
 *
 *   pending ─START→ waiting ─needs met→ starting ─SPAWNED→ running ─PROBE_OK→ ready
 *      without a probe: running ─settle_ms pass and it still runs→ ready
 *      running/ready ─PROBE_FAILED × n, or never ready→ unhealthy ─PROBE_OK→ ready
 *      any with a process ─EXITED→ backoff (restart by policy) | exited | failed | completed
 *      any ─STOP→ stopping ─EXITED→ exited
 *
 * All times are milliseconds of one monotonic clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef enum MachineState {
    MACHINE_PENDING,  /* not asked for */
    MACHINE_WAITING,  /* for what it needs */
    MACHINE_STARTING, /* being prepared, until its process runs */
    MACHINE_RUNNING,  /* its process runs, no good probe yet, or has yet to settle */
    MACHINE_READY,
    MACHINE_UNHEALTHY, /* its process runs, the probe fails */
    MACHINE_BACKOFF,   /* ended by itself, waits for its next start */
    MACHINE_STOPPING,
    MACHINE_EXITED,    /* ended as asked, or by itself without an error */
    MACHINE_FAILED,    /* ended for good with an error */
    MACHINE_COMPLETED, /* a task that did its work */
} MachineState;
enum { MACHINE_STATE_COUNT = MACHINE_COMPLETED + 1 };

typedef enum MachineRestart {
    MACHINE_RESTART_NEVER,
    MACHINE_RESTART_ON_FAILURE,
    MACHINE_RESTART_ALWAYS,
} MachineRestart;

typedef struct MachineConfig {
    bool is_task;
    bool has_probe;   /* else it is ready when its process has run for settle_ms */
    bool is_external; /* runs elsewhere: no process, only the probe */
    MachineRestart restart;
    int64_t stop_grace_ms;    /* from the stop signal to SIGKILL */
    int64_t start_period_ms;  /* from its start to the first good probe */
    int64_t settle_ms;        /* 0: 500; without a probe, from its start to ready */
    int64_t timeout_ms;       /* of a task; 0: none */
    unsigned failures;        /* bad probes in a row until unhealthy */
    int64_t backoff_first_ms; /* 0: 200 */
    int64_t backoff_most_ms;  /* 0: 10,000 */
    unsigned crash_limit;     /* restarts without a stable time between; 0: 5 */
    int64_t stable_ms;        /* up for so long: the count of crashes starts anew; 0: 30,000 */
    uint64_t (*random)(void *arg, uint64_t bound); /* jitter, even below bound; NULL: none */
    void *random_arg;
} MachineConfig;

typedef enum MachineEventKind {
    MACHINE_START,   /* asked for */
    MACHINE_STOP,    /* asked to end */
    MACHINE_END_NOW, /* end without grace */
    MACHINE_NEEDS_MET,
    MACHINE_SPAWNED,
    MACHINE_SPAWN_FAILED, /* could not be prepared or started at all */
    MACHINE_PROBE_OK,
    MACHINE_PROBE_FAILED,
    MACHINE_EXITED_EVENT, /* its process ended: code, signal */
    MACHINE_TIME,         /* its deadline has come */
} MachineEventKind;

typedef struct MachineEvent {
    MachineEventKind kind;
    int exit_code;   /* EXITED_EVENT: or -1 */
    int exit_signal; /* or 0 */
} MachineEvent;

typedef enum MachineAction {
    MACHINE_DO_START = 1,      /* prepare and spawn */
    MACHINE_DO_TERMINATE = 2,  /* stop signal */
    MACHINE_DO_KILL = 4,       /* SIGKILL, to all of it */
    MACHINE_DO_PROBE = 8,      /* start probing */
    MACHINE_DO_END_PROBE = 16, /* stop probing */
    MACHINE_DO_CANCEL = 32,    /* give up a preparation */
} MachineAction;

typedef enum MachineReason {
    MACHINE_REASON_NONE,
    MACHINE_REASON_STOPPED,     /* asked to */
    MACHINE_REASON_EXIT,        /* ended by itself */
    MACHINE_REASON_CRASH_LOOP,  /* too many restarts */
    MACHINE_REASON_SPAWN,       /* could not be started */
    MACHINE_REASON_TIMEOUT,     /* a task past its time */
    MACHINE_REASON_NEVER_READY, /* no good probe within start_period */
    MACHINE_REASON_PROBE,       /* bad probes in a row */
    MACHINE_REASON_KILLED,      /* did not end within its grace */
} MachineReason;

typedef struct Machine {
    MachineConfig config;
    MachineState state;
    MachineReason reason;
    bool has_process;
    bool restart_asked;         /* start again once it has stopped */
    bool was_ready;             /* since its process started */
    unsigned restarts;          /* by policy, since it was asked for */
    unsigned crashes;           /* in a row */
    unsigned bad_probes;        /* in a row */
    int exit_code, exit_signal; /* of the last end */
    bool has_exit;
    int64_t since_ms;    /* of this state */
    int64_t started_ms;  /* of this process */
    int64_t deadline_ms; /* when MACHINE_TIME is due; INT64_MAX: never */
} Machine;

void machine_init(Machine *machine, const MachineConfig *config, int64_t now_ms);
/* Returns MachineAction bits to be carried out. An event that means nothing in this state is
 * ignored (a late probe, a second stop). */
unsigned machine_handle(Machine *machine, const MachineEvent *event, int64_t now_ms);
/* Stops it and starts it again; from an ended state it starts. */
unsigned machine_restart(Machine *machine, int64_t now_ms);

/* Whether what needs it may start: ready, or a task that completed. */
bool machine_satisfies(const Machine *machine);
/* Nothing runs or will run by itself. */
bool machine_is_at_rest(const Machine *machine);
/* Ended for good and not as asked: what needs it waits in vain. */
bool machine_is_failed(const Machine *machine);
Str machine_state_name(MachineState state);
bool machine_state_parse(Str name, MachineState *ret_state);
