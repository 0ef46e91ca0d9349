#include <chassis/field.h>

#include "unit.h"

typedef struct Inner {
    int64_t n;
} Inner;
typedef struct Row {
    Str id, note, secret, data;
    OptInt weight;
    int64_t at;
    double ratio;
    int color;
    FieldList inners, words;
    Inner inner;
} Row;

static const char *const colors[] = { "red", "green", NULL };
static const Field inner_fields[] = { FIELD_INT(Inner, n, .min = 1, .max = 5), FIELD_END };
static const Field row_fields[] = {
    FIELD_UUID(Row, id, .readonly = true),
    FIELD_TEXT(Row, note, .nullable = true, .required = true, .max = 9, .help = "a note"),
    FIELD_TEXT(Row, secret, .writeonly = true),
    FIELD_JSON(Row, data),
    FIELD_OPT_INT(Row, weight, .omit_empty = true),
    FIELD_TIME(Row, at),
    FIELD_DOUBLE(Row, ratio),
    FIELD_ENUM(Row, color, colors),
    FIELD_LIST(Row, inners, Inner, inner_fields),
    FIELD_TEXTS(Row, words),
    FIELD_STRUCT(Row, inner, inner_fields),
    FIELD_END,
};

static void writes_every_type(void **state)
{
    (void) state;
    Inner inners[] = { { 1 }, { 2 } };
    Str words[] = { STR("a\"b") };
    const Row row = { .id = STR("x"),
                      .secret = STR("s"),
                      .data = STR("{\"k\":1}"),
                      .at = 1,
                      .ratio = 2.5,
                      .color = 1,
                      .inners = { inners, 2 },
                      .words = { words, 1 },
                      .inner = { 3 } };
    StrBuf out = STRBUF_INIT;
    JsonWriter w = json_writer(&out, 0);
    fields_write_object(&w, row_fields, &row);
    unit_assert_text(
        &out,
        "{\"id\":\"x\",\"note\":null,\"data\":{\"k\":1},\"at\":\"1970-01-01T00:00:00.000001Z\","
        "\"ratio\":2.5,"
        "\"color\":\"green\",\"inners\":[{\"n\":1},{\"n\":2}],\"words\":[\"a\\\"b\"],\"inner\":{"
        "\"n\":3}}",
        __FILE__,
        __LINE__
    );
}

static void empty_lists_are_lists_and_optionals_show_when_set(void **state)
{
    (void) state;
    const Row row = { .id = STR(""), .note = STR(""), .weight = OPT_INT(0) };
    StrBuf out = STRBUF_INIT;
    JsonWriter w = json_writer(&out, 0);
    fields_write_object(&w, row_fields, &row);
    unit_assert_text(
        &out,
        "{\"id\":\"\",\"note\":\"\",\"data\":null,\"weight\":0,\"at\":\"1970-01-01T00:00:00."
        "000000Z\",\"ratio\":0,"
        "\"color\":\"red\",\"inners\":[],\"words\":[],\"inner\":{\"n\":0}}",
        __FILE__,
        __LINE__
    );
}

static void the_schema_tells_input_from_output(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    StrBuf in = STRBUF_ON_ARENA(arena);
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter w = json_writer(&in, 0);
    fields_write_schema(&w, row_fields, FIELD_SCHEMA_CREATE);
    w = json_writer(&out, 0);
    fields_write_schema(&w, row_fields, FIELD_SCHEMA_OUTPUT);
    Node *input = NULL;
    Node *output = NULL;
    assert_int_equal(json_read_str(arena, strbuf_str(&in), NULL, &input, NULL), 0);
    assert_int_equal(json_read_str(arena, strbuf_str(&out), NULL, &output, NULL), 0);
    assert_null(node_at_path(input, STR("properties.id")));
    assert_non_null(node_at_path(output, STR("properties.id")));
    assert_non_null(node_at_path(input, STR("properties.secret")));
    assert_null(node_at_path(output, STR("properties.secret")));
    assert_str(node_at_path(input, STR("required[0]"))->text, "note");
    assert_int_equal(node_at_path(input, STR("properties.note.anyOf[0].maxLength"))->integer, 9);
    assert_str(node_at_path(input, STR("properties.note.anyOf[1].type"))->text, "null");
    assert_int_equal(
        node_at_path(input, STR("properties.inner.anyOf[0].properties.n.anyOf[0].maximum"))
            ->integer,
        5
    );
    assert_str(node_at_path(output, STR("properties.color.enum[1]"))->text, "green");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_every_type),
        cmocka_unit_test(empty_lists_are_lists_and_optionals_show_when_set),
        cmocka_unit_test(the_schema_tells_input_from_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
