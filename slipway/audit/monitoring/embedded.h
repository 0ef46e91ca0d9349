/* Embedded: a configuration that stands in a string of another document, such as the data of a
 * ConfigMap. A literal block, and a string that is a whole file, are read where they stand: places,
 * comments and fixes are those of the file. Of any other form (quoted, folded, changed by a build)
 * all nodes have the place of the string, in a source that is coarse. */
#pragma once

#include "base/arena.h"
#include "base/source.h"
#include "codec/node.h"

#include "audit/classify.h"

typedef struct Embedded {
    ArtifactKind kind; /* dashboard, Prometheus or Grafana's provisioning */
    Source *source;    /* of the file around */
    Str text;          /* as it means */
    Span place;        /* the first byte of it */
    Node *root;        /* NULL: it can't be read */
    Str mistake;       /* why */
    Span mistake_span;
} Embedded;

/* False: the entry holds none. What it is, its content says, as with files. */
bool embedded_read(Arena *arena, const Node *key, const Node *value, Embedded *ret_embedded);
