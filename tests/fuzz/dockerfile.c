/* A Dockerfile of any bytes: every span lies in the file, in order, and what is read once reads the
 * same again. */
#include "audit/dockerfile/dockerfile.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(const Source *source, Span span)
{
    assert(span.source == source && span.start <= span.end && span.end <= source->text.len);
}

static void check_instruction(const Dockerfile *file, const DockerInstruction *instruction)
{
    const Source *source = file->source;
    check_span(source, instruction->span);
    check_span(source, instruction->keyword);
    vec_foreach(word, &instruction->words) {
        check_span(source, word->span);
    }
    vec_foreach(pair, &instruction->pairs) {
        check_span(source, pair->span);
        check_span(source, pair->key.span);
    }
    vec_foreach(flag, &instruction->flags) {
        check_span(source, flag->span);
    }
    vec_foreach(reference, &instruction->references) {
        check_span(source, reference->span);
        assert(str_has_prefix(span_text(reference->span), STR("$")));
    }
    for (size_t i = 0; instruction->script && i < instruction->script->commands.len; i++) {
        check_span(source, instruction->script->commands.ptr[i].span);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    Source *source = source_new(arena, STR("Dockerfile"), str_make((const char *) data, size));
    const Dockerfile *file = dockerfile_read(arena, source);
    for (size_t i = 0; i < file->instructions.len; i++) {
        check_instruction(file, file->instructions.ptr[i]);
        assert(
            i == 0 ||
            file->instructions.ptr[i]->span.start >= file->instructions.ptr[i - 1]->span.start
        );
    }
    for (size_t i = 0; i < file->stages.len; i++) {
        const DockerStage *stage = file->stages.ptr[i];
        assert(!stage->base || stage->base->index < stage->index);
        (void) docker_stage_last(stage, DOCKER_USER);
    }
    vec_foreach(problem, &file->problems) {
        check_span(source, problem->span);
    }
    assert(file->stages.len > 0 || file->problems.len > 0);
    const Dockerfile *again = dockerfile_read(arena, source);
    assert(again->instructions.len == file->instructions.len);
    assert(again->problems.len == file->problems.len);
    return 0;
}
