/* LogPrinter: merged log lines with aligned, colored prefixes, for `up` and `logs`. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"

#include "stack/log_record.h"

typedef struct LogPrinter {
    bool color;
    bool json; /* one object a line */
    bool with_time;
    size_t width;   /* of the widest name */
    Arena *scratch; /* cleared with each line */
} LogPrinter;

/* Appends one line (or one JSON object) and its newline. `index` chooses the prefix's color. */
void log_printer_add(
    LogPrinter *printer, StrBuf *out, Str node, size_t index, const LogRecord *record
);
