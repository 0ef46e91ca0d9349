/* The relay: one replica brings the outbox to Kafka, in order for each key, at least once. */
#include <chassis/failpoint.h>
#include <errno.h>

#include "lease.h"
#include "outbox.h"
#include "task.h"
#include "work.h"

enum {
    RELAY_POLL_MS = 500,
    RELAY_NOTIFY_EVERY_MS = 5, /* as long as the producer gathers */
    RELAY_LEASE_MS = 10000,
    RELAY_CLAIM_EVERY_MS = 1000,
    RELAY_BATCH = 500,
    RELAY_STOP_MS = 5000,
    RELAY_STATS_EVERY_MS = 5000,
    RELAY_BUDGET_MS = 45000, /* of a batch: a broker may take 30 s to refuse */
};

static const char relay_lease[] = "outbox-relay";

struct Relay {
    Task task;
    PgListener *listener;
    Runtime *runtime;
    Metric *pending, *age, *leader;
    MetricFamily *published;
    int64_t next_stats_ms;
    /* By our clock, from before the claim: never later than the database's. */
    int64_t leader_until_ms;
    int64_t next_claim_ms;
    atomic_bool has_news; /* committed here since the last turn began */
    _Atomic int64_t oldest_age_s;
};

/* By itself, not in the transactions that write events: Postgres lets those that notify commit one at a time. */
static const Statement tell_leader = {
    .name = "outbox_notify",
    .sql = "SELECT pg_notify('outbox', '')",
};

static const Statement select_batch = {
    .name = "outbox_batch",
    .sql = "SELECT id, topic, key, payload, headers::text FROM outbox WHERE published_at IS NULL "
           "ORDER BY id LIMIT $1",
};
/* A password reset's token must not stay behind (services.md 2.4). */
static const Statement mark_published = {
    .name = "outbox_published",
    .sql = "UPDATE outbox SET published_at = now(), last_error = NULL, payload = CASE WHEN topic = "
           "'ecommerce.user.password_reset_requested' THEN ''::bytea ELSE payload END "
           "WHERE id = ANY ($1)",
};
static const Statement mark_failed = {
    .name = "outbox_failed",
    .sql = "UPDATE outbox SET attempts = attempts + 1, last_error = $2 WHERE id = ANY ($1)",
};
static const Statement select_stats = {
    .name = "outbox_stats",
    .sql = "SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::bigint "
           "FROM outbox WHERE published_at IS NULL",
};

typedef struct Batch {
    Context *ctx;
    const DbRows *rows;
    bool *is_done; /* published, or waiting behind a failure of its key */
    size_t left;
    KafkaRecord *records;
    int *results;
    int *row_of_record;
    int64_t *published;
    size_t published_count;
    int64_t *failed;
    size_t failed_count;
} Batch;

static size_t read_headers(Arena *arena, Str json, KafkaHeader **ret_headers)
{
    Node *root = NULL;
    if (json_read_str(arena, json, NULL, &root, NULL) < 0 || !node_is_map(root)) {
        return 0;
    }
    KafkaHeader *headers = ARENA_ARRAY(arena, KafkaHeader, root->map.len + 1);
    for (size_t i = 0; i < root->map.len; i++) {
        headers[i] = (KafkaHeader) { .name = root->map.pairs[i].key->text,
                                     .value = node_string_or(root->map.pairs[i].value, STR("")) };
    }
    *ret_headers = headers;
    return root->map.len;
}

static KafkaRecord record_of(Arena *arena, const DbRows *rows, int row)
{
    KafkaHeader *headers = NULL;
    size_t count = read_headers(arena, row_text(rows, row, 4), &headers);
    return (KafkaRecord) {
        .topic = row_text(rows, row, 1),
        .key = row_text(rows, row, 2),
        .value = row_text(rows, row, 3),
        .headers = headers,
        .header_count = count,
    };
}

/* One record of each key: the next ones of a key go only when this one is there, or a broker that
 * comes back could take the second and miss the first. */
static size_t next_wave(Batch *batch)
{
    Arena *arena = batch->ctx->arena;
    Map keys = MAP_ON_ARENA(arena);
    size_t count = 0;
    for (int row = 0; row < batch->rows->rows; row++) {
        Str key = row_text(batch->rows, row, 2);
        if (batch->is_done[row] || map_has(&keys, key)) {
            continue;
        }
        map_set(&keys, key, batch);
        batch->row_of_record[count] = row;
        batch->records[count++] = record_of(arena, batch->rows, row);
    }
    return count;
}

/* Later records of this key wait for the next batch. */
static void hold_key(Batch *batch, Str key)
{
    for (int row = 0; row < batch->rows->rows; row++) {
        if (!batch->is_done[row] && str_eq(row_text(batch->rows, row, 2), key)) {
            batch->is_done[row] = true;
            batch->left--;
        }
    }
}

static void count_published(Batch *batch, Str topic)
{
    Relay *relay = batch->ctx->worker->runtime->relay;
    metric_inc(metric_get(relay->published, METRIC_VALUES(topic)));
}

static void take_results(Batch *batch, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int row = batch->row_of_record[i];
        int64_t id = row_int(batch->rows, row, 0);
        if (batch->results[i] == 0) {
            batch->published[batch->published_count++] = id;
            batch->is_done[row] = true;
            batch->left--;
            count_published(batch, batch->records[i].topic);
        } else {
            batch->failed[batch->failed_count++] = id;
            hold_key(batch, batch->records[i].key);
        }
    }
}

static int mark(Batch *batch, Str error)
{
    Context *ctx = batch->ctx;
    if (batch->published_count > 0) {
        DbValue ids = pg_int_array(ctx->arena, batch->published, batch->published_count);
        int64_t rc = db_exec(ctx->db, &mark_published, ids);
        if (rc < 0) {
            return (int) rc;
        }
    }
    if (batch->failed_count > 0) {
        DbValue ids = pg_int_array(ctx->arena, batch->failed, batch->failed_count);
        int64_t rc = db_exec(ctx->db, &mark_failed, ids, db_text(error));
        context_log(
            ctx,
            LOG_WARN,
            "%zu events could not be published: %" STR_FMT,
            batch->failed_count,
            STR_ARG(error)
        );
        return rc < 0 ? (int) rc : -EAGAIN;
    }
    return 0;
}

static int publish(Context *ctx, const DbRows *rows)
{
    size_t count = (size_t) rows->rows;
    Batch batch = {
        .ctx = ctx,
        .rows = rows,
        .left = count,
        .is_done = ARENA_ARRAY(ctx->arena, bool, count),
        .records = ARENA_ARRAY(ctx->arena, KafkaRecord, count),
        .results = ARENA_ARRAY(ctx->arena, int, count),
        .row_of_record = ARENA_ARRAY(ctx->arena, int, count),
        .published = ARENA_ARRAY(ctx->arena, int64_t, count),
        .failed = ARENA_ARRAY(ctx->arena, int64_t, count),
    };
    Error err = ERROR_INIT;
    while (batch.left > 0) {
        size_t wave = next_wave(&batch);
        KafkaProducer *producer = ctx->worker->runtime->producer;
        kafka_publish_all(producer, batch.records, wave, batch.results, &err);
        take_results(&batch, wave);
    }
    FAILPOINT("after-publish");
    return mark(&batch, str_from(err.message));
}

/* Rows brought out, or negative. */
static int relay_batch(Context *ctx)
{
    DbRows rows;
    TRY(db_query(ctx->db, &select_batch, &rows, db_int(RELAY_BATCH)));
    if (rows.rows == 0) {
        return 0;
    }
    TRY(publish(ctx, &rows));
    return rows.rows;
}

static void read_stats(Relay *relay, Context *ctx)
{
    DbRows rows;
    if (clock_monotonic_ms() < relay->next_stats_ms ||
        db_query(ctx->db, &select_stats, &rows) < 0) {
        return;
    }
    relay->next_stats_ms = clock_monotonic_ms() + RELAY_STATS_EVERY_MS;
    metric_set(relay->pending, row_int(&rows, 0, 0));
    metric_set(relay->age, row_int(&rows, 0, 1));
    atomic_store(&relay->oldest_age_s, row_int(&rows, 0, 1));
}

/* The lease is renewed at half its life; who has none asks once a second. */
static bool is_leader(Relay *relay, Context *ctx)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms >= relay->next_claim_ms) {
        int64_t epoch;
        bool is_ours = lease_claim(ctx, relay_lease, RELAY_LEASE_MS, &epoch) > 0;
        relay->leader_until_ms = is_ours ? now_ms + RELAY_LEASE_MS : 0;
        relay->next_claim_ms = now_ms + (is_ours ? RELAY_LEASE_MS / 2 : RELAY_CLAIM_EVERY_MS);
        metric_set(relay->leader, is_ours);
    }
    return now_ms < relay->leader_until_ms;
}

/* For all that was committed here since the last time. */
static int notify_leader(Context *ctx)
{
    DbRows rows;
    TRY(db_query(ctx->db, &tell_leader, &rows));
    return fiber_sleep_ms(RELAY_NOTIFY_EVERY_MS);
}

static int relay_turn(Relay *relay, Context *ctx)
{
    bool has_news = atomic_exchange(&relay->has_news, false);
    read_stats(relay, ctx);
    if (!ctx->worker->runtime->producer) {
        return 0;
    }
    if (is_leader(relay, ctx)) {
        return relay_batch(ctx);
    }
    return has_news ? notify_leader(ctx) : 0;
}

static int relay_once(Relay *relay, Arena *arena)
{
    Work work;
    work_begin(
        &work,
        &relay->runtime->workers[0],
        arena,
        &(WorkOptions) { .kind = TRACE_INTERNAL, .name = STR("relay"), .untraced = true }
    );
    Deadline former = fiber_narrow_deadline(deadline_in_ms(RELAY_BUDGET_MS));
    int rc = relay_turn(relay, &work.ctx);
    fiber_restore_deadline(former);
    work_end(&work);
    arena_clear(arena);
    return rc;
}

static void give_lease_back(Relay *relay, Arena *arena)
{
    Work work;
    work_begin(
        &work,
        &relay->runtime->workers[0],
        arena,
        &(WorkOptions) { .kind = TRACE_INTERNAL, .name = STR("relay"), .untraced = true }
    );
    lease_give_back(&work.ctx, relay_lease);
    work_end(&work);
}

static void relay_fiber(void *arg)
{
    Relay *relay = arg;
    Arena *arena = arena_new(0);
    do {
        while (!relay->task.is_stopping && relay_once(relay, arena) == RELAY_BATCH) {
            fiber_yield();
        }
    } while (task_sleep(&relay->task, RELAY_POLL_MS));
    give_lease_back(relay, arena);
    arena_free(arena);
}

static void on_notify(Str payload, void *arg)
{
    (void) payload;
    Relay *relay = arg;
    task_wake(&relay->task);
}

static void wake(void *relay_arg)
{
    Relay *relay = relay_arg;
    task_wake(&relay->task);
}

void relay_wake(Worker *worker)
{
    Runtime *runtime = worker->runtime;
    Relay *relay = runtime->relay;
    if (!relay || !runtime->producer || atomic_exchange(&relay->has_news, true)) {
        return;
    }
    Loop *loop = runtime->workers[0].loop;
    if (worker->loop == loop) {
        wake(relay);
    } else {
        loop_post(loop, wake, relay);
    }
}

static void define_metrics(Relay *relay, Metrics *metrics)
{
    relay->pending = metrics_single(
        metrics,
        &(MetricSpec) { .name = "outbox_pending",
                        .help = "Events that are not published yet.",
                        .kind = METRIC_GAUGE }
    );
    relay->age = metrics_single(
        metrics,
        &(MetricSpec) { .name = "outbox_oldest_age_seconds",
                        .help = "Age of the oldest of them.",
                        .kind = METRIC_GAUGE }
    );
    relay->leader = metrics_single(
        metrics,
        &(MetricSpec
        ) { .name = "outbox_relay_leader", .help = "1 where the relay runs.", .kind = METRIC_GAUGE }
    );
    relay->published = metrics_define(
        metrics,
        &(MetricSpec) { .name = "outbox_published_total",
                        .help = "Events published.",
                        .kind = METRIC_COUNTER,
                        .labels = { "topic" } }
    );
}

int relay_start(Runtime *runtime)
{
    Relay *relay = ARENA_NEW(runtime->arena, Relay);
    relay->runtime = runtime;
    define_metrics(relay, runtime->metrics);
    runtime->relay = relay;
    if (runtime->producer) {
        relay->listener = pg_listen(runtime->workers[0].pool, "outbox", on_notify, relay);
    }
    return task_start(&relay->task, runtime->workers[0].loop, "relay", relay_fiber, relay);
}

void relay_stop(Runtime *runtime)
{
    Relay *relay = runtime->relay;
    if (relay) {
        task_stop(&relay->task, RELAY_STOP_MS);
        pg_listener_free(relay->listener);
        relay->listener = NULL;
    }
}

int64_t relay_oldest_age_s(const Runtime *runtime)
{
    return runtime->relay ? atomic_load(&runtime->relay->oldest_age_s) : 0;
}
