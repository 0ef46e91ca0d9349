#include "base/arena.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "base/mem.h"

#include "unit.h"

static void gives_zeroed_aligned_memory(void **state)
{
    for (size_t size = 1; size < 200; size += 7) {
        char *memory = arena_alloc(*state, size);
        assert_int_equal((uintptr_t) memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(memory[i], 0);
            memory[i] = 'x';
        }
    }
}

static void gives_distinct_pointers_for_nothing(void **state)
{
    assert_ptr_not_equal(arena_alloc(*state, 0), arena_alloc(*state, 0));
}

static void grows_the_last_allocation_in_place(void **state)
{
    char *text = arena_alloc(*state, 10);
    memset(text, 'a', 10);
    char *grown = arena_grow(*state, text, 10, 100);
    assert_ptr_equal(grown, text);
    assert_int_equal(grown[9], 'a');
    assert_int_equal(grown[10], 0);
    assert_int_equal(grown[99], 0);
}

static void moves_an_older_allocation_that_grows(void **state)
{
    char *text = arena_strdup(*state, "kept");
    arena_alloc(*state, 1);
    char *grown = arena_grow(*state, text, 5, 50);
    assert_ptr_not_equal(grown, text);
    assert_string_equal(grown, "kept");
    assert_int_equal(grown[49], 0);
}

static void takes_a_large_request_without_leaving_its_block(void **state)
{
    char *before = arena_alloc(*state, 16);
    char *large = arena_alloc(*state, 1 << 20);
    char *after = arena_alloc(*state, 16);
    memset(large, 1, 1 << 20);
    assert_true(after > before && after - before < 4096);
    assert_true(arena_held_bytes(*state) > 1 << 20);
}

static void clear_keeps_only_the_first_block(void **state)
{
    size_t held = arena_held_bytes(*state);
    for (int i = 0; i < 1000; i++) {
        arena_alloc(*state, 100);
    }
    assert_true(arena_held_bytes(*state) > held);
    assert_int_equal(arena_used_bytes(*state), 100 * 1000);
    arena_clear(*state);
    assert_int_equal(arena_held_bytes(*state), held);
    assert_int_equal(arena_used_bytes(*state), 0);
    char *again = arena_alloc(*state, 8);
    assert_int_equal(again[0], 0);
}

static void wastes_little_of_many_megabytes(void **state)
{
    enum { PIECE = 1000, PIECES = 40000, WASTE_MOST = 4 << 20 };
    unsigned char *pieces[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = arena_alloc(*state, PIECE);
        assert_int_equal(pieces[i][0] | pieces[i][PIECE - 1], 0);
        memset(pieces[i], (int) (i % 251 + 1), PIECE);
    }
    for (size_t i = 0; i < PIECES; i++) {
        assert_int_equal(pieces[i][0], i % 251 + 1);
        assert_int_equal(pieces[i][PIECE - 1], i % 251 + 1);
    }
    size_t padding = (size_t) PIECES * 32; /* alignment, a red zone */
    assert_true(arena_held_bytes(*state) <= arena_used_bytes(*state) + padding + WASTE_MOST);
    arena_clear(*state);
    assert_int_equal(arena_used_bytes(*state), 0);
    assert_true(arena_held_bytes(*state) < PIECE * 100);
}

static void note_end(void *arg)
{
    const char **at = arg;
    strbuf_add_cstr(*(StrBuf **) (void *) &at[0], at[1]);
}

static void runs_cleanups_last_first(void **state)
{
    StrBuf order = STRBUF_INIT;
    const void *first[] = { &order, "first " };
    const void *second[] = { &order, "second " };
    arena_on_end(*state, note_end, first);
    arena_on_end(*state, note_end, second);
    arena_clear(*state);
    arena_clear(*state);
    assert_text(&order, "second first ");
}

static void many_arenas_are_accounted_together(void **state)
{
    (void) state;
    size_t held = 0;
    Arena *one = arena_new(0);
    Arena *two = arena_new(0);
    arena_account(one, &held);
    arena_account(two, &held);
    arena_alloc(one, 16);
    assert_int_equal(held, 0);
    arena_alloc(one, 100 * 1000);
    arena_alloc(two, 50 * 1000);
    assert_true(held >= 150 * 1000 && held < 200 * 1000);
    arena_clear(one);
    assert_true(held >= 50 * 1000 && held < 100 * 1000);
    arena_free(one);
    arena_free(two);
    assert_int_equal(held, 0);
}

static void lanes_live_as_long_as_the_arena(void **state)
{
    StrBuf order = STRBUF_INIT;
    const void *second_end[] = { &order, "second " };
    char *before = arena_strdup(*state, "before");
    size_t used = arena_used_bytes(*state);
    arena_fork(*state, 2);
    char *first = arena_strdup(*state, "first");
    arena_use_lane(1);
    char *second = arena_strdup(*state, "second");
    char *grown = arena_grow(*state, before, 7, 20);
    arena_on_end(*state, note_end, second_end);
    arena_use_lane(0);
    arena_join(*state);
    assert_string_equal(first, "first");
    assert_string_equal(second, "second");
    assert_string_equal(grown, "before");
    assert_true(arena_used_bytes(*state) >= used + 6 + 7 + 20);
    arena_clear(*state);
    assert_text(&order, "second ");
    assert_int_equal(arena_used_bytes(*state), 0);
}

static void formats_text_of_any_length(void **state)
{
    assert_string_equal(arena_printf(*state, "%s-%d", "a", 7), "a-7");
    assert_int_equal(strlen(arena_printf(*state, "%9000s", "x")), 9000);
}

#ifdef __SANITIZE_ADDRESS__
static void poisons_what_was_not_handed_out(void **state)
{
    char *memory = arena_alloc(*state, 10);
    assert_int_equal(__asan_address_is_poisoned(memory + 9), 0);
    assert_int_equal(__asan_address_is_poisoned(memory + 10), 1);
    arena_clear(*state);
    assert_int_equal(__asan_address_is_poisoned(memory), 1);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(gives_zeroed_aligned_memory),
        arena_test(gives_distinct_pointers_for_nothing),
        arena_test(grows_the_last_allocation_in_place),
        arena_test(moves_an_older_allocation_that_grows),
        arena_test(takes_a_large_request_without_leaving_its_block),
        arena_test(clear_keeps_only_the_first_block),
        arena_test(wastes_little_of_many_megabytes),
        arena_test(runs_cleanups_last_first),
        arena_test(many_arenas_are_accounted_together),
        arena_test(lanes_live_as_long_as_the_arena),
        arena_test(formats_text_of_any_length),
#ifdef __SANITIZE_ADDRESS__
        arena_test(poisons_what_was_not_handed_out),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
