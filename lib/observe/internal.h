/* What the files of observe share. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "observe/metrics.h"
#include "observe/trace.h"

enum { METRIC_HASH_SLOTS = 64 };

struct Metric {
    MetricFamily *family;
    Metric *next;      /* in order of creation */
    Metric *same_slot; /* hash chain */
    uint64_t hash;
    Str *values;                    /* as given, one for each label name */
    Str labels_text;                /* rendered once: a="b",c="d" */
    int64_t (*callback)(void *arg); /* under the registry's lock, like callback_arg */
    void *callback_arg;
    atomic_bool is_hidden;
    _Atomic int64_t value;      /* counter, gauge; histogram: sum */
    _Atomic uint64_t buckets[]; /* histogram: bucket_count + 1, not cumulative */
};

struct MetricFamily {
    Metrics *metrics;
    MetricFamily *next;
    char *name;
    char *help;
    MetricKind kind;
    size_t label_count;
    char *labels[METRIC_LABELS_MAX];
    double divisor; /* exposed = recorded / divisor: exact for the usual units */
    size_t bucket_count;
    int64_t recorded_bounds[METRIC_BUCKETS_MAX]; /* the same as recorded */
    Str bound_texts[METRIC_BUCKETS_MAX + 1];     /* le="0.5", the last one +Inf */
    size_t max_series, series_count;
    Metric *first, **last;
    Metric *overflow;
    Metric *slots[METRIC_HASH_SLOTS];
};

struct Metrics {
    pthread_mutex_t lock; /* families, series and callbacks; never taken to record */
    Str constant_text;    /* service="product" */
    MetricFamily *first, **last;
    Metric *overflow_total;
    bool has_process;
    double start_utc_s;
};

/* `name="value"` with the value escaped. */
void metric_add_label(StrBuf *out, Str name, Str value);
/* The series of the running process, behind the others. */
void metrics_expose_process(const Metrics *metrics, StrBuf *out);
/* One line: name, suffix, labels in braces, value. */
void metric_add_sample_head(const Metrics *metrics, StrBuf *out, Str name, Str labels_text);

/* Tracer: whether a trace that begins here is kept; a span that ended. */
bool tracer_samples(const Tracer *tracer, const uint8_t trace_id[static 16]);
void tracer_put(Tracer *tracer, const TraceSpan *span, int64_t duration_ns);
/* Appends the span as field 2 of ScopeSpans. */
void otlp_encode_span(StrBuf *out, const TraceSpan *span, int64_t duration_ns);
