/* Roles that give more than they seem to.
 * https://kubernetes.io/docs/concepts/security/rbac-good-practices/ */
#include "base/mem.h"

#include "audit/rule.h"

static const Node *find_item(const Node *list, const char *text)
{
    for (size_t i = 0; i < node_len(list); i++) {
        if (str_eq_cstr(list->seq.items[i]->text, text)) {
            return list->seq.items[i];
        }
    }
    return NULL;
}

static const Node *find_any(const Node *list, const char *const *texts, size_t count)
{
    const Node *found = NULL;
    for (size_t i = 0; i < count && !found; i++) {
        found = find_item(list, texts[i]);
    }
    return found;
}

static const Node *rules_of(const Object *object)
{
    bool is_role = object_is(object, "Role") || object_is(object, "ClusterRole");
    return is_role ? node_path(object->node, "rules") : NULL;
}

static void k8092(RuleContext *ctx, const Object *object)
{
    const Node *list = rules_of(object);
    for (size_t i = 0; i < node_len(list); i++) {
        const Node *verbs = find_item(node_path(list->seq.items[i], "verbs"), "*");
        const Node *resources = find_item(node_path(list->seq.items[i], "resources"), "*");
        if (verbs) {
            rule_find(ctx, verbs, "every verb, also those to come");
        }
        if (resources) {
            rule_find(ctx, resources, "every resource, also those to come");
        }
    }
}

/* One way to more than a role says: resources and verbs that together open it. */
typedef struct Grant {
    const char *resources[4];
    const char *verbs[6];
    const char *message;
} Grant;

static size_t count_texts(const char *const *texts, size_t most)
{
    size_t count = 0;
    while (count < most && texts[count]) {
        count++;
    }
    return count;
}

/* A rule for named objects grants only those. */
static void find_grant(RuleContext *ctx, const Object *object, const Grant *grant)
{
    const Node *list = rules_of(object);
    for (size_t i = 0; i < node_len(list); i++) {
        const Node *rule = list->seq.items[i];
        const Node *resource = find_any(
            node_path(rule, "resources"),
            grant->resources,
            count_texts(grant->resources, ARRAY_LEN(grant->resources))
        );
        const Node *verb = find_any(
            node_path(rule, "verbs"),
            grant->verbs,
            count_texts(grant->verbs, ARRAY_LEN(grant->verbs))
        );
        if (resource && verb && node_len(node_path(rule, "resourceNames")) == 0) {
            rule_find(
                ctx,
                resource,
                "%s (%" STR_FMT " %" STR_FMT ")",
                grant->message,
                STR_ARG(verb->text),
                STR_ARG(resource->text)
            );
        }
    }
}

static void k8093(RuleContext *ctx, const Object *object)
{
    static const Grant grant = { { "secrets" },
                                 { "get", "list", "watch", "*" },
                                 "reads the Secrets" };
    find_grant(ctx, object, &grant);
}

static void k8094(RuleContext *ctx, const Object *object)
{
    static const Grant into = { { "pods/exec", "pods/attach" },
                                { "create", "get", "*" },
                                "runs commands in pods" };
    static const Grant make = { { "pods" },
                                { "create", "*" },
                                "makes pods, with any ServiceAccount" };
    find_grant(ctx, object, &into);
    find_grant(ctx, object, &make);
}

static void k8095(RuleContext *ctx, const Object *object)
{
    static const Grant roles = { { "roles", "clusterroles", "rolebindings", "clusterrolebindings" },
                                 { "bind", "escalate", "*" },
                                 "gives itself any role" };
    static const Grant users = { { "users", "groups", "serviceaccounts" },
                                 { "impersonate" },
                                 "acts as others" };
    static const Grant nodes = { { "nodes/proxy" },
                                 { "get", "create", "*" },
                                 "runs commands in every pod of a node" };
    find_grant(ctx, object, &roles);
    find_grant(ctx, object, &users);
    find_grant(ctx, object, &nodes);
}

static void k8096(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "RoleBinding") && !object_is(object, "ClusterRoleBinding")) {
        return;
    }
    const Node *role = node_path(object->node, "roleRef.name");
    if (role && str_eq(role->text, STR("cluster-admin"))) {
        rule_find(ctx, role, "binds cluster-admin");
    }
    const Node *subjects = node_path(object->node, "subjects");
    for (size_t i = 0; i < node_len(subjects); i++) {
        const Node *name = node_path(subjects->seq.items[i], "name");
        Str text = name ? name->text : STR("");
        if (str_eq(text, STR("system:masters")) || str_eq(text, STR("system:anonymous")) ||
            str_eq(text, STR("system:unauthenticated"))) {
            rule_find(ctx, name, "binds \"%" STR_FMT "\"", STR_ARG(text));
        }
    }
}

static void k8097(RuleContext *ctx, const Object *object)
{
    static const Grant hooks = { { "validatingwebhookconfigurations",
                                   "mutatingwebhookconfigurations" },
                                 { "create", "update", "patch", "*" },
                                 "changes what the API server accepts" };
    static const Grant certificates = { { "certificatesigningrequests/approval" },
                                        { "update", "patch", "*" },
                                        "approves certificates, for any user" };
    find_grant(ctx, object, &hooks);
    find_grant(ctx, object, &certificates);
}

#define ROLE(yaml) "kind: Role\nrules:\n- " yaml "\n"

static const AuditRule rules[] = {
    { .id = "K8092",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A wildcard in a role",
      .why = "It grants what doesn't exist yet, and nobody reviews that.",
      .fix = "list the verbs and resources that are used",
      .bad = ROLE("{apiGroups: [\"\"], resources: [\"*\"], verbs: [\"*\"]}"),
      .good = ROLE("{apiGroups: [\"\"], resources: [configmaps], verbs: [get]}"),
      .peers = "KL:wildcard-in-rules CKV_K8S_49 KSV044 KSV045 KSV046"
               " KI:6b896afb-ca07-467a-b256-1a0077a1c08e",
      .check_object = k8092 },
    { .id = "K8093",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A role that reads every Secret",
      .why = "Among them are the tokens of other accounts: list is as good as get.",
      .fix = "name the Secrets in resourceNames, with get alone",
      .bad = ROLE("{apiGroups: [\"\"], resources: [secrets], verbs: [list]}"),
      .good = ROLE("{apiGroups: [\"\"], resources: [secrets], resourceNames: [web], verbs: [get]}"),
      .peers = "KL:access-to-secrets CKV2_K8S_5 KSV041"
               " KI:b7bca5c4-1dab-4c2c-8cbe-3050b9d59b14 KI:056ac60e-fe07-4acc-9b34-8e1d51716ab9",
      .check_object = k8093 },
    { .id = "K8094",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A role that gets into pods or makes them",
      .why = "A pod may use any ServiceAccount of its namespace, and mount any Secret.",
      .fix = "take it away, or grant it for debugging only while it lasts",
      .bad = ROLE("{apiGroups: [\"\"], resources: [pods], verbs: [create]}"),
      .good = ROLE("{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}"),
      .peers = "KL:access-to-create-pods PO:rolePodExecAttach KSV053 KSV054"
               " KI:592ad21d-ad9b-46c6-8d2d-fad09d62a942",
      .check_object = k8094 },
    { .id = "K8095",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A role that raises its own rights",
      .why = "bind, escalate and impersonate end in cluster-admin.",
      .fix = "take the verb away",
      .bad = ROLE("{apiGroups: [\"\"], resources: [users], verbs: [impersonate]}"),
      .good = ROLE("{apiGroups: [\"\"], resources: [pods], verbs: [get]}"),
      .peers = "CKV_K8S_157 CKV_K8S_158 KSV043 KSV047 KSV050",
      .check_object = k8095 },
    { .id = "K8096",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A binding to cluster-admin, or of everyone",
      .why = "One stolen token is the whole cluster.",
      .fix = "bind a role with what is needed",
      .peers = "KL:cluster-admin-role-binding PO:clusterrolebindingClusterAdmin KSV111"
               " KI:249328b8-5f0f-409f-b1dd-029f07882e11",
      .check_object = k8096 },
    { .id = "K8097",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A role over webhooks or certificate approval",
      .why = "A webhook sees and changes every object; an approved certificate is any user.",
      .fix = "leave it to the cluster's operators",
      .peers = "CKV_K8S_155 CKV_K8S_156 KSV114",
      .check_object = k8097 },
};

const RuleFamily rules_rbac = { rules, ARRAY_LEN(rules) };
