#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/strbuf.h"
#include "loop/fswatch.h"

#include "support.h"

typedef struct Watched {
    char dir[64];
    FileWatch *watch;
    Fiber *waiter;
    StrBuf log; /* the told paths without `dir`, one a line; "--" after each call */
    int calls;
    bool free_at_once;
} Watched;

static void on_change(FileWatch *watch, const Str *paths, size_t count, void *arg)
{
    Watched *watched = arg;
    for (size_t i = 0; i < count; i++) {
        Str path = paths[i];
        str_strip_prefix(&path, str_from(watched->dir));
        strbuf_linef(&watched->log, "%" STR_FMT, STR_ARG(path));
    }
    strbuf_line(&watched->log, STR("--"));
    watched->calls++;
    if (watched->free_at_once) {
        file_watch_free(watch);
    }
    fiber_wake(watched->waiter, 0);
}

static bool ignores_objects(Str path, bool is_dir, void *arg)
{
    (void) arg;
    return is_dir ? str_has_suffix(path, STR("/skipped")) : str_has_suffix(path, STR(".o"));
}

static const char *in_dir(const Watched *watched, const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % ARRAY_LEN(paths)];
    snprintf(path, sizeof(paths[0]), "%s/%s", watched->dir, name);
    return path;
}

static void write_file(const Watched *watched, const char *name)
{
    FILE *file = fopen(in_dir(watched, name), "w");
    assert_non_null(file);
    fputs("text\n", file);
    fclose(file);
}

static void start(Watched *watched, const char *name)
{
    FileWatchOptions options = {
        .quiet_ms = 5, .on_change = on_change, .ignores = ignores_objects, .arg = watched
    };
    Error err = ERROR_INIT;
    watched->waiter = fiber_self();
    assert_int_equal(file_watch_new(loop_current(), &options, &watched->watch, &err), 0);
    if (file_watch_add(watched->watch, in_dir(watched, name), &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static void assert_told(Watched *watched, const char *expected)
{
    assert_int_equal(fiber_park(), 0);
    assert_string_equal(watched->log.ptr, expected);
    strbuf_clear(&watched->log);
}

static void with_directory(void (*fn)(void *arg))
{
    Watched watched = { .dir = "/tmp/fswatch_test_XXXXXX" };
    assert_non_null(mkdtemp(watched.dir));
    run_on_fiber(fn, &watched);
    assert_int_equal(fs_remove_tree(watched.dir, NULL), 0);
    strbuf_done(&watched.log);
}

static void change_tree(void *arg)
{
    Watched *watched = arg;
    assert_int_equal(fs_make_dirs(in_dir(watched, "deep/er"), 0700, NULL), 0);
    start(watched, "");
    write_file(watched, "deep/er/a");
    write_file(watched, "b");
    write_file(watched, "deep/er/a");
    assert_told(watched, "/deep/er/a\n/b\n--\n");
    assert_int_equal(unlink(in_dir(watched, "b")), 0);
    assert_told(watched, "/b\n--\n");
    file_watch_free(watched->watch);
}

static void changes_in_a_tree_are_told_once_and_together(void **state)
{
    (void) state;
    with_directory(change_tree);
}

static void make_directories(void *arg)
{
    Watched *watched = arg;
    start(watched, ".");
    assert_int_equal(fs_make_dirs(in_dir(watched, "new/one"), 0700, NULL), 0);
    write_file(watched, "new/one/file");
    assert_told(watched, "/new\n/new/one\n/new/one/file\n--\n");
    write_file(watched, "new/one/later");
    assert_told(watched, "/new/one/later\n--\n");
    file_watch_free(watched->watch);
}

static void what_is_made_within_a_new_directory_is_seen(void **state)
{
    (void) state;
    with_directory(make_directories);
}

static void move_directory_away(void *arg)
{
    Watched *watched = arg;
    assert_int_equal(fs_make_dirs(in_dir(watched, "tree/sub/sub"), 0700, NULL), 0);
    start(watched, "tree");
    assert_int_equal(rename(in_dir(watched, "tree/sub"), in_dir(watched, "elsewhere")), 0);
    assert_told(watched, "/tree/sub\n--\n");
    write_file(watched, "elsewhere/sub/unseen");
    write_file(watched, "tree/seen");
    assert_told(watched, "/tree/seen\n--\n");
    file_watch_free(watched->watch);
}

static void a_directory_moved_out_is_no_longer_watched(void **state)
{
    (void) state;
    with_directory(move_directory_away);
}

static void ignore_some(void *arg)
{
    Watched *watched = arg;
    assert_int_equal(fs_make_dirs(in_dir(watched, "skipped"), 0700, NULL), 0);
    start(watched, "");
    write_file(watched, "skipped/x");
    write_file(watched, "x.o");
    write_file(watched, "x.c");
    assert_told(watched, "/x.c\n--\n");
    file_watch_free(watched->watch);
}

static void what_is_ignored_is_not_told(void **state)
{
    (void) state;
    with_directory(ignore_some);
}

static void replace_file(void *arg)
{
    Watched *watched = arg;
    start(watched, "config");
    write_file(watched, "other");
    write_file(watched, "config");
    assert_told(watched, "/config\n--\n");
    write_file(watched, "config.new");
    assert_int_equal(rename(in_dir(watched, "config.new"), in_dir(watched, "config")), 0);
    assert_told(watched, "/config\n--\n");
    file_watch_free(watched->watch);
}

static void a_single_file_is_followed_through_replacement(void **state)
{
    (void) state;
    with_directory(replace_file);
}

static void free_in_callback(void *arg)
{
    Watched *watched = arg;
    watched->free_at_once = true;
    start(watched, "");
    write_file(watched, "a");
    assert_told(watched, "/a\n--\n");
}

static void it_may_be_freed_in_its_callback(void **state)
{
    (void) state;
    with_directory(free_in_callback);
}

static void a_missing_parent_is_an_error(void **state)
{
    (void) state;
    Loop *loop = new_loop();
    FileWatch *watch;
    Error err = ERROR_INIT;
    FileWatchOptions options = { .on_change = on_change };
    assert_int_equal(file_watch_new(loop, &options, &watch, NULL), 0);
    assert_int_equal(file_watch_add(watch, "/no/such/file", &err), -ENOENT);
    assert_non_null(strstr(err.message, "watch /no/such/file"));
    loop_run(loop);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_in_a_tree_are_told_once_and_together),
        cmocka_unit_test(what_is_made_within_a_new_directory_is_seen),
        cmocka_unit_test(a_directory_moved_out_is_no_longer_watched),
        cmocka_unit_test(what_is_ignored_is_not_told),
        cmocka_unit_test(a_single_file_is_followed_through_replacement),
        cmocka_unit_test(it_may_be_freed_in_its_callback),
        cmocka_unit_test(a_missing_parent_is_an_error),
    };
    return cmocka_run_group_tests_name("loop/fswatch", tests, NULL, NULL);
}
