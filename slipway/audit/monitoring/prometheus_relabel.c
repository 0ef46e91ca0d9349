/* Rules of relabelling: what each action needs and refuses.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config */
#include "base/mem.h"

#include "prometheus_internal.h"
#include "prometheus_schema.h"

static bool is_filled_in(const Node *node)
{
    return node && node_is_scalar(node) && prometheus_is_placeholder(node->text);
}

static void need(PrometheusFile *file, const Node *map, const char *key, const char *by)
{
    if (!prometheus_said(map, key)) {
        prometheus_problem(file, map->span, "%s needs %s", by, key);
    }
}

typedef enum ActionNeed {
    NEEDS_TARGET = 1,
    NEEDS_MODULUS = 2,
    TAKES_NO_REPLACEMENT = 4,
    TAKES_REGEX_ALONE = 8,
    TAKES_LABELS_ALONE = 16,
} ActionNeed;

static const struct {
    Str name;
    unsigned needs;
} actions[] = {
    { STR_INIT("replace"), NEEDS_TARGET },
    { STR_INIT("keep"), 0 },
    { STR_INIT("drop"), 0 },
    { STR_INIT("keepequal"), NEEDS_TARGET | TAKES_LABELS_ALONE },
    { STR_INIT("dropequal"), NEEDS_TARGET | TAKES_LABELS_ALONE },
    { STR_INIT("hashmod"), NEEDS_TARGET | NEEDS_MODULUS },
    { STR_INIT("labelmap"), 0 },
    { STR_INIT("labeldrop"), TAKES_REGEX_ALONE },
    { STR_INIT("labelkeep"), TAKES_REGEX_ALONE },
    { STR_INIT("lowercase"), NEEDS_TARGET | TAKES_NO_REPLACEMENT },
    { STR_INIT("uppercase"), NEEDS_TARGET | TAKES_NO_REPLACEMENT },
};

static void
refuse(PrometheusFile *file, const Node *map, const char *key, Str otherwise, Str action)
{
    const Node *node = prometheus_said(map, key);
    bool is_as_if_unsaid = node && node_is_scalar(node) && str_eq(node->text, otherwise);
    if (node && !is_as_if_unsaid) {
        prometheus_problem(
            file, node->span, "the action %" STR_FMT " takes no %s", STR_ARG(action), key
        );
    }
}

static void check_needs(PrometheusFile *file, const Node *map, Str action, unsigned needs)
{
    const char *by = arena_printf(
        file->arena, "a rule of relabelling with the action %" STR_FMT, STR_ARG(action)
    );
    bool is_small = (needs & (TAKES_REGEX_ALONE | TAKES_LABELS_ALONE)) != 0;
    if (needs & NEEDS_TARGET) {
        need(file, map, "target_label", by);
    }
    if ((needs & NEEDS_MODULUS) && str_eq(prometheus_said_text(map, "modulus"), STR("0"))) {
        prometheus_problem(
            file, prometheus_said(map, "modulus")->span, "a modulus of 0 divides nothing"
        );
    } else if (needs & NEEDS_MODULUS) {
        need(file, map, "modulus", by);
    }
    if (is_small || (needs & TAKES_NO_REPLACEMENT)) {
        refuse(file, map, "replacement", STR("$1"), action);
    }
    if (is_small) {
        refuse(file, map, "separator", STR(";"), action);
        refuse(file, map, "modulus", STR("0"), action);
    }
    if (needs & TAKES_REGEX_ALONE) {
        refuse(file, map, "source_labels", STR(""), action);
        refuse(file, map, "target_label", STR(""), action);
    }
    if (needs & TAKES_LABELS_ALONE) {
        refuse(file, map, "regex", STR("(.*)"), action);
    }
}

void prometheus_check_relabel(PrometheusFile *file, const Node *map)
{
    const Node *node = node_get_cstr(map, "action");
    Str action = node ? prometheus_said_text(map, "action") : STR("replace");
    if (node && !prometheus_said(map, "action")) {
        prometheus_problem(file, node->span, "an empty action");
        return;
    }
    if (node && (!node_is_scalar(node) || is_filled_in(node))) {
        return;
    }
    const Node *regex = prometheus_said(map, "regex");
    if (regex && node_is_scalar(regex) && !is_filled_in(regex)) {
        prometheus_check_regex(file, regex, regex->text);
    }
    Str names[ARRAY_LEN(actions)];
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        names[i] = actions[i].name;
        if (str_eq_nocase(action, actions[i].name)) {
            check_needs(file, map, actions[i].name, actions[i].needs);
            return;
        }
    }
    prometheus_problem(
        file, node->span, "relabelling has no action \"%" STR_FMT "\"", STR_ARG(action)
    );
    Str nearest = str_nearest(action, names, ARRAY_LEN(names));
    if (nearest.len > 0) {
        vec_last(&file->problems)->hint =
            str_printf(file->arena, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
    }
}
