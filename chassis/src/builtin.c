/* The routes that every service has: health, metrics, openapi.json, debug. */
#include "builtin.h"

#include "build_info.h"
#include "exchange.h"
#include "health.h"

static int live(Request *req)
{
    StrBuf body = STRBUF_ON_ARENA(req->ctx->arena);
    JsonWriter w = json_writer(&body, 0);
    json_begin_object(&w);
    json_field_string(&w, "status", STR("up"));
    json_field_string(&w, "timestamp", clock_rfc3339(req->ctx->arena, clock_utc_us(), 6));
    json_key(&w, "build");
    json_begin_object(&w);
    json_field_string(&w, "git_commit", build_commit());
    json_field_string(&w, "build_time", build_time());
    json_field_string(&w, "compiler", STR(BUILD_COMPILER));
    json_end_object(&w);
    json_end_object(&w);
    return respond_bytes(req, 200, "application/json; charset=utf-8", strbuf_str(&body));
}

static int ready(Request *req)
{
    StrBuf body = STRBUF_ON_ARENA(req->ctx->arena);
    JsonWriter w = json_writer(&body, 0);
    int status = health_write_ready(req->ctx->worker, &w);
    return respond_bytes(req, status, "application/json; charset=utf-8", strbuf_str(&body));
}

static int require_network(Request *req, const CidrList *networks)
{
    if (cidr_list_has(networks, exchange_of(req)->http->peer)) {
        return 0;
    }
    return fail(req->ctx, FAIL_FORBIDDEN, "not from this network");
}

static int metrics(Request *req)
{
    Runtime *runtime = req->ctx->worker->runtime;
    TRY(require_network(req, &runtime->settings.metrics_cidrs));
    StrBuf body = STRBUF_ON_ARENA(req->ctx->arena);
    metrics_expose(runtime->metrics, &body);
    return respond_bytes(req, 200, METRICS_CONTENT_TYPE, strbuf_str(&body));
}

static int openapi(Request *req)
{
    return respond_bytes(
        req, 200, "application/json; charset=utf-8", req->ctx->worker->runtime->openapi
    );
}

/* What the loop that answers is doing. */
static int debug_loop(Request *req)
{
    Worker *worker = req->ctx->worker;
    TRY(require_network(req, &worker->runtime->settings.debug_cidrs));
    const HttpServerStats *stats = http_server_stats(worker->http);
    JsonWriter *w = respond_begin(req, 200);
    json_field_int(w, "loop", worker->index);
    json_field_int(w, "loops", (int64_t) worker->runtime->worker_count);
    json_field_int(w, "lag_us", loop_lag_ns(worker->loop) / 1000);
    json_field_int(w, "fibers", (int64_t) fiber_count(worker->loop));
    json_field_int(w, "connections", (int64_t) stats->connections);
    json_field_int(w, "requests", (int64_t) stats->requests);
    json_field_int(w, "requests_total", (int64_t) stats->requests_total);
    json_field_int(w, "shed_total", (int64_t) stats->shed_total);
    json_field_int(w, "protocol_errors_total", (int64_t) stats->protocol_errors_total);
    return respond_end(req);
}

#define FREE_FORM "{\"type\":\"object\"}"

const Route builtin_routes[] = {
    { ON_GET("/health/live", live),
      .response_schema = FREE_FORM,
      .tag = "operations",
      .summary = "Whether the process runs" },
    { ON_GET("/health/ready", ready),
      .response_schema = FREE_FORM,
      .tag = "operations",
      .summary = "Whether it takes traffic, and what it depends on" },
    { ON_GET("/metrics", metrics), .tag = "operations", .summary = "Prometheus metrics" },
    { ON_GET("/openapi.json", openapi),
      .response_schema = FREE_FORM,
      .tag = "operations",
      .summary = "This document" },
    { ON_GET("/debug/loop", debug_loop),
      .response_schema = FREE_FORM,
      .tag = "operations",
      .summary = "State of the event loop that answers" },
    ROUTE_END,
};
