/* Env: the environment that a node's process gets. Precedence: shell > .env > catalog. What the
 * catalog says is expanded here: loopback addresses, this machine's ports, the secrets' values. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "codec/dotenv.h"

#include "stack/place.h"
#include "stack/plan.h"

typedef struct EnvContext {
    const Place *place;
    const Plan *plan;
    EnvPairs dotenv;
    const char *const *shell; /* NULL-terminated NAME=value, of this process */
} EnvContext;
/* Reads .env beside the catalog, where there is one. */
int env_context_init(
    Arena *arena, const Place *place, const Plan *plan, EnvContext *ret_context, Error *err
);

/* The whole environment of a node, NULL-terminated, with its marker; SLIPWAY_ variables of the
 * shell are not handed on. */
int env_build(
    Arena *arena,
    const EnvContext *ctx,
    const PlanNode *node,
    const char *const **ret_envp,
    Error *err
);
/* Expands {ports.x}, {resource.x.…}, {service.x.url}, {env.X} as seen from `node`. */
int env_expand(
    Arena *arena, const EnvContext *ctx, const PlanNode *node, Str template, Str *ret, Error *err
);
