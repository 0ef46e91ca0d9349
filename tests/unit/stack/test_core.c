#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "stack/core.h"

/* database <- api <- web, and migrate, a task between database and api */
enum { DATABASE, MIGRATE, API, WEB, NODES };

static size_t database_needed_by[] = { MIGRATE, API }, migrate_needed_by[] = { API },
              api_needed_by[] = { WEB };
static size_t migrate_needs[] = { DATABASE }, api_needs[] = { DATABASE, MIGRATE },
              web_needs[] = { API };

typedef struct Fixture {
    PlanNode nodes[NODES];
    Plan plan;
    MachineConfig configs[NODES];
    Core core;
    unsigned done[NODES]; /* actions taken since the last look */
} Fixture;

static void fixture_init(Fixture *fixture)
{
    *fixture = (Fixture) {
        .nodes = {
            [DATABASE] = { .name = STR_INIT("database"), .needed_by = { database_needed_by, 2 },
                           .selected = true },
            [MIGRATE] = { .name = STR_INIT("migrate"), .kind = PLAN_TASK, .selected = true,
                          .needs = { migrate_needs, 1 }, .needed_by = { migrate_needed_by, 1 } },
            [API] = { .name = STR_INIT("api"), .needs = { api_needs, 2 },
                      .needed_by = { api_needed_by, 1 }, .selected = true },
            [WEB] = { .name = STR_INIT("web"), .needs = { web_needs, 1 }, .selected = true },
        },
        .configs = {
            [DATABASE] = { .has_probe = true, .restart = MACHINE_RESTART_ON_FAILURE },
            [MIGRATE] = { .is_task = true },
            [API] = { .has_probe = true, .restart = MACHINE_RESTART_ON_FAILURE },
            [WEB] = { .restart = MACHINE_RESTART_ON_FAILURE },
        },
    };
    fixture->plan = (Plan) { .nodes = fixture->nodes, .len = NODES };
    core_init(&fixture->core, &fixture->plan, fixture->configs, 0);
}

static unsigned taken(Fixture *fixture, size_t node)
{
    CoreAction action;
    while (core_take(&fixture->core, &action)) {
        fixture->done[action.node] |= action.actions;
    }
    unsigned done = fixture->done[node];
    fixture->done[node] = 0;
    return done;
}

static void report(Fixture *fixture, size_t node, MachineEventKind kind)
{
    MachineEvent event = { .kind = kind };
    core_handle(&fixture->core, node, &event, 10);
}

static void start_all(Fixture *fixture)
{
    core_start_selected(&fixture->core, 0);
    for (size_t i = 0; i < NODES; i++) {
        assert_true(taken(fixture, i) & MACHINE_DO_START);
        report(fixture, i, MACHINE_SPAWNED);
        report(fixture, i, i == MIGRATE ? MACHINE_EXITED_EVENT : MACHINE_PROBE_OK);
        taken(fixture, i);
    }
}

static void starts_each_node_when_its_needs_are_met(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    core_start_selected(&fixture.core, 0);
    assert_int_equal(taken(&fixture, DATABASE), MACHINE_DO_START);
    assert_int_equal(taken(&fixture, MIGRATE), 0);
    report(&fixture, DATABASE, MACHINE_SPAWNED);
    assert_int_equal(taken(&fixture, MIGRATE), 0);
    report(&fixture, DATABASE, MACHINE_PROBE_OK);
    assert_int_equal(taken(&fixture, MIGRATE), MACHINE_DO_START);
    assert_int_equal(taken(&fixture, API), 0);
    size_t unmet[4];
    assert_int_equal(core_unmet(&fixture.core, API, unmet, 4), 1);
    assert_int_equal(unmet[0], MIGRATE);
    report(&fixture, MIGRATE, MACHINE_SPAWNED);
    report(&fixture, MIGRATE, MACHINE_EXITED_EVENT);
    assert_int_equal(taken(&fixture, API), MACHINE_DO_START);
    core_done(&fixture.core);
}

static void stops_in_reverse_order(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    start_all(&fixture);
    core_stop_all(&fixture.core, 20);
    assert_true(taken(&fixture, WEB) & MACHINE_DO_TERMINATE);
    assert_int_equal(taken(&fixture, API), 0);
    report(&fixture, WEB, MACHINE_EXITED_EVENT);
    assert_true(taken(&fixture, API) & MACHINE_DO_TERMINATE);
    assert_int_equal(taken(&fixture, DATABASE), 0);
    report(&fixture, API, MACHINE_EXITED_EVENT);
    assert_true(taken(&fixture, DATABASE) & MACHINE_DO_TERMINATE);
    assert_false(core_is_at_rest(&fixture.core));
    report(&fixture, DATABASE, MACHINE_EXITED_EVENT);
    assert_true(core_is_at_rest(&fixture.core));
    core_done(&fixture.core);
}

static void a_stop_during_start_leaves_the_rest_unstarted(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    core_start_selected(&fixture.core, 0);
    taken(&fixture, DATABASE);
    report(&fixture, DATABASE, MACHINE_SPAWNED);
    core_stop_all(&fixture.core, 5);
    assert_true(taken(&fixture, DATABASE) & MACHINE_DO_TERMINATE);
    report(&fixture, DATABASE, MACHINE_EXITED_EVENT);
    for (size_t i = MIGRATE; i < NODES; i++) {
        assert_int_equal(taken(&fixture, i), 0);
        assert_int_equal(fixture.core.machines[i].state, MACHINE_PENDING);
    }
    assert_true(core_is_at_rest(&fixture.core));
    core_done(&fixture.core);
}

static void end_now_kills_everything_at_once(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    start_all(&fixture);
    core_end_now(&fixture.core, 20);
    assert_true(taken(&fixture, DATABASE) & MACHINE_DO_KILL);
    assert_true(taken(&fixture, API) & MACHINE_DO_KILL);
    assert_true(taken(&fixture, WEB) & MACHINE_DO_KILL);
    core_done(&fixture.core);
}

static void dependants_keep_their_state_when_a_need_crashes(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    start_all(&fixture);
    MachineEvent crash = { MACHINE_EXITED_EVENT, 1, 0 };
    core_handle(&fixture.core, DATABASE, &crash, 20);
    assert_int_equal(fixture.core.machines[DATABASE].state, MACHINE_BACKOFF);
    assert_int_equal(fixture.core.machines[API].state, MACHINE_READY);
    assert_int_equal(taken(&fixture, API), 0);
    core_done(&fixture.core);
}

static void what_is_wanted_stops_behind_what_wants_it(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    start_all(&fixture);
    taken(&fixture, WEB);
    /* web wants api now instead of needing it, and api wants web: a circle is no reason to wait */
    fixture.nodes[WEB].wants = fixture.nodes[WEB].needs;
    fixture.nodes[API].wants = fixture.nodes[API].needed_by;
    fixture.nodes[WEB].needs.len = fixture.nodes[API].needed_by.len = 0;
    core_stop_all(&fixture.core, 100);
    assert_int_equal(taken(&fixture, API), 0);
    assert_true(taken(&fixture, WEB) & MACHINE_DO_TERMINATE);
    MachineEvent ended = { MACHINE_EXITED_EVENT, 0, 0 };
    core_handle(&fixture.core, WEB, &ended, 110);
    assert_true(taken(&fixture, API) & MACHINE_DO_TERMINATE);
    core_done(&fixture.core);
}

static void outcome_names_the_failed_node(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    core_start_selected(&fixture.core, 0);
    size_t node = NODES;
    assert_int_equal(core_outcome(&fixture.core, &node), CORE_UNDER_WAY);
    report(&fixture, DATABASE, MACHINE_SPAWNED);
    report(&fixture, DATABASE, MACHINE_PROBE_OK);
    report(&fixture, MIGRATE, MACHINE_SPAWNED);
    MachineEvent failed = { MACHINE_EXITED_EVENT, 1, 0 };
    core_handle(&fixture.core, MIGRATE, &failed, 20);
    assert_int_equal(core_outcome(&fixture.core, &node), CORE_FAILED);
    assert_int_equal(node, MIGRATE);
    assert_int_equal(fixture.core.machines[API].state, MACHINE_WAITING);
    core_done(&fixture.core);
}

static void outcome_names_a_need_that_has_ended_well(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    core_start_selected(&fixture.core, 0);
    report(&fixture, DATABASE, MACHINE_SPAWNED);
    MachineEvent ended = { MACHINE_EXITED_EVENT, 0, 0 };
    core_handle(&fixture.core, DATABASE, &ended, 20);
    size_t node = NODES;
    assert_int_equal(fixture.core.machines[MIGRATE].state, MACHINE_WAITING);
    assert_int_equal(core_outcome(&fixture.core, &node), CORE_FAILED);
    assert_int_equal(node, DATABASE);
    core_done(&fixture.core);
}

static void outcome_is_ready_when_tasks_completed_and_services_are_ready(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    start_all(&fixture);
    size_t node;
    assert_int_equal(core_outcome(&fixture.core, &node), CORE_ALL_READY);
    core_done(&fixture.core);
}

static void starting_one_node_starts_what_it_needs(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    core_start(&fixture.core, API, 0);
    assert_int_equal(taken(&fixture, DATABASE), MACHINE_DO_START);
    assert_int_equal(fixture.core.machines[API].state, MACHINE_WAITING);
    assert_int_equal(fixture.core.machines[WEB].state, MACHINE_PENDING);
    core_done(&fixture.core);
}

static void a_need_that_was_left_out_is_not_waited_for(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    fixture.nodes[DATABASE].selected = fixture.nodes[MIGRATE].selected = false;
    core_start_selected(&fixture.core, 0);
    assert_int_equal(taken(&fixture, API), MACHINE_DO_START);
    assert_int_equal(taken(&fixture, DATABASE), 0);
    core_done(&fixture.core);
}

static void the_next_deadline_is_the_earliest(void **state)
{
    (void) state;
    Fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(core_deadline_ms(&fixture.core), INT64_MAX);
    core_start_selected(&fixture.core, 0);
    report(&fixture, DATABASE, MACHINE_SPAWNED);
    assert_int_equal(core_deadline_ms(&fixture.core), 10 + 60 * 1000);
    core_tick(&fixture.core, 10 + 60 * 1000);
    assert_int_equal(fixture.core.machines[DATABASE].state, MACHINE_UNHEALTHY);
    core_done(&fixture.core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_each_node_when_its_needs_are_met),
        cmocka_unit_test(stops_in_reverse_order),
        cmocka_unit_test(a_stop_during_start_leaves_the_rest_unstarted),
        cmocka_unit_test(end_now_kills_everything_at_once),
        cmocka_unit_test(dependants_keep_their_state_when_a_need_crashes),
        cmocka_unit_test(what_is_wanted_stops_behind_what_wants_it),
        cmocka_unit_test(outcome_names_the_failed_node),
        cmocka_unit_test(outcome_names_a_need_that_has_ended_well),
        cmocka_unit_test(outcome_is_ready_when_tasks_completed_and_services_are_ready),
        cmocka_unit_test(starting_one_node_starts_what_it_needs),
        cmocka_unit_test(a_need_that_was_left_out_is_not_waited_for),
        cmocka_unit_test(the_next_deadline_is_the_earliest),
    };
    return cmocka_run_group_tests_name("stack/core", tests, NULL, NULL);
}
