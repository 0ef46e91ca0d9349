/* Jobs: work that is done again and again, by one replica at a time (services.md 1.14). The chassis
 * holds the lease, spreads the runs by ±10 %, counts and times them and stops them at the end. */
#pragma once

#include <chassis/base.h>
#include <chassis/context.h>
#include <chassis/db.h>

typedef struct JobRun {
    const char *name;
    int64_t epoch; /* of the lease: job_still_leader checks it */
} JobRun;

/* The number of things done (a line is logged when it is not 0), or negative. */
typedef int64_t (*JobHandler)(Context *ctx, const JobRun *run);

typedef struct Job {
    const char *name;
    int64_t every_ms;
    JobHandler run;
    int64_t budget_ms;     /* deadline of one run; 0: 30 s */
    bool on_every_replica; /* no lease: for work that locks rows itself (FOR UPDATE SKIP LOCKED) */
} Job;
#define JOB_END { .name = NULL }

/* Inside a transaction of the job, before its writes: fails when the lease was lost. */
int job_still_leader(Db *tx, const JobRun *run);
