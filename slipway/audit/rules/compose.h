/* What the rules about Compose files share. */
#pragma once

#include "audit/compose/compose.h"
#include "audit/rule.h"

/* rule_find, but silent where the node belongs to the base of an overlay: there the base's own run
 * says it. NULL then. */
#define compose_find(ctx, project, node, ...) \
    (compose_is_own((project), (node)) ? rule_find((ctx), (node), __VA_ARGS__) : NULL)

/* Whether another service waits for it to end, or its name says that it does one thing. */
bool compose_is_one_shot(const ComposeService *service);
/* Whether it is built here and doesn't run a developer's own sources: what its container may do is
 * ours to say. */
bool compose_is_ours(const ComposeService *service);
/* Whether the service's map stands in the file as it is: nothing was merged into it. */
bool compose_can_edit(const ComposeService *service);
/* Databases, queues, search: what loses data when it is killed or read by strangers. */
bool compose_is_store(const ComposeService *service);

/* For what a service ought to say. Where no service of the project says it, one finding stands for
 * all; where some do, each of the others has its own. `wants` picks the services that ought to. */
typedef struct ComposeMissing {
    bool (*wants)(const ComposeService *service);
    bool (*says)(const ComposeService *service);
    const char *what; /* "has no restart policy" */
    void (*mend)(RuleContext *ctx, Diag *diag, const ComposeService *service); /* or NULL */
} ComposeMissing;
void compose_report_missing(
    RuleContext *ctx, const ComposeProject *project, const ComposeMissing *missing
);

/* --- compose_edits.c: nothing is added where the layout is an unusual one --- */
/* The port is published on 127.0.0.1 alone. */
void compose_fix_bind(RuleContext *ctx, Diag *diag, const ComposePort *port);
/* The list of depends_on becomes a map that waits for the health checks there are. */
void compose_fix_depends_on(RuleContext *ctx, Diag *diag, const ComposeService *service);
