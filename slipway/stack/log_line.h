/* LogLine: what a line of output says. JSON log lines are recognised: their level, message and
 * fields are shown for people; any other line is shown as it is, with its level guessed from a
 * leading word. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "codec/node.h"

typedef struct LogLine {
    bool is_json;
    bool has_level;
    LogLevel level;
    Str message;  /* plain: the whole line */
    Node *fields; /* JSON: the whole object; else NULL */
} LogLine;

void log_line_parse(Arena *arena, Str text, LogLine *ret_line);
/* "INFO  listening port=8001": control characters escaped, colored when asked. */
void log_line_render(StrBuf *out, const LogLine *line, bool color);
/* Bytes for a terminal: control characters but tab as \x1b and the like; SGR sequences are kept
 * when `color`. Invalid UTF-8 becomes U+FFFD. */
void log_text_escape(StrBuf *out, Str text, bool color);
