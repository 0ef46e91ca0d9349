#include "work.h"

#include <chassis/ids.h>
#include <errno.h>

#include "db.h"

bool correlation_id_is_valid(Str id)
{
    if (id.len < 1 || id.len > 128) {
        return false;
    }
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '.' || c == '_' || c == '-';
        if (!fine) {
            return false;
        }
    }
    return true;
}

void work_begin(Work *work, Worker *worker, Arena *arena, const WorkOptions *options)
{
    Str correlation_id = options->correlation_id;
    if (!correlation_id_is_valid(correlation_id)) {
        correlation_id = id_new(arena);
    }
    work->ctx = (Context) {
        .arena = arena,
        .principal = { .kind = PRINCIPAL_SYSTEM },
        .correlation_id = correlation_id,
        .worker = worker,
    };
    work->ctx.db = worker->pool ? db_shared(&work->ctx) : NULL;
    work->log_fields[0] = (LogField) { .key = "correlation_id", .value = correlation_id };
    Tracer *tracer = options->untraced ? NULL : worker->runtime->tracer;
    work->fiber_context = (FiberContext) {
        .tracer = tracer,
        .log_fields = work->log_fields,
        .log_field_count = 1,
    };
    if (options->parent || options->untraced) {
        trace_begin_from(&work->span, tracer, options->parent, options->kind, options->name);
    } else {
        trace_begin(&work->span, options->kind, options->name);
    }
    work->outer = fiber_context();
    fiber_set_local(&work->fiber_context);
    trace_enter(&work->span);
}

void work_end(Work *work)
{
    const Failure *failure = &work->ctx.failure;
    if (failure->code != FAIL_NONE && fail_info(failure->code)->http_status >= 500) {
        trace_set_status(
            &work->span, TRACE_ERROR, failure->cause.len ? failure->cause : failure->message
        );
    }
    trace_end(&work->span);
    fiber_set_local(work->outer);
}

void work_set_principal(Work *work, const Principal *principal)
{
    work->ctx.principal = *principal;
    if (principal->user_id.len > 0) {
        work->log_fields[1] = (LogField) { .key = "user_id", .value = principal->user_id };
        work->fiber_context.log_field_count = 2;
    }
}

Work *work_of(const Context *ctx)
{
    return (Work *) (uintptr_t) ((const char *) ctx - offsetof(Work, ctx));
}

void work_settle(Context *ctx, int rc)
{
    if (rc >= 0 || ctx->failure.code != FAIL_NONE) {
        return;
    }
    if (rc == -ETIMEDOUT || rc == -ETIME) {
        fail(ctx, FAIL_TIMEOUT, "the request took too long");
    } else if (rc == -ECANCELED) {
        fail(ctx, FAIL_SERVICE_UNAVAILABLE, "the request was canceled");
    } else {
        fail_internal(ctx, "unexplained failure: %s", error_name(rc));
    }
}
