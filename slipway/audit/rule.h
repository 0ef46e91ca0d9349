/* The table of rules: what each is for, and the function that looks.
 *
 * How to add one: a row in the table of its family (rules/<family>.c) and a fixture in tests/audit
 * where it fires at a marked line and one where it must not. --explain and docs/rules come from the
 * row. A check gets what its scope says and reports through rule_find; it sees the standard in
 * force, for rules that a Pod Security Standard words otherwise than our default. */
#pragma once

#include "audit.h"
#include "kubernetes.h"
#include "schema/api.h"

/* The subjects of the rooms beside kubernetes.h; a rule's file includes the header it needs. */
typedef struct Dockerfile Dockerfile;         /* dockerfile/dockerfile.h */
typedef struct ComposeProject ComposeProject; /* compose/compose.h */
typedef struct Workflow Workflow;             /* actions/workflow.h */
typedef struct Dashboard Dashboard;           /* monitoring/dashboard.h */
typedef struct PrometheusFile PrometheusFile; /* monitoring/prometheus.h */
typedef struct Repository Repository;         /* repository/repository.h */

typedef struct RuleContext RuleContext;

typedef struct AuditRule {
    const char *id;
    const char *artifact; /* "Kubernetes", "Kustomize", "Dockerfile", "Compose", "GitHub Actions",
                             "Grafana", "Prometheus", "Repository", "audit" */
    Severity severity;
    AuditStandard standard; /* part of this standard and those above; NONE: of none */
    bool is_missing;        /* fires on what isn't said: K8029 stands for all of them */
    bool is_optional;       /* runs only where --only names it: true, but noise to most */
    bool escalates;         /* a matter of privilege: summed up for the security team */
    const char *meaning;    /* one line, no final stop */
    const char *why;
    const char *fix;
    const char *bad, *good; /* in the artifact's syntax */
    /* Ids of other linters' rules for the same, parted by spaces, or NULL; their own comments and
     * annotations then suppress this one too (suppress_peers.c):
     * HL: hadolint, AL: actionlint, ZZ: zizmor, KL: kube-linter, KS: kube-score, PO: polaris,
     * KC: kubeconform, DC: dclint, KI: kics; CKV_… checkov and AVD/KSV/DS… trivy without a prefix. */
    const char *peers;
    void (*check_bundle)(RuleContext *ctx, const Bundle *bundle);
    void (*check_object)(RuleContext *ctx, const Object *object);
    void (*check_pod)(RuleContext *ctx, const Pod *pod);
    void (*check_container)(RuleContext *ctx, const Container *container);
    void (*check_kustomization)(RuleContext *ctx, const KustomizationFile *file);
    void (*check_dockerfile)(RuleContext *ctx, const Dockerfile *file);
    void (*check_compose)(RuleContext *ctx, const ComposeProject *project);
    void (*check_workflow)(RuleContext *ctx, const Workflow *workflow);
    void (*check_dashboard)(RuleContext *ctx, const Dashboard *dashboard);
    void (*check_prometheus)(RuleContext *ctx, const PrometheusFile *file);
    void (*check_repository)(RuleContext *ctx, const Repository *repository);
} AuditRule;

typedef struct RuleFamily {
    const AuditRule *rules;
    size_t len;
} RuleFamily;

extern const RuleFamily rules_across_builds;
extern const RuleFamily rules_across_compose;
extern const RuleFamily rules_across_env;
extern const RuleFamily rules_across_grafana;
extern const RuleFamily rules_across_hosts;
extern const RuleFamily rules_across_kafka;
extern const RuleFamily rules_across_labels;
extern const RuleFamily rules_across_memory;
extern const RuleFamily rules_across_metrics;
extern const RuleFamily rules_across_names;
extern const RuleFamily rules_across_pods;
extern const RuleFamily rules_across_policies;
extern const RuleFamily rules_across_ports;
extern const RuleFamily rules_across_reads;
extern const RuleFamily rules_across_scraped;
extern const RuleFamily rules_across_scrapes;
extern const RuleFamily rules_across_versions;
extern const RuleFamily rules_across_writes;
extern const RuleFamily rules_actions_expressions;
extern const RuleFamily rules_actions_files;
extern const RuleFamily rules_actions_injection;
extern const RuleFamily rules_actions_jobs;
extern const RuleFamily rules_actions_plain;
extern const RuleFamily rules_actions_release;
extern const RuleFamily rules_actions_rights;
extern const RuleFamily rules_actions_secrets;
extern const RuleFamily rules_actions_syntax;
extern const RuleFamily rules_actions_uses;
extern const RuleFamily rules_compose_images;
extern const RuleFamily rules_compose_ports;
extern const RuleFamily rules_compose_privilege;
extern const RuleFamily rules_compose_running;
extern const RuleFamily rules_compose_secrets;
extern const RuleFamily rules_compose_structure;
extern const RuleFamily rules_dockerfile_commands;
extern const RuleFamily rules_dockerfile_files;
extern const RuleFamily rules_dockerfile_habits;
extern const RuleFamily rules_dockerfile_images;
extern const RuleFamily rules_dockerfile_libraries;
extern const RuleFamily rules_dockerfile_packages;
extern const RuleFamily rules_dockerfile_secrets;
extern const RuleFamily rules_dockerfile_settings;
extern const RuleFamily rules_dockerfile_shell;
extern const RuleFamily rules_dockerfile_stages;
extern const RuleFamily rules_dockerfile_users;
extern const RuleFamily rules_engine; /* the run itself: AU */
extern const RuleFamily rules_exposure;
extern const RuleFamily rules_images;
extern const RuleFamily rules_kustomize;
extern const RuleFamily rules_monitoring_dashboards;
extern const RuleFamily rules_monitoring_prometheus;
extern const RuleFamily rules_monitoring_queries;
extern const RuleFamily rules_monitoring_secrets;
extern const RuleFamily rules_network;
extern const RuleFamily rules_objects;
extern const RuleFamily rules_pod_host;
extern const RuleFamily rules_pod_security;
extern const RuleFamily rules_pod_users;
extern const RuleFamily rules_probes;
extern const RuleFamily rules_rbac;
extern const RuleFamily rules_references;
extern const RuleFamily rules_replicas;
extern const RuleFamily rules_resources;
extern const RuleFamily rules_scaling;
extern const RuleFamily rules_schema;
extern const RuleFamily rules_secrets;
extern const RuleFamily rules_workloads;

/* All families, in the order of the docs; NULL-terminated. */
extern const RuleFamily *const rule_families[];

/* NULL when there is none of that id. */
const AuditRule *rule_get(Str id);
/* Whether `pattern` is the rule's id or the letters that start it ("K8", "AU"). */
bool rule_matches(const AuditRule *rule, Str pattern);

struct RuleContext {
    DiagList *diags;
    const AuditRule *rule;
    const AuditOptions *options;
    AuditStandard standard;
    Api *api; /* of the Kubernetes version that is meant */
    const Bundle *bundle;
    const Object *object;
    const Container *container; /* NULL outside check_container */
};

/* Reports at `node`; where it is NULL or has no place (a generated value), at the container, the
 * object or what the bundle was made from. The pointer is as diag_add's. */
Diag *rule_find(RuleContext *ctx, const Node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull));
/* The same for what has no nodes. */
Diag *rule_find_span(RuleContext *ctx, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull));
void rule_hint(RuleContext *ctx, Diag *diag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- fixes: edit.c --- */
/* Safe edits are made by --fix: they must mend the finding, and mean what the author meant. All that
 * one finding has are made together or not at all. Several of one finding mustn't overlap. */
void rule_fix(RuleContext *ctx, Diag *diag, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for what a person has to look at first: shown to tools, never made. */
void rule_suggest(RuleContext *ctx, Diag *diag, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Edits of YAML that keep layout and comments. Where the place can't be edited so (a generated value,
 * an unusual layout), nothing is added.
 *
 * Sets what stands at `path`, keys parted by dots, below `map`; keys that aren't there are added. A
 * value of several lines begins with a newline and is indented as it should stand below its key. */
void rule_fix_set(
    RuleContext *ctx, Diag *diag, const Node *map, const char *path, const char *value
);
/* The same for a person to look at first. */
void rule_suggest_set(
    RuleContext *ctx, Diag *diag, const Node *map, const char *path, const char *value
);
/* An entry of a map goes, with its line comment; the last one stays. */
void rule_fix_remove(RuleContext *ctx, Diag *diag, const Node *map, const char *key);
/* An item of a list goes; the last one stays. */
void rule_fix_remove_item(RuleContext *ctx, Diag *diag, const Node *list, size_t at);
/* A scalar, as YAML, becomes the first item. */
void rule_fix_prepend(RuleContext *ctx, Diag *diag, const Node *list, const char *value);
/* YAML of one line becomes the last item. */
void rule_fix_append(RuleContext *ctx, Diag *diag, const Node *list, const char *value);
