/* Fields for nghttp2, as client and server send them. Private to net. */
#pragma once

#include <nghttp2/nghttp2.h>

#include "net/http.h"

/* nghttp2 copies both, so the views need not outlive the submit call. */
nghttp2_nv h2_field(Str name, Str value);
/* Writes at most headers->len: names in lower case, without what RFC 9113 section 8.2.2 forbids and
 * without the fields that are the protocol's own (content-length, date, host). Returns how many. */
size_t h2_add_fields(Arena *arena, const HttpHeaders *headers, nghttp2_nv *out);
