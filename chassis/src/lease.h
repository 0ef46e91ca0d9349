/* Leases: what one replica at a time may do (services.md 1.14). Time is the database's. */
#pragma once

#include <chassis/db.h>

/* Claims a lease that is free or ours, until now + `ms`: 1 and its epoch, 0 when another has it, or
 * negative. */
int lease_claim(Context *ctx, const char *name, int64_t ms, int64_t *ret_epoch);
int lease_give_back(Context *ctx, const char *name);
/* In a transaction: fails with CONFLICT when the lease is not ours any more. */
int lease_check(Db *tx, const char *name, int64_t epoch);
