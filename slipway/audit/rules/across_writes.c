/* What images and their sources write, against the read-only file systems that they are run on. */
#include "base/mem.h"
#include "base/path.h"

#include "across.h"
#include "writers.h"

/* --- where a container can write -------------------------------------------------------------- */

typedef struct Ground {
    Arena *arena;
    const RepoService *service; /* NULL: of a public image */
    const Node *read_only;      /* what is found at */
    const RepoContainer *place; /* NULL: of a Compose service */
    const ComposeService *compose;
    VEC(Str) writable;
    VEC(Str) said;        /* folders that findings are about */
    bool moves_temporary; /* TMPDIR or its like is set */
    bool moves_places;    /* the image's program has another configuration */
} Ground;

static Str without_slash(Str path)
{
    while (path.len > 1 && str_strip_suffix(&path, STR("/"))) {
    }
    return path;
}

/* /var/run is /run. */
static Str without_link(Str path)
{
    return str_has_prefix(path, STR("/var/run")) ? str_skip(path, 4) : path;
}

/* A mount below the path counts too: what is written may lie there. */
static bool is_covered(const Str *mounts, size_t count, Str path)
{
    path = without_link(path);
    for (size_t i = 0; i < count; i++) {
        Str mount = without_link(mounts[i]);
        if (path_is_within(mount, path) || path_is_within(path, mount)) {
            return true;
        }
    }
    return false;
}

static void add_writable(Ground *ground, Str path)
{
    vec_push(&ground->writable, ground->arena, without_slash(path));
}

static bool is_image_file(Str path)
{
    return str_has_suffix(path, STR("/nginx.conf")) || str_eq(path, STR("/etc/nginx"));
}

/* --- Kubernetes --- */

static bool is_of_files(const Container *container, Str volume)
{
    static const char *const kinds[] = { "configMap", "secret", "projected", "downwardAPI" };
    const Node *volumes = node_path(container->pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const Node *item = volumes->seq.items[i];
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
            if (str_eq(node_text(item, "name"), volume) && node_path(item, kinds[k])) {
                return true;
            }
        }
    }
    return false;
}

static bool says_temporary(Str text)
{
    return str_find(text, STR("TMPDIR")) != STR_NONE || str_find(text, STR("tmpdir")) != STR_NONE;
}

static void add_environment(Ground *ground, const Environment *env)
{
    vec_foreach(value, &env->values) {
        ground->moves_temporary = ground->moves_temporary || says_temporary(value->key) ||
                                  says_temporary(value->text) || str_eq(value->key, STR("TEMP")) ||
                                  str_eq(value->key, STR("TMP"));
    }
}

static void add_words(Ground *ground, const Node *words)
{
    for (size_t i = 0; i < node_len(words); i++) {
        ground->moves_temporary =
            ground->moves_temporary || says_temporary(words->seq.items[i]->text);
    }
}

static void add_container(Ground *ground, const RepoContainer *place)
{
    const Container *container = place->container;
    const Node *mounts = node_path(container->node, "volumeMounts");
    ground->place = place;
    for (size_t i = 0; i < node_len(mounts); i++) {
        const Node *mount = mounts->seq.items[i];
        Str path = without_slash(node_text(mount, "mountPath"));
        ground->moves_places = ground->moves_places || is_image_file(path);
        if (path.len > 0 && !node_is_true(node_path(mount, "readOnly")) &&
            !is_of_files(container, node_text(mount, "name"))) {
            add_writable(ground, path);
        }
    }
    add_environment(ground, &container->env);
    add_words(ground, node_path(container->node, "command"));
    add_words(ground, node_path(container->node, "args"));
}

/* --- Compose --- */

static void add_tmpfs(Ground *ground, const Node *tmpfs)
{
    if (node_is_scalar(tmpfs)) {
        add_writable(ground, str_slice(tmpfs->text, 0, str_find_char(tmpfs->text, ':')));
    }
    for (size_t i = 0; i < node_len(tmpfs); i++) {
        Str text = tmpfs->seq.items[i]->text;
        add_writable(ground, str_slice(text, 0, str_find_char(text, ':')));
    }
}

static void add_compose(Ground *ground, const ComposeService *compose)
{
    ground->compose = compose;
    vec_foreach(mount, &compose->mounts) {
        ground->moves_places = ground->moves_places || is_image_file(without_slash(mount->target));
        if (!mount->is_read_only && mount->target.len > 0) {
            add_writable(ground, mount->target);
        }
    }
    const Node *tmpfs = node_path(compose->node, "tmpfs");
    if (tmpfs) {
        add_tmpfs(ground, tmpfs);
    }
    add_environment(ground, &compose->env);
    add_words(ground, node_path(compose->node, "command"));
    add_words(ground, node_path(compose->node, "entrypoint"));
}

/* Whether all that is mounted is known: an overlay may say more, or a variable hides where. */
static bool knows_mounts(const ComposeService *compose)
{
    static const char *const keys[] = { "tmpfs", "volumes" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (compose_said(compose, keys[i]) && !node_path(compose->node, keys[i])) {
            return false;
        }
    }
    vec_foreach(mount, &compose->mounts) {
        if (mount->target.len == 0 || str_has_char(mount->target, '$')) {
            return false;
        }
    }
    return !node_path(compose->node, "volumes_from");
}

/* --- the image --- */

/* Docker makes a volume of its own for a VOLUME, Kubernetes doesn't promise one. */
static void add_stage(Ground *ground, const DockerStage *stage)
{
    for (; stage; stage = stage->base) {
        vec_foreach(at, &stage->instructions) {
            const DockerInstruction *instruction = *at;
            Str rest = instruction->rest.text;
            ground->moves_temporary = ground->moves_temporary || says_temporary(rest);
            ground->moves_places =
                ground->moves_places ||
                (instruction->kind == DOCKER_RUN && str_find(rest, STR("nginx.conf")) != STR_NONE);
            for (size_t i = 0; i < instruction->words.len; i++) {
                const DockerWord *word = &instruction->words.ptr[i];
                bool is_copy = instruction->kind == DOCKER_COPY || instruction->kind == DOCKER_ADD;
                bool is_last = i > 0 && i + 1 == instruction->words.len;
                ground->moves_places =
                    ground->moves_places ||
                    (is_copy && is_last && is_image_file(without_slash(word->value)) &&
                     str_has_prefix(word->value, STR("/etc/nginx")));
                if (instruction->kind == DOCKER_VOLUME && ground->compose) {
                    add_writable(ground, word->value);
                }
            }
        }
    }
}

/* --- XA028 ------------------------------------------------------------------------------------ */

/* What is lost at the end is no loss. */
static bool is_scratch(Str folder)
{
    static const Str folders[] = { STR_INIT("/tmp"),
                                   STR_INIT("/run"),
                                   STR_INIT("/var/run"),
                                   STR_INIT("/var/cache"),
                                   STR_INIT("/var/tmp") };
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (path_is_within(folders[i], folder)) {
            return true;
        }
    }
    return false;
}

static void suggest_tmpfs(RuleContext *ctx, Diag *diag, const ComposeService *compose, Str folder)
{
    const Node *list = node_path(compose->node, "tmpfs");
    const char *path = str_to_cstr(ctx->diags->arena, folder);
    if (!is_scratch(folder) || (list && node_is_scalar(list))) {
        return;
    }
    if (list) {
        rule_fix_append(ctx, diag, list, path);
    } else {
        const char *value = arena_printf(ctx->diags->arena, "[%s]", path);
        rule_fix_set(ctx, diag, compose->node, "tmpfs", value);
    }
    diag->is_suggestion = true;
}

/* "the image" or "the source" writes there, which is said at `span`. */
static void say(RuleContext *ctx, Ground *ground, const char *who, Str path, Str folder, Span span)
{
    vec_push(&ground->said, ground->arena, folder);
    Diag *diag = rule_find(
        ctx,
        ground->read_only,
        "the %s writes to %" STR_FMT ", where %s",
        who,
        STR_ARG(path),
        ground->place ? "no volume is mounted" : "nothing writable is mounted"
    );
    across_relate(ctx, diag, span, "the %s", who);
    if (folder.len > 1 && ground->place) {
        writers_suggest_volume(ctx, diag, ground->place->container, folder);
    } else if (folder.len > 1) {
        suggest_tmpfs(ctx, diag, ground->compose, folder);
    }
}

static bool is_mounted(const Container *container, Str path)
{
    const Node *mounts = node_path(container->node, "volumeMounts");
    for (size_t i = 0; i < node_len(mounts); i++) {
        Str mount = without_slash(node_text(mounts->seq.items[i], "mountPath"));
        if (is_covered(&mount, 1, path)) {
            return true;
        }
    }
    return false;
}

static void check_volumes(RuleContext *ctx, Ground *ground, const DockerStage *stage)
{
    for (; stage; stage = stage->base) {
        vec_foreach(at, &stage->instructions) {
            const DockerInstruction *instruction = *at;
            for (size_t i = 0; instruction->kind == DOCKER_VOLUME && i < instruction->words.len;
                 i++) {
                const DockerWord *word = &instruction->words.ptr[i];
                if (word->is_known && !is_mounted(ground->place->container, word->value)) {
                    say(ctx, ground, "image", word->value, word->value, word->span);
                }
            }
        }
    }
}

/* What images that people build on write at every start. */
static void check_base(RuleContext *ctx, Ground *ground, Str image, Span span)
{
    const char *place = NULL;
    for (size_t i = 0; !ground->moves_places && (place = writers_place_of(image, i)); i++) {
        Str path = str_from(place);
        if (!is_covered(ground->writable.ptr, ground->writable.len, path)) {
            say(ctx, ground, "image", path, path, span);
        }
    }
}

/* --- its sources --- */

/* How an image shows that it runs a language: a compiled one may stand in any stage. */
static const struct {
    RepoLanguage language;
    bool is_compiled;
    const char *words[7];
} runtimes[] = {
    { REPO_GO, true, { "golang", "go build", "go install" } },
    { REPO_C, true, { "gcc", "clang", "cmake", "make", "build-base", "build-essential", "meson" } },
    { REPO_RUST, true, { "rust", "cargo" } },
    { REPO_NODE, false, { "node", "bun", "deno" } },
    { REPO_PYTHON, false, { "python", "uvicorn", "gunicorn" } },
    { REPO_JAVA, false, { "java", "jre", "jdk", "temurin", "corretto", "tomcat", "jetty" } },
    { REPO_DOTNET, false, { "dotnet", "aspnet" } },
    { REPO_RUBY, false, { "ruby", "rails", "bundle" } },
    { REPO_PHP, false, { "php" } },
};

static bool has_word(Str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count && words[i]; i++) {
        if (str_find(text, str_from(words[i])) != STR_NONE) {
            return true;
        }
    }
    return false;
}

static bool runs(const Dockerfile *file, RepoLanguage language)
{
    const DockerStage *final = docker_final_stage(file);
    const DockerStage *root = docker_stage_root(final);
    for (size_t i = 0; i < ARRAY_LEN(runtimes); i++) {
        const char *const *words = runtimes[i].words;
        if (runtimes[i].language != language || across_serves_files(root->image.value)) {
            continue;
        }
        if (runtimes[i].is_compiled) {
            return image_is_bare(root->image.value) ||
                   has_word(file->source->text, words, ARRAY_LEN(runtimes[i].words));
        }
        for (const DockerStage *stage = final; stage; stage = stage->base) {
            vec_foreach(at, &stage->instructions) {
                bool is_copy = (*at)->kind == DOCKER_COPY || (*at)->kind == DOCKER_ADD;
                if (!is_copy && has_word((*at)->rest.text, words, ARRAY_LEN(runtimes[i].words))) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Of several programs below cmd/ an image has those that its Dockerfile names. */
static bool is_of_program(const Ground *ground, const RepoWrite *write)
{
    static const Str folders[] = { STR_INIT("cmd/"), STR_INIT("bin/") };
    Str path = str_skip(write->span.source->path, ground->service->directory.len);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        size_t at = str_find(path, folders[i]);
        Str name = str_skip(path, at == STR_NONE ? path.len : at + folders[i].len);
        Str rest;
        if (str_cut(name, '/', &name, &rest) &&
            str_find(ground->service->dockerfile->source->text, name) == STR_NONE) {
            return false;
        }
    }
    return true;
}

/* What was built before may be copied instead of its sources: only scripts have to be there themselves. */
static bool is_shipped(const RepoService *service, const RepoWrite *write)
{
    unsigned scripts = (unsigned) REPO_NODE | REPO_PYTHON | REPO_RUBY | REPO_PHP;
    return !((unsigned) write->language & scripts) ||
           across_ships(service, write->span.source->path);
}

/* Python looks for a folder that it can write to. */
static bool has_other_folder(const Ground *ground, const RepoWrite *write)
{
    Str folder = STR("/var/tmp");
    return write->language == REPO_PYTHON &&
           is_covered(ground->writable.ptr, ground->writable.len, folder);
}

static void check_writes(RuleContext *ctx, Ground *ground)
{
    for (size_t i = 0; i < ground->service->writes.len; i++) {
        const RepoWrite *write = ground->service->writes.ptr[i];
        bool is_moved =
            write->is_temporary && (ground->moves_temporary || has_other_folder(ground, write));
        if (!is_moved && !is_covered(ground->writable.ptr, ground->writable.len, write->path) &&
            !is_covered(ground->said.ptr, ground->said.len, write->path) &&
            runs(ground->service->dockerfile, write->language) && is_of_program(ground, write) &&
            is_shipped(ground->service, write)) {
            say(ctx, ground, "source", write->path, write->folder, write->span);
        }
    }
}

/* --- both --- */

static void check_container(
    RuleContext *ctx,
    const RepoService *service,
    const RepoContainer *place,
    const DockerStage *stage
)
{
    auto_arena Arena *arena = arena_new(0);
    Ground ground = { .arena = arena, .service = service };
    ground.read_only = node_path(place->container->security, "readOnlyRootFilesystem");
    const DockerStage *root = docker_stage_root(stage);
    if (!node_is_true(ground.read_only)) {
        return;
    }
    across_enter(ctx, place);
    add_container(&ground, place);
    add_stage(&ground, stage);
    check_volumes(ctx, &ground, stage);
    check_base(ctx, &ground, root->image.value, root->image.span);
    if (place->container->kind == CONTAINER_MAIN) {
        check_writes(ctx, &ground);
    }
    across_leave(ctx);
}

static void
check_service(RuleContext *ctx, const Repository *repository, const ComposeService *compose)
{
    auto_arena Arena *arena = arena_new(0);
    const RepoService *service = map_get(&repository->by_dockerfile, compose->dockerfile);
    Ground ground = { .arena = arena, .service = service };
    ground.read_only = node_path(compose->node, "read_only");
    if (!node_is_true(ground.read_only) || !knows_mounts(compose)) {
        return;
    }
    add_compose(&ground, compose);
    const DockerStage *stage = service ? docker_final_stage(service->dockerfile) : NULL;
    if (stage && compose->target.len == 0) {
        const DockerStage *root = docker_stage_root(stage);
        add_stage(&ground, stage);
        check_base(ctx, &ground, root->image.value, root->image.span);
        check_writes(ctx, &ground);
    } else if (!compose->build && compose->image && !node_path(compose->node, "command") &&
               !node_path(compose->node, "entrypoint")) {
        check_base(ctx, &ground, compose->image_text, compose->image->span);
    }
}

static void xa028(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        const DockerStage *stage =
            service->dockerfile ? docker_final_stage(service->dockerfile) : NULL;
        for (size_t i = 0; stage && i < service->containers.len; i++) {
            check_container(ctx, service, &service->containers.ptr[i], stage);
        }
    }
    across_foreach_compose(compose, repository) {
        if (!(*each_project)->base) {
            check_service(ctx, repository, compose);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA028",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A read-only root file system over a path that the image or its source writes to",
      .why = "The first write fails, often at the start.",
      .fix = "mount an emptyDir there (tmpfs in Compose), or write to a volume that is there",
      .bad = "securityContext: {readOnlyRootFilesystem: true} # the image has VOLUME /data\n",
      .good = "volumeMounts: [{name: data, mountPath: /data}]\n",
      .check_repository = xa028 },
};

const RuleFamily rules_across_writes = { rules, ARRAY_LEN(rules) };
