/* Metrics: who makes them, and who asks for them. */
#include "base/mem.h"

#include "across.h"
#include "monitoring.h"

/* --- XA021 ------------------------------------------------------------------------------------ */

/* How many of the names that are asked for the sources make. */
typedef struct Known {
    size_t made, missing;
} Known;

typedef struct Metrics {
    const Repository *repository;
    Map recorded; /* names that recording rules make */
    Map families; /* first words of metrics that the sources make */
    Map counted;  /* names */
    Map groups;   /* first word, and first two words -> Known, of the names of families */
} Metrics;

typedef enum WalkStep { WALK_FAMILIES, WALK_COUNT, WALK_FIND } WalkStep;

typedef struct Walk {
    Metrics *metrics;
    WalkStep step;
    RuleContext *ctx;
    const MonitoringQuery *query;
    Map *said;
} Walk;

static bool is_plain(const PromNode *node)
{
    return node->kind == PROM_SELECTOR && node->name.len > 0 && !str_has_char(node->name, '$') &&
           !str_has_char(node->name, ':');
}

/* "shop_order" of "shop_order_total" */
static Str group_of(Str metric)
{
    size_t first = across_family(metric).len + 1;
    size_t second = first < metric.len ? str_find_char(str_skip(metric, first), '_') : STR_NONE;
    return second == STR_NONE ? metric : str_slice(metric, 0, first + second);
}

static void count(Metrics *metrics, Str name)
{
    Str groups[] = { across_family(name), group_of(name) };
    bool is_made = repository_has_metric(metrics->repository, name);
    if (map_has(&metrics->counted, name)) {
        return;
    }
    map_set(&metrics->counted, name, metrics);
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        Known *known = map_get(&metrics->groups, groups[i]);
        if (!known) {
            known = ARENA_NEW(metrics->repository->arena, Known);
            map_set(&metrics->groups, groups[i], known);
        }
        known->made += is_made;
        known->missing += !is_made;
    }
}

/* Where most of a family, or several of a group and nothing else of it, are missing, they are made in a way
 * that isn't read here: by a library, or from parts. */
static bool is_read_here(const Metrics *metrics, Str name)
{
    const Known *family = map_get(&metrics->groups, across_family(name));
    const Known *group = map_get(&metrics->groups, group_of(name));
    return family && group && family->missing <= family->made &&
           (group->made > 0 || group->missing == 1);
}

static void visit(void *ctx, const PromNode *node)
{
    Walk *walk = ctx;
    Metrics *metrics = walk->metrics;
    Str family = across_family(node->name);
    if (!is_plain(node)) {
        return;
    }
    if (walk->step == WALK_FAMILIES) {
        if (!across_is_common(family) &&
            repository_has_whole_metric(metrics->repository, node->name)) {
            map_set(&metrics->families, family, walk);
        }
        return;
    }
    if (!map_has(&metrics->families, family) || map_has(&metrics->recorded, node->name)) {
        return;
    }
    if (walk->step == WALK_COUNT) {
        count(metrics, node->name);
        return;
    }
    if (!map_has(walk->said, node->name) &&
        !repository_has_metric(metrics->repository, node->name) &&
        is_read_here(metrics, node->name)) {
        map_set(walk->said, node->name, walk);
        rule_find_span(
            walk->ctx,
            monitoring_span(walk->query, node->start, node->end),
            "no source makes the metric %" STR_FMT,
            STR_ARG(node->name)
        );
    }
}

static void walk_query(Walk walk, const MonitoringQuery *query, Map *said)
{
    walk.query = query;
    walk.said = said;
    if (query->tree) {
        promql_walk(query->tree, visit, &walk);
    }
}

static void walk_all(Metrics *metrics, WalkStep step, RuleContext *ctx)
{
    const Audit *audit = metrics->repository->audit;
    Arena *arena = metrics->repository->arena;
    Walk walk = { .metrics = metrics, .step = step, .ctx = ctx };
    vec_foreach(dashboard, &audit->dashboards) {
        Map said = MAP_ON_ARENA(arena);
        vec_foreach(query, &(*dashboard)->queries) {
            MonitoringQuery asked = {
                .node = query->node, .tree = query->tree, .is_json = true, .dashboard = *dashboard
            };
            walk_query(walk, &asked, &said);
        }
    }
    vec_foreach(file, &audit->prometheus_files) {
        Map said = MAP_ON_ARENA(arena);
        vec_foreach(rule, &(*file)->rules) {
            MonitoringQuery asked = {
                .node = rule->expr, .tree = rule->tree, .rule = rule, .file = *file
            };
            walk_query(walk, &asked, &said);
        }
    }
}

/* Only of families of which the sources make some: others come from exporters. */
static void xa021(RuleContext *ctx, const Repository *repository)
{
    Arena *arena = repository->arena;
    Metrics metrics = {
        .repository = repository,
        .recorded = MAP_ON_ARENA(arena),
        .families = MAP_ON_ARENA(arena),
        .counted = MAP_ON_ARENA(arena),
        .groups = MAP_ON_ARENA(arena),
    };
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
    for (WalkStep step = WALK_FAMILIES; step <= WALK_FIND; step++) {
        walk_all(&metrics, step, ctx);
    }
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
