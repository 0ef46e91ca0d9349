#include "base/clock.h"

#include <assert.h>
#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_ms(void)
{
    return clock_monotonic_ns() / NS_PER_MS;
}

int64_t clock_utc_us(void)
{
    return read_ns(CLOCK_REALTIME) / NS_PER_US;
}

Deadline deadline_in_ms(int64_t ms)
{
    int64_t ns = 0;
    int64_t deadline = 0;
    if (__builtin_mul_overflow(ms, NS_PER_MS, &ns) ||
        __builtin_add_overflow(clock_monotonic_ns(), ns, &deadline)) {
        return ms < 0 ? 0 : DEADLINE_NEVER;
    }
    return deadline;
}

int64_t deadline_left_ms(Deadline deadline)
{
    if (deadline == DEADLINE_NEVER) {
        return INT64_MAX;
    }
    int64_t left = deadline - clock_monotonic_ns();
    return left > 0 ? (left + NS_PER_MS - 1) / NS_PER_MS : 0;
}

/* Of at most nine digits: 32 bits are divided in half the time. */
static inline char *put_digits(char *at, unsigned digits, int64_t value)
{
    uint32_t left = (uint32_t) value;
    for (unsigned i = digits; i > 0; i--) {
        at[i - 1] = (char) ('0' + left % 10);
        left /= 10;
    }
    return at + digits;
}

/* Proleptic Gregorian calendar: years are counted from March, so that a leap day ends one. */
static void civil_from_days(int64_t days, int64_t *ret_year, int64_t *ret_month, int64_t *ret_day)
{
    int64_t shifted = days + 719468; /* days from 0000-03-01 to 1970-01-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    *ret_month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

void clock_format_us(int64_t utc_us, char ret_text[static RFC3339_US_LEN + 1])
{
    int64_t us = utc_us % US_PER_S;
    int64_t seconds = utc_us / US_PER_S - (us < 0);
    us += us < 0 ? US_PER_S : 0;
    int64_t second_of_day = seconds % 86400;
    int64_t days = seconds / 86400 - (second_of_day < 0);
    second_of_day += second_of_day < 0 ? 86400 : 0;
    int64_t year, month, day;
    civil_from_days(days, &year, &month, &day);
    char *at = put_digits(ret_text, 4, year);
    *at++ = '-';
    at = put_digits(at, 2, month);
    *at++ = '-';
    at = put_digits(at, 2, day);
    *at++ = 'T';
    at = put_digits(at, 2, second_of_day / 3600);
    *at++ = ':';
    at = put_digits(at, 2, second_of_day / 60 % 60);
    *at++ = ':';
    at = put_digits(at, 2, second_of_day % 60);
    *at++ = '.';
    at = put_digits(at, 6, us);
    *at++ = 'Z';
    *at = '\0';
}

void clock_add_rfc3339(StrBuf *out, int64_t utc_us, unsigned digits)
{
    enum { SECONDS_LEN = 19 }; /* 2026-01-31T12:00:00 */
    char text[RFC3339_US_LEN + 1];
    assert(digits == 0 || digits == 3 || digits == 6);
    clock_format_us(utc_us, text);
    size_t len = digits ? SECONDS_LEN + 1 + digits : SECONDS_LEN;
    text[len] = 'Z';
    strbuf_add_bytes(out, text, len + 1);
}

Str clock_rfc3339(Arena *arena, int64_t utc_us, unsigned digits)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    clock_add_rfc3339(&out, utc_us, digits);
    return strbuf_str(&out);
}

/* Takes exactly `digits` digits and then `end` ('\0': nothing) off the front. */
static bool take_number(Str *text, size_t digits, char end, int *ret_value)
{
    uint64_t value = 0;
    if (!str_to_uint64(str_slice(*text, 0, digits), &value) || text->len < digits) {
        return false;
    }
    *text = str_skip(*text, digits);
    if (end && !str_strip_prefix(text, str_make(&end, 1))) {
        return false;
    }
    *ret_value = (int) value;
    return true;
}

static bool take_date_time(Str *text, struct tm *ret_utc)
{
    struct tm utc = { 0 };
    if (!take_number(text, 4, '-', &utc.tm_year) || !take_number(text, 2, '-', &utc.tm_mon) ||
        !take_number(text, 2, '\0', &utc.tm_mday)) {
        return false;
    }
    if (!str_strip_prefix(text, STR("T")) && !str_strip_prefix(text, STR("t"))) {
        return false;
    }
    if (!take_number(text, 2, ':', &utc.tm_hour) || !take_number(text, 2, ':', &utc.tm_min) ||
        !take_number(text, 2, '\0', &utc.tm_sec)) {
        return false;
    }
    static const int month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (utc.tm_mon < 1 || utc.tm_mon > 12 || utc.tm_mday < 1 ||
        utc.tm_mday > month_days[utc.tm_mon - 1]) {
        return false;
    }
    bool leap = utc.tm_year % 4 == 0 && (utc.tm_year % 100 != 0 || utc.tm_year % 400 == 0);
    if (utc.tm_mon == 2 && utc.tm_mday == 29 && !leap) {
        return false;
    }
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    *ret_utc = utc;
    return utc.tm_hour < 24 && utc.tm_min < 60 && utc.tm_sec <= 60; /* 60: a leap second */
}

/* ".678901…": digits past the sixth are dropped. */
static bool take_fraction(Str *text, int64_t *ret_us)
{
    int64_t us = 0;
    int64_t scale = US_PER_S / 10;
    if (!str_strip_prefix(text, STR("."))) {
        *ret_us = 0;
        return true;
    }
    size_t digits = 0;
    for (; digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9'; digits++) {
        us += (text->ptr[digits] - '0') * scale;
        scale /= 10;
    }
    *text = str_skip(*text, digits);
    *ret_us = us;
    return digits > 0;
}

static bool take_offset(Str *text, int64_t *ret_seconds)
{
    if (str_strip_prefix(text, STR("Z")) || str_strip_prefix(text, STR("z"))) {
        *ret_seconds = 0;
        return true;
    }
    bool west = str_has_prefix(*text, STR("-"));
    int hours = 0;
    int minutes = 0;
    if (!west && !str_has_prefix(*text, STR("+"))) {
        return false;
    }
    *text = str_skip(*text, 1);
    if (!take_number(text, 2, ':', &hours) || !take_number(text, 2, '\0', &minutes) || hours > 23 ||
        minutes > 59) {
        return false;
    }
    int64_t seconds = hours * 3600 + minutes * 60;
    *ret_seconds = west ? -seconds : seconds;
    return true;
}

bool clock_parse_rfc3339(Str text, int64_t *ret_utc_us)
{
    struct tm utc;
    int64_t us = 0;
    int64_t offset = 0;
    if (!take_date_time(&text, &utc) || !take_fraction(&text, &us) ||
        !take_offset(&text, &offset) || text.len) {
        return false;
    }
    *ret_utc_us = (timegm(&utc) - offset) * US_PER_S + us;
    return true;
}

typedef struct Unit {
    Str name;
    int64_t ns;
} Unit;

/* In the order they are tried: "ms" before "m". */
static const Unit units[] = {
    { STR_INIT("ns"), 1 },
    { STR_INIT("us"), NS_PER_US },
    { STR_INIT("µs"), NS_PER_US },
    { STR_INIT("ms"), NS_PER_MS },
    { STR_INIT("s"), NS_PER_S },
    { STR_INIT("m"), 60 * NS_PER_S },
    { STR_INIT("h"), 3600 * NS_PER_S },
};

static const Unit *take_unit(Str *text)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (str_strip_prefix(text, units[i].name)) {
            return &units[i];
        }
    }
    return NULL;
}

static Str take_digits(Str *text)
{
    size_t count = 0;
    while (count < text->len && text->ptr[count] >= '0' && text->ptr[count] <= '9') {
        count++;
    }
    Str digits = str_slice(*text, 0, count);
    *text = str_skip(*text, count);
    return digits;
}

/* One part such as "1.5s"; false where it isn't one or does not fit. */
static bool take_duration_part(Str *text, int64_t *ret_ns)
{
    Str whole = take_digits(text);
    Str fraction = { 0 };
    int64_t count = 0;
    if (str_strip_prefix(text, STR("."))) {
        fraction = take_digits(text);
    }
    const Unit *unit = take_unit(text);
    if (!unit || whole.len + fraction.len == 0 || (whole.len && !str_to_int64(whole, &count))) {
        return false;
    }
    int64_t ns = 0;
    if (__builtin_mul_overflow(count, unit->ns, &ns)) {
        return false;
    }
    double scale = (double) unit->ns;
    double part = 0;
    for (size_t i = 0; i < fraction.len; i++) {
        scale /= 10;
        part += (fraction.ptr[i] - '0') * scale;
    }
    return !__builtin_add_overflow(ns, (int64_t) (part + 0.5), ret_ns);
}

bool duration_parse(Str text, int64_t *ret_ns)
{
    int64_t total = 0;
    if (str_eq(text, STR("0"))) {
        *ret_ns = 0;
        return true;
    }
    if (text.len == 0) {
        return false;
    }
    while (text.len) {
        int64_t part = 0;
        if (!take_duration_part(&text, &part) || __builtin_add_overflow(total, part, &total)) {
            return false;
        }
    }
    *ret_ns = total;
    return true;
}

/* ns / unit with as many decimals as it takes. */
static void add_decimal(StrBuf *out, uint64_t ns, uint64_t unit, const char *name)
{
    strbuf_add_uint64(out, ns / unit);
    uint64_t rest = ns % unit;
    if (rest) {
        strbuf_add_char(out, '.');
    }
    while (rest) {
        unit /= 10;
        strbuf_add_char(out, (char) ('0' + rest / unit));
        rest %= unit;
    }
    strbuf_add_cstr(out, name);
}

void duration_add(StrBuf *out, int64_t ns)
{
    uint64_t left = ns < 0 ? 0 - (uint64_t) ns : (uint64_t) ns;
    if (ns < 0) {
        strbuf_add_char(out, '-');
    }
    if (left == 0) {
        strbuf_add_cstr(out, "0s");
    } else if (left < NS_PER_US) {
        add_decimal(out, left, 1, "ns");
    } else if (left < NS_PER_MS) {
        add_decimal(out, left, NS_PER_US, "us");
    } else if (left < NS_PER_S) {
        add_decimal(out, left, NS_PER_MS, "ms");
    } else {
        uint64_t hours = left / (3600 * NS_PER_S);
        uint64_t minutes = left / (60 * NS_PER_S) % 60;
        uint64_t seconds = left % (60 * NS_PER_S);
        if (hours) {
            strbuf_addf(out, "%luh", hours);
        }
        if (minutes) {
            strbuf_addf(out, "%lum", minutes);
        }
        if (seconds) {
            add_decimal(out, seconds, NS_PER_S, "s");
        }
    }
}
