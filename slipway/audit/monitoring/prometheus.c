#include "prometheus.h"

#include <stdarg.h>

#include "codec/regex.h"

#include "prometheus_internal.h"

void prometheus_problem(PrometheusFile *file, Span span, const char *format, ...)
{
    enum { PROBLEMS_MOST = 500 };
    if (file->problems.len >= PROBLEMS_MOST) {
        return;
    }
    va_list args;
    va_start(args, format);
    PrometheusProblem *problem = vec_add(&file->problems, file->arena);
    problem->span = span;
    problem->message = str_from(arena_vprintf(file->arena, format, args));
    va_end(args);
}

void prometheus_check_names(
    PrometheusFile *file, const Node *map, const Str *names, size_t count, const char *what
)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        const Node *key = map->map.pairs[i].key;
        bool known = false;
        for (size_t j = 0; j < count && !known; j++) {
            known = str_eq(key->text, names[j]);
        }
        if (known) {
            continue;
        }
        prometheus_problem(
            file, key->span, "unknown key \"%" STR_FMT "\" in %s", STR_ARG(key->text), what
        );
        Str nearest = str_nearest(key->text, names, count);
        if (nearest.len > 0) {
            vec_last(&file->problems)->hint =
                str_printf(file->arena, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
        }
    }
}

void prometheus_check_keys(
    PrometheusFile *file, const Node *map, const char *keys, const char *what
)
{
    enum { KEYS_MOST = 128 };
    Str names[KEYS_MOST];
    size_t count = 0;
    Str rest = str_from(keys);
    while (count < KEYS_MOST && str_next(&rest, '|', &names[count])) {
        count++;
    }
    prometheus_check_names(file, map, names, count, what);
}

bool prometheus_is_placeholder(Str text)
{
    return str_find(text, STR("${")) != STR_NONE || str_find(text, STR("$(")) != STR_NONE ||
           str_find(text, STR("{{")) != STR_NONE;
}

bool prometheus_duration(PrometheusFile *file, const Node *node, const char *what, int64_t *ret_ms)
{
    if (!node || node->kind == NODE_NULL ||
        (node_is_scalar(node) && prometheus_is_placeholder(node->text))) {
        return false;
    }
    if (node_is_scalar(node) &&
        (str_eq(node->text, STR("0")) || promql_duration(node->text, ret_ms))) {
        return true;
    }
    prometheus_problem(
        file,
        node->span,
        "%s: \"%" STR_FMT "\" is no duration such as 15s",
        what,
        STR_ARG(node_is_scalar(node) ? node->text : STR(""))
    );
    return false;
}

void prometheus_check_regex(PrometheusFile *file, const Node *node, Str text)
{
    Regex *regex = NULL;
    Error error = { 0 };
    if (regex_compile(file->arena, text, false, &regex, &error) < 0) {
        prometheus_problem(
            file,
            node->span,
            "\"%" STR_FMT "\" is no regular expression: %s",
            STR_ARG(text),
            error.message
        );
    }
}

PrometheusFile *prometheus_read(Arena *arena, Source *source, PrometheusKind kind, const Node *root)
{
    PrometheusFile *file = ARENA_NEW(arena, PrometheusFile);
    *file = (PrometheusFile) { .arena = arena, .source = source, .kind = kind, .root = root };
    if (!root) {
        return file;
    }
    if (!node_is_map(root)) {
        prometheus_problem(file, root->span, "%s, not a map", node_kind_name(root->kind));
    } else if (kind == PROMETHEUS_RULES) {
        prometheus_read_rules(file);
    } else if (kind == PROMETHEUS_CONFIG) {
        prometheus_read_config(file);
    } else if (kind == PROMETHEUS_ALERTMANAGER) {
        prometheus_read_alertmanager(file);
    }
    return file;
}
