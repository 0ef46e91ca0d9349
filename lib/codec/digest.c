#include "codec/digest.h"

#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"

_Static_assert(SHA256_BYTES == SHA256_DIGEST_LENGTH, "the digest is libcrypto's");

/* libcrypto fails here only when it has no memory left or isn't there at all. */
static void must(int is_fine)
{
    if (is_fine != 1) {
        abort();
    }
}

/* Fetched once: OpenSSL looks a digest up by name and properties, which costs more than the digest
 * of a short text. It lives as long as the program. */
static EVP_MD *sha256_method;

static void fetch_sha256(void)
{
    sha256_method = EVP_MD_fetch(NULL, "SHA256", NULL);
    must(sha256_method != NULL);
}

void sha256(Str data, uint8_t ret_digest[static SHA256_BYTES])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch_sha256);
    must(EVP_Digest(data.ptr, data.len, ret_digest, NULL, sha256_method, NULL));
}

void hmac_sha256(Str key, Str data, uint8_t ret_digest[static SHA256_BYTES])
{
    assert(key.len <= INT_MAX);
    /* a NULL key means "the key of the last call" to HMAC */
    const char *key_bytes = key.ptr ? key.ptr : "";
    unsigned len = 0;
    const unsigned char *done = HMAC(
        EVP_sha256(),
        key_bytes,
        (int) key.len,
        (const unsigned char *) data.ptr,
        data.len,
        ret_digest,
        &len
    );
    must(done != NULL && len == SHA256_BYTES);
}

Str sha256_hex(Arena *arena, Str data)
{
    uint8_t digest[SHA256_BYTES];
    sha256(data, digest);
    StrBuf text = STRBUF_ON_ARENA(arena);
    hex_add(&text, digest, sizeof(digest));
    return strbuf_str(&text);
}

/* EVP_MD_CTX under a name of ours, so that no caller includes OpenSSL. */
static EVP_MD_CTX *context_of(Sha256 *hash)
{
    return (EVP_MD_CTX *) (void *) hash;
}

Sha256 *sha256_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    must(context != NULL);
    must(EVP_DigestInit_ex(context, EVP_sha256(), NULL));
    return (Sha256 *) (void *) context;
}

void sha256_add(Sha256 *hash, Str data)
{
    must(EVP_DigestUpdate(context_of(hash), data.ptr, data.len));
}

void sha256_end(Sha256 *hash, uint8_t ret_digest[static SHA256_BYTES])
{
    must(EVP_DigestFinal_ex(context_of(hash), ret_digest, NULL));
    EVP_MD_CTX_free(context_of(hash));
}

bool digest_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}
