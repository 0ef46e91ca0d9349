/* Services, Ingresses, NetworkPolicies: who reaches what. */
#include "base/mem.h"

#include "audit/rule.h"

static bool has_selector(const Object *object)
{
    const Node *selector = node_path(object->node, "spec.selector");
    return object_is(object, "Service") && node_is_map(selector) && selector->map.len > 0;
}

static Selection select_pods(const RuleContext *ctx, const Object *service)
{
    return bundle_select_labels(
        ctx->bundle, service->ns, node_path(service->node, "spec.selector")
    );
}

/* Pods that an operator makes: their labels are of its own domain ("cnpg.io/cluster"). */
static bool is_of_operator(const Node *selector)
{
    for (size_t i = 0; node_is_map(selector) && i < selector->map.len; i++) {
        Str domain, name;
        if (str_cut(selector->map.pairs[i].key->text, '/', &domain, &name) &&
            !str_has_suffix(domain, STR("kubernetes.io")) &&
            !str_has_suffix(domain, STR("k8s.io"))) {
            return true;
        }
    }
    return false;
}

static void k8067(RuleContext *ctx, const Object *object)
{
    Selection selection = select_pods(ctx, object);
    if (has_selector(object) && ctx->bundle->pods.len > 0 &&
        !is_of_operator(node_path(object->node, "spec.selector")) && !selection_next(&selection) &&
        !bundle_may_make(ctx->bundle, object->ns, node_path(object->node, "spec.selector"))) {
        rule_find(
            ctx, node_path(object->node, "spec.selector"), "the selector matches no pod here"
        );
    }
}

/* A number may be open though no container declares it, so it counts where some are declared. */
static bool leads_somewhere(const Pod *pod, const Node *port)
{
    if (pod_find_port(pod, port)) {
        return true;
    }
    vec_foreach(container, &pod->containers) {
        if (node_len(node_path(container->node, "ports")) > 0) {
            return false;
        }
    }
    return port->kind == NODE_INT;
}

/* The pod's one port, if it has one only. */
static void suggest_target(RuleContext *ctx, Diag *diag, const Pod *pod, const Node *port)
{
    const Node *only = NULL;
    size_t count = 0;
    vec_foreach(container, &pod->containers) {
        const Node *ports = node_path(container->node, "ports");
        count += node_len(ports);
        only = node_len(ports) > 0 ? ports->seq.items[0] : only;
    }
    Str number = node_text(only, "containerPort");
    if (count == 1 && number.len > 0) {
        const char *value = str_to_cstr(ctx->diags->arena, number);
        rule_suggest_set(ctx, diag, port, "targetPort", value);
    }
}

static void check_target(RuleContext *ctx, const Object *service, const Node *port)
{
    const Node *target = node_path(port, "targetPort");
    target = target ? target : node_path(port, "port");
    Selection selection = select_pods(ctx, service);
    for (const Object *object; target && (object = selection_next(&selection));) {
        if (!leads_somewhere(object->pod, target)) {
            Diag *diag = rule_find(
                ctx,
                target,
                "port %" STR_FMT " is none of %" STR_FMT,
                STR_ARG(target->text),
                STR_ARG(object_title(ctx->diags->arena, object))
            );
            if (object->name_node && span_is_known(object->name_node->span)) {
                diag_relate(ctx->diags, diag, object->name_node->span, "its pods are made here");
            }
            suggest_target(ctx, diag, object->pod, port);
        }
    }
}

static void k8068(RuleContext *ctx, const Object *object)
{
    const Node *ports = has_selector(object) ? node_path(object->node, "spec.ports") : NULL;
    for (size_t i = 0; i < node_len(ports); i++) {
        check_target(ctx, object, ports->seq.items[i]);
    }
}

static void k8069(RuleContext *ctx, const Object *object)
{
    const Node *ports = object_is(object, "Service") ? node_path(object->node, "spec.ports") : NULL;
    for (size_t i = 0; node_len(ports) > 1 && i < ports->seq.len; i++) {
        const Node *port = ports->seq.items[i];
        if (!node_path(port, "name")) {
            Diag *diag =
                rule_find(ctx, node_path(port, "port"), "a port without a name among several");
            const char *name =
                arena_printf(ctx->diags->arena, "port-%" STR_FMT, STR_ARG(node_text(port, "port")));
            rule_fix_set(ctx, diag, port, "name", name);
        }
    }
}

static void k8071(RuleContext *ctx, const Container *container)
{
    const Node *ports = node_path(container->node, "ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        const Node *port = node_path(ports->seq.items[i], "containerPort");
        if (port && port->kind == NODE_INT && port->integer == 22) {
            rule_find(ctx, port, "opens port 22");
        }
    }
}

/* --- Ingress ---------------------------------------------------------------------------------- */

static bool service_has_port(const Object *service, const Node *port)
{
    const Node *number = node_path(port, "number");
    const Node *name = node_path(port, "name");
    const Node *ports = node_path(service->node, "spec.ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        const Node *item = ports->seq.items[i];
        if ((number && str_eq(node_text(item, "port"), number->text)) ||
            (name && str_eq(node_text(item, "name"), name->text))) {
            return true;
        }
    }
    return !number && !name;
}

/* A namespace of which no Service is here has them from elsewhere: a chart, an operator. */
static bool knows_services(const RuleContext *ctx)
{
    const Objects *services = bundle_of_kind(ctx->bundle, "Service");
    vec_foreach(service, services) {
        if (str_eq((*service)->ns, ctx->object->ns)) {
            return true;
        }
    }
    return false;
}

static void check_backend(RuleContext *ctx, const Node *backend)
{
    const Node *name = node_path(backend, "service.name");
    if (!name) {
        return;
    }
    const Object *service = bundle_get(ctx->bundle, STR("Service"), ctx->object->ns, name->text);
    const Node *port = node_path(backend, "service.port");
    if (!service && knows_services(ctx)) {
        rule_find(ctx, name, "no Service \"%" STR_FMT "\" here", STR_ARG(name->text));
    } else if (service && !service_has_port(service, port)) {
        const Node *number = node_path(port, "number");
        const Node *said = number ? number : node_path(port, "name");
        rule_find(
            ctx,
            said,
            "Service \"%" STR_FMT "\" has no port %" STR_FMT,
            STR_ARG(name->text),
            STR_ARG(said->text)
        );
    }
}

static void k8073(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "Ingress")) {
        return;
    }
    check_backend(ctx, node_path(object->node, "spec.defaultBackend"));
    const Node *rules = node_path(object->node, "spec.rules");
    for (size_t i = 0; i < node_len(rules); i++) {
        const Node *paths = node_path(rules->seq.items[i], "http.paths");
        for (size_t k = 0; k < node_len(paths); k++) {
            check_backend(ctx, node_path(paths->seq.items[k], "backend"));
        }
    }
}

static void k8074(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "Ingress")) {
        return;
    }
    if (node_len(node_path(object->node, "spec.tls")) == 0) {
        rule_find(ctx, NULL, "the Ingress has no TLS");
    }
    const Node *annotations = node_path(object->node, "metadata.annotations");
    for (size_t i = 0; node_is_map(annotations) && i < annotations->map.len; i++) {
        const NodePair *pair = &annotations->map.pairs[i];
        if (str_has_suffix(pair->key->text, STR("-snippet"))) {
            rule_find(
                ctx,
                pair->key,
                "%" STR_FMT " runs configuration as the ingress controller",
                STR_ARG(pair->key->text)
            );
        }
    }
}

/* --- NetworkPolicy ---------------------------------------------------------------------------- */

static void k8076(RuleContext *ctx, const Object *object)
{
    const Node *selector = node_path(object->node, "spec.podSelector");
    if (!object_is(object, "NetworkPolicy") || !selector) {
        return;
    }
    Selection all = bundle_select(ctx->bundle, object->ns, NULL);
    Selection selected = bundle_select(ctx->bundle, object->ns, selector);
    if (selection_next(&all) && !selection_next(&selected) &&
        !bundle_may_make(ctx->bundle, object->ns, node_path(selector, "matchLabels"))) {
        rule_find(ctx, selector, "the selector matches no pod here");
    }
}

static bool is_for_egress(const Object *policy)
{
    const Node *types = node_path(policy->node, "spec.policyTypes");
    for (size_t i = 0; i < node_len(types); i++) {
        if (str_eq(types->seq.items[i]->text, STR("Egress"))) {
            return true;
        }
    }
    return false;
}

static bool allows_dns(const Object *policy)
{
    const Node *egress = node_path(policy->node, "spec.egress");
    for (size_t i = 0; i < node_len(egress); i++) {
        const Node *ports = node_path(egress->seq.items[i], "ports");
        for (size_t k = 0; k < node_len(ports); k++) {
            Str port = node_text(ports->seq.items[k], "port");
            if (port.len == 0 || str_eq(port, STR("53")) || str_eq(port, STR("dns"))) {
                return true;
            }
        }
        if (node_len(ports) == 0) {
            return true;
        }
    }
    return false;
}

static bool selects_all(const Object *policy)
{
    const Node *selector = node_path(policy->node, "spec.podSelector");
    return node_is_map(selector) && selector->map.len == 0;
}

static void k8078(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "NetworkPolicy") || !is_for_egress(object) || !selects_all(object) ||
        node_len(node_path(object->node, "spec.egress")) > 0) {
        return;
    }
    const Objects *policies = bundle_of_kind(ctx->bundle, "NetworkPolicy");
    vec_foreach(other, policies) {
        if (str_eq((*other)->ns, object->ns) && is_for_egress(*other) && allows_dns(*other)) {
            return;
        }
    }
    Diag *diag =
        rule_find(ctx, NULL, "nothing may go out, and no policy beside it lets DNS through");
    static const char rule[] = "{ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}";
    const Node *egress = node_path(object->node, "spec.egress");
    if (!egress) {
        const char *value = arena_printf(ctx->diags->arena, "\n  - %s", rule);
        rule_suggest_set(ctx, diag, node_path(object->node, "spec"), "egress", value);
    } else if (span_is_known(egress->span) && str_eq(span_text(egress->span), STR("[]"))) {
        rule_suggest(ctx, diag, egress->span, "[%s]", rule);
    }
}

static const AuditRule rules[] = {
    { .id = "K8067",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A Service that selects no pod",
      .why = "Every connection to it is refused.",
      .fix = "use the labels of the pods, and the same namespace",
      .peers = "KL:dangling-service KS:service-targets-pod"
               " KI:3ca03a61-3249-4c16-8427-6f8e47dda729",
      .check_object = k8067 },
    { .id = "K8068",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A Service's targetPort is no port of its pods",
      .why = "Connections through this port are refused though the pods are ready.",
      .fix = "name a containerPort of the pods",
      .bad = "ports: [{port: 80, targetPort: web}]\n# pods: [{name: http, containerPort: 8080}]\n",
      .good = "ports: [{port: 80, targetPort: http}]\n",
      .check_object = k8068 },
    { .id = "K8069",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A Service with several ports, not all of them named",
      .why = "The API server refuses it.",
      .fix = "give every port a name",
      .bad = "ports: [{port: 80}, {name: grpc, port: 9000}]\n",
      .good = "ports: [{name: http, port: 80}, {name: grpc, port: 9000}]\n",
      .peers = "KL:invalid-target-ports",
      .check_object = k8069 },
    { .id = "K8071",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A container that opens port 22",
      .why = "A shell over the network beside the API server's own, with its own keys and users.",
      .fix = "use kubectl exec or debug",
      .bad = "ports: [{containerPort: 22}]\n",
      .good = "ports: [{containerPort: 8080}]\n",
      .peers = "KL:ssh-port",
      .check_container = k8071 },
    { .id = "K8073",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An Ingress backend that isn't there",
      .why = "The path answers 503.",
      .fix = "name a Service of this namespace and one of its ports",
      .peers = "KL:dangling-ingress KS:ingress-targets-service",
      .check_object = k8073 },
    { .id = "K8074",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "An Ingress without TLS, or with a snippet annotation",
      .why = "Passwords travel readable; a snippet is code with the controller's rights.",
      .fix = "add spec.tls; replace the snippet by the annotation made for it",
      .bad = "kind: Ingress\nspec:\n  rules: […]\n",
      .good = "kind: Ingress\nspec:\n  tls: [{hosts: [shop.example.com], secretName: shop}]\n",
      .peers = "PO:tlsSettingsMissing CKV_K8S_152 CKV_K8S_153 CKV_K8S_154",
      .check_object = k8074 },
    { .id = "K8076",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A NetworkPolicy that selects no pod",
      .why = "The pods it was meant to protect are open.",
      .fix = "use the labels of the pods, and the same namespace",
      .peers = "KL:dangling-networkpolicy KS:networkpolicy-targets-pod"
               " KI:85ab1c5b-014e-4352-b5f8-d7dea3bb4fd3",
      .check_object = k8076 },
    { .id = "K8078",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "Egress is denied by default, DNS too",
      .why = "No name resolves: every allowed connection fails as well.",
      .fix = "allow port 53, UDP and TCP, in a policy for all pods",
      .check_object = k8078 },
};

const RuleFamily rules_network = { rules, ARRAY_LEN(rules) };
