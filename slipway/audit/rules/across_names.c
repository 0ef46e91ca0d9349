/* Names and versions that several artifacts must agree on. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"

#include "across.h"

/* --- XA008 ------------------------------------------------------------------------------------ */

static bool makes_secrets(const Object *object)
{
    return object_is(object, "Secret") || object_is(object, "ExternalSecret") ||
           object_is(object, "SealedSecret") || object_is(object, "SopsSecret");
}

/* The Secrets that an object makes: its own name, or that of its target. */
static bool makes_secret(const Object *object, Str name)
{
    static const char *const paths[] = { "spec.target.name",
                                         "spec.template.metadata.name",
                                         "spec.secretName",
                                         "spec.destination.name",
                                         "spec.writeConnectionSecretToRef.name" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        if (str_eq(node_text(object->node, paths[i]), name)) {
            return true;
        }
    }
    return makes_secrets(object) && str_eq(object->name, name);
}

/* Operators make Secrets under the name of what they run. */
static bool may_make_secret(const Object *object, Str name)
{
    static const Str own[] = { STR_INIT(""),
                               STR_INIT("apps"),
                               STR_INIT("batch"),
                               STR_INIT("networking.k8s.io"),
                               STR_INIT("policy"),
                               STR_INIT("autoscaling"),
                               STR_INIT("rbac.authorization.k8s.io") };
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (str_eq(object->group, own[i])) {
            return false;
        }
    }
    return object->name.len > 0 && !makes_secrets(object) && str_has_prefix(name, object->name);
}

typedef struct Secrets {
    bool are_kept; /* the repository defines some in one form or another */
    Span first;
} Secrets;

static Secrets find_secrets(const Repository *repository)
{
    Secrets secrets = { 0 };
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (makes_secrets(object) && !secrets.are_kept) {
                secrets.are_kept = true;
                secrets.first = object->name_node ? object->name_node->span : object->node->span;
            }
        }
    }
    return secrets;
}

static bool is_secret_made(const Repository *repository, Str name)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (makes_secret(object, name) || may_make_secret(object, name)) {
                return true;
            }
        }
    }
    return repository_tells_of(repository, name);
}

static void check_secret(
    RuleContext *ctx,
    const Repository *repository,
    const Secrets *secrets,
    const Node *reference,
    const char *key
)
{
    const Node *name = node_path(reference, key);
    if (!name || name->text.len == 0 || node_is_true(node_path(reference, "optional")) ||
        is_secret_made(repository, name->text)) {
        return;
    }
    Diag *diag =
        rule_find(ctx, name, "nothing here makes the Secret \"%" STR_FMT "\"", STR_ARG(name->text));
    across_relate(ctx, diag, secrets->first, "others are made in this repository");
}

static void check_pod_secrets(
    RuleContext *ctx, const Repository *repository, const Secrets *secrets, const Pod *pod
)
{
    vec_foreach(container, &pod->containers) {
        const Node *env = node_path(container->node, "env");
        for (size_t i = 0; i < node_len(env); i++) {
            check_secret(
                ctx,
                repository,
                secrets,
                node_path(env->seq.items[i], "valueFrom.secretKeyRef"),
                "name"
            );
        }
        const Node *from = node_path(container->node, "envFrom");
        for (size_t i = 0; i < node_len(from); i++) {
            check_secret(
                ctx, repository, secrets, node_path(from->seq.items[i], "secretRef"), "name"
            );
        }
    }
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        check_secret(
            ctx, repository, secrets, node_path(volumes->seq.items[i], "secret"), "secretName"
        );
    }
}

/* A repository that keeps no Secret at all makes them elsewhere, which is as it should be. */
static void xa008(RuleContext *ctx, const Repository *repository)
{
    Secrets secrets = find_secrets(repository);
    if (!secrets.are_kept) {
        return;
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object->pod) {
                ctx->bundle = *bundle;
                ctx->object = object;
                check_pod_secrets(ctx, repository, &secrets, object->pod);
            }
        }
    }
    across_leave(ctx);
}

/* --- XA009 ------------------------------------------------------------------------------------ */

static bool is_given_namespace(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
            return true; /* of a template */
        }
    }
    return name.len == 0 || str_eq(name, STR("default")) || str_has_prefix(name, STR("kube-"));
}

static bool is_namespace_made(const Repository *repository, Str name)
{
    Arena *arena = repository->arena;
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object_is(object, "Namespace") && str_eq(object->name, name)) {
                return true;
            }
            if (str_eq(object->group, STR("argoproj.io")) ||
                str_has_suffix(object->group, STR("toolkit.fluxcd.io"))) {
                return true; /* they make namespaces when told so */
            }
        }
    }
    static const char *const words[] = { "namespace ", "ns ", "-n ", "--namespace " };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (repository_tells_of(repository, str_concat(arena, str_from(words[i]), name))) {
            return true;
        }
    }
    return false;
}

static const Node *namespace_node(const Object *object)
{
    const Node *node = node_path(object->node, "metadata.namespace");
    return node && span_is_known(node->span) ? node : NULL;
}

static void xa009(RuleContext *ctx, const Repository *repository)
{
    Map said = MAP_ON_ARENA(repository->arena);
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            const Node *node = namespace_node(object);
            if (!node || is_given_namespace(object->ns) || map_has(&said, object->ns)) {
                continue;
            }
            map_set(&said, object->ns, object);
            if (!is_namespace_made(repository, object->ns)) {
                ctx->bundle = *bundle;
                ctx->object = object;
                rule_find(
                    ctx,
                    node,
                    "nothing here makes the namespace \"%" STR_FMT "\"",
                    STR_ARG(object->ns)
                );
            }
        }
    }
    across_leave(ctx);
}

/* --- XA014 ------------------------------------------------------------------------------------ */

typedef struct Toolchain {
    const char *name;
    const char *images[4];
    const char *action, *input;
    unsigned parts; /* of the version that count: 2 of "1.22.3" */
} Toolchain;

static const Toolchain toolchains[] = {
    { "Go", { "golang" }, "actions/setup-go", "go-version", 2 },
    { "Node.js", { "node" }, "actions/setup-node", "node-version", 1 },
    { "Python", { "python" }, "actions/setup-python", "python-version", 2 },
    { "Java",
      { "eclipse-temurin", "openjdk", "amazoncorretto" },
      "actions/setup-java",
      "java-version",
      1 },
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

static bool is_image_of(const Toolchain *toolchain, const DockerStage *stage)
{
    for (size_t i = 0; i < ARRAY_LEN(toolchain->images) && toolchain->images[i]; i++) {
        if (!stage->base && str_eq_cstr(path_base(stage->parts.name), toolchain->images[i])) {
            return true;
        }
    }
    return false;
}

static ImageVersion version_in(const Dockerfile *file, const Toolchain *toolchain)
{
    ImageVersion version = { 0 };
    vec_foreach(stage, &file->stages) {
        if (is_image_of(toolchain, *stage) && (*stage)->image.is_known && version.number == 0) {
            version = (ImageVersion) { .word = &(*stage)->image, .tag = (*stage)->parts.tag };
            version.number = version_number(version.tag, toolchain->parts);
        }
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

/* The versions of the images, each once. */
static ImageVersions image_versions(const Repository *repository, const Toolchain *toolchain)
{
    ImageVersions versions = { 0 };
    vec_foreach(service, &repository->services) {
        ImageVersion version = { 0 };
        if (service->dockerfile) {
            version = version_in(service->dockerfile, toolchain);
        }
        if (version.number > 0 && !has_version(&versions, version.number)) {
            vec_push(&versions.all, repository->arena, version);
        }
    }
    return versions;
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

/* go.mod of the directory or one above it, with the version it asks for. */
static Str find_up(const Repository *repository, Str directory, const char *name)
{
    for (;;) {
        Str path = path_join(repository->arena, directory, str_from(name));
        if (fs_is_file(path.ptr)) {
            return path;
        }
        if (str_eq(directory, repository->root) || str_eq(directory, STR(".")) ||
            str_eq(directory, STR("/"))) {
            return STR("");
        }
        directory = path_dir(directory);
    }
}

enum { BUILD_FILE_BYTES_MOST = 1 << 20 };

static Span go_version(const Repository *repository, Str directory)
{
    Arena *arena = repository->arena;
    Str path = find_up(repository, directory, "go.mod");
    Str text;
    if (path.len == 0 ||
        fs_read(arena, str_to_cstr(arena, path), BUILD_FILE_BYTES_MOST, &text, NULL) < 0) {
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

/* A workspace's own package.json, else that of the root. */
static Span node_engine(const Repository *repository, Str directory)
{
    Str path = find_up(repository, directory, "package.json");
    Span own = path.len > 0 ? engine_in(repository->arena, path) : SPAN_NONE;
    if (span_is_known(own) || path.len == 0) {
        return own;
    }
    Str top = path_join(repository->arena, repository->root, STR("package.json"));
    return engine_in(repository->arena, top);
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

static void
check_image(RuleContext *ctx, const RepoService *service, const Toolchain *toolchain, Span asked)
{
    ImageVersion version = version_in(service->dockerfile, toolchain);
    unsigned least = span_is_known(asked)
                         ? version_number(least_version(span_text(asked)), toolchain->parts)
                         : 0;
    if (version.number == 0 || least == 0 || version.number >= least) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx,
        version.word->span,
        "%s %" STR_FMT " is older than what the sources ask for",
        toolchain->name,
        STR_ARG(version.tag)
    );
    across_relate(ctx, diag, asked, "asked for here");
}

static void xa014(RuleContext *ctx, const Repository *repository)
{
    for (size_t i = 0; i < ARRAY_LEN(toolchains); i++) {
        check_workflows(ctx, repository, &toolchains[i]);
    }
    vec_foreach(service, &repository->services) {
        if (service->dockerfile) {
            check_image(ctx, service, &toolchains[0], go_version(repository, service->directory));
            check_image(ctx, service, &toolchains[1], node_engine(repository, service->directory));
        }
    }
}

/* --- XA026 ------------------------------------------------------------------------------------ */

static bool is_version(Str tag)
{
    (void) str_strip_prefix(&tag, STR("v"));
    return version_number(tag, 2) > 0;
}

static void check_entry(RuleContext *ctx, const Repository *repository, const Node *entry)
{
    const Node *tag = node_path(entry, "newTag");
    const Node *name = node_path(entry, "newName");
    name = name ? name : node_path(entry, "name");
    ImageName image;
    if (!tag || !name || !is_version(tag->text) ||
        !image_parse(repository->arena, name->text, &image)) {
        return;
    }
    vec_foreach(service, &repository->services) {
        vec_foreach(compose, &service->compose) {
            ImageName own;
            if ((*compose)->image && image_parse(repository->arena, (*compose)->image_text, &own) &&
                str_eq(own.repository, image.repository) && is_version(own.tag) &&
                !str_eq(own.tag, tag->text)) {
                Diag *diag = rule_find(
                    ctx,
                    tag,
                    "%" STR_FMT " is %" STR_FMT " here and %" STR_FMT " in Compose",
                    STR_ARG(image.last),
                    STR_ARG(tag->text),
                    STR_ARG(own.tag)
                );
                across_relate(ctx, diag, (*compose)->image->span, "in Compose");
            }
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
    { .id = "XA008",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A Secret that nothing in the repository makes, where it makes others",
      .why =
          "The container waits in CreateContainerConfigError. A repository that keeps no Secret, "
          "or tells in a script or README how to make this one, is left alone.",
      .fix = "add an ExternalSecret or SealedSecret for it, or correct the name",
      .peers = "KL:env-value-from",
      .check_repository = xa008 },
    { .id = "XA009",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A namespace that nothing in the repository makes",
      .why = "Applying to a fresh cluster fails.",
      .fix = "add a Namespace object, or say in a script or README how it is made",
      .check_repository = xa009 },
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

const RuleFamily rules_across_names = { rules, ARRAY_LEN(rules) };
