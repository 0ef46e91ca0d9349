/* The forms of go-yaml's timestamps: a date of year-month-day with one or two digits for month and
 * day, alone, or with a time behind 'T', 't' and a zone, or behind a space without one. */
#include "codec/yaml.h"

static bool take_number(Str *text, size_t min, size_t max, int64_t bound, int64_t *ret_value)
{
    size_t len = 0;
    while (len < text->len && len < max && text->ptr[len] >= '0' && text->ptr[len] <= '9') {
        len++;
    }
    *ret_value = 0;
    if (len < min || !str_to_int64(str_slice(*text, 0, len), ret_value) || *ret_value > bound) {
        return false;
    }
    *text = str_skip(*text, len);
    return true;
}

static bool take_char(Str *text, char c)
{
    return str_strip_prefix(text, str_make(&c, 1));
}

static bool take_date(Str *text)
{
    static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t year, month, day;
    if (!take_number(text, 4, 4, 9999, &year) || !take_char(text, '-') ||
        !take_number(text, 1, 2, 12, &month) || !take_char(text, '-') ||
        !take_number(text, 1, 2, 31, &day) || month < 1 || day < 1) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] && (month != 2 || day <= 28 || leap);
}

static bool take_time(Str *text)
{
    int64_t part;
    if (!take_number(text, 1, 2, 23, &part) || !take_char(text, ':') ||
        !take_number(text, 1, 2, 59, &part) || !take_char(text, ':') ||
        !take_number(text, 1, 2, 59, &part)) {
        return false;
    }
    if (take_char(text, '.') || take_char(text, ',')) {
        Str before = *text;
        while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9') {
            *text = str_skip(*text, 1);
        }
        return text->len < before.len;
    }
    return true;
}

static bool take_zone(Str *text)
{
    int64_t part;
    if (take_char(text, 'Z')) {
        return true;
    }
    return (take_char(text, '+') || take_char(text, '-')) && take_number(text, 2, 2, 24, &part) &&
           take_char(text, ':') && take_number(text, 2, 2, 60, &part);
}

bool yaml_is_timestamp(Str text)
{
    if (!take_date(&text)) {
        return false;
    }
    if (text.len == 0) {
        return true;
    }
    if (take_char(&text, 'T') || take_char(&text, 't')) {
        return take_time(&text) && take_zone(&text) && text.len == 0;
    }
    return take_char(&text, ' ') && take_time(&text) && text.len == 0;
}
