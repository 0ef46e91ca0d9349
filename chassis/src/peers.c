#include "peers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/random.h"
#include "net/url.h"

#include "principal.h"
#include "work.h"

enum { TRIES_MAX = 3, PAUSE_FIRST_MS = 100, GRPC_PORT_OFFSET = 1000 };

/* services.md 1.1: where each service is when nothing says otherwise. */
static const struct {
    const char *name;
    int http_port;
} known_services[] = {
    { "gateway", 8080 },  { "product", 8001 },      { "cart", 8002 },   { "order", 8003 },
    { "checkout", 8004 }, { "payment", 8005 },      { "user", 8006 },   { "inventory", 8007 },
    { "campaign", 8008 }, { "notification", 8009 }, { "search", 8010 }, { "media", 8011 },
};

struct Peers {
    Worker *worker;
    Map by_name; /* on the worker's arena */
    HttpClient *http;
};

Peers *peers_new(Worker *worker)
{
    Peers *peers = ARENA_NEW(worker->arena, Peers);
    peers->worker = worker;
    peers->by_name.arena = worker->arena;
    return peers;
}

void peers_free(Peers *peers)
{
    if (!peers) {
        return;
    }
    map_foreach(entry, &peers->by_name) {
        Peer *peer = entry->value;
        if (peer->grpc) {
            grpc_client_free(peer->grpc);
        }
    }
    if (peers->http) {
        http_client_free(peers->http);
    }
}

static int default_port(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(known_services); i++) {
        if (strcmp(known_services[i].name, name) == 0) {
            return known_services[i].http_port;
        }
    }
    return 0;
}

static Str from_environment(Arena *arena, const char *peer, const char *suffix)
{
    Str upper = str_upper(arena, str_from(peer));
    const char *value = getenv(arena_printf(arena, "%" STR_FMT "_%s", STR_ARG(upper), suffix));
    return str_from(value && *value ? value : NULL);
}

static Peer *make_peer(Worker *worker, const char *name, int port)
{
    Arena *arena = worker->arena;
    Peer *peer = ARENA_NEW(arena, Peer);
    peer->name = str_dup(arena, str_from(name));
    peer->base_url = from_environment(arena, name, "SERVICE_URL");
    if (peer->base_url.len == 0) {
        peer->base_url = str_printf(arena, "http://localhost:%d", port);
    }
    str_strip_suffix(&peer->base_url, STR("/"));
    Str target = from_environment(arena, name, "GRPC_ADDR");
    Url url;
    if (target.len == 0 && url_parse(peer->base_url, &url, NULL) == 0) {
        target = str_printf(arena, "%" STR_FMT ":%d", STR_ARG(url.host), port + GRPC_PORT_OFFSET);
    }
    peer->target = str_to_cstr(arena, target);
    peer->breaker = runtime_breaker(worker->runtime, peer->name);
    return peer;
}

Breaker *runtime_breaker(Runtime *runtime, Str name)
{
    const Settings *settings = &runtime->settings;
    pthread_mutex_lock(&runtime->breakers_lock);
    Breaker *breaker = map_get(&runtime->breakers, name);
    if (!breaker) {
        const BreakerOptions options = {
            .min_requests = settings->cb_min_requests,
            .failure_ratio = settings->cb_failure_ratio,
            .interval_ms = settings->cb_interval_s * 1000,
            .timeout_ms = settings->cb_timeout_s * 1000,
            .max_requests = settings->cb_max_requests,
        };
        breaker = breaker_new(&options, runtime->metrics, name);
        map_set(&runtime->breakers, str_from(mem_memdup(name.ptr, name.len + 1)), breaker);
    }
    pthread_mutex_unlock(&runtime->breakers_lock);
    return breaker;
}

Peer *peer_get(Context *ctx, const char *name)
{
    Peers *peers = ctx->worker->peers;
    Peer *peer = map_get(&peers->by_name, str_from(name));
    if (peer) {
        return peer;
    }
    int port = default_port(name);
    if (port == 0) {
        fail_internal(ctx, "no service is called %s", name);
        return NULL;
    }
    peer = make_peer(ctx->worker, name, port);
    map_set(&peers->by_name, peer->name, peer);
    return peer;
}

HttpClient *peers_http(Context *ctx)
{
    Peers *peers = ctx->worker->peers;
    if (!peers->http) {
        const HttpClientOptions options = { .backoff_ms = 100 };
        Error err = ERROR_INIT;
        if (http_client_new(ctx->worker->loop, &options, &peers->http, &err) < 0) {
            fail_internal(ctx, "%s", err.message);
        }
    }
    return peers->http;
}

/* ±25 % of 100, 200, 400 ms. */
static int64_t pause_ms(unsigned attempt)
{
    int64_t base = (int64_t) PAUSE_FIRST_MS << attempt;
    return base * 3 / 4 + (int64_t) random_below((uint64_t) base / 2 + 1);
}

static int refuse(Context *ctx, const Peer *peer)
{
    ctx->failure.retry_after_s = 1;
    return fail(
        ctx, FAIL_SERVICE_UNAVAILABLE, "%" STR_FMT " is not available", STR_ARG(peer->name)
    );
}

int peer_try(PeerTry *attempt)
{
    Context *ctx = attempt->ctx;
    for (unsigned tries = 0;; tries++) {
        uint64_t ticket;
        if (!breaker_allow(attempt->peer->breaker, clock_monotonic_ms(), &ticket)) {
            return refuse(ctx, attempt->peer);
        }
        bool is_transport = false;
        int rc = attempt->run(attempt, &is_transport);
        breaker_done(attempt->peer->breaker, clock_monotonic_ms(), ticket, is_transport);
        bool again = is_transport && attempt->may_repeat && tries + 1 < TRIES_MAX &&
                     deadline_left_ms(fiber_deadline()) > pause_ms(tries);
        if (!again) {
            return rc;
        }
        fail_clear(ctx);
        TRY(fiber_sleep_ms(pause_ms(tries)));
    }
}

void peer_add_headers(
    Context *ctx, HttpHeaders *headers, const char *peer, bool as_user, Str idempotency_key
)
{
    Work *work = work_of(ctx);
    Str authorization =
        as_user && work->authorization.len > 0 ? work->authorization : service_token(ctx, peer);
    http_headers_add(headers, STR("authorization"), authorization);
    http_headers_add(headers, STR("x-correlation-id"), ctx->correlation_id);
    TraceContext trace;
    if (trace_current(&trace)) {
        char text[TRACEPARENT_LEN + 1];
        traceparent_format(&trace, text);
        http_headers_add(headers, STR("traceparent"), str_dup(ctx->arena, str_from(text)));
    }
    if (idempotency_key.len > 0) {
        http_headers_add(headers, STR("idempotency-key"), idempotency_key);
    }
}
