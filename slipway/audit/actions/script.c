#include "script.h"

enum { RESUMES_MOST = 200 };

/* --- reading ---------------------------------------------------------------------------------- */

Str script_without_expressions(Arena *arena, Str text, bool as_variable)
{
    char *copy = str_to_cstr(arena, text);
    for (size_t at = 0; at < text.len;) {
        size_t start = str_find(str_skip(text, at), STR("${{"));
        size_t end = start == STR_NONE ? STR_NONE : str_find(str_skip(text, at + start), STR("}}"));
        if (end == STR_NONE) {
            break;
        }
        size_t from = at + start;
        size_t to = from + end + 2;
        for (size_t i = as_variable ? from + 2 : from; i < (as_variable ? to - 1 : to); i++) {
            copy[i] = copy[i] == '\n' && !as_variable ? '\n' : '_';
        }
        at = to;
    }
    return str_make(copy, text.len);
}

/* Without a word about it Linux and macOS have bash, Windows PowerShell. A runner that the matrix chooses may
 * be any that the job names. */
static bool may_be_windows(const Job *job)
{
    Str runner = job->runs_on ? span_text(job->runs_on->span) : STR("");
    bool is_chosen = !job->runs_on || str_find(runner, STR("${{")) != STR_NONE;
    Str text = is_chosen ? (job->key ? span_text(job->node->span) : STR("")) : runner;
    return str_find(text, STR("windows")) != STR_NONE;
}

const char *script_dialect(const Step *step)
{
    Str shell = step_shell(step), program = shell, rest = shell;
    if (shell.len == 0) {
        return may_be_windows(step->job) ? NULL : "bash";
    }
    (void) str_next(&rest, ' ', &program);
    return str_eq(program, STR("bash")) ? "bash" : str_eq(program, STR("sh")) ? "sh" : NULL;
}

static size_t line_behind(Str text, size_t at)
{
    size_t newline = str_find_char(str_skip(text, at), '\n');
    return newline == STR_NONE ? text.len : at + newline + 1;
}

/* Appends the commands of a part; their parents are counted from the first of all. */
static void take_commands(Arena *arena, ShellScript *script, const ShellScript *part)
{
    size_t base = script->commands.len;
    for (size_t i = 0; i < part->commands.len; i++) {
        ShellCommand command = part->commands.ptr[i];
        command.parent += command.parent == SHELL_TOP ? 0 : base;
        vec_push(&script->commands, arena, command);
    }
}

const ShellScript *script_read(Arena *arena, const Step *step)
{
    if (!step->run) {
        return NULL;
    }
    Str text = script_without_expressions(arena, step->run->text, true);
    Source *source = source_new(arena, STR(""), text);
    ShellScript *script = ARENA_NEW(arena, ShellScript);
    bool by_line = !script_dialect(step);
    size_t at = 0;
    for (unsigned resumes = 0; at < text.len && (by_line || resumes < RESUMES_MOST); resumes++) {
        size_t end = by_line ? line_behind(text, at) : text.len;
        MappedText part = mapped_text_plain(arena, source, at, end);
        const ShellScript *read = shell_read(arena, &part);
        take_commands(arena, script, read);
        size_t problem = read->problem.start > at ? read->problem.start : at;
        at = !by_line && read->has_problem ? line_behind(text, problem) : end;
    }
    return script;
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool is_flag(Str word)
{
    return word.len > 1 && word.ptr[0] == '-';
}

/* git's own flags before its verb that take a word: -C folder, -c name=value. */
static bool takes_word(Str program, Str flag)
{
    return str_eq(program, STR("git")) && (str_eq(flag, STR("-C")) || str_eq(flag, STR("-c")));
}

static size_t pass_flags(const ShellCommand *command, Str program, size_t at)
{
    while (at < command->words.len && is_flag(command->words.ptr[at].text)) {
        at += takes_word(program, command->words.ptr[at].text) ? 2 : 1;
    }
    return at;
}

static bool has_word(const ShellCommand *command, size_t from, Str word)
{
    for (size_t i = from; i < command->words.len; i++) {
        if (str_eq(command->words.ptr[i].text, word)) {
            return true;
        }
    }
    return false;
}

bool command_starts(const ShellCommand *command, const char *words, size_t *ret_behind)
{
    Str rest = str_from(words), wanted;
    size_t at;
    Str program = shell_command_program(command, &at);
    (void) str_next(&rest, ' ', &wanted);
    (void) str_strip_prefix(&wanted, STR("./"));
    if (program.len == 0 || !str_eq(program, wanted)) {
        return false;
    }
    at++;
    while (str_next(&rest, ' ', &wanted)) {
        if (is_flag(wanted)) {
            if (!has_word(command, at, wanted)) {
                return false;
            }
            continue;
        }
        size_t next = pass_flags(command, program, at);
        if (next >= command->words.len || !str_eq(command->words.ptr[next].text, wanted)) {
            return false;
        }
        at = next + 1;
    }
    if (ret_behind) {
        *ret_behind = at;
    }
    return true;
}

const ShellCommand *step_command(const Step *step, const char *words)
{
    for (size_t i = 0; step->script && i < step->script->commands.len; i++) {
        if (command_starts(&step->script->commands.ptr[i], words, NULL)) {
            return &step->script->commands.ptr[i];
        }
    }
    return NULL;
}

const ShellCommand *step_command_at(const Step *step, size_t at)
{
    const ShellCommand *found = NULL;
    for (size_t i = 0; step->script && i < step->script->commands.len; i++) {
        const ShellCommand *command = &step->script->commands.ptr[i];
        bool is_around = command->span.start <= at && at < command->span.end;
        if (!command->is_compound && is_around) {
            found = command; /* those inside of it come behind it */
        }
    }
    return found;
}

Span script_span(const Step *step, size_t from, size_t to)
{
    return workflow_span(step->job->workflow, step->run, from, to);
}

/* --- lines ------------------------------------------------------------------------------------ */

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
