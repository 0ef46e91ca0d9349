/* What a library says on the way: leveled lines handed to the one sink that the program sets. No
 * sink: nothing is written. A library never writes to stdout or stderr by itself. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

typedef enum LogLevel {
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARN,
    LOG_ERROR,
} LogLevel;

typedef struct LogField {
    const char *key;
    Str value;
} LogField;

/* Called on any thread; must not block and must copy what it keeps. */
typedef void (*LogSink)(
    void *ctx, LogLevel level, Str message, const LogField *fields, size_t field_count
);

/* Once, before other threads start; NULL turns logging off. */
void log_set_sink(LogSink sink, void *ctx, LogLevel least);
bool log_is_on(LogLevel level);
void log_write(LogLevel level, const LogField *fields, size_t field_count, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define log_debug(...) \
    (log_is_on(LOG_DEBUG) ? log_write(LOG_DEBUG, NULL, 0, __VA_ARGS__) : (void) 0)
#define log_info(...)  log_write(LOG_INFO, NULL, 0, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, NULL, 0, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, NULL, 0, __VA_ARGS__)

bool log_level_parse(Str text, LogLevel *ret_level); /* debug info warn error */
Str log_level_name(LogLevel level);
