/* From credentials to a Principal; the same for HTTP and gRPC. */
#pragma once

#include <chassis/auth.h>

#include "work.h"

typedef struct Credentials {
    Str authorization;      /* the header's value; empty: none */
    Str user_id, user_role; /* X-User-*: believed with AUTH_MODE=dev only */
} Credentials;

/* Fails with UNAUTHORIZED for a token that is present and not valid. */
int principal_from(Work *work, const Credentials *credentials);
/* Whether the principal of ctx may pass; fails with UNAUTHORIZED or FORBIDDEN. */
int access_check(Context *ctx, Access access, const char *const *callers);
/* A token for calls to `peer`, made anew after 45 s (services.md 1.8). */
Str service_token(Context *ctx, const char *peer);
