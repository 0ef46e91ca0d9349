#include "breaker.h"

#include <pthread.h>

struct Breaker {
    pthread_mutex_t lock;
    BreakerOptions options;
    BreakerState state;
    uint64_t generation; /* results of calls from before a change of state don't count */
    int64_t requests, failures;
    int64_t until_ms; /* closed: forget; open: half-open */
    Metric *state_gauge;
    Metric *rejected;
};

Breaker *breaker_new(const BreakerOptions *options, Metrics *metrics, Str name)
{
    Breaker *breaker = MEM_NEW(Breaker);
    pthread_mutex_init(&breaker->lock, NULL);
    breaker->options = *options;
    if (metrics) {
        MetricFamily *states = metrics_define(
            metrics,
            &(MetricSpec) { .name = "circuit_breaker_state",
                            .help = "0 closed, 1 half-open, 2 open.",
                            .kind = METRIC_GAUGE,
                            .labels = { "name" } }
        );
        MetricFamily *rejected = metrics_define(
            metrics,
            &(MetricSpec) { .name = "circuit_breaker_rejected_total",
                            .help = "Calls refused by an open breaker.",
                            .kind = METRIC_COUNTER,
                            .labels = { "name" } }
        );
        breaker->state_gauge = metric_get(states, METRIC_VALUES(name));
        breaker->rejected = metric_get(rejected, METRIC_VALUES(name));
        metric_set(breaker->state_gauge, BREAKER_CLOSED);
    }
    return breaker;
}

void breaker_free(Breaker *breaker)
{
    if (breaker) {
        pthread_mutex_destroy(&breaker->lock);
        free(breaker);
    }
}

static void change(Breaker *breaker, BreakerState state, int64_t until_ms)
{
    breaker->state = state;
    breaker->generation++;
    breaker->requests = 0;
    breaker->failures = 0;
    breaker->until_ms = until_ms;
    metric_set(breaker->state_gauge, state);
}

static void pass_time(Breaker *breaker, int64_t now_ms)
{
    if (now_ms < breaker->until_ms) {
        return;
    }
    if (breaker->state == BREAKER_OPEN) {
        change(breaker, BREAKER_HALF_OPEN, INT64_MAX);
    } else if (breaker->state == BREAKER_CLOSED) {
        change(breaker, BREAKER_CLOSED, now_ms + breaker->options.interval_ms);
    }
}

bool breaker_allow(Breaker *breaker, int64_t now_ms, uint64_t *ret_ticket)
{
    pthread_mutex_lock(&breaker->lock);
    pass_time(breaker, now_ms);
    bool is_full =
        breaker->state == BREAKER_HALF_OPEN && breaker->requests >= breaker->options.max_requests;
    bool allowed = breaker->state != BREAKER_OPEN && !is_full;
    if (allowed) {
        breaker->requests++;
        *ret_ticket = breaker->generation;
    } else {
        metric_inc(breaker->rejected);
    }
    pthread_mutex_unlock(&breaker->lock);
    return allowed;
}

static void judge(Breaker *breaker, int64_t now_ms, bool failed)
{
    const BreakerOptions *options = &breaker->options;
    if (breaker->state == BREAKER_HALF_OPEN) {
        if (failed) {
            change(breaker, BREAKER_OPEN, now_ms + options->timeout_ms);
        } else {
            change(breaker, BREAKER_CLOSED, now_ms + options->interval_ms);
        }
        return;
    }
    if (!failed) {
        return;
    }
    breaker->failures++;
    double ratio = (double) breaker->failures / (double) breaker->requests;
    if (breaker->requests >= options->min_requests && ratio >= options->failure_ratio) {
        change(breaker, BREAKER_OPEN, now_ms + options->timeout_ms);
    }
}

void breaker_done(Breaker *breaker, int64_t now_ms, uint64_t ticket, bool failed)
{
    pthread_mutex_lock(&breaker->lock);
    if (ticket == breaker->generation) {
        judge(breaker, now_ms, failed);
    }
    pthread_mutex_unlock(&breaker->lock);
}

void breaker_close(Breaker *breaker, int64_t now_ms)
{
    pthread_mutex_lock(&breaker->lock);
    if (breaker->state != BREAKER_CLOSED) {
        change(breaker, BREAKER_CLOSED, now_ms + breaker->options.interval_ms);
    }
    pthread_mutex_unlock(&breaker->lock);
}

BreakerState breaker_state(Breaker *breaker, int64_t now_ms)
{
    pthread_mutex_lock(&breaker->lock);
    pass_time(breaker, now_ms);
    BreakerState state = breaker->state;
    pthread_mutex_unlock(&breaker->lock);
    return state;
}
