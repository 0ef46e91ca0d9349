/* Strings and numbers of JSON, for the reader in json_read.c. */
#include <string.h>

#include "base/text.h"
#include "codec/internal.h"

enum {
    SAFE_DIGITS = 18, /* decimal digits that always fit in int64 */
    EXACT_POWER = 22, /* 10^22 is the last power of ten a double holds exactly */
};

/* Strings */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char) (c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The four digits behind \u at `at`, or -1. */
static int32_t hex4(const JsonReader *r, const char *at)
{
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = at + i < r->end ? hex_value(at[i]) : -1;
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

static int fail_escape(JsonReader *r, const char *backslash, size_t len, const char *what)
{
    r->at = backslash + len < r->end ? backslash + len : r->end;
    return error_set_at(
        r->err,
        -EINVAL,
        json_span_from(r, backslash),
        "%s \"%.*s\"",
        what,
        (int) (r->at - backslash),
        backslash
    );
}

/* \uXXXX, with its other half where it is a surrogate; r->at stands on the 'u'. */
static int read_unicode_escape(JsonReader *r, uint32_t *ret_codepoint)
{
    const char *backslash = r->at - 1;
    int32_t unit = hex4(r, r->at + 1);
    if (unit < 0) {
        return fail_escape(r, backslash, 2, "expected four hexadecimal digits behind");
    }
    r->at += 5;
    if (unit < 0xd800 || unit > 0xdfff) {
        *ret_codepoint = (uint32_t) unit;
        return 0;
    }
    bool has_pair = unit <= 0xdbff && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u';
    int32_t low = has_pair ? hex4(r, r->at + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff) {
        return fail_escape(r, backslash, 6, "half of a surrogate pair alone:");
    }
    r->at += 6;
    *ret_codepoint = 0x10000 + ((uint32_t) (unit - 0xd800) << 10 | (uint32_t) (low - 0xdc00));
    return 0;
}

/* r->at stands behind a backslash. */
static int read_escape(JsonReader *r, StrBuf *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const char *backslash = r->at - 1;
    if (r->at == r->end) {
        return json_fail_expected(r, "an escape");
    }
    if (*r->at == 'u') {
        uint32_t codepoint = 0;
        int rc = read_unicode_escape(r, &codepoint);
        if (rc == 0) {
            strbuf_add_codepoint(out, codepoint);
        }
        return rc;
    }
    const char *name = *r->at ? strchr(names, *r->at) : NULL;
    if (!name) {
        return fail_escape(r, backslash, 2, "unknown escape");
    }
    strbuf_add_char(out, values[name - names]);
    r->at++;
    return 0;
}

static int check_utf8(JsonReader *r, const char *from)
{
    Str raw = str_make(from, (size_t) (r->at - from));
    if (utf8_is_valid(raw)) {
        return 0;
    }
    size_t at = 0;
    for (size_t before = 0; at < raw.len; before = at) {
        if (utf8_next(raw, &at) == 0xfffd && at - before == 1) {
            at = before;
            break;
        }
    }
    unsigned byte = (unsigned char) from[at];
    return error_set_at(
        r->err, -EINVAL, json_span_at(r, from + at), "invalid UTF-8: byte 0x%02x", byte
    );
}

/* Moves to the next '"', '\\' or control character, or to the end; returns the bytes' high bits. */
static uint64_t skip_plain(JsonReader *r)
{
    uint64_t high = 0;
    while (r->end - r->at >= (ptrdiff_t) sizeof(uint64_t)) {
        uint64_t word = word_load(r->at);
        uint64_t specials = word_specials(word);
        if (specials) {
            r->at += word_first(specials);
            return high | (word & ((specials & -specials) - 1));
        }
        high |= word;
        r->at += sizeof(word);
    }
    uint64_t word = word_load_short(r->at, (size_t) (r->end - r->at));
    uint64_t specials = word_specials(word); /* the zeros behind the end are some */
    r->at += word_first(specials);
    return high | (word & ((specials & -specials) - 1));
}

/* The same, and what was skipped is UTF-8. */
static int skip_literal(JsonReader *r)
{
    const char *from = r->at;
    return skip_plain(r) & WORD_HIGH_BITS ? check_utf8(r, from) : 0;
}

/* The rest of a string whose first escape r->at stands on; `from` is behind its quote. */
static int read_escaped(JsonReader *r, const char *from, Str *ret_text)
{
    StrBuf text = STRBUF_ON_ARENA(r->arena);
    const char *literal = from;
    int rc = 0;
    while (rc == 0) {
        strbuf_add_bytes(&text, literal, (size_t) (r->at - literal));
        if (!json_take(r, '\\')) {
            break;
        }
        rc = read_escape(r, &text);
        literal = r->at;
        if (rc == 0) {
            rc = skip_literal(r);
        }
    }
    *ret_text = strbuf_str(&text);
    return rc;
}

/* r->at stands on the opening quote. */
int json_read_string(JsonReader *r, Node **ret_node)
{
    const char *quote = r->at++;
    int rc = skip_literal(r);
    Str text = str_make(quote + 1, (size_t) (r->at - quote - 1));
    if (rc == 0 && r->at < r->end && *r->at == '\\') {
        rc = read_escaped(r, quote + 1, &text);
    }
    if (rc != 0) {
        return rc;
    }
    if (!json_take(r, '"')) {
        return json_fail_expected(r, "the closing quote of a string");
    }
    *ret_node = json_node_from(r, NODE_STRING, quote);
    (*ret_node)->text = text;
    return 0;
}

/* Numbers */

typedef struct Digits {
    uint64_t value;   /* of the first SAFE_DIGITS + 1 digits */
    size_t count;     /* significant ones */
    int64_t fraction; /* digits behind the point */
    int64_t exponent;
    bool is_negative, is_integer;
} Digits;

static size_t take_digits(JsonReader *r, Digits *digits)
{
    const char *from = r->at;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        if (digits->count <= SAFE_DIGITS) {
            digits->value = digits->value * 10 + (uint64_t) (*r->at - '0');
        }
        digits->count += digits->count > 0 || *r->at != '0';
    }
    return (size_t) (r->at - from);
}

static int take_exponent(JsonReader *r, Digits *digits)
{
    digits->is_integer = false;
    Digits power = { 0 };
    bool is_negative = json_take(r, '-');
    if (!is_negative) {
        (void) json_take(r, '+');
    }
    if (take_digits(r, &power) == 0) {
        return json_fail_expected(r, "a digit of the exponent");
    }
    int64_t value = power.count > SAFE_DIGITS ? INT32_MAX : (int64_t) power.value;
    digits->exponent = is_negative ? -value : value;
    return 0;
}

static int take_number(JsonReader *r, Digits *digits)
{
    digits->is_negative = json_take(r, '-');
    if (!json_take(r, '0') && take_digits(r, digits) == 0) {
        return json_fail_expected(r, "a digit");
    }
    if (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        return error_set_at(
            r->err, -EINVAL, json_span_at(r, r->at), "a number must not start with 0"
        );
    }
    if (json_take(r, '.')) {
        digits->is_integer = false;
        digits->fraction = (int64_t) take_digits(r, digits);
        if (digits->fraction == 0) {
            return json_fail_expected(r, "a digit behind the point");
        }
    }
    return json_take(r, 'e') || json_take(r, 'E') ? take_exponent(r, digits) : 0;
}

/* Both the digits and the power are exact, so one rounding gives the nearest double (Clinger,
 * "How to read floating point numbers accurately", 1990). */
static bool to_double_exactly(const Digits *digits, double *ret_value)
{
    static const double powers[EXACT_POWER + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    int64_t power = digits->exponent - digits->fraction;
    if (digits->value > 1ull << 53 || digits->count > SAFE_DIGITS || power < -EXACT_POWER ||
        power > EXACT_POWER) {
        return false;
    }
    double value = (double) digits->value;
    value = power < 0 ? value / powers[-power] : value * powers[power];
    *ret_value = digits->is_negative ? -value : value;
    return true;
}

int json_read_number(JsonReader *r, Node **ret_node)
{
    const char *from = r->at;
    Digits digits = { .is_integer = true };
    int rc = take_number(r, &digits);
    if (rc != 0) {
        return rc;
    }
    Node *node = json_node_from(r, NODE_FLOAT, from);
    node->text = str_make(from, (size_t) (r->at - from));
    int64_t integer;
    if (digits.is_integer && digits.count <= SAFE_DIGITS) {
        node->kind = NODE_INT;
        node->integer = digits.is_negative ? -(int64_t) digits.value : (int64_t) digits.value;
    } else if (digits.is_integer && str_to_int64(node->text, &integer)) {
        node->kind = NODE_INT;
        node->integer = integer;
    } else if (!to_double_exactly(&digits, &node->real) &&
               !str_to_double(node->text, &node->real)) {
        return error_set_at(r->err, -EINVAL, node->span, "the number is out of range");
    }
    *ret_node = node;
    return 0;
}
