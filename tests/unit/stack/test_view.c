#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <stdlib.h>

#include <cmocka.h>

#include "base/fs.h"

#include "stack/proc.h"
#include "stack/state_file.h"
#include "stack/view.h"
#include "stack/why.h"

static PortView ports[] = { { STR_INIT("http"), STR_INIT("127.0.0.1"), 8001 } };
static NeedView needs[] = { { STR_INIT("db"), STR_INIT("unhealthy") } };
static NodeView nodes[] = {
    { .name = STR_INIT("api"),
      .kind = STR_INIT("service"),
      .engine = STR_INIT("native"),
      .state = STR_INIT("waiting"),
      .health = STR_INIT("none"),
      .since_us = 1767323045123456,
      .ports = ports,
      .port_count = 1,
      .waiting_for = needs,
      .waiting_count = 1,
      .selected = true },
    { .name = STR_INIT("db"),
      .kind = STR_INIT("resource"),
      .engine = STR_INIT("native"),
      .state = STR_INIT("unhealthy"),
      .health = STR_INIT("unhealthy"),
      .reason = STR_INIT("3 bad probes in a row"),
      .pid = 4711,
      .start_ticks = 12345,
      .started_us = 1767323045000001,
      .restarts = 2,
      .run = 3,
      .has_exit = true,
      .exit_code = -1,
      .exit_signal = 9,
      .exited_us = 1767323044000000,
      .cpu_percent = 1.5,
      .rss_bytes = 1 << 20,
      .ever_ready = true,
      .selected = true,
      .probe = { .kind = STR_INIT("http"),
                 .target = STR_INIT("GET http://127.0.0.1:8002/"),
                 .answer = STR_INIT("503 \"no\"\n"),
                 .at_us = 1767323045000000,
                 .since_us = 1767323042000000,
                 .failures = 3 } },
};
static const StackView view = { .platform = STR_INIT("shop"),
                                .phase = STR_INIT("starting"),
                                .pid = 99,
                                .nodes = nodes,
                                .node_count = 2 };

static Str written(Arena *arena, const StackView *of)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter writer = json_writer(&out, 0);
    stack_view_write(&writer, of);
    return strbuf_str(&out);
}

static void a_view_reads_back_as_it_was_written(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    StackView *read = NULL;
    Error err = ERROR_INIT;
    Str json = written(arena, &view);
    assert_int_equal(stack_view_read(arena, json, &read, &err), 0);
    Str again = written(arena, read);
    assert_true(str_eq(json, again));
    const NodeView *db = stack_view_find(read, STR("db"));
    assert_non_null(db);
    assert_int_equal(db->started_us, 1767323045000001);
    assert_int_equal(db->exit_signal, 9);
    assert_true(db->has_exit);
    assert_false(stack_view_find(read, STR("api"))->has_exit);
    assert_true(str_eq_cstr(db->probe.answer, "503 \"no\"\n"));
}

static void what_is_no_view_is_refused(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    static const char *const bad[] = { "", "{", "[]", "{}", "{\"nodes\":3}", "null" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        StackView *read = NULL;
        assert_true(stack_view_read(arena, str_from(bad[i]), &read, NULL) < 0);
    }
}

static void a_node_with_missing_or_wrong_fields_reads_as_empty_ones(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    StackView *read = NULL;
    Str json = STR("{\"nodes\":[{\"name\":7,\"ports\":{},\"probe\":null,\"since\":\"never\"},5]}");
    assert_int_equal(stack_view_read(arena, json, &read, NULL), 0);
    assert_int_equal(read->node_count, 2);
    assert_int_equal(read->nodes[0].name.len, 0);
    assert_int_equal(read->nodes[0].since_us, 0);
}

static void outcome_follows_what_a_node_waits_for(void **state)
{
    (void) state;
    const char *names[] = { "api" };
    const NodeView *failed = NULL;
    NodeView never = nodes[1];
    NodeView changed[] = { nodes[0], never };
    StackView other = view;
    other.nodes = changed;
    /* it was ready before: it may come again */
    assert_int_equal(stack_view_outcome(&other, names, 1, false, &failed), VIEW_UNDER_WAY);
    changed[1].ever_ready = false;
    assert_int_equal(stack_view_outcome(&other, names, 1, false, &failed), VIEW_FAILED);
    assert_true(str_eq_cstr(failed->name, "db"));
    changed[0].state = changed[1].state = STR("ready");
    changed[0].waiting_count = 0;
    assert_int_equal(stack_view_outcome(&other, NULL, 0, false, &failed), VIEW_READY);
    assert_int_equal(stack_view_outcome(&other, NULL, 0, true, &failed), VIEW_UNDER_WAY);
}

static void why_tells_the_chain(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    StrBuf out = STRBUF_ON_ARENA(arena);
    Place place = { .log_dir = STR_INIT("/nonexistent") };
    WhyOptions options = { .place = &place, .now_us = 1767323050000000 };
    why_node(&out, &view, &view.nodes[0], &options);
    static const char *const parts[] = { "api is waiting",
                                         "waits for db, which is unhealthy",
                                         "db is unhealthy: 3 bad probes in a row",
                                         "GET http://127.0.0.1:8002/",
                                         "503",
                                         "bad 3 times in a row, for 8 s",
                                         "signal 9 (Killed), 6 s ago",
                                         "started 3 times" };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!strstr(out.ptr, parts[i])) {
            fail_msg("\"%s\" is missing in:\n%s", parts[i], out.ptr);
        }
    }
}

static void a_broken_state_file_is_told_from_none(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    char directory[] = "/tmp/slipway-state-XXXXXX";
    assert_non_null(mkdtemp(directory));
    Place place = { .state_path = str_printf(arena, "%s/state.json", directory) };
    StackView *read = NULL;
    Error err = ERROR_INIT;
    assert_int_equal(state_file_read(arena, &place, &read, &err), -ENOENT);
    assert_int_equal(state_file_write(&place, &view, &err), 0);
    assert_int_equal(state_file_read(arena, &place, &read, &err), 0);
    assert_int_equal(read->node_count, 2);
    assert_int_equal(
        fs_write_atomic(place.state_path.ptr, STR("{\"platform\":\"sh"), 0600, NULL), 0
    );
    assert_int_equal(state_file_read(arena, &place, &read, &err), -EBADMSG);
    fs_remove_tree(directory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_no_view_is_refused),
        cmocka_unit_test(a_node_with_missing_or_wrong_fields_reads_as_empty_ones),
        cmocka_unit_test(outcome_follows_what_a_node_waits_for),
        cmocka_unit_test(why_tells_the_chain),
        cmocka_unit_test(a_broken_state_file_is_told_from_none),
    };
    return cmocka_run_group_tests_name("stack/view", tests, NULL, NULL);
}
