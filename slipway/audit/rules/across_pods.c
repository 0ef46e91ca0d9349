/* What a container is told to do, against the image that it runs. */
#include "base/mem.h"
#include "base/path.h"

#include "across.h"
#include "dockerfile_common.h"

static const DockerStage *final_stage(const RepoService *service)
{
    return service->dockerfile ? docker_final_stage(service->dockerfile) : NULL;
}

/* --- XA007 ------------------------------------------------------------------------------------ */

/* Whether the sources may serve the path: each part of it stands in some source, or files and folders
 * are routes and have its name. */
static bool may_serve(const Repository *repository, Str path)
{
    path = str_slice(path, 0, str_find_char(path, '?'));
    Str part;
    while (str_next(&path, '/', &part)) {
        bool is_word = true;
        for (size_t i = 0; i < part.len; i++) {
            char c = part.ptr[i];
            is_word = is_word && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || c == '_');
        }
        if (!is_word || part.len == 0 || repository_mentions(repository, part)) {
            continue;
        }
        bool is_folder = false;
        vec_foreach(source, &repository->audit->files.sources) {
            is_folder = is_folder || str_find(*source, part) != STR_NONE;
        }
        if (!is_folder) {
            return false;
        }
    }
    return true;
}

/* Frameworks that serve health by themselves; Spring's may have another base path. */
static bool serves_by_itself(const Repository *repository, Str path)
{
    bool is_actuators = str_find(path, STR("actuator")) != STR_NONE ||
                        str_has_prefix(path, STR("/health")) ||
                        str_has_suffix(path, STR("/health/liveness")) ||
                        str_has_suffix(path, STR("/health/readiness"));
    return (is_actuators && repository_mentions(repository, STR("actuator"))) ||
           (str_has_prefix(path, STR("/q/")) && repository_mentions(repository, STR("quarkus")));
}

static void check_path(RuleContext *ctx, const Repository *repository, const Node *node, Str path)
{
    if (path.len > 1 && path.ptr[0] == '/' && !may_serve(repository, path) &&
        !serves_by_itself(repository, path)) {
        rule_find(ctx, node, "no source mentions the path \"%" STR_FMT "\"", STR_ARG(path));
    }
}

static void check_probes(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    static const char *const paths[] = {
        "livenessProbe.httpGet.path",
        "readinessProbe.httpGet.path",
        "startupProbe.httpGet.path",
    };
    across_enter(ctx, place);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        const Node *path = node_path(place->container->node, paths[i]);
        if (path) {
            check_path(ctx, repository, path, path->text);
        }
    }
    across_leave(ctx);
}

/* The path of a URL to the own host in a health check's command. */
static Str url_path(Str text)
{
    size_t at = str_find(text, STR("://localhost"));
    at = at == STR_NONE ? str_find(text, STR("://127.0.0.1")) : at;
    if (at == STR_NONE) {
        return STR("");
    }
    Str rest = str_skip(text, at + 3);
    size_t slash = str_find_char(rest, '/');
    if (slash == STR_NONE) {
        return STR("");
    }
    rest = str_skip(rest, slash);
    size_t end = 0;
    while (end < rest.len && !str_has_char(STR(" \t\"'|&;)?"), rest.ptr[end])) {
        end++;
    }
    return str_has_char(str_slice(rest, 0, end), '$') ? STR("") : str_slice(rest, 0, end);
}

static void
check_compose_health(RuleContext *ctx, const Repository *repository, const ComposeService *service)
{
    const Node *test = node_path(service->healthcheck, "test");
    if (test && node_is_scalar(test)) {
        check_path(ctx, repository, test, url_path(test->text));
    }
    for (size_t i = 0; i < node_len(test); i++) {
        check_path(ctx, repository, test->seq.items[i], url_path(test->seq.items[i]->text));
    }
}

static void
check_docker_health(RuleContext *ctx, const Repository *repository, const RepoService *service)
{
    const DockerStage *stage = final_stage(service);
    const DockerInstruction *check = stage ? docker_stage_last(stage, DOCKER_HEALTHCHECK) : NULL;
    Str path = check ? url_path(check->rest.text) : STR("");
    if (path.len > 1 && !may_serve(repository, path) && !serves_by_itself(repository, path)) {
        rule_find_span(
            ctx, check->span, "no source mentions the path \"%" STR_FMT "\"", STR_ARG(path)
        );
    }
}

/* Only for services that are built from sources that are here. */
static void xa007(RuleContext *ctx, const Repository *repository)
{
    if (!repository_knows_sources(repository)) {
        return;
    }
    vec_foreach(service, &repository->services) {
        if (!service->dockerfile || !across_takes_sources(service->dockerfile, NULL)) {
            continue;
        }
        vec_foreach(place, &service->containers) {
            check_probes(ctx, repository, place);
        }
        vec_foreach(compose, &service->compose) {
            check_compose_health(ctx, repository, *compose);
        }
        check_docker_health(ctx, repository, service);
    }
}

/* --- XA027 ------------------------------------------------------------------------------------ */

static const DockerInstruction *user_of(const RepoService *service)
{
    const DockerStage *stage = final_stage(service);
    return stage ? docker_stage_last(stage, DOCKER_USER) : NULL;
}

static Str user_name(const DockerInstruction *user)
{
    Str value =
        user->words.len > 0 && user->words.ptr[0].is_known ? user->words.ptr[0].value : STR("");
    return str_slice(value, 0, str_find_char(value, ':'));
}

static bool is_number(Str text)
{
    uint64_t ignored = 0;
    return str_to_uint64(text, &ignored);
}

static const Node *said_user(const RepoContainer *place, const char *key)
{
    const Node *own = node_path(place->container->security, key);
    return own ? own : node_path(place->container->pod->security, key);
}

static void check_user(RuleContext *ctx, const RepoContainer *place, const DockerInstruction *user)
{
    const Node *run_as = said_user(place, "runAsUser");
    const Node *non_root = said_user(place, "runAsNonRoot");
    Str name = user_name(user);
    if (name.len == 0) {
        return;
    }
    if (run_as && is_number(name) && !str_eq(run_as->text, name)) {
        Diag *diag = rule_find(
            ctx,
            run_as,
            "runs as %" STR_FMT ", the image is made for user %" STR_FMT,
            STR_ARG(run_as->text),
            STR_ARG(name)
        );
        across_relate(ctx, diag, user->span, "the image's user");
        rule_suggest(ctx, diag, run_as->span, "%" STR_FMT, STR_ARG(name));
    } else if (!run_as && node_is_true(non_root) && !is_number(name)) {
        Diag *diag = rule_find(
            ctx,
            non_root,
            "the image's user \"%" STR_FMT
            "\" is a name: the kubelet can't tell that it isn't root",
            STR_ARG(name)
        );
        across_relate(ctx, diag, user->span, "the image's user");
    }
}

static void xa027(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        const DockerInstruction *user = user_of(service);
        for (size_t i = 0; user && i < service->containers.len; i++) {
            across_enter(ctx, &service->containers.ptr[i]);
            check_user(ctx, &service->containers.ptr[i], user);
            across_leave(ctx);
        }
    }
}

/* --- XA029 ------------------------------------------------------------------------------------ */

/* Whether the stage may have the program: it is copied into the image under that name, or something is
 * copied as a whole. */
static bool may_have(const DockerStage *stage, Str program)
{
    Str name = path_base(program);
    for (; stage; stage = stage->base) {
        vec_foreach(instruction, &stage->instructions) {
            DockerKind kind = (*instruction)->kind;
            if ((kind == DOCKER_COPY || kind == DOCKER_ADD) &&
                (str_find((*instruction)->rest.text, name) != STR_NONE ||
                 str_has_char((*instruction)->rest.text, '*'))) {
                return true;
            }
        }
    }
    return false;
}

/* Programs that images without anything lack; others may be the service itself. */
static bool is_tool(Str program)
{
    static const char *const tools[] = { "sh",
                                         "bash",
                                         "ash",
                                         "curl",
                                         "wget",
                                         "cat",
                                         "ls",
                                         "test",
                                         "nc",
                                         "sleep",
                                         "pg_isready",
                                         "pgrep",
                                         "echo",
                                         "python",
                                         "node",
                                         "kill",
                                         "ps",
                                         "grep",
                                         "grpc_health_probe",
                                         "/bin/sh",
                                         "/bin/bash",
                                         "killall" };
    for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
        if (str_eq_cstr(program, tools[i]) || str_eq_cstr(path_base(program), tools[i])) {
            return true;
        }
    }
    return false;
}

static bool is_shell(Str program)
{
    Str name = path_base(program);
    return str_eq(name, STR("sh")) || str_eq(name, STR("bash")) || str_eq(name, STR("ash"));
}

/* distroless/nodejs and distroless/python bring their runtime. */
static bool is_its_runtime(Str base, Str program)
{
    return (str_find(base, STR("node")) != STR_NONE && str_eq(path_base(program), STR("node"))) ||
           (str_find(base, STR("python")) != STR_NONE &&
            str_has_prefix(path_base(program), STR("python")));
}

static void say_lacking(RuleContext *ctx, const DockerStage *root, const Node *node, Str program)
{
    Diag *diag = rule_find(ctx, node, "the image has no %" STR_FMT, STR_ARG(program));
    across_relate(ctx, diag, root->image.span, "the image has nothing but what is copied into it");
}

static void check_program(RuleContext *ctx, const Dockerfile *file, const Node *node, Str program)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerStage *root = docker_stage_root(stage);
    if (image_is_bare(root->image.value)) {
        if (is_tool(program) && !may_have(stage, program) &&
            !is_its_runtime(root->image.value, program)) {
            say_lacking(ctx, root, node, program);
        }
    } else if (image_lacks(file, program)) {
        Diag *diag = rule_find(ctx, node, "the image has no %" STR_FMT, STR_ARG(program));
        across_relate(
            ctx, diag, root->image.span, "this one comes without it, and nothing adds it"
        );
    }
}

/* Of a shell's text, which starts with a program; where it names both, it tries one after the other. */
static void check_text(RuleContext *ctx, const Dockerfile *file, const Node *node, Str text)
{
    Str program = str_trim(text);
    bool tries = str_find(text, STR("curl")) != STR_NONE && str_find(text, STR("wget")) != STR_NONE;
    program = str_slice(program, 0, str_find_char(program, ' '));
    const DockerStage *root = docker_stage_root(docker_final_stage(file));
    if (!tries && !image_is_bare(root->image.value)) {
        check_program(ctx, file, node, program);
    }
}

/* A list of words; a shell's text among them is what counts where there is a shell. */
static void check_words(RuleContext *ctx, const Dockerfile *file, const Node *words, size_t first)
{
    const Node *const *items = (const Node *const *) words->seq.items + first;
    size_t len = node_len(words) - first;
    check_program(ctx, file, items[0], items[0]->text);
    if (len > 2 && is_shell(items[0]->text) && str_eq(items[1]->text, STR("-c"))) {
        check_text(ctx, file, items[2], items[2]->text);
    }
}

static void check_exec(RuleContext *ctx, const RepoContainer *place, const Dockerfile *file)
{
    static const char *const paths[] = {
        "livenessProbe.exec.command",       "readinessProbe.exec.command",
        "startupProbe.exec.command",        "lifecycle.preStop.exec.command",
        "lifecycle.postStart.exec.command", "command",
    };
    across_enter(ctx, place);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        const Node *command = node_path(place->container->node, paths[i]);
        if (node_len(command) > 0) {
            check_words(ctx, file, command, 0);
        }
    }
    across_leave(ctx);
}

static void check_test(RuleContext *ctx, const ComposeService *service, const Dockerfile *file)
{
    const Node *test = node_path(service->healthcheck, "test");
    if (!test || service->target.len > 0) {
        return;
    }
    if (node_is_scalar(test)) {
        check_program(ctx, file, test, STR("sh"));
        check_text(ctx, file, test, test->text);
    } else if (node_len(test) > 1 && str_eq(test->seq.items[0]->text, STR("CMD-SHELL"))) {
        check_program(ctx, file, test->seq.items[1], STR("sh"));
        check_text(ctx, file, test->seq.items[1], test->seq.items[1]->text);
    } else if (node_len(test) > 1 && str_eq(test->seq.items[0]->text, STR("CMD"))) {
        check_words(ctx, file, test, 1);
    }
}

static void xa029(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        const DockerStage *stage = final_stage(service);
        for (size_t i = 0; stage && i < service->containers.len; i++) {
            check_exec(ctx, &service->containers.ptr[i], service->dockerfile);
        }
        for (size_t i = 0; stage && i < service->compose.len; i++) {
            check_test(ctx, service->compose.ptr[i], service->dockerfile);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "XA007",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A health path that no source serves",
      .why = "The probe gets 404: the service is restarted for ever, or never gets a request.",
      .fix = "ask the path that the service answers",
      .bad = "readinessProbe: {httpGet: {path: /readyz, port: 8080}} # served is /health/ready\n",
      .good = "readinessProbe: {httpGet: {path: /health/ready, port: 8080}}\n",
      .check_repository = xa007 },
    { .id = "XA027",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "The pod's user isn't the image's, or can't be told from root",
      .why = "Files of the image belong to its own user; a user by name fails runAsNonRoot at the "
             "start.",
      .fix = "use the same number in USER and runAsUser",
      .bad = "securityContext: {runAsNonRoot: true} # and the Dockerfile says USER app\n",
      .good = "securityContext: {runAsNonRoot: true} # and the Dockerfile says USER 10001\n",
      .check_repository = xa027 },
    { .id = "XA029",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A probe, hook or health check runs a program that the image lacks",
      .why = "An image from scratch or distroless has no shell and no tools, a slim one no curl: "
             "the check "
             "always fails.",
      .fix = "ask over HTTP or gRPC, or give the service a flag that checks itself",
      .bad =
          "livenessProbe: {exec: {command: [curl, localhost]}} # FROM gcr.io/distroless/static\n",
      .good = "livenessProbe: {httpGet: {path: /live, port: 8080}}\n",
      .check_repository = xa029 },
};

const RuleFamily rules_across_pods = { rules, ARRAY_LEN(rules) };
