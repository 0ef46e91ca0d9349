#include "render/patch.h"

#include <errno.h>

#include "unit.h"

typedef struct Applied {
    int rc;
    Str text;
    DiagList diags;
} Applied;

static Applied apply(Arena *arena, const char *patch, const char *text)
{
    Applied applied = { .diags = DIAG_LIST(arena) };
    Source *source = source_new(arena, STR("deploy/patches/a"), str_from(patch));
    applied.rc = edit_apply(arena, source, str_from(text), &applied.text, &applied.diags);
    return applied;
}

static void applies_at_its_line(void **state)
{
    Applied applied = apply(
        *state,
        "--- a\n+++ a\n@@ -1,3 +1,4 @@\n one\n-two\n+zwei\n+drei\n three\n",
        "one\ntwo\nthree\nfour\n"
    );
    assert_int_equal(applied.rc, 0);
    assert_str(applied.text, "one\nzwei\ndrei\nthree\nfour\n");
}

static void follows_text_that_moved(void **state)
{
    Applied applied = apply(
        *state,
        "@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n@@ -4,2 +4,2 @@\n four\n-five\n+fuenf\n",
        "new\nnew\none\ntwo\nthree\nfour\nfive\n"
    );
    assert_int_equal(applied.rc, 0);
    assert_str(applied.text, "new\nnew\none\nzwei\nthree\nfour\nfuenf\n");
}

static void refuses_a_hunk_that_fits_nowhere(void **state)
{
    Applied applied = apply(*state, "@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n", "one\n2\n");
    assert_int_equal(applied.rc, -EINVAL);
    assert_int_equal(applied.diags.diags.len, 1);
    assert_str(applied.diags.diags.ptr[0].rule, "R1002");
    assert_int_equal(applied.diags.diags.ptr[0].span.start, 0);
}

static void refuses_to_guess_between_two_places(void **state)
{
    Applied applied = apply(*state, "@@ -7,1 +7,1 @@\n-x\n+y\n", "a\nx\nb\nx\n");
    assert_int_equal(applied.rc, -EINVAL);
}

static void refuses_what_is_no_patch(void **state)
{
    assert_int_equal(apply(*state, "", "a\n").rc, -EINVAL);
    assert_int_equal(apply(*state, "@@ -x +1 @@\n a\n", "a\n").rc, -EINVAL);
    assert_int_equal(apply(*state, "@@ -1 +1 @@\n a\n?b\n", "a\n").rc, -EINVAL);
}

static void takes_an_empty_line_for_an_empty_context_line(void **state)
{
    Applied applied = apply(*state, "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n", "a\n\nb\n");
    assert_int_equal(applied.rc, 0);
    assert_str(applied.text, "a\n\nc\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(applies_at_its_line, unit_arena_setup, unit_arena_teardown),
        cmocka_unit_test_setup_teardown(
            follows_text_that_moved, unit_arena_setup, unit_arena_teardown
        ),
        cmocka_unit_test_setup_teardown(
            refuses_a_hunk_that_fits_nowhere, unit_arena_setup, unit_arena_teardown
        ),
        cmocka_unit_test_setup_teardown(
            refuses_to_guess_between_two_places, unit_arena_setup, unit_arena_teardown
        ),
        cmocka_unit_test_setup_teardown(
            refuses_what_is_no_patch, unit_arena_setup, unit_arena_teardown
        ),
        cmocka_unit_test_setup_teardown(
            takes_an_empty_line_for_an_empty_context_line, unit_arena_setup, unit_arena_teardown
        ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
