#pragma once

#include "loop/fiber.h"
#include "loop/process.h"

#include "stack/family.h"
#include "stack/log_store.h"
#include "stack/native/driver.h"
#include "stack/supervisor.h"

typedef struct Unit Unit;

/* One process of a node, from its spawn until its pipes are dry. */
typedef struct Run {
    Unit *unit;
    Arena *arena; /* of its command and what prepared it */
    NativeCommand command;
    Process *process;
    ProcStat leader; /* pid and start time */
    unsigned number;
    unsigned open_pipes;
    bool ended;            /* the leader */
    bool has_spoken;       /* and its last words were heard */
    bool is_over;          /* finished: its node may be gone, only its pipes are still open */
    bool is_killed;        /* SIGKILL was sent to all of it */
    Timer *timer;          /* waits for what the leader left behind, then for dry pipes */
    int64_t look_after_ns; /* what was seen of processes before says nothing (monotonic) */
    ProcessExit exit;
} Run;

/* What is known of one node besides its Machine. */
struct Unit {
    Supervisor *supervisor;
    size_t index;
    const PlanNode *node;
    const NativeDriver *driver; /* NULL: external */
    LogStore *log;
    Str marker;
    Run *run; /* the one that lives, or NULL */
    unsigned runs;
    Fiber *starter; /* preparing */
    bool start_canceled;
    ProbeSpec probe;
    uint64_t probing; /* counts up with each start and end of probing */
    Fiber *prober;
    bool settled; /* this run */
    char progress[200];
    char error[ERROR_MESSAGE_BYTES]; /* why it could not start */
    char answer[400];                /* of the last probe */
    bool answer_ok;
    int64_t answer_us, answer_since_us, bad_answers;
    MachineState shown; /* state that listeners know */
    int64_t since_us, exited_us, started_us;
    int64_t cpu_us, sampled_ms; /* last sample */
    double cpu_percent;
    int64_t rss_bytes;
};

struct Supervisor {
    Loop *loop;
    Arena *arena;
    SupervisorOptions options;
    Core core;
    Unit *units;   /* one for each node of the plan */
    Timer *due;    /* the core's next deadline */
    Timer *quiet;  /* flushes the logs */
    Timer *save;   /* writes the state file */
    Timer *sample; /* cpu and memory */
    VEC(SupervisorListener) listeners;
    bool is_pumping, has_rested;
    bool has_started; /* else what is known of the last run stays */
    int64_t started_us;
    int64_t missed_ms; /* time in which this process did not run */
    Family *family;    /* the last look at all processes, on an arena of its own */
    Arena *family_arena;
    int64_t family_ns;
    VEC(ProcStat) zombies; /* adopted ones, as the last sample saw them */
};

/* --- supervisor.c --- */
/* Reports to the core and carries out what follows. */
void supervisor_report(Unit *unit, const MachineEvent *event);
void supervisor_changed(Unit *unit);
/* The core's clock: monotonic, less the time in which this process did not run. */
int64_t supervisor_now_ms(const Supervisor *supervisor);
void supervisor_log_pending(Supervisor *supervisor);
/* Looks whether everything is at rest now, and says so once. */
void supervisor_settled(Supervisor *supervisor);
/* All processes below this one, as a look says that began at `after_ns` (monotonic) or later. */
Family *supervisor_family(Supervisor *supervisor, int64_t after_ns);
Machine *unit_machine(const Unit *unit);
NativeContext unit_context(Unit *unit, Arena *arena);
void unit_progress(void *arg, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- unit.c --- */
int unit_init(Unit *unit, Supervisor *supervisor, size_t index, Error *err);
void unit_done(Unit *unit);
int unit_open_log(Unit *unit, Error *err);
MachineConfig unit_config(const Unit *unit);
/* Its processes: all of them are below this one, which is their subreaper. */
ProcQuery unit_query(const Unit *unit);

/* --- run.c --- */
void unit_start(Unit *unit);
void unit_cancel_start(Unit *unit);
void unit_terminate(Unit *unit);
/* SIGKILL for all that belongs to it, in whatever group or session. */
void unit_kill(Unit *unit);

/* --- probing.c --- */
void unit_probe(Unit *unit);
void unit_end_probe(Unit *unit);

/* --- sample.c --- */
void unit_sample(Unit *unit);
/* Lets adopted children that have ended go. */
void reap_adopted(Supervisor *supervisor);
