/* Error: the one failure that stopped an operation.
 *
 * Functions return 0 or a negative errno and take `Error *err` last (NULL: the caller does not
 * care for the text). On success the Error is untouched. Each level adds what it was doing:
 *     return error_wrap(err, rc, "render %s", name);      -> "render product: open x: no such file"
 * Findings about the user's files are Diags (base/diag.h), never Errors. */
#pragma once

#include <errno.h>
#include <stdarg.h>

#include "base/source.h"

enum { ERROR_MESSAGE_BYTES = 1024 };

typedef struct Error {
    int code;                          /* negative errno, 0: none */
    Span span;                         /* where in a file, if anywhere */
    char message[ERROR_MESSAGE_BYTES]; /* one sentence without a final stop; cut with "…" */
} Error;

#define ERROR_INIT { 0 }

/* All return `code`, which is negative, so that a caller can return the call. */
int error_set(Error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
int error_set_at(Error *err, int code, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int error_vset(Error *err, int code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
/* As error_set, with ": " and the text of the errno behind the message. */
int error_errno(Error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "what: " before the message that is there. */
int error_wrap(Error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
#if defined(__clang_analyzer__) && !defined(ERROR_IMPLEMENTATION)
/* tells the analyzer, which doesn't see the bodies, that the code comes back */
#define error_set(err, code, ...) ((void) error_set((err), (code), __VA_ARGS__), (code))
#define error_set_at(err, code, span, ...) \
    ((void) error_set_at((err), (code), (span), __VA_ARGS__), (code))
#define error_errno(err, code, ...) ((void) error_errno((err), (code), __VA_ARGS__), (code))
#define error_wrap(err, code, ...)  ((void) error_wrap((err), (code), __VA_ARGS__), (code))
#endif
void error_clear(Error *err);
/* Thread-safe text of an errno of either sign. */
const char *error_name(int code);
