/* Fail: why a request, a call or an event could not be served, in the contract's own codes
 * (services.md 1.4). The first failure that a Context is given is the one that the client sees, as
 * the error envelope over HTTP and as status and trailers over gRPC; what the log says may be more.
 *
 *     if (product.archived) {
 *         return fail(ctx, FAIL_INVALID_TRANSITION, "an archived product can't become a draft");
 *     }
 *
 * A function that returns a negative errno without a fail() before it becomes INTERNAL_ERROR (or
 * TIMEOUT for -ETIMEDOUT): its cause goes to the log, never to the client. */
#pragma once

#include <chassis/base.h>

typedef struct Context Context;

typedef enum FailCode {
    FAIL_NONE,
    FAIL_INVALID_INPUT,
    FAIL_INVALID_PARAMETER,
    FAIL_VALIDATION_ERROR,
    FAIL_UNAUTHORIZED,
    FAIL_FORBIDDEN,
    FAIL_NOT_FOUND,
    FAIL_METHOD_NOT_ALLOWED,
    FAIL_ALREADY_EXISTS,
    FAIL_CONFLICT,
    FAIL_INSUFFICIENT_STOCK,
    FAIL_PRICE_CHANGED,
    FAIL_INVALID_TRANSITION,
    FAIL_IN_PROGRESS,
    FAIL_COUPON_REJECTED,
    FAIL_GONE,
    FAIL_PAYLOAD_TOO_LARGE,
    FAIL_UNSUPPORTED_MEDIA_TYPE,
    FAIL_PAYMENT_FAILED,
    FAIL_IDEMPOTENCY_MISMATCH,
    FAIL_RATE_LIMITED,
    FAIL_INTERNAL_ERROR,
    FAIL_BAD_GATEWAY,
    FAIL_SERVICE_UNAVAILABLE,
    FAIL_TIMEOUT,
    FAIL_CODE_COUNT,
} FailCode;

typedef struct FailInfo {
    const char *name; /* "NOT_FOUND" */
    int http_status;  /* 404 */
    int grpc_status;  /* 5 */
    int code;         /* the negative errno that fail() returns: -ENOENT */
} FailInfo;

const FailInfo *fail_info(FailCode code);
/* FAIL_NONE when there is no such name. */
FailCode fail_code_by_name(Str name);

typedef struct FailField {
    Str path; /* JSON path: items[2].quantity */
    Str message;
} FailField;

typedef struct Failure {
    FailCode code;
    Str message;           /* for the client */
    Str cause;             /* for the log; may be empty */
    int64_t retry_after_s; /* > 0: a Retry-After header */
    VEC(FailField) fields;
} Failure;

/* All return a negative errno, so that a caller can return the call. */
int fail(Context *ctx, FailCode code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* INTERNAL_ERROR; the text is for the log alone. */
int fail_internal(Context *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes a broken rule of the body and goes on; fail_if_fields ends the validation: 0 when none was
 * noted. */
void fail_field(Context *ctx, Str path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int fail_if_fields(Context *ctx);
/* Forgets a failure that the caller has dealt with. */
void fail_clear(Context *ctx);
