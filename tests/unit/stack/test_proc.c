#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"

#include "stack/family.h"
#include "stack/ports.h"
#include "stack/proc.h"

/* A child that runs `script` under sh with the marker in its environment; waits until it says
 * something. */
static pid_t start_child(const char *script)
{
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char *const argv[] = { (char[]) { "sh" }, (char[]) { "-c" }, strdup(script), NULL };
        char *const envp[] = { (char[]) { "SLIPWAY_STACK=feed/one" },
                               (char[]) { "PATH=/usr/bin:/bin" },
                               NULL };
        setsid();
        dup2(pipe_fds[1], 1);
        close(pipe_fds[0]);
        close(pipe_fds[1]);
        execve("/bin/sh", argv, envp);
        _exit(127);
    }
    close(pipe_fds[1]);
    struct pollfd wait = { .fd = pipe_fds[0], .events = POLLIN };
    assert_int_equal(poll(&wait, 1, 10000), 1);
    char said[16];
    assert_true(read(pipe_fds[0], said, sizeof said) > 0);
    close(pipe_fds[0]);
    return pid;
}

static size_t count_found(const ProcQuery *query)
{
    auto_arena Arena *arena = arena_new(0);
    ProcList list = { 0 };
    proc_find(arena, query, &list);
    return list.len;
}

/* True once there are so many, false when that doesn't come. */
static bool await_count(const ProcQuery *query, size_t count)
{
    Deadline deadline = deadline_in_ms(20 * 1000);
    while (count_found(query) < count && deadline_left_ms(deadline) > 0) {
        poll(NULL, 0, 5);
    }
    return count_found(query) >= count;
}

static void reads_itself(void **state)
{
    (void) state;
    ProcStat stat;
    assert_int_equal(proc_read(getpid(), &stat), 0);
    assert_int_equal(stat.parent, getppid());
    assert_int_equal(stat.session, getsid(0));
    assert_true(stat.rss_bytes > 0);
    assert_true(proc_is_alive(getpid(), stat.start_ticks));
    assert_false(proc_is_alive(getpid(), stat.start_ticks + 1));
}

static void finds_and_ends_grandchildren_that_left_the_session_and_ignore_sigterm(void **state)
{
    (void) state;
    pid_t pid =
        start_child("trap '' TERM; sh -c 'sleep 1000 & sleep 1000' & "
                    "setsid sh -c 'trap \"\" TERM; echo up; while :; do sleep 1000; done' & wait");
    ProcQuery marker = { .marker = STR("SLIPWAY_STACK=feed/one") };
    ProcQuery session = { .session = pid };
    assert_true(await_count(&session, 4));
    assert_true(await_count(&marker, 6));
    assert_int_equal(count_found(&(ProcQuery) { .marker = STR("SLIPWAY_STACK=feed/on") }), 0);
    assert_true(count_found(&(ProcQuery) { .marker = STR("SLIPWAY_STACK=feed/") }) >= 5);
    ProcQuery within = { .within = getpid(), .session = pid };
    assert_true(count_found(&within) >= 4);
    ProcList found = { 0 };
    auto_arena Arena *arena = arena_new(0);
    proc_find(arena, &(ProcQuery) { .session = pid, .except = pid }, &found);
    assert_true(found.len >= 3);
    vec_foreach(process, &found) {
        assert_int_not_equal(process->pid, pid);
    }
    signal(SIGCHLD, SIG_IGN);
    assert_true(proc_end_all(&marker, SIGTERM, 50) >= 5);
    assert_int_equal(count_found(&marker), 0);
    signal(SIGCHLD, SIG_DFL);
}

static void one_look_answers_for_many(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    ProcQuery query = { .within = getpid(), .marker = STR("SLIPWAY_STACK=feed/one") };
    pid_t first = start_child("echo up; exec sleep 1000");
    Family *family = family_look(arena, getpid());
    pid_t second = start_child("echo up; exec sleep 1000");
    kill(first, SIGKILL);
    waitpid(first, NULL, 0);
    ProcList before = { 0 }, stranger = { 0 }, now = { 0 };
    family_find(arena, family, &query, &before);
    family_find(arena, family, &(ProcQuery) { .within = getpid(), .session = second }, &stranger);
    assert_int_equal(stranger.len, 0);
    assert_true(before.len <= 1);        /* what is asked of one that is gone has no answer */
    assert_true(await_count(&query, 1)); /* in the middle of its exec it has no environment */
    proc_find(arena, &query, &now);
    assert_int_equal(now.len, 1);
    assert_int_equal(now.ptr[0].pid, second);
    kill(second, SIGKILL);
    waitpid(second, NULL, 0);
}

static void names_the_owner_of_a_port(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    auto_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *) &address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &size), 0);
    int port = ntohs(address.sin_port);
    PortOwner owner;
    assert_false(port_find_owner(arena, port, &owner));
    assert_int_equal(listen(fd, 1), 0);
    assert_true(port_find_owner(arena, port, &owner));
    assert_int_equal(owner.pid, getpid());
    assert_true(str_find(port_describe(arena, &owner), STR("taken by pid")) != STR_NONE);
}

static void an_answer_of_another_process_is_not_ours(void **state)
{
    (void) state;
    auto_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *) &address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &size), 0);
    int port = ntohs(address.sin_port);
    pid_t stranger = start_child("echo up; exec sleep 1000");
    uint64_t known = 0;
    assert_false(port_belongs_to(port, &(ProcQuery) { .session = stranger }, &known));
    assert_int_equal(known, 0);
    kill(stranger, SIGKILL);
    waitpid(stranger, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_itself),
        cmocka_unit_test(finds_and_ends_grandchildren_that_left_the_session_and_ignore_sigterm),
        cmocka_unit_test(one_look_answers_for_many),
        cmocka_unit_test(names_the_owner_of_a_port),
        cmocka_unit_test(an_answer_of_another_process_is_not_ours),
    };
    return cmocka_run_group_tests_name("stack/proc", tests, NULL, NULL);
}
