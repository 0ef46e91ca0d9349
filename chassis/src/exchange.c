/* The life of a request: correlate, route, authenticate, authorize, read, handle, answer, record.
 */
#include "exchange.h"

#include <errno.h>

enum { HANDLER_DEADLINE_MS = 12000 };
/* No answer was wanted any more: in logs and metrics only, so that it counts as no fault of ours. */
enum { CLIENT_LEFT = 499 };

static TraceContext parent_of(const HttpExchange *http)
{
    TraceContext parent = { 0 };
    traceparent_parse(http_headers_get(&http->headers, STR("traceparent")), &parent);
    return parent;
}

static void begin(Exchange *exchange, HttpExchange *http, Worker *worker)
{
    TraceContext parent = parent_of(http);
    exchange->http = http;
    router_find(worker->runtime->router, http->method, http->path, &exchange->match);
    const Route *route = exchange->match.route;
    Str pattern = route ? str_from(route->pattern) : STR("/404");
    work_begin(
        &exchange->work,
        worker,
        http->arena,
        &(WorkOptions) {
            .kind = TRACE_SERVER,
            .name = route ? pattern : http->method_name,
            .parent = &parent,
            .correlation_id = http_headers_get(&http->headers, STR("x-correlation-id")),
        }
    );
    exchange->work.ctx.principal.kind = PRINCIPAL_ANONYMOUS;
    exchange->work.ctx.request = &exchange->request;
    exchange->request = (Request) {
        .ctx = &exchange->work.ctx,
        .route = route,
        .method = http->method,
        .path = http->path,
        .raw_query = http->query,
        .internal = exchange,
    };
    exchange->answer.body.arena = http->arena;
    TraceSpan *span = &exchange->work.span;
    if (trace_is_recording(span)) {
        trace_set_text(span, "http.request.method", http->method_name);
        trace_set_text(span, "http.route", pattern);
        trace_set_text(span, "url.path", http->path);
    }
}

static int refuse_unknown(Exchange *exchange)
{
    Context *ctx = &exchange->work.ctx;
    if (!exchange->match.path_is_known) {
        return fail(ctx, FAIL_NOT_FOUND, "there is no such route");
    }
    Str allow = router_allow_header(ctx->arena, exchange->match.allowed);
    respond_header(&exchange->request, "Allow", allow);
    return fail(ctx, FAIL_METHOD_NOT_ALLOWED, "the route takes %" STR_FMT " only", STR_ARG(allow));
}

static int refuse_while_starting(Exchange *exchange)
{
    Context *ctx = &exchange->work.ctx;
    Runtime *runtime = ctx->worker->runtime;
    bool is_builtin = exchange->match.index < runtime->builtin_count;
    if (is_builtin || runtime_phase(runtime) != PHASE_STARTING) {
        return 0;
    }
    ctx->failure.retry_after_s = 1;
    return fail(ctx, FAIL_SERVICE_UNAVAILABLE, "the service is starting");
}

static int call_handler(Exchange *exchange)
{
    int rc = exchange_idempotency_begin(exchange);
    if (rc != 0) {
        return rc < 0 ? rc : 0;
    }
    rc = exchange->match.route->handle(&exchange->request);
    work_settle(&exchange->work.ctx, rc);
    exchange_idempotency_end(exchange, rc);
    return rc;
}

static int serve(Exchange *exchange)
{
    TRY(exchange_authenticate(exchange));
    if (!exchange->match.route) {
        return refuse_unknown(exchange);
    }
    TRY(refuse_while_starting(exchange));
    TRY(exchange_authorize(exchange));
    TRY(exchange_read_body(exchange));
    return call_handler(exchange);
}

static void record(Exchange *exchange)
{
    Worker *worker = exchange->work.ctx.worker;
    TraceSpan *span = &exchange->work.span;
    if (exchange->http->aborted) {
        exchange->answer.status = CLIENT_LEFT;
    }
    int status = exchange->answer.status;
    if (trace_is_recording(span)) {
        trace_set_int(span, "http.response.status_code", status);
    }
    http_metrics_end(
        worker->runtime->http_metrics,
        &(HttpSample) {
            .route = exchange->match.route,
            .route_index = exchange->match.index,
            .method = exchange->http->method_name,
            .status = status,
            .start_ns = exchange->http->started_ns,
        }
    );
    exchange_log(exchange);
}

void exchange_handle(HttpExchange *http, void *worker_arg)
{
    Worker *worker = worker_arg;
    Exchange *exchange = ARENA_NEW(http->arena, Exchange);
    http_metrics_begin(worker->runtime->http_metrics);
    begin(exchange, http, worker);
    const Route *route = exchange->match.route;
    int64_t budget_ms = route && route->deadline_ms ? route->deadline_ms : HANDLER_DEADLINE_MS;
    Deadline former = fiber_narrow_deadline(deadline_in_ms(budget_ms));
    int rc = serve(exchange);
    fiber_restore_deadline(former);
    work_settle(&exchange->work.ctx, rc);
    exchange_send(exchange, rc);
    record(exchange);
    work_end(&exchange->work);
}
