/* One assigned partition: its messages in order, handled by one fiber that lives while there are
 * some. */
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"

#include "kafka_consumer_internal.h"

enum {
    RETRY_MS_FIRST = 500,
    RETRY_MS_MOST = 30000,
    HEADERS_MAX = 64,
    RETRY_DOUBLINGS_MAX = 6,
};

static KafkaTopicSeries *series_of(KafkaConsumer *consumer, Str topic)
{
    static const char *const labels[] = { "topic", "consumer_group" };
    static const MetricSpec counters[] = {
        { .name = "kafka_consumer_messages_received_total", .help = "Messages that came" },
        { .name = "kafka_consumer_messages_processed_total",
          .help = "Messages whose handler succeeded" },
        { .name = "kafka_consumer_messages_failed_total", .help = "Attempts that failed" },
    };
    KafkaTopicSeries *series = map_get(&consumer->series, topic);
    Metrics *metrics = consumer->options.kafka.metrics;
    if (series) {
        return series;
    }
    series = ARENA_NEW(consumer->strings, KafkaTopicSeries);
    series->topic = str_dup(consumer->strings, topic);
    map_set(&consumer->series, series->topic, series);
    Metric **const targets[] = { &series->received, &series->processed, &series->failed };
    const Str values[] = { topic, consumer->options.group };
    for (size_t i = 0; metrics && i < ARRAY_LEN(targets); i++) {
        MetricSpec spec = counters[i];
        spec.kind = METRIC_COUNTER;
        memcpy(spec.labels, labels, sizeof labels);
        *targets[i] = metric_get(metrics_define(metrics, &spec), values);
    }
    static const MetricSpec duration = {
        .name = "kafka_consumer_processing_duration_seconds",
        .help = "Of one attempt of a handler",
        .kind = METRIC_HISTOGRAM,
        .labels = { "topic", "consumer_group" },
        .unit = 1e-9,
    };
    series->duration = metrics ? metric_get(metrics_define(metrics, &duration), values) : NULL;
    return series;
}

static Metric *lag_of(KafkaConsumer *consumer, Str topic, int32_t number)
{
    static const MetricSpec spec = {
        .name = "kafka_consumer_lag",
        .help = "Messages of a partition that are not handled yet",
        .kind = METRIC_GAUGE,
        .labels = { "topic", "partition" },
    };
    Metrics *metrics = consumer->options.kafka.metrics;
    if (!metrics) {
        return NULL;
    }
    auto_strbuf StrBuf text = STRBUF_INIT;
    strbuf_add_int64(&text, number);
    Metric *lag =
        metric_get(metrics_define(metrics, &spec), METRIC_VALUES(topic, strbuf_str(&text)));
    metric_hide(lag);
    return lag;
}

KafkaPartition *kafka_partition_new(KafkaConsumer *consumer, Str topic, int32_t number)
{
    KafkaPartition *partition = MEM_NEW(KafkaPartition);
    partition->consumer = consumer;
    partition->series = series_of(consumer, topic);
    partition->number = number;
    partition->done_offset = -1;
    partition->committed_offset = -1;
    partition->lag = lag_of(consumer, topic, number);
    return partition;
}

static void drop_head(KafkaPartition *partition)
{
    KafkaQueued *queued = partition->head;
    partition->head = queued->next;
    partition->tail = partition->head ? partition->tail : NULL;
    partition->queued--;
    rd_kafka_event_destroy(queued->event);
    free(queued);
}

void kafka_partition_free(KafkaPartition *partition)
{
    while (partition->head) {
        drop_head(partition);
    }
    metric_hide(partition->lag);
    free(partition);
}

/* Asks the broker for no more, or for more again; what librdkafka has fetched meanwhile comes
 * later. */
static void set_paused(KafkaPartition *partition, bool is_paused)
{
    if (partition->is_paused == is_paused) {
        return;
    }
    partition->is_paused = is_paused;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, partition->series->topic.ptr, partition->number);
    if (is_paused) {
        rd_kafka_pause_partitions(partition->consumer->rk, list);
    } else {
        rd_kafka_resume_partitions(partition->consumer->rk, list);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

void kafka_partition_add(
    KafkaPartition *partition, rd_kafka_event_t *event, const rd_kafka_message_t *message
)
{
    KafkaQueued *queued = MEM_NEW(KafkaQueued);
    queued->event = event;
    queued->message = message;
    *(partition->tail ? &partition->tail->next : &partition->head) = queued;
    partition->tail = queued;
    partition->queued++;
    metric_inc(partition->series->received);
    if (partition->queued >= partition->consumer->options.max_queued) {
        set_paused(partition, true);
    }
    kafka_partition_run(partition);
}

static void read_headers(const rd_kafka_message_t *from, Arena *arena, KafkaMessage *message)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    KafkaHeader *list = ARENA_ARRAY(arena, KafkaHeader, HEADERS_MAX);
    const char *name;
    const void *value;
    size_t size, count = 0;
    while (count < HEADERS_MAX && !rd_kafka_header_get_all(headers, count, &name, &value, &size)) {
        list[count++] = (KafkaHeader) {
            .name = str_from(name),
            .value = str_make(value ? value : "", size),
        };
    }
    message->headers = list;
    message->header_count = count;
}

static KafkaMessage
message_of(const KafkaPartition *partition, const rd_kafka_message_t *from, Arena *arena)
{
    rd_kafka_timestamp_type_t type;
    int64_t timestamp_ms = rd_kafka_message_timestamp(from, &type);
    KafkaMessage message = {
        .topic = partition->series->topic,
        .partition = from->partition,
        .offset = from->offset,
        .timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : timestamp_ms,
        .key = str_make(from->key, from->key_len),
        .value = str_make(from->payload, from->len),
        .is_tombstone = !from->payload,
    };
    read_headers(from, arena, &message);
    return message;
}

/* One attempt, in its span. */
static int attempt(KafkaPartition *partition, unsigned number, Arena *arena)
{
    KafkaConsumer *consumer = partition->consumer;
    KafkaMessage message = message_of(partition, partition->head->message, arena);
    TraceContext parent = { 0 };
    Str header = { 0 };
    if (kafka_header(&message, STR("traceparent"), &header)) {
        traceparent_parse(header, &parent);
    }
    FiberContext context = { .tracer = consumer->options.kafka.tracer };
    fiber_set_local(&context);
    TraceSpan span;
    Str name = str_concat(arena, STR("kafka consume "), message.topic);
    trace_begin_from(&span, context.tracer, &parent, TRACE_CONSUMER, name);
    trace_enter(&span);
    trace_set_text(&span, "messaging.system", STR("kafka"));
    trace_set_text(&span, "messaging.destination.name", message.topic);
    trace_set_int(&span, "messaging.kafka.partition", message.partition);
    trace_set_int(&span, "messaging.kafka.offset", message.offset);
    int64_t start_ns = clock_monotonic_ns();
    int rc = consumer->options.handler(&message, number, arena, consumer->options.arg);
    metric_observe_since(partition->series->duration, start_ns);
    if (rc < 0) {
        trace_set_status(&span, TRACE_ERROR, str_from(error_name(rc)));
    }
    fiber_set_local(&context); /* the handler may have put its own there */
    trace_end(&span);
    fiber_set_local(NULL);
    return rc;
}

static void wait_before_retry(KafkaPartition *partition, unsigned failures)
{
    unsigned doublings = failures < RETRY_DOUBLINGS_MAX ? failures : (unsigned) RETRY_DOUBLINGS_MAX;
    int64_t ms = (int64_t) RETRY_MS_FIRST << (doublings - 1);
    ms = ms < RETRY_MS_MOST ? ms : RETRY_MS_MOST;
    Deadline until = deadline_in_ms(ms * 3 / 4 + (int64_t) random_below((uint64_t) ms / 2));
    partition->is_waiting = true;
    fiber_park_until(until);
    partition->is_waiting = false;
}

/* The head, until its effect is durable or the partition is revoked. */
static void handle_head(KafkaPartition *partition, Arena *arena)
{
    for (unsigned failures = 0; !partition->is_revoked && !fiber_is_canceled();) {
        arena_clear(arena);
        if (attempt(partition, failures + 1, arena) >= 0) {
            metric_inc(partition->series->processed);
            partition->done_offset = partition->head->message->offset + 1;
            drop_head(partition);
            kafka_consumer_mark_dirty(partition->consumer);
            return;
        }
        metric_inc(partition->series->failed);
        failures++;
        wait_before_retry(partition, failures);
    }
}

static void partition_main(void *arg)
{
    KafkaPartition *partition = arg;
    KafkaConsumer *consumer = partition->consumer;
    auto_arena Arena *arena = arena_new(0);
    partition->fiber = fiber_self();
    while (partition->head && !partition->is_revoked && !fiber_is_canceled()) {
        handle_head(partition, arena);
        if (partition->queued < consumer->options.max_queued / 2 && !partition->is_revoked) {
            set_paused(partition, false);
        }
    }
    partition->fiber = NULL;
    partition->is_running = false;
    fiber_queue_wake_all(&consumer->quiet, 0);
}

void kafka_partition_run(KafkaPartition *partition)
{
    static const FiberOptions options = {
        .name = "kafka partition",
        .deadline = DEADLINE_NEVER,
        .detached = true,
    };
    if (partition->is_running || !partition->head || partition->is_revoked) {
        return;
    }
    /* When no fiber is free the consumer's tick tries again. */
    Loop *loop = partition->consumer->loop;
    partition->is_running = fiber_spawn(loop, &options, partition_main, partition, NULL) == 0;
}

void kafka_partition_revoke(KafkaPartition *partition)
{
    partition->is_revoked = true;
    if (partition->is_waiting) {
        partition->is_waiting = false;
        fiber_wake(partition->fiber, 0);
    }
}

void kafka_partition_show_lag(KafkaPartition *partition)
{
    int64_t low = 0, high = 0;
    int64_t next = partition->head ? partition->head->message->offset : partition->done_offset;
    rd_kafka_resp_err_t code = rd_kafka_get_watermark_offsets(
        partition->consumer->rk, partition->series->topic.ptr, partition->number, &low, &high
    );
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 && next >= 0) {
        metric_set(partition->lag, high > next ? high - next : 0);
    }
}
