#include "codec/yaml.h"
#include "codec/yaml_place.h"

#include "unit.h"

/* The scalar under `k`; what its text says from `word` on must stand at the same place. */
static void expect_place(Arena *arena, const char *yaml, const char *word, const char *source_text)
{
    DiagList diags = DIAG_LIST(arena);
    Source *source = source_new(arena, STR("x.yaml"), str_from(yaml));
    Node *root = NULL;
    assert_int_equal(yaml_read_one(arena, source, &(YamlOptions) { 0 }, &root, &diags), 0);
    const Node *node = node_get_cstr(root, "k");
    assert_non_null(node);
    size_t at = str_find(node->text, str_from(word));
    assert_true(at != STR_NONE);
    Span span = yaml_text_span(node, at, at + strlen(word));
    assert_str(span_text(span), source_text);
}

static void finds_words_of_plain_and_quoted_scalars(void **state)
{
    expect_place(*state, "k: one two\n", "two", "two");
    expect_place(*state, "k: 'one two'\n", "two", "two");
    expect_place(*state, "k: \"one two\"\n", "one", "one");
    expect_place(*state, "k: 'it''s two'\n", "s two", "s two");
    expect_place(*state, "k: &a !!str one two\n", "two", "two");
}

/* A reader that goes on, comes back to where it was, and back to the start. */
static void goes_on_from_the_last_question(void **state)
{
    DiagList diags = DIAG_LIST(*state);
    Source *source = source_new(*state, STR("x.yaml"), STR("k: |\n    one two\n    three four\n"));
    Node *root = NULL;
    assert_int_equal(yaml_read_one(*state, source, &(YamlOptions) { 0 }, &root, &diags), 0);
    const Node *node = node_get_cstr(root, "k");
    static const char *const words[] = { "one",  "two",  "two", "three four", "three", "two",
                                         "four", "four", "one", "three",      "o" };
    YamlPlace place;
    yaml_place_init(&place, node);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        size_t at = str_find(node->text, str_from(words[i]));
        assert_str(span_text(yaml_place_span(&place, at, at + strlen(words[i]))), words[i]);
    }
}

static void reads_escapes(void **state)
{
    expect_place(*state, "k: \"\\u00e9\\x41\\n\\\"b\\\" word\"\n", "word", "word");
    expect_place(*state, "k: \"\\u00e9 word\"\n", "\xc3\xa9", "\\u00e9");
    expect_place(*state, "k: \"one \\\n   two\"\n", "two", "two");
    expect_place(*state, "k: \"a\\\\ word\"\n", "word", "word");
}

static void finds_words_in_blocks(void **state)
{
    expect_place(*state, "k: |\n  one\n    two\n\n  three\nl: 1\n", "two", "two");
    expect_place(*state, "k: |\n  one\n    two\n\n  three\nl: 1\n", "three", "three");
    expect_place(*state, "k: |2-\n    one\n   two\n", "one", "one");
    expect_place(*state, "k: |\n\n\n  one\n", "one", "one");
    expect_place(*state, "k: | # comment\r\n  one\r\n  two\r\n", "two", "two");
}

static void finds_words_in_folded_lines(void **state)
{
    expect_place(*state, "k: >\n  one\n  two\n\n  three\n", "two", "two");
    expect_place(*state, "k: >-\n  one\n  two\n\n  three\n", "three", "three");
    expect_place(*state, "k: one\n  two\n\n  three\n", "three", "three");
    expect_place(*state, "k: 'one\n\n\n  two'\n", "two", "two");
    expect_place(*state, "k: >\n  one\n  two\n", "one two", "one\n  two");
}

static void answers_in_any_order(void **state)
{
    DiagList diags = DIAG_LIST(*state);
    Source *source = source_new(*state, STR("x.yaml"), STR("k: |\n  one\n  two\n"));
    Node *root = NULL;
    assert_int_equal(yaml_read_one(*state, source, &(YamlOptions) { 0 }, &root, &diags), 0);
    YamlPlace place;
    yaml_place_init(&place, node_get_cstr(root, "k"));
    assert_str(span_text(yaml_place_span(&place, 4, 7)), "two");
    assert_str(span_text(yaml_place_span(&place, 0, 3)), "one");
    assert_int_equal(yaml_place_span(&place, 8, 8).start, source->text.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(finds_words_of_plain_and_quoted_scalars),
        arena_test(goes_on_from_the_last_question),
        arena_test(reads_escapes),
        arena_test(finds_words_in_blocks),
        arena_test(finds_words_in_folded_lines),
        arena_test(answers_in_any_order),
    };
    return cmocka_run_group_tests_name("yaml_place", tests, NULL, NULL);
}
