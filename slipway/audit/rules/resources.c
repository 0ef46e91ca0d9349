/* Requests and limits. What a LimitRange of the same bundle gives isn't missing. */
#include "base/mem.h"

#include "audit/run.h"

static bool has_limit_range(const RuleContext *ctx)
{
    const Objects *ranges = bundle_of_kind(ctx->bundle, "LimitRange");
    vec_foreach(range, ranges) {
        if (str_eq((*range)->ns, ctx->object->ns)) {
            return true;
        }
    }
    return false;
}

static bool is_long_running(const Container *container)
{
    return container->kind == CONTAINER_MAIN || container->kind == CONTAINER_SIDECAR;
}

static const Node *amount(const Container *container, const char *path)
{
    const Node *own = node_path(container->node, path);
    return own ? own : node_path(container->pod->spec, path);
}

/* An amount to start from: how much it needs is to be measured. */
static const char *usual_amount(const char *path)
{
    static const struct {
        const char *path, *amount;
    } amounts[] = {
        { "resources.requests.cpu", "100m" },
        { "resources.requests.memory", "128Mi" },
        { "resources.limits.cpu", "\"1\"" },
        { "resources.limits.memory", "256Mi" },
        { "resources.limits.ephemeral-storage", "1Gi" },
    };
    for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
        if (strcmp(amounts[i].path, path) == 0) {
            return amounts[i].amount;
        }
    }
    return NULL;
}

/* Where only one of request and limit is said, the other is to fit to it. */
static void
suggest_amount(RuleContext *ctx, Diag *diag, const Container *container, const char *path)
{
    static const char *const others[] = { "resources.requests", "resources.limits" };
    const char *amount = usual_amount(path);
    Str resource = str_skip(str_from(path), str_rfind_char(str_from(path), '.') + 1);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        const Node *other = node_get(node_path(container->node, others[i]), resource);
        if (other && node_is_scalar(other)) {
            amount = arena_printf(ctx->diags->arena, "%" STR_FMT, STR_ARG(span_text(other->span)));
        }
    }
    if (amount && amount[0] != '\0') {
        rule_suggest_set(ctx, diag, container->node, path, amount);
    }
}

/* A request that isn't said is the limit. */
static void
find_missing(RuleContext *ctx, const Container *container, const char *path, const char *instead)
{
    if (!is_long_running(container) || amount(container, path) ||
        (instead && amount(container, instead)) || has_limit_range(ctx)) {
        return;
    }
    bool is_memory = instead && strcmp(instead, "resources.limits.memory") == 0;
    Diag *diag = rule_find(
        ctx,
        NULL,
        is_memory ? "container \"%" STR_FMT "\" sets neither %s nor a limit"
                  : "container \"%" STR_FMT "\" sets no %s",
        STR_ARG(container->name),
        path
    );
    /* a limit is the request as well */
    suggest_amount(ctx, diag, container, is_memory ? instead : path);
}

static void k8038(RuleContext *ctx, const Container *container)
{
    find_missing(ctx, container, "resources.requests.cpu", "resources.limits.cpu");
}

static void k8039(RuleContext *ctx, const Container *container)
{
    find_missing(ctx, container, "resources.requests.memory", "resources.limits.memory");
}

/* A container that says neither is told of once. */
static bool is_told_already(const RuleContext *ctx, const Container *container)
{
    return !amount(container, "resources.requests.memory") &&
           audit_wants(ctx->options, rule_get(STR("K8039")));
}

static void k8040(RuleContext *ctx, const Container *container)
{
    if (is_told_already(ctx, container)) {
        return;
    }
    find_missing(ctx, container, "resources.limits.memory", NULL);
}

static void k8041(RuleContext *ctx, const Container *container)
{
    find_missing(ctx, container, "resources.limits.cpu", NULL);
}

static void k8043(RuleContext *ctx, const Container *container)
{
    find_missing(
        ctx, container, "resources.limits.ephemeral-storage", "resources.requests.ephemeral-storage"
    );
}

static void k8042(RuleContext *ctx, const Container *container)
{
    const Node *limits = node_path(container->node, "resources.limits");
    const Node *requests = node_path(container->node, "resources.requests");
    for (size_t i = 0; node_is_map(limits) && i < limits->map.len; i++) {
        const NodePair *pair = &limits->map.pairs[i];
        const Node *request = node_get(requests, pair->key->text);
        double limit = 0;
        double wanted = 0;
        if (quantity_parse(pair->value, &limit) && quantity_parse(request, &wanted) &&
            limit < wanted) {
            rule_find(
                ctx,
                pair->value,
                "the %" STR_FMT " limit %" STR_FMT " is below the request %" STR_FMT,
                STR_ARG(pair->key->text),
                STR_ARG(pair->value->text),
                STR_ARG(request->text)
            );
        }
    }
}

static const AuditRule rules[] = {
    { .id = "K8038",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "No CPU request",
      .why = "The scheduler packs the node as if the container needed nothing.",
      .fix = "set resources.requests.cpu to what it uses under load",
      .bad = "resources: {}\n",
      .good = "resources:\n  requests: {cpu: 100m}\n",
      .peers = "KL:unset-cpu-requirements KS:container-resources PO:cpuRequestsMissing CKV_K8S_10 "
               "KSV015"
               " KI:ca469dd4-c736-448f-8ac1-30a642705e0a",
      .check_container = k8038 },
    { .id = "K8039",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "Neither a memory request nor a limit",
      .why = "The pod is the first to be evicted when the node runs short.",
      .fix = "set resources.requests.memory to what it uses, and a limit above it",
      .bad = "resources: {}\n",
      .good = "resources:\n  requests: {memory: 128Mi}\n",
      .peers = "KL:unset-memory-requirements KS:container-resources PO:memoryRequestsMissing "
               "CKV_K8S_12 KSV016"
               " KI:229588ef-8fde-40c8-8756-f4f2b5825ded",
      .check_container = k8039 },
    { .id = "K8040",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A memory request without a limit",
      .why = "A leak takes the node and every pod on it instead of this container alone.",
      .fix = "set resources.limits.memory",
      .bad = "resources:\n  requests: {memory: 128Mi}\n",
      .good = "resources:\n  limits: {memory: 256Mi}\n",
      .peers = "KL:unset-memory-requirements KS:container-resources PO:memoryLimitsMissing "
               "CKV_K8S_13 KSV018"
               " KI:b14d1bc4-a208-45db-92f0-e21f8e2588e9",
      .check_container = k8040 },
    { .id = "K8041",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .is_optional = true,
      .meaning = "No CPU limit",
      .why = "It may take what others on the node could use; a limit throttles it though nobody "
             "else wants it, so most do without.",
      .fix = "set resources.limits.cpu where several owners share nodes",
      .bad = "resources: {}\n",
      .good = "resources:\n  limits: {cpu: \"1\"}\n",
      .peers = "KL:unset-cpu-requirements KS:container-resources PO:cpuLimitsMissing CKV_K8S_11 "
               "KSV011"
               " KI:4ac0e2b7-d2d2-4af7-8799-e8de6721ccda",
      .check_container = k8041 },
    { .id = "K8042",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A limit below its request",
      .why = "The API server refuses the pod; with a Deployment only its events say so.",
      .fix = "raise the limit or lower the request",
      .bad = "resources:\n  requests: {memory: 1Gi}\n  limits: {memory: 512Mi}\n",
      .good = "resources:\n  requests: {memory: 512Mi}\n  limits: {memory: 1Gi}\n",
      .check_container = k8042 },
    { .id = "K8043",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "No limit of ephemeral storage",
      .why = "Logs and temporary files fill the node's disk, and all its pods are evicted.",
      .fix = "set resources.limits.ephemeral-storage",
      .bad = "resources: {}\n",
      .good = "resources:\n  limits: {ephemeral-storage: 1Gi}\n",
      .peers = "KS:container-ephemeral-storage-request-and-limit",
      .check_container = k8043 },
};

const RuleFamily rules_resources = { rules, ARRAY_LEN(rules) };
