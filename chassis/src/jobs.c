#include "jobs.h"

#include "base/random.h"

#include "lease.h"
#include "task.h"
#include "work.h"

enum { JOB_BUDGET_MS = 30000, JOBS_STOP_MS = 2000, FIRST_RUN_MS = 1000, JOBS_MAX = 32 };

typedef struct JobTask {
    Task task;
    Runtime *runtime;
    const Job *job;
    Str lease_name;
    Metric *ok, *failed;
    Metric *seconds;
} JobTask;

struct Jobs {
    JobTask tasks[JOBS_MAX];
    size_t count;
};

/* Old rows of the chassis' own tables (services.md 1.6, 2.1, 2.3), in batches that hold no lock for
 * long. */
static const Statement sweeps[] = {
    { .name = "sweep_outbox",
      .sql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE published_at IS NOT NULL "
             "AND published_at < now() - interval '24 hours' LIMIT 5000)" },
    { .name = "sweep_processed_events",
      .sql =
          "DELETE FROM processed_events WHERE ctid = ANY (ARRAY(SELECT ctid FROM processed_events "
          "WHERE processed_at < now() - interval '14 days' LIMIT 5000))" },
    { .name = "sweep_idempotency_keys",
      .sql =
          "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_keys "
          "WHERE created_at < now() - interval '24 hours' LIMIT 5000))" },
};

static int64_t sweep(Context *ctx, const JobRun *run)
{
    (void) run;
    int64_t total = 0;
    for (size_t i = 0; i < ARRAY_LEN(sweeps); i++) {
        int64_t count = db_exec(ctx->db, &sweeps[i]);
        if (count < 0) {
            return count;
        }
        total += count;
    }
    return total;
}

static const Job housekeeping = {
    .name = "housekeeping",
    .every_ms = 10 * 60 * 1000,
    .run = sweep,
};

int job_still_leader(Db *tx, const JobRun *run)
{
    Context *ctx = db_context(tx);
    Str name = str_printf(ctx->arena, "job:%s", run->name);
    return lease_check(tx, name.ptr, run->epoch);
}

static int64_t with_jitter(int64_t ms)
{
    int64_t spread = ms / 10;
    return ms - spread + (int64_t) random_below((uint64_t) (2 * spread + 1));
}

/* The lease outlives the run by one period, so that one replica goes on and the others only look.
 */
static int claim_run(JobTask *job, Context *ctx, JobRun *ret_run)
{
    int64_t budget_ms = job->job->budget_ms ? job->job->budget_ms : JOB_BUDGET_MS;
    *ret_run = (JobRun) { .name = job->job->name };
    if (job->job->on_every_replica) {
        return 1;
    }
    int64_t lease_ms = job->job->every_ms * 12 / 10 + budget_ms;
    return lease_claim(ctx, job->lease_name.ptr, lease_ms, &ret_run->epoch);
}

static void run_claimed(JobTask *job, Context *ctx, const JobRun *run)
{
    int64_t start_ns = clock_monotonic_ns();
    int64_t done = job->job->run(ctx, run);
    metric_observe_since(job->seconds, start_ns);
    metric_inc(done < 0 ? job->failed : job->ok);
    if (done > 0) {
        context_log(ctx, LOG_INFO, "job %s: %lld done", job->job->name, (long long) done);
    } else if (done < 0) {
        work_settle(ctx, (int) done);
        Str cause = ctx->failure.cause.len ? ctx->failure.cause : ctx->failure.message;
        context_log(ctx, LOG_ERROR, "job %s: %" STR_FMT, job->job->name, STR_ARG(cause));
    }
}

static void run_job(JobTask *job, Arena *arena)
{
    Work work;
    work_begin(
        &work,
        &job->runtime->workers[0],
        arena,
        &(WorkOptions) { .kind = TRACE_INTERNAL, .name = job->lease_name, .untraced = true }
    );
    int64_t budget_ms = job->job->budget_ms ? job->job->budget_ms : JOB_BUDGET_MS;
    Deadline former = fiber_narrow_deadline(deadline_in_ms(budget_ms));
    JobRun run;
    if (claim_run(job, &work.ctx, &run) > 0) {
        run_claimed(job, &work.ctx, &run);
    }
    fiber_restore_deadline(former);
    work_end(&work);
    arena_clear(arena);
}

static void give_back(JobTask *job, Arena *arena)
{
    Work work;
    work_begin(
        &work,
        &job->runtime->workers[0],
        arena,
        &(WorkOptions) { .kind = TRACE_INTERNAL, .name = job->lease_name, .untraced = true }
    );
    lease_give_back(&work.ctx, job->lease_name.ptr);
    work_end(&work);
}

static void job_fiber(void *arg)
{
    JobTask *job = arg;
    Arena *arena = arena_new(0);
    int64_t pause_ms = FIRST_RUN_MS < job->job->every_ms ? FIRST_RUN_MS : job->job->every_ms;
    while (task_sleep(&job->task, with_jitter(pause_ms))) {
        run_job(job, arena);
        pause_ms = job->job->every_ms;
    }
    if (!job->job->on_every_replica) {
        give_back(job, arena);
    }
    arena_free(arena);
}

static int start_job(Runtime *runtime, const Job *job)
{
    MetricFamily *runs = metrics_define(
        runtime->metrics,
        &(MetricSpec) { .name = "job_runs_total",
                        .help = "Runs of periodic jobs.",
                        .kind = METRIC_COUNTER,
                        .labels = { "job", "result" } }
    );
    MetricFamily *seconds = metrics_define(
        runtime->metrics,
        &(MetricSpec) { .name = "job_duration_seconds",
                        .help = "Duration of periodic jobs.",
                        .kind = METRIC_HISTOGRAM,
                        .labels = { "job" },
                        .unit = 1e-9 }
    );
    JobTask *task = &runtime->jobs->tasks[runtime->jobs->count++];
    Str name = str_from(job->name);
    *task = (JobTask) {
        .runtime = runtime,
        .job = job,
        .lease_name = str_printf(runtime->arena, "job:%s", job->name),
        .ok = metric_get(runs, METRIC_VALUES(name, STR("ok"))),
        .failed = metric_get(runs, METRIC_VALUES(name, STR("failed"))),
        .seconds = metric_get(seconds, METRIC_VALUES(name)),
    };
    return task_start(&task->task, runtime->workers[0].loop, job->name, job_fiber, task);
}

int jobs_start(Runtime *runtime)
{
    runtime->jobs = ARENA_NEW(runtime->arena, Jobs);
    int rc = runtime->app->database ? start_job(runtime, &housekeeping) : 0;
    for (const Job *job = runtime->app->jobs; rc == 0 && job && job->name; job++) {
        rc = start_job(runtime, job);
    }
    return rc;
}

void jobs_stop(Runtime *runtime)
{
    for (size_t i = 0; runtime->jobs && i < runtime->jobs->count; i++) {
        task_ask_to_stop(&runtime->jobs->tasks[i].task);
    }
    for (size_t i = 0; runtime->jobs && i < runtime->jobs->count; i++) {
        task_stop(&runtime->jobs->tasks[i].task, JOBS_STOP_MS);
    }
}
