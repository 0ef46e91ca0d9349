/* What the workflows of a run say of each other's versions: without a network it is all that is
 * known of the commit behind a tag. */
#pragma once

#include "audit/actions/workflow.h"
#include "audit/rule.h"

/* "v4", "4.2.2", "tag=v4", "ratchet:actions/checkout@v4" */
bool actions_has_version(Str comment);
/* The commit that another step has pinned the same version to, with that step's comment. */
void actions_suggest_pin(RuleContext *ctx, Diag *diag, const Workflow *workflow, const Uses *uses);
/* The comment that another step has beside the same commit. */
void actions_suggest_version(
    RuleContext *ctx, Diag *diag, const Workflow *workflow, const Uses *uses
);

/* `image` without docker:// */
typedef void (*ImageFn)(void *data, const Workflow *workflow, const Node *node, Str image);
/* Images of containers, services and steps. */
void actions_each_image(const Workflow *workflow, ImageFn found, void *data);
/* The tag that another place of the run has for the image. */
void actions_suggest_image(
    RuleContext *ctx, Diag *diag, const Workflow *workflow, const Node *node, Str image
);
