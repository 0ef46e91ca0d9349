/* Time: two clocks that are never mixed. Monotonic nanoseconds for deadlines and durations, UTC
 * microseconds since 1970 for what people and other systems see. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/strbuf.h"

#define NS_PER_US 1000LL
#define NS_PER_MS 1000000LL
#define NS_PER_S  1000000000LL
#define US_PER_S  1000000LL

int64_t clock_monotonic_ns(void);
int64_t clock_monotonic_ms(void);
int64_t clock_utc_us(void);

/* A point on the monotonic clock by which something must be done. */
typedef int64_t Deadline; /* clock_monotonic_ns; DEADLINE_NEVER: none */
#define DEADLINE_NEVER INT64_MAX
Deadline deadline_in_ms(int64_t ms);
/* Milliseconds left, rounded up; 0 when it has passed, INT64_MAX for DEADLINE_NEVER. */
int64_t deadline_left_ms(Deadline deadline);
static inline Deadline deadline_min(Deadline a, Deadline b)
{
    return a < b ? a : b;
}

/* RFC 3339 in UTC, "2026-01-02T03:04:05.678901Z"; digits is the length of the fraction: 0, 3, 6. */
void clock_add_rfc3339(StrBuf *out, int64_t utc_us, unsigned digits);
Str clock_rfc3339(Arena *arena, int64_t utc_us, unsigned digits);
/* The same with six digits for the years 0 to 9999, without a library call: for what is written a
 * thousand times a second. NUL-terminated. */
enum { RFC3339_US_LEN = 27 };
void clock_format_us(int64_t utc_us, char ret_text[static RFC3339_US_LEN + 1]);
/* Any offset, any fraction, calendar checked (RFC 3339 section 5.6). */
bool clock_parse_rfc3339(Str text, int64_t *ret_utc_us);

/* Go's duration form: "1h30m", "500ms", "15s", "1.5s"; units ns us ms s m h; no sign. A bare "0" is
 * accepted, any other bare number is not. */
bool duration_parse(Str text, int64_t *ret_ns);
/* The shortest such form: "1h30m", "2.5s", "40ms". */
void duration_add(StrBuf *out, int64_t ns);
