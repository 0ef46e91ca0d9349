/* How a service starts, stays well and ends. */
#include "base/mem.h"

#include "compose.h"
#include "words.h"

static bool goes_on(const ComposeService *service)
{
    return !compose_is_one_shot(service) && !service->is_extended &&
           !is_of_devcontainer(service->project->source->path) &&
           !node_get_cstr(service->node, "provider");
}

static bool has_limit(const ComposeService *service)
{
    return compose_said(service, "mem_limit") ||
           compose_said(service, "deploy.resources.limits.memory");
}

/* How much it needs is to be measured. */
static void limit_memory(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    rule_fix_set(ctx, diag, service->node, "mem_limit", "512m");
    diag->is_suggestion = true;
}

static void co021(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx, project, &(ComposeMissing) { goes_on, has_limit, "has no memory limit", limit_memory }
    );
}

static bool has_restart(const ComposeService *service)
{
    return compose_said(service, "restart") || compose_said(service, "deploy.restart_policy");
}

/* What a profile starts is a tool as often as a server. */
static bool ought_to_restart(const ComposeService *service)
{
    return goes_on(service) && service->profiles.len == 0;
}

static void restart(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    rule_fix_set(ctx, diag, service->node, "restart", "unless-stopped");
}

static void co022(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx,
        project,
        &(ComposeMissing) { ought_to_restart, has_restart, "has no restart policy", restart }
    );
}

/* --- health --- */

static bool image_has_check(const ComposeService *service)
{
    return service->dockerfile_source &&
           str_find(service->dockerfile_source->text, STR("HEALTHCHECK")) != STR_NONE;
}

/* Something waits for it, and its image is known to say nothing of its health. */
static bool ought_to_be_checked(const ComposeService *service)
{
    bool known = compose_is_store(service) || (service->build && service->dockerfile_source);
    return goes_on(service) && service->is_needed && known && !image_has_check(service);
}

static bool says_health(const ComposeService *service)
{
    return compose_said(service, "healthcheck") != NULL;
}

static void co023(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx,
        project,
        &(ComposeMissing
        ) { ought_to_be_checked, says_health, "has no health check, and others wait for it", NULL }
    );
}

/* The command of the check in one text. */
static Str check_text(const ComposeService *service, const Node **ret_node)
{
    const Node *test = node_get_cstr(service->healthcheck, "test");
    *ret_node = test;
    if (node_is_string(test)) {
        return test->text;
    }
    StrBuf text = STRBUF_ON_ARENA(service->project->arena);
    for (size_t i = 1; node_is_seq(test) && i < test->seq.len; i++) {
        strbuf_add(&text, test->seq.items[i]->text);
        strbuf_add_char(&text, ' ');
    }
    return str_trim(strbuf_str(&text));
}

static bool always_succeeds(Str text)
{
    static const char *const ends[] = { "|| true",  "|| :",   "||true",  "|| exit 0",
                                        "||exit 0", "; true", "; exit 0" };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (str_has_suffix(str_trim_end(text), str_from(ends[i]))) {
            return true;
        }
    }
    return false;
}

/* curl ends with 0 on a 500 unless it is told to fail. */
static bool ignores_status(Str text)
{
    Str word;
    bool is_curl = false, fails = false, more = false;
    while (str_next(&text, ' ', &word)) {
        bool is_short = str_has_prefix(word, STR("-")) && !str_has_prefix(word, STR("--"));
        is_curl = is_curl || str_eq(word, STR("curl")) || str_has_suffix(word, STR("/curl"));
        fails =
            fails || str_has_prefix(word, STR("--fail")) || (is_short && str_has_char(word, 'f'));
        more = more || str_has_char(word, '|') || str_has_char(word, '`') ||
               str_has_prefix(word, STR("$(")) || str_eq(word, STR("-w")) ||
               str_eq(word, STR("--write-out")) || str_has_char(word, '[');
    }
    return is_curl && !fails && !more;
}

static void co024(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        const Node *node = NULL;
        Str text = service->has_healthcheck ? check_text(service, &node) : STR("");
        /* "curl … || exit 1" fails no more than curl does */
        Str bare = text;
        (void) (str_strip_suffix(&bare, STR("|| exit 1")) ||
                str_strip_suffix(&bare, STR("||exit 1")));
        if (always_succeeds(text)) {
            (void) compose_find(
                ctx,
                project,
                node,
                "the health check of \"%" STR_FMT "\" can't fail",
                STR_ARG(service->name)
            );
        } else if (ignores_status(bare)) {
            Diag *diag = compose_find(
                ctx,
                project,
                node,
                "the health check of \"%" STR_FMT "\" is content with an HTTP error",
                STR_ARG(service->name)
            );
            if (diag) {
                rule_hint(ctx, diag, "curl -f fails on 400 and above");
            }
        }
    }
}

static void co026(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->depends_on.len; i++) {
            const ComposeDependency *dependency = &service->depends_on.ptr[i];
            const ComposeService *target = compose_service(project, dependency->name);
            if (!dependency->is_short || !target || !target->has_healthcheck) {
                continue;
            }
            Diag *diag = compose_find(
                ctx,
                project,
                dependency->node,
                "\"%" STR_FMT "\" starts when \"%" STR_FMT
                "\" has started, not when its health check passes",
                STR_ARG(service->name),
                STR_ARG(dependency->name)
            );
            if (diag) {
                compose_fix_depends_on(ctx, diag, service);
            }
        }
    }
}

static void co033(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        const Node *node = node_get_cstr(service->node, "restart");
        Str text;
        bool restarts = node && compose_text(project, node, &text) &&
                        (str_eq(text, STR("always")) || str_eq(text, STR("unless-stopped")));
        Diag *diag =
            restarts && compose_is_one_shot(service)
                ? compose_find(
                      ctx,
                      project,
                      node,
                      "\"%" STR_FMT "\" does one thing and ends, and is started again for ever",
                      STR_ARG(service->name)
                  )
                : NULL;
        if (diag && compose_can_edit(service)) {
            rule_fix_set(ctx, diag, service->node, "restart", "on-failure");
        }
    }
}

static bool rotates(const ComposeService *service)
{
    const Node *driver = compose_said(service, "logging.driver");
    bool json = !driver || str_eq(driver->text, STR("json-file"));
    return !json || compose_said(service, "logging.options.max-size");
}

static void rotate(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    rule_fix_set(ctx, diag, service->node, "logging.options.max-size", "10m");
}

static void co034(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx,
        project,
        &(ComposeMissing) { goes_on, rotates, "logs into a file that never ends", rotate }
    );
}

static bool is_lasting_store(const ComposeService *service)
{
    Str name = image_name(service->image_text);
    return compose_is_store(service) && !str_eq(name, STR("memcached")) &&
           !str_eq(name, STR("redis")) && !str_eq(name, STR("valkey"));
}

static bool says_grace(const ComposeService *service)
{
    return compose_said(service, "stop_grace_period") != NULL;
}

static void co035(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx,
        project,
        &(ComposeMissing
        ) { is_lasting_store, says_grace, "is killed ten seconds after it was asked to end", NULL }
    );
}

static const AuditRule rules[] = {
    { .id = "CO021",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A service without a memory limit",
      .why = "One that leaks takes the whole machine with it, and the kernel chooses whom to end.",
      .fix = "add deploy.resources.limits.memory",
      .bad = "services:\n  api:\n    image: shop/api:1.4\n",
      .good = "services:\n  api:\n    image: shop/api:1.4\n    deploy: {resources: {limits: "
              "{memory: 256m}}}\n",
      .peers = "KI:bb9ac4f7-e13b-423d-a010-c74a1bfbe492",
      .check_compose = co021 },
    { .id = "CO022",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "A service that goes on without a restart policy",
      .why = "It stays down after a crash or a restart of the machine.",
      .fix = "add `restart: unless-stopped`",
      .bad = "services:\n  api:\n    image: shop/api:1.4\n",
      .good = "services:\n  api:\n    image: shop/api:1.4\n    restart: unless-stopped\n",
      .peers = "KI:2fc99041-ddad-49d5-853f-e35e70a48391",
      .check_compose = co022 },
    { .id = "CO023",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A service that others wait for without a health check",
      .why = "They start as soon as its process exists, and fail until it listens.",
      .fix = "add a healthcheck, and condition: service_healthy where it is waited for",
      .bad = "services:\n  api: {image: shop/api:1.4, depends_on: [db]}\n  db: {image: "
             "postgres:16.4}\n",
      .good = "services:\n  db:\n    image: postgres:16.4\n    healthcheck: {test: [CMD, "
              "pg_isready, -U, shop]}\n",
      .peers = "KI:698ed579-b239-4f8f-a388-baa4bcb13ef8",
      .check_compose = co023 },
    { .id = "CO024",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A health check that can't fail",
      .why = "Everything behind it starts and stays in the belief that all is well.",
      .fix = "let the command's own status decide",
      .bad = "test: [\"CMD-SHELL\", \"curl http://localhost/health || true\"]\n",
      .good = "test: [\"CMD\", \"curl\", \"-fsS\", \"http://localhost/health\"]\n",
      .check_compose = co024 },
    { .id = "CO026",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "depends_on that doesn't wait for the health check",
      .why = "The check is there, and the service starts before it passes: connections are refused "
             "at every start.",
      .fix = "write it as a map with condition: service_healthy",
      .bad = "depends_on: [db]\n",
      .good = "depends_on: {db: {condition: service_healthy}}\n",
      .check_compose = co026 },
    { .id = "CO033",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A one-shot service that restarts",
      .why =
          "It ends as it should, is started again, and whoever waits for its end waits for ever.",
      .fix = "say `restart: on-failure`, or nothing",
      .bad = "services:\n  migrate: {image: shop/api:1.4, restart: always}\n",
      .good = "services:\n  migrate: {image: shop/api:1.4, restart: on-failure}\n",
      .check_compose = co033 },
    { .id = "CO034",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "Logs without rotation",
      .why = "Docker's default driver never deletes a line: the disk fills up in silence.",
      .fix = "add `logging: {driver: local}`, or options max-size and max-file",
      .bad = "services:\n  api: {image: shop/api:1.4}\n",
      .good = "services:\n  api: {image: shop/api:1.4, logging: {driver: local}}\n",
      .check_compose = co034 },
    { .id = "CO035",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "A data store without stop_grace_period",
      .why =
          "After ten seconds it is killed, and recovers from its log at the next start, if it can.",
      .fix = "add `stop_grace_period: 1m`",
      .bad = "services:\n  db: {image: postgres:16.4}\n",
      .good = "services:\n  db: {image: postgres:16.4, stop_grace_period: 1m}\n",
      .check_compose = co035 },
};

const RuleFamily rules_compose_running = { rules, ARRAY_LEN(rules) };
