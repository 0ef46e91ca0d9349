/* One service's ports, as its Dockerfile, Compose and its workload say them. */
#include "base/mem.h"

#include "across.h"

/* --- XA001 ------------------------------------------------------------------------------------ */

static void
check_port(RuleContext *ctx, const AcrossExposed *exposed, const Node *node, unsigned port)
{
    if (port > 0 && !across_has_port(exposed, port)) {
        Diag *diag = rule_find(ctx, node, "the Dockerfile doesn't expose port %u", port);
        across_relate(ctx, diag, exposed->place, "it exposes others");
        Span end = span_make(exposed->place.source, exposed->end, exposed->end);
        rule_suggest(ctx, diag, end, " %u", port);
    }
}

/* With a command of its own the service may run another server than the image is for. */
static bool runs_image_as_it_is(const ComposeService *service)
{
    return !node_path(service->node, "command") && !node_path(service->node, "entrypoint") &&
           service->target.len == 0;
}

static void
check_compose_ports(RuleContext *ctx, const RepoService *service, const AcrossExposed *exposed)
{
    vec_foreach(compose, &service->compose) {
        for (size_t i = 0; runs_image_as_it_is(*compose) && i < (*compose)->ports.len; i++) {
            const ComposePort *port = &(*compose)->ports.ptr[i];
            if (port->count == 1) {
                check_port(ctx, exposed, port->node, port->target);
            }
        }
    }
}

static void
check_container_ports(RuleContext *ctx, const RepoService *service, const AcrossExposed *exposed)
{
    vec_foreach(place, &service->containers) {
        const Node *ports = node_path(place->container->node, "ports");
        if (node_path(place->container->node, "command")) {
            continue;
        }
        across_enter(ctx, place);
        for (size_t i = 0; i < node_len(ports); i++) {
            const Node *port = node_path(ports->seq.items[i], "containerPort");
            if (port) {
                check_port(ctx, exposed, port, across_port(port->text));
            }
        }
        across_leave(ctx);
    }
}

static void xa001(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        AcrossExposed exposed = service->dockerfile
                                    ? across_exposed(repository->arena, service->dockerfile)
                                    : (AcrossExposed) { 0 };
        if (exposed.is_known) {
            check_compose_ports(ctx, service, &exposed);
            check_container_ports(ctx, service, &exposed);
        }
    }
}

/* --- XA002 ------------------------------------------------------------------------------------ */

/* Ports of debuggers and live reload, which development alone has. */
static bool is_for_development(unsigned port)
{
    static const unsigned ports[] = { 2345, 5005, 5678, 9229, 9230, 24678, 35729, 40000, 8787 };
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        if (ports[i] == port) {
            return true;
        }
    }
    return false;
}

static bool declares(const Container *container, unsigned port)
{
    const Node *ports = node_path(container->node, "ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        if (across_port(node_text(ports->seq.items[i], "containerPort")) == port) {
            return true;
        }
    }
    return false;
}

/* What the Dockerfile exposes otherwise is XA001's. */
static bool is_said(const AcrossExposed *exposed, unsigned port)
{
    return exposed->is_known && !across_has_port(exposed, port);
}

static void say_missing(
    RuleContext *ctx, const Node *node, unsigned port, const RepoContainer *place, Span ports
)
{
    Diag *diag = rule_find(
        ctx,
        node,
        "%" STR_FMT " of the same service has no containerPort %u",
        STR_ARG(object_title(ctx->diags->arena, place->object)),
        port
    );
    across_relate(ctx, diag, ports, "its ports stand here");
    const Node *own = node_path(place->container->node, "ports");
    Str text = span_text(node->span);
    size_t colon = str_rfind_char(text, ':');
    Str only = node_len(own) == 1 ? node_text(own->seq.items[0], "containerPort") : STR("");
    if (only.len > 0 && node_is_scalar(node) && colon != STR_NONE &&
        across_port(str_slice(node->text, str_rfind_char(node->text, ':') + 1, STR_NONE)) == port) {
        size_t start = node->span.start + colon + 1;
        size_t digits = 0;
        while (digits < text.len - colon - 1 && text.ptr[colon + 1 + digits] >= '0' &&
               text.ptr[colon + 1 + digits] <= '9') {
            digits++;
        }
        Span target = span_make(node->span.source, start, start + digits);
        rule_suggest(ctx, diag, target, "%" STR_FMT, STR_ARG(only));
    }
}

static bool
is_missing(const RepoContainer *place, const AcrossExposed *exposed, unsigned port, unsigned count)
{
    return port > 0 && count <= 1 && !is_for_development(port) &&
           !declares(place->container, port) && !is_said(exposed, port);
}

/* What Compose publishes or exposes is one set, the workload's may be larger: a port of metrics needn't
 * be published. */
static void compare_ports(
    RuleContext *ctx,
    const ComposeService *compose,
    const RepoContainer *place,
    const AcrossExposed *exposed
)
{
    const Node *ports = node_path(place->container->node, "ports");
    if (node_len(ports) == 0 || !runs_image_as_it_is(compose) ||
        place->container->kind != CONTAINER_MAIN || node_path(place->container->node, "command")) {
        return;
    }
    vec_foreach(port, &compose->ports) {
        if (is_missing(place, exposed, port->target, port->count)) {
            say_missing(ctx, port->node, port->target, place, ports->span);
        }
    }
    vec_foreach(port, &compose->expose) {
        if (is_missing(place, exposed, across_port(port->name), 1)) {
            say_missing(ctx, port->node, across_port(port->name), place, ports->span);
        }
    }
}

static void xa002(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        AcrossExposed exposed = service->dockerfile
                                    ? across_exposed(repository->arena, service->dockerfile)
                                    : (AcrossExposed) { 0 };
        vec_foreach(compose, &service->compose) {
            vec_foreach(place, &service->containers) {
                compare_ports(ctx, *compose, place, &exposed);
            }
        }
    }
}

/* --- XA015 ------------------------------------------------------------------------------------ */

static bool is_same_address(Str a, Str b)
{
    return str_eq(a, b) || a.len == 0 || b.len == 0 || str_eq(a, STR("0.0.0.0")) ||
           str_eq(b, STR("0.0.0.0"));
}

static bool
is_taken(const ComposePublished *before, const ComposeService *service, const ComposePort *port)
{
    return before->service != service && compose_run_together(before->service, service) &&
           port->protocol == before->port->protocol &&
           is_same_address(port->host_ip, before->port->host_ip) &&
           port->node->span.source != before->port->node->span.source;
}

static void check_published(
    RuleContext *ctx,
    const ComposePorts *ports,
    const ComposeService *service,
    const ComposePort *port
)
{
    ComposePublishedList others = compose_ports_overlapping(ports, port);
    vec_foreach(at, &others) {
        const ComposePublished *before = *at;
        if (is_taken(before, service, port)) {
            Diag *diag = rule_find(
                ctx,
                port->node,
                "port %u of the host is published twice",
                (unsigned) port->published
            );
            across_relate(
                ctx,
                diag,
                before->port->node->span,
                "service %" STR_FMT " has it",
                STR_ARG(before->service->name)
            );
        }
    }
}

/* An overlay that says of each of its services where the image comes from, and has one of the base's among
 * them with ports of its own, is run instead of the base. */
static bool is_instead(const Repository *repository, const ComposeProject *project)
{
    Artifact *artifact =
        project->base ? map_get(&repository->audit->files.by_path, project->source->path) : NULL;
    const Node *services =
        artifact ? node_path(artifact_document(repository->arena, artifact), "services") : NULL;
    bool has_again = false;
    for (size_t i = 0; node_is_map(services) && i < services->map.len; i++) {
        const NodePair *pair = &services->map.pairs[i];
        if (!node_get_cstr(pair->value, "image") && !node_get_cstr(pair->value, "build")) {
            return false;
        }
        has_again = has_again || (node_get_cstr(pair->value, "ports") &&
                                  compose_service(project->base, pair->key->text));
    }
    return has_again;
}

static void xa015(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(project, &repository->audit->compose_projects) {
        if (is_instead(repository, *project)) {
            continue;
        }
        auto_arena Arena *arena = arena_new(0);
        ComposePorts ports = COMPOSE_PORTS_ON_ARENA(arena);
        vec_foreach(service, &(*project)->services) {
            vec_foreach(port, &service->ports) {
                check_published(ctx, &ports, service, port);
                compose_ports_add(&ports, service, port);
            }
        }
    }
}

/* --- XA033 ------------------------------------------------------------------------------------ */

/* Variables that say where the service itself listens. */
static bool is_own_port(Str key)
{
    static const Str names[] = {
        STR_INIT("PORT"),        STR_INIT("HTTP_PORT"),    STR_INIT("GRPC_PORT"),
        STR_INIT("SERVER_PORT"), STR_INIT("APP_PORT"),     STR_INIT("LISTEN_PORT"),
        STR_INIT("API_PORT"),    STR_INIT("METRICS_PORT"),
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(key, names[i])) {
            return true;
        }
    }
    return false;
}

static const DockerPair *docker_env(const Dockerfile *file, Str key)
{
    const DockerPair *found = NULL;
    const DockerStage *stage = file ? docker_final_stage(file) : NULL;
    for (; stage && !found; stage = stage->base) {
        vec_foreach(instruction, &stage->instructions) {
            for (size_t i = 0; (*instruction)->kind == DOCKER_ENV && i < (*instruction)->pairs.len;
                 i++) {
                const DockerPair *pair = &(*instruction)->pairs.ptr[i];
                found = str_eq(pair->key.value, key) ? pair : found;
            }
        }
    }
    return found;
}

static bool compose_declares(const ComposeService *service, unsigned port)
{
    bool declared = service->ports.len + service->expose.len == 0;
    for (size_t i = 0; i < service->ports.len; i++) {
        const ComposePort *own = &service->ports.ptr[i];
        declared = declared || own->target == 0 ||
                   (port >= own->target && port < own->target + own->count);
    }
    for (size_t i = 0; i < service->expose.len; i++) {
        declared = declared || across_port(service->expose.ptr[i].name) == port;
    }
    return declared;
}

static void
say_port(RuleContext *ctx, const EnvValue *value, Span other, Str other_value, const char *where)
{
    Diag *diag = rule_find(
        ctx,
        value->node,
        "%" STR_FMT " is %" STR_FMT ", which none of the ports here is",
        STR_ARG(value->key),
        STR_ARG(value->text)
    );
    if (other_value.len > 0) {
        across_relate(ctx, diag, other, "it is %" STR_FMT " in %s", STR_ARG(other_value), where);
    }
}

static Str docker_env_text(const Dockerfile *file, Str key, Span *ret_place)
{
    const DockerPair *pair = docker_env(file, key);
    *ret_place = pair ? pair->span : SPAN_NONE;
    return pair && pair->value.is_known ? pair->value.value : STR("");
}

/* Whether the variable was held against the ports beside it, and reported. */
static bool check_own_ports(
    RuleContext *ctx, const RepoService *service, const EnvValue *value, bool is_among_ports
)
{
    if (is_among_ports) {
        return false;
    }
    Span other;
    Str text = docker_env_text(service->dockerfile, value->key, &other);
    say_port(ctx, value, other, text, "the Dockerfile");
    return true;
}

static unsigned own_port(const EnvValue *value)
{
    return value && is_own_port(value->key) && value->is_literal ? across_port(value->text) : 0;
}

static bool
check_workload_ports(RuleContext *ctx, const RepoService *service, const RepoContainer *place)
{
    bool said = false;
    const Environment *env = &place->container->env;
    bool has_ports = node_len(node_path(place->container->node, "ports")) > 0;
    across_enter(ctx, place);
    vec_foreach(value, &env->values) {
        unsigned port = has_ports ? own_port(value) : 0;
        said =
            (port > 0 && check_own_ports(ctx, service, value, declares(place->container, port))) ||
            said;
    }
    across_leave(ctx);
    return said;
}

static bool
check_service_ports(RuleContext *ctx, const RepoService *service, const ComposeService *compose)
{
    bool said = false;
    const Environment *env = &compose->env;
    vec_foreach(value, &env->values) {
        unsigned port = own_port(value);
        said =
            (port > 0 && check_own_ports(ctx, service, value, compose_declares(compose, port))) ||
            said;
    }
    return said;
}

/* --- the same variable elsewhere --- */

static void say_difference(
    RuleContext *ctx, const EnvValue *value, Span other, Str other_text, const char *where
)
{
    Diag *diag = rule_find(
        ctx,
        value->node,
        "%" STR_FMT " is %" STR_FMT " here and %" STR_FMT " in %s",
        STR_ARG(value->key),
        STR_ARG(value->text),
        STR_ARG(other_text),
        where
    );
    across_relate(ctx, diag, other, "in %s", where);
    if (str_eq(value->node->text, value->text)) { /* "PORT=8080" is one text in some lists */
        rule_suggest(ctx, diag, value->node->span, "\"%" STR_FMT "\"", STR_ARG(other_text));
    }
}

/* What the image says otherwise; where its EXPOSE lacks the port, XA001 says so. */
static void compare_with_image(
    RuleContext *ctx,
    const RepoService *service,
    const AcrossExposed *exposed,
    const EnvValue *value
)
{
    Span image = SPAN_NONE;
    Str text = docker_env_text(service->dockerfile, value->key, &image);
    unsigned port = own_port(value);
    if (port > 0 && across_port(text) > 0 && across_port(text) != port && !is_said(exposed, port)) {
        say_difference(ctx, value, image, text, "the Dockerfile");
    }
}

/* Where both have ports, XA002 compares those. */
static bool compare_with_compose(
    RuleContext *ctx, const Environment *in_compose, const EnvValue *value, bool has_ports
)
{
    const EnvValue *other = env_get(in_compose, value->key);
    bool differs = !has_ports && own_port(value) > 0 && own_port(other) > 0 &&
                   own_port(other) != own_port(value);
    if (differs) {
        say_difference(ctx, value, other->node->span, other->text, "Compose");
    }
    return differs;
}

/* The workload against Compose and the image, Compose against the image; any of them may be missing. */
static void compare_defaults(RuleContext *ctx, const RepoService *service)
{
    Arena *arena = ctx->diags->arena;
    const ComposeService *compose = service->compose.len == 1 ? service->compose.ptr[0] : NULL;
    const Environment none = { 0 };
    const Environment *in_compose = compose ? &compose->env : &none;
    AcrossExposed exposed =
        service->dockerfile ? across_exposed(arena, service->dockerfile) : (AcrossExposed) { 0 };
    vec_foreach(place, &service->containers) {
        const Environment *env = &place->container->env;
        bool has_ports = compose && compose->ports.len + compose->expose.len > 0 &&
                         node_len(node_path(place->container->node, "ports")) > 0;
        across_enter(ctx, place);
        vec_foreach(value, &env->values) {
            if (!compare_with_compose(ctx, in_compose, value, has_ports)) {
                compare_with_image(ctx, service, &exposed, value);
            }
        }
        across_leave(ctx);
    }
    vec_foreach(value, &in_compose->values) {
        compare_with_image(ctx, service, &exposed, value);
    }
}

/* A variable that is none of the ports beside it says why others differ from it. */
static void xa033_service(RuleContext *ctx, const RepoService *service)
{
    bool said = false;
    vec_foreach(place, &service->containers) {
        said = check_workload_ports(ctx, service, place) || said;
    }
    vec_foreach(compose, &service->compose) {
        said = check_service_ports(ctx, service, *compose) || said;
    }
    if (!said) {
        compare_defaults(ctx, service);
    }
}

static void xa033(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        xa033_service(ctx, service);
    }
}

static const AuditRule rules[] = {
    { .id = "XA001",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A port of the service that its Dockerfile doesn't expose",
      .why = "One of the two is wrong: the port was changed in one place, or belongs to another "
             "service.",
      .fix = "expose the port in the Dockerfile, or correct it here",
      .bad = "# the Dockerfile says EXPOSE 8080\nports: [{containerPort: 9090}]\n",
      .good = "# the Dockerfile says EXPOSE 8080\nports: [{containerPort: 8080}]\n",
      .check_repository = xa001 },
    { .id = "XA002",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "Compose publishes a container port that the service's workload doesn't have",
      .why =
          "It answers on another port in the cluster than on the developer's machine, or on none.",
      .fix = "use one port for the service in both",
      .bad = "ports: ['8080:3000'] # and the Deployment has containerPort: 8080\n",
      .good = "ports: ['3000:3000'] # and the Deployment has containerPort: 3000\n",
      .check_repository = xa002 },
    { .id = "XA015",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "Two Compose files of one project publish the same port of the host",
      .why = "The second service doesn't start: the address is already in use.",
      .fix = "publish one of them on another port",
      .peers = "DC:no-duplicate-exported-ports",
      .check_repository = xa015 },
    { .id = "XA033",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "The port that a service is told to listen on is none that it is reached at, or "
                 "differs between Compose, workload and image",
      .why = "It listens where nobody asks: probes and requests go to the other port.",
      .fix = "use one number for the variable and the port",
      .bad = "env: [{name: PORT, value: '3000'}]\nports: [{containerPort: 8080}]\n",
      .good = "env: [{name: PORT, value: '8080'}]\nports: [{containerPort: 8080}]\n",
      .check_repository = xa033 },
};

const RuleFamily rules_across_ports = { rules, ARRAY_LEN(rules) };
