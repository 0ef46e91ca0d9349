/* CreateTopics by hand: one request of a protocol that is public and stable, so that slipway needs
 * neither a client library nor a JVM for it
 * (https://kafka.apache.org/protocol.html#The_Messages_CreateTopics, version 2). */
#include "loop/stream.h"

#include "stack/native/kafka.h"

enum {
    CREATE_TOPICS = 19,
    CREATE_VERSION = 2,
    PARTITIONS = 6,
    CORRELATION = 7,
    BROKER_WAIT_MS = 10 * 1000,
    REPLY_MOST = 1024 * 1024,
    ALREADY_EXISTS = 36,
    INVALID_TOPIC = 17,
};

static void add_i16(StrBuf *out, int value)
{
    strbuf_add_char(out, (char) ((unsigned) value >> 8));
    strbuf_add_char(out, (char) value);
}

static void add_i32(StrBuf *out, int64_t value)
{
    add_i16(out, (int) ((uint32_t) value >> 16));
    add_i16(out, (int) ((uint32_t) value & 0xffff));
}

static void add_string(StrBuf *out, Str text)
{
    add_i16(out, (int) text.len);
    strbuf_add(out, text);
}

static void write_request(StrBuf *out, const DecodeStrings *topics)
{
    StrBuf body = STRBUF_ON_ARENA(out->arena);
    add_i16(&body, CREATE_TOPICS);
    add_i16(&body, CREATE_VERSION);
    add_i32(&body, CORRELATION);
    add_string(&body, STR("slipway"));
    add_i32(&body, (int64_t) topics->len);
    for (size_t i = 0; i < topics->len; i++) {
        add_string(&body, topics->ptr[i]);
        add_i32(&body, PARTITIONS);
        add_i16(&body, 1); /* replicas */
        add_i32(&body, 0); /* assignments */
        add_i32(&body, 0); /* configuration */
    }
    add_i32(&body, BROKER_WAIT_MS);
    strbuf_add_char(&body, 0); /* not only to validate */
    add_i32(out, (int64_t) body.len);
    strbuf_add(out, strbuf_str(&body));
}

/* A bounded reader; `broken` once something is missing. */
typedef struct Cursor {
    Str rest;
    bool broken;
} Cursor;

static int64_t take(Cursor *cursor, size_t bytes)
{
    if (cursor->rest.len < bytes) {
        cursor->broken = true;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value = value << 8 | (unsigned char) cursor->rest.ptr[i];
    }
    cursor->rest = str_skip(cursor->rest, bytes);
    return bytes == 2 ? (int16_t) value : (int32_t) value;
}

static Str take_string(Cursor *cursor)
{
    int64_t len = take(cursor, 2);
    if (len <= 0 || (size_t) len > cursor->rest.len) {
        cursor->broken = cursor->broken || len > 0;
        return STR("");
    }
    Str text = str_slice(cursor->rest, 0, (size_t) len);
    cursor->rest = str_skip(cursor->rest, (size_t) len);
    return text;
}

static int judge(Str reply, Error *err)
{
    Cursor cursor = { .rest = reply };
    bool is_ours = take(&cursor, 4) == CORRELATION;
    take(&cursor, 4); /* throttle */
    int64_t count = take(&cursor, 4);
    for (int64_t i = 0; is_ours && i < count && !cursor.broken; i++) {
        Str topic = take_string(&cursor);
        int64_t code = take(&cursor, 2);
        Str message = take_string(&cursor);
        if (code != 0 && code != ALREADY_EXISTS) {
            return error_set(
                err,
                code == INVALID_TOPIC ? -EINVAL : -EAGAIN,
                "topic %" STR_FMT ": error %d: %" STR_FMT,
                STR_ARG(topic),
                (int) code,
                STR_ARG(message)
            );
        }
    }
    return is_ours && !cursor.broken ? 0 : error_set(err, -EPROTO, "the broker's answer is broken");
}

static int read_exactly(Stream *stream, char *buffer, size_t size)
{
    for (size_t have = 0; have < size;) {
        ssize_t got = stream_read(stream, buffer + have, size - have);
        if (got <= 0) {
            return got < 0 ? (int) got : -ECONNRESET;
        }
        have += (size_t) got;
    }
    return 0;
}

static int exchange(Stream *stream, Arena *arena, const DecodeStrings *topics, Error *err)
{
    StrBuf request = STRBUF_ON_ARENA(arena);
    write_request(&request, topics);
    char head[4];
    int rc = stream_write(stream, strbuf_str(&request));
    if (rc == 0) {
        rc = read_exactly(stream, head, sizeof head);
    }
    Cursor size = { .rest = { head, sizeof head } };
    int64_t len = rc == 0 ? take(&size, 4) : 0;
    if (rc == 0 && (len <= 0 || len > REPLY_MOST)) {
        rc = -EPROTO;
    }
    if (rc < 0) {
        return error_errno(err, rc, "create topics");
    }
    char *reply = arena_alloc_raw(arena, (size_t) len);
    rc = read_exactly(stream, reply, (size_t) len);
    return rc < 0 ? error_errno(err, rc, "create topics")
                  : judge(str_make(reply, (size_t) len), err);
}

int kafka_make_topics(
    Loop *loop, int64_t port, const DecodeStrings *topics, Deadline deadline, Error *err
)
{
    if (topics->len == 0) {
        return 0;
    }
    auto_arena Arena *arena = arena_new(0);
    Address address = { .host = "127.0.0.1", .port = (int) port };
    Stream *stream = NULL;
    Deadline former = fiber_narrow_deadline(deadline);
    int rc = stream_connect(loop, &address, deadline, &stream, err);
    if (rc == 0) {
        rc = exchange(stream, arena, topics, err);
        stream_close(stream);
    }
    fiber_restore_deadline(former);
    return rc;
}
