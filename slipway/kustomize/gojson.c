#include "gojson.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"

void go_json_string(StrBuf *out, Str text)
{
    auto_strbuf StrBuf plain = STRBUF_INIT;
    json_add_quoted(&plain, text);
    for (size_t i = 0; i < plain.len; i++) {
        unsigned char c = (unsigned char) plain.ptr[i];
        bool separator = c == 0xE2 && i + 2 < plain.len &&
                         (unsigned char) plain.ptr[i + 1] == 0x80 &&
                         ((unsigned char) plain.ptr[i + 2] & 0xFE) == 0xA8;
        if (c == '<' || c == '>' || c == '&') {
            strbuf_addf(out, "\\u%04x", c);
        } else if (separator) {
            strbuf_addf(out, "\\u202%x", (unsigned) ((unsigned char) plain.ptr[i + 2] & 0x0F));
            i += 2;
        } else {
            strbuf_add_char(out, (char) c);
        }
    }
}

static int compare_pairs(const void *a, const void *b)
{
    return str_cmp(
        (*(const NodePair *const *) a)->key->text, (*(const NodePair *const *) b)->key->text
    );
}

static void new_line(StrBuf *out, unsigned indent, unsigned depth)
{
    if (indent > 0) {
        strbuf_add_char(out, '\n');
        strbuf_add_repeat(out, ' ', (size_t) indent * depth);
    }
}

static void write_any(StrBuf *out, const Node *node, unsigned indent, unsigned depth);

static void write_map(StrBuf *out, const Node *map, unsigned indent, unsigned depth)
{
    size_t count = map->map.len;
    const NodePair **pairs = calloc(count + 1, sizeof *pairs);
    for (size_t i = 0; pairs && i < count; i++) {
        pairs[i] = &map->map.pairs[i];
    }
    if (!pairs) {
        abort();
    }
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    strbuf_add_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            strbuf_add_char(out, ',');
        }
        new_line(out, indent, depth + 1);
        go_json_string(out, pairs[i]->key->text);
        strbuf_add_cstr(out, indent > 0 ? ": " : ":");
        write_any(out, pairs[i]->value, indent, depth + 1);
    }
    if (count > 0) {
        new_line(out, indent, depth);
    }
    strbuf_add_char(out, '}');
    free(pairs);
}

static void write_seq(StrBuf *out, const Node *seq, unsigned indent, unsigned depth)
{
    strbuf_add_char(out, '[');
    for (size_t i = 0; i < seq->seq.len; i++) {
        if (i > 0) {
            strbuf_add_char(out, ',');
        }
        new_line(out, indent, depth + 1);
        write_any(out, seq->seq.items[i], indent, depth + 1);
    }
    if (seq->seq.len > 0) {
        new_line(out, indent, depth);
    }
    strbuf_add_char(out, ']');
}

/* The shortest digits that read back equal, without exponent where it is within the bounds. */
static void float_text(StrBuf *out, double value, long least, long limit)
{
    char text[64];
    int precision = 0;
    do {
        (void) snprintf(text, sizeof text, "%.*e", precision, value);
    } while (++precision < 18 && strtod(text, NULL) != value);
    long exponent = strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= least && exponent < limit) {
        long decimals = precision - 1 - exponent;
        (void) snprintf(text, sizeof text, "%.*f", decimals > 0 ? (int) decimals : 0, value);
    }
    strbuf_add_cstr(out, text);
}

static void write_float(StrBuf *out, double value)
{
    float_text(out, value, -6, 21);
}

void go_float_text(StrBuf *out, double value)
{
    float_text(out, value, -4, 6);
}

static void write_any(StrBuf *out, const Node *node, unsigned indent, unsigned depth)
{
    switch (node->kind) {
    case NODE_MAP:
        write_map(out, node, indent, depth);
        break;
    case NODE_SEQ:
        write_seq(out, node, indent, depth);
        break;
    case NODE_STRING:
        go_json_string(out, node->text);
        break;
    case NODE_BOOL:
        strbuf_add_cstr(out, node->boolean ? "true" : "false");
        break;
    case NODE_INT:
        strbuf_add_int64(out, node->integer);
        break;
    case NODE_FLOAT:
        write_float(out, node->real);
        break;
    default:
        strbuf_add_cstr(out, "null");
        break;
    }
}

void go_json_write(StrBuf *out, const Node *node, unsigned indent)
{
    write_any(out, node, indent, 0);
}
