/* The functions and aggregations of Prometheus 2.40 to 3, also those behind its feature flags.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/ */
#include "base/mem.h"

#include "promql_internal.h"

/* Sorted. */
static const PromFunction functions[] = {
    { "abs", PROM_VECTOR, "v" },
    { "absent", PROM_VECTOR, "v" },
    { "absent_over_time", PROM_VECTOR, "m" },
    { "acos", PROM_VECTOR, "v" },
    { "acosh", PROM_VECTOR, "v" },
    { "asin", PROM_VECTOR, "v" },
    { "asinh", PROM_VECTOR, "v" },
    { "atan", PROM_VECTOR, "v" },
    { "atanh", PROM_VECTOR, "v" },
    { "avg_over_time", PROM_VECTOR, "m" },
    { "ceil", PROM_VECTOR, "v" },
    { "changes", PROM_VECTOR, "m" },
    { "clamp", PROM_VECTOR, "vss" },
    { "clamp_max", PROM_VECTOR, "vs" },
    { "clamp_min", PROM_VECTOR, "vs" },
    { "cos", PROM_VECTOR, "v" },
    { "cosh", PROM_VECTOR, "v" },
    { "count_over_time", PROM_VECTOR, "m" },
    { "day_of_month", PROM_VECTOR, "?v" },
    { "day_of_week", PROM_VECTOR, "?v" },
    { "day_of_year", PROM_VECTOR, "?v" },
    { "days_in_month", PROM_VECTOR, "?v" },
    { "deg", PROM_VECTOR, "v" },
    { "delta", PROM_VECTOR, "m" },
    { "deriv", PROM_VECTOR, "m" },
    { "double_exponential_smoothing", PROM_VECTOR, "mss" },
    { "exp", PROM_VECTOR, "v" },
    { "first_over_time", PROM_VECTOR, "m" },
    { "floor", PROM_VECTOR, "v" },
    { "histogram_avg", PROM_VECTOR, "v" },
    { "histogram_count", PROM_VECTOR, "v" },
    { "histogram_fraction", PROM_VECTOR, "ssv" },
    { "histogram_quantile", PROM_VECTOR, "sv" },
    { "histogram_quantiles", PROM_VECTOR, "vts*" },
    { "histogram_stddev", PROM_VECTOR, "v" },
    { "histogram_stdvar", PROM_VECTOR, "v" },
    { "histogram_sum", PROM_VECTOR, "v" },
    { "holt_winters", PROM_VECTOR, "mss" },
    { "hour", PROM_VECTOR, "?v" },
    { "idelta", PROM_VECTOR, "m" },
    { "increase", PROM_VECTOR, "m" },
    { "info", PROM_VECTOR, "v?v" },
    { "irate", PROM_VECTOR, "m" },
    { "label_join", PROM_VECTOR, "vttt*" },
    { "label_replace", PROM_VECTOR, "vtttt" },
    { "last_over_time", PROM_VECTOR, "m" },
    { "ln", PROM_VECTOR, "v" },
    { "log10", PROM_VECTOR, "v" },
    { "log2", PROM_VECTOR, "v" },
    { "mad_over_time", PROM_VECTOR, "m" },
    { "max_over_time", PROM_VECTOR, "m" },
    { "min_over_time", PROM_VECTOR, "m" },
    { "minute", PROM_VECTOR, "?v" },
    { "month", PROM_VECTOR, "?v" },
    { "pi", PROM_SCALAR, "" },
    { "predict_linear", PROM_VECTOR, "ms" },
    { "present_over_time", PROM_VECTOR, "m" },
    { "quantile_over_time", PROM_VECTOR, "sm" },
    { "rad", PROM_VECTOR, "v" },
    { "rate", PROM_VECTOR, "m" },
    { "resets", PROM_VECTOR, "m" },
    { "round", PROM_VECTOR, "v?s" },
    { "scalar", PROM_SCALAR, "v" },
    { "sgn", PROM_VECTOR, "v" },
    { "sin", PROM_VECTOR, "v" },
    { "sinh", PROM_VECTOR, "v" },
    { "sort", PROM_VECTOR, "v" },
    { "sort_by_label", PROM_VECTOR, "vt*" },
    { "sort_by_label_desc", PROM_VECTOR, "vt*" },
    { "sort_desc", PROM_VECTOR, "v" },
    { "sqrt", PROM_VECTOR, "v" },
    { "stddev_over_time", PROM_VECTOR, "m" },
    { "stdvar_over_time", PROM_VECTOR, "m" },
    { "sum_over_time", PROM_VECTOR, "m" },
    { "tan", PROM_VECTOR, "v" },
    { "tanh", PROM_VECTOR, "v" },
    { "time", PROM_SCALAR, "" },
    { "timestamp", PROM_VECTOR, "v" },
    { "ts_of_first_over_time", PROM_VECTOR, "m" },
    { "ts_of_last_over_time", PROM_VECTOR, "m" },
    { "ts_of_max_over_time", PROM_VECTOR, "m" },
    { "ts_of_min_over_time", PROM_VECTOR, "m" },
    { "vector", PROM_VECTOR, "s" },
    { "year", PROM_VECTOR, "?v" },
};

static const PromAggregation aggregations[] = {
    { "avg", 0 },   { "bottomk", 's' },     { "count", 0 },    { "count_values", 't' },
    { "group", 0 }, { "limit_ratio", 's' }, { "limitk", 's' }, { "max", 0 },
    { "min", 0 },   { "quantile", 's' },    { "stddev", 0 },   { "stdvar", 0 },
    { "sum", 0 },   { "topk", 's' },
};

const PromFunction *promql_function(Str name)
{
    size_t low = 0;
    size_t high = ARRAY_LEN(functions);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(name, str_from(functions[middle].name));
        if (order == 0) {
            return &functions[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return NULL;
}

Str promql_nearest_function(Str name)
{
    Str names[ARRAY_LEN(functions) + ARRAY_LEN(aggregations)];
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        names[i] = str_from(functions[i].name);
    }
    for (size_t i = 0; i < ARRAY_LEN(aggregations); i++) {
        names[ARRAY_LEN(functions) + i] = str_from(aggregations[i].name);
    }
    return str_nearest(name, names, ARRAY_LEN(names));
}

const PromAggregation *promql_aggregation(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(aggregations); i++) {
        if (str_eq_cstr(name, aggregations[i].name)) {
            return &aggregations[i];
        }
    }
    return NULL;
}
