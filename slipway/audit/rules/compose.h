/* What the rules about Compose files share. */
#pragma once

#include "audit/compose/compose.h"
#include "audit/rule.h"

/* rule_find, but silent where the node belongs to the base of an overlay: there the base's own run
 * says it. NULL then. */
#define compose_find(ctx, project, node, ...) \
    (compose_is_own((project), (node)) ? rule_find((ctx), (node), __VA_ARGS__) : NULL)
