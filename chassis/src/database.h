/* The pool's options from the settings, and the first connection of a start. */
#pragma once

#include "runtime.h"

PgPoolOptions database_options(const Runtime *runtime);
/* Waits for the server with backoff 0.5..5 s for 60 s, creates the database where that is asked
 * for, applies the migrations. From worker 0's main fiber. */
int database_prepare(Worker *worker, Error *err);
