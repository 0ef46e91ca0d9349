#include "yaml_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/yaml.h"
#include "codec/yaml_keys.h"

enum { SIMPLE_KEY_MAX_BYTES = 128 };

typedef struct Context {
    bool flow;
    bool in_map; /* the value of a map's key */
    bool in_seq;
} Context;

static void write_node(YamlWriter *w, const Node *node, Context context);

/* --- comments --------------------------------------------------------------------------------- */

static void write_comment_lines(YamlWriter *w, Str text)
{
    Str line;
    while (str_next_line(&text, &line)) {
        if (line.len == 0) {
            yaml_out_break(w);
            continue;
        }
        yaml_out_indent(w);
        strbuf_add(w->out, line);
        yaml_out_break(w);
    }
    w->whitespace = true;
    w->indention = true;
}

static Str head_of(const YamlWriter *w, const Node *node)
{
    return w->ignore_styles ? (Str) { 0 } : node_comments(node).head;
}

static Str line_of(const YamlWriter *w, const Node *node)
{
    return w->ignore_styles ? (Str) { 0 } : node_comments(node).line;
}

static void write_head(YamlWriter *w, const Node *node)
{
    Str head = head_of(w, node);
    if (head.len > 0) {
        yaml_out_indent(w);
        write_comment_lines(w, head);
    }
}

static void write_line(YamlWriter *w, const Node *node)
{
    Str line = line_of(w, node);
    if (line.len > 0) {
        strbuf_add_char(w->out, ' ');
        strbuf_add(w->out, line);
        yaml_out_break(w);
        w->whitespace = w->indention = true;
    }
}

static void write_foot(YamlWriter *w, const Node *node)
{
    Str foot = w->ignore_styles ? (Str) { 0 } : node_comments(node).foot;
    if (foot.len > 0) {
        yaml_out_indent(w);
        write_comment_lines(w, foot);
        w->foot_indent = w->indent < 0 ? 0 : w->indent;
    }
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* The shortest digits that read back equal, in the form of Go's strconv 'g': an exponent below -4
 * or from 6 on, but whole numbers within 64 bits are written out, as JSON's encoder leaves them. */
static void float_text(StrBuf *out, double value)
{
    if (isnan(value) || isinf(value)) {
        strbuf_add_cstr(out, isnan(value) ? ".nan" : value < 0 ? "-.inf" : ".inf");
        return;
    }
    char text[40];
    int precision = 0;
    do {
        (void) snprintf(text, sizeof text, "%.*e", precision, value);
    } while (++precision < 18 && strtod(text, NULL) != value);
    long exponent = strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= -4 && exponent < 21) {
        long decimals = precision - 1 - exponent;
        if (exponent < 6 || (decimals <= 0 && fabs(value) < 0x1p64)) {
            (void) snprintf(text, sizeof text, "%.*f", decimals > 0 ? (int) decimals : 0, value);
        }
    }
    strbuf_add_cstr(out, text);
}

/* `afresh`: the value in its plainest form, whatever the source said (0x1F, ~, True). */
static Str scalar_text(const Node *node, StrBuf *buffer, bool afresh)
{
    if (node->kind == NODE_STRING || (node->text.len > 0 && !afresh)) {
        return node->text;
    }
    uint64_t whole = 0;
    switch (node->kind) {
    case NODE_BOOL:
        return node->boolean ? STR("true") : STR("false");
    case NODE_INT:
        strbuf_add_int64(buffer, node->integer);
        return strbuf_str(buffer);
    case NODE_FLOAT:
        if (str_to_uint64(node->text, &whole) && node->text.ptr[0] != '0') {
            return node->text;
        }
        float_text(buffer, node->real);
        return strbuf_str(buffer);
    default:
        return STR("null");
    }
}

static NodeStyle wanted_style(const YamlWriter *w, const Node *node, Str text)
{
    bool keeps =
        !w->ignore_styles && node->style >= STYLE_SINGLE_QUOTED && node->style <= STYLE_FOLDED;
    if (keeps) {
        return node->style;
    }
    if (node->kind != NODE_STRING) {
        return STYLE_PLAIN;
    }
    if (str_has_char(text, '\n')) {
        return STYLE_LITERAL;
    }
    /* a word that was read plain as a string is left as its author wrote it */
    bool plain_source = !w->ignore_styles && node->style == STYLE_PLAIN;
    return plain_source || !yaml_needs_quotes(text) ? STYLE_PLAIN : STYLE_DOUBLE_QUOTED;
}

static void write_tag(YamlWriter *w, const Node *node)
{
    Str tag = node_tag(node);
    if (tag.len == 0 || w->ignore_styles) {
        return;
    }
    if (!w->whitespace) {
        strbuf_add_char(w->out, ' ');
        w->column++;
    }
    strbuf_add(w->out, tag);
    w->column += (uint32_t) tag.len;
    w->whitespace = w->indention = false;
}

static void write_scalar(YamlWriter *w, const Node *node, YamlPlace place)
{
    auto_strbuf StrBuf buffer = STRBUF_INIT;
    Str text = scalar_text(node, &buffer, w->ignore_styles);
    bool unwritten = node->kind == NODE_NULL && node->style == STYLE_PLAIN && node->text.len == 0;
    if (unwritten && !w->ignore_styles && !place.flow && !place.key) {
        text = (Str) { 0 }; /* "key:" stays so */
    }
    NodeStyle style = yaml_allowed_style(w, text, wanted_style(w, node, text), place);
    write_tag(w, node);
    /* block scalars stand one level deeper than what holds them */
    int32_t indent = w->indent;
    w->indent = indent < 0 ? w->best_indent : indent + w->best_indent;
    yaml_out_scalar(w, text, style, place, line_of(w, node));
    w->indent = indent;
    if (style != STYLE_LITERAL && style != STYLE_FOLDED && !place.key && !place.flow) {
        write_line(w, node);
    }
}

/* --- collections ------------------------------------------------------------------------------ */

static void indent_more(YamlWriter *w, bool flow, bool indentless, bool in_seq)
{
    if (w->indent < 0) {
        w->indent = flow ? w->best_indent : 0;
    } else if (!indentless) {
        w->indent = in_seq ? w->indent + 2 : w->best_indent * (w->indent / w->best_indent + 1);
    }
}

static bool is_simple_key(const Node *key)
{
    return key->text.len + node_tag(key).len <= SIMPLE_KEY_MAX_BYTES && !yaml_has_breaks(key->text);
}

static bool is_block(const YamlWriter *w, const Node *node)
{
    size_t len = node->kind == NODE_MAP   ? node->map.len
                 : node->kind == NODE_SEQ ? node->seq.len
                                          : 0;
    return len > 0 && (node->style != STYLE_FLOW || w->ignore_styles);
}

static void write_pair(YamlWriter *w, const NodePair *pair, bool flow)
{
    bool simple = is_simple_key(pair->key);
    YamlPlace place = { .flow = flow, .key = true, .simple = simple };
    if (!simple) {
        yaml_out_indicator(w, "?", true, false, true);
    }
    write_scalar(w, pair->key, place);
    if (simple) {
        yaml_out_indicator(w, ":", false, false, false);
    } else {
        if (!flow) {
            yaml_out_indent(w);
        }
        yaml_out_indicator(w, ":", true, false, true);
    }
    bool opens_block = !flow && is_block(w, pair->value);
    if (opens_block) {
        write_line(w, pair->key);
    }
    write_node(w, pair->value, (Context) { .flow = flow, .in_map = true });
    if (!flow && !opens_block && line_of(w, pair->value).len == 0) {
        write_line(w, pair->key);
    }
}

static void write_flow(YamlWriter *w, const Node *node)
{
    bool is_map = node->kind == NODE_MAP;
    int32_t indent = w->indent;
    yaml_out_indicator(w, is_map ? "{" : "[", true, true, false);
    indent_more(w, true, false, false);
    size_t len = is_map ? node->map.len : node->seq.len;
    for (size_t i = 0; i < len; i++) {
        if (i > 0) {
            yaml_out_indicator(w, ",", false, false, false);
        }
        if (w->fold_column && w->column > w->fold_column) {
            yaml_out_indent(w);
        }
        if (is_map) {
            write_pair(w, &node->map.pairs[i], true);
        } else {
            write_node(w, node->seq.items[i], (Context) { .flow = true, .in_seq = true });
        }
    }
    w->indent = indent;
    yaml_out_indicator(w, is_map ? "}" : "]", false, false, false);
}

static void write_block_seq(YamlWriter *w, const Node *node, Context context)
{
    int32_t indent = w->indent;
    bool indentless = context.in_map && !w->indention && !w->indent_sequences;
    indent_more(w, false, indentless, context.in_seq);
    for (size_t i = 0; i < node->seq.len; i++) {
        const Node *item = node->seq.items[i];
        write_head(w, item);
        yaml_out_indent(w);
        yaml_out_indicator(w, "-", true, false, true);
        write_node(w, item, (Context) { .in_seq = true });
        write_foot(w, item);
    }
    w->indent = indent;
}

static void write_block_map(YamlWriter *w, const Node *node, Context context)
{
    int32_t indent = w->indent;
    indent_more(w, false, false, context.in_seq);
    NodePair *sorted = w->sort_keys ? yaml_sorted_pairs(node) : NULL;
    for (size_t i = 0; i < node->map.len; i++) {
        const NodePair *pair = sorted ? &sorted[i] : &node->map.pairs[i];
        write_head(w, pair->key);
        yaml_out_indent(w);
        write_pair(w, pair, false);
        write_foot(w, pair->key);
    }
    free(sorted);
    w->indent = indent;
}

static void write_node(YamlWriter *w, const Node *node, Context context)
{
    if (node_is_scalar(node)) {
        write_scalar(w, node, (YamlPlace) { .flow = context.flow });
        return;
    }
    write_tag(w, node);
    if (context.flow || !is_block(w, node)) {
        write_flow(w, node);
        if (!context.flow) {
            write_line(w, node);
        }
    } else if (node->kind == NODE_SEQ) {
        write_block_seq(w, node, context);
    } else {
        write_block_map(w, node, context);
    }
}

void yaml_write(StrBuf *out, const Node *root, const YamlWriteOptions *options)
{
    YamlWriteOptions chosen = options ? *options : (YamlWriteOptions) { 0 };
    YamlWriter w = {
        .out = out,
        .indent = -1,
        .foot_indent = -1,
        .best_indent = chosen.indent >= 2 && chosen.indent <= 9 ? (int32_t) chosen.indent : 2,
        .fold_column = chosen.fold_column,
        .whitespace = true,
        .indention = true,
        .indent_sequences = chosen.indent_sequences,
        .ignore_styles = chosen.ignore_styles,
        .sort_keys = chosen.sort_keys,
        .escape_tabs = chosen.escape_tabs,
    };
    size_t before = out->len;
    write_head(&w, root);
    write_node(&w, root, (Context) { 0 });
    if (out->len > before && out->ptr[out->len - 1] != '\n') {
        strbuf_add_char(out, '\n');
    }
    write_foot(&w, root);
}

void yaml_write_string(StrBuf *out, Str text)
{
    YamlWriter w = { .out = out, .best_indent = 2, .foot_indent = -1, .whitespace = true };
    YamlPlace place = { .simple = true };
    NodeStyle wanted = yaml_needs_quotes(text) ? STYLE_DOUBLE_QUOTED : STYLE_PLAIN;
    yaml_out_scalar(&w, text, yaml_allowed_style(&w, text, wanted, place), place, (Str) { 0 });
}
