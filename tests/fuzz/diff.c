/* codec/diff on any two texts, parted by the first zero byte: what the changes leave is the same in
 * both, line by line, and the difference applied to the first is the second. The second is also
 * taken for a patch of the first. */
#include "codec/diff.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool next_line(Str *rest, Str *ret_line)
{
    size_t newline = str_find_char(*rest, '\n');
    *ret_line = newline == STR_NONE ? *rest : str_slice(*rest, 0, newline + 1);
    *rest = str_skip(*rest, ret_line->len);
    return ret_line->len > 0;
}

static void skip_lines(Str *rest, uint32_t count)
{
    Str line;
    while (count-- > 0) {
        bool is_there = next_line(rest, &line);
        assert(is_there);
    }
}

static void check_same(Str *from, Str *to, uint32_t count)
{
    while (count-- > 0) {
        Str a, b;
        bool is_in_from = next_line(from, &a);
        bool is_in_to = next_line(to, &b);
        assert(is_in_from && is_in_to && str_eq(a, b));
    }
}

static void check_changes(Str from, Str to, DiffChanges changes)
{
    uint32_t x = 0;
    uint32_t y = 0;
    for (size_t i = 0; i < changes.len; i++) {
        const DiffChange *change = &changes.ptr[i];
        assert(change->from - x == change->to - y && change->from_count + change->to_count > 0);
        check_same(&from, &to, change->from - x);
        skip_lines(&from, change->from_count);
        skip_lines(&to, change->to_count);
        x = change->from + change->from_count;
        y = change->to + change->to_count;
    }
    assert(str_eq(from, to));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    auto_strbuf StrBuf out = STRBUF_INIT;
    Str from = { 0 };
    Str to = { 0 };
    (void) str_cut(str_make((const char *) data, size), '\0', &from, &to);
    DiffOptions options = { .max_cost = 1 + (unsigned) (size % 50) };
    check_changes(from, to, diff_lines(arena, from, to, &options));
    check_changes(from, to, diff_lines(arena, from, to, NULL));
    bool differs = diff_unified(&out, from, to, &options);
    assert(differs == !str_eq(from, to) && differs == (out.len > 0));
    Str result = { 0 };
    int rc = diff_apply(arena, from, source_new(arena, STR(""), strbuf_str(&out)), &result, NULL);
    assert(rc == 0 && str_eq(result, to));
    Error err = ERROR_INIT;
    rc = diff_apply(arena, from, source_new(arena, STR(""), to), &result, &err);
    assert(rc == err.code && err.span.end <= to.len);
    return 0;
}
