/* URLs, percent-coding, query strings, dates and lists of fields on any bytes. */
#include "net/url.h"

#include <assert.h>

#include "net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lies_in(Str part, Str whole)
{
    return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    Url url;
    Str decoded, name, value, rest = text;
    int64_t utc_us;
    if (url_parse(text, &url, NULL) == 0) {
        assert(lies_in(url.host, text) && lies_in(url.path, text) && lies_in(url.query, text));
        assert(url.port >= 0 && url.port <= 65535 && url.host.len > 0);
    }
    if (url_decode(arena, text, false, &decoded)) {
        assert(decoded.len <= text.len);
    }
    while (url_query_next(arena, &rest, &name, &value)) {
        assert(name.len + value.len <= text.len);
    }
    StrBuf coded = STRBUF_ON_ARENA(arena);
    url_encode(&coded, text, "/");
    if (!str_has_char(text, '\0')) {
        assert(url_decode(arena, strbuf_str(&coded), false, &decoded) && str_eq(decoded, text));
    }
    if (http_date_parse(text, &utc_us)) {
        http_date(arena, utc_us);
    }
    HttpHeaders headers = HTTP_HEADERS_ON_ARENA(arena);
    http_headers_add(&headers, STR("Accept-Encoding"), text);
    http_accepts_gzip(&headers);
    http_headers_list_has(&headers, STR("accept-encoding"), STR("gzip"));
    return 0;
}
