/* Jobs inside. */
#pragma once

#include <chassis/jobs.h>

#include "runtime.h"

/* The app's jobs and the chassis' housekeeping, on worker 0. */
int jobs_start(Runtime *runtime);
void jobs_stop(Runtime *runtime);
