/* What Postgres says, in the contract's codes (services.md 1.4). */
#include <errno.h>

#include "db.h"

/* "products_slug_key" says nothing to a client; its columns do, and the convention of the names has
 * them. */
static int fail_exists(Context *ctx, const PgError *err)
{
    Str constraint = str_from(err->constraint);
    str_strip_prefix(&constraint, str_from(err->table));
    str_strip_prefix(&constraint, STR("_"));
    str_strip_suffix(&constraint, STR("_key"));
    str_strip_suffix(&constraint, STR("_pkey"));
    if (constraint.len == 0) {
        return fail(ctx, FAIL_ALREADY_EXISTS, "it exists already");
    }
    return fail(
        ctx, FAIL_ALREADY_EXISTS, "it exists already (same %" STR_FMT ")", STR_ARG(constraint)
    );
}

int db_fail(Context *ctx, const PgError *err)
{
    switch (err->kind) {
    case PG_UNIQUE_VIOLATION:
        return fail_exists(ctx, err);
    case PG_FOREIGN_KEY_VIOLATION:
        return fail(ctx, FAIL_NOT_FOUND, "something it refers to does not exist");
    case PG_CHECK_VIOLATION:
    case PG_NOT_NULL_VIOLATION:
    case PG_BAD_DATA:
        context_log(ctx, LOG_WARN, "the database refused a value: %s", err->error.message);
        return fail(ctx, FAIL_INVALID_INPUT, "a value is out of its range");
    case PG_SERIALIZATION:
    case PG_LOCK_TIMEOUT:
        return fail(ctx, FAIL_CONFLICT, "someone else changed it at the same time; try again");
    case PG_TIMEOUT:
        return fail(ctx, FAIL_TIMEOUT, "the database took too long");
    case PG_CANCELED:
        return -ECANCELED;
    case PG_UNAVAILABLE:
    case PG_LOST:
        context_log(ctx, LOG_WARN, "database: %s", err->error.message);
        ctx->failure.retry_after_s = 1;
        return fail(ctx, FAIL_SERVICE_UNAVAILABLE, "the database is not available");
    case PG_ERROR_NONE:
    case PG_OTHER:
        break;
    }
    return fail_internal(ctx, "database: %s (%s)", err->error.message, err->sqlstate);
}
