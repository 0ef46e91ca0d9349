/* StackPool: memory for fibers' stacks. Each is mapped with a guard page below, so that an overflow
 * faults. Freed stacks of the usual size are kept: some as they are, some without their pages, the
 * rest is given back to the system. */
#pragma once

#include <stddef.h>

#include "base/vec.h"

typedef struct Stack {
    void *base;  /* lowest usable byte; the guard page is below */
    size_t size; /* a multiple of the page size */
} Stack;

typedef struct StackPool {
    VEC(void *) warm; /* bases, pages still there */
    VEC(void *) cold; /* bases, pages given back */
} StackPool;

enum {
    STACK_DEFAULT_BYTES = 64 * 1024,
    STACK_MOST_WARM = 256,
    STACK_MOST_COLD = 2048,
};

/* bytes 0: the default. -ENOMEM, also when the process has no more mappings. */
int stack_take(StackPool *pool, size_t bytes, Stack *ret_stack);
void stack_give(StackPool *pool, Stack stack);
void stack_pool_done(StackPool *pool);
