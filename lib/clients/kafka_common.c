#include <assert.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#include "kafka_internal.h"

enum { EVENTS_A_TURN = 256, SYSLOG_WARNING = 4 };

void kafka_queue_serve(KafkaQueue *queue)
{
    for (size_t i = 0; i < EVENTS_A_TURN; i++) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue->queue, 0);
        if (!event) {
            return;
        }
        queue->fn(event, queue->arg);
    }
    eventfd_write(queue->event_fd, 1);
}

static void on_readable(Poll *poll, int events, int error, void *arg)
{
    (void) poll;
    (void) events;
    (void) error;
    KafkaQueue *queue = arg;
    eventfd_t count;
    eventfd_read(queue->event_fd, &count);
    kafka_queue_serve(queue);
}

int kafka_queue_init(
    KafkaQueue *queue, Loop *loop, rd_kafka_queue_t *from, KafkaEventFn fn, void *arg
)
{
    static const uint64_t one = 1;
    *queue = (KafkaQueue) { .queue = from, .fn = fn, .arg = arg };
    queue->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (queue->event_fd < 0) {
        rd_kafka_queue_destroy(from);
        return -errno;
    }
    queue->poll = poll_new(loop, queue->event_fd, on_readable, queue);
    if (!queue->poll) {
        close(queue->event_fd);
        rd_kafka_queue_destroy(from);
        return -ENOMEM;
    }
    poll_set(queue->poll, POLL_READ);
    rd_kafka_queue_io_event_enable(from, queue->event_fd, &one, sizeof one);
    return 0;
}

void kafka_queue_done(KafkaQueue *queue)
{
    if (queue->queue) {
        rd_kafka_queue_io_event_enable(queue->queue, -1, NULL, 0);
        poll_free(queue->poll);
        close(queue->event_fd);
        rd_kafka_queue_destroy(queue->queue);
        queue->queue = NULL;
    }
}

/* On librdkafka's threads. Its complaints about brokers that are down repeat with every attempt:
 * what counts of them is said where the state changes. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void) rk;
    if (level < SYSLOG_WARNING) {
        log_debug("kafka %s: %s", facility, text);
    }
}

static int configure(rd_kafka_conf_t *conf, const KafkaSetting *settings, size_t count, Error *err)
{
    char text[256];
    for (size_t i = 0; i < count; i++) {
        if (!settings[i].value) {
            continue;
        }
        if (rd_kafka_conf_set(conf, settings[i].name, settings[i].value, text, sizeof text) !=
            RD_KAFKA_CONF_OK) {
            return error_set(err, -EINVAL, "kafka: %s", text);
        }
    }
    return 0;
}

int kafka_new(
    const KafkaOptions *options, const KafkaInstance *instance, rd_kafka_t **ret_rk, Error *err
)
{
    auto_arena Arena *arena = arena_new(0);
    const KafkaSetting common[] = {
        { "bootstrap.servers", kafka_cstr(arena, options->brokers) },
        { "client.id", options->client_id.len ? kafka_cstr(arena, options->client_id) : NULL },
        { "topic.metadata.refresh.interval.ms", "10000" },
        { "reconnect.backoff.ms", "100" },
        { "reconnect.backoff.max.ms", "2000" },
        { "socket.keepalive.enable", "true" },
        { "socket.nagle.disable", "true" },
        { "log.connection.close", "false" },
        { "statistics.interval.ms", "5000" },
    };
    kafka_know_threads();
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_events(conf, instance->events);
    int rc = configure(conf, common, ARRAY_LEN(common), err);
    rc = rc < 0 ? rc : configure(conf, instance->settings, instance->setting_count, err);
    if (rc < 0) {
        rd_kafka_conf_destroy(conf);
        return rc;
    }
    char text[256];
    rd_kafka_t *rk = rd_kafka_new(instance->type, conf, text, sizeof text);
    if (!rk) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, -EIO, "kafka: %s", text);
    }
    *ret_rk = rk;
    return 0;
}

typedef struct Destruction {
    rd_kafka_t *rk;
    int flags;
} Destruction;

static void destroy(void *arg)
{
    Destruction *destruction = arg;
    rd_kafka_destroy_flags(destruction->rk, destruction->flags);
}

void kafka_destroy(rd_kafka_t *rk, int flags)
{
    Destruction destruction = { .rk = rk, .flags = flags };
    while (job_run(destroy, &destruction) == -EAGAIN) {
        fiber_yield(); /* the workers' queue is full: this has no hurry */
    }
}

int kafka_errno(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return 0;
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
        return -ETIMEDOUT;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
        return -ENOBUFS;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__DESTROY:
        return -ECANCELED;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        return -EMSGSIZE;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return -ENOENT;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
        return -EEXIST;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
        return -ECONNREFUSED;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        return -EACCES;
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
        return -EINVAL;
    default:
        return -EIO;
    }
}

int kafka_fail(Error *err, rd_kafka_resp_err_t code, const char *what)
{
    return error_set(err, kafka_errno(code), "%s: %s", what, rd_kafka_err2str(code));
}

void kafka_note_brokers(rd_kafka_event_t *event, bool *is_up)
{
    bool was_up = *is_up;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_STATS) {
        /* Of all objects only brokers have a state in capitals. */
        *is_up = strstr(rd_kafka_event_stats(event), "\"state\":\"UP\"") != NULL;
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
        rd_kafka_resp_err_t code = rd_kafka_event_error(event);
        *is_up &= code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
        log_debug("kafka: %s", rd_kafka_event_error_string(event));
    }
    if (was_up && !*is_up) {
        log_warn("no broker of Kafka is connected");
    }
}

KafkaOptions kafka_options_copy(Arena *arena, const KafkaOptions *options)
{
    KafkaOptions copy = *options;
    copy.brokers = str_dup(arena, options->brokers);
    copy.client_id = str_dup(arena, options->client_id);
    return copy;
}

static Str header_value(const KafkaHeader *headers, size_t count, Str name)
{
    for (size_t i = count; i-- > 0;) {
        if (str_eq(headers[i].name, name)) {
            return headers[i].value;
        }
    }
    return (Str) { 0 };
}

bool kafka_header(const KafkaMessage *message, Str name, Str *ret_value)
{
    Str value = header_value(message->headers, message->header_count, name);
    if (!value.ptr) {
        return false;
    }
    *ret_value = value;
    return true;
}

TraceSpan *kafka_span_begin(
    Tracer *tracer, const KafkaRecord *record, char ret_traceparent[static TRACEPARENT_LEN + 1]
)
{
    TraceContext parent = { 0 };
    Str header = header_value(record->headers, record->header_count, STR("traceparent"));
    if (!tracer || !traceparent_parse(header, &parent) || !parent.sampled) {
        return NULL;
    }
    /* The span reads its name when it ends: it stands behind the span. */
    static const char prefix[] = "kafka publish ";
    size_t name_bytes = sizeof prefix - 1 + record->topic.len;
    TraceSpan *span = mem_alloc(sizeof *span + name_bytes);
    char *name = (char *) (span + 1);
    memcpy(name, prefix, sizeof prefix - 1);
    memcpy(name + sizeof prefix - 1, record->topic.ptr, record->topic.len);
    trace_begin_from(span, tracer, &parent, TRACE_PRODUCER, str_make(name, name_bytes));
    trace_set_text(span, "messaging.system", STR("kafka"));
    trace_set_text(span, "messaging.destination.name", str_skip(span->name, sizeof prefix - 1));
    traceparent_format(&span->context, ret_traceparent);
    return span;
}

void kafka_span_end(TraceSpan *span, int result)
{
    if (span) {
        if (result < 0) {
            trace_set_status(span, TRACE_ERROR, str_from(error_name(result)));
        }
        trace_end(span);
        free(span);
    }
}
