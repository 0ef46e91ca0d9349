/* What runtimes may take, against what their containers get. */
#include "base/mem.h"

#include "across.h"

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

/* A third more than the runtime may take. */
static void
say_memory(RuleContext *ctx, const EnvValue *value, Span limit, Str limit_text, const char *unit)
{
    double bytes = 0;
    Diag *diag = rule_find(
        ctx,
        value->node,
        "%" STR_FMT " lets the runtime take as much as the memory limit %" STR_FMT " or more",
        STR_ARG(value->key),
        STR_ARG(limit_text)
    );
    across_relate(ctx, diag, limit, "the limit");
    if (runtime_bytes(value->key, value->text, &bytes) && bytes < 1e15) {
        double enough = bytes / (1024.0 * 1024) * 4 / 3;
        rule_suggest(ctx, diag, limit, "%llu%s", (unsigned long long) enough + 1, unit);
    }
}

/* A limit, and who is held against it. */
typedef struct Limit {
    const Node *node;
    Str text;
    double bytes;
    const char *unit; /* of a fix */
    const Environment *env;
} Limit;

static void check_environment(RuleContext *ctx, const Limit *limit, const ComposeProject *project)
{
    vec_foreach(value, &limit->env->values) {
        double bytes = 0;
        if (value->is_literal && runtime_bytes(value->key, value->text, &bytes) &&
            bytes >= limit->bytes && (!project || compose_is_own(project, value->node))) {
            say_memory(ctx, value, limit->node->span, limit->text, limit->unit);
        }
    }
}

/* What is said in words: arguments of a command here, or an instruction of the image. */
static void say_words(RuleContext *ctx, const Limit *limit, Span place)
{
    Diag *diag = rule_find(
        ctx,
        limit->node,
        "the runtime may take as much as the memory limit %" STR_FMT " or more",
        STR_ARG(limit->text)
    );
    across_relate(ctx, diag, place, "it is told so here");
}

static bool is_too_much(const Limit *limit, Str key, Str text)
{
    double bytes = 0;
    return runtime_bytes(key, text, &bytes) && bytes >= limit->bytes;
}

static void check_arguments(RuleContext *ctx, const Limit *limit, const Node *words)
{
    if (words && node_is_scalar(words) && is_too_much(limit, STR(""), words->text)) {
        say_words(ctx, limit, words->span);
    }
    for (size_t i = 0; i < node_len(words); i++) {
        const Node *word = words->seq.items[i];
        if (is_too_much(limit, STR(""), word->text)) {
            say_words(ctx, limit, word->span);
        }
    }
}

static void check_variables(RuleContext *ctx, const Limit *limit, const DockerInstruction *env)
{
    vec_foreach(pair, &env->pairs) {
        if (pair->value.is_known && !env_get(limit->env, pair->key.value) &&
            is_too_much(limit, pair->key.value, pair->value.value)) {
            say_words(ctx, limit, pair->span);
        }
    }
}

static void check_start(RuleContext *ctx, const Limit *limit, const DockerInstruction *start)
{
    if (start && is_too_much(limit, STR(""), start->rest.text)) {
        say_words(ctx, limit, start->span);
    }
}

/* The image's own settings, as far as the container doesn't put its own in their place. */
static void
check_image(RuleContext *ctx, const Limit *limit, const RepoService *service, bool is_started_here)
{
    const DockerStage *final = docker_final_stage(service->dockerfile);
    for (const DockerStage *stage = final; stage; stage = stage->base) {
        vec_foreach(instruction, &stage->instructions) {
            if ((*instruction)->kind == DOCKER_ENV) {
                check_variables(ctx, limit, *instruction);
            }
        }
    }
    if (final && !is_started_here) {
        check_start(ctx, limit, docker_stage_last(final, DOCKER_ENTRYPOINT));
        check_start(ctx, limit, docker_stage_last(final, DOCKER_CMD));
    }
}

/* --- where it runs --- */

static bool limit_of_container(const RepoContainer *place, Limit *ret)
{
    const Node *node = node_path(place->container->node, "resources.limits.memory");
    double milli = 0;
    if (!quantity_parse(node, &milli)) {
        return false;
    }
    *ret = (Limit) { node, node->text, milli / 1000, "Mi", &place->container->env };
    return true;
}

static void
check_container_memory(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    (void) repository;
    Limit limit;
    if (limit_of_container(place, &limit)) {
        across_enter(ctx, place);
        check_environment(ctx, &limit, NULL);
        check_arguments(ctx, &limit, node_path(place->container->node, "command"));
        check_arguments(ctx, &limit, node_path(place->container->node, "args"));
        across_leave(ctx);
    }
}

static bool limit_of_compose(const ComposeService *service, Limit *ret)
{
    const Node *node = node_path(service->node, "deploy.resources.limits.memory");
    node = node ? node : node_path(service->node, "mem_limit");
    Limit limit = { .node = node, .unit = "M", .env = &service->env };
    if (!node || !compose_text(service->project, node, &limit.text) ||
        !parse_bytes(limit.text, &limit.bytes)) {
        return false;
    }
    *ret = limit;
    return true;
}

static void check_compose_memory(RuleContext *ctx, const ComposeService *service)
{
    Limit limit;
    if (limit_of_compose(service, &limit)) {
        check_environment(ctx, &limit, service->project);
        if (compose_is_own(service->project, limit.node)) {
            check_arguments(ctx, &limit, node_path(service->node, "command"));
        }
    }
}

static void check_built(RuleContext *ctx, const RepoService *service)
{
    Limit limit;
    vec_foreach(place, &service->containers) {
        const Node *node = place->container->node;
        if (limit_of_container(place, &limit)) {
            across_enter(ctx, place);
            check_image(
                ctx, &limit, service, node_path(node, "command") || node_path(node, "args")
            );
            across_leave(ctx);
        }
    }
    vec_foreach(compose, &service->compose) {
        const Node *node = (*compose)->node;
        if ((*compose)->target.len == 0 && limit_of_compose(*compose, &limit)) {
            bool is_started_here = node_path(node, "command") || node_path(node, "entrypoint");
            check_image(ctx, &limit, service, is_started_here);
        }
    }
}

static void xa030(RuleContext *ctx, const Repository *repository)
{
    across_each_container(ctx, repository, NULL, check_container_memory);
    across_foreach_compose(service, repository) {
        check_compose_memory(ctx, service);
    }
    vec_foreach(service, &repository->services) {
        if (service->dockerfile) {
            check_built(ctx, service);
        }
    }
}

static const AuditRule rules[] = {
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

const RuleFamily rules_across_memory = { rules, ARRAY_LEN(rules) };
