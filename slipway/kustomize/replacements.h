/* replacements: a value of one resource copied into fields of others. */
#pragma once

#include "internal.h"

int replacements_apply(Target *target, const Node *list, ResMap *map);
