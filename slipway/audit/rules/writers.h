/* Images that are known to write into their own file system while they run. */
#pragma once

#include "audit/rule.h"

/* The places that the container's image writes to and that nothing is mounted at: number `at` of
 * them, NULL behind the last. Only what the makers publish is known. */
const char *writers_place(const Container *container, size_t at);
/* The same of an image alone, whatever is mounted. */
const char *writers_place_of(Str image, size_t at);
/* A volume of its own at the path, for a person to look at first: the pod may have one for it. */
void writers_suggest_volume(RuleContext *ctx, Diag *diag, const Container *container, Str path);
/* Whether all places that the image writes to are known. */
bool writers_knows(const Container *container);
