#include "classify.h"

#include "base/path.h"

static bool is_yaml(Str name)
{
    Str extension = path_extension(name);
    return str_eq(extension, STR(".yaml")) || str_eq(extension, STR(".yml"));
}

static bool is_json(Str name)
{
    return str_eq(path_extension(name), STR(".json"));
}

static bool is_kustomization(Str name)
{
    return str_eq(name, STR("kustomization.yaml")) || str_eq(name, STR("kustomization.yml")) ||
           str_eq(name, STR("Kustomization"));
}

/* Dockerfile, Dockerfile.dev, Dockerfile-web, Dockerfile_windows, web.Dockerfile, and the same of
 * Containerfile. */
static bool is_dockerfile(Str name)
{
    static const Str others[] = { STR_INIT(".dockerignore"), STR_INIT(".j2"), STR_INIT(".tmpl"),
                                  STR_INIT(".tpl"),          STR_INIT(".md"), STR_INIT(".erb") };
    static const Str stems[] = { STR_INIT("Dockerfile"), STR_INIT("Containerfile") };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (str_has_suffix(name, others[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++) {
        Str rest = name;
        if (str_strip_prefix(&rest, stems[i])) {
            bool goes_on = rest.len > 0 && (rest.ptr[0] == '-' || rest.ptr[0] == '_');
            return rest.len == 0 || rest.ptr[0] == '.' || (goes_on && !classify_is_source(name));
        }
    }
    return str_has_suffix(name, STR(".Dockerfile")) || str_has_suffix(name, STR(".dockerfile"));
}

/* compose.yaml, docker-compose.yml, compose.override.yaml, docker-compose-dev.yml, shop-compose.yml */
static bool is_compose(Str name)
{
    static const Str stems[] = { STR_INIT("docker-compose"), STR_INIT("compose") };
    for (size_t i = 0; i < 2 && is_yaml(name); i++) {
        if (str_has_prefix(name, stems[i])) {
            char next = name.ptr[stems[i].len];
            return next == '.' || next == '-' || next == '_';
        }
    }
    Str stem = str_slice(name, 0, name.len - path_extension(name).len);
    return is_yaml(name) &&
           (str_find(name, STR(".compose.")) != STR_NONE || str_has_suffix(stem, STR("-compose")) ||
            str_has_suffix(stem, STR("_compose")));
}

bool classify_wants(Str name)
{
    return is_yaml(name) || is_json(name) || is_kustomization(name) || is_dockerfile(name);
}

static bool is_one_of(Str text, const Str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(text, list[i])) {
            return true;
        }
    }
    return false;
}

bool classify_is_data(Str name)
{
    return is_json(name);
}

bool classify_is_source(Str name)
{
    static const Str extensions[] = {
        STR_INIT(".go"),   STR_INIT(".js"),     STR_INIT(".mjs"),        STR_INIT(".cjs"),
        STR_INIT(".ts"),   STR_INIT(".tsx"),    STR_INIT(".jsx"),        STR_INIT(".py"),
        STR_INIT(".java"), STR_INIT(".kt"),     STR_INIT(".scala"),      STR_INIT(".c"),
        STR_INIT(".h"),    STR_INIT(".cc"),     STR_INIT(".cpp"),        STR_INIT(".rs"),
        STR_INIT(".rb"),   STR_INIT(".php"),    STR_INIT(".cs"),         STR_INIT(".ex"),
        STR_INIT(".exs"),  STR_INIT(".toml"),   STR_INIT(".properties"), STR_INIT(".conf"),
        STR_INIT(".mod"),  STR_INIT(".gradle"), STR_INIT(".kts"),        STR_INIT(".html"),
        STR_INIT(".sql"),  STR_INIT(".erb"),    STR_INIT(".proto"),
    };
    static const Str names[] = { STR_INIT("package.json"),     STR_INIT("pom.xml"),
                                 STR_INIT("requirements.txt"), STR_INIT("Gemfile"),
                                 STR_INIT("application.yml"),  STR_INIT("application.yaml") };
    return is_one_of(path_extension(name), extensions, sizeof(extensions) / sizeof(*extensions)) ||
           is_one_of(name, names, sizeof(names) / sizeof(*names));
}

bool classify_is_note(Str name)
{
    static const Str extensions[] = { STR_INIT(".md"),  STR_INIT(".sh"),   STR_INIT(".mk"),
                                      STR_INIT(".rst"), STR_INIT(".bash"), STR_INIT(".ps1"),
                                      STR_INIT(".tf") };
    static const Str names[] = { STR_INIT("README"),         STR_INIT("Makefile"),
                                 STR_INIT("justfile"),       STR_INIT("Justfile"),
                                 STR_INIT("Taskfile.yml"),   STR_INIT("Taskfile.yaml"),
                                 STR_INIT("skaffold.yaml"),  STR_INIT("Tiltfile"),
                                 STR_INIT("Jenkinsfile"),    STR_INIT(".gitlab-ci.yml"),
                                 STR_INIT("docker-bake.hcl") };
    return is_one_of(path_extension(name), extensions, sizeof(extensions) / sizeof(*extensions)) ||
           is_one_of(name, names, sizeof(names) / sizeof(*names));
}

/* --- by content ------------------------------------------------------------------------------- */

static bool has(Str text, const char *what)
{
    return str_find(text, str_from(what)) != STR_NONE;
}

/* Whether a line starts with `key` and a colon: a key of the topmost map of a YAML document. */
static bool has_top_key(Str text, const char *key)
{
    Str wanted = str_from(key);
    for (size_t at = 0; at < text.len;) {
        size_t found = str_find(str_skip(text, at), wanted);
        if (found == STR_NONE) {
            return false;
        }
        at += found;
        size_t end = at + wanted.len;
        bool starts = at == 0 || text.ptr[at - 1] == '\n';
        if (starts && end < text.len && text.ptr[end] == ':') {
            return true;
        }
        at = end;
    }
    return false;
}

static bool is_in_folder(Str path, const char *folder)
{
    Str directory = path_dir(path);
    Str wanted = str_from(folder);
    return str_has_suffix(directory, wanted) &&
           (directory.len == wanted.len || directory.ptr[directory.len - wanted.len - 1] == '/');
}

static bool is_workflow(Str path, Str text)
{
    return is_in_folder(path, ".github/workflows") ||
           (has_top_key(text, "jobs") && has_top_key(text, "on") && has(text, "runs-on:"));
}

/* Whether all keys at the top are known ones, or extensions. */
static bool has_top_keys_only(Str text, const Str *known, size_t count)
{
    bool is_it = true;
    for (Str line; is_it && str_next(&text, '\n', &line);) {
        bool is_key = line.len > 0 && !str_has_char(STR(" #-%\r\t"), line.ptr[0]);
        Str key = str_slice(line, 0, str_find_char(line, ':'));
        is_it = !is_key || str_has_prefix(key, STR("x-")) || is_one_of(key, known, count);
    }
    return is_it;
}

/* A configuration that scrapes nothing; the values of charts speak of such too. */
static bool is_plain_prometheus(Str text)
{
    static const Str known[] = { STR_INIT("global"),       STR_INIT("runtime"),
                                 STR_INIT("alerting"),     STR_INIT("rule_files"),
                                 STR_INIT("remote_write"), STR_INIT("remote_read"),
                                 STR_INIT("storage"),      STR_INIT("tracing"),
                                 STR_INIT("otlp"),         STR_INIT("scrape_config_files") };
    return has_top_key(text, "global") && has(text, "scrape_interval:") &&
           has_top_keys_only(text, known, sizeof(known) / sizeof(known[0]));
}

static bool is_prometheus(Str text)
{
    bool promtail = has_top_key(text, "clients") || has_top_key(text, "positions") ||
                    has(text, "pipeline_stages:"); /* it ships logs to Loki */
    bool rules = has_top_key(text, "groups") && has(text, "expr:");
    bool alertmanager = has_top_key(text, "route") && has_top_key(text, "receivers");
    return rules || alertmanager ||
           ((has_top_key(text, "scrape_configs") || is_plain_prometheus(text)) && !promtail);
}

static bool is_provisioning(Str text)
{
    return has_top_key(text, "apiVersion") && !has_top_key(text, "kind") &&
           (has_top_key(text, "datasources") || has_top_key(text, "providers"));
}

static bool is_dashboard(Str text)
{
    return has(text, "\"panels\"") && (has(text, "\"schemaVersion\"") || has(text, "\"gridPos\"") ||
                                       has(text, "\"templating\""));
}

/* What stands behind the name may make it something else, as in Dockerfile.tmLanguage, or a part that
 * is put into others: it builds where it says FROM. */
static bool is_built_from(Str name, Str text)
{
    Str rest = text;
    Str line;
    if (str_eq(name, STR("Dockerfile")) || str_eq(name, STR("Containerfile")) ||
        str_has_suffix(name, STR(".Dockerfile")) || str_has_suffix(name, STR(".dockerfile"))) {
        return true;
    }
    while (str_next_line(&rest, &line)) {
        Str word = str_slice(str_trim(line), 0, 5);
        if (word.len == 5 && str_eq_nocase(str_slice(word, 0, 4), STR("FROM")) &&
            (word.ptr[4] == ' ' || word.ptr[4] == '\t')) {
            return true;
        }
    }
    return false;
}

static bool is_manifest(Str text)
{
    return has(text, "apiVersion") && has(text, "kind");
}

/* Whether a line with at least one space before the key has it. */
static bool has_inner_key(Str text, const char *key)
{
    Str wanted = str_from(key);
    for (size_t at = 0, found; (found = str_find(str_skip(text, at), wanted)) != STR_NONE;) {
        at += found;
        Str line = str_slice(text, 0, at);
        Str before = str_skip(line, str_rfind_char(line, '\n') + 1);
        if (at > 0 && before.len > 0 && str_trim(before).len == 0) {
            return true;
        }
        at += wanted.len;
    }
    return false;
}

/* A Compose file of another name, as local.yml or stack.yml; what runs a CI's steps has services too. */
static bool is_compose_within(Str text)
{
    static const Str known[] = { STR_INIT("version"), STR_INIT("name"),    STR_INIT("services"),
                                 STR_INIT("volumes"), STR_INIT("secrets"), STR_INIT("networks"),
                                 STR_INIT("configs"), STR_INIT("include"), STR_INIT("models") };
    return has_top_key(text, "services") &&
           (has_top_key(text, "version") || has_top_key(text, "networks") ||
            has_top_key(text, "volumes")) &&
           (has_inner_key(text, "image:") || has_inner_key(text, "build:")) &&
           has_top_keys_only(text, known, sizeof(known) / sizeof(known[0]));
}

/* By its name; process-compose has taken the same ones for its own. */
static bool is_compose_file(Str name, Str text)
{
    bool is_named = is_compose(name) && !has_top_key(text, "processes");
    return is_named ? has_top_key(text, "services") || !is_manifest(text) : is_compose_within(text);
}

static ArtifactKind classify_yaml(Str path, Str name, Str text)
{
    if (is_in_folder(path, ".github") &&
        (str_eq(name, STR("dependabot.yml")) || str_eq(name, STR("dependabot.yaml")))) {
        return ARTIFACT_DEPENDABOT;
    }
    if ((str_eq(name, STR("action.yml")) || str_eq(name, STR("action.yaml"))) &&
        has_top_key(text, "runs")) {
        return ARTIFACT_ACTION;
    }
    if (is_workflow(path, text)) {
        return ARTIFACT_WORKFLOW;
    }
    if (is_compose_file(name, text)) {
        return ARTIFACT_COMPOSE;
    }
    if (is_provisioning(text)) {
        return ARTIFACT_GRAFANA;
    }
    if (!has_top_key(text, "kind") && is_prometheus(text)) {
        return ARTIFACT_PROMETHEUS;
    }
    return is_manifest(text) ? ARTIFACT_MANIFEST : ARTIFACT_NONE;
}

ArtifactKind classify(Str path, Str text)
{
    Str name = path_base(path);
    if (is_kustomization(name)) {
        return ARTIFACT_KUSTOMIZATION;
    }
    if (is_yaml(name)) {
        return classify_yaml(path, name, text);
    }
    if (is_json(name)) {
        return is_dashboard(text)  ? ARTIFACT_DASHBOARD
               : is_manifest(text) ? ARTIFACT_MANIFEST
                                   : ARTIFACT_NONE;
    }
    return is_dockerfile(name) && is_built_from(name, text) ? ARTIFACT_DOCKERFILE : ARTIFACT_NONE;
}
