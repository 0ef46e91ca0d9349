#include "codec/json.h"
#include "codec/jsonpatch.h"

#include "random_tree.h"
#include "unit.h"

static Node *parse(Arena *arena, const char *text)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(arena, str_from(text), NULL, &root, &err) != 0) {
        fail_msg("%s: %s", text, err.message);
    }
    return root;
}

static Str show(Arena *arena, const Node *node)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter w = json_writer(&out, 0);
    json_node(&w, node);
    return strbuf_str(&out);
}

typedef struct Example {
    const char *document, *patch, *result;
} Example;

static void assert_examples(Arena *arena, const Example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Node *document = parse(arena, examples[i].document);
        Node *result = NULL;
        Error err = ERROR_INIT;
        int rc =
            json_patch_apply(arena, document, parse(arena, examples[i].patch), NULL, &result, &err);
        if (rc != 0) {
            fail_msg("%s: %s", examples[i].patch, err.message);
        }
        assert_int_equal(err.code, 0);
        assert_str(show(arena, result), examples[i].result);
        assert_true(node_equal(document, parse(arena, examples[i].document)));
    }
}

/* RFC 6902, appendix A. */
static void applies_the_examples_of_the_standard(void **state)
{
    const Example examples[] = {
        { "{\"foo\":\"bar\"}",
          "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
          "{\"foo\":\"bar\",\"baz\":\"qux\"}" },
        { "{\"foo\":[\"bar\",\"baz\"]}",
          "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
          "{\"foo\":[\"bar\",\"qux\",\"baz\"]}" },
        { "{\"baz\":\"qux\",\"foo\":\"bar\"}",
          "[{\"op\":\"remove\",\"path\":\"/baz\"}]",
          "{\"foo\":\"bar\"}" },
        { "{\"foo\":[\"bar\",\"qux\",\"baz\"]}",
          "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]",
          "{\"foo\":[\"bar\",\"baz\"]}" },
        { "{\"baz\":\"qux\",\"foo\":\"bar\"}",
          "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":\"boo\"}]",
          "{\"baz\":\"boo\",\"foo\":\"bar\"}" },
        { "{\"foo\":{\"bar\":\"baz\",\"waldo\":\"fred\"},\"qux\":{\"corge\":\"grault\"}}",
          "[{\"op\":\"move\",\"from\":\"/foo/waldo\",\"path\":\"/qux/thud\"}]",
          "{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}" },
        { "{\"foo\":[\"all\",\"grass\",\"cows\",\"eat\"]}",
          "[{\"op\":\"move\",\"from\":\"/foo/1\",\"path\":\"/foo/3\"}]",
          "{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}" },
        { "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}",
          "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"qux\"},"
          "{\"op\":\"test\",\"path\":\"/foo/1\",\"value\":2.0}]",
          "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}" },
        { "{\"foo\":\"bar\"}",
          "[{\"op\":\"add\",\"path\":\"/child\",\"value\":{\"grandchild\":{}},\"xyz\":123}]",
          "{\"foo\":\"bar\",\"child\":{\"grandchild\":{}}}" },
        { "{\"/\":9,\"~1\":10}",
          "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":10}]",
          "{\"/\":9,\"~1\":10}" },
        { "{\"foo\":[\"bar\"]}",
          "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\",\"def\"]}]",
          "{\"foo\":[\"bar\",[\"abc\",\"def\"]]}" },
    };
    assert_examples(*state, examples, sizeof(examples) / sizeof(examples[0]));
}

static void applies_what_the_examples_leave_out(void **state)
{
    const Example examples[] = {
        { "{\"a\":1}", "[]", "{\"a\":1}" },
        { "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"\",\"value\":[]}]", "[]" },
        { "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":7}]", "7" },
        { "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":null}]", "{\"a\":null}" },
        { "{\"a\":{\"b\":1}}",
          "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/b\"}]",
          "{\"a\":{\"b\":{\"b\":1}}}" },
        { "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a\"}]", "{\"a\":1}" },
        { "[1,2]", "[{\"op\":\"move\",\"from\":\"/0\",\"path\":\"/1\"}]", "[2,1]" },
        { "[1]", "[{\"op\":\"add\",\"path\":\"/1\",\"value\":2}]", "[1,2]" },
        { "[1,2]", "[{\"op\":\"replace\",\"path\":\"/1\",\"value\":3}]", "[1,3]" },
        { "{\"a~b/c\":1}", "[{\"op\":\"remove\",\"path\":\"/a~0b~1c\"}]", "{}" },
        { "{}",
          "[{\"op\":\"add\",\"path\":\"/x\",\"value\":{\"n\":[]}},"
          "{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/y\"},"
          "{\"op\":\"add\",\"path\":\"/x/n/-\",\"value\":1}]",
          "{\"x\":{\"n\":[1]},\"y\":{\"n\":[]}}" },
    };
    assert_examples(*state, examples, sizeof(examples) / sizeof(examples[0]));
}

typedef struct Refusal {
    const char *document, *patch;
    int code;
    const char *at, *message;
} Refusal;

static const Refusal refusals[] = {
    { "{}", "{}", -EINVAL, "{}", "a JSON patch is a list of operations" },
    { "{}", "[5]", -EINVAL, "5", "\"op\" must be add, remove, replace, move, copy or test" },
    { "{}",
      "[{\"op\":\"ad\"}]",
      -EINVAL,
      "\"ad\"",
      "\"op\" must be add, remove, replace, move, copy or test" },
    { "{}",
      "[{\"op\":\"remove\"}]",
      -EINVAL,
      "{\"op\":\"remove\"}",
      "the operation needs a string \"path\"" },
    { "{}",
      "[{\"op\":\"copy\",\"path\":\"/a\"}]",
      -EINVAL,
      "{\"op\":\"copy\",\"path\":\"/a\"}",
      "the operation needs a string \"from\"" },
    { "{}",
      "[{\"op\":\"add\",\"path\":\"/a\"}]",
      -EINVAL,
      "{\"op\":\"add\",\"path\":\"/a\"}",
      "the operation needs a \"value\"" },
    { "{}",
      "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]",
      -EINVAL,
      "\"a\"",
      "\"a\" is no JSON Pointer: it doesn't start with '/'" },
    { "{}",
      "[{\"op\":\"add\",\"path\":\"/~2\",\"value\":1}]",
      -EINVAL,
      "\"/~2\"",
      "\"/~2\" is no JSON Pointer: behind '~' stands 0 or 1" },
    { "{\"foo\":\"bar\"}",
      "[{\"op\":\"add\",\"path\":\"/baz/bat\",\"value\":1}]",
      -ENOENT,
      "\"/baz/bat\"",
      "add /baz/bat: there is no key \"baz\"" },
    { "{}",
      "[{\"op\":\"remove\",\"path\":\"/a\"}]",
      -ENOENT,
      "\"/a\"",
      "remove /a: there is no key \"a\"" },
    { "{}",
      "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":1}]",
      -ENOENT,
      "\"/a\"",
      "replace /a: there is no key \"a\"" },
    { "[1]",
      "[{\"op\":\"add\",\"path\":\"/2\",\"value\":1}]",
      -ENOENT,
      "\"/2\"",
      "add /2: there is no item \"2\" in a list of 1" },
    { "[1]",
      "[{\"op\":\"remove\",\"path\":\"/-\"}]",
      -ENOENT,
      "\"/-\"",
      "remove /-: there is no item \"-\" in a list of 1" },
    { "[1]",
      "[{\"op\":\"remove\",\"path\":\"/00\"}]",
      -ENOENT,
      "\"/00\"",
      "remove /00: there is no item \"00\" in a list of 1" },
    { "[1]",
      "[{\"op\":\"remove\",\"path\":\"/-1\"}]",
      -ENOENT,
      "\"/-1\"",
      "remove /-1: there is no item \"-1\" in a list of 1" },
    { "{\"a\":1}",
      "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]",
      -ENOENT,
      "\"/a/b\"",
      "add /a/b: \"b\" would be in a number" },
    { "{\"a\":1}",
      "[{\"op\":\"remove\",\"path\":\"\"}]",
      -EINVAL,
      "\"\"",
      "the whole document can't be removed" },
    { "{\"a\":{}}",
      "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]",
      -EINVAL,
      "\"/a/b\"",
      "a value can't be moved into itself" },
    { "{\"baz\":\"qux\"}",
      "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"bar\"}]",
      -ESTALE,
      "\"bar\"",
      "test /baz: there stands another value" },
    { "{\"a\":\"10\"}",
      "[{\"op\":\"test\",\"path\":\"/a\",\"value\":10}]",
      -ESTALE,
      "10",
      "test /a: there stands another value" },
};

static void refuses_what_can_not_be_applied_and_says_where(void **state)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const Refusal *refusal = &refusals[i];
        Node *result = NULL;
        Error err = ERROR_INIT;
        int rc = json_patch_apply(
            *state,
            parse(*state, refusal->document),
            parse(*state, refusal->patch),
            NULL,
            &result,
            &err
        );
        if (rc != refusal->code || err.code != rc || result) {
            fail_msg("%s on %s gave %d", refusal->patch, refusal->document, rc);
        }
        assert_string_equal(err.message, refusal->message);
        assert_str(span_text(err.span), refusal->at);
    }
}

static void a_failed_patch_leaves_the_document_as_it_was(void **state)
{
    Node *document = parse(*state, "{\"a\":[1]}");
    Node *patch = parse(
        *state,
        "[{\"op\":\"add\",\"path\":\"/a/-\",\"value\":2},{\"op\":\"remove\",\"path\":\"/b\"}]"
    );
    Node *result = NULL;
    assert_int_equal(json_patch_apply(*state, document, patch, NULL, &result, NULL), -ENOENT);
    assert_str(show(*state, document), "{\"a\":[1]}");
}

static void counts_from_the_end_when_told(void **state)
{
    JsonPatchOptions options = { .negative_indices = true };
    Node *result = NULL;
    Node *patch = parse(
        *state, "[{\"op\":\"remove\",\"path\":\"/-1\"},{\"op\":\"remove\",\"path\":\"/-2\"}]"
    );
    assert_int_equal(
        json_patch_apply(*state, parse(*state, "[1,2,3]"), patch, &options, &result, NULL), 0
    );
    assert_str(show(*state, result), "[2]");
    patch = parse(*state, "[{\"op\":\"remove\",\"path\":\"/-2\"}]");
    assert_int_equal(
        json_patch_apply(*state, parse(*state, "[1]"), patch, &options, &result, NULL), -ENOENT
    );
}

static void refuses_copies_that_double_without_end(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_cstr(&text, "[");
    for (int i = 0; i < 40; i++) {
        strbuf_addf(&text, "%s{\"op\":\"copy\",\"from\":\"\",\"path\":\"/%d\"}", i ? "," : "", i);
    }
    strbuf_add_cstr(&text, "]");
    Node *result = NULL;
    Error err = ERROR_INIT;
    Node *patch = parse(*state, text.ptr);
    assert_int_equal(
        json_patch_apply(*state, parse(*state, "{}"), patch, NULL, &result, &err), -E2BIG
    );
    assert_string_equal(err.message, "copies more than 1000000 values");
}

static void a_patched_value_keeps_the_place_it_has_in_the_patch(void **state)
{
    Source *source = source_new(
        *state, STR("patch.json"), STR("[{\"op\":\"add\",\"path\":\"/a\",\n \"value\":5}]")
    );
    Node *patch = NULL;
    Node *result = NULL;
    assert_int_equal(json_read(*state, source, NULL, &patch, NULL), 0);
    assert_int_equal(
        json_patch_apply(*state, parse(*state, "{\"a\":1}"), patch, NULL, &result, NULL), 0
    );
    assert_str(span_describe(*state, node_get_cstr(result, "a")->span), "patch.json:2:10");
}

static void writes_the_patch_between_two_documents(void **state)
{
    const Example examples[] = {
        { "{\"a\":1,\"b\":2}",
          "{\"b\":3,\"c/d\":4}",
          "[{\"op\":\"remove\",\"path\":\"/a\"},{\"op\":\"replace\",\"path\":\"/b\",\"value\":3},"
          "{\"op\":\"add\",\"path\":\"/c~1d\",\"value\":4}]" },
        { "[1,2,3,4]",
          "[1,4]",
          "[{\"op\":\"remove\",\"path\":\"/2\"},{\"op\":\"remove\",\"path\":\"/1\"}]" },
        { "[1,4]",
          "[1,2,3,4]",
          "[{\"op\":\"add\",\"path\":\"/1\",\"value\":2},{\"op\":\"add\",\"path\":\"/"
          "2\",\"value\":3}]" },
        { "[{\"n\":1}]", "[{\"n\":2}]", "[{\"op\":\"replace\",\"path\":\"/0/n\",\"value\":2}]" },
        { "{}", "[]", "[{\"op\":\"replace\",\"path\":\"\",\"value\":[]}]" },
        { "[1]", "[1.0]", "[]" },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        Node *from = parse(*state, examples[i].document);
        Node *to = parse(*state, examples[i].patch);
        assert_str(show(*state, json_patch_between(*state, from, to)), examples[i].result);
    }
}

static void the_patch_between_any_two_documents_makes_one_of_the_other(void **state)
{
    for (uint64_t seed = 1; seed <= 400; seed++) {
        Random random = random_seeded(*state, seed);
        Node *from = random_tree(&random, 3);
        Node *to = random_tree(&random, 3);
        if (seed % 2 && node_is_map(from)) {
            to = node_copy(*state, from);
            for (size_t i = 0; i < to->map.len; i += 3) {
                to->map.pairs[i].value = random_tree(&random, 2);
            }
        }
        Node *result = NULL;
        Node *patch = json_patch_between(*state, from, to);
        Error err = ERROR_INIT;
        if (json_patch_apply(*state, from, patch, NULL, &result, &err) != 0) {
            fail_msg("seed %d: %s", (int) seed, err.message);
        }
        if (!node_equal(result, to)) {
            fail_msg("seed %d: not the document", (int) seed);
        }
        arena_clear(*state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(applies_the_examples_of_the_standard),
        arena_test(applies_what_the_examples_leave_out),
        arena_test(refuses_what_can_not_be_applied_and_says_where),
        arena_test(a_failed_patch_leaves_the_document_as_it_was),
        arena_test(counts_from_the_end_when_told),
        arena_test(refuses_copies_that_double_without_end),
        arena_test(a_patched_value_keeps_the_place_it_has_in_the_patch),
        arena_test(writes_the_patch_between_two_documents),
        arena_test(the_patch_between_any_two_documents_makes_one_of_the_other),
    };
    return cmocka_run_group_tests_name("jsonpatch", tests, NULL, NULL);
}
