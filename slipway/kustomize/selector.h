/* What patches and replacements select by: ids as regular expressions, labels and annotations. */
#pragma once

#include "internal.h"

/* A part of an id; a pattern without special characters is compared, not matched. */
typedef struct Pattern {
    Str text;
    Regex *regex;
} Pattern;

typedef struct LabelTerm {
    Str key;
    enum { LABEL_EXISTS, LABEL_ABSENT, LABEL_IN, LABEL_NOT_IN, LABEL_GREATER, LABEL_LESS } op;
    Strs values;
} LabelTerm;

typedef VEC(LabelTerm) LabelSelector;

typedef struct Selector {
    Pattern group, version, kind, name, ns;
    LabelSelector labels, annotations;
    bool has_id; /* names any part of an id */
    bool has_selectors;
    Span span;
} Selector;

int selector_parse(Build *b, const Node *node, Selector *ret_selector);
bool selector_matches_gvk(const Selector *selector, Gvk gvk);
bool pattern_matches(const Pattern *pattern, Str text);
/* By the labels and annotations alone. */
bool selector_matches_meta(const Selector *selector, const Resource *resource);
/* As `patches` select: present or original name and namespace, present kind. */
bool selector_matches(Build *b, const Selector *selector, const Resource *resource);
