/* URLs (RFC 3986), percent-coding and query strings. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

/* Views into the parsed text; nothing is decoded. */
typedef struct Url {
    Str scheme;   /* as written */
    Str userinfo; /* without the '@'; ptr NULL when absent */
    Str host;     /* an IPv6 address without its brackets */
    int port;     /* given, or the scheme's: http 80, https 443; else 0 */
    bool has_port;
    Str path;     /* empty or beginning with '/' */
    Str query;    /* without the '?' */
    Str fragment; /* without the '#' */
} Url;

/* An absolute URL with an authority. Space, control and non-ASCII bytes are refused. */
int url_parse(Str text, Url *ret_url, Error *err);

/* Percent-decodes; `plus_is_space` for query strings. False on a broken escape or, since no caller
 * wants them, a NUL byte. Text without escapes is returned as it stands. */
bool url_decode(Arena *arena, Str text, bool plus_is_space, Str *ret_text);
/* Escapes everything but RFC 3986 unreserved characters; `keep` names more to leave ("/" for
 * paths). */
void url_encode(StrBuf *out, Str text, const char *keep);

/* Takes the next name=value of *query, decoded: false at the end. A pair that does not decode is
 * given as it stands. */
bool url_query_next(Arena *arena, Str *query, Str *ret_name, Str *ret_value);
/* The first value of `name`; false when absent. */
bool url_query_get(Arena *arena, Str query, Str name, Str *ret_value);
/* Appends name=value, with '&' before it when *out is not empty. */
void url_query_add(StrBuf *out, Str name, Str value);

/* "host:port", "[::1]:port" or "host"; the port is left as it was when absent. */
bool url_parse_authority(Str text, Str *ret_host, int *port);
