/* The main of a fuzz target in an ordinary build: every file of the corpus, one TAP line each. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_BYTES_MOST = 1 << 20 };

/* The input lies in a heap block of exactly its size, so that AddressSanitizer sees an overrun. */
static int replay(const char *path)
{
    auto_arena Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    Str text = { 0 };
    if (fs_read(arena, path, INPUT_BYTES_MOST, &text, &err) < 0) {
        printf("# %s\n", err.message);
        return 1;
    }
    uint8_t *exact = malloc(text.len ? text.len : 1);
    if (!exact) {
        return 1;
    }
    memcpy(exact, text.ptr, text.len);
    int rc = LLVMFuzzerTestOneInput(exact, text.len);
    free(exact);
    return rc;
}

int main(int argc, char **argv)
{
    auto_arena Arena *arena = arena_new(0);
    Error err = ERROR_INIT;
    Str *names = NULL;
    size_t count = 0;
    if (argc != 2 || fs_list(arena, argv[1], &names, &count, &err) < 0 || count == 0) {
        fprintf(stderr, "usage: %s CORPUS (a directory with inputs) %s\n", argv[0], err.message);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); /* a crash must not swallow the name of its input */
    printf("1..%zu\n", count);
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        printf("# %s\n", names[i].ptr);
        bool ok = replay(arena_printf(arena, "%s/%s", argv[1], names[i].ptr)) == 0;
        printf("%s %zu - %s\n", ok ? "ok" : "not ok", i + 1, names[i].ptr);
        failed += !ok;
    }
    return failed ? 1 : 0;
}
