/* Files of rules: groups of records and alerts. */
#include "base/map.h"

#include "prometheus_internal.h"

static void check_texts(PrometheusFile *file, const Node *map, const char *what)
{
    if (map && map->kind != NODE_NULL && !node_is_map(map)) {
        prometheus_problem(file, map->span, "%s is %s, not a map", what, node_kind_name(map->kind));
    }
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        const NodePair *pair = &map->map.pairs[i];
        if (!node_is_scalar(pair->value)) {
            prometheus_problem(
                file,
                pair->value->span,
                "%s.%" STR_FMT " is %s, not a text",
                what,
                STR_ARG(pair->key->text),
                node_kind_name(pair->value->kind)
            );
        }
        if (pair->key->text.len == 0) {
            prometheus_problem(file, pair->key->span, "%s have names", what);
        }
    }
}

static void check_labels(PrometheusFile *file, const Node *map)
{
    const NodePair *metric = node_is_map(map) ? node_find(map, STR("__name__")) : NULL;
    check_texts(file, map, "labels");
    if (metric) {
        prometheus_problem(file, metric->key->span, "__name__ is the metric's, no label to set");
    }
}

static void check_name(PrometheusFile *file, const PrometheusRule *rule)
{
    const Node *alert = node_get_cstr(rule->node, "alert");
    const Node *record = node_get_cstr(rule->node, "record");
    if (alert && record) {
        prometheus_problem(file, rule->name_node->span, "a rule is an alert or a record, not both");
    } else if (!rule->name_node || rule->name.len == 0) {
        prometheus_problem(file, rule->node->span, "a rule without alert or record");
    } else if (!rule->is_alert &&
               (str_has_char(rule->name, '{') || str_has_char(rule->name, '}'))) {
        prometheus_problem(
            file,
            rule->name_node->span,
            "\"%" STR_FMT "\" is no name of a metric: labels have a key of their own",
            STR_ARG(rule->name)
        );
    }
}

static void check_waits(PrometheusFile *file, const PrometheusRule *rule)
{
    int64_t ms = 0;
    static const char *const keys[] = { "for", "keep_firing_for" };
    for (size_t i = 0; i < 2; i++) {
        const Node *node = node_get_cstr(rule->node, keys[i]);
        (void) prometheus_duration(file, node, keys[i], &ms);
        if (node && !rule->is_alert) {
            prometheus_problem(file, node->span, "%s belongs to an alert", keys[i]);
        }
    }
    if (rule->annotations && !rule->is_alert) {
        prometheus_problem(file, rule->annotations->span, "annotations belong to an alert");
    }
}

static void read_rule(PrometheusFile *file, const Node *node)
{
    if (!node_is_map(node)) {
        prometheus_problem(file, node->span, "a rule is a map, not %s", node_kind_name(node->kind));
        return;
    }
    PrometheusRule *rule = vec_add(&file->rules, file->arena);
    const Node *alert = node_get_cstr(node, "alert");
    rule->node = node;
    rule->is_alert = alert != NULL;
    rule->name_node = alert ? alert : node_get_cstr(node, "record");
    rule->name =
        rule->name_node && node_is_scalar(rule->name_node) ? rule->name_node->text : STR("");
    rule->expr = node_get_cstr(node, "expr");
    rule->wait = node_get_cstr(node, "for");
    rule->labels = node_get_cstr(node, "labels");
    rule->annotations = node_get_cstr(node, "annotations");
    prometheus_check_keys(
        file, node, "alert|record|expr|for|keep_firing_for|labels|annotations", "a rule"
    );
    check_name(file, rule);
    check_waits(file, rule);
    check_labels(file, rule->labels);
    check_texts(file, rule->annotations, "annotations");
    if (!rule->expr || !node_is_scalar(rule->expr) || str_trim(rule->expr->text).len == 0) {
        prometheus_problem(
            file, rule->name_node ? rule->name_node->span : node->span, "a rule without expr"
        );
        rule->expr = NULL;
        return;
    }
    if (promql_is_logql(rule->expr->text)) {
        rule->expr = NULL; /* a rule of Loki's */
    } else {
        rule->tree = promql_parse(file->arena, rule->expr->text, false, &rule->error);
    }
}

static void read_group(PrometheusFile *file, const Node *group, Map *names)
{
    const Node *name = node_get_cstr(group, "name");
    const Node *rules = node_get_cstr(group, "rules");
    int64_t ms = 0;
    prometheus_check_keys(
        file,
        group,
        "name|interval|query_offset|limit|labels|rules|partial_response_strategy|source_tenants|"
        "evaluation_delay|align_evaluation_time_on_interval",
        "a group"
    );
    if (!name || !node_is_scalar(name) || name->text.len == 0) {
        prometheus_problem(file, group->span, "a group without a name");
    } else if (map_set(names, name->text, file)) {
        prometheus_problem(
            file, name->span, "a second group \"%" STR_FMT "\"", STR_ARG(name->text)
        );
    }
    (void) prometheus_duration(file, node_get_cstr(group, "interval"), "interval", &ms);
    if (rules && rules->kind != NODE_NULL && !node_is_seq(rules)) {
        prometheus_problem(
            file, rules->span, "rules is %s, not a list", node_kind_name(rules->kind)
        );
    }
    for (size_t i = 0; node_is_seq(rules) && i < rules->seq.len; i++) {
        read_rule(file, rules->seq.items[i]);
    }
}

void prometheus_read_rules(PrometheusFile *file)
{
    const Node *groups = node_get_cstr(file->root, "groups");
    Map names = MAP_ON_ARENA(file->arena);
    prometheus_check_keys(file, file->root, "groups|namespace", "the file");
    if (groups && groups->kind != NODE_NULL && !node_is_seq(groups)) {
        prometheus_problem(
            file, groups->span, "groups is %s, not a list", node_kind_name(groups->kind)
        );
    }
    for (size_t i = 0; node_is_seq(groups) && i < groups->seq.len; i++) {
        const Node *group = groups->seq.items[i];
        if (node_is_map(group)) {
            read_group(file, group, &names);
        } else {
            prometheus_problem(
                file, group->span, "a group is a map, not %s", node_kind_name(group->kind)
            );
        }
    }
}
