#include "codec/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { REGEX_MATCH_LIMIT = 200000 };

struct Regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static void regex_free(void *opaque)
{
    Regex *regex = opaque;
    pcre2_match_context_free(regex->context);
    pcre2_match_data_free(regex->data);
    pcre2_code_free(regex->code);
}

int regex_compile(Arena *arena, Str pattern, bool whole, Regex **ret_regex, Error *err)
{
    uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    options |= whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : PCRE2_MATCH_INVALID_UTF;
    int code = 0;
    size_t offset = 0;
    pcre2_code *compiled = pcre2_compile(
        (PCRE2_SPTR) (pattern.ptr ? pattern.ptr : ""), pattern.len, options, &code, &offset, NULL
    );
    if (!compiled) {
        char message[128] = "";
        (void) pcre2_get_error_message(code, (PCRE2_UCHAR *) message, sizeof message);
        return error_set(
            err,
            -EINVAL,
            "regular expression \"%" STR_FMT "\": %s at character %zu",
            STR_ARG(pattern),
            message,
            offset + 1
        );
    }
    Regex *regex = ARENA_NEW(arena, Regex);
    regex->code = compiled;
    regex->data = pcre2_match_data_create(1, NULL);
    regex->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex->context, REGEX_MATCH_LIMIT);
    arena_on_end(arena, regex_free, regex);
    *ret_regex = regex;
    return 0;
}

bool regex_matches(const Regex *regex, Str text)
{
    PCRE2_SPTR subject = (PCRE2_SPTR) (text.ptr ? text.ptr : "");
    return pcre2_match(regex->code, subject, text.len, 0, 0, regex->data, regex->context) >= 0;
}
