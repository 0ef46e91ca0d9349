#pragma once

#include "internal.h"

int order_apply(Target *target, ResMap *map);
