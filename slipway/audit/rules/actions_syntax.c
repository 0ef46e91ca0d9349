/* Workflows that GitHub refuses, or that never start as they are meant. */
#include "base/mem.h"
#include "base/path.h"
#include "codec/yaml_place.h"

#include "audit/actions/cron.h"
#include "audit/actions/events.h"
#include "audit/actions/glob.h"
#include "audit/actions/syntax.h"
#include "audit/rule.h"

static bool has_expression(const Node *node)
{
    return node->kind == NODE_STRING && str_find(node->text, STR("${{")) != STR_NONE;
}

static void report(RuleContext *ctx, const SyntaxCheck *check)
{
    vec_foreach(fault, &check->faults) {
        Diag *diag = rule_find_span(ctx, fault->span, "%" STR_FMT, STR_ARG(fault->message));
        rule_hint(ctx, diag, "%" STR_FMT, STR_ARG(fault->hint));
    }
}

/* --- GH001 ------------------------------------------------------------------------------------ */

static void gh001(RuleContext *ctx, const Workflow *workflow)
{
    if (workflow->kind == WORKFLOW_DEPENDABOT) {
        return;
    }
    SyntaxCheck check = { .arena = ctx->diags->arena };
    bool is_action = workflow->kind == WORKFLOW_ACTION;
    syntax_check(
        &check,
        is_action ? &syntax_action : &syntax_workflow,
        workflow->root,
        is_action ? STR("action.yml") : STR("workflow")
    );
    if (node_is_map(workflow->root)) {
        workflow_check_values(&check, workflow);
    }
    report(ctx, &check);
}

/* --- GH003 ------------------------------------------------------------------------------------ */

static void check_need(RuleContext *ctx, const Job *job, const JobNeed *need)
{
    if (need->job == job) {
        rule_find_span(ctx, need->node->span, "the job needs itself");
    } else if (need->job && job->is_in_cycle && need->job->is_in_cycle) {
        Diag *diag = rule_find_span(
            ctx,
            need->node->span,
            "\"%" STR_FMT "\" in turn needs \"%" STR_FMT "\"",
            STR_ARG(need->id),
            STR_ARG(job->id)
        );
        diag_relate(ctx->diags, diag, need->job->key->span, "that job");
    } else if (!need->job && !has_expression(need->node)) {
        Diag *diag = rule_find_span(
            ctx, need->node->span, "there is no job \"%" STR_FMT "\"", STR_ARG(need->id)
        );
        const Workflow *workflow = job->workflow;
        enum { CANDIDATES_MOST = 64 };
        Str ids[CANDIDATES_MOST];
        size_t count = 0;
        while (count < workflow->jobs.len && count < CANDIDATES_MOST) {
            ids[count] = workflow->jobs.ptr[count].id;
            count++;
        }
        diag_hint_nearest(ctx->diags, diag, need->id, ids, count);
    }
}

static void gh003(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(need, &job->needs) {
            check_need(ctx, job, need);
        }
    }
}

/* --- GH004 ------------------------------------------------------------------------------------ */

static void check_label(RuleContext *ctx, const Node *node)
{
    if (node->kind != NODE_STRING || has_expression(node)) {
        return;
    }
    RunnerLabel label = runner_label(node->text);
    if (label == RUNNER_RETIRED) {
        Diag *diag = rule_find_span(
            ctx, node->span, "GitHub no longer has runners \"%" STR_FMT "\"", STR_ARG(node->text)
        );
        rule_hint(ctx, diag, "the job waits for a runner until it is cancelled: take a newer one");
    } else if (label == RUNNER_UNKNOWN) {
        SyntaxCheck check = { .arena = ctx->diags->arena };
        syntax_fault_unknown(&check, node, "runner of GitHub's", runner_labels());
        report(ctx, &check);
    }
}

/* The values of `matrix.x` in the axis x and in `include`. */
static void check_matrix_labels(RuleContext *ctx, const Job *job, Str axis)
{
    const Node *values = node_get(job->matrix.node, axis);
    for (size_t i = 0; i < node_len(values); i++) {
        check_label(ctx, values->seq.items[i]);
    }
    for (size_t i = 0; i < node_len(job->matrix.include); i++) {
        const Node *value = node_get(job->matrix.include->seq.items[i], axis);
        if (value) {
            check_label(ctx, value);
        }
    }
}

static bool has_self_hosted(const Node *labels)
{
    for (size_t i = 0; i < node_len(labels); i++) {
        if (str_eq_nocase(labels->seq.items[i]->text, STR("self-hosted"))) {
            return true;
        }
    }
    return false;
}

/* No runner has two of GitHub's own labels. */
static void check_labels_together(RuleContext *ctx, const Node *labels)
{
    const Node *first = NULL;
    for (size_t i = 0; i < node_len(labels); i++) {
        const Node *label = labels->seq.items[i];
        if (label->kind != NODE_STRING || runner_label(label->text) != RUNNER_KNOWN) {
            continue;
        }
        if (first && !str_eq_nocase(first->text, label->text)) {
            Diag *diag = rule_find_span(
                ctx,
                label->span,
                "no runner is \"%" STR_FMT "\" and \"%" STR_FMT "\"",
                STR_ARG(first->text),
                STR_ARG(label->text)
            );
            rule_hint(
                ctx, diag, "a runner has all the labels of the list: for several use a matrix"
            );
        }
        first = first ? first : label;
    }
}

static void gh004(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        const Node *labels = job->runs_on;
        if (!has_self_hosted(labels)) {
            check_labels_together(ctx, labels);
        }
        if (labels && labels->kind == NODE_STRING) {
            check_label(ctx, labels);
        }
        for (size_t i = 0; i < node_len(labels) && !has_self_hosted(labels); i++) {
            check_label(ctx, labels->seq.items[i]);
        }
    }
    vec_foreach(expr, &workflow->expressions) {
        bool is_axis = expr->job && expr->node == expr->job->runs_on && expr->is_whole &&
                       expr->root && expr->root->kind == EXPR_PROPERTY &&
                       expr_is_variable(expr->root->items.ptr[0], "matrix");
        if (is_axis) {
            check_matrix_labels(ctx, expr->job, expr->root->name);
        }
    }
}

/* --- GH007 ------------------------------------------------------------------------------------ */

static void check_type(RuleContext *ctx, const EventKind *kind, const Node *type)
{
    if (!node_is_scalar(type) || syntax_has_word(kind->types, type->text) ||
        str_eq_cstr(str_from(kind->types), "*") || has_expression(type)) {
        return;
    }
    if (kind->types[0] == '\0') {
        rule_hint(
            ctx,
            rule_find_span(ctx, type->span, "\"%s\" has no types", kind->name),
            "leave them away"
        );
        return;
    }
    SyntaxCheck check = { .arena = ctx->diags->arena };
    syntax_fault_unknown(
        &check, type, arena_printf(ctx->diags->arena, "type of \"%s\"", kind->name), kind->types
    );
    report(ctx, &check);
}

static void check_glob(RuleContext *ctx, const Node *pattern, GlobKind kind)
{
    GlobFault fault;
    if (!node_is_scalar(pattern) || has_expression(pattern) ||
        glob_check(pattern->text, kind, &fault)) {
        return;
    }
    Span span = pattern->text.len ? yaml_text_span(pattern, fault.at, fault.at + 1) : pattern->span;
    rule_find_span(
        ctx, span, "the pattern \"%" STR_FMT "\": %s", STR_ARG(pattern->text), fault.message
    );
}

/* A list of patterns that only take back starts from nothing. */
static void check_globs(RuleContext *ctx, const Node *list, GlobKind kind)
{
    bool all_negated = node_len(list) > 0;
    for (size_t i = 0; i < node_len(list); i++) {
        check_glob(ctx, list->seq.items[i], kind);
        all_negated = all_negated && str_has_prefix(list->seq.items[i]->text, STR("!"));
    }
    if (list->kind == NODE_STRING) {
        check_glob(ctx, list, kind);
        all_negated = str_has_prefix(list->text, STR("!"));
    }
    if (all_negated) {
        Diag *diag = rule_find_span(
            ctx,
            node_len(list) ? list->seq.items[0]->span : list->span,
            "only patterns that take back: nothing is left to start"
        );
        rule_hint(ctx, diag, "put \"**\" before them, or use the -ignore filter without \"!\"");
    }
}

/* The syntax has the keys of these two. */
static bool is_in_syntax(const EventKind *kind)
{
    return str_eq_cstr(STR("workflow_dispatch"), kind->name) ||
           str_eq_cstr(STR("workflow_call"), kind->name);
}

static void check_filter(RuleContext *ctx, const EventKind *kind, const Event *event)
{
    static const char *const pairs[] = { "branches", "tags", "paths" };
    if (is_in_syntax(kind)) {
        return;
    }
    for (size_t i = 0; i < event->filter->map.len; i++) {
        const NodePair *pair = &event->filter->map.pairs[i];
        Str key = pair->key->text;
        bool has_types = kind->types[0] != '\0' && str_eq(key, STR("types"));
        if (!has_types && !syntax_has_word(kind->filters, key)) {
            Diag *diag = rule_find_span(
                ctx,
                pair->key->span,
                "\"%s\" has no filter \"%" STR_FMT "\"",
                kind->name,
                STR_ARG(key)
            );
            rule_hint(
                ctx,
                diag,
                "%s%s",
                kind->types[0]     ? "it has: types "
                : kind->filters[0] ? "it has: "
                                   : "it has none",
                kind->filters
            );
        } else if (str_has_prefix(key, STR("branches")) || str_has_prefix(key, STR("tags"))) {
            check_globs(ctx, pair->value, GLOB_REF);
        } else if (str_has_prefix(key, STR("paths"))) {
            check_globs(ctx, pair->value, GLOB_PATH);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        Str other = str_concat(ctx->diags->arena, str_from(pairs[i]), STR("-ignore"));
        NodePair *ignored = node_find(event->filter, other);
        if (ignored && node_get_cstr(event->filter, pairs[i])) {
            Diag *diag = rule_find_span(
                ctx,
                ignored->key->span,
                "\"%s\" has \"%s\" too, and GitHub takes one of them",
                kind->name,
                pairs[i]
            );
            rule_hint(ctx, diag, "patterns with \"!\" take back what those before them let in");
        }
    }
}

static void check_cron(RuleContext *ctx, const Node *node)
{
    Cron cron;
    CronFault fault;
    if (!node || !node_is_scalar(node)) {
        return;
    }
    if (!cron_parse(ctx->diags->arena, node->text, &cron, &fault)) {
        rule_find_span(
            ctx, yaml_text_span(node, fault.start, fault.end), "%" STR_FMT, STR_ARG(fault.message)
        );
        return;
    }
    unsigned gap = cron_shortest_gap(&cron);
    if (cron_is_never(&cron)) {
        rule_find_span(ctx, node->span, "no day has this date: it never runs");
    } else if (gap > 0 && gap < 5) {
        Diag *diag = rule_find_span(
            ctx,
            node->span,
            "every %u minute%s: GitHub starts no schedule more often than every 5",
            gap,
            gap > 1 ? "s" : ""
        );
        rule_hint(ctx, diag, "*/5 is the most");
    }
}

static void gh007(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(event, &workflow->events) {
        const EventKind *kind = event_find(event->name);
        if (!kind) {
            SyntaxCheck check = { .arena = ctx->diags->arena };
            syntax_fault_unknown(&check, event->key, "event", event_names());
            report(ctx, &check);
            continue;
        }
        if (node_is_seq(event->filter) && str_eq(event->name, STR("schedule"))) {
            for (size_t i = 0; i < event->filter->seq.len; i++) {
                check_cron(ctx, node_path(event->filter->seq.items[i], "cron"));
            }
        }
        bool follows = str_eq(event->name, STR("workflow_run"));
        if (follows && !node_path(event->filter, "workflows")) {
            rule_find_span(ctx, event->key->span, "\"workflow_run\" wants the key \"workflows\"");
        }
        if (!node_is_map(event->filter)) {
            continue;
        }
        check_filter(ctx, kind, event);
        const Node *types = node_path(event->filter, "types");
        for (size_t i = 0; i < node_len(types) && kind->types[0]; i++) {
            check_type(ctx, kind, types->seq.items[i]);
        }
        if (types && node_is_scalar(types) && kind->types[0]) {
            check_type(ctx, kind, types);
        }
    }
}

/* --- GH010 ------------------------------------------------------------------------------------ */

/* Whether the entry of `exclude` may mean the value: of maps a part is enough. */
static bool value_matches(const Node *value, const Node *wanted)
{
    if (node_is_map(value) && node_is_map(wanted)) {
        for (size_t i = 0; i < wanted->map.len; i++) {
            const Node *part = node_get(value, wanted->map.pairs[i].key->text);
            if (!part || !value_matches(part, wanted->map.pairs[i].value)) {
                return false;
            }
        }
        return true;
    }
    bool both_scalar = node_is_scalar(value) && node_is_scalar(wanted);
    return has_expression(value) || node_equal(value, wanted) ||
           (both_scalar && str_eq(value->text, wanted->text));
}

/* GitHub compares keys without case. */
static const Node *axis_of(const Matrix *matrix, Str name)
{
    for (size_t i = 0; i < matrix->node->map.len; i++) {
        if (str_eq_nocase(matrix->node->map.pairs[i].key->text, name)) {
            return matrix->node->map.pairs[i].value;
        }
    }
    return NULL;
}

static void check_excluded(RuleContext *ctx, const Matrix *matrix, const NodePair *pair)
{
    const Node *axis = axis_of(matrix, pair->key->text);
    if (!axis || axis == matrix->include || axis == matrix->exclude) {
        rule_find_span(
            ctx,
            pair->key->span,
            "the matrix has no \"%" STR_FMT "\" to exclude",
            STR_ARG(pair->key->text)
        );
        return;
    }
    bool is_there = !node_is_seq(axis) || has_expression(pair->value);
    for (size_t i = 0; i < node_len(axis) && !is_there; i++) {
        is_there = value_matches(axis->seq.items[i], pair->value);
    }
    if (!is_there) {
        rule_find_span(
            ctx,
            pair->value->span,
            "\"%" STR_FMT "\" of the matrix has no such value",
            STR_ARG(pair->key->text)
        );
    }
}

static void check_twice(RuleContext *ctx, const NodePair *axis)
{
    const Node *values = axis->value;
    for (size_t i = 1; i < node_len(values); i++) {
        for (size_t j = 0; j < i; j++) {
            if (node_equal(values->seq.items[i], values->seq.items[j])) {
                Diag *diag = rule_find_span(
                    ctx,
                    values->seq.items[i]->span,
                    "\"%" STR_FMT "\" has this value twice",
                    STR_ARG(axis->key->text)
                );
                rule_hint(ctx, diag, "the same job would run twice: take one away");
                break;
            }
        }
    }
}

static void gh010(RuleContext *ctx, const Workflow *workflow)
{
    enum { VALUES_MOST = 256 }; /* GitHub's bound for the jobs of a matrix */
    vec_foreach(job, &workflow->jobs) {
        const Matrix *matrix = &job->matrix;
        if (!node_is_map(matrix->node)) {
            continue;
        }
        for (size_t i = 0; i < node_len(matrix->exclude); i++) {
            const Node *entry = matrix->exclude->seq.items[i];
            for (size_t j = 0; node_is_map(entry) && j < entry->map.len; j++) {
                check_excluded(ctx, matrix, &entry->map.pairs[j]);
            }
        }
        for (size_t i = 0; i < matrix->node->map.len; i++) {
            const NodePair *axis = &matrix->node->map.pairs[i];
            bool is_axis = axis->value != matrix->include && axis->value != matrix->exclude;
            if (is_axis && node_len(axis->value) <= VALUES_MOST) {
                check_twice(ctx, axis);
            }
        }
    }
}

#define JOB(yaml)  "jobs:\n  build:\n    runs-on: ubuntu-24.04\n" yaml
#define STEP(yaml) JOB("    steps:\n" yaml)

static const AuditRule rules[] = {
    { .id = "GH001",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "The workflow or action doesn't have the keys and values that GitHub reads",
      .why = "GitHub refuses the whole file, and no job of it runs.",
      .fix = "correct what the message names",
      .bad = STEP("    - run: make\n      with: {target: all}\n"),
      .good = STEP("    - run: make\n      env: {TARGET: all}\n"),
      .peers = "AL:syntax-check AL:id AL:env-var AL:shell-name AL:permissions",
      .check_workflow = gh001 },
    { .id = "GH003",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "`needs` names a job that isn't there, or jobs need each other",
      .why = "GitHub refuses the workflow.",
      .fix = "name a job of this workflow",
      .bad = "jobs:\n  deploy:\n    needs: biuld\n",
      .good = "jobs:\n  deploy:\n    needs: build\n",
      .peers = "AL:job-needs",
      .check_workflow = gh003 },
    { .id = "GH004",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "A label that no runner of GitHub's has",
      .why = "The job waits for a runner that never comes, and is cancelled after a day.",
      .fix = "take a label that is there",
      .bad = "runs-on: ubuntu-20.04\n",
      .good = "runs-on: ubuntu-24.04\n",
      .peers = "AL:runner-label",
      .check_workflow = gh004 },
    { .id = "GH007",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "An event, activity type, pattern or schedule that can't start anything",
      .why = "The workflow is refused, or never runs, and nobody is told.",
      .fix = "correct the event or its filter",
      .bad = "on:\n  pull_request:\n    types: [open]\n",
      .good = "on:\n  pull_request:\n    types: [opened]\n",
      .peers = "AL:events AL:glob",
      .check_workflow = gh007 },
    { .id = "GH010",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning =
          "`exclude` of a matrix names a value that it doesn't have, or a value stands there twice",
      .why = "Nothing is excluded, and the jobs that were not to run do.",
      .fix = "name a value of the matrix",
      .bad = JOB("    strategy:\n      matrix:\n        node: [20, 22]\n        exclude:\n        "
                 "- node: 18\n"),
      .good = JOB("    strategy:\n      matrix:\n        node: [20, 22]\n"),
      .peers = "AL:matrix",
      .check_workflow = gh010 },
};

const RuleFamily rules_actions_syntax = { rules, ARRAY_LEN(rules) };
