#include <errno.h>

#include "base/mem.h"

#include "render/template_internal.h"

enum { TEMPLATE_MAX_DEPTH = 16 };

/* What an `if` or `each` that is still open collects into. */
typedef struct Open {
    Piece *piece;
    Pieces *into;
} Open;

typedef struct Parser {
    Arena *arena;
    Source *source;
    DiagList *diags;
    size_t at;
    Pieces *into; /* where pieces go now */
    Open open[TEMPLATE_MAX_DEPTH];
    size_t depth;
} Parser;

static Piece *add_piece(Parser *parser, PieceKind kind, Span span)
{
    Piece *piece = ARENA_NEW(parser->arena, Piece);
    *piece = (Piece) { .kind = kind, .span = span };
    vec_push(parser->into, parser->arena, piece);
    return piece;
}

static void add_text(Parser *parser, size_t from, size_t to)
{
    if (to > from) {
        Piece *piece = add_piece(parser, PIECE_TEXT, span_make(parser->source, from, to));
        piece->text = str_slice(parser->source->text, from, to);
    }
}

static void complain(Parser *parser, Span span, const char *message)
{
    diag_error(parser->diags, "T1001", span, "%s", message);
}

/* --- words inside a tag --- */

static bool is_word_end(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '|' || c == '"' || c == '=' || c == '!';
}

/* The next word of a tag: "text" with its quotes, an operator, or a path. Empty at the end. */
static Str next_word(Str *rest)
{
    *rest = str_trim(*rest);
    if (!rest->len) {
        return (Str) { 0 };
    }
    size_t len = 1;
    if (rest->ptr[0] == '"') {
        size_t close = str_find_char(str_skip(*rest, 1), '"');
        len = close == STR_NONE ? rest->len : close + 2;
    } else if (rest->ptr[0] == '=' || rest->ptr[0] == '!') {
        len = 2;
    } else if (rest->ptr[0] != '|') {
        while (len < rest->len && !is_word_end(rest->ptr[len])) {
            len++;
        }
    }
    Str word = str_slice(*rest, 0, len);
    *rest = str_skip(*rest, len);
    return word;
}

static bool is_quoted(Str word)
{
    return word.len >= 2 && word.ptr[0] == '"' && word.ptr[word.len - 1] == '"';
}

static Span word_span(const Parser *parser, Str word)
{
    size_t start = (size_t) (word.ptr - parser->source->text.ptr);
    return span_make(parser->source, start, start + word.len);
}

static bool is_path(Str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '.' || c == '-';
        if (!good) {
            return false;
        }
    }
    return word.len > 0;
}

/* --- tags --- */

static void parse_value(Parser *parser, Str body, Span span)
{
    Str path = next_word(&body);
    if (!is_path(path)) {
        complain(parser, span, "expected <%= path %>");
        return;
    }
    Piece *piece = add_piece(parser, PIECE_VALUE, word_span(parser, path));
    piece->text = path;
    for (Str word = next_word(&body); word.len; word = next_word(&body)) {
        Str name = next_word(&body);
        const Filter *filter = filter_find(name);
        if (!str_eq(word, STR("|")) || !filter ||
            piece->filter_count == ARRAY_LEN(piece->filters)) {
            Diag *diag = diag_error(
                parser->diags, "T1001", span, "unknown filter \"%" STR_FMT "\"", STR_ARG(name)
            );
            diag_hint(
                parser->diags,
                diag,
                "<%%= path | filter %%>; slipway/render/template.h lists the filters"
            );
            return;
        }
        piece->filters[piece->filter_count++] = filter;
    }
}

static bool parse_test(Parser *parser, Str *rest, bool or_before, Tests *tests)
{
    Str word = next_word(rest);
    Test test = { .kind = TEST_TRUTH, .or_before = or_before };
    if (str_eq(word, STR("not"))) {
        test.kind = TEST_NOT;
        word = next_word(rest);
    }
    test.path = word;
    if (!is_path(word)) {
        return false;
    }
    test.span = word_span(parser, word);
    Str before = *rest, op = next_word(rest);
    if (str_eq(op, STR("==")) || str_eq(op, STR("!="))) {
        Str literal = next_word(rest);
        if (!is_quoted(literal)) {
            return false;
        }
        test.kind = op.ptr[0] == '=' ? TEST_EQUAL : TEST_UNEQUAL;
        test.literal = str_slice(literal, 1, literal.len - 1);
    } else {
        *rest = before;
    }
    vec_push(tests, parser->arena, test);
    return true;
}

static void parse_tests(Parser *parser, Str rest, Span span, Tests *tests)
{
    bool good = parse_test(parser, &rest, false, tests);
    for (Str word = next_word(&rest); good && word.len; word = next_word(&rest)) {
        bool is_or = str_eq(word, STR("or"));
        good = (is_or || str_eq(word, STR("and"))) && parse_test(parser, &rest, is_or, tests);
    }
    if (!good) {
        complain(
            parser,
            span,
            "expected a condition: path, not path, path == \"text\", joined by and, or"
        );
    }
}

static void open_block(Parser *parser, Piece *piece, Span span)
{
    if (parser->depth == TEMPLATE_MAX_DEPTH) {
        complain(parser, span, "blocks nest too deep");
        return;
    }
    parser->open[parser->depth++] = (Open) { .piece = piece, .into = parser->into };
    parser->into = &piece->body;
}

static void parse_else(Parser *parser, Str rest, Span span)
{
    if (parser->depth == 0 || parser->open[parser->depth - 1].piece->kind != PIECE_IF ||
        parser->into == &parser->open[parser->depth - 1].piece->other) {
        complain(parser, span, "else without its if");
        return;
    }
    Open *open = &parser->open[parser->depth - 1];
    parser->into = &open->piece->other;
    Str word = next_word(&rest);
    if (str_eq(
            word, STR("if")
        )) { /* the chain shares one `end`: the inner if takes the outer's place */
        Piece *inner = add_piece(parser, PIECE_IF, span);
        parse_tests(parser, rest, span, &inner->tests);
        open->piece = inner;
        parser->into = &inner->body;
    }
}

static void parse_each(Parser *parser, Str rest, Span span)
{
    Str path = next_word(&rest), as = next_word(&rest), item = next_word(&rest);
    if (!is_path(path) || !str_eq(as, STR("as")) || !is_path(item) || str_has_char(item, '.')) {
        complain(parser, span, "expected <% each path as name %>");
    }
    Piece *piece = add_piece(parser, PIECE_EACH, span);
    piece->text = path;
    piece->item = item;
    open_block(parser, piece, span);
}

static void parse_include(Parser *parser, Str rest, Span span)
{
    Str name = next_word(&rest);
    if (!is_quoted(name)) {
        complain(parser, span, "expected <% include \"name\" %>");
        return;
    }
    Piece *piece = add_piece(parser, PIECE_INCLUDE, span);
    piece->text = str_slice(name, 1, name.len - 1);
    piece->indent = span_start(span).column - 1;
}

static void parse_statement(Parser *parser, Str body, Span span)
{
    Str rest = body, word = next_word(&rest);
    if (str_eq(word, STR("each"))) {
        parse_each(parser, rest, span);
    } else if (str_eq(word, STR("if"))) {
        Piece *piece = add_piece(parser, PIECE_IF, span);
        parse_tests(parser, rest, span, &piece->tests);
        open_block(parser, piece, span);
    } else if (str_eq(word, STR("else"))) {
        parse_else(parser, rest, span);
    } else if (str_eq(word, STR("include"))) {
        parse_include(parser, rest, span);
    } else if (str_eq(word, STR("end"))) {
        if (parser->depth == 0) {
            complain(parser, span, "end without each or if");
            return;
        }
        parser->into = parser->open[--parser->depth].into;
    } else {
        complain(parser, span, "expected each, if, else, include or end");
    }
}

/* --- text and tags --- */

/* Whether only blanks stand between the line's start and `from`, and between `to` and its end; then
 * the tag takes its whole line with it. */
static bool stands_alone(Str text, size_t from, size_t to, size_t *ret_start, size_t *ret_end)
{
    size_t start = from, end = to;
    while (start > 0 && (text.ptr[start - 1] == ' ' || text.ptr[start - 1] == '\t')) {
        start--;
    }
    while (end < text.len && (text.ptr[end] == ' ' || text.ptr[end] == '\t')) {
        end++;
    }
    if ((start > 0 && text.ptr[start - 1] != '\n') || (end < text.len && text.ptr[end] != '\n')) {
        return false;
    }
    *ret_start = start;
    *ret_end = end < text.len ? end + 1 : end;
    return true;
}

/* The tag that opens at `from`; returns where it ends, or STR_NONE. */
static size_t tag_end(Str text, size_t from, bool *ret_comment)
{
    Str rest = str_skip(text, from);
    *ret_comment = str_has_prefix(rest, STR("<%--"));
    size_t close = *ret_comment ? str_find(rest, STR("--%>")) : str_find(rest, STR("%>"));
    return close == STR_NONE ? STR_NONE : from + close + (*ret_comment ? 4 : 2);
}

static void parse_tag(Parser *parser, size_t from, size_t to, bool comment)
{
    Str text = parser->source->text;
    bool is_value = text.ptr[from + 2] == '=';
    size_t start = from, end = to;
    if (!is_value) {
        stands_alone(text, from, to, &start, &end);
    }
    add_text(parser, parser->at, start > parser->at ? start : parser->at);
    Span span = span_make(parser->source, from, to);
    parser->at = end;
    if (is_value) {
        parse_value(parser, str_slice(text, from + 3, to - 2), span);
    } else if (!comment) {
        parse_statement(parser, str_slice(text, from + 2, to - 2), span);
    }
}

int template_parse(Arena *arena, Source *source, const Template **ret_template, DiagList *diags)
{
    Template *template = ARENA_NEW(arena, Template);
    template->source = source;
    Parser parser = { .arena = arena, .source = source, .diags = diags, .into = &template->pieces };
    size_t errors = diag_count(diags, SEVERITY_ERROR);
    for (;;) {
        size_t open = str_find(str_skip(source->text, parser.at), STR("<%"));
        if (open == STR_NONE) {
            break;
        }
        size_t from = parser.at + open;
        bool comment;
        size_t to = tag_end(source->text, from, &comment);
        if (to == STR_NONE) {
            complain(&parser, span_make(source, from, from + 2), "this tag is not closed");
            return -EINVAL;
        }
        parse_tag(&parser, from, to, comment);
    }
    add_text(&parser, parser.at, source->text.len);
    if (parser.depth) {
        complain(&parser, parser.open[parser.depth - 1].piece->span, "this block has no end");
    }
    *ret_template = template;
    return diag_count(diags, SEVERITY_ERROR) > errors ? -EINVAL : 0;
}
