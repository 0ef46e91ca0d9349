/* A context with nothing but its memory: enough for what decodes, checks and fails. */
#pragma once

#include "unit.h" /* first: see below */

/* cmocka's macro of this name hides the chassis' function */
#undef fail

#include <chassis/context.h>

static inline int set_up_context(void **state)
{
    Context *ctx = MEM_NEW(Context);
    ctx->arena = arena_new(0);
    *state = ctx;
    return 0;
}

static inline int tear_down_context(void **state)
{
    Context *ctx = *state;
    arena_free(ctx->arena);
    free(ctx);
    return 0;
}

#define context_test(function) \
    cmocka_unit_test_setup_teardown(function, set_up_context, tear_down_context)
