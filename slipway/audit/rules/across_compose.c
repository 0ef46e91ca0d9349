/* Compose against the images and files that it uses. */
#include "base/mem.h"
#include "base/path.h"

#include "across.h"

static const RepoService *built_by(const Repository *repository, const ComposeService *compose)
{
    return map_get(&repository->by_dockerfile, compose->dockerfile);
}

/* --- XA016 ------------------------------------------------------------------------------------ */

/* Images whose makers give them no HEALTHCHECK. */
static bool has_no_health(Str text)
{
    static const Str names[] = {
        STR_INIT("library/postgres"),      STR_INIT("library/redis"),
        STR_INIT("library/mysql"),         STR_INIT("library/mariadb"),
        STR_INIT("library/mongo"),         STR_INIT("library/rabbitmq"),
        STR_INIT("library/nginx"),         STR_INIT("library/httpd"),
        STR_INIT("library/memcached"),     STR_INIT("library/alpine"),
        STR_INIT("library/debian"),        STR_INIT("library/ubuntu"),
        STR_INIT("library/node"),          STR_INIT("library/python"),
        STR_INIT("library/golang"),        STR_INIT("library/busybox"),
        STR_INIT("library/traefik"),       STR_INIT("library/ruby"),
        STR_INIT("library/php"),           STR_INIT("library/rust"),
        STR_INIT("library/openjdk"),       STR_INIT("library/eclipse-temurin"),
        STR_INIT("confluentinc/cp-kafka"), STR_INIT("apache/kafka"),
    };
    auto_arena Arena *arena = arena_new(0);
    ImageName image;
    if (image_is_bare(text)) {
        return true;
    }
    for (size_t i = 0; image_parse(arena, text, &image) && i < ARRAY_LEN(names); i++) {
        if (str_eq(image.path, names[i])) {
            return true;
        }
    }
    return false;
}

static bool image_has_no_health(const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    if (!stage) {
        return false;
    }
    const DockerInstruction *check = docker_stage_last(stage, DOCKER_HEALTHCHECK);
    return check ? check->is_none : has_no_health(docker_stage_root(stage)->image.value);
}

static bool lacks_health(const Repository *repository, const ComposeService *service)
{
    if (service->has_healthcheck) {
        return false;
    }
    if (service->healthcheck && node_path(service->healthcheck, "disable")) {
        return true;
    }
    if (!service->build) {
        return service->image && has_no_health(service->image_text);
    }
    const RepoService *own = built_by(repository, service);
    return own && service->target.len == 0 && image_has_no_health(own->dockerfile);
}

static void xa016(RuleContext *ctx, const Repository *repository)
{
    across_foreach_compose(service, repository) {
        vec_foreach(dependency, &service->depends_on) {
            const ComposeService *target = compose_service(service->project, dependency->name);
            if (dependency->condition != COMPOSE_HEALTHY || !target ||
                !lacks_health(repository, target) ||
                !compose_is_own(service->project, dependency->node)) {
                continue;
            }
            Diag *diag = rule_find(
                ctx,
                dependency->node,
                "waits for \"%" STR_FMT "\" to be healthy, which has no health check",
                STR_ARG(dependency->name)
            );
            across_relate(ctx, diag, target->key->span, "neither here nor in its image");
        }
    }
}

/* --- XA017 ------------------------------------------------------------------------------------ */

/* The target's profile, where the service is in none of the target's: no choice of its profiles alone
 * starts both. Which of several are enabled together is the caller's matter. */
static const ComposeReference *
missing_profile(const ComposeService *service, const ComposeService *target)
{
    for (size_t i = 0; i < service->profiles.len; i++) {
        for (size_t k = 0; k < target->profiles.len; k++) {
            if (str_eq(service->profiles.ptr[i].name, target->profiles.ptr[k].name)) {
                return NULL;
            }
        }
    }
    return target->profiles.len > 0 ? &target->profiles.ptr[0] : NULL;
}

static void xa017(RuleContext *ctx, const Repository *repository)
{
    across_foreach_compose(service, repository) {
        vec_foreach(dependency, &service->depends_on) {
            const ComposeService *target = compose_service(service->project, dependency->name);
            const ComposeReference *profile =
                target && dependency->is_required ? missing_profile(service, target) : NULL;
            if (!profile || !compose_is_own(service->project, dependency->node)) {
                continue;
            }
            Diag *diag = rule_find(
                ctx,
                dependency->node,
                "\"%" STR_FMT "\" is in profile \"%" STR_FMT
                "\", which this service can be started without",
                STR_ARG(dependency->name),
                STR_ARG(profile->name)
            );
            across_relate(ctx, diag, profile->node->span, "the profile");
            const Node *all = node_path(service->node, "depends_on");
            const Node *entry = node_get(all, dependency->name);
            if (node_is_map(entry)) {
                rule_fix_set(ctx, diag, entry, "required", "false");
                diag->is_suggestion = true;
            }
        }
    }
}

/* --- XA018 ------------------------------------------------------------------------------------ */

static bool is_merge_key(const Node *key)
{
    return str_eq(key->text, STR("<<"));
}

static size_t count_lost(const Node *own, const Node *merged, Str *names, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < merged->map.len && count < most; i++) {
        Str key = merged->map.pairs[i].key->text;
        if (!is_merge_key(merged->map.pairs[i].key) && !node_get(own, key)) {
            names[count++] = key;
        }
    }
    return count;
}

/* Whether the map takes something in by a merge key of its own: then it is thought of. */
static bool merges(const Node *map)
{
    for (size_t i = 0; i < map->map.len; i++) {
        if (is_merge_key(map->map.pairs[i].key)) {
            return true;
        }
    }
    return false;
}

enum { NAMES_MOST = 5 };

/* A name for an anchor that the file doesn't have: "common-labels". */
static const char *new_anchor(Arena *arena, Str text, Str key)
{
    for (unsigned i = 1;; i++) {
        const char *name = i == 1 ? arena_printf(arena, "common-%" STR_FMT, STR_ARG(key))
                                  : arena_printf(arena, "common-%" STR_FMT "-%u", STR_ARG(key), i);
        if (str_find(text, str_from(name)) == STR_NONE) {
            return name;
        }
    }
}

/* The map that is replaced gets an anchor, unless it has one, and is merged into what replaces it. */
static void merge_lost(RuleContext *ctx, Diag *diag, const Node *own, const NodePair *other)
{
    Source *source = own->span.source;
    size_t start = own->span.start;
    Str text = source->text;
    const Node *base = other->value;
    if (own->map.len == 0 || own->is_alias_use || base->is_alias_use || start >= text.len) {
        return;
    }
    Str own_anchor = node_anchor(base);
    const char *anchor = own_anchor.len ? str_to_cstr(ctx->diags->arena, own_anchor)
                                        : new_anchor(ctx->diags->arena, text, other->key->text);
    if (own_anchor.len == 0) {
        size_t colon = (size_t) other->key->span.end + 1;
        rule_fix(ctx, diag, span_make(source, colon, colon), " &%s", anchor);
    }
    if (text.ptr[start] == '{') {
        rule_fix(ctx, diag, span_make(source, start + 1, start + 1), "<<: *%s, ", anchor);
    } else {
        Span first = span_make(source, start, start);
        int column = (int) span_start(first).column - 1;
        rule_fix(ctx, diag, first, "<<: *%s\n%*s", anchor, column, "");
    }
}

static void check_pair(RuleContext *ctx, const NodePair *pair, const Node *base)
{
    static const Str keys[] = { STR_INIT("environment"), STR_INIT("labels"), STR_INIT("args") };
    const NodePair *other = node_find(base, pair->key->text);
    bool is_watched = false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        is_watched = is_watched || str_eq(pair->key->text, keys[i]);
    }
    Str names[NAMES_MOST];
    size_t lost = is_watched && other && node_is_map(pair->value) && node_is_map(other->value) &&
                          !merges(pair->value)
                      ? count_lost(pair->value, other->value, names, NAMES_MOST)
                      : 0;
    if (lost > 0) {
        Diag *diag = rule_find(
            ctx,
            pair->key,
            "replaces the merged %" STR_FMT " as a whole: %" STR_FMT " %s lost",
            STR_ARG(pair->key->text),
            STR_ARG(across_join(ctx->diags->arena, names, lost)),
            lost == 1 ? "is" : "are"
        );
        across_relate(ctx, diag, other->key->span, "what it replaces");
        merge_lost(ctx, diag, pair->value, other);
    }
}

static void check_merges(RuleContext *ctx, const Node *node, unsigned depth)
{
    for (size_t i = 0; node_is_seq(node) && depth < 50 && i < node->seq.len; i++) {
        check_merges(ctx, node->seq.items[i], depth + 1);
    }
    if (!node_is_map(node) || depth >= 50) {
        return;
    }
    for (size_t m = 0; m < node->map.len; m++) {
        const NodePair *merge = &node->map.pairs[m];
        for (size_t i = 0; is_merge_key(merge->key) && i < node->map.len; i++) {
            if (node_is_map(merge->value) && i != m) {
                check_pair(ctx, &node->map.pairs[i], merge->value);
            }
        }
        if (!merge->value->is_alias_use) {
            check_merges(ctx, merge->value, depth + 1);
        }
    }
}

/* The reader resolves merges, so a file that has one is read again as it is written. */
static void xa018(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(project, &repository->audit->compose_projects) {
        Source *source = (*project)->source;
        if (str_find(source->text, STR("<<")) == STR_NONE) {
            continue;
        }
        Node *root = NULL;
        DiagList ignored = DIAG_LIST(repository->arena);
        YamlOptions options = { .keep_merge_keys = true };
        if (yaml_read_one(repository->arena, source, &options, &root, &ignored) == 0) {
            check_merges(ctx, root, 0);
        }
    }
}

/* --- XA019 ------------------------------------------------------------------------------------ */

static bool has_glob(Str text)
{
    return str_has_char(text, '*') || str_has_char(text, '?') || str_has_char(text, '[');
}

static bool is_there(const Repository *repository, Str path)
{
    return repository_has_path(repository, path) || repository_ignores(path);
}

/* Contexts that a build of the file may have: of its Compose services, else its own directory and all
 * above it. */
static bool is_in_context(const Repository *repository, const RepoService *service, Str path)
{
    Arena *arena = repository->arena;
    vec_foreach(compose, &service->compose) {
        if ((*compose)->context.len > 0 &&
            is_there(repository, path_join(arena, (*compose)->context, path))) {
            return true;
        }
    }
    Str directory = path_dir(service->dockerfile->source->path);
    for (;;) {
        if (is_there(repository, path_join(arena, directory, path))) {
            return true;
        }
        if (str_eq(directory, repository->root) || str_eq(directory, STR(".")) ||
            str_eq(directory, STR("/"))) {
            return false;
        }
        directory = path_dir(directory);
    }
}

static Str relative_source(Str path)
{
    while (str_has_prefix(path, STR("/"))) {
        path = str_skip(path, 1);
    }
    return path;
}

static bool is_checkable(const DockerWord *word)
{
    Str path = relative_source(word->value);
    return word->is_known && path.len > 0 && !str_eq(path, STR(".")) && !has_glob(path) &&
           str_find(path, STR("://")) == STR_NONE && !str_has_prefix(path, STR("git@")) &&
           !str_has_prefix(path, STR("<<"));
}

static bool copies_from_context(const DockerInstruction *instruction)
{
    return (instruction->kind == DOCKER_COPY || instruction->kind == DOCKER_ADD) &&
           !docker_flag(instruction, "from") && !instruction->is_onbuild;
}

/* Whether something that the file copies is there: else its context is another one, or it is a template
 * of files to come. */
static bool has_evidence(const Repository *repository, const RepoService *service)
{
    vec_foreach(entry, &service->dockerfile->instructions) {
        const DockerInstruction *instruction = *entry;
        for (size_t i = 0; copies_from_context(instruction) && i + 1 < instruction->words.len;
             i++) {
            const DockerWord *word = &instruction->words.ptr[i];
            if (is_checkable(word) &&
                is_in_context(repository, service, relative_source(word->value))) {
                return true;
            }
        }
    }
    return false;
}

/* Whether a build puts it there before: a script or workflow names what stands alone at the top, or in a
 * folder that isn't there either. */
static bool may_be_made(const Repository *repository, const RepoService *service, Str path)
{
    (void) str_strip_suffix(&path, STR("/"));
    (void) str_strip_prefix(&path, STR("./"));
    Str folder = path_dir(path);
    bool is_alone = str_eq(folder, STR(".")) || !is_in_context(repository, service, folder);
    return str_eq(path, STR(".git")) ||
           (is_alone && repository_tells_of(repository, path_base(path)));
}

static void check_copy(
    RuleContext *ctx,
    const Repository *repository,
    const RepoService *service,
    const DockerInstruction *copy
)
{
    for (size_t i = 0; i + 1 < copy->words.len; i++) {
        const DockerWord *word = &copy->words.ptr[i];
        Str path = relative_source(word->value);
        if (is_checkable(word) && !is_in_context(repository, service, path) &&
            !may_be_made(repository, service, path)) {
            rule_find_span(
                ctx, word->span, "there is no \"%" STR_FMT "\" to copy", STR_ARG(word->value)
            );
        }
    }
}

/* Whether the mount is of a file: what isn't there Docker makes a directory. */
static bool is_of_file(const ComposeMount *mount)
{
    Str extension = path_extension(mount->target);
    return mount->is_read_only || (extension.len >= 3 && extension.len <= 6 &&
                                   str_eq(path_extension(mount->source), extension));
}

static void
check_mounts(RuleContext *ctx, const Repository *repository, const ComposeService *service)
{
    vec_foreach(mount, &service->mounts) {
        Str source = mount->source;
        bool is_here = mount->kind == COMPOSE_MOUNT_BIND && str_has_prefix(source, STR(".")) &&
                       is_of_file(mount) && !str_has_char(source, '$') &&
                       compose_is_own(service->project, mount->node) &&
                       span_is_known(mount->node->span);
        if (!is_here) {
            continue;
        }
        Str *own = map_get(&service->project->directories, mount->node->span.source->path);
        Str directory = own ? *own : service->project->directory;
        if (!is_there(repository, path_join(repository->arena, directory, source))) {
            rule_find(ctx, mount->node, "there is no \"%" STR_FMT "\" to mount", STR_ARG(source));
        }
    }
}

static void xa019(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        bool is_known = service->dockerfile && has_evidence(repository, service);
        for (size_t i = 0; is_known && i < service->dockerfile->instructions.len; i++) {
            const DockerInstruction *instruction = service->dockerfile->instructions.ptr[i];
            if (copies_from_context(instruction)) {
                check_copy(ctx, repository, service, instruction);
            }
        }
    }
    across_foreach_compose(service, repository) {
        check_mounts(ctx, repository, service);
    }
}

/* --- XA020 ------------------------------------------------------------------------------------ */

static bool has_example(const Repository *repository, Str path)
{
    static const char *const endings[] = { ".example",  ".sample",  ".template", ".dist",
                                           ".defaults", "-example", ".tmpl" };
    Arena *arena = repository->arena;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (repository_has_path(repository, str_concat(arena, path, str_from(endings[i])))) {
            return true;
        }
    }
    Str directory = path_dir(path);
    static const char *const names[] = { ".env.example", "env.example",   ".env.sample",
                                         "example.env",  ".env.template", ".env.dist",
                                         "sample.env" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (repository_has_path(repository, path_join(arena, directory, str_from(names[i])))) {
            return true;
        }
    }
    return false;
}

static bool is_optional_file(const ComposeService *service, const ComposeReference *file)
{
    const Node *list = node_path(service->node, "env_file");
    for (size_t i = 0; i < node_len(list); i++) {
        const Node *item = list->seq.items[i];
        if (node_is_false(node_path(item, "required")) &&
            (item == file->node || node_path(item, "path") == file->node)) {
            return true;
        }
    }
    return false;
}

static void suggest_optional(
    RuleContext *ctx, Diag *diag, const ComposeService *service, const ComposeReference *file
)
{
    const Node *all = node_path(service->node, "env_file");
    bool is_only = all == file->node;
    bool is_item = false;
    for (size_t i = 0; i < node_len(all); i++) {
        is_item = is_item || all->seq.items[i] == file->node;
    }
    if (is_only || is_item) {
        rule_suggest(
            ctx,
            diag,
            file->node->span,
            is_only ? "[{path: %" STR_FMT ", required: false}]"
                    : "{path: %" STR_FMT ", required: false}",
            STR_ARG(file->name)
        );
    }
}

static void xa020(RuleContext *ctx, const Repository *repository)
{
    across_foreach_compose(service, repository) {
        vec_foreach(file, &service->env_files) {
            Str *own = span_is_known(file->node->span)
                           ? map_get(&service->project->directories, file->node->span.source->path)
                           : NULL;
            Str directory = own ? *own : service->project->directory;
            Str path = path_join(repository->arena, directory, file->name);
            if (!str_has_char(file->name, '$') && !repository_has_path(repository, path) &&
                !has_example(repository, path) && !is_optional_file(service, file) &&
                compose_is_own(service->project, file->node)) {
                Diag *diag = rule_find(
                    ctx,
                    file->node,
                    "\"%" STR_FMT "\" isn't there, and no example of it",
                    STR_ARG(file->name)
                );
                suggest_optional(ctx, diag, service, file);
            }
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA016",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "depends_on waits for the health of a service that has no health check",
      .why = "Compose refuses to start the service that waits.",
      .fix = "give the other service a healthcheck, or wait for service_started",
      .bad = "depends_on: {db: {condition: service_healthy}} # and db has no healthcheck\n",
      .good = "db:\n  image: postgres:16.4\n  healthcheck: {test: [CMD, pg_isready]}\n",
      .check_repository = xa016 },
    { .id = "XA017",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "depends_on names a service of a profile that needn't be enabled",
      .why = "Without the profile Compose doesn't know the service and starts nothing.",
      .fix = "give both the same profiles, or say required: false",
      .bad = "web: {depends_on: [debug]}\ndebug: {profiles: [tools]}\n",
      .good = "web: {depends_on: {debug: {condition: service_started, required: false}}}\n",
      .check_repository = xa017 },
    { .id = "XA018",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A map beside a YAML merge replaces the merged one and drops its keys",
      .why = "`<<` merges one level only: what the anchor said inside is gone, silently.",
      .fix = "give the inner map an anchor too and merge it: `environment: {<<: *env, …}`",
      .bad = "web:\n  <<: *common # has environment: {LEVEL: info}\n  environment: {PORT: 80}\n",
      .good = "web:\n  <<: *common\n  environment: {<<: *env, PORT: 80}\n",
      .check_repository = xa018 },
    { .id = "XA019",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A file that is copied or mounted isn't in the repository",
      .why = "The build fails; a mount of a missing file becomes an empty directory.",
      .fix = "correct the path, or add the file",
      .bad = "COPY confg.yaml /etc/app/\n",
      .good = "COPY config.yaml /etc/app/\n",
      .check_repository = xa019 },
    { .id = "XA020",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "An env_file that isn't there, without an example",
      .why = "Compose doesn't start, and nobody knows what to write into the file.",
      .fix = "commit an example beside it, such as .env.example",
      .check_repository = xa020 },
};

const RuleFamily rules_across_compose = { rules, ARRAY_LEN(rules) };
