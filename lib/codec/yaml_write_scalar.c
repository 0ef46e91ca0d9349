/* How a scalar is written: which style its text allows, and the text in that style. The rules are
 * those of libyaml's emitter, which go-yaml inherits. */
#include <string.h>

#include "yaml_write.h"

/* --- output ----------------------------------------------------------------------------------- */

static uint32_t break_len(Str text, size_t at)
{
    unsigned char c = (unsigned char) text.ptr[at];
    if (c == '\n' || c == '\r') {
        return 1;
    }
    if (c == 0xC2 && at + 1 < text.len && (unsigned char) text.ptr[at + 1] == 0x85) {
        return 2;
    }
    if (c == 0xE2 && at + 2 < text.len && (unsigned char) text.ptr[at + 1] == 0x80) {
        unsigned char last = (unsigned char) text.ptr[at + 2];
        return last == 0xA8 || last == 0xA9 ? 3 : 0;
    }
    return 0;
}

static bool blank_at(Str text, size_t at)
{
    return at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t');
}

static bool space_at(Str text, size_t at)
{
    return at < text.len && text.ptr[at] == ' ';
}

static size_t char_len(Str text, size_t at)
{
    unsigned char c = (unsigned char) text.ptr[at];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return at + len <= text.len ? len : 1;
}

void yaml_out_break(YamlWriter *w)
{
    strbuf_add_char(w->out, '\n');
    w->column = 0;
}

void yaml_out_indent(YamlWriter *w)
{
    uint32_t indent = w->indent < 0 ? 0 : (uint32_t) w->indent;
    if (!w->indention || w->column > indent || (w->column == indent && !w->whitespace)) {
        yaml_out_break(w);
    }
    if (w->foot_indent == (int32_t) indent) {
        yaml_out_break(w); /* or what follows would have the foot for a head */
    }
    w->foot_indent = -1;
    if (w->column < indent) {
        strbuf_add_repeat(w->out, ' ', indent - w->column);
        w->column = indent;
    }
    w->whitespace = true;
    w->indention = true;
}

void yaml_out_indicator(
    YamlWriter *w, const char *text, bool spaced, bool is_whitespace, bool is_indention
)
{
    if (spaced && !w->whitespace) {
        strbuf_add_char(w->out, ' ');
        w->column++;
    }
    strbuf_add_cstr(w->out, text);
    w->column += (uint32_t) strlen(text);
    w->whitespace = is_whitespace;
    w->indention = w->indention && is_indention;
}

static void put(YamlWriter *w, char c)
{
    strbuf_add_char(w->out, c);
    w->column++;
}

static void put_char(YamlWriter *w, Str text, size_t *at)
{
    size_t len = char_len(text, *at);
    strbuf_add(w->out, str_slice(text, *at, *at + len));
    *at += len;
    w->column++;
}

static void put_break(YamlWriter *w, Str text, size_t *at)
{
    uint32_t len = break_len(text, *at);
    if (text.ptr[*at] == '\n') {
        strbuf_add_char(w->out, '\n');
    } else {
        strbuf_add(w->out, str_slice(text, *at, *at + len));
    }
    w->column = 0;
    *at += len;
}

/* --- what the text allows --------------------------------------------------------------------- */

static bool is_printable(Str text, size_t at, size_t len)
{
    const unsigned char *c = (const unsigned char *) text.ptr + at;
    switch (len) {
    case 1:
        return c[0] == '\n' || (c[0] >= 0x20 && c[0] <= 0x7E);
    case 2:
        return c[0] != 0xC2 || c[1] >= 0xA0;
    case 3:
        if (c[0] == 0xED) {
            return c[1] < 0xA0;
        }
        return c[0] != 0xEF || !((c[1] == 0xBB && c[2] == 0xBF) || (c[1] == 0xBF && c[2] >= 0xBE));
    default:
        return false; /* the reference escapes what lies beyond the basic plane */
    }
}

typedef struct Scan {
    bool block_indicators, flow_indicators, breaks, special, tabs;
    bool edge_space, edge_break, trailing_space, break_space, space_break;
} Scan;

static void scan_first(Scan *scan, char c, bool followed)
{
    if (strchr("#,[]{}&*!|>'\"%@`", c)) {
        scan->flow_indicators = scan->block_indicators = true;
    } else if (c == '?' || c == ':') {
        scan->flow_indicators = true;
        scan->block_indicators |= followed;
    } else if (c == '-' && followed) {
        scan->flow_indicators = scan->block_indicators = true;
    }
}

static void scan_inner(Scan *scan, char c, bool preceded, bool followed)
{
    if (strchr(",?[]{}", c)) {
        scan->flow_indicators = true;
    } else if (c == ':') {
        scan->flow_indicators = true;
        scan->block_indicators |= followed;
    } else if (c == '#' && preceded) {
        scan->flow_indicators = scan->block_indicators = true;
    }
}

static void scan_white(Scan *scan, Str text, size_t at, size_t len, bool *space, bool *line_break)
{
    bool edge = at == 0 || at + len == text.len;
    if (text.ptr[at] == ' ') {
        scan->edge_space |= edge;
        scan->trailing_space |= at + len == text.len;
        scan->break_space |= *line_break;
        *space = true;
        *line_break = false;
    } else if (break_len(text, at)) {
        scan->breaks = true;
        scan->edge_break |= edge;
        scan->space_break |= *space;
        *space = false;
        *line_break = true;
    } else {
        *space = *line_break = false;
    }
}

static Scan scan_text(Str text)
{
    Scan scan = { 0 };
    if (str_has_prefix(text, STR("---")) || str_has_prefix(text, STR("..."))) {
        scan.block_indicators = scan.flow_indicators = true;
    }
    bool space = false, line_break = false, preceded = true;
    for (size_t at = 0, len = 0; at < text.len; at += len) {
        len = char_len(text, at);
        char c = text.ptr[at];
        bool followed = at + len >= text.len || blank_at(text, at + len);
        if (c && at == 0) {
            scan_first(&scan, c, followed);
        } else if (c) {
            scan_inner(&scan, c, preceded, followed);
        }
        if (c == '\t') {
            scan.tabs = true;
        } else if (!is_printable(text, at, len)) {
            scan.special = true;
        }
        scan_white(&scan, text, at, len, &space, &line_break);
        preceded = blank_at(text, at) || break_len(text, at) > 0;
    }
    return scan;
}

NodeStyle yaml_allowed_style(const YamlWriter *w, Str text, NodeStyle wanted, YamlPlace place)
{
    Scan scan = scan_text(text);
    bool escapes = scan.space_break || scan.special;
    bool special_tabs = scan.tabs && w->escape_tabs;
    bool no_plain = scan.edge_space || scan.edge_break || scan.break_space || scan.breaks ||
                    escapes || scan.tabs;
    bool no_single = scan.break_space || escapes || scan.tabs;
    bool no_block = text.len == 0 || scan.trailing_space || escapes || special_tabs;
    NodeStyle style = wanted;
    if (place.key && scan.breaks && place.simple) {
        return STYLE_DOUBLE_QUOTED;
    }
    if (style == STYLE_PLAIN) {
        bool bad = no_plain || (place.flow ? scan.flow_indicators : scan.block_indicators);
        bool empty = text.len == 0 && (place.flow || place.simple);
        style = bad || empty ? STYLE_SINGLE_QUOTED : style;
    }
    if (style == STYLE_SINGLE_QUOTED && no_single) {
        style = STYLE_DOUBLE_QUOTED;
    }
    if ((style == STYLE_LITERAL || style == STYLE_FOLDED) &&
        (no_block || place.flow || place.simple)) {
        style = STYLE_DOUBLE_QUOTED;
    }
    return style;
}

bool yaml_has_breaks(Str text)
{
    for (size_t at = 0; at < text.len; at += char_len(text, at)) {
        if (break_len(text, at)) {
            return true;
        }
    }
    return false;
}

/* --- the styles ------------------------------------------------------------------------------- */

static bool folds_here(const YamlWriter *w, bool allow_breaks, bool spaces)
{
    return allow_breaks && !spaces && w->fold_column > 0 && w->column > w->fold_column;
}

static void write_plain(YamlWriter *w, Str text, bool allow_breaks)
{
    if (text.len > 0 && !w->whitespace) {
        put(w, ' ');
    }
    bool spaces = false;
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == ' ') {
            if (folds_here(w, allow_breaks, spaces) && !space_at(text, at + 1)) {
                yaml_out_indent(w);
                at++;
            } else {
                put_char(w, text, &at);
            }
            spaces = true;
        } else {
            put_char(w, text, &at);
            spaces = false;
        }
        w->indention = false;
    }
    w->whitespace = false;
    w->indention = false;
}

/* A break in a single-quoted text is doubled, for the first of a run folds away. */
static void single_break(YamlWriter *w, Str text, size_t *at, bool *breaks)
{
    if (!*breaks && text.ptr[*at] == '\n') {
        yaml_out_break(w);
    }
    put_break(w, text, at);
    w->indention = true;
    *breaks = true;
}

static void write_single(YamlWriter *w, Str text, bool allow_breaks)
{
    yaml_out_indicator(w, "'", true, false, false);
    bool spaces = false, breaks = false;
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == ' ') {
            bool inner = at > 0 && at + 1 < text.len && !space_at(text, at + 1);
            if (folds_here(w, allow_breaks, spaces) && inner) {
                yaml_out_indent(w);
                at++;
            } else {
                put_char(w, text, &at);
            }
            spaces = true;
        } else if (break_len(text, at)) {
            single_break(w, text, &at, &breaks);
        } else {
            if (breaks) {
                yaml_out_indent(w);
            }
            if (text.ptr[at] == '\'') {
                put(w, '\'');
            }
            put_char(w, text, &at);
            w->indention = spaces = breaks = false;
        }
    }
    yaml_out_indicator(w, "'", false, false, false);
    w->whitespace = w->indention = false;
}

static uint32_t decode_char(Str text, size_t at, size_t len)
{
    static const unsigned char masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    uint32_t value = (unsigned char) text.ptr[at] & masks[len];
    for (size_t i = 1; i < len; i++) {
        value = value << 6 | ((unsigned char) text.ptr[at + i] & 0x3F);
    }
    return value;
}

static void put_escape(YamlWriter *w, uint32_t value)
{
    static const uint32_t from[] = { 0,  7,   8,    9,    10,   11,     12,    13,
                                     27, '"', '\\', 0x85, 0xA0, 0x2028, 0x2029 };
    static const char to[] = "0abtnvfre\"\\N_LP";
    size_t before = w->out->len;
    strbuf_add_char(w->out, '\\');
    for (size_t i = 0; i < sizeof to - 1; i++) {
        if (from[i] == value) {
            strbuf_add_char(w->out, to[i]);
            w->column += 2;
            return;
        }
    }
    if (value <= 0xFF) {
        strbuf_addf(w->out, "x%02X", value);
    } else if (value <= 0xFFFF) {
        strbuf_addf(w->out, "u%04X", value);
    } else {
        strbuf_addf(w->out, "U%08X", value);
    }
    w->column += (uint32_t) (w->out->len - before);
}

static void write_double(YamlWriter *w, Str text, bool allow_breaks)
{
    yaml_out_indicator(w, "\"", true, false, false);
    bool spaces = false;
    for (size_t at = 0; at < text.len;) {
        size_t len = char_len(text, at);
        char c = text.ptr[at];
        if (!is_printable(text, at, len) || break_len(text, at) || c == '"' || c == '\\') {
            put_escape(w, decode_char(text, at, len));
            at += len;
            spaces = false;
        } else if (c == ' ') {
            if (folds_here(w, allow_breaks, spaces) && at > 0 && at + 1 < text.len) {
                yaml_out_indent(w);
                if (space_at(text, at + 1)) {
                    put(w, '\\');
                }
                at++;
            } else {
                put_char(w, text, &at);
            }
            spaces = true;
        } else {
            put_char(w, text, &at);
            spaces = false;
        }
    }
    yaml_out_indicator(w, "\"", false, false, false);
    w->whitespace = w->indention = false;
}

static size_t last_char(Str text, size_t end)
{
    size_t at = end - 1;
    while (at > 0 && ((unsigned char) text.ptr[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

static void write_hints(YamlWriter *w, Str text)
{
    if (blank_at(text, 0) || break_len(text, 0)) {
        char hint[2] = { (char) ('0' + w->best_indent), '\0' };
        yaml_out_indicator(w, hint, false, false, false);
    }
    size_t last = last_char(text, text.len);
    if (!break_len(text, last)) {
        yaml_out_indicator(w, "-", false, false, false);
    } else if (last == 0 || break_len(text, last_char(text, last))) {
        yaml_out_indicator(w, "+", false, false, false);
    }
}

static void block_header(YamlWriter *w, const char *indicator, Str text, Str line_comment)
{
    yaml_out_indicator(w, indicator, true, false, false);
    write_hints(w, text);
    if (line_comment.len > 0) {
        put(w, ' ');
        strbuf_add(w->out, line_comment);
    }
    yaml_out_break(w);
    w->indention = true;
    w->whitespace = true;
}

static void write_literal(YamlWriter *w, Str text, Str line_comment)
{
    block_header(w, "|", text, line_comment);
    bool breaks = true;
    for (size_t at = 0; at < text.len;) {
        if (break_len(text, at)) {
            put_break(w, text, &at);
            w->indention = true;
            breaks = true;
            continue;
        }
        if (breaks) {
            yaml_out_indent(w);
        }
        size_t end = at;
        while (end < text.len && !break_len(text, end)) {
            end += char_len(text, end);
            w->column++;
        }
        strbuf_add(w->out, str_slice(text, at, end));
        at = end;
        w->indention = false;
        breaks = false;
    }
}

static bool blankz_at(Str text, size_t at)
{
    return at >= text.len || blank_at(text, at) || break_len(text, at);
}

static void folded_break(YamlWriter *w, Str text, size_t *at, bool *breaks, bool leading_spaces)
{
    if (!*breaks && !leading_spaces && text.ptr[*at] == '\n') {
        size_t next = 0;
        while (next < text.len && break_len(text, next)) {
            next += break_len(text, next);
        }
        if (!blankz_at(text, next)) {
            yaml_out_break(w);
        }
    }
    put_break(w, text, at);
    w->indention = true;
    *breaks = true;
}

static void write_folded(YamlWriter *w, Str text, Str line_comment)
{
    block_header(w, ">", text, line_comment);
    bool breaks = true, leading_spaces = true;
    for (size_t at = 0; at < text.len;) {
        if (break_len(text, at)) {
            folded_break(w, text, &at, &breaks, leading_spaces);
            continue;
        }
        if (breaks) {
            yaml_out_indent(w);
            leading_spaces = blank_at(text, at);
        }
        if (!breaks && text.ptr[at] == ' ' && !space_at(text, at + 1) &&
            folds_here(w, true, false)) {
            yaml_out_indent(w);
            at++;
        } else {
            put_char(w, text, &at);
        }
        w->indention = false;
        breaks = false;
    }
}

void yaml_out_scalar(YamlWriter *w, Str text, NodeStyle style, YamlPlace place, Str line_comment)
{
    switch (style) {
    case STYLE_SINGLE_QUOTED:
        write_single(w, text, !place.simple);
        break;
    case STYLE_DOUBLE_QUOTED:
        write_double(w, text, !place.simple);
        break;
    case STYLE_LITERAL:
        write_literal(w, text, line_comment);
        break;
    case STYLE_FOLDED:
        write_folded(w, text, line_comment);
        break;
    default:
        write_plain(w, text, !place.simple);
        break;
    }
}
