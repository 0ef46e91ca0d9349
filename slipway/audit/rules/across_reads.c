/* Variables that sources read, against what is set anywhere. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/path.h"

#include "across.h"

/* --- XA006 ------------------------------------------------------------------------------------ */

/* Libraries that make names of variables out of others. */
static bool makes_names(const Repository *repository)
{
    static const char *const words[] = {
        "AutomaticEnv",
        "envconfig",
        "BaseSettings",
        "pydantic_settings",
        "SpringBootApplication",
        "springframework",
        "quarkus",
        "micronaut",
        "ConfigurationProperties",
        "koanf",
        "AddEnvironmentVariables",
        "figment",
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (repository_mentions(repository, str_from(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_read(const Repository *repository, Str key)
{
    if (across_is_of_runtime(key) || repository_mentions(repository, key)) {
        return true;
    }
    vec_foreach(prefix, &repository->prefixes) {
        if (str_has_prefix(key, *prefix)) {
            return true;
        }
    }
    return false;
}

static void check_unread(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    const Environment *env = &place->container->env;
    Map said = MAP_ON_ARENA(repository->arena);
    across_enter(ctx, place);
    vec_foreach(value, &env->values) {
        if (!is_read(repository, value->key) && !map_has(&said, value->key)) {
            map_set(&said, value->key, value);
            rule_find(ctx, value->node, "no source reads %" STR_FMT, STR_ARG(value->key));
        }
    }
    across_leave(ctx);
}

/* An image may read what its base or an entry script does: only plain runtimes are known not to. */
static bool runs_own_sources(const RepoService *service)
{
    const DockerStage *stage = service->dockerfile ? docker_final_stage(service->dockerfile) : NULL;
    if (!stage) {
        return false;
    }
    Str base = docker_stage_root(stage)->image.value;
    static const char *const known[] = { "scratch", "distroless/", "alpine",  "debian", "ubuntu",
                                         "golang",  "node:",       "python:", "rust:" };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_find(base, str_from(known[i])) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* --- read and set nowhere --- */

/* Whether all is known of what the service gets, and it gets something; *ret_place is where. */
static bool knows_environment(const RepoService *service, Span *ret_place)
{
    bool is_known = service->compose.len + service->containers.len > 0;
    *ret_place = SPAN_NONE;
    vec_foreach(compose, &service->compose) {
        is_known = is_known && (*compose)->env.is_complete;
        *ret_place = (*compose)->key->span;
    }
    vec_foreach(place, &service->containers) {
        const Node *name = node_path(place->container->node, "name");
        is_known = is_known && place->container->env.is_complete;
        *ret_place = name ? name->span : *ret_place;
    }
    return is_known;
}

static bool has_in_file(const Repository *repository, Str directory, Str name)
{
    enum { FILE_BYTES_MOST = 64 << 10 };
    static const Str files[] = { STR_INIT(".env"),
                                 STR_INIT(".env.example"),
                                 STR_INIT(".env.sample"),
                                 STR_INIT(".env.template"),
                                 STR_INIT("env.example") };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        auto_arena Arena *arena = arena_new(0);
        Str path = path_join(arena, directory, files[i]);
        Str text;
        if (fs_is_file(path.ptr) && fs_read(arena, path.ptr, FILE_BYTES_MOST, &text, NULL) == 0 &&
            str_find(text, name) != STR_NONE) {
            return true;
        }
    }
    return repository_tells_of(repository, name);
}

/* The names that are read, of which each bool says whether an artifact of any kind has it. */
static void find_names(const Repository *repository, Map *names)
{
    vec_foreach(read, &repository->reads) {
        if (!map_has(names, read->name)) {
            map_set(names, read->name, ARENA_NEW(repository->arena, bool));
        }
    }
    vec_foreach(artifact, &repository->audit->files.artifacts) {
        Str text = names->len > 0 ? (*artifact)->source->text : STR("");
        for (size_t at = 0; at < text.len;) {
            size_t end = at;
            while (end < text.len &&
                   (text.ptr[end] == '_' || (text.ptr[end] >= 'A' && text.ptr[end] <= 'Z') ||
                    (text.ptr[end] >= '0' && text.ptr[end] <= '9'))) {
                end++;
            }
            bool *found = end - at > 2 ? map_get(names, str_slice(text, at, end)) : NULL;
            if (found) {
                *found = true;
            }
            at = end + 1;
        }
    }
}

/* By an artifact, or as people are told to. */
static bool
is_set(const Repository *repository, const Map *names, const RepoService *service, Str name)
{
    const bool *found = map_get(names, name);
    return (found && *found) || has_in_file(repository, service->directory, name) ||
           has_in_file(repository, repository->root, name);
}

static void check_unset(RuleContext *ctx, const Repository *repository)
{
    Map said = MAP_ON_ARENA(repository->arena);
    Map names = MAP_ON_ARENA(repository->arena);
    find_names(repository, &names);
    vec_foreach(read, &repository->reads) {
        Span place;
        const RepoService *service = repository_service_of(repository, read->span.source->path);
        if (!service || map_has(&said, read->name) || across_is_of_runtime(read->name) ||
            !knows_environment(service, &place) ||
            is_set(repository, &names, service, read->name)) {
            continue;
        }
        map_set(&said, read->name, read);
        Diag *diag = rule_find_span(
            ctx,
            read->span,
            "\"%" STR_FMT "\" can't do without %" STR_FMT ", and nothing here sets it",
            STR_ARG(service->name),
            STR_ARG(read->name)
        );
        across_relate(ctx, diag, place, "the service gets its environment here");
    }
}

static void xa006(RuleContext *ctx, const Repository *repository)
{
    check_unset(ctx, repository);
    if (!repository_knows_sources(repository) || makes_names(repository)) {
        return;
    }
    vec_foreach(service, &repository->services) {
        for (size_t i = 0; runs_own_sources(service) && i < service->containers.len; i++) {
            check_unread(ctx, repository, &service->containers.ptr[i]);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA006",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A variable of a manifest that no source reads, or one that a source can't do "
                 "without and nothing sets",
      .why =
          "It was renamed on one side, or mistyped: the value has no effect, or the service ends "
          "at its start.",
      .fix = "correct the name, or set the variable where the service is run",
      .bad = "env: [{name: DATABSE_URL, value: …}]\n",
      .good = "env: [{name: DATABASE_URL, value: …}]\n",
      .check_repository = xa006 },
};

const RuleFamily rules_across_reads = { rules, ARRAY_LEN(rules) };
