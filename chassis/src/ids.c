#include <chassis/ids.h>

#include "base/random.h"

Str id_new(Arena *arena)
{
    return uuid_to_str(arena, uuid_make_v7());
}

bool id_parse(Arena *arena, Str text, Str *ret_id)
{
    Uuid uuid;
    if (!uuid_parse(text, &uuid)) {
        return false;
    }
    *ret_id = uuid_to_str(arena, uuid);
    return true;
}

Str email_masked(Arena *arena, Str email)
{
    size_t at = str_rfind_char(email, '@');
    if (at == STR_NONE || at == 0) {
        return STR("***");
    }
    size_t first = 0;
    utf8_next(email, &first);
    Str domain = str_slice(email, at, email.len);
    return str_printf(arena, "%" STR_FMT "***%" STR_FMT, (int) first, email.ptr, STR_ARG(domain));
}
