/* gRPC calls to peers: their failure becomes ours, with their own code. */
#include <errno.h>

#include "peers.h"

enum { CALL_TIMEOUT_MS = 3000 };

typedef struct GrpcAttempt {
    const PeerCall *call;
    const ProtobufCMessage *request;
    const char *path;
    const ProtobufCMessageDescriptor *output;
    HttpHeaders metadata;
    const ProtobufCMessage *reply;
} GrpcAttempt;

static bool is_transport_failure(GrpcStatus status)
{
    return status == GRPC_UNAVAILABLE || status == GRPC_DEADLINE_EXCEEDED ||
           status == GRPC_INTERNAL;
}

static FailCode code_of(const GrpcResult *result)
{
    Str name = http_headers_get(&result->trailers, STR("x-error-code"));
    FailCode code = fail_code_by_name(name);
    if (code != FAIL_NONE && code != FAIL_INTERNAL_ERROR) {
        return code;
    }
    switch (result->status) {
    case GRPC_UNAVAILABLE:
        return FAIL_SERVICE_UNAVAILABLE;
    case GRPC_DEADLINE_EXCEEDED:
        return FAIL_TIMEOUT;
    case GRPC_INVALID_ARGUMENT:
        return FAIL_INVALID_INPUT;
    case GRPC_NOT_FOUND:
        return FAIL_NOT_FOUND;
    case GRPC_ALREADY_EXISTS:
        return FAIL_ALREADY_EXISTS;
    case GRPC_RESOURCE_EXHAUSTED:
        return FAIL_RATE_LIMITED;
    case GRPC_FAILED_PRECONDITION:
    case GRPC_ABORTED:
        return FAIL_CONFLICT;
    default:
        return FAIL_INTERNAL_ERROR;
    }
}

static int run_grpc(PeerTry *attempt, bool *ret_transport)
{
    Context *ctx = attempt->ctx;
    GrpcAttempt *state = attempt->arg;
    int64_t timeout_ms = state->call->timeout_ms ? state->call->timeout_ms : CALL_TIMEOUT_MS;
    const GrpcRequest request = {
        .path = state->path,
        .metadata = &state->metadata,
        .message = state->request,
        .output = state->output,
        .timeout_ms = timeout_ms,
    };
    GrpcResult result = { 0 };
    void *reply = NULL;
    GrpcStatus status = grpc_call(attempt->peer->grpc, &request, ctx->arena, &reply, &result);
    if (status == GRPC_OK) {
        state->reply = reply;
        return 0;
    }
    *ret_transport = is_transport_failure(status);
    FailCode code = code_of(&result);
    if (code == FAIL_INTERNAL_ERROR) {
        return fail_internal(
            ctx,
            "%" STR_FMT "/%s: %" STR_FMT,
            STR_ARG(attempt->peer->name),
            state->call->method,
            STR_ARG(result.message)
        );
    }
    return fail(ctx, code, "%" STR_FMT, STR_ARG(result.message));
}

static int connect_peer(Context *ctx, Peer *peer)
{
    if (peer->grpc) {
        return 0;
    }
    Error err = ERROR_INIT;
    const GrpcClientOptions options = { .target = peer->target };
    int rc = grpc_client_new(ctx->worker->loop, &options, &peer->grpc, &err);
    return rc < 0 ? fail_internal(ctx, "%s", err.message) : 0;
}

int peer_call(
    Context *ctx,
    const PeerCall *call,
    const ProtobufCMessage *request,
    const ProtobufCMessage **ret_reply
)
{
    Peer *peer = peer_get(ctx, call->peer);
    if (!peer) {
        return -EINVAL;
    }
    TRY(connect_peer(ctx, peer));
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(call->service, call->method);
    if (!method) {
        return fail_internal(ctx, "%s has no method %s", call->service->name, call->method);
    }
    GrpcAttempt state = {
        .call = call,
        .request = request,
        .path = arena_printf(ctx->arena, "/%s/%s", call->service->name, call->method),
        .output = method->output,
        .metadata = HTTP_HEADERS_ON_ARENA(ctx->arena),
    };
    peer_add_headers(ctx, &state.metadata, call->peer, call->as_user, call->idempotency_key);
    PeerTry attempt = {
        .ctx = ctx,
        .peer = peer,
        .may_repeat = call->is_read || call->idempotency_key.len > 0,
        .run = run_grpc,
        .arg = &state,
    };
    TRY(peer_try(&attempt));
    *ret_reply = state.reply;
    return 0;
}
