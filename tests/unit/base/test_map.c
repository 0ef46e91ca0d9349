#include "base/map.h"

#include "unit.h"

static int numbers[5000];

static Str key_of(Arena *arena, size_t i)
{
    return str_printf(arena, "key-%zu", i);
}

static void finds_what_was_set(void **state)
{
    Map map = MAP_INIT;
    for (size_t i = 0; i < 5000; i++) {
        assert_null(map_set(&map, key_of(*state, i), &numbers[i]));
    }
    assert_int_equal(map.len, 5000);
    for (size_t i = 0; i < 5000; i++) {
        assert_ptr_equal(map_get(&map, key_of(*state, i)), &numbers[i]);
    }
    assert_null(map_get(&map, STR("absent")));
    map_done(&map);
}

static void goes_through_keys_in_order_of_insertion(void **state)
{
    Map map = MAP_ON_ARENA(*state);
    for (size_t i = 0; i < 100; i++) {
        map_set(&map, key_of(*state, i), &numbers[i]);
    }
    for (size_t i = 0; i < 100; i += 3) {
        assert_ptr_equal(map_remove(&map, key_of(*state, i)), &numbers[i]);
    }
    size_t i = 0;
    map_foreach(entry, &map) {
        i += i % 3 == 0;
        assert_ptr_equal(entry->value, &numbers[i++]);
    }
    assert_int_equal(map.len, 66);
    assert_int_equal(i, 99);
}

static void setting_again_replaces_the_value_and_keeps_the_place(void **state)
{
    Map map = MAP_ON_ARENA(*state);
    map_set(&map, STR("a"), &numbers[0]);
    map_set(&map, STR("b"), &numbers[1]);
    assert_ptr_equal(map_set(&map, STR("a"), &numbers[2]), &numbers[0]);
    assert_int_equal(map.len, 2);
    assert_ptr_equal(map_next(&map, NULL)->value, &numbers[2]);
}

static void tells_a_null_value_from_an_absent_key(void **state)
{
    Map map = MAP_ON_ARENA(*state);
    map_set(&map, STR("null"), NULL);
    map_set(&map, STR(""), &numbers[0]);
    assert_true(map_has(&map, STR("null")));
    assert_null(map_get(&map, STR("null")));
    assert_true(map_has(&map, STR("")));
    assert_false(map_has(&map, STR("other")));
}

/* A queue: as many removals as insertions must not make the map grow. */
static void stays_small_when_keys_come_and_go(void **state)
{
    Map map = MAP_INIT;
    for (size_t i = 0; i < 5000; i++) {
        map_set(&map, key_of(*state, i), &numbers[i]);
        if (i >= 4) {
            assert_ptr_equal(map_remove(&map, key_of(*state, i - 4)), &numbers[i - 4]);
        }
    }
    assert_int_equal(map.len, 4);
    assert_true(map.cap <= 16);
    map_clear(&map);
    assert_null(map_next(&map, NULL));
    assert_null(map_remove(&map, STR("key-1")));
    map_done(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(finds_what_was_set),
        arena_test(goes_through_keys_in_order_of_insertion),
        arena_test(setting_again_replaces_the_value_and_keeps_the_place),
        arena_test(tells_a_null_value_from_an_absent_key),
        arena_test(stays_small_when_keys_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
