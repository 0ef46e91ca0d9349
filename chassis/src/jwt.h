/* JSON Web Tokens, HS256 only (RFC 7519, RFC 7515). Any other algorithm is refused before a key is
 * touched; signatures are compared in constant time. */
#pragma once

#include <chassis/base.h>

enum { JWT_LEEWAY_S = 30, JWT_MAX_BYTES = 8192 };

typedef struct JwtRules {
    Str secret;
    Str previous_secret; /* empty: none; verifies only */
    const char *issuer;  /* NULL: not checked here */
    const char *audience;
    const char *type; /* the claim "typ" */
    int64_t now_s;    /* UTC seconds */
} JwtRules;

/* Signature, then iss, aud, typ, exp, nbf. -EACCES with what was wrong, for the log; claims on the
 * arena. */
int jwt_verify(Arena *arena, Str token, const JwtRules *rules, Node **ret_claims, Error *err);
/* Without a look at the signature: to choose the key by the claims. Nothing may be trusted. */
int jwt_peek(Arena *arena, Str token, Node **ret_claims, Error *err);
Str jwt_sign(Arena *arena, Str secret, Str claims);
