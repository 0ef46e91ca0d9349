/* The writer's inside: yaml_write.c walks the tree, yaml_write_scalar.c writes the scalars. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "codec/yaml.h"

typedef struct YamlWriter {
    StrBuf *out;
    int32_t indent; /* column of the collection being written, -1 before the root */
    int32_t best_indent;
    uint32_t column;
    int32_t foot_indent;  /* of the foot comment just written, -1: none */
    uint32_t fold_column; /* 0: lines are never folded */
    bool whitespace;      /* the last byte was white space or needs none behind it */
    bool indention;       /* nothing but indentation and indicators on this line so far */
    bool indent_sequences;
    bool ignore_styles;
    bool sort_keys;
    bool escape_tabs;
} YamlWriter;

/* Where a scalar stands. */
typedef struct YamlPlace {
    bool flow;
    bool key;
    bool simple; /* a key on one line, without "?" */
} YamlPlace;

void yaml_out_break(YamlWriter *w);
/* A new line at w->indent, unless this line holds nothing else yet. */
void yaml_out_indent(YamlWriter *w);
void yaml_out_indicator(
    YamlWriter *w, const char *text, bool spaced, bool is_whitespace, bool is_indention
);
/* The wanted style where the text allows it, else the next one that fits. */
NodeStyle yaml_allowed_style(const YamlWriter *w, Str text, NodeStyle wanted, YamlPlace place);
void yaml_out_scalar(YamlWriter *w, Str text, NodeStyle style, YamlPlace place, Str line_comment);
bool yaml_has_breaks(Str text);
