/* What holds for an object by itself: versions, duplicates, selectors, environment, mounts. */
#include "base/mem.h"

#include "audit/rule.h"

/* https://kubernetes.io/docs/reference/using-api/deprecation-guide/ */
static const struct {
    const char *api_version, *kind, *removed_in, *instead; /* kind NULL: all of it */
} removed[] = {
    { "extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1" },
    { "extensions/v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1" },
    { "extensions/v1beta1", "PodSecurityPolicy", "1.16", "Pod Security admission" },
    { "extensions/v1beta1", NULL, "1.16", "apps/v1" },
    { "apps/v1beta1", NULL, "1.16", "apps/v1" },
    { "apps/v1beta2", NULL, "1.16", "apps/v1" },
    { "networking.k8s.io/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1" },
    { "networking.k8s.io/v1beta1", "IngressClass", "1.22", "networking.k8s.io/v1" },
    { "rbac.authorization.k8s.io/v1beta1", NULL, "1.22", "rbac.authorization.k8s.io/v1" },
    { "apiextensions.k8s.io/v1beta1", NULL, "1.22", "apiextensions.k8s.io/v1" },
    { "admissionregistration.k8s.io/v1beta1",
      "MutatingWebhookConfiguration",
      "1.22",
      "admissionregistration.k8s.io/v1" },
    { "admissionregistration.k8s.io/v1beta1",
      "ValidatingWebhookConfiguration",
      "1.22",
      "admissionregistration.k8s.io/v1" },
    { "apiregistration.k8s.io/v1beta1", NULL, "1.22", "apiregistration.k8s.io/v1" },
    { "certificates.k8s.io/v1beta1",
      "CertificateSigningRequest",
      "1.22",
      "certificates.k8s.io/v1" },
    { "coordination.k8s.io/v1beta1", "Lease", "1.22", "coordination.k8s.io/v1" },
    { "scheduling.k8s.io/v1beta1", NULL, "1.22", "scheduling.k8s.io/v1" },
    { "storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.27", "storage.k8s.io/v1" },
    { "batch/v1beta1", "CronJob", "1.25", "batch/v1" },
    { "discovery.k8s.io/v1beta1", NULL, "1.25", "discovery.k8s.io/v1" },
    { "events.k8s.io/v1beta1", NULL, "1.25", "events.k8s.io/v1" },
    { "autoscaling/v2beta1", NULL, "1.25", "autoscaling/v2" },
    { "autoscaling/v2beta2", NULL, "1.26", "autoscaling/v2" },
    { "policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1" },
    { "policy/v1beta1", "PodSecurityPolicy", "1.25", "Pod Security admission" },
    { "node.k8s.io/v1beta1", NULL, "1.25", "node.k8s.io/v1" },
    { "flowcontrol.apiserver.k8s.io/v1beta1", NULL, "1.26", "flowcontrol.apiserver.k8s.io/v1" },
    { "flowcontrol.apiserver.k8s.io/v1beta2", NULL, "1.29", "flowcontrol.apiserver.k8s.io/v1" },
    { "flowcontrol.apiserver.k8s.io/v1beta3", NULL, "1.32", "flowcontrol.apiserver.k8s.io/v1" },
};

static void k8002(RuleContext *ctx, const Object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(removed); i++) {
        if (!str_eq_cstr(object->api_version, removed[i].api_version) ||
            (removed[i].kind && !object_is(object, removed[i].kind))) {
            continue;
        }
        Diag *diag = rule_find(
            ctx,
            node_path(object->node, "apiVersion"),
            "%s is gone for %" STR_FMT " since Kubernetes %s",
            removed[i].api_version,
            STR_ARG(object->kind),
            removed[i].removed_in
        );
        rule_hint(ctx, diag, "use %s", removed[i].instead);
        return;
    }
}

/* Directories of manifests may stand for environments: only what one file or one build says twice
 * is a mistake for sure. */
static void k8003(RuleContext *ctx, const Object *object)
{
    const Object *first = bundle_get(ctx->bundle, object->kind, object->ns, object->name);
    if (!first || first == object || object->name.len == 0 ||
        !str_eq(first->api_version, object->api_version) ||
        first->node->span.source != object->node->span.source) {
        return;
    }
    Diag *diag = rule_find(
        ctx,
        object->name_node,
        "a second %" STR_FMT " \"%" STR_FMT "\"",
        STR_ARG(object->kind),
        STR_ARG(object->name)
    );
    diag_relate(ctx->diags, diag, first->name_node->span, "the first stands here");
}

static void k8066(RuleContext *ctx, const Object *object)
{
    const Node *selector = node_path(object->node, "spec.selector");
    bool is_workload = object_is(object, "Deployment") || object_is(object, "StatefulSet") ||
                       object_is(object, "DaemonSet") || object_is(object, "ReplicaSet");
    if (is_workload && object->pod && selector &&
        !label_selector_matches(selector, object->pod->labels)) {
        rule_find(ctx, selector, "the selector doesn't match the labels of the template");
    }
}

static void k8084(RuleContext *ctx, const Container *container)
{
    const Node *env = node_path(container->node, "env");
    Map seen = MAP_ON_ARENA(ctx->diags->arena);
    for (size_t i = 0; i < node_len(env); i++) {
        const Node *name = node_path(env->seq.items[i], "name");
        if (!name) {
            continue;
        }
        if (map_has(&seen, name->text)) {
            rule_find(ctx, name, "\"%" STR_FMT "\" is set a second time", STR_ARG(name->text));
        }
        map_set(&seen, name->text, ctx);
    }
}

static bool has_volume(const Object *object, Str name)
{
    const Node *lists[] = {
        node_path(object->pod->spec, "volumes"),
        object_is(object, "StatefulSet") ? node_path(object->node, "spec.volumeClaimTemplates")
                                         : NULL,
    };
    for (size_t i = 0; i < node_len(lists[0]); i++) {
        if (str_eq(node_text(lists[0]->seq.items[i], "name"), name)) {
            return true;
        }
    }
    for (size_t i = 0; i < node_len(lists[1]); i++) {
        if (str_eq(node_text(lists[1]->seq.items[i], "metadata.name"), name)) {
            return true;
        }
    }
    return false;
}

static void k8086(RuleContext *ctx, const Container *container)
{
    const Node *mounts = node_path(container->node, "volumeMounts");
    for (size_t i = 0; i < node_len(mounts); i++) {
        const Node *name = node_path(mounts->seq.items[i], "name");
        if (name && !has_volume(ctx->object, name->text)) {
            rule_find(ctx, name, "the pod has no volume \"%" STR_FMT "\"", STR_ARG(name->text));
        }
    }
}

static const AuditRule rules[] = {
    { .id = "K8002",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An apiVersion that Kubernetes has removed",
      .why = "The cluster refuses the object after the next upgrade, or has done so already.",
      .fix = "use the version that replaced it",
      .bad = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n",
      .good = "apiVersion: policy/v1\nkind: PodDisruptionBudget\n",
      .peers = "KS:stable-version KL:no-extensions-v1beta KSV107",
      .check_object = k8002 },
    { .id = "K8003",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "Two objects of one kind and name",
      .why = "The last one applied wins, silently.",
      .fix = "take one away or rename it",
      .check_object = k8003 },
    { .id = "K8066",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A selector that doesn't match its own template",
      .why = "The API server refuses the workload.",
      .fix = "use the same labels in spec.selector and spec.template.metadata.labels",
      .bad = "selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: site}}\n",
      .good = "selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n",
      .peers = "KL:mismatching-selector KS:deployment-pod-selector-labels-match-template-metadata",
      .check_object = k8066 },
    { .id = "K8084",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An environment variable set twice",
      .why = "The last one wins, and an apply with patches may lose either.",
      .fix = "take one away",
      .bad = "env:\n- {name: LEVEL, value: info}\n- {name: LEVEL, value: debug}\n",
      .good = "env:\n- {name: LEVEL, value: info}\n",
      .peers = "KL:duplicate-env-var KS:environment-variable-key-duplication",
      .check_container = k8084 },
    { .id = "K8086",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A mount names no volume of the pod",
      .why = "The API server refuses the pod.",
      .fix = "add the volume or correct the name",
      .bad = "volumeMounts: [{name: data, mountPath: /data}]\n",
      .good = "volumeMounts: [{name: data, mountPath: /data}]\n# and in the pod\nvolumes: [{name: "
              "data, emptyDir: {}}]\n",
      .check_container = k8086 },
};

const RuleFamily rules_objects = { rules, ARRAY_LEN(rules) };
