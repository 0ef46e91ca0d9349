/* A Compose file's variables in any bytes: uses lie in order within the text, and with a value for
 * each of them nothing is left to replace. */
#include <assert.h>

#include "audit/compose/interpolate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void name_all(Arena *arena, Str text, Map *variables, Str *value, unsigned depth)
{
    enum { DEPTH_MOST = 20 };
    size_t at = 0, last = 0;
    ComposeVariable variable;
    while (depth < DEPTH_MOST && compose_next_variable(text, &at, &variable)) {
        assert(last <= variable.start && variable.start < variable.end && variable.end <= text.len);
        assert(variable.name.len > 0 && text.ptr[variable.start] == '$' && at == variable.end);
        last = variable.end;
        map_set(variables, variable.name, value);
        name_all(arena, variable.word, variables, value, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data, size);
    Str value = STR("v");
    Map variables = MAP_ON_ARENA(arena);
    name_all(arena, text, &variables, &value, 0);
    size_t bad = compose_find_bad_variable(text);
    assert(bad == STR_NONE || (bad < size && data[bad] == '$'));
    Str replaced;
    bool complete = compose_interpolate(arena, text, &variables, &replaced);
    assert(complete || bad != STR_NONE);
    (void) compose_interpolate(arena, text, NULL, &replaced);
    return 0;
}
