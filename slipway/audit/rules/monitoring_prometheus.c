/* Prometheus' rules and configuration, and Grafana's provisioning. */
#include "base/mem.h"
#include "base/path.h"
#include "codec/yaml_place.h"

#include "monitoring.h"

static void report_problems(RuleContext *ctx, const PrometheusFile *file, PrometheusKind kind)
{
    for (size_t i = 0; file->kind == kind && i < file->problems.len; i++) {
        const PrometheusProblem *problem = &file->problems.ptr[i];
        Diag *diag = rule_find_span(ctx, problem->span, "%" STR_FMT, STR_ARG(problem->message));
        if (problem->hint.len > 0) {
            diag->hint = problem->hint;
        }
    }
}

static void gr011(RuleContext *ctx, const PrometheusFile *file)
{
    report_problems(ctx, file, PROMETHEUS_RULES);
}

static void gr014(RuleContext *ctx, const PrometheusFile *file)
{
    report_problems(ctx, file, PROMETHEUS_CONFIG);
    report_problems(ctx, file, PROMETHEUS_ALERTMANAGER);
}

/* --- alerts --- */

static bool has_runbook(const PrometheusRule *rule)
{
    return node_get_cstr(rule->annotations, "runbook_url") ||
           node_get_cstr(rule->annotations, "runbook");
}

static bool some_runbook(const PrometheusFile *file)
{
    for (size_t i = 0; i < file->rules.len; i++) {
        if (file->rules.ptr[i].is_alert && has_runbook(&file->rules.ptr[i])) {
            return true;
        }
    }
    return false;
}

/* Where no alert has a runbook, the first one says so for all. */
static void gr012(RuleContext *ctx, const PrometheusFile *file)
{
    bool runbooks = some_runbook(file);
    bool said = false;
    for (size_t i = 0; i < file->rules.len; i++) {
        const PrometheusRule *rule = &file->rules.ptr[i];
        if (!rule->is_alert || !rule->name_node || str_eq(rule->name, STR("Watchdog")) ||
            str_eq(rule->name, STR("DeadMansSwitch"))) {
            continue;
        }
        bool waits = rule->wait != NULL;
        bool severity =
            node_get_cstr(rule->labels, "severity") || node_get_cstr(rule->labels, "priority");
        bool runbook = has_runbook(rule) || (!runbooks && said);
        said = said || !has_runbook(rule);
        if (!waits || !severity || !runbook) {
            rule_find(
                ctx,
                rule->name_node,
                "\"%" STR_FMT "\" has no%s%s%s",
                STR_ARG(rule->name),
                waits ? "" : " for",
                severity ? ""
                : waits  ? " severity"
                         : ", no severity",
                runbook               ? ""
                : !waits || !severity ? ", no runbook_url"
                                      : " runbook_url"
            );
        }
    }
}

/* --- templates --- */

static size_t name_length(Str text)
{
    size_t len = 0;
    while (len < text.len &&
           ((text.ptr[len] >= 'a' && text.ptr[len] <= 'z') ||
            (text.ptr[len] >= 'A' && text.ptr[len] <= 'Z') ||
            (text.ptr[len] >= '0' && text.ptr[len] <= '9') || text.ptr[len] == '_')) {
        len++;
    }
    return len;
}

static void check_template(RuleContext *ctx, const PrometheusRule *rule, const Node *text)
{
    static const Str mark = STR_INIT("$labels.");
    for (size_t at = 0; at < text->text.len;) {
        size_t found = str_find(str_skip(text->text, at), mark);
        if (found == STR_NONE) {
            return;
        }
        at += found;
        Str label = str_skip(text->text, at + mark.len);
        label = str_slice(label, 0, name_length(label));
        if (label.len > 0 && !monitoring_keeps_label(ctx->diags->arena, rule->tree, label)) {
            rule_find_span(
                ctx,
                yaml_text_span(text, at, at + mark.len + label.len),
                "the expression of \"%" STR_FMT "\" drops the label %" STR_FMT,
                STR_ARG(rule->name),
                STR_ARG(label)
            );
        }
        at += mark.len;
    }
}

static void gr013(RuleContext *ctx, const PrometheusFile *file)
{
    for (size_t i = 0; i < file->rules.len; i++) {
        const PrometheusRule *rule = &file->rules.ptr[i];
        const Node *maps[] = { rule->annotations, rule->labels };
        for (size_t j = 0; j < 2 && rule->tree && rule->is_alert; j++) {
            for (size_t k = 0; node_is_map(maps[j]) && k < maps[j]->map.len; k++) {
                const Node *text = maps[j]->map.pairs[k].value;
                if (node_is_string(text)) {
                    check_template(ctx, rule, text);
                }
            }
        }
    }
}

static const AuditRule rules[] = {
    { .id = "GR011",
      .artifact = "Prometheus",
      .severity = SEVERITY_ERROR,
      .meaning = "A file of rules that Prometheus refuses",
      .why = "Prometheus doesn't start with it, or goes on with the old rules after a reload.",
      .fix = "write it as Prometheus' documentation has it",
      .bad = "groups:\n- name: api\n  rules:\n  - alert: Down\n    expresion: up == 0\n",
      .good = "groups:\n- name: api\n  rules:\n  - alert: Down\n    expr: up == 0\n",
      .peers = "PT:check-rules",
      .check_prometheus = gr011 },
    { .id = "GR012",
      .artifact = "Prometheus",
      .severity = SEVERITY_WARN,
      .meaning = "An alert without for, severity or runbook",
      .why = "It fires at a single lost scrape, reaches nobody or everybody, and says nobody what "
             "to do.",
      .fix = "add for (0m where at once is meant), labels.severity and annotations.runbook_url",
      .bad = "- alert: Down\n  expr: up == 0\n",
      .good = "- alert: Down\n  expr: up == 0\n  for: 2m\n  labels: {severity: page}\n  "
              "annotations: {runbook_url: \"https://wiki.example.com/down\"}\n",
      .check_prometheus = gr012 },
    { .id = "GR013",
      .artifact = "Prometheus",
      .severity = SEVERITY_ERROR,
      .meaning = "An alert's text asks for a label that the expression drops",
      .why = "The message says nothing where it should say which instance.",
      .fix = "keep the label in the aggregation, or take it out of the text",
      .bad = "expr: sum by (job) (up) == 0\nannotations: {summary: \"{{ $labels.instance }} is "
             "down\"}\n",
      .good =
          "expr: sum by (job) (up) == 0\nannotations: {summary: \"{{ $labels.job }} is down\"}\n",
      .peers = "PT:check-rules",
      .check_prometheus = gr013 },
    { .id = "GR014",
      .artifact = "Prometheus",
      .severity = SEVERITY_ERROR,
      .meaning = "A configuration that Prometheus or Alertmanager refuses",
      .why = "The program doesn't start with it, or goes on with the old one after a reload.",
      .fix = "write it as the documentation of the program has it",
      .bad = "scrape_configs:\n- job_name: api\n  static_configs: [{targets: "
             "[\"http://api:8080/metrics\"]}]\n",
      .good = "scrape_configs:\n- job_name: api\n  static_configs: [{targets: [\"api:8080\"]}]\n",
      .peers = "PT:check-config",
      .check_prometheus = gr014 },
};

const RuleFamily rules_monitoring_prometheus = { rules, ARRAY_LEN(rules) };
