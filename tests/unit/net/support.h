/* One loop with a server and raw clients on it, for the tests of net. */
#pragma once

#include <string.h>

#include "loop/fiber.h"
#include "net/http_server.h"

#include "unit.h"

typedef struct Fixture {
    Loop *loop;
    Arena *arena;
    HttpServer *server;
    HttpServerOptions options; /* a test sets more before it starts the server */
    int handled;               /* requests that reached the handler */
    int ended;                 /* calls of on_end */
    int canceled;              /* handlers that were canceled while they waited */
    int errors;                /* calls of on_error */
    int last_error;
    void (*body)(struct Fixture *fixture);
} Fixture;

/* Runs the test, a function of a Fixture, on a fiber; the server, where it was started, is freed
 * after it. */
void fixture_run(void **state);
/* For the table of tests. */

#define net_test(name)                             \
    {                                              \
        #name, fixture_run, NULL, NULL, &(Fixture) \
        {                                          \
            .body = name                           \
        }                                          \
    }
/* Starts a server with the options on a free port. */
void fixture_start(Fixture *fixture);
Address fixture_address(const Fixture *fixture);

/* A client that sends what it is told. */
Stream *raw_connect(Fixture *fixture);
void raw_send(Stream *stream, Str data);
/* Reads until `count` occurrences of `text` have come, or the end. What was read so far. */
Str raw_read_until(Fixture *fixture, Stream *stream, Str text, size_t count);
Str raw_read_all(Fixture *fixture, Stream *stream);
/* Connects, sends, reads to the end. */
Str raw_talk(Fixture *fixture, Str request);

void assert_has(Str text, const char *part);
void assert_has_not(Str text, const char *part);
size_t count_of(Str text, const char *part);
/* What a test waits for anything; it costs nothing where all is well. */
enum { PATIENCE_MS = 20000 };
/* Turns the loop until the condition holds; fails the test when that takes too long. */
#define wait_for(condition)                                  \
    do {                                                     \
        Deadline limit_ = deadline_in_ms(PATIENCE_MS);       \
        while (!(condition)) {                               \
            if (clock_monotonic_ns() > limit_) {             \
                fail_msg("never came true: %s", #condition); \
            }                                                \
            fiber_sleep_ms(1);                               \
        }                                                    \
    } while (0)
