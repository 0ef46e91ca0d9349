/* Hosts and ports in the values of variables, against the services that are there. */
#include "base/mem.h"

#include "across.h"

/* --- Compose ---------------------------------------------------------------------------------- */

static const ComposeService *compose_host(const ComposeProject *project, Str host)
{
    const ComposeService *named = compose_service(project, host);
    if (named) {
        return named;
    }
    for (size_t i = 0; i < project->services.len; i++) {
        if (across_answers(&project->services.ptr[i], host)) {
            return &project->services.ptr[i];
        }
    }
    return NULL;
}

/* Other projects may answer on an external network, links and extra_hosts name what they like. */
static bool is_closed(const ComposeService *service)
{
    const ComposeProject *project = service->project;
    bool open = project->is_partial || node_path(service->node, "network_mode") ||
                node_path(service->node, "extra_hosts") || node_path(service->node, "links") ||
                node_path(service->node, "external_links");
    for (size_t i = 0; i < project->networks.len; i++) {
        open = open || project->networks.ptr[i].is_external;
    }
    return !open;
}

/* Whether the endpoint is a network's: a path, a scheme such as jdbc:h2:mem or a file is none. */
static bool is_of_network(const Endpoint *endpoint)
{
    static const Str others[] = { STR_INIT("file"),   STR_INIT("unix"),      STR_INIT("arn"),
                                  STR_INIT("s3"),     STR_INIT("gs"),        STR_INIT("data"),
                                  STR_INIT("docker"), STR_INIT("oci"),       STR_INIT("sqlite"),
                                  STR_INIT("app"),    STR_INIT("classpath"), STR_INIT("vault") };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (str_has_prefix(endpoint->scheme, others[i])) {
            return false;
        }
    }
    return across_is_name(endpoint->host) && (endpoint->scheme.len > 0 || endpoint->port > 0);
}

/* The next host that a value names; a bare one only where the variable's name says that it is one. */
static bool next_host(const EnvValue *value, size_t *at, Endpoint *ret)
{
    if (!value->is_literal) {
        return false;
    }
    if (*at == 0 &&
        (str_has_suffix(value->key, STR("_HOST")) || str_has_suffix(value->key, STR("_HOSTNAME"))
        ) &&
        across_is_name(value->text)) {
        *at = value->text.len + 1;
        *ret = (Endpoint) { .host = value->text, .end = value->text.len };
        return true;
    }
    while (endpoint_next(value->text, at, ret)) {
        if (is_of_network(ret)) {
            return true;
        }
    }
    return false;
}

typedef struct Candidate {
    Str name;
    Span place;
} Candidate;
typedef VEC(Candidate) Candidates;

/* Points at the one whose name is nearest to what was written, if one is near. */
static void point_at_nearest(RuleContext *ctx, Diag *diag, Str host, const Candidates *candidates)
{
    Str *names = ARENA_ARRAY(ctx->diags->arena, Str, candidates->len + 1);
    for (size_t i = 0; i < candidates->len; i++) {
        names[i] = candidates->ptr[i].name;
    }
    Str nearest = str_nearest(host, names, candidates->len);
    for (size_t i = 0; nearest.len > 0 && i < candidates->len; i++) {
        if (str_eq(candidates->ptr[i].name, nearest)) {
            diag_hint_nearest(ctx->diags, diag, host, names, candidates->len);
            across_relate(ctx, diag, candidates->ptr[i].place, "the nearest name");
            return;
        }
    }
}

static void
say_no_service(RuleContext *ctx, const ComposeProject *project, const EnvValue *value, Str host)
{
    Diag *diag = rule_find(
        ctx, value->node, "no service of this project is called \"%" STR_FMT "\"", STR_ARG(host)
    );
    Candidates candidates = { 0 };
    for (size_t i = 0; i < project->services.len; i++) {
        const ComposeService *service = &project->services.ptr[i];
        Candidate candidate = { service->name, service->key->span };
        vec_push(&candidates, ctx->diags->arena, candidate);
    }
    point_at_nearest(ctx, diag, host, &candidates);
}

static void check_compose_hosts(RuleContext *ctx, const ComposeService *service)
{
    const Environment *env = &service->env;
    vec_foreach(value, &env->values) {
        Endpoint endpoint;
        for (size_t at = 0; next_host(value, &at, &endpoint);) {
            if (str_has_suffix(value->key, STR("LISTENERS")) ||
                compose_host(service->project, endpoint.host) ||
                !compose_is_own(service->project, value->node)) {
                continue;
            }
            say_no_service(ctx, service->project, value, endpoint.host);
        }
    }
}

/* --- Kubernetes ------------------------------------------------------------------------------- */

/* Whether something may make Services that aren't written down: operators, charts, applications. */
static bool is_closed_bundle(const Bundle *bundle)
{
    static const Str known[] = {
        STR_INIT(""),
        STR_INIT("apps"),
        STR_INIT("batch"),
        STR_INIT("networking.k8s.io"),
        STR_INIT("policy"),
        STR_INIT("autoscaling"),
        STR_INIT("rbac.authorization.k8s.io"),
        STR_INIT("storage.k8s.io"),
        STR_INIT("scheduling.k8s.io"),
        STR_INIT("monitoring.coreos.com"),
        STR_INIT("external-secrets.io"),
        STR_INIT("bitnami.com"),
        STR_INIT("cert-manager.io"),
        STR_INIT("apiextensions.k8s.io"),
        STR_INIT("gateway.networking.k8s.io"),
        STR_INIT("keda.sh"),
        STR_INIT("kyverno.io"),
        STR_INIT("autoscaling.k8s.io"),
        STR_INIT("snapshot.storage.k8s.io"),
        STR_INIT("secrets-store.csi.x-k8s.io"),
        STR_INIT("admissionregistration.k8s.io"),
        STR_INIT("traefik.io"),
        STR_INIT("security.istio.io"),
    };
    size_t services = 0;
    vec_foreach(object, &bundle->objects) {
        bool is_known = false;
        for (size_t i = 0; i < ARRAY_LEN(known); i++) {
            is_known = is_known || str_eq(object->group, known[i]);
        }
        if (!is_known) {
            return false;
        }
        services += object_is(object, "Service");
    }
    return services > 0;
}

/* In some other bundle: another part of the same cluster. */
static bool is_anywhere(const Repository *repository, Str host)
{
    Str name;
    Str ns;
    (void) across_split_host(host, STR(""), &name, &ns);
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object_is(object, "Service") && str_eq(object->name, name)) {
                return true;
            }
        }
    }
    return false;
}

static void say_no_object(RuleContext *ctx, const EnvValue *value, Str host)
{
    Diag *diag =
        rule_find(ctx, value->node, "no Service is called \"%" STR_FMT "\"", STR_ARG(host));
    Candidates candidates = { 0 };
    const Objects *services = bundle_of_kind(ctx->bundle, "Service");
    vec_foreach(service, services) {
        const Node *name = (*service)->name_node;
        Candidate candidate = { (*service)->name, name ? name->span : SPAN_NONE };
        vec_push(&candidates, ctx->diags->arena, candidate);
    }
    point_at_nearest(ctx, diag, host, &candidates);
}

static void
check_container_hosts(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    const Environment *env = &place->container->env;
    across_enter(ctx, place);
    vec_foreach(value, &env->values) {
        Endpoint endpoint;
        for (size_t at = 0; next_host(value, &at, &endpoint);) {
            if (!is_anywhere(repository, endpoint.host)) {
                say_no_object(ctx, value, endpoint.host);
            }
        }
    }
    across_leave(ctx);
}

static void xa010(RuleContext *ctx, const Repository *repository)
{
    across_foreach_compose(service, repository) {
        if (is_closed(service)) {
            check_compose_hosts(ctx, service);
        }
    }
    across_each_container(ctx, repository, is_closed_bundle, check_container_hosts);
}

/* --- XA011 ------------------------------------------------------------------------------------ */

/* What images listen on as long as nobody tells them otherwise. */
static const struct {
    const char *image;
    unsigned ports[6];
} listeners[] = {
    { "library/postgres", { 5432 } },
    { "library/mysql", { 3306, 33060 } },
    { "library/mariadb", { 3306 } },
    { "library/redis", { 6379 } },
    { "valkey/valkey", { 6379 } },
    { "library/mongo", { 27017 } },
    { "library/memcached", { 11211 } },
    { "library/rabbitmq", { 5672, 5671, 15672, 15671, 15692, 25672 } },
    { "library/nats", { 4222, 6222, 8222 } },
    { "library/elasticsearch", { 9200, 9300 } },
    { "axllent/mailpit", { 1025, 8025 } },
};

static bool is_configured(const ComposeService *service, unsigned port)
{
    vec_foreach(mount, &service->mounts) {
        if (str_has_suffix(mount->target, STR(".conf")) ||
            str_has_suffix(mount->target, STR(".cnf"))) {
            return true;
        }
    }
    vec_foreach(own, &service->ports) {
        if (own->target == 0 || (port >= own->target && port < own->target + own->count)) {
            return true;
        }
    }
    vec_foreach(own, &service->expose) {
        if (across_port(own->name) == port) {
            return true;
        }
    }
    return service->build || compose_said(service, "command") ||
           compose_said(service, "entrypoint") || across_tells_of_port(service, port);
}

/* The port that the image has instead; 0: it may have this one. */
static unsigned image_port(const ComposeService *service, unsigned port)
{
    auto_arena Arena *arena = arena_new(0);
    ImageName image;
    unsigned instead = 0;
    if (!service->image || is_configured(service, port) ||
        !image_parse(arena, service->image_text, &image)) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(listeners); i++) {
        bool is_it = str_eq_cstr(image.path, listeners[i].image);
        for (size_t k = 0; is_it && k < ARRAY_LEN(listeners[i].ports); k++) {
            if (listeners[i].ports[k] == port) {
                return 0;
            }
        }
        instead = is_it ? listeners[i].ports[0] : instead;
    }
    return instead;
}

static bool sources_know(const Repository *repository, unsigned port)
{
    auto_arena Arena *arena = arena_new(0);
    return !repository_knows_sources(repository) ||
           repository_mentions(repository, str_printf(arena, "%u", port));
}

/* Of a service that publishes nothing as this port: what its image says. */
static void check_image_port(
    RuleContext *ctx,
    const Repository *repository,
    const EnvValue *value,
    const ComposeService *target,
    unsigned port
)
{
    unsigned instead = image_port(target, port);
    Span exposed = across_lacks_port(repository, target, port);
    if (instead > 0) {
        Diag *diag = rule_find(
            ctx,
            value->node,
            "\"%" STR_FMT "\" listens on port %u, not on %u",
            STR_ARG(target->name),
            instead,
            port
        );
        across_relate(
            ctx, diag, target->image->span, "as its image does when nothing else is said"
        );
    } else if (span_is_known(exposed) && !sources_know(repository, port)) {
        Diag *diag = rule_find(
            ctx, value->node, "\"%" STR_FMT "\" has no port %u", STR_ARG(target->name), port
        );
        across_relate(ctx, diag, exposed, "its image exposes others");
    }
}

static void check_compose_endpoints(
    RuleContext *ctx, const Repository *repository, const ComposeService *service
)
{
    const Environment *env = &service->env;
    vec_foreach(value, &env->values) {
        Endpoint endpoint;
        for (size_t at = 0; next_host(value, &at, &endpoint);) {
            const ComposeService *target = compose_host(service->project, endpoint.host);
            const ComposePort *port = target && endpoint.port > 0
                                          ? across_published_instead(target, endpoint.port)
                                          : NULL;
            if (!target || endpoint.port == 0 || !compose_is_own(service->project, value->node) ||
                str_has_suffix(value->key, STR("LISTENERS"))) {
                continue;
            }
            if (!port) {
                check_image_port(ctx, repository, value, target, endpoint.port);
                continue;
            }
            Diag *diag = rule_find(
                ctx,
                value->node,
                "\"%" STR_FMT "\" listens on port %u; %u is its port on the host",
                STR_ARG(target->name),
                (unsigned) port->target,
                endpoint.port
            );
            across_relate(ctx, diag, port->node->span, "published here");
        }
    }
}

static void check_container_endpoints(
    RuleContext *ctx, const Repository *repository, const RepoContainer *place
)
{
    (void) repository;
    const Environment *env = &place->container->env;
    across_enter(ctx, place);
    vec_foreach(value, &env->values) {
        size_t at = 0;
        Endpoint endpoint;
        while (value->is_literal && endpoint_next(value->text, &at, &endpoint)) {
            const Object *service = across_service(place->bundle, endpoint.host, place->object->ns);
            if (!service || endpoint.port == 0 || across_listens(service, endpoint.port)) {
                continue;
            }
            Diag *diag = rule_find(
                ctx,
                value->node,
                "Service \"%" STR_FMT "\" has no port %u",
                STR_ARG(service->name),
                endpoint.port
            );
            const Node *ports = node_path(service->node, "spec.ports");
            across_relate(ctx, diag, ports ? ports->span : SPAN_NONE, "its ports");
        }
    }
    across_leave(ctx);
}

static void xa011(RuleContext *ctx, const Repository *repository)
{
    across_foreach_compose(service, repository) {
        check_compose_endpoints(ctx, repository, service);
    }
    across_each_container(ctx, repository, NULL, check_container_endpoints);
}

static const AuditRule rules[] = {
    { .id = "XA010",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A variable names a host that is no service here",
      .why = "The name doesn't resolve: the service waits or fails at its first request.",
      .fix = "use the name of a service, or the full name of a host outside",
      .bad = "environment: {DB_URL: postgres://database/shop} # the service is called db\n",
      .good = "environment: {DB_URL: postgres://db/shop}\n",
      .check_repository = xa010 },
    { .id = "XA011",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A variable names a port that the other service doesn't have",
      .why = "Nothing listens there. In Compose it is often the port of the host: between "
             "containers the container's own counts.",
      .fix = "use a port of the Service, or the container's port in Compose",
      .bad = "environment: {DB: 'db:15432'} # db: ports: ['15432:5432']\n",
      .good = "environment: {DB: 'db:5432'}\n",
      .check_repository = xa011 },
};

const RuleFamily rules_across_hosts = { rules, ARRAY_LEN(rules) };
