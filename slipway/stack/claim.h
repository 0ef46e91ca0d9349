/* Claim: locks that say who has a directory. Each is a file that stays and whose first byte is held by
 * an open descriptor: it is free again when its holder is gone, however that ended. */
#pragma once

#include "base/error.h"

#include "stack/place.h"

/* The stack of this directory, for its supervisor. -EBUSY: another has it. -ETIMEDOUT: what a former
 * one left is still being ended. Close *ret_fd to give it up. */
int claim_stack(const Place *place, int *ret_fd, Error *err);
/* The data. Two checkouts of one platform have the same when root runs them, one after the other: two
 * servers on them at once would spoil them. -EBUSY names the checkout that has them. Of nobody but
 * root's nothing is locked and *ret_fd stays: they lie in the checkout itself. */
int claim_data(const Place *place, int *ret_fd, Error *err);
