#include "ci.h"

#include "base/path.h"

enum { VALUES_MOST = 64 };

typedef struct Texts {
    VEC(Str) all;
} Texts;

/* --- expressions ------------------------------------------------------------------------------ */

static const Node *env_of(const Step *step, Str name)
{
    const Node *maps[] = { step->env, step->job->env, step->job->workflow->env };
    for (size_t i = 0; i < 3; i++) {
        const Node *found = node_get(maps[i], name);
        if (found && node_is_scalar(found)) {
            return found;
        }
    }
    return NULL;
}

/* The values that `matrix.<path>` takes: of its list, and of `include`. */
static void matrix_values(Arena *arena, const Step *step, Str path, Texts *ret)
{
    const Matrix *matrix = &step->job->matrix;
    Str key;
    Str rest = path;
    (void) str_next(&rest, '.', &key);
    const Node *lists[] = { node_get(matrix->node, key), matrix->include };
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < node_len(lists[l]); i++) {
            const Node *value = lists[l]->seq.items[i];
            value = l == 1 ? node_get(value, key) : value;
            value = value && rest.len > 0 ? node_path(value, str_to_cstr(arena, rest)) : value;
            if (value && node_is_scalar(value)) {
                vec_push(&ret->all, arena, value->text);
            }
        }
    }
}

static void values_of(Arena *arena, const Step *step, Str expression, Texts *ret)
{
    Str name = str_trim(expression);
    if (str_strip_prefix(&name, STR("matrix."))) {
        matrix_values(arena, step, name, ret);
    } else if (str_strip_prefix(&name, STR("env."))) {
        const Node *found = env_of(step, name);
        if (found && str_find(found->text, STR("${{")) == STR_NONE) {
            vec_push(&ret->all, arena, found->text);
        }
    }
    if (ret->all.len == 0) {
        vec_push(&ret->all, arena, STR("*"));
    }
}

/* `text` with its first expression replaced by each of its values, until there are none. */
static void expand(Arena *arena, const Step *step, Str text, Texts *ret)
{
    size_t start = str_find(text, STR("${{"));
    size_t end = start == STR_NONE ? STR_NONE : str_find(str_skip(text, start), STR("}}"));
    if (end == STR_NONE) {
        if (ret->all.len < VALUES_MOST) {
            vec_push(&ret->all, arena, text);
        }
        return;
    }
    end += start;
    Texts values = { 0 };
    values_of(arena, step, str_slice(text, start + 3, end), &values);
    vec_foreach(value, &values.all) {
        Str next = str_printf(
            arena,
            "%" STR_FMT "%" STR_FMT "%" STR_FMT,
            STR_ARG(str_slice(text, 0, start)),
            STR_ARG(*value),
            STR_ARG(str_skip(text, end + 2))
        );
        if (ret->all.len < VALUES_MOST) {
            expand(arena, step, next, ret);
        }
    }
}

/* $VAR and ${VAR} of a shell text. */
static Str without_variables(Arena *arena, Str text)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '$') {
            strbuf_add_char(&out, text.ptr[i]);
            continue;
        }
        strbuf_add_char(&out, '*');
        bool braced = i + 1 < text.len && text.ptr[i + 1] == '{';
        i += braced ? 2 : 1;
        while (i < text.len &&
               (braced ? text.ptr[i] != '}'
                       : (text.ptr[i] == '_' || (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') ||
                          (text.ptr[i] >= 'a' && text.ptr[i] <= 'z')))) {
            i++;
        }
        i -= !braced && i <= text.len ? 1 : 0;
    }
    return strbuf_str(&out);
}

/* --- builds ----------------------------------------------------------------------------------- */

static Str without_tag(Str image)
{
    size_t at = str_find_char(image, '@');
    image = str_slice(image, 0, at);
    size_t colon = str_rfind_char(image, ':');
    size_t slash = str_rfind_char(image, '/');
    bool has_tag = colon != STR_NONE && (slash == STR_NONE || colon > slash);
    return has_tag ? str_slice(image, 0, colon) : image;
}

static void add_images(Arena *arena, const Step *step, Str text, CiBuild *build)
{
    Str part;
    while (text.len > 0) {
        size_t end = 0;
        bool in_expression = false;
        while (end < text.len && (in_expression || (text.ptr[end] != '\n' && text.ptr[end] != ','))
        ) {
            in_expression = str_has_prefix(str_skip(text, end), STR("${{")) ||
                            (in_expression && !str_has_prefix(str_skip(text, end), STR("}}")));
            end++;
        }
        part = str_trim(str_slice(text, 0, end));
        text = str_skip(text, end + 1);
        Texts texts = { 0 };
        expand(arena, step, part, &texts);
        vec_foreach(image, &texts.all) {
            if (image->len > 0) {
                vec_push(&build->images, arena, without_tag(*image));
            }
        }
    }
}

/* The images that docker/metadata-action names, for a step that takes its tags. */
static const Node *metadata_images(const Step *step, Str tags)
{
    vec_foreach(other, &step->job->steps) {
        Str output = STR("steps.");
        if (uses_is(&other->uses, "docker/metadata-action") && other->id.len > 0 &&
            str_find(tags, output) != STR_NONE && str_find(tags, other->id) != STR_NONE) {
            return node_get_cstr(other->with, "images");
        }
    }
    return NULL;
}

static void add_build(
    Arena *arena, CiBuilds *builds, const Step *step, Str context, Str file, const CiBuild *base
)
{
    Texts contexts = { 0 };
    Texts files = { 0 };
    expand(arena, step, context, &contexts);
    expand(arena, step, file, &files);
    for (size_t i = 0; i < contexts.all.len; i++) {
        for (size_t k = 0; k < files.all.len; k++) {
            CiBuild build = *base;
            build.context = contexts.all.ptr[i];
            build.file = files.all.ptr[k];
            vec_push(&builds->builds, arena, build);
        }
    }
}

static void read_build_push(Arena *arena, CiBuilds *builds, const Step *step)
{
    Str tags = node_text(step->with, "tags");
    const Node *images = metadata_images(step, tags);
    CiBuild build = { .node = step->uses.node, .workflow = step->job->workflow };
    build.is_pushed = !str_eq(node_text(step->with, "push"), STR("false"));
    build.is_of_stage = node_get_cstr(step->with, "target") != NULL;
    add_images(arena, step, images ? images->text : tags, &build);
    Str context = node_text(step->with, "context");
    add_build(arena, builds, step, context, node_text(step->with, "file"), &build);
}

/* docker [buildx] build … of a script. */
static void
read_command(Arena *arena, CiBuilds *builds, const Step *step, const ShellCommand *command)
{
    size_t at = 1;
    while (at < command->words.len && !str_eq(command->words.ptr[at].text, STR("build"))) {
        at++;
    }
    CiBuild build = { .node = step->run, .workflow = step->job->workflow, .is_pushed = true };
    Str file = STR("");
    Str context = STR("");
    for (at++; at < command->words.len; at++) {
        Str word = without_variables(arena, command->words.ptr[at].text);
        Str value = at + 1 < command->words.len
                        ? without_variables(arena, command->words.ptr[at + 1].text)
                        : STR("");
        if (str_eq(word, STR("-f")) || str_eq(word, STR("--file"))) {
            file = value;
            at++;
        } else if (str_eq(word, STR("-t")) || str_eq(word, STR("--tag"))) {
            add_images(arena, step, value, &build);
            at++;
        } else if (str_has_prefix(word, STR("--file="))) {
            file = str_skip(word, 7);
        } else if (str_has_prefix(word, STR("--tag="))) {
            add_images(arena, step, str_skip(word, 6), &build);
        } else if (str_has_prefix(word, STR("--target"))) {
            build.is_of_stage = true;
            at += str_has_char(word, '=') ? 0 : 1;
        } else {
            context = word;
        }
    }
    add_build(arena, builds, step, context, file, &build);
}

static bool is_open_tool(const ShellCommand *command)
{
    static const char *const tools[] = {
        "make",    "just", "task",   "ko",      "skaffold", "bazel",          "tilt",
        "earthly", "nx",   "turbo",  "mvn",     "gradle",   "./gradlew",      "./mvnw",
        "gradlew", "mvnw", "kaniko", "buildah", "podman",   "docker-compose", "pack",
        "jib",     "npm",  "yarn",   "pnpm",    "dagger",   "depot",          "slipway"
    };
    Str name = shell_command_name(command);
    for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++) {
        if (str_eq_cstr(name, tools[i])) {
            return true;
        }
    }
    return str_has_suffix(name, STR(".sh")) || shell_command_is(command, "bash") ||
           shell_command_is(command, "sh");
}

static void read_run(Arena *arena, CiBuilds *builds, const Step *step)
{
    Str text = step->run->text;
    Source *source = source_new(arena, STR(""), text);
    MappedText mapped = mapped_text_plain(arena, source, 0, text.len);
    const ShellScript *script = shell_read(arena, &mapped);
    vec_foreach(command, &script->commands) {
        bool is_docker = shell_command_is(command, "docker");
        if (is_docker && shell_command_word(command, "build")) {
            bool composes = shell_command_word(command, "compose") != NULL;
            builds->is_open = builds->is_open || composes;
            if (!composes) {
                read_command(arena, builds, step, command);
            }
        } else if ((is_docker && (shell_command_word(command, "compose") ||
                                  shell_command_word(command, "bake"))) ||
                   is_open_tool(command)) {
            builds->is_open = true;
        }
    }
    builds->is_open = builds->is_open || script->has_problem;
}

/* Actions that build images in ways of their own. */
static bool is_open_action(const Uses *uses)
{
    static const char *const words[] = { "bake",      "kaniko",     "skaffold", "ko-build",
                                         "setup-ko",  "goreleaser", "depot",    "jib",
                                         "buildpack", "buildah" };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (str_find(uses->slug, str_from(words[i])) != STR_NONE) {
            return true;
        }
    }
    return uses->kind == USES_LOCAL;
}

static void read_step(Arena *arena, CiBuilds *builds, const Step *step)
{
    if (uses_is(&step->uses, "docker/build-push-action")) {
        read_build_push(arena, builds, step);
    } else if (step->uses.kind != USES_NONE && is_open_action(&step->uses)) {
        builds->is_open = true;
    } else if (step->run) {
        read_run(arena, builds, step);
    }
}

static bool is_pattern(Str text)
{
    return str_has_char(text, '*');
}

/* Where the Dockerfile of a build may be: its path is taken from the root, or from the context. */
static void set_paths(Arena *arena, CiBuild *build)
{
    Str context = build->context.len ? build->context : STR(".");
    bool is_named = build->file.len > 0;
    build->paths[0] =
        is_named ? path_clean(arena, build->file) : path_join(arena, context, STR("Dockerfile"));
    build->paths[1] = is_named ? path_join(arena, context, build->file) : build->paths[0];
}

static void index_builds(Arena *arena, CiBuilds *builds)
{
    vec_foreach(build, &builds->builds) {
        vec_foreach(image, &build->images) {
            builds->has_patterns = builds->has_patterns || is_pattern(*image);
            map_set(&builds->images, *image, build);
        }
        set_paths(arena, build);
        for (size_t i = 0; i < 2; i++) {
            builds->has_patterns = builds->has_patterns || is_pattern(build->paths[i]);
            map_set(&builds->files, build->paths[i], build);
        }
    }
}

CiBuilds ci_builds(Arena *arena, const Repository *repository)
{
    CiBuilds builds = { .images = MAP_ON_ARENA(arena), .files = MAP_ON_ARENA(arena) };
    vec_foreach(workflow, &repository->audit->workflows) {
        vec_foreach(job, &(*workflow)->jobs) {
            builds.is_open = builds.is_open || job->uses.kind == USES_REPOSITORY;
            vec_foreach(step, &job->steps) {
                read_step(arena, &builds, step);
            }
        }
    }
    index_builds(arena, &builds);
    return builds;
}

/* --- asking ----------------------------------------------------------------------------------- */

bool ci_matches(Str pattern, Str text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = STR_NONE;
    size_t mark = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
            p++;
            t++;
        } else if (star != STR_NONE) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

static bool builds_name(const CiBuilds *builds, Str name)
{
    if (map_has(&builds->images, name)) {
        return true;
    }
    for (size_t i = 0; builds->has_patterns && i < builds->builds.len; i++) {
        vec_foreach(pattern, &builds->builds.ptr[i].images) {
            if (ci_matches(*pattern, name)) {
                return true;
            }
        }
    }
    return false;
}

bool ci_builds_image(const CiBuilds *builds, const ImageName *image)
{
    Str name = image->repository;
    if (builds_name(builds, name)) {
        return true;
    }
    return (str_strip_prefix(&name, STR("docker.io/")) && builds_name(builds, name)) ||
           (str_strip_prefix(&name, STR("library/")) && builds_name(builds, name));
}

bool ci_builds_file(const Repository *repository, const CiBuilds *builds, Str path)
{
    path = repository_relative(repository, path);
    if (map_has(&builds->files, path)) {
        return true;
    }
    for (size_t i = 0; builds->has_patterns && i < builds->builds.len; i++) {
        const CiBuild *build = &builds->builds.ptr[i];
        if (ci_matches(build->paths[0], path) || ci_matches(build->paths[1], path)) {
            return true;
        }
    }
    return false;
}
