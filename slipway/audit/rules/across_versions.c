/* Versions that several artifacts must agree on. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"

#include "across.h"

/* --- XA014 ------------------------------------------------------------------------------------ */

typedef struct Toolchain {
    const char *name;
    const char *images[4];
    const char *action, *input;
    unsigned parts;          /* of the version that count: 2 of "1.22.3" */
    const char *projects[6]; /* files that say that there are sources for it */
} Toolchain;

static const Toolchain toolchains[] = {
    { "Go", { "golang" }, "actions/setup-go", "go-version", 2, { "go.mod", "go.work" } },
    { "Node.js", { "node" }, "actions/setup-node", "node-version", 1, { "package.json" } },
    { "Python",
      { "python" },
      "actions/setup-python",
      "python-version",
      2,
      { "pyproject.toml", "requirements.txt", "setup.py", "Pipfile", "poetry.lock", "uv.lock" } },
    { "Java",
      { "eclipse-temurin", "openjdk", "amazoncorretto" },
      "actions/setup-java",
      "java-version",
      1,
      { "pom.xml", "build.gradle", "build.gradle.kts" } },
};

/* The first `parts` numbers of a version; 0 where it has fewer. "1.22" -> 1022000. */
static unsigned version_number(Str text, unsigned parts)
{
    unsigned number = 0;
    for (unsigned i = 0; i < parts; i++) {
        size_t end = 0;
        unsigned part = 0;
        while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9' && part < 1000) {
            part = part * 10 + (unsigned) (text.ptr[end++] - '0');
        }
        if (end == 0 || part >= 1000) {
            return 0;
        }
        number = number * 1000 + part;
        text = str_skip(text, end < text.len && text.ptr[end] == '.' ? end + 1 : text.len);
    }
    return number;
}

typedef struct ImageVersion {
    const DockerWord *word;
    Str tag;
    unsigned number;
} ImageVersion;

/* "21" of maven:3.9.9-eclipse-temurin-21 and gradle:8.11-jdk21-alpine. */
static Str java_of_builder(Str tag)
{
    static const Str marks[] = { STR_INIT("temurin-"), STR_INIT("corretto-"), STR_INIT("jdk") };
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t at = str_find(tag, marks[i]);
        if (at != STR_NONE) {
            return str_skip(tag, at + marks[i].len);
        }
    }
    return STR("");
}

static bool is_image_of(const Toolchain *toolchain, const DockerStage *stage)
{
    for (size_t i = 0; i < ARRAY_LEN(toolchain->images) && toolchain->images[i]; i++) {
        if (!stage->base && str_eq_cstr(path_base(stage->parts.name), toolchain->images[i])) {
            return true;
        }
    }
    return false;
}

/* What the tag says of the toolchain; empty: the image is of another one. */
static Str tag_of(const Toolchain *toolchain, const DockerStage *stage)
{
    Str name = path_base(stage->parts.name);
    bool is_builder = str_eq(name, STR("maven")) || str_eq(name, STR("gradle"));
    if (is_builder && str_eq_cstr(STR("Java"), toolchain->name)) {
        return java_of_builder(stage->parts.tag);
    }
    return is_image_of(toolchain, stage) ? stage->parts.tag : STR("");
}

static ImageVersion version_in(const Dockerfile *file, const Toolchain *toolchain)
{
    ImageVersion version = { 0 };
    vec_foreach(stage, &file->stages) {
        Str tag = tag_of(toolchain, *stage);
        if (tag.len > 0 && (*stage)->image.is_known && version.number == 0 &&
            across_takes_sources(file, *stage)) {
            version = (ImageVersion) { .word = &(*stage)->image, .tag = tag };
            version.number = version_number(version.tag, toolchain->parts);
        }
    }
    return version;
}

/* Of the image that is run. */
static ImageVersion version_run(const Dockerfile *file, const Toolchain *toolchain)
{
    ImageVersion version = { 0 };
    const DockerStage *stage = docker_final_stage(file);
    const DockerStage *root = stage ? docker_stage_root(stage) : NULL;
    Str tag = root ? tag_of(toolchain, root) : STR("");
    if (tag.len > 0 && root->image.is_known) {
        version = (ImageVersion) { .word = &root->image, .tag = tag };
        version.number = version_number(version.tag, toolchain->parts);
    }
    return version;
}

typedef struct ImageVersions {
    VEC(ImageVersion) all;
} ImageVersions;

static bool has_version(const ImageVersions *versions, unsigned number)
{
    vec_foreach(version, &versions->all) {
        if (version->number == number) {
            return true;
        }
    }
    return false;
}

/* Whether the image may be of sources in that language: a file says so somewhere below its directory, or
 * in one above it. */
static bool
is_of_project(const Repository *repository, const RepoService *service, const Toolchain *toolchain)
{
    vec_foreach(source, &repository->audit->files.sources) {
        for (size_t i = 0; i < ARRAY_LEN(toolchain->projects) && toolchain->projects[i]; i++) {
            Str directory = path_dir(*source);
            if (str_eq_cstr(path_base(*source), toolchain->projects[i]) &&
                (path_is_within(directory, service->directory) ||
                 path_is_within(service->directory, directory))) {
                return true;
            }
        }
    }
    return false;
}

/* The versions of the images, each once. */
static ImageVersions image_versions(const Repository *repository, const Toolchain *toolchain)
{
    ImageVersions versions = { 0 };
    vec_foreach(service, &repository->services) {
        ImageVersion version = { 0 };
        if (service->dockerfile) {
            version = version_in(service->dockerfile, toolchain);
            version = version.number > 0 ? version : version_run(service->dockerfile, toolchain);
        }
        if (version.number > 0 && !has_version(&versions, version.number) &&
            is_of_project(repository, service, toolchain)) {
            vec_push(&versions.all, repository->arena, version);
        }
    }
    return versions;
}

/* "1.24.1" of "1.24.1-alpine" */
static Str leading_version(Str tag)
{
    size_t end = 0;
    while (end < tag.len && ((tag.ptr[end] >= '0' && tag.ptr[end] <= '9') || tag.ptr[end] == '.')) {
        end++;
    }
    return str_slice(tag, 0, end);
}

static void check_setup(
    RuleContext *ctx, const ImageVersions *versions, const Toolchain *toolchain, const Step *step
)
{
    const Node *input = node_get_cstr(step->with, toolchain->input);
    unsigned number =
        input && node_is_scalar(input) ? version_number(input->text, toolchain->parts) : 0;
    if (number == 0 || versions->all.len == 0 || has_version(versions, number)) {
        return;
    }
    const ImageVersion *other = &versions->all.ptr[0];
    Diag *diag = rule_find(
        ctx,
        input,
        "%s %" STR_FMT " here, %" STR_FMT " in the images",
        toolchain->name,
        STR_ARG(input->text),
        STR_ARG(other->tag)
    );
    across_relate(ctx, diag, other->word->span, "the image");
    rule_suggest(ctx, diag, input->span, "\"%" STR_FMT "\"", STR_ARG(leading_version(other->tag)));
}

static void
check_workflows(RuleContext *ctx, const Repository *repository, const Toolchain *toolchain)
{
    ImageVersions versions = image_versions(repository, toolchain);
    vec_foreach(workflow, &repository->audit->workflows) {
        vec_foreach(job, &(*workflow)->jobs) {
            vec_foreach(step, &job->steps) {
                if (uses_is(&step->uses, toolchain->action)) {
                    check_setup(ctx, &versions, toolchain, step);
                }
            }
        }
    }
}

enum { BUILD_FILE_BYTES_MOST = 1 << 20 };

static Span go_version_in(Arena *arena, Str path)
{
    Str text;
    if (fs_read(arena, str_to_cstr(arena, path), BUILD_FILE_BYTES_MOST, &text, NULL) < 0) {
        return SPAN_NONE;
    }
    Str rest = text;
    Str line;
    while (str_next_line(&rest, &line)) {
        Str version = str_trim(line);
        if (str_strip_prefix(&version, STR("go "))) {
            size_t at = (size_t) (version.ptr - text.ptr);
            return span_make(source_new(arena, path, text), at, at + version.len);
        }
    }
    return SPAN_NONE;
}

static Span engine_in(Arena *arena, Str path)
{
    Str text;
    Node *root = NULL;
    if (fs_read(arena, str_to_cstr(arena, path), BUILD_FILE_BYTES_MOST, &text, NULL) < 0 ||
        json_read(arena, source_new(arena, path, text), NULL, &root, NULL) < 0) {
        return SPAN_NONE;
    }
    const Node *engine = node_path(root, "engines.node");
    return engine ? engine->span : SPAN_NONE;
}

/* The part of a line between two marks; len 0: it has none. */
static Str between(Str line, const char *start, const char *end)
{
    size_t at = str_find(line, str_from(start));
    Str rest = at == STR_NONE ? STR("") : str_skip(line, at + strlen(start));
    size_t len = str_find(rest, str_from(end));
    return len == STR_NONE ? STR("") : str_trim(str_slice(rest, 0, len));
}

/* The first of the marks in the order of the lines. */
static Span version_between(Arena *arena, Str path, const char *const (*marks)[2], size_t count)
{
    Str text;
    if (fs_read(arena, str_to_cstr(arena, path), BUILD_FILE_BYTES_MOST, &text, NULL) < 0) {
        return SPAN_NONE;
    }
    Str rest = text;
    Str line;
    while (str_next_line(&rest, &line)) {
        for (size_t i = 0; i < count; i++) {
            Str version = between(str_trim(line), marks[i][0], marks[i][1]);
            if (version.len > 0) {
                size_t at = (size_t) (version.ptr - text.ptr);
                return span_make(source_new(arena, path, text), at, at + version.len);
            }
        }
    }
    return SPAN_NONE;
}

static Span python_in(Arena *arena, Str path)
{
    static const char *const marks[][2] = { { "requires-python = \"", "\"" },
                                            { "requires-python=\"", "\"" },
                                            { "requires-python = '", "'" } };
    return version_between(arena, path, marks, ARRAY_LEN(marks));
}

static Span maven_release_in(Arena *arena, Str path)
{
    static const char *const marks[][2] = {
        { "<maven.compiler.release>", "</maven.compiler.release>" },
        { "<java.version>", "</java.version>" },
        { "<maven.compiler.target>", "</maven.compiler.target>" },
    };
    return version_between(arena, path, marks, ARRAY_LEN(marks));
}

static Span gradle_release_in(Arena *arena, Str path)
{
    static const char *const marks[][2] = { { "JavaLanguageVersion.of(", ")" },
                                            { "jvmToolchain(", ")" } };
    return version_between(arena, path, marks, ARRAY_LEN(marks));
}

/* A file that says a version, as the directories see it that it is in or above. */
typedef struct Asked {
    bool has_file;
    Span version;
} Asked;

/* Each directory is asked once, and each file read once. */
typedef struct Lookup {
    const Repository *repository;
    const char *name;
    Span (*read)(Arena *arena, Str path);
    Map by_directory; /* -> Asked */
} Lookup;

/* Of the directory or the nearest one above it. */
static Asked *look_up(Lookup *lookup, Str directory)
{
    const Repository *repository = lookup->repository;
    Asked *asked = map_get(&lookup->by_directory, directory);
    if (asked) {
        return asked;
    }
    Str path = path_join(repository->arena, directory, str_from(lookup->name));
    bool is_top = str_eq(directory, repository->root) || str_eq(directory, STR(".")) ||
                  str_eq(directory, STR("/"));
    bool has_file = fs_is_file(path.ptr);
    if (has_file || is_top) {
        asked = ARENA_NEW(repository->arena, Asked);
        asked->has_file = has_file;
        asked->version = has_file ? lookup->read(repository->arena, path) : SPAN_NONE;
    } else {
        asked = look_up(lookup, path_dir(directory));
    }
    map_set(&lookup->by_directory, directory, asked);
    return asked;
}

/* A workspace's own package.json, else that of the root. */
static Span node_engine(Lookup *engines, Str directory)
{
    const Asked *own = look_up(engines, directory);
    bool is_known = span_is_known(own->version) || !own->has_file;
    return is_known ? own->version : look_up(engines, engines->repository->root)->version;
}

/* ">=20.1 <23" asks for 20; anything that isn't a bound from below asks for nothing. */
static Str least_version(Str range)
{
    range = str_trim(range);
    (void) str_strip_prefix(&range, STR("\""));
    if (!str_strip_prefix(&range, STR(">="))) {
        (void) (str_strip_prefix(&range, STR("^")) || str_strip_prefix(&range, STR("~")));
    }
    return str_find(range, STR("||")) != STR_NONE ? STR("") : str_trim(range);
}

/* Whether a build of the file takes the module in: a folder with sources of its own may be built alone,
 * unless the file names it as the module does, or the module. */
static bool takes_module(const RepoService *service, Span asked)
{
    Str module = span_is_known(asked) ? path_dir(asked.source->path) : service->directory;
    Str folder = service->directory;
    if (str_eq(module, folder)) {
        return true;
    }
    Str text = service->dockerfile->source->text;
    Str own = path_is_within(module, folder) && !str_eq(module, STR("."))
                  ? str_skip(folder, module.len + 1)
                  : folder;
    return str_find(text, STR("go.mod")) != STR_NONE || str_find(text, own) != STR_NONE;
}

static bool has_go_sources(const Repository *repository, Str directory)
{
    vec_foreach(source, &repository->audit->files.sources) {
        if (str_eq(path_extension(*source), STR(".go")) && str_eq(path_dir(*source), directory)) {
            return true;
        }
    }
    return false;
}

static void
check_version(RuleContext *ctx, const Toolchain *toolchain, const ImageVersion *version, Span asked)
{
    unsigned least = span_is_known(asked)
                         ? version_number(least_version(span_text(asked)), toolchain->parts)
                         : 0;
    if (version->number == 0 || least == 0 || version->number >= least) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx,
        version->word->span,
        "%s %" STR_FMT " is older than what the sources ask for",
        toolchain->name,
        STR_ARG(version->tag)
    );
    across_relate(ctx, diag, asked, "asked for here");
}

/* Both what builds the sources and what runs them. */
static void
check_image(RuleContext *ctx, const RepoService *service, const Toolchain *toolchain, Span asked)
{
    ImageVersion builds = version_in(service->dockerfile, toolchain);
    ImageVersion runs = version_run(service->dockerfile, toolchain);
    check_version(ctx, toolchain, &builds, asked);
    if (runs.word != builds.word) {
        check_version(ctx, toolchain, &runs, asked);
    }
}

/* Files of the service's own folder: one above it may be about something else. */
static void
check_own_files(RuleContext *ctx, const Repository *repository, const RepoService *service)
{
    static const struct {
        size_t toolchain;
        const char *name;
        Span (*read)(Arena *arena, Str path);
    } files[] = { { 2, "pyproject.toml", python_in },
                  { 3, "pom.xml", maven_release_in },
                  { 3, "build.gradle", gradle_release_in },
                  { 3, "build.gradle.kts", gradle_release_in } };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        Str path = path_join(repository->arena, service->directory, str_from(files[i].name));
        if (fs_is_file(path.ptr)) {
            Span asked = files[i].read(repository->arena, path);
            check_image(ctx, service, &toolchains[files[i].toolchain], asked);
        }
    }
}

static void xa014(RuleContext *ctx, const Repository *repository)
{
    for (size_t i = 0; i < ARRAY_LEN(toolchains); i++) {
        check_workflows(ctx, repository, &toolchains[i]);
    }
    Map none = MAP_ON_ARENA(repository->arena);
    Lookup modules = { repository, "go.mod", go_version_in, none };
    Lookup engines = { repository, "package.json", engine_in, none };
    vec_foreach(service, &repository->services) {
        if (service->dockerfile) {
            Str directory = service->directory;
            Span module = look_up(&modules, directory)->version;
            if (takes_module(service, module) || !has_go_sources(repository, directory)) {
                check_image(ctx, service, &toolchains[0], module);
            }
            check_image(ctx, service, &toolchains[1], node_engine(&engines, directory));
            check_own_files(ctx, repository, service);
        }
    }
}

/* --- XA026 ------------------------------------------------------------------------------------ */

static bool is_version(Str tag)
{
    (void) str_strip_prefix(&tag, STR("v"));
    return version_number(tag, 2) > 0;
}

static bool is_image(Arena *arena, Str text, Str wanted)
{
    ImageName image;
    ImageName other;
    return image_parse(arena, text, &image) && image_parse(arena, wanted, &other) &&
           str_eq(image.repository, other.repository);
}

/* Whether the entry is about the service: about the image that Compose gives it, or that one of its
 * workloads has. */
static bool
is_about(Arena *arena, const Node *entry, const RepoService *service, const ComposeService *compose)
{
    static const char *const keys[] = { "newName", "name" };
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        Str name = node_text(entry, keys[i]);
        found = found || is_image(arena, compose->image_text, name);
        for (size_t k = 0; name.len > 0 && k < service->containers.len; k++) {
            const Node *container = service->containers.ptr[k].container->node;
            found = found || is_image(arena, node_text(container, "image"), name);
        }
    }
    return found;
}

static void check_entry(RuleContext *ctx, const Repository *repository, const Node *entry)
{
    const Node *tag = node_path(entry, "newTag");
    if (!tag || !is_version(tag->text)) {
        return;
    }
    vec_foreach(service, &repository->services) {
        vec_foreach(compose, &service->compose) {
            ImageName own;
            if (!(*compose)->image ||
                !image_parse(repository->arena, (*compose)->image_text, &own) ||
                !is_version(own.tag) || str_eq(own.tag, tag->text) ||
                !is_about(repository->arena, entry, service, *compose)) {
                continue;
            }
            Diag *diag = rule_find(
                ctx,
                tag,
                "%" STR_FMT " is %" STR_FMT " here and %" STR_FMT " in Compose",
                STR_ARG(own.last),
                STR_ARG(tag->text),
                STR_ARG(own.tag)
            );
            across_relate(ctx, diag, (*compose)->image->span, "in Compose");
            rule_suggest(ctx, diag, tag->span, "\"%" STR_FMT "\"", STR_ARG(own.tag));
        }
    }
}

static void xa026(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(artifact, &repository->audit->files.artifacts) {
        if ((*artifact)->kind != ARTIFACT_KUSTOMIZATION) {
            continue;
        }
        const Node *images = node_path(artifact_document(repository->arena, *artifact), "images");
        for (size_t i = 0; i < node_len(images); i++) {
            check_entry(ctx, repository, images->seq.items[i]);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA014",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "Sources, images and workflows use different versions of a toolchain",
      .why = "What was tested isn't what was built; an older toolchain refuses the sources.",
      .fix = "use one version, best read from one file, such as go-version-file: go.mod",
      .bad = "with: {go-version: '1.22'} # and FROM golang:1.24\n",
      .good = "with: {go-version-file: go.mod}\n",
      .check_repository = xa014 },
    { .id = "XA026",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "An overlay deploys another version than Compose runs",
      .why = "One of the two was forgotten at the last release.",
      .fix = "use one version in both",
      .check_repository = xa026 },
};

const RuleFamily rules_across_versions = { rules, ARRAY_LEN(rules) };
