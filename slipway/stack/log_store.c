#include "stack/log_store.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"

enum {
    BUFFER_BYTES = 32 * 1024,
    SEGMENT_BYTES = 8 * 1024 * 1024,
    SEGMENTS = 4,
    RETRY_US = 1000 * 1000, /* after a failed write */
};

struct LogStore {
    char *directory;
    LogStoreOptions options;
    int fd; /* -1: none could be opened */
    unsigned number;
    off_t size;
    StrBuf buffer;
    size_t buffered_lines;
    StrBuf partial_out, partial_err; /* lines that have not ended */
    unsigned run;
    LogStoreStats stats;
    uint64_t unsaid; /* dropped since the log last said so */
    int64_t retry_us;
};

static void segment_path(const LogStore *store, unsigned number, char *path, size_t size)
{
    snprintf(path, size, "%s/%08u.log", store->directory, number);
}

static int open_segment(LogStore *store)
{
    char path[4096];
    segment_path(store, store->number, path, sizeof path);
    store->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->fd < 0) {
        return -errno;
    }
    struct stat info;
    store->size = fstat(store->fd, &info) == 0 ? info.st_size : 0;
    return 0;
}

static unsigned newest_segment(const char *directory)
{
    auto_arena Arena *arena = arena_new(0);
    Str *names = NULL;
    size_t count = 0;
    uint64_t newest = 1;
    fs_list(arena, directory, &names, &count, NULL);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;
        Str name = names[i];
        if (str_strip_suffix(&name, STR(".log")) && str_to_uint64(name, &number) &&
            number < 99999999 && number > newest) {
            newest = number;
        }
    }
    return (unsigned) newest;
}

int log_store_open(const LogStoreOptions *options, LogStore **ret_store, Error *err)
{
    if (mkdir(options->directory, 0700) < 0 && errno != EEXIST) {
        return error_errno(err, -errno, "make %s", options->directory);
    }
    LogStore *store = MEM_NEW(LogStore);
    *store = (LogStore) { .options = *options, .fd = -1 };
    store->directory = mem_strdup(options->directory);
    store->options.directory = store->directory;
    store->options.segment_bytes = options->segment_bytes ? options->segment_bytes : SEGMENT_BYTES;
    store->options.segments = options->segments ? options->segments : SEGMENTS;
    store->number = newest_segment(store->directory);
    /* A full disk is no reason not to run: it is tried again with the first write. */
    store->stats.error = open_segment(store);
    *ret_store = store;
    return 0;
}

/* Cuts a torn record off, so that what is written later starts on a line of its own. */
static void undo_partial_write(LogStore *store)
{
    if (ftruncate(store->fd, store->size) < 0) {
        close(store->fd);
        store->fd = -1;
    }
}

static void rotate(LogStore *store)
{
    close(store->fd);
    store->number++;
    open_segment(store);
    if (store->number > store->options.segments) {
        char path[4096];
        segment_path(store, store->number - store->options.segments, path, sizeof path);
        unlink(path);
    }
}

static void drop_buffer(LogStore *store, int error, int64_t now_us)
{
    store->stats.error = error;
    store->stats.dropped += store->buffered_lines;
    store->unsaid += store->buffered_lines;
    store->retry_us = now_us + RETRY_US;
}

static void write_buffer(LogStore *store, int64_t now_us)
{
    int rc = store->fd < 0 ? open_segment(store) : 0;
    if (rc == 0) {
        rc = fs_write_all(store->fd, store->buffer.ptr, store->buffer.len);
        if (rc < 0) {
            undo_partial_write(store);
        }
    }
    if (rc < 0) {
        drop_buffer(store, rc, now_us);
    } else {
        store->size += (off_t) store->buffer.len;
        store->stats.lines += store->buffered_lines;
        store->stats.error = 0;
    }
    strbuf_clear(&store->buffer);
    store->buffered_lines = 0;
    if (rc == 0 && (size_t) store->size >= store->options.segment_bytes) {
        rotate(store);
    }
}

static void append(LogStore *store, const LogRecord *record)
{
    char *at = strbuf_reserve(&store->buffer, LOG_HEAD_BYTES + record->text.len + 1);
    log_record_head(record, at);
    if (record->text.len > 0) {
        memcpy(at + LOG_HEAD_BYTES, record->text.ptr, record->text.len);
    }
    at[LOG_HEAD_BYTES + record->text.len] = '\n';
    strbuf_advance(&store->buffer, LOG_HEAD_BYTES + record->text.len + 1);
    store->buffered_lines++;
    if (store->options.on_record) {
        store->options.on_record(record, store->options.arg);
    }
}

/* Says what was lost, ahead of the first record that has a chance again. */
static void say_dropped(LogStore *store, int64_t now_us)
{
    char text[160];
    int len = snprintf(
        text,
        sizeof text,
        "%llu lines were dropped here: %s",
        (unsigned long long) store->unsaid,
        error_name(store->stats.error)
    );
    LogRecord record = { now_us, LOG_STREAM_SLIPWAY, false, store->run, { text, (size_t) len } };
    store->unsaid = 0;
    append(store, &record);
}

/* Soon after a failed write the next one isn't tried. A clock that was set back meanwhile doesn't make
 * that hours. */
static bool is_too_soon(const LogStore *store, int64_t now_us)
{
    return store->stats.error && store->unsaid && now_us < store->retry_us &&
           now_us >= store->retry_us - RETRY_US;
}

static void put(LogStore *store, const LogRecord *record)
{
    if (is_too_soon(store, record->time_us)) {
        store->stats.dropped++;
        store->unsaid++;
        if (store->options.on_record) {
            store->options.on_record(record, store->options.arg);
        }
        return;
    }
    if (store->unsaid) {
        say_dropped(store, record->time_us);
    }
    append(store, record);
    if (store->buffer.len >= BUFFER_BYTES) {
        write_buffer(store, record->time_us);
    }
}

static StrBuf *partial_of(LogStore *store, LogStream stream)
{
    return stream == LOG_STREAM_ERR ? &store->partial_err : &store->partial_out;
}

static void put_line(LogStore *store, LogRecord *record, Str line)
{
    while (line.len > LOG_LINE_MOST) {
        record->text = str_slice(line, 0, LOG_LINE_MOST);
        record->is_piece = true;
        put(store, record);
        line = str_skip(line, LOG_LINE_MOST);
    }
    record->text = line;
    record->is_piece = false;
    put(store, record);
}

/* Keeps the start of a line; whole pieces of it are stored at once, so it stays bounded. */
static void keep_partial(LogStore *store, LogRecord *record, Str rest)
{
    StrBuf *partial = partial_of(store, record->stream);
    strbuf_add(partial, rest);
    while (partial->len > LOG_LINE_MOST) {
        record->text = str_slice(strbuf_str(partial), 0, LOG_LINE_MOST);
        record->is_piece = true;
        put(store, record);
        strbuf_remove(partial, 0, LOG_LINE_MOST);
    }
}

void log_store_add(LogStore *store, LogStream stream, Str bytes, int64_t now_us)
{
    LogRecord record = { .time_us = now_us, .stream = stream, .run = store->run };
    StrBuf *partial = partial_of(store, stream);
    while (bytes.len > 0) {
        const char *end = memchr(bytes.ptr, '\n', bytes.len);
        if (!end) {
            keep_partial(store, &record, bytes);
            return;
        }
        Str line = str_slice(bytes, 0, (size_t) (end - bytes.ptr));
        bytes = str_skip(bytes, line.len + 1);
        if (partial->len > 0) {
            strbuf_add(partial, line);
            put_line(store, &record, strbuf_str(partial));
            strbuf_clear(partial);
        } else {
            put_line(store, &record, line);
        }
    }
}

void log_store_say(LogStore *store, int64_t now_us, const char *format, ...)
{
    auto_strbuf StrBuf text = STRBUF_INIT;
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&text, format, args);
    va_end(args);
    for (size_t i = 0; i < text.len; i++) {
        text.ptr[i] = text.ptr[i] == '\n' ? ' ' : text.ptr[i];
    }
    LogRecord record = { .time_us = now_us,
                         .stream = LOG_STREAM_SLIPWAY,
                         .run = store->run,
                         .text = strbuf_str(&text) };
    put(store, &record);
}

void log_store_end_line(LogStore *store, LogStream stream, int64_t now_us)
{
    StrBuf *partial = partial_of(store, stream);
    if (partial->len > 0) {
        LogRecord record = { .time_us = now_us, .stream = stream, .run = store->run };
        put_line(store, &record, strbuf_str(partial));
    }
    strbuf_done(partial);
    *partial = (StrBuf) STRBUF_INIT;
}

void log_store_set_run(LogStore *store, unsigned run)
{
    int64_t now_us = clock_utc_us();
    log_store_end_line(store, LOG_STREAM_OUT, now_us);
    log_store_end_line(store, LOG_STREAM_ERR, now_us);
    store->run = run % 10000;
}

void log_store_flush(LogStore *store, int64_t now_us)
{
    if (store->buffer.len > 0) {
        write_buffer(store, now_us);
    }
    if (store->buffer.cap > 2 * BUFFER_BYTES) { /* a very long line came by */
        strbuf_done(&store->buffer);
        store->buffer = (StrBuf) STRBUF_INIT;
    }
}

bool log_store_is_pending(const LogStore *store)
{
    return store->buffer.len > 0;
}

LogStoreStats log_store_stats(const LogStore *store)
{
    return store->stats;
}

void log_store_close(LogStore *store)
{
    if (!store) {
        return;
    }
    log_store_set_run(store, store->run);
    log_store_flush(store, clock_utc_us());
    if (store->fd >= 0) {
        close(store->fd);
    }
    strbuf_done(&store->buffer);
    strbuf_done(&store->partial_out);
    strbuf_done(&store->partial_err);
    free(store->directory);
    free(store);
}
