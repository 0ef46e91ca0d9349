/* Metadata: HTTP/2 fields, of which those ending in "-bin" carry bytes in base64. */
#include "grpc_metadata.h"

#include "base/text.h"

static bool is_reserved(Str name)
{
    return str_has_prefix(name, STR("grpc-")) || str_has_prefix(name, STR(":")) ||
           str_eq(name, STR("te")) || str_eq(name, STR("content-type")) ||
           str_eq(name, STR("content-length")) || str_eq(name, STR("date"));
}

/* With or without padding; what is no base64 is left out. */
static void add_decoded(Arena *arena, HttpHeaders *to, Str name, Str value)
{
    Str rest = value, part;
    while (str_next(&rest, ',', &part)) {
        part = str_trim(part);
        StrBuf padded = STRBUF_ON_ARENA(arena), plain = STRBUF_ON_ARENA(arena);
        strbuf_add(&padded, part);
        strbuf_add_repeat(&padded, '=', (4 - part.len % 4) % 4);
        if (base64_decode(&plain, strbuf_str(&padded), BASE64_STANDARD)) {
            http_headers_add(to, name, strbuf_str(&plain));
        }
    }
}

void grpc_read_metadata(Arena *arena, const HttpHeaders *from, HttpHeaders *to)
{
    http_headers_foreach(item, from)
    {
        if (is_reserved(item->name)) {
            continue;
        }
        if (str_has_suffix(item->name, STR("-bin"))) {
            add_decoded(arena, to, item->name, item->value);
        } else {
            http_headers_add(to, item->name, item->value);
        }
    }
}

void grpc_add_metadata(Arena *arena, HttpHeaders *to, Str name, Str value)
{
    Str lower = str_lower(arena, name);
    if (!str_has_suffix(lower, STR("-bin"))) {
        http_headers_add(to, lower, str_dup(arena, value));
        return;
    }
    StrBuf coded = STRBUF_ON_ARENA(arena);
    base64_add(&coded, value.ptr, value.len, BASE64_STANDARD);
    http_headers_add(to, lower, strbuf_str(&coded));
}
