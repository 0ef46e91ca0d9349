/* Encodings of text: UTF-8, hexadecimal, base64. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

/* Strict (RFC 3629): no overlong forms, surrogates or values past U+10FFFF. */
bool utf8_is_valid(Str s);
/* Decodes one character at *at and moves behind it; U+FFFD and one byte for an invalid one. */
uint32_t utf8_next(Str s, size_t *at);
size_t utf8_count(Str s);
/* Columns on a terminal (East Asian wide characters count two, combining ones none). */
size_t utf8_width(Str s);

void hex_add(StrBuf *out, const void *data, size_t size); /* lower case */
bool hex_decode(Str text, void *ret_data, size_t size);   /* exactly `size` bytes */

typedef enum Base64 {
    BASE64_STANDARD, /* RFC 4648 section 4, padded */
    BASE64_URL,      /* section 5, without padding */
} Base64;
void base64_add(StrBuf *out, const void *data, size_t size, Base64 alphabet);
bool base64_decode(StrBuf *out, Str text, Base64 alphabet);
