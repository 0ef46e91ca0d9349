/* What the rules across artifacts share. */
#include <stdio.h>

#include "base/mem.h"
#include "base/path.h"

#include "across.h"
#include "dockerfile_common.h"

Str across_join(Arena *arena, const Str *names, size_t count)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_cstr(&out, i == 0 ? "" : i + 1 == count ? " and " : ", ");
        strbuf_add(&out, names[i]);
    }
    return strbuf_str(&out);
}

void across_each_container(
    RuleContext *ctx,
    const Repository *repository,
    bool (*takes)(const Bundle *bundle),
    AcrossContainer check
)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        if (takes && !takes(*bundle)) {
            continue;
        }
        vec_foreach(object, &(*bundle)->objects) {
            for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
                RepoContainer place = { *bundle, object, &object->pod->containers.ptr[i] };
                check(ctx, repository, &place);
            }
        }
    }
}

/* --- hosts ------------------------------------------------------------------------------------ */

bool across_is_name(Str host)
{
    bool has_letter = false;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        has_letter = has_letter || (c >= 'a' && c <= 'z');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
            return false;
        }
    }
    return has_letter && !str_eq(host, STR("localhost"));
}

bool across_answers(const ComposeService *service, Str host)
{
    bool found = str_eq(service->name, host) ||
                 str_eq(node_text(service->node, "container_name"), host) ||
                 str_eq(node_text(service->node, "hostname"), host);
    for (size_t i = 0; i < service->aliases.len; i++) {
        found = found || str_eq(service->aliases.ptr[i].name, host);
    }
    return found;
}

bool across_split_host(Str host, Str ns, Str *ret_name, Str *ret_ns)
{
    Str rest;
    *ret_ns = ns;
    *ret_name = host;
    if (!str_has_char(host, '.')) {
        return across_is_name(host);
    }
    if (!str_has_suffix(host, STR(".svc")) && !str_has_suffix(host, STR(".svc.cluster.local"))) {
        return false;
    }
    (void) str_cut(host, '.', ret_name, &rest);
    (void) str_next(&rest, '.', ret_ns);
    return !str_eq(*ret_ns, STR("svc"));
}

const Object *across_service(const Bundle *bundle, Str host, Str ns)
{
    Str name;
    Str own_ns;
    if (!across_split_host(host, ns, &name, &own_ns)) {
        return NULL;
    }
    const Object *found = bundle_get(bundle, STR("Service"), own_ns, name);
    return found ? found : bundle_get(bundle, STR("Service"), STR(""), name);
}

/* --- ports ------------------------------------------------------------------------------------ */

bool across_tells_of_port(const ComposeService *service, unsigned port)
{
    char text[16];
    (void) snprintf(text, sizeof(text), "%u", port);
    vec_foreach(entry, &service->environment) {
        if (str_find(entry->text, str_from(text)) != STR_NONE) {
            return true;
        }
    }
    return false;
}

const ComposePort *across_published_instead(const ComposeService *target, unsigned port)
{
    const ComposePort *wrong = NULL;
    vec_foreach(own, &target->ports) {
        if (own->count > 1 || own->target == 0 || own->target == port) {
            return NULL;
        }
        wrong = own->published == port ? own : wrong;
    }
    for (size_t i = 0; i < target->expose.len; i++) {
        if (across_port(target->expose.ptr[i].name) == port) {
            return NULL;
        }
    }
    return wrong && !across_tells_of_port(target, port) ? wrong : NULL;
}

bool across_listens(const Object *service, unsigned port)
{
    const Node *ports = node_path(service->node, "spec.ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        if (across_port(node_text(ports->seq.items[i], "port")) == port) {
            return true;
        }
    }
    return node_len(ports) == 0 ||
           str_eq(node_text(service->node, "spec.clusterIP"), STR("None")) ||
           str_eq(node_text(service->node, "spec.type"), STR("ExternalName"));
}

bool across_serves_files(Str image)
{
    static const char *const servers[] = { "nginx", "httpd", "caddy", "static-web-server" };
    for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
        if (str_find(image, str_from(servers[i])) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* --- what an image exposes -------------------------------------------------------------------- */

static void add_exposed(Arena *arena, AcrossExposed *exposed, const DockerInstruction *instruction)
{
    exposed->place = instruction->span;
    vec_foreach(word, &instruction->words) {
        Str number = word->value;
        Str rest;
        (void) str_cut(number, '/', &number, &rest);
        unsigned port = across_port(number);
        exposed->is_known = exposed->is_known && word->is_known && port > 0;
        exposed->end = word->span.end;
        vec_push(&exposed->ports, arena, port);
    }
}

/* Images that expose something themselves, so that EXPOSE needn't. */
static bool exposes_by_itself(const DockerStage *root)
{
    static const Str names[] = { STR_INIT("nginx"),    STR_INIT("httpd"),  STR_INIT("caddy"),
                                 STR_INIT("postgres"), STR_INIT("redis"),  STR_INIT("mysql"),
                                 STR_INIT("mongo"),    STR_INIT("tomcat"), STR_INIT("jetty"),
                                 STR_INIT("rabbitmq"), STR_INIT("php"),    STR_INIT("wordpress") };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_find(root->parts.name, names[i]) != STR_NONE) {
            return true;
        }
    }
    return !root->image.is_known;
}

AcrossExposed across_exposed(Arena *arena, const Dockerfile *file)
{
    AcrossExposed exposed = { .is_known = true };
    const DockerStage *stage = docker_final_stage(file);
    if (!stage || exposes_by_itself(docker_stage_root(stage))) {
        return (AcrossExposed) { 0 };
    }
    for (; stage; stage = stage->base) {
        vec_foreach(instruction, &stage->instructions) {
            if ((*instruction)->kind == DOCKER_EXPOSE && !(*instruction)->is_onbuild) {
                add_exposed(arena, &exposed, *instruction);
            }
        }
    }
    exposed.is_known = exposed.is_known && exposed.ports.len > 0;
    return exposed;
}

bool across_has_port(const AcrossExposed *exposed, unsigned port)
{
    vec_foreach(known, &exposed->ports) {
        if (*known == port) {
            return true;
        }
    }
    return false;
}

Span across_lacks_port(const Repository *repository, const ComposeService *service, unsigned port)
{
    const RepoService *own = map_get(&repository->by_dockerfile, service->dockerfile);
    AcrossExposed exposed = { 0 };
    if (own && service->build && service->target.len == 0) {
        exposed = across_exposed(repository->arena, own->dockerfile);
    }
    bool is_known =
        !exposed.is_known || across_has_port(&exposed, port) || across_tells_of_port(service, port);
    vec_foreach(own_port, &service->ports) {
        is_known = is_known || own_port->target == 0 ||
                   (port >= own_port->target && port < own_port->target + own_port->count);
    }
    vec_foreach(own_port, &service->expose) {
        is_known = is_known || across_port(own_port->name) == port;
    }
    return is_known ? SPAN_NONE : exposed.place;
}

/* --- variables ------------------------------------------------------------------------------- */

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

bool across_is_of_runtime(Str key)
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

/* --- images ---------------------------------------------------------------------------------- */

/* A mount of the build's context: type=bind is what is meant where no type is said. */
static bool mounts_context(const DockerInstruction *instruction)
{
    vec_foreach(flag, &instruction->flags) {
        Str type = mount_option(flag, "type");
        if (str_eq(flag->name, STR("mount")) && mount_option(flag, "from").len == 0 &&
            (type.len == 0 || str_eq(type, STR("bind")))) {
            return true;
        }
    }
    return false;
}

static bool copies_from(Arena *arena, const RepoService *service, Str source, Str path)
{
    const Str folders[] = { service->directory, service->dockerfile->context, STR(".") };
    (void) (str_strip_prefix(&source, STR("./")) || str_strip_prefix(&source, STR("/")));
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (path_is_within(path_join(arena, folders[i], source), path)) {
            return true;
        }
    }
    return source.len == 0 || str_eq(source, STR("."));
}

static bool copies(const RepoService *service, const DockerInstruction *instruction, Str path)
{
    auto_arena Arena *arena = arena_new(0);
    bool is_copy = instruction->kind == DOCKER_COPY || instruction->kind == DOCKER_ADD;
    if (!is_copy || docker_flag(instruction, "from")) {
        return mounts_context(instruction);
    }
    for (size_t i = 0; i + 1 < instruction->words.len; i++) {
        const DockerWord *word = &instruction->words.ptr[i];
        if (!word->is_known || str_has_char(word->value, '*') || str_has_char(word->value, '?') ||
            copies_from(arena, service, word->value, path)) {
            return true;
        }
    }
    return false;
}

/* The source or a folder that it is in. */
static bool is_left_out(const Dockerfile *file, Str path)
{
    bool is_inside = path_is_within(file->context, path) && path.len > file->context.len;
    if (!file->ignore || (!is_inside && !str_eq(file->context, STR(".")))) {
        return false;
    }
    Str inside = str_eq(file->context, STR(".")) ? path : str_skip(path, file->context.len + 1);
    for (size_t at = 0; at <= inside.len; at++) {
        bool is_part = at == inside.len || inside.ptr[at] == '/';
        if (is_part && dockerignore_leaves_out(file->ignore->text, str_slice(inside, 0, at))) {
            return true;
        }
    }
    return false;
}

bool across_ships(const RepoService *service, Str path)
{
    bool is_copied = false;
    vec_foreach(instruction, &service->dockerfile->instructions) {
        is_copied = is_copied || copies(service, *instruction, path);
    }
    return is_copied && !is_left_out(service->dockerfile, path);
}

bool across_takes_sources(const Dockerfile *file, const DockerStage *root)
{
    vec_foreach(entry, &file->instructions) {
        const DockerInstruction *instruction = *entry;
        bool copies = instruction->kind == DOCKER_COPY || instruction->kind == DOCKER_ADD;
        bool is_meant =
            instruction->stage && (!root || docker_stage_root(instruction->stage) == root);
        if (is_meant &&
            ((copies && !docker_flag(instruction, "from")) || mounts_context(instruction))) {
            return true;
        }
    }
    return false;
}

/* --- metrics --------------------------------------------------------------------------------- */

Str across_family(Str metric)
{
    size_t at = str_find_char(metric, '_');
    return at == STR_NONE ? STR("") : str_slice(metric, 0, at);
}

bool across_is_common(Str family)
{
    static const char *const families[] = {
        "elasticsearch",
        "minio",
        "postgres",
        "mysql",
        "mongodb",
        "rabbitmq",
        "memcached",
        "haproxy",
        "traefik",
        "envoy",
        "istio",
        "coredns",
        "etcd",
        "apiserver",
        "kubelet",
        "probe",
        "jaeger",
        "grafana",
        "alertmanager",
        "otel",
        "http",
        "process",
        "go",
        "up",
        "rpc",
        "grpc",
        "node",
        "kube",
        "jvm",
        "nodejs",
        "python",
        "redis",
        "pg",
        "kafka",
        "nginx",
        "container",
        "scrape",
        "system",
        "promhttp",
        "server",
        "client",
        "prometheus",
        "db",
        "otelcol",
        "pgxpool",
        "",
    };
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        if (str_eq_cstr(family, families[i])) {
            return true;
        }
    }
    return false;
}
