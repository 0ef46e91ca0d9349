/* Money: minor units in int64 with an ISO 4217 code beside them; 0..10^12. Sums are checked, shares
 * are basis points rounded down (services.md 1.7). */
#pragma once

#include <chassis/base.h>

#define MONEY_MAX 1000000000000LL

/* False: the result is past MONEY_MAX or below 0; *ret is untouched. */
bool money_add(int64_t a, int64_t b, int64_t *ret_sum);
bool money_sub(int64_t a, int64_t b, int64_t *ret_difference);
bool money_times(int64_t price, int64_t quantity, int64_t *ret_product);
/* floor(amount * basis_points / 10000) in 128 bits; both must be ≥ 0. */
int64_t money_share(int64_t amount, int64_t basis_points);
/* Three upper-case letters of ISO 4217. */
bool currency_is_known(Str code);
