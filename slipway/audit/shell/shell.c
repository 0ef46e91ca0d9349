#include "shell.h"

#include "base/mem.h"

static Str base_of(Str program)
{
    size_t slash = str_rfind_char(program, '/');
    return slash == STR_NONE ? program : str_skip(program, slash + 1);
}

static Str name_at(const ShellCommand *command, size_t at)
{
    if (at >= command->words.len || !command->words.ptr[at].is_literal) {
        return STR("");
    }
    return base_of(command->words.ptr[at].text);
}

Str shell_command_name(const ShellCommand *command)
{
    return name_at(command, 0);
}

bool shell_command_is(const ShellCommand *command, const char *name)
{
    return command->words.len > 0 && str_eq_cstr(shell_command_name(command), name);
}

/* Programs that run another one, with those of their flags that take a value. */
static const struct {
    const char *name;
    const char *valued;
} wrappers[] = {
    { "sudo", "ugChpTR" }, { "env", "uCS" },  { "command", "" },      { "exec", "a" },
    { "nohup", "" },       { "nice", "n" },   { "time", "of" },       { "eatmydata", "" },
    { "doas", "uC" },      { "gosu", "" },    { "xargs", "nIPLdEs" }, { "chronic", "" },
    { "timeout", "ks" },   { "builtin", "" },
};

static size_t skip_wrapper_flags(const ShellCommand *command, size_t at, const char *valued)
{
    for (; at < command->words.len; at++) {
        Str text = command->words.ptr[at].text;
        bool is_flag = text.len > 1 && text.ptr[0] == '-';
        if (!is_flag && !str_has_char(text, '=')) {
            break;
        }
        if (is_flag && text.len == 2 && strchr(valued, text.ptr[1])) {
            at++;
        }
    }
    return at;
}

Str shell_command_program(const ShellCommand *command, size_t *ret_at)
{
    size_t at = 0;
    bool is_wrapped = true;
    while (is_wrapped && at < command->words.len) {
        Str name = name_at(command, at);
        is_wrapped = false;
        for (size_t i = 0; i < ARRAY_LEN(wrappers) && !is_wrapped; i++) {
            is_wrapped = str_eq_cstr(name, wrappers[i].name);
            if (is_wrapped) {
                at = skip_wrapper_flags(command, at + 1, wrappers[i].valued);
                at += str_eq(name, STR("timeout")) || str_eq(name, STR("gosu"));
            }
        }
    }
    *ret_at = at;
    return name_at(command, at);
}

const ShellWord *shell_command_word(const ShellCommand *command, const char *word)
{
    for (size_t i = 1; i < command->words.len; i++) {
        if (str_eq_cstr(command->words.ptr[i].text, word)) {
            return &command->words.ptr[i];
        }
    }
    return NULL;
}

/* Whether "-qy" has the letter; only where the word is nothing but letters. */
static bool has_letter(Str word, char letter)
{
    bool found = false;
    for (size_t i = 1; i < word.len; i++) {
        char c = word.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            return found && c == '=';
        }
        found = found || c == letter;
    }
    return found;
}

const ShellWord *shell_command_flag(const ShellCommand *command, const char *flag)
{
    Str wanted = str_from(flag);
    bool is_long = str_has_prefix(wanted, STR("--")) || wanted.len != 2;
    for (size_t i = 1; i < command->words.len; i++) {
        Str word = command->words.ptr[i].text;
        bool is_same =
            str_has_prefix(word, wanted) && (word.len == wanted.len || word.ptr[wanted.len] == '=');
        bool is_in_cluster = !is_long && word.len > 1 && word.ptr[0] == '-' && word.ptr[1] != '-' &&
                             has_letter(word, wanted.ptr[1]);
        if (is_same || is_in_cluster) {
            return &command->words.ptr[i];
        }
    }
    return NULL;
}

const ShellCommand *shell_next(const ShellScript *script, const ShellCommand *command)
{
    const ShellCommand *end = script->commands.ptr + script->commands.len;
    for (const ShellCommand *next = command + 1; next < end; next++) {
        if (next->parent == command->parent && next->is_substituted == command->is_substituted) {
            return next;
        }
    }
    return NULL;
}

const ShellCommand *shell_pipe_next(const ShellScript *script, const ShellCommand *command)
{
    return command->join == SHELL_JOIN_PIPE ? shell_next(script, command) : NULL;
}

const ShellCommand *shell_before(const ShellScript *script, const ShellCommand *command)
{
    for (const ShellCommand *before = command; before > script->commands.ptr;) {
        before--;
        if (before->parent == command->parent &&
            before->is_substituted == command->is_substituted) {
            return before;
        }
    }
    return NULL;
}

const ShellCommand *shell_pipe_first(const ShellScript *script, const ShellCommand *command)
{
    const ShellCommand *before = shell_before(script, command);
    while (before && before->join == SHELL_JOIN_PIPE) {
        command = before;
        before = shell_before(script, command);
    }
    return command;
}
