/* Where a piece of a scalar's text stands in its source, to the byte: behind quotes and escapes,
 * in a block under its indentation, in lines that were folded. For languages inside of YAML. */
#pragma once

#include <stddef.h>

#include "base/source.h"
#include "codec/node.h"

/* A reader of places; asking in ascending order reads the scalar once, also where a question comes twice. */
typedef struct YamlPlace {
    const Node *node;
    size_t text_at;
    uint32_t source_at, source_end;
    size_t last_text_at; /* where the last span starts */
    uint32_t last_source_at;
} YamlPlace;

void yaml_place_init(YamlPlace *place, const Node *node);
/* Bytes from..to of node->text. White space that was folded is where its first break stands. In a
 * coarse source it is the node's own place. */
Span yaml_place_span(YamlPlace *place, size_t from, size_t to);
/* For one question. */
Span yaml_text_span(const Node *node, size_t from, size_t to);
