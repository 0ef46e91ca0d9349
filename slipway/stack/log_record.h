/* LogRecord: one line of a node's output, as it stands in a segment file:
 *
 *     1763935000123456 o. 0003 the line\n
 *     time (UTC µs, 16 digits), stream (o out, e err, s said by slipway), '.' a whole line or
 *     '+' a piece that goes on in the next record, number of the run, the bytes as they came
 *
 * A line has no '\n' in it, so a record ends at the first one; anything else may stand in it. The
 * form is made for `grep -a` as well. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef enum LogStream {
    LOG_STREAM_OUT = 'o',
    LOG_STREAM_ERR = 'e',
    LOG_STREAM_SLIPWAY = 's',
} LogStream;

typedef struct LogRecord {
    int64_t time_us;
    LogStream stream;
    bool is_piece;
    unsigned run;
    Str text;
} LogRecord;

enum { LOG_HEAD_BYTES = 25, LOG_LINE_MOST = 64 * 1024 };

void log_record_head(const LogRecord *record, char ret_head[static LOG_HEAD_BYTES]);
/* `line` is without its '\n'; false for a torn or foreign one. */
bool log_record_parse(Str line, LogRecord *ret_record);
