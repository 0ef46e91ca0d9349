/* chassis tokens: no bytes are accepted that were not signed here. */
#include "jwt.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str token = str_make((const char *) data, size);
    const JwtRules rules = {
        .secret = STR("a secret that no input knows"),
        .previous_secret = STR("nor this one"),
        .issuer = "user-service",
        .audience = "ecommerce-api",
        .type = "access",
        .now_s = 1000,
    };
    Error err = ERROR_INIT;
    Node *claims = NULL;
    int rc = jwt_verify(arena, token, &rules, &claims, &err);
    assert(rc < 0 && err.message[0] != '\0');
    JwtToken parts;
    jwt_read(arena, token, &parts, NULL);
    /* the same bytes as claims, signed: read, and refused or accepted, without harm */
    jwt_verify(arena, jwt_sign(arena, rules.secret, token), &rules, &claims, &err);
    return 0;
}
