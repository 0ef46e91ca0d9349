/* Compound commands: groups, loops, conditions, functions. */
#include "base/mem.h"

#include "internal.h"

/* The body of a function, loop or the like: its commands get `number` as their parent. */
static void read_inside(ShellReader *reader, size_t number, const char *const *stops)
{
    size_t parent = reader->parent;
    bool was_condition = reader->is_condition, was_substituted = reader->is_substituted;
    reader->parent = number;
    reader->is_substituted = false;
    shell_read_list(reader, stops);
    reader->parent = parent;
    reader->is_condition = was_condition;
    reader->is_substituted = was_substituted;
}

static void read_condition(ShellReader *reader, size_t number, const char *const *stops)
{
    bool was_condition = reader->is_condition;
    reader->is_condition = true;
    read_inside(reader, number, stops);
    reader->is_condition = was_condition;
}

void shell_read_function_body(ShellReader *reader, size_t number)
{
    size_t parent = reader->parent;
    reader->script->commands.ptr[number].is_compound = true;
    vec_clear(&reader->script->commands.ptr[number].words);
    shell_skip_separators(reader);
    reader->parent = number;
    if (!shell_is_at_end(reader)) {
        (void) shell_read_command(reader);
    }
    reader->parent = parent;
}

static void read_if(ShellReader *reader, size_t number)
{
    static const char *const at_then[] = { "then", NULL };
    static const char *const at_branch[] = { "elif", "else", "fi", NULL };
    static const char *const at_fi[] = { "fi", NULL };
    shell_expect(reader, "if");
    for (;;) {
        read_condition(reader, number, at_then);
        shell_expect(reader, "then");
        read_inside(reader, number, at_branch);
        if (!shell_is_at_word(reader, "elif")) {
            break;
        }
        shell_expect(reader, "elif");
    }
    if (shell_is_at_word(reader, "else")) {
        shell_expect(reader, "else");
        read_inside(reader, number, at_fi);
    }
    shell_expect(reader, "fi");
}

static void read_do(ShellReader *reader, size_t number)
{
    static const char *const at_done[] = { "done", NULL };
    shell_expect(reader, "do");
    read_inside(reader, number, at_done);
    shell_expect(reader, "done");
}

static void read_while(ShellReader *reader, size_t number)
{
    static const char *const at_do[] = { "do", NULL };
    reader->at += shell_peek_word(reader).len;
    read_condition(reader, number, at_do);
    read_do(reader, number);
}

/* (( … )), at its start. */
static void skip_arithmetic(ShellReader *reader)
{
    size_t start = reader->at;
    unsigned open = 0;
    do {
        char c = shell_peek(reader, 0);
        open += c == '(';
        open -= c == ')';
        reader->at++;
    } while (open > 0 && !shell_is_at_end(reader));
    if (open > 0) {
        shell_fail(reader, start, NULL);
    }
}

static void skip_words(ShellReader *reader)
{
    for (shell_skip_blanks(reader); !shell_ends_simple(reader); shell_skip_blanks(reader)) {
        size_t before = reader->at;
        (void) shell_read_word(reader);
        if (reader->at == before) {
            shell_fail(reader, before, NULL);
        }
    }
}

static void read_for(ShellReader *reader, size_t number)
{
    reader->at += shell_peek_word(reader).len;
    shell_skip_blanks(reader);
    if (shell_peek(reader, 0) == '(') {
        skip_arithmetic(reader);
    } else {
        Str name = shell_peek_word(reader);
        shell_add_variable(reader, name);
        reader->at += name.len;
        shell_skip_separators(reader);
        if (shell_is_at_word(reader, "in")) {
            shell_expect(reader, "in");
            skip_words(reader);
        }
    }
    shell_skip_separators(reader);
    read_do(reader, number);
}

/* [(] pattern [| pattern]… ) */
static void skip_patterns(ShellReader *reader)
{
    if (shell_peek(reader, 0) == '(') {
        reader->at++;
    }
    while (!shell_is_at_end(reader) && shell_peek(reader, 0) != ')') {
        size_t before = reader->at;
        if (!shell_is_meta(shell_peek(reader, 0))) {
            (void) shell_read_word(reader);
        }
        reader->at += reader->at == before;
    }
    if (shell_is_at_end(reader)) {
        shell_fail(reader, reader->at, NULL);
    } else {
        reader->at++;
    }
}

static void read_case(ShellReader *reader, size_t number)
{
    static const char *const at_esac[] = { "esac", NULL };
    shell_expect(reader, "case");
    shell_skip_blanks(reader);
    (void) shell_read_word(reader);
    shell_skip_separators(reader);
    shell_expect(reader, "in");
    shell_skip_separators(reader);
    while (!shell_is_at_end(reader) && !shell_is_at_word(reader, "esac")) {
        skip_patterns(reader);
        read_inside(reader, number, at_esac);
        while (shell_peek(reader, 0) == ';' || shell_peek(reader, 0) == '&') {
            reader->at++;
        }
        shell_skip_separators(reader);
        if (shell_peek(reader, 0) == ')') {
            shell_fail(reader, reader->at, NULL);
        }
    }
    shell_expect(reader, "esac");
}

static void read_group(ShellReader *reader, size_t number)
{
    static const char *const at_brace[] = { "}", NULL };
    shell_expect(reader, "{");
    read_inside(reader, number, at_brace);
    shell_expect(reader, "}");
}

static void read_subshell(ShellReader *reader, size_t number)
{
    static const char *const none[] = { NULL };
    size_t start = reader->at++;
    reader->script->commands.ptr[number].is_subshell = true;
    read_inside(reader, number, none);
    if (shell_is_at_end(reader) || shell_peek(reader, 0) != ')') {
        shell_fail(reader, start, NULL);
        return;
    }
    reader->at++;
}

static void read_function(ShellReader *reader, size_t number)
{
    shell_expect(reader, "function");
    shell_skip_blanks(reader);
    reader->at += shell_peek_word(reader).len;
    shell_skip_blanks(reader);
    if (shell_peek(reader, 0) == '(' && shell_peek(reader, 1) == ')') {
        reader->at += 2;
    }
    shell_read_function_body(reader, number);
}

/* [[ … ]]: its operators are none of the shell's. */
static void read_test(ShellReader *reader, size_t number)
{
    size_t start = reader->at;
    bool is_done = false;
    while (!is_done && !shell_is_at_end(reader)) {
        is_done = shell_is_at_word(reader, "]]");
        if (shell_is_meta(shell_peek(reader, 0))) {
            reader->at++;
        } else {
            ShellWord word = shell_read_word(reader);
            vec_push(&reader->script->commands.ptr[number].words, reader->arena, word);
        }
    }
    if (!is_done) {
        shell_fail(reader, start, NULL);
    }
}

ShellCompound shell_compound_at(const ShellReader *reader)
{
    static const struct {
        const char *word;
        ShellCompound read;
    } compounds[] = {
        { "{", read_group },     { "if", read_if },
        { "while", read_while }, { "until", read_while },
        { "for", read_for },     { "select", read_for },
        { "case", read_case },   { "function", read_function },
        { "[[", read_test },
    };
    if (shell_peek(reader, 0) == '(') {
        return read_subshell;
    }
    for (size_t i = 0; i < ARRAY_LEN(compounds); i++) {
        if (shell_is_at_word(reader, compounds[i].word)) {
            return compounds[i].read;
        }
    }
    return NULL;
}

void shell_read_compound(ShellReader *reader, ShellCompound read)
{
    size_t number, start = reader->at, parent = reader->parent;
    shell_add_command(reader, &number)->is_compound = read != read_test;
    reader->parent = number;
    if (read == read_subshell && shell_peek(reader, 1) == '(') {
        skip_arithmetic(reader);
    } else {
        read(reader, number);
    }
    reader->parent = parent;
    ShellCommand command = reader->script->commands.ptr[number];
    shell_skip_blanks(reader);
    while (!shell_is_at_end(reader) && shell_read_redirect(reader, &command)) {
        shell_skip_blanks(reader);
    }
    command.span = mapped_text_span(reader->text, start, reader->at);
    reader->script->commands.ptr[number] = command;
}
