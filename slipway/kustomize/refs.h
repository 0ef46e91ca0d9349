/* Name references: wherever an object names another by a name that was changed since, the present
 * name is put. */
#pragma once

#include "internal.h"

int refs_fix(Build *b, const Config *config, ResMap *map);
