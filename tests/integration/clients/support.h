/* What the integration tests of clients share. */
#pragma once

#include "loop/fiber.h"
#include "loop/loop.h"

#include "servers.h"
#include "unit.h"

typedef void (*Body)(Loop *loop, TestServer *server, Arena *arena);

typedef struct Case {
    Loop *loop;
    TestServer *server;
    Body body;
} Case;

static inline void run_case(void *arg)
{
    Case *running = arg;
    Arena *arena = arena_new(0);
    running->body(running->loop, running->server, arena);
    arena_free(arena);
}

/* Runs the body as a fiber on a loop of its own; a fiber that hangs fails by its deadline. */
static inline void on_fiber(TestServer *server, Body body)
{
    Case running = { .server = server, .body = body };
    assert_int_equal(loop_new(&running.loop, NULL), 0);
    assert_int_equal(fiber_run_main(running.loop, run_case, &running), 0);
    loop_free(running.loop);
}

/* A test named `name` whose body `name##_body(loop, server, arena)` follows. */
#define CASE(name)                                                         \
    static void name##_body(Loop *loop, TestServer *server, Arena *arena); \
    static void name(void **state)                                         \
    {                                                                      \
        on_fiber(*state, name##_body);                                     \
    }                                                                      \
    static void name##_body(Loop *loop, TestServer *server, Arena *arena)

static TestServer *group_server;

static inline int give_server(void **state)
{
    *state = group_server;
    return 0;
}
static inline int stop_server(void **state)
{
    (void) state;
    server_stop(group_server);
    return 0;
}
/* The main of a program whose cases all use one server; skipped with the reason where it can't run.
 */
#define RUN_WITH_SERVER(name, start)                                                             \
    do {                                                                                         \
        const char *why_not_ = "";                                                               \
        group_server = start(&why_not_);                                                         \
        return group_server ? cmocka_run_group_tests_name(name, tests, give_server, stop_server) \
                            : unit_skip(why_not_);                                               \
    } while (0)
