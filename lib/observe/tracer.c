/* The Tracer: which traces are kept, and the bounded queue of spans that ended. */
#include <assert.h>
#include <math.h>

#include "base/mem.h"
#include "observe/trace.h"

#include "internal.h"

enum { QUEUED_BYTES_DEFAULT = 4 << 20, SPAN_LENGTH_BYTES = 5 };

struct Tracer {
    uint64_t sampled_below; /* of 2^63 */
    size_t max_queued_bytes;
    _Atomic uint64_t dropped;
    pthread_mutex_t lock; /* what follows */
    StrBuf queue;         /* encoded spans, each with its tag and length */
    size_t queued;        /* spans in it */
    size_t wakeup_at;
    void (*wakeup)(void *arg);
    void *wakeup_arg;
};

Tracer *tracer_new(const TracerOptions *options)
{
    Tracer *tracer = MEM_NEW(Tracer);
    double rate = fmin(fmax(options->sample_rate, 0), 1);
    tracer->sampled_below = (uint64_t) ldexp(rate, 63);
    tracer->max_queued_bytes =
        options->max_queued_bytes ? options->max_queued_bytes : (size_t) QUEUED_BYTES_DEFAULT;
    pthread_mutex_init(&tracer->lock, NULL);
    return tracer;
}

void tracer_free(Tracer *tracer)
{
    if (tracer) {
        strbuf_done(&tracer->queue);
        pthread_mutex_destroy(&tracer->lock);
        free(tracer);
    }
}

/* By the id's last 63 bits, so that every process decides alike (TraceIdRatioBased of
 * OpenTelemetry). */
bool tracer_samples(const Tracer *tracer, const uint8_t trace_id[static 16])
{
    uint64_t low = 0;
    for (size_t i = 8; i < 16; i++) {
        low = low << 8 | trace_id[i];
    }
    return (low & (UINT64_MAX >> 1)) < tracer->sampled_below;
}

void tracer_put(Tracer *tracer, const TraceSpan *span, int64_t duration_ns)
{
    pthread_mutex_lock(&tracer->lock);
    size_t before = tracer->queue.len;
    otlp_encode_span(&tracer->queue, span, duration_ns);
    bool is_full = tracer->queue.len > tracer->max_queued_bytes;
    if (is_full) {
        strbuf_truncate(&tracer->queue, before);
    } else {
        tracer->queued++;
    }
    if (!is_full && tracer->wakeup && tracer->queued == tracer->wakeup_at) {
        tracer->wakeup(tracer->wakeup_arg); /* under the lock: none comes after it was taken away */
    }
    pthread_mutex_unlock(&tracer->lock);
    if (is_full) {
        tracer_count_dropped(tracer, 1);
    }
}

/* Bytes of the span at the head of `spans`: its tag, its length in as many bytes as it takes,
 * itself. */
static size_t head_span_bytes(Str spans)
{
    size_t length = 0, at = 1;
    unsigned shift = 0;
    uint8_t byte = 0;
    do {
        assert(at < spans.len && shift < 7 * SPAN_LENGTH_BYTES);
        byte = (uint8_t) spans.ptr[at++];
        length |= (size_t) (byte & 127) << shift;
        shift += 7;
    } while (byte & 128);
    assert(at + length <= spans.len);
    return at + length;
}

size_t tracer_take(Tracer *tracer, size_t most, StrBuf *out)
{
    pthread_mutex_lock(&tracer->lock);
    Str rest = strbuf_str(&tracer->queue);
    size_t taken = 0;
    while (taken < most && rest.len > 0) {
        rest = str_skip(rest, head_span_bytes(rest));
        taken++;
    }
    size_t taken_bytes = tracer->queue.len - rest.len;
    strbuf_add_bytes(out, tracer->queue.ptr, taken_bytes);
    strbuf_remove(&tracer->queue, 0, taken_bytes);
    tracer->queued -= taken;
    pthread_mutex_unlock(&tracer->lock);
    return taken;
}

size_t tracer_queued(const Tracer *tracer)
{
    Tracer *locked = (Tracer *) (uintptr_t) tracer;
    pthread_mutex_lock(&locked->lock);
    size_t queued = locked->queued;
    pthread_mutex_unlock(&locked->lock);
    return queued;
}

uint64_t tracer_dropped(const Tracer *tracer)
{
    return atomic_load_explicit(&tracer->dropped, memory_order_relaxed);
}

void tracer_count_dropped(Tracer *tracer, size_t count)
{
    atomic_fetch_add_explicit(&tracer->dropped, count, memory_order_relaxed);
}

void tracer_set_wakeup(Tracer *tracer, size_t at, void (*fn)(void *arg), void *arg)
{
    pthread_mutex_lock(&tracer->lock);
    tracer->wakeup_at = at;
    tracer->wakeup = fn;
    tracer->wakeup_arg = arg;
    pthread_mutex_unlock(&tracer->lock);
}
