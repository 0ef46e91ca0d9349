#include "breaker.h"
#include "unit.h"

static const BreakerOptions options = {
    .min_requests = 4,
    .failure_ratio = 0.5,
    .interval_ms = 1000,
    .timeout_ms = 300,
    .max_requests = 1,
};

static Breaker *new_breaker(void)
{
    Breaker *breaker = breaker_new(&options, NULL, STR("peer"));
    assert_int_equal(breaker_state(breaker, 0), BREAKER_CLOSED);
    return breaker;
}

static void call(Breaker *breaker, int64_t now_ms, bool failed)
{
    uint64_t ticket;
    assert_true(breaker_allow(breaker, now_ms, &ticket));
    breaker_done(breaker, now_ms, ticket, failed);
}

static Breaker *open_breaker(int64_t now_ms)
{
    Breaker *breaker = new_breaker();
    for (int i = 0; i < 4; i++) {
        call(breaker, now_ms, true);
    }
    assert_int_equal(breaker_state(breaker, now_ms), BREAKER_OPEN);
    return breaker;
}

static void opens_when_enough_of_enough_calls_failed(void **state)
{
    (void) state;
    Breaker *breaker = new_breaker();
    for (int i = 0; i < 3; i++) {
        call(breaker, 0, true);
    }
    assert_int_equal(breaker_state(breaker, 0), BREAKER_CLOSED);
    call(breaker, 0, false);
    assert_int_equal(breaker_state(breaker, 0), BREAKER_CLOSED);
    call(breaker, 0, true);
    uint64_t ticket;
    assert_false(breaker_allow(breaker, 0, &ticket));
    breaker_free(breaker);
}

static void stays_closed_while_failures_are_few(void **state)
{
    (void) state;
    Breaker *breaker = new_breaker();
    for (int i = 0; i < 100; i++) {
        call(breaker, 0, i % 3 == 1);
    }
    assert_int_equal(breaker_state(breaker, 0), BREAKER_CLOSED);
    breaker_free(breaker);
}

static void forgets_after_its_interval(void **state)
{
    (void) state;
    Breaker *breaker = new_breaker();
    for (int i = 0; i < 3; i++) {
        call(breaker, 0, true);
    }
    call(breaker, 1000, true);
    assert_int_equal(breaker_state(breaker, 1000), BREAKER_CLOSED);
    breaker_free(breaker);
}

static void one_call_decides_half_open(void **state)
{
    (void) state;
    Breaker *breaker = open_breaker(0);
    uint64_t ticket;
    uint64_t second;
    assert_false(breaker_allow(breaker, 299, &ticket));
    assert_true(breaker_allow(breaker, 300, &ticket));
    assert_false(breaker_allow(breaker, 300, &second));
    breaker_done(breaker, 310, ticket, true);
    assert_int_equal(breaker_state(breaker, 310), BREAKER_OPEN);
    assert_true(breaker_allow(breaker, 610, &ticket));
    breaker_done(breaker, 620, ticket, false);
    assert_int_equal(breaker_state(breaker, 620), BREAKER_CLOSED);
    breaker_free(breaker);
}

static void a_late_answer_of_before_changes_nothing(void **state)
{
    (void) state;
    Breaker *breaker = new_breaker();
    uint64_t late;
    assert_true(breaker_allow(breaker, 0, &late));
    for (int i = 0; i < 3; i++) {
        call(breaker, 0, true);
    }
    assert_int_equal(breaker_state(breaker, 300), BREAKER_HALF_OPEN);
    breaker_done(breaker, 300, late, false);
    assert_int_equal(breaker_state(breaker, 300), BREAKER_HALF_OPEN);
    breaker_free(breaker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_when_enough_of_enough_calls_failed),
        cmocka_unit_test(stays_closed_while_failures_are_few),
        cmocka_unit_test(forgets_after_its_interval),
        cmocka_unit_test(one_call_decides_half_open),
        cmocka_unit_test(a_late_answer_of_before_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
