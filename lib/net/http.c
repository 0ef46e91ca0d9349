#include "net/http.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"

static const Str method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = STR_INIT("GET"),         [HTTP_HEAD] = STR_INIT("HEAD"),
    [HTTP_POST] = STR_INIT("POST"),       [HTTP_PUT] = STR_INIT("PUT"),
    [HTTP_PATCH] = STR_INIT("PATCH"),     [HTTP_DELETE] = STR_INIT("DELETE"),
    [HTTP_OPTIONS] = STR_INIT("OPTIONS"), [HTTP_TRACE] = STR_INIT("TRACE"),
    [HTTP_CONNECT] = STR_INIT("CONNECT"), [HTTP_OTHER] = STR_INIT("OTHER"),
};

Str http_method_name(HttpMethod method)
{
    return method_names[method];
}

HttpMethod http_method_parse(Str name)
{
    for (int i = 0; i < HTTP_OTHER; i++) {
        if (str_eq(method_names[i], name)) {
            return (HttpMethod) i;
        }
    }
    return HTTP_OTHER;
}

bool http_method_is_idempotent(HttpMethod method)
{
    return method != HTTP_POST && method != HTTP_PATCH && method != HTTP_CONNECT &&
           method != HTTP_OTHER;
}

/* IANA's registry of HTTP status codes. */
Str http_status_text(int status)
{
#define STATUS(code, text) \
    case code:             \
        return STR(text);
    switch (status) {
        STATUS(100, "Continue")
        STATUS(101, "Switching Protocols")
        STATUS(200, "OK")
        STATUS(201, "Created")
        STATUS(202, "Accepted")
        STATUS(204, "No Content")
        STATUS(205, "Reset Content")
        STATUS(206, "Partial Content")
        STATUS(207, "Multi-Status")
        STATUS(301, "Moved Permanently")
        STATUS(302, "Found")
        STATUS(303, "See Other")
        STATUS(304, "Not Modified")
        STATUS(307, "Temporary Redirect")
        STATUS(308, "Permanent Redirect")
        STATUS(400, "Bad Request")
        STATUS(401, "Unauthorized")
        STATUS(402, "Payment Required")
        STATUS(403, "Forbidden")
        STATUS(404, "Not Found")
        STATUS(405, "Method Not Allowed")
        STATUS(406, "Not Acceptable")
        STATUS(408, "Request Timeout")
        STATUS(409, "Conflict")
        STATUS(410, "Gone")
        STATUS(411, "Length Required")
        STATUS(412, "Precondition Failed")
        STATUS(413, "Content Too Large")
        STATUS(414, "URI Too Long")
        STATUS(415, "Unsupported Media Type")
        STATUS(416, "Range Not Satisfiable")
        STATUS(417, "Expectation Failed")
        STATUS(421, "Misdirected Request")
        STATUS(422, "Unprocessable Content")
        STATUS(425, "Too Early")
        STATUS(426, "Upgrade Required")
        STATUS(428, "Precondition Required")
        STATUS(429, "Too Many Requests")
        STATUS(431, "Request Header Fields Too Large")
        STATUS(500, "Internal Server Error")
        STATUS(501, "Not Implemented")
        STATUS(502, "Bad Gateway")
        STATUS(503, "Service Unavailable")
        STATUS(504, "Gateway Timeout")
        STATUS(505, "HTTP Version Not Supported")
    default:
        return STR("");
    }
#undef STATUS
}

/* Finds the first field of that name at or behind `from`; NULL at the end. */
static HttpHeader *find(const HttpHeaders *headers, Str name, size_t from)
{
    for (size_t i = from; i < headers->len; i++) {
        HttpHeader *item = &headers->items[i];
        if (item->name.len == name.len && str_eq_nocase(item->name, name)) {
            return item;
        }
    }
    return NULL;
}

Str http_headers_get(const HttpHeaders *headers, Str name)
{
    const HttpHeader *item = find(headers, name, 0);
    return item ? item->value : (Str) { 0 };
}

bool http_headers_has(const HttpHeaders *headers, Str name)
{
    return find(headers, name, 0) != NULL;
}

size_t http_headers_count(const HttpHeaders *headers, Str name)
{
    size_t count = 0;
    for (const HttpHeader *item = NULL;
         (item = find(headers, name, item ? (size_t) (item - headers->items) + 1 : 0));) {
        count++;
    }
    return count;
}

void http_headers_add(HttpHeaders *headers, Str name, Str value)
{
    if (headers->len == headers->cap) {
        size_t cap = headers->cap ? headers->cap * 2 : 16;
        headers->items = arena_grow(
            headers->arena,
            headers->items,
            headers->cap * sizeof(HttpHeader),
            cap * sizeof(HttpHeader)
        );
        headers->cap = cap;
    }
    headers->items[headers->len++] = (HttpHeader) { .name = name, .value = value };
}

void http_headers_set(HttpHeaders *headers, Str name, Str value)
{
    http_headers_remove(headers, name);
    http_headers_add(headers, name, value);
}

void http_headers_remove(HttpHeaders *headers, Str name)
{
    size_t kept = 0;
    for (size_t i = 0; i < headers->len; i++) {
        if (!str_eq_nocase(headers->items[i].name, name)) {
            headers->items[kept++] = headers->items[i];
        }
    }
    headers->len = kept;
}

static Str before_semicolon(Str text)
{
    size_t at = str_find_char(text, ';');
    return str_trim(at == STR_NONE ? text : str_slice(text, 0, at));
}

bool http_headers_list_has(const HttpHeaders *headers, Str name, Str token)
{
    http_headers_foreach(item, headers)
    {
        if (!str_eq_nocase(item->name, name)) {
            continue;
        }
        Str rest = item->value, part;
        while (str_next(&rest, ',', &part)) {
            if (str_eq_nocase(before_semicolon(part), token)) {
                return true;
            }
        }
    }
    return false;
}

/* tchar of RFC 9110 section 5.6.2. */
static const bool token_chars[256] = {
    ['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1,         ['&'] = 1,         ['\''] = 1,
    ['*'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1,         ['^'] = 1,         ['_'] = 1,
    ['`'] = 1, ['|'] = 1, ['~'] = 1, ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

bool http_name_is_valid(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!token_chars[(unsigned char) name.ptr[i]]) {
            return false;
        }
    }
    return name.len > 0;
}

/* Whether a byte of these eight may be a control character: each below 0x20, and 0x7f. Exact for the lowest such
 * byte, which is enough to look closer. */
static bool may_have_control(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    uint64_t low = (word - ones * 0x20) & ~word & tops;
    uint64_t other = word ^ (ones * 0x7f);
    return (low | ((other - ones) & ~other & tops)) != 0;
}

bool http_value_is_valid(Str value)
{
    size_t i = 0;
    while (i < value.len) {
        uint64_t word;
        if (i + sizeof(word) <= value.len) {
            memcpy(&word, value.ptr + i, sizeof(word));
            if (!may_have_control(word)) {
                i += sizeof(word);
                continue;
            }
        }
        unsigned char c = (unsigned char) value.ptr[i++];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* "q=0", "q=0.0", "q=0.000": refused by the client. */
static bool quality_is_zero(Str part)
{
    size_t at = str_find_char(part, ';');
    if (at == STR_NONE) {
        return false;
    }
    Str params = str_skip(part, at + 1), param;
    while (str_next(&params, ';', &param)) {
        Str name, value;
        if (!str_cut(param, '=', &name, &value) || !str_eq_nocase(str_trim(name), STR("q"))) {
            continue;
        }
        double quality = 1;
        return str_to_double(str_trim(value), &quality) && quality <= 0;
    }
    return false;
}

bool http_accepts_gzip(const HttpHeaders *headers)
{
    bool any = false;
    http_headers_foreach(item, headers)
    {
        if (!str_eq_nocase(item->name, STR("accept-encoding"))) {
            continue;
        }
        Str rest = item->value, part;
        while (str_next(&rest, ',', &part)) {
            Str coding = before_semicolon(part);
            if (str_eq_nocase(coding, STR("gzip")) || str_eq_nocase(coding, STR("x-gzip"))) {
                return !quality_is_zero(part);
            }
            any = any || (str_eq_cstr(coding, "*") && !quality_is_zero(part));
        }
    }
    return any;
}

Str http_media_type(Str content_type)
{
    return before_semicolon(content_type);
}

/* ---- dates: RFC 9110 section 5.6.7 ---- */

enum { DATE_BYTES = 29 };
static const char day_names[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static void format_date(char *out, time_t seconds)
{
    struct tm tm;
    gmtime_r(&seconds, &tm);
    char text[64];
    snprintf(
        text,
        sizeof(text),
        "%s, %02d %s %04d %02d:%02d:%02d GMT",
        day_names[tm.tm_wday],
        tm.tm_mday,
        month_names[tm.tm_mon],
        (tm.tm_year + 1900) % 10000,
        tm.tm_hour,
        tm.tm_min,
        tm.tm_sec
    );
    memcpy(out, text, DATE_BYTES);
}

Str http_date_now(void)
{
    static _Thread_local char text[DATE_BYTES];
    static _Thread_local time_t second;
    time_t now = (time_t) (clock_utc_us() / US_PER_S);
    if (now != second) {
        format_date(text, now);
        second = now;
    }
    return str_make(text, DATE_BYTES);
}

Str http_date(Arena *arena, int64_t utc_us)
{
    char *text = arena_alloc(arena, DATE_BYTES + 1);
    format_date(text, (time_t) (utc_us / US_PER_S));
    return str_make(text, DATE_BYTES);
}

static bool digits(Str text, size_t from, size_t count, int *ret_value)
{
    int value = 0;
    for (size_t i = from; i < from + count; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    *ret_value = value;
    return true;
}

bool http_date_parse(Str text, int64_t *ret_utc_us)
{
    /* 0         1         2
     * 01234567890123456789012345678
     * Sun, 06 Nov 1994 08:49:37 GMT */
    if (text.len != DATE_BYTES || !str_has_suffix(text, STR(" GMT")) || text.ptr[3] != ',') {
        return false;
    }
    struct tm tm = { 0 };
    for (tm.tm_mon = 0; tm.tm_mon < 12; tm.tm_mon++) {
        if (memcmp(text.ptr + 8, month_names[tm.tm_mon], 3) == 0) {
            break;
        }
    }
    bool fine = tm.tm_mon < 12 && digits(text, 5, 2, &tm.tm_mday) &&
                digits(text, 12, 4, &tm.tm_year) && digits(text, 17, 2, &tm.tm_hour) &&
                digits(text, 20, 2, &tm.tm_min) && digits(text, 23, 2, &tm.tm_sec) &&
                text.ptr[19] == ':' && text.ptr[22] == ':';
    if (!fine || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
        tm.tm_sec > 60) {
        return false;
    }
    tm.tm_year -= 1900;
    *ret_utc_us = (int64_t) timegm(&tm) * US_PER_S;
    return true;
}
