#include <string.h>

#include "base/strbuf.h"

#include "yaml_internal.h"

/* Line breaks inside plain and quoted scalars: the first one folds to a space, or to nothing when
 * more follow; those stand. LS and PS are kept as they are, \r\n and NEL become \n. */
typedef struct Fold {
    uint32_t blanks_start, blanks_end; /* white space before the break, or between words */
    Str first;                         /* the first break, empty: none met */
    StrBuf rest;                       /* the breaks after it */
    bool broken;
} Fold;

static Str break_text(const YamlScanner *s)
{
    uint32_t length = yaml_break_len(s, 0);
    return length == 3 ? str_slice(s->text, s->pos, s->pos + 3) : STR("\n");
}

static void fold_begin(Fold *fold, const YamlScanner *s)
{
    fold->blanks_start = fold->blanks_end = s->pos;
    fold->first = (Str) { 0 };
    fold->broken = false;
    strbuf_clear(&fold->rest);
}

static void fold_break(Fold *fold, YamlScanner *s)
{
    Str text = break_text(s);
    if (fold->broken) {
        strbuf_add(&fold->rest, text);
    } else {
        fold->broken = true;
        fold->first = text;
    }
    yaml_skip_break(s);
}

static void fold_end(const Fold *fold, const YamlScanner *s, StrBuf *out)
{
    if (!fold->broken) {
        strbuf_add(out, str_slice(s->text, fold->blanks_start, fold->blanks_end));
        return;
    }
    bool line_feed = fold->first.len > 0 && fold->first.ptr[0] == '\n';
    if (line_feed && fold->rest.len == 0) {
        strbuf_add_char(out, ' ');
        return;
    }
    if (!line_feed) {
        strbuf_add(out, fold->first);
    }
    strbuf_add(out, strbuf_str(&fold->rest));
}

static void push_scalar(YamlScanner *s, uint32_t start, uint32_t end, Str text, NodeStyle style)
{
    YamlToken token = {
        .kind = YAML_TOKEN_SCALAR, .style = style, .start = start, .end = end, .text = text
    };
    vec_push(&s->tokens, s->scratch, token);
}

/* --- plain ------------------------------------------------------------------------------------ */

static bool ends_plain(const YamlScanner *s, bool flow)
{
    unsigned char c = yaml_peek(s, 0);
    if (c == ':') {
        return yaml_is_blankz(s, 1);
    }
    return flow && (c == ',' || c == '?' || c == '[' || c == ']' || c == '{' || c == '}');
}

/* The white space after a word; 1 when the scalar may go on behind it. */
static int plain_gap(YamlScanner *s, Fold *fold, uint32_t start)
{
    bool flow = s->keys.len > 1;
    int32_t indent = s->indent + 1;
    fold_begin(fold, s);
    while (!yaml_at_end(s, 0)) {
        if (yaml_is_blank(s, 0)) {
            if (fold->broken && (int32_t) yaml_column(s) < indent && yaml_peek(s, 0) == '\t') {
                return yaml_scan_error(s, start, s->pos + 1, "a tab that violates indentation");
            }
            s->pos++;
            fold->blanks_end = fold->broken ? fold->blanks_end : s->pos;
        } else if (yaml_break_len(s, 0)) {
            fold_break(fold, s);
        } else {
            break;
        }
    }
    if (!flow && fold->broken && (int32_t) yaml_column(s) < indent) {
        return 0;
    }
    return !yaml_at_end(s, 0) && yaml_peek(s, 0) != '#' && !yaml_at_document_mark(s) &&
           !ends_plain(s, flow);
}

int yaml_scan_plain(YamlScanner *s)
{
    bool flow = s->keys.len > 1;
    uint32_t start = s->pos, end = s->pos;
    StrBuf text = STRBUF_ON_ARENA(s->arena);
    Fold fold = { .rest = STRBUF_ON_ARENA(s->scratch) };
    bool copied = false;
    int more = 1;
    while (more > 0) {
        uint32_t word = s->pos;
        while (!yaml_is_blankz(s, 0) && !ends_plain(s, flow)) {
            s->pos++;
        }
        if (copied) {
            strbuf_add(&text, str_slice(s->text, word, s->pos));
        }
        end = s->pos;
        if (!yaml_is_blankz(s, 0) || yaml_at_end(s, 0)) {
            fold.broken = false;
            break;
        }
        more = plain_gap(s, &fold, start);
        if (more > 0 && fold.broken && !copied) {
            copied = true;
            strbuf_add(&text, str_slice(s->text, start, end));
        }
        if (more > 0 && copied) {
            fold_end(&fold, s, &text);
        }
    }
    if (more < 0) {
        return more;
    }
    if (fold.broken && more == 0) {
        s->simple_key_allowed = true;
    }
    push_scalar(
        s, start, end, copied ? strbuf_str(&text) : str_slice(s->text, start, end), STYLE_PLAIN
    );
    return 0;
}

/* --- quoted ----------------------------------------------------------------------------------- */

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int scan_hex_escape(YamlScanner *s, StrBuf *out, size_t digits)
{
    uint32_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_value(yaml_peek(s, 2 + i));
        if (digit < 0) {
            return yaml_scan_error(
                s, s->pos, s->pos + 2, "this escape wants %zu hexadecimal digits", digits
            );
        }
        value = value << 4 | (uint32_t) digit;
    }
    if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) {
        return yaml_scan_error(
            s, s->pos, s->pos + 2 + (uint32_t) digits, "this escape is no Unicode character"
        );
    }
    strbuf_add_codepoint(out, value);
    s->pos += 2 + (uint32_t) digits;
    return 0;
}

static int scan_escape(YamlScanner *s, StrBuf *out)
{
    static const char from[] = "0abt\tnvfre \"'\\/N_LP";
    static const uint32_t to[] = { 0,   7,   8,    9,    9,   10,   11,   12,     13,    27,
                                   ' ', '"', '\'', '\\', '/', 0x85, 0xA0, 0x2028, 0x2029 };
    unsigned char c = yaml_peek(s, 1);
    if (c == 'x' || c == 'u' || c == 'U') {
        return scan_hex_escape(s, out, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    }
    const char *at = c ? strchr(from, c) : NULL;
    if (!at) {
        return yaml_scan_error(s, s->pos, s->pos + 2, "unknown escape in a quoted string");
    }
    strbuf_add_codepoint(out, to[at - from]);
    s->pos += 2;
    return 0;
}

/* One run without white space. Sets *ret_continued at a backslash before a line break. */
static int quoted_run(YamlScanner *s, char quote, StrBuf *out, bool *ret_continued)
{
    while (!yaml_is_blankz(s, 0)) {
        unsigned char c = yaml_peek(s, 0);
        if (c == (unsigned char) quote && quote == '\'' && yaml_peek(s, 1) == '\'') {
            strbuf_add_char(out, '\'');
            s->pos += 2;
        } else if (c == (unsigned char) quote) {
            return 0;
        } else if (quote == '"' && c == '\\') {
            if (yaml_break_len(s, 1)) {
                s->pos++;
                yaml_skip_break(s);
                *ret_continued = true;
                return 0;
            }
            int rc = scan_escape(s, out);
            if (rc < 0) {
                return rc;
            }
        } else {
            strbuf_add_char(out, (char) c);
            s->pos++;
        }
    }
    return 0;
}

static void quoted_gap(YamlScanner *s, Fold *fold, bool continued, StrBuf *out)
{
    fold_begin(fold, s);
    fold->broken = continued;
    while (!yaml_at_end(s, 0)) {
        if (yaml_is_blank(s, 0)) {
            s->pos++;
            fold->blanks_end = fold->broken ? fold->blanks_end : s->pos;
        } else if (yaml_break_len(s, 0)) {
            fold_break(fold, s);
        } else {
            break;
        }
    }
    fold_end(fold, s, out);
}

/* The common case, one line without escapes, is a view of the source. */
static bool quoted_simple(YamlScanner *s, char quote)
{
    uint32_t at = s->pos + 1;
    while (at < s->text.len) {
        char c = s->text.ptr[at];
        if (c == quote) {
            break;
        }
        if (c == '\\' || c == '\n' || c == '\r' || (unsigned char) c >= 0x80) {
            return false;
        }
        at++;
    }
    if (at >= s->text.len || (at + 1 < s->text.len && s->text.ptr[at + 1] == quote)) {
        return false;
    }
    uint32_t start = s->pos;
    s->pos = at + 1;
    push_scalar(
        s,
        start,
        s->pos,
        str_slice(s->text, start + 1, at),
        quote == '"' ? STYLE_DOUBLE_QUOTED : STYLE_SINGLE_QUOTED
    );
    return true;
}

int yaml_scan_quoted(YamlScanner *s, char quote)
{
    if (quoted_simple(s, quote)) {
        return 0;
    }
    uint32_t start = s->pos++;
    StrBuf text = STRBUF_ON_ARENA(s->arena);
    Fold fold = { .rest = STRBUF_ON_ARENA(s->scratch) };
    while (true) {
        if (yaml_at_document_mark(s)) {
            return yaml_scan_error(s, start, start + 1, "this quoted string is not closed");
        }
        bool continued = false;
        int rc = quoted_run(s, quote, &text, &continued);
        if (rc < 0) {
            return rc;
        }
        if (yaml_at_end(s, 0)) {
            return yaml_scan_error(s, start, start + 1, "this quoted string is not closed");
        }
        if (yaml_peek(s, 0) == (unsigned char) quote) {
            break;
        }
        quoted_gap(s, &fold, continued, &text);
    }
    s->pos++;
    push_scalar(
        s,
        start,
        s->pos,
        strbuf_str(&text),
        quote == '"' ? STYLE_DOUBLE_QUOTED : STYLE_SINGLE_QUOTED
    );
    return 0;
}

/* --- block ------------------------------------------------------------------------------------ */

typedef struct BlockScalar {
    StrBuf text;
    StrBuf breaks;  /* empty lines not yet added */
    int32_t indent; /* 0: not known yet */
    uint32_t start; /* of the indicator */
    uint32_t end;   /* behind the last line that belongs to it */
    char chomping;  /* '-', '+' or 0 */
} BlockScalar;

static int block_header(YamlScanner *s, BlockScalar *block)
{
    int32_t increment = 0;
    s->pos++;
    for (int i = 0; i < 2; i++) {
        unsigned char c = yaml_peek(s, 0);
        if (!block->chomping && (c == '+' || c == '-')) {
            block->chomping = (char) c;
            s->pos++;
        } else if (increment == 0 && c >= '1' && c <= '9') {
            increment = c - '0';
            s->pos++;
        }
    }
    if (increment > 0) {
        block->indent = s->indent >= 0 ? s->indent + increment : increment;
    }
    uint32_t gap = s->pos;
    while (yaml_is_blank(s, 0)) {
        s->pos++;
    }
    if (yaml_peek(s, 0) == '#' && s->pos > gap) {
        while (!yaml_is_breakz(s, 0)) {
            s->pos++;
        }
    }
    if (!yaml_is_breakz(s, 0)) {
        return yaml_scan_error(
            s,
            s->pos,
            s->pos + 1,
            "only a comment may follow '%c' on its line",
            s->text.ptr[block->start]
        );
    }
    yaml_skip_break(s);
    block->end = s->pos;
    return 0;
}

/* Eats indentation and empty lines; finds out the indentation where it was not said. */
static int block_breaks(YamlScanner *s, BlockScalar *block)
{
    int32_t widest = 0;
    while (true) {
        while ((block->indent == 0 || (int32_t) yaml_column(s) < block->indent) &&
               yaml_peek(s, 0) == ' ') {
            s->pos++;
        }
        int32_t column = (int32_t) yaml_column(s);
        widest = column > widest ? column : widest;
        if ((block->indent == 0 || column < block->indent) && yaml_peek(s, 0) == '\t') {
            return yaml_scan_error(s, s->pos, s->pos + 1, "a tab where indentation is expected");
        }
        if (yaml_at_end(s, 0) || !yaml_break_len(s, 0)) {
            break;
        }
        strbuf_add(&block->breaks, break_text(s));
        yaml_skip_break(s);
        block->end = s->pos;
    }
    if (block->indent == 0) {
        int32_t least = s->indent + 1 > 1 ? s->indent + 1 : 1;
        block->indent = widest > least ? widest : least;
    }
    return 0;
}

static int block_lines(YamlScanner *s, BlockScalar *block, bool literal)
{
    Str leading = { 0 };
    bool leading_blank = false;
    int rc = block_breaks(s, block);
    while (rc == 0 && (int32_t) yaml_column(s) == block->indent && !yaml_at_end(s, 0)) {
        bool blank = yaml_is_blank(s, 0);
        bool folds =
            !literal && !leading_blank && !blank && leading.len > 0 && leading.ptr[0] == '\n';
        if (!folds) {
            strbuf_add(&block->text, leading);
        } else if (block->breaks.len == 0) {
            strbuf_add_char(&block->text, ' ');
        }
        strbuf_add(&block->text, strbuf_str(&block->breaks));
        strbuf_clear(&block->breaks);
        leading_blank = blank;
        uint32_t line = s->pos;
        while (!yaml_is_breakz(s, 0)) {
            s->pos++;
        }
        strbuf_add(&block->text, str_slice(s->text, line, s->pos));
        leading = yaml_at_end(s, 0) ? (Str) { 0 } : break_text(s);
        yaml_skip_break(s);
        block->end = s->pos;
        rc = block_breaks(s, block);
    }
    if (block->chomping != '-') {
        strbuf_add(&block->text, leading);
    }
    if (block->chomping == '+') {
        strbuf_add(&block->text, strbuf_str(&block->breaks));
    }
    return rc;
}

int yaml_scan_block_scalar(YamlScanner *s, bool literal)
{
    BlockScalar block = { .text = STRBUF_ON_ARENA(s->arena),
                          .breaks = STRBUF_ON_ARENA(s->scratch),
                          .start = s->pos };
    int rc = block_header(s, &block);
    if (rc == 0) {
        rc = block_lines(s, &block, literal);
    }
    if (rc < 0) {
        return rc;
    }
    push_scalar(
        s, block.start, block.end, strbuf_str(&block.text), literal ? STYLE_LITERAL : STYLE_FOLDED
    );
    return 0;
}
