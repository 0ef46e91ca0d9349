/* The consumer: a member of its group whose events (messages, rebalances, commits) are served on
 * the loop. A revocation waits for the messages in hand, commits, and only then lets the partitions
 * go, so that their next owner begins behind them. */
#include <assert.h>

#include "base/log.h"
#include "base/mem.h"

#include "kafka_consumer_internal.h"

enum {
    MAX_QUEUED_DEFAULT = 100,
    STOP_TIMEOUT_MS_DEFAULT = 10000,
    COMMIT_EVERY_MS = 200,
    COMMIT_WAIT_MS = 5000,
    CLOSED_LOOK_MS = 5,
};

/* What was handled since the last commit; NULL: nothing. */
static rd_kafka_topic_partition_list_t *take_dirty(KafkaConsumer *consumer)
{
    rd_kafka_topic_partition_list_t *list = NULL;
    vec_foreach(at, &consumer->partitions) {
        KafkaPartition *partition = *at;
        if (partition->done_offset <= partition->committed_offset) {
            continue;
        }
        list = list ? list : rd_kafka_topic_partition_list_new((int) consumer->partitions.len);
        rd_kafka_topic_partition_list_add(list, partition->series->topic.ptr, partition->number)
            ->offset = partition->done_offset;
        partition->committed_offset = partition->done_offset;
    }
    return list;
}

static void on_commit_due(Timer *timer, void *arg)
{
    (void) timer;
    KafkaConsumer *consumer = arg;
    rd_kafka_topic_partition_list_t *list = take_dirty(consumer);
    if (list) {
        rd_kafka_commit(consumer->rk, list, 1);
        rd_kafka_topic_partition_list_destroy(list);
    }
}

void kafka_consumer_mark_dirty(KafkaConsumer *consumer)
{
    if (!timer_is_active(consumer->commit)) {
        timer_start(consumer->commit, COMMIT_EVERY_MS, 0);
    }
}

/* A commit that failed is repeated with the next one. */
static void on_committed(KafkaConsumer *consumer, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (!code || code == RD_KAFKA_RESP_ERR__NO_OFFSET) {
        return;
    }
    log_debug("kafka commit: %s", rd_kafka_err2str(code));
    vec_foreach(partition, &consumer->partitions) {
        (*partition)->committed_offset = -1;
    }
    kafka_consumer_mark_dirty(consumer);
}

typedef struct FinalCommit {
    rd_kafka_t *rk;
    rd_kafka_topic_partition_list_t *list;
} FinalCommit;

/* On a worker thread: until the broker has it, with a bound. */
static void commit_now(void *arg)
{
    FinalCommit *commit = arg;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(commit->rk);
    if (!rd_kafka_commit_queue(commit->rk, commit->list, queue, NULL, NULL)) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, COMMIT_WAIT_MS);
        if (event && rd_kafka_event_error(event)) {
            log_warn("kafka: the last commit failed: %s", rd_kafka_event_error_string(event));
        }
        if (event) {
            rd_kafka_event_destroy(event);
        }
    }
    rd_kafka_queue_destroy(queue);
}

static size_t running(const KafkaConsumer *consumer)
{
    size_t count = 0;
    vec_foreach(partition, &consumer->partitions) {
        count += (*partition)->is_running;
    }
    return count;
}

/* Until something changed; a caller that was canceled goes on looking, for what it waits for still
 * uses the consumer. */
static void wait_for_change(KafkaConsumer *consumer)
{
    if (fiber_queue_wait(&consumer->quiet) < 0) {
        fiber_yield();
    }
}

/* Handlers end their message in hand; those that take too long are canceled. */
static void stop_handlers(KafkaConsumer *consumer)
{
    vec_foreach(partition, &consumer->partitions) {
        kafka_partition_revoke(*partition);
    }
    Deadline until = deadline_in_ms(consumer->options.stop_timeout_ms);
    Deadline former = fiber_narrow_deadline(until);
    int rc = 0;
    while (rc >= 0 && running(consumer) > 0) {
        rc = fiber_queue_wait(&consumer->quiet);
    }
    fiber_restore_deadline(former);
    vec_foreach(partition, &consumer->partitions) {
        if ((*partition)->fiber) {
            log_warn("kafka: a handler of %s is canceled", (*partition)->series->topic.ptr);
            fiber_cancel((*partition)->fiber);
        }
    }
    while (running(consumer) > 0) {
        wait_for_change(consumer);
    }
}

static void forget_partitions(KafkaConsumer *consumer)
{
    while (consumer->partitions.len > 0) {
        kafka_partition_free(vec_pop(&consumer->partitions));
    }
}

static void revoke_main(void *arg)
{
    KafkaConsumer *consumer = arg;
    stop_handlers(consumer);
    FinalCommit commit = { .rk = consumer->rk, .list = take_dirty(consumer) };
    if (commit.list) {
        while (job_run(commit_now, &commit) == -EAGAIN) {
            fiber_yield();
        }
        rd_kafka_topic_partition_list_destroy(commit.list);
    }
    forget_partitions(consumer);
    rd_kafka_assign(consumer->rk, NULL);
    consumer->is_revoking = false;
    fiber_queue_wake_all(&consumer->quiet, 0);
}

static void give_back(KafkaConsumer *consumer)
{
    static const FiberOptions options = {
        .name = "kafka revoke",
        .deadline = DEADLINE_NEVER,
        .detached = true,
    };
    consumer->is_revoking = true;
    consumer->wants_revoke = fiber_spawn(consumer->loop, &options, revoke_main, consumer, NULL) < 0;
}

static void assign(KafkaConsumer *consumer, const rd_kafka_topic_partition_list_t *list)
{
    forget_partitions(consumer);
    for (int i = 0; i < list->cnt; i++) {
        Str topic = str_from(list->elems[i].topic);
        vec_push(
            &consumer->partitions,
            NULL,
            kafka_partition_new(consumer, topic, list->elems[i].partition)
        );
    }
    rd_kafka_assign(consumer->rk, list);
}

static void on_rebalance(KafkaConsumer *consumer, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !consumer->is_closing) {
        assign(consumer, rd_kafka_event_topic_partition_list(event));
    } else {
        give_back(consumer);
    }
}

static KafkaPartition *find(const KafkaConsumer *consumer, const rd_kafka_message_t *message)
{
    Str topic = str_from(rd_kafka_topic_name(message->rkt));
    vec_foreach(partition, &consumer->partitions) {
        if ((*partition)->number == message->partition &&
            str_eq((*partition)->series->topic, topic)) {
            return *partition;
        }
    }
    return NULL;
}

/* True when the event was kept. */
static bool on_message(KafkaConsumer *consumer, rd_kafka_event_t *event)
{
    const rd_kafka_message_t *message = rd_kafka_event_message_next(event);
    if (!message || message->err) {
        log_debug("kafka: %s", message ? rd_kafka_message_errstr(message) : "an empty event");
        return false;
    }
    KafkaPartition *partition = find(consumer, message);
    if (!partition || partition->is_revoked) {
        return false;
    }
    kafka_partition_add(partition, event, message);
    return true;
}

static void on_event(rd_kafka_event_t *event, void *arg)
{
    KafkaConsumer *consumer = arg;
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_FETCH:
        if (on_message(consumer, event)) {
            return;
        }
        break;
    case RD_KAFKA_EVENT_REBALANCE:
        on_rebalance(consumer, event);
        break;
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
        on_committed(consumer, event);
        break;
    default:
        kafka_note_brokers(event, &consumer->is_up);
        break;
    }
    rd_kafka_event_destroy(event);
}

static void on_tick(Timer *timer, void *arg)
{
    (void) timer;
    KafkaConsumer *consumer = arg;
    if (consumer->wants_revoke) {
        give_back(consumer);
    }
    kafka_queue_serve(&consumer->events); /* which tells the group that this member lives */
    vec_foreach(partition, &consumer->partitions) {
        kafka_partition_run(*partition);
        kafka_partition_show_lag(*partition);
    }
}

static int start_instance(KafkaConsumer *consumer, Error *err)
{
    auto_arena Arena *arena = arena_new(0);
    const KafkaSetting settings[] = {
        { "group.id", str_to_cstr(arena, consumer->options.group) },
        { "enable.auto.commit", "false" },
        { "enable.auto.offset.store", "false" },
        { "auto.offset.reset", "earliest" },
        { "session.timeout.ms", "10000" },
        { "heartbeat.interval.ms", "3000" },
        { "queued.max.messages.kbytes", "8192" },
        { "queued.min.messages", "1000" },
        { "fetch.wait.max.ms", "250" },
        { "allow.auto.create.topics", "false" },
    };
    const KafkaInstance instance = {
        .type = RD_KAFKA_CONSUMER,
        .settings = settings,
        .setting_count = ARRAY_LEN(settings),
        .events = RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE |
                  RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_STATS,
    };
    int rc = kafka_new(&consumer->options.kafka, &instance, &consumer->rk, err);
    if (rc < 0) {
        return rc;
    }
    rd_kafka_poll_set_consumer(consumer->rk);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer->rk);
    rc = kafka_queue_init(&consumer->events, consumer->loop, queue, on_event, consumer);
    return rc < 0 ? error_errno(err, rc, "watch a consumer") : 0;
}

static int subscribe(KafkaConsumer *consumer, Error *err)
{
    const KafkaConsumerOptions *options = &consumer->options;
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int) options->topic_count);
    for (size_t i = 0; i < options->topic_count; i++) {
        rd_kafka_topic_partition_list_add(list, options->topics[i].ptr, RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code ? kafka_fail(err, code, "subscribe") : 0;
}

static void copy_options(KafkaConsumer *consumer, const KafkaConsumerOptions *from)
{
    KafkaConsumerOptions *options = &consumer->options;
    *options = *from;
    options->kafka = kafka_options_copy(consumer->strings, &from->kafka);
    options->group = str_dup(consumer->strings, from->group);
    Str *topics = ARENA_ARRAY(consumer->strings, Str, from->topic_count);
    for (size_t i = 0; i < from->topic_count; i++) {
        topics[i] = str_dup(consumer->strings, from->topics[i]);
    }
    options->topics = topics;
    if (!options->max_queued) {
        options->max_queued = MAX_QUEUED_DEFAULT;
    }
    if (!options->stop_timeout_ms) {
        options->stop_timeout_ms = STOP_TIMEOUT_MS_DEFAULT;
    }
}

static void consumer_free(KafkaConsumer *consumer)
{
    timer_free(consumer->tick);
    timer_free(consumer->commit);
    vec_done(&consumer->partitions);
    map_done(&consumer->series);
    arena_free(consumer->strings);
    free(consumer);
}

int kafka_consumer_open(
    Loop *loop, const KafkaConsumerOptions *options, KafkaConsumer **ret_consumer, Error *err
)
{
    KafkaConsumer *consumer = MEM_NEW(KafkaConsumer);
    consumer->loop = loop;
    consumer->strings = arena_new(0);
    copy_options(consumer, options);
    consumer->tick = timer_new(loop, on_tick, consumer);
    consumer->commit = timer_new(loop, on_commit_due, consumer);
    timer_unref(consumer->tick);
    timer_unref(consumer->commit);
    int rc = start_instance(consumer, err);
    rc = rc < 0 ? rc : subscribe(consumer, err);
    if (rc < 0) {
        kafka_queue_done(&consumer->events);
        if (consumer->rk) {
            rd_kafka_destroy_flags(consumer->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
        }
        consumer_free(consumer);
        return error_wrap(err, rc, "open a consumer");
    }
    timer_start(consumer->tick, KAFKA_TICK_MS, KAFKA_TICK_MS);
    *ret_consumer = consumer;
    return 0;
}

size_t kafka_consumer_assigned(const KafkaConsumer *consumer)
{
    return consumer->partitions.len;
}

/* Leaving the group asks for a revocation first, which the events bring. */
static bool leave_group(KafkaConsumer *consumer, int64_t timeout_ms)
{
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(consumer->rk, consumer->events.queue);
    if (error) {
        rd_kafka_error_destroy(error);
        return false;
    }
    Deadline until = deadline_in_ms(timeout_ms);
    int rc = 0;
    while (rc == 0 && !rd_kafka_consumer_closed(consumer->rk) && deadline_left_ms(until) > 0) {
        rc = fiber_sleep_ms(CLOSED_LOOK_MS);
    }
    return rd_kafka_consumer_closed(consumer->rk);
}

void kafka_consumer_close(KafkaConsumer *consumer, int64_t timeout_ms)
{
    if (!consumer) {
        return;
    }
    consumer->is_closing = true;
    if (timeout_ms < consumer->options.stop_timeout_ms) {
        consumer->options.stop_timeout_ms = timeout_ms;
    }
    bool has_left = leave_group(consumer, timeout_ms);
    while (consumer->is_revoking && !consumer->wants_revoke) {
        wait_for_change(consumer);
    }
    stop_handlers(consumer); /* none run any more but where the group could not be left in order */
    forget_partitions(consumer);
    timer_stop(consumer->tick
    ); /* the rest parks, and the queue that the tick looks at goes first */
    timer_stop(consumer->commit);
    kafka_queue_done(&consumer->events);
    kafka_destroy(consumer->rk, has_left ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    consumer_free(consumer);
}
