#include <stdlib.h>

#include "base/fs.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/protobuf.h"
#include "codec/protobuf_node.h"

#include "unit.h"

static const ProtoName color_names[] = { { "COLOR_UNKNOWN", 0 }, { "COLOR_RED", 1 }, { NULL, 0 } };

static const ProtoMember thing[] = {
    PROTO_MEMBER(1, "name", STRING),
    PROTO_MEMBER(2, "isOn", BOOL),
    PROTO_MEMBER(3, "i32", INT32),
    PROTO_MEMBER(4, "i64", INT64),
    PROTO_MEMBER(5, "u32", UINT32),
    PROTO_MEMBER(6, "u64", UINT64),
    PROTO_MEMBER(7, "s32", SINT32),
    PROTO_MEMBER(8, "s64", SINT64),
    PROTO_MEMBER(9, "f32", FIXED32),
    PROTO_MEMBER(10, "f64", FIXED64),
    PROTO_MEMBER(11, "sf32", SFIXED32),
    PROTO_MEMBER(12, "sf64", SFIXED64),
    PROTO_MEMBER(13, "real32", FLOAT),
    PROTO_MEMBER(14, "real64", DOUBLE),
    PROTO_MEMBER(15, "color", ENUM, .names = color_names),
    PROTO_MEMBER(16, "data", BYTES),
    PROTO_MEMBER(17, "traceId", HEX),
    PROTO_MEMBER(18, "child", MESSAGE, .members = thing),
    PROTO_MEMBER(19, "things", MESSAGE, .is_repeated = true, .members = thing),
    PROTO_MEMBER(20, "numbers", SINT64, .is_repeated = true),
    PROTO_MEMBER(21, "words", STRING, .is_repeated = true),
    PROTO_MEMBER(22, "reals", DOUBLE, .is_repeated = true),
    PROTO_MEMBER(23, "halves", FLOAT, .is_repeated = true),
    PROTO_MEMBERS_END,
};

/* The same for protoc. */
static const char thing_proto[] =
    "syntax = \"proto3\";\n"
    "enum Color { COLOR_UNKNOWN = 0; COLOR_RED = 1; }\n"
    "message Thing {\n"
    "  string name = 1; bool is_on = 2; int32 i32 = 3; int64 i64 = 4; uint32 u32 = 5;\n"
    "  uint64 u64 = 6; sint32 s32 = 7; sint64 s64 = 8; fixed32 f32 = 9; fixed64 f64 = 10;\n"
    "  sfixed32 sf32 = 11; sfixed64 sf64 = 12; float real32 = 13; double real64 = 14;\n"
    "  Color color = 15; bytes data = 16; bytes trace_id = 17; Thing child = 18;\n"
    "  repeated Thing things = 19; repeated sint64 numbers = 20; repeated string words = 21;\n"
    "  repeated double reals = 22; repeated float halves = 23;\n"
    "}\n";

static const char thing_text[] =
    "name: \"\\303\\247ay\" is_on: true i32: -5 i64: -9223372036854775808 u32: 4294967295\n"
    "u64: 18446744073709551615 s32: -2147483648 s64: -3 f32: 7 f64: 8 sf32: -9 sf64: -10\n"
    "real32: 0.1 real64: 0.1 color: COLOR_RED data: \"\\000\\377abc\" trace_id: \"\\001\\253\"\n"
    "child { name: \"inner\" child { i32: 1 } }\n"
    "things { i32: 1 } things { } numbers: [0, -1, 1, 9223372036854775807]\n"
    "words: [\"a\", \"\"] reals: [0.5, inf, nan] halves: [1.5, -inf]\n";

static const char thing_json[] =
    "{\"name\":\"\xc3\xa7"
    "ay\",\"isOn\":true,\"i32\":-5,\"i64\":\"-9223372036854775808\",\"u32\":4294967295,"
    "\"u64\":\"18446744073709551615\",\"s32\":-2147483648,\"s64\":\"-3\",\"f32\":7,\"f64\":\"8\","
    "\"sf32\":-9,\"sf64\":\"-10\",\"real32\":0.1,\"real64\":0.1,\"color\":\"COLOR_RED\","
    "\"data\":\"AP9hYmM=\",\"traceId\":\"01ab\",\"child\":{\"name\":\"inner\",\"child\":{\"i32\":1}"
    "},"
    "\"things\":[{\"i32\":1},{}],\"numbers\":[\"0\",\"-1\",\"1\",\"9223372036854775807\"],"
    "\"words\":[\"a\",\"\"],\"reals\":[0.5,\"Infinity\",\"NaN\"],\"halves\":[1.5,\"-Infinity\"]}";

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

static Str encode(Arena *arena, const char *json)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    Error err = ERROR_INIT;
    if (proto_from_node(&out, thing, parse(arena, json), &err) != 0) {
        fail_msg("%s: %s", json, err.message);
    }
    return strbuf_str(&out);
}

static Str decode(Arena *arena, Str message)
{
    Node *node = NULL;
    Error err = ERROR_INIT;
    if (proto_to_node(arena, thing, message, &node, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return show(arena, node);
}

static void every_type_goes_there_and_back(void **state)
{
    assert_str(decode(*state, encode(*state, thing_json)), thing_json);
    assert_str(decode(*state, STR("")), "{}");
}

static void reads_what_people_write_instead(void **state)
{
    const char *pairs[][2] = {
        { "{\"i64\":5,\"u64\":7,\"i32\":\"3\",\"f64\":1e3}",
          "{\"i32\":3,\"i64\":\"5\",\"u64\":\"7\",\"f64\":\"1000\"}" },
        { "{\"color\":0,\"real64\":\"2.5\",\"real32\":2}",
          "{\"real32\":2,\"real64\":2.5,\"color\":\"COLOR_UNKNOWN\"}" },
        { "{\"color\":9}", "{\"color\":9}" },
        { "{\"data\":\"-_8\",\"traceId\":\"AB\"}", "{\"data\":\"+/8=\",\"traceId\":\"ab\"}" },
        { "{\"name\":null,\"unknown\":[1],\"numbers\":[],\"words\":[]}", "{}" },
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_str(decode(*state, encode(*state, pairs[i][0])), pairs[i][1]);
    }
}

static void reads_numbers_packed_or_not_and_skips_the_unknown(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    proto_add_sint(&out, 20, -1);
    size_t packed = proto_begin(&out, 20);
    proto_put_varint(&out, proto_zigzag(2));
    proto_put_varint(&out, proto_zigzag(-3));
    proto_end(&out, packed);
    proto_add_string(&out, 99, STR("of a later version"));
    proto_add_string(&out, 3, STR("of another type"));
    proto_add_string(&out, 22, STR(""));
    assert_str(decode(*state, strbuf_str(&out)), "{\"numbers\":[\"-1\",\"2\",\"-3\"]}");
}

static void merges_a_message_that_comes_twice(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    strbuf_add(&out, encode(*state, "{\"i32\":1,\"child\":{\"i32\":1,\"words\":[\"a\"]}}"));
    strbuf_add(&out, encode(*state, "{\"i32\":2,\"child\":{\"u32\":3,\"words\":[\"b\"]}}"));
    assert_str(
        decode(*state, strbuf_str(&out)),
        "{\"i32\":2,\"child\":{\"i32\":1,\"words\":[\"a\",\"b\"],\"u32\":3}}"
    );
}

static void refuses_values_that_do_not_fit_and_says_where(void **state)
{
    const struct {
        const char *json, *at, *message;
    } refusals[] = {
        { "[]", "[]", "expected a map, got a list" },
        { "{\"isOn\":1}", "1", "isOn: expected true or false, got a number" },
        { "{\"i32\":2147483648}",
          "2147483648",
          "i32: expected an integer that fits, got a number" },
        { "{\"i32\":1.5}", "1.5", "i32: expected an integer that fits, got a number" },
        { "{\"u32\":-1}", "-1", "u32: expected an integer that fits, got a number" },
        { "{\"u64\":\"18446744073709551616\"}",
          "\"18446744073709551616\"",
          "u64: expected an integer that fits, got a string" },
        { "{\"i64\":9223372036854775808}",
          "9223372036854775808",
          "i64: expected an integer that fits, got a number" },
        { "{\"real64\":\"x\"}", "\"x\"", "real64: expected a number, got a string" },
        { "{\"real32\":1e300}", "1e300", "real32: expected a number, got a number" },
        { "{\"color\":\"BLUE\"}", "\"BLUE\"", "color: expected a known name, got a string" },
        { "{\"data\":\"?\"}", "\"?\"", "data: expected base64, got a string" },
        { "{\"traceId\":\"abc\"}", "\"abc\"", "traceId: expected hexadecimal, got a string" },
        { "{\"name\":[]}", "[]", "name: expected a string, got a list" },
        { "{\"child\":{\"things\":[5]}}", "5", "things: expected a map, got a number" },
        { "{\"numbers\":5}", "5", "numbers: expected a list, got a number" },
        { "{\"numbers\":[1,true]}",
          "true",
          "numbers: expected an integer that fits, got a boolean" },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        StrBuf out = STRBUF_ON_ARENA(*state);
        strbuf_add_cstr(&out, "kept");
        Error err = ERROR_INIT;
        int rc = proto_from_node(&out, thing, parse(*state, refusals[i].json), &err);
        assert_int_equal(rc, -EINVAL);
        assert_string_equal(err.message, refusals[i].message);
        assert_str(span_text(err.span), refusals[i].at);
        assert_str(strbuf_str(&out), "kept");
    }
}

static void refuses_malformed_messages_and_says_where(void **state)
{
    const struct {
        Str message;
        const char *text;
    } refusals[] = {
        { STR("\x08"), "not a protobuf message" },
        { STR("\x92\x01\x01\x08"), "child: not a protobuf message" },
        { STR("\x0a\x01\xff"), "name: the string is no UTF-8" },
        { STR("\xa2\x01\x01\x80"), "numbers: packed numbers that are cut" },
        { STR("\xba\x01\x03"
              "abc"),
          "halves: packed numbers that are cut" },
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        Node *node = NULL;
        Error err = ERROR_INIT;
        assert_int_equal(proto_to_node(*state, thing, refusals[i].message, &node, &err), -EBADMSG);
        assert_string_equal(err.message, refusals[i].text);
        assert_null(node);
    }
}

static void bounds_the_depth_of_messages(void **state)
{
    StrBuf inner = STRBUF_ON_ARENA(*state);
    for (int i = 0; i < PROTO_DEPTH_MAX; i++) {
        StrBuf outer = STRBUF_ON_ARENA(*state);
        size_t body = proto_begin(&outer, 18);
        strbuf_add(&outer, strbuf_str(&inner));
        proto_end(&outer, body);
        inner = outer;
    }
    Node *node = NULL;
    assert_int_equal(proto_to_node(*state, thing, strbuf_str(&inner), &node, NULL), -EBADMSG);
    assert_int_equal(proto_to_node(*state, thing, str_skip(strbuf_str(&inner), 4), &node, NULL), 0);
}

/* protoc as the peer */

static void run(const char *command)
{
    if (system(command) != 0) {
        fail_msg("%s", command);
    }
}

static Str ask_protoc(Arena *arena, const char *dir)
{
    const char *proto = arena_printf(arena, "%s/thing.proto", dir);
    const char *text = arena_printf(arena, "%s/thing.txt", dir);
    const char *binary = arena_printf(arena, "%s/thing.bin", dir);
    assert_int_equal(fs_write_atomic(proto, str_from(thing_proto), 0600, NULL), 0);
    assert_int_equal(fs_write_atomic(text, str_from(thing_text), 0600, NULL), 0);
    run(arena_printf(arena, "protoc -I%s --encode=Thing %s <%s >%s", dir, proto, text, binary));
    Str message = { 0 };
    assert_int_equal(fs_read(arena, binary, 1 << 20, &message, NULL), 0);
    return message;
}

static void writes_the_bytes_that_protoc_writes(void **state)
{
    if (fs_find_program(*state, "protoc").len == 0) {
        print_message("no protoc here: not compared\n");
        return;
    }
    char dir[] = "/tmp/codec-protoc-XXXXXX";
    assert_non_null(mkdtemp(dir));
    Str message = ask_protoc(*state, dir);
    assert_int_equal(fs_remove_tree(dir, NULL), 0);
    assert_str(decode(*state, message), thing_json);
    Str ours = encode(*state, thing_json);
    assert_int_equal(ours.len, message.len);
    assert_memory_equal(ours.ptr, message.ptr, message.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(every_type_goes_there_and_back),
        arena_test(reads_what_people_write_instead),
        arena_test(reads_numbers_packed_or_not_and_skips_the_unknown),
        arena_test(merges_a_message_that_comes_twice),
        arena_test(refuses_values_that_do_not_fit_and_says_where),
        arena_test(refuses_malformed_messages_and_says_where),
        arena_test(bounds_the_depth_of_messages),
        arena_test(writes_the_bytes_that_protoc_writes),
    };
    return cmocka_run_group_tests_name("protobuf_node", tests, NULL, NULL);
}
