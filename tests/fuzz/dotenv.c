/* codec/dotenv on any bytes: names are names, and what was read reads back when written with
 * double quotes. */
#include "codec/dotenv.h"

#include <assert.h>

#include "base/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool can_be_quoted(Str value)
{
    return !str_has_char(value, '\r') && !str_has_char(value, '\0');
}

static void check_read_back(Arena *arena, const EnvPair *pair)
{
    StrBuf line = STRBUF_ON_ARENA(arena);
    strbuf_add(&line, pair->name);
    strbuf_add_cstr(&line, "=\"");
    for (size_t i = 0; i < pair->value.len; i++) {
        char c = pair->value.ptr[i];
        if (c == '\n') {
            strbuf_add_cstr(&line, "\\n");
            continue;
        }
        if (c == '"' || c == '\\') {
            strbuf_add_char(&line, '\\');
        }
        strbuf_add_char(&line, c);
    }
    strbuf_add_char(&line, '"');
    EnvPairs again = { 0 };
    int rc = dotenv_parse(arena, strbuf_str(&line), &again, NULL);
    assert(rc == 0 && again.len == 1 && str_eq(again.ptr[0].value, pair->value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    EnvPairs pairs = { 0 };
    Error err = ERROR_INIT;
    int rc = dotenv_parse(arena, str_make((const char *) data, size), &pairs, &err);
    assert(rc == 0 || (rc == -EINVAL && err.message[0]));
    for (size_t i = 0; i < pairs.len; i++) {
        assert(pairs.ptr[i].name.len > 0 && !str_has_char(pairs.ptr[i].name, '='));
        if (can_be_quoted(pairs.ptr[i].value)) {
            check_read_back(arena, &pairs.ptr[i]);
        }
    }
    return 0;
}
