/* What holds for an object by itself: duplicates, selectors, environment, mounts. */
#include "base/mem.h"

#include "audit/rule.h"

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
        const Node *first = map_get(&seen, name->text);
        if (first) {
            Diag *diag =
                rule_find(ctx, name, "\"%" STR_FMT "\" is set a second time", STR_ARG(name->text));
            if (node_equal(first, env->seq.items[i])) {
                rule_fix_remove_item(ctx, diag, env, i);
            }
        }
        map_set(&seen, name->text, env->seq.items[i]);
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
