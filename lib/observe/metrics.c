#include "observe/metrics.h"

#include <assert.h>
#include <math.h>

#include "base/mem.h"

#include "internal.h"

static const double default_buckets[] = { .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10 };

static const MetricSpec overflow_spec = {
    .name = "metrics_overflow_total",
    .help = "Lookups of a series past its metric's bound, counted in the series of _other",
    .kind = METRIC_COUNTER,
};

Metrics *metrics_new(const MetricLabel *constant_labels, size_t count)
{
    Metrics *metrics = MEM_NEW(Metrics);
    pthread_mutex_init(&metrics->lock, NULL);
    metrics->last = &metrics->first;
    StrBuf text = STRBUF_INIT;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            strbuf_add_char(&text, ',');
        }
        metric_add_label(&text, constant_labels[i].name, constant_labels[i].value);
    }
    metrics->constant_text.len = text.len;
    metrics->constant_text.ptr = text.len ? strbuf_take(&text) : NULL;
    strbuf_done(&text);
    metrics->overflow_total = metrics_single(metrics, &overflow_spec);
    metric_hide(metrics->overflow_total);
    return metrics;
}

static void metric_free(Metric *metric)
{
    for (size_t i = 0; i < metric->family->label_count; i++) {
        free((void *) (uintptr_t) metric->values[i].ptr);
    }
    free(metric->values);
    free((void *) (uintptr_t) metric->labels_text.ptr);
    free(metric);
}

static void family_free(MetricFamily *family)
{
    for (Metric *metric = family->first; metric;) {
        Metric *next = metric->next;
        metric_free(metric);
        metric = next;
    }
    for (size_t i = 0; i < family->label_count; i++) {
        free(family->labels[i]);
    }
    for (size_t i = 0; i <= METRIC_BUCKETS_MAX; i++) {
        free((void *) (uintptr_t) family->bound_texts[i].ptr);
    }
    free(family->name);
    free(family->help);
    free(family);
}

void metrics_free(Metrics *metrics)
{
    if (!metrics) {
        return;
    }
    for (MetricFamily *family = metrics->first; family;) {
        MetricFamily *next = family->next;
        family_free(family);
        family = next;
    }
    free((void *) (uintptr_t) metrics->constant_text.ptr);
    pthread_mutex_destroy(&metrics->lock);
    free(metrics);
}

static bool is_valid_name(const char *name)
{
    for (const char *c = name; *c; c++) {
        bool is_letter = (*c | 32) >= 'a' && (*c | 32) <= 'z';
        bool is_digit = *c >= '0' && *c <= '9' && c > name;
        if (!is_letter && !is_digit && *c != '_' && *c != ':') {
            return false;
        }
    }
    return *name != '\0';
}

static Str bound_text(double bound)
{
    StrBuf text = STRBUF_INIT;
    strbuf_add(&text, STR("le=\""));
    if (isfinite(bound)) {
        strbuf_add_double(&text, bound);
    } else {
        strbuf_add(&text, STR("+Inf"));
    }
    strbuf_add_char(&text, '"');
    size_t len = text.len;
    return str_make(strbuf_take(&text), len);
}

static void family_set_buckets(MetricFamily *family, const MetricSpec *spec)
{
    const double *bounds = spec->buckets ? spec->buckets : default_buckets;
    size_t count = spec->buckets ? spec->bucket_count : ARRAY_LEN(default_buckets);
    assert(count <= METRIC_BUCKETS_MAX);
    for (size_t i = 0; i < count; i++) {
        assert(i == 0 || bounds[i] > bounds[i - 1]);
        family->bound_texts[i] = bound_text(bounds[i]);
        family->recorded_bounds[i] = (int64_t) llround(bounds[i] * family->divisor);
    }
    family->bucket_count = count;
    family->bound_texts[count] = bound_text(HUGE_VAL);
}

static MetricFamily *family_new(Metrics *metrics, const MetricSpec *spec)
{
    assert(is_valid_name(spec->name));
    MetricFamily *family = MEM_NEW(MetricFamily);
    family->metrics = metrics;
    family->name = mem_strdup(spec->name);
    family->help = mem_strdup(spec->help ? spec->help : spec->name);
    family->kind = spec->kind;
    family->last = &family->first;
    family->max_series = spec->max_series ? spec->max_series : METRIC_SERIES_DEFAULT;
    double unit = spec->unit > 0 ? spec->unit : 1;
    family->divisor = unit < 1 ? round(1 / unit) : 1 / unit;
    while (family->label_count < METRIC_LABELS_MAX && spec->labels[family->label_count]) {
        family->labels[family->label_count] = mem_strdup(spec->labels[family->label_count]);
        family->label_count++;
    }
    if (spec->kind == METRIC_HISTOGRAM) {
        family_set_buckets(family, spec);
    }
    *metrics->last = family;
    metrics->last = &family->next;
    return family;
}

MetricFamily *metrics_define(Metrics *metrics, const MetricSpec *spec)
{
    pthread_mutex_lock(&metrics->lock);
    MetricFamily *family = metrics->first;
    while (family && strcmp(family->name, spec->name) != 0) {
        family = family->next;
    }
    if (!family) {
        family = family_new(metrics, spec);
    }
    pthread_mutex_unlock(&metrics->lock);
    assert(family->kind == spec->kind);
    for (size_t i = 0; i < family->label_count; i++) {
        assert(spec->labels[i] && strcmp(spec->labels[i], family->labels[i]) == 0);
    }
    return family;
}

Metric *metrics_single(Metrics *metrics, const MetricSpec *spec)
{
    return metrics ? metric_single(metrics_define(metrics, spec)) : NULL;
}

static Str copy_heap(Str s)
{
    return s.len ? str_make(mem_memdup(s.ptr, s.len), s.len) : (Str) { 0 };
}

static Metric *metric_new(MetricFamily *family, const Str *values, uint64_t hash)
{
    size_t bucket_count = family->kind == METRIC_HISTOGRAM ? family->bucket_count + 1 : 0;
    Metric *metric = mem_alloc(sizeof *metric + bucket_count * sizeof metric->buckets[0]);
    metric->family = family;
    metric->hash = hash;
    metric->values = mem_calloc(family->label_count + 1, sizeof *metric->values);
    StrBuf text = STRBUF_INIT;
    for (size_t i = 0; i < family->label_count; i++) {
        metric->values[i] = copy_heap(values[i]);
        if (i > 0) {
            strbuf_add_char(&text, ',');
        }
        metric_add_label(&text, str_from(family->labels[i]), values[i]);
    }
    metric->labels_text.len = text.len;
    metric->labels_text.ptr = text.len ? strbuf_take(&text) : NULL;
    strbuf_done(&text);
    *family->last = metric;
    family->last = &metric->next;
    return metric;
}

static Metric *family_find(const MetricFamily *family, const Str *values, uint64_t hash)
{
    Metric *metric = family->slots[hash % METRIC_HASH_SLOTS];
    for (; metric; metric = metric->same_slot) {
        size_t i = metric->hash == hash ? 0 : SIZE_MAX;
        while (i < family->label_count && str_eq(metric->values[i], values[i])) {
            i++;
        }
        if (i == family->label_count) {
            return metric;
        }
    }
    return NULL;
}

static Metric *family_overflow(MetricFamily *family)
{
    metric_inc(family->metrics->overflow_total);
    if (!family->overflow) {
        Str values[METRIC_LABELS_MAX];
        for (size_t i = 0; i < METRIC_LABELS_MAX; i++) {
            values[i] = STR("_other");
        }
        family->overflow = metric_new(family, values, 0);
    }
    return family->overflow;
}

static Metric *family_add(MetricFamily *family, const Str *values, uint64_t hash)
{
    if (family->series_count >= family->max_series) {
        return family_overflow(family);
    }
    Metric *metric = metric_new(family, values, hash);
    Metric **slot = &family->slots[hash % METRIC_HASH_SLOTS];
    metric->same_slot = *slot;
    *slot = metric;
    family->series_count++;
    return metric;
}

Metric *metric_get(MetricFamily *family, const Str *values)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < family->label_count; i++) {
        hash = hash * 0x9E3779B97F4A7C15U + str_hash(values[i]);
    }
    pthread_mutex_lock(&family->metrics->lock);
    Metric *metric = family_find(family, values, hash);
    if (!metric) {
        metric = family_add(family, values, hash);
    }
    pthread_mutex_unlock(&family->metrics->lock);
    return metric;
}

static void show(Metric *metric)
{
    if (atomic_load_explicit(&metric->is_hidden, memory_order_relaxed)) {
        atomic_store_explicit(&metric->is_hidden, false, memory_order_relaxed);
    }
}

void metric_add(Metric *metric, int64_t amount)
{
    if (metric) {
        assert(metric->family->kind != METRIC_HISTOGRAM);
        assert(amount >= 0 || metric->family->kind == METRIC_GAUGE);
        atomic_fetch_add_explicit(&metric->value, amount, memory_order_relaxed);
        show(metric);
    }
}

void metric_set(Metric *metric, int64_t value)
{
    if (metric) {
        assert(metric->family->kind == METRIC_GAUGE);
        atomic_store_explicit(&metric->value, value, memory_order_relaxed);
        show(metric);
    }
}

void metric_observe(Metric *metric, int64_t value)
{
    if (!metric) {
        return;
    }
    const MetricFamily *family = metric->family;
    assert(family->kind == METRIC_HISTOGRAM);
    size_t bucket = 0;
    while (bucket < family->bucket_count && value > family->recorded_bounds[bucket]) {
        bucket++;
    }
    atomic_fetch_add_explicit(&metric->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metric->value, value, memory_order_relaxed);
    show(metric);
}

void metric_observe_since(Metric *metric, int64_t start_ns)
{
    if (metric) {
        metric_observe(metric, clock_monotonic_ns() - start_ns);
    }
}

void metric_hide(Metric *metric)
{
    if (metric) {
        atomic_store_explicit(&metric->is_hidden, true, memory_order_relaxed);
    }
}

void metric_set_callback(Metric *metric, int64_t (*fn)(void *arg), void *arg)
{
    if (metric) {
        pthread_mutex_lock(&metric->family->metrics->lock);
        metric->callback = fn;
        metric->callback_arg = arg;
        pthread_mutex_unlock(&metric->family->metrics->lock);
    }
}

int64_t metric_value(const Metric *metric)
{
    if (metric->family->kind != METRIC_HISTOGRAM) {
        return atomic_load_explicit(&metric->value, memory_order_relaxed);
    }
    uint64_t count = 0;
    for (size_t i = 0; i <= metric->family->bucket_count; i++) {
        count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
    }
    return (int64_t) count;
}

int64_t metric_sum(const Metric *metric)
{
    assert(metric->family->kind == METRIC_HISTOGRAM);
    return atomic_load_explicit(&metric->value, memory_order_relaxed);
}
