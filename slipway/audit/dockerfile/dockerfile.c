#include "dockerfile.h"

DockerImage docker_image_parse(Str image)
{
    DockerImage parts = { .name = image };
    Str name, digest;
    if (str_cut(image, '@', &name, &digest)) {
        parts.name = name;
        parts.digest = digest;
    }
    size_t slash = str_rfind_char(parts.name, '/');
    size_t colon = str_rfind_char(parts.name, ':');
    if (colon != STR_NONE && (slash == STR_NONE || colon > slash)) {
        parts.tag = str_skip(parts.name, colon + 1);
        parts.name = str_slice(parts.name, 0, colon);
    }
    Str first, rest;
    if (str_cut(parts.name, '/', &first, &rest) &&
        (str_has_char(first, '.') || str_has_char(first, ':') || str_eq(first, STR("localhost")))) {
        parts.registry = first;
        parts.name = rest;
    }
    return parts;
}

const DockerInstruction *
docker_next(const Dockerfile *file, DockerKind kind, const DockerInstruction *after)
{
    for (size_t i = after ? after->number + 1 : 0; i < file->instructions.len; i++) {
        if (file->instructions.ptr[i]->kind == kind) {
            return file->instructions.ptr[i];
        }
    }
    return NULL;
}

const DockerInstruction *docker_instruction_at(const Dockerfile *file, uint32_t line)
{
    size_t low = 0;
    size_t high = file->instructions.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_start(file->instructions.ptr[middle]->span).line <= line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? file->instructions.ptr[low - 1] : NULL;
}

const DockerFlag *docker_flag(const DockerInstruction *instruction, const char *name)
{
    const DockerFlag *found = NULL;
    vec_foreach(flag, &instruction->flags) {
        if (str_eq_cstr(flag->name, name)) {
            found = flag;
        }
    }
    return found;
}

const DockerPair *docker_pair(const DockerInstruction *instruction, Str name)
{
    vec_foreach(pair, &instruction->pairs) {
        if (str_eq(pair->key.value, name)) {
            return pair;
        }
    }
    return NULL;
}

const DockerStage *docker_stage_find(const Dockerfile *file, Str name, size_t before)
{
    for (size_t i = before < file->stages.len ? before : file->stages.len; i > 0; i--) {
        const DockerStage *stage = file->stages.ptr[i - 1];
        if (stage->name.value.len > 0 && str_eq_nocase(stage->name.value, name)) {
            return stage;
        }
    }
    return NULL;
}

const DockerStage *docker_copy_source(const Dockerfile *file, const DockerInstruction *copy)
{
    const DockerFlag *from = docker_flag(copy, "from");
    if (!from || !copy->stage) {
        return NULL;
    }
    uint64_t index;
    if (str_to_uint64(from->value.value, &index)) {
        return index < copy->stage->index ? file->stages.ptr[index] : NULL;
    }
    return docker_stage_find(file, from->value.value, copy->stage->index);
}

const DockerStage *docker_final_stage(const Dockerfile *file)
{
    return file->stages.len > 0 ? file->stages.ptr[file->stages.len - 1] : NULL;
}

const DockerInstruction *docker_stage_last(const DockerStage *stage, DockerKind kind)
{
    for (; stage; stage = stage->base) {
        for (size_t i = stage->instructions.len; i > 0; i--) {
            const DockerInstruction *instruction = stage->instructions.ptr[i - 1];
            if (instruction->kind == kind && !instruction->is_onbuild) {
                return instruction;
            }
        }
    }
    return NULL;
}

const DockerStage *docker_stage_root(const DockerStage *stage)
{
    while (stage->base) {
        stage = stage->base;
    }
    return stage;
}
