#include <errno.h>

#include "support.h"

static void the_first_failure_stands(void **state)
{
    Context *ctx = *state;
    assert_int_equal(fail(ctx, FAIL_NOT_FOUND, "no %s", "lamp"), -ENOENT);
    assert_int_equal(fail(ctx, FAIL_CONFLICT, "later"), -ENOENT);
    assert_int_equal(ctx->failure.code, FAIL_NOT_FOUND);
    assert_str(ctx->failure.message, "no lamp");
    fail_clear(ctx);
    assert_int_equal(ctx->failure.code, FAIL_NONE);
}

static void an_internal_failure_hides_its_cause(void **state)
{
    Context *ctx = *state;
    assert_int_equal(fail_internal(ctx, "disk %d", 3), -EIO);
    assert_str(ctx->failure.message, "an internal error occurred");
    assert_str(ctx->failure.cause, "disk 3");
}

static void fields_are_collected_and_fail_together(void **state)
{
    Context *ctx = *state;
    assert_int_equal(fail_if_fields(ctx), 0);
    fail_field(ctx, STR("a"), "is required");
    fail_field(ctx, STR("b[1].c"), "must be %d", 2);
    assert_int_equal(fail_if_fields(ctx), -EINVAL);
    assert_int_equal(ctx->failure.code, FAIL_VALIDATION_ERROR);
    assert_int_equal(ctx->failure.fields.len, 2);
    assert_str(ctx->failure.fields.ptr[1].path, "b[1].c");
}

static void every_code_has_a_name_a_status_and_an_errno(void **state)
{
    (void) state;
    for (int code = FAIL_NONE + 1; code < FAIL_CODE_COUNT; code++) {
        const FailInfo *info = fail_info((FailCode) code);
        assert_int_equal(fail_code_by_name(str_from(info->name)), code);
        assert_in_range(info->http_status, 400, 599);
        assert_in_range(info->grpc_status, 1, 16);
        assert_true(info->code < 0);
    }
    assert_int_equal(fail_code_by_name(STR("NONE")), FAIL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        context_test(the_first_failure_stands),
        context_test(an_internal_failure_hides_its_cause),
        context_test(fields_are_collected_and_fail_together),
        cmocka_unit_test(every_code_has_a_name_a_status_and_an_errno),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
