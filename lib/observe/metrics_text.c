/* The Prometheus text format, https://prometheus.io/docs/instrumenting/exposition_formats/ */
#include "base/text.h"
#include "observe/metrics.h"

#include "internal.h"

static void add_escaped(StrBuf *out, Str text, bool escape_quotes)
{
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t codepoint = utf8_next(text, &at);
        if (codepoint == '\\') {
            strbuf_add(out, STR("\\\\"));
        } else if (codepoint == '\n') {
            strbuf_add(out, STR("\\n"));
        } else if (codepoint == '"' && escape_quotes) {
            strbuf_add(out, STR("\\\""));
        } else if (codepoint == 0xFFFD) {
            strbuf_add_codepoint(out, codepoint);
        } else {
            strbuf_add_bytes(out, text.ptr + from, at - from);
        }
    }
}

void metric_add_label(StrBuf *out, Str name, Str value)
{
    strbuf_add(out, name);
    strbuf_add(out, STR("=\""));
    add_escaped(out, value, true);
    strbuf_add_char(out, '"');
}

static void add_braces(const Metrics *metrics, StrBuf *out, Str labels_text, Str extra)
{
    const Str parts[] = { metrics->constant_text, labels_text, extra };
    char separator = '{';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].len > 0) {
            strbuf_add_char(out, separator);
            strbuf_add(out, parts[i]);
            separator = ',';
        }
    }
    if (separator == ',') {
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ' ');
}

void metric_add_sample_head(const Metrics *metrics, StrBuf *out, Str name, Str labels_text)
{
    strbuf_add(out, name);
    add_braces(metrics, out, labels_text, (Str) { 0 });
}

static void add_value(const MetricFamily *family, StrBuf *out, int64_t recorded)
{
    if (family->divisor == 1) {
        strbuf_add_int64(out, recorded);
    } else {
        strbuf_add_double(out, (double) recorded / family->divisor);
    }
    strbuf_add_char(out, '\n');
}

static void expose_histogram(const Metric *metric, StrBuf *out)
{
    const MetricFamily *family = metric->family;
    uint64_t count = 0;
    for (size_t i = 0; i <= family->bucket_count; i++) {
        count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
        strbuf_add_cstr(out, family->name);
        strbuf_add(out, STR("_bucket"));
        add_braces(family->metrics, out, metric->labels_text, family->bound_texts[i]);
        strbuf_add_uint64(out, count);
        strbuf_add_char(out, '\n');
    }
    strbuf_add_cstr(out, family->name);
    metric_add_sample_head(family->metrics, out, STR("_sum"), metric->labels_text);
    add_value(family, out, atomic_load_explicit(&metric->value, memory_order_relaxed));
    strbuf_add_cstr(out, family->name);
    metric_add_sample_head(family->metrics, out, STR("_count"), metric->labels_text);
    strbuf_add_uint64(out, count);
    strbuf_add_char(out, '\n');
}

static void expose_metric(const Metric *metric, StrBuf *out)
{
    const MetricFamily *family = metric->family;
    if (family->kind == METRIC_HISTOGRAM) {
        expose_histogram(metric, out);
        return;
    }
    int64_t value = metric->callback ? metric->callback(metric->callback_arg)
                                     : atomic_load_explicit(&metric->value, memory_order_relaxed);
    metric_add_sample_head(family->metrics, out, str_from(family->name), metric->labels_text);
    add_value(family, out, value);
}

static void expose_family(const MetricFamily *family, StrBuf *out)
{
    static const char *const kinds[] = { "counter", "gauge", "histogram" };
    bool has_head = false;
    for (const Metric *metric = family->first; metric; metric = metric->next) {
        bool hidden = atomic_load_explicit(&metric->is_hidden, memory_order_relaxed);
        if (hidden && !metric->callback) {
            continue;
        }
        if (!has_head) {
            strbuf_addf(out, "# HELP %s ", family->name);
            add_escaped(out, str_from(family->help), false);
            strbuf_addf(out, "\n# TYPE %s %s\n", family->name, kinds[family->kind]);
            has_head = true;
        }
        expose_metric(metric, out);
    }
}

void metrics_expose(Metrics *metrics, StrBuf *out)
{
    pthread_mutex_lock(&metrics->lock);
    for (const MetricFamily *family = metrics->first; family; family = family->next) {
        expose_family(family, out);
    }
    pthread_mutex_unlock(&metrics->lock);
    if (metrics->has_process) {
        metrics_expose_process(metrics, out);
    }
}
