/* Autoscalers, disruption budgets, spread. */
#include "base/mem.h"

#include "audit/rule.h"

static bool is_built_in(Str kind)
{
    return str_eq(kind, STR("Deployment")) || str_eq(kind, STR("StatefulSet")) ||
           str_eq(kind, STR("ReplicaSet"));
}

static void k8052(RuleContext *ctx, const Object *object)
{
    Str kind = node_text(object->node, "spec.scaleTargetRef.kind");
    if (object_is(object, "HorizontalPodAutoscaler") && is_built_in(kind) &&
        !bundle_scaled_by(ctx->bundle, object)) {
        const Node *name = node_path(object->node, "spec.scaleTargetRef.name");
        rule_find(
            ctx,
            name,
            "no %" STR_FMT " \"%" STR_FMT "\" here",
            STR_ARG(kind),
            STR_ARG(name ? name->text : STR(""))
        );
    }
}

static void k8051(RuleContext *ctx, const Pod *pod)
{
    const Node *replicas = node_path(ctx->object->node, "spec.replicas");
    if (!pod->scaler || !replicas) {
        return;
    }
    Diag *diag = rule_find(
        ctx,
        replicas,
        "%" STR_FMT " decides how many there are",
        STR_ARG(object_title(ctx->diags->arena, pod->scaler))
    );
    if (pod->scaler->name_node && span_is_known(pod->scaler->name_node->span)) {
        diag_relate(ctx->diags, diag, pod->scaler->name_node->span, "it stands here");
    }
    rule_fix_remove(ctx, diag, node_path(ctx->object->node, "spec"), "replicas");
    diag->is_suggestion = true; /* a plain apply scales down to one before the autoscaler acts */
}

static void k8053(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "HorizontalPodAutoscaler")) {
        return;
    }
    const Node *least = node_path(object->node, "spec.minReplicas");
    int64_t count = node_number(object->node, "spec.minReplicas", 1);
    if (count < 2) {
        Diag *diag = rule_find(ctx, least, "it may scale down to %lld", (long long) count);
        rule_suggest_set(ctx, diag, node_path(object->node, "spec"), "minReplicas", "2");
    } else if (count == node_number(object->node, "spec.maxReplicas", 0)) {
        rule_find(ctx, least, "minReplicas is maxReplicas: nothing is scaled");
    }
}

/* 300 seconds is the default. */
static void k8055(RuleContext *ctx, const Object *object)
{
    static const char path[] = "spec.behavior.scaleDown.stabilizationWindowSeconds";
    if (object_is(object, "HorizontalPodAutoscaler") && node_number(object->node, path, 300) == 0) {
        const Node *window = node_path(object->node, path);
        Diag *diag = rule_find(ctx, window, "every dip of the load takes pods away");
        rule_fix(ctx, diag, window->span, "300");
    }
}

/* A budget as a further document of the workload's file, which no node's drain waits for in vain. */
static void suggest_budget(RuleContext *ctx, Diag *diag)
{
    const Object *object = ctx->object;
    const Node *selector = node_path(object->node, "spec.selector.matchLabels");
    Source *source = object->node->span.source;
    if (!span_is_known(object->node->span) || !node_is_map(selector) || selector->map.len == 0) {
        return;
    }
    StrBuf labels = STRBUF_ON_ARENA(ctx->diags->arena);
    for (size_t i = 0; i < selector->map.len; i++) {
        const NodePair *pair = &selector->map.pairs[i];
        if (pair->value->span.source != source) {
            return; /* a build adds it there, and to the budget as well */
        }
        strbuf_addf(
            &labels,
            "%s%" STR_FMT ": %" STR_FMT,
            i > 0 ? ", " : "",
            STR_ARG(pair->key->text),
            STR_ARG(span_text(pair->value->span))
        );
    }
    const Node *ns = node_path(object->node, "metadata.namespace");
    bool says_ns = ns && ns->span.source == source;
    Str text = source->text;
    rule_suggest(
        ctx,
        diag,
        span_make(source, text.len, text.len),
        "%s---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: %" STR_FMT
        "\n%s%" STR_FMT "%sspec:\n  maxUnavailable: 1\n  unhealthyPodEvictionPolicy: AlwaysAllow\n"
        "  selector: {matchLabels: {%" STR_FMT "}}\n",
        str_has_suffix(text, STR("\n")) ? "" : "\n",
        STR_ARG(object->name),
        says_ns ? "  namespace: " : "",
        STR_ARG(says_ns ? ns->text : STR("")),
        says_ns ? "\n" : "",
        STR_ARG(strbuf_str(&labels))
    );
}

static void k8056(RuleContext *ctx, const Pod *pod)
{
    bool is_workload =
        object_is(ctx->object, "Deployment") || object_is(ctx->object, "StatefulSet");
    if (is_workload && !pod->budget && object_least_replicas(ctx->object) > 1) {
        Diag *diag = rule_find(ctx, NULL, "no PodDisruptionBudget covers these pods");
        suggest_budget(ctx, diag);
    }
}

static void k8058(RuleContext *ctx, const Object *object)
{
    const Node *spec =
        object_is(object, "PodDisruptionBudget") ? node_path(object->node, "spec") : NULL;
    if (!spec) {
        return;
    }
    if (!node_path(spec, "minAvailable") && !node_path(spec, "maxUnavailable")) {
        rule_find(ctx, NULL, "neither minAvailable nor maxUnavailable: it limits nothing");
    } else if (!node_path(spec, "unhealthyPodEvictionPolicy")) {
        Diag *diag =
            rule_find(ctx, NULL, "a pod that never gets ready blocks the drain of its node");
        rule_fix_set(ctx, diag, spec, "unhealthyPodEvictionPolicy", "AlwaysAllow");
    }
}

static const Container *without_request(const Pod *pod, Str resource)
{
    vec_foreach(container, &pod->containers) {
        const Node *request = node_get(node_path(container->node, "resources.requests"), resource);
        const Node *limit = node_get(node_path(container->node, "resources.limits"), resource);
        const Node *of_pod = node_get(node_path(pod->spec, "resources.requests"), resource);
        if (container->kind == CONTAINER_MAIN && !request && !limit && !of_pod) {
            return container;
        }
    }
    return NULL;
}

static void k8054(RuleContext *ctx, const Object *object)
{
    const Object *target =
        object_is(object, "HorizontalPodAutoscaler") ? bundle_scaled_by(ctx->bundle, object) : NULL;
    const Node *metrics = target && target->pod ? node_path(object->node, "spec.metrics") : NULL;
    for (size_t i = 0; i < node_len(metrics); i++) {
        const Node *metric = metrics->seq.items[i];
        const Node *name = node_path(metric, "resource.name");
        bool relative = str_eq(node_text(metric, "resource.target.type"), STR("Utilization"));
        const Container *container =
            name && relative ? without_request(target->pod, name->text) : NULL;
        if (container) {
            Diag *diag = rule_find(
                ctx,
                name,
                "container \"%" STR_FMT "\" of the target requests no %" STR_FMT
                ": there is nothing to take a share of",
                STR_ARG(container->name),
                STR_ARG(name->text)
            );
            bool is_memory = str_eq(name->text, STR("memory"));
            rule_suggest_set(
                ctx,
                diag,
                container->node,
                is_memory ? "resources.requests.memory" : "resources.requests.cpu",
                is_memory ? "128Mi" : "100m"
            );
        }
    }
}

static const Object *selected_by(const RuleContext *ctx, const Object *budget)
{
    Selection selection =
        bundle_select(ctx->bundle, budget->ns, node_path(budget->node, "spec.selector"));
    return selection_next(&selection);
}

static bool is_percent(const Node *node, const char *text)
{
    return node && node->kind == NODE_STRING && str_eq_cstr(node->text, text);
}

static void k8057(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "PodDisruptionBudget")) {
        return;
    }
    const Node *unavailable = node_path(object->node, "spec.maxUnavailable");
    if (is_percent(unavailable, "0%") ||
        (unavailable && unavailable->kind == NODE_INT && unavailable->integer == 0)) {
        Diag *diag = rule_find(ctx, unavailable, "no pod may ever be evicted");
        rule_fix(ctx, diag, unavailable->span, "1");
    }
    const Node *available = node_path(object->node, "spec.minAvailable");
    const Object *workload = available ? selected_by(ctx, object) : NULL;
    bool blocks = workload && available->kind == NODE_INT &&
                  available->integer >= object_least_replicas(workload);
    if (blocks || is_percent(available, "100%")) {
        Diag *diag =
            rule_find(ctx, available, "as many as there are must stay: no pod may ever be evicted");
        const Node *spec = node_path(object->node, "spec");
        if (!unavailable) {
            rule_fix(ctx, diag, node_find(spec, STR("minAvailable"))->key->span, "maxUnavailable");
            rule_fix(ctx, diag, available->span, "1");
        }
    }
}

static void k8059(RuleContext *ctx, const Object *object)
{
    const Node *selector = node_path(object->node, "spec.selector");
    if (object_is(object, "PodDisruptionBudget") && selector && !selected_by(ctx, object) &&
        !bundle_may_make(ctx->bundle, object->ns, node_path(selector, "matchLabels"))) {
        rule_find(ctx, selector, "the selector matches no pod here");
    }
}

/* Labels that the pod has with another value get the pod's; one that it doesn't have is for a person. */
static void fix_spread(RuleContext *ctx, Diag *diag, const Node *selector, const Node *labels)
{
    const Node *wanted = node_path(selector, "matchLabels");
    for (size_t i = 0; node_is_map(wanted) && i < wanted->map.len; i++) {
        if (!node_get(labels, wanted->map.pairs[i].key->text)) {
            return;
        }
    }
    for (size_t i = 0; node_is_map(wanted) && i < wanted->map.len; i++) {
        const Node *value = wanted->map.pairs[i].value;
        const Node *own = node_get(labels, wanted->map.pairs[i].key->text);
        if (!str_eq(value->text, own->text) && !value->is_alias_use &&
            !str_has_char(own->text, '"')) {
            rule_fix(ctx, diag, value->span, "\"%" STR_FMT "\"", STR_ARG(own->text));
        }
    }
}

static void k8061(RuleContext *ctx, const Pod *pod)
{
    const Node *constraints = node_path(pod->spec, "topologySpreadConstraints");
    for (size_t i = 0; i < node_len(constraints); i++) {
        const Node *selector = node_path(constraints->seq.items[i], "labelSelector");
        if (selector && !label_selector_matches(selector, pod->labels)) {
            Diag *diag =
                rule_find(ctx, selector, "the selector doesn't match the pod's own labels");
            fix_spread(ctx, diag, selector, pod->labels);
        }
    }
}

static const AuditRule rules[] = {
    { .id = "K8051",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "replicas beside an autoscaler",
      .why = "Each apply sets the number back, and pods that were needed end.",
      .fix = "take replicas away",
      .bad = "kind: Deployment\nspec: {replicas: 3} # and an autoscaler\n",
      .good = "kind: Deployment\nspec: {selector: …}\n",
      .peers = "KS:deployment-targeted-by-hpa-does-not-have-replicas-configured"
               " KI:5744cbb8-5946-4b75-a196-ade44449525b",
      .check_pod = k8051 },
    { .id = "K8052",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An autoscaler without its target",
      .why = "It scales nothing, and only its events say so.",
      .fix = "correct scaleTargetRef",
      .peers = "KL:dangling-horizontalpodautoscaler KS:horizontalpodautoscaler-has-target"
               " KI:2f652c42-619d-4361-b361-9f599688f8ca",
      .check_object = k8052 },
    { .id = "K8053",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "An autoscaler that goes below two pods, or nowhere",
      .why = "With one pod each drained node is an outage; with equal bounds it does nothing.",
      .fix = "set minReplicas to 2 or more and maxReplicas above it",
      .bad = "minReplicas: 1\nmaxReplicas: 5\n",
      .good = "minReplicas: 2\nmaxReplicas: 5\n",
      .peers = "KL:hpa-minimum-three-replicas KS:horizontalpodautoscaler-replicas "
               "PO:hpaMinAvailability PO:hpaMaxAvailability",
      .check_object = k8053 },
    { .id = "K8054",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An autoscaler measures a share of a request that isn't there",
      .why = "Utilization is a share of the request: without one the autoscaler never acts.",
      .fix = "set resources.requests for the containers of the target",
      .check_object = k8054 },
    { .id = "K8055",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "An autoscaler that scales down without a pause",
      .why = "Load that comes and goes starts and stops pods all the time.",
      .fix = "set stabilizationWindowSeconds to some minutes; 300 is the default",
      .bad = "behavior: {scaleDown: {stabilizationWindowSeconds: 0}}\n",
      .good = "behavior: {scaleDown: {stabilizationWindowSeconds: 300}}\n",
      .check_object = k8055 },
    { .id = "K8056",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "Several pods, and no PodDisruptionBudget",
      .why = "Draining nodes may take all of them at once.",
      .fix = "add a PodDisruptionBudget with maxUnavailable: 1",
      .good = "kind: PodDisruptionBudget\nspec:\n  maxUnavailable: 1\n  selector: {matchLabels: "
              "{app: web}}\n",
      .peers = "KS:deployment-has-poddisruptionbudget KS:statefulset-has-poddisruptionbudget "
               "PO:missingPodDisruptionBudget"
               " KI:b23e9b98-0cb6-4fc9-b257-1f3270442678 KI:1db3a5a5-bf75-44e5-9e44-c56cfc8b1ac5",
      .check_pod = k8056 },
    { .id = "K8057",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A disruption budget that allows no disruption",
      .why = "No node with such a pod can be drained: upgrades of the cluster stand still.",
      .fix = "leave room for one pod: maxUnavailable: 1",
      .bad = "spec:\n  maxUnavailable: 0\n",
      .good = "spec:\n  maxUnavailable: 1\n",
      .peers = "KL:pdb-max-unavailable KL:pdb-min-available",
      .check_object = k8057 },
    { .id = "K8058",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "A PodDisruptionBudget without a policy, or one that broken pods hold up",
      .why = "By default a pod that isn't ready counts as one that must stay: its node can't be "
             "drained.",
      .fix = "set maxUnavailable and unhealthyPodEvictionPolicy: AlwaysAllow",
      .bad = "spec:\n  maxUnavailable: 1\n",
      .good = "spec:\n  maxUnavailable: 1\n  unhealthyPodEvictionPolicy: AlwaysAllow\n",
      .peers = "KS:poddisruptionbudget-has-policy KL:pdb-unhealthy-pod-eviction-policy",
      .check_object = k8058 },
    { .id = "K8059",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A disruption budget that matches nothing",
      .why = "The pods it was meant for are evicted all at once.",
      .fix = "use the labels of the pods",
      .check_object = k8059 },
    { .id = "K8061",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A spread constraint that doesn't count its own pod",
      .why = "The scheduler counts other pods, or none: all of these may land on one node.",
      .fix = "use the pod's labels in labelSelector",
      .check_pod = k8061 },
};

const RuleFamily rules_scaling = { rules, ARRAY_LEN(rules) };
