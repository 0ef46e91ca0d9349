/* The events that start a workflow, and the labels of GitHub's runners. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

typedef struct EventKind {
    const char *name;
    const char *types;   /* parted by blanks; "": it has none; "*": any */
    const char *filters; /* keys beside `types` */
} EventKind;

/* NULL: there is no such event. */
const EventKind *event_find(Str name);
/* All names, parted by blanks. */
const char *event_names(void);

typedef enum RunnerLabel {
    RUNNER_KNOWN,
    RUNNER_RETIRED,
    RUNNER_UNKNOWN, /* looks like one of GitHub's */
    RUNNER_OTHER,   /* may be a runner of their own */
} RunnerLabel;

RunnerLabel runner_label(Str label);
/* Those that are there, parted by blanks. */
const char *runner_labels(void);
