/* What the tests of lib/loop share. */
#pragma once

/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/mem.h"
#include "loop/fiber.h"
#include "loop/loop.h"

/* Runs with sanitizers cost more memory and time a fiber. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MANY_FIBERS = 1000 };
#else
enum { MANY_FIBERS = 5000 };
#endif

static inline Loop *new_loop(void)
{
    Loop *loop = NULL;
    assert_int_equal(loop_new(&loop, NULL), 0);
    return loop;
}

/* Runs fn(arg) as a fiber on a loop of its own, and frees the loop. */
static inline void run_on_fiber(FiberFn fn, void *arg)
{
    Loop *loop = new_loop();
    assert_int_equal(fiber_run_main(loop, fn, arg), 0);
    loop_free(loop);
}
