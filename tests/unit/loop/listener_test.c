#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream_support.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests_name("loop/listener", tests, NULL, NULL);
}
