/* Metadata between the wire and the application. Private to net. */
#pragma once

#include "net/http.h"

/* The fields that are the application's, "-bin" values decoded. */
void grpc_read_metadata(Arena *arena, const HttpHeaders *from, HttpHeaders *to);
/* A name and value as sent: lower case, "-bin" values coded. Copied. */
void grpc_add_metadata(Arena *arena, HttpHeaders *to, Str name, Str value);
