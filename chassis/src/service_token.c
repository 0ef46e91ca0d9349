/* Service tokens: valid 60 s, reused for 45 s, one for each peer and worker. */
#include "base/map.h"

#include "jwt.h"
#include "principal.h"

enum { TOKEN_LIFE_S = 60, TOKEN_REUSE_S = 45, TOKEN_BYTES = 512 };

typedef struct ServiceToken {
    int64_t reuse_until_s;
    size_t len;
    char text[TOKEN_BYTES];
} ServiceToken;

static Str sign(Context *ctx, const char *peer, int64_t now_s)
{
    const Runtime *runtime = ctx->worker->runtime;
    StrBuf claims = STRBUF_ON_ARENA(ctx->arena);
    JsonWriter w = json_writer(&claims, 0);
    json_begin_object(&w);
    json_field_string(&w, "iss", runtime->service);
    json_field_string(&w, "aud", str_printf(ctx->arena, "%s-service", peer));
    json_field_string(&w, "typ", STR("service"));
    json_field_int(&w, "iat", now_s);
    json_field_int(&w, "exp", now_s + TOKEN_LIFE_S);
    json_end_object(&w);
    Str token = jwt_sign(ctx->arena, runtime->settings.service_jwt_secret, strbuf_str(&claims));
    return str_concat(ctx->arena, STR("Bearer "), token);
}

Str service_token(Context *ctx, const char *peer)
{
    Worker *worker = ctx->worker;
    int64_t now_s = clock_utc_us() / US_PER_S;
    Str key = str_from(peer);
    ServiceToken *kept = map_get(&worker->service_tokens, key);
    if (kept && now_s < kept->reuse_until_s) {
        return str_dup(ctx->arena, str_make(kept->text, kept->len));
    }
    Str token = sign(ctx, peer, now_s);
    if (token.len > TOKEN_BYTES) {
        return token;
    }
    if (!kept) {
        kept = ARENA_NEW(worker->arena, ServiceToken);
        map_set(&worker->service_tokens, str_dup(worker->arena, key), kept);
    }
    memcpy(kept->text, token.ptr, token.len);
    kept->len = token.len;
    kept->reuse_until_s = now_s + TOKEN_REUSE_S;
    return token;
}
