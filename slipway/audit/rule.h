/* The table of rules: what each is for, and the function that looks.
 *
 * How to add one: a row in the table of its family (rules/<family>.c) and a fixture in tests/audit
 * where it fires at a marked line and one where it must not. --explain and docs/rules come from the
 * row. A check gets what its scope says and reports through rule_find; it sees the standard in
 * force, for rules that a Pod Security Standard words otherwise than our default. */
#pragma once

#include "audit.h"
#include "kubernetes.h"

typedef struct RuleContext RuleContext;

typedef struct AuditRule {
    const char *id;
    const char *artifact; /* "Kubernetes", "Kustomize", "audit" */
    Severity severity;
    AuditStandard standard; /* part of this standard and those above; NONE: of none */
    bool is_missing;        /* fires on what isn't said: K8029 stands for all of them */
    bool escalates;         /* a matter of privilege: summed up for the security team */
    const char *meaning;    /* one line, no final stop */
    const char *why;
    const char *fix;
    const char *bad, *good; /* YAML */
    const char *peers;      /* ids of other linters' rules for the same, or NULL */
    void (*check_bundle)(RuleContext *ctx, const Bundle *bundle);
    void (*check_object)(RuleContext *ctx, const Object *object);
    void (*check_pod)(RuleContext *ctx, const Pod *pod);
    void (*check_container)(RuleContext *ctx, const Container *container);
} AuditRule;

typedef struct RuleFamily {
    const AuditRule *rules;
    size_t len;
} RuleFamily;

extern const RuleFamily rules_engine; /* the run itself: AU */
extern const RuleFamily rules_images;
extern const RuleFamily rules_network;
extern const RuleFamily rules_objects;
extern const RuleFamily rules_pod_host;
extern const RuleFamily rules_pod_security;
extern const RuleFamily rules_probes;
extern const RuleFamily rules_rbac;
extern const RuleFamily rules_references;
extern const RuleFamily rules_resources;
extern const RuleFamily rules_scaling;
extern const RuleFamily rules_secrets;

/* All families, in the order of the docs; NULL-terminated. */
extern const RuleFamily *const rule_families[];

/* NULL when there is none of that id. */
const AuditRule *rule_get(Str id);
/* Whether `pattern` is the rule's id or the letters that start it ("K8", "AU"). */
bool rule_matches(const AuditRule *rule, Str pattern);

struct RuleContext {
    DiagList *diags;
    const AuditRule *rule;
    AuditStandard standard;
    const Bundle *bundle;
    const Object *object;
    const Container *container; /* NULL outside check_container */
};

/* Reports at `node`; where it is NULL or has no place (a generated value), at the container, the
 * object or what the bundle was made from. The pointer is as diag_add's. */
Diag *rule_find(RuleContext *ctx, const Node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull));
void rule_hint(RuleContext *ctx, Diag *diag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
