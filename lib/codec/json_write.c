/* The writer: each token is written, separators included, straight into the room that was reserved
 * for it, so that the common path is one bounds check and one copy. */
#include <assert.h>
#include <math.h>

#include "base/text.h"
#include "codec/internal.h"
#include "codec/json.h"

enum {
    LONGEST_ESCAPE = 6, /* \u001f */
    BEHIND_STRING = 8,  /* its quote, ": " where it is a key, and what copying words writes over */
};

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
    const unsigned char *bytes = (const unsigned char *) text.ptr + from;
    bool is_pair =
        bytes[0] >= 0xc2 && bytes[0] <= 0xdf && from + 1 < text.len && (bytes[1] & 0xc0) == 0x80;
    if (is_pair) { /* most of what isn't ASCII in a European text */
        memcpy(to, bytes, 2);
        *at += 2;
        return to + 2;
    }
    if (utf8_next(text, at) == 0xfffd) {
        memcpy(to, "\xef\xbf\xbd", 3);
        return to + 3;
    }
    memcpy(to, text.ptr + from, *at - from);
    return to + (*at - from);
}

/* Bytes of `word` that are not simply copied. */
static inline uint64_t cares(uint64_t word)
{
    return word_specials(word) | (word & WORD_HIGH_BITS);
}

/* Copies up to the first byte that needs care and returns how many bytes that were; may write seven
 * bytes more. */
static inline size_t put_plain(char *to, Str text)
{
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= text.len; at += sizeof(uint64_t)) {
        uint64_t word = word_load(text.ptr + at);
        word_store(to + at, word);
        if (cares(word)) {
            return at + word_first(cares(word));
        }
    }
    uint64_t word = word_load_short(text.ptr + at, text.len - at);
    word_store(to + at, word);
    return at + word_first(cares(word)); /* the zeros behind the end need care */
}

/* `to` has LONGEST_ESCAPE bytes for each byte of `text`. */
static char *put_carefully(char *to, Str text)
{
    for (size_t at = 0; at < text.len;) {
        unsigned char byte = (unsigned char) text.ptr[at];
        if (byte >= 0x80) {
            to = put_character(to, text, &at);
        } else {
            to = put_escape(to, byte);
            at++;
        }
        size_t plain = put_plain(to, str_make(text.ptr + at, text.len - at));
        to += plain;
        at += plain;
    }
    return to;
}

/* The string in quotes at `to`, which has room for it as far as nothing is escaped, and for
 * BEHIND_STRING more. Returns its end, which has that room too. */
static inline char *put_quoted(StrBuf *out, char *to, Str text)
{
    *to++ = '"';
    size_t plain = put_plain(to, text);
    to += plain;
    if (plain < text.len) {
        commit(out, to);
        to = reserve(out, (text.len - plain) * LONGEST_ESCAPE + BEHIND_STRING);
        to = put_carefully(to, str_make(text.ptr + plain, text.len - plain));
    }
    *to++ = '"';
    return to;
}

void json_add_quoted(StrBuf *out, Str value)
{
    char *to = reserve(out, value.len + 1 + BEHIND_STRING);
    commit(out, put_quoted(out, to, value));
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

/* A newline and the indentation of `level`, nothing when compact. */
static inline char *put_line_break(const JsonWriter *w, char *to, unsigned level)
{
    if (w->indent) {
        *to++ = '\n';
        memset(to, ' ', (size_t) level * w->indent);
        to += (size_t) level * w->indent;
    }
    return to;
}

static inline size_t line_break_bytes(const JsonWriter *w)
{
    return w->indent ? 1 + (size_t) w->depth * w->indent : 0;
}

/* Room for what stands before a key or an item, and for `extra` bytes behind it, where it returns.
 */
static inline char *put_separator(JsonWriter *w, size_t extra)
{
    bool is_first = !has_bit(w->has_items, w->depth);
    assert(w->depth > 0 || is_first);
    char *to = reserve(w->out, 1 + line_break_bytes(w) + extra);
    if (is_first) {
        set_bit(w->has_items, w->depth, true);
    } else {
        *to++ = ',';
    }
    return w->depth > 0 ? put_line_break(w, to, w->depth) : to;
}

/* The same before a value, which has nothing to separate behind its key. */
static inline char *before_value(JsonWriter *w, size_t extra)
{
    assert(w->after_key || !has_bit(w->is_object, w->depth));
    if (w->after_key) {
        w->after_key = false;
        return reserve(w->out, extra);
    }
    return put_separator(w, extra);
}

static void begin(JsonWriter *w, char bracket, bool is_object)
{
    char *to = before_value(w, 1);
    *to++ = bracket;
    commit(w->out, to);
    w->depth++;
    assert(w->depth < JSON_WRITER_DEPTH);
    set_bit(w->is_object, w->depth, is_object);
    set_bit(w->has_items, w->depth, false);
}

static void end(JsonWriter *w, char bracket, bool is_object)
{
    assert(w->depth > 0 && has_bit(w->is_object, w->depth) == is_object && !w->after_key);
    bool has_items = has_bit(w->has_items, w->depth);
    char *to = reserve(w->out, line_break_bytes(w) + 1);
    w->depth--;
    if (has_items) {
        to = put_line_break(w, to, w->depth);
    }
    *to++ = bracket;
    commit(w->out, to);
}

void json_begin_object(JsonWriter *w)
{
    begin(w, '{', true);
}

void json_end_object(JsonWriter *w)
{
    end(w, '}', true);
}

void json_begin_array(JsonWriter *w)
{
    begin(w, '[', false);
}

void json_end_array(JsonWriter *w)
{
    end(w, ']', false);
}

void json_key_str(JsonWriter *w, Str key)
{
    assert(has_bit(w->is_object, w->depth) && !w->after_key);
    char *to = put_separator(w, key.len + 1 + BEHIND_STRING);
    to = put_quoted(w->out, to, key);
    *to++ = ':';
    if (w->indent) {
        *to++ = ' ';
    }
    commit(w->out, to);
    w->after_key = true;
}

/* Values */

void json_string(JsonWriter *w, Str value)
{
    char *to = before_value(w, value.len + 1 + BEHIND_STRING);
    commit(w->out, put_quoted(w->out, to, value));
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
    commit(w->out, before_value(w, 0));
    strbuf_add_int64(w->out, value);
}

void json_uint(JsonWriter *w, uint64_t value)
{
    commit(w->out, before_value(w, 0));
    strbuf_add_uint64(w->out, value);
}

void json_double(JsonWriter *w, double value)
{
    if (!isfinite(value)) {
        json_null(w);
        return;
    }
    commit(w->out, before_value(w, 0));
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
    char *to = before_value(w, json.len);
    memcpy(to, json.ptr, json.len);
    commit(w->out, to + json.len);
}

void json_raw_members(JsonWriter *w, Str members)
{
    assert(has_bit(w->is_object, w->depth) && !w->after_key && !w->indent && members.len > 0);
    char *to = put_separator(w, members.len);
    memcpy(to, members.ptr, members.len);
    commit(w->out, to + members.len);
}

/* The end of the string that begins at `at`, behind its quote. */
static size_t string_end(Str json, size_t at)
{
    for (at++; at < json.len && json.ptr[at] != '"'; at++) {
        at += json.ptr[at] == '\\';
    }
    return at + 1 < json.len ? at + 1 : json.len;
}

void json_raw_compact(JsonWriter *w, Str json)
{
    char *to = before_value(w, json.len);
    for (size_t at = 0, end; at < json.len; at = end) {
        char c = json.ptr[at];
        end = c == '"' ? string_end(json, at) : at + 1;
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
            memcpy(to, json.ptr + at, end - at);
            to += end - at;
        }
    }
    commit(w->out, to);
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
