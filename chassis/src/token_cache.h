/* TokenCache: who the tokens are that were verified a moment ago, so that the requests of one client
 * pay for one verification. One for each worker; bounded, the oldest goes first.
 *
 * A token is found by all of its bytes through a keyed hash: bytes are compared only when the hashes
 * are equal, so the time of a lookup tells a forger nothing. Validity in time is looked at anew. */
#pragma once

#include <chassis/auth.h>

#include "jwt.h"

typedef struct TokenCache TokenCache;

enum { TOKEN_CACHE_MOST = 256, TOKEN_CACHE_TOKEN_BYTES = 2048 };

TokenCache *token_cache_new(void);
void token_cache_free(TokenCache *cache);
/* True: the token was verified and is within its time; the principal's texts are on the arena. */
bool token_cache_get(
    TokenCache *cache, Str token, int64_t now_s, Arena *arena, Principal *ret_principal
);
/* Of a token that was verified just now. One that is too long is not kept. */
void token_cache_put(TokenCache *cache, Str token, const JwtLife *life, const Principal *principal);
