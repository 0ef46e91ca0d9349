#include "codec/diff.h"

#include <assert.h>

#include "base/map.h"
#include "base/vec.h"
#include "codec/internal.h"

enum {
    DEFAULT_CONTEXT = 3,
    DEFAULT_MAX_COST = 2000,
};

/* Lines as numbers */

typedef struct Lines {
    Str *texts; /* with their newline */
    uint32_t *numbers;
    uint32_t count;
} Lines;

Str diff_next_line(Str *rest)
{
    size_t newline = str_find_char(*rest, '\n');
    Str line = newline == STR_NONE ? *rest : str_slice(*rest, 0, newline + 1);
    *rest = str_skip(*rest, line.len);
    return line;
}

/* The number of a line is its place among the different ones, from 1. */
static uint32_t line_number(Map *known, Str line)
{
    void **number = map_at(known, line);
    if (!*number) {
        *number = (void *) (uintptr_t) known->len;
    }
    return (uint32_t) (uintptr_t) *number;
}

static Lines split_lines(Arena *arena, Map *known, Str text)
{
    size_t count = 0;
    for (Str rest = text; rest.len > 0; count++) {
        (void) diff_next_line(&rest);
    }
    assert(count < INT32_MAX);
    Lines lines = { .texts = ARENA_ARRAY(arena, Str, count),
                    .numbers = ARENA_ARRAY(arena, uint32_t, count),
                    .count = (uint32_t) count };
    for (size_t i = 0; i < count; i++) {
        lines.texts[i] = diff_next_line(&text);
        lines.numbers[i] = line_number(known, lines.texts[i]);
    }
    return lines;
}

/* Groups
 *
 * A group of changed lines may stand at several places: in "a b a b" it doesn't matter which "a b"
 * was added. As diff(1) does, each is shifted down as far as it goes, taking in the groups it
 * meets, unless a group of the other text stands beside it on the way. */

typedef struct Shift {
    DiffSide *side, *other;
    uint32_t start, end; /* the group, end exclusive */
    uint32_t beside;     /* the line of the other text that follows the group there */
} Shift;

static bool is_beside(const Shift *s)
{
    return s->beside > 0 && s->other->changed[s->beside - 1];
}

static void shift_up(Shift *s)
{
    bool *changed = s->side->changed;
    changed[--s->start] = true;
    changed[--s->end] = false;
    while (s->start > 0 && changed[s->start - 1]) {
        s->start--;
    }
    do {
        s->beside--;
    } while (s->other->changed[s->beside]);
}

static void shift_down(Shift *s)
{
    bool *changed = s->side->changed;
    changed[s->start++] = false;
    changed[s->end++] = true;
    while (changed[s->end]) {
        s->end++;
    }
    do {
        s->beside++;
    } while (s->other->changed[s->beside]);
}

static void shift_group(Shift *s)
{
    const uint32_t *lines = s->side->lines;
    const uint32_t nowhere = UINT32_MAX;
    uint32_t last_beside; /* the end of the group where it last stood beside another */
    uint32_t length;
    do {
        length = s->end - s->start;
        while (s->start > 0 && lines[s->start - 1] == lines[s->end - 1]) {
            shift_up(s);
        }
        last_beside = is_beside(s) ? s->end : nowhere;
        while (s->end < s->side->count && lines[s->start] == lines[s->end]) {
            shift_down(s);
            last_beside = is_beside(s) ? s->end : last_beside;
        }
    } while (s->end - s->start != length); /* grown by a group it met: try further */
    while (last_beside != nowhere && s->end > last_beside) {
        shift_up(s);
    }
}

static void shift_groups(DiffSide *side, DiffSide *other)
{
    Shift s = { .side = side, .other = other };
    for (;;) {
        for (; s.end < side->count && !side->changed[s.end]; s.end++) {
            while (other->changed[s.beside]) {
                s.beside++;
            }
            s.beside++;
        }
        if (s.end == side->count) {
            break;
        }
        s.start = s.end;
        while (side->changed[s.end]) {
            s.end++;
        }
        while (other->changed[s.beside]) {
            s.beside++;
        }
        shift_group(&s);
    }
}

/* Changes */

typedef struct Comparison {
    Lines from, to;
    DiffChanges changes;
} Comparison;

static DiffChanges collect_changes(Arena *arena, const DiffSide *from, const DiffSide *to)
{
    VEC(DiffChange) changes = { 0 };
    uint32_t x = 0;
    uint32_t y = 0;
    while (x < from->count || y < to->count) {
        DiffChange change = { .from = x, .to = y };
        while (from->changed[x]) {
            x++;
        }
        while (to->changed[y]) {
            y++;
        }
        change.from_count = x - change.from;
        change.to_count = y - change.to;
        if (change.from_count + change.to_count > 0) {
            vec_push(&changes, arena, change);
        }
        x += x < from->count;
        y += y < to->count;
    }
    return (DiffChanges) { .ptr = changes.ptr, .len = changes.len };
}

static Comparison compare(Arena *arena, Str from_text, Str to_text, const DiffOptions *options)
{
    Map known = MAP_ON_ARENA(arena);
    Comparison comparison = { .from = split_lines(arena, &known, from_text),
                              .to = split_lines(arena, &known, to_text) };
    DiffSide from = { .lines = comparison.from.numbers,
                      .count = comparison.from.count,
                      .changed = ARENA_ARRAY(arena, bool, comparison.from.count + 1) };
    DiffSide to = { .lines = comparison.to.numbers,
                    .count = comparison.to.count,
                    .changed = ARENA_ARRAY(arena, bool, comparison.to.count + 1) };
    diff_mark(&from, &to, options && options->max_cost ? options->max_cost : DEFAULT_MAX_COST);
    shift_groups(&from, &to);
    shift_groups(&to, &from);
    comparison.changes = collect_changes(arena, &from, &to);
    return comparison;
}

DiffChanges diff_lines(Arena *arena, Str from, Str to, const DiffOptions *options)
{
    return compare(arena, from, to, options).changes;
}

/* Output */

static void add_line(StrBuf *out, char mark, Str line)
{
    strbuf_add_char(out, mark);
    strbuf_add(out, line);
    if (!str_has_suffix(line, STR("\n"))) {
        strbuf_add_cstr(out, "\n\\ No newline at end of file\n");
    }
}

static void add_lines(StrBuf *out, char mark, const Lines *lines, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        add_line(out, mark, lines->texts[i]);
    }
}

/* "12,3", "12" for one line, "11,0" for none behind line 11. */
static void add_range(StrBuf *out, char mark, uint32_t start, uint32_t count)
{
    strbuf_addf(out, "%c%u", mark, count ? start + 1 : start);
    if (count != 1) {
        strbuf_addf(out, ",%u", count);
    }
}

/* Changes first to last, the lines between them and `context` around them. */
static void add_hunk(
    StrBuf *out,
    const Comparison *comparison,
    const DiffChange *first,
    const DiffChange *last,
    uint32_t context
)
{
    uint32_t before = first->from < context ? first->from : context;
    uint32_t from_end = last->from + last->from_count;
    uint32_t left = comparison->from.count - from_end;
    uint32_t after = left < context ? left : context;
    uint32_t at = first->from - before;
    strbuf_add_cstr(out, "@@ ");
    add_range(out, '-', at, from_end + after - at);
    strbuf_add_char(out, ' ');
    add_range(out, '+', first->to - before, last->to + last->to_count + after - first->to + before);
    strbuf_add_cstr(out, " @@\n");
    for (const DiffChange *change = first; change <= last; change++) {
        add_lines(out, ' ', &comparison->from, at, change->from);
        at = change->from + change->from_count;
        add_lines(out, '-', &comparison->from, change->from, at);
        add_lines(out, '+', &comparison->to, change->to, change->to + change->to_count);
    }
    add_lines(out, ' ', &comparison->from, at, at + after);
}

static void add_hunks(StrBuf *out, const Comparison *comparison, uint32_t context)
{
    const DiffChange *end = comparison->changes.ptr + comparison->changes.len;
    for (const DiffChange *first = comparison->changes.ptr; first < end;) {
        const DiffChange *last = first;
        while (last + 1 < end && last[1].from - (last->from + last->from_count) <= 2 * context) {
            last++;
        }
        add_hunk(out, comparison, first, last, context);
        first = last + 1;
    }
}

bool diff_unified(StrBuf *out, Str from, Str to, const DiffOptions *options)
{
    if (str_eq(from, to)) {
        return false;
    }
    auto_arena Arena *arena = arena_new(0);
    Comparison comparison = compare(arena, from, to, options);
    Str from_label = options ? options->from_label : STR("");
    Str to_label = options ? options->to_label : STR("");
    strbuf_addf(out, "--- %" STR_FMT "\n", STR_ARG(from_label));
    strbuf_addf(out, "+++ %" STR_FMT "\n", STR_ARG(to_label));
    add_hunks(out, &comparison, options && options->context ? options->context : DEFAULT_CONTEXT);
    return true;
}
