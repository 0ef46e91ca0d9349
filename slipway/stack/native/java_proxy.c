#include "stack/native/java_proxy.h"

#include "base/strbuf.h"

/* Behind the last `separator`, or all. */
static Str behind_last(Str text, char separator)
{
    for (size_t i = text.len; i > 0; i--) {
        if (text.ptr[i - 1] == separator) {
            return str_skip(text, i);
        }
    }
    return text;
}

void java_add_proxy(JavaWords *words, Arena *arena, const char *scheme, Str proxy)
{
    static const Str schemes[] = { STR_INIT("http://"), STR_INIT("https://") };
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        str_strip_prefix(&proxy, schemes[i]);
    }
    Str path;
    str_cut(proxy, '/', &proxy, &path);
    Str address = behind_last(proxy, '@');
    Str port = behind_last(address, ':');
    int64_t number = 0;
    bool has_port = port.len < address.len && str_to_int64(port, &number);
    Str host = has_port ? str_slice(address, 0, address.len - port.len - 1) : address;
    if (host.len == 0) {
        return;
    }
    const char *name = arena_printf(arena, "-D%s.proxyHost=%" STR_FMT, scheme, STR_ARG(host));
    vec_push(words, arena, name);
    if (has_port) {
        vec_push(words, arena, arena_printf(arena, "-D%s.proxyPort=%d", scheme, (int) number));
    }
}

void java_add_no_proxy(JavaWords *words, Arena *arena, Str hosts)
{
    StrBuf list = STRBUF_ON_ARENA(arena);
    strbuf_add_cstr(&list, "-Dhttp.nonProxyHosts=");
    size_t start = list.len;
    for (Str host; str_next(&hosts, ',', &host);) {
        host = str_trim(host);
        if (host.len > 0) {
            strbuf_add_cstr(&list, list.len > start ? "|" : "");
            strbuf_add_cstr(&list, host.ptr[0] == '.' ? "*" : "");
            strbuf_add(&list, host);
        }
    }
    if (list.len > start) {
        vec_push(words, arena, list.ptr);
    }
}
