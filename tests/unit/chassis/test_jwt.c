#include "jwt.h"
#include "unit.h"

#define SECRET "a-secret-of-at-least-32-bytes-long"

static const JwtRules rules = {
    .secret = STR_INIT(SECRET),
    .issuer = "user-service",
    .audience = "ecommerce-api",
    .type = "access",
    .now_s = 1000,
};

static Str claims_with(Arena *arena, const char *changes)
{
    return str_printf(
        arena,
        "{\"iss\":\"user-service\",\"aud\":\"ecommerce-api\",\"typ\":\"access\",\"exp\":1100%s}",
        changes
    );
}

static bool is_accepted(Str token, const JwtRules *by)
{
    auto_arena Arena *arena = arena_new(0);
    Node *claims = NULL;
    Error err = ERROR_INIT;
    int rc = jwt_verify(arena, token, by, &claims, &err);
    assert_true(rc == 0 || (rc == -EACCES && err.message[0] != '\0'));
    return rc == 0;
}

static bool accepts_claims(const char *claims)
{
    auto_arena Arena *arena = arena_new(0);
    return is_accepted(jwt_sign(arena, STR(SECRET), str_from(claims)), &rules);
}

static void accepts_its_own_and_the_specification_s_example(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    assert_true(is_accepted(jwt_sign(arena, STR(SECRET), claims_with(arena, "")), &rules));
    assert_str(
        jwt_sign(arena, STR("secret"), STR("{\"a\":1}")),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.57TF7smP9XDhIexBqPC-F1toZReYZLWb_"
        "YRU5tv0sxM"
    );
}

static void accepts_a_list_of_audiences_and_fractions_of_seconds(void **state)
{
    (void) state;
    assert_true(accepts_claims("{\"iss\":\"user-service\",\"aud\":[\"x\",\"ecommerce-api\"],"
                               "\"typ\":\"access\",\"exp\":1100.5}"));
}

static void times_have_thirty_seconds_of_leeway(void **state)
{
    (void) state;
    static const struct {
        const char *times;
        bool accepted;
    } cases[] = {
        { "\"exp\":971", true },
        { "\"exp\":970", false },
        { "\"exp\":1100,\"nbf\":1030", true },
        { "\"exp\":1100,\"nbf\":1031", false },
        { "\"nbf\":1", false },
        { "\"exp\":\"1100\"", false },
        { "\"exp\":1100,\"nbf\":\"1\"", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        auto_arena Arena *arena = arena_new(0);
        char *claims = arena_printf(
            arena,
            "{\"iss\":\"user-service\",\"aud\":\"ecommerce-api\",\"typ\":\"access\",%s}",
            cases[i].times
        );
        assert_int_equal(accepts_claims(claims), cases[i].accepted);
    }
}

static void refuses_other_claims(void **state)
{
    (void) state;
    assert_false(
        accepts_claims("{\"iss\":\"x\",\"aud\":\"ecommerce-api\",\"typ\":\"access\",\"exp\":1100}")
    );
    assert_false(accepts_claims(
        "{\"iss\":\"user-service\",\"aud\":\"ecommerce-auth\",\"typ\":\"access\",\"exp\":1100}"
    ));
    assert_false(accepts_claims(
        "{\"iss\":\"user-service\",\"aud\":\"ecommerce-api\",\"typ\":\"refresh\",\"exp\":1100}"
    ));
    assert_false(accepts_claims("{}"));
    assert_false(accepts_claims("[]"));
    assert_false(accepts_claims("x"));
}

static Str with_header(Arena *arena, const char *header)
{
    StrBuf token = STRBUF_ON_ARENA(arena);
    Str good = jwt_sign(arena, STR(SECRET), claims_with(arena, ""));
    base64_add(&token, header, strlen(header), BASE64_URL);
    strbuf_add(&token, str_skip(good, str_find_char(good, '.')));
    return strbuf_str(&token);
}

static void refuses_other_algorithms_before_the_signature(void **state)
{
    (void) state;
    const char *headers[] = { "{\"alg\":\"none\"}",
                              "{\"alg\":\"HS512\"}",
                              "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
                              "{\"alg\":\"hs256\"}",
                              "{}",
                              "[]",
                              "x",
                              "{\"alg\":\"HS256\",\"crit\":[\"b64\"]}" };
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        auto_arena Arena *arena = arena_new(0);
        Node *claims;
        Error err = ERROR_INIT;
        assert_true(jwt_verify(arena, with_header(arena, headers[i]), &rules, &claims, &err) < 0);
        assert_null(strstr(err.message, "signature"));
    }
}

static void refuses_a_token_changed_in_any_byte(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    Str token = jwt_sign(arena, STR(SECRET), claims_with(arena, ""));
    for (size_t i = 0; i < token.len; i++) {
        char *copy = str_to_cstr(arena, token);
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        assert_false(is_accepted(str_from(copy), &rules));
        assert_false(is_accepted(str_slice(token, 0, i), &rules));
    }
}

static void the_previous_secret_verifies_too(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    Str token = jwt_sign(arena, STR("the-one-before"), claims_with(arena, ""));
    JwtRules rotated = rules;
    assert_false(is_accepted(token, &rotated));
    rotated.previous_secret = STR("the-one-before");
    assert_true(is_accepted(token, &rotated));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_its_own_and_the_specification_s_example),
        cmocka_unit_test(accepts_a_list_of_audiences_and_fractions_of_seconds),
        cmocka_unit_test(times_have_thirty_seconds_of_leeway),
        cmocka_unit_test(refuses_other_claims),
        cmocka_unit_test(refuses_other_algorithms_before_the_signature),
        cmocka_unit_test(refuses_a_token_changed_in_any_byte),
        cmocka_unit_test(the_previous_secret_verifies_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
