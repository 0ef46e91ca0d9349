/* From lines to instructions and stages. */
#include <stdarg.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "internal.h"

static const Str kind_names[] = {
    [DOCKER_UNKNOWN] = STR_INIT("unknown"), [DOCKER_ADD] = STR_INIT("ADD"),
    [DOCKER_ARG] = STR_INIT("ARG"),         [DOCKER_CMD] = STR_INIT("CMD"),
    [DOCKER_COPY] = STR_INIT("COPY"),       [DOCKER_ENTRYPOINT] = STR_INIT("ENTRYPOINT"),
    [DOCKER_ENV] = STR_INIT("ENV"),         [DOCKER_EXPOSE] = STR_INIT("EXPOSE"),
    [DOCKER_FROM] = STR_INIT("FROM"),       [DOCKER_HEALTHCHECK] = STR_INIT("HEALTHCHECK"),
    [DOCKER_LABEL] = STR_INIT("LABEL"),     [DOCKER_MAINTAINER] = STR_INIT("MAINTAINER"),
    [DOCKER_ONBUILD] = STR_INIT("ONBUILD"), [DOCKER_RUN] = STR_INIT("RUN"),
    [DOCKER_SHELL] = STR_INIT("SHELL"),     [DOCKER_STOPSIGNAL] = STR_INIT("STOPSIGNAL"),
    [DOCKER_USER] = STR_INIT("USER"),       [DOCKER_VOLUME] = STR_INIT("VOLUME"),
    [DOCKER_WORKDIR] = STR_INIT("WORKDIR"),
};

Str docker_kind_name(DockerKind kind)
{
    return kind_names[kind];
}

void problem_add(Reading *reading, Span span, const char *hint, const char *format, ...)
{
    Arena *arena = reading->file->arena;
    if (reading->file->problems.len >= PROBLEMS_MOST) {
        return;
    }
    va_list args;
    va_start(args, format);
    DockerProblem problem = { .span = span,
                              .message = str_from(arena_vprintf(arena, format, args)),
                              .hint = str_from(hint) };
    va_end(args);
    vec_push(&reading->file->problems, arena, problem);
}

static DockerKind kind_of(Str keyword)
{
    for (size_t i = 1; i < ARRAY_LEN(kind_names); i++) {
        if (str_eq_nocase(keyword, kind_names[i])) {
            return (DockerKind) i;
        }
    }
    return DOCKER_UNKNOWN;
}

/* A front end of somebody else's may know more instructions. */
static bool is_foreign_syntax(const Dockerfile *file)
{
    return file->syntax.len > 0 && str_find(file->syntax, STR("docker/dockerfile")) == STR_NONE;
}

static void complain_unknown(Reading *reading, const DockerInstruction *instruction)
{
    if (is_foreign_syntax(reading->file)) {
        return;
    }
    Arena *arena = reading->file->arena;
    Str keyword = span_text(instruction->keyword);
    Str near = str_nearest(str_upper(arena, keyword), kind_names + 1, ARRAY_LEN(kind_names) - 1);
    const char *hint = near.len ? arena_printf(arena, "did you mean %" STR_FMT "?", STR_ARG(near))
                                : "a line that goes on needs a backslash at the end of the one "
                                  "before";
    problem_add(
        reading,
        instruction->keyword,
        hint,
        "unknown instruction \"%" STR_FMT "\"",
        STR_ARG(str_slice(keyword, 0, 40))
    );
}

/* --- stages ----------------------------------------------------------------------------------- */

/* Arguments the builder sets. Those of the platform must be declared in a stage to be seen there,
 * those of a proxy are seen always. */
static void define_predefined(Reading *reading)
{
    static const char *const platform[] = {
        "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT",
        "BUILDPLATFORM",  "BUILDOS",  "BUILDARCH",  "BUILDVARIANT",
    };
    for (size_t i = 0; i < ARRAY_LEN(platform); i++) {
        DockerVariable variable = { .is_argument = true };
        scope_set(reading, &reading->globals, str_from(platform[i]), variable);
    }
}

static Scope *scope_new(Reading *reading, const DockerStage *base)
{
    Arena *arena = reading->file->arena;
    Scope *scope = ARENA_NEW(arena, Scope);
    scope->variables = (Map) MAP_ON_ARENA(arena);
    scope->base = base ? reading->stage_scopes.ptr[base->index] : NULL;
    static const char *const proxies[] = {
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "FTP_PROXY",
        "ftp_proxy",
        "NO_PROXY",
        "no_proxy",
        "ALL_PROXY",
        "all_proxy",
        "BUILDKIT_INLINE_CACHE",
        "SOURCE_DATE_EPOCH",
    };
    for (size_t i = 0; i < ARRAY_LEN(proxies) && !base; i++) {
        scope_set(reading, scope, str_from(proxies[i]), (DockerVariable) { .is_argument = true });
    }
    return scope;
}

static bool is_stage_name(Str name)
{
    bool fits = name.len > 0;
    for (size_t i = 0; i < name.len && fits; i++) {
        char c = name.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        fits = is_letter || (i > 0 && ((c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'));
    }
    return fits;
}

static void set_stage_name(Reading *reading, DockerStage *stage)
{
    const DockerInstruction *from = stage->from;
    if (from->words.len == 1) {
        return;
    }
    if (from->words.len != 3 || !str_eq_nocase(from->words.ptr[1].raw, STR("AS"))) {
        problem_add(
            reading, from->span, "write FROM image, or FROM image AS name", "FROM takes one image"
        );
        return;
    }
    stage->name = from->words.ptr[2];
    if (!is_stage_name(stage->name.value)) {
        problem_add(
            reading,
            stage->name.span,
            "start with a letter; digits, '-', '_' and '.' may follow",
            "\"%" STR_FMT "\" is no name for a stage",
            STR_ARG(stage->name.value)
        );
    }
}

static bool is_windows_image(Str image)
{
    return str_find(image, STR("windows")) != STR_NONE ||
           str_find(image, STR("nanoserver")) != STR_NONE;
}

static void start_stage(Reading *reading, DockerInstruction *from)
{
    Dockerfile *file = reading->file;
    DockerStage *stage = ARENA_NEW(file->arena, DockerStage);
    stage->index = file->stages.len;
    stage->from = from;
    from->stage = stage;
    if (from->words.len > 0) {
        stage->image = from->words.ptr[0];
        set_stage_name(reading, stage);
    }
    stage->is_scratch = str_eq(stage->image.value, STR("scratch"));
    stage->base = docker_stage_find(file, stage->image.value, stage->index);
    if (!stage->base && !stage->is_scratch) {
        stage->parts = docker_image_parse(stage->image.value);
    }
    stage->is_windows =
        stage->base ? stage->base->is_windows : is_windows_image(stage->image.value);
    vec_push(&file->stages, file->arena, stage);
    reading->scope = scope_new(reading, stage->base);
    vec_push(&reading->stage_scopes, file->arena, reading->scope);
    reading->shell = stage->base ? docker_stage_last(stage->base, DOCKER_SHELL) : NULL;
}

/* An argument that the stage declares further down than it is used. */
static void mark_later(Arena *arena, DockerStage *stage)
{
    Map last = MAP_ON_ARENA(arena); /* name of an argument -> the number of its last ARG */
    for (size_t i = 1; i < stage->instructions.len; i++) {
        const DockerInstruction *instruction = stage->instructions.ptr[i];
        for (size_t j = 0; instruction->kind == DOCKER_ARG && j < instruction->pairs.len; j++) {
            size_t *number = ARENA_NEW(arena, size_t);
            *number = i;
            map_set(&last, instruction->pairs.ptr[j].key.value, number);
        }
    }
    for (size_t i = 1; i < stage->instructions.len; i++) {
        vec_foreach(reference, &stage->instructions.ptr[i]->references) {
            const size_t *number = map_get(&last, reference->name);
            if (number && *number > i &&
                (reference->state == DOCKER_VARIABLE_UNDEFINED ||
                 reference->state == DOCKER_VARIABLE_GLOBAL)) {
                reference->state = DOCKER_VARIABLE_LATER;
            }
        }
    }
}

/* --- scripts ---------------------------------------------------------------------------------- */

static bool is_posix_shell(Str program)
{
    static const char *const shells[] = { "sh", "bash", "ash", "dash", "ksh", "zsh" };
    size_t slash = str_rfind_char(program, '/');
    Str name = slash == STR_NONE ? program : str_skip(program, slash + 1);
    for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
        if (str_eq_cstr(name, shells[i])) {
            return true;
        }
    }
    return false;
}

/* The program of "#!/usr/bin/env -S python3 -u", without its path; empty when the text has none. */
static Str interpreter_of(Str text)
{
    Str line;
    if (!str_strip_prefix(&text, STR("#!")) || !str_next_line(&text, &line)) {
        return STR("");
    }
    Str word, program = STR("");
    while (str_next(&line, ' ', &word)) {
        if (word.len > 0 && word.ptr[0] != '-' && !str_has_suffix(word, STR("/env"))) {
            program = word;
            break;
        }
    }
    return program;
}

static bool uses_posix_shell(const Reading *reading, const DockerInstruction *instruction)
{
    if (reading->shell) {
        return reading->shell->words.len > 0 && is_posix_shell(reading->shell->words.ptr[0].value);
    }
    return !instruction->stage || !instruction->stage->is_windows;
}

/* The command's lines with the heredocs as they stand: what the shell reads them out of. */
static MappedText with_heredocs(Reading *reading, const DockerInstruction *instruction)
{
    const MappedText *rest = &instruction->rest;
    MappedTextBuilder whole = MAPPED_TEXT_BUILDER(reading->file->arena, reading->file->source);
    size_t at = 0;
    for (size_t i = 0; i < rest->piece_count; i++) {
        size_t next = i + 1 < rest->piece_count ? rest->pieces[i + 1].at : SIZE_MAX;
        size_t to = next == SIZE_MAX ? rest->text.len : next - rest->base;
        if (next > rest->base && at < rest->text.len) {
            Span span = mapped_text_span(rest, at, to);
            mapped_text_add(&whole, span.start, span.end);
            at = to;
        }
    }
    Str text = reading->file->source->text;
    size_t newline = mapped_text_span(rest, 0, rest->text.len).end;
    while (newline < text.len && text.ptr[newline] != '\n') {
        newline++;
    }
    mapped_text_add(&whole, newline, instruction->span.end);
    return mapped_text_build(&whole);
}

static bool is_only_heredoc(const DockerInstruction *instruction)
{
    return instruction->kind == DOCKER_RUN && instruction->heredocs.len == 1 &&
           str_eq(span_text(instruction->heredocs.ptr[0].span), instruction->rest.text);
}

/* ["sh", "-c", "…"]: the text is the file's where it has no escapes. */
static bool exec_script(const DockerInstruction *instruction, MappedText *ret_text)
{
    if (instruction->words.len != 3 || !is_posix_shell(instruction->words.ptr[0].value) ||
        !str_has_prefix(instruction->words.ptr[1].value, STR("-")) ||
        !str_has_suffix(instruction->words.ptr[1].value, STR("c"))) {
        return false;
    }
    const DockerWord *word = &instruction->words.ptr[2];
    size_t start = (size_t) (word->raw.ptr - instruction->rest.text.ptr);
    *ret_text = mapped_text_slice(&instruction->rest, start + 1, start + word->raw.len - 1);
    return !str_has_char(word->raw, '\\');
}

static void note_calls(Reading *reading, const DockerInstruction *run)
{
    Arena *arena = reading->file->arena;
    for (size_t i = 0; i < run->script->commands.len; i++) {
        PackageCall call;
        if (package_call(arena, run->script, &run->script->commands.ptr[i], &call)) {
            call.instruction = run;
            vec_push(&reading->file->calls, arena, call);
        }
    }
}

/* What the script sets itself, or may set, is its own business. */
static void note_references(Reading *reading, DockerInstruction *run)
{
    Arena *arena = reading->file->arena;
    Map own = MAP_ON_ARENA(arena);
    vec_foreach(name, &run->script->variables) {
        map_set(&own, *name, run);
    }
    for (size_t i = 0; !run->script->sets_others && i < run->script->references.len; i++) {
        const ShellReference *used = &run->script->references.ptr[i];
        if (!map_has(&own, used->name)) {
            DockerReference reference = { .span = used->span,
                                          .name = used->name,
                                          .state = variable_state(reading, used->name),
                                          .is_shell = true,
                                          .has_default = used->has_default };
            vec_push(&run->references, arena, reference);
        }
    }
}

static void attach_script(Reading *reading, DockerInstruction *instruction)
{
    MappedText text = instruction->rest;
    instruction->shell = reading->shell;
    if (instruction->is_json) {
        if (!exec_script(instruction, &text)) {
            return;
        }
    } else if (is_only_heredoc(instruction)) {
        text = instruction->heredocs.ptr[0].body;
        Str program = interpreter_of(text.text);
        bool is_shell =
            program.len > 0 ? is_posix_shell(program) : uses_posix_shell(reading, instruction);
        if (!is_shell) {
            return;
        }
    } else if (!uses_posix_shell(reading, instruction)) {
        return;
    } else if (instruction->heredocs.len > 0) {
        text = with_heredocs(reading, instruction);
    }
    if (text.text.len > 0) {
        instruction->script = shell_read(reading->file->arena, &text);
    }
    if (instruction->script && instruction->kind == DOCKER_RUN) {
        note_calls(reading, instruction);
        note_references(reading, instruction);
    }
}

/* --- instructions ----------------------------------------------------------------------------- */

static bool has_script(DockerKind kind)
{
    return kind == DOCKER_RUN || kind == DOCKER_CMD || kind == DOCKER_ENTRYPOINT ||
           kind == DOCKER_HEALTHCHECK;
}

static void keep(Reading *reading, DockerInstruction *instruction)
{
    Dockerfile *file = reading->file;
    if (instruction->kind == DOCKER_FROM && !instruction->is_onbuild) {
        start_stage(reading, instruction);
    } else if (file->stages.len > 0) {
        instruction->stage = *vec_last(&file->stages);
    } else if (instruction->kind != DOCKER_ARG && instruction->kind != DOCKER_UNKNOWN) {
        problem_add(
            reading,
            instruction->keyword,
            "begin with FROM; only ARG may stand before it",
            "%" STR_FMT " stands before the first FROM",
            STR_ARG(docker_kind_name(instruction->kind))
        );
    }
    if (instruction->stage) {
        vec_push(&instruction->stage->instructions, file->arena, instruction);
    }
    if (instruction->kind == DOCKER_SHELL && !instruction->is_onbuild) {
        reading->shell = instruction;
    }
    if (has_script(instruction->kind)) {
        attach_script(reading, instruction);
    }
    instruction_check(reading, instruction);
}

static size_t keyword_length(Str line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] != ' ' && line.ptr[len] != '\t') {
        len++;
    }
    return len;
}

static void read_instruction(Reading *reading, const MappedText *line, bool is_onbuild)
{
    Dockerfile *file = reading->file;
    size_t len = keyword_length(line->text);
    DockerInstruction *instruction = ARENA_NEW(file->arena, DockerInstruction);
    instruction->kind = kind_of(str_slice(line->text, 0, len));
    instruction->keyword = mapped_text_span(line, 0, len);
    instruction->span = mapped_text_span(line, 0, line->text.len);
    instruction->is_onbuild = is_onbuild;
    instruction->number = file->instructions.len;
    vec_push(&file->instructions, file->arena, instruction);
    MappedText rest = mapped_text_slice(line, len, line->text.len);
    if (instruction->kind == DOCKER_FROM) {
        reading->scope = &reading->globals;
    }
    if (instruction->kind == DOCKER_UNKNOWN) {
        instruction->rest = rest;
        complain_unknown(reading, instruction);
    } else {
        arguments_read(reading, instruction, &rest);
    }
    keep(reading, instruction);
    if (instruction->kind == DOCKER_ONBUILD && !is_onbuild && instruction->rest.text.len > 0) {
        read_instruction(reading, &instruction->rest, true);
        instruction->span.end = (*vec_last(&file->instructions))->span.end;
    }
}

Dockerfile *dockerfile_read(Arena *arena, Source *source)
{
    Dockerfile *file = ARENA_NEW(arena, Dockerfile);
    *file = (Dockerfile) { .arena = arena, .source = source, .escape = '\\' };
    Reading reading = { .file = file,
                        .lines = { .arena = arena, .source = source },
                        .globals = { .variables = MAP_ON_ARENA(arena) } };
    reading.scope = &reading.globals;
    define_predefined(&reading);
    lines_read_directives(file, &reading.lines);
    MappedText line;
    while (file->instructions.len < INSTRUCTIONS_MOST && lines_next(&reading.lines, &line)) {
        read_instruction(&reading, &line, false);
    }
    if (file->instructions.len >= INSTRUCTIONS_MOST) {
        Span rest = (*vec_last(&file->instructions))->span;
        problem_add(&reading, rest, "split the file", "the file has too many instructions");
    }
    for (size_t i = 0; i < file->stages.len; i++) {
        mark_later(arena, file->stages.ptr[i]);
    }
    if (file->stages.len == 0) {
        Span start = span_make(source, 0, 0);
        problem_add(&reading, start, "begin with FROM", "the file has no FROM: it builds nothing");
    }
    return file;
}
