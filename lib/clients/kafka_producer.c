/* The producer: records go to librdkafka at once, delivery reports come back on the loop. After a
 * fatal error of the idempotent producer a new instance takes over once every report of the old one
 * is in. */
#include <assert.h>

#include "base/log.h"
#include "base/mem.h"

#include "kafka_internal.h"

enum { PURGE_WAIT_MS = 2000 };

typedef struct TopicSeries {
    Metric *published, *failed, *duration;
} TopicSeries;

typedef struct Send {
    struct Send *next; /* free list */
    KafkaDeliveryFn fn;
    void *arg;
    TopicSeries *series;
    TraceSpan *span;
    int64_t start_ns;
} Send;

struct KafkaProducer {
    Loop *loop;
    Arena *strings;
    KafkaOptions options;
    rd_kafka_t *rk;
    KafkaQueue events;
    Timer *tick; /* looks at the events even if a wake-up was lost */
    size_t in_flight;
    Send *free_sends;
    Map series; /* topic -> TopicSeries */
    FiberQueue closers;
    bool is_up, is_broken, is_closing, is_replacing;
};

static TopicSeries *series_of(KafkaProducer *producer, Str topic)
{
    static const MetricSpec published = {
        .name = "kafka_producer_messages_published_total",
        .help = "Records that all replicas have",
        .kind = METRIC_COUNTER,
        .labels = { "topic" },
    };
    static const MetricSpec failed = {
        .name = "kafka_producer_publish_errors_total",
        .help = "Records that were not acknowledged",
        .kind = METRIC_COUNTER,
        .labels = { "topic" },
    };
    static const MetricSpec duration = {
        .name = "kafka_producer_publish_duration_seconds",
        .help = "From sending a record to its acknowledgement",
        .kind = METRIC_HISTOGRAM,
        .labels = { "topic" },
        .unit = 1e-9,
    };
    Metrics *metrics = producer->options.metrics;
    TopicSeries *series = map_get(&producer->series, topic);
    if (series || !metrics) {
        return series;
    }
    series = ARENA_NEW(producer->strings, TopicSeries);
    series->published = metric_get(metrics_define(metrics, &published), METRIC_VALUES(topic));
    series->failed = metric_get(metrics_define(metrics, &failed), METRIC_VALUES(topic));
    series->duration = metric_get(metrics_define(metrics, &duration), METRIC_VALUES(topic));
    map_set(&producer->series, str_dup(producer->strings, topic), series);
    return series;
}

static void delivered(KafkaProducer *producer, const rd_kafka_message_t *message)
{
    Send *send = message->_private;
    int result = kafka_errno(message->err);
    if (send->series) {
        metric_inc(result < 0 ? send->series->failed : send->series->published);
        metric_observe_since(send->series->duration, send->start_ns);
    }
    kafka_span_end(send->span, result);
    producer->is_up |= result == 0;
    producer->in_flight--;
    KafkaDeliveryFn fn = send->fn;
    void *arg = send->arg;
    send->next = producer->free_sends;
    producer->free_sends = send;
    if (fn) {
        fn(result, result < 0 ? rd_kafka_err2str(message->err) : NULL, arg);
    }
}

static int start_instance(KafkaProducer *producer, Error *err);

static void replace_main(void *arg)
{
    KafkaProducer *producer = arg;
    kafka_queue_done(&producer->events);
    kafka_destroy(producer->rk, 0);
    producer->rk = NULL;
    Error err = ERROR_INIT;
    if (start_instance(producer, &err) < 0) {
        log_error("%s", err.message);
    } else {
        producer->is_broken = false;
    }
    producer->is_replacing = false;
    fiber_queue_wake_all(&producer->closers, 0);
}

static void replace_when_quiet(KafkaProducer *producer)
{
    static const FiberOptions options = {
        .name = "kafka producer",
        .deadline = DEADLINE_NEVER,
        .detached = true,
    };
    if (producer->is_broken && !producer->is_replacing && !producer->is_closing &&
        producer->in_flight == 0) {
        producer->is_replacing =
            fiber_spawn(producer->loop, &options, replace_main, producer, NULL) == 0;
    }
}

static void note_fatal(KafkaProducer *producer)
{
    char text[256];
    if (!producer->is_broken && rd_kafka_fatal_error(producer->rk, text, sizeof text)) {
        log_error("the producer of Kafka starts anew: %s", text);
        producer->is_broken = true;
        rd_kafka_purge(producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
}

static void on_event(rd_kafka_event_t *event, void *arg)
{
    KafkaProducer *producer = arg;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
        const rd_kafka_message_t *message;
        while ((message = rd_kafka_event_message_next(event))) {
            delivered(producer, message);
        }
    } else {
        kafka_note_brokers(event, &producer->is_up);
        note_fatal(producer);
    }
    rd_kafka_event_destroy(event);
    if (producer->in_flight == 0) {
        fiber_queue_wake_all(&producer->closers, 0);
    }
}

static void on_tick(Timer *timer, void *arg)
{
    (void) timer;
    KafkaProducer *producer = arg;
    if (!producer->is_replacing) {
        kafka_queue_serve(&producer->events);
        replace_when_quiet(producer);
    }
}

static int start_instance(KafkaProducer *producer, Error *err)
{
    static const KafkaSetting settings[] = {
        { "enable.idempotence", "true" }, /* and with it acks=all */
        { "linger.ms", "5" },
        { "partitioner", "murmur2_random" },
        { "message.timeout.ms", "30000" },
        { "queue.buffering.max.messages", "100000" },
        { "queue.buffering.max.kbytes", "65536" },
    };
    const KafkaInstance instance = {
        .type = RD_KAFKA_PRODUCER,
        .settings = settings,
        .setting_count = ARRAY_LEN(settings),
        .events = RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS,
    };
    int rc = kafka_new(&producer->options, &instance, &producer->rk, err);
    if (rc < 0) {
        return rc;
    }
    rd_kafka_queue_t *main = rd_kafka_queue_get_main(producer->rk);
    return kafka_queue_init(&producer->events, producer->loop, main, on_event, producer);
}

int kafka_producer_open(
    Loop *loop, const KafkaOptions *options, KafkaProducer **ret_producer, Error *err
)
{
    KafkaProducer *producer = MEM_NEW(KafkaProducer);
    producer->loop = loop;
    producer->strings = arena_new(0);
    producer->options = kafka_options_copy(producer->strings, options);
    int rc = start_instance(producer, err);
    if (rc < 0) {
        if (producer->rk) {
            rd_kafka_destroy(producer->rk);
        }
        arena_free(producer->strings);
        free(producer);
        return error_wrap(err, rc, "open a producer");
    }
    producer->tick = timer_new(loop, on_tick, producer);
    timer_unref(producer->tick);
    timer_start(producer->tick, KAFKA_TICK_MS, KAFKA_TICK_MS);
    *ret_producer = producer;
    return 0;
}

bool kafka_producer_is_up(const KafkaProducer *producer)
{
    return producer->is_up;
}

static rd_kafka_headers_t *copy_headers(const KafkaRecord *record, const char *traceparent)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count + 1);
    for (size_t i = 0; i < record->header_count; i++) {
        const KafkaHeader *header = &record->headers[i];
        bool is_replaced = traceparent && str_eq(header->name, STR("traceparent"));
        const char *value = is_replaced ? traceparent : header->value.ptr;
        size_t size = is_replaced ? (size_t) TRACEPARENT_LEN : header->value.len;
        rd_kafka_header_add(
            headers, header->name.ptr, (ssize_t) header->name.len, value, (ssize_t) size
        );
    }
    return headers;
}

static Send *send_new(KafkaProducer *producer)
{
    Send *send = producer->free_sends;
    if (!send) {
        return MEM_NEW(Send);
    }
    producer->free_sends = send->next;
    *send = (Send) { 0 };
    return send;
}

static rd_kafka_resp_err_t
produce(KafkaProducer *producer, const KafkaRecord *record, Send *send, rd_kafka_headers_t *headers)
{
    char topic[256]; /* Kafka allows 249 */
    size_t len = record->topic.len < sizeof topic ? record->topic.len : sizeof topic - 1;
    memcpy(topic, record->topic.ptr, len);
    topic[len] = '\0';
    void *value = (void *) (uintptr_t) record->value.ptr;
    void *key = (void *) (uintptr_t) record->key.ptr;
    const rd_kafka_vu_t parts[] = {
        { .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = { record->key.len ? key : NULL, record->key.len } },
        { .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = { value, record->value.len } },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
        { .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = send },
    };
    rd_kafka_error_t *error = rd_kafka_produceva(producer->rk, parts, ARRAY_LEN(parts));
    if (!error) {
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return code;
}

int kafka_send(
    KafkaProducer *producer, const KafkaRecord *record, KafkaDeliveryFn fn, void *arg, Error *err
)
{
    if (producer->is_broken || producer->is_closing) {
        return error_set(err, -ECANCELED, "publish: the producer is closed or starts anew");
    }
    char traceparent[TRACEPARENT_LEN + 1];
    Send *send = send_new(producer);
    send->fn = fn;
    send->arg = arg;
    send->series = series_of(producer, record->topic);
    send->start_ns = clock_monotonic_ns();
    send->span = kafka_span_begin(producer->options.tracer, record, traceparent);
    rd_kafka_headers_t *headers = copy_headers(record, send->span ? traceparent : NULL);
    rd_kafka_resp_err_t code = produce(producer, record, send, headers);
    if (code) {
        rd_kafka_headers_destroy(headers);
        kafka_span_end(send->span, kafka_errno(code));
        metric_inc(send->series ? send->series->failed : NULL);
        send->next = producer->free_sends;
        producer->free_sends = send;
        note_fatal(producer);
        return kafka_fail(err, code, "publish");
    }
    producer->in_flight++;
    return 0;
}

static void wait_quiet(KafkaProducer *producer, int64_t timeout_ms)
{
    Deadline former = fiber_narrow_deadline(deadline_in_ms(timeout_ms));
    int rc = 0;
    while (rc >= 0 && (producer->in_flight > 0 || producer->is_replacing)) {
        rc = fiber_queue_wait(&producer->closers);
    }
    fiber_restore_deadline(former);
}

void kafka_producer_close(KafkaProducer *producer, int64_t timeout_ms)
{
    if (!producer) {
        return;
    }
    producer->is_closing = true;
    wait_quiet(producer, timeout_ms);
    if (producer->rk && producer->in_flight > 0) {
        rd_kafka_purge(producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        /* The reports of the purge come through the loop, whatever the caller's deadline is. */
        Deadline until = deadline_in_ms(PURGE_WAIT_MS);
        while (producer->in_flight > 0 && deadline_left_ms(until) > 0) {
            kafka_queue_serve(&producer->events);
            fiber_yield();
        }
    }
    while (producer->is_replacing) {
        fiber_yield();
    }
    timer_free(producer->tick);
    kafka_queue_done(&producer->events);
    if (producer->rk) {
        kafka_destroy(producer->rk, 0);
    }
    while (producer->free_sends) {
        Send *next = producer->free_sends->next;
        free(producer->free_sends);
        producer->free_sends = next;
    }
    map_done(&producer->series);
    arena_free(producer->strings);
    free(producer);
}
