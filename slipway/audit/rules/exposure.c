/* What is open: to the outside, to every pod, in namespaces that are everybody's. */
#include "base/mem.h"

#include "audit/rule.h"

/* --- Services and ports ----------------------------------------------------------------------- */

/* The clouds' annotations for a balancer that only their own network reaches. */
static bool is_internal(const Object *service)
{
    const Node *annotations = node_path(service->node, "metadata.annotations");
    for (size_t i = 0; node_is_map(annotations) && i < annotations->map.len; i++) {
        Str key = annotations->map.pairs[i].key->text;
        Str value = annotations->map.pairs[i].value->text;
        bool says_yes = !str_eq(value, STR("false"));
        if ((str_has_suffix(key, STR("internal")) && says_yes) ||
            str_eq_nocase(value, STR("internal"))) {
            return true;
        }
    }
    return false;
}

static void k8070(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "Service")) {
        return;
    }
    const Node *type = node_path(object->node, "spec.type");
    const Node *addresses = node_path(object->node, "spec.externalIPs");
    if (type && str_eq(type->text, STR("NodePort"))) {
        rule_find(ctx, type, "a port of every node leads to the pods");
    } else if (type && str_eq(type->text, STR("LoadBalancer")) && !is_internal(object)) {
        rule_find(ctx, type, "an address of the outside leads to the pods");
    }
    if (node_len(addresses) > 0) {
        rule_find(ctx, addresses, "whoever may write this takes over traffic to these addresses");
    }
}

static bool lowers_privileged_ports(const Pod *pod)
{
    const Node *sysctls = node_path(pod->security, "sysctls");
    for (size_t i = 0; i < node_len(sysctls); i++) {
        Str name = node_text(sysctls->seq.items[i], "name");
        if (str_eq(name, STR("net.ipv4.ip_unprivileged_port_start"))) {
            return true;
        }
    }
    return false;
}

static void k8072(RuleContext *ctx, const Container *container)
{
    const Node *ports = node_path(container->node, "ports");
    if (lowers_privileged_ports(container->pod)) {
        return;
    }
    for (size_t i = 0; i < node_len(ports); i++) {
        const Node *port = node_path(ports->seq.items[i], "containerPort");
        bool is_low = port && port->kind == NODE_INT && port->integer < 1024;
        if (is_low && port->integer != 22) { /* K8071 */
            rule_find(ctx, port, "port %" STR_FMT " is root's", STR_ARG(port->text));
        }
    }
}

/* --- NetworkPolicies -------------------------------------------------------------------------- */

static bool has_policies(const Bundle *bundle, Str ns)
{
    const Objects *policies = bundle_of_kind(bundle, "NetworkPolicy");
    vec_foreach(policy, policies) {
        if (str_eq((*policy)->ns, ns)) {
            return true;
        }
    }
    return false;
}

/* Other kinds of policies select by rules of their own. */
static bool has_foreign_policies(const Bundle *bundle)
{
    static const char *const kinds[] = { "CiliumNetworkPolicy",
                                         "CiliumClusterwideNetworkPolicy",
                                         "GlobalNetworkPolicy",
                                         "AdminNetworkPolicy",
                                         "ClusterNetworkPolicy" };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (bundle_of_kind(bundle, kinds[i])->len > 0) {
            return true;
        }
    }
    return false;
}

/* A namespace without any policy is said once, at its first workload. */
static void k8075(RuleContext *ctx, const Pod *pod)
{
    Str ns = ctx->object->ns;
    if (pod->policy || node_is_true(node_path(pod->spec, "hostNetwork")) ||
        has_foreign_policies(ctx->bundle)) {
        return;
    }
    if (has_policies(ctx->bundle, ns)) {
        rule_find(ctx, NULL, "no NetworkPolicy covers these pods");
        return;
    }
    Selection all = bundle_select(ctx->bundle, ns, NULL);
    if (selection_next(&all) == ctx->object) {
        size_t count = all.among->len;
        rule_find(
            ctx,
            NULL,
            "no NetworkPolicy here: every pod of the cluster reaches %s",
            count > 1 ? "this workload and those beside it" : "this workload"
        );
    }
}

static bool is_whole_internet(const Node *peer)
{
    Str cidr = node_text(peer, "ipBlock.cidr");
    return (str_eq(cidr, STR("0.0.0.0/0")) || str_eq(cidr, STR("::/0"))) &&
           node_len(node_path(peer, "ipBlock.except")) == 0;
}

static bool allows_all(const Node *rule, const char *peers_key)
{
    const Node *peers = node_path(rule, peers_key);
    if (node_len(node_path(rule, "ports")) > 0) {
        return false;
    }
    for (size_t i = 0; i < node_len(peers); i++) {
        if (is_whole_internet(peers->seq.items[i])) {
            return true;
        }
    }
    return node_len(peers) == 0;
}

static void k8077(RuleContext *ctx, const Object *object)
{
    static const struct {
        const char *rules, *peers, *what;
    } ways[] = {
        { "spec.ingress", "from", "everybody may connect to every port" },
        { "spec.egress", "to", "the pods may connect to everything" },
    };
    for (size_t w = 0; object_is(object, "NetworkPolicy") && w < ARRAY_LEN(ways); w++) {
        const Node *rules = node_path(object->node, ways[w].rules);
        for (size_t i = 0; i < node_len(rules); i++) {
            if (allows_all(rules->seq.items[i], ways[w].peers)) {
                rule_find(ctx, rules->seq.items[i], "%s", ways[w].what);
            }
        }
    }
}

/* --- namespaces ------------------------------------------------------------------------------- */

static void k8079(RuleContext *ctx, const Pod *pod)
{
    (void) pod;
    const Node *ns = node_path(ctx->object->node, "metadata.namespace");
    if (ns && (str_eq(ns->text, STR("default")) || str_eq(ns->text, STR("kube-system")))) {
        rule_find(ctx, ns, "a workload in the namespace %" STR_FMT, STR_ARG(ns->text));
    }
}

/* --- DNS -------------------------------------------------------------------------------------- */

/* "api.example.com" in "https://api.example.com/v1" or "api.example.com:443"; empty: nothing that
 * looks like a name of the outside. */
static Str outside_host(Str value)
{
    size_t scheme = str_find(value, STR("://"));
    Str host = scheme == STR_NONE ? STR("") : str_skip(value, scheme + 3);
    size_t end = 0;
    while (end < host.len && !str_has_char(STR("/:?"), host.ptr[end])) {
        end++;
    }
    host = str_slice(host, 0, end);
    static const char *const inside[] = { ".svc", ".local", ".internal", ".localhost" };
    for (size_t i = 0; i < ARRAY_LEN(inside); i++) {
        if (str_has_suffix(host, str_from(inside[i]))) {
            return STR("");
        }
    }
    size_t dot = str_rfind_char(host, '.');
    bool is_name = dot != STR_NONE && dot + 1 < host.len &&
                   (host.ptr[dot + 1] < '0' || host.ptr[dot + 1] > '9') &&
                   str_find(host, STR(".svc.")) == STR_NONE;
    return is_name ? host : STR("");
}

static bool says_ndots(const Pod *pod)
{
    const Node *options = node_path(pod->spec, "dnsConfig.options");
    for (size_t i = 0; i < node_len(options); i++) {
        if (str_eq(node_text(options->seq.items[i], "name"), STR("ndots"))) {
            return true;
        }
    }
    return false;
}

static void k8099(RuleContext *ctx, const Pod *pod)
{
    enum { HOSTS_MANY = 3 };
    Map hosts = MAP_ON_ARENA(ctx->diags->arena);
    if (says_ndots(pod)) {
        return;
    }
    vec_foreach(container, &pod->containers) {
        const Node *env = node_path(container->node, "env");
        for (size_t i = 0; i < node_len(env); i++) {
            Str host = outside_host(node_text(env->seq.items[i], "value"));
            if (host.len > 0) {
                map_set(&hosts, host, ctx);
            }
        }
    }
    if (hosts.len >= HOSTS_MANY) {
        Diag *diag =
            rule_find(ctx, NULL, "%zu hosts of the outside, each looked up five times", hosts.len);
        rule_suggest_set(
            ctx, diag, pod->spec, "dnsConfig.options", "[{name: ndots, value: \"2\"}]"
        );
    }
}

/* --- Gateways --------------------------------------------------------------------------------- */

static bool is_encrypted(const Node *listener)
{
    Str protocol = node_text(listener, "protocol");
    return str_eq(protocol, STR("HTTPS")) || str_eq(protocol, STR("TLS"));
}

static bool has_encrypted(const Node *listeners)
{
    for (size_t i = 0; i < node_len(listeners); i++) {
        if (is_encrypted(listeners->seq.items[i])) {
            return true;
        }
    }
    return false;
}

static void check_listener(RuleContext *ctx, const Node *listener, bool is_alone)
{
    const Node *protocol = node_path(listener, "protocol");
    const Node *host = node_path(listener, "hostname");
    bool is_open_to_all = str_eq(node_text(listener, "allowedRoutes.namespaces.from"), STR("All"));
    if (is_alone && protocol && str_eq(protocol->text, STR("HTTP"))) {
        rule_find(ctx, protocol, "no listener of the Gateway has TLS");
    }
    if (host && str_has_prefix(host->text, STR("*")) && is_open_to_all) {
        rule_find(ctx, host, "any namespace may take any host of %" STR_FMT, STR_ARG(host->text));
    }
}

/* Plain HTTP beside TLS is there to lead to it. */
static void k8100(RuleContext *ctx, const Object *object)
{
    bool is_gateway =
        object_is(object, "Gateway") && str_eq(object->group, STR("gateway.networking.k8s.io"));
    const Node *listeners = is_gateway ? node_path(object->node, "spec.listeners") : NULL;
    bool is_plain = !has_encrypted(listeners);
    for (size_t i = 0; i < node_len(listeners); i++) {
        check_listener(ctx, listeners->seq.items[i], is_plain);
    }
}

static const AuditRule rules[] = {
    { .id = "K8070",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A Service that is open to the outside",
      .why = "It goes past the Ingress and what stands there: TLS, authentication, limits.",
      .fix = "use ClusterIP behind an Ingress or a Gateway; suppress it where this is the ingress "
             "itself",
      .bad = "spec: {type: NodePort}\n",
      .good = "spec: {type: ClusterIP}\n",
      .peers = "KL:exposed-services KS:service-type KSV0108"
               " KI:26763a1c-5dda-4772-b507-5fca7fb5f165 KI:845acfbe-3e10-4b8e-b656-3b404d36dfb2",
      .check_object = k8070 },
    { .id = "K8072",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A container port below 1024",
      .why = "A process that isn't root can't open it without a capability.",
      .fix = "listen above 1024; the Service maps its own port to it",
      .bad = "ports: [{containerPort: 80}]\n",
      .good = "ports: [{containerPort: 8080}]\n",
      .peers = "KL:privileged-ports KSV117",
      .check_container = k8072 },
    { .id = "K8075",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "Pods that no NetworkPolicy covers",
      .why = "Whoever gets into any pod of the cluster reaches every port of these.",
      .fix = "deny by default in the namespace and allow what is needed",
      .good = "kind: NetworkPolicy\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
      .peers = "KL:non-isolated-pod KS:pod-networkpolicy PO:missingNetworkPolicy CKV2_K8S_6"
               " KI:0401f71b-9c1e-4821-ab15-a955caa621be",
      .check_pod = k8075 },
    { .id = "K8077",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A NetworkPolicy that allows everything",
      .why = "It looks like protection and is none.",
      .fix = "name the peers or at least the ports",
      .bad = "ingress:\n- {}\n",
      .good = "ingress:\n- from: [{podSelector: {matchLabels: {app: web}}}]\n",
      .peers = "KSV038",
      .check_object = k8077 },
    { .id = "K8079",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A workload in the namespace default or kube-system",
      .why = "Nothing separates it there: quotas, policies and rights are everybody's or the "
             "cluster's own.",
      .fix = "give it a namespace of its own",
      .bad = "metadata: {name: web, namespace: default}\n",
      .good = "metadata: {name: web, namespace: shop}\n",
      .peers = "KL:use-namespace CKV_K8S_21 KSV110 KSV037"
               " KI:611ab018-c4aa-4ba2-b0f6-a448337509a6",
      .check_pod = k8079 },
    { .id = "K8099",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "A pod that talks to many outside hosts, with ndots at its default of 5",
      .why = "Each of their names is tried with every search domain first: five queries for one.",
      .fix = "set dnsConfig: {options: [{name: ndots, value: \"2\"}]}",
      .peers = "KL:dnsconfig-options",
      .check_pod = k8099 },
    { .id = "K8100",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A Gateway without TLS, or one whose wildcard host is open to all namespaces",
      .why = "Passwords travel readable; with an open wildcard any team may serve another's host.",
      .fix = "add an HTTPS listener; allow routes only from the namespaces that own the host",
      .bad = "listeners:\n- {name: http, port: 80, protocol: HTTP}\n",
      .good = "listeners:\n- name: https\n  port: 443\n  protocol: HTTPS\n  tls: {certificateRefs: "
              "[{name: shop}]}\n",
      .peers = "PO:gatewayTLS",
      .check_object = k8100 },
};

const RuleFamily rules_exposure = { rules, ARRAY_LEN(rules) };
