/* Where a source writes to: the first byte says in which language it is. All parts lie within the text,
 * and a path is absolute and within its folder. */
#include <assert.h>

#include "base/path.h"

#include "audit/repository/writes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LANGUAGES = 10 };
    if (size == 0) {
        return 0;
    }
    auto_arena Arena *arena = arena_new(0);
    Str text = str_make((const char *) data + 1, size - 1);
    FileWrites writes = file_writes_of(arena, (RepoLanguage) (1U << (data[0] % LANGUAGES)), text);
    vec_foreach(write, &writes) {
        assert(write->start < write->end && write->end <= text.len);
        assert(write->path.len > 1 && write->path.ptr[0] == '/');
        assert(path_is_within(write->folder, write->path));
        assert(
            write->is_temporary || str_eq(str_slice(text, write->start, write->end), write->path)
        );
    }
    return 0;
}
