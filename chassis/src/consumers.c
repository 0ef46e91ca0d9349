/* Groups: one KafkaConsumer for the topics of a group, on worker 0. */
#include "consumers.h"

#include <assert.h>
#include <errno.h>

#include "consume.h"
#include "task.h"

enum {
    GROUPS_MAX = 8,
    TOPICS_MAX = 64,
    TOPICS_RETRY_MS = 2000,
    TOPICS_BUDGET_MS = 10000,
    GROUP_STOP_MS = 5000,
    DLQ_RETENTION_DAYS = 30,
    RETENTION_DAYS = 7,
};

struct Consumers {
    Task task;
    Runtime *runtime;
    ConsumerGroup groups[GROUPS_MAX];
    KafkaConsumer *consumers[GROUPS_MAX];
    size_t group_count;
    KafkaTopic topics[TOPICS_MAX];
    size_t topic_count;
};

static int64_t retention_ms(Str topic, bool is_dlq)
{
    if (str_eq(topic, STR("ecommerce.user.password_reset_requested"))) {
        return 60 * 60 * 1000;
    }
    return (int64_t) (is_dlq ? DLQ_RETENTION_DAYS : RETENTION_DAYS) * 24 * 60 * 60 * 1000;
}

static void want_topic(Consumers *consumers, Str topic, bool is_dlq)
{
    for (size_t i = 0; i < consumers->topic_count; i++) {
        if (str_eq(consumers->topics[i].name, topic)) {
            return;
        }
    }
    assert(consumers->topic_count < TOPICS_MAX && "a service has a few dozen topics");
    const Settings *settings = &consumers->runtime->settings;
    consumers->topics[consumers->topic_count++] = (KafkaTopic) {
        .name = topic,
        .partitions = is_dlq ? 1 : (int) settings->kafka_partitions,
        .replication = (int) settings->kafka_replication,
        .retention_ms = retention_ms(topic, is_dlq),
    };
}

static ConsumerGroup *group_of(Consumers *consumers, Str name)
{
    for (size_t i = 0; i < consumers->group_count; i++) {
        if (str_eq(consumers->groups[i].name, name)) {
            return &consumers->groups[i];
        }
    }
    assert(consumers->group_count < GROUPS_MAX && "a service has a few groups");
    ConsumerGroup *group = &consumers->groups[consumers->group_count++];
    consume_group_init(group, consumers->runtime, name);
    return group;
}

static void collect(Consumers *consumers)
{
    Runtime *runtime = consumers->runtime;
    const App *app = runtime->app;
    for (size_t i = 0; app->publishes && app->publishes[i]; i++) {
        want_topic(consumers, str_from(app->publishes[i]), false);
    }
    for (const Consumer *consumer = app->consumers; consumer && consumer->topic; consumer++) {
        Str topic = str_from(consumer->topic);
        want_topic(consumers, topic, false);
        want_topic(consumers, dlq_topic(runtime->arena, topic), true);
        Str name = consumer->group ? str_from(consumer->group) : runtime->service;
        consume_group_add(group_of(consumers, name), consumer);
    }
}

static KafkaOptions kafka_options(const Runtime *runtime)
{
    return (KafkaOptions) { .brokers = runtime->settings.kafka_brokers,
                            .client_id = runtime->service,
                            .metrics = runtime->metrics,
                            .tracer = runtime->tracer };
}

static bool ensure_topics(Consumers *consumers)
{
    Runtime *runtime = consumers->runtime;
    const KafkaOptions options = kafka_options(runtime);
    Error err = ERROR_INIT;
    Deadline former = fiber_narrow_deadline(deadline_in_ms(TOPICS_BUDGET_MS));
    int rc = kafka_topics_ensure(
        runtime->workers[0].loop, &options, consumers->topics, consumers->topic_count, &err
    );
    fiber_restore_deadline(former);
    if (rc < 0) {
        log_warn("topics: %s", err.message);
    }
    return rc == 0;
}

static void join_group(Consumers *consumers, size_t index)
{
    ConsumerGroup *group = &consumers->groups[index];
    const KafkaConsumerOptions options = {
        .kafka = kafka_options(consumers->runtime),
        .group = group->name,
        .topics = group->topics,
        .topic_count = group->count,
        .handler = consume_message,
        .arg = group,
    };
    Error err = ERROR_INIT;
    Loop *loop = consumers->runtime->workers[0].loop;
    if (kafka_consumer_open(loop, &options, &consumers->consumers[index], &err) < 0) {
        log_error("consumer group %" STR_FMT ": %s", STR_ARG(group->name), err.message);
    }
}

/* Topics first: a consumer of a topic that does not exist yet would learn of it ten seconds late.
 */
static void start_fiber(void *arg)
{
    Consumers *consumers = arg;
    while (!ensure_topics(consumers)) {
        if (!task_sleep(&consumers->task, TOPICS_RETRY_MS)) {
            return;
        }
    }
    for (size_t i = 0; i < consumers->group_count; i++) {
        join_group(consumers, i);
    }
}

int consumers_start(Runtime *runtime)
{
    if (!settings_has_kafka(&runtime->settings)) {
        return 0;
    }
    Consumers *consumers = ARENA_NEW(runtime->arena, Consumers);
    consumers->runtime = runtime;
    collect(consumers);
    if (consumers->topic_count == 0) {
        return 0;
    }
    const KafkaOptions options = kafka_options(runtime);
    Error err = ERROR_INIT;
    Loop *loop = runtime->workers[0].loop;
    int rc = kafka_producer_open(loop, &options, &runtime->producer, &err);
    if (rc < 0) {
        log_error("producer: %s", err.message);
        return rc;
    }
    runtime->consumers = consumers;
    return task_start(&consumers->task, loop, "consumers", start_fiber, consumers);
}

void consumers_stop(Runtime *runtime)
{
    Consumers *consumers = runtime->consumers;
    if (!consumers) {
        return;
    }
    task_stop(&consumers->task, GROUP_STOP_MS);
    for (size_t i = 0; i < consumers->group_count; i++) {
        if (consumers->consumers[i]) {
            kafka_consumer_close(consumers->consumers[i], GROUP_STOP_MS);
            consumers->consumers[i] = NULL;
        }
    }
}
