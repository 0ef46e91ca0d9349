/* The parser's inside: yaml_parse.c turns tokens into nodes, yaml_parse_map.c checks and merges
 * the pairs of a map, yaml_read.c goes through the documents. */
#pragma once

#include "base/map.h"

#include "yaml_internal.h"

/* What `&name` stands for; node NULL while its value is still being read. */
typedef struct YamlAnchor {
    Node *node;
    size_t node_count;
} YamlAnchor;

typedef struct YamlParser {
    Arena *arena;
    Source *source;
    DiagList *diags;
    YamlOptions options;
    const YamlToken *tokens;
    uint32_t at;
    Map anchors;      /* name -> YamlAnchor, this document's */
    VEC(Str) handles; /* of %TAG */
    size_t node_count;
    size_t depth;
} YamlParser;

static inline Span yaml_token_span(const YamlParser *p, const YamlToken *token)
{
    return span_make(p->source, token->start, token->end);
}

static inline const YamlToken *yaml_next(const YamlParser *p)
{
    return &p->tokens[p->at];
}

static inline bool yaml_accept(YamlParser *p, YamlTokenKind kind)
{
    if (yaml_next(p)->kind != kind) {
        return false;
    }
    p->at++;
    return true;
}

/* A mistake the scanner has told already is not told twice. */
int yaml_unexpected(YamlParser *p, const char *expected);
int yaml_count_nodes(YamlParser *p, size_t count, Span span);
/* `indentless`: a list may stand at the column of the key that holds it. */
int yaml_parse_node(YamlParser *p, bool indentless, Node **ret_node);
int yaml_parse_or_empty(YamlParser *p, bool empty, bool indentless, uint32_t at, Node **ret_node);
/* Duplicate keys and merge keys of a map that was read to its end. */
int yaml_finish_map(YamlParser *p, Node *map);
