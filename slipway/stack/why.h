/* Why: the chain of causes of what a node does or doesn't do, as text: its state and since when,
 * what it waits for (and why that isn't ready, in turn), which probe said what, how it ended, who
 * holds its port, the last lines of its log that look like errors. */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"

#include "stack/place.h"
#include "stack/view.h"

typedef struct WhyOptions {
    const Place *place; /* whose logs are read and whose ports are looked at */
    bool is_live;       /* the view is of now, not of the last state file */
    bool color;
    int64_t now_us;
    size_t log_lines; /* of each node; 0: 5 */
} WhyOptions;

/* About one node. */
void why_node(StrBuf *out, const StackView *view, const NodeView *node, const WhyOptions *options);
/* About every node that isn't as it should be; false and a line that says so when all are. */
bool why_stack(StrBuf *out, const StackView *view, const WhyOptions *options);
/* "3 s", "5 min", "2 h". */
void add_age(StrBuf *out, int64_t since_us, int64_t now_us);
