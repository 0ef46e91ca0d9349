#include <chassis/money.h>

#include "unit.h"

static void sums_stay_within_the_bound(void **state)
{
    (void) state;
    int64_t result = 7;
    assert_true(money_add(MONEY_MAX - 1, 1, &result));
    assert_int_equal(result, MONEY_MAX);
    assert_false(money_add(MONEY_MAX, 1, &result));
    assert_false(money_add(INT64_MAX, INT64_MAX, &result));
    assert_false(money_sub(1, 2, &result));
    assert_false(money_times(MONEY_MAX, 2, &result));
    assert_false(money_times(INT64_MAX, INT64_MAX, &result));
    assert_int_equal(result, MONEY_MAX);
    assert_true(money_times(250, 4, &result));
    assert_int_equal(result, 1000);
}

static void a_share_is_rounded_down_without_overflow(void **state)
{
    (void) state;
    assert_int_equal(money_share(999, 1000), 99);
    assert_int_equal(money_share(1, 9999), 0);
    assert_int_equal(money_share(MONEY_MAX, 10000), MONEY_MAX);
    assert_int_equal(money_share(INT64_MAX, 10000), INT64_MAX);
}

static void knows_every_currency_at_the_ends_of_its_table(void **state)
{
    (void) state;
    const char *known[] = { "AED", "EUR", "TRY", "USD", "ZWG" };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        assert_true(currency_is_known(str_from(known[i])));
    }
    const char *unknown[] = { "", "US", "usd", "XXX", "USDX", "AAA", "ZZZ" };
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        assert_false(currency_is_known(str_from(unknown[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_stay_within_the_bound),
        cmocka_unit_test(a_share_is_rounded_down_without_overflow),
        cmocka_unit_test(knows_every_currency_at_the_ends_of_its_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
