/* HTTP calls to peers, for what has no gRPC. */
#include <errno.h>

#include "peers.h"

enum { CALL_TIMEOUT_MS = 3000 };

typedef struct HttpAttempt {
    const PeerHttpCall *call;
    HttpRequest request;
    Node *root;
} HttpAttempt;

static int fail_transport(Context *ctx, const Peer *peer, int rc, const Error *err)
{
    context_log(ctx, LOG_WARN, "%" STR_FMT ": %s", STR_ARG(peer->name), err->message);
    if (rc == -ETIMEDOUT) {
        return fail(ctx, FAIL_TIMEOUT, "%" STR_FMT " took too long", STR_ARG(peer->name));
    }
    return fail(
        ctx, FAIL_SERVICE_UNAVAILABLE, "%" STR_FMT " is not available", STR_ARG(peer->name)
    );
}

/* The envelope's own code and message, where it has them. */
static int fail_answer(Context *ctx, const Peer *peer, int status, const Node *root)
{
    const Node *error = node_get_cstr(root, "error");
    FailCode code = fail_code_by_name(node_string_or(node_get_cstr(error, "code"), STR("")));
    if (code == FAIL_NONE) {
        code = FAIL_BAD_GATEWAY;
    }
    Str message = node_string_or(node_get_cstr(error, "message"), STR("unexpected answer"));
    if (code == FAIL_INTERNAL_ERROR) {
        return fail_internal(ctx, "%" STR_FMT " answered %d", STR_ARG(peer->name), status);
    }
    return fail(ctx, code, "%" STR_FMT, STR_ARG(message));
}

static int run_http(PeerTry *attempt, bool *ret_transport)
{
    Context *ctx = attempt->ctx;
    HttpAttempt *state = attempt->arg;
    HttpClient *client = peers_http(ctx);
    if (!client) {
        return -EIO;
    }
    HttpResponse response = { 0 };
    Error err = ERROR_INIT;
    int rc = http_fetch(client, &state->request, ctx->arena, &response, &err);
    if (rc < 0) {
        *ret_transport = rc != -ECANCELED;
        return rc == -ECANCELED ? rc : fail_transport(ctx, attempt->peer, rc, &err);
    }
    rc = json_read_str(ctx->arena, response.body, NULL, &state->root, &err);
    *ret_transport = response.status >= 500;
    if (response.status >= 300) {
        return fail_answer(ctx, attempt->peer, response.status, rc == 0 ? state->root : NULL);
    }
    if (rc < 0) {
        *ret_transport = true;
        return fail(
            ctx,
            FAIL_BAD_GATEWAY,
            "%" STR_FMT " gave an unreadable answer",
            STR_ARG(attempt->peer->name)
        );
    }
    return 0;
}

int peer_http(Context *ctx, const PeerHttpCall *call, const Node **ret_data)
{
    Peer *peer = peer_get(ctx, call->peer);
    if (!peer) {
        return -EINVAL;
    }
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(ctx->arena);
    peer_add_headers(ctx, &headers, call->peer, call->as_user, call->idempotency_key);
    if (call->body.len > 0) {
        http_headers_add(&headers, STR("content-type"), STR("application/json"));
    }
    HttpAttempt state = {
        .call = call,
        .request = {
            .method = http_method_parse(str_from(call->method)),
            .url = str_concat(ctx->arena, peer->base_url, call->path),
            .headers = &headers,
            .body = call->body,
            .timeout_ms = call->timeout_ms ? call->timeout_ms : CALL_TIMEOUT_MS,
        },
    };
    PeerTry attempt = {
        .ctx = ctx,
        .peer = peer,
        .may_repeat = call->is_read || call->idempotency_key.len > 0,
        .run = run_http,
        .arg = &state,
    };
    TRY(peer_try(&attempt));
    *ret_data = node_get_cstr(state.root, "data");
    return 0;
}
