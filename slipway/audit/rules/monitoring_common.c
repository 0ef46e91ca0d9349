#include "base/map.h"
#include "codec/yaml_place.h"

#include "monitoring.h"

Span monitoring_span(const MonitoringQuery *query, size_t start, size_t end)
{
    return query->is_json ? dashboard_span(query->node, start, end)
                          : yaml_text_span(query->node, start, end);
}

void monitoring_each_panel(RuleContext *ctx, const Dashboard *dashboard, MonitoringCheck check)
{
    for (size_t i = 0; i < dashboard->queries.len; i++) {
        const DashboardQuery *query = &dashboard->queries.ptr[i];
        if (query->tree && query->panel) {
            MonitoringQuery found = { .node = query->node,
                                      .tree = query->tree,
                                      .is_json = true,
                                      .panel = query->panel,
                                      .dashboard = dashboard };
            check(ctx, &found);
        }
    }
}

void monitoring_each_rule(RuleContext *ctx, const PrometheusFile *file, MonitoringCheck check)
{
    for (size_t i = 0; i < file->rules.len; i++) {
        const PrometheusRule *rule = &file->rules.ptr[i];
        if (rule->tree) {
            MonitoringQuery found = {
                .node = rule->expr, .tree = rule->tree, .rule = rule, .file = file
            };
            check(ctx, &found);
        }
    }
}

/* --- which labels come out --- */

/* Exactly these, or all but these. */
typedef struct LabelSet {
    bool is_exact;
    VEC(Str) names;
} LabelSet;

static const LabelSet all_labels = { 0 };

static LabelSet of_labels(Arena *arena, const PromLabels *labels, bool is_exact)
{
    LabelSet set = { .is_exact = is_exact };
    for (size_t i = 0; i < labels->len; i++) {
        if (str_has_char(labels->ptr[i].name, '$')) {
            return all_labels; /* a variable hides them */
        }
        vec_push(&set.names, arena, labels->ptr[i].name);
    }
    return set;
}

static bool has_name(const LabelSet *set, Str name)
{
    for (size_t i = 0; i < set->names.len; i++) {
        if (str_eq(set->names.ptr[i], name)) {
            return true;
        }
    }
    return false;
}

static bool may_have(const LabelSet *set, Str name)
{
    return has_name(set, name) == set->is_exact;
}

static LabelSet copy_of(Arena *arena, const LabelSet *set)
{
    LabelSet copy = { .is_exact = set->is_exact };
    for (size_t i = 0; i < set->names.len; i++) {
        vec_push(&copy.names, arena, set->names.ptr[i]);
    }
    return copy;
}

static LabelSet with(Arena *arena, const LabelSet *set, Str name)
{
    LabelSet changed = { .is_exact = set->is_exact };
    for (size_t i = 0; i < set->names.len; i++) {
        if (!str_eq(set->names.ptr[i], name)) {
            vec_push(&changed.names, arena, set->names.ptr[i]);
        }
    }
    if (set->is_exact) {
        vec_push(&changed.names, arena, name);
    }
    return changed;
}

static LabelSet labels_of(Arena *arena, const PromNode *node);

/* absent(up{job="a"}) gives the labels that are asked for by equality. */
static LabelSet of_absent(Arena *arena, const PromNode *argument)
{
    const PromNode *selector = promql_bare(argument);
    LabelSet set = { .is_exact = true };
    for (size_t i = 0; i < selector->matchers.len; i++) {
        if (selector->matchers.ptr[i].match == PROM_MATCH_EQ) {
            vec_push(&set.names, arena, selector->matchers.ptr[i].label);
        }
    }
    return set;
}

static LabelSet of_call(Arena *arena, const PromNode *node)
{
    if (node->type == PROM_SCALAR || str_eq(node->name, STR("vector")) || node->args.len == 0) {
        return (LabelSet) { .is_exact = true };
    }
    if (str_has_prefix(node->name, STR("absent"))) {
        return of_absent(arena, node->args.ptr[0]);
    }
    if (str_eq(node->name, STR("info"))) {
        return all_labels;
    }
    for (size_t i = 0; i < node->args.len; i++) {
        const PromNode *argument = node->args.ptr[i];
        if (argument->type == PROM_VECTOR || argument->type == PROM_MATRIX ||
            argument->type == PROM_ANY) {
            LabelSet set = labels_of(arena, argument);
            bool labels = str_has_prefix(node->name, STR("label_")) && node->args.len > 1;
            return labels ? with(arena, &set, node->args.ptr[1]->text) : set;
        }
    }
    return all_labels;
}

static LabelSet of_aggregate(Arena *arena, const PromNode *node)
{
    static const char *const choosing[] = { "topk", "bottomk", "limitk", "limit_ratio" };
    const PromNode *inner = node->args.ptr[node->args.len - 1];
    for (size_t i = 0; i < sizeof(choosing) / sizeof(choosing[0]); i++) {
        if (str_eq_cstr(node->name, choosing[i])) {
            return labels_of(arena, inner);
        }
    }
    if (node->grouping == PROM_GROUP_WITHOUT) {
        LabelSet set = labels_of(arena, inner);
        return set.is_exact ? set : of_labels(arena, &node->labels, false);
    }
    LabelSet set = of_labels(arena, &node->labels, true);
    bool counts = str_eq(node->name, STR("count_values"));
    return counts ? with(arena, &set, node->args.ptr[0]->text) : set;
}

static LabelSet of_vectors(Arena *arena, const PromNode *node)
{
    const PromNode *many = node->args.ptr[node->group_right ? 1 : 0];
    if (node->op == PROM_OR) {
        LabelSet left = labels_of(arena, node->args.ptr[0]);
        LabelSet right = labels_of(arena, node->args.ptr[1]);
        for (size_t i = 0; left.is_exact && right.is_exact && i < right.names.len; i++) {
            left = with(arena, &left, right.names.ptr[i]);
        }
        return left.is_exact && right.is_exact ? left : all_labels;
    }
    if (node->op == PROM_AND || node->op == PROM_UNLESS) {
        return labels_of(arena, node->args.ptr[0]);
    }
    bool one_to_one = !node->group_left && !node->group_right;
    if (node->has_on && one_to_one) {
        return of_labels(arena, &node->labels, true);
    }
    LabelSet first = labels_of(arena, many);
    LabelSet set = copy_of(arena, &first);
    for (size_t i = 0; i < node->include.len; i++) {
        set = with(arena, &set, node->include.ptr[i].name);
    }
    return set;
}

static LabelSet of_binary(Arena *arena, const PromNode *node)
{
    const PromNode *left = node->args.ptr[0];
    const PromNode *right = node->args.ptr[1];
    if (left->type == PROM_SCALAR || right->type == PROM_SCALAR) {
        return labels_of(arena, left->type == PROM_SCALAR ? right : left);
    }
    return of_vectors(arena, node);
}

static LabelSet labels_of(Arena *arena, const PromNode *node)
{
    switch (node->kind) {
    case PROM_NUMBER:
    case PROM_STRING:
        return (LabelSet) { .is_exact = true };
    case PROM_SELECTOR:
    case PROM_VARIABLE:
        return all_labels;
    case PROM_SUBQUERY:
    case PROM_UNARY:
    case PROM_PAREN:
        return labels_of(arena, node->args.ptr[0]);
    case PROM_CALL:
        return of_call(arena, node);
    case PROM_AGGREGATE:
        return of_aggregate(arena, node);
    case PROM_BINARY:
        return of_binary(arena, node);
    }
    return all_labels;
}

bool monitoring_keeps_label(Arena *arena, const PromNode *tree, Str label)
{
    LabelSet set = labels_of(arena, tree);
    return may_have(&set, label);
}
