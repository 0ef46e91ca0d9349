#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream_support.h"

static void ping(void *arg)
{
    (void) arg;
    Address address;
    Listener *listener = listen_with(accept_echo, NULL, &address);
    Stream *stream = connect_or_fail(&address);
    char answer[5];
    for (int i = 0; i < 100; i++) {
        assert_int_equal(stream_send(stream, STR("hello")), 0);
        read_exactly(stream, answer, sizeof(answer));
        assert_memory_equal(answer, "hello", 5);
    }
    Str peer = stream_peer(stream);
    assert_true(str_has_prefix(peer, STR("127.0.0.1:")));
    stream_close(stream);
    listener_close(listener);
}

static void echoes_over_tcp(void **state)
{
    (void) state;
    run_on_fiber(ping, NULL);
}

enum { BULK_BYTES = 10 * 1024 * 1024 };

static char bulk_byte(size_t at)
{
    return (char) (at * 31 + at / 4096);
}

typedef struct Bulk {
    Stream *stream;
    int write_result;
} Bulk;

static void write_bulk(void *arg)
{
    Bulk *bulk = arg;
    char *data = mem_alloc(BULK_BYTES);
    for (size_t i = 0; i < BULK_BYTES; i++) {
        data[i] = bulk_byte(i);
    }
    bulk->write_result = stream_write(bulk->stream, str_make(data, BULK_BYTES));
    stream_shutdown(bulk->stream);
    free(data);
}

static void read_bulk(Stream *stream)
{
    char *buffer = mem_alloc(32 * 1024);
    size_t at = 0;
    ssize_t count;
    while ((count = stream_read(stream, buffer, 32 * 1024)) > 0) {
        for (ssize_t i = 0; i < count; i++) {
            if (buffer[i] != bulk_byte(at++)) {
                fail_msg("byte %zu differs", at - 1);
            }
        }
    }
    assert_int_equal(count, 0);
    assert_int_equal(at, BULK_BYTES);
    free(buffer);
}

static void echo_bulk(void *arg)
{
    (void) arg;
    Address address;
    Listener *listener = listen_with(accept_echo, NULL, &address);
    Bulk bulk = { .stream = connect_or_fail(&address), .write_result = -1 };
    Fiber *writer;
    fiber_spawn(loop_current(), NULL, write_bulk, &bulk, &writer);
    read_bulk(bulk.stream);
    fiber_join(writer);
    assert_int_equal(bulk.write_result, 0);
    stream_close(bulk.stream);
    listener_close(listener);
}

static void echoes_ten_megabytes_and_the_end(void **state)
{
    (void) state;
    run_on_fiber(echo_bulk, NULL);
}

static void half_close(void *arg)
{
    Pair *pair = arg;
    char buffer[16];
    make_pair(pair);
    assert_int_equal(stream_send(pair->a, STR("last")), 0);
    stream_shutdown(pair->a);
    assert_int_equal(stream_send(pair->a, STR("more")), -EPIPE);
    read_exactly(pair->b, buffer, 4);
    assert_int_equal(stream_read(pair->b, buffer, sizeof(buffer)), 0);
    assert_int_equal(stream_read(pair->b, buffer, sizeof(buffer)), 0);
    assert_int_equal(stream_send(pair->b, STR("answer")), 0);
    read_exactly(pair->a, buffer, 6);
    assert_memory_equal(buffer, "answer", 6);
    stream_close(pair->a);
    stream_close(pair->b);
}

static void the_other_side_still_answers_after_a_half_close(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(half_close, &pair);
    assert_int_equal(pair.closed, 2);
}

static void close_under_reader(void *arg)
{
    Pair *pair = arg;
    char byte;
    pair->result = (int) stream_read(pair->a, &byte, 1);
}

static void close_while_reading(void *arg)
{
    Pair *pair = arg;
    Fiber *reader;
    make_pair(pair);
    fiber_spawn(loop_current(), NULL, close_under_reader, pair, &reader);
    fiber_yield();
    assert_true(fiber_is_parked(reader));
    stream_close(pair->a);
    assert_true(stream_is_closing(pair->a));
    fiber_join(reader);
    assert_int_equal(pair->result, -ECONNABORTED);
    stream_close(pair->b);
}

static void closing_ends_a_parked_reader(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(close_while_reading, &pair);
}

static void read_with_deadline(void *arg)
{
    Pair *pair = arg;
    char buffer[8];
    make_pair(pair);
    Deadline former = fiber_narrow_deadline(deadline_in_ms(2));
    assert_int_equal(stream_read(pair->a, buffer, sizeof(buffer)), -ETIMEDOUT);
    fiber_restore_deadline(former);
    assert_int_equal(stream_send(pair->b, STR("late")), 0);
    read_exactly(pair->a, buffer, 4);
    assert_memory_equal(buffer, "late", 4);
    stream_close(pair->a);
    stream_close(pair->b);
}

static void a_read_that_timed_out_loses_no_bytes(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(read_with_deadline, &pair);
}

static void fill_queue(void *arg)
{
    Pair *pair = arg;
    static const char block[64 * 1024];
    int rc = 0;
    make_pair(pair);
    pair->fiber = fiber_self();
    size_t sent = 0;
    while ((rc = stream_send(pair->a, str_make(block, sizeof(block)))) == 0) {
        sent += sizeof(block);
        assert_true(sent < 16 * 1024 * 1024);
    }
    assert_int_equal(rc, -ENOBUFS);
    assert_true(stream_queued_bytes(pair->a) >= 1024 * 1024);
    stream_read_start(pair->b);
    assert_int_equal(fiber_park(), 0);
    assert_int_equal(pair->drained, 1);
    assert_int_equal(stream_send(pair->a, STR("x")), 0);
    stream_shutdown(pair->a);
    while (!pair->ended) {
        assert_int_equal(fiber_park(), 0);
    }
    assert_int_equal(pair->received, sent + 1);
    stream_close(pair->a);
    stream_close(pair->b);
}

static void refuses_what_a_slow_peer_does_not_take(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(fill_queue, &pair);
}

static void write_to_slow_peer(void *arg)
{
    Pair *pair = arg;
    char *block = mem_alloc(2 * 1024 * 1024);
    pair->result = stream_write(pair->a, str_make(block, 2 * 1024 * 1024));
    free(block);
}

static void close_while_writing(void *arg)
{
    Pair *pair = arg;
    Fiber *writer;
    make_pair(pair);
    fiber_spawn(loop_current(), NULL, write_to_slow_peer, pair, &writer);
    fiber_yield();
    assert_true(fiber_is_parked(writer));
    assert_true(stream_queued_bytes(pair->a) <= 256 * 1024 + 64 * 1024);
    stream_close(pair->a);
    fiber_join(writer);
    assert_int_equal(pair->result, -ECONNABORTED);
    stream_close(pair->b);
}

static void a_writer_parks_above_the_high_water_mark(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(close_while_writing, &pair);
}

static void write_to_gone_peer(void *arg)
{
    Pair *pair = arg;
    make_pair(pair);
    pair->fiber = fiber_self();
    stream_close(pair->b);
    fiber_yield();
    int rc;
    while ((rc = stream_send(pair->a, STR("anyone there?"))) == 0) {
        fiber_yield();
    }
    assert_int_equal(rc, -EPIPE);
    stream_close(pair->a);
}

static void a_peer_that_left_is_an_error_not_a_signal(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(write_to_gone_peer, &pair);
}

static void send_parts(void *arg)
{
    Pair *pair = arg;
    make_pair(pair);
    Str parts[40];
    char expected[40 * 3];
    char got[sizeof(expected)];
    char texts[40][4];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        snprintf(texts[i], sizeof(texts[i]), "%03zu", i);
        parts[i] = str_make(texts[i], 3);
        memcpy(expected + i * 3, texts[i], 3);
    }
    assert_int_equal(stream_send_parts(pair->a, parts, ARRAY_LEN(parts)), 0);
    read_exactly(pair->b, got, sizeof(got));
    assert_memory_equal(got, expected, sizeof(got));
    stream_close(pair->a);
    stream_close(pair->b);
}

static void sends_many_parts_in_order(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(send_parts, &pair);
}

static void flush_large(void *arg)
{
    Pair *pair = arg;
    static const char block[64 * 1024];
    size_t sent = 0;
    make_pair(pair);
    pair->fiber = fiber_self();
    while (stream_queued_bytes(pair->a) < 512 * 1024) {
        assert_int_equal(stream_send(pair->a, str_make(block, sizeof(block))), 0);
        sent += sizeof(block);
    }
    stream_close_flushed(pair->a, 60000);
    assert_int_equal(stream_send(pair->a, STR("x")), -ECONNABORTED);
    stream_send(pair->b, STR("not read by anyone"));
    stream_read_start(pair->b);
    assert_int_equal(fiber_park(), 0);
    assert_int_equal(pair->received, sent);
    assert_int_equal(pair->read_error, 0);
    assert_int_equal(pair->closed, 0);
    stream_close(pair->b);
    while (pair->closed < 2) {
        fiber_yield();
    }
}

static void a_flushed_close_sends_all_and_awaits_the_peer(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(flush_large, &pair);
}

static void flush_to_stuck_peer(void *arg)
{
    Pair *pair = arg;
    make_pair(pair);
    stream_close_flushed(pair->a, 1);
    while (pair->closed < 1) {
        assert_int_equal(fiber_sleep_ms(1), 0);
    }
    stream_close(pair->b);
}

static void a_flushed_close_gives_up_after_its_time(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(flush_to_stuck_peer, &pair);
}

static void use_pipe(void *arg)
{
    (void) arg;
    int fds[2];
    char buffer[8];
    Stream *in;
    Stream *out;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(stream_from_fd(loop_current(), fds[0], &in, NULL), 0);
    assert_int_equal(stream_from_fd(loop_current(), fds[1], &out, NULL), 0);
    assert_int_equal(stream_send(out, STR("pipe")), 0);
    stream_shutdown(out);
    read_exactly(in, buffer, 4);
    assert_int_equal(stream_read(in, buffer, sizeof(buffer)), 0);
    stream_close(in);
}

static void shutting_a_pipe_down_closes_it(void **state)
{
    (void) state;
    run_on_fiber(use_pipe, NULL);
}

static void a_regular_file_is_no_stream(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Stream *stream;
    Error err = ERROR_INIT;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_int_equal(stream_from_fd(loop, fd, &stream, &err), -ENOTSOCK);
    assert_true(err.message[0] != '\0');
    close(fd);
    loop_free(loop);
}

static void leave_all_open(void *arg)
{
    Address address;
    Pair *pair = arg;
    listen_with(accept_echo, NULL, &address);
    connect_or_fail(&address);
    make_pair(pair);
    stream_read_start(pair->a);
}

static void freeing_the_loop_closes_streams_and_listeners(void **state)
{
    (void) state;
    Pair pair = { 0 };
    run_on_fiber(leave_all_open, &pair);
    assert_int_equal(pair.closed, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes_over_tcp),
        cmocka_unit_test(echoes_ten_megabytes_and_the_end),
        cmocka_unit_test(the_other_side_still_answers_after_a_half_close),
        cmocka_unit_test(closing_ends_a_parked_reader),
        cmocka_unit_test(a_read_that_timed_out_loses_no_bytes),
        cmocka_unit_test(refuses_what_a_slow_peer_does_not_take),
        cmocka_unit_test(a_writer_parks_above_the_high_water_mark),
        cmocka_unit_test(a_peer_that_left_is_an_error_not_a_signal),
        cmocka_unit_test(sends_many_parts_in_order),
        cmocka_unit_test(a_flushed_close_sends_all_and_awaits_the_peer),
        cmocka_unit_test(a_flushed_close_gives_up_after_its_time),
        cmocka_unit_test(shutting_a_pipe_down_closes_it),
        cmocka_unit_test(a_regular_file_is_no_stream),
        cmocka_unit_test(freeing_the_loop_closes_streams_and_listeners),
    };
    return cmocka_run_group_tests_name("loop/stream", tests, NULL, NULL);
}
