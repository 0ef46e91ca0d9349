/* ValueAddTransformer: one value into fields, or into one part of a path that a field holds. */
#pragma once

#include "internal.h"

int value_add_apply(Target *target, const Node *config, ResMap *map);
