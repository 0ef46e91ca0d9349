#include "h2_fields.h"

#include "base/mem.h"

/* RFC 9113 section 8.2: names are lower case. */
static Str lower_name(Arena *arena, Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z') {
            return str_lower(arena, name);
        }
    }
    return name;
}

static bool is_own_field(Str name)
{
    static const Str own[] = {
        STR_INIT("connection"), STR_INIT("keep-alive"),     STR_INIT("proxy-connection"),
        STR_INIT("upgrade"),    STR_INIT("content-length"), STR_INIT("transfer-encoding"),
        STR_INIT("host"),       STR_INIT("date"),
    };
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (str_eq(own[i], name)) {
            return true;
        }
    }
    return false;
}

/* nghttp2_nv has no const; nghttp2 only reads. */
nghttp2_nv h2_field(Str name, Str value)
{
    return (nghttp2_nv) {
        .name = (uint8_t *) (uintptr_t) name.ptr,
        .namelen = name.len,
        .value = (uint8_t *) (uintptr_t) (value.ptr ? value.ptr : ""),
        .valuelen = value.len,
        .flags = NGHTTP2_NV_FLAG_NONE,
    };
}

size_t h2_add_fields(Arena *arena, const HttpHeaders *headers, nghttp2_nv *out)
{
    size_t count = 0;
    http_headers_foreach(item, headers)
    {
        Str name = lower_name(arena, item->name);
        if (!is_own_field(name)) {
            out[count++] = h2_field(name, item->value);
        }
    }
    return count;
}
