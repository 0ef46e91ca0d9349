#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "codec/json.h"

#include "random_tree.h"
#include "unit.h"

static Node *parse(Arena *arena, Str text)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(arena, text, NULL, &root, &err) != 0) {
        fail_msg("%" STR_FMT ": %s", STR_ARG(text), err.message);
    }
    return root;
}

static Str compact(Arena *arena, const Node *node)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter w = json_writer(&out, 0);
    json_node(&w, node);
    return strbuf_str(&out);
}

static Str quoted(Arena *arena, Str text)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    json_add_quoted(&out, text);
    return strbuf_str(&out);
}

/* Reading */

static void reads_each_kind_of_value(void **state)
{
    Node *root = parse(*state, STR(" {\"a\" : [true, false, null, -12, 1.5, \"x\"], \"b\":{}}\n"));
    Node *list = node_get_cstr(root, "a");
    assert_int_equal(list->seq.len, 6);
    assert_true(list->seq.items[0]->boolean);
    assert_false(list->seq.items[1]->boolean);
    assert_int_equal(list->seq.items[2]->kind, NODE_NULL);
    assert_int_equal(list->seq.items[3]->integer, -12);
    assert_true(list->seq.items[4]->real == 1.5);
    assert_str(list->seq.items[5]->text, "x");
    assert_int_equal(node_get_cstr(root, "b")->map.len, 0);
}

static void reads_integers_to_the_ends_of_int64_and_floats_beyond(void **state)
{
    assert_true(parse(*state, STR("9223372036854775807"))->integer == INT64_MAX);
    assert_true(parse(*state, STR("-9223372036854775808"))->integer == INT64_MIN);
    assert_int_equal(parse(*state, STR("-0"))->kind, NODE_INT);
    Node *big = parse(*state, STR("9223372036854775808"));
    assert_int_equal(big->kind, NODE_FLOAT);
    assert_true(big->real == 9223372036854775808.0);
    assert_str(big->text, "9223372036854775808");
    assert_str(
        compact(*state, parse(*state, STR("[123456789012345678901234567890,1.10]"))),
        "[123456789012345678901234567890,1.10]"
    );
}

static void reads_floats_as_the_nearest_double(void **state)
{
    const char *texts[] = { "0.1",
                            "1e22",
                            "1e23",
                            "-2.5e-3",
                            "123456789012345678e-30",
                            "5e-324",
                            "1e-400",
                            "0.0",
                            "-0.0",
                            "1.7976931348623157e308",
                            "0.00000000000000000000000000001",
                            "9007199254740993.0",
                            "1.00000000000000011102230246251565404236316680908203125" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        Node *node = parse(*state, str_from(texts[i]));
        assert_int_equal(node->kind, NODE_FLOAT);
        double expected = strtod(texts[i], NULL);
        if (memcmp(&node->real, &expected, sizeof(expected)) != 0) {
            fail_msg("%s: expected %.17g, got %.17g", texts[i], expected, node->real);
        }
    }
}

static void resolves_every_escape(void **state)
{
    Node *node = parse(*state, STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e7\\uD83D\\ude00z\""));
    assert_str(node->text, "\"\\/\b\f\n\r\tA\xc3\xa7\xf0\x9f\x98\x80z");
    node = parse(*state, STR("\"a\\u0000b\""));
    assert_int_equal(node->text.len, 3);
    assert_memory_equal(node->text.ptr, "a\0b", 3);
}

static void a_string_without_escapes_is_a_view_of_the_text(void **state)
{
    const char text[] = "\"plain and long enough for a word\"";
    Node *node = parse(*state, str_from(text));
    assert_ptr_equal(node->text.ptr, text + 1);
}

static void nodes_know_their_place(void **state)
{
    Source *source = source_new(*state, STR("a.json"), STR("{\n  \"k\": [10, \"v\"]\n}\n"));
    Node *root = NULL;
    assert_int_equal(json_read(*state, source, NULL, &root, NULL), 0);
    Node *item = node_at_path(root, STR("k[1]"));
    assert_str(span_describe(*state, item->span), "a.json:2:13");
    assert_str(span_text(item->span), "\"v\"");
    assert_str(span_text(root->map.pairs[0].key->span), "\"k\"");
    assert_str(span_text(node_get_cstr(root, "k")->span), "[10, \"v\"]");
    assert_str(span_text(root->span), "{\n  \"k\": [10, \"v\"]\n}");
}

typedef struct Refusal {
    Str text;
    uint32_t at;
    const char *message;
} Refusal;

static void assert_refused(Arena *arena, const Refusal *refusal)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    Source *source = source_new(arena, STR(""), refusal->text);
    int rc = json_read(arena, source, NULL, &root, &err);
    if (rc != -EINVAL || root || err.code != -EINVAL) {
        fail_msg("not refused: %" STR_FMT, STR_ARG(refusal->text));
    }
    if (err.span.start != refusal->at || strcmp(err.message, refusal->message) != 0) {
        fail_msg("%" STR_FMT ": at %u: %s", STR_ARG(refusal->text), err.span.start, err.message);
    }
}

static void refuses_what_the_grammar_refuses_and_says_where(void **state)
{
    const Refusal refusals[] = {
        { STR(""), 0, "expected a value, got the end of the text" },
        { STR(" \n"), 2, "expected a value, got the end of the text" },
        { STR("{\"a\":1,}"), 7, "expected a key in quotes, got '}'" },
        { STR("[1,]"), 3, "expected a value, got ']'" },
        { STR("[1 2]"), 3, "expected ',' or ']', got '2'" },
        { STR("{\"a\" 1}"), 5, "expected ':' behind the key, got '1'" },
        { STR("{\"a\":1 \"b\":2}"), 7, "expected ',' or '}', got '\"'" },
        { STR("{a:1}"), 1, "expected a key in quotes, got 'a'" },
        { STR("1 2"), 2, "expected the end of the text, got '2'" },
        { STR("// x"), 0, "expected a value, got '/'" },
        { STR("tru"), 3, "expected \"true\", got the end of the text" },
        { STR("nul1"), 3, "expected \"null\", got '1'" },
        { STR("\xef\xbb\xbf{}"), 0, "expected a value, got the byte 0xef" },
        { STR("[1"), 2, "expected ',' or ']', got the end of the text" },
        { STR("{\"a\":"), 5, "expected a value, got the end of the text" },
        { STR("NaN"), 0, "expected a value, got 'N'" },
        { STR("\0"), 0, "expected a value, got the byte 0x00" },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        assert_refused(*state, &refusals[i]);
    }
}

static void refuses_numbers_that_json_does_not_know(void **state)
{
    const Refusal refusals[] = {
        { STR("01"), 1, "a number must not start with 0" },
        { STR("-01"), 2, "a number must not start with 0" },
        { STR("-"), 1, "expected a digit, got the end of the text" },
        { STR("+1"), 0, "expected a value, got '+'" },
        { STR(".5"), 0, "expected a value, got '.'" },
        { STR("1.e1"), 2, "expected a digit behind the point, got 'e'" },
        { STR("1e+"), 3, "expected a digit of the exponent, got the end of the text" },
        { STR("0x1f"), 1, "expected the end of the text, got 'x'" },
        { STR("[1e999]"), 1, "the number is out of range" },
        { STR("1e99999999999999999999"), 0, "the number is out of range" },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        assert_refused(*state, &refusals[i]);
    }
}

static void refuses_strings_that_are_no_text(void **state)
{
    const Refusal refusals[] = {
        { STR("\"abc"), 4, "expected the closing quote of a string, got the end of the text" },
        { STR("\"a\nb\""), 2, "expected the closing quote of a string, got the byte 0x0a" },
        { STR("\"abcdefgh\x80tail\""), 9, "invalid UTF-8: byte 0x80" },
        { STR("\"ok \xc3\xa7 \xed\xa0\x80\""), 7, "invalid UTF-8: byte 0xed" },
        { STR("\"\xc3\""), 1, "invalid UTF-8: byte 0xc3" },
        { STR("\"\\x41\""), 1, "unknown escape \"\\x\"" },
        { STR("\"\\"), 2, "expected an escape, got the end of the text" },
        { STR("\"\\u12G4\""), 1, "expected four hexadecimal digits behind \"\\u\"" },
        { STR("\"\\u12"), 1, "expected four hexadecimal digits behind \"\\u\"" },
        { STR("\"\\ud800\""), 1, "half of a surrogate pair alone: \"\\ud800\"" },
        { STR("\"\\udc00\\ud800\""), 1, "half of a surrogate pair alone: \"\\udc00\"" },
        { STR("\"\\ud800\\u0041\""), 1, "half of a surrogate pair alone: \"\\ud800\"" },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        assert_refused(*state, &refusals[i]);
    }
}

static void refuses_duplicate_keys_also_when_written_differently(void **state)
{
    const Refusal refusals[] = {
        { STR("{\"a\":1,\"a\":2}"), 7, "duplicate key \"a\", first at line 1, column 2" },
        { STR("{\"a\":1,\n\"\\u0061\":2}"), 8, "duplicate key \"a\", first at line 1, column 2" },
        { STR("{\"x\":{\"\":1,\"\":1}}"), 11, "duplicate key \"\", first at line 1, column 7" },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        assert_refused(*state, &refusals[i]);
    }
}

static void refuses_a_duplicate_among_many_keys(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    strbuf_add_char(&text, '{');
    for (int i = 0; i < 50000; i++) {
        strbuf_addf(&text, "\"key%d\":%d,", i, i);
    }
    size_t len = text.len;
    strbuf_addf(&text, "\"last\":0}");
    assert_int_equal(parse(*state, strbuf_str(&text))->map.len, 50001);
    strbuf_truncate(&text, len);
    strbuf_addf(&text, "\"key49\":0}");
    Refusal refusal = { strbuf_str(&text),
                        (uint32_t) len,
                        "duplicate key \"key49\", first at line 1, column 521" };
    assert_refused(*state, &refusal);
}

static void bounds_depth_and_size(void **state)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    JsonOptions options = { .max_depth = 2, .max_bytes = 10 };
    assert_int_equal(json_read_str(*state, STR("[{},[]]"), &options, &root, &err), 0);
    assert_int_equal(json_read_str(*state, STR("[[[]]]"), &options, &root, &err), -EINVAL);
    assert_string_equal(err.message, "nested deeper than 2 levels");
    assert_int_equal(err.span.start, 2);
    assert_int_equal(json_read_str(*state, STR("[1,2,3,4,5]"), &options, &root, &err), -EFBIG);
    assert_string_equal(err.message, "larger than 10 bytes");
    options = (JsonOptions) { .max_values = 3 };
    assert_int_equal(json_read_str(*state, STR("[1,{\"a\":2}]"), &options, &root, &err), -EINVAL);
    assert_string_equal(err.message, "too many values");
    assert_int_equal(json_read_str(*state, STR("[1,{\"a\":{}}]"), &options, &root, &err), -EINVAL);
    assert_int_equal(json_read_str(*state, STR("{\"a\":[1]}"), &options, &root, &err), 0);
    Str brackets = STR("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    assert_int_equal(json_read_str(*state, brackets, NULL, &root, &err), 0);
}

/* Writing */

static void writes_compact_documents(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    json_field_string(&w, "id", STR("p\"1"));
    json_field_int(&w, "price", -5);
    json_field_bool(&w, "live", true);
    json_key(&w, "none");
    json_cstr(&w, NULL);
    json_key(&w, "list");
    json_begin_array(&w);
    json_uint(&w, UINT64_MAX);
    json_double(&w, 0.1);
    json_double(&w, NAN);
    json_raw(&w, STR("{\"raw\":1}"));
    json_begin_object(&w);
    json_end_object(&w);
    json_end_array(&w);
    json_end_object(&w);
    assert_str(
        strbuf_str(&out),
        "{\"id\":\"p\\\"1\",\"price\":-5,\"live\":true,\"none\":null,\"list\":"
        "[18446744073709551615,0.1,null,{\"raw\":1},{}]}"
    );
}

static void takes_the_blanks_out_of_what_is_json_already(void **state)
{
    static const struct {
        const char *json, *compact;
    } cases[] = {
        { "{\"a\" : 1, \"b\": [1, \n 2]}", "{\"a\":1,\"b\":[1,2]}" },
        { "{\"a b\" : \"c  \\\" d\\\\\" , \"\\\\\" : \" \"}",
          "{\"a b\":\"c  \\\" d\\\\\",\"\\\\\":\" \"}" },
        { " [ true ,\tnull\r\n] ", "[true,null]" },
        { "\" \"", "\" \"" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        StrBuf out = STRBUF_ON_ARENA(*state);
        JsonWriter w = json_writer(&out, 0);
        json_begin_array(&w);
        json_raw_compact(&w, str_from(cases[i].json));
        json_end_array(&w);
        assert_str(strbuf_str(&out), arena_printf(*state, "[%s]", cases[i].compact));
    }
}

static void writes_indented_documents(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    JsonWriter w = json_writer(&out, 2);
    json_node(&w, parse(*state, STR("{\"a\":[1,[],{}],\"b\":{\"c\":\"d\"}}")));
    assert_str(
        strbuf_str(&out),
        "{\n  \"a\": [\n    1,\n    [],\n    {}\n  ],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}"
    );
}

static void escapes_what_must_be_escaped(void **state)
{
    assert_str(quoted(*state, STR("")), "\"\"");
    assert_str(
        quoted(*state, STR("\b\f\n\r\t\x01\x1f\x7f/\"\\")),
        "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\\\"\\\\\""
    );
    assert_str(quoted(*state, STR("a\0b")), "\"a\\u0000b\"");
    assert_str(quoted(*state, STR("\xc3\xa7\xf0\x9f\x98\x80")), "\"\xc3\xa7\xf0\x9f\x98\x80\"");
    assert_str(quoted(*state, STR("\xef\xbf\xbd")), "\"\xef\xbf\xbd\"");
}

static void replaces_bytes_that_are_no_utf8(void **state)
{
    assert_str(quoted(*state, STR("a\xff z")), "\"a\xef\xbf\xbd z\"");
    assert_str(quoted(*state, STR("cut \xe2\x82")), "\"cut \xef\xbf\xbd\xef\xbf\xbd\"");
}

static void finds_an_escape_at_every_offset(void **state)
{
    const char specials[] = { '"', '\\', '\n', '\x1f', '\0' };
    for (size_t at = 0; at < 40; at++) {
        for (size_t k = 0; k < sizeof(specials); k++) {
            char text[40];
            memset(text, 'x', sizeof(text));
            text[at] = specials[k];
            Str written = quoted(*state, str_make(text, sizeof(text)));
            Node *node = parse(*state, written);
            assert_true(written.len > sizeof(text) + 2);
            assert_int_equal(node->text.len, sizeof(text));
            assert_memory_equal(node->text.ptr, text, sizeof(text));
        }
    }
}

static void writes_yaml_numbers_as_json_numbers(void **state)
{
    const char *texts[][2] = { { ".5", "0.5" },   { "+1.5", "1.5" }, { "1.", "1" },
                               { "01.5", "1.5" }, { "1e3", "1e3" },  { "-1.50", "-1.50" } };
    for (size_t i = 0; i < 6; i++) {
        Node *node = node_new_float(*state, strtod(texts[i][0], NULL));
        node->text = str_from(texts[i][0]);
        assert_str(compact(*state, node), texts[i][1]);
    }
    Node *infinity = node_new_float(*state, HUGE_VAL);
    infinity->text = STR(".inf");
    assert_str(compact(*state, infinity), "null");
}

static void writes_as_deep_as_yaml_reads(void **state)
{
    Node *root = node_new_seq(*state);
    Node *inner = root;
    for (int i = 0; i < 199; i++) {
        Node *next = node_new_seq(*state);
        node_append(*state, inner, next);
        inner = next;
    }
    assert_int_equal(compact(*state, root).len, 400);
}

static void any_tree_reads_back_equal(void **state)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        Random random = random_seeded(*state, seed);
        Node *tree = random_tree(&random, 5);
        for (unsigned indent = 0; indent < 3; indent += 2) {
            StrBuf out = STRBUF_ON_ARENA(*state);
            JsonWriter w = json_writer(&out, indent);
            json_node(&w, tree);
            if (!node_equal(tree, parse(*state, strbuf_str(&out)))) {
                fail_msg("seed %d: %" STR_FMT, (int) seed, STR_ARG(strbuf_str(&out)));
            }
        }
        arena_clear(*state);
    }
}

static void members_written_before_stand_among_others(void **state)
{
    (void) state;
    auto_strbuf StrBuf out = STRBUF_INIT;
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    json_raw_members(&w, STR("\"a\":1,\"b\":[2]"));
    json_field_int(&w, "c", 3);
    json_raw_members(&w, STR("\"d\":4"));
    json_end_object(&w);
    assert_str(strbuf_str(&out), "{\"a\":1,\"b\":[2],\"c\":3,\"d\":4}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(reads_each_kind_of_value),
        arena_test(reads_integers_to_the_ends_of_int64_and_floats_beyond),
        arena_test(reads_floats_as_the_nearest_double),
        arena_test(resolves_every_escape),
        arena_test(a_string_without_escapes_is_a_view_of_the_text),
        arena_test(nodes_know_their_place),
        arena_test(refuses_what_the_grammar_refuses_and_says_where),
        arena_test(refuses_numbers_that_json_does_not_know),
        arena_test(refuses_strings_that_are_no_text),
        arena_test(refuses_duplicate_keys_also_when_written_differently),
        arena_test(refuses_a_duplicate_among_many_keys),
        arena_test(bounds_depth_and_size),
        arena_test(writes_compact_documents),
        arena_test(takes_the_blanks_out_of_what_is_json_already),
        arena_test(writes_indented_documents),
        arena_test(escapes_what_must_be_escaped),
        arena_test(replaces_bytes_that_are_no_utf8),
        arena_test(finds_an_escape_at_every_offset),
        arena_test(writes_yaml_numbers_as_json_numbers),
        arena_test(writes_as_deep_as_yaml_reads),
        arena_test(any_tree_reads_back_equal),
        cmocka_unit_test(members_written_before_stand_among_others),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
