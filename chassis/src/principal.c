#include "principal.h"

#include <chassis/ids.h>

#include "jwt.h"
#include "token_cache.h"

static const char user_issuer[] = "user-service";
static const char user_audience[] = "ecommerce-api";

static int refuse_token(Context *ctx, const char *why)
{
    /* The reason helps an honest client and tells a forger nothing that the format doesn't. */
    return fail(ctx, FAIL_UNAUTHORIZED, "%s", why);
}

static Str claim(const Node *claims, const char *name)
{
    return node_string_or(node_get_cstr(claims, name), STR(""));
}

static int read_user(Context *ctx, const Node *claims, Principal *ret_principal)
{
    Principal principal = { .kind = PRINCIPAL_USER, .email = claim(claims, "email") };
    bool complete = id_parse(ctx->arena, claim(claims, "user_id"), &principal.user_id) &&
                    str_eq_nocase(claim(claims, "sub"), principal.user_id) &&
                    role_parse(claim(claims, "role"), &principal.role) && principal.email.len > 0 &&
                    claim(claims, "jti").len > 0 && node_get_cstr(claims, "iat") &&
                    node_get_cstr(claims, "nbf");
    if (!complete) {
        return refuse_token(ctx, "the token lacks a claim");
    }
    *ret_principal = principal;
    return 0;
}

static int read_service(Context *ctx, const Node *claims, Principal *ret_principal)
{
    Principal principal = { .kind = PRINCIPAL_SERVICE, .service = claim(claims, "iss") };
    str_strip_suffix(&principal.service, STR("-service"));
    if (principal.service.len == 0) {
        return refuse_token(ctx, "the token lacks a claim");
    }
    *ret_principal = principal;
    return 0;
}

static int verify(Context *ctx, Str text, int64_t now_s, Principal *ret_principal)
{
    const Runtime *runtime = ctx->worker->runtime;
    Error err = ERROR_INIT;
    JwtToken token;
    if (jwt_read(ctx->arena, text, &token, &err) < 0) {
        return refuse_token(ctx, err.message);
    }
    const Node *claims = token.claims;
    bool is_service = str_eq(claim(claims, "typ"), STR("service"));
    JwtRules rules = {
        .secret = is_service ? runtime->settings.service_jwt_secret : runtime->settings.jwt_secret,
        .issuer = is_service ? NULL : user_issuer,
        .audience = is_service ? runtime->service.ptr : user_audience,
        .type = is_service ? "service" : "access",
        .now_s = now_s,
    };
    if (!is_service) {
        rules.previous_secret = runtime->settings.jwt_secret_previous;
    }
    if (jwt_check(ctx->arena, &token, &rules, &err) < 0) {
        return refuse_token(ctx, err.message);
    }
    TRY(is_service ? read_service(ctx, claims, ret_principal)
                   : read_user(ctx, claims, ret_principal));
    JwtLife life;
    if (jwt_life(claims, &life, &err) == 0) {
        token_cache_put(ctx->worker->tokens, text, &life, ret_principal);
    }
    return 0;
}

static int from_token(Work *work, Str text)
{
    Context *ctx = &work->ctx;
    Principal principal;
    int64_t now_s = clock_utc_us() / US_PER_S;
    if (!token_cache_get(ctx->worker->tokens, text, now_s, ctx->arena, &principal)) {
        TRY(verify(ctx, text, now_s, &principal));
    }
    work_set_principal(work, &principal);
    return 0;
}

static int from_dev_headers(Work *work, const Credentials *credentials)
{
    Context *ctx = &work->ctx;
    Principal principal = { .kind = PRINCIPAL_USER, .role = ROLE_ADMIN, .service = STR("dev") };
    if (credentials->user_id.len > 0) {
        principal = (Principal) { .kind = PRINCIPAL_USER, .role = ROLE_CUSTOMER };
        if (!id_parse(ctx->arena, credentials->user_id, &principal.user_id)) {
            return fail(ctx, FAIL_UNAUTHORIZED, "X-User-ID is no UUID");
        }
        if (credentials->user_role.len > 0 &&
            !role_parse(credentials->user_role, &principal.role)) {
            return fail(ctx, FAIL_UNAUTHORIZED, "X-User-Role is no role");
        }
    }
    work_set_principal(work, &principal);
    return 0;
}

int principal_from(Work *work, const Credentials *credentials)
{
    Context *ctx = &work->ctx;
    work_set_principal(work, &(Principal) { .kind = PRINCIPAL_ANONYMOUS });
    if (credentials->authorization.len > 0) {
        Str scheme;
        Str token;
        work->authorization = credentials->authorization;
        if (!str_cut(credentials->authorization, ' ', &scheme, &token) ||
            !str_eq_nocase(scheme, STR("Bearer"))) {
            return refuse_token(ctx, "Authorization must be a Bearer token");
        }
        return from_token(work, str_trim(token));
    }
    if (ctx->worker->runtime->settings.auth_mode == AUTH_MODE_DEV) {
        return from_dev_headers(work, credentials);
    }
    return 0;
}

static bool is_listed(const char *const *callers, Str service)
{
    for (size_t i = 0; callers && callers[i]; i++) {
        if (str_eq_cstr(service, callers[i])) {
            return true;
        }
    }
    return false;
}

static bool may_pass(const Principal *principal, Access access, const char *const *callers)
{
    bool is_user = principal->kind == PRINCIPAL_USER;
    switch (access) {
    case ACCESS_PUBLIC:
        return true;
    case ACCESS_USER:
    case ACCESS_OWNER:
        return is_user;
    case ACCESS_SELLER:
    case ACCESS_SELL:
        return is_user && principal->role >= ROLE_SELLER;
    case ACCESS_ADMIN:
        return is_user && principal->role == ROLE_ADMIN;
    case ACCESS_SERVICE:
        return (is_user && principal->role == ROLE_ADMIN) ||
               (principal->kind == PRINCIPAL_SERVICE && is_listed(callers, principal->service));
    }
    return false;
}

int access_check(Context *ctx, Access access, const char *const *callers)
{
    if (may_pass(&ctx->principal, access, callers)) {
        return 0;
    }
    if (ctx->principal.kind == PRINCIPAL_ANONYMOUS) {
        return fail(ctx, FAIL_UNAUTHORIZED, "a token is required");
    }
    return fail(ctx, FAIL_FORBIDDEN, "this is not permitted to you");
}
