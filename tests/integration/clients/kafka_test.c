/* The Kafka client against a real broker. */
#include <semaphore.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/vec.h"
#include "clients/kafka.h"

#include "support.h"

enum { WAIT_MS = 30000 };

static KafkaOptions kafka_options(Arena *arena, const TestServer *server)
{
    return (KafkaOptions) { .brokers = str_printf(arena, "127.0.0.1:%d", server_port(server)) };
}

static Str unique(Arena *arena, const char *prefix)
{
    return str_printf(arena, "%s.%llx", prefix, (unsigned long long) random_u64());
}

static void make_topic(Loop *loop, const KafkaOptions *options, Str name, int partitions)
{
    Error err = ERROR_INIT;
    KafkaTopic topic = {
        .name = name, .partitions = partitions, .replication = 1, .retention_ms = 60000
    };
    if (kafka_topics_ensure(loop, options, &topic, 1, &err) < 0) {
        fail_msg("%s", err.message);
    }
}

typedef struct Seen {
    VEC(Str) lines; /* "partition key value" */
    Arena *arena;
    int failures_left;
    unsigned most_attempts;
    Str last_traceparent;
} Seen;

static int see(const KafkaMessage *message, unsigned attempt, Arena *arena, void *arg)
{
    (void) arena;
    Seen *seen = arg;
    seen->most_attempts = attempt > seen->most_attempts ? attempt : seen->most_attempts;
    if (seen->failures_left > 0 && str_eq(message->key, STR("hard"))) {
        seen->failures_left--;
        return -EAGAIN;
    }
    Str line = str_printf(
        seen->arena,
        "%d %" STR_FMT " %" STR_FMT,
        message->partition,
        STR_ARG(message->key),
        STR_ARG(message->value)
    );
    vec_push(&seen->lines, seen->arena, line);
    Str traceparent;
    if (kafka_header(message, STR("traceparent"), &traceparent)) {
        seen->last_traceparent = str_dup(seen->arena, traceparent);
    }
    return 0;
}

static KafkaConsumer *
consume(Loop *loop, const KafkaOptions *options, Str topic, Str group, Seen *seen)
{
    KafkaConsumerOptions consumer_options = {
        .kafka = *options,
        .group = group,
        .topics = &topic,
        .topic_count = 1,
        .handler = see,
        .arg = seen,
        .max_queued = 10,
    };
    KafkaConsumer *consumer = NULL;
    assert_int_equal(kafka_consumer_open(loop, &consumer_options, &consumer, NULL), 0);
    return consumer;
}

static void wait_seen(const Seen *seen, size_t count)
{
    Deadline until = deadline_in_ms(WAIT_MS);
    while (seen->lines.len < count && deadline_left_ms(until) > 0) {
        fiber_sleep_ms(10);
    }
    assert_int_equal(seen->lines.len, count);
}

CASE(topics_that_exist_are_left_alone_and_bad_ones_refused)
{
    KafkaOptions options = kafka_options(arena, server);
    Str name = unique(arena, "topics");
    make_topic(loop, &options, name, 3);
    make_topic(loop, &options, name, 3);
    Error err = ERROR_INIT;
    KafkaTopic bad = { .name = unique(arena, "bad"), .partitions = 1, .replication = 5 };
    assert_int_equal(kafka_topics_ensure(loop, &options, &bad, 1, &err), -EINVAL);
}

CASE(records_of_one_key_arrive_in_order_with_their_headers)
{
    KafkaOptions options = kafka_options(arena, server);
    Str topic = unique(arena, "order");
    make_topic(loop, &options, topic, 4);
    Seen seen = { .arena = arena };
    KafkaConsumer *consumer = consume(loop, &options, topic, unique(arena, "group"), &seen);
    KafkaProducer *producer = NULL;
    assert_int_equal(kafka_producer_open(loop, &options, &producer, NULL), 0);
    enum { RECORDS = 100 };
    KafkaRecord records[RECORDS];
    int results[RECORDS];
    KafkaHeader header = { STR("traceparent"),
                           STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00") };
    for (int i = 0; i < RECORDS; i++) {
        records[i] = (KafkaRecord) {
            .topic = topic,
            .key = str_printf(arena, "key%d", i % 5),
            .value = str_printf(arena, "%02d", i / 5),
            .headers = &header,
            .header_count = 1,
        };
    }
    Error err = ERROR_INIT;
    if (kafka_publish_all(producer, records, RECORDS, results, &err) < 0) {
        fail_msg("%s", err.message);
    }
    assert_true(kafka_producer_is_up(producer));
    wait_seen(&seen, RECORDS);
    int next[5] = { 0 };
    vec_foreach(line, &seen.lines) {
        int partition, key, value;
        assert_int_equal(
            sscanf(str_to_cstr(arena, *line), "%d key%d %d", &partition, &key, &value), 3
        );
        assert_int_equal(value, next[key]);
        next[key]++;
    }
    assert_true(str_eq(seen.last_traceparent, header.value));
    kafka_producer_close(producer, 5000);
    kafka_consumer_close(consumer, 5000);
}

/* The value the Java client computes: murmur2("key0") and so on, modulo the partitions. */
CASE(a_key_goes_to_the_partition_java_would_choose)
{
    KafkaOptions options = kafka_options(arena, server);
    Str topic = unique(arena, "murmur");
    make_topic(loop, &options, topic, 6);
    Seen seen = { .arena = arena };
    KafkaConsumer *consumer = consume(loop, &options, topic, unique(arena, "group"), &seen);
    KafkaProducer *producer = NULL;
    assert_int_equal(kafka_producer_open(loop, &options, &producer, NULL), 0);
    /* murmur2("21") = -973932308, of Kafka's own UtilsTest; & 0x7fffffff, % 6. */
    KafkaRecord record = { .topic = topic, .key = STR("21"), .value = STR("v") };
    assert_int_equal(kafka_publish(producer, &record, NULL), 0);
    wait_seen(&seen, 1);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "%d 21 v", (-973932308 & 0x7fffffff) % 6);
    assert_str(seen.lines.ptr[0], wanted);
    kafka_producer_close(producer, 5000);
    kafka_consumer_close(consumer, 5000);
}

CASE(a_failing_message_is_tried_again_and_what_was_done_is_committed)
{
    KafkaOptions options = kafka_options(arena, server);
    Str topic = unique(arena, "retry");
    Str group = unique(arena, "group");
    make_topic(loop, &options, topic, 1);
    KafkaProducer *producer = NULL;
    assert_int_equal(kafka_producer_open(loop, &options, &producer, NULL), 0);
    static const char *const keys[] = { "easy", "hard", "easy" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        KafkaRecord record = { .topic = topic, .key = str_from(keys[i]), .value = STR("v") };
        assert_int_equal(kafka_publish(producer, &record, NULL), 0);
    }
    Seen first = { .arena = arena, .failures_left = 1 };
    KafkaConsumer *consumer = consume(loop, &options, topic, group, &first);
    wait_seen(&first, 3);
    assert_int_equal(first.most_attempts, 2);
    assert_str(first.lines.ptr[1], "0 hard v");
    kafka_consumer_close(consumer, 5000);
    /* The next member of the group begins behind what was handled. */
    Seen second = { .arena = arena };
    consumer = consume(loop, &options, topic, group, &second);
    KafkaRecord record = { .topic = topic, .key = STR("new"), .value = STR("v") };
    assert_int_equal(kafka_publish(producer, &record, NULL), 0);
    wait_seen(&second, 1);
    assert_str(second.lines.ptr[0], "0 new v");
    kafka_consumer_close(consumer, 5000);
    kafka_producer_close(producer, 5000);
}

CASE(two_members_share_the_partitions_and_one_takes_over)
{
    KafkaOptions options = kafka_options(arena, server);
    Str topic = unique(arena, "share");
    Str group = unique(arena, "group");
    make_topic(loop, &options, topic, 4);
    Seen seen = { .arena = arena };
    KafkaConsumer *a = consume(loop, &options, topic, group, &seen);
    KafkaConsumer *b = consume(loop, &options, topic, group, &seen);
    Deadline until = deadline_in_ms(WAIT_MS);
    while ((kafka_consumer_assigned(a) != 2 || kafka_consumer_assigned(b) != 2) &&
           deadline_left_ms(until) > 0) {
        fiber_sleep_ms(10);
    }
    assert_int_equal(kafka_consumer_assigned(a), 2);
    assert_int_equal(kafka_consumer_assigned(b), 2);
    kafka_consumer_close(b, 5000);
    until = deadline_in_ms(WAIT_MS);
    while (kafka_consumer_assigned(a) != 4 && deadline_left_ms(until) > 0) {
        fiber_sleep_ms(10);
    }
    assert_int_equal(kafka_consumer_assigned(a), 4);
    kafka_consumer_close(a, 5000);
}

CASE(a_consumer_started_before_its_topic_finds_it)
{
    KafkaOptions options = kafka_options(arena, server);
    Str topic = unique(arena, "late");
    Seen seen = { .arena = arena };
    KafkaConsumer *consumer = consume(loop, &options, topic, unique(arena, "group"), &seen);
    make_topic(loop, &options, topic, 1);
    KafkaProducer *producer = NULL;
    assert_int_equal(kafka_producer_open(loop, &options, &producer, NULL), 0);
    KafkaRecord record = { .topic = topic, .key = STR("k"), .value = STR("v") };
    assert_int_equal(kafka_publish(producer, &record, NULL), 0);
    wait_seen(&seen, 1);
    kafka_producer_close(producer, 5000);
    kafka_consumer_close(consumer, 5000);
}

CASE(a_broker_that_is_gone_blocks_nothing)
{
    KafkaOptions options = kafka_options(arena, server);
    Str topic = unique(arena, "gone");
    make_topic(loop, &options, topic, 1);
    KafkaProducer *producer = NULL;
    assert_int_equal(kafka_producer_open(loop, &options, &producer, NULL), 0);
    KafkaRecord record = { .topic = topic, .key = STR("k"), .value = STR("1") };
    assert_int_equal(kafka_publish(producer, &record, NULL), 0);
    server_kill(server);
    record.value = STR("2");
    Deadline former = fiber_narrow_deadline(deadline_in_ms(300));
    assert_int_equal(kafka_publish(producer, &record, NULL), -ETIMEDOUT);
    fiber_restore_deadline(former);
    assert_true(server_restart(server));
    /* It was left in the queue, and goes out now: the consumer sees both, in order. */
    Seen seen = { .arena = arena };
    KafkaConsumer *consumer = consume(loop, &options, topic, unique(arena, "group"), &seen);
    wait_seen(&seen, 2);
    assert_str(seen.lines.ptr[1], "0 k 2");
    kafka_producer_close(producer, 5000);
    kafka_consumer_close(consumer, 5000);
}

CASE(closing_without_a_broker_ends_in_time)
{
    (void) server;
    KafkaOptions options = { .brokers = STR("127.0.0.1:1") };
    Str topic = STR("t");
    Seen seen = { .arena = arena };
    KafkaConsumer *consumer = consume(loop, &options, topic, STR("g"), &seen);
    KafkaProducer *producer = NULL;
    assert_int_equal(kafka_producer_open(loop, &options, &producer, NULL), 0);
    KafkaRecord record = { .topic = topic, .value = STR("v") };
    Deadline former = fiber_narrow_deadline(deadline_in_ms(50));
    assert_int_equal(kafka_publish(producer, &record, NULL), -ETIMEDOUT);
    fiber_restore_deadline(former);
    kafka_producer_close(producer, 50);
    kafka_consumer_close(consumer, 1000);
    assert_int_equal(seen.lines.len, 0);
}

enum { WORKERS = 4, TICKS_MS = 1500 }; /* of libuv's pool; more than one tick of a client */

static void hold_worker(void *arg)
{
    assert_int_equal(sem_wait(arg), 0);
}

static void hold_worker_main(void *arg)
{
    assert_int_equal(job_run(hold_worker, arg), 0);
}

static void release_workers_main(void *arg)
{
    fiber_sleep_ms(TICKS_MS);
    for (int i = 0; i < WORKERS; i++) {
        sem_post(arg);
    }
}

/* The client's handle is destroyed on a worker: while that waits for one, no timer may use what is
 * gone already. */
CASE(closing_waits_for_a_worker_without_touching_what_is_closed)
{
    (void) server;
    KafkaOptions options = { .brokers = STR("127.0.0.1:1") };
    Str topic = STR("t");
    Seen seen = { .arena = arena };
    KafkaConsumer *consumer = consume(loop, &options, topic, STR("g"), &seen);
    KafkaProducer *producer = NULL;
    assert_int_equal(kafka_producer_open(loop, &options, &producer, NULL), 0);
    sem_t held;
    assert_int_equal(sem_init(&held, 0, 0), 0);
    static const FiberOptions detached = { .deadline = DEADLINE_NEVER, .detached = true };
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(fiber_spawn(loop, &detached, hold_worker_main, &held, NULL), 0);
    }
    assert_int_equal(fiber_spawn(loop, &detached, release_workers_main, &held, NULL), 0);
    kafka_consumer_close(consumer, 50);
    kafka_producer_close(producer, 50);
    sem_destroy(&held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_that_exist_are_left_alone_and_bad_ones_refused),
        cmocka_unit_test(records_of_one_key_arrive_in_order_with_their_headers),
        cmocka_unit_test(a_key_goes_to_the_partition_java_would_choose),
        cmocka_unit_test(a_failing_message_is_tried_again_and_what_was_done_is_committed),
        cmocka_unit_test(two_members_share_the_partitions_and_one_takes_over),
        cmocka_unit_test(a_consumer_started_before_its_topic_finds_it),
        cmocka_unit_test(closing_without_a_broker_ends_in_time),
        cmocka_unit_test(closing_waits_for_a_worker_without_touching_what_is_closed),
        cmocka_unit_test(a_broker_that_is_gone_blocks_nothing),
    };
    RUN_WITH_SERVER("kafka", server_start_kafka);
}
