/* The grammar: lists, pipelines, simple commands; shell_compound.c has the others. */
#include "base/mem.h"

#include "internal.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

void shell_skip_blanks(ShellReader *reader)
{
    for (;;) {
        if (is_blank(shell_peek(reader, 0))) {
            reader->at++;
        } else if (shell_peek(reader, 0) == '\\' && shell_peek(reader, 1) == '\n') {
            reader->at += 2;
        } else {
            return;
        }
    }
}

static void skip_comment(ShellReader *reader)
{
    while (!shell_is_at_end(reader) && shell_peek(reader, 0) != '\n') {
        reader->at++;
    }
}

void shell_add_variable(ShellReader *reader, Str name)
{
    vec_push(&reader->script->variables, reader->arena, name);
}

/* --- heredocs --------------------------------------------------------------------------------- */

static void read_heredoc(ShellReader *reader, const ShellHeredoc *heredoc)
{
    Str text = reader->text->text;
    size_t start = reader->at, end = text.len;
    while (reader->at < text.len) {
        size_t line_start = reader->at;
        Str rest = str_skip(text, line_start), line = STR("");
        (void) str_next_line(&rest, &line);
        reader->at = text.len - rest.len;
        while (heredoc->strips_tabs && line.len > 0 && line.ptr[0] == '\t') {
            line = str_skip(line, 1);
        }
        if (str_eq(line, heredoc->name)) {
            end = line_start;
            break;
        }
    }
    *heredoc->body = mapped_text_slice(reader->text, start, end);
    if (heredoc->expands) {
        shell_scan_heredoc(reader, start, end);
    }
}

/* At a newline: passes it and the heredocs that wait for it. */
static void take_newline(ShellReader *reader)
{
    reader->at++;
    for (size_t i = 0; i < reader->pending.len; i++) {
        ShellHeredoc heredoc = reader->pending.ptr[i];
        read_heredoc(reader, &heredoc);
    }
    vec_clear(&reader->pending);
}

/* Blanks, comments, newlines and single semicolons. */
void shell_skip_separators(ShellReader *reader)
{
    while (!shell_is_at_end(reader)) {
        shell_skip_blanks(reader);
        char c = shell_peek(reader, 0), next = shell_peek(reader, 1);
        if (c == '\n') {
            take_newline(reader);
        } else if (c == '#') {
            skip_comment(reader);
        } else if (c == ';' && next != ';' && next != '&') {
            reader->at++;
        } else {
            return;
        }
    }
}

/* --- reserved words --------------------------------------------------------------------------- */

/* The characters up to the next that ends a word; nothing is passed. */
Str shell_peek_word(const ShellReader *reader)
{
    size_t end = reader->at;
    while (end < reader->text->text.len && !shell_is_meta(reader->text->text.ptr[end])) {
        end++;
    }
    return str_slice(reader->text->text, reader->at, end);
}

bool shell_is_at_word(const ShellReader *reader, const char *word)
{
    return str_eq_cstr(shell_peek_word(reader), word);
}

static bool is_at_stop(const ShellReader *reader, const char *const *stops)
{
    for (size_t i = 0; stops[i]; i++) {
        if (shell_is_at_word(reader, stops[i])) {
            return true;
        }
    }
    return false;
}

void shell_expect(ShellReader *reader, const char *word)
{
    if (shell_is_at_word(reader, word)) {
        reader->at += strlen(word);
    } else {
        shell_fail(reader, reader->at, NULL);
    }
}

/* --- simple commands -------------------------------------------------------------------------- */

ShellCommand *shell_add_command(ShellReader *reader, size_t *ret_number)
{
    ShellScript *script = reader->script;
    *ret_number = script->commands.len;
    ShellCommand *command = vec_add(&script->commands, reader->arena);
    command->parent = reader->parent;
    command->is_substituted = reader->is_substituted;
    command->is_condition = reader->is_condition;
    return command;
}

static size_t redirect_length(const ShellReader *reader)
{
    static const char *const operators[] = { "&>>", "<<<", "<<-", "&>", "<<", ">>",
                                             "<&",  ">&",  "<>",  ">|", "<",  ">" };
    Str rest = str_skip(reader->text->text, reader->at);
    bool is_process = rest.len > 1 && rest.ptr[0] != '&' && rest.ptr[1] == '(';
    for (size_t i = 0; i < ARRAY_LEN(operators) && !is_process; i++) {
        if (str_has_prefix(rest, str_from(operators[i]))) {
            return strlen(operators[i]);
        }
    }
    return 0;
}

/* Passes the digits before an operator: 2>file. */
static bool take_descriptor(ShellReader *reader, int *ret_fd)
{
    size_t start = reader->at;
    while (shell_peek(reader, 0) >= '0' && shell_peek(reader, 0) <= '9') {
        reader->at++;
    }
    int64_t fd = -1;
    if (redirect_length(reader) == 0 || (reader->at > start && shell_peek(reader, 0) == '&')) {
        reader->at = start;
        return false;
    }
    (void) str_to_int64(str_slice(reader->text->text, start, reader->at), &fd);
    *ret_fd = fd <= INT32_MAX ? (int) fd : -1;
    return true;
}

static void await_heredoc(ShellReader *reader, ShellRedirect *redirect)
{
    MappedText *body = ARENA_NEW(reader->arena, MappedText);
    *body = mapped_text_slice(reader->text, reader->at, reader->at);
    redirect->body = body;
    ShellHeredoc heredoc = { .body = body,
                             .name = redirect->target.text,
                             .strips_tabs = str_eq(redirect->sign, STR("<<-")),
                             .expands = !redirect->target.is_quoted };
    vec_push(&reader->pending, reader->arena, heredoc);
}

bool shell_read_redirect(ShellReader *reader, ShellCommand *command)
{
    size_t start = reader->at;
    ShellRedirect redirect = { .fd = -1 };
    if (!take_descriptor(reader, &redirect.fd)) {
        return false;
    }
    size_t length = redirect_length(reader);
    redirect.sign = str_slice(reader->text->text, reader->at, reader->at + length);
    reader->at += length;
    shell_skip_blanks(reader);
    redirect.target = shell_read_word(reader);
    redirect.span = mapped_text_span(reader->text, start, reader->at);
    if (redirect.target.raw.len == 0) {
        shell_fail(reader, start, NULL);
    } else if (str_eq(redirect.sign, STR("<<")) || str_eq(redirect.sign, STR("<<-"))) {
        await_heredoc(reader, &redirect);
    }
    vec_push(&command->redirects, reader->arena, redirect);
    return true;
}

/* name=(a b c) */
static void skip_array(ShellReader *reader)
{
    size_t start = reader->at++;
    while (!shell_is_at_end(reader) && shell_peek(reader, 0) != ')') {
        size_t before = reader->at;
        if (shell_peek(reader, 0) == '#') {
            skip_comment(reader);
        } else if (!shell_is_meta(shell_peek(reader, 0))) {
            (void) shell_read_word(reader);
        }
        reader->at += reader->at == before;
    }
    if (shell_is_at_end(reader)) {
        shell_fail(reader, start, NULL);
        return;
    }
    reader->at++;
}

/* Whether an assignment stands here, and where its value starts. */
static bool is_assignment(const ShellReader *reader, size_t *ret_name, size_t *ret_value)
{
    Str text = reader->text->text;
    size_t at = reader->at;
    while (at < text.len && shell_is_name_char(text.ptr[at], at == reader->at)) {
        at++;
    }
    *ret_name = at - reader->at;
    at += at < text.len && text.ptr[at] == '+';
    *ret_value = at + 1;
    return *ret_name > 0 && at < text.len && text.ptr[at] == '=';
}

static bool read_assignment(ShellReader *reader, ShellCommand *command)
{
    size_t name, value, start = reader->at;
    if (command->words.len > 0 || !is_assignment(reader, &name, &value)) {
        return false;
    }
    ShellAssignment assignment = { .name = str_slice(reader->text->text, start, start + name) };
    reader->at = value;
    if (shell_peek(reader, 0) == '(') {
        skip_array(reader);
    } else {
        assignment.value = shell_read_word(reader);
    }
    assignment.span = mapped_text_span(reader->text, start, reader->at);
    vec_push(&command->assignments, reader->arena, assignment);
    return true;
}

bool shell_ends_simple(const ShellReader *reader)
{
    char c = shell_peek(reader, 0);
    return shell_is_at_end(reader) || c == '\n' || c == ';' || c == '|' || c == ')' || c == '(' ||
           (c == '&' && shell_peek(reader, 1) != '>');
}

static void read_parts(ShellReader *reader, ShellCommand *command)
{
    for (;;) {
        shell_skip_blanks(reader);
        if (shell_ends_simple(reader)) {
            return;
        }
        if (shell_peek(reader, 0) == '#') {
            return; /* a comment is no part of the command */
        }
        if (!shell_read_redirect(reader, command) && !read_assignment(reader, command)) {
            ShellWord word = shell_read_word(reader);
            vec_push(&command->words, reader->arena, word);
        }
    }
}

/* The name of x=1, -flags passed over. */
static void add_named(ShellReader *reader, const ShellWord *word)
{
    if (word->text.len > 0 && word->text.ptr[0] != '-') {
        shell_add_variable(reader, str_slice(word->text, 0, str_find_char(word->text, '=')));
    }
}

/* Commands that set variables. */
static void note_variables(ShellReader *reader, const ShellCommand *command)
{
    static const char *const setters[] = { "export", "local",   "readonly", "declare",  "typeset",
                                           "read",   "getopts", "mapfile",  "readarray" };
    static const char *const others[] = { ".", "source", "eval" };
    vec_foreach(assignment, &command->assignments) {
        shell_add_variable(reader, assignment->name);
    }
    Str name = command->words.len > 0 ? command->words.ptr[0].text : STR("");
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        reader->script->sets_others = reader->script->sets_others || str_eq_cstr(name, others[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(setters); i++) {
        for (size_t j = 1; str_eq_cstr(name, setters[i]) && j < command->words.len; j++) {
            add_named(reader, &command->words.ptr[j]);
        }
    }
}

static void read_simple(ShellReader *reader)
{
    size_t number, start = reader->at, parent = reader->parent;
    ShellCommand command = *shell_add_command(reader, &number);
    reader->parent = number;
    read_parts(reader, &command);
    reader->parent = parent;
    size_t end = reader->at;
    while (end > start && is_blank(reader->text->text.ptr[end - 1])) {
        end--;
    }
    command.span = mapped_text_span(reader->text, start, end);
    note_variables(reader, &command);
    reader->script->commands.ptr[number] = command;
    if (shell_is_at_end(reader) || shell_peek(reader, 0) != '(') {
        return;
    }
    reader->at++;
    shell_skip_blanks(reader);
    if (command.words.len != 1 || shell_peek(reader, 0) != ')') {
        shell_fail(reader, start, NULL);
        return;
    }
    reader->at++;
    shell_read_function_body(reader, number);
}

/* Returns its number. */
size_t shell_read_command(ShellReader *reader)
{
    static const char *const misplaced[] = { "then", "do",   "done", "fi", "elif",
                                             "else", "esac", "}",    "in", NULL };
    size_t number = reader->script->commands.len, start = reader->at;
    bool is_negated = false;
    while (shell_is_at_word(reader, "!") || shell_is_at_word(reader, "time")) {
        is_negated = is_negated || shell_peek(reader, 0) == '!';
        reader->at += shell_peek_word(reader).len;
        shell_skip_blanks(reader);
    }
    if (++reader->depth > SHELL_DEPTH_MOST || number >= SHELL_COMMANDS_MOST ||
        is_at_stop(reader, misplaced)) {
        shell_fail(reader, start, NULL);
        reader->depth--;
        return number;
    }
    ShellCompound compound = shell_compound_at(reader);
    if (compound) {
        shell_read_compound(reader, compound);
    } else {
        read_simple(reader);
    }
    reader->depth--;
    if (number < reader->script->commands.len) {
        reader->script->commands.ptr[number].is_negated = is_negated;
    }
    if (reader->at == start) {
        shell_fail(reader, start, NULL);
    }
    return number;
}

/* --- lists ------------------------------------------------------------------------------------ */

static ShellJoin take_join(ShellReader *reader)
{
    char c = shell_peek(reader, 0), next = shell_peek(reader, 1);
    ShellJoin join = SHELL_JOIN_END;
    if (c == '&' && next == '&') {
        join = SHELL_JOIN_AND;
    } else if (c == '|' && next == '|') {
        join = SHELL_JOIN_OR;
    } else if (c == '|') {
        join = SHELL_JOIN_PIPE;
    } else if (c == '&') {
        join = SHELL_JOIN_BACKGROUND;
    }
    if (join != SHELL_JOIN_END) {
        bool is_two = join == SHELL_JOIN_AND || join == SHELL_JOIN_OR ||
                      (join == SHELL_JOIN_PIPE && next == '&');
        reader->at += is_two ? 2 : 1;
    }
    return join;
}

/* Up to a stop word, ')', ";;" or the end; none of them is passed. */
void shell_read_list(ShellReader *reader, const char *const *stops)
{
    for (;;) {
        shell_skip_separators(reader);
        char c = shell_peek(reader, 0);
        if (shell_is_at_end(reader) || c == ')' || c == ';' || is_at_stop(reader, stops)) {
            return;
        }
        size_t number = shell_read_command(reader);
        shell_skip_blanks(reader);
        if (!shell_is_at_end(reader)) {
            reader->script->commands.ptr[number].join = take_join(reader);
        }
    }
}

void shell_read_substitution(ShellReader *reader)
{
    static const char *const none[] = { NULL };
    size_t start = reader->at, end = reader->text->text.len;
    bool was_condition = reader->is_condition, was_substituted = reader->is_substituted;
    bool is_backquoted = start > 0 && reader->text->text.ptr[start - 1] == '`';
    if (++reader->depth > SHELL_DEPTH_MOST) {
        shell_fail(reader, start, NULL);
    }
    reader->is_condition = false;
    reader->is_substituted = true;
    if (reader->at < end) {
        shell_read_list(reader, none);
    }
    reader->is_condition = was_condition;
    reader->is_substituted = was_substituted;
    reader->depth--;
    if (is_backquoted) {
        return;
    }
    if (shell_is_at_end(reader) || shell_peek(reader, 0) != ')') {
        shell_fail(reader, start, NULL);
        return;
    }
    reader->at++;
}

ShellScript *shell_read(Arena *arena, const MappedText *text)
{
    static const char *const none[] = { NULL };
    ShellScript *script = ARENA_NEW(arena, ShellScript);
    script->text = *text;
    ShellReader reader = { .arena = arena, .text = text, .script = script, .parent = SHELL_TOP };
    shell_read_list(&reader, none);
    if (!shell_is_at_end(&reader)) {
        shell_fail(&reader, reader.at, NULL);
    }
    return script;
}
