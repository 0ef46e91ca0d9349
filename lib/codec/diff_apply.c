#include "base/vec.h"
#include "codec/diff.h"
#include "codec/internal.h"

typedef VEC(Str) LineList;

/* One "@@ -start,count +start,count @@" and its lines, which are views of the patch. */
typedef struct Hunk {
    Str header;
    uint64_t from_start, from_count; /* start from 1; the line before where count is 0 */
    uint64_t to_start, to_count;
    LineList from, to;
} Hunk;

typedef struct Apply {
    Arena *arena;
    Source *patch;
    Str rest;       /* of the patch */
    LineList lines; /* of the text */
    size_t at;      /* lines that are done */
    int64_t moved;  /* how far the last hunk was from where it said */
    StrBuf out;
    Error *err;
} Apply;

static Span span_of(const Apply *apply, Str part)
{
    size_t start = (size_t) (part.ptr - apply->patch->text.ptr);
    return span_make(apply->patch, start, start + str_trim_end(part).len);
}

/* Reading the patch */

static bool take_number(Str *rest, uint64_t *ret_number)
{
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] >= '0' && rest->ptr[len] <= '9') {
        len++;
    }
    if (!str_to_uint64(str_slice(*rest, 0, len), ret_number) || *ret_number > INT32_MAX) {
        return false;
    }
    *rest = str_skip(*rest, len);
    return true;
}

/* "12,3" or "12", which is "12,1". */
static bool take_range(Str *rest, uint64_t *ret_start, uint64_t *ret_count)
{
    *ret_count = 1;
    return take_number(rest, ret_start) &&
           (!str_strip_prefix(rest, STR(",")) || take_number(rest, ret_count));
}

static int read_header(Apply *apply, Str line, Hunk *hunk)
{
    Str rest = line;
    hunk->header = line;
    if (str_strip_prefix(&rest, STR("@@ -")) &&
        take_range(&rest, &hunk->from_start, &hunk->from_count) &&
        str_strip_prefix(&rest, STR(" +")) && take_range(&rest, &hunk->to_start, &hunk->to_count) &&
        str_has_prefix(rest, STR(" @@"))) {
        return 0;
    }
    return error_set_at(
        apply->err,
        -EINVAL,
        span_of(apply, line),
        "expected a hunk: @@ -start,count +start,count @@"
    );
}

static void cut_newline(LineList *lines)
{
    if (lines->len > 0) {
        (void) str_strip_suffix(vec_last(lines), STR("\n"));
    }
}

/* One line of a hunk into the side or sides it belongs to; `mark` is its first character. */
static void add_line(Apply *apply, Hunk *hunk, char mark, Str line)
{
    if (mark != '+') {
        vec_push(&hunk->from, apply->arena, line);
    }
    if (mark != '-') {
        vec_push(&hunk->to, apply->arena, line);
    }
}

/* "\ No newline at end of file" is about the line before it. */
static void take_newline_note(Apply *apply, Hunk *hunk, char mark)
{
    if (apply->rest.len == 0 || apply->rest.ptr[0] != '\\') {
        return;
    }
    (void) diff_next_line(&apply->rest);
    if (mark != '+') {
        cut_newline(&hunk->from);
    }
    if (mark != '-') {
        cut_newline(&hunk->to);
    }
}

static int read_lines(Apply *apply, Hunk *hunk)
{
    while (hunk->from.len < hunk->from_count || hunk->to.len < hunk->to_count) {
        Str line = diff_next_line(&apply->rest);
        /* editors strip the blank of an empty context line */
        bool is_blank = str_eq(line, STR("\n"));
        char mark = is_blank ? ' ' : line.len > 0 ? line.ptr[0] : '\0';
        if (mark != ' ' && mark != '-' && mark != '+') {
            Span span = span_of(apply, line.len > 0 ? line : hunk->header);
            return error_set_at(apply->err, -EINVAL, span, "the hunk has fewer lines than it says");
        }
        add_line(apply, hunk, mark, is_blank ? line : str_skip(line, 1));
        take_newline_note(apply, hunk, mark);
    }
    if (hunk->from.len > hunk->from_count || hunk->to.len > hunk->to_count) {
        Span span = span_of(apply, hunk->header);
        return error_set_at(apply->err, -EINVAL, span, "the hunk has more lines than it says");
    }
    return 0;
}

/* Applying it */

static bool stands_at(const Apply *apply, const LineList *lines, size_t at)
{
    if (lines->len > apply->lines.len - at) {
        return false;
    }
    for (size_t i = 0; i < lines->len; i++) {
        if (!str_eq(apply->lines.ptr[at + i], lines->ptr[i])) {
            return false;
        }
    }
    return true;
}

/* In how many places the lines may stand, from apply->at on: 1 where they stand as wanted, whatever
 * else there is. */
static size_t
count_places(const Apply *apply, const LineList *lines, int64_t wanted, size_t *ret_place)
{
    size_t last = apply->lines.len;
    if (wanted >= (int64_t) apply->at && wanted <= (int64_t) last &&
        stands_at(apply, lines, (size_t) wanted)) {
        *ret_place = (size_t) wanted;
        return 1;
    }
    size_t count = 0;
    for (size_t place = apply->at; lines->len > 0 && place + lines->len <= last; place++) {
        if (stands_at(apply, lines, place)) {
            *ret_place = place;
            count++;
        }
    }
    return count;
}

static void copy_lines(Apply *apply, size_t to)
{
    for (; apply->at < to; apply->at++) {
        strbuf_add(&apply->out, apply->lines.ptr[apply->at]);
    }
}

static int apply_hunk(Apply *apply, const Hunk *hunk)
{
    int64_t start = (int64_t) hunk->from_start - (hunk->from_count > 0 ? 1 : 0);
    int64_t wanted = start + apply->moved;
    size_t place = 0;
    size_t places = count_places(apply, &hunk->from, wanted, &place);
    if (places != 1) {
        bool is_done = hunk->to.len > 0 && count_places(apply, &hunk->to, wanted, &place) > 0;
        return error_set_at(
            apply->err,
            -ESTALE,
            span_of(apply, hunk->header),
            places > 1 ? "the lines that the hunk changes stand in more than one place"
            : is_done  ? "what the hunk makes stands there already"
                       : "the lines that the hunk changes are not there any more"
        );
    }
    copy_lines(apply, place);
    vec_foreach(line, &hunk->to) {
        strbuf_add(&apply->out, *line);
    }
    apply->at = place + hunk->from.len;
    apply->moved = (int64_t) place - start;
    return 0;
}

static int apply_hunks(Apply *apply)
{
    int rc = 0;
    while (rc == 0 && apply->rest.len > 0) {
        Hunk hunk = { 0 };
        rc = read_header(apply, diff_next_line(&apply->rest), &hunk);
        if (rc == 0) {
            rc = read_lines(apply, &hunk);
        }
        if (rc == 0) {
            rc = apply_hunk(apply, &hunk);
        }
    }
    return rc;
}

static void skip_to_first_hunk(Apply *apply)
{
    while (apply->rest.len > 0 && !str_has_prefix(apply->rest, STR("@@"))) {
        (void) diff_next_line(&apply->rest);
    }
}

int diff_apply(Arena *arena, Str text, Source *patch, Str *ret_text, Error *err)
{
    Apply apply = { .arena = arena,
                    .patch = patch,
                    .rest = patch->text,
                    .out = STRBUF_ON_ARENA(arena),
                    .err = err };
    while (text.len > 0) {
        vec_push(&apply.lines, arena, diff_next_line(&text));
    }
    skip_to_first_hunk(&apply);
    int rc = apply_hunks(&apply);
    if (rc != 0) {
        return rc;
    }
    copy_lines(&apply, apply.lines.len);
    *ret_text = strbuf_str(&apply.out);
    return 0;
}
