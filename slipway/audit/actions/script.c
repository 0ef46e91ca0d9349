#include "script.h"

/* The end of the line at `at`, and where a backslash before it goes on, the next one's. */
static size_t line_end(Str text, size_t at)
{
    while (at < text.len) {
        size_t next = str_find_char(str_skip(text, at), '\n');
        size_t end = next == STR_NONE ? text.len : at + next;
        if (end == 0 || end == at || text.ptr[end - 1] != '\\' || end == text.len) {
            return end;
        }
        at = end + 1;
    }
    return text.len;
}

bool script_next(const Step *step, size_t *at, ScriptLine *ret_line)
{
    if (!step->run) {
        return false;
    }
    Str text = step->run->text;
    while (*at < text.len) {
        size_t start = *at, end = line_end(text, start);
        *at = end + 1;
        Str line = str_slice(text, start, end);
        Str trimmed = str_trim(line);
        if (trimmed.len > 0 && trimmed.ptr[0] != '#') {
            size_t from = (size_t) (trimmed.ptr - text.ptr);
            *ret_line = (ScriptLine) { .text = trimmed, .from = from, .to = from + trimmed.len };
            return true;
        }
    }
    return false;
}

bool script_line_at(const Step *step, size_t place, ScriptLine *ret_line)
{
    Str text = step->run->text;
    size_t at = place;
    while (at > 0 && !(text.ptr[at - 1] == '\n' && (at == 1 || text.ptr[at - 2] != '\\'))) {
        at--;
    }
    return script_next(step, &at, ret_line) && ret_line->from <= place && place < ret_line->to;
}

static bool is_passed_over(Str word)
{
    static const Str words[] = { STR_INIT("sudo"), STR_INIT("env"), STR_INIT("exec"),
                                 STR_INIT("time"), STR_INIT("if"),  STR_INIT("then"),
                                 STR_INIT("!"),    STR_INIT("("),   STR_INIT("{"),
                                 STR_INIT("do") };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(word, words[i])) {
            return true;
        }
    }
    size_t equals = str_find_char(word, '=');
    return equals != STR_NONE && equals > 0 && word.ptr[0] != '-';
}

/* "npm  install" of the command against the words, parted by one blank. */
static bool starts_with_words(Str command, Str words)
{
    Str wanted, word;
    bool at_start = true;
    while (str_next(&words, ' ', &wanted)) {
        do {
            if (!str_next(&command, ' ', &word)) {
                return false;
            }
        } while (word.len == 0 || (at_start && is_passed_over(word)));
        at_start = false;
        if (!str_eq(word, wanted)) {
            return false;
        }
    }
    return true;
}

bool script_runs(Str line, const char *command)
{
    size_t start = 0;
    for (size_t at = 0; at <= line.len; at++) {
        bool ends = at == line.len || str_has_char(STR("|;&\n`("), line.ptr[at]);
        if (!ends) {
            continue;
        }
        if (starts_with_words(str_trim(str_slice(line, start, at)), str_from(command))) {
            return true;
        }
        start = at + 1;
    }
    return false;
}

bool step_runs(const Step *step, const char *command)
{
    ScriptLine line;
    for (size_t at = 0; script_next(step, &at, &line);) {
        if (script_runs(line.text, command)) {
            return true;
        }
    }
    return false;
}

Span script_span(const Step *step, const ScriptLine *line)
{
    return workflow_span(step->job->workflow, step->run, line->from, line->to);
}
