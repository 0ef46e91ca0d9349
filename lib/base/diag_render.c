/* Findings as text: the place, the message, the line of the source and a caret under it. */
#include <stdlib.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/text.h"

enum {
    TAB_COLUMNS = 4,
    EXCERPT_LEAST = 20, /* columns; a narrower terminal wraps */
    LINE_BYTES_MOST = 4096,
    LINE_BYTES_BEFORE = 1024, /* the mark, of a longer line */
    LONG_LINE_COLUMNS = 500,
    GUTTER_EXTRA = 5, /* "  " before and " | " behind the line number */
};

static const char sgr_bold[] = "\033[1m";
static const char sgr_dim[] = "\033[2m";
static const char sgr_reset[] = "\033[0m";
static const char *const sgr_severity[] = {
    [SEVERITY_INFO] = "\033[1;36m", [SEVERITY_WARN] = "\033[1;33m", [SEVERITY_ERROR] = "\033[1;31m"
};

static void add_styled(StrBuf *out, const DiagStyle *style, const char *sgr, Str text)
{
    strbuf_add_cstr(out, style->color ? sgr : "");
    strbuf_add(out, text);
    strbuf_add_cstr(out, style->color ? sgr_reset : "");
}

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~';
}

/* Appends one character as a terminal may be shown it; yields the columns it takes. */
static size_t add_visible(StrBuf *out, Str s, size_t *at)
{
    if (is_plain(s.ptr[*at])) {
        strbuf_add_char(out, s.ptr[(*at)++]);
        return 1;
    }
    size_t start = *at;
    uint32_t codepoint = utf8_next(s, at);
    Str bytes = str_slice(s, start, *at);
    size_t before = out->len;
    if (codepoint == '\t') {
        strbuf_add_repeat(out, ' ', TAB_COLUMNS);
    } else if (codepoint < 0x20 || (codepoint >= 0x7F && codepoint < 0xA0)) {
        strbuf_addf(out, "\\x%02x", (unsigned) codepoint);
    } else if (codepoint == 0xFFFD && bytes.len == 1) {
        strbuf_addf(out, "\\x%02x", (unsigned) (unsigned char) bytes.ptr[0]);
    } else if ((codepoint >= 0x200E && codepoint <= 0x200F) ||
               (codepoint >= 0x202A && codepoint <= 0x202E) ||
               (codepoint >= 0x2066 && codepoint <= 0x2069)) {
        /* a change of writing direction could make a line read as what it is not */
        strbuf_addf(out, "\\u%04x", (unsigned) codepoint);
    } else {
        strbuf_add(out, bytes);
    }
    return utf8_width(str_slice(strbuf_str(out), before, out->len));
}

/* A message may quote the user's file, so it is cleaned like the file's own lines. */
static void add_clean(StrBuf *out, Str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        while (at < text.len && (is_plain(text.ptr[at]) || text.ptr[at] == '\n')) {
            at++;
        }
        strbuf_add(out, str_slice(text, start, at));
        if (at < text.len) {
            add_visible(out, text, &at);
        }
    }
}

/* A source line as shown, and which of its columns the caret marks. */
typedef struct Excerpt {
    StrBuf text;
    size_t mark_start;
    size_t mark_end;
} Excerpt;

static void lay_out(Excerpt *excerpt, Str line, size_t start, size_t end)
{
    size_t column = 0;
    excerpt->mark_start = STR_NONE;
    for (size_t at = 0; at < line.len;) {
        if (at >= start && excerpt->mark_start == STR_NONE) {
            excerpt->mark_start = column;
        }
        bool marked = at < end;
        column += add_visible(&excerpt->text, line, &at);
        excerpt->mark_end = marked ? column : excerpt->mark_end;
    }
    if (excerpt->mark_start == STR_NONE) {
        excerpt->mark_start = column;
    }
    if (excerpt->mark_end <= excerpt->mark_start) {
        excerpt->mark_end = excerpt->mark_start + 1;
    }
}

/* The bytes of `text` that stand in columns [from, to). */
static Str columns(Str text, size_t from, size_t to)
{
    size_t column = 0;
    size_t start = text.len;
    size_t at = 0;
    while (at < text.len && column < to) {
        size_t next = at;
        utf8_next(text, &next);
        size_t after = column + utf8_width(str_slice(text, at, next));
        if (column >= from && start == text.len) {
            start = at;
        }
        if (after > to) {
            break;
        }
        column = after;
        at = next;
    }
    return str_slice(text, start, at > start ? at : start);
}

/* Cuts a line that is wider than the room to a window around the mark, "…" where text is missing.
 */
static void cut_around_mark(Excerpt *excerpt, size_t room)
{
    size_t width = utf8_width(strbuf_str(&excerpt->text));
    if (room == 0 || width <= room) {
        return;
    }
    size_t inner = room - 2; /* an ellipsis on either side */
    size_t lead = inner / 3;
    size_t from = excerpt->mark_start > lead ? excerpt->mark_start - lead : 0;
    if (from + inner > width) {
        from = width > inner ? width - inner : 0;
    }
    size_t to = from + inner;
    StrBuf cut = STRBUF_INIT;
    strbuf_add_cstr(&cut, from ? "…" : "");
    strbuf_add(&cut, columns(strbuf_str(&excerpt->text), from, to));
    strbuf_add_cstr(&cut, to < width ? "…" : "");
    strbuf_done(&excerpt->text);
    excerpt->text = cut;
    excerpt->mark_start = excerpt->mark_start - from + (from ? 1 : 0);
    excerpt->mark_end = (excerpt->mark_end < to ? excerpt->mark_end : to) - from + (from ? 1 : 0);
}

static size_t digits_of(uint32_t number)
{
    size_t digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

static size_t excerpt_room(const DiagStyle *style, size_t gutter)
{
    if (style->width == 0) {
        return 0;
    }
    size_t taken = gutter + GUTTER_EXTRA;
    return style->width > taken + EXCERPT_LEAST ? style->width - taken : EXCERPT_LEAST;
}

/* A line that no person wrote is looked at around its mark only, so that many findings in it cost no
 * more than many lines. Moves *start and *end with the part that is left. */
static Str part_of_long_line(Str line, size_t *start, size_t *end)
{
    size_t from = *start > LINE_BYTES_BEFORE ? *start - LINE_BYTES_BEFORE : 0;
    while (from > 0 && from < line.len && ((unsigned char) line.ptr[from] & 0xC0) == 0x80) {
        from--;
    }
    *start -= from;
    *end = *end > from ? *end - from : 0;
    return str_slice(line, from, from + LINE_BYTES_MOST);
}

static void add_excerpt(StrBuf *out, Span span, const DiagStyle *style, const char *sgr)
{
    Position at = span_start(span);
    Str line = source_line(span.source, at.line);
    if (line.len == 0) {
        return;
    }
    size_t line_start = (size_t) (line.ptr - span.source->text.ptr);
    Excerpt excerpt = { 0 };
    size_t start = span.start - line_start;
    size_t end = span.end > line_start ? span.end - line_start : 0;
    size_t gutter = digits_of(at.line);
    gutter = gutter < 3 ? 3 : gutter;
    size_t room = excerpt_room(style, gutter);
    if (line.len > LINE_BYTES_MOST) {
        line = part_of_long_line(line, &start, &end);
        room = room == 0 || room > LONG_LINE_COLUMNS ? LONG_LINE_COLUMNS : room;
    }
    lay_out(&excerpt, line, start, end);
    cut_around_mark(&excerpt, room);

    strbuf_addf(out, "  %*u | ", (int) gutter, at.line);
    strbuf_add(out, strbuf_str(&excerpt.text));
    strbuf_addf(out, "\n  %*s | ", (int) gutter, "");
    strbuf_add_repeat(out, ' ', excerpt.mark_start);
    strbuf_add_cstr(out, style->color ? sgr : "");
    strbuf_add_repeat(out, '^', excerpt.mark_end - excerpt.mark_start);
    strbuf_add_cstr(out, style->color ? sgr_reset : "");
    strbuf_add_char(out, '\n');
    strbuf_done(&excerpt.text);
}

/* "path:line:column: ", nothing for a finding without a place. */
static void add_place(StrBuf *out, Span span, const DiagStyle *style)
{
    if (!span_is_known(span)) {
        return;
    }
    StrBuf place = STRBUF_INIT;
    add_clean(&place, span.source->path);
    if (span.source->text.len) {
        Position at = span_start(span);
        strbuf_addf(&place, ":%u:%u", at.line, at.column);
    }
    strbuf_add_char(&place, ':');
    add_styled(out, style, sgr_bold, strbuf_str(&place));
    strbuf_add_char(out, ' ');
    strbuf_done(&place);
}

static void add_headline(StrBuf *out, const Diag *diag, const DiagStyle *style)
{
    add_place(out, diag->span, style);
    add_styled(out, style, sgr_severity[diag->severity], severity_name(diag->severity));
    strbuf_add_cstr(out, ": ");
    if (diag->object.len) {
        add_clean(out, diag->object);
        strbuf_add_cstr(out, ": ");
    }
    add_clean(out, diag->message);
    if (diag->rule.len) {
        strbuf_add_cstr(out, style->color ? " \033[2m[" : " [");
        strbuf_add(out, diag->rule);
        strbuf_add_cstr(out, style->color ? "]\033[0m" : "]");
    }
    strbuf_add_char(out, '\n');
}

void diag_render_one(StrBuf *out, const Diag *diag, const DiagStyle *style)
{
    add_headline(out, diag, style);
    if (span_is_known(diag->span)) {
        add_excerpt(out, diag->span, style, sgr_severity[diag->severity]);
    }
    vec_foreach(related, &diag->related) {
        strbuf_add_cstr(out, "  ");
        add_place(out, related->span, style);
        strbuf_add_cstr(out, "note: ");
        add_clean(out, related->message);
        strbuf_add_char(out, '\n');
        if (span_is_known(related->span)) {
            add_excerpt(out, related->span, style, sgr_dim);
        }
    }
    if (diag->hint.len) {
        strbuf_add_cstr(out, "  ");
        add_styled(out, style, sgr_bold, STR("hint:"));
        strbuf_add_char(out, ' ');
        add_clean(out, diag->hint);
        strbuf_add_char(out, '\n');
    }
}

void diag_render(StrBuf *out, const DiagList *list, const DiagStyle *style)
{
    vec_foreach(diag, &list->diags) {
        diag_render_one(out, diag, style);
    }
    if (list->dropped) {
        strbuf_addf(out, "and %zu more\n", list->dropped);
    }
}
