/* Names that one object says of another. A Secret that the repository doesn't hold is as it should
 * be, so only its keys are asked for where it is there. */
#include "base/mem.h"

#include "audit/rule.h"

static void k8032(RuleContext *ctx, const Pod *pod)
{
    const Node *account = node_path(pod->spec, "serviceAccountName");
    if (account && account->text.len > 0 && !str_eq(account->text, STR("default")) &&
        !bundle_get(ctx->bundle, STR("ServiceAccount"), ctx->object->ns, account->text)) {
        rule_find(ctx, account, "no ServiceAccount \"%" STR_FMT "\" here", STR_ARG(account->text));
    }
}

static void k8030(RuleContext *ctx, const Pod *pod)
{
    const Node *own = node_path(pod->spec, "automountServiceAccountToken");
    Str name = node_text(pod->spec, "serviceAccountName");
    const Object *account = bundle_get(
        ctx->bundle, STR("ServiceAccount"), ctx->object->ns, name.len ? name : STR("default")
    );
    const Node *of_account =
        account ? node_path(account->node, "automountServiceAccountToken") : NULL;
    bool is_off = own ? node_is_false(own) : node_is_false(of_account);
    /* a controller that asks the API has a binding; it needs its token */
    if (!is_off && !(name.len > 0 && map_has(&ctx->bundle->bound, name))) {
        Diag *diag = rule_find(ctx, own, "every container gets a token for the API");
        rule_fix_set(ctx, diag, pod->spec, "automountServiceAccountToken", "false");
    }
}

/* One that gets no token has no rights to share: harmless. */
static void k8031(RuleContext *ctx, const Pod *pod)
{
    const Node *account = node_path(pod->spec, "serviceAccountName");
    const Node *mounts = node_path(pod->spec, "automountServiceAccountToken");
    bool is_default = !account || str_eq(account->text, STR("default"));
    if (is_default && !node_is_false(mounts) && (account || node_is_true(mounts))) {
        rule_find(
            ctx, account ? account : mounts, "the pods share the namespace's default account"
        );
    }
}

static void k8033(RuleContext *ctx, const Pod *pod)
{
    const NodePair *pair = node_find(pod->spec, STR("serviceAccount"));
    bool is_said_anew = node_find(pod->spec, STR("serviceAccountName")) != NULL;
    if (!pair || (is_said_anew && object_is_dumped(pod->object))) {
        return; /* the server writes both */
    }
    Diag *diag = rule_find(ctx, pair->key, "serviceAccount is the old name of serviceAccountName");
    if (is_said_anew) {
        rule_fix_remove(ctx, diag, pod->spec, "serviceAccount");
    } else {
        rule_fix(ctx, diag, pair->key->span, "serviceAccountName");
    }
}

static bool is_optional(const Node *reference)
{
    return node_is_true(node_path(reference, "optional"));
}

static bool has_key(const Object *object, Str key)
{
    static const char *const maps[] = { "data", "stringData", "binaryData" };
    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        if (node_get(node_path(object->node, maps[i]), key)) {
            return true;
        }
    }
    return false;
}

static const Object *find_named(RuleContext *ctx, const char *kind, const Node *name)
{
    const Object *found = bundle_get(ctx->bundle, str_from(kind), ctx->object->ns, name->text);
    if (!found && str_eq_cstr(STR("ConfigMap"), kind)) {
        rule_find(ctx, name, "no ConfigMap \"%" STR_FMT "\" here", STR_ARG(name->text));
    }
    return found;
}

static void check_key(RuleContext *ctx, const Node *reference, const char *kind)
{
    const Node *name = node_path(reference, "name");
    const Node *key = node_path(reference, "key");
    if (!name || is_optional(reference)) {
        return;
    }
    const Object *found = find_named(ctx, kind, name);
    if (found && key && !has_key(found, key->text)) {
        Diag *diag = rule_find(
            ctx,
            key,
            "%s \"%" STR_FMT "\" has no key \"%" STR_FMT "\"",
            kind,
            STR_ARG(name->text),
            STR_ARG(key->text)
        );
        if (found->name_node && span_is_known(found->name_node->span)) {
            diag_relate(ctx->diags, diag, found->name_node->span, "it stands here");
        }
    }
}

static void k8085_container(RuleContext *ctx, const Container *container)
{
    const Node *env = node_path(container->node, "env");
    for (size_t i = 0; i < node_len(env); i++) {
        check_key(ctx, node_path(env->seq.items[i], "valueFrom.configMapKeyRef"), "ConfigMap");
        check_key(ctx, node_path(env->seq.items[i], "valueFrom.secretKeyRef"), "Secret");
    }
    const Node *from = node_path(container->node, "envFrom");
    for (size_t i = 0; i < node_len(from); i++) {
        check_key(ctx, node_path(from->seq.items[i], "configMapRef"), "ConfigMap");
    }
}

/* kube-root-ca.crt is in every namespace. */
static void k8085_pod(RuleContext *ctx, const Pod *pod)
{
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const Node *reference = node_path(volumes->seq.items[i], "configMap");
        const Node *name = node_path(reference, "name");
        if (name && !is_optional(reference) && !str_eq(name->text, STR("kube-root-ca.crt"))) {
            find_named(ctx, "ConfigMap", name);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "K8030",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "The ServiceAccount's token is mounted without need",
      .why = "Who gets into the container asks the API server in the pod's name.",
      .fix =
          "set automountServiceAccountToken: false for the pod or its ServiceAccount; one with a "
          "binding here is taken to need it",
      .bad = "spec:\n  automountServiceAccountToken: true\n",
      .good = "spec:\n  automountServiceAccountToken: false\n",
      .peers = "PO:automountServiceAccountToken CKV_K8S_38 KSV036"
               " KI:48471392-d4d0-47c0-b135-cdec95eb3eef",
      .check_pod = k8030 },
    { .id = "K8031",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "The default ServiceAccount, with its token",
      .why = "What one pod of the namespace needs to be allowed, all of them are.",
      .fix = "give the workload a ServiceAccount of its own, or no token",
      .bad = "spec:\n  serviceAccountName: default\n",
      .good = "spec:\n  serviceAccountName: web\n",
      .peers = "KL:default-service-account CKV_K8S_41"
               " KI:b93e973e-9066-4455-a63b-c1c0e1ec3a48 KI:591ade62-d6b0-4580-b1ae-209f80ba1cd9",
      .check_pod = k8031 },
    { .id = "K8032",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "serviceAccountName names no ServiceAccount",
      .why = "No pod is created until it is there.",
      .fix = "add the ServiceAccount beside the workload or correct the name",
      .bad = "spec:\n  serviceAccountName: web # and no such object\n",
      .good = "kind: ServiceAccount\nmetadata: {name: web}\n",
      .peers = "KL:non-existent-service-account",
      .check_pod = k8032 },
    { .id = "K8033",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "The deprecated field serviceAccount",
      .why = "Where both are set, tools read the one and people the other.",
      .fix = "rename it to serviceAccountName",
      .bad = "spec:\n  serviceAccount: web\n",
      .good = "spec:\n  serviceAccountName: web\n",
      .peers = "KL:deprecated-service-account-field",
      .check_pod = k8033 },
    { .id = "K8085",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A reference to a ConfigMap that isn't there, or to a key that it lacks",
      .why = "The container waits in CreateContainerConfigError.",
      .fix = "add the ConfigMap or the key, correct the name, or say optional: true",
      .bad = "configMapKeyRef: {name: web, key: LEVL}\n",
      .good = "configMapKeyRef: {name: web, key: LEVEL}\n",
      .peers = "KL:env-value-from",
      .check_pod = k8085_pod,
      .check_container = k8085_container },
};

const RuleFamily rules_references = { rules, ARRAY_LEN(rules) };
