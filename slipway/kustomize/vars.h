/* vars: $(NAME) in the fields of varReference, replaced by a field of another resource. */
#pragma once

#include "internal.h"

int vars_merge(Build *b, Vars *into, const Vars *from);
/* The vars of `target`: checked against the resources there are, and added. */
int vars_collect(Target *target, Accumulator *into);
int vars_resolve(Build *b, Accumulator *all);
