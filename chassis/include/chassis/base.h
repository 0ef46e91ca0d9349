/* What a service may use of the rooms below: memory, text, time, JSON. A service includes this and
 * its neighbours in <chassis/…> and nothing else of lib/ (docs/decisions/0010). */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/node.h"

/* A whole number that may be absent: a nullable column, an optional field. */
typedef struct OptInt {
    bool has;
    int64_t value;
} OptInt;

#define OPT_INT(number) ((OptInt) { .has = true, .value = (number) })

/* Leaves the function with what went wrong: for calls that return 0 or a negative errno. Cleanups
 * of the scope run, so an open transaction is rolled back. */
#define TRY(call)             \
    do {                      \
        int try_rc_ = (call); \
        if (try_rc_ < 0) {    \
            return try_rc_;   \
        }                     \
    } while (0)
