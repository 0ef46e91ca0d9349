/* NetworkPolicies, against what pods need of each other. */
#include "base/mem.h"

#include "across.h"

/* --- XA031 ------------------------------------------------------------------------------------ */

typedef struct Edge {
    const Bundle *bundle;
    const Object *from, *to; /* workloads; from NULL: Prometheus, wherever it runs */
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

static bool names_prometheus(const Node *labels)
{
    for (size_t i = 0; node_is_map(labels) && i < labels->map.len; i++) {
        if (str_find(labels->map.pairs[i].value->text, STR("prometheus")) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* What can't be told from here, such as namespaces and addresses, is taken to be allowed. */
static bool peer_matches(const Node *peer, const Object *workload)
{
    const Node *pods = node_path(peer, "podSelector");
    if (!workload) { /* pods of the same namespace are Prometheus' only when they are told to be */
        return node_path(peer, "ipBlock") || node_path(peer, "namespaceSelector") || !pods ||
               node_len(node_path(pods, "matchExpressions")) > 0 ||
               names_prometheus(node_path(pods, "matchLabels"));
    }
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
            str_eq(port->text, edge->target_port->text) || (number && allowed == number) ||
            (allowed && str_eq(node_text(allowed, "containerPort"), edge->target_port->text))) {
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
    const Objects *policies = bundle_of_kind(edge->bundle, "NetworkPolicy");
    vec_foreach(each, policies) {
        const Object *policy = *each;
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

/* "app: web", of the selector of the workload; empty: it isn't written as such labels. */
static Str labels_of(Arena *arena, const Object *workload)
{
    const Node *labels = node_path(workload->node, "spec.selector.matchLabels");
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; node_is_map(labels) && i < labels->map.len; i++) {
        strbuf_addf(
            &out,
            "%s%" STR_FMT ": \"%" STR_FMT "\"",
            i > 0 ? ", " : "",
            STR_ARG(labels->map.pairs[i].key->text),
            STR_ARG(labels->map.pairs[i].value->text)
        );
    }
    return strbuf_str(&out);
}

/* A rule for this edge alone; it may be closed on purpose. */
static void
suggest_rule(RuleContext *ctx, Diag *diag, const Edge *edge, const Object *policy, bool inward)
{
    Arena *arena = ctx->diags->arena;
    const Node *spec = node_path(policy->node, "spec");
    const Object *peer = inward ? edge->from : edge->to;
    Str labels = peer ? labels_of(arena, peer) : STR("");
    const Node *port = pod_find_port(edge->to->pod, edge->target_port);
    Str number = port ? node_text(port, "containerPort") : edge->target_port->text;
    if (labels.len == 0 || number.len == 0) {
        return;
    }
    const char *rule = arena_printf(
        arena,
        "{%s: [{podSelector: {matchLabels: {%" STR_FMT "}}}], ports: [{port: %" STR_FMT "}]}",
        inward ? "from" : "to",
        STR_ARG(labels),
        STR_ARG(number)
    );
    const char *key = inward ? "ingress" : "egress";
    const Node *list = node_get_cstr(spec, key);
    if (node_len(list) > 0) {
        rule_fix_append(ctx, diag, list, rule);
    } else if (!list) {
        rule_fix_set(ctx, diag, spec, key, arena_printf(arena, "\n  - %s", rule));
    }
    diag->is_suggestion = true;
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
            suggest_rule(ctx, diag, edge, policy, inward != 0);
            return;
        }
    }
}

static void
check_policies(RuleContext *ctx, const Repository *repository, const RepoContainer *place)
{
    (void) repository;
    const Environment *env = &place->container->env;
    across_enter(ctx, place);
    vec_foreach(value, &env->values) {
        size_t at = 0;
        Endpoint endpoint;
        while (value->is_literal && endpoint_next(value->text, &at, &endpoint)) {
            const Object *service = across_service(place->bundle, endpoint.host, place->object->ns);
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

/* --- scrapes --- */

static bool is_prometheus(const Object *object)
{
    for (size_t i = 0; object->pod && i < object->pod->containers.len; i++) {
        Str image = node_text(object->pod->containers.ptr[i].node, "image");
        if (str_find(image, STR("prom/prometheus")) != STR_NONE ||
            str_find(image, STR("prometheus/prometheus")) != STR_NONE) {
            return true;
        }
    }
    return false;
}

/* A bundle whose scrapes are looked at, with the Prometheuses that it runs. */
typedef struct Scrapes {
    RuleContext *ctx;
    const Bundle *bundle;
    Objects servers;
} Scrapes;

static void
check_scrape(Scrapes *scrapes, const Object *workload, const Node *target, const Node *said_at)
{
    Edge edge = { .bundle = scrapes->bundle, .to = workload, .target_port = target };
    vec_foreach(server, &scrapes->servers) {
        edge.from = str_eq((*server)->ns, workload->ns) ? *server : edge.from;
    }
    const Object *policy = edge.from == workload ? NULL : blocked_by(&edge, true);
    if (policy) {
        Diag *diag = rule_find(
            scrapes->ctx,
            said_at,
            "a NetworkPolicy keeps Prometheus from scraping %" STR_FMT,
            STR_ARG(object_title(scrapes->ctx->diags->arena, workload))
        );
        Span place = policy->name_node ? policy->name_node->span : policy->node->span;
        across_relate(scrapes->ctx, diag, place, "the policy");
        suggest_rule(scrapes->ctx, diag, &edge, policy, true);
    }
}

/* The container's port that the Service's port of that name leads to. */
static const Node *port_behind(const Object *service, Str name)
{
    const Node *ports = node_path(service->node, "spec.ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        if (str_eq(node_text(ports->seq.items[i], "name"), name)) {
            const Node *target = node_path(ports->seq.items[i], "targetPort");
            return target ? target : node_path(ports->seq.items[i], "port");
        }
    }
    return NULL;
}

static void
check_selected(Scrapes *scrapes, Selection selection, const Node *target, const Node *endpoint)
{
    for (const Object *workload; target && (workload = selection_next(&selection));) {
        check_scrape(scrapes, workload, target, endpoint);
    }
}

/* By the Services that a ServiceMonitor selects, or by the pods that a PodMonitor does. */
static void check_endpoint(Scrapes *scrapes, const Object *monitor, const Node *endpoint)
{
    const Bundle *bundle = scrapes->bundle;
    const Node *name = node_path(endpoint, "port");
    const Node *selector = node_path(monitor->node, "spec.selector");
    const Node *target = name ? name : node_path(endpoint, "targetPort");
    if (object_is(monitor, "PodMonitor")) {
        check_selected(scrapes, bundle_select(bundle, monitor->ns, selector), target, endpoint);
        return;
    }
    const Objects *services = bundle_of_kind(bundle, "Service");
    vec_foreach(each, services) {
        const Object *service = *each;
        const Node *labels = node_path(service->node, "spec.selector");
        if (str_eq(service->ns, monitor->ns) && labels &&
            label_selector_matches(selector, node_path(service->node, "metadata.labels"))) {
            check_selected(
                scrapes,
                bundle_select_labels(bundle, service->ns, labels),
                name ? port_behind(service, name->text) : target,
                endpoint
            );
        }
    }
}

static void check_monitor(Scrapes *scrapes, const Object *monitor)
{
    const Node *endpoints = node_path(monitor->node, "spec.endpoints");
    endpoints = endpoints ? endpoints : node_path(monitor->node, "spec.podMetricsEndpoints");
    if (!node_path(monitor->node, "spec.selector") ||
        node_path(monitor->node, "spec.namespaceSelector")) {
        return;
    }
    for (size_t i = 0; i < node_len(endpoints); i++) {
        check_endpoint(scrapes, monitor, endpoints->seq.items[i]);
    }
}

/* Pods that ask to be scraped by the annotations of Prometheus' example configuration. */
static void check_annotations(Scrapes *scrapes, const Object *workload)
{
    const Node *annotations = node_path(workload->pod->metadata, "annotations");
    const Node *scrape = node_get_cstr(annotations, "prometheus.io/scrape");
    const Node *port = node_get_cstr(annotations, "prometheus.io/port");
    if (scrape && port && str_eq(scrape->text, STR("true"))) {
        check_scrape(scrapes, workload, port, port);
    }
}

static void check_scrapes(RuleContext *ctx, const Repository *repository, const Bundle *bundle)
{
    Scrapes scrapes = { .ctx = ctx, .bundle = bundle };
    ctx->bundle = bundle;
    vec_foreach(object, &bundle->objects) {
        if (is_prometheus(object)) {
            vec_push(&scrapes.servers, repository->arena, object);
        }
    }
    vec_foreach(object, &bundle->objects) {
        ctx->object = object;
        if (object_is(object, "ServiceMonitor") || object_is(object, "PodMonitor")) {
            check_monitor(&scrapes, object);
        } else if (object->pod) {
            check_annotations(&scrapes, object);
        }
    }
    across_leave(ctx);
}

static bool has_policies(const Bundle *bundle)
{
    vec_foreach(object, &bundle->objects) {
        if (object_is(object, "NetworkPolicy")) {
            return true;
        }
    }
    return false;
}

static void xa031(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(bundle, &repository->audit->bundles) {
        if (has_policies(*bundle)) {
            check_scrapes(ctx, repository, *bundle);
        }
    }
    across_each_container(ctx, repository, has_policies, check_policies);
}

static const AuditRule rules[] = {
    { .id = "XA031",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A NetworkPolicy forbids what a variable or a scrape needs",
      .why = "Connections time out, with nothing in any log.",
      .fix = "allow the pods and the port in the policy",
      .check_repository = xa031 },
};

const RuleFamily rules_across_policies = { rules, ARRAY_LEN(rules) };
