/* Why: the chain of causes of what a node does or doesn't do, as text: its state and since when,
 * what it waits for (and why that isn't ready, in turn), which probe said what, how it ended, who
 * holds its port, the last lines of its log that look like errors. */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"
#include "base/vec.h"
#include "codec/json.h"

#include "stack/place.h"
#include "stack/view.h"

typedef struct WhyOptions {
    const Place *place; /* whose logs are read and whose ports are looked at */
    bool is_live;       /* the view is of now, not of the last state file */
    bool color;
    int64_t now_us;
    size_t log_lines; /* of each node; 0: 5 */
} WhyOptions;

typedef VEC(Str) WhyLines;

/* What is found out about a node beyond its view. */
typedef struct WhyNode {
    const NodeView *node;
    WhyLines port_owners; /* who holds a port that should be its own */
    WhyLines last_words;  /* of its last run: those that look like errors, else the last ones */
    WhyLines warnings;    /* what it warned of, where there are errors */
} WhyNode;

/* All on the arena. */
void why_look(Arena *arena, const NodeView *node, const WhyOptions *options, WhyNode *ret_facts);
/* Whether there is nothing to explain. */
bool why_is_well(const NodeView *node);

/* About one node. */
void why_node(StrBuf *out, const StackView *view, const NodeView *node, const WhyOptions *options);
/* About every node that isn't as it should be; false and a line that says so when all are. */
bool why_stack(StrBuf *out, const StackView *view, const WhyOptions *options);
/* The same as an array, a cause behind what it is the cause of: {node, port_owners, last_words,
 * warnings}, node as `ps -o json` has it. The names must be there; without any, of all that aren't as
 * they should be. */
void why_write(
    JsonWriter *writer,
    const StackView *view,
    const char *const *names,
    size_t name_count,
    const WhyOptions *options
);
/* "3 s", "5 min", "2 h". */
void add_age(StrBuf *out, int64_t since_us, int64_t now_us);
