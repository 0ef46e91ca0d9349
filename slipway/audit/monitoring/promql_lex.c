#include <math.h>

#include "base/strbuf.h"
#include "base/text.h"
#include "codec/regex.h"

#include "promql_internal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

static char peek(const PromLexer *lexer, size_t ahead)
{
    return lexer->at + ahead < lexer->text.len ? lexer->text.ptr[lexer->at + ahead] : '\0';
}

static size_t word_length(Str text)
{
    size_t len = 0;
    while (len < text.len &&
           ((is_name_start(text.ptr[len]) && text.ptr[len] != ':') || is_digit(text.ptr[len]))) {
        len++;
    }
    return len;
}

/* Length of the Grafana variable here, 0: none. $x, ${x}, ${x:csv}, ${x.y}, [[x]], [[x:csv]] */
static size_t variable_length(const PromLexer *lexer)
{
    Str rest = str_skip(lexer->text, lexer->at);
    if (!lexer->variables || rest.len < 2) {
        return 0;
    }
    if (rest.ptr[0] == '$' && rest.ptr[1] != '{') {
        size_t len = word_length(str_skip(rest, 1));
        return len > 0 ? len + 1 : 0;
    }
    bool braces = rest.ptr[0] == '$';
    bool brackets = rest.ptr[0] == '[' && rest.ptr[1] == '[';
    size_t name = braces || brackets ? word_length(str_skip(rest, 2)) : 0;
    if (name == 0) {
        return 0;
    }
    Str close = braces ? STR("}") : STR("]]");
    size_t end = str_find(rest, close);
    return end == STR_NONE ? 0 : end + close.len;
}

static PromToken token(const PromLexer *lexer, PromTokenKind kind, size_t start)
{
    return (PromToken) { .kind = kind,
                         .start = start,
                         .end = lexer->at,
                         .text = str_slice(lexer->text, start, lexer->at) };
}

static PromToken bad(PromLexer *lexer, size_t start, const char *message)
{
    lexer->message = message;
    if (lexer->at == start) {
        lexer->at++;
    }
    return token(lexer, TOKEN_BAD, start);
}

static void skip_blanks(PromLexer *lexer)
{
    for (;;) {
        char c = peek(lexer, 0);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            lexer->at++;
        } else if (c == '#' && (!lexer->in_range || lexer->is_range_begun)) {
            while (lexer->at < lexer->text.len && peek(lexer, 0) != '\n' && peek(lexer, 0) != '\r'
            ) {
                lexer->at++;
            }
        } else {
            return;
        }
    }
}

/* --- strings --- */

static int hex_value(char c)
{
    char lower = (char) (c | 0x20);
    return is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* `count` digits to the base; false when there are fewer. */
static bool read_code(PromLexer *lexer, unsigned count, int base, uint32_t *ret_code)
{
    uint32_t code = 0;
    for (unsigned i = 0; i < count; i++, lexer->at++) {
        int value = hex_value(peek(lexer, 0));
        if (value < 0 || value >= base) {
            return false;
        }
        code = code * (uint32_t) base + (uint32_t) value;
    }
    *ret_code = code;
    return true;
}

/* Behind a backslash; as in Go's strings. */
static bool read_escape(PromLexer *lexer, StrBuf *out, char quote)
{
    static const char from[] = "abfnrtv\\";
    static const char to[] = "\a\b\f\n\r\t\v\\";
    if (lexer->at >= lexer->text.len) {
        return false;
    }
    char c = peek(lexer, 0);
    const char *simple = c ? strchr(from, c) : NULL;
    uint32_t code = 0;
    if (simple || c == quote) {
        lexer->at++;
        strbuf_add_char(out, simple ? to[simple - from] : c);
        return true;
    }
    if (c >= '0' && c <= '7') {
        if (!read_code(lexer, 3, 8, &code) || code > 0xff) {
            return false;
        }
        strbuf_add_char(out, (char) code);
        return true;
    }
    lexer->at++;
    unsigned digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0 || !read_code(lexer, digits, 16, &code) || code > 0x10ffff ||
        (code >= 0xd800 && code <= 0xdfff)) {
        return false;
    }
    if (c == 'x') {
        strbuf_add_char(out, (char) code);
    } else {
        strbuf_add_codepoint(out, code);
    }
    return true;
}

static PromToken read_string(PromLexer *lexer)
{
    size_t start = lexer->at;
    char quote = peek(lexer, 0);
    StrBuf out = STRBUF_ON_ARENA(lexer->arena);
    lexer->at++;
    while (lexer->at < lexer->text.len) {
        char c = peek(lexer, 0);
        lexer->at++;
        if (c == quote) {
            PromToken string = token(lexer, TOKEN_STRING, start);
            if (!utf8_is_valid(string.text) ||
                str_find(string.text, STR("\xef\xbf\xbd")) != STR_NONE) {
                return bad(lexer, start, "a string that isn't UTF-8");
            }
            string.text = strbuf_str(&out);
            return string;
        }
        if (c == '\n' && quote != '`') {
            return bad(lexer, start, "a string that doesn't end on its line");
        }
        if (c == '\\' && quote != '`') {
            size_t at = lexer->at - 1;
            if (!read_escape(lexer, &out, quote)) {
                return bad(lexer, at, "no escape of a string");
            }
        } else {
            strbuf_add_char(&out, c);
        }
    }
    return bad(lexer, start, "a string without an end");
}

/* --- numbers and durations --- */

static size_t unit_length(const PromLexer *lexer)
{
    char c = peek(lexer, 0);
    if (c == 'm' && peek(lexer, 1) == 's') {
        return 2;
    }
    return c != '\0' && strchr("smhdwy", c) ? 1 : 0;
}

static bool is_word(char c)
{
    return is_name_start(c) || is_digit(c);
}

static void skip_digits(PromLexer *lexer)
{
    while (is_digit(peek(lexer, 0)) || (peek(lexer, 0) == '_' && is_digit(peek(lexer, 1)))) {
        lexer->at++;
    }
}

static void skip_exponent(PromLexer *lexer)
{
    char sign = peek(lexer, 1);
    size_t digits = sign == '+' || sign == '-' ? 2 : 1;
    if ((peek(lexer, 0) | 0x20) == 'e' && is_digit(peek(lexer, digits))) {
        lexer->at += digits;
        skip_digits(lexer);
    }
}

static PromToken read_duration(PromLexer *lexer, size_t start)
{
    lexer->at = start;
    int64_t ms;
    while (is_word(peek(lexer, 0)) && peek(lexer, 0) != ':') {
        lexer->at++;
    }
    PromToken duration = token(lexer, TOKEN_DURATION, start);
    return promql_duration(duration.text, &ms) ? duration
                                               : bad(lexer, start, "no duration, such as 1h30m");
}

static void skip_hex(PromLexer *lexer)
{
    while (hex_value(peek(lexer, 0)) >= 0 ||
           (peek(lexer, 0) == '_' && hex_value(peek(lexer, 1)) >= 0)) {
        lexer->at++;
    }
}

static PromToken end_number(PromLexer *lexer, size_t start)
{
    double value = 0;
    PromToken number = token(lexer, TOKEN_NUMBER, start);
    bool ends = !is_word(peek(lexer, 0)) || peek(lexer, 0) == ':';
    return ends && promql_number(number.text, &value) ? number : bad(lexer, start, "no number");
}

static PromToken read_number(PromLexer *lexer)
{
    size_t start = lexer->at;
    lexer->is_range_begun = true;
    if (peek(lexer, 0) == '0' && (peek(lexer, 1) | 0x20) == 'x') {
        lexer->at += 2;
        skip_hex(lexer);
        return end_number(lexer, start);
    }
    skip_digits(lexer);
    if (unit_length(lexer) > 0 && (peek(lexer, 0) | 0x20) != 'e') {
        return read_duration(lexer, start);
    }
    if (peek(lexer, 0) == '.' && peek(lexer, 1) != '_') {
        lexer->at++;
        skip_digits(lexer);
    }
    skip_exponent(lexer);
    if (variable_length(lexer) > 0) { /* 5$unit */
        lexer->at += variable_length(lexer);
        PromToken mixed = token(lexer, TOKEN_DURATION, start);
        mixed.has_variable = true;
        return mixed;
    }
    return end_number(lexer, start);
}

/* Digits to the base; false where there are others, or more than 63 bits of them. */
static bool read_whole(Str digits, unsigned base, double *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = hex_value(digits.ptr[i]);
        if (digit < 0 || (unsigned) digit >= base ||
            value > (INT64_MAX - (uint64_t) digit) / base) {
            return false;
        }
        value = value * base + (unsigned) digit;
    }
    *ret_value = (double) value;
    return digits.len > 0;
}

bool promql_number(Str text, double *ret_value)
{
    if (str_eq_nocase(text, STR("inf")) || str_eq_nocase(text, STR("nan"))) {
        *ret_value = (text.ptr[0] | 0x20) == 'i' ? INFINITY : NAN;
        return true;
    }
    auto_strbuf StrBuf plain = STRBUF_INIT;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_') {
            strbuf_add_char(&plain, text.ptr[i]);
        }
    }
    Str digits = strbuf_str(&plain);
    if (str_strip_prefix(&digits, STR("0x")) || str_strip_prefix(&digits, STR("0X"))) {
        return read_whole(digits, 16, ret_value);
    }
    bool octal = digits.len > 1 && digits.ptr[0] == '0' && read_whole(digits, 8, ret_value);
    return octal || str_to_double(digits, ret_value);
}

bool promql_duration(Str text, int64_t *ret_ms)
{
    static const Str units[] = { STR_INIT("y"), STR_INIT("w"), STR_INIT("d"), STR_INIT("h"),
                                 STR_INIT("m"), STR_INIT("s"), STR_INIT("ms") };
    static const int64_t sizes[] = { 31536000000, 604800000, 86400000, 3600000, 60000, 1000, 1 };
    enum { DIGITS_MOST = 12 };
    int64_t total = 0;
    size_t next = 0;
    while (text.len > 0) {
        size_t digits = 0;
        while (digits < text.len && is_digit(text.ptr[digits])) {
            digits++;
        }
        uint64_t value = 0;
        if (digits == 0 || digits > DIGITS_MOST ||
            !str_to_uint64(str_slice(text, 0, digits), &value)) {
            return false;
        }
        text = str_skip(text, digits);
        size_t letters = text.len > 1 && text.ptr[0] == 'm' && text.ptr[1] == 's' ? 2 : 1;
        Str unit = str_slice(text, 0, letters);
        while (next < 7 && !str_eq(unit, units[next])) {
            next++;
        }
        int64_t part = 0;
        if (next == 7 || __builtin_mul_overflow((int64_t) value, sizes[next], &part) ||
            __builtin_add_overflow(total, part, &total)) {
            return false;
        }
        next++;
        text = str_skip(text, letters);
    }
    *ret_ms = total;
    return next > 0 && total <= INT64_MAX / 1000000; /* it is held in nanoseconds */
}

/* --- names and signs --- */

/* Length of the letter beyond ASCII here, 0: none. */
static size_t letter_length(const PromLexer *lexer)
{
    if ((unsigned char) peek(lexer, 0) < 0x80) {
        return 0;
    }
    size_t end = lexer->at;
    (void) utf8_next(lexer->text, &end);
    Regex *letter = NULL;
    bool is_letter = regex_compile(lexer->arena, STR("\\p{L}"), true, &letter, NULL) == 0 &&
                     regex_matches(letter, str_slice(lexer->text, lexer->at, end));
    return is_letter ? end - lexer->at : 0;
}

/* Letters, and variables between them: ${prefix}_total. */
static PromToken read_name(PromLexer *lexer)
{
    size_t start = lexer->at;
    bool has_variable = false;
    bool is_extended = false;
    for (;;) {
        size_t variable = variable_length(lexer);
        if (variable > 0) {
            has_variable = true;
            lexer->at += variable;
        } else if ((unsigned char) peek(lexer, 0) >= 0x80 ||
                   (peek(lexer, 0) == '.' && lexer->at > start)) {
            size_t len = peek(lexer, 0) == '.' ? 1 : letter_length(lexer);
            if (len == 0) {
                break;
            }
            is_extended = true;
            lexer->at += len;
        } else if (is_word(peek(lexer, 0)) && !(lexer->in_range && peek(lexer, 0) == ':')) {
            lexer->at++;
        } else {
            break;
        }
    }
    PromToken name = token(lexer, TOKEN_NAME, start);
    name.has_variable = has_variable;
    name.is_extended = is_extended;
    return name;
}

static PromToken read_punct(PromLexer *lexer)
{
    static const char *const two[] = { "==", "!=", "<=", ">=", "=~", "!~", "</", ">/" };
    size_t start = lexer->at;
    for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
        if (peek(lexer, 0) == two[i][0] && peek(lexer, 1) == two[i][1]) {
            lexer->at += 2;
            return token(lexer, TOKEN_PUNCT, start);
        }
    }
    if (!strchr("+-*/%^<>=(){}[],:@", peek(lexer, 0))) {
        return bad(lexer, start, "a character that PromQL doesn't have");
    }
    lexer->is_range_begun = lexer->is_range_begun && peek(lexer, 0) != '[';
    lexer->in_range = peek(lexer, 0) == '[' || (lexer->in_range && peek(lexer, 0) != ']');
    lexer->at++;
    return token(lexer, TOKEN_PUNCT, start);
}

PromToken promql_next(PromLexer *lexer)
{
    skip_blanks(lexer);
    size_t start = lexer->at;
    char c = peek(lexer, 0);
    if (lexer->at >= lexer->text.len) {
        return token(lexer, TOKEN_END, start);
    }
    if (c == '"' || c == '\'' || c == '`') {
        return read_string(lexer);
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
        return read_number(lexer);
    }
    bool colon = c == ':' && lexer->in_range; /* of a subquery */
    if ((is_name_start(c) && !colon) || variable_length(lexer) > 0 || letter_length(lexer) > 0) {
        return read_name(lexer);
    }
    return c == '\0' ? bad(lexer, start, "a character that PromQL doesn't have")
                     : read_punct(lexer);
}
