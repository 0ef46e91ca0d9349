#include <chassis/field.h>

#include "support.h"

typedef struct Part {
    int64_t quantity;
    bool is_on;
} Part;

typedef struct Thing {
    Str id, name, note, url, email, currency, owner_id, extra;
    int64_t price, at;
    OptInt weight, until;
    int color;
    bool is_active;
    FieldList parts, tags;
    Part main;
} Thing;

static const char *const colors[] = { "red", "green", NULL };

static const Field part_fields[] = {
    FIELD_INT(Part, quantity, .required = true, .min = 1, .max = 9),
    FIELD_BOOL(Part, is_on, .fallback = "true"),
    FIELD_END,
};
static const Field thing_fields[] = {
    FIELD_UUID(Thing, id, .readonly = true),
    FIELD_TEXT(Thing, name, .required = true, .trim = true, .min = 1, .max = 5),
    FIELD_TEXT(Thing, note, .nullable = true, .alias = "remark", .max = 3),
    FIELD_URL(Thing, url, .max = 40),
    FIELD_EMAIL(Thing, email),
    FIELD_CURRENCY(Thing, currency),
    FIELD_UUID(Thing, owner_id, .nullable = true),
    FIELD_JSON(Thing, extra, .max = 20),
    FIELD_MONEY(Thing, price),
    FIELD_TIME(Thing, at),
    FIELD_OPT_INT(Thing, weight, .min = 0, .max = 100),
    FIELD_OPT_TIME(Thing, until),
    FIELD_ENUM(Thing, color, colors),
    FIELD_BOOL(Thing, is_active),
    FIELD_LIST(Thing, parts, Part, part_fields, .max = 2),
    FIELD_TEXTS(Thing, tags, .max = 3),
    FIELD_STRUCT(Thing, main, part_fields),
    FIELD_END,
};

static int decode(Context *ctx, FieldMode mode, const char *json, Thing *into)
{
    Node *root = NULL;
    fail_clear(ctx);
    assert_int_equal(json_read_str(ctx->arena, str_from(json), NULL, &root, NULL), 0);
    return fields_from_json(ctx, thing_fields, mode, root, into);
}

static void fills_every_type(void **state)
{
    Context *ctx = *state;
    Thing thing = { 0 };
    assert_int_equal(
        decode(
            ctx,
            FIELD_MODE_CREATE,
            "{\"name\":\" lamp \",\"remark\":\"abc\",\"url\":\"https://x.test/a\",\"email\":\" "
            "A@X.io\",\"currency\":\"try\","
            "\"owner_id\":\"0191B3A4-0000-7000-8000-00000000000A\",\"extra\":{\"a\": "
            "[1]},\"price\":5,"
            "\"at\":\"2026-01-01T02:00:00+02:00\",\"weight\":7,\"until\":\"1970-01-01T00:00:01Z\","
            "\"color\":\"green\","
            "\"is_active\":true,\"parts\":[{\"quantity\":3},{\"quantity\":4,\"is_on\":false}],"
            "\"tags\":[\"x\",\"y\"],"
            "\"main\":{\"quantity\":1},\"id\":\"ignored\",\"unknown\":{}}",
            &thing
        ),
        0
    );
    assert_str(thing.name, "lamp");
    assert_str(thing.note, "abc");
    assert_str(thing.email, "a@x.io");
    assert_str(thing.currency, "TRY");
    assert_str(thing.owner_id, "0191b3a4-0000-7000-8000-00000000000a");
    assert_str(thing.extra, "{\"a\":[1]}");
    assert_true(thing.at == 1767225600 * US_PER_S);
    assert_true(thing.weight.has && thing.weight.value == 7);
    assert_true(thing.until.has && thing.until.value == US_PER_S);
    assert_int_equal(thing.color, 1);
    const Part *parts = thing.parts.ptr;
    assert_int_equal(thing.parts.len, 2);
    assert_true(parts[0].is_on && parts[0].quantity == 3);
    assert_false(parts[1].is_on);
    assert_str(((const Str *) thing.tags.ptr)[1], "y");
    assert_int_equal(thing.main.quantity, 1);
    assert_int_equal(thing.id.len, 0);
}

static void names_every_broken_rule_by_its_path(void **state)
{
    Context *ctx = *state;
    Thing thing = { 0 };
    decode(
        ctx,
        FIELD_MODE_CREATE,
        "{\"name\":\"toolong\",\"note\":\"\\u015f\\u015f\\u015f\\u015f\",\"url\":\"javascript:x\","
        "\"email\":\"x\","
        "\"currency\":\"XXX\",\"owner_id\":\"z\",\"price\":-1,\"at\":\"yesterday\",\"weight\":101,"
        "\"color\":\"blue\","
        "\"parts\":[{\"quantity\":0},{}],\"main\":{\"quantity\":10},\"extra\":{\"abcdefgh\":"
        "\"0123456789\"}}",
        &thing
    );
    assert_int_equal(ctx->failure.code, FAIL_VALIDATION_ERROR);
    const char *paths[] = { "name",
                            "note",
                            "url",
                            "email",
                            "currency",
                            "owner_id",
                            "extra",
                            "price",
                            "at",
                            "weight",
                            "color",
                            "parts[0].quantity",
                            "parts[1].quantity",
                            "main.quantity" };
    assert_int_equal(ctx->failure.fields.len, ARRAY_LEN(paths));
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_str(ctx->failure.fields.ptr[i].path, paths[i]);
    }
}

static void a_wrong_json_type_is_invalid_input(void **state)
{
    Context *ctx = *state;
    const char *wrong[] = { "{\"name\":1}",      "{\"price\":\"1\"}", "{\"price\":1.5}",
                            "{\"is_active\":0}", "{\"parts\":{}}",    "{\"parts\":[1]}",
                            "{\"extra\":\"x\"}", "{\"tags\":[1]}",    "{\"main\":[]}" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        Thing thing = { 0 };
        assert_true(decode(ctx, FIELD_MODE_UPDATE, wrong[i], &thing) < 0);
        assert_int_equal(ctx->failure.code, FAIL_INVALID_INPUT);
    }
    Thing thing = { 0 };
    assert_true(decode(ctx, FIELD_MODE_UPDATE, "[]", &thing) < 0);
    assert_int_equal(ctx->failure.code, FAIL_INVALID_INPUT);
}

static void json_with_a_nul_character_is_refused_by_name(void **state)
{
    Context *ctx = *state;
    Thing thing = { 0 };
    const char *wrong[] = { "{\"extra\":{\"\\u0000\":1}}", "{\"extra\":[{\"k\":[\"a\\u0000\"]}]}" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_true(decode(ctx, FIELD_MODE_UPDATE, wrong[i], &thing) < 0);
        assert_int_equal(ctx->failure.code, FAIL_VALIDATION_ERROR);
        assert_str(ctx->failure.fields.ptr[0].path, "extra");
    }
    assert_int_equal(decode(ctx, FIELD_MODE_UPDATE, "{\"extra\":[\"\\\\u0000\"]}", &thing), 0);
}

static void a_whole_number_may_be_spelled_as_a_fraction(void **state)
{
    Context *ctx = *state;
    Thing thing = { 0 };
    assert_int_equal(decode(ctx, FIELD_MODE_UPDATE, "{\"price\":1e3,\"weight\":7.0}", &thing), 0);
    assert_int_equal(thing.price, 1000);
    assert_int_equal(thing.weight.value, 7);
    assert_true(decode(ctx, FIELD_MODE_UPDATE, "{\"price\":1e300}", &thing) < 0);
    assert_int_equal(ctx->failure.code, FAIL_VALIDATION_ERROR);
    assert_true(decode(ctx, FIELD_MODE_UPDATE, "{\"weight\":-9223372036854775809}", &thing) < 0);
    assert_int_equal(ctx->failure.code, FAIL_VALIDATION_ERROR);
    assert_int_equal(thing.price, 1000);
}

static void empty_zero_and_false_are_values(void **state)
{
    Context *ctx = *state;
    Thing thing = { .price = 5, .is_active = true, .note = STR("abc") };
    assert_int_equal(
        decode(ctx, FIELD_MODE_UPDATE, "{\"price\":0,\"is_active\":false,\"note\":\"\"}", &thing), 0
    );
    assert_int_equal(thing.price, 0);
    assert_false(thing.is_active);
    assert_true(thing.note.ptr && thing.note.len == 0);
}

static void an_update_keeps_what_is_absent_and_clears_what_is_null(void **state)
{
    Context *ctx = *state;
    Thing thing = { .name = STR("lamp"), .note = STR("abc"), .weight = OPT_INT(3), .price = 9 };
    assert_int_equal(decode(ctx, FIELD_MODE_UPDATE, "{\"note\":null,\"weight\":null}", &thing), 0);
    assert_str(thing.name, "lamp");
    assert_int_equal(thing.price, 9);
    assert_null(thing.note.ptr);
    assert_false(thing.weight.has);
    assert_true(decode(ctx, FIELD_MODE_UPDATE, "{\"name\":null}", &thing) < 0);
    assert_true(decode(ctx, FIELD_MODE_UPDATE, "{\"price\":null}", &thing) < 0);
    assert_true(decode(ctx, FIELD_MODE_CREATE, "{}", &thing) < 0);
    assert_str(ctx->failure.fields.ptr[0].message, "is required");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        context_test(fills_every_type),
        context_test(names_every_broken_rule_by_its_path),
        context_test(a_wrong_json_type_is_invalid_input),
        context_test(json_with_a_nul_character_is_refused_by_name),
        context_test(a_whole_number_may_be_spelled_as_a_fraction),
        context_test(empty_zero_and_false_are_values),
        context_test(an_update_keeps_what_is_absent_and_clears_what_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
