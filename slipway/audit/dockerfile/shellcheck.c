#include "shellcheck.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/strbuf.h"

#include "audit/shellcheck.h"

typedef struct Scripts {
    Arena *arena;
    VEC(CheckedScript) scripts;
    VEC(const DockerInstruction *) runs; /* of each script */
    VEC(Dockerfile *) files;             /* of each script */
} Scripts;

/* What the script is written for; NULL: a shell that ShellCheck doesn't know. */
static const char *dialect_of(const DockerInstruction *run)
{
    static const struct {
        const char *program, *dialect;
    } dialects[] = {
        { "sh", "sh" }, { "bash", "bash" }, { "dash", "dash" }, { "ash", "dash" }, { "ksh", "ksh" },
    };
    Str text = run->script->text.text, line = STR("");
    Str program = run->shell ? path_base(run->shell->words.ptr[0].value) : STR("sh");
    if (str_has_prefix(text, STR("#!")) && str_next_line(&text, &line)) {
        program = str_find(line, STR("bash")) != STR_NONE ? STR("bash") : STR("sh");
    }
    for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
        if (str_eq_cstr(program, dialects[i].program)) {
            return dialects[i].dialect;
        }
    }
    return NULL;
}

static void
add_script(Scripts *all, Dockerfile *file, const DockerInstruction *run, const char *dialect)
{
    StrBuf names = STRBUF_ON_ARENA(all->arena);
    vec_foreach(reference, &run->references) {
        if (reference->is_shell) {
            strbuf_addf(&names, "%s%" STR_FMT, names.len > 0 ? " " : "", STR_ARG(reference->name));
        }
    }
    CheckedScript script = { .text = run->script->text.text,
                             .dialect = dialect,
                             .names = strbuf_str(&names) };
    vec_push(&all->scripts, all->arena, script);
    vec_push(&all->runs, all->arena, run);
    vec_push(&all->files, all->arena, file);
}

static void take_complaints(Scripts *all, size_t at)
{
    vec_foreach(said, &all->scripts.ptr[at].complaints) {
        const MappedText *text = &all->runs.ptr[at]->script->text;
        DockerComplaint complaint = { .span = mapped_text_span(text, said->start, said->end),
                                      .code = said->code,
                                      .message = said->message };
        vec_push(&all->files.ptr[at]->complaints, all->arena, complaint);
    }
}

int dockerfiles_ask_shellcheck(Arena *arena, Dockerfile *const *files, size_t count, Error *err)
{
    Scripts all = { .arena = arena };
    for (size_t i = 0; i < count; i++) {
        for (const DockerInstruction *run = NULL; (run = docker_next(files[i], DOCKER_RUN, run));) {
            const char *dialect = run->script ? dialect_of(run) : NULL;
            if (dialect) {
                add_script(&all, files[i], run, dialect);
            }
        }
    }
    int rc = shellcheck_run(arena, all.scripts.ptr, all.scripts.len, err);
    for (size_t i = 0; i < all.scripts.len; i++) {
        take_complaints(&all, i);
    }
    return rc;
}
