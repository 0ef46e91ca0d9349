/* The writer: each token is written straight into the room that was reserved for it, separators
 * included, so that the common path is one bounds check and one copy. */
#include <assert.h>
#include <math.h>

#include "base/text.h"
#include "codec/internal.h"
#include "codec/json.h"

enum { LONGEST_ESCAPE = 6 }; /* \u001f */

JsonWriter json_writer(StrBuf *out, unsigned indent)
{
    return (JsonWriter) { .out = out, .indent = indent };
}

/* Room for `extra` bytes and the NUL behind them. */
static inline char *reserve(StrBuf *out, size_t extra)
{
    return out->cap - out->len > extra ? out->ptr + out->len : strbuf_reserve(out, extra);
}

/* Counts what was written up to `end`. */
static inline void commit(StrBuf *out, char *end)
{
    out->len = (size_t) (end - out->ptr);
    *end = '\0';
}

/* Strings */

static char *put_escape(char *to, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    static const char names[] = { ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                  ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't' };
    *to++ = '\\';
    if (names[byte]) {
        *to++ = names[byte];
        return to;
    }
    memcpy(to, "u00", 3);
    to[3] = digits[byte >> 4];
    to[4] = digits[byte & 15];
    return to + 5;
}

/* One character past ASCII: copied when it is valid, U+FFFD otherwise. */
static char *put_character(char *to, Str text, size_t *at)
{
    size_t from = *at;
    uint32_t codepoint = utf8_next(text, at);
    if (codepoint == 0xfffd) {
        memcpy(to, "\xef\xbf\xbd", 3);
        return to + 3;
    }
    memcpy(to, text.ptr + from, *at - from);
    return to + (*at - from);
}

/* From the first byte that is not simply copied; `to` has LONGEST_ESCAPE bytes for each byte left.
 */
static char *put_carefully(char *to, Str text, size_t at)
{
    while (at < text.len) {
        unsigned char byte = (unsigned char) text.ptr[at];
        if (byte >= 0x80) {
            to = put_character(to, text, &at);
        } else if (byte < ' ' || byte == '"' || byte == '\\') {
            to = put_escape(to, byte);
            at++;
        } else {
            *to++ = text.ptr[at++];
        }
    }
    return to;
}

/* Copies up to the first byte that needs care; returns how many bytes that were. */
static inline size_t put_plain(char *to, Str text)
{
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= text.len; at += sizeof(uint64_t)) {
        uint64_t word = word_load(text.ptr + at);
        if (word_has_special(word) || word & WORD_HIGH_BITS) {
            break;
        }
        memcpy(to + at, &word, sizeof(word));
    }
    for (; at < text.len; at++) {
        unsigned char byte = (unsigned char) text.ptr[at];
        if (byte < ' ' || byte >= 0x80 || byte == '"' || byte == '\\') {
            break;
        }
        to[at] = (char) byte;
    }
    return at;
}

void json_add_quoted(StrBuf *out, Str value)
{
    char *to = reserve(out, value.len + 2);
    *to++ = '"';
    size_t plain = put_plain(to, value);
    to += plain;
    if (plain < value.len) {
        commit(out, to);
        to = reserve(out, (value.len - plain) * LONGEST_ESCAPE + 1);
        to = put_carefully(to, value, plain);
    }
    *to++ = '"';
    commit(out, to);
}

/* Levels: level 0 holds the one outermost value. */

static inline bool has_bit(const uint64_t *bits, unsigned level)
{
    return bits[level / 64] >> (level % 64) & 1;
}

static inline void set_bit(uint64_t *bits, unsigned level, bool value)
{
    uint64_t mask = 1ull << (level % 64);
    bits[level / 64] = value ? bits[level / 64] | mask : bits[level / 64] & ~mask;
}

static void add_line_break(JsonWriter *w)
{
    if (w->indent) {
        strbuf_add_char(w->out, '\n');
        strbuf_add_repeat(w->out, ' ', (size_t) w->depth * w->indent);
    }
}

/* What stands before a key or an item. */
static inline void add_separator(JsonWriter *w)
{
    bool is_first = !has_bit(w->has_items, w->depth);
    assert(w->depth > 0 || is_first);
    if (is_first) {
        set_bit(w->has_items, w->depth, true);
    } else {
        char *to = reserve(w->out, 1);
        *to++ = ',';
        commit(w->out, to);
    }
    if (w->depth > 0) {
        add_line_break(w);
    }
}

/* The same before a value, which has nothing to separate behind its key. */
static inline void before_value(JsonWriter *w)
{
    assert(w->after_key || !has_bit(w->is_object, w->depth));
    if (w->after_key) {
        w->after_key = false;
    } else {
        add_separator(w);
    }
}

static inline void add_token(StrBuf *out, const char *token, size_t len)
{
    char *to = reserve(out, len);
    memcpy(to, token, len);
    commit(out, to + len);
}

static void begin(JsonWriter *w, const char *bracket, bool is_object)
{
    before_value(w);
    add_token(w->out, bracket, 1);
    w->depth++;
    assert(w->depth < JSON_WRITER_DEPTH);
    set_bit(w->is_object, w->depth, is_object);
    set_bit(w->has_items, w->depth, false);
}

static void end(JsonWriter *w, char bracket, bool is_object)
{
    assert(w->depth > 0 && has_bit(w->is_object, w->depth) == is_object && !w->after_key);
    bool has_items = has_bit(w->has_items, w->depth);
    w->depth--;
    if (has_items) {
        add_line_break(w);
    }
    strbuf_add_char(w->out, bracket);
}

void json_begin_object(JsonWriter *w)
{
    begin(w, "{", true);
}

void json_end_object(JsonWriter *w)
{
    end(w, '}', true);
}

void json_begin_array(JsonWriter *w)
{
    begin(w, "[", false);
}

void json_end_array(JsonWriter *w)
{
    end(w, ']', false);
}

void json_key(JsonWriter *w, const char *key)
{
    json_key_str(w, str_from(key));
}

void json_key_str(JsonWriter *w, Str key)
{
    assert(has_bit(w->is_object, w->depth) && !w->after_key);
    add_separator(w);
    json_add_quoted(w->out, key);
    add_token(w->out, ": ", w->indent ? 2 : 1);
    w->after_key = true;
}

/* Values */

void json_string(JsonWriter *w, Str value)
{
    before_value(w);
    json_add_quoted(w->out, value);
}

void json_cstr(JsonWriter *w, const char *value)
{
    if (value) {
        json_string(w, str_from(value));
    } else {
        json_null(w);
    }
}

void json_int(JsonWriter *w, int64_t value)
{
    before_value(w);
    strbuf_add_int64(w->out, value);
}

void json_uint(JsonWriter *w, uint64_t value)
{
    before_value(w);
    strbuf_add_uint64(w->out, value);
}

void json_double(JsonWriter *w, double value)
{
    if (!isfinite(value)) {
        json_null(w);
        return;
    }
    before_value(w);
    strbuf_add_double(w->out, value);
}

void json_bool(JsonWriter *w, bool value)
{
    json_raw(w, value ? STR("true") : STR("false"));
}

void json_null(JsonWriter *w)
{
    json_raw(w, STR("null"));
}

void json_raw(JsonWriter *w, Str json)
{
    assert(json.len > 0);
    before_value(w);
    add_token(w->out, json.ptr, json.len);
}

static size_t skip_digits(Str text, size_t at)
{
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        at++;
    }
    return at;
}

/* YAML writes numbers that JSON doesn't know: .5, +1, 0x1f, .inf. */
static bool is_json_number(Str text)
{
    size_t at = str_has_prefix(text, STR("-"));
    size_t whole = skip_digits(text, at);
    if (whole == at || (text.ptr[at] == '0' && whole > at + 1)) {
        return false;
    }
    at = whole;
    if (at < text.len && text.ptr[at] == '.') {
        size_t behind = skip_digits(text, at + 1);
        if (behind == at + 1) {
            return false;
        }
        at = behind;
    }
    if (at < text.len && (text.ptr[at] | 0x20) == 'e') {
        at++;
        at += at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+');
        size_t behind = skip_digits(text, at);
        if (behind == at) {
            return false;
        }
        at = behind;
    }
    return at == text.len;
}

static void write_map(JsonWriter *w, const Node *node)
{
    json_begin_object(w);
    for (size_t i = 0; i < node->map.len; i++) {
        json_key_str(w, node->map.pairs[i].key->text);
        json_node(w, node->map.pairs[i].value);
    }
    json_end_object(w);
}

static void write_list(JsonWriter *w, const Node *node)
{
    json_begin_array(w);
    for (size_t i = 0; i < node->seq.len; i++) {
        json_node(w, node->seq.items[i]);
    }
    json_end_array(w);
}

void json_node(JsonWriter *w, const Node *node)
{
    switch (node->kind) {
    case NODE_NULL:
        json_null(w);
        break;
    case NODE_BOOL:
        json_bool(w, node->boolean);
        break;
    case NODE_INT:
        json_int(w, node->integer);
        break;
    case NODE_FLOAT:
        if (is_json_number(node->text)) {
            json_raw(w, node->text);
        } else {
            json_double(w, node->real);
        }
        break;
    case NODE_STRING:
        json_string(w, node->text);
        break;
    case NODE_SEQ:
        write_list(w, node);
        break;
    case NODE_MAP:
        write_map(w, node);
        break;
    }
}

void json_field_string(JsonWriter *w, const char *key, Str value)
{
    json_key(w, key);
    json_string(w, value);
}

void json_field_int(JsonWriter *w, const char *key, int64_t value)
{
    json_key(w, key);
    json_int(w, value);
}

void json_field_bool(JsonWriter *w, const char *key, bool value)
{
    json_key(w, key);
    json_bool(w, value);
}
