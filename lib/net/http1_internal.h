/* What the parts of the HTTP/1 server share. Private to net. */
#pragma once

#include "server_internal.h"

/* http1_parse.c: the callbacks for llhttp, whose data is the Connection. */
extern const llhttp_settings_t http1_settings;
/* Remembers why this request won't be handled; -1 for llhttp. */
int http1_refuse(Exchange *exchange, int status, const char *reason);
/* The status and clause for an error of llhttp, where none was remembered. */
void http1_refuse_syntax(Connection *connection, llhttp_errno_t code);
/* Keeps bytes of a head on the exchange's arena: as many as go into its block. */
Str http1_keep(Connection *connection, Str data);
/* False when a line of this head ends without CR, or continues on the next (obs-fold). */
bool http1_lines_are_strict(Http1 *http1, Str piece);
void http1_reset_head(Http1 *http1);
