#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "stack/log_line.h"
#include "stack/log_read.h"
#include "stack/log_store.h"

typedef struct Fixture {
    Arena *arena;
    char directory[64];
    StrBuf seen; /* what a reader gave, one "node stream text" a line */
    size_t seen_count;
} Fixture;

static int setup(void **state)
{
    Fixture *fixture = MEM_NEW(Fixture);
    fixture->arena = arena_new(0);
    snprintf(fixture->directory, sizeof fixture->directory, "/tmp/slipway-logs-XXXXXX");
    *state = fixture;
    return mkdtemp(fixture->directory) ? 0 : -1;
}

static int teardown(void **state)
{
    Fixture *fixture = *state;
    fs_remove_tree(fixture->directory, NULL);
    strbuf_done(&fixture->seen);
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static LogStore *open_store(Fixture *fixture, const char *node, size_t segment_bytes)
{
    LogStore *store = NULL;
    Error err = ERROR_INIT;
    const char *directory = arena_printf(fixture->arena, "%s/%s", fixture->directory, node);
    LogStoreOptions options = { .directory = directory, .segment_bytes = segment_bytes };
    assert_int_equal(log_store_open(&options, &store, &err), 0);
    return store;
}

static void see(void *arg, Str node, const LogRecord *record)
{
    Fixture *fixture = arg;
    fixture->seen_count++;
    strbuf_addf(&fixture->seen, "%" STR_FMT " %c ", STR_ARG(node), (char) record->stream);
    strbuf_add(&fixture->seen, record->text);
    strbuf_add_char(&fixture->seen, '\n');
}

static void read_back(Fixture *fixture, const LogQuery *query)
{
    Str nodes[] = { STR("a"), STR("b") };
    LogReader *reader = log_reader_new(str_from(fixture->directory), nodes, 2);
    strbuf_clear(&fixture->seen);
    fixture->seen_count = 0;
    log_reader_read(reader, query, see, fixture);
    log_reader_free(reader);
}

static void lines_come_back_whole_however_they_were_cut(void **state)
{
    Fixture *fixture = *state;
    LogStore *store = open_store(fixture, "a", 0);
    log_store_add(store, LOG_STREAM_OUT, STR("one\ntw"), 1);
    log_store_add(store, LOG_STREAM_ERR, STR("error\n"), 2);
    log_store_add(store, LOG_STREAM_OUT, STR("o\n\nlast"), 3);
    log_store_close(store);
    read_back(fixture, &(LogQuery) { 0 });
    assert_string_equal(fixture->seen.ptr, "a o one\na e error\na o two\na o \na o last\n");
}

static void binary_bytes_are_kept(void **state)
{
    Fixture *fixture = *state;
    LogStore *store = open_store(fixture, "a", 0);
    log_store_add(store, LOG_STREAM_OUT, str_make("\0\xff\x1b\r\n", 5), 1);
    log_store_close(store);
    read_back(fixture, &(LogQuery) { 0 });
    assert_int_equal(fixture->seen.len, 4 + 4 + 1);
    assert_memory_equal(fixture->seen.ptr, "a o \0\xff\x1b\r\n", 9);
}

static void a_megabyte_without_a_newline_is_stored_in_pieces_and_joined(void **state)
{
    Fixture *fixture = *state;
    LogStore *store = open_store(fixture, "a", 0);
    enum { PART = 10000, PARTS = 100 };
    char part[PART];
    memset(part, 'x', sizeof part);
    for (int i = 0; i < PARTS; i++) {
        log_store_add(store, LOG_STREAM_OUT, str_make(part, sizeof part), 1);
    }
    assert_int_equal(log_store_stats(store).dropped, 0);
    log_store_close(store);
    read_back(fixture, &(LogQuery) { 0 });
    assert_int_equal(fixture->seen_count, 1);
    assert_int_equal(fixture->seen.len, 4 + PART * PARTS + 1);
}

static void segments_are_rotated_and_the_oldest_removed(void **state)
{
    Fixture *fixture = *state;
    LogStore *store = open_store(fixture, "a", 1000);
    for (int i = 0; i < 1000; i++) {
        char line[32];
        int len = snprintf(line, sizeof line, "line %d\n", i);
        log_store_add(store, LOG_STREAM_OUT, str_make(line, (size_t) len), i + 1);
        log_store_flush(store, i + 1);
    }
    log_store_close(store);
    Str *names = NULL;
    size_t count = 0;
    fs_list(
        fixture->arena,
        arena_printf(fixture->arena, "%s/a", fixture->directory),
        &names,
        &count,
        NULL
    );
    assert_int_equal(count, 4);
    read_back(fixture, &(LogQuery) { .last = 1 });
    assert_string_equal(fixture->seen.ptr, "a o line 999\n");
}

static void a_new_store_goes_on_where_the_last_one_ended(void **state)
{
    Fixture *fixture = *state;
    LogStore *store = open_store(fixture, "a", 0);
    log_store_add(store, LOG_STREAM_OUT, STR("first\n"), 1);
    log_store_close(store);
    store = open_store(fixture, "a", 0);
    log_store_set_run(store, 2);
    log_store_add(store, LOG_STREAM_OUT, STR("second\n"), 2);
    log_store_close(store);
    read_back(fixture, &(LogQuery) { 0 });
    assert_string_equal(fixture->seen.ptr, "a o first\na o second\n");
}

static void nodes_are_merged_by_time(void **state)
{
    Fixture *fixture = *state;
    LogStore *a = open_store(fixture, "a", 0), *b = open_store(fixture, "b", 0);
    log_store_add(a, LOG_STREAM_OUT, STR("1\n"), 1);
    log_store_add(b, LOG_STREAM_OUT, STR("2\n"), 2);
    log_store_add(a, LOG_STREAM_OUT, STR("3\n"), 3);
    log_store_close(a);
    log_store_close(b);
    read_back(fixture, &(LogQuery) { .since_us = 2 });
    assert_string_equal(fixture->seen.ptr, "b o 2\na o 3\n");
}

static void following_gives_what_came_since(void **state)
{
    Fixture *fixture = *state;
    LogStore *store = open_store(fixture, "a", 100);
    Str nodes[] = { STR("a"), STR("b") };
    LogReader *reader = log_reader_new(str_from(fixture->directory), nodes, 2);
    LogQuery all = { 0 };
    log_reader_read(reader, &all, see, fixture);
    assert_int_equal(fixture->seen_count, 0);
    size_t expected = 0;
    for (int i = 1; i <= 20; i++) { /* over several segments */
        log_store_add(store, LOG_STREAM_OUT, STR("again\n"), i);
        log_store_flush(store, i);
        expected++;
        assert_int_equal(log_reader_follow(reader, &all, see, fixture), 1);
    }
    assert_int_equal(fixture->seen_count, expected);
    LogStore *late = open_store(fixture, "b", 0);
    log_store_say(late, 30, "said of %s", "b");
    log_store_close(late);
    log_reader_follow(reader, &all, see, fixture);
    assert_non_null(strstr(fixture->seen.ptr, "b s said of b\n"));
    log_reader_free(reader);
    log_store_close(store);
}

static void a_torn_record_is_skipped(void **state)
{
    Fixture *fixture = *state;
    LogStore *store = open_store(fixture, "a", 0);
    log_store_add(store, LOG_STREAM_OUT, STR("good\n"), 1);
    log_store_close(store);
    const char *path = arena_printf(fixture->arena, "%s/a/00000001.log", fixture->directory);
    FILE *file = fopen(path, "a");
    fputs("0000000000000\n0000000000000002 o. 0001 whole\n0000000000000002 o. 00", file);
    fclose(file);
    read_back(fixture, &(LogQuery) { 0 });
    assert_string_equal(fixture->seen.ptr, "a o good\na o whole\n");
}

/* A full disk, as the kernel shows it to a process past its file size limit. */
static void a_full_disk_drops_counts_and_goes_on_later(void **state)
{
    Fixture *fixture = *state;
    struct rlimit former, tight;
    getrlimit(RLIMIT_FSIZE, &former);
    signal(SIGXFSZ, SIG_IGN);
    LogStore *store = open_store(fixture, "a", 0);
    log_store_add(store, LOG_STREAM_OUT, STR("before\n"), 1);
    log_store_flush(store, 1);
    tight = (struct rlimit) { .rlim_cur = 40, .rlim_max = former.rlim_max };
    setrlimit(RLIMIT_FSIZE, &tight);
    log_store_add(store, LOG_STREAM_OUT, STR("lost\nlost too\n"), 2);
    log_store_flush(store, 2);
    log_store_add(store, LOG_STREAM_OUT, STR("lost as well\n"), 3);
    assert_int_equal(log_store_stats(store).dropped, 3);
    assert_true(log_store_stats(store).error < 0);
    setrlimit(RLIMIT_FSIZE, &former);
    log_store_add(store, LOG_STREAM_OUT, STR("after\n"), 2 * 1000 * 1000);
    log_store_close(store);
    read_back(fixture, &(LogQuery) { 0 });
    assert_string_equal(
        fixture->seen.ptr, "a o before\na s 3 lines were dropped here: File too large\na o after\n"
    );
}

static void a_clock_set_back_while_the_disk_is_full_stops_no_log(void **state)
{
    Fixture *fixture = *state;
    struct rlimit former, tight;
    getrlimit(RLIMIT_FSIZE, &former);
    signal(SIGXFSZ, SIG_IGN);
    int64_t now_us = (int64_t) 1000 * 3600 * 1000 * 1000;
    LogStore *store = open_store(fixture, "a", 0);
    tight = (struct rlimit) { .rlim_cur = 1, .rlim_max = former.rlim_max };
    setrlimit(RLIMIT_FSIZE, &tight);
    log_store_add(store, LOG_STREAM_OUT, STR("lost\n"), now_us);
    log_store_flush(store, now_us);
    setrlimit(RLIMIT_FSIZE, &former);
    log_store_add(store, LOG_STREAM_OUT, STR("after\n"), now_us / 2);
    log_store_close(store);
    read_back(fixture, &(LogQuery) { 0 });
    assert_string_equal(
        fixture->seen.ptr, "a s 1 lines were dropped here: File too large\na o after\n"
    );
}

static Str rendered(Arena *arena, Str text)
{
    LogLine line;
    StrBuf out = STRBUF_ON_ARENA(arena);
    log_line_parse(arena, text, &line);
    log_line_render(&out, &line, false);
    return strbuf_str(&out);
}

static void json_lines_are_shown_for_people(void **state)
{
    Fixture *fixture = *state;
    Str text = rendered(
        fixture->arena,
        STR("{\"time\":\"x\",\"level\":\"warn\",\"msg\":\"slow query\",\"ms\":12,\"q\":\"a b\"}")
    );
    assert_true(str_eq_cstr(text, "WARN  slow query ms=12 q=\"a b\""));
}

static void other_lines_stay_as_they_are_but_for_control_characters(void **state)
{
    Fixture *fixture = *state;
    assert_true(str_eq_cstr(rendered(fixture->arena, STR("{not json}")), "{not json}"));
    assert_true(str_eq_cstr(
        rendered(
            fixture->arena,
            STR("a\x1b]0;t\x07"
                "b")
        ),
        "a\\x1b]0;t\\x07b"
    ));
    assert_true(str_eq_cstr(rendered(fixture->arena, STR("\x1b[31mred\x1b[0m")), "red"));
}

static void a_level_is_found_in_plain_lines(void **state)
{
    Fixture *fixture = *state;
    LogLine line;
    log_line_parse(fixture->arena, STR("2026-01-02 10:00:00 UTC [12] ERROR: no"), &line);
    assert_true(line.has_level);
    assert_int_equal(line.level, LOG_ERROR);
    log_line_parse(fixture->arena, STR("all is well"), &line);
    assert_false(line.has_level);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            lines_come_back_whole_however_they_were_cut, setup, teardown
        ),
        cmocka_unit_test_setup_teardown(binary_bytes_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_megabyte_without_a_newline_is_stored_in_pieces_and_joined, setup, teardown
        ),
        cmocka_unit_test_setup_teardown(
            segments_are_rotated_and_the_oldest_removed, setup, teardown
        ),
        cmocka_unit_test_setup_teardown(
            a_new_store_goes_on_where_the_last_one_ended, setup, teardown
        ),
        cmocka_unit_test_setup_teardown(nodes_are_merged_by_time, setup, teardown),
        cmocka_unit_test_setup_teardown(following_gives_what_came_since, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_record_is_skipped, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_full_disk_drops_counts_and_goes_on_later, setup, teardown
        ),
        cmocka_unit_test_setup_teardown(
            a_clock_set_back_while_the_disk_is_full_stops_no_log, setup, teardown
        ),
        cmocka_unit_test_setup_teardown(json_lines_are_shown_for_people, setup, teardown),
        cmocka_unit_test_setup_teardown(
            other_lines_stay_as_they_are_but_for_control_characters, setup, teardown
        ),
        cmocka_unit_test_setup_teardown(a_level_is_found_in_plain_lines, setup, teardown),
    };
    return cmocka_run_group_tests_name("stack/logs", tests, NULL, NULL);
}
