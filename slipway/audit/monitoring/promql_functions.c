/* The functions and aggregations of Prometheus 2.40 to 3.16, also those behind its feature flags.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/ */
#include "base/mem.h"

#include "promql_internal.h"

enum { EXPERIMENTAL = PROM_EXPERIMENTAL_FUNCTIONS };

/* Sorted. */
static const PromFunction functions[] = {
    { "abs", PROM_VECTOR, "v", 0 },
    { "absent", PROM_VECTOR, "v", 0 },
    { "absent_over_time", PROM_VECTOR, "m", 0 },
    { "acos", PROM_VECTOR, "v", 0 },
    { "acosh", PROM_VECTOR, "v", 0 },
    { "asin", PROM_VECTOR, "v", 0 },
    { "asinh", PROM_VECTOR, "v", 0 },
    { "atan", PROM_VECTOR, "v", 0 },
    { "atanh", PROM_VECTOR, "v", 0 },
    { "avg_over_time", PROM_VECTOR, "m", 0 },
    { "ceil", PROM_VECTOR, "v", 0 },
    { "changes", PROM_VECTOR, "m", 0 },
    { "clamp", PROM_VECTOR, "vss", 0 },
    { "clamp_max", PROM_VECTOR, "vs", 0 },
    { "clamp_min", PROM_VECTOR, "vs", 0 },
    { "cos", PROM_VECTOR, "v", 0 },
    { "cosh", PROM_VECTOR, "v", 0 },
    { "count_over_time", PROM_VECTOR, "m", 0 },
    { "day_of_month", PROM_VECTOR, "?v", 0 },
    { "day_of_week", PROM_VECTOR, "?v", 0 },
    { "day_of_year", PROM_VECTOR, "?v", 0 },
    { "days_in_month", PROM_VECTOR, "?v", 0 },
    { "deg", PROM_VECTOR, "v", 0 },
    { "delta", PROM_VECTOR, "m", 0 },
    { "deriv", PROM_VECTOR, "m", 0 },
    { "double_exponential_smoothing", PROM_VECTOR, "mss", EXPERIMENTAL },
    { "end", PROM_SCALAR, "", EXPERIMENTAL },
    { "exp", PROM_VECTOR, "v", 0 },
    { "first_over_time", PROM_VECTOR, "m", 0 },
    { "floor", PROM_VECTOR, "v", 0 },
    { "histogram_avg", PROM_VECTOR, "v", 0 },
    { "histogram_count", PROM_VECTOR, "v", 0 },
    { "histogram_fraction", PROM_VECTOR, "ssv", 0 },
    { "histogram_quantile", PROM_VECTOR, "sv", 0 },
    { "histogram_quantiles", PROM_VECTOR, "vts?sssssssss", EXPERIMENTAL },
    { "histogram_stddev", PROM_VECTOR, "v", 0 },
    { "histogram_stdvar", PROM_VECTOR, "v", 0 },
    { "histogram_sum", PROM_VECTOR, "v", 0 },
    { "holt_winters", PROM_VECTOR, "mss", 0 },
    { "hour", PROM_VECTOR, "?v", 0 },
    { "idelta", PROM_VECTOR, "m", 0 },
    { "increase", PROM_VECTOR, "m", 0 },
    { "info", PROM_VECTOR, "v?v", EXPERIMENTAL },
    { "integral", PROM_VECTOR, "m?s", EXPERIMENTAL },
    { "irate", PROM_VECTOR, "m", 0 },
    { "label_join", PROM_VECTOR, "vttt*", 0 },
    { "label_replace", PROM_VECTOR, "vtttt", 0 },
    { "last_over_time", PROM_VECTOR, "m", 0 },
    { "ln", PROM_VECTOR, "v", 0 },
    { "log10", PROM_VECTOR, "v", 0 },
    { "log2", PROM_VECTOR, "v", 0 },
    { "mad_over_time", PROM_VECTOR, "m", EXPERIMENTAL },
    { "max_of", PROM_SCALAR, "ss", EXPERIMENTAL },
    { "max_over_time", PROM_VECTOR, "m", 0 },
    { "min_of", PROM_SCALAR, "ss", EXPERIMENTAL },
    { "min_over_time", PROM_VECTOR, "m", 0 },
    { "minute", PROM_VECTOR, "?v", 0 },
    { "month", PROM_VECTOR, "?v", 0 },
    { "pi", PROM_SCALAR, "", 0 },
    { "predict_linear", PROM_VECTOR, "ms", 0 },
    { "present_over_time", PROM_VECTOR, "m", 0 },
    { "quantile_over_time", PROM_VECTOR, "sm", 0 },
    { "rad", PROM_VECTOR, "v", 0 },
    { "range", PROM_SCALAR, "", EXPERIMENTAL },
    { "rate", PROM_VECTOR, "m", 0 },
    { "resets", PROM_VECTOR, "m", 0 },
    { "round", PROM_VECTOR, "v?s", 0 },
    { "scalar", PROM_SCALAR, "v", 0 },
    { "sgn", PROM_VECTOR, "v", 0 },
    { "sin", PROM_VECTOR, "v", 0 },
    { "sinh", PROM_VECTOR, "v", 0 },
    { "sort", PROM_VECTOR, "v", 0 },
    { "sort_by_label", PROM_VECTOR, "vt*", EXPERIMENTAL },
    { "sort_by_label_desc", PROM_VECTOR, "vt*", EXPERIMENTAL },
    { "sort_desc", PROM_VECTOR, "v", 0 },
    { "sqrt", PROM_VECTOR, "v", 0 },
    { "start", PROM_SCALAR, "", EXPERIMENTAL },
    { "start_timestamp", PROM_VECTOR, "v", EXPERIMENTAL },
    { "stddev_over_time", PROM_VECTOR, "m", 0 },
    { "stdvar_over_time", PROM_VECTOR, "m", 0 },
    { "step", PROM_SCALAR, "", EXPERIMENTAL },
    { "sum_over_time", PROM_VECTOR, "m", 0 },
    { "tan", PROM_VECTOR, "v", 0 },
    { "tanh", PROM_VECTOR, "v", 0 },
    { "time", PROM_SCALAR, "", 0 },
    { "timestamp", PROM_VECTOR, "v", 0 },
    { "ts_of_first_over_time", PROM_VECTOR, "m", EXPERIMENTAL },
    { "ts_of_last_over_time", PROM_VECTOR, "m", EXPERIMENTAL },
    { "ts_of_max_over_time", PROM_VECTOR, "m", EXPERIMENTAL },
    { "ts_of_min_over_time", PROM_VECTOR, "m", EXPERIMENTAL },
    { "vector", PROM_VECTOR, "s", 0 },
    { "year", PROM_VECTOR, "?v", 0 },
};

static const PromAggregation aggregations[] = {
    { "avg", 0, 0 },
    { "bottomk", 's', 0 },
    { "count", 0, 0 },
    { "count_values", 't', 0 },
    { "group", 0, 0 },
    { "limit_ratio", 's', EXPERIMENTAL },
    { "limitk", 's', EXPERIMENTAL },
    { "max", 0, 0 },
    { "min", 0, 0 },
    { "quantile", 's', 0 },
    { "stddev", 0, 0 },
    { "stdvar", 0, 0 },
    { "sum", 0, 0 },
    { "topk", 's', 0 },
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

const char *promql_feature_name(PromFeature feature)
{
    return feature == PROM_EXPERIMENTAL_FUNCTIONS ? "promql-experimental-functions"
           : feature == PROM_FILL_MODIFIERS       ? "promql-binop-fill-modifiers"
                                                  : "promql-unquoted-utf8-names";
}
