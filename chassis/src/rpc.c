#include "rpc.h"

#include <errno.h>

#include "principal.h"
#include "work.h"

struct GrpcMetrics {
    MetricFamily *handled;
    MetricFamily *seconds;
};

GrpcMetrics *grpc_metrics_new(Metrics *metrics)
{
    GrpcMetrics *grpc = MEM_NEW(GrpcMetrics);
    grpc->handled = metrics_define(
        metrics,
        &(MetricSpec) { .name = "grpc_server_handled_total",
                        .help = "Calls answered.",
                        .kind = METRIC_COUNTER,
                        .labels = { "method", "code" } }
    );
    grpc->seconds = metrics_define(
        metrics,
        &(MetricSpec) { .name = "grpc_server_handling_seconds",
                        .help = "Time from the head of a call to its end.",
                        .kind = METRIC_HISTOGRAM,
                        .labels = { "method" },
                        .unit = 1e-9 }
    );
    return grpc;
}

static Str metadata(const GrpcCall *call, Str name)
{
    return http_headers_get(&call->metadata, name);
}

static Str fields_json(Arena *arena, const Failure *failure)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter w = json_writer(&out, 0);
    json_begin_object(&w);
    vec_foreach(field, &failure->fields) {
        json_key_str(&w, field->path);
        json_string(&w, field->message);
    }
    json_end_object(&w);
    return strbuf_str(&out);
}

static GrpcStatus answer_failure(GrpcCall *call, const Failure *failure)
{
    const FailInfo *info = fail_info(failure->code);
    grpc_add_trailer(call, STR("x-error-code"), str_from(info->name));
    if (failure->fields.len > 0) {
        grpc_add_trailer(call, STR("x-error-fields-bin"), fields_json(call->arena, failure));
    }
    return grpc_fail(call, (GrpcStatus) info->grpc_status, "%" STR_FMT, STR_ARG(failure->message));
}

static int serve(Work *work, const GrpcCall *call, const void *request, void *reply)
{
    const RpcMethod *method = call->method->user;
    Context *ctx = &work->ctx;
    if (runtime_phase(ctx->worker->runtime) == PHASE_STARTING) {
        return fail(ctx, FAIL_SERVICE_UNAVAILABLE, "the service is starting");
    }
    const Credentials credentials = {
        .authorization = metadata(call, STR("authorization")),
        .user_id = metadata(call, STR("x-user-id")),
        .user_role = metadata(call, STR("x-user-role")),
    };
    TRY(principal_from(work, &credentials));
    TRY(access_check(ctx, method->access, method->callers));
    return method->handle(ctx, request, reply);
}

static GrpcStatus handle_unary(GrpcCall *call, const void *request, void *reply)
{
    Worker *worker = call->service_arg;
    Work *work = ARENA_NEW(call->arena, Work);
    TraceContext parent = { 0 };
    traceparent_parse(metadata(call, STR("traceparent")), &parent);
    work_begin(
        work,
        worker,
        call->arena,
        &(WorkOptions) { .kind = TRACE_SERVER,
                         .name = str_skip(call->path, 1),
                         .parent = &parent,
                         .correlation_id = metadata(call, STR("x-correlation-id")) }
    );
    int rc = serve(work, call, request, reply);
    work_settle(&work->ctx, rc);
    GrpcStatus status = rc < 0 ? answer_failure(call, &work->ctx.failure) : GRPC_OK;
    if (status != GRPC_OK && work->ctx.failure.cause.len > 0) {
        context_log(&work->ctx, LOG_ERROR, "%" STR_FMT, STR_ARG(work->ctx.failure.cause));
    }
    work_end(work);
    return status;
}

/* One line a call, as one a request. */
static void after_call(GrpcCall *call, void *worker_arg)
{
    Worker *worker = worker_arg;
    GrpcMetrics *metrics = worker->runtime->grpc_metrics;
    Str method = call->method ? call->path : STR("unknown");
    Str code = grpc_status_name(call->status);
    metric_inc(metric_get(metrics->handled, METRIC_VALUES(method, code)));
    metric_observe_since(
        metric_get(metrics->seconds, METRIC_VALUES(method)), call->exchange->started_ns
    );
    bool is_health = str_has_prefix(call->path, STR("/grpc.health.v1."));
    LogLevel level = is_health ? LOG_DEBUG : LOG_INFO;
    if (!log_is_on(level)) {
        return;
    }
    int64_t spent_us = (clock_monotonic_ns() - call->exchange->started_ns) / NS_PER_US;
    const JsonLogField fields[] = {
        LOG_TEXT("method", call->path),
        LOG_TEXT("status", code),
        LOG_DOUBLE("duration_ms", (double) spent_us / 1000.0),
        LOG_TEXT("remote_addr", call->peer),
        LOG_TEXT("correlation_id", metadata(call, STR("x-correlation-id"))),
        LOG_TEXT("error", call->message),
    };
    size_t count = call->status == GRPC_OK ? ARRAY_LEN(fields) - 1 : ARRAY_LEN(fields);
    json_log_write(worker->runtime->log, level, STR("call"), fields, count);
}

static const ProtobufCMethodDescriptor *method_of(const RpcService *service, const char *name)
{
    return protobuf_c_service_descriptor_get_method_by_name(service->descriptor, name);
}

static int add_service(Worker *worker, GrpcServer *server, const RpcService *service, Error *err)
{
    Arena *arena = worker->arena;
    GrpcService *made = ARENA_NEW(arena, GrpcService);
    size_t count = 0;
    while (service->methods[count].name) {
        count++;
    }
    GrpcMethod *methods = ARENA_ARRAY(arena, GrpcMethod, count);
    for (size_t i = 0; i < count; i++) {
        const RpcMethod *method = &service->methods[i];
        const ProtobufCMethodDescriptor *descriptor = method_of(service, method->name);
        if (!descriptor) {
            return error_set(err, -EINVAL, "gRPC method %s is not in the .proto", method->name);
        }
        methods[i] = (GrpcMethod) { .name = method->name,
                                    .input = descriptor->input,
                                    .output = descriptor->output,
                                    .unary = handle_unary,
                                    .user = method };
    }
    *made = (GrpcService
    ) { .name = service->descriptor->name, .methods = methods, .method_count = count };
    int rc = grpc_server_add(server, made, worker);
    if (rc == 0 && service->file_descriptor_set) {
        rc = grpc_server_add_descriptors(server, embedded_text(service->file_descriptor_set));
    }
    return rc < 0 ? error_errno(err, rc, "gRPC service %s", made->name) : 0;
}

int rpc_server_new(Worker *worker, GrpcServer **ret_server, Error *err)
{
    GrpcServer *server = NULL;
    const GrpcServerOptions options = { .arg = worker, .after = after_call };
    int rc = grpc_server_new(worker->loop, &options, &server);
    if (rc < 0) {
        return error_errno(err, rc, "gRPC server");
    }
    const RpcService *const *services = worker->runtime->app->grpc;
    for (size_t i = 0; services && services[i]; i++) {
        rc = add_service(worker, server, services[i], err);
        if (rc < 0) {
            grpc_server_free(server);
            return rc;
        }
    }
    *ret_server = server;
    return 0;
}

char *rpc_text(Arena *arena, Str text)
{
    return str_to_cstr(arena, text);
}
