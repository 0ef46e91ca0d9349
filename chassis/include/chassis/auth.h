/* Who asks, and what they may do (services.md 1.8). Routes and methods state their access in their
 * table; the chassis verifies the token before the handler runs. What depends on a row (own, sell)
 * the handler asks here after it has read the row. */
#pragma once

#include <chassis/base.h>

typedef struct Context Context;

typedef enum PrincipalKind {
    PRINCIPAL_ANONYMOUS,
    PRINCIPAL_USER,
    PRINCIPAL_SERVICE, /* a service token: `service` names the caller */
    PRINCIPAL_SYSTEM,  /* a job, an event, a seed: no one asked */
} PrincipalKind;

typedef enum Role {
    ROLE_CUSTOMER,
    ROLE_SELLER,
    ROLE_ADMIN,
} Role;

typedef struct Principal {
    PrincipalKind kind;
    Role role;   /* users */
    Str user_id; /* users: lower-case UUID */
    Str email;
    Str service; /* services: "cart" */
} Principal;

typedef enum Access {
    ACCESS_PUBLIC, /* anyone; a bad token is refused all the same */
    ACCESS_USER,   /* any user */
    ACCESS_OWNER,  /* any user; the handler calls auth_require_owner */
    ACCESS_SELLER, /* seller or admin */
    ACCESS_SELL,   /* seller or admin; the handler calls auth_require_seller */
    ACCESS_ADMIN,
    ACCESS_SERVICE, /* a service of `callers`, or admin */
} Access;

bool auth_is_admin(const Context *ctx);
bool auth_is_service(const Context *ctx);
/* The row's user is the principal, or the principal is admin or system; otherwise NOT_FOUND, so
 * that existence is not revealed. */
int auth_require_owner(Context *ctx, Str user_id);
/* The row's seller is the principal and a seller, or the principal is admin; otherwise FORBIDDEN.
 */
int auth_require_seller(Context *ctx, Str seller_id);
/* For a user_id in a body or a query: the principal's own, or admin or service; otherwise
 * FORBIDDEN. */
int auth_require_self(Context *ctx, Str user_id);

bool role_parse(Str text, Role *ret_role);
const char *role_name(Role role);

/* Tokens that a service issues itself (user): HS256 with JWT_SECRET. `claims` is a JSON object. */
int auth_sign_token(Context *ctx, Str claims, Str *ret_token);
/* Verifies signature, iss, aud, typ, exp, nbf (30 s of leeway); fails with UNAUTHORIZED. The claims
 * live on the context's arena. */
typedef struct TokenExpectation {
    const char *audience; /* "ecommerce-api", "ecommerce-auth" */
    const char *type;     /* "access", "refresh" */
} TokenExpectation;
int auth_verify_token(Context *ctx, Str token, const TokenExpectation *expected, Node **ret_claims);
