#include "base/strbuf.h"

#include "model/catalog.h"

/* One placeholder; *at stands behind its opening brace and moves behind the closing one. */
static int
expand_one(StrBuf *out, Str template, size_t *at, const PlaceholderLookup *lookup, Error *err)
{
    Str rest = str_skip(template, *at);
    size_t close = str_find_char(rest, '}');
    if (close == STR_NONE) {
        return error_set(
            err,
            -EINVAL,
            "\"{\" without \"}\" in \"%" STR_FMT "\"; write \"{{\" for a brace",
            STR_ARG(template)
        );
    }
    Str path = str_slice(rest, 0, close);
    Str value = { 0 };
    if (!lookup->lookup(lookup->ctx, path, out->arena, &value)) {
        return error_set(err, -EINVAL, "unknown placeholder {%" STR_FMT "}", STR_ARG(path));
    }
    strbuf_add(out, value);
    *at += close + 1;
    return 0;
}

int catalog_expand(
    Arena *arena, Str template, const PlaceholderLookup *lookup, Str *ret_text, Error *err
)
{
    if (!str_has_char(template, '{') && !str_has_char(template, '}')) {
        *ret_text = template;
        return 0;
    }
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < template.len;) {
        char c = template.ptr[i++];
        bool double_brace = i < template.len && template.ptr[i] == c;
        if ((c == '{' || c == '}') && double_brace) {
            strbuf_add_char(&out, c);
            i++;
        } else if (c == '{') {
            int rc = expand_one(&out, template, &i, lookup, err);
            if (rc < 0) {
                return rc;
            }
        } else {
            strbuf_add_char(&out, c);
        }
    }
    *ret_text = strbuf_str(&out);
    return 0;
}
