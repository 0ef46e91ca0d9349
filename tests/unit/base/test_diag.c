#include "base/diag.h"
#include "base/mem.h"
#include "base/text.h"

#include "unit.h"

static const DiagStyle PLAIN = { 0 };

static void shows_line_caret_and_hint(void **state)
{
    DiagList list = DIAG_LIST(*state);
    Source *source =
        source_new(*state, STR("slipway.yaml"), STR("services:\n  product:\n    prots: {}\n"));
    static const Str keys[] = { STR_INIT("ports"), STR_INIT("needs") };
    Diag *diag =
        diag_error(&list, "C1001", span_make(source, 25, 30), "unknown key \"%s\"", "prots");
    diag_hint_nearest(&list, diag, STR("prots"), keys, ARRAY_LEN(keys));
    StrBuf out = STRBUF_INIT;
    diag_render(&out, &list, &PLAIN);
    assert_text(
        &out,
        "slipway.yaml:3:5: error: unknown key \"prots\" [C1001]\n"
        "    3 |     prots: {}\n"
        "      |     ^^^^^\n"
        "  hint: did you mean \"ports\"?\n"
    );
}

static void shows_related_places(void **state)
{
    DiagList list = DIAG_LIST(*state);
    Source *source = source_new(*state, STR("a.yaml"), STR("a: 1\na: 2\n"));
    Diag *diag = diag_warn(&list, "C2", span_make(source, 5, 6), "duplicate key");
    diag->object = STR("Deployment/x");
    diag_relate(&list, diag, span_make(source, 0, 1), "first here");
    StrBuf out = STRBUF_INIT;
    diag_render(&out, &list, &PLAIN);
    assert_text(
        &out,
        "a.yaml:2:1: warning: Deployment/x: duplicate key [C2]\n"
        "    2 | a: 2\n"
        "      | ^\n"
        "  a.yaml:1:1: note: first here\n"
        "    1 | a: 1\n"
        "      | ^\n"
    );
}

static void puts_the_caret_under_wide_characters_and_tabs(void **state)
{
    DiagList list = DIAG_LIST(*state);
    Source *source = source_new(*state, STR("f"), STR("\t商: x"));
    diag_error(&list, "R", span_make(source, 6, 7), "here");
    StrBuf out = STRBUF_INIT;
    diag_render(&out, &list, &PLAIN);
    assert_text(
        &out,
        "f:1:5: error: here [R]\n"
        "    1 |     商: x\n"
        "      |         ^\n"
    );
}

static void escapes_what_would_drive_the_terminal(void **state)
{
    DiagList list = DIAG_LIST(*state);
    Source *source = source_new(*state, STR("f"), STR("a\033[2Jb\xff\xe2\x80\xae"));
    diag_error(&list, "R", span_make(source, 5, 6), "bad \033 name");
    StrBuf out = STRBUF_INIT;
    diag_render(&out, &list, &PLAIN);
    assert_text(
        &out,
        "f:1:6: error: bad \\x1b name [R]\n"
        "    1 | a\\x1b[2Jb\\xff\\u202e\n"
        "      |         ^\n"
    );
}

static void cuts_a_long_line_around_the_caret(void **state)
{
    DiagList list = DIAG_LIST(*state);
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_repeat(&text, 'a', 500);
    strbuf_add_cstr(&text, "HERE");
    strbuf_add_repeat(&text, 'b', 500);
    Source *source = source_new(*state, STR("f"), strbuf_str(&text));
    diag_error(&list, "R", span_make(source, 500, 504), "x");
    StrBuf out = STRBUF_INIT;
    const DiagStyle style = { .width = 40 };
    diag_render(&out, &list, &style);
    assert_text(
        &out,
        "f:1:501: error: x [R]\n"
        "    1 | …aaaaaaaaaaHEREbbbbbbbbbbbbbbbb…\n"
        "      |            ^^^^\n"
    );
}

static void never_exceeds_the_width_wherever_the_caret_is(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    for (int i = 0; i < 60; i++) {
        strbuf_add_cstr(&text, i % 3 ? "商" : "x");
    }
    Source *source = source_new(*state, STR("f"), strbuf_str(&text));
    const DiagStyle style = { .width = 50 };
    for (size_t at = 0; at < text.len; at++) {
        DiagList list = DIAG_LIST(*state);
        diag_error(&list, "R", span_make(source, at, text.len), "x");
        StrBuf out = STRBUF_INIT;
        diag_render(&out, &list, &style);
        Str rest = strbuf_str(&out);
        for (Str line; str_next_line(&rest, &line);) {
            assert_true(utf8_width(line) <= 50);
        }
        strbuf_done(&out);
    }
}

static void says_nothing_of_a_place_it_does_not_know(void **state)
{
    DiagList list = DIAG_LIST(*state);
    Source *empty = source_new(*state, STR("empty.yaml"), STR(""));
    diag_error(&list, "A", SPAN_NONE, "no catalog");
    diag_error(&list, "B", span_make(empty, 0, 0), "nothing in it");
    StrBuf out = STRBUF_INIT;
    diag_render(&out, &list, &PLAIN);
    assert_text(&out, "error: no catalog [A]\nempty.yaml: error: nothing in it [B]\n");
}

static void sorts_by_place_and_keeps_the_order_of_equals(void **state)
{
    DiagList list = DIAG_LIST(*state);
    Source *a = source_new(*state, STR("a"), STR("0123456789"));
    Source *b = source_new(*state, STR("b"), STR("0123456789"));
    diag_error(&list, "X", span_make(b, 1, 2), "1");
    diag_warn(&list, "X", span_make(a, 5, 6), "2");
    diag_error(&list, "X", span_make(a, 2, 3), "3");
    diag_error(&list, "W", span_make(a, 5, 6), "4");
    diag_error(&list, "X", span_make(a, 5, 6), "5");
    diag_sort(&list);
    StrBuf order = STRBUF_INIT;
    vec_foreach(diag, &list.diags) {
        strbuf_add(&order, diag->message);
    }
    assert_text(&order, "34251");
    assert_int_equal(diag_count(&list, SEVERITY_ERROR), 4);
    assert_int_equal(diag_count(&list, SEVERITY_INFO), 5);
}

static void counts_what_is_past_the_limit(void **state)
{
    DiagList list = DIAG_LIST(*state);
    list.limit = 2;
    for (int i = 0; i < 5; i++) {
        diag_hint(&list, diag_error(&list, "X", SPAN_NONE, "%d", i), "hint");
    }
    StrBuf out = STRBUF_INIT;
    diag_render(&out, &list, &PLAIN);
    assert_text(&out, "error: 0 [X]\n  hint: hint\nerror: 1 [X]\n  hint: hint\nand 3 more\n");
}

static void shows_a_window_of_a_line_without_end(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_repeat(&text, 'x', 500000);
    strbuf_add_cstr(&text, "\xc3\xa9mark");
    strbuf_add_repeat(&text, 'y', 500000);
    Source *source = source_new(*state, STR("long.yaml"), strbuf_str(&text));
    DiagList list = DIAG_LIST(*state);
    diag_error(&list, "C1001", span_make(source, 500002, 500006), "found");
    const DiagStyle style = { 0 };
    StrBuf out = STRBUF_ON_ARENA(*state);
    diag_render(&out, &list, &style);
    Str rendered = strbuf_str(&out);
    assert_true(rendered.len < 2000);
    assert_true(str_find(rendered, STR("x\xc3\xa9marky")) != STR_NONE);
    assert_true(str_find(rendered, STR(" ^^^^\n")) != STR_NONE);
    assert_true(str_find(rendered, STR("…x")) != STR_NONE);
    assert_true(str_find(rendered, STR("y…\n")) != STR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(shows_line_caret_and_hint),
        arena_test(shows_related_places),
        arena_test(puts_the_caret_under_wide_characters_and_tabs),
        arena_test(escapes_what_would_drive_the_terminal),
        arena_test(cuts_a_long_line_around_the_caret),
        arena_test(never_exceeds_the_width_wherever_the_caret_is),
        arena_test(shows_a_window_of_a_line_without_end),
        arena_test(says_nothing_of_a_place_it_does_not_know),
        arena_test(sorts_by_place_and_keeps_the_order_of_equals),
        arena_test(counts_what_is_past_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
