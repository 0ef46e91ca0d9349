/* gzip (RFC 1952) in whole pieces; decompression is bounded, so a bomb ends in -EFBIG. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/str.h"
#include "base/strbuf.h"

/* Appends the compressed form; level 1..9, 0: 5. */
void gzip_compress(StrBuf *out, Str data, int level);
/* Appends at most `max_bytes`: -EFBIG past them, -EBADMSG for what is not one or more whole gzip
 * members. */
int gzip_decompress(StrBuf *out, Str data, size_t max_bytes);

/* In pieces. */
typedef struct Gunzip Gunzip;
Gunzip *gunzip_new(void);
void gunzip_free(Gunzip *gunzip);
/* Takes *input from its front, fills the buffer: the count (0: needs more input), -EBADMSG. */
ssize_t gunzip_read(Gunzip *gunzip, Str *input, void *buffer, size_t size);
bool gunzip_is_complete(const Gunzip *gunzip); /* stands at the end of a member */
