#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "loop/stream.h"

#include "support.h"

static const Address ANY_PORT = { .host = "127.0.0.1" };

/* --- a server whose connections are fibers that echo --- */

static void echo(void *arg)
{
    Stream *stream = arg;
    char buffer[16 * 1024];
    ssize_t count;
    while ((count = stream_read(stream, buffer, sizeof(buffer))) > 0) {
        if (stream_write(stream, str_make(buffer, (size_t) count)) < 0) {
            break;
        }
    }
    stream_close_flushed(stream, 1000);
}

static void accept_echo(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    (void) arg;
    FiberOptions options = { .name = "echo", .detached = true };
    if (fiber_spawn(stream_loop(stream), &options, echo, stream, NULL) < 0) {
        stream_close(stream);
    }
}

static Listener *listen_with(AcceptFn fn, void *arg, Address *ret_address)
{
    Listener *listener = NULL;
    Error err = ERROR_INIT;
    if (listener_open(loop_current(), &ANY_PORT, fn, arg, &listener, &err) != 0) {
        fail_msg("%s", err.message);
    }
    *ret_address = (Address) { .host = "127.0.0.1", .port = listener_port(listener) };
    return listener;
}

static Stream *connect_or_fail(const Address *address)
{
    Stream *stream = NULL;
    Error err = ERROR_INIT;
    if (stream_connect(loop_current(), address, DEADLINE_NEVER, &stream, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return stream;
}

static void read_exactly(Stream *stream, char *buffer, size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t count = stream_read(stream, buffer + got, size - got);
        assert_true(count > 0);
        got += (size_t) count;
    }
}

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

/* --- two connected streams --- */

typedef struct Pair {
    Stream *a, *b;
    Fiber *fiber;
    int result;
    int closed;
    int drained;
    size_t received;
    int read_error;
    bool ended;
} Pair;

static void on_read(Stream *stream, const void *data, size_t size, int error, void *arg)
{
    (void) stream;
    Pair *pair = arg;
    pair->received += size;
    if (size == 0) {
        assert_null(data);
        pair->ended = true;
        pair->read_error = error;
        if (pair->fiber) {
            fiber_wake(pair->fiber, 0);
        }
    }
}

static void on_drain(Stream *stream, void *arg)
{
    (void) stream;
    Pair *pair = arg;
    pair->drained++;
    fiber_wake(pair->fiber, 0);
}

static void on_close(Stream *stream, void *arg)
{
    (void) stream;
    ((Pair *) arg)->closed++;
}

static const StreamCallbacks CALLBACKS = { on_read, on_drain, on_close };

static void make_pair(Pair *pair)
{
    assert_int_equal(stream_pair(loop_current(), &pair->a, &pair->b, NULL), 0);
    stream_set_callbacks(pair->a, &CALLBACKS, pair);
    stream_set_callbacks(pair->b, &CALLBACKS, pair);
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

/* --- connections over TCP that go wrong --- */

typedef struct Accepted {
    Stream *stream;
    Fiber *waiter;
    int count;
    bool pause;
} Accepted;

static void keep_accepted(Listener *listener, Stream *stream, void *arg)
{
    Accepted *accepted = arg;
    accepted->stream = stream;
    accepted->count++;
    if (accepted->pause) {
        listener_pause(listener, true);
    }
    if (accepted->waiter) {
        fiber_wake(accepted->waiter, 0);
    }
}

static void meet_reset(void *arg)
{
    (void) arg;
    Accepted accepted = { .waiter = fiber_self() };
    Address address;
    Pair pair = { .fiber = fiber_self() };
    Listener *listener = listen_with(keep_accepted, &accepted, &address);
    Stream *client = connect_or_fail(&address);
    while (!accepted.stream) {
        assert_int_equal(fiber_park(), 0);
    }
    stream_set_callbacks(accepted.stream, &CALLBACKS, &pair);
    stream_read_start(accepted.stream);
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(stream_fd(client), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    stream_close(client);
    while (!pair.ended) {
        assert_int_equal(fiber_park(), 0);
    }
    assert_int_equal(pair.read_error, -ECONNRESET);
    stream_close(accepted.stream);
    listener_close(listener);
}

static void a_reset_by_the_peer_is_reported(void **state)
{
    (void) state;
    run_on_fiber(meet_reset, NULL);
}

static void connect_to_closed_port(void *arg)
{
    (void) arg;
    Address address;
    Error err = ERROR_INIT;
    Stream *stream;
    listener_close(listen_with(accept_echo, NULL, &address));
    assert_int_equal(
        stream_connect(loop_current(), &address, DEADLINE_NEVER, &stream, &err), -ECONNREFUSED
    );
    assert_non_null(strstr(err.message, "connect to 127.0.0.1:"));
}

static void connecting_to_a_closed_port_is_refused(void **state)
{
    (void) state;
    run_on_fiber(connect_to_closed_port, NULL);
}

/* A backlog that is full lets further connections hang: nothing answers them. */
static void connect_to_full_backlog(void *arg)
{
    (void) arg;
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &in, len), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &in, &len), 0);
    Address address = { .host = "127.0.0.1", .port = ntohs(in.sin_port) };
    Stream *streams[8] = { 0 };
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(streams) && rc == 0; i++) {
        rc = stream_connect(loop_current(), &address, deadline_in_ms(50), &streams[i], NULL);
    }
    assert_int_equal(rc, -ETIMEDOUT);
    for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
        stream_close(streams[i]);
    }
    close(fd);
}

static void connecting_ends_at_its_deadline(void **state)
{
    (void) state;
    run_on_fiber(connect_to_full_backlog, NULL);
}

static void connect_by_name(void *arg)
{
    (void) arg;
    Address address;
    Error err = ERROR_INIT;
    Stream *stream;
    Listener *listener = listen_with(accept_echo, NULL, &address);
    address.host = "localhost";
    stream_close(connect_or_fail(&address));
    address.host = "no-such-host.invalid";
    int rc = stream_connect(loop_current(), &address, DEADLINE_NEVER, &stream, &err);
    assert_true(rc == -ENOENT || rc == -EAGAIN);
    assert_non_null(strstr(err.message, "connect to no-such-host.invalid:"));
    listener_close(listener);
}

static void names_are_resolved(void **state)
{
    (void) state;
    run_on_fiber(connect_by_name, NULL);
}

/* --- listeners --- */

static void a_taken_port_is_named(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Listener *first;
    Listener *second;
    Error err = ERROR_INIT;
    assert_int_equal(listener_open(loop, &ANY_PORT, accept_echo, NULL, &first, NULL), 0);
    Address same = { .host = "127.0.0.1", .port = listener_port(first) };
    char text[64];
    snprintf(text, sizeof(text), "listen on 127.0.0.1:%d", same.port);
    assert_int_equal(listener_open(loop, &same, accept_echo, NULL, &second, &err), -EADDRINUSE);
    assert_non_null(strstr(err.message, text));
    listener_close(first);
    loop_free(loop);
}

static void several_listeners_share_a_port_when_asked(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Listener *first;
    Listener *second;
    Address address = { .host = "127.0.0.1", .reuse_port = true };
    assert_int_equal(listener_open(loop, &address, accept_echo, NULL, &first, NULL), 0);
    address.port = listener_port(first);
    assert_int_equal(listener_open(loop, &address, accept_echo, NULL, &second, NULL), 0);
    loop_free(loop);
}

static void accept_paused(void *arg)
{
    (void) arg;
    Accepted accepted = { .waiter = fiber_self(), .pause = true };
    Address address;
    Listener *listener = listen_with(keep_accepted, &accepted, &address);
    Stream *clients[3];
    for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
        clients[i] = connect_or_fail(&address);
    }
    for (int i = 1; i <= (int) ARRAY_LEN(clients); i++) {
        while (accepted.count < i) {
            assert_int_equal(fiber_park(), 0);
        }
        assert_int_equal(accepted.count, i);
        stream_close(accepted.stream);
        stream_close(clients[i - 1]);
        listener_pause(listener, false);
    }
    listener_close(listener);
}

static void a_paused_listener_leaves_connections_in_the_backlog(void **state)
{
    (void) state;
    run_on_fiber(accept_paused, NULL);
}

static void run_out_of_descriptors(void *arg)
{
    (void) arg;
    Accepted accepted = { .waiter = fiber_self() };
    Address address;
    Listener *listener = listen_with(keep_accepted, &accepted, &address);
    listener_pause(listener, true);
    Stream *client = connect_or_fail(&address);
    struct rlimit former;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &former), 0);
    struct rlimit tight = { .rlim_cur = (rlim_t) stream_fd(client), .rlim_max = former.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    listener_pause(listener, false);
    assert_int_equal(fiber_park_until(deadline_in_ms(20)), -ETIME);
    assert_int_equal(accepted.count, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &former), 0);
    assert_int_equal(fiber_park(), 0);
    assert_int_equal(accepted.count, 1);
    stream_close(client);
    stream_close(accepted.stream);
    listener_close(listener);
}

static void accepting_goes_on_when_descriptors_are_free_again(void **state)
{
    (void) state;
    run_on_fiber(run_out_of_descriptors, NULL);
}

static void serve_unix(void *arg)
{
    const char *path = arg;
    Address address = { .unix_path = path };
    Listener *listener = NULL;
    Listener *second = NULL;
    Error err = ERROR_INIT;
    Loop *loop = loop_current();
    struct stat status;
    assert_int_equal(listener_open(loop, &address, accept_echo, NULL, &listener, NULL), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(listener_open(loop, &address, accept_echo, NULL, &second, &err), -EADDRINUSE);
    assert_non_null(strstr(err.message, path));
    Stream *stream = connect_or_fail(&address);
    char answer[2];
    assert_int_equal(stream_send(stream, STR("hi")), 0);
    read_exactly(stream, answer, 2);
    assert_true(str_eq(stream_peer(stream), STR("unix")));
    stream_close(stream);
    listener_close(listener);
    assert_int_equal(stat(path, &status), -1);
}

static void leave_stale_socket(const char *path)
{
    struct sockaddr_un {
        sa_family_t family;
        char path[108];
    } un = { .family = AF_UNIX };
    memcpy(un.path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &un, sizeof(un)), 0);
    close(fd);
}

static void replaces_a_stale_unix_socket_but_not_a_served_one(void **state)
{
    (void) state;
    char dir[] = "/tmp/stream_test_XXXXXX";
    char path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/socket", dir);
    leave_stale_socket(path);
    run_on_fiber(serve_unix, path);
    rmdir(dir);
}

static void a_file_in_the_way_of_a_unix_socket_stays(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Listener *listener;
    char path[] = "/tmp/stream_test_XXXXXX";
    close(mkstemp(path));
    Address address = { .unix_path = path };
    assert_int_equal(
        listener_open(loop, &address, accept_echo, NULL, &listener, NULL), -EADDRINUSE
    );
    assert_int_equal(unlink(path), 0);
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
        cmocka_unit_test(a_reset_by_the_peer_is_reported),
        cmocka_unit_test(connecting_to_a_closed_port_is_refused),
        cmocka_unit_test(connecting_ends_at_its_deadline),
        cmocka_unit_test(names_are_resolved),
        cmocka_unit_test(a_taken_port_is_named),
        cmocka_unit_test(several_listeners_share_a_port_when_asked),
        cmocka_unit_test(a_paused_listener_leaves_connections_in_the_backlog),
        cmocka_unit_test(accepting_goes_on_when_descriptors_are_free_again),
        cmocka_unit_test(replaces_a_stale_unix_socket_but_not_a_served_one),
        cmocka_unit_test(a_file_in_the_way_of_a_unix_socket_stays),
        cmocka_unit_test(freeing_the_loop_closes_streams_and_listeners),
    };
    return cmocka_run_group_tests_name("loop/stream", tests, NULL, NULL);
}
