/* A shell text of any bytes: the tree of commands holds together, and every part lies in the text. */
#include "audit/shell/shell.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(const Source *source, Span span)
{
    assert(span.source == source && span.start <= span.end && span.end <= source->text.len);
}

static void check_command(const ShellScript *script, const Source *source, size_t number)
{
    const ShellCommand *command = &script->commands.ptr[number];
    assert(command->parent == SHELL_TOP || command->parent < number);
    vec_foreach(word, &command->words) {
        check_span(source, word->span);
        assert(
            !word->is_literal || word->is_quoted || str_eq(word->raw, word->text) ||
            str_has_char(word->raw, '\\')
        );
    }
    vec_foreach(redirect, &command->redirects) {
        check_span(source, redirect->span);
    }
    size_t at;
    (void) shell_command_program(command, &at);
    assert(at <= command->words.len + 1);
    (void) shell_command_flag(command, "-y");
    const ShellCommand *next = shell_pipe_next(script, command);
    assert(!next || next > command);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Source *source = source_new(arena, STR("script"), str_make((const char *) data, size));
    MappedText text = mapped_text_plain(arena, source, 0, size);
    const ShellScript *script = shell_read(arena, &text);
    for (size_t i = 0; i < script->commands.len; i++) {
        check_command(script, source, i);
    }
    vec_foreach(reference, &script->references) {
        check_span(source, reference->span);
    }
    return 0;
}
