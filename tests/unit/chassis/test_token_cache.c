#include "token_cache.h"
#include "unit.h"

static const JwtLife life = { .begins_s = 1000, .ends_s = 2000 };
static const Principal someone = { .kind = PRINCIPAL_USER,
                                   .role = ROLE_SELLER,
                                   .user_id = STR_INIT("01900000-0000-7000-8000-000000000001"),
                                   .email = STR_INIT("a@x.test") };

static bool has(TokenCache *cache, Str token, int64_t now_s)
{
    auto_arena Arena *arena = arena_new(0);
    Principal found;
    return token_cache_get(cache, token, now_s, arena, &found);
}

static void a_verified_token_is_known_with_its_principal(void **state)
{
    (void) state;
    auto_arena Arena *arena = arena_new(0);
    TokenCache *cache = token_cache_new();
    char text[] = "head.claims.signature";
    Principal found = { 0 };
    token_cache_put(cache, str_from(text), &life, &someone);
    text[0] = 'x'; /* the cache has its own copy */
    assert_true(token_cache_get(cache, STR("head.claims.signature"), 1500, arena, &found));
    assert_int_equal(found.kind, PRINCIPAL_USER);
    assert_int_equal(found.role, ROLE_SELLER);
    assert_str(found.user_id, "01900000-0000-7000-8000-000000000001");
    assert_str(found.email, "a@x.test");
    assert_int_equal(found.service.len, 0);
    token_cache_free(cache);
    assert_str(found.email, "a@x.test"); /* and what it gave outlives it */
}

static void any_other_byte_is_another_token(void **state)
{
    (void) state;
    TokenCache *cache = token_cache_new();
    token_cache_put(cache, STR("head.claims.signature"), &life, &someone);
    static const Str others[] = { STR_INIT("head.claims.signaturE"),
                                  STR_INIT("head.claims.signatur"),
                                  STR_INIT("head.claims.signature="),
                                  STR_INIT("head.claims."),
                                  STR_INIT("") };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_false(has(cache, others[i], 1500));
    }
    token_cache_free(cache);
}

static void another_token_under_the_same_signature_is_unknown(void **state)
{
    (void) state;
    TokenCache *cache = token_cache_new();
    static const Str genuine = STR_INIT("head.claims.abcdefghijklmnopqrstuvwxyz0123456789");
    static const Str forged = STR_INIT("head.Claims.abcdefghijklmnopqrstuvwxyz0123456789");
    token_cache_put(cache, genuine, &life, &someone);
    assert_false(has(cache, forged, 1500));
    token_cache_put(cache, forged, &life, &someone);
    assert_true(has(cache, genuine, 1500));
    token_cache_free(cache);
}

static void its_time_is_looked_at_anew(void **state)
{
    (void) state;
    TokenCache *cache = token_cache_new();
    Str token = STR("token");
    token_cache_put(cache, token, &life, &someone);
    assert_false(has(cache, token, 1000 - JWT_LEEWAY_S - 1));
    assert_true(has(cache, token, 1000 - JWT_LEEWAY_S));
    assert_true(has(cache, token, 2000 + JWT_LEEWAY_S - 1));
    assert_false(has(cache, token, 2000 + JWT_LEEWAY_S));
    token_cache_free(cache);
}

static void the_oldest_goes_when_there_are_too_many(void **state)
{
    (void) state;
    enum { COUNT = 3 * TOKEN_CACHE_MOST };
    auto_arena Arena *arena = arena_new(0);
    TokenCache *cache = token_cache_new();
    for (int i = 0; i < COUNT; i++) {
        Str token = str_printf(arena, "token %d", i);
        token_cache_put(cache, token, &life, &someone);
        token_cache_put(cache, token, &life, &someone); /* one place is enough */
    }
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(
            has(cache, str_printf(arena, "token %d", i), 1500), i >= COUNT - TOKEN_CACHE_MOST
        );
    }
    token_cache_free(cache);
}

static void a_token_that_is_too_long_is_not_kept(void **state)
{
    (void) state;
    TokenCache *cache = token_cache_new();
    char text[TOKEN_CACHE_TOKEN_BYTES + 1];
    memset(text, 'a', sizeof text);
    token_cache_put(cache, str_make(text, sizeof text), &life, &someone);
    token_cache_put(cache, str_make(text, sizeof text - 1), &life, &someone);
    assert_false(has(cache, str_make(text, sizeof text), 1500));
    assert_true(has(cache, str_make(text, sizeof text - 1), 1500));
    token_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verified_token_is_known_with_its_principal),
        cmocka_unit_test(any_other_byte_is_another_token),
        cmocka_unit_test(another_token_under_the_same_signature_is_unknown),
        cmocka_unit_test(its_time_is_looked_at_anew),
        cmocka_unit_test(the_oldest_goes_when_there_are_too_many),
        cmocka_unit_test(a_token_that_is_too_long_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
