/* Sizes in bytes as text. */
#include "base/str.h"
#include "codec/decode.h"

typedef struct ByteUnit {
    const char *name;
    int64_t bytes;
} ByteUnit;

#define KIBI 1024LL
#define MEBI (1024 * KIBI)
#define GIBI (1024 * MEBI)
#define TEBI (1024 * GIBI)

static const ByteUnit units[] = {
    { "", 1 },
    { "b", 1 },
    { "B", 1 },
    { "Ki", KIBI },
    { "Mi", MEBI },
    { "Gi", GIBI },
    { "Ti", TEBI },
    { "KiB", KIBI },
    { "MiB", MEBI },
    { "GiB", GIBI },
    { "TiB", TEBI },
    { "kb", KIBI },
    { "mb", MEBI },
    { "gb", GIBI },
    { "tb", TEBI },
    { "k", 1000 },
    { "M", 1000000 },
    { "G", 1000000000 },
    { "T", 1000000000000 },
    { "kB", 1000 },
    { "MB", 1000000 },
    { "GB", 1000000000 },
    { "TB", 1000000000000 },
    { "KB", 1000 },
};

static bool unit_bytes(Str name, int64_t *ret_bytes)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (str_eq_cstr(name, units[i].name)) {
            *ret_bytes = units[i].bytes;
            return true;
        }
    }
    return false;
}

enum { MOST_DIGITS = 18 }; /* times a TEBI still fits in 128 bits */

bool bytes_parse(Str text, int64_t *ret_bytes)
{
    int64_t digits = 0;
    int64_t scale = 1;
    size_t count = 0;
    bool has_point = false;
    size_t at = 0;
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == '.' && !has_point && count > 0) {
            has_point = true;
            continue;
        }
        if (c < '0' || c > '9') {
            break;
        }
        digits = digits * 10 + (c - '0');
        scale *= has_point ? 10 : 1;
        if (++count > MOST_DIGITS) {
            return false;
        }
    }
    int64_t unit = 0;
    if (count == 0 || text.ptr[at - 1] == '.' || !unit_bytes(str_skip(text, at), &unit)) {
        return false;
    }
    __int128 bytes = ((__int128) digits * unit + scale - 1) / scale;
    if (bytes > INT64_MAX) {
        return false;
    }
    *ret_bytes = (int64_t) bytes;
    return true;
}

void bytes_add(StrBuf *out, int64_t bytes)
{
    static const char *const names[] = { "", "Ki", "Mi", "Gi", "Ti" };
    size_t unit = 0;
    while (bytes != 0 && bytes % KIBI == 0 && unit + 1 < sizeof(names) / sizeof(names[0])) {
        bytes /= KIBI;
        unit++;
    }
    strbuf_add_int64(out, bytes);
    strbuf_add_cstr(out, names[unit]);
}
