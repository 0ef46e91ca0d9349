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

/* When a token is valid, in UTC seconds. */
typedef struct JwtLife {
    double begins_s, ends_s;
} JwtLife;

typedef struct JwtToken {
    Str header, signature, signed_text; /* views of the token's text */
    Node *claims;                       /* on the arena */
} JwtToken;

/* Without a look at the signature: to choose the key by the claims. Nothing may be trusted yet. */
int jwt_read(Arena *arena, Str text, JwtToken *ret_token, Error *err);
/* Algorithm and signature, then iss, aud, typ, exp, nbf. -EACCES with what was wrong, for the log. */
int jwt_check(Arena *arena, const JwtToken *token, const JwtRules *rules, Error *err);
/* The claims nbf, which may be absent, and exp, which may not. */
int jwt_life(const Node *claims, JwtLife *ret_life, Error *err);
/* With the leeway; -EACCES before and after. `err` may be NULL. */
int jwt_check_life(const JwtLife *life, int64_t now_s, Error *err);
/* jwt_read and jwt_check. */
int jwt_verify(Arena *arena, Str text, const JwtRules *rules, Node **ret_claims, Error *err);
Str jwt_sign(Arena *arena, Str secret, Str claims);
