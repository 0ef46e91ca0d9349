/* LogStore: the output of one node on disk: segment files in a directory of its own, rotated by
 * size, bounded in number. Writes are gathered and handed to the kernel when 32 KiB have come or
 * the owner says that it is quiet (log_store_flush). A full disk drops lines and counts them, and
 * says so in the log once there is room again; nothing ever waits for it.
 *
 * Segments are called by number, 00000001.log, and only the last one grows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#include "stack/log_record.h"

typedef struct LogStore LogStore;

typedef struct LogStoreOptions {
    const char *directory; /* made when absent; its parent exists */
    size_t segment_bytes;  /* 0: 8 MiB */
    unsigned segments;     /* kept; 0: 4 */
    /* Each record as it is stored, for a live view; the text is gone when it returns. May be NULL.
     */
    void (*on_record)(const LogRecord *record, void *arg);
    void *arg;
} LogStoreOptions;

int log_store_open(const LogStoreOptions *options, LogStore **ret_store, Error *err);
/* Flushes and frees; a line without its end is stored as a whole one. NULL is fine. */
void log_store_close(LogStore *store);

/* Records after this belong to this run; lines that have not ended are stored first. */
void log_store_set_run(LogStore *store, unsigned run);
/* Bytes as they came from the child, cut into lines here. */
void log_store_add(LogStore *store, LogStream stream, Str bytes, int64_t now_us);
/* One line of slipway's own about this node. */
void log_store_say(LogStore *store, int64_t now_us, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Stores what has no end of line yet (the stream ended). */
void log_store_end_line(LogStore *store, LogStream stream, int64_t now_us);
void log_store_flush(LogStore *store, int64_t now_us);
/* Whether log_store_flush has something to do. */
bool log_store_is_pending(const LogStore *store);

typedef struct LogStoreStats {
    uint64_t lines;   /* stored */
    uint64_t dropped; /* lost to a full or broken disk */
    int error;        /* of the last write that failed, 0: the last one went well */
} LogStoreStats;
LogStoreStats log_store_stats(const LogStore *store);
