/* Topic creation: an instance of its own for as long as it takes. */
#include <assert.h>
#include <stdio.h>

#include "base/mem.h"

#include "kafka_internal.h"

enum { LONGEST_MS = 30000 };

typedef struct Creation {
    Fiber *fiber;
    bool is_parked;
    rd_kafka_event_t *answer;
} Creation;

static void on_event(rd_kafka_event_t *event, void *arg)
{
    Creation *creation = arg;
    if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_CREATETOPICS_RESULT || creation->answer) {
        rd_kafka_event_destroy(event);
        return;
    }
    creation->answer = event;
    if (creation->is_parked) {
        creation->is_parked = false;
        fiber_wake(creation->fiber, 0);
    }
}

static int
new_topic(Arena *arena, const KafkaTopic *topic, rd_kafka_NewTopic_t **ret_topic, Error *err)
{
    char text[160];
    const char *name = kafka_cstr(arena, topic->name);
    rd_kafka_NewTopic_t *new =
        rd_kafka_NewTopic_new(name, topic->partitions, topic->replication, text, sizeof text);
    if (!new) {
        return error_set(err, -EINVAL, "create topic %s: %s", name, text);
    }
    if (topic->retention_ms) {
        const char *value = arena_printf(arena, "%lld", (long long) topic->retention_ms);
        rd_kafka_NewTopic_set_config(new, "retention.ms", value);
    }
    for (size_t i = 0; i < topic->config_count; i++) {
        rd_kafka_NewTopic_set_config(
            new, kafka_cstr(arena, topic->config[i].name), kafka_cstr(arena, topic->config[i].value)
        );
    }
    *ret_topic = new;
    return 0;
}

/* One that exists is fine; of the failures the first is told. */
static int take_answer(rd_kafka_event_t *event, Error *err)
{
    if (rd_kafka_event_error(event)) {
        return error_set(
            err,
            kafka_errno(rd_kafka_event_error(event)),
            "create topics: %s",
            rd_kafka_event_error_string(event)
        );
    }
    size_t count = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
        if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            const char *text = rd_kafka_topic_result_error_string(results[i]);
            return error_set(
                err,
                kafka_errno(code),
                "create topic %s: %s",
                rd_kafka_topic_result_name(results[i]),
                text ? text : rd_kafka_err2str(code)
            );
        }
    }
    return 0;
}

static int longest_ms(void)
{
    int64_t left = deadline_left_ms(fiber_deadline());
    return left < LONGEST_MS ? (int) left + 1 : LONGEST_MS;
}

/* Sends the request and parks for its answer. */
static int
ask(rd_kafka_t *rk, KafkaQueue *queue, rd_kafka_NewTopic_t **topics, size_t count, Error *err)
{
    Creation *creation = queue->arg;
    char text[160];
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, longest_ms(), text, sizeof text);
    rd_kafka_CreateTopics(rk, topics, count, options, queue->queue);
    rd_kafka_AdminOptions_destroy(options);
    int rc = 0;
    while (rc == 0 && !creation->answer) {
        creation->is_parked = true;
        rc = fiber_park();
        creation->is_parked = false;
    }
    if (!creation->answer) {
        return error_errno(err, rc, "create topics");
    }
    rc = take_answer(creation->answer, err);
    rd_kafka_event_destroy(creation->answer);
    return rc;
}

int kafka_topics_ensure(
    Loop *loop, const KafkaOptions *options, const KafkaTopic *topics, size_t count, Error *err
)
{
    assert(fiber_self());
    auto_arena Arena *arena = arena_new(0);
    rd_kafka_NewTopic_t **news = ARENA_ARRAY(arena, rd_kafka_NewTopic_t *, count);
    rd_kafka_t *rk = NULL;
    Creation creation = { .fiber = fiber_self() };
    KafkaQueue queue = { 0 };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = new_topic(arena, &topics[i], &news[i], err);
    }
    rc = rc < 0 ? rc : kafka_new(options, &(KafkaInstance) { .type = RD_KAFKA_PRODUCER }, &rk, err);
    if (rc == 0) {
        rc = kafka_queue_init(&queue, loop, rd_kafka_queue_new(rk), on_event, &creation);
        rc = rc < 0 ? error_errno(err, rc, "create topics") : ask(rk, &queue, news, count, err);
    }
    kafka_queue_done(&queue);
    for (size_t i = 0; i < count && news[i]; i++) {
        rd_kafka_NewTopic_destroy(news[i]);
    }
    if (rk) {
        kafka_destroy(rk, 0);
    }
    return rc;
}
