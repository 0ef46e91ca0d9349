#include "dockerfile_common.h"

#include "base/mem.h"
#include "base/path.h"

void check_commands(RuleContext *ctx, const Dockerfile *file, CommandCheck check)
{
    for (const DockerInstruction *run = NULL; (run = docker_next(file, DOCKER_RUN, run));) {
        for (size_t i = 0; run->script && i < run->script->commands.len; i++) {
            check(ctx, run, &run->script->commands.ptr[i]);
        }
    }
}

Str mount_option(const DockerFlag *flag, const char *option)
{
    Str rest = flag->value.value, part, name, value;
    while (str_next(&rest, ',', &part)) {
        if (str_cut(part, '=', &name, &value) && str_eq_cstr(name, option)) {
            return value;
        }
    }
    return STR("");
}

bool run_mounts(const DockerInstruction *run, const char *target)
{
    vec_foreach(flag, &run->flags) {
        Str type = mount_option(flag, "type");
        if (!str_eq_cstr(flag->name, "mount") ||
            (!str_eq(type, STR("cache")) && !str_eq(type, STR("tmpfs")))) {
            continue;
        }
        Str at = mount_option(flag, "target");
        at = at.len ? at : mount_option(flag, "dst");
        at = at.len ? at : mount_option(flag, "destination");
        (void) str_strip_suffix(&at, STR("/"));
        if (at.len > 0 &&
            (str_has_prefix(str_from(target), at) || str_has_prefix(at, str_from(target)))) {
            return true;
        }
    }
    return false;
}

bool stage_sets(const DockerStage *stage, const char *name)
{
    for (; stage; stage = stage->base) {
        for (size_t i = 0; i < stage->instructions.len; i++) {
            const DockerInstruction *env = stage->instructions.ptr[i];
            const DockerPair *pair =
                env->kind == DOCKER_ENV ? docker_pair(env, str_from(name)) : NULL;
            if (pair && pair->value.value.len > 0 && !str_eq(pair->value.value, STR("0"))) {
                return true;
            }
        }
    }
    return false;
}

bool file_mentions(const Dockerfile *file, const char *text)
{
    return str_find(file->source->text, str_from(text)) != STR_NONE;
}

bool script_mentions(const ShellScript *script, const char *text)
{
    return script && str_find(script->text.text, str_from(text)) != STR_NONE;
}

bool is_in_final(const Dockerfile *file, const DockerStage *stage)
{
    for (const DockerStage *part = docker_final_stage(file); part; part = part->base) {
        if (part == stage) {
            return true;
        }
    }
    return false;
}

/* --- images ----------------------------------------------------------------------------------- */

static bool has(Str text, const char *part)
{
    return str_find(text, str_from(part)) != STR_NONE;
}

bool image_is_distroless(const DockerStage *stage)
{
    return has(docker_stage_root(stage)->parts.name, "distroless");
}

static bool is_chainguard(const DockerImage *image)
{
    return str_eq(image->registry, STR("cgr.dev"));
}

bool image_has_no_shell(const DockerStage *stage)
{
    const DockerStage *root = docker_stage_root(stage);
    if (root->is_scratch) {
        return true;
    }
    return image_is_distroless(root) && !has(root->parts.tag, "debug") && root->image.is_known;
}

bool image_is_nonroot(const DockerStage *stage)
{
    const DockerStage *root = docker_stage_root(stage);
    const DockerImage *image = &root->parts;
    static const char *const marks[] = { "nonroot", "non-root", "rootless", "unprivileged" };
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (has(image->tag, marks[i]) || has(image->name, marks[i])) {
            return true;
        }
    }
    return is_chainguard(image) || str_has_prefix(image->name, STR("bitnami/")) ||
           str_has_prefix(image->name, STR("chainguard/")) ||
           str_has_prefix(image->name, STR("ubi8/openjdk")) ||
           str_has_prefix(image->name, STR("ubi9/openjdk"));
}

Str stage_user(const DockerStage *stage, const DockerInstruction **ret_user)
{
    const DockerInstruction *user = docker_stage_last(stage, DOCKER_USER);
    *ret_user = user;
    if (!user || user->words.len == 0) {
        return STR("");
    }
    Str value = user->words.ptr[0].value;
    return str_slice(value, 0, str_find_char(value, ':'));
}

bool user_is_root(Str user)
{
    return str_eq(user, STR("root")) || str_eq(user, STR("0"));
}

/* --- fixes ------------------------------------------------------------------------------------ */

void fix_behind(RuleContext *ctx, Diag *diag, Span word, const char *text)
{
    rule_fix(ctx, diag, span_make(word.source, word.end, word.end), "%s", text);
}

/* What joins one more command to a RUN that ends at `end`: where it has several lines, on a line of its own,
 * with the && at the side where the others have it. */
static Str joint_behind(Arena *arena, const DockerInstruction *run, size_t end)
{
    Str text = run->span.source->text;
    Str before = str_slice(text, run->span.start, end);
    size_t at = str_rfind_char(before, '\n');
    if (at == STR_NONE) {
        return STR(" && ");
    }
    Str line = str_skip(before, at + 1), above = str_trim(str_slice(before, 0, at));
    Str said = str_trim(line);
    Str indent = str_slice(line, 0, (size_t) (said.ptr - line.ptr));
    Str escape = above.len > 0 ? str_skip(above, above.len - 1) : STR("");
    if (!str_eq(escape, STR("\\")) && !str_eq(escape, STR("`"))) {
        return STR(" && ");
    }
    above = str_trim(str_slice(above, 0, above.len - 1));
    bool is_behind = str_has_suffix(above, STR("&&"));
    return str_printf(
        arena,
        "%s %" STR_FMT "\n%" STR_FMT "%s",
        is_behind ? " &&" : "",
        STR_ARG(escape),
        STR_ARG(indent),
        is_behind ? "" : "&& "
    );
}

bool fix_append(RuleContext *ctx, Diag *diag, const DockerInstruction *run, const char *text)
{
    const ShellScript *script = run->script;
    if (run->heredocs.len > 0 || run->is_json || script->has_problem) {
        return false;
    }
    const ShellCommand *last = NULL;
    for (size_t i = 0; i < script->commands.len; i++) {
        const ShellCommand *command = &script->commands.ptr[i];
        if (command->parent != SHELL_TOP) {
            continue;
        }
        if (last && last->join != SHELL_JOIN_AND && last->join != SHELL_JOIN_END) {
            return false;
        }
        last = command;
    }
    Span end = mapped_text_span(&run->rest, 0, run->rest.text.len);
    if (!last || last->join != SHELL_JOIN_END || last->span.end != end.end) {
        return false;
    }
    Str joint = joint_behind(ctx->diags->arena, run, end.end);
    rule_fix(
        ctx, diag, span_make(end.source, end.end, end.end), "%" STR_FMT "%s", STR_ARG(joint), text
    );
    return true;
}

/* --- programs --- */

/* Whether something that isn't seen here may bring the program: files from elsewhere, scripts, a
 * package list in a variable. */
static bool may_install(const Dockerfile *file, const DockerStage *stage, Str program)
{
    for (size_t i = 0; i < file->calls.len; i++) {
        const PackageCall *call = &file->calls.ptr[i];
        bool is_part = call->instruction->stage == stage;
        for (size_t j = 0; is_part && j < call->packages.len; j++) {
            if (!call->packages.ptr[j]->is_literal ||
                str_has_prefix(call->packages.ptr[j]->text, program)) {
                return true;
            }
        }
    }
    for (size_t i = 0; i < stage->instructions.len; i++) {
        const DockerInstruction *part = stage->instructions.ptr[i];
        bool names_it = str_find(part->rest.text, program) != STR_NONE;
        if ((part->kind == DOCKER_COPY || part->kind == DOCKER_ADD || part->kind == DOCKER_RUN) &&
            names_it) {
            return true;
        }
    }
    return stage->base && may_install(file, stage->base, program);
}

/* Images whose standard variants have no curl, or neither it nor wget. */
static bool is_without(const DockerStage *stage, Str program)
{
    const DockerImage *image = &docker_stage_root(stage)->parts;
    if (image_has_no_shell(stage)) {
        return true;
    }
    bool is_known = docker_stage_root(stage)->image.is_known && image->registry.len == 0;
    bool is_language = str_eq(image->name, STR("python")) || str_eq(image->name, STR("node")) ||
                       str_eq(image->name, STR("ruby"));
    bool is_alpine = str_eq(image->name, STR("alpine")) ||
                     (is_language && str_find(image->tag, STR("alpine")) != STR_NONE);
    bool is_slim = is_language && str_find(image->tag, STR("slim")) != STR_NONE;
    bool is_bare = str_eq(image->name, STR("debian")) || str_eq(image->name, STR("ubuntu"));
    bool is_curl = str_eq(program, STR("curl"));
    return is_known && (((is_slim || is_bare) && (is_curl || str_eq(program, STR("wget")))) ||
                        (is_alpine && is_curl));
}

bool image_lacks(const Dockerfile *file, Str program)
{
    const DockerStage *stage = docker_final_stage(file);
    bool is_asking = str_eq(program, STR("curl")) || str_eq(program, STR("wget"));
    return stage && is_asking && is_without(stage, program) && !may_install(file, stage, program);
}

bool dockerignore_leaves_out(Str patterns, Str path)
{
    bool is_ignored = false;
    Str line;
    while (str_next_line(&patterns, &line)) {
        line = str_trim(line);
        bool is_negated = str_strip_prefix(&line, STR("!"));
        while (str_strip_prefix(&line, STR("/")) || str_strip_prefix(&line, STR("./"))) {
        }
        (void) str_strip_suffix(&line, STR("/"));
        if (line.len > 0 && line.ptr[0] != '#' && path_match(line, path)) {
            is_ignored = !is_negated;
        }
    }
    return is_ignored;
}
