#include "net/url.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_port(Str text, int *ret_port)
{
    uint64_t port = 0;
    if (text.len > 5 || !str_to_uint64(text, &port) || port > 65535) {
        return false;
    }
    *ret_port = (int) port;
    return true;
}

bool url_parse_authority(Str text, Str *ret_host, int *port)
{
    Str host = text, rest = { 0 };
    if (text.len && text.ptr[0] == '[') {
        size_t end = str_find_char(text, ']');
        if (end == STR_NONE) {
            return false;
        }
        host = str_slice(text, 1, end);
        rest = str_skip(text, end + 1);
    } else {
        size_t colon = str_find_char(text, ':');
        if (colon != STR_NONE) {
            host = str_slice(text, 0, colon);
            rest = str_skip(text, colon);
        }
    }
    if (host.len == 0 || (rest.len && rest.ptr[0] != ':')) {
        return false;
    }
    int given = *port;
    if (rest.len > 1 && !parse_port(str_skip(rest, 1), &given)) {
        return false;
    }
    *ret_host = host;
    *port = given;
    return true;
}

static Str cut_at(Str *rest, const char *stops)
{
    size_t len = 0;
    while (len < rest->len && !strchr(stops, rest->ptr[len])) {
        len++;
    }
    Str part = str_slice(*rest, 0, len);
    *rest = str_skip(*rest, len);
    return part;
}

static bool has_only_url_bytes(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char) text.ptr[i] <= 0x20 || (unsigned char) text.ptr[i] >= 0x7f) {
            return false;
        }
    }
    return true;
}

static bool parse_scheme(Str *rest, Str *ret_scheme)
{
    size_t colon = str_find(*rest, STR("://"));
    if (colon == STR_NONE || colon == 0 || !is_alpha(rest->ptr[0])) {
        return false;
    }
    for (size_t i = 1; i < colon; i++) {
        char c = rest->ptr[i];
        if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') {
            return false;
        }
    }
    *ret_scheme = str_slice(*rest, 0, colon);
    *rest = str_skip(*rest, colon + 3);
    return true;
}

int url_parse(Str text, Url *ret_url, Error *err)
{
    Url url = { 0 };
    Str rest = text;
    if (!has_only_url_bytes(text)) {
        return error_set(err, -EINVAL, "a URL can't hold spaces, control or non-ASCII bytes");
    }
    if (!parse_scheme(&rest, &url.scheme)) {
        return error_set(err, -EINVAL, "'%" STR_FMT "' is not scheme://host", STR_ARG(text));
    }
    Str authority = cut_at(&rest, "/?#");
    size_t at = str_rfind_char(authority, '@');
    if (at != STR_NONE) {
        url.userinfo = str_slice(authority, 0, at);
        authority = str_skip(authority, at + 1);
    }
    int port = -1;
    if (!url_parse_authority(authority, &url.host, &port)) {
        return error_set(err, -EINVAL, "'%" STR_FMT "' is not host:port", STR_ARG(authority));
    }
    url.has_port = port >= 0;
    if (!url.has_port) {
        port = str_eq_nocase(url.scheme, STR("http"))    ? 80
               : str_eq_nocase(url.scheme, STR("https")) ? 443
                                                         : 0;
    }
    url.port = port;
    url.path = cut_at(&rest, "?#");
    if (rest.len && rest.ptr[0] == '?') {
        rest = str_skip(rest, 1);
        url.query = cut_at(&rest, "#");
    }
    if (rest.len) {
        url.fragment = str_skip(rest, 1);
    }
    *ret_url = url;
    return 0;
}

bool url_decode(Arena *arena, Str text, bool plus_is_space, Str *ret_text)
{
    bool plain = true;
    for (size_t i = 0; i < text.len && plain; i++) {
        plain = text.ptr[i] != '%' && text.ptr[i] != 0 && !(plus_is_space && text.ptr[i] == '+');
    }
    if (plain) {
        *ret_text = text;
        return true;
    }
    char *out = arena_alloc_raw(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            bool whole = i + 2 < text.len;
            int high = whole ? hex_value(text.ptr[i + 1]) : -1;
            int low = whole ? hex_value(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char) (high * 16 + low);
            i += 2;
        } else if (plus_is_space && c == '+') {
            c = ' ';
        }
        if (c == 0) {
            return false;
        }
        out[len++] = c;
    }
    *ret_text = str_make(out, len);
    return true;
}

void url_encode(StrBuf *out, Str text, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    char *to = strbuf_reserve(out, text.len * 3);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_alpha(c) || is_digit(c) || (c && strchr("-._~", c)) ||
            (c && keep && strchr(keep, c))) {
            to[len++] = c;
            continue;
        }
        to[len++] = '%';
        to[len++] = digits[(unsigned char) c >> 4];
        to[len++] = digits[(unsigned char) c & 15];
    }
    strbuf_advance(out, len);
}

bool url_query_next(Arena *arena, Str *query, Str *ret_name, Str *ret_value)
{
    Str pair = { 0 };
    do {
        if (!str_next(query, '&', &pair)) {
            return false;
        }
    } while (pair.len == 0);
    Str name = pair, value = STR("");
    str_cut(pair, '=', &name, &value);
    Str decoded_name, decoded_value;
    if (url_decode(arena, name, true, &decoded_name) &&
        url_decode(arena, value, true, &decoded_value)) {
        *ret_name = decoded_name;
        *ret_value = decoded_value;
    } else {
        *ret_name = name;
        *ret_value = value;
    }
    return true;
}

bool url_query_get(Arena *arena, Str query, Str name, Str *ret_value)
{
    Str found, value;
    while (url_query_next(arena, &query, &found, &value)) {
        if (str_eq(found, name)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

void url_query_add(StrBuf *out, Str name, Str value)
{
    if (out->len) {
        strbuf_add_char(out, '&');
    }
    url_encode(out, name, NULL);
    strbuf_add_char(out, '=');
    url_encode(out, value, NULL);
}
