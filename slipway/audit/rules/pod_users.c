/* Whom the processes of a container run as, beyond what the Pod Security Standards ask. */
#include "base/mem.h"

#include "audit/rule.h"

enum { SYSTEM_IDS_MOST = 10000 };

static void find_low_ids(RuleContext *ctx, const Node *security)
{
    static const char *const keys[] = { "runAsUser", "runAsGroup" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const Node *id = node_path(security, keys[i]);
        bool is_low = id && id->kind == NODE_INT && id->integer <= SYSTEM_IDS_MOST;
        if (is_low && id->integer > 0) { /* 0: K8005, K8007 */
            Diag *diag = rule_find(
                ctx, id, "%s %" STR_FMT " may be somebody's on the node", keys[i], STR_ARG(id->text)
            );
            rule_suggest(ctx, diag, id->span, "65532");
        }
    }
}

static void k8006_pod(RuleContext *ctx, const Pod *pod)
{
    find_low_ids(ctx, pod->security);
}

static void k8006_container(RuleContext *ctx, const Container *container)
{
    find_low_ids(ctx, container->security);
}

static void find_root_group(RuleContext *ctx, const Node *group, const char *key)
{
    if (group && group->kind == NODE_INT && group->integer == 0) {
        Diag *diag = rule_find(ctx, group, "%s is root's group", key);
        rule_suggest(ctx, diag, group->span, "65532");
    }
}

static void k8007_pod(RuleContext *ctx, const Pod *pod)
{
    const Node *more = node_path(pod->security, "supplementalGroups");
    find_root_group(ctx, node_path(pod->security, "runAsGroup"), "runAsGroup");
    find_root_group(ctx, node_path(pod->security, "fsGroup"), "fsGroup");
    for (size_t i = 0; i < node_len(more); i++) {
        find_root_group(ctx, more->seq.items[i], "supplementalGroups");
    }
}

static void k8007_container(RuleContext *ctx, const Container *container)
{
    find_root_group(ctx, node_path(container->security, "runAsGroup"), "runAsGroup");
}

static const AuditRule rules[] = {
    { .id = "K8006",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A user or group id of 10000 or below",
      .why = "Nodes give such ids to their own users: out of the container, the process is one of "
             "them.",
      .fix = "use an id above 10000, such as 65532",
      .bad = "securityContext: {runAsUser: 1000}\n",
      .good = "securityContext: {runAsUser: 65532}\n",
      .peers = "KS:container-security-context-user-group-id CKV_K8S_40 KSV020 KSV021"
               " KI:02323c00-cdc3-4fdc-a310-4f2b3e7a1660",
      .check_pod = k8006_pod,
      .check_container = k8006_container },
    { .id = "K8007",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "Root's group",
      .why = "Files of the node that root's group may read are open to the container.",
      .fix = "use a group id above 10000",
      .bad = "securityContext: {fsGroup: 0}\n",
      .good = "securityContext: {fsGroup: 65532}\n",
      .peers = "KSV116",
      .check_pod = k8007_pod,
      .check_container = k8007_container },
};

const RuleFamily rules_pod_users = { rules, ARRAY_LEN(rules) };
