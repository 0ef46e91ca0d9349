/* Functions that nothing of ours may call; the build includes this file before every source.
 *
 * The headers that declare them come first, so that only a use in our own code is an error.
 * What to call instead:
 *
 *   strcpy strncpy strcat strncat stpcpy sprintf vsprintf gets
 *                                        strbuf_*, arena_printf, str_dup
 *   strtok                               str_next, str_cut
 *   strerror                             error_name
 *   atoi atol atoll atof                 str_to_int64, str_to_double
 *   localtime gmtime ctime asctime       clock_rfc3339, gmtime_r
 *   tmpnam mktemp                        fs_write_atomic, mkdtemp
 *   srand srandom (and rand with them)   random_u64 */
#pragma once

#if !defined(__ASSEMBLER__)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Macros of the C library that would expand to a poisoned name. */
#undef strcpy
#undef strncpy
#undef strcat
#undef strncat

#pragma GCC poison strcpy strncpy strcat strncat stpcpy sprintf vsprintf gets
#pragma GCC poison strtok strerror atoi atol atoll atof
#pragma GCC poison localtime gmtime ctime asctime
#pragma GCC poison tmpnam mktemp srand srandom
#endif
