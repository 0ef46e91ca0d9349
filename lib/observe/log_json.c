#include "observe/log_json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "observe/trace.h"

enum {
    BUFFER_BYTES_DEFAULT = 1 << 20,
    MESSAGE_BYTES_MAX = 32 << 10, /* longer texts are cut: one line never fills the buffer */
    GATHER_MS = 10,
    HURRY_BYTES = 64 << 10, /* so much waiting is written without gathering more */
    WRITER_STACK_BYTES = 64 << 10,
};

struct JsonLog {
    int fd;
    size_t buffer_bytes;
    Str constant; /* ,"service":"…","environment":"…" */
    pthread_t writer;
    _Atomic uint64_t dropped;
    pthread_mutex_t lock;      /* what follows, but `writing`, which is the writer's */
    pthread_cond_t has_lines;  /* to the writer: lines, hurry or the end */
    pthread_cond_t is_written; /* from the writer: `written` moved, or it ended */
    StrBuf waiting;
    StrBuf writing;
    uint64_t added, written; /* bytes since the start */
    uint64_t unreported_drops;
    bool hurry, is_ending, has_ended;
    bool is_left; /* closed while the writer was stuck: the writer frees it */
};

static struct timespec in_ms(int64_t ms)
{
    int64_t at = clock_monotonic_ns() + ms * NS_PER_MS;
    return (struct timespec) { .tv_sec = at / NS_PER_S, .tv_nsec = at % NS_PER_S };
}

/* Lines that could not be written are lost: the disk is full or the reader has gone. */
static void drop_rest(JsonLog *log, Str rest)
{
    uint64_t lines = 0;
    Str line;
    while (str_next(&rest, '\n', &line)) {
        lines++;
    }
    atomic_fetch_add_explicit(&log->dropped, lines, memory_order_relaxed);
    pthread_mutex_lock(&log->lock);
    log->unreported_drops += lines;
    pthread_mutex_unlock(&log->lock);
}

static void write_all(JsonLog *log, Str rest)
{
    while (rest.len > 0) {
        ssize_t count = write(log->fd, rest.ptr, rest.len);
        if (count > 0) {
            rest = str_skip(rest, (size_t) count);
        } else if (errno == EAGAIN) {
            struct pollfd writable = { .fd = log->fd, .events = POLLOUT };
            poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            drop_rest(log, rest);
            return;
        }
    }
}

/* Under the lock: parks until there is something worth a write. */
static void gather(JsonLog *log)
{
    while (log->waiting.len == 0 && !log->is_ending) {
        pthread_cond_wait(&log->has_lines, &log->lock);
    }
    struct timespec until = in_ms(GATHER_MS);
    int rc = 0;
    while (rc == 0 && !log->hurry && !log->is_ending && log->waiting.len < HURRY_BYTES) {
        rc = pthread_cond_timedwait(&log->has_lines, &log->lock, &until);
    }
    log->hurry = false;
}

static void log_free(JsonLog *log)
{
    pthread_mutex_destroy(&log->lock);
    pthread_cond_destroy(&log->has_lines);
    pthread_cond_destroy(&log->is_written);
    strbuf_done(&log->waiting);
    strbuf_done(&log->writing);
    free((void *) (uintptr_t) log->constant.ptr);
    close(log->fd);
    free(log);
}

static void *writer_main(void *arg)
{
    JsonLog *log = arg;
    pthread_mutex_lock(&log->lock);
    for (;;) {
        gather(log);
        if (log->waiting.len == 0) {
            break;
        }
        StrBuf taken = log->waiting;
        log->waiting = log->writing;
        log->writing = taken;
        pthread_mutex_unlock(&log->lock);
        write_all(log, strbuf_str(&log->writing));
        pthread_mutex_lock(&log->lock);
        log->written += log->writing.len;
        strbuf_clear(&log->writing);
        pthread_cond_broadcast(&log->is_written);
    }
    log->has_ended = true;
    bool is_left = log->is_left;
    pthread_cond_broadcast(&log->is_written);
    pthread_mutex_unlock(&log->lock);
    if (is_left) {
        log_free(log);
    }
    return NULL;
}

static int start_writer(JsonLog *log, Error *err)
{
    /* No signal is the writer's: a broken pipe is its errno, the rest belongs to the loop. */
    sigset_t all, former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t) PTHREAD_STACK_MIN + WRITER_STACK_BYTES);
    int rc = pthread_create(&log->writer, &attributes, writer_main, log);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return rc ? error_errno(err, -rc, "start the log's thread") : 0;
}

static Str constant_members(const JsonLogOptions *options)
{
    StrBuf text = STRBUF_INIT;
    if (options->service.len > 0) {
        strbuf_add(&text, STR(",\"service\":"));
        json_add_quoted(&text, options->service);
    }
    if (options->environment.len > 0) {
        strbuf_add(&text, STR(",\"environment\":"));
        json_add_quoted(&text, options->environment);
    }
    size_t len = text.len;
    return str_make(strbuf_take(&text), len);
}

int json_log_open(const JsonLogOptions *options, JsonLog **ret_log, Error *err)
{
    int fd = fcntl(options->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        return error_errno(err, -errno, "open the log on descriptor %d", options->fd);
    }
    JsonLog *log = MEM_NEW(JsonLog);
    log->fd = fd;
    log->buffer_bytes =
        options->buffer_bytes ? options->buffer_bytes : (size_t) BUFFER_BYTES_DEFAULT;
    log->constant = constant_members(options);
    pthread_mutex_init(&log->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&log->has_lines, &attributes);
    pthread_cond_init(&log->is_written, &attributes);
    pthread_condattr_destroy(&attributes);
    int rc = start_writer(log, err);
    if (rc < 0) {
        log_free(log);
        return rc;
    }
    *ret_log = log;
    return 0;
}

static Str cut(Str text)
{
    return str_slice(text, 0, MESSAGE_BYTES_MAX);
}

static void add_head(JsonLog *log, LogLevel level, Str message)
{
    StrBuf *out = &log->waiting;
    strbuf_add(out, STR("{\"time\":\""));
    clock_add_rfc3339(out, clock_utc_us(), 6);
    strbuf_add(out, STR("\",\"level\":\""));
    strbuf_add(out, log_level_name(level));
    strbuf_add(out, STR("\",\"msg\":"));
    json_add_quoted(out, cut(message));
    strbuf_add(out, log->constant);
}

static void add_key(StrBuf *out, const char *key)
{
    strbuf_add_char(out, ',');
    json_add_quoted(out, str_from(key));
    strbuf_add_char(out, ':');
}

static void add_text_fields(StrBuf *out, const LogField *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_key(out, fields[i].key);
        json_add_quoted(out, cut(fields[i].value));
    }
}

static void add_context(StrBuf *out)
{
    const FiberContext *fiber = fiber_context();
    if (!fiber) {
        return;
    }
    add_text_fields(out, fiber->log_fields, fiber->log_field_count);
    if (fiber->span && trace_context_is_set(&fiber->span->context)) {
        char trace_id[TRACE_ID_HEX_LEN + 1], span_id[SPAN_ID_HEX_LEN + 1];
        trace_id_format(&fiber->span->context, trace_id);
        span_id_format(&fiber->span->context, span_id);
        strbuf_add(out, STR(",\"trace_id\":\""));
        strbuf_add_bytes(out, trace_id, TRACE_ID_HEX_LEN);
        strbuf_add(out, STR("\",\"span_id\":\""));
        strbuf_add_bytes(out, span_id, SPAN_ID_HEX_LEN);
        strbuf_add_char(out, '"');
    }
}

static void add_field(StrBuf *out, const JsonLogField *field)
{
    JsonWriter json = json_writer(out, 0);
    add_key(out, field->key);
    switch (field->kind) {
    case JSON_LOG_TEXT:
        json_string(&json, cut(field->text));
        break;
    case JSON_LOG_INT:
        json_int(&json, field->integer);
        break;
    case JSON_LOG_DOUBLE:
        json_double(&json, field->real);
        break;
    case JSON_LOG_BOOL:
        json_bool(&json, field->boolean);
        break;
    }
}

/* Under the lock; false: no room, the line is dropped. */
static bool begin_line(JsonLog *log, LogLevel level, Str message)
{
    if (log->waiting.len >= log->buffer_bytes) {
        atomic_fetch_add_explicit(&log->dropped, 1, memory_order_relaxed);
        log->unreported_drops++;
        return false;
    }
    if (log->unreported_drops > 0) {
        add_head(log, LOG_WARN, STR("log lines dropped"));
        strbuf_addf(
            &log->waiting, ",\"count\":%llu}\n", (unsigned long long) log->unreported_drops
        );
        log->unreported_drops = 0;
    }
    add_head(log, level, message);
    add_context(&log->waiting);
    return true;
}

static void end_line(JsonLog *log, LogLevel level, size_t before)
{
    strbuf_add(&log->waiting, STR("}\n"));
    log->added += log->waiting.len - before;
    bool was_empty = before == 0;
    bool should_hurry =
        level == LOG_ERROR || (before < HURRY_BYTES && log->waiting.len >= HURRY_BYTES);
    log->hurry |= should_hurry;
    if (was_empty || should_hurry) {
        pthread_cond_signal(&log->has_lines);
    }
}

void json_log_write(
    JsonLog *log, LogLevel level, Str message, const JsonLogField *fields, size_t field_count
)
{
    pthread_mutex_lock(&log->lock);
    size_t before = log->waiting.len;
    if (begin_line(log, level, message)) {
        for (size_t i = 0; i < field_count; i++) {
            add_field(&log->waiting, &fields[i]);
        }
        end_line(log, level, before);
    }
    pthread_mutex_unlock(&log->lock);
}

void json_log_sink(
    void *log_arg, LogLevel level, Str message, const LogField *fields, size_t field_count
)
{
    JsonLog *log = log_arg;
    pthread_mutex_lock(&log->lock);
    size_t before = log->waiting.len;
    if (begin_line(log, level, message)) {
        add_text_fields(&log->waiting, fields, field_count);
        end_line(log, level, before);
    }
    pthread_mutex_unlock(&log->lock);
}

bool json_log_flush(JsonLog *log, int64_t timeout_ms)
{
    struct timespec until = in_ms(timeout_ms);
    pthread_mutex_lock(&log->lock);
    uint64_t goal = log->added;
    log->hurry = log->waiting.len > 0;
    pthread_cond_signal(&log->has_lines);
    int rc = 0;
    while (rc == 0 && log->written < goal) {
        rc = pthread_cond_timedwait(&log->is_written, &log->lock, &until);
    }
    bool is_flushed = log->written >= goal;
    pthread_mutex_unlock(&log->lock);
    return is_flushed;
}

void json_log_close(JsonLog *log, int64_t timeout_ms)
{
    if (!log) {
        return;
    }
    struct timespec until = in_ms(timeout_ms);
    pthread_mutex_lock(&log->lock);
    log->is_ending = true;
    pthread_cond_signal(&log->has_lines);
    int rc = 0;
    while (rc == 0 && !log->has_ended) {
        rc = pthread_cond_timedwait(&log->is_written, &log->lock, &until);
    }
    bool is_stuck = log->is_left = !log->has_ended;
    pthread_t writer = log->writer;
    pthread_mutex_unlock(&log->lock);
    if (is_stuck) {
        pthread_detach(writer);
    } else {
        pthread_join(writer, NULL);
        log_free(log);
    }
}

uint64_t json_log_dropped(const JsonLog *log)
{
    return atomic_load_explicit(&log->dropped, memory_order_relaxed);
}
