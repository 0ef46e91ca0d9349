/* PrometheusFile: a configuration of Prometheus, a file of rules, or Grafana's provisioning, as the
 * rules see it.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/ and its neighbours */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/source.h"
#include "base/vec.h"
#include "codec/node.h"

#include "promql.h"

typedef enum PrometheusKind {
    PROMETHEUS_CONFIG,
    PROMETHEUS_RULES,
    PROMETHEUS_ALERTMANAGER,
    PROMETHEUS_PROVISIONING, /* Grafana's datasources or dashboards */
} PrometheusKind;

typedef struct PrometheusRule {
    const Node *node;
    const Node *name_node; /* of the alert or the record; NULL: neither is said */
    Str name;
    bool is_alert;
    const Node *expr;     /* NULL: none, or one of Loki's */
    const PromNode *tree; /* NULL: a mistake */
    PromError error;
    const Node *wait; /* `for` */
    const Node *labels, *annotations;
} PrometheusRule;

typedef struct PrometheusTarget {
    const Node *node; /* "host:port" */
    Str host;
    uint32_t port; /* 0: none */
} PrometheusTarget;

typedef struct PrometheusJob {
    const Node *node;
    const Node *name_node; /* NULL: none */
    Str name;
    Str metrics_path;
    bool is_static; /* all its targets are listed */
    VEC(PrometheusTarget) targets;
} PrometheusJob;

/* What the program that reads the file would refuse. */
typedef struct PrometheusProblem {
    Span span;
    Str message, hint;
} PrometheusProblem;

typedef struct PrometheusFile {
    Arena *arena;
    Source *source;
    PrometheusKind kind;
    const Node *root; /* NULL: no YAML */
    VEC(PrometheusRule) rules;
    VEC(PrometheusJob) jobs;
    VEC(PrometheusProblem) problems;
    VEC(const Node *) rule_files; /* patterns of a configuration */
    int64_t scrape_ms;            /* of the configuration, else of the one of the run; 0: unknown */
} PrometheusFile;

/* Never NULL. */
PrometheusFile *
prometheus_read(Arena *arena, Source *source, PrometheusKind kind, const Node *root);

void prometheus_problem(PrometheusFile *file, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* With "did you mean" where one of the keys, parted by '|', is near. */
void prometheus_check_keys(
    PrometheusFile *file, const Node *map, const char *keys, const char *what
);
void prometheus_check_names(
    PrometheusFile *file, const Node *map, const Str *names, size_t count, const char *what
);
/* Whether something fills the text in before the program reads it: ${A}, $(A), {{ a }}. */
bool prometheus_is_placeholder(Str text);
/* A scalar that is a duration such as 15s, or a problem. */
bool prometheus_duration(PrometheusFile *file, const Node *node, const char *what, int64_t *ret_ms);
