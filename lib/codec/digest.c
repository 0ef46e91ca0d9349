/* SHA-256 by libcrypto's direct functions. Its EVP interface looks every algorithm up by name and reads
 * a configuration first, which costs a short command more than all that it hashes; OpenSSL 3 calls the
 * direct functions deprecated and keeps them. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "codec/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/text.h"

_Static_assert(SHA256_BYTES == SHA256_DIGEST_LENGTH, "the digest is libcrypto's");

enum { BLOCK_BYTES = SHA256_CBLOCK, INNER_PAD = 0x36, OUTER_PAD = 0x5c };

struct Sha256 {
    SHA256_CTX context;
};

/* libcrypto fails here only when it isn't there at all. */
static void must(int is_fine)
{
    if (is_fine != 1) {
        abort();
    }
}

static void start(Sha256 *hash)
{
    must(SHA256_Init(&hash->context));
}

static void finish(Sha256 *hash, uint8_t ret_digest[static SHA256_BYTES])
{
    must(SHA256_Final(ret_digest, &hash->context));
}

void sha256(Str data, uint8_t ret_digest[static SHA256_BYTES])
{
    Sha256 hash;
    start(&hash);
    sha256_add(&hash, data);
    finish(&hash, ret_digest);
}

/* The key as one block: longer ones by their digest (RFC 2104 section 2). */
static void key_block(Str key, uint8_t ret_block[static BLOCK_BYTES])
{
    memset(ret_block, 0, BLOCK_BYTES);
    if (key.len > BLOCK_BYTES) {
        sha256(key, ret_block);
    } else if (key.len > 0) {
        memcpy(ret_block, key.ptr, key.len);
    }
}

/* The digest of the block, each byte with pad, and the data behind it. */
static void padded(
    const uint8_t block[static BLOCK_BYTES],
    uint8_t pad,
    Str data,
    uint8_t ret_digest[static SHA256_BYTES]
)
{
    uint8_t mixed[BLOCK_BYTES];
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        mixed[i] = block[i] ^ pad;
    }
    Sha256 hash;
    start(&hash);
    sha256_add(&hash, str_make((const char *) mixed, BLOCK_BYTES));
    sha256_add(&hash, data);
    finish(&hash, ret_digest);
    OPENSSL_cleanse(mixed, sizeof mixed);
}

void hmac_sha256(Str key, Str data, uint8_t ret_digest[static SHA256_BYTES])
{
    uint8_t block[BLOCK_BYTES], inner[SHA256_BYTES];
    key_block(key, block);
    padded(block, INNER_PAD, data, inner);
    padded(block, OUTER_PAD, str_make((const char *) inner, SHA256_BYTES), ret_digest);
    OPENSSL_cleanse(block, sizeof block);
}

Str sha256_hex(Arena *arena, Str data)
{
    uint8_t digest[SHA256_BYTES];
    sha256(data, digest);
    StrBuf text = STRBUF_ON_ARENA(arena);
    hex_add(&text, digest, sizeof(digest));
    return strbuf_str(&text);
}

Sha256 *sha256_new(void)
{
    Sha256 *hash = MEM_NEW(Sha256);
    start(hash);
    return hash;
}

void sha256_add(Sha256 *hash, Str data)
{
    must(SHA256_Update(&hash->context, data.ptr, data.len));
}

void sha256_end(Sha256 *hash, uint8_t ret_digest[static SHA256_BYTES])
{
    finish(hash, ret_digest);
    free(hash);
}

bool digest_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}
