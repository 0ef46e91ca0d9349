/* The environment that a service gets, here and there, and what its sources ask for. */
#include "base/mem.h"
#include "codec/json.h"

#include "across.h"

enum { NAMES_MOST = 8 };

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
    const Environment *wanted,
    const Environment *other,
    Str *names,
    const EnvValue **ret_first
)
{
    size_t count = 0;
    vec_foreach(value, &wanted->values) {
        bool is_of_cluster = str_find(value->key, STR("K8S")) != STR_NONE ||
                             str_find(value->key, STR("KUBE")) != STR_NONE;
        bool is_asked = !is_of_cluster && !value->is_field && !across_is_of_runtime(value->key) &&
                        has_no_default(value->key) && !env_get(other, value->key) &&
                        repository_mentions(repository, value->key);
        if (is_asked && count < NAMES_MOST) {
            *ret_first = count == 0 ? value : *ret_first;
            names[count++] = value->key;
        }
    }
    return count;
}

static Span place_of(const Environment *env)
{
    vec_foreach(value, &env->values) {
        if (value->node && span_is_known(value->node->span)) {
            return value->node->span;
        }
    }
    return SPAN_NONE;
}

/* Two lists that have nothing in common are of two designs, not of one with a hole. */
static bool are_alike(const Environment *a, const Environment *b)
{
    size_t shared = 0;
    vec_foreach(value, &a->values) {
        shared += env_get(b, value->key) != NULL;
    }
    return 2 * shared >= a->values.len || 2 * shared >= b->values.len;
}

/* A JSON string is one of YAML too. */
static Str quoted(Arena *arena, Str text)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    JsonWriter writer = json_writer(&out, 0);
    json_string(&writer, text);
    return strbuf_str(&out);
}

/* The variables with the values of the other side, to be looked at: hosts are called otherwise there. */
static void suggest_variables(
    RuleContext *ctx,
    Diag *diag,
    const Node *owner,
    const Environment *wanted,
    const Str *names,
    size_t count
)
{
    Arena *arena = ctx->diags->arena;
    const Node *list = node_path(owner, "env");
    for (size_t i = 0; i < count; i++) {
        const EnvValue *value = env_get(wanted, names[i]);
        Str text = quoted(arena, value->is_literal ? value->text : STR(""));
        if (list && i == 0) { /* edits at one place would overlap */
            const char *item = str_printf(
                                   arena,
                                   "{name: %" STR_FMT ", value: %" STR_FMT "}",
                                   STR_ARG(names[i]),
                                   STR_ARG(text)
            )
                                   .ptr;
            rule_fix_prepend(ctx, diag, list, item);
        } else if (!list && i == 0 && node_is_map(node_path(owner, "environment"))) {
            Str path = str_concat(arena, STR("environment."), names[i]);
            rule_fix_set(ctx, diag, owner, str_to_cstr(arena, path), str_to_cstr(arena, text));
        }
    }
    diag->is_suggestion = true;
}

/* Whether something was found. */
static bool compare_env(
    RuleContext *ctx,
    const Repository *repository,
    const ComposeService *compose,
    const RepoContainer *place,
    bool of_workload
)
{
    Arena *arena = repository->arena;
    const Environment *in_compose = &compose->env;
    const Environment *in_workload = &place->container->env;
    const Environment *wanted = of_workload ? in_workload : in_compose;
    const Environment *other = of_workload ? in_compose : in_workload;
    if (!other->is_complete || other->values.len == 0 || !are_alike(wanted, other)) {
        return false;
    }
    Str names[NAMES_MOST];
    const EnvValue *first = NULL;
    size_t count = missing_in(repository, wanted, other, names, &first);
    if (count == 0) {
        return false;
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
    suggest_variables(
        ctx, diag, of_workload ? compose->node : place->container->node, wanted, names, count
    );
    return true;
}

/* Of several Compose services that run one image the first that differs stands for all. */
static void compare_all(RuleContext *ctx, const Repository *repository, bool of_workload)
{
    vec_foreach(service, &repository->services) {
        for (size_t i = 0; i < service->containers.len; i++) {
            const RepoContainer *place = &service->containers.ptr[i];
            bool found =
                place->container->kind != CONTAINER_MAIN || !repository_knows_sources(repository);
            for (size_t k = 0; k < service->compose.len && !found; k++) {
                found = compare_env(ctx, repository, service->compose.ptr[k], place, of_workload);
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
};

const RuleFamily rules_across_env = { rules, ARRAY_LEN(rules) };
