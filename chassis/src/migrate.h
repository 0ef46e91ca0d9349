/* Migrations (services.md 1.13): forward-only SQL files, each applied once, under one session lock.
 */
#pragma once

#include <chassis/app.h>

#include "runtime.h"

enum {
    MIGRATION_CHASSIS_BASE = -1000
}; /* the chassis' own NNNN stands as NNNN - 1000, before all others */

/* The chassis' tables: outbox, processed_events, idempotency_keys, leases. */
extern const Migration chassis_migrations[];

/* Creates the database when it is missing and DB_AUTO_CREATE says so. From a fiber. */
int migrate_create_database(Worker *worker, Error *err);
/* Applies what is missing. -EINVAL: a changed checksum or an unknown newer version. From a fiber.
 */
int migrate_run(Worker *worker, Error *err);

/* Splits a script at the semicolons that end statements: quotes, dollar quotes and comments are
 * seen. False at the end. For scripts whose first line is "-- no-transaction". */
bool migrate_next_statement(Str *rest, Str *ret_statement);
bool migrate_is_outside_transaction(Str sql);
