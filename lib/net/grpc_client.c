#include "net/grpc_client.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "loop/fiber.h"
#include "net/http_client.h"

#include "grpc_metadata.h"

enum { IDLE_TIMEOUT_MS = 5 * 60 * 1000 };

struct GrpcClient {
    HttpClient *http;
    GrpcClientOptions options;
    char *unix_path; /* NULL: TCP */
    char *base_url;
};

struct GrpcStream {
    GrpcClient *client;
    Arena *arena;
    const ProtobufCMessageDescriptor *output;
    HttpReply *reply;
    StrBuf in; /* what was read, from in_at on */
    size_t in_at;
    bool ended;
    GrpcResult result;
};

int grpc_client_new(
    Loop *loop, const GrpcClientOptions *options, GrpcClient **ret_client, Error *err
)
{
    GrpcClient *client = MEM_NEW(GrpcClient);
    GrpcClientOptions *o = &client->options;
    *o = *options;
    o->timeout_ms = o->timeout_ms ? o->timeout_ms : 3 * 1000;
    o->max_message_bytes = o->max_message_bytes ? o->max_message_bytes : GRPC_MAX_MESSAGE_BYTES;
    HttpClientOptions http = {
        .idle_timeout_ms = IDLE_TIMEOUT_MS,
        .connect_timeout_ms = o->connect_timeout_ms ? o->connect_timeout_ms : 2 * 1000,
        .backoff_ms = o->backoff_ms ? o->backoff_ms : 100,
        .tls = o->tls,
        .http2 = true,
        .no_gzip = true,
    };
    int rc = http_client_new(loop, &http, &client->http, err);
    if (rc < 0) {
        free(client);
        return rc;
    }
    Str target = str_from(o->target);
    if (str_strip_prefix(&target, STR("unix:"))) {
        client->unix_path = mem_printf("%" STR_FMT, STR_ARG(target));
        target = STR("localhost");
    }
    client->base_url = mem_printf("%s://%" STR_FMT, o->tls ? "https" : "http", STR_ARG(target));
    *ret_client = client;
    return 0;
}

void grpc_client_free(GrpcClient *client)
{
    if (client) {
        http_client_free(client->http);
        free(client->unix_path);
        free(client->base_url);
        free(client);
    }
}

/* ---- the request ---- */

static Deadline narrow(const GrpcClient *client, const GrpcRequest *request)
{
    int64_t timeout_ms = request->timeout_ms ? request->timeout_ms : client->options.timeout_ms;
    return fiber_narrow_deadline(timeout_ms < 0 ? DEADLINE_NEVER : deadline_in_ms(timeout_ms));
}

static void make_headers(const GrpcRequest *request, HttpHeaders *headers)
{
    Arena *arena = headers->arena;
    http_headers_add(headers, STR("content-type"), STR("application/grpc"));
    http_headers_add(headers, STR("te"), STR("trailers"));
    if (fiber_deadline() != DEADLINE_NEVER) {
        StrBuf timeout = STRBUF_ON_ARENA(arena);
        int64_t left = fiber_deadline() - clock_monotonic_ns();
        grpc_timeout_add(&timeout, left > 0 ? left : 1);
        http_headers_add(headers, STR("grpc-timeout"), strbuf_str(&timeout));
    }
    if (request->metadata) {
        http_headers_foreach(item, request->metadata)
        {
            grpc_add_metadata(arena, headers, item->name, item->value);
        }
    }
}

static GrpcStatus fail(GrpcStream *stream, GrpcStatus status, Str message)
{
    stream->ended = true;
    stream->result.status = status;
    stream->result.message = message;
    return status;
}

/* A wait that ended early although the caller has time left was ours for the peer: it can't be
 * reached. */
static GrpcStatus fail_errno(GrpcStream *stream, int error, Str message)
{
    GrpcStatus status = grpc_status_from_errno(error);
    bool has_time = deadline_left_ms(fiber_deadline()) > 0;
    if ((status == GRPC_DEADLINE_EXCEEDED && has_time) || error == -EACCES) {
        status = GRPC_UNAVAILABLE;
    }
    return fail(stream, status, message);
}

static void take_status(GrpcStream *stream, const HttpHeaders *fields)
{
    int64_t status;
    Arena *arena = stream->arena;
    grpc_read_metadata(arena, fields, &stream->result.trailers);
    if (!str_to_int64(http_headers_get(fields, STR("grpc-status")), &status)) {
        fail(stream, GRPC_UNKNOWN, STR("the answer ended without a grpc-status"));
        return;
    }
    bool known = status >= 0 && status <= GRPC_UNAUTHENTICATED;
    Str text = http_headers_get(fields, STR("grpc-message"));
    fail(stream, known ? (GrpcStatus) status : GRPC_UNKNOWN, grpc_message_decode(arena, text));
}

static void check_head(GrpcStream *stream, const HttpResponse *response)
{
    Str type = http_headers_get(&response->headers, STR("content-type"));
    if (http_headers_has(&response->headers, STR("grpc-status"))) {
        take_status(stream, &response->headers); /* Trailers-Only */
        return;
    }
    if (response->status != 200 || !str_has_prefix(type, STR("application/grpc"))) {
        Str message = str_printf(
            stream->arena,
            "the peer answered HTTP status %d, type '%" STR_FMT "'",
            response->status,
            STR_ARG(type)
        );
        fail(stream, grpc_status_from_http(response->status), message);
        return;
    }
    Str encoding = http_headers_get(&response->headers, STR("grpc-encoding"));
    if (encoding.len && !str_eq(encoding, STR("identity"))) {
        fail(stream, GRPC_INTERNAL, STR("the peer compresses, which was not offered"));
        return;
    }
    grpc_read_metadata(stream->arena, &response->headers, &stream->result.headers);
}

static GrpcStatus open_stream(GrpcStream *stream, const GrpcRequest *request)
{
    GrpcClient *client = stream->client;
    Arena *arena = stream->arena;
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(arena);
    make_headers(request, &headers);
    StrBuf body = STRBUF_ON_ARENA(arena);
    if (request->message) {
        grpc_frame_add_message(&body, request->message);
    } else {
        grpc_frame_add(&body, request->bytes);
    }
    HttpRequest http = {
        .method = HTTP_POST,
        .url = str_printf(arena, "%s%s", client->base_url, request->path),
        .unix_path = client->unix_path,
        .headers = &headers,
        .body = strbuf_str(&body),
        .timeout_ms = -1,
    };
    Error err = ERROR_INIT;
    int rc = http_open(client->http, &http, arena, &stream->reply, &err);
    if (rc < 0) {
        return fail_errno(stream, rc, str_from(arena_strdup(arena, err.message)));
    }
    check_head(stream, http_reply_response(stream->reply));
    return stream->result.status;
}

static void
init_stream(GrpcStream *stream, GrpcClient *client, const GrpcRequest *request, Arena *arena)
{
    *stream = (GrpcStream) {
        .client = client,
        .arena = arena,
        .output = request->output,
        .result = { .headers = HTTP_HEADERS_ON_ARENA(arena),
                    .trailers = HTTP_HEADERS_ON_ARENA(arena) },
    };
}

static void done_stream(GrpcStream *stream)
{
    http_reply_close(stream->reply);
    strbuf_done(&stream->in);
}

/* ---- the replies ---- */

/* 1: more was read, 0: the answer has ended. */
static int read_more(GrpcStream *stream)
{
    enum { PIECE_BYTES = 4 * 1024 };
    if (stream->in_at) {
        strbuf_remove(&stream->in, 0, stream->in_at);
        stream->in_at = 0;
    }
    size_t room = stream->in.cap > stream->in.len + PIECE_BYTES
                      ? stream->in.cap - stream->in.len - 1
                      : PIECE_BYTES;
    ssize_t size = http_reply_read(stream->reply, strbuf_reserve(&stream->in, room), room);
    if (size < 0) {
        fail_errno(stream, (int) size, STR("the answer broke off"));
        return (int) size;
    }
    strbuf_advance(&stream->in, (size_t) size);
    return size > 0;
}

static void *unpack(GrpcStream *stream, Str bytes, Arena *arena)
{
    if (stream->output) {
        return grpc_unpack(stream->output, bytes, arena);
    }
    Str *copy = ARENA_NEW(arena, Str);
    *copy = str_dup(arena, bytes);
    return copy;
}

/* 1 and the message that is there, 0: there is none whole, negative with the status set. */
static int next_message(GrpcStream *stream, Arena *arena, void **ret_message)
{
    bool compressed;
    Str bytes;
    Str left = str_skip(strbuf_str(&stream->in), stream->in_at);
    int rc = grpc_frame_next(&left, stream->client->options.max_message_bytes, &compressed, &bytes);
    if (rc == 0) {
        return 0;
    }
    if (rc == -EMSGSIZE) {
        fail(stream, GRPC_RESOURCE_EXHAUSTED, STR("a reply exceeds the bound on messages"));
        return rc;
    }
    void *message = rc == 1 && !compressed ? unpack(stream, bytes, arena) : NULL;
    if (!message) {
        fail(stream, GRPC_INTERNAL, STR("a reply is malformed"));
        return -EPROTO;
    }
    stream->in_at = stream->in.len - left.len;
    *ret_message = message;
    return 1;
}

int grpc_stream_next(GrpcStream *stream, Arena *arena, void **ret_message)
{
    while (!stream->ended) {
        int rc = next_message(stream, arena, ret_message);
        if (rc != 0) {
            return rc < 0 ? -EREMOTEIO : 1;
        }
        rc = read_more(stream);
        if (rc == 0 && stream->in.len > stream->in_at) {
            fail(stream, GRPC_INTERNAL, STR("the answer ended inside a message"));
        } else if (rc == 0) {
            take_status(stream, &http_reply_response(stream->reply)->trailers);
        }
    }
    return stream->result.status == GRPC_OK ? 0 : -EREMOTEIO;
}

int grpc_stream_open(
    GrpcClient *client, const GrpcRequest *request, Arena *arena, GrpcStream **ret_stream
)
{
    GrpcStream *stream = MEM_NEW(GrpcStream);
    init_stream(stream, client, request, arena);
    Deadline former = narrow(client, request);
    open_stream(stream, request);
    fiber_restore_deadline(former);
    *ret_stream = stream;
    return 0;
}

const GrpcResult *grpc_stream_result(const GrpcStream *stream)
{
    return &stream->result;
}

void grpc_stream_close(GrpcStream *stream)
{
    if (stream) {
        done_stream(stream);
        free(stream);
    }
}

static GrpcStatus call_unary(GrpcStream *stream, const GrpcRequest *request, void **ret_reply)
{
    if (open_stream(stream, request) != GRPC_OK) {
        return stream->result.status;
    }
    void *reply = NULL, *second = NULL;
    int first = grpc_stream_next(stream, stream->arena, &reply);
    int more = first == 1 ? grpc_stream_next(stream, stream->arena, &second) : first;
    if (more == 1 || (first == 0 && stream->result.status == GRPC_OK)) {
        return fail(stream, GRPC_INTERNAL, STR("the answer holds not one message"));
    }
    if (stream->result.status == GRPC_OK) {
        *ret_reply = reply;
    }
    return stream->result.status;
}

GrpcStatus grpc_call(
    GrpcClient *client,
    const GrpcRequest *request,
    Arena *arena,
    void **ret_reply,
    GrpcResult *ret_result
)
{
    GrpcStream stream;
    init_stream(&stream, client, request, arena);
    Deadline former = narrow(client, request);
    GrpcStatus status = call_unary(&stream, request, ret_reply);
    done_stream(&stream);
    fiber_restore_deadline(former);
    if (ret_result) {
        *ret_result = stream.result;
    }
    return status;
}
