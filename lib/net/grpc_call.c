/* One call on the server: its messages in and out, and its status at the end. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "grpc_internal.h"

GrpcStatus grpc_fail(GrpcCall *call, GrpcStatus status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    call->message = str_from(arena_vprintf(call->arena, format, args));
    va_end(args);
    call->status = status;
    return status;
}

void grpc_add_trailer(GrpcCall *call, Str name, Str value)
{
    grpc_add_metadata(call->arena, &call->trailers, name, value);
}

/* ---- in ---- */

static void *unpack(Call *call, Str bytes)
{
    Arena *arena = call->pub.arena;
    const ProtobufCMessageDescriptor *type = call->pub.method->input;
    if (type) {
        return grpc_unpack(type, bytes, arena);
    }
    Str *copy = ARENA_NEW(arena, Str);
    *copy = str_dup(arena, bytes);
    return copy;
}

/* A broken frame ends the call; the text says which rule. */
static int bad_frame(Call *call, int error)
{
    if (error == -EMSGSIZE) {
        grpc_fail(
            &call->pub,
            GRPC_RESOURCE_EXHAUSTED,
            "a message exceeds %zu bytes",
            call->server->options.max_message_bytes
        );
    } else {
        grpc_fail(&call->pub, GRPC_INTERNAL, "a message frame is malformed");
    }
    return error;
}

/* 1 and a message's bytes out of what was read; 0: more is needed. */
static int next_message(Call *call, Str *ret_bytes)
{
    bool compressed;
    Str left = str_skip(strbuf_str(&call->in), call->in_at);
    int rc =
        grpc_frame_next(&left, call->server->options.max_message_bytes, &compressed, ret_bytes);
    if (rc < 0) {
        return bad_frame(call, rc);
    }
    if (rc == 1) {
        if (compressed) {
            grpc_fail(&call->pub, GRPC_INTERNAL, "a message is compressed without grpc-encoding");
            return -EPROTO;
        }
        call->in_at = call->in.len - left.len;
    }
    return rc;
}

static int read_failed(Call *call, int error)
{
    GrpcStatus status = error == -ETIME ? GRPC_DEADLINE_EXCEEDED : grpc_status_from_errno(error);
    grpc_fail(&call->pub, status, "the request broke off");
    return error;
}

/* 1: more was read, 0: the client's side has ended. */
static int read_more(Call *call)
{
    enum { PIECE_BYTES = 4 * 1024 };
    if (call->in_at) {
        strbuf_remove(&call->in, 0, call->in_at);
        call->in_at = 0;
    }
    size_t room =
        call->in.cap > call->in.len + PIECE_BYTES ? call->in.cap - call->in.len - 1 : PIECE_BYTES;
    ssize_t size = http_read(call->exchange, strbuf_reserve(&call->in, room), room);
    if (size < 0) {
        return read_failed(call, (int) size);
    }
    strbuf_advance(&call->in, (size_t) size);
    call->in_ended = size == 0;
    return size > 0;
}

int grpc_receive(GrpcCall *pub, void **ret_message)
{
    Call *call = grpc_call_of(pub);
    for (;;) {
        Str bytes;
        int rc = next_message(call, &bytes);
        if (rc < 0) {
            return rc;
        }
        if (rc == 1) {
            *ret_message = unpack(call, bytes);
            if (!*ret_message) {
                grpc_fail(pub, GRPC_INTERNAL, "a message is no %s", pub->method->input->name);
                return -EBADMSG;
            }
            return 1;
        }
        if (call->in_ended) {
            break;
        }
        rc = read_more(call);
        if (rc < 0) {
            return rc;
        }
    }
    if (call->in.len > call->in_at) {
        return bad_frame(call, -EPROTO);
    }
    return 0;
}

GrpcStatus grpc_receive_only(Call *call, void **ret_message)
{
    int rc = grpc_receive(&call->pub, ret_message);
    if (rc < 0) {
        return call->pub.status;
    }
    if (rc == 0) {
        return grpc_fail(&call->pub, GRPC_INTERNAL, "the request holds no message");
    }
    void *second;
    rc = grpc_receive(&call->pub, &second);
    if (rc < 0) {
        return call->pub.status;
    }
    return rc == 0 ? GRPC_OK
                   : grpc_fail(&call->pub, GRPC_INTERNAL, "the request holds several messages");
}

/* ---- out ---- */

static void add_head_fields(Call *call)
{
    HttpHeaders *fields = &call->exchange->response_headers;
    fields->len = 0;
    http_headers_add(fields, STR("content-type"), STR("application/grpc"));
    http_headers_foreach(item, &call->pub.headers)
    {
        grpc_add_metadata(call->pub.arena, fields, item->name, item->value);
    }
}

static int send_head(Call *call)
{
    if (call->head_sent) {
        return 0;
    }
    call->head_sent = true;
    add_head_fields(call);
    return http_respond_start(call->exchange, 200);
}

int grpc_send(GrpcCall *pub, const void *message)
{
    Call *call = grpc_call_of(pub);
    int rc = send_head(call);
    if (rc < 0) {
        return rc;
    }
    StrBuf frame = STRBUF_INIT;
    if (pub->method->output) {
        grpc_frame_add_message(&frame, message);
    } else {
        grpc_frame_add(&frame, *(const Str *) message);
    }
    rc = http_write(call->exchange, strbuf_str(&frame));
    strbuf_done(&frame);
    return rc;
}

static void add_status(Call *call, HttpHeaders *fields)
{
    Arena *arena = call->pub.arena;
    http_headers_add(fields, STR("grpc-status"), str_printf(arena, "%d", (int) call->pub.status));
    if (call->pub.message.len) {
        StrBuf coded = STRBUF_ON_ARENA(arena);
        grpc_message_encode(&coded, call->pub.message);
        http_headers_add(fields, STR("grpc-message"), strbuf_str(&coded));
    }
    http_headers_foreach(item, &call->pub.trailers)
    {
        http_headers_add(fields, item->name, item->value);
    }
}

/* A call that failed before its first message ends in its head alone (Trailers-Only). */
void grpc_finish(Call *call)
{
    if (call->pub.status != GRPC_OK && call->pub.has_deadline &&
        clock_monotonic_ns() >= fiber_deadline()) {
        grpc_fail(&call->pub, GRPC_DEADLINE_EXCEEDED, "the deadline has passed");
    }
    if (!call->head_sent && call->pub.status != GRPC_OK) {
        add_head_fields(call);
        add_status(call, &call->exchange->response_headers);
        call->head_sent = true;
        http_respond(call->exchange, 200, STR(""));
        return;
    }
    if (send_head(call) == 0) {
        HttpHeaders *fields = ARENA_NEW(call->pub.arena, HttpHeaders);
        fields->arena = call->pub.arena;
        add_status(call, fields);
        http_respond_end(call->exchange, fields);
    }
}
