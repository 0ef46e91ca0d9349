/* A state file or an answer of the control socket on any bytes: what is read is written and read
 * back the same. */
#include <assert.h>

#include "stack/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Str written(Arena *arena, const StackView *view)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter writer = json_writer(&out, 0);
    stack_view_write(&writer, view);
    return strbuf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    StackView *view = NULL, *again = NULL;
    Error err = ERROR_INIT;
    if (stack_view_read(arena, str_make((const char *) data, size), &view, &err) < 0) {
        return 0;
    }
    Str json = written(arena, view);
    int rc = stack_view_read(arena, json, &again, &err);
    assert(rc == 0 && str_eq(json, written(arena, again)));
    return 0;
}
