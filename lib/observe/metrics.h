/* Metrics: counters, gauges and histograms, and their Prometheus text.
 *
 * A Metrics is one process' registry; a MetricFamily is one name with its label names; a Metric is
 * one series of it, resolved once by its label values and then recorded to in nanoseconds: relaxed
 * atomics, no lock, no allocation, from any thread. A Metric lives as long as its registry, so
 * callers keep the pointer (per route, per statement, per topic).
 *
 * Values are int64; the family's `unit` turns them into what is exposed: nanoseconds with unit 1e-9
 * are exposed as seconds. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/strbuf.h"

typedef struct Metrics Metrics;
typedef struct MetricFamily MetricFamily;
typedef struct Metric Metric;

typedef struct MetricLabel {
    Str name;
    Str value;
} MetricLabel;

typedef enum MetricKind {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_HISTOGRAM,
} MetricKind;

enum { METRIC_LABELS_MAX = 6, METRIC_BUCKETS_MAX = 24, METRIC_SERIES_DEFAULT = 1000 };

typedef struct MetricSpec {
    const char *name;
    const char *help;
    MetricKind kind;
    const char *labels[METRIC_LABELS_MAX]; /* names, ended by NULL */
    double unit;                           /* exposed = recorded * unit; 0: 1 */
    const double *buckets; /* exposed upper bounds, ascending; NULL: .005 to 10 seconds */
    size_t bucket_count;
    size_t max_series; /* 0: METRIC_SERIES_DEFAULT */
} MetricSpec;

/* The constant labels (copied) stand on every series. */
Metrics *metrics_new(const MetricLabel *constant_labels, size_t count);
void metrics_free(Metrics *metrics); /* NULL is fine */

/* The family of that name, made at the first call; a second call with another kind or other labels
 * is a bug. The spec's strings are copied. */
MetricFamily *metrics_define(Metrics *metrics, const MetricSpec *spec);

/* The series with these label values, one for each label name, made at the first call. Never NULL:
 * past max_series it is the one whose values are all "_other", and metrics_overflow_total counts.
 * Takes a lock; for hot paths resolve once. */
Metric *metric_get(MetricFamily *family, const Str *values);
#define METRIC_VALUES(...) ((const Str[]) { __VA_ARGS__ })
/* The only series of a family without labels. */
static inline Metric *metric_single(MetricFamily *family)
{
    return metric_get(family, NULL);
}
/* Define and take the one series of a family without labels. */
Metric *metrics_single(Metrics *metrics, const MetricSpec *spec);

/* All take NULL and then do nothing, so that a client can run without a registry. */
void metric_add(Metric *metric, int64_t amount);    /* counter: amount >= 0; gauge: either sign */
void metric_set(Metric *metric, int64_t value);     /* gauge */
void metric_observe(Metric *metric, int64_t value); /* histogram */
static inline void metric_inc(Metric *metric)
{
    metric_add(metric, 1);
}
/* Observes the nanoseconds since `start_ns` (clock_monotonic_ns); for families with unit 1e-9. */
void metric_observe_since(Metric *metric, int64_t start_ns);
/* Leaves the series out of the exposition until it is recorded to again, e.g. a revoked partition.
 */
void metric_hide(Metric *metric);

/* A gauge or counter read when the text is made: `fn` runs on the scraping thread and must be safe
 * there. fn NULL takes the callback away. */
void metric_set_callback(Metric *metric, int64_t (*fn)(void *arg), void *arg);

/* Recorded value of a counter or gauge, or the count of a histogram: for tests and dashboards. */
int64_t metric_value(const Metric *metric);
int64_t metric_sum(const Metric *metric); /* histogram: the sum of what was recorded */

/* process_* of the running process (read from /proc at each scrape) and build_info{version,commit}.
 */
void metrics_add_process(Metrics *metrics, Str version, Str commit);

/* Text format 0.0.4, families in order of definition, series in order of creation. Families without
 * a visible series are left out. */
void metrics_expose(Metrics *metrics, StrBuf *out);
#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
