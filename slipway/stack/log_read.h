/* LogReader: reads stored output back, of one node or several merged by time, also of nodes that
 * are gone. Follows what is being written when asked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#include "stack/log_record.h"

typedef struct LogReader LogReader;

typedef struct LogQuery {
    int64_t since_us; /* records at this time or later; 0: all */
    size_t last;      /* only the last so many that pass; 0: all */
    /* Whether a record is wanted; NULL: every one. The text is a view. */
    bool (*wants)(void *arg, Str node, const LogRecord *record);
    void *arg;
} LogQuery;

/* A record of a node; the text is valid during the call. Pieces of a long line come joined, up to
 * 1 MiB. */
typedef void (*LogVisit)(void *arg, Str node, const LogRecord *record);

/* `nodes` are the names of directories in `log_dir`; one without a log gives nothing. */
LogReader *log_reader_new(Str log_dir, const Str *nodes, size_t count);
void log_reader_free(LogReader *reader);
/* Everything stored so far that the query wants, in order of time; remembers where it ended. */
void log_reader_read(LogReader *reader, const LogQuery *query, LogVisit visit, void *arg);
/* What was stored since, in order of time; returns how many records were visited. */
int log_reader_follow(LogReader *reader, const LogQuery *query, LogVisit visit, void *arg);
