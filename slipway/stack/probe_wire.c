#include "base/clock.h"
#include "loop/fiber.h"
#include "loop/stream.h"

#include "stack/probe_internal.h"

enum { REPLY_MOST = 512 };

static void add_u16(StrBuf *out, unsigned value)
{
    strbuf_add_char(out, (char) (value >> 8));
    strbuf_add_char(out, (char) value);
}

static void add_u32(StrBuf *out, uint32_t value)
{
    add_u16(out, value >> 16);
    add_u16(out, value & 0xffff);
}

/* StartupMessage: length, protocol 3.0, name and value pairs, a zero byte
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
static void write_postgres(StrBuf *out, const char *user)
{
    StrBuf body = STRBUF_ON_ARENA(out->arena);
    add_u32(&body, 3 << 16);
    strbuf_add_bytes(&body, "user", sizeof "user");
    strbuf_add_bytes(&body, user, strlen(user) + 1);
    strbuf_add_bytes(&body, "database\0postgres\0", sizeof "database\0postgres\0");
    add_u32(out, (uint32_t) body.len + 4);
    strbuf_add(out, strbuf_str(&body));
}

/* 'R' asks for a password: it accepts. 'E' with the code 57P03: it is starting or stopping. */
static int judge_postgres(Str reply, StrBuf *answer)
{
    if (reply.ptr[0] == 'R') {
        strbuf_add_cstr(answer, "accepting connections");
        return 0;
    }
    bool is_starting = str_find(reply, STR("C57P03")) != STR_NONE;
    strbuf_add_cstr(answer, is_starting ? "starting up" : "refuses connections");
    return is_starting ? -EAGAIN : -EREMOTEIO;
}

static int judge_redis(Str reply, StrBuf *answer)
{
    Str line;
    str_next_line(&reply, &line);
    strbuf_add(answer, line);
    bool ok = str_has_prefix(line, STR("+PONG")) || str_has_prefix(line, STR("-NOAUTH"));
    return ok ? 0 : -EAGAIN;
}

/* ApiVersions, version 0: it has no body and every broker answers it
 * (https://kafka.apache.org/protocol.html#The_Messages_ApiVersions). */
static void write_kafka(StrBuf *out)
{
    add_u32(out, 10);
    add_u16(out, 18);
    add_u16(out, 0);
    add_u32(out, 1);
    add_u16(out, 0xffff);
}

static int judge_kafka(Str reply, StrBuf *answer)
{
    bool ok = reply.len >= 10 && reply.ptr[7] == 1 && reply.ptr[8] == 0 && reply.ptr[9] == 0;
    strbuf_add_cstr(answer, ok ? "answers requests" : "gives no answer that Kafka would");
    return ok ? 0 : -EREMOTEIO;
}

static int judge(ProbeKind kind, Str reply, StrBuf *answer)
{
    switch (kind) {
    case PROBE_POSTGRES:
        return judge_postgres(reply, answer);
    case PROBE_REDIS:
        return judge_redis(reply, answer);
    default:
        return judge_kafka(reply, answer);
    }
}

static int converse(Stream *stream, const ProbeSpec *spec, StrBuf *answer)
{
    auto_arena Arena *arena = arena_new(0);
    StrBuf request = STRBUF_ON_ARENA(arena);
    switch (spec->kind) {
    case PROBE_POSTGRES:
        write_postgres(&request, spec->user ? spec->user : "postgres");
        break;
    case PROBE_REDIS:
        strbuf_add_cstr(&request, "PING\r\n");
        break;
    case PROBE_KAFKA:
        write_kafka(&request);
        break;
    default:
        strbuf_add_cstr(answer, "accepts connections");
        return 0;
    }
    char reply[REPLY_MOST];
    int rc = stream_write(stream, strbuf_str(&request));
    ssize_t got = rc < 0 ? rc : stream_read(stream, reply, sizeof reply);
    if (got <= 0) {
        strbuf_add_cstr(answer, got == -ETIMEDOUT ? "no answer in time" : "closed the connection");
        return got < 0 ? (int) got : -ECONNRESET;
    }
    return judge(spec->kind, str_make(reply, (size_t) got), answer);
}

int probe_wire(const Prober *prober, StrBuf *answer)
{
    const ProbeSpec *spec = prober->spec;
    Address address = { .host = spec->host, .port = (int) spec->port };
    Deadline deadline = deadline_in_ms(spec->timeout_ms > 0 ? spec->timeout_ms : 2000);
    Deadline former = fiber_narrow_deadline(deadline);
    Error err = ERROR_INIT;
    Stream *stream = NULL;
    int rc = stream_connect(prober->loop, &address, deadline, &stream, &err);
    if (rc < 0) {
        strbuf_add_cstr(answer, err.message);
    } else {
        rc = converse(stream, spec, answer);
        stream_close(stream);
    }
    fiber_restore_deadline(former);
    return rc;
}
