#include <chassis/money.h>
#include <stdlib.h>

static bool in_range(int64_t amount)
{
    return amount >= 0 && amount <= MONEY_MAX;
}

bool money_add(int64_t a, int64_t b, int64_t *ret_sum)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum) || !in_range(sum)) {
        return false;
    }
    *ret_sum = sum;
    return true;
}

bool money_sub(int64_t a, int64_t b, int64_t *ret_difference)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference) || !in_range(difference)) {
        return false;
    }
    *ret_difference = difference;
    return true;
}

bool money_times(int64_t price, int64_t quantity, int64_t *ret_product)
{
    int64_t product;
    if (__builtin_mul_overflow(price, quantity, &product) || !in_range(product)) {
        return false;
    }
    *ret_product = product;
    return true;
}

int64_t money_share(int64_t amount, int64_t basis_points)
{
    return (int64_t) ((__extension__(__int128) amount * basis_points) / 10000);
}

/* ISO 4217 active codes, sorted for bsearch. */
static const char currencies[][4] = {
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP",
    "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD",
    "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY",
    "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK",
    "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG",
    "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS",
    "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED",
    "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
};

static int compare_code(const void *a, const void *b)
{
    return memcmp(a, b, 3);
}

bool currency_is_known(Str code)
{
    return code.len == 3 &&
           bsearch(code.ptr, currencies, ARRAY_LEN(currencies), sizeof currencies[0], compare_code);
}
