/* The stages of the YAML reader: text -> tokens (yaml_scan.c, yaml_scan_scalar.c) -> nodes
 * (yaml_parse.c). The rules are those of libyaml and its Go descendant, the reference for
 * Kubernetes tools: an implicit key stands on one line and within 1,024 bytes of its ':', and a
 * tab never indents. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "base/vec.h"
#include "codec/yaml.h"

typedef enum YamlTokenKind {
    YAML_TOKEN_STREAM_END,
    YAML_TOKEN_ERROR,          /* reported; the scanner went on at the next document */
    YAML_TOKEN_DIRECTIVE,      /* text: the handle of a %TAG, else empty */
    YAML_TOKEN_DOCUMENT_START, /* --- */
    YAML_TOKEN_DOCUMENT_END,   /* ... */
    YAML_TOKEN_BLOCK_SEQ,
    YAML_TOKEN_BLOCK_MAP,
    YAML_TOKEN_BLOCK_END,
    YAML_TOKEN_FLOW_SEQ,
    YAML_TOKEN_FLOW_SEQ_END,
    YAML_TOKEN_FLOW_MAP,
    YAML_TOKEN_FLOW_MAP_END,
    YAML_TOKEN_BLOCK_ENTRY, /* - */
    YAML_TOKEN_FLOW_ENTRY,  /* , */
    YAML_TOKEN_KEY,         /* ?, or implied before a key */
    YAML_TOKEN_VALUE,       /* : */
    YAML_TOKEN_ALIAS,
    YAML_TOKEN_ANCHOR,
    YAML_TOKEN_TAG,
    YAML_TOKEN_SCALAR,
} YamlTokenKind;

typedef struct YamlToken {
    YamlTokenKind kind;
    NodeStyle style;
    uint32_t start, end;
    Str text;
} YamlToken;

/* One comment line, or several of the same column on consecutive lines. */
typedef struct YamlComment {
    uint32_t start, end;
    uint32_t column;   /* from 0 */
    uint32_t token;    /* count of tokens scanned before it */
    bool behind;       /* shares its line with what stands before it */
    bool blank_before; /* an empty line stands above */
    bool blank_after;
} YamlComment;

typedef VEC(YamlToken) YamlTokens;
typedef VEC(YamlComment) YamlComments;

/* Where a key could have begun: decided when its ':' is met, or not. */
typedef struct YamlSimpleKey {
    bool possible;
    bool required;  /* a block map's indentation demands a key here */
    uint32_t token; /* index of the token that would follow KEY */
    uint32_t pos, line, column;
    uint32_t open; /* offset of the bracket that opened this flow level */
} YamlSimpleKey;

typedef struct YamlScanner {
    Arena *arena;   /* texts of scalars, messages */
    Arena *scratch; /* tokens and what else ends with the reading */
    Source *source;
    Str text;
    DiagList *diags;
    uint32_t pos, line, line_start;
    int32_t indent; /* column of the innermost block collection, -1: none */
    VEC(int32_t) indents;
    VEC(YamlSimpleKey) keys; /* one a flow level, the first for block context */
    bool simple_key_allowed;
    bool keep_comments;
    YamlTokens tokens;
    YamlComments comments;
} YamlScanner;

/* All tokens of the source, the last one STREAM_END. Findings go to `scanner->diags`. */
void yaml_scan(YamlScanner *scanner);
/* Attaches every comment to the node it belongs to, go-yaml v3's way. `first` and `end` bound the
 * tokens of the document that `root` is. */
void yaml_attach_comments(YamlScanner *scanner, Node *root, uint32_t first, uint32_t end);

/* Between the two halves of the scanner. */
int yaml_scan_plain(YamlScanner *s);
int yaml_scan_quoted(YamlScanner *s, char quote);
int yaml_scan_block_scalar(YamlScanner *s, bool literal);
int yaml_scan_error(YamlScanner *s, uint32_t start, uint32_t end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void yaml_scan_push(YamlScanner *s, YamlTokenKind kind, uint32_t start);

static inline unsigned char yaml_peek(const YamlScanner *s, size_t ahead)
{
    size_t at = s->pos + ahead;
    return at < s->text.len ? (unsigned char) s->text.ptr[at] : 0;
}
/* Length of the line break at `ahead`: \n, \r, \r\n, NEL, LS, PS; 0: none. */
static inline uint32_t yaml_break_len(const YamlScanner *s, size_t ahead)
{
    unsigned char c = yaml_peek(s, ahead);
    if (c == '\n') {
        return 1;
    }
    if (c == '\r') {
        return yaml_peek(s, ahead + 1) == '\n' ? 2 : 1;
    }
    if (c == 0xC2 && yaml_peek(s, ahead + 1) == 0x85) {
        return 2;
    }
    unsigned char last = yaml_peek(s, ahead + 2);
    return c == 0xE2 && yaml_peek(s, ahead + 1) == 0x80 && (last == 0xA8 || last == 0xA9) ? 3 : 0;
}
static inline bool yaml_at_end(const YamlScanner *s, size_t ahead)
{
    return s->pos + ahead >= s->text.len;
}
static inline bool yaml_is_blank(const YamlScanner *s, size_t ahead)
{
    unsigned char c = yaml_peek(s, ahead);
    return c == ' ' || c == '\t';
}
static inline bool yaml_is_breakz(const YamlScanner *s, size_t ahead)
{
    return yaml_at_end(s, ahead) || yaml_break_len(s, ahead) > 0;
}
static inline bool yaml_is_blankz(const YamlScanner *s, size_t ahead)
{
    return yaml_is_blank(s, ahead) || yaml_is_breakz(s, ahead);
}
static inline uint32_t yaml_column(const YamlScanner *s)
{
    return s->pos - s->line_start;
}
/* Skips the line break here, if any. */
static inline void yaml_skip_break(YamlScanner *s)
{
    uint32_t length = yaml_break_len(s, 0);
    if (length) {
        s->pos += length;
        s->line++;
        s->line_start = s->pos;
    }
}
/* "---" or "..." at the start of a line. */
static inline bool yaml_at_document_mark(const YamlScanner *s)
{
    unsigned char c = yaml_peek(s, 0);
    return yaml_column(s) == 0 && (c == '-' || c == '.') && yaml_peek(s, 1) == c &&
           yaml_peek(s, 2) == c && yaml_is_blankz(s, 3);
}
