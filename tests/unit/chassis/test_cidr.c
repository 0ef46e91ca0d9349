#include "cidr.h"
#include "unit.h"

static bool lets_in(const char *networks, const char *peer)
{
    auto_arena Arena *arena = arena_new(0);
    CidrList list;
    Str bad;
    assert_true(cidr_list_parse(arena, str_from(networks), &list, &bad));
    return cidr_list_has(&list, str_from(peer));
}

static void lets_in_whom_a_network_covers(void **state)
{
    (void) state;
    assert_true(lets_in("127.0.0.0/8,::1/128", "127.1.2.3:4711"));
    assert_true(lets_in("127.0.0.0/8,::1/128", "[::1]:80"));
    assert_true(lets_in("10.0.0.0/8", "10.255.0.1:1"));
    assert_true(lets_in("192.168.1.128/25", "192.168.1.129:1"));
    assert_true(lets_in("0.0.0.0/0", "8.8.8.8:1"));
    assert_true(lets_in("fc00::/7", "[fd12::1]:1"));
    assert_true(lets_in("10.0.0.1", "10.0.0.1:1"));
    assert_true(lets_in("10.0.0.0/8", "[::ffff:10.1.1.1]:1"));
    assert_true(lets_in("10.0.0.0/8", "unix"));
}

static void keeps_out_the_others(void **state)
{
    (void) state;
    assert_false(lets_in("127.0.0.0/8", "128.0.0.1:1"));
    assert_false(lets_in("192.168.1.128/25", "192.168.1.127:1"));
    assert_false(lets_in("10.0.0.1", "10.0.0.2:1"));
    assert_false(lets_in("0.0.0.0/0", "[2001:db8::1]:1"));
    assert_false(lets_in("", "127.0.0.1:1"));
    assert_false(lets_in("0.0.0.0/0", "nonsense"));
    assert_false(lets_in("0.0.0.0/0", ""));
}

static void names_the_part_that_is_no_network(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    const char *bad_lists[] = { "10.0.0.0/33", "::1/129",     "10.0.0/8",
                                "x",           "10.0.0.0/-1", "10.0.0.0/" };
    for (size_t i = 0; i < ARRAY_LEN(bad_lists); i++) {
        CidrList list;
        Str bad;
        Str text = str_printf(arena, "127.0.0.1, %s", bad_lists[i]);
        assert_false(cidr_list_parse(arena, text, &list, &bad));
        assert_str(bad, bad_lists[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_in_whom_a_network_covers),
        cmocka_unit_test(keeps_out_the_others),
        cmocka_unit_test(names_the_part_that_is_no_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
