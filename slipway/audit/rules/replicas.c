/* How many pods there are, where they run, and how they are replaced. */
#include "base/mem.h"

#include "audit/rule.h"
#include "words.h"

static bool is_deployment(const RuleContext *ctx)
{
    return object_is(ctx->object, "Deployment");
}

static bool claims_storage(const Pod *pod)
{
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        if (node_path(volumes->seq.items[i], "persistentVolumeClaim") ||
            node_path(volumes->seq.items[i], "ephemeral")) {
            return true;
        }
    }
    return false;
}

static bool is_recreated(const Object *deployment)
{
    return str_eq(node_text(deployment->node, "spec.strategy.type"), STR("Recreate"));
}

/* A second pod of it would be another store, not more of the same. */
static bool keeps_data(const Pod *pod)
{
    vec_foreach(container, &pod->containers) {
        if (names_store(image_name(node_text(container->node, "image")))) {
            return true;
        }
    }
    return false;
}

/* One pod on purpose: replaced by stopping it first, with storage of its own, or scaled to none. */
static void k8050(RuleContext *ctx, const Pod *pod)
{
    const Node *replicas = node_path(ctx->object->node, "spec.replicas");
    bool is_one = !replicas || (replicas->kind == NODE_INT && replicas->integer == 1);
    if (is_deployment(ctx) && is_one && !pod->scaler && !is_recreated(ctx->object) &&
        !claims_storage(pod) && !keeps_data(pod)) {
        Diag *diag = rule_find(ctx, replicas, "a single pod, and no autoscaler");
        if (replicas) {
            rule_suggest(ctx, diag, replicas->span, "2");
        } else {
            rule_suggest_set(ctx, diag, node_path(ctx->object->node, "spec"), "replicas", "2");
        }
    }
}

static bool runs_several(const Object *object)
{
    return object_least_replicas(object) > 1;
}

static bool is_spread(const Pod *pod)
{
    return node_len(node_path(pod->spec, "topologySpreadConstraints")) > 0 ||
           node_path(pod->spec, "affinity.podAntiAffinity") != NULL;
}

/* "app: web", of the labels that the selector's own file says: a build may add others. */
static Str own_labels(RuleContext *ctx)
{
    const Node *labels = node_path(ctx->object->node, "spec.selector.matchLabels");
    StrBuf out = STRBUF_ON_ARENA(ctx->diags->arena);
    for (size_t i = 0; node_is_map(labels) && i < labels->map.len; i++) {
        const NodePair *pair = &labels->map.pairs[i];
        if (pair->value->span.source == ctx->object->node->span.source) {
            strbuf_addf(
                &out,
                "%s%" STR_FMT ": %" STR_FMT,
                out.len > 0 ? ", " : "",
                STR_ARG(pair->key->text),
                STR_ARG(span_text(pair->value->span))
            );
        }
    }
    return strbuf_str(&out);
}

/* A wish, which keeps no pod from being scheduled. */
static void find_together(RuleContext *ctx, const Pod *pod)
{
    Diag *diag = rule_find(ctx, NULL, "all pods may land on one node");
    Str labels = own_labels(ctx);
    if (labels.len > 0) {
        const char *value = arena_printf(
            ctx->diags->arena,
            "\n  - maxSkew: 1\n    topologyKey: kubernetes.io/hostname\n"
            "    whenUnsatisfiable: ScheduleAnyway\n    labelSelector:\n"
            "      matchLabels: {%" STR_FMT "}",
            STR_ARG(labels)
        );
        rule_fix_set(ctx, diag, pod->spec, "topologySpreadConstraints", value);
    }
}

static void k8060(RuleContext *ctx, const Pod *pod)
{
    if (is_deployment(ctx) && runs_several(ctx->object) && !is_spread(pod)) {
        find_together(ctx, pod);
    }
}

static void k8062(RuleContext *ctx, const Pod *pod)
{
    if (object_is(ctx->object, "StatefulSet") && runs_several(ctx->object) && !is_spread(pod)) {
        find_together(ctx, pod);
    }
}

static bool is_everything(const Node *amount, int64_t replicas)
{
    return amount && (amount->kind == NODE_INT ? amount->integer >= replicas
                                               : str_eq(amount->text, STR("100%")));
}

static void k8063(RuleContext *ctx, const Pod *pod)
{
    (void) pod;
    const Node *node = ctx->object->node;
    bool is_daemon = object_is(ctx->object, "DaemonSet");
    if (!is_daemon && !(is_deployment(ctx) && runs_several(ctx->object))) {
        return;
    }
    const char *path = is_daemon ? "spec.updateStrategy.rollingUpdate.maxUnavailable"
                                 : "spec.strategy.rollingUpdate.maxUnavailable";
    const Node *amount = node_path(node, path);
    int64_t replicas = is_daemon ? INT64_MAX : object_least_replicas(ctx->object);
    if (is_everything(amount, replicas)) {
        Diag *diag = rule_find(ctx, amount, "an update may stop every pod at once");
        rule_suggest(ctx, diag, amount->span, "1");
    } else if (!is_daemon && is_recreated(ctx->object) && !claims_storage(ctx->object->pod)) {
        rule_find(
            ctx,
            node_path(node, "spec.strategy.type"),
            "an update stops every pod before it starts a new one"
        );
    }
}

static void k8065(RuleContext *ctx, const Pod *pod)
{
    bool is_service = is_deployment(ctx) || object_is(ctx->object, "StatefulSet") ||
                      object_is(ctx->object, "DaemonSet");
    if (is_service && !node_path(pod->spec, "priorityClassName")) {
        rule_find(ctx, NULL, "the pods have no priority");
    }
}

/* --- K8064 ------------------------------------------------------------------------------------ */

/* The seconds of the last "sleep N" in a command's words or in its script; 0: none. */
static int64_t sleep_of_words(Str text)
{
    int64_t seconds = 0;
    for (size_t at; (at = str_find(text, STR("sleep "))) != STR_NONE;) {
        text = str_skip(text, at + STR("sleep ").len);
        size_t len = 0;
        while (len < text.len && text.ptr[len] >= '0' && text.ptr[len] <= '9') {
            len++;
        }
        (void) str_to_int64(str_slice(text, 0, len), &seconds);
    }
    return seconds;
}

static int64_t sleep_of(RuleContext *ctx, const Node *hook)
{
    const Node *command = node_path(hook, "exec.command");
    StrBuf words = STRBUF_ON_ARENA(ctx->diags->arena);
    for (size_t i = 0; i < node_len(command); i++) {
        strbuf_add(&words, command->seq.items[i]->text);
        strbuf_add_cstr(&words, " ");
    }
    return node_number(hook, "sleep.seconds", sleep_of_words(strbuf_str(&words)));
}

static void k8064(RuleContext *ctx, const Container *container)
{
    const Node *hook = node_path(container->node, "lifecycle.preStop");
    const Node *spec = container->pod->spec;
    int64_t grace = node_number(spec, "terminationGracePeriodSeconds", 30);
    int64_t sleeps = hook ? sleep_of(ctx, hook) : 0;
    bool serves = container->pod->service && container->kind == CONTAINER_MAIN &&
                  node_path(container->node, "readinessProbe.httpGet");
    if (hook && sleeps >= grace) {
        const Node *said = node_path(spec, "terminationGracePeriodSeconds");
        Diag *diag = rule_find(
            ctx,
            said ? said : hook,
            "the preStop hook sleeps %lld s, and the pod is killed after %lld s",
            (long long) sleeps,
            (long long) grace
        );
        diag->severity = SEVERITY_WARN;
        rule_hint(ctx, diag, "set terminationGracePeriodSeconds to %lld", (long long) sleeps + 30);
        if (said) {
            rule_fix(ctx, diag, said->span, "%lld", (long long) sleeps + 30);
        }
    } else if (!hook && serves) {
        rule_find(
            ctx, NULL, "container \"%" STR_FMT "\" has no preStop hook", STR_ARG(container->name)
        );
    }
}

static const AuditRule rules[] = {
    { .id = "K8050",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A Deployment of one pod",
      .why = "Every node that is drained and every crash is an outage.",
      .fix = "set replicas to 2 or more or add an autoscaler; where there may be only one, say "
             "strategy: {type: Recreate}",
      .bad = "spec:\n  replicas: 1\n",
      .good = "spec:\n  replicas: 2\n",
      .peers = "KL:minimum-three-replicas KS:deployment-replicas PO:deploymentMissingReplicas",
      .check_pod = k8050 },
    { .id = "K8060",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A Deployment of several pods that nothing spreads",
      .why = "With one node all of them may go.",
      .fix = "add topologySpreadConstraints over kubernetes.io/hostname and the zone",
      .bad = "replicas: 3\n",
      .good = "topologySpreadConstraints:\n- topologyKey: kubernetes.io/hostname\n  maxSkew: 1\n  "
              "whenUnsatisfiable: ScheduleAnyway\n  labelSelector: {matchLabels: {app: web}}\n",
      .peers = "KS:pod-topology-spread-constraints KS:deployment-has-host-podantiaffinity "
               "KL:no-anti-affinity PO:topologySpreadConstraint"
               " KI:a31b7b82-d994-48c4-bd21-3bab6c31827a",
      .check_pod = k8060 },
    { .id = "K8062",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "A StatefulSet of several pods that nothing keeps apart",
      .why = "Copies of one database on one node are lost together.",
      .fix = "add a podAntiAffinity over kubernetes.io/hostname, or topologySpreadConstraints",
      .peers = "KS:statefulset-has-host-podantiaffinity KL:no-anti-affinity"
               " KI:d740d048-8ed3-49d3-b77b-6f072f3b669e",
      .check_pod = k8062 },
    { .id = "K8063",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "An update that stops every pod at once",
      .why = "Each release is an outage, and one that doesn't start a long one.",
      .fix = "use RollingUpdate with a maxUnavailable below the replicas",
      .bad = "replicas: 3\nstrategy: {type: Recreate}\n",
      .good = "replicas: 3\nstrategy:\n  type: RollingUpdate\n  rollingUpdate: {maxUnavailable: "
              "1}\n",
      .peers = "KL:no-rolling-update-strategy KS:deployment-strategy",
      .check_pod = k8063 },
    { .id = "K8064",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "A server behind a Service that ends while requests still reach it",
      .why = "It takes seconds until every node knows that a pod is going; a hook that sleeps "
             "bridges them, but not when it sleeps until the pod is killed.",
      .fix = "add lifecycle.preStop.sleep of a few seconds, below terminationGracePeriodSeconds",
      .bad = "lifecycle: {preStop: {sleep: {seconds: 60}}} # of the 30 there are\n",
      .good = "lifecycle: {preStop: {sleep: {seconds: 5}}}\n",
      .check_container = k8064 },
    { .id = "K8065",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .is_optional = true,
      .meaning = "No priorityClassName",
      .why = "When nodes run short, what matters is evicted as readily as what doesn't.",
      .fix = "name a PriorityClass",
      .bad = "spec: {containers: […]}\n",
      .good = "spec: {priorityClassName: shop-critical, containers: […]}\n",
      .peers = "KL:priority-class-name PO:priorityClassNotSet",
      .check_pod = k8065 },
};

const RuleFamily rules_replicas = { rules, ARRAY_LEN(rules) };
