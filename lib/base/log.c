#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>

#include "base/strbuf.h"

enum { LOG_OFF = LOG_ERROR + 1 };

static LogSink current_sink;
static void *current_ctx;
static atomic_int least_level = LOG_OFF;

void log_set_sink(LogSink sink, void *ctx, LogLevel least)
{
    atomic_store(&least_level, LOG_OFF);
    current_sink = sink;
    current_ctx = ctx;
    atomic_store(&least_level, sink ? (int) least : LOG_OFF);
}

bool log_is_on(LogLevel level)
{
    return (int) level >= atomic_load_explicit(&least_level, memory_order_acquire);
}

void log_write(LogLevel level, const LogField *fields, size_t field_count, const char *format, ...)
{
    if (!log_is_on(level)) {
        return;
    }
    auto_strbuf StrBuf message = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&message, format, args);
    va_end(args);
    current_sink(current_ctx, level, strbuf_str(&message), fields, field_count);
}

static const Str level_names[] = {
    [LOG_DEBUG] = STR_INIT("debug"),
    [LOG_INFO] = STR_INIT("info"),
    [LOG_WARN] = STR_INIT("warn"),
    [LOG_ERROR] = STR_INIT("error"),
};

bool log_level_parse(Str text, LogLevel *ret_level)
{
    for (LogLevel level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (str_eq_nocase(text, level_names[level])) {
            *ret_level = level;
            return true;
        }
    }
    return false;
}

Str log_level_name(LogLevel level)
{
    return level_names[level];
}
