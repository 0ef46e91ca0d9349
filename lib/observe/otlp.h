/* OTLP over HTTP: sends the spans of a Tracer to a collector as protobuf
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp).
 *
 * One fiber on one loop takes what the tracer queued, every few seconds or when a batch is full,
 * posts it to http://ENDPOINT/v1/traces and retries what the specification calls retryable with
 * growing delays. Meanwhile spans gather in the tracer's bounded queue, which drops and counts. No
 * request ever waits for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "loop/loop.h"
#include "observe/metrics.h"
#include "observe/trace.h"

typedef struct OtlpExporter OtlpExporter;

typedef struct OtlpOptions {
    Str endpoint; /* "host:port" or "http://host:port", copied */
    const MetricLabel
        *resource; /* e.g. service.name, service.version, deployment.environment; copied */
    size_t resource_count;
    size_t batch_spans;  /* 0: 512 */
    int64_t interval_ms; /* 0: 5000 */
    int64_t timeout_ms;  /* of one POST; 0: 5000 */
    Metrics *metrics;    /* otel_spans_{exported,dropped}_total; NULL: none */
} OtlpOptions;

/* Begins to export on `loop`. The tracer must outlive the exporter. */
int otlp_exporter_start(
    Loop *loop, Tracer *tracer, const OtlpOptions *options, OtlpExporter **ret, Error *err
);
/* From a fiber of the same loop: sends what is queued, until `timeout_ms` have passed at most; ends
 * and frees it. */
void otlp_exporter_stop(OtlpExporter *exporter, int64_t timeout_ms);

/* The body of one POST: ExportTraceServiceRequest around spans as tracer_take appends them. */
void otlp_encode_traces(StrBuf *out, const MetricLabel *resource, size_t resource_count, Str spans);
