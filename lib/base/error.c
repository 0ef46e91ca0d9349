#define ERROR_IMPLEMENTATION
#include "base/error.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char ellipsis[] = "…";

/* Puts the ellipsis over the end of a full buffer, never inside a UTF-8 sequence. */
static void mark_cut(char *message)
{
    size_t end = ERROR_MESSAGE_BYTES - sizeof(ellipsis);
    while (end > 0 && ((unsigned char) message[end] & 0xC0) == 0x80) {
        end--;
    }
    memcpy(message + end, ellipsis, sizeof(ellipsis));
}

int error_vset(Error *err, int code, const char *format, va_list args)
{
    assert(code < 0);
    if (!err) {
        return code;
    }
    /* an argument may point into the message that is replaced */
    char message[ERROR_MESSAGE_BYTES];
    int len = vsnprintf(message, sizeof(message), format, args);
    if (len >= ERROR_MESSAGE_BYTES) {
        mark_cut(message);
    }
    err->code = code;
    err->span = SPAN_NONE;
    memcpy(err->message, message, sizeof(message));
    return code;
}

int error_set(Error *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vset(err, code, format, args);
    va_end(args);
    return code;
}

int error_set_at(Error *err, int code, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vset(err, code, format, args);
    va_end(args);
    if (err) {
        err->span = span;
    }
    return code;
}

static void append(Error *err, const char *separator, const char *text)
{
    size_t len = strlen(err->message);
    int more = snprintf(err->message + len, sizeof(err->message) - len, "%s%s", separator, text);
    if (len + (size_t) more >= sizeof(err->message)) {
        mark_cut(err->message);
    }
}

int error_errno(Error *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vset(err, code, format, args);
    va_end(args);
    if (err) {
        append(err, ": ", error_name(code));
    }
    return code;
}

int error_wrap(Error *err, int code, const char *format, ...)
{
    if (!err) {
        return code;
    }
    Error inner = *err;
    va_list args;
    va_start(args, format);
    error_vset(err, code, format, args);
    va_end(args);
    err->span = inner.span;
    append(err, ": ", inner.message);
    return code;
}

void error_clear(Error *err)
{
    *err = (Error) { 0 };
}

const char *error_name(int code)
{
    const char *name = strerrordesc_np(code < 0 ? -code : code);
    return name ? name : "unknown error";
}
