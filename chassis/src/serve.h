/* The life of a service process. Each runs on worker 0's loop and gives the exit code. */
#pragma once

#include "runtime.h"

enum {
    EXIT_FINE = 0,
    EXIT_FINDINGS = 1,
    EXIT_USAGE = 2,
    EXIT_ENVIRONMENT = 3,
    EXIT_BUG = 70,
};

/* The runtime of an app whose settings have been read. */
int runtime_init(Runtime *runtime, Error *err);
void runtime_done(Runtime *runtime);

int serve_run(Runtime *runtime);
int serve_migrate_only(Runtime *runtime);
int serve_dlq_replay(Runtime *runtime, const char *topic, int64_t most);
int serve_healthcheck(Runtime *runtime);
