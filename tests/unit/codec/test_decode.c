#include "base/clock.h"
#include "codec/decode.h"
#include "codec/json.h"

#include "unit.h"

typedef struct Replicas {
    int64_t min, max;
} Replicas;

typedef struct Server {
    bool has_port;
    Str name;
    int64_t port;
    double weight;
    bool is_public;
    int language;
    int64_t timeout_ns;
    int64_t memory;
    Replicas replicas;
    DecodeStrings needs;
    DecodeList numbers;
    DecodeDict children;
    Node *raw;
    Str upper;
} Server;

static bool decode_upper(DecodeContext *ctx, const DecodeField *field, Node *node, void *into)
{
    if (!node_is_string(node)) {
        return decode_fail(ctx, field, node, "a word");
    }
    *(Str *) into = str_upper(ctx->arena, node->text);
    return true;
}

static const char *const language_names[] = { "none", "c", "go", "python", NULL };

static const DecodeField replicas_fields[] = {
    DECODE_INT(Replicas, min, "min", .required = true, .min = 0, .max = 100),
    DECODE_INT(Replicas, max, "max", .min = 1),
    DECODE_END,
};

static const DecodeField number_item[] = { { .type = DECODE_TYPE_INT, .min = 1, .max = 9 } };

static const DecodeField server_fields[] = {
    DECODE_STRING(
        Server,
        name,
        "name",
        .pattern = "[a-z][-a-z0-9]*",
        .pattern_help = "a lower-case DNS label",
        .max = 10,
        .help = "What it is called"
    ),
    DECODE_INT(
        Server,
        port,
        "port",
        .min = 1,
        .max = 65535,
        .fallback = "80",
        DECODE_PRESENT(Server, has_port)
    ),
    DECODE_DOUBLE(Server, weight, "weight", .max = 1),
    DECODE_BOOL(Server, is_public, "public", .fallback = "false"),
    DECODE_ENUM(Server, language, "language", .names = language_names),
    DECODE_DURATION(Server, timeout_ns, "timeout", .min = NS_PER_MS, .max = 60 * NS_PER_S),
    DECODE_BYTES(Server, memory, "memory", .max = 1 << 30, .nullable = true),
    DECODE_STRUCT(Server, replicas, "replicas", replicas_fields),
    DECODE_STRINGS(Server, needs, "needs", .one_is_list = true, .pattern = "[a-z.]+"),
    DECODE_LIST(Server, numbers, "numbers", int64_t, number_item, .max = 3),
    DECODE_DICT(Server, children, "children", Server, server_fields, .pattern = "[a-z]+"),
    DECODE_NODE(Server, raw, "raw"),
    DECODE_CUSTOM(
        Server, upper, "upper", decode_upper, .schema = "{\"type\":\"string\"}", .help = "A word"
    ),
    DECODE_END,
};

typedef struct Case {
    Arena *arena;
    DiagList diags;
    DecodeContext ctx;
} Case;

static Case *case_new(Arena *arena)
{
    Case *self = ARENA_NEW(arena, Case);
    self->arena = arena;
    self->diags = (DiagList) DIAG_LIST(arena);
    self->ctx = (DecodeContext) { .arena = arena, .diags = &self->diags };
    return self;
}

static Node *parse(Arena *arena, const char *text)
{
    Node *root = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(arena, str_from(text), NULL, &root, &err) != 0) {
        fail_msg("%s: %s", text, err.message);
    }
    return root;
}

/* Decodes a server; every finding as "rule message | hint", one a line. */
static Str findings(Case *self, const char *text, Server *server)
{
    bool is_fine = decode_struct(&self->ctx, server_fields, parse(self->arena, text), server);
    StrBuf out = STRBUF_ON_ARENA(self->arena);
    vec_foreach(diag, &self->diags.diags) {
        strbuf_addf(&out, "%" STR_FMT " %" STR_FMT, STR_ARG(diag->rule), STR_ARG(diag->message));
        if (diag->hint.len) {
            strbuf_addf(&out, " | %" STR_FMT, STR_ARG(diag->hint));
        }
        strbuf_add_char(&out, '\n');
    }
    assert_int_equal(is_fine, out.len == 0);
    vec_clear(&self->diags.diags);
    return strbuf_str(&out);
}

static Str findings_of(Arena *arena, const char *text)
{
    Server server = { 0 };
    return findings(case_new(arena), text, &server);
}

static void fills_a_struct_from_every_type(void **state)
{
    Server server = { 0 };
    Str said = findings(
        case_new(*state),
        "{\"name\":\"web\",\"port\":8080,\"weight\":0.5,\"public\":true,\"language\":\"go\","
        "\"timeout\":\"1.5s\",\"memory\":\"256Mi\",\"replicas\":{\"min\":2,\"max\":5},"
        "\"needs\":[\"a\",\"b.c\"],\"numbers\":[3,4],\"children\":{\"x\":{\"port\":1}},"
        "\"raw\":[1],\"upper\":\"word\",\"x-mine\":{}}",
        &server
    );
    assert_str(said, "");
    assert_str(server.name, "web");
    assert_true(server.has_port);
    assert_int_equal(server.port, 8080);
    assert_true(server.weight == 0.5);
    assert_true(server.is_public);
    assert_int_equal(server.language, 2);
    assert_int_equal(server.timeout_ns, 1500 * NS_PER_MS);
    assert_int_equal(server.memory, 256 << 20);
    assert_int_equal(server.replicas.max, 5);
    assert_int_equal(server.needs.len, 2);
    assert_str(server.needs.ptr[1], "b.c");
    assert_int_equal(span_start(server.needs.nodes[1]->span).line, 1);
    assert_int_equal(((int64_t *) server.numbers.ptr)[1], 4);
    assert_int_equal(((Server *) server.children.ptr[0].value)->port, 1);
    assert_int_equal(server.raw->seq.items[0]->integer, 1);
    assert_str(server.upper, "WORD");
}

static void leaves_absent_members_untouched(void **state)
{
    Server server = { .port = 7, .memory = 9, .has_port = false };
    assert_str(findings(case_new(*state), "{\"memory\":null,\"name\":\"a\"}", &server), "");
    assert_int_equal(server.port, 7);
    assert_int_equal(server.memory, 9);
    assert_false(server.has_port);
}

static void reports_every_mistake_at_once_where_it_stands(void **state)
{
    Case *self = case_new(*state);
    Server server = { .port = 7 };
    Node *root = parse(*state, "{\"prot\":1,\n\"port\":\"http\",\n\"public\":[]}");
    assert_false(decode_struct(&self->ctx, server_fields, root, &server));
    assert_int_equal(self->diags.diags.len, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(span_start(self->diags.diags.ptr[i].span).line, i + 1);
    }
    assert_int_equal(server.port, 7);
}

static void names_the_key_that_was_meant(void **state)
{
    assert_str(
        findings_of(*state, "{\"prot\":1}"), "D1001 unknown key \"prot\" | did you mean \"port\"?\n"
    );
    assert_str(
        findings_of(*state, "{\"replicas\":{\"min\":1,\"qqq\":2}}"),
        "D1001 unknown key \"qqq\" | known keys: min, max\n"
    );
}

static void says_what_was_expected_and_what_was_found(void **state)
{
    const char *cases[][2] = {
        { "{\"port\":\"http\"}", "D1002 port: expected a number from 1 to 65535, got \"http\"\n" },
        { "{\"port\":1.5}", "D1002 port: expected a whole number from 1 to 65535, got 1.5\n" },
        { "{\"port\":65536}", "D1004 port: expected a number from 1 to 65535, got 65536\n" },
        { "{\"port\":null}", "D1002 port: expected a number from 1 to 65535, got null\n" },
        { "{\"port\":{}}", "D1002 port: expected a number from 1 to 65535, got a map\n" },
        { "{\"weight\":1.1}", "D1004 weight: expected a number from 0 to 1, got 1.1\n" },
        { "{\"weight\":\"x\"}", "D1002 weight: expected a number from 0 to 1, got \"x\"\n" },
        { "{\"replicas\":{\"min\":1,\"max\":0}}",
          "D1004 max: expected a number of at least 1, got 0\n" },
        { "{\"public\":\"yes\"}", "D1002 public: expected true or false, got \"yes\"\n" },
        { "{\"name\":12}", "D1002 name: expected a string, got 12 | put it in quotes: \"12\"\n" },
        { "{\"name\":[]}", "D1002 name: expected a string, got a list\n" },
        { "{\"name\":\"Web\"}", "D1006 name: expected a lower-case DNS label, got \"Web\"\n" },
        { "{\"name\":\"webwebwebweb\"}", "D1004 name: expected 0 to 10 characters, got 12\n" },
        { "{\"language\":\"pyhton\"}",
          "D1005 language: expected one of none, c, go, python, got \"pyhton\" | did you mean "
          "\"python\"?\n" },
        { "{\"language\":[]}",
          "D1002 language: expected one of none, c, go, python, got a list\n" },
        { "{\"timeout\":30}",
          "D1002 timeout: expected a duration such as 30s from 1ms to 1m, got 30\n" },
        { "{\"timeout\":\"2m\"}",
          "D1004 timeout: expected a duration from 1ms to 1m, got \"2m\"\n" },
        { "{\"memory\":\"2m\"}",
          "D1002 memory: expected a size such as 256Mi from 0 to 1Gi, got \"2m\"\n" },
        { "{\"memory\":\"2Gi\"}", "D1004 memory: expected a size from 0 to 1Gi, got \"2Gi\"\n" },
        { "{\"needs\":5}", "D1002 needs: expected a string or a list of strings, got 5\n" },
        { "{\"needs\":[\"a\",7]}",
          "D1002 needs[1]: expected a string, got 7 | put it in quotes: \"7\"\n" },
        { "{\"needs\":\"A\"}", "D1006 needs: expected text that matches [a-z.]+, got \"A\"\n" },
        { "{\"numbers\":[1,10]}", "D1004 numbers[1]: expected a number from 1 to 9, got 10\n" },
        { "{\"numbers\":[1,1,1,1]}", "D1004 numbers: expected 0 to 3 items, got 4\n" },
        { "{\"children\":[]}", "D1002 children: expected a map, got a list\n" },
        { "{\"children\":{\"A\":{}}}",
          "D1006 children: expected text that matches [a-z]+, got \"A\"\n" },
        { "{\"children\":{\"a\":1}}", "D1002 children.a: expected a map, got 1\n" },
        { "{\"replicas\":{}}", "D1003 missing key \"min\"\n" },
        { "{\"replicas\":\"2\"}", "D1002 replicas: expected a map, got \"2\"\n" },
        { "{\"upper\":1}", "D1002 upper: expected a word, got 1\n" },
        { "[]", "D1002 expected a map, got a list\n" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_str(findings_of(*state, cases[i][0]), cases[i][1]);
    }
}

static void shortens_what_was_found(void **state)
{
    Str said = findings_of(*state, "{\"port\":\"ççççççççççççççççççççççççççççççxççççççççççççççç\"}");
    assert_str(
        said,
        "D1002 port: expected a number from 1 to 65535, got \"çççççççççççççççççççççççççççççç…\"\n"
    );
}

static void hints_at_yes_and_no_of_older_yaml(void **state)
{
    Case *self = case_new(*state);
    Node *root = parse(*state, "{\"public\":\"yes\"}");
    node_get_cstr(root, "public")->yaml11_bool = true;
    Server server = { 0 };
    assert_false(decode_struct(&self->ctx, server_fields, root, &server));
    assert_str(self->diags.diags.ptr[0].hint, "YAML 1.2 has true and false only");
}

static void overlays_merge_structs_and_dicts_and_replace_lists(void **state)
{
    Case *self = case_new(*state);
    Server server = { 0 };
    Str said = findings(
        self,
        "{\"port\":1,\"name\":\"base\",\"replicas\":{\"min\":1,\"max\":2},\"needs\":[\"a\",\"b\"],"
        "\"children\":{\"one\":{\"port\":11,\"name\":\"x\"},\"two\":{\"port\":12}}}",
        &server
    );
    assert_str(said, "");
    self->ctx.is_overlay = true;
    said = findings(
        self,
        "{\"port\":5,\"replicas\":{\"max\":9},\"needs\":\"c\","
        "\"children\":{\"two\":{\"replicas\":{\"max\":3}},\"three\":{},\"one\":{\"port\":21}}}",
        &server
    );
    assert_str(said, "");
    assert_str(server.name, "base");
    assert_int_equal(server.port, 5);
    assert_int_equal(server.replicas.min, 1);
    assert_int_equal(server.replicas.max, 9);
    assert_int_equal(server.needs.len, 1);
    assert_int_equal(server.children.len, 3);
    assert_str(server.children.ptr[2].name, "three");
    const Server *one = decode_dict_find(&server.children, STR("one"))->value;
    assert_int_equal(one->port, 21);
    assert_str(one->name, "x");
    assert_int_equal(((Server *) server.children.ptr[1].value)->port, 12);
    assert_null(decode_dict_find(&server.children, STR("four")));
}

static void an_overlay_requires_what_only_it_has(void **state)
{
    Case *self = case_new(*state);
    Server server = { 0 };
    self->ctx.is_overlay = true;
    assert_str(
        findings(self, "{\"children\":{\"new\":{\"replicas\":{\"max\":3}}}}", &server),
        "D1003 missing key \"min\"\n"
    );
    assert_true(self->ctx.is_overlay);
}

static void writes_the_schema_of_a_table(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    JsonWriter w = json_writer(&out, 0);
    decode_schema(&w, server_fields);
    Node *schema = parse(*state, out.ptr);
    const char *expected[][2] = {
        { "/$schema", "\"https://json-schema.org/draft/2020-12/schema\"" },
        { "/type", "\"object\"" },
        { "/additionalProperties", "false" },
        { "/patternProperties", "{\"^x-\":true}" },
        { "/properties/name",
          "{\"description\":\"What it is called\",\"type\":\"string\",\"minLength\":0,"
          "\"maxLength\":10,\"pattern\":\"^(?:[a-z][-a-z0-9]*)$\"}" },
        { "/properties/port",
          "{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535,\"default\":80}" },
        { "/properties/public", "{\"type\":\"boolean\",\"default\":false}" },
        { "/properties/language", "{\"enum\":[\"none\",\"c\",\"go\",\"python\"]}" },
        { "/properties/memory/type", "[\"string\",\"integer\",\"null\"]" },
        { "/properties/replicas/required", "[\"min\"]" },
        { "/properties/replicas/properties/max", "{\"type\":\"integer\",\"minimum\":1}" },
        { "/properties/needs",
          "{\"anyOf\":[{\"type\":\"string\",\"pattern\":\"^(?:[a-z.]+)$\"},{\"type\":\"array\","
          "\"items\":{\"type\":\"string\",\"pattern\":\"^(?:[a-z.]+)$\"}}]}" },
        { "/properties/numbers",
          "{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},"
          "\"minItems\":0,\"maxItems\":3}" },
        { "/properties/children",
          "{\"type\":\"object\",\"propertyNames\":{\"pattern\":\"^(?:[a-z]+)$\"},"
          "\"additionalProperties\":{\"$ref\":\"#\"}}" },
        { "/properties/raw", "{}" },
        { "/properties/upper", "{\"description\":\"A word\",\"type\":\"string\"}" },
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const Node *part = node_at_pointer(schema, str_from(expected[i][0]));
        if (!part || !node_equal(part, parse(*state, expected[i][1]))) {
            fail_msg("%s in %s", expected[i][0], out.ptr);
        }
    }
}

typedef struct Pair {
    Replicas left, right;
} Pair;

static void a_table_used_twice_stands_once_in_the_schema(void **state)
{
    static const DecodeField fields[] = {
        DECODE_STRUCT(Pair, left, "left", replicas_fields, .help = "L"),
        DECODE_STRUCT(Pair, right, "right", replicas_fields, .nullable = true),
        DECODE_END,
    };
    StrBuf out = STRBUF_ON_ARENA(*state);
    JsonWriter w = json_writer(&out, 0);
    decode_schema(&w, fields);
    Node *schema = parse(*state, out.ptr);
    assert_str(node_at_pointer(schema, STR("/properties/left/$ref"))->text, "#/$defs/left");
    assert_str(node_at_pointer(schema, STR("/properties/left/description"))->text, "L");
    assert_str(
        node_at_pointer(schema, STR("/properties/right/anyOf/0/$ref"))->text, "#/$defs/left"
    );
    assert_str(node_at_pointer(schema, STR("/$defs/left/required/0"))->text, "min");
}

static void reads_sizes_as_redis_and_kubernetes_do(void **state)
{
    (void) state;
    const struct {
        const char *text;
        int64_t bytes;
    } sizes[] = {
        { "0", 0 },
        { "100", 100 },
        { "10B", 10 },
        { "1k", 1000 },
        { "1kb", 1024 },
        { "256mb", 256LL << 20 },
        { "64KiB", 64LL << 10 },
        { "1Gi", 1LL << 30 },
        { "1.5GB", 1500000000 },
        { "0.1Gi", 107374183 },
        { "8388607Ti", 8388607LL << 40 },
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int64_t bytes = -1;
        if (!bytes_parse(str_from(sizes[i].text), &bytes) || bytes != sizes[i].bytes) {
            fail_msg("%s: %lld", sizes[i].text, (long long) bytes);
        }
    }
}

static void refuses_sizes_that_mean_nothing_or_too_much(void **state)
{
    (void) state;
    const char *texts[] = { "",
                            "Mi",
                            "1m",
                            "1g",
                            "1 Mi",
                            "-1",
                            ".5Mi",
                            "1.Mi",
                            "1x",
                            "1e3",
                            "1.2.3",
                            "8388608Ti",
                            "1234567890123456789" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t bytes = -1;
        if (bytes_parse(str_from(texts[i]), &bytes) || bytes != -1) {
            fail_msg("accepted %s", texts[i]);
        }
    }
}

static void writes_sizes_with_the_largest_exact_unit(void **state)
{
    StrBuf out = STRBUF_ON_ARENA(*state);
    const int64_t sizes[] = { 0, 1, 1500, 2048, 256LL << 20, 3LL << 40 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        bytes_add(&out, sizes[i]);
        strbuf_add_char(&out, ' ');
    }
    assert_str(strbuf_str(&out), "0 1 1500 2Ki 256Mi 3Ti ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(fills_a_struct_from_every_type),
        arena_test(leaves_absent_members_untouched),
        arena_test(reports_every_mistake_at_once_where_it_stands),
        arena_test(names_the_key_that_was_meant),
        arena_test(says_what_was_expected_and_what_was_found),
        arena_test(shortens_what_was_found),
        arena_test(hints_at_yes_and_no_of_older_yaml),
        arena_test(overlays_merge_structs_and_dicts_and_replace_lists),
        arena_test(an_overlay_requires_what_only_it_has),
        arena_test(writes_the_schema_of_a_table),
        arena_test(a_table_used_twice_stands_once_in_the_schema),
        arena_test(reads_sizes_as_redis_and_kubernetes_do),
        arena_test(refuses_sizes_that_mean_nothing_or_too_much),
        arena_test(writes_sizes_with_the_largest_exact_unit),
    };
    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
