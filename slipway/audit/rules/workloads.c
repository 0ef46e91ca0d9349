/* Jobs, StatefulSets, labels, and what a read-only root needs. */
#include "base/mem.h"

#include "audit/rule.h"
#include "writers.h"

static void k8087(RuleContext *ctx, const Container *container)
{
    const Node *root = node_path(container->security, "readOnlyRootFilesystem");
    const char *place = NULL;
    for (size_t i = 0; node_is_true(root) && (place = writers_place(container, i)); i++) {
        Diag *diag = rule_find(ctx, root, "the image writes to %s", place);
        writers_suggest_volume(ctx, diag, container, str_from(place));
    }
}

static void k8088(RuleContext *ctx, const Pod *pod)
{
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const NodePair *pair = node_find(volumes->seq.items[i], STR("emptyDir"));
        if (pair && !node_path(pair->value, "sizeLimit")) {
            Diag *diag = rule_find(
                ctx,
                pair->key,
                "\"%" STR_FMT "\" may grow until the %s is full",
                STR_ARG(node_text(volumes->seq.items[i], "name")),
                str_eq(node_text(pair->value, "medium"), STR("Memory")) ? "memory" : "node's disk"
            );
            rule_suggest_set(ctx, diag, volumes->seq.items[i], "emptyDir.sizeLimit", "1Gi");
        }
    }
}

/* --- StatefulSets and Jobs -------------------------------------------------------------------- */

/* Names of its own are of use to a pod that has others beside it. */
static bool has_members(const Object *object)
{
    return object_least_replicas(object) > 1;
}

static void k8089(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "StatefulSet")) {
        return;
    }
    const Node *name = node_path(object->node, "spec.serviceName");
    if (!name || name->text.len == 0) {
        if (has_members(object)) {
            rule_find(ctx, name, "no serviceName: the pods have no names in DNS");
        }
        return;
    }
    const Object *service = bundle_get(ctx->bundle, STR("Service"), object->ns, name->text);
    if (!service) {
        rule_find(ctx, name, "no Service \"%" STR_FMT "\" here", STR_ARG(name->text));
    } else if (has_members(object) &&
               !str_eq(node_text(service->node, "spec.clusterIP"), STR("None"))) {
        Diag *diag =
            rule_find(ctx, name, "Service \"%" STR_FMT "\" isn't headless", STR_ARG(name->text));
        if (service->name_node && span_is_known(service->name_node->span)) {
            diag_relate(ctx->diags, diag, service->name_node->span, "it wants clusterIP: None");
        }
    }
}

static void k8090(RuleContext *ctx, const Object *object)
{
    const Node *spec = object_is(object, "CronJob") ? node_path(object->node, "spec") : NULL;
    bool has_deadline = node_path(spec, "startingDeadlineSeconds") != NULL;
    bool has_policy = node_path(spec, "concurrencyPolicy") != NULL;
    if (spec && !(has_deadline && has_policy)) {
        Diag *diag = rule_find(
            ctx,
            NULL,
            "no %s%s%s",
            has_deadline ? "" : "startingDeadlineSeconds",
            has_deadline || has_policy ? "" : " and no ",
            has_policy ? "" : "concurrencyPolicy"
        );
        if (!has_deadline) {
            rule_suggest_set(ctx, diag, spec, "startingDeadlineSeconds", "300");
        }
        if (!has_policy) { /* two at once may be what is meant */
            rule_suggest_set(ctx, diag, spec, "concurrencyPolicy", "Forbid");
        }
    }
}

/* What a tool deletes by itself: hooks of Helm and Argo CD. */
static bool is_hook(const Object *object)
{
    const Node *annotations = node_path(object->node, "metadata.annotations");
    return node_get_cstr(annotations, "helm.sh/hook") ||
           node_get_cstr(annotations, "argocd.argoproj.io/hook");
}

static void k8091(RuleContext *ctx, const Object *object)
{
    if (object_is(object, "Job") && !is_hook(object) &&
        !node_path(object->node, "spec.ttlSecondsAfterFinished")) {
        Diag *diag = rule_find(ctx, NULL, "the finished Job and its pods stay");
        const Node *spec = node_path(object->node, "spec");
        rule_suggest_set(ctx, diag, spec, "ttlSecondsAfterFinished", "86400");
    }
}

/* --- labels ----------------------------------------------------------------------------------- */

/* What the workload is called may be a part's name: the application's only its author knows. */
static void suggest_name(RuleContext *ctx, Diag *diag, const Pod *pod, const Node *name)
{
    static const char key[] = "app.kubernetes.io/name";
    const Node *old = node_get_cstr(pod->labels, key);
    if (!name || name->text.len == 0) {
        return;
    }
    if (old) {
        rule_suggest(ctx, diag, old->span, "%" STR_FMT, STR_ARG(name->text));
    } else if (node_is_map(pod->labels) && pod->labels->map.len > 0 &&
               span_is_known(pod->labels->span) && !pod->labels->is_alias_use) {
        const Node *first = pod->labels->map.pairs[0].key;
        Span span = span_make(first->span.source, first->span.start, first->span.start);
        int column = (int) span_start(span).column - 1;
        Str text = pod->labels->span.source->text;
        bool is_flow = text.ptr[pod->labels->span.start] == '{';
        if (is_flow) {
            rule_suggest(ctx, diag, span, "%s: %" STR_FMT ", ", key, STR_ARG(name->text));
        } else {
            rule_suggest(
                ctx, diag, span, "%s: %" STR_FMT "\n%*s", key, STR_ARG(name->text), column, ""
            );
        }
    }
}

static void k8098(RuleContext *ctx, const Pod *pod)
{
    static const Str label = STR_INIT("app.kubernetes.io/name");
    const Node *own = node_get(node_path(ctx->object->node, "metadata.labels"), label);
    const Node *name = node_get(pod->labels, label);
    if (!name) {
        Diag *diag =
            rule_find(ctx, pod->labels, "the pods have no label %" STR_FMT, STR_ARG(label));
        suggest_name(ctx, diag, pod, own ? own : ctx->object->name_node);
    } else if (own && own != name && !str_eq(own->text, name->text)) {
        Diag *diag = rule_find(
            ctx,
            name,
            "the pods are of \"%" STR_FMT "\", and what makes them of \"%" STR_FMT "\"",
            STR_ARG(name->text),
            STR_ARG(own->text)
        );
        suggest_name(ctx, diag, pod, own);
    }
}

static const AuditRule rules[] = {
    { .id = "K8087",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A read-only root, and an image that writes where nothing is mounted",
      .why = "The container ends at once with \"read-only file system\".",
      .fix = "mount an emptyDir there",
      .bad = "image: nginx:1.27.2\nsecurityContext: {readOnlyRootFilesystem: true}\n",
      .good = "image: nginx:1.27.2\nsecurityContext: {readOnlyRootFilesystem: true}\nvolumeMounts:"
              "\n- {name: cache, mountPath: /var/cache/nginx}\n- {name: run, mountPath: "
              "/var/run}\n",
      .check_container = k8087 },
    { .id = "K8088",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "An emptyDir without a limit",
      .why = "It fills the node's disk, or its memory, and other pods are evicted for it.",
      .fix = "set sizeLimit",
      .bad = "emptyDir: {}\n",
      .good = "emptyDir: {sizeLimit: 64Mi}\n",
      .check_pod = k8088 },
    { .id = "K8089",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A StatefulSet without its headless Service",
      .why = "Its pods have no stable names in DNS, so the members don't find each other.",
      .fix = "add a Service with clusterIP: None and name it in serviceName",
      .bad = "kind: StatefulSet\nspec: {serviceName: db} # and no such Service\n",
      .good = "kind: Service\nmetadata: {name: db}\nspec: {clusterIP: None}\n",
      .peers = "KS:statefulset-has-servicename"
               " KI:bb241e61-77c3-4b97-9575-c0f8a1e008d0",
      .check_object = k8089 },
    { .id = "K8090",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A CronJob that doesn't say what happens when a run is late or goes on too long",
      .why = "Runs pile up beside each other; after 100 missed ones without a deadline it never "
             "starts again.",
      .fix = "set startingDeadlineSeconds and concurrencyPolicy",
      .bad = "schedule: \"0 * * * *\"\n",
      .good = "schedule: \"0 * * * *\"\nstartingDeadlineSeconds: 600\nconcurrencyPolicy: Forbid\n",
      .peers = "KS:cronjob-has-deadline"
               " KI:192fe40b-b1c3-448a-aba2-6cc19a300fe3",
      .check_object = k8090 },
    { .id = "K8091",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "A Job that stays when it has finished",
      .why = "Jobs and their pods fill the API server until somebody deletes them.",
      .fix = "set ttlSecondsAfterFinished",
      .bad = "kind: Job\nspec: {template: …}\n",
      .good = "kind: Job\nspec: {ttlSecondsAfterFinished: 3600, template: …}\n",
      .peers = "KL:job-ttl-seconds-after-finished",
      .check_object = k8091 },
    { .id = "K8098",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "Pods without the label app.kubernetes.io/name, or with another one than their "
                 "owner",
      .why = "Dashboards, policies and people find a workload's parts by it.",
      .fix = "set it in the workload and in its template",
      .bad = "labels: {app: web}\n",
      .good = "labels: {app.kubernetes.io/name: web}\n",
      .peers = "KL:required-label-owner PO:metadataAndInstanceMismatched",
      .check_pod = k8098 },
};

const RuleFamily rules_workloads = { rules, ARRAY_LEN(rules) };
