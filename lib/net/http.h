/* HTTP: the words both sides share: methods, status codes, header fields, dates (RFC 9110). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

typedef enum HttpMethod {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_TRACE,
    HTTP_CONNECT,
    HTTP_OTHER, /* a well-formed method without a name here; its text stands beside it */
} HttpMethod;
enum { HTTP_METHOD_COUNT = HTTP_OTHER + 1 };

/* "GET"; HTTP_OTHER gives "OTHER". */
Str http_method_name(HttpMethod method);
/* Case-sensitive, as the RFC wants; HTTP_OTHER for any other text. */
HttpMethod http_method_parse(Str name);
/* RFC 9110 section 9.2.2: a repeat has the effect of one. */
bool http_method_is_idempotent(HttpMethod method);

typedef enum HttpVersion {
    HTTP_1_0,
    HTTP_1_1,
    HTTP_2,
} HttpVersion;

/* "Not Found"; the empty Str for a code without a registered phrase. */
Str http_status_text(int status);

typedef struct HttpHeader {
    Str name;
    Str value;
} HttpHeader;

/* Header fields in the order they came or were added. Names compare without case; from HTTP/2 they
 * come in lower case. Names and values are views and not copied: they live at least as long as the
 * headers (literals, or on the same arena). Zero-initialise but for the arena. */
typedef struct HttpHeaders {
    HttpHeader *items;
    size_t len;
    size_t cap;
    Arena *arena;
} HttpHeaders;

#define HTTP_HEADERS_ON_ARENA(on_arena) { .arena = (on_arena) }

/* The first value, or the empty Str with ptr NULL when the field is absent. */
Str http_headers_get(const HttpHeaders *headers, Str name);
bool http_headers_has(const HttpHeaders *headers, Str name);
size_t http_headers_count(const HttpHeaders *headers, Str name);
void http_headers_add(HttpHeaders *headers, Str name, Str value);
/* Replaces every field of that name by this one. */
void http_headers_set(HttpHeaders *headers, Str name, Str value);
void http_headers_remove(HttpHeaders *headers, Str name);
/* True when a field of that name, read as a comma-separated list, holds `token` (without case;
 * parameters after ';' are ignored): Connection: keep-alive, Upgrade. */
bool http_headers_list_has(const HttpHeaders *headers, Str name, Str token);
#define http_headers_foreach(item, headers)                                                   \
    for (const HttpHeader *item = (headers)->items; item < (headers)->items + (headers)->len; \
         item++)

/* RFC 9110 section 5.6.2 and 5.5: what may be sent. A value with CR, LF or NUL is refused, so a
 * field can't be split by what a user typed. */
bool http_name_is_valid(Str name);
bool http_value_is_valid(Str value);

/* Accept-Encoding names gzip (or *) with a quality above 0. */
bool http_accepts_gzip(const HttpHeaders *headers);
/* "application/json; charset=utf-8" -> "application/json"; trimmed, not lowered. */
Str http_media_type(Str content_type);

/* The Date field's form (IMF-fixdate) of now, from a cache of this thread renewed each second. */
Str http_date_now(void);
/* Any time in that form on the arena, and back. */
Str http_date(Arena *arena, int64_t utc_us);
bool http_date_parse(Str text, int64_t *ret_utc_us);
