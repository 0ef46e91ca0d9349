#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "stack/machine.h"

static unsigned send(Machine *machine, MachineEventKind kind, int64_t now_ms)
{
    MachineEvent event = { .kind = kind };
    return machine_handle(machine, &event, now_ms);
}

static unsigned send_exit(Machine *machine, int code, int signal, int64_t now_ms)
{
    MachineEvent event = { MACHINE_EXITED_EVENT, code, signal };
    return machine_handle(machine, &event, now_ms);
}

static Machine running_machine(MachineConfig config)
{
    Machine machine;
    machine_init(&machine, &config, 0);
    send(&machine, MACHINE_START, 0);
    assert_int_equal(send(&machine, MACHINE_NEEDS_MET, 0), MACHINE_DO_START);
    send(&machine, MACHINE_SPAWNED, 0);
    return machine;
}

static const MachineConfig probed = { .has_probe = true,
                                      .restart = MACHINE_RESTART_ON_FAILURE,
                                      .stop_grace_ms = 1000,
                                      .start_period_ms = 5000 };

static void becomes_ready_by_a_good_probe(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    assert_int_equal(machine.state, MACHINE_RUNNING);
    assert_false(machine_satisfies(&machine));
    send(&machine, MACHINE_PROBE_FAILED, 10);
    assert_int_equal(machine.state, MACHINE_RUNNING);
    send(&machine, MACHINE_PROBE_OK, 20);
    assert_int_equal(machine.state, MACHINE_READY);
    assert_int_equal(machine.since_ms, 20);
    assert_true(machine_satisfies(&machine));
    assert_int_equal(machine.deadline_ms, INT64_MAX);
}

static void is_ready_without_a_probe_when_it_has_settled(void **state)
{
    (void) state;
    Machine machine = running_machine((MachineConfig) { .settle_ms = 300 });
    assert_int_equal(machine.state, MACHINE_RUNNING);
    assert_false(machine_satisfies(&machine));
    send(&machine, MACHINE_TIME, 299);
    assert_int_equal(machine.state, MACHINE_RUNNING);
    send(&machine, MACHINE_TIME, 300);
    assert_int_equal(machine.state, MACHINE_READY);
    assert_true(machine.was_ready);
    assert_int_equal(machine.deadline_ms, INT64_MAX);
}

static void is_never_ready_when_it_ends_before_it_settled(void **state)
{
    (void) state;
    Machine machine = running_machine((MachineConfig) { 0 });
    send_exit(&machine, 1, 0, 10);
    assert_int_equal(machine.state, MACHINE_FAILED);
    assert_false(machine.was_ready);
    send(&machine, MACHINE_TIME, 10000);
    assert_int_equal(machine.state, MACHINE_FAILED);
}

static void becomes_unhealthy_after_bad_probes_in_a_row_and_recovers(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    send(&machine, MACHINE_PROBE_OK, 1);
    send(&machine, MACHINE_PROBE_FAILED, 2);
    send(&machine, MACHINE_PROBE_FAILED, 3);
    send(&machine, MACHINE_PROBE_OK, 4);
    send(&machine, MACHINE_PROBE_FAILED, 5);
    send(&machine, MACHINE_PROBE_FAILED, 6);
    assert_int_equal(machine.state, MACHINE_READY);
    send(&machine, MACHINE_PROBE_FAILED, 7);
    assert_int_equal(machine.state, MACHINE_UNHEALTHY);
    assert_int_equal(machine.reason, MACHINE_REASON_PROBE);
    send(&machine, MACHINE_PROBE_OK, 8);
    assert_int_equal(machine.state, MACHINE_READY);
}

static void is_unhealthy_when_never_ready_within_the_start_period(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    assert_int_equal(machine.deadline_ms, 5000);
    send(&machine, MACHINE_TIME, 4999);
    assert_int_equal(machine.state, MACHINE_RUNNING);
    send(&machine, MACHINE_TIME, 5000);
    assert_int_equal(machine.state, MACHINE_UNHEALTHY);
    assert_int_equal(machine.reason, MACHINE_REASON_NEVER_READY);
    assert_false(machine.was_ready);
}

static void restarts_with_growing_waits_until_the_crash_loop_stops(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    int64_t now = 0, waited = 0;
    for (unsigned crash = 0; crash < 5; crash++) {
        now += 10;
        unsigned actions = send_exit(&machine, 1, 0, now);
        assert_true(actions & MACHINE_DO_KILL);
        assert_int_equal(machine.state, MACHINE_BACKOFF);
        int64_t wait = machine.deadline_ms - now;
        assert_true(wait > waited);
        waited = wait;
        now = machine.deadline_ms;
        send(&machine, MACHINE_TIME, now);
        assert_int_equal(machine.state, MACHINE_WAITING);
        assert_int_equal(machine.restarts, crash + 1);
        assert_int_equal(send(&machine, MACHINE_NEEDS_MET, now), MACHINE_DO_START);
        send(&machine, MACHINE_SPAWNED, now);
    }
    send_exit(&machine, -1, 11, now + 10);
    assert_int_equal(machine.state, MACHINE_FAILED);
    assert_int_equal(machine.reason, MACHINE_REASON_CRASH_LOOP);
    assert_int_equal(machine.exit_signal, 11);
    assert_true(machine_is_at_rest(&machine));
}

static void forgets_crashes_after_a_stable_time(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    machine.crashes = 5;
    send_exit(&machine, 1, 0, 40 * 1000);
    assert_int_equal(machine.state, MACHINE_BACKOFF);
    assert_int_equal(machine.crashes, 1);
}

static uint64_t most(void *arg, uint64_t bound)
{
    (void) arg;
    return bound - 1;
}

static uint64_t least(void *arg, uint64_t bound)
{
    (void) arg;
    (void) bound;
    return 0;
}

static void spreads_the_waits_by_a_fifth_each_way(void **state)
{
    (void) state;
    MachineConfig config = probed;
    config.backoff_first_ms = 1000;
    config.random = most;
    Machine late = running_machine(config);
    send_exit(&late, 1, 0, 0);
    assert_int_equal(late.deadline_ms, 1200);
    config.random = least;
    Machine early = running_machine(config);
    send_exit(&early, 1, 0, 0);
    assert_int_equal(early.deadline_ms, 800);
}

static void a_clean_exit_is_no_failure(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    send_exit(&machine, 0, 0, 10);
    assert_int_equal(machine.state, MACHINE_EXITED);
}

static void restart_always_comes_back_after_a_clean_exit(void **state)
{
    (void) state;
    MachineConfig config = probed;
    config.restart = MACHINE_RESTART_ALWAYS;
    Machine machine = running_machine(config);
    send_exit(&machine, 0, 0, 10);
    assert_int_equal(machine.state, MACHINE_BACKOFF);
}

static void restart_never_fails_at_the_first_bad_exit(void **state)
{
    (void) state;
    MachineConfig config = probed;
    config.restart = MACHINE_RESTART_NEVER;
    Machine machine = running_machine(config);
    send_exit(&machine, 3, 0, 10);
    assert_int_equal(machine.state, MACHINE_FAILED);
    assert_int_equal(machine.exit_code, 3);
}

static void stops_with_grace_then_kills(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    assert_true(send(&machine, MACHINE_STOP, 100) & MACHINE_DO_TERMINATE);
    assert_int_equal(machine.state, MACHINE_STOPPING);
    assert_int_equal(machine.deadline_ms, 1100);
    assert_int_equal(send(&machine, MACHINE_STOP, 200), 0);
    assert_int_equal(send(&machine, MACHINE_TIME, 1100), MACHINE_DO_KILL);
    send_exit(&machine, -1, 9, 1101);
    assert_int_equal(machine.state, MACHINE_EXITED);
    assert_int_equal(machine.reason, MACHINE_REASON_KILLED);
}

static void end_now_kills_at_once(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    unsigned actions = send(&machine, MACHINE_END_NOW, 100);
    assert_true(actions & MACHINE_DO_KILL);
    assert_false(actions & MACHINE_DO_TERMINATE);
    Machine stopping = running_machine(probed);
    send(&stopping, MACHINE_STOP, 100);
    assert_true(send(&stopping, MACHINE_END_NOW, 110) & MACHINE_DO_KILL);
}

static void a_stop_during_preparation_cancels_it(void **state)
{
    (void) state;
    Machine machine;
    machine_init(&machine, &probed, 0);
    send(&machine, MACHINE_START, 0);
    send(&machine, MACHINE_NEEDS_MET, 0);
    assert_int_equal(send(&machine, MACHINE_STOP, 1), MACHINE_DO_CANCEL);
    Machine late = machine;
    send(&machine, MACHINE_SPAWN_FAILED, 2);
    assert_int_equal(machine.state, MACHINE_EXITED);
    assert_int_equal(send(&late, MACHINE_SPAWNED, 2), MACHINE_DO_TERMINATE);
    send_exit(&late, -1, 15, 3);
    assert_int_equal(late.state, MACHINE_EXITED);
}

static void what_cannot_be_started_fails_without_a_restart(void **state)
{
    (void) state;
    Machine machine;
    machine_init(&machine, &probed, 0);
    send(&machine, MACHINE_START, 0);
    send(&machine, MACHINE_NEEDS_MET, 0);
    send(&machine, MACHINE_SPAWN_FAILED, 1);
    assert_int_equal(machine.state, MACHINE_FAILED);
    assert_int_equal(machine.reason, MACHINE_REASON_SPAWN);
}

static void a_task_completes_or_fails(void **state)
{
    (void) state;
    MachineConfig config = { .is_task = true };
    Machine done = running_machine(config);
    assert_int_equal(done.state, MACHINE_RUNNING);
    assert_false(machine_satisfies(&done));
    send_exit(&done, 0, 0, 10);
    assert_int_equal(done.state, MACHINE_COMPLETED);
    assert_true(machine_satisfies(&done));
    Machine failed = running_machine(config);
    send_exit(&failed, 2, 0, 10);
    assert_int_equal(failed.state, MACHINE_FAILED);
    assert_false(machine_satisfies(&failed));
}

static void a_task_past_its_time_is_ended_and_failed(void **state)
{
    (void) state;
    MachineConfig config = { .is_task = true, .timeout_ms = 50 };
    Machine machine = running_machine(config);
    assert_true(send(&machine, MACHINE_TIME, 50) & MACHINE_DO_TERMINATE);
    send_exit(&machine, -1, 15, 60);
    assert_int_equal(machine.state, MACHINE_FAILED);
    assert_int_equal(machine.reason, MACHINE_REASON_TIMEOUT);
}

static void restart_on_request_stops_first(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    assert_true(machine_restart(&machine, 10) & MACHINE_DO_TERMINATE);
    assert_int_equal(machine.state, MACHINE_STOPPING);
    send_exit(&machine, 0, 0, 20);
    assert_int_equal(machine.state, MACHINE_WAITING);
    assert_int_equal(machine.restarts, 0);
}

static void a_late_probe_means_nothing(void **state)
{
    (void) state;
    Machine machine = running_machine(probed);
    send_exit(&machine, 0, 0, 10);
    send(&machine, MACHINE_PROBE_OK, 20);
    assert_int_equal(machine.state, MACHINE_EXITED);
}

static void an_external_node_has_no_process(void **state)
{
    (void) state;
    MachineConfig config = probed;
    config.is_external = true;
    Machine machine;
    machine_init(&machine, &config, 0);
    send(&machine, MACHINE_START, 0);
    assert_int_equal(send(&machine, MACHINE_NEEDS_MET, 0), MACHINE_DO_PROBE);
    send(&machine, MACHINE_PROBE_OK, 5);
    assert_true(machine_satisfies(&machine));
    assert_int_equal(send(&machine, MACHINE_STOP, 10), MACHINE_DO_END_PROBE);
    assert_int_equal(machine.state, MACHINE_EXITED);
}

static void state_names_read_back(void **state)
{
    (void) state;
    for (unsigned i = 0; i < MACHINE_STATE_COUNT; i++) {
        MachineState read = MACHINE_PENDING;
        assert_true(machine_state_parse(machine_state_name((MachineState) i), &read));
        assert_int_equal(read, i);
    }
    MachineState unused;
    assert_false(machine_state_parse(STR("dead"), &unused));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(becomes_ready_by_a_good_probe),
        cmocka_unit_test(is_ready_without_a_probe_when_it_has_settled),
        cmocka_unit_test(is_never_ready_when_it_ends_before_it_settled),
        cmocka_unit_test(becomes_unhealthy_after_bad_probes_in_a_row_and_recovers),
        cmocka_unit_test(is_unhealthy_when_never_ready_within_the_start_period),
        cmocka_unit_test(restarts_with_growing_waits_until_the_crash_loop_stops),
        cmocka_unit_test(forgets_crashes_after_a_stable_time),
        cmocka_unit_test(spreads_the_waits_by_a_fifth_each_way),
        cmocka_unit_test(a_clean_exit_is_no_failure),
        cmocka_unit_test(restart_always_comes_back_after_a_clean_exit),
        cmocka_unit_test(restart_never_fails_at_the_first_bad_exit),
        cmocka_unit_test(stops_with_grace_then_kills),
        cmocka_unit_test(end_now_kills_at_once),
        cmocka_unit_test(a_stop_during_preparation_cancels_it),
        cmocka_unit_test(what_cannot_be_started_fails_without_a_restart),
        cmocka_unit_test(a_task_completes_or_fails),
        cmocka_unit_test(a_task_past_its_time_is_ended_and_failed),
        cmocka_unit_test(restart_on_request_stops_first),
        cmocka_unit_test(a_late_probe_means_nothing),
        cmocka_unit_test(an_external_node_has_no_process),
        cmocka_unit_test(state_names_read_back),
    };
    return cmocka_run_group_tests_name("stack/machine", tests, NULL, NULL);
}
