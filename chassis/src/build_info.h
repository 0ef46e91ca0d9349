/* What was built, and from what. */
#pragma once

#include <chassis/base.h>

#include "build_version.h" /* made by meson: BUILD_VERSION, BUILD_COMPILER */

Str build_commit(void); /* "unknown" outside a clone */
Str build_time(void);   /* of the commit, so that a build can be repeated bit for bit */
