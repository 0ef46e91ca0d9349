#include "base/mem.h"

#include "unit.h"

static void allocates_zeroed_memory(void **state)
{
    (void) state;
    auto_free char *memory = mem_alloc(32);
    for (int i = 0; i < 32; i++) {
        assert_int_equal(memory[i], 0);
    }
    auto_free char *none = mem_alloc(0);
    assert_non_null(none);
}

static void copies_and_formats(void **state)
{
    (void) state;
    auto_free char *copy = mem_strdup("text");
    auto_free char *bytes = mem_memdup("ab\0c", 4);
    auto_free char *format = mem_printf("%s/%d", copy, 3);
    assert_string_equal(copy, "text");
    assert_memory_equal(bytes, "ab\0c", 4);
    assert_string_equal(format, "text/3");
}

static void take_ptr_leaves_null_behind(void **state)
{
    (void) state;
    auto_free char *owner = mem_strdup("handed over");
    auto_free char *taken = take_ptr(owner);
    assert_null(owner);
    assert_string_equal(taken, "handed over");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocates_zeroed_memory),
        cmocka_unit_test(copies_and_formats),
        cmocka_unit_test(take_ptr_leaves_null_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
