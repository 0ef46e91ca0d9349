#include <chassis/context.h>
#include <chassis/fail.h>
#include <errno.h>

/* services.md 1.4 and the gRPC mapping of 1.12, in the order of FailCode. */
static const FailInfo infos[FAIL_CODE_COUNT] = {
    [FAIL_NONE] = { "NONE", 200, 0, 0 },
    [FAIL_INVALID_INPUT] = { "INVALID_INPUT", 400, 3, -EINVAL },
    [FAIL_INVALID_PARAMETER] = { "INVALID_PARAMETER", 400, 3, -EINVAL },
    [FAIL_VALIDATION_ERROR] = { "VALIDATION_ERROR", 400, 3, -EINVAL },
    [FAIL_UNAUTHORIZED] = { "UNAUTHORIZED", 401, 16, -EACCES },
    [FAIL_FORBIDDEN] = { "FORBIDDEN", 403, 7, -EPERM },
    [FAIL_NOT_FOUND] = { "NOT_FOUND", 404, 5, -ENOENT },
    [FAIL_METHOD_NOT_ALLOWED] = { "METHOD_NOT_ALLOWED", 405, 12, -EOPNOTSUPP },
    [FAIL_ALREADY_EXISTS] = { "ALREADY_EXISTS", 409, 6, -EEXIST },
    [FAIL_CONFLICT] = { "CONFLICT", 409, 10, -EBUSY },
    [FAIL_INSUFFICIENT_STOCK] = { "INSUFFICIENT_STOCK", 409, 9, -EBUSY },
    [FAIL_PRICE_CHANGED] = { "PRICE_CHANGED", 409, 9, -EBUSY },
    [FAIL_INVALID_TRANSITION] = { "INVALID_TRANSITION", 409, 9, -EBUSY },
    [FAIL_IN_PROGRESS] = { "IN_PROGRESS", 409, 9, -EBUSY },
    [FAIL_COUPON_REJECTED] = { "COUPON_REJECTED", 409, 9, -EBUSY },
    [FAIL_GONE] = { "GONE", 410, 9, -ESTALE },
    [FAIL_PAYLOAD_TOO_LARGE] = { "PAYLOAD_TOO_LARGE", 413, 8, -EFBIG },
    [FAIL_UNSUPPORTED_MEDIA_TYPE] = { "UNSUPPORTED_MEDIA_TYPE", 415, 3, -EPROTOTYPE },
    [FAIL_PAYMENT_FAILED] = { "PAYMENT_FAILED", 422, 9, -EKEYREJECTED },
    [FAIL_IDEMPOTENCY_MISMATCH] = { "IDEMPOTENCY_MISMATCH", 422, 9, -EKEYREJECTED },
    [FAIL_RATE_LIMITED] = { "RATE_LIMITED", 429, 8, -EDQUOT },
    [FAIL_INTERNAL_ERROR] = { "INTERNAL_ERROR", 500, 13, -EIO },
    [FAIL_BAD_GATEWAY] = { "BAD_GATEWAY", 502, 14, -EPROTO },
    [FAIL_SERVICE_UNAVAILABLE] = { "SERVICE_UNAVAILABLE", 503, 14, -EHOSTUNREACH },
    [FAIL_TIMEOUT] = { "TIMEOUT", 504, 4, -ETIMEDOUT },
};

const FailInfo *fail_info(FailCode code)
{
    return &infos[code];
}

FailCode fail_code_by_name(Str name)
{
    for (int code = FAIL_NONE + 1; code < FAIL_CODE_COUNT; code++) {
        if (str_eq_cstr(name, infos[code].name)) {
            return (FailCode) code;
        }
    }
    return FAIL_NONE;
}

int fail(Context *ctx, FailCode code, const char *format, ...)
{
    Failure *failure = &ctx->failure;
    if (failure->code == FAIL_NONE) {
        va_list args;
        va_start(args, format);
        failure->code = code;
        failure->message = str_from(arena_vprintf(ctx->arena, format, args));
        va_end(args);
    }
    return infos[failure->code].code;
}

int fail_internal(Context *ctx, const char *format, ...)
{
    Failure *failure = &ctx->failure;
    if (failure->code == FAIL_NONE) {
        va_list args;
        va_start(args, format);
        failure->code = FAIL_INTERNAL_ERROR;
        failure->message = STR("an internal error occurred");
        failure->cause = str_from(arena_vprintf(ctx->arena, format, args));
        va_end(args);
    }
    return infos[failure->code].code;
}

void fail_field(Context *ctx, Str path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    FailField field = {
        .path = str_dup(ctx->arena, path),
        .message = str_from(arena_vprintf(ctx->arena, format, args)),
    };
    va_end(args);
    vec_push(&ctx->failure.fields, ctx->arena, field);
}

int fail_if_fields(Context *ctx)
{
    if (ctx->failure.fields.len == 0) {
        return 0;
    }
    return fail(ctx, FAIL_VALIDATION_ERROR, "the request body breaks a rule");
}

void fail_clear(Context *ctx)
{
    ctx->failure = (Failure) { 0 };
}
