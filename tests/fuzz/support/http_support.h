/* One server and one connection to it, for the targets that feed it bytes. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

/* Sends the bytes in pieces of `piece` bytes, ends the sending, and takes all that comes back until the server
 * has closed. Checks what must hold whatever was sent. */
void feed_server(Str before, Str bytes, size_t piece, bool http1);
