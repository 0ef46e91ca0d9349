/* Metrics: who makes them, and who asks for them. */
#include "base/mem.h"

#include "across.h"
#include "monitoring.h"

/* --- XA021 ------------------------------------------------------------------------------------ */

typedef struct Metrics {
    const Repository *repository;
    Map recorded; /* names that recording rules make */
    Map families; /* first words of metrics that the sources make */
} Metrics;

typedef struct Walk {
    Metrics *metrics;
    RuleContext *ctx; /* NULL: only the families are gathered */
    const MonitoringQuery *query;
    Map *said;
} Walk;

static bool is_plain(const PromNode *node)
{
    return node->kind == PROM_SELECTOR && node->name.len > 0 && !str_has_char(node->name, '$') &&
           !str_has_char(node->name, ':');
}

static void visit(void *ctx, const PromNode *node)
{
    Walk *walk = ctx;
    Metrics *metrics = walk->metrics;
    Str family = across_family(node->name);
    if (!is_plain(node)) {
        return;
    }
    if (!walk->ctx) {
        if (!across_is_common(family) &&
            repository_has_whole_metric(metrics->repository, node->name)) {
            map_set(&metrics->families, family, walk);
        }
        return;
    }
    if (map_has(&metrics->families, family) && !map_has(&metrics->recorded, node->name) &&
        !map_has(walk->said, node->name) &&
        !repository_has_metric(metrics->repository, node->name)) {
        map_set(walk->said, node->name, walk);
        rule_find_span(
            walk->ctx,
            monitoring_span(walk->query, node->start, node->end),
            "no source makes the metric %" STR_FMT,
            STR_ARG(node->name)
        );
    }
}

static void walk_query(Metrics *metrics, RuleContext *ctx, const MonitoringQuery *query, Map *said)
{
    Walk walk = { .metrics = metrics, .ctx = ctx, .query = query, .said = said };
    if (query->tree) {
        promql_walk(query->tree, visit, &walk);
    }
}

static void walk_all(Metrics *metrics, RuleContext *ctx)
{
    const Audit *audit = metrics->repository->audit;
    Arena *arena = metrics->repository->arena;
    vec_foreach(dashboard, &audit->dashboards) {
        Map said = MAP_ON_ARENA(arena);
        vec_foreach(query, &(*dashboard)->queries) {
            MonitoringQuery asked = {
                .node = query->node, .tree = query->tree, .is_json = true, .dashboard = *dashboard
            };
            walk_query(metrics, ctx, &asked, &said);
        }
    }
    vec_foreach(file, &audit->prometheus_files) {
        Map said = MAP_ON_ARENA(arena);
        vec_foreach(rule, &(*file)->rules) {
            MonitoringQuery asked = {
                .node = rule->expr, .tree = rule->tree, .rule = rule, .file = *file
            };
            walk_query(metrics, ctx, &asked, &said);
        }
    }
}

/* Only of families of which the sources make some: others come from exporters. */
static void xa021(RuleContext *ctx, const Repository *repository)
{
    Arena *arena = repository->arena;
    Metrics metrics = { repository, MAP_ON_ARENA(arena), MAP_ON_ARENA(arena) };
    if (!repository_knows_sources(repository)) {
        return;
    }
    vec_foreach(file, &repository->audit->prometheus_files) {
        vec_foreach(rule, &(*file)->rules) {
            if (!rule->is_alert) {
                map_set(&metrics.recorded, rule->name, rule);
            }
        }
    }
    walk_all(&metrics, NULL);
    walk_all(&metrics, ctx);
}

static const AuditRule rules[] = {
    { .id = "XA021",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A dashboard or alert asks for a metric that no source makes",
      .why = "The panel stays empty and the alert never fires. Only metrics of a family are looked "
             "at of which the sources make others.",
      .fix = "use the name that the source registers",
      .bad = "expr: rate(shop_order_total[5m]) # registered is shop_orders_total\n",
      .good = "expr: rate(shop_orders_total[5m])\n",
      .check_repository = xa021 },
};

const RuleFamily rules_across_metrics = { rules, ARRAY_LEN(rules) };
