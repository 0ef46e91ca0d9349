/* Explain: one value of the catalog with its meaning and every place that gives one. */
#pragma once

#include "base/strbuf.h"
#include "codec/node.h"

#include "model/catalog.h"

typedef struct ExplainedValue {
    Str layer; /* "slipway.yaml", "environment production", "standard" */
    Str path;  /* where in that layer: "defaults.replicas.min" */
    Span span; /* unknown for the standard */
    const Node *value;
} ExplainedValue;

typedef struct Explanation {
    Str path;                /* whole: "services.product.replicas.min" */
    Str help;                /* what the key means; may be empty */
    const Node *value;       /* merged */
    ExplainedValue *sources; /* the winner first */
    size_t source_count;
} Explanation;

/* -ENOENT with the nearest key where the path leads nowhere. */
int explain_path(Arena *arena, const Catalog *catalog, Str path, Explanation *ret, Error *err);
void explain_render(StrBuf *out, const Explanation *explanation);
Node *explain_to_node(Arena *arena, const Explanation *explanation);
