/* Observe on any bytes: a traceparent that is read is written back as it means, and a label value,
 * whatever it is, leaves the exposition one sample a line in valid UTF-8. */
#include <assert.h>

#include "base/text.h"
#include "observe/metrics.h"
#include "observe/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_traceparent(Str text)
{
    TraceContext context = { 0 }, again = { 0 };
    if (!traceparent_parse(text, &context)) {
        assert(!trace_context_is_set(&context));
        return;
    }
    char written[TRACEPARENT_LEN + 1];
    traceparent_format(&context, written);
    assert(traceparent_parse(str_from(written), &again));
    assert(memcmp(context.trace_id, again.trace_id, sizeof context.trace_id) == 0);
    assert(memcmp(context.span_id, again.span_id, sizeof context.span_id) == 0);
    assert(context.sampled == again.sampled);
}

/* The quoted value of the last line, its escapes resolved. */
static void check_value(Str line, Str value)
{
    size_t at = str_find(line, STR("l=\"")) + 3;
    for (size_t i = 0; i < value.len; i++, at++) {
        char c = line.ptr[at];
        if (c == '\\') {
            c = line.ptr[++at];
            c = c == 'n' ? '\n' : c;
        }
        assert(c == value.ptr[i]);
    }
    assert(str_eq_cstr(str_skip(line, at), "\"} 1"));
}

static void check_exposition(Str value)
{
    static const MetricSpec spec = {
        .name = "m", .help = "M", .kind = METRIC_COUNTER, .labels = { "l" }
    };
    Metrics *metrics = metrics_new(NULL, 0);
    metric_inc(metric_get(metrics_define(metrics, &spec), &value));
    auto_strbuf StrBuf out = STRBUF_INIT;
    metrics_expose(metrics, &out);
    assert(utf8_is_valid(strbuf_str(&out)));
    Str rest = strbuf_str(&out), line = { 0 };
    size_t lines = 0;
    while (str_next(&rest, '\n', &line) && line.len > 0) {
        lines++;
        if (lines == 3 && utf8_is_valid(value)) {
            check_value(line, value);
        }
    }
    assert(lines == 3);
    metrics_free(metrics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str text = str_make((const char *) data, size);
    check_traceparent(text);
    check_exposition(text);
    return 0;
}
