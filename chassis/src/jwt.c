#include "jwt.h"

#include <errno.h>

#include "codec/digest.h"

/* {"alg":"HS256","typ":"JWT"} */
static const char header_part[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

static int decode_object(Arena *arena, Str part, Node **ret_object, Error *err)
{
    StrBuf json = STRBUF_ON_ARENA(arena);
    Node *object = NULL;
    const JsonOptions options = { .max_bytes = JWT_MAX_BYTES, .max_depth = 8 };
    if (!base64_decode(&json, part, BASE64_URL) ||
        json_read_str(arena, strbuf_str(&json), &options, &object, NULL) < 0 ||
        !node_is_map(object)) {
        return error_set(err, -EACCES, "the token is malformed");
    }
    *ret_object = object;
    return 0;
}

static int check_header(Arena *arena, Str part, Error *err)
{
    if (str_eq_cstr(part, header_part)) {
        return 0;
    }
    Node *header;
    int rc = decode_object(arena, part, &header, err);
    if (rc < 0) {
        return rc;
    }
    Str type = node_string_or(node_get_cstr(header, "typ"), STR("JWT"));
    if (!str_eq(node_string_or(node_get_cstr(header, "alg"), STR("")), STR("HS256")) ||
        !str_eq_nocase(type, STR("JWT")) || node_get_cstr(header, "crit")) {
        return error_set(err, -EACCES, "the token's algorithm is not HS256");
    }
    return 0;
}

static bool signature_fits(Str secret, Str text, const StrBuf *signature)
{
    uint8_t digest[SHA256_BYTES];
    hmac_sha256(secret, text, digest);
    return signature->len == SHA256_BYTES && digest_equal(digest, signature->ptr, SHA256_BYTES);
}

static int check_signature(Arena *arena, const JwtToken *token, const JwtRules *rules, Error *err)
{
    StrBuf signature = STRBUF_ON_ARENA(arena);
    bool fits = base64_decode(&signature, token->signature, BASE64_URL);
    if (fits && !signature_fits(rules->secret, token->signed_text, &signature)) {
        fits = rules->previous_secret.len > 0 &&
               signature_fits(rules->previous_secret, token->signed_text, &signature);
    }
    return fits ? 0 : error_set(err, -EACCES, "the token's signature is wrong");
}

/* "aud" may be a string or a list of them (RFC 7519 section 4.1.3). */
static bool has_audience(const Node *claim, Str wanted)
{
    if (!node_is_seq(claim)) {
        return str_eq(node_string_or(claim, STR("")), wanted);
    }
    for (size_t i = 0; i < claim->seq.len; i++) {
        if (str_eq(node_string_or(claim->seq.items[i], STR("")), wanted)) {
            return true;
        }
    }
    return false;
}

/* NumericDate: a JSON number, possibly with a fraction. */
static bool numeric_date(const Node *claim, double *ret_seconds)
{
    if (claim && claim->kind == NODE_INT) {
        *ret_seconds = (double) claim->integer;
        return true;
    }
    if (claim && claim->kind == NODE_FLOAT) {
        *ret_seconds = claim->real;
        return true;
    }
    return false;
}

int jwt_life(const Node *claims, JwtLife *ret_life, Error *err)
{
    JwtLife life = { 0 };
    if (!numeric_date(node_get_cstr(claims, "exp"), &life.ends_s)) {
        return error_set(err, -EACCES, "the token has no expiry");
    }
    const Node *not_before = node_get_cstr(claims, "nbf");
    if (not_before && !numeric_date(not_before, &life.begins_s)) {
        return error_set(err, -EACCES, "the token is malformed");
    }
    *ret_life = life;
    return 0;
}

int jwt_check_life(const JwtLife *life, int64_t now_s, Error *err)
{
    double now = (double) now_s;
    if (now >= life->ends_s + JWT_LEEWAY_S) {
        return error_set(err, -EACCES, "the token has expired");
    }
    if (now + JWT_LEEWAY_S < life->begins_s) {
        return error_set(err, -EACCES, "the token is not valid yet");
    }
    return 0;
}

static int check_claims(const Node *claims, const JwtRules *rules, Error *err)
{
    Str issuer = node_string_or(node_get_cstr(claims, "iss"), STR(""));
    if (rules->issuer && !str_eq_cstr(issuer, rules->issuer)) {
        return error_set(err, -EACCES, "the token is from another issuer");
    }
    if (!has_audience(node_get_cstr(claims, "aud"), str_from(rules->audience))) {
        return error_set(err, -EACCES, "the token is for another audience");
    }
    Str type = node_string_or(node_get_cstr(claims, "typ"), STR(""));
    if (!str_eq_cstr(type, rules->type)) {
        return error_set(err, -EACCES, "the token is of another type");
    }
    JwtLife life;
    int rc = jwt_life(claims, &life, err);
    return rc == 0 ? jwt_check_life(&life, rules->now_s, err) : rc;
}

int jwt_read(Arena *arena, Str text, JwtToken *ret_token, Error *err)
{
    size_t first = str_find_char(text, '.');
    size_t last = str_rfind_char(text, '.');
    if (text.len > JWT_MAX_BYTES || first == STR_NONE || first == last) {
        return error_set(err, -EACCES, "the token is malformed");
    }
    JwtToken token = {
        .header = str_slice(text, 0, first),
        .signature = str_skip(text, last + 1),
        .signed_text = str_slice(text, 0, last),
    };
    int rc = decode_object(arena, str_slice(text, first + 1, last), &token.claims, err);
    if (rc == 0) {
        *ret_token = token;
    }
    return rc;
}

int jwt_check(Arena *arena, const JwtToken *token, const JwtRules *rules, Error *err)
{
    int rc = check_header(arena, token->header, err);
    if (rc == 0) {
        rc = check_signature(arena, token, rules, err);
    }
    return rc == 0 ? check_claims(token->claims, rules, err) : rc;
}

int jwt_verify(Arena *arena, Str text, const JwtRules *rules, Node **ret_claims, Error *err)
{
    JwtToken token;
    int rc = jwt_read(arena, text, &token, err);
    if (rc == 0) {
        rc = jwt_check(arena, &token, rules, err);
    }
    if (rc == 0) {
        *ret_claims = token.claims;
    }
    return rc;
}

Str jwt_sign(Arena *arena, Str secret, Str claims)
{
    StrBuf token = STRBUF_ON_ARENA(arena);
    strbuf_add_cstr(&token, header_part);
    strbuf_add_char(&token, '.');
    base64_add(&token, claims.ptr, claims.len, BASE64_URL);
    uint8_t digest[SHA256_BYTES];
    hmac_sha256(secret, strbuf_str(&token), digest);
    strbuf_add_char(&token, '.');
    base64_add(&token, digest, sizeof digest, BASE64_URL);
    return strbuf_str(&token);
}
