/* What a handler asks about its principal. */
#include <chassis/auth.h>
#include <chassis/context.h>

#include "jwt.h"
#include "runtime.h"

static const char *const role_names[] = { "customer", "seller", "admin" };

bool role_parse(Str text, Role *ret_role)
{
    for (size_t i = 0; i < ARRAY_LEN(role_names); i++) {
        if (str_eq_cstr(text, role_names[i])) {
            *ret_role = (Role) i;
            return true;
        }
    }
    return false;
}

const char *role_name(Role role)
{
    return role_names[role];
}

bool auth_is_admin(const Context *ctx)
{
    const Principal *principal = &ctx->principal;
    return principal->kind == PRINCIPAL_SYSTEM ||
           (principal->kind == PRINCIPAL_USER && principal->role == ROLE_ADMIN);
}

bool auth_is_service(const Context *ctx)
{
    return ctx->principal.kind == PRINCIPAL_SERVICE;
}

static bool is_user(const Context *ctx, Str user_id)
{
    const Principal *principal = &ctx->principal;
    return principal->kind == PRINCIPAL_USER && principal->user_id.len > 0 &&
           str_eq(principal->user_id, user_id);
}

int auth_require_owner(Context *ctx, Str user_id)
{
    if (auth_is_admin(ctx) || is_user(ctx, user_id)) {
        return 0;
    }
    return fail(ctx, FAIL_NOT_FOUND, "there is nothing with this id");
}

int auth_require_seller(Context *ctx, Str seller_id)
{
    if (auth_is_admin(ctx) || (ctx->principal.role == ROLE_SELLER && is_user(ctx, seller_id))) {
        return 0;
    }
    return fail(ctx, FAIL_FORBIDDEN, "this belongs to another seller");
}

int auth_require_self(Context *ctx, Str user_id)
{
    if (auth_is_admin(ctx) || auth_is_service(ctx) || is_user(ctx, user_id)) {
        return 0;
    }
    return fail(ctx, FAIL_FORBIDDEN, "user_id must be your own");
}

int auth_sign_token(Context *ctx, Str claims, Str *ret_token)
{
    *ret_token = jwt_sign(ctx->arena, ctx->worker->runtime->settings.jwt_secret, claims);
    return 0;
}

int auth_verify_token(Context *ctx, Str token, const TokenExpectation *expected, Node **ret_claims)
{
    const Settings *settings = &ctx->worker->runtime->settings;
    const JwtRules rules = {
        .secret = settings->jwt_secret,
        .previous_secret = settings->jwt_secret_previous,
        .issuer = "user-service",
        .audience = expected->audience,
        .type = expected->type,
        .now_s = clock_utc_us() / US_PER_S,
    };
    Error err = ERROR_INIT;
    if (jwt_verify(ctx->arena, token, &rules, ret_claims, &err) < 0) {
        return fail(ctx, FAIL_UNAUTHORIZED, "%s", err.message);
    }
    return 0;
}
