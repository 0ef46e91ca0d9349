/* Logs, metrics and spans of a runtime: made first, ended last. */
#pragma once

#include "runtime.h"

int telemetry_open(Runtime *runtime, Error *err);
/* On worker 0, once its loop runs; nothing without OTEL_ENABLED. */
int telemetry_start_export(Runtime *runtime, Error *err);
/* From a fiber of worker 0: sends what spans are left, for 3 s at most. */
void telemetry_stop_export(Runtime *runtime);
void telemetry_close(Runtime *runtime);
