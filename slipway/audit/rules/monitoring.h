/* What the rules about dashboards and about Prometheus' rules share. */
#pragma once

#include "audit/monitoring/dashboard.h"
#include "audit/monitoring/prometheus.h"
#include "audit/rule.h"

/* An expression wherever it stands. */
typedef struct MonitoringQuery {
    const Node *node; /* of the text */
    const PromNode *tree;
    bool is_json;
    const DashboardPanel *panel; /* NULL: none, or a rule */
    const Dashboard *dashboard;
    const PrometheusRule *rule;
    const PrometheusFile *file;
} MonitoringQuery;

/* Calls `check` with every expression that could be read. */
typedef void (*MonitoringCheck)(RuleContext *ctx, const MonitoringQuery *query);
void monitoring_each_panel(RuleContext *ctx, const Dashboard *dashboard, MonitoringCheck check);
void monitoring_each_rule(RuleContext *ctx, const PrometheusFile *file, MonitoringCheck check);

/* Where bytes of the expression stand in the file. */
Span monitoring_span(const MonitoringQuery *query, size_t start, size_t end);

/* The label of a sample that the expression gives, as far as it can be told: false where it drops
 * every such label. */
bool monitoring_keeps_label(Arena *arena, const PromNode *tree, Str label);

/* Whether the uid of a datasource is one of a certain Grafana that nothing here provisions. */
bool monitoring_is_foreign(const Dashboard *dashboard, Str uid);
/* The uid of a panel's or target's datasource, which in old dashboards is the whole of it. */
const Node *monitoring_uid(const Node *datasource);
/* Uses the dashboard's variable of type datasource instead, where it has one. */
void monitoring_fix_datasource(
    RuleContext *ctx, const Dashboard *dashboard, Diag *diag, const Node *datasource
);
