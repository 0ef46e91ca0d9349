/* Hosts in values: URLs, and host:port lists. Names with a variable in them are none. */
#include "repository.h"

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

static size_t host_end(Str text, size_t at)
{
    while (at < text.len && is_host_char(text.ptr[at])) {
        at++;
    }
    return at;
}

static size_t read_port(Str text, size_t at, unsigned *ret_port)
{
    size_t end = at;
    unsigned port = 0;
    while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9' && port < 100000) {
        port = port * 10 + (unsigned) (text.ptr[end] - '0');
        end++;
    }
    *ret_port = end > at && port <= 65535 ? port : 0;
    return end;
}

static bool ends_value(Str text, size_t at)
{
    return at >= text.len || str_has_char(STR("/,;?# \t'\""), text.ptr[at]);
}

/* Behind the user and password of a URL's authority. */
static size_t pass_user(Str text, size_t at)
{
    size_t end = at;
    while (end < text.len && !str_has_char(STR("/?# ,\t\n"), text.ptr[end])) {
        if (text.ptr[end] == '@') {
            return end + 1;
        }
        end++;
    }
    return at;
}

static bool read_authority(Str text, size_t at, Endpoint *ret)
{
    size_t end = host_end(text, at);
    if (end == at) {
        return false;
    }
    ret->host = str_slice(text, at, end);
    ret->start = at;
    ret->end = end;
    ret->port = 0;
    if (end < text.len && text.ptr[end] == ':') {
        ret->end = read_port(text, end + 1, &ret->port);
    }
    return ends_value(text, ret->end) && (ret->port > 0 || text.ptr[ret->end - 1] != ':');
}

/* A scheme's start before "://" at `mark`. */
static size_t scheme_start(Str text, size_t mark, size_t least)
{
    size_t start = mark;
    while (start > least && (is_host_char(text.ptr[start - 1]) || text.ptr[start - 1] == '+')) {
        start--;
    }
    return start;
}

/* host:port from `at`, up to the next separator. */
static bool read_bare(Str text, size_t at, Endpoint *ret)
{
    ret->scheme = STR("");
    return read_authority(text, at, ret) && ret->port > 0 &&
           (ret->end >= text.len || text.ptr[ret->end] != '/' || ret->end + 1 < text.len);
}

bool endpoint_next(Str text, size_t *at, Endpoint *ret)
{
    while (*at < text.len) {
        size_t end = *at;
        while (end < text.len && !str_has_char(STR(", ;\t\n'\""), text.ptr[end])) {
            end++;
        }
        Str part = str_slice(text, 0, end);
        size_t from = *at;
        *at = end + 1;
        size_t mark = str_find(str_skip(part, from), STR("://"));
        if (mark != STR_NONE) {
            mark += from;
            size_t start = scheme_start(part, mark, from);
            ret->scheme = str_slice(part, start, mark);
            if (read_authority(part, pass_user(part, mark + 3), ret)) {
                return true;
            }
        } else if (from < end && read_bare(part, from, ret)) {
            return true;
        }
    }
    return false;
}
