/* Diag: one finding about the user's files. They are collected, all of them, and shown once by the
 * front end: as text with the source line and a caret, or as JSON or SARIF. A library never prints.
 *
 * Sources: the layout of text output follows what compilers print
 *     slipway.yaml:12:5: error: unknown key "prots" [C1001]
 *       12 |     prots: { http: 8001 }
 *          |     ^^^^^
 *       hint: did you mean "ports"? */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/source.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"

typedef enum Severity {
    SEVERITY_INFO,
    SEVERITY_WARN,
    SEVERITY_ERROR,
} Severity;

typedef struct DiagRelated {
    Span span;
    Str message;
} DiagRelated;

/* Bytes of a file to be replaced; an empty span is a place to insert at. */
typedef struct DiagEdit {
    Span span;
    Str text;
} DiagEdit;

typedef struct Diag {
    Severity severity;
    Str rule; /* stable id such as C1001 */
    Span span;
    Str message; /* one sentence, no final stop */
    Str hint;    /* what to do; may be empty */
    Str object;  /* e.g. Deployment/product-service; may be empty */
    VEC(DiagRelated) related;
    VEC(DiagEdit) edits; /* all of them together mend it; none: a person has to */
    bool is_suggestion;  /* the edits may mean something else than was meant: to be looked at */
} Diag;

typedef struct DiagList {
    Arena *arena; /* texts and entries live here */
    VEC(Diag) diags;
    size_t limit;   /* entries kept; 0: 1,000 */
    size_t dropped; /* counted beyond the limit */
} DiagList;

#define DIAG_LIST(on_arena) { .arena = (on_arena) }

/* Adds a finding and returns it, never NULL (past the limit a scratch entry), so that hint and
 * related places may be added at once; the pointer is valid until the next diag_add. */
Diag *
diag_add(DiagList *list, Severity severity, const char *rule, Span span, const char *format, ...)
    __attribute__((format(printf, 5, 6), returns_nonnull));
#define diag_error(list, rule, span, ...) \
    diag_add((list), SEVERITY_ERROR, (rule), (span), __VA_ARGS__)
#define diag_warn(list, rule, span, ...) \
    diag_add((list), SEVERITY_WARN, (rule), (span), __VA_ARGS__)
void diag_hint(DiagList *list, Diag *diag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_relate(DiagList *list, Diag *diag, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_edit(DiagList *list, Diag *diag, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* hint: did you mean "x"? when a candidate is near. */
void diag_hint_nearest(DiagList *list, Diag *diag, Str word, const Str *candidates, size_t count);

size_t diag_count(const DiagList *list, Severity at_least);
/* By path, line, column, rule: stable. */
void diag_sort(DiagList *list);
Str severity_name(Severity severity);

typedef struct DiagStyle {
    bool color;     /* SGR sequences */
    unsigned width; /* columns of the terminal; 0: unbounded */
} DiagStyle;

/* Text for people, every finding with its source line and caret; control characters of the
 * source are shown escaped. */
void diag_render(StrBuf *out, const DiagList *list, const DiagStyle *style);
void diag_render_one(StrBuf *out, const Diag *diag, const DiagStyle *style);
