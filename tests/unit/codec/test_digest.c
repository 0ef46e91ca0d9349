#include "base/text.h"
#include "codec/digest.h"

#include "unit.h"

/* FIPS 180-4 examples. */
static void digests_the_examples_of_the_standard(void **state)
{
    assert_str(
        sha256_hex(*state, STR("abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_str(
        sha256_hex(*state, (Str) { 0 }),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

static void a_stream_gives_the_digest_of_the_whole(void **state)
{
    StrBuf text = STRBUF_ON_ARENA(*state);
    Sha256 *hash = sha256_new();
    for (size_t i = 0; i < 300; i++) {
        size_t before = text.len;
        strbuf_add_repeat(&text, (char) ('a' + i % 26), i);
        sha256_add(hash, str_skip(strbuf_str(&text), before));
    }
    uint8_t streamed[SHA256_BYTES];
    uint8_t whole[SHA256_BYTES];
    sha256_end(hash, streamed);
    sha256(strbuf_str(&text), whole);
    assert_memory_equal(streamed, whole, SHA256_BYTES);
}

static void assert_hmac(Arena *arena, Str key, Str data, const char *expected)
{
    uint8_t digest[SHA256_BYTES];
    hmac_sha256(key, data, digest);
    StrBuf hex = STRBUF_ON_ARENA(arena);
    hex_add(&hex, digest, sizeof(digest));
    assert_str(strbuf_str(&hex), expected);
}

/* RFC 4231, test cases 2 and 6; the last is RFC 2104 with nothing in it. */
static void authenticates_the_examples_of_the_standard(void **state)
{
    assert_hmac(
        *state,
        STR("Jefe"),
        STR("what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    StrBuf key = STRBUF_ON_ARENA(*state);
    strbuf_add_repeat(&key, '\xaa', 131);
    assert_hmac(
        *state,
        strbuf_str(&key),
        STR("Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
    assert_hmac(
        *state,
        (Str) { 0 },
        (Str) { 0 },
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    );
}

static void compares_every_byte(void **state)
{
    (void) state;
    assert_true(digest_equal("abc", "abc", 3));
    assert_false(digest_equal("abc", "abd", 3));
    assert_false(digest_equal("abc", "bbc", 3));
    assert_true(digest_equal("abc", "xyz", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(digests_the_examples_of_the_standard),
        arena_test(a_stream_gives_the_digest_of_the_whole),
        arena_test(authenticates_the_examples_of_the_standard),
        arena_test(compares_every_byte),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
