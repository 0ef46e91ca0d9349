#include "token_cache.h"

#include <stdlib.h>

#include "base/map.h"

typedef struct Verified {
    Str token;
    JwtLife life;
    Principal principal;
    char texts[]; /* what the views above point into */
} Verified;

struct TokenCache {
    Map by_tail;
    Verified *ring[TOKEN_CACHE_MOST]; /* in the order they came */
    size_t next;
};

TokenCache *token_cache_new(void)
{
    return MEM_NEW(TokenCache);
}

void token_cache_free(TokenCache *cache)
{
    if (!cache) {
        return;
    }
    for (size_t i = 0; i < TOKEN_CACHE_MOST; i++) {
        free(cache->ring[i]);
    }
    map_done(&cache->by_tail);
    free(cache);
}

/* A token's last 128 bits and more are its signature's: as good as all of it for finding it, and a sixth of the
 * bytes to hash. */
static Str tail_of(Str token)
{
    enum { TAIL_CHARS = 22 };
    return str_skip(token, token.len > TAIL_CHARS ? token.len - TAIL_CHARS : 0);
}

bool token_cache_get(
    TokenCache *cache, Str token, int64_t now_s, Arena *arena, Principal *ret_principal
)
{
    const Verified *found = map_get(&cache->by_tail, tail_of(token));
    if (!found || !str_eq(found->token, token) || jwt_check_life(&found->life, now_s, NULL) < 0) {
        return false;
    }
    *ret_principal = found->principal;
    ret_principal->user_id = str_dup(arena, found->principal.user_id);
    ret_principal->email = str_dup(arena, found->principal.email);
    ret_principal->service = str_dup(arena, found->principal.service);
    return true;
}

static Str keep(char **at, Str text)
{
    if (text.len > 0) {
        memcpy(*at, text.ptr, text.len);
    }
    Str kept = str_make(*at, text.len);
    *at += text.len;
    return kept;
}

void token_cache_put(TokenCache *cache, Str token, const JwtLife *life, const Principal *principal)
{
    if (token.len > TOKEN_CACHE_TOKEN_BYTES || map_has(&cache->by_tail, tail_of(token))) {
        return;
    }
    size_t bytes =
        token.len + principal->user_id.len + principal->email.len + principal->service.len;
    Verified *verified = mem_alloc(sizeof *verified + bytes);
    char *at = verified->texts;
    verified->life = *life;
    verified->principal = *principal;
    verified->token = keep(&at, token);
    verified->principal.user_id = keep(&at, principal->user_id);
    verified->principal.email = keep(&at, principal->email);
    verified->principal.service = keep(&at, principal->service);
    Verified **place = &cache->ring[cache->next++ % TOKEN_CACHE_MOST];
    if (*place) {
        map_remove(&cache->by_tail, tail_of((*place)->token));
        free(*place);
    }
    *place = verified;
    map_set(&cache->by_tail, tail_of(verified->token), verified);
}
