/* The lines of a `run` and what they start. Not a shell: a line at a time, for rules that look for a
 * word and its neighbours. */
#pragma once

#include "workflow.h"

typedef struct ScriptLine {
    Str text;    /* continued lines joined, blanks at the ends taken away */
    size_t from; /* in run->text */
    size_t to;
} ScriptLine;

/* Moves through step->run->text from *at; comments and empty lines are passed over. */
bool script_next(const Step *step, size_t *at, ScriptLine *ret_line);
/* The line that byte `place` of step->run->text stands in; false in a comment. */
bool script_line_at(const Step *step, size_t place, ScriptLine *ret_line);
/* Whether one of the commands of the line (parted by pipes, ';' and "&&") starts with these words;
 * `sudo`, `env` and assignments before them don't count. */
bool script_runs(Str line, const char *command);
/* Whether any line of the step runs it. */
bool step_runs(const Step *step, const char *command);
/* Place of the line in the file. */
Span script_span(const Step *step, const ScriptLine *line);
