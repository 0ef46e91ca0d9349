#pragma once

#include <chassis/http.h>

extern const Route builtin_routes[];
