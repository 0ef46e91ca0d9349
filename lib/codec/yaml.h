/* YAML, read with positions, styles and comments, and written as a person would. The reference for
 * what is valid and what plain words mean is go-yaml v3, because Kubernetes and Compose read so.
 *
 * Reading: the first mistake of each document becomes a Diag with its place; a duplicate key, an
 * unknown alias, a bad escape are errors. Anchors are shared nodes; the total of nodes after alias
 * expansion is bounded, so a "billion laughs" document is refused. Plain words that only YAML 1.1
 * reads as booleans are strings and marked (Node.yaml11_bool).
 *
 * Sources: YAML 1.2.2; the merge key, https://yaml.org/type/merge.html. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "base/strbuf.h"
#include "codec/node.h"

typedef struct YamlLimits {
    size_t max_bytes; /* 0: 16 MiB */
    size_t max_depth; /* 0: 200 */
    size_t max_nodes; /* 0: 1,000,000, counted after alias expansion */
} YamlLimits;

typedef struct YamlOptions {
    YamlLimits limits;
    bool keep_comments;    /* attach NodeComments */
    bool keep_merge_keys;  /* leave "<<" as a key; otherwise it is resolved in place */
    bool allow_duplicates; /* the last one wins without an error */
} YamlOptions;

typedef struct YamlDocuments {
    Node **roots; /* one a document; an empty document is NODE_NULL */
    size_t len;
} YamlDocuments;

/* Reads every document of the source. Returns 0, or -EINVAL with at least one error in `diags`
 * (rule ids Y1001 syntax, Y1002 duplicate key, Y1003 too large, Y1004 alias, Y1005 not text).
 * Documents before the first broken one are still returned. */
int yaml_read(
    Arena *arena,
    Source *source,
    const YamlOptions *options,
    YamlDocuments *ret_documents,
    DiagList *diags
);
/* Exactly one document; an empty one gives NODE_NULL. */
int yaml_read_one(
    Arena *arena, Source *source, const YamlOptions *options, Node **ret_root, DiagList *diags
);
/* What a plain scalar means: fills kind and value of `node` from node->text. The core schema, and
 * as go-yaml v3 does: a leading 0 is octal ("0644" is 420), '_' may part digits, 0b is binary. */
void yaml_resolve_plain(Node *node);
/* Whether go-yaml takes the plain text for a date or a time, such as 2001-12-14. Node has no kind
 * for these: they are strings, quoted when written. */
bool yaml_is_timestamp(Str text);
/* Whether a plain `text` would be read as something else than a string, by a 1.1 or 1.2 reader. */
bool yaml_needs_quotes(Str text);

typedef struct YamlWriteOptions {
    unsigned indent;       /* columns a level; 0: 2 */
    bool indent_sequences; /* "  - x" below its key instead of "- x" */
    bool ignore_styles;    /* choose every style afresh */
    bool sort_keys;        /* in go-yaml's order: codec/yaml_keys.h */
    unsigned fold_column;  /* long strings are folded behind it; 0: never */
    bool escape_tabs; /* a text with tabs is double-quoted, never a literal block (go-yaml v2) */
} YamlWriteOptions;

/* Appends one document without "---". Block style, strings quoted exactly when a YAML 1.1 or 1.2
 * reader would misread them, styles and comments of the nodes kept. Ends with a newline. The layout
 * is that of go-yaml v3, byte for byte, so that kustomize output can be compared. */
void yaml_write(StrBuf *out, const Node *root, const YamlWriteOptions *options);
/* One scalar as it would stand in a block mapping: quoted where needed. */
void yaml_write_string(StrBuf *out, Str text);
