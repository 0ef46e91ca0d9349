/* services.md 1.9: checks run in the background, the routes answer from memory. */
#include "health.h"

#include <assert.h>

#include "kv.h"
#include "outbox.h"
#include "task.h"
#include "work.h"
#include "worker.h"

enum { CHECK_EVERY_MS = 5000, CHECK_BUDGET_MS = 2000, CHECKS_MAX = 24, ERROR_BYTES = 160 };
enum { OUTBOX_OLD_S = 60 };

typedef struct CheckState {
    HealthCheck check;
    bool is_up;
    bool was_run;
    char error[ERROR_BYTES];
} CheckState;

struct Health {
    Runtime *runtime;
    Task task;
    pthread_mutex_t lock;
    CheckState states[CHECKS_MAX];
    size_t count;
    bool is_told_down; /* what the gRPC clients were told last */
};

static const Statement ping = { .name = "health_ping", .sql = "SELECT 1" };

static int check_postgres(Context *ctx)
{
    DbRows rows;
    return db_query(ctx->db, &ping, &rows);
}

static int check_kafka(Context *ctx)
{
    const Runtime *runtime = ctx->worker->runtime;
    if (runtime->producer && kafka_producer_is_up(runtime->producer)) {
        return 0;
    }
    return fail(ctx, FAIL_SERVICE_UNAVAILABLE, "no broker is connected");
}

static int check_outbox(Context *ctx)
{
    int64_t age_s = relay_oldest_age_s(ctx->worker->runtime);
    if (age_s <= OUTBOX_OLD_S) {
        return 0;
    }
    return fail(
        ctx,
        FAIL_SERVICE_UNAVAILABLE,
        "the oldest unpublished event is %lld s old",
        (long long) age_s
    );
}

static void add(Health *health, const char *name, int (*run)(Context *ctx), bool is_critical)
{
    assert(health->count < CHECKS_MAX && "an app has a handful of checks");
    health->states[health->count++].check =
        (HealthCheck) { .name = name, .run = run, .is_critical = is_critical };
}

Health *health_new(Runtime *runtime)
{
    const App *app = runtime->app;
    Health *health = ARENA_NEW(runtime->arena, Health);
    health->runtime = runtime;
    pthread_mutex_init(&health->lock, NULL);
    if (app->database) {
        add(health, "postgres", check_postgres, true);
        add(health, "outbox", check_outbox, false);
    }
    if (settings_has_kafka(&runtime->settings) && (app->publishes || app->consumers)) {
        add(health, "kafka", check_kafka, false);
    }
    if (app->redis != REDIS_UNUSED) {
        add(health, "redis", kv_check, app->redis == REDIS_REQUIRED);
    }
    for (const HealthCheck *check = app->checks; check && check->name; check++) {
        add(health, check->name, check->run, check->is_critical);
    }
    return health;
}

static void store(Health *health, CheckState *state, const Failure *failure)
{
    pthread_mutex_lock(&health->lock);
    state->was_run = true;
    state->is_up = failure == NULL;
    Str text = failure ? failure->message : (Str) { 0 };
    size_t len = text.len < ERROR_BYTES - 1 ? text.len : ERROR_BYTES - 1;
    memcpy(state->error, text.ptr ? text.ptr : "", len);
    state->error[len] = '\0';
    pthread_mutex_unlock(&health->lock);
}

static void run_check(Health *health, CheckState *state, Arena *arena)
{
    Work work;
    work_begin(
        &work,
        &health->runtime->workers[0],
        arena,
        &(WorkOptions) { .kind = TRACE_INTERNAL, .name = STR("health"), .untraced = true }
    );
    Deadline former = fiber_narrow_deadline(deadline_in_ms(CHECK_BUDGET_MS));
    int rc = state->check.run(&work.ctx);
    fiber_restore_deadline(former);
    work_settle(&work.ctx, rc);
    store(health, state, rc < 0 ? &work.ctx.failure : NULL);
    work_end(&work);
}

/* The connections know at once what the check, which is worker 0's, learns up to 5 s later. One that
 * connects for the first time keeps its requests waiting, not failing: ready does not flicker while
 * the other workers start. */
static bool is_up_now(const Worker *worker, const CheckState *state)
{
    if (state->check.run == check_postgres) {
        return state->is_up && worker->pool &&
               (pg_pool_is_ready(worker->pool) || pg_pool_is_starting(worker->pool));
    }
    if (state->check.run == kv_check) {
        return state->is_up && kv_is_open(worker);
    }
    return state->is_up;
}

typedef struct Verdict {
    bool critical_down;
    bool any_down;
} Verdict;

static Verdict judge(Worker *worker)
{
    Health *health = worker->runtime->health;
    Verdict verdict = { 0 };
    pthread_mutex_lock(&health->lock);
    for (size_t i = 0; i < health->count; i++) {
        if (!is_up_now(worker, &health->states[i])) {
            verdict.any_down = true;
            verdict.critical_down |= health->states[i].check.is_critical;
        }
    }
    pthread_mutex_unlock(&health->lock);
    return verdict;
}

/* gRPC's health has one word, for whether this replica takes traffic. */
static void tell_grpc(Health *health)
{
    Runtime *runtime = health->runtime;
    bool is_down = judge(&runtime->workers[0]).critical_down;
    if (runtime_phase(runtime) == PHASE_READY && is_down != health->is_told_down) {
        workers_set_health(runtime, is_down ? GRPC_NOT_SERVING : GRPC_SERVING);
        health->is_told_down = is_down;
    }
}

static void check_forever(void *arg)
{
    Health *health = arg;
    Arena *arena = arena_new(0);
    do {
        for (size_t i = 0; i < health->count; i++) {
            run_check(health, &health->states[i], arena);
            arena_clear(arena);
        }
        tell_grpc(health);
    } while (task_sleep(&health->task, CHECK_EVERY_MS));
    arena_free(arena);
}

int health_start(Runtime *runtime)
{
    Health *health = runtime->health;
    return task_start(&health->task, runtime->workers[0].loop, "health", check_forever, health);
}

void health_stop(Runtime *runtime)
{
    task_stop(&runtime->health->task, CHECK_BUDGET_MS);
}

static const char *status_word(Worker *worker, Verdict verdict)
{
    switch (runtime_phase(worker->runtime)) {
    case PHASE_DRAINING:
        return "draining";
    case PHASE_STARTING:
        return "down";
    case PHASE_READY:
        break;
    }
    if (verdict.critical_down) {
        return "down";
    }
    return verdict.any_down ? "degraded" : "up";
}

static void write_check(JsonWriter *w, const char *name, const char *error, bool is_critical)
{
    json_key(w, name);
    json_begin_object(w);
    json_field_string(w, "status", error ? STR("down") : STR("up"));
    if (error) {
        json_field_string(w, "error", str_from(error));
    }
    json_field_bool(w, "critical", is_critical);
    json_end_object(w);
}

static void write_checks(Worker *worker, JsonWriter *w)
{
    Health *health = worker->runtime->health;
    if (worker->runtime->app->database) {
        bool is_done = runtime_phase(worker->runtime) != PHASE_STARTING;
        write_check(w, "migrations", is_done ? NULL : "not applied yet", true);
    }
    pthread_mutex_lock(&health->lock);
    for (size_t i = 0; i < health->count; i++) {
        const CheckState *state = &health->states[i];
        const char *error = NULL;
        if (!is_up_now(worker, state)) {
            error = state->error[0] ? state->error : "not connected";
        }
        write_check(w, state->check.name, error, state->check.is_critical);
    }
    pthread_mutex_unlock(&health->lock);
}

int health_write_ready(Worker *worker, JsonWriter *w)
{
    Verdict verdict = judge(worker);
    const char *word = status_word(worker, verdict);
    char now[RFC3339_US_LEN + 1];
    clock_format_us(clock_utc_us(), now);
    json_begin_object(w);
    json_field_string(w, "status", str_from(word));
    json_field_string(w, "timestamp", str_from(now));
    json_key(w, "checks");
    json_begin_object(w);
    write_checks(worker, w);
    json_end_object(w);
    json_end_object(w);
    bool is_fine = strcmp(word, "up") == 0 || strcmp(word, "degraded") == 0;
    return is_fine ? 200 : 503;
}
