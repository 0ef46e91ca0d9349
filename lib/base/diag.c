#include "base/diag.h"

#include <stdlib.h>

#include "base/mem.h"

enum {
    DIAGS_KEPT = 1000,
    TEXT_BYTES_MOST = 2000, /* of what is said; it may quote a text without an end */
};

static Str vformat(Arena *arena, const char *format, va_list args)
{
    return str_from(arena_vprintf(arena, format, args));
}

static Str vformat_text(Arena *arena, const char *format, va_list args)
{
    Str text = vformat(arena, format, args);
    size_t end = TEXT_BYTES_MOST;
    if (text.len <= end) {
        return text;
    }
    while (end > 0 && ((unsigned char) text.ptr[end] & 0xC0) == 0x80) {
        end--;
    }
    return str_concat(arena, str_slice(text, 0, end), STR("…"));
}

/* The entry to fill: the next of the list or, past the limit, one that nobody will read. */
static Diag *next_entry(DiagList *list)
{
    size_t limit = list->limit ? list->limit : DIAGS_KEPT;
    if (list->diags.len < limit) {
        return vec_add(&list->diags, list->arena);
    }
    list->dropped++;
    return ARENA_NEW(list->arena, Diag);
}

Diag *
diag_add(DiagList *list, Severity severity, const char *rule, Span span, const char *format, ...)
{
    Diag *diag = next_entry(list);
    diag->severity = severity;
    diag->rule = str_from(rule);
    diag->span = span;
    va_list args;
    va_start(args, format);
    diag->message = vformat_text(list->arena, format, args);
    va_end(args);
    return diag;
}

void diag_hint(DiagList *list, Diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag->hint = vformat_text(list->arena, format, args);
    va_end(args);
}

void diag_relate(DiagList *list, Diag *diag, Span span, const char *format, ...)
{
    DiagRelated *related = vec_add(&diag->related, list->arena);
    related->span = span;
    va_list args;
    va_start(args, format);
    related->message = vformat_text(list->arena, format, args);
    va_end(args);
}

void diag_edit(DiagList *list, Diag *diag, Span span, const char *format, ...)
{
    DiagEdit *edit = vec_add(&diag->edits, list->arena);
    edit->span = span;
    va_list args;
    va_start(args, format);
    edit->text = vformat(list->arena, format, args);
    va_end(args);
}

void diag_hint_nearest(DiagList *list, Diag *diag, Str word, const Str *candidates, size_t count)
{
    Str nearest = str_nearest(word, candidates, count);
    if (nearest.len) {
        diag_hint(list, diag, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
    }
}

size_t diag_count(const DiagList *list, Severity at_least)
{
    size_t count = 0;
    vec_foreach(diag, &list->diags) {
        count += diag->severity >= at_least;
    }
    return count;
}

static int compare_diags(const Diag *a, const Diag *b)
{
    int order = 0;
    if (a->span.source != b->span.source) {
        order = str_cmp(
            span_is_known(a->span) ? a->span.source->path : STR(""),
            span_is_known(b->span) ? b->span.source->path : STR("")
        );
    }
    if (order == 0) {
        order = (a->span.start > b->span.start) - (a->span.start < b->span.start);
    }
    return order ? order : str_cmp(a->rule, b->rule);
}

/* An insertion would be stable and quadratic, qsort is neither: a merge of halves is what is left.
 */
static void merge_sort(const Diag **diags, const Diag **scratch, size_t count)
{
    if (count < 2) {
        return;
    }
    size_t half = count / 2;
    merge_sort(diags, scratch, half);
    merge_sort(diags + half, scratch, count - half);
    if (compare_diags(diags[half - 1], diags[half]) <= 0) {
        return;
    }
    memcpy(scratch, diags, count * sizeof(*diags));
    size_t left = 0;
    size_t right = half;
    for (size_t i = 0; i < count; i++) {
        bool take_left =
            right == count || (left < half && compare_diags(scratch[left], scratch[right]) <= 0);
        diags[i] = scratch[take_left ? left++ : right++];
    }
}

void diag_sort(DiagList *list)
{
    size_t count = list->diags.len;
    const Diag **order = ARENA_ARRAY(list->arena, const Diag *, 2 * count + 1);
    for (size_t i = 0; i < count; i++) {
        order[i] = &list->diags.ptr[i];
    }
    merge_sort(order, order + count, count);
    Diag *sorted = arena_alloc_raw(list->arena, count * sizeof(*sorted));
    for (size_t i = 0; i < count; i++) {
        sorted[i] = *order[i];
    }
    list->diags.ptr = sorted;
    list->diags.cap = count;
}

Str severity_name(Severity severity)
{
    static const Str names[] = {
        [SEVERITY_INFO] = STR_INIT("info"),
        [SEVERITY_WARN] = STR_INIT("warning"),
        [SEVERITY_ERROR] = STR_INIT("error"),
    };
    return names[severity];
}
