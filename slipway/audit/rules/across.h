/* What the rules across artifacts share. */
#pragma once

#include "audit/repository/repository.h"
#include "audit/rule.h"

/* Findings until across_leave are about this container: its object is named. */
static inline void across_enter(RuleContext *ctx, const RepoContainer *place)
{
    ctx->bundle = place->bundle;
    ctx->object = place->object;
    ctx->container = place->container;
}

static inline void across_leave(RuleContext *ctx)
{
    ctx->bundle = NULL;
    ctx->object = NULL;
    ctx->container = NULL;
}

/* The other end of a finding. */
#define across_relate(ctx, diag, place, ...) \
    (span_is_known(place) ? diag_relate((ctx)->diags, (diag), (place), __VA_ARGS__) : (void) 0)

/* The text of `node` as a number of a port; 0 where it is none. */
static inline unsigned across_port(Str text)
{
    uint64_t port = 0;
    return str_to_uint64(text, &port) && port <= 65535 ? (unsigned) port : 0;
}

/* "a", "a and b", "a, b and c" */
Str across_join(Arena *arena, const Str *names, size_t count);
