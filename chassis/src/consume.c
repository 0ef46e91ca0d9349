#include "consume.h"

#include <assert.h>
#include <errno.h>

#include "db.h"
#include "work.h"

enum { BUSINESS_TRIES = 3, BUSINESS_PAUSE_MS = 500, HANDLER_BUDGET_MS = 30000 };

static const Statement mark_processed = {
    .name = "event_mark_processed",
    .sql = "INSERT INTO processed_events (consumer_group, event_id) VALUES ($1, $2) "
           "ON CONFLICT DO NOTHING",
};

void consume_group_init(ConsumerGroup *group, Runtime *runtime, Str name)
{
    *group = (ConsumerGroup) { .name = name, .runtime = runtime };
}

void consume_group_add(ConsumerGroup *group, const Consumer *consumer)
{
    assert(group->count < GROUP_TOPICS_MAX && "a group has a few topics");
    MetricFamily *duplicates = metrics_define(
        group->runtime->metrics,
        &(MetricSpec) { .name = "kafka_consumer_messages_duplicate_total",
                        .help = "Messages whose effect was there already.",
                        .kind = METRIC_COUNTER,
                        .labels = { "topic", "consumer_group" } }
    );
    Str topic = str_from(consumer->topic);
    group->duplicates[group->count] = metric_get(duplicates, METRIC_VALUES(topic, group->name));
    group->topics[group->count] = topic;
    group->consumers[group->count++] = consumer;
}

bool failure_is_transient(const Failure *failure)
{
    switch (failure->code) {
    case FAIL_TIMEOUT:
    case FAIL_SERVICE_UNAVAILABLE:
    case FAIL_BAD_GATEWAY:
    case FAIL_RATE_LIMITED:
    case FAIL_CONFLICT:
        return true;
    default:
        return false;
    }
}

typedef struct Consumption {
    ConsumerGroup *group;
    size_t index; /* of the topic in the group */
    const KafkaMessage *message;
    Context *ctx;
    Event event;
} Consumption;

static int call_handler(const Consumption *work, Db *tx)
{
    return work->group->consumers[work->index]->handle(work->ctx, tx, &work->event);
}

/* The effect and its mark in one transaction; a mark that is there means the effect is, too. */
static int consume_in_tx(const Consumption *work)
{
    Context *ctx = work->ctx;
    auto_tx Db *tx = NULL;
    TRY(tx_begin(ctx, &tx));
    int64_t marked =
        db_exec(tx, &mark_processed, db_text(work->group->name), db_uuid(work->event.id));
    if (marked < 0) {
        return (int) marked;
    }
    if (marked == 0) {
        metric_inc(work->group->duplicates[work->index]);
        return 0;
    }
    TRY(call_handler(work, tx));
    return tx_commit(tx);
}

static int consume_once(Consumption *work)
{
    Context *ctx = work->ctx;
    fail_clear(ctx);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(HANDLER_BUDGET_MS));
    int rc = ctx->db ? consume_in_tx(work) : call_handler(work, NULL);
    fiber_restore_deadline(former);
    work_settle(ctx, rc);
    return rc;
}

/* services.md 2.3: transient failures go back to the client library, which waits and gives the same
 * message again; business ones are tried three times more and then become dead letters. */
static int consume_with_tries(Consumption *work)
{
    Context *ctx = work->ctx;
    int rc = consume_once(work);
    unsigned tries = 1;
    for (; rc < 0 && !failure_is_transient(&ctx->failure) &&
           ctx->failure.code != FAIL_INVALID_INPUT && tries <= BUSINESS_TRIES;
         tries++) {
        TRY(fiber_sleep_ms((int64_t) BUSINESS_PAUSE_MS << (tries - 1)));
        rc = consume_once(work);
    }
    if (rc >= 0 || failure_is_transient(&ctx->failure) || fiber_is_canceled()) {
        return rc;
    }
    return dlq_publish(ctx, work->message, work->group->name, tries);
}

static void log_failure(const Consumption *work, int rc)
{
    Context *ctx = work->ctx;
    if (ctx->failure.code == FAIL_NONE) {
        return;
    }
    Str cause = ctx->failure.cause.len ? ctx->failure.cause : ctx->failure.message;
    const JsonLogField fields[] = {
        LOG_TEXT("topic", work->message->topic),
        LOG_TEXT("event_id", work->event.id),
        LOG_TEXT("error", cause),
    };
    Str text = rc < 0 ? STR("event will be tried again") : STR("event went to the dead letters");
    json_log_write(work->group->runtime->log, LOG_WARN, text, fields, ARRAY_LEN(fields));
}

static size_t topic_index(const ConsumerGroup *group, Str topic)
{
    for (size_t i = 0; i < group->count; i++) {
        if (str_eq(group->topics[i], topic)) {
            return i;
        }
    }
    return 0;
}

static void begin_work(Work *work, Consumption *state, Arena *arena)
{
    Str correlation_id = { 0 };
    kafka_header(state->message, STR("correlation_id"), &correlation_id);
    work_begin(
        work,
        &state->group->runtime->workers[0],
        arena,
        &(WorkOptions
        ) { .kind = TRACE_INTERNAL, .name = STR("handle event"), .correlation_id = correlation_id }
    );
    state->ctx = &work->ctx;
}

int consume_message(const KafkaMessage *message, unsigned attempt, Arena *arena, void *group_arg)
{
    (void) attempt;
    ConsumerGroup *group = group_arg;
    Work work;
    Consumption state = {
        .group = group,
        .index = topic_index(group, message->topic),
        .message = message,
    };
    begin_work(&work, &state, arena);
    int rc = event_parse(state.ctx, message->value, &state.event);
    rc = rc < 0 ? dlq_publish(state.ctx, message, group->name, 1) : consume_with_tries(&state);
    log_failure(&state, rc);
    work_end(&work);
    return rc;
}
