/* JsonLog: one JSON object a line, e.g. on stdout.
 *
 * A line is formatted on the caller's thread into a bounded buffer; one writer thread empties it,
 * so a pipe that nobody reads or a full disk never holds up a request. Past the bound lines are
 * dropped and counted, and when there is room again a line says how many. Lines appear within 10
 * ms; a line of level error at once.
 *
 * Order of members: time, level, msg, service, environment, then correlation_id and the other
 * fields of the fiber's context, trace_id, span_id, then the line's own fields. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/str.h"

typedef struct JsonLog JsonLog;

typedef struct JsonLogOptions {
    int fd;      /* where lines go, e.g. STDOUT_FILENO; duplicated */
    Str service; /* copied; empty: left out, likewise environment */
    Str environment;
    size_t buffer_bytes; /* 0: 1 MiB */
} JsonLogOptions;

/* Own heap object with its thread; json_log_close ends both. */
int json_log_open(const JsonLogOptions *options, JsonLog **ret_log, Error *err);
/* Writes what is buffered, waiting until `timeout_ms` have passed at most; a writer that is stuck then
 * ends and frees itself when its write does. NULL is fine. */
void json_log_close(JsonLog *log, int64_t timeout_ms);
/* Waits until what was logged before is written; false when `timeout_ms` passed first. */
bool json_log_flush(JsonLog *log, int64_t timeout_ms);
/* Lines lost so far. */
uint64_t json_log_dropped(const JsonLog *log);

typedef enum JsonLogKind {
    JSON_LOG_TEXT,
    JSON_LOG_INT,
    JSON_LOG_DOUBLE,
    JSON_LOG_BOOL,
} JsonLogKind;

typedef struct JsonLogField {
    const char *key;
    JsonLogKind kind;
    union {
        Str text;
        int64_t integer;
        double real;
        bool boolean;
    };
} JsonLogField;

#define LOG_TEXT(name, value) \
    ((JsonLogField) { .key = (name), .kind = JSON_LOG_TEXT, .text = (value) })
#define LOG_INT(name, value) \
    ((JsonLogField) { .key = (name), .kind = JSON_LOG_INT, .integer = (value) })
#define LOG_DOUBLE(name, value) \
    ((JsonLogField) { .key = (name), .kind = JSON_LOG_DOUBLE, .real = (value) })
#define LOG_BOOL(name, value) \
    ((JsonLogField) { .key = (name), .kind = JSON_LOG_BOOL, .boolean = (value) })

/* Any thread. Honours no level: ask log_is_on first where it matters. */
void json_log_write(
    JsonLog *log, LogLevel level, Str message, const JsonLogField *fields, size_t field_count
);

/* The sink for log_set_sink(json_log_sink, log, level). */
void json_log_sink(
    void *log, LogLevel level, Str message, const LogField *fields, size_t field_count
);
