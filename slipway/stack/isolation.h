/* Isolation: a checkout that runs beside others of the same catalog: other ports, other data.
 *
 * `up --isolated` gives each port of the catalog a free one of this machine and notes them in
 * .slipway/isolated.json; from then on the checkout is isolated for every command, and keeps its
 * ports from run to run, until `down --volumes` deletes its data and the note. */
#pragma once

#include "stack/place.h"
#include "stack/plan.h"

/* Takes the note over where there is one. -EBADMSG when it is broken. */
int isolation_read(Arena *arena, Place *place, Error *err);
/* Isolates the place: a noted port stays where nobody else listens there, all others are chosen.
 * Nothing is written. -EADDRINUSE when there are not enough. */
int isolation_assign(Arena *arena, Place *place, const Plan *plan, Error *err);
/* Notes it for later. */
int isolation_write(const Place *place, const Plan *plan, Error *err);
