/* Digests and their comparison (OpenSSL's libcrypto underneath). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { SHA256_BYTES = 32 };
void sha256(Str data, uint8_t ret_digest[static SHA256_BYTES]);
void hmac_sha256(Str key, Str data, uint8_t ret_digest[static SHA256_BYTES]);
Str sha256_hex(Arena *arena, Str data);

/* Incremental, for streams. */
typedef struct Sha256 Sha256;
Sha256 *sha256_new(void);
void sha256_add(Sha256 *hash, Str data);
void sha256_end(Sha256 *hash, uint8_t ret_digest[static SHA256_BYTES]); /* and frees */

/* Time does not depend on where the bytes differ. */
bool digest_equal(const void *a, const void *b, size_t size);
