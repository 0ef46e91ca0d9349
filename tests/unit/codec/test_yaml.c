/* The YAML reader and writer. What go-yaml makes of a text was taken from go-yaml itself. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/yaml.h"

typedef struct Fixture {
    Arena *arena;
    DiagList diags;
    YamlDocuments documents;
    Source *source;
} Fixture;

static int read_text(Fixture *f, const char *text, const YamlOptions *options)
{
    f->diags = (DiagList) DIAG_LIST(f->arena);
    f->source = source_new(f->arena, STR("in.yaml"), str_from(text));
    return yaml_read(f->arena, f->source, options, &f->documents, &f->diags);
}

static Node *root_of(Fixture *f, const char *text)
{
    assert_int_equal(read_text(f, text, NULL), 0);
    assert_int_equal(f->documents.len, 1);
    return f->documents.roots[0];
}

static void assert_str(Str actual, const char *expected)
{
    Str wanted = str_from(expected);
    if (!str_eq(actual, wanted)) {
        fail_msg("got \"%" STR_FMT "\", wanted \"%s\"", STR_ARG(actual), expected);
    }
}

static void
assert_error(Fixture *f, const char *text, const char *rule, uint32_t line, uint32_t column)
{
    assert_int_equal(read_text(f, text, NULL), -EINVAL);
    assert_true(f->diags.diags.len > 0);
    const Diag *diag = &f->diags.diags.ptr[0];
    assert_str(diag->rule, rule);
    Position position = span_start(diag->span);
    assert_int_equal(position.line, line);
    assert_int_equal(position.column, column);
}

static void
assert_writes(Fixture *f, const char *text, const YamlWriteOptions *options, const char *expected)
{
    auto_strbuf StrBuf out = STRBUF_INIT;
    yaml_write(&out, root_of(f, text), options);
    assert_str(strbuf_str(&out), expected);
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture) { .arena = arena_new(0) };
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_free(((Fixture *) *state)->arena);
    return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void reads_maps_lists_and_scalars_with_their_spans(void **state)
{
    Node *root = root_of(*state, "a: 1\nlist:\n- x\n- {k: [true, ~, 1.5]}\n");
    assert_int_equal(root->kind, NODE_MAP);
    Node *value = node_get(root, STR("a"));
    assert_int_equal(value->kind, NODE_INT);
    assert_int_equal(value->integer, 1);
    assert_int_equal(value->span.start, 3);
    assert_int_equal(value->span.end, 4);
    Node *inner = node_at_path(root, STR("list[1].k"));
    assert_non_null(inner);
    assert_int_equal(inner->seq.items[0]->kind, NODE_BOOL);
    assert_int_equal(inner->seq.items[1]->kind, NODE_NULL);
    assert_true(inner->seq.items[2]->kind == NODE_FLOAT && inner->seq.items[2]->real > 1.4);
    assert_str(span_text(inner->span), "[true, ~, 1.5]");
}

static void reads_numbers_as_go_yaml_does(void **state)
{
    Node *root = root_of(
        *state, "[0644, 0x1F, 1_000, 0b11, 0o17, -5, 08, 1e3, .5, 1.2.3, 18446744073709551615, ._5]"
    );
    static const int64_t ints[] = { 420, 31, 1000, 3, 15, -5 };
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(root->seq.items[i]->kind, NODE_INT);
        assert_int_equal(root->seq.items[i]->integer, ints[i]);
    }
    assert_int_equal(root->seq.items[6]->kind, NODE_FLOAT);
    assert_int_equal(root->seq.items[7]->kind, NODE_FLOAT);
    assert_int_equal(root->seq.items[8]->kind, NODE_FLOAT);
    assert_int_equal(root->seq.items[9]->kind, NODE_STRING);
    assert_int_equal(root->seq.items[10]->kind, NODE_FLOAT);
}

static void marks_words_that_only_yaml_1_1_reads_as_booleans(void **state)
{
    Node *root = root_of(*state, "[yes, 'no', true]");
    assert_true(root->seq.items[0]->kind == NODE_STRING && root->seq.items[0]->yaml11_bool);
    assert_true(root->seq.items[1]->kind == NODE_STRING && !root->seq.items[1]->yaml11_bool);
    assert_int_equal(root->seq.items[2]->kind, NODE_BOOL);
}

static void folds_and_unescapes_scalars(void **state)
{
    Node *root = root_of(
        *state,
        "plain: a\n  b\n\n  c\nsingle: 'it''s\n  on'\ndouble: \"\\u00e9\\t\\\n  x\"\nlit: |+\n  "
        "a\n\n"
        "fold: >-\n  a\n  b\n\n  c\n"
    );
    assert_str(node_get(root, STR("plain"))->text, "a b\nc");
    assert_str(node_get(root, STR("single"))->text, "it's on");
    assert_str(node_get(root, STR("double"))->text, "\xC3\xA9\tx");
    assert_str(node_get(root, STR("lit"))->text, "a\n\n");
    assert_str(node_get(root, STR("fold"))->text, "a b\nc");
}

static void resolves_anchors_and_merge_keys(void **state)
{
    Node *root = root_of(*state, "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nlist: [*b]\n");
    Node *use = node_get(root, STR("use"));
    assert_int_equal(use->map.len, 2);
    assert_int_equal(node_get(use, STR("x"))->integer, 1);
    assert_int_equal(node_get(use, STR("y"))->integer, 3);
    assert_true(node_get(root, STR("list"))->seq.items[0]->is_alias_use);
}

static void ends_collections_behind_an_alias(void **state)
{
    Node *root = root_of(*state, "base: &b {x: 1}\nmap:\n  use: *b\nlist:\n- *b\n");
    assert_str(span_text(node_get(root, STR("map"))->span), "use: *b");
    assert_str(span_text(node_get(root, STR("list"))->span), "- *b");
}

static void reads_every_document(void **state)
{
    Fixture *f = *state;
    assert_int_equal(read_text(f, "%YAML 1.2\n---\na: 1\n...\n---\n---\nb\n", NULL), 0);
    assert_int_equal(f->documents.len, 3);
    assert_int_equal(f->documents.roots[1]->kind, NODE_NULL);
    assert_str(f->documents.roots[2]->text, "b");
}

static void tells_where_each_mistake_stands(void **state)
{
    Fixture *f = *state;
    assert_error(f, "a: b: c\n", "Y1001", 1, 5);
    assert_error(f, "x: [1, 2\n", "Y1001", 1, 4);
    assert_error(f, "x: 1\n y: 2\n", "Y1001", 2, 3);
    assert_error(f, "a:\n\t- b\n", "Y1001", 2, 1);
    assert_error(f, "a: \"x\n", "Y1001", 1, 4);
    assert_error(f, "a: \"\\q\"\n", "Y1001", 1, 5);
    assert_error(f, "a: *nope\n", "Y1004", 1, 4);
    assert_error(f, "a: &x [*x]\n", "Y1004", 1, 8);
    assert_error(f, "a: 1\nb: 2\na: 3\n", "Y1002", 3, 1);
    assert_error(f, "a: @x\n", "Y1001", 1, 4);
    assert_error(f, "a: \x01\n", "Y1005", 1, 4);
    assert_error(f, "a: \xff\n", "Y1005", 1, 4);
}

static void tells_one_mistake_of_each_document(void **state)
{
    Fixture *f = *state;
    assert_int_equal(read_text(f, "ok: 1\n---\na: b: c\n---\nx: ]\n", NULL), -EINVAL);
    assert_int_equal(f->diags.diags.len, 2);
    assert_int_equal(f->documents.len, 1);
}

static void refuses_what_grows_without_bound(void **state)
{
    Fixture *f = *state;
    StrBuf text = STRBUF_ON_ARENA(f->arena);
    strbuf_add_cstr(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
        strbuf_addf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++) {
            strbuf_addf(&text, "%s*a%d", k ? ", " : "", i - 1);
        }
        strbuf_add_cstr(&text, "]\n");
    }
    assert_int_equal(read_text(f, text.ptr, NULL), -EINVAL);
    assert_str(f->diags.diags.ptr[0].rule, "Y1003");
    strbuf_clear(&text);
    strbuf_add_repeat(&text, '[', 100000);
    assert_int_equal(read_text(f, text.ptr, NULL), -EINVAL);
    assert_int_equal(
        read_text(f, "a: 12345\n", &(YamlOptions) { .limits = { .max_bytes = 4 } }), -EINVAL
    );
}

static void last_duplicate_wins_where_they_are_allowed(void **state)
{
    Fixture *f = *state;
    assert_int_equal(
        read_text(f, "a: 1\nb: 2\na: 3\n", &(YamlOptions) { .allow_duplicates = true }), 0
    );
    assert_int_equal(f->documents.roots[0]->map.len, 2);
    assert_int_equal(node_get(f->documents.roots[0], STR("a"))->integer, 3);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void writes_block_style_with_lists_at_the_column_of_their_key(void **state)
{
    assert_writes(
        *state,
        "a:\n    - b:  1\n      c: [x,   y]\n    -   - d\ne: {}\n",
        NULL,
        "a:\n- b: 1\n  c: [x, y]\n- - d\ne: {}\n"
    );
    assert_writes(
        *state,
        "a: [x]\n",
        &(YamlWriteOptions) { .indent_sequences = true, .ignore_styles = true },
        "a:\n  - x\n"
    );
}

static void quotes_what_a_reader_would_take_for_something_else(void **state)
{
    YamlWriteOptions afresh = { .ignore_styles = true };
    assert_writes(
        *state,
        "['1', 'true', 'yes', '2001-01-01', '1:30', '', 'a: b', '- x', '#c', 'x ', \"a\\tb\", "
        "'0x1', 'ok', '<<']",
        &afresh,
        "- \"1\"\n- \"true\"\n- \"yes\"\n- \"2001-01-01\"\n- \"1:30\"\n- \"\"\n- 'a: b'\n- '- "
        "x'\n- '#c'\n"
        "- 'x '\n- \"a\\tb\"\n- \"0x1\"\n- ok\n- <<\n"
    );
}

static void writes_values_in_their_plainest_form(void **state)
{
    YamlWriteOptions afresh = { .ignore_styles = true };
    assert_writes(
        *state,
        "[0644, True, ~, 1e3, 1234567.5, 0.25, 1e30, 18446744073709551615, 08]",
        &afresh,
        "- 420\n- true\n- null\n- 1000\n- 1.2345675e+06\n- 0.25\n- 1e+30\n- "
        "18446744073709551615\n- 8\n"
    );
}

static void sorts_keys_as_go_yaml_does(void **state)
{
    assert_writes(
        *state,
        "{b: 1, a10: 1, a2: 1, B: 1, _x: 1, a-b: 1, a.b: 1, a/b: 1, \"1\": 1, ab: 1}",
        &(YamlWriteOptions) { .sort_keys = true, .ignore_styles = true },
        "_x: 1\n\"1\": 1\nB: 1\na-b: 1\na.b: 1\na/b: 1\na2: 1\na10: 1\nab: 1\nb: 1\n"
    );
}

static void folds_long_lines_where_asked_to(void **state)
{
    assert_writes(
        *state,
        "long: aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccccc "
        "ddddddddddddddddddddddd eee\n",
        &(YamlWriteOptions) { .fold_column = 80 },
        "long: aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccccc "
        "ddddddddddddddddddddddd\n"
        "  eee\n"
    );
}

static void keeps_the_styles_of_the_source(void **state)
{
    static const char text[] =
        "a: 'x'\nb: \"y\"\nc: |\n  l\nd: >-\n  f\ne: 0x1F\nf: ~\ng: !reset z\n";
    assert_writes(*state, text, NULL, text);
}

static void writes_one_string_with_the_quotes_it_needs(void **state)
{
    (void) state;
    auto_strbuf StrBuf out = STRBUF_INIT;
    yaml_write_string(&out, STR("no"));
    strbuf_add_char(&out, ' ');
    yaml_write_string(&out, STR("a b"));
    assert_str(strbuf_str(&out), "\"no\" a b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        CASE(reads_maps_lists_and_scalars_with_their_spans),
        CASE(reads_numbers_as_go_yaml_does),
        CASE(marks_words_that_only_yaml_1_1_reads_as_booleans),
        CASE(folds_and_unescapes_scalars),
        CASE(resolves_anchors_and_merge_keys),
        CASE(ends_collections_behind_an_alias),
        CASE(reads_every_document),
        CASE(tells_where_each_mistake_stands),
        CASE(tells_one_mistake_of_each_document),
        CASE(refuses_what_grows_without_bound),
        CASE(last_duplicate_wins_where_they_are_allowed),
        CASE(writes_block_style_with_lists_at_the_column_of_their_key),
        CASE(quotes_what_a_reader_would_take_for_something_else),
        CASE(writes_values_in_their_plainest_form),
        CASE(sorts_keys_as_go_yaml_does),
        CASE(folds_long_lines_where_asked_to),
        CASE(keeps_the_styles_of_the_source),
        CASE(writes_one_string_with_the_quotes_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
