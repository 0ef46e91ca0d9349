/* What plain words mean: the core schema as go-yaml v3 reads it, because that is what Kubernetes
 * and Compose read: besides the core schema's forms a leading 0 is octal ("0644" is 420), '_' may
 * part digits, and 0b is binary. */
#include <math.h>
#include <string.h>

#include "codec/yaml.h"

#include "yaml_write.h"

static bool is_one_of(Str text, const char *const *words)
{
    for (; *words; words++) {
        if (str_eq_cstr(text, *words)) {
            return true;
        }
    }
    return false;
}

static bool resolve_word(Node *node)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const truths[] = { "true", "True", "TRUE", NULL };
    static const char *const lies[] = { "false", "False", "FALSE", NULL };
    static const char *const infinities[] = { ".inf",  ".Inf",  ".INF", "+.inf",
                                              "+.Inf", "+.INF", NULL };
    static const char *const negatives[] = { "-.inf", "-.Inf", "-.INF", NULL };
    static const char *const nans[] = { ".nan", ".NaN", ".NAN", NULL };
    static const char *const yaml11[] = { "y", "Y",  "yes", "Yes", "YES", "on",  "On",  "ON", "n",
                                          "N", "no", "No",  "NO",  "off", "Off", "OFF", NULL };
    Str text = node->text;
    enum { LONGEST_WORD = 5 };
    if (text.len > LONGEST_WORD || (text.len > 0 && !strchr("~nNtTfF.+-yYoO", text.ptr[0]))) {
        return false;
    }
    if (is_one_of(text, nulls)) {
        node->kind = NODE_NULL;
    } else if (is_one_of(text, truths) || is_one_of(text, lies)) {
        node->kind = NODE_BOOL;
        node->boolean = (text.ptr[0] | 0x20) == 't';
    } else if (is_one_of(text, infinities) || is_one_of(text, negatives)) {
        node->kind = NODE_FLOAT;
        node->real = text.ptr[0] == '-' ? -INFINITY : INFINITY;
    } else if (is_one_of(text, nans)) {
        node->kind = NODE_FLOAT;
        node->real = NAN;
    } else {
        node->yaml11_bool = is_one_of(text, yaml11);
        return false;
    }
    return true;
}

enum { NUMBER_MAX = 400 };

/* Copies without '_'; false when no number is that long. */
static bool strip_underscores(Str text, char ret_digits[NUMBER_MAX], size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '_') {
            if (len == NUMBER_MAX - 1) {
                return false;
            }
            ret_digits[len++] = text.ptr[i];
        }
    }
    ret_digits[len] = '\0';
    *ret_len = len;
    return true;
}

static unsigned take_base(Str *digits)
{
    if (digits->len < 2 || digits->ptr[0] != '0') {
        return 10;
    }
    char mark = (char) (digits->ptr[1] | 0x20);
    unsigned base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    *digits = str_skip(*digits, base ? 2 : 1);
    return base ? base : 8;
}

typedef enum IntParse { INT_NONE, INT_FITS, INT_UNSIGNED } IntParse;

static unsigned digit_value(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - (unsigned) '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10U : 99U;
}

/* INT_UNSIGNED: past int64 and within uint64. */
static IntParse parse_int(Str text, int64_t *ret_value, uint64_t *ret_magnitude)
{
    bool negative = text.ptr[0] == '-';
    Str digits = str_skip(text, negative || text.ptr[0] == '+');
    unsigned base = take_base(&digits);
    uint64_t magnitude = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned char c = (unsigned char) digits.ptr[i];
        unsigned digit = digit_value(c);
        if (digit >= base || __builtin_mul_overflow(magnitude, (uint64_t) base, &magnitude) ||
            __builtin_add_overflow(magnitude, (uint64_t) digit, &magnitude)) {
            return INT_NONE;
        }
    }
    if (digits.len == 0) {
        return INT_NONE;
    }
    *ret_magnitude = magnitude;
    uint64_t bound = (uint64_t) INT64_MAX + negative;
    if (magnitude > bound) {
        return negative || text.ptr[0] == '+' ? INT_NONE : INT_UNSIGNED;
    }
    *ret_value = (int64_t) (negative ? 0 - magnitude : magnitude);
    return INT_FITS;
}

static size_t skip_digits(Str text, size_t at)
{
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        at++;
    }
    return at;
}

/* [-+]? ( .digits | digits [ . digits? ] ) ( [eE] [-+]? digits )? */
static bool looks_float(Str text)
{
    size_t at = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    size_t whole = skip_digits(text, at);
    size_t fraction = whole;
    if (whole < text.len && text.ptr[whole] == '.') {
        fraction = skip_digits(text, whole + 1);
        if (whole == at && fraction == whole + 1) {
            return false;
        }
    } else if (whole == at) {
        return false;
    }
    if (fraction == text.len) {
        return true;
    }
    if ((text.ptr[fraction] | 0x20) != 'e') {
        return false;
    }
    size_t exponent = fraction + 1;
    exponent += exponent < text.len && (text.ptr[exponent] == '-' || text.ptr[exponent] == '+');
    size_t end = skip_digits(text, exponent);
    return end == text.len && end > exponent;
}

static void resolve_number(Node *node)
{
    char buffer[NUMBER_MAX];
    size_t len = 0;
    if (!strip_underscores(node->text, buffer, &len) || len == 0) {
        return;
    }
    Str digits = str_make(buffer, len);
    int64_t value = 0;
    uint64_t magnitude = 0;
    IntParse parse = node->text.ptr[0] == '.' ? INT_NONE : parse_int(digits, &value, &magnitude);
    if (parse == INT_FITS) {
        node->kind = NODE_INT;
        node->integer = value;
        return;
    }
    if (parse == INT_UNSIGNED) {
        node->kind = NODE_FLOAT;
        node->real = (double) magnitude;
        return;
    }
    double real = 0;
    if (looks_float(digits) && str_to_double(digits, &real) && isfinite(real)) {
        node->kind = NODE_FLOAT;
        node->real = real;
    }
}

void yaml_resolve_plain(Node *node)
{
    node->kind = NODE_STRING;
    if (resolve_word(node)) {
        return;
    }
    char first = node->text.ptr[0];
    if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
        resolve_number(node);
    }
}

/* --- what must not be written plain ----------------------------------------------------------- */

static size_t digits_or_underscores(Str text, size_t at)
{
    while (at < text.len && ((text.ptr[at] >= '0' && text.ptr[at] <= '9') || text.ptr[at] == '_')) {
        at++;
    }
    return at;
}

/* YAML 1.1's base 60: [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? */
static bool is_base60(Str text)
{
    size_t at = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    if (at >= text.len || text.ptr[at] < '0' || text.ptr[at] > '9') {
        return false;
    }
    at = digits_or_underscores(text, at);
    bool any = false;
    while (at < text.len && text.ptr[at] == ':') {
        size_t end = skip_digits(text, at + 1);
        if (end == at + 1 || end > at + 3 || (end == at + 3 && text.ptr[at + 1] > '5')) {
            return false;
        }
        at = end;
        any = true;
    }
    if (any && at < text.len && text.ptr[at] == '.') {
        at = digits_or_underscores(text, at + 1);
    }
    return any && at == text.len;
}

bool yaml_needs_quotes(Str text)
{
    Node probe = { .text = text };
    yaml_resolve_plain(&probe);
    return probe.kind != NODE_STRING || probe.yaml11_bool || is_base60(text) ||
           yaml_is_timestamp(text);
}
