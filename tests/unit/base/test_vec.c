#include "base/vec.h"

#include "unit.h"

typedef VEC(int) Ints;

static void keeps_what_is_pushed(void **state)
{
    Ints heap = { 0 };
    Ints arena = { 0 };
    for (int i = 0; i < 1000; i++) {
        vec_push(&heap, NULL, i);
        vec_push(&arena, *state, i);
    }
    int expected = 0;
    vec_foreach(item, &heap) {
        assert_int_equal(*item, expected);
        assert_int_equal(arena.ptr[expected], expected);
        expected++;
    }
    assert_int_equal(expected, 1000);
    vec_done(&heap);
    assert_null(heap.ptr);
    assert_int_equal(heap.cap, 0);
}

static void inserts_and_removes_in_order(void **state)
{
    Ints ints = { 0 };
    vec_push(&ints, *state, 1);
    vec_push(&ints, *state, 3);
    vec_insert(&ints, *state, 1, 2);
    vec_insert(&ints, *state, 3, 4);
    vec_remove(&ints, 0);
    assert_int_equal(ints.len, 3);
    assert_int_equal(ints.ptr[0], 2);
    assert_int_equal(ints.ptr[1], 3);
    assert_int_equal(*vec_last(&ints), 4);
    assert_int_equal(vec_pop(&ints), 4);
    vec_clear(&ints);
    assert_int_equal(ints.len, 0);
}

static void adds_zeroed_elements(void **state)
{
    Ints ints = { 0 };
    vec_push(&ints, *state, 7);
    vec_clear(&ints);
    int *added = vec_add(&ints, *state);
    assert_int_equal(*added, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(keeps_what_is_pushed),
        arena_test(inserts_and_removes_in_order),
        arena_test(adds_zeroed_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
