/* The environment that a service gets, here and there, and what its sources ask for. */
#include "base/mem.h"

#include "across.h"

enum { NAMES_MOST = 8 };

/* Variables of runtimes, platforms and tools, which no source of a service needs to mention. */
static const Str runtime_prefixes[] = {
    STR_INIT("OTEL_"),
    STR_INIT("GOMEM"),
    STR_INIT("GOMAX"),
    STR_INIT("GOGC"),
    STR_INIT("GODEBUG"),
    STR_INIT("NODE_"),
    STR_INIT("JAVA_"),
    STR_INIT("JDK_"),
    STR_INIT("JVM_"),
    STR_INIT("MALLOC"),
    STR_INIT("PYTHON"),
    STR_INIT("LD_"),
    STR_INIT("AWS_"),
    STR_INIT("GOOGLE"),
    STR_INIT("AZURE_"),
    STR_INIT("DD_"),
    STR_INIT("SENTRY_"),
    STR_INIT("NEW_RELIC"),
    STR_INIT("KUBERNETES"),
    STR_INIT("POD_"),
    STR_INIT("K8S_"),
    STR_INIT("NPM_"),
    STR_INIT("UV_"),
    STR_INIT("GRPC_"),
    STR_INIT("RUST_"),
    STR_INIT("ASPNETCORE_"),
    STR_INIT("DOTNET_"),
    STR_INIT("SPRING_"),
    STR_INIT("QUARKUS_"),
    STR_INIT("NEXT_"),
    STR_INIT("VITE_"),
    STR_INIT("REACT_APP_"),
    STR_INIT("GUNICORN_"),
    STR_INIT("UVICORN_"),
    STR_INIT("WEB_CONCURRENCY"),
    STR_INIT("RAILS_"),
    STR_INIT("RACK_"),
    STR_INIT("PHP_"),
    STR_INIT("APACHE_"),
    STR_INIT("NGINX_"),
    STR_INIT("SSL_CERT"),
    STR_INIT("XDG_"),
    STR_INIT("DJANGO_"),
    STR_INIT("FLASK_"),
    STR_INIT("CATALINA_"),
};
static const Str runtime_names[] = {
    STR_INIT("TZ"),
    STR_INIT("LANG"),
    STR_INIT("LC_ALL"),
    STR_INIT("PATH"),
    STR_INIT("HOME"),
    STR_INIT("HOSTNAME"),
    STR_INIT("USER"),
    STR_INIT("TERM"),
    STR_INIT("TMPDIR"),
    STR_INIT("PORT"),
    STR_INIT("HOST"),
    STR_INIT("HTTP_PROXY"),
    STR_INIT("HTTPS_PROXY"),
    STR_INIT("NO_PROXY"),
    STR_INIT("http_proxy"),
    STR_INIT("https_proxy"),
    STR_INIT("no_proxy"),
    STR_INIT("DEBUG"),
    STR_INIT("CI"),
    STR_INIT("CHOKIDAR_USEPOLLING"),
    STR_INIT("WATCHPACK_POLLING"),
};

static bool is_of_runtime(Str key)
{
    for (size_t i = 0; i < ARRAY_LEN(runtime_prefixes); i++) {
        if (str_has_prefix(key, runtime_prefixes[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(runtime_names); i++) {
        if (str_eq(key, runtime_names[i])) {
            return true;
        }
    }
    return false;
}

/* --- XA004, XA005 ----------------------------------------------------------------------------- */

/* Whether the variable names what a service can't do without; flags and levels have defaults. */
static bool has_no_default(Str key)
{
    static const Str endings[] = {
        STR_INIT("_URL"),      STR_INIT("_URI"),      STR_INIT("_DSN"),     STR_INIT("_HOST"),
        STR_INIT("_PORT"),     STR_INIT("_ADDR"),     STR_INIT("_ADDRESS"), STR_INIT("_ENDPOINT"),
        STR_INIT("_BROKERS"),  STR_INIT("_SERVERS"),  STR_INIT("_USER"),    STR_INIT("_USERNAME"),
        STR_INIT("_PASSWORD"), STR_INIT("_SECRET"),   STR_INIT("_KEY"),     STR_INIT("_TOKEN"),
        STR_INIT("_DB"),       STR_INIT("_DATABASE"), STR_INIT("_BUCKET"),  STR_INIT("_TOPIC"),
        STR_INIT("_QUEUE"),    STR_INIT("_NAME"),
    };
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (str_has_suffix(key, endings[i])) {
            return true;
        }
    }
    return false;
}

/* What `wanted` sets and `other` doesn't, of what the sources mention: a variable that nobody reads is
 * XA006's. */
static size_t missing_in(
    const Repository *repository,
    const EnvList *wanted,
    const EnvList *other,
    Str *names,
    const EnvValue **ret_first
)
{
    size_t count = 0;
    vec_foreach(value, &wanted->values) {
        bool is_asked = !value->is_field && !is_of_runtime(value->key) &&
                        has_no_default(value->key) && !env_get(other, value->key) &&
                        repository_mentions(repository, value->key);
        if (is_asked && count < NAMES_MOST) {
            *ret_first = count == 0 ? value : *ret_first;
            names[count++] = value->key;
        }
    }
    return count;
}

static Span place_of(const EnvList *env)
{
    vec_foreach(value, &env->values) {
        if (value->node && span_is_known(value->node->span)) {
            return value->node->span;
        }
    }
    return SPAN_NONE;
}

/* Two lists that have nothing in common are of two designs, not of one with a hole. */
static bool are_alike(const EnvList *a, const EnvList *b)
{
    size_t shared = 0;
    vec_foreach(value, &a->values) {
        shared += env_get(b, value->key) != NULL;
    }
    return 2 * shared >= a->values.len || 2 * shared >= b->values.len;
}

static void compare_env(
    RuleContext *ctx,
    const Repository *repository,
    const ComposeService *compose,
    const RepoContainer *place,
    bool of_workload
)
{
    Arena *arena = repository->arena;
    EnvList in_compose = env_of_compose(arena, compose);
    EnvList in_workload = env_of_container(arena, place);
    const EnvList *wanted = of_workload ? &in_workload : &in_compose;
    const EnvList *other = of_workload ? &in_compose : &in_workload;
    if (!other->is_complete || other->values.len == 0 || !are_alike(wanted, other)) {
        return;
    }
    Str names[NAMES_MOST];
    const EnvValue *first = NULL;
    size_t count = missing_in(repository, wanted, other, names, &first);
    if (count == 0) {
        return;
    }
    Str list = across_join(arena, names, count);
    if (of_workload) {
        across_enter(ctx, place);
    }
    Diag *diag = rule_find(
        ctx,
        first->node,
        "%s doesn't set %" STR_FMT " for \"%" STR_FMT "\"",
        of_workload ? "Compose" : "the workload",
        STR_ARG(list),
        STR_ARG(compose->name)
    );
    across_leave(ctx);
    across_relate(ctx, diag, place_of(other), "what is set there");
}

static void compare_all(RuleContext *ctx, const Repository *repository, bool of_workload)
{
    vec_foreach(service, &repository->services) {
        vec_foreach(compose, &service->compose) {
            vec_foreach(place, &service->containers) {
                if (place->container->kind == CONTAINER_MAIN &&
                    repository_knows_sources(repository)) {
                    compare_env(ctx, repository, *compose, place, of_workload);
                }
            }
        }
    }
}

static void xa004(RuleContext *ctx, const Repository *repository)
{
    compare_all(ctx, repository, true);
}

static void xa005(RuleContext *ctx, const Repository *repository)
{
    compare_all(ctx, repository, false);
}

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
    if (is_of_runtime(key) || repository_mentions(repository, key)) {
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
    EnvList env = env_of_container(repository->arena, place);
    Map said = MAP_ON_ARENA(repository->arena);
    across_enter(ctx, place);
    vec_foreach(value, &env.values) {
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

static void xa006(RuleContext *ctx, const Repository *repository)
{
    if (!repository_knows_sources(repository) || makes_names(repository)) {
        return;
    }
    vec_foreach(service, &repository->services) {
        for (size_t i = 0; runs_own_sources(service) && i < service->containers.len; i++) {
            check_unread(ctx, repository, &service->containers.ptr[i]);
        }
    }
}

/* --- XA030 ------------------------------------------------------------------------------------ */

/* Bytes of "512m", "1Gi", "1073741824"; units of 1024 as runtimes have them. */
static bool parse_bytes(Str text, double *ret_bytes)
{
    size_t end = 0;
    while (end < text.len &&
           ((text.ptr[end] >= '0' && text.ptr[end] <= '9') || text.ptr[end] == '.')) {
        end++;
    }
    double number = 0;
    if (end == 0 || !str_to_double(str_slice(text, 0, end), &number)) {
        return false;
    }
    char unit = end < text.len ? (char) (text.ptr[end] | 0x20) : 'b';
    double factor = unit == 'k'   ? 1024.0
                    : unit == 'm' ? 1024.0 * 1024
                    : unit == 'g' ? 1024.0 * 1024 * 1024
                                  : 1;
    *ret_bytes = number * factor;
    return true;
}

static Str word_behind(Str text, const char *mark)
{
    size_t at = str_find(text, str_from(mark));
    if (at == STR_NONE) {
        return STR("");
    }
    Str rest = str_skip(text, at + strlen(mark));
    size_t end = 0;
    while (end < rest.len && !str_has_char(STR(" \t\"',"), rest.ptr[end])) {
        end++;
    }
    return str_slice(rest, 0, end);
}

/* What the runtime may take by itself, in bytes; false where the variable says nothing of it. */
static bool runtime_bytes(Str key, Str text, double *ret_bytes)
{
    Str heap = word_behind(text, "-Xmx");
    if (heap.len > 0) {
        return parse_bytes(heap, ret_bytes);
    }
    Str space = word_behind(text, "--max-old-space-size=");
    if (space.len > 0 && parse_bytes(space, ret_bytes)) {
        *ret_bytes *= 1024.0 * 1024; /* MiB */
        return true;
    }
    return str_eq(key, STR("GOMEMLIMIT")) && parse_bytes(text, ret_bytes);
}

static void say_memory(RuleContext *ctx, const EnvValue *value, Span limit, Str limit_text)
{
    Diag *diag = rule_find(
        ctx,
        value->node,
        "%" STR_FMT " lets the runtime take as much as the memory limit %" STR_FMT " or more",
        STR_ARG(value->key),
        STR_ARG(limit_text)
    );
    across_relate(ctx, diag, limit, "the limit");
}

static void
check_container_memory(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    const Node *limit = node_path(place->container->node, "resources.limits.memory");
    double milli = 0;
    if (!quantity_parse(limit, &milli)) {
        return;
    }
    EnvList env = env_of_container(repository->arena, place);
    vec_foreach(value, &env.values) {
        double bytes = 0;
        if (value->is_literal && runtime_bytes(value->key, value->text, &bytes) &&
            bytes * 1000 >= milli) {
            across_enter(ctx, place);
            say_memory(ctx, value, limit->span, limit->text);
            across_leave(ctx);
        }
    }
}

static void
check_compose_memory(RuleContext *ctx, const Repository *repository, const ComposeService *service)
{
    const Node *limit = node_path(service->node, "deploy.resources.limits.memory");
    limit = limit ? limit : node_path(service->node, "mem_limit");
    Str text;
    double most = 0;
    if (!limit || !compose_text(service->project, limit, &text) || !parse_bytes(text, &most)) {
        return;
    }
    EnvList env = env_of_compose(repository->arena, service);
    vec_foreach(value, &env.values) {
        double bytes = 0;
        if (value->is_literal && runtime_bytes(value->key, value->text, &bytes) && bytes >= most &&
            compose_is_own(service->project, value->node)) {
            say_memory(ctx, value, limit->span, text);
        }
    }
}

static void xa030(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
                RepoContainer place = { *bundle, object, &object->pod->containers.ptr[i] };
                check_container_memory(ctx, repository, &place);
            }
        }
    }
    vec_foreach(project, &repository->audit->compose_projects) {
        for (size_t i = 0; i < (*project)->services.len; i++) {
            check_compose_memory(ctx, repository, &(*project)->services.ptr[i]);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA004",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning =
          "A variable that the workload sets and Compose doesn't, for a service that reads it",
      .why = "On a laptop the service runs with another configuration, or doesn't start.",
      .fix = "set it in Compose too",
      .check_repository = xa004 },
    { .id = "XA005",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning =
          "A variable that Compose sets and the workload doesn't, for a service that reads it",
      .why = "In the cluster the service runs with another configuration, or doesn't start.",
      .fix = "set it in the manifests too",
      .check_repository = xa005 },
    { .id = "XA006",
      .artifact = "Repository",
      .severity = SEVERITY_WARN,
      .meaning = "A variable of a manifest that no source reads",
      .why = "It was renamed in the code, or mistyped here: the value has no effect.",
      .fix = "correct the name or take it away",
      .bad = "env: [{name: DATABSE_URL, value: …}]\n",
      .good = "env: [{name: DATABASE_URL, value: …}]\n",
      .check_repository = xa006 },
    { .id = "XA030",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A memory limit at or below what the runtime is told it may take",
      .why =
          "The runtime frees nothing before it reaches its own bound: the kernel kills it first.",
      .fix = "leave a quarter of the limit for what isn't the heap",
      .bad = "env: [{name: JAVA_OPTS, value: -Xmx1g}]\nresources: {limits: {memory: 512Mi}}\n",
      .good = "env: [{name: JAVA_OPTS, value: -Xmx384m}]\nresources: {limits: {memory: 512Mi}}\n",
      .check_repository = xa030 },
};

const RuleFamily rules_across_env = { rules, ARRAY_LEN(rules) };
