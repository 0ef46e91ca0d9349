/* What a container may do to the machine it runs on. */
#include "base/mem.h"
#include "base/path.h"

#include "compose.h"
#include "words.h"

static bool is_true(const ComposeProject *project, const Node *node)
{
    Str text;
    return node && compose_text(project, node, &text) && str_eq_nocase(text, STR("true"));
}

static void co013(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        const Node *node = node_get_cstr(service->node, "privileged");
        if (is_true(project, node)) {
            (void) compose_find(
                ctx,
                project,
                node,
                "\"%" STR_FMT "\" is privileged: it is root of the machine",
                STR_ARG(service->name)
            );
        }
    }
}

/* --- what services that are built here ought to give up --- */

static bool drops_all(const ComposeService *service)
{
    const Node *drop = compose_said(service, "cap_drop");
    for (size_t i = 0; node_is_seq(drop) && i < drop->seq.len; i++) {
        if (str_eq_nocase(drop->seq.items[i]->text, STR("ALL"))) {
            return true;
        }
    }
    return is_true(service->project, compose_said(service, "privileged")); /* CO013 says it */
}

/* "1000", "1000:1000", "app" */
static bool is_ordinary_user(const ComposeService *service)
{
    Str text;
    if (!compose_text(service->project, compose_said(service, "user"), &text)) {
        return false;
    }
    Str user = str_slice(text, 0, str_find_char(text, ':'));
    return user.len > 0 && !str_eq(user, STR("root")) && !str_eq(user, STR("0"));
}

/* A user who isn't root has no capabilities to lose; what root does with them at the start, nobody
 * said. */
static void drop_all(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    const Node *drop = node_get_cstr(service->node, "cap_drop");
    if (drop) {
        rule_fix_prepend(ctx, diag, drop, "ALL");
    } else {
        rule_fix_set(ctx, diag, service->node, "cap_drop", "[ALL]");
    }
    diag->is_suggestion = diag->is_suggestion || !is_ordinary_user(service);
}

static void co014(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx,
        project,
        &(ComposeMissing
        ) { compose_is_ours, drops_all, "keeps Docker's default capabilities", drop_all }
    );
}

static bool has_no_new_privileges(const ComposeService *service)
{
    const Node *options = compose_said(service, "security_opt");
    for (size_t i = 0; node_is_seq(options) && i < options->seq.len; i++) {
        Str text = options->seq.items[i]->text;
        if (str_has_prefix(text, STR("no-new-privileges")) && !str_has_suffix(text, STR("false"))) {
            return true;
        }
    }
    return false;
}

static void forbid_privileges(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    const Node *options = node_get_cstr(service->node, "security_opt");
    if (options) {
        rule_fix_prepend(ctx, diag, options, "no-new-privileges:true");
    } else {
        rule_fix_set(ctx, diag, service->node, "security_opt", "[\"no-new-privileges:true\"]");
    }
}

static void co015(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx,
        project,
        &(ComposeMissing) { compose_is_ours,
                            has_no_new_privileges,
                            "may gain privileges by setuid programs",
                            forbid_privileges }
    );
}

static bool says_read_only(const ComposeService *service)
{
    return compose_said(service, "read_only") != NULL;
}

/* Where it writes, only its author knows. */
static void make_read_only(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    rule_fix_set(ctx, diag, service->node, "read_only", "true");
    diag->is_suggestion = true;
}

static void co016(RuleContext *ctx, const ComposeProject *project)
{
    compose_report_missing(
        ctx,
        project,
        &(ComposeMissing
        ) { compose_is_ours, says_read_only, "can write to its own file system", make_read_only }
    );
}

static void co017(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        const Node *node = node_get_cstr(service->node, "user");
        Str text, user, group;
        if (!node || !compose_text(project, node, &text)) {
            continue;
        }
        if (!str_cut(text, ':', &user, &group)) {
            user = text;
        }
        if (str_eq(user, STR("root")) || str_eq(user, STR("0"))) {
            (void) compose_find(
                ctx, project, node, "\"%" STR_FMT "\" runs as root", STR_ARG(service->name)
            );
        }
    }
}

/* --- the machine's own --- */

static void co018(RuleContext *ctx, const ComposeProject *project)
{
    static const char *const sockets[] = { "/var/run/docker.sock",
                                           "/run/docker.sock",
                                           "/run/podman/podman.sock",
                                           "/run/containerd/containerd.sock" };
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->mounts.len; i++) {
            const ComposeMount *mount = &service->mounts.ptr[i];
            for (size_t j = 0; j < ARRAY_LEN(sockets); j++) {
                if (str_eq_cstr(mount->source, sockets[j])) {
                    (void) compose_find(
                        ctx,
                        project,
                        mount->node,
                        "\"%" STR_FMT "\" has the engine's socket: it can start any container",
                        STR_ARG(service->name)
                    );
                }
            }
        }
    }
}

/* They look at the machine by reading it, which is what they are for. */
static bool is_monitor(const ComposeService *service)
{
    static const char *const monitors[] = { "node-exporter",
                                            "node_exporter",
                                            "cadvisor",
                                            "promtail",
                                            "alloy",
                                            "netdata",
                                            "agent",
                                            "telegraf",
                                            "process-exporter",
                                            "fluent-bit",
                                            "filebeat",
                                            "metricbeat",
                                            "glances",
                                            "opentelemetry-collector-contrib" };
    Str name = image_name(service->image_text);
    for (size_t i = 0; i < ARRAY_LEN(monitors); i++) {
        if (str_eq_cstr(name, monitors[i])) {
            return true;
        }
    }
    return false;
}

static bool is_of_machine(Str path)
{
    static const char *const paths[] = { "/",     "/etc",  "/proc",    "/sys",
                                         "/root", "/boot", "/dev",     "/bin",
                                         "/sbin", "/usr",  "/lib",     "/home",
                                         "/var",  "/run",  "/var/run", "/var/lib/docker" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        if (str_eq_cstr(path, paths[i])) {
            return true;
        }
    }
    return false;
}

static void co019(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->mounts.len; i++) {
            const ComposeMount *mount = &service->mounts.ptr[i];
            bool machine = mount->kind == COMPOSE_MOUNT_BIND &&
                           is_of_machine(path_clean(project->arena, mount->source));
            if (machine && !(mount->is_read_only && is_monitor(service))) {
                (void) compose_find(
                    ctx,
                    project,
                    mount->node,
                    "\"%" STR_FMT "\" has the machine's %" STR_FMT "%s",
                    STR_ARG(service->name),
                    STR_ARG(mount->source),
                    mount->is_read_only ? " to read" : ""
                );
            }
        }
    }
}

static void co020(RuleContext *ctx, const ComposeProject *project)
{
    static const char *const keys[] = {
        "network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup"
    };
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            const Node *node = node_get_cstr(service->node, keys[i]);
            Str text;
            if (node && compose_text(project, node, &text) && str_eq(text, STR("host"))) {
                (void) compose_find(
                    ctx,
                    project,
                    node,
                    "\"%" STR_FMT "\" shares the machine's namespace: %s",
                    STR_ARG(service->name),
                    keys[i]
                );
            }
        }
    }
}

static const AuditRule rules[] = {
    { .id = "CO013",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A privileged container",
      .why = "It has every capability and device: who breaks into it owns the machine.",
      .fix = "drop it; add the one capability or device that is needed",
      .bad = "privileged: true\n",
      .good = "cap_add: [NET_ADMIN]\n",
      .peers = "KI:ae5b6871-7f45-42e0-bb4c-ab300c4d2026",
      .check_compose = co013 },
    { .id = "CO014",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "A service built here that keeps the default capabilities",
      .why = "An application needs none of them; an intruder uses them.",
      .fix = "add `cap_drop: [ALL]`, and cap_add for what it really needs",
      .bad = "services:\n  api:\n    build: .\n",
      .good = "services:\n  api:\n    build: .\n    cap_drop: [ALL]\n",
      .peers = "KI:ce76b7d0-9e77-464d-b86f-c5c48e03e22d",
      .check_compose = co014 },
    { .id = "CO015",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A service built here without no-new-privileges",
      .why = "A setuid program in the image makes root of whoever gets to run it.",
      .fix = "add `security_opt: [no-new-privileges:true]`",
      .bad = "services:\n  api:\n    build: .\n",
      .good = "services:\n  api:\n    build: .\n    security_opt: [no-new-privileges:true]\n",
      .peers = "KI:27fcc7d6-c49b-46e0-98f1-6c082a6a2750 KI:610e266e-6c12-4bca-9925-1ed0cd29742b",
      .check_compose = co015 },
    { .id = "CO016",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A service built here that can write to its own file system",
      .why = "What an intruder can't write he can't install; what the service writes there is lost "
             "with the container.",
      .fix = "add `read_only: true`, and `tmpfs: [/tmp]` for scratch files",
      .bad = "services:\n  api:\n    build: .\n",
      .good = "services:\n  api:\n    build: .\n    read_only: true\n    tmpfs: [/tmp]\n",
      .check_compose = co016 },
    { .id = "CO017",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "A service that is told to run as root",
      .why = "Root in the container is root in all that is mounted into it, and one fault away "
             "from the machine's. What the image says of itself is the Dockerfile's rule.",
      .fix = "name an ordinary user, such as \"1000:1000\"",
      .bad = "user: root\n",
      .good = "user: \"1000:1000\"\n",
      .check_compose = co017 },
    { .id = "CO018",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "The container engine's socket mounted",
      .why = "Who can talk to it starts a privileged container and owns the machine; read-only "
             "makes no difference.",
      .fix = "put a proxy before the socket that allows only what is needed",
      .bad = "volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n",
      .good = "environment: {DOCKER_HOST: \"tcp://socket-proxy:2375\"}\n",
      .peers = "KI:d6355c88-1e8d-49e9-b2f2-f8a1ca12c75b",
      .check_compose = co018 },
    { .id = "CO019",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A directory of the machine's system mounted",
      .why = "Through /etc, /proc or / a container reads the machine's secrets or changes its "
             "accounts.",
      .fix = "mount the one file that is needed, read-only",
      .bad = "volumes: [\"/etc:/host/etc\"]\n",
      .good = "volumes: [\"/etc/localtime:/etc/localtime:ro\"]\n",
      .peers = "KI:1c1325ff-831d-43a1-973e-839ae57dfcc0",
      .check_compose = co019 },
    { .id = "CO020",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A namespace of the machine shared",
      .why = "With the machine's network it reaches what listens on 127.0.0.1; with its processes "
             "it reads and ends them.",
      .fix = "drop it, and publish the ports that are needed",
      .bad = "network_mode: host\n",
      .good = "ports: [\"127.0.0.1:8080:8080\"]\n",
      .peers = "KI:071a71ff-f868-47a4-ac0b-3c59e4ab5443 KI:baa3890f-bed7-46f5-ab8f-1da8fc91c729 "
               "KI:4f31dd9f-2cc3-4751-9b53-67e4af83dac0 KI:8af7162d-6c98-482f-868e-0d33fb675ca8",
      .check_compose = co020 },
};

const RuleFamily rules_compose_privilege = { rules, ARRAY_LEN(rules) };
