#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

#include "process_support.h"

static char self_path[4096];

/* Gone, or dead and waiting for whoever adopted it. */
static bool is_dead(pid_t pid)
{
    char path[64];
    char text[256] = { 0 };
    snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return true;
    }
    ssize_t count = read(fd, text, sizeof(text) - 1);
    close(fd);
    const char *state = strrchr(text, ')');
    return count <= 0 || !state || state[2] == 'Z' || state[2] == 'X';
}

static void await_death(pid_t pid)
{
    Deadline deadline = deadline_in_ms(20000);
    while (!is_dead(pid)) {
        assert_true(deadline_left_ms(deadline) > 0);
        assert_int_equal(fiber_sleep_ms(1), 0);
    }
}

static pid_t read_pid(Stream *stream)
{
    char line[32] = { 0 };
    size_t len = 0;
    while (!strchr(line, '\n')) {
        ssize_t count = stream_read(stream, line + len, sizeof(line) - 1 - len);
        assert_true(count > 0);
        len += (size_t) count;
    }
    int64_t pid = 0;
    assert_true(str_to_int64(str_trim(str_from(line)), &pid));
    assert_true(pid > 1);
    return (pid_t) pid;
}

/* --- exits --- */

typedef struct Seen {
    ProcessExit exit;
    int count;
    Process *process;
} Seen;

static void on_exit_seen(Process *process, const ProcessExit *exit, void *arg)
{
    Seen *seen = arg;
    assert_false(process_is_running(process));
    seen->exit = *exit;
    seen->count++;
    process_free(process);
}

static void reports_the_exit_status_once(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Seen seen = { 0 };
    ProcessOptions options = { .argv = SHELL("exit 7") };
    assert_int_equal(process_spawn(loop, &options, on_exit_seen, &seen, &seen.process, NULL), 0);
    loop_run(loop);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.exit.code, 7);
    assert_int_equal(seen.exit.signal, 0);
    assert_true(seen.exit.max_rss_bytes > 0);
    loop_free(loop);
}

static void wait_for_signal_death(void *arg)
{
    (void) arg;
    ProcessExit exit;
    Process *process = spawn_or_fail(&(ProcessOptions) { .argv = SHELL("kill -TERM $$") });
    assert_int_equal(process_wait(process, &exit), 0);
    assert_int_equal(exit.code, -1);
    assert_int_equal(exit.signal, SIGTERM);
    assert_int_equal(process_wait(process, &exit), 0);
    assert_int_equal(exit.signal, SIGTERM);
    assert_int_equal(process_signal(process, SIGKILL), -ESRCH);
    process_free(process);
}

static void reports_the_signal_that_ended_it(void **state)
{
    (void) state;
    run_on_fiber(wait_for_signal_death, NULL);
}

static void wait_too_long(void *arg)
{
    (void) arg;
    ProcessExit exit;
    Process *process = spawn_or_fail(&(ProcessOptions) { .argv = ARGV("sleep", "1000") });
    Deadline former = fiber_narrow_deadline(deadline_in_ms(2));
    assert_int_equal(process_wait(process, &exit), -ETIMEDOUT);
    fiber_restore_deadline(former);
    assert_true(process_is_running(process));
    assert_int_equal(process_signal(process, SIGKILL), 0);
    assert_int_equal(process_wait(process, &exit), 0);
    assert_int_equal(exit.signal, SIGKILL);
    process_free(process);
}

static void a_wait_ends_at_its_deadline_and_the_child_goes_on(void **state)
{
    (void) state;
    run_on_fiber(wait_too_long, NULL);
}

static void free_running(void *arg)
{
    (void) arg;
    Process *process = spawn_or_fail(&(ProcessOptions) { .argv = ARGV("sleep", "1000") });
    pid_t pid = process_pid(process);
    process_free(process);
    await_death(pid);
}

static void freeing_a_running_child_kills_it(void **state)
{
    (void) state;
    run_on_fiber(free_running, NULL);
}

static void leave_running(void *arg)
{
    Process *process = spawn_or_fail(&(ProcessOptions) { .argv = ARGV("sleep", "1000") });
    *(pid_t *) arg = process_pid(process);
}

static void freeing_the_loop_reaps_its_children(void **state)
{
    (void) state;
    pid_t pid = 0;
    run_on_fiber(leave_running, &pid);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* --- failures to start --- */

static void assert_refused(const ProcessOptions *options, int rc, const char *message)
{
    Process *process;
    Error err = ERROR_INIT;
    Loop *loop = new_loop();
    assert_int_equal(process_spawn(loop, options, NULL, NULL, &process, &err), rc);
    if (!strstr(err.message, message)) {
        fail_msg("\"%s\" does not hold \"%s\"", err.message, message);
    }
    loop_free(loop);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void an_absent_program_is_an_error_of_the_spawn(void **state)
{
    (void) state;
    assert_refused(
        &(ProcessOptions) { .argv = ARGV("no-such-program") }, -ENOENT, "no-such-program"
    );
    assert_refused(
        &(ProcessOptions) { .argv = ARGV("/no/such/program") }, -ENOENT, "/no/such/program"
    );
    assert_refused(&(ProcessOptions) { .argv = ARGV("") }, -ENOENT, "start ");
}

static void a_program_that_may_not_run_is_refused(void **state)
{
    (void) state;
    assert_refused(&(ProcessOptions) { .argv = ARGV("/etc/passwd") }, -EACCES, "start /etc/passwd");
    assert_refused(
        &(ProcessOptions) { .argv = ARGV("passwd"), .envp = ARGV("PATH=/nowhere:/etc") },
        -EACCES,
        "start passwd"
    );
}

static void an_absent_directory_is_named(void **state)
{
    (void) state;
    assert_refused(
        &(ProcessOptions) { .argv = ARGV("true"), .directory = "/no/such/place" },
        -ENOENT,
        "enter /no/such/place"
    );
}

static void an_unknown_user_is_named(void **state)
{
    (void) state;
    assert_refused(
        &(ProcessOptions) { .argv = ARGV("true"), .user = "no-such-user" }, -ENOENT, "no-such-user"
    );
}

/* --- what the child is given --- */

static void check_environment(void *arg)
{
    (void) arg;
    assert_output(
        &(ProcessOptions) { .argv = ARGV("env"), .envp = ARGV("PATH=/usr/bin:/bin", "A=1") },
        "PATH=/usr/bin:/bin\nA=1\n"
    );
    assert_output(&(ProcessOptions) { .argv = ARGV("pwd"), .directory = "/usr/bin" }, "/usr/bin\n");
}

static void gets_the_environment_and_directory_it_is_given(void **state)
{
    (void) state;
    run_on_fiber(check_environment, NULL);
}

static void check_descriptors(void *arg)
{
    (void) arg;
    int leaking = open("/dev/null", O_RDONLY);
    int kept = fcntl(leaking, F_DUPFD, 50);
    char expected[32];
    snprintf(expected, sizeof(expected), "0 1 2 %d ", kept);
    assert_output(
        &(ProcessOptions) { .argv = ARGV(self_path, "descriptors"), .keep_fd = kept }, expected
    );
    close(leaking);
    close(kept);
}

static void gets_no_descriptor_but_what_it_is_given(void **state)
{
    (void) state;
    run_on_fiber(check_descriptors, NULL);
}

static void check_signals(void *arg)
{
    (void) arg;
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    signal(SIGHUP, SIG_IGN);
    /* 32 and 33 are glibc's own; under make, which uses posix_spawn, they come ignored and stay so
     */
    const char *script = "/^Sig[BIC]/{s/[01][08]\\(0000000\\)$/00\\1/;p}";
    assert_output(
        &(ProcessOptions) { .argv = ARGV("sed", "-n", script, "/proc/self/status") },
        "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n"
    );
    signal(SIGHUP, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
}

static void starts_with_default_signals(void **state)
{
    (void) state;
    run_on_fiber(check_signals, NULL);
}

static void write_to_file(void *arg)
{
    const char *path = arg;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ProcessExit exit;
    Process *process = spawn_or_fail(&(ProcessOptions) { .argv = SHELL("echo out; echo err >&2"),
                                                         .stdout_mode = STDIO_FD,
                                                         .stdout_fd = fd,
                                                         .stderr_mode = STDIO_FD,
                                                         .stderr_fd = fd });
    assert_int_equal(process_wait(process, &exit), 0);
    process_free(process);
    close(fd);
}

static void may_write_to_a_file_of_the_callers(void **state)
{
    (void) state;
    char path[] = "/tmp/process_test_XXXXXX";
    close(mkstemp(path));
    run_on_fiber(write_to_file, path);
    Arena *arena = arena_new(0);
    Str text;
    assert_int_equal(fs_read(arena, path, 100, &text, NULL), 0);
    assert_string_equal(str_to_cstr(arena, text), "out\nerr\n");
    unlink(path);
    arena_free(arena);
}

static void check_user(void *arg)
{
    (void) arg;
    assert_output(
        &(ProcessOptions) { .argv = SHELL("id -u; id -g; id -G"), .user = "nobody" },
        "65534\n65534\n65534\n"
    );
}

static void becomes_the_user_with_its_groups(void **state)
{
    (void) state;
    run_on_fiber(check_user, NULL);
}

/* --- groups and the death of the parent --- */

static void kill_group(void *arg)
{
    (void) arg;
    ProcessExit exit;
    Process *process = spawn_or_fail(&(ProcessOptions
    ) { .argv = SHELL("sleep 1000 & echo $!; wait"), .stdout_mode = STDIO_PIPE, .new_group = true }
    );
    pid_t grandchild = read_pid(process_stdout(process));
    assert_int_equal(getpgid(grandchild), process_pid(process));
    assert_int_equal(process_signal_group(process, SIGKILL), 0);
    assert_int_equal(process_wait(process, &exit), 0);
    assert_int_equal(exit.signal, SIGKILL);
    await_death(grandchild);
    process_free(process);
}

static void a_signal_to_the_group_reaches_grandchildren(void **state)
{
    (void) state;
    run_on_fiber(kill_group, NULL);
}

static void kill_what_was_left(void *arg)
{
    (void) arg;
    ProcessExit exit;
    Process *process = spawn_or_fail(&(ProcessOptions
    ) { .argv = SHELL("sleep 1000 & echo $!"), .stdout_mode = STDIO_PIPE, .new_group = true });
    pid_t grandchild = read_pid(process_stdout(process));
    assert_int_equal(process_wait(process, &exit), 0);
    assert_int_equal(exit.code, 0);
    assert_false(is_dead(grandchild));
    assert_int_equal(process_signal_group(process, SIGKILL), 0);
    await_death(grandchild);
    process_free(process);
}

static void the_group_can_be_signaled_after_its_leader_ended(void **state)
{
    (void) state;
    run_on_fiber(kill_what_was_left, NULL);
}

static void a_child_without_its_own_group_has_no_group_signal(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    Process *process;
    ProcessOptions options = { .argv = ARGV("sleep", "1000") };
    assert_int_equal(process_spawn(loop, &options, NULL, NULL, &process, NULL), 0);
    assert_int_equal(process_signal_group(process, SIGKILL), -EINVAL);
    process_free(process);
    loop_free(loop);
}

/* The program itself, started again as a supervisor: prints its child's number and waits. */
static void supervise(void *arg)
{
    ProcessOptions options = {
        .argv = ARGV("sleep", "1000"), .death_signal = SIGKILL, .new_group = true, .user = arg
    };
    Process *process = spawn_or_fail(&options);
    printf("%d\n", (int) process_pid(process));
    fflush(stdout);
    fiber_park();
}

static void kill_supervisor(void *arg)
{
    ProcessExit exit;
    const char *user = arg;
    Process *helper = spawn_or_fail(&(ProcessOptions) { .argv = ARGV(self_path, "supervise", user),
                                                        .stdout_mode = STDIO_PIPE,
                                                        .stderr_mode = STDIO_INHERIT });
    pid_t child = read_pid(process_stdout(helper));
    assert_false(is_dead(child));
    assert_int_equal(process_signal(helper, SIGKILL), 0);
    assert_int_equal(process_wait(helper, &exit), 0);
    await_death(child);
    process_free(helper);
}

static void a_child_dies_with_its_killed_parent(void **state)
{
    (void) state;
    run_on_fiber(kill_supervisor, NULL);
}

static void a_child_of_another_user_dies_with_its_parent_too(void **state)
{
    (void) state;
    run_on_fiber(kill_supervisor, (void *) (uintptr_t) "nobody");
}

static int print_descriptors(void)
{
    for (int fd = 0; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            printf("%d ", fd);
        }
    }
    return 0;
}

static void start_marked(void *arg)
{
    (void) arg;
    uint64_t mark = PROCESS_MARK_LEAST | 4711;
    ProcessOptions options = {
        .argv = SHELL(
            "env -i /bin/sh -c 'exec setsid sleep 1000 <&- >&- 2>&-' & echo $!; exec sleep 1000"
        ),
        .stdout_mode = STDIO_PIPE,
        .new_group = true,
        .mark = mark,
    };
    Process *process = spawn_or_fail(&options);
    pid_t grandchild = read_pid(process_stdout(process));
    assert_true(process_mark_of(process_pid(process)) == mark);
    assert_true(process_mark_of(grandchild) == mark);
    assert_true(process_mark_of(getpid()) != mark);
    kill(grandchild, SIGKILL);
    process_free(process);
}

static void a_mark_is_handed_down_whatever_is_let_go_of(void **state)
{
    (void) state;
    run_on_fiber(start_marked, NULL);
}

/* Apart, so that who is not root skips them by name. */
static int run_as_root(void)
{
    if (geteuid() != 0) {
        puts("1..0 # SKIP becoming another user needs root");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(becomes_the_user_with_its_groups),
        cmocka_unit_test(a_child_of_another_user_dies_with_its_parent_too),
    };
    return cmocka_run_group_tests_name("loop/process_users", tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    if (readlink("/proc/self/exe", self_path, sizeof(self_path) - 1) <= 0) {
        return 1;
    }
    if (argc >= 2 && strcmp(argv[1], "supervise") == 0) {
        run_on_fiber(supervise, argc > 2 ? argv[2] : NULL);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "descriptors") == 0) {
        return print_descriptors();
    }
    if (argc == 2 && strcmp(argv[1], "as-root") == 0) {
        return run_as_root();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_the_exit_status_once),
        cmocka_unit_test(reports_the_signal_that_ended_it),
        cmocka_unit_test(a_wait_ends_at_its_deadline_and_the_child_goes_on),
        cmocka_unit_test(freeing_a_running_child_kills_it),
        cmocka_unit_test(freeing_the_loop_reaps_its_children),
        cmocka_unit_test(an_absent_program_is_an_error_of_the_spawn),
        cmocka_unit_test(a_program_that_may_not_run_is_refused),
        cmocka_unit_test(an_absent_directory_is_named),
        cmocka_unit_test(an_unknown_user_is_named),
        cmocka_unit_test(gets_the_environment_and_directory_it_is_given),
        cmocka_unit_test(gets_no_descriptor_but_what_it_is_given),
        cmocka_unit_test(starts_with_default_signals),
        cmocka_unit_test(may_write_to_a_file_of_the_callers),
        cmocka_unit_test(a_signal_to_the_group_reaches_grandchildren),
        cmocka_unit_test(the_group_can_be_signaled_after_its_leader_ended),
        cmocka_unit_test(a_child_without_its_own_group_has_no_group_signal),
        cmocka_unit_test(a_child_dies_with_its_killed_parent),
        cmocka_unit_test(a_mark_is_handed_down_whatever_is_let_go_of),
    };
    return cmocka_run_group_tests_name("loop/process", tests, NULL, NULL);
}
