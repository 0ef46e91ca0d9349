#include "expression_lex.h"

#include "base/mem.h"

static char peek(const Lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->text.len ? lexer->text.ptr[at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(char c)
{
    char lower = (char) (c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == '_';
}

static bool goes_on_name(char c)
{
    return starts_name(c) || is_digit(c) || c == '-';
}

static Token token_make(Lexer *lexer, TokenKind kind, size_t size)
{
    size_t start = lexer->at;
    lexer->at += size;
    return (Token) { .kind = kind,
                     .text = str_slice(lexer->text, start, lexer->at),
                     .start = start,
                     .end = lexer->at };
}

static Token token_broken(Lexer *lexer, size_t size, const char *why)
{
    Token token = token_make(lexer, TOKEN_BROKEN, size);
    token.text = str_from(why);
    return token;
}

static Token lex_string(Lexer *lexer)
{
    size_t size = 1;
    bool has_quotes = false;
    while (lexer->at + size < lexer->text.len) {
        if (peek(lexer, size) != '\'') {
            size++;
        } else if (peek(lexer, size + 1) == '\'') {
            has_quotes = true;
            size += 2;
        } else {
            Token token = token_make(lexer, TOKEN_STRING, size + 1);
            token.text = str_slice(token.text, 1, size);
            if (has_quotes) {
                token.text = str_replace(lexer->arena, token.text, STR("''"), STR("'"));
            }
            return token;
        }
    }
    return token_broken(lexer, lexer->text.len - lexer->at, "a string without its closing \"'\"");
}

static bool read_radix(Str digits, unsigned radix, double *ret_number)
{
    double number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = (char) (digits.ptr[i] | 0x20);
        unsigned value = is_digit(digits.ptr[i]) ? (unsigned) (c - '0')
                         : c >= 'a' && c <= 'f'  ? (unsigned) (c - 'a') + 10
                                                 : 99;
        if (value >= radix) {
            return false;
        }
        number = number * radix + value;
    }
    *ret_number = number;
    return digits.len > 0;
}

static bool read_number(Str text, double *ret_number)
{
    Str digits = text;
    (void) (str_strip_prefix(&digits, STR("-")) || str_strip_prefix(&digits, STR("+")));
    if (str_strip_prefix(&digits, STR("0x"))) {
        return read_radix(digits, 16, ret_number);
    }
    if (str_strip_prefix(&digits, STR("0o"))) {
        return read_radix(digits, 8, ret_number);
    }
    return digits.len > 0 && (is_digit(digits.ptr[0]) || digits.ptr[0] == '.') &&
           str_to_double(text, ret_number);
}

static Token lex_number(Lexer *lexer)
{
    size_t size = 1;
    while (goes_on_name(peek(lexer, size)) || peek(lexer, size) == '.' ||
           ((peek(lexer, size) == '+') && (peek(lexer, size - 1) | 0x20) == 'e')) {
        size++;
    }
    Token token = token_make(lexer, TOKEN_NUMBER, size);
    if (!read_number(token.text, &token.number)) {
        token.kind = TOKEN_BROKEN;
        token.text = STR("not a number");
    }
    return token;
}

static Token lex_name(Lexer *lexer)
{
    size_t size = 1;
    while (goes_on_name(peek(lexer, size))) {
        size++;
    }
    return token_make(lexer, TOKEN_NAME, size);
}

static Token lex_sign(Lexer *lexer)
{
    static const struct {
        Str text;
        TokenKind kind;
    } signs[] = {
        /* the longer ones first */
        { STR_INIT("&&"), TOKEN_AND },        { STR_INIT("||"), TOKEN_OR },
        { STR_INIT("=="), TOKEN_EQUAL },      { STR_INIT("!="), TOKEN_NOT_EQUAL },
        { STR_INIT("<="), TOKEN_LESS_EQUAL }, { STR_INIT(">="), TOKEN_GREATER_EQUAL },
        { STR_INIT("<"), TOKEN_LESS },        { STR_INIT(">"), TOKEN_GREATER },
        { STR_INIT("!"), TOKEN_NOT },         { STR_INIT("("), TOKEN_OPEN },
        { STR_INIT(")"), TOKEN_CLOSE },       { STR_INIT("["), TOKEN_OPEN_INDEX },
        { STR_INIT("]"), TOKEN_CLOSE_INDEX }, { STR_INIT("."), TOKEN_DOT },
        { STR_INIT(","), TOKEN_COMMA },       { STR_INIT("*"), TOKEN_STAR },
    };
    Str rest = str_skip(lexer->text, lexer->at);
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (str_has_prefix(rest, signs[i].text)) {
            return token_make(lexer, signs[i].kind, signs[i].text.len);
        }
    }
    char c = rest.ptr[0];
    return token_broken(
        lexer,
        1,
        c == '"'                                       ? "strings stand in single quotes"
        : c == '&' || c == '|'                         ? "the operators are \"&&\" and \"||\""
        : c == '='                                     ? "the operator is \"==\""
        : c == '+' || c == '-' || c == '/' || c == '%' ? "expressions have no arithmetic"
                                                       : "a character that no expression has"
    );
}

Token lexer_next(Lexer *lexer)
{
    while (lexer->at < lexer->text.len && str_has_char(STR(" \t\r\n"), peek(lexer, 0))) {
        lexer->at++;
    }
    if (lexer->at >= lexer->text.len) {
        return token_make(lexer, TOKEN_END, 0);
    }
    char c = peek(lexer, 0);
    if (lexer->braced && c == '}' && peek(lexer, 1) == '}') {
        return token_make(lexer, TOKEN_END_BRACES, 2);
    }
    if (c == '\'') {
        return lex_string(lexer);
    }
    if (is_digit(c) || ((c == '-' || c == '+' || c == '.') && is_digit(peek(lexer, 1)))) {
        return lex_number(lexer);
    }
    return starts_name(c) ? lex_name(lexer) : lex_sign(lexer);
}

const char *token_describe(Arena *arena, const Token *token)
{
    if (token->kind == TOKEN_END) {
        return "the end";
    }
    return arena_printf(
        arena,
        token->kind == TOKEN_STRING ? "'%" STR_FMT "'" : "\"%" STR_FMT "\"",
        STR_ARG(token->text)
    );
}
