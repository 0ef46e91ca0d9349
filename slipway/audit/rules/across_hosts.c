/* Hosts and ports in the values of variables, against the services that are there. */
#include <stdio.h>

#include "base/mem.h"

#include "across.h"

/* A name without a domain: of a service beside this one. */
static bool is_short_name(Str host)
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

/* --- Compose ---------------------------------------------------------------------------------- */

static bool has_alias(const ComposeService *service, Str host)
{
    bool found = str_eq(node_text(service->node, "hostname"), host) ||
                 str_eq(node_text(service->node, "container_name"), host);
    for (size_t i = 0; i < service->aliases.len; i++) {
        found = found || str_eq(service->aliases.ptr[i].name, host);
    }
    return found;
}

static const ComposeService *compose_host(const ComposeProject *project, Str host)
{
    const ComposeService *named = compose_service(project, host);
    if (named) {
        return named;
    }
    for (size_t i = 0; i < project->services.len; i++) {
        if (has_alias(&project->services.ptr[i], host)) {
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
    return is_short_name(endpoint->host) && (endpoint->scheme.len > 0 || endpoint->port > 0);
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
        is_short_name(value->text)) {
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

static void
check_compose_hosts(RuleContext *ctx, const Repository *repository, const ComposeService *service)
{
    EnvList env = env_of_compose(repository->arena, service);
    vec_foreach(value, &env.values) {
        Endpoint endpoint;
        for (size_t at = 0; next_host(value, &at, &endpoint);) {
            if (str_has_suffix(value->key, STR("LISTENERS")) ||
                compose_host(service->project, endpoint.host) ||
                !compose_is_own(service->project, value->node)) {
                continue;
            }
            rule_find(
                ctx,
                value->node,
                "no service of this project is called \"%" STR_FMT "\"",
                STR_ARG(endpoint.host)
            );
        }
    }
}

/* --- Kubernetes ------------------------------------------------------------------------------- */

/* The first label, and the namespace where the host says it. */
static bool split_host(Str host, Str ns, Str *ret_name, Str *ret_ns)
{
    Str rest;
    *ret_ns = ns;
    *ret_name = host;
    if (!str_has_char(host, '.')) {
        return is_short_name(host);
    }
    if (!str_has_suffix(host, STR(".svc")) && !str_has_suffix(host, STR(".svc.cluster.local"))) {
        return false;
    }
    (void) str_cut(host, '.', ret_name, &rest);
    (void) str_next(&rest, '.', ret_ns);
    return !str_eq(*ret_ns, STR("svc"));
}

static const Object *service_object(const Bundle *bundle, Str host, Str ns)
{
    Str name;
    Str own_ns;
    if (!split_host(host, ns, &name, &own_ns)) {
        return NULL;
    }
    const Object *found = bundle_get(bundle, STR("Service"), own_ns, name);
    return found ? found : bundle_get(bundle, STR("Service"), STR(""), name);
}

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
    (void) split_host(host, STR(""), &name, &ns);
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            if (object_is(object, "Service") && str_eq(object->name, name)) {
                return true;
            }
        }
    }
    return false;
}

static void
check_container_hosts(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    EnvList env = env_of_container(repository->arena, place);
    across_enter(ctx, place);
    vec_foreach(value, &env.values) {
        Endpoint endpoint;
        for (size_t at = 0; next_host(value, &at, &endpoint);) {
            if (!is_anywhere(repository, endpoint.host)) {
                rule_find(
                    ctx,
                    value->node,
                    "no Service is called \"%" STR_FMT "\"",
                    STR_ARG(endpoint.host)
                );
            }
        }
    }
    across_leave(ctx);
}

typedef void (*CheckContainer)(
    RuleContext *ctx, const Repository *repository, const RepoContainer *place
);

static void each_container(RuleContext *ctx, const Repository *repository, CheckContainer check)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        if (!is_closed_bundle(*bundle)) {
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

typedef void (*CheckCompose)(
    RuleContext *ctx, const Repository *repository, const ComposeService *service
);

static void each_compose(RuleContext *ctx, const Repository *repository, CheckCompose check)
{
    vec_foreach(project, &repository->audit->compose_projects) {
        for (size_t i = 0; i < (*project)->services.len; i++) {
            if (is_closed(&(*project)->services.ptr[i])) {
                check(ctx, repository, &(*project)->services.ptr[i]);
            }
        }
    }
}

static void xa010(RuleContext *ctx, const Repository *repository)
{
    each_compose(ctx, repository, check_compose_hosts);
    each_container(ctx, repository, check_container_hosts);
}

/* --- XA011 ------------------------------------------------------------------------------------ */

/* Whether the service's own variables speak of the port: a second listener, as brokers have. */
static bool tells_of_port(const ComposeService *service, unsigned port)
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

/* The port is the one of the host, and nothing in the container listens there. */
static const ComposePort *published_instead(const ComposeService *target, unsigned port)
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
    return wrong && !tells_of_port(target, port) ? wrong : NULL;
}

static void check_compose_endpoints(
    RuleContext *ctx, const Repository *repository, const ComposeService *service
)
{
    EnvList env = env_of_compose(repository->arena, service);
    vec_foreach(value, &env.values) {
        Endpoint endpoint;
        for (size_t at = 0; next_host(value, &at, &endpoint);) {
            const ComposeService *target = compose_host(service->project, endpoint.host);
            const ComposePort *port =
                target && endpoint.port > 0 ? published_instead(target, endpoint.port) : NULL;
            if (!port || !compose_is_own(service->project, value->node)) {
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

static bool service_listens(const Object *service, unsigned port)
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

static void check_container_endpoints(
    RuleContext *ctx, const Repository *repository, const RepoContainer *place
)
{
    EnvList env = env_of_container(repository->arena, place);
    across_enter(ctx, place);
    vec_foreach(value, &env.values) {
        size_t at = 0;
        Endpoint endpoint;
        while (value->is_literal && endpoint_next(value->text, &at, &endpoint)) {
            const Object *service = service_object(place->bundle, endpoint.host, place->object->ns);
            if (!service || endpoint.port == 0 || service_listens(service, endpoint.port)) {
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
    vec_foreach(project, &repository->audit->compose_projects) {
        for (size_t i = 0; i < (*project)->services.len; i++) {
            check_compose_endpoints(ctx, repository, &(*project)->services.ptr[i]);
        }
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        vec_foreach(object, &(*bundle)->objects) {
            for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
                RepoContainer place = { *bundle, object, &object->pod->containers.ptr[i] };
                check_container_endpoints(ctx, repository, &place);
            }
        }
    }
}

/* --- XA031 ------------------------------------------------------------------------------------ */

typedef struct Edge {
    const Bundle *bundle;
    const Object *from, *to; /* workloads */
    const Node *target_port; /* of the Service: a number or a name */
} Edge;

static bool has_type(const Object *policy, const char *type)
{
    const Node *types = node_path(policy->node, "spec.policyTypes");
    if (!types) {
        return str_eq_cstr(STR("Ingress"), type) || node_path(policy->node, "spec.egress");
    }
    for (size_t i = 0; i < node_len(types); i++) {
        if (str_eq_cstr(types->seq.items[i]->text, type)) {
            return true;
        }
    }
    return false;
}

static bool applies_to(const Object *policy, const Object *workload, const char *type)
{
    return object_is(policy, "NetworkPolicy") && str_eq(policy->ns, workload->ns) &&
           has_type(policy, type) &&
           label_selector_matches(
               node_path(policy->node, "spec.podSelector"), workload->pod->labels
           );
}

/* What can't be told from here, such as namespaces and addresses, is taken to be allowed. */
static bool peer_matches(const Node *peer, const Object *workload)
{
    const Node *pods = node_path(peer, "podSelector");
    return node_path(peer, "ipBlock") || node_path(peer, "namespaceSelector") || !pods ||
           label_selector_matches(pods, workload->pod->labels);
}

static bool ports_match(const Node *rule, const Edge *edge)
{
    const Node *ports = node_path(rule, "ports");
    const Node *number = pod_find_port(edge->to->pod, edge->target_port);
    for (size_t i = 0; i < node_len(ports); i++) {
        const Node *port = node_path(ports->seq.items[i], "port");
        const Node *allowed = port ? pod_find_port(edge->to->pod, port) : NULL;
        if (!port || node_path(ports->seq.items[i], "endPort") ||
            str_eq(port->text, edge->target_port->text) || (number && allowed == number)) {
            return true;
        }
    }
    return node_len(ports) == 0;
}

static bool
rule_allows(const Node *rule, const char *peers_key, const Object *other, const Edge *edge)
{
    const Node *peers = node_path(rule, peers_key);
    bool allowed = node_len(peers) == 0;
    for (size_t i = 0; i < node_len(peers); i++) {
        allowed = allowed || peer_matches(peers->seq.items[i], other);
    }
    return allowed && ports_match(rule, edge);
}

/* The policy that stands in the way in that direction; NULL: the edge is open. */
static const Object *blocked_by(const Edge *edge, bool inward)
{
    const char *type = inward ? "Ingress" : "Egress";
    const Object *blocking = NULL;
    vec_foreach(policy, &edge->bundle->objects) {
        if (!applies_to(policy, inward ? edge->to : edge->from, type)) {
            continue;
        }
        blocking = policy;
        const Node *rules = node_path(policy->node, inward ? "spec.ingress" : "spec.egress");
        for (size_t i = 0; i < node_len(rules); i++) {
            const Object *other = inward ? edge->from : edge->to;
            if (rule_allows(rules->seq.items[i], inward ? "from" : "to", other, edge)) {
                return NULL;
            }
        }
    }
    return blocking;
}

static const Node *target_port(const Object *service, unsigned port)
{
    const Node *ports = node_path(service->node, "spec.ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        const Node *item = ports->seq.items[i];
        if (across_port(node_text(item, "port")) == port || (port == 0 && ports->seq.len == 1)) {
            const Node *target = node_path(item, "targetPort");
            return target ? target : node_path(item, "port");
        }
    }
    return NULL;
}

static void check_edge(RuleContext *ctx, const Edge *edge, const EnvValue *value)
{
    for (int inward = 1; inward >= 0; inward--) {
        const Object *policy = blocked_by(edge, inward);
        if (policy) {
            Diag *diag = rule_find(
                ctx,
                value->node,
                "a NetworkPolicy keeps this %s %" STR_FMT,
                inward ? "from reaching" : "from going out to",
                STR_ARG(object_title(ctx->diags->arena, edge->to))
            );
            Span place = policy->name_node ? policy->name_node->span : policy->node->span;
            across_relate(ctx, diag, place, "the policy");
            return;
        }
    }
}

static void
check_policies(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    EnvList env = env_of_container(repository->arena, place);
    across_enter(ctx, place);
    vec_foreach(value, &env.values) {
        size_t at = 0;
        Endpoint endpoint;
        while (value->is_literal && endpoint_next(value->text, &at, &endpoint)) {
            const Object *service = service_object(place->bundle, endpoint.host, place->object->ns);
            Edge edge = { .bundle = place->bundle, .from = place->object };
            edge.target_port = service ? target_port(service, endpoint.port) : NULL;
            const Node *selector = service ? node_path(service->node, "spec.selector") : NULL;
            for (size_t i = 0; edge.target_port && selector && i < place->bundle->objects.len;
                 i++) {
                edge.to = &place->bundle->objects.ptr[i];
                if (edge.to->pod && edge.to != edge.from && str_eq(edge.to->ns, service->ns) &&
                    labels_match(selector, edge.to->pod->labels)) {
                    check_edge(ctx, &edge, value);
                }
            }
        }
    }
    across_leave(ctx);
}

static void xa031(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        bool has_policies = false;
        vec_foreach(object, &(*bundle)->objects) {
            has_policies = has_policies || object_is(object, "NetworkPolicy");
        }
        for (size_t k = 0; has_policies && k < (*bundle)->objects.len; k++) {
            const Object *object = &(*bundle)->objects.ptr[k];
            for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
                RepoContainer place = { *bundle, object, &object->pod->containers.ptr[i] };
                check_policies(ctx, repository, &place);
            }
        }
    }
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
    { .id = "XA031",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A NetworkPolicy forbids what a variable needs",
      .why = "Connections time out, with nothing in any log.",
      .fix = "allow the pods and the port in the policy",
      .check_repository = xa031 },
};

const RuleFamily rules_across_hosts = { rules, ARRAY_LEN(rules) };
