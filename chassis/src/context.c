#include <assert.h>
#include <chassis/context.h>
#include <stdarg.h>
#include <stdio.h>

#include "runtime.h"

enum { LOG_LINE_BYTES = 1024 };

const void *context_config(const Context *ctx)
{
    return ctx->worker->runtime->config;
}

void *context_state(const Context *ctx)
{
    return ctx->worker->runtime->state;
}

Str context_service(const Context *ctx)
{
    return ctx->worker->runtime->service;
}

/* Correlation, user and trace come from the fiber's own context, which the log reads. */
void context_log(const Context *ctx, LogLevel level, const char *format, ...)
{
    if (!log_is_on(level)) {
        return;
    }
    char text[LOG_LINE_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t used = len < 0 ? 0 : (size_t) len;
    used = used < sizeof text ? used : sizeof text - 1;
    json_log_write(ctx->worker->runtime->log, level, str_make(text, used), NULL, 0);
}

void count_metric(const Context *ctx, const char *name, int64_t by, ...)
{
    MetricSpec spec = { .name = name, .help = "Counted by the service.", .kind = METRIC_COUNTER };
    Str values[METRIC_LABELS_MAX] = { 0 };
    size_t count = 0;
    va_list args;
    va_start(args, by);
    for (const char *label; (label = va_arg(args, const char *));) {
        assert(count < METRIC_LABELS_MAX - 1);
        spec.labels[count] = label;
        values[count++] = str_from(va_arg(args, const char *));
    }
    va_end(args);
    metric_add(metric_get(metrics_define(ctx->worker->runtime->metrics, &spec), values), by);
}
