/* Dead letters: what could not be processed, with why, and the way back. */
#include <errno.h>

#include "consumers.h"
#include "task.h"
#include "work.h"

enum { DLQ_HEADERS = 7, REPLAY_QUIET_MS = 10000, REPLAY_CLOSE_MS = 5000 };

static const char prefix[] = "ecommerce.";
static const char dlq_prefix[] = "ecommerce.dlq.";

Str dlq_topic(Arena *arena, Str topic)
{
    Str rest = topic;
    str_strip_prefix(&rest, str_from(dlq_prefix));
    str_strip_prefix(&rest, str_from(prefix));
    return str_concat(arena, str_from(dlq_prefix), rest);
}

static void count_dead(Context *ctx, Str topic)
{
    MetricFamily *family = metrics_define(
        ctx->worker->runtime->metrics,
        &(MetricSpec) { .name = "kafka_consumer_dlq_published_total",
                        .help = "Messages given up.",
                        .kind = METRIC_COUNTER,
                        .labels = { "topic" } }
    );
    metric_inc(metric_get(family, METRIC_VALUES(topic)));
}

int dlq_publish(Context *ctx, const KafkaMessage *message, Str group, unsigned attempts)
{
    Arena *arena = ctx->arena;
    Str error = ctx->failure.cause.len ? ctx->failure.cause : ctx->failure.message;
    KafkaHeader *headers = ARENA_ARRAY(arena, KafkaHeader, message->header_count + DLQ_HEADERS);
    size_t count = message->header_count;
    for (size_t i = 0; i < count; i++) {
        headers[i] = message->headers[i];
    }
    const KafkaHeader added[DLQ_HEADERS] = {
        { STR("dlq.original_topic"), message->topic },
        { STR("dlq.partition"), str_printf(arena, "%d", message->partition) },
        { STR("dlq.offset"), str_printf(arena, "%lld", (long long) message->offset) },
        { STR("dlq.consumer_group"), group },
        { STR("dlq.error"), error },
        { STR("dlq.attempts"), str_printf(arena, "%u", attempts) },
        { STR("dlq.failed_at"), clock_rfc3339(arena, clock_utc_us(), 6) },
    };
    memcpy(&headers[count], added, sizeof added);
    const KafkaRecord record = {
        .topic = dlq_topic(arena, message->topic),
        .key = message->key,
        .value = message->value,
        .headers = headers,
        .header_count = count + DLQ_HEADERS,
    };
    Error err = ERROR_INIT;
    int rc = kafka_publish(ctx->worker->runtime->producer, &record, &err);
    if (rc < 0) {
        context_log(ctx, LOG_ERROR, "dead letter: %s", err.message);
        return rc;
    }
    count_dead(ctx, message->topic);
    return 0;
}

typedef struct Replay {
    KafkaProducer *producer;
    Task quiet; /* woken by each message */
    int64_t most;
    int64_t count;
} Replay;

static bool is_dlq_header(Str name)
{
    return str_has_prefix(name, STR("dlq."));
}

static int send_back(Replay *replay, const KafkaMessage *message, Arena *arena, Str topic)
{
    KafkaHeader *headers = ARENA_ARRAY(arena, KafkaHeader, message->header_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < message->header_count; i++) {
        if (!is_dlq_header(message->headers[i].name)) {
            headers[count++] = message->headers[i];
        }
    }
    const KafkaRecord record = {
        .topic = topic,
        .key = message->key,
        .value = message->value,
        .headers = headers,
        .header_count = count,
    };
    return kafka_publish(replay->producer, &record, NULL);
}

static int replay_message(const KafkaMessage *message, unsigned attempt, Arena *arena, void *arg)
{
    (void) attempt;
    Replay *replay = arg;
    Str topic;
    if (replay->count >= replay->most) {
        task_ask_to_stop(&replay->quiet);
        return -ECANCELED;
    }
    if (!kafka_header(message, STR("dlq.original_topic"), &topic)) {
        return 0;
    }
    int rc = send_back(replay, message, arena, topic);
    if (rc == 0) {
        replay->count++;
        task_wake(&replay->quiet);
    }
    return rc;
}

static void wait_for_quiet(Replay *replay)
{
    int64_t before;
    do {
        before = replay->count;
    } while (task_sleep(&replay->quiet, REPLAY_QUIET_MS) &&
             (replay->count > before && replay->count < replay->most));
}

int dlq_replay(Worker *worker, Str topic, int64_t most, int64_t *ret_count, Error *err)
{
    Runtime *runtime = worker->runtime;
    const KafkaOptions kafka = { .brokers = runtime->settings.kafka_brokers,
                                 .client_id = runtime->service };
    Replay replay = { .most = most };
    int rc = kafka_producer_open(worker->loop, &kafka, &replay.producer, err);
    if (rc < 0) {
        return rc;
    }
    Str source = dlq_topic(runtime->arena, topic);
    const KafkaConsumerOptions options = {
        .kafka = kafka,
        .group = str_concat(runtime->arena, runtime->service, STR("-dlq-replay")),
        .topics = &source,
        .topic_count = 1,
        .handler = replay_message,
        .arg = &replay,
    };
    KafkaConsumer *consumer = NULL;
    rc = kafka_consumer_open(worker->loop, &options, &consumer, err);
    if (rc == 0) {
        wait_for_quiet(&replay);
        kafka_consumer_close(consumer, REPLAY_CLOSE_MS);
    }
    kafka_producer_close(replay.producer, REPLAY_CLOSE_MS);
    *ret_count = replay.count;
    return rc;
}
