/* Whom a container runs as and what it may do: the Pod Security Standards' container half.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
#include "base/mem.h"

#include "audit/rule.h"
#include "writers.h"

static bool is_one_of(Str text, const Str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(text, list[i])) {
            return true;
        }
    }
    return false;
}

static bool has_item(const Node *list, const char *text)
{
    for (size_t i = 0; i < node_len(list); i++) {
        if (str_eq_cstr(list->seq.items[i]->text, text)) {
            return true;
        }
    }
    return false;
}

/* Root inside is nobody outside: the standards let such pods be since 1.35. */
static bool is_user_namespaced(const RuleContext *ctx, const Pod *pod)
{
    enum { SINCE_MINOR = 35 };
    return node_is_false(node_path(pod->spec, "hostUsers")) && api_minor(ctx->api) >= SINCE_MINOR;
}

/* Images that their makers give a user, with its number. */
static bool is_made_for_users(Str image)
{
    static const Str words[] = { STR_INIT(":nonroot"),
                                 STR_INIT("-unprivileged"),
                                 STR_INIT("cgr.dev/chainguard/") };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_find(image, words[i]) != STR_NONE) {
            return true;
        }
    }
    return false;
}

static const Node *user_of(const Container *container)
{
    const Node *own = node_path(container->security, "runAsUser");
    return own ? own : node_path(container->pod->security, "runAsUser");
}

/* Whether the container is known to run as somebody else than root already. */
static bool is_user(const Container *container)
{
    const Node *user = user_of(container);
    return user ? user->kind == NODE_INT && user->integer > 0
                : is_made_for_users(node_text(container->node, "image"));
}

/* An image that runs as root, or as a user by name, wouldn't start any more: a person has to look. */
static void demand_user(RuleContext *ctx, Diag *diag, const Pod *pod, const Container *container)
{
    const Node *place = container ? container->node : pod->spec;
    bool are_users = true;
    vec_foreach(other, &pod->containers) {
        are_users = are_users && ((container && other != container) || is_user(other));
    }
    rule_fix_set(ctx, diag, place, "securityContext.runAsNonRoot", "true");
    diag->is_suggestion = !are_users;
}

static void k8004_pod(RuleContext *ctx, const Pod *pod)
{
    const Node *value = node_path(pod->security, "runAsNonRoot");
    if (node_is_false(value) && !is_user_namespaced(ctx, pod)) {
        Diag *diag = rule_find(ctx, value, "the pod may run as root");
        demand_user(ctx, diag, pod, NULL);
    }
}

/* Root it isn't, and yet refused where the restricted standard is enforced. */
static Diag *find_unsaid_user(RuleContext *ctx, const Container *container)
{
    return rule_find(
        ctx,
        NULL,
        "container \"%" STR_FMT "\" runs as user %" STR_FMT " and doesn't say runAsNonRoot",
        STR_ARG(container->name),
        STR_ARG(user_of(container)->text)
    );
}

static void k8004_container(RuleContext *ctx, const Container *container)
{
    const Node *own = node_path(container->security, "runAsNonRoot");
    const Node *of_pod = node_path(container->pod->security, "runAsNonRoot");
    if (is_user_namespaced(ctx, container->pod) || !(node_is_false(own) || (!own && !of_pod))) {
        return;
    }
    bool is_known = !own && user_of(container) && is_user(container);
    Diag *diag =
        is_known && ctx->standard == AUDIT_STANDARD_NONE
            ? find_unsaid_user(ctx, container)
            : rule_find(
                  ctx, own, "container \"%" STR_FMT "\" may run as root", STR_ARG(container->name)
              );
    demand_user(ctx, diag, container->pod, own ? container : NULL);
}

static bool is_zero(const Node *node)
{
    return node && node->kind == NODE_INT && node->integer == 0;
}

static void k8005_pod(RuleContext *ctx, const Pod *pod)
{
    const Node *user = node_path(pod->security, "runAsUser");
    if (is_zero(user) && !is_user_namespaced(ctx, pod)) {
        Diag *diag = rule_find(ctx, user, "the pod runs as user 0");
        rule_suggest(ctx, diag, user->span, "65532");
    }
}

static void k8005_container(RuleContext *ctx, const Container *container)
{
    const Node *user = node_path(container->security, "runAsUser");
    if (is_zero(user) && !is_user_namespaced(ctx, container->pod)) {
        Diag *diag = rule_find(
            ctx, user, "container \"%" STR_FMT "\" runs as user 0", STR_ARG(container->name)
        );
        rule_suggest(ctx, diag, user->span, "65532");
    }
}

static void k8008(RuleContext *ctx, const Container *container)
{
    const Node *value = node_path(container->security, "readOnlyRootFilesystem");
    if (!node_is_true(value) && !container->pod->is_windows) {
        Diag *diag = rule_find(
            ctx,
            value,
            "container \"%" STR_FMT "\" can write to its image's file system",
            STR_ARG(container->name)
        );
        if (!writers_place(container, 0)) {
            rule_fix_set(
                ctx, diag, container->node, "securityContext.readOnlyRootFilesystem", "true"
            );
            diag->is_suggestion = !writers_knows(container);
        }
    }
}

static void k8009(RuleContext *ctx, const Container *container)
{
    const Node *value = node_path(container->security, "allowPrivilegeEscalation");
    if (!node_is_false(value) && !container->pod->is_windows) {
        Diag *diag = rule_find(
            ctx, value, "container \"%" STR_FMT "\" may gain privileges", STR_ARG(container->name)
        );
        rule_fix_set(
            ctx, diag, container->node, "securityContext.allowPrivilegeEscalation", "false"
        );
    }
}

static void k8010(RuleContext *ctx, const Container *container)
{
    const Node *value = node_path(container->security, "privileged");
    if (node_is_true(value)) {
        Diag *diag = rule_find(
            ctx, value, "container \"%" STR_FMT "\" is privileged", STR_ARG(container->name)
        );
        rule_fix(ctx, diag, value->span, "false");
    }
}

static void k8011(RuleContext *ctx, const Container *container)
{
    const Node *drop = node_path(container->security, "capabilities.drop");
    if (!has_item(drop, "ALL") && !container->pod->is_windows) {
        Diag *diag = rule_find(
            ctx,
            drop,
            "container \"%" STR_FMT "\" keeps capabilities of the runtime's default set",
            STR_ARG(container->name)
        );
        if (node_len(drop) > 0) {
            rule_fix_prepend(ctx, diag, drop, "ALL");
        } else {
            rule_fix_set(ctx, diag, container->node, "securityContext.capabilities.drop", "[ALL]");
        }
    }
}

static const Str baseline_capabilities[] = {
    STR_INIT("AUDIT_WRITE"),  STR_INIT("CHOWN"),
    STR_INIT("DAC_OVERRIDE"), STR_INIT("FOWNER"),
    STR_INIT("FSETID"),       STR_INIT("KILL"),
    STR_INIT("MKNOD"),        STR_INIT("NET_BIND_SERVICE"),
    STR_INIT("SETFCAP"),      STR_INIT("SETGID"),
    STR_INIT("SETPCAP"),      STR_INIT("SETUID"),
    STR_INIT("SYS_CHROOT"),
};

/* The ones that have a rule of their own. */
static const Str raw_capability[] = { STR_INIT("NET_RAW") };
static const Str admin_capabilities[] = { STR_INIT("SYS_ADMIN"), STR_INIT("SYS_MODULE") };

static bool may_add(const RuleContext *ctx, const Container *container, Str capability)
{
    if (ctx->standard == AUDIT_STANDARD_BASELINE) {
        return is_one_of(capability, baseline_capabilities, ARRAY_LEN(baseline_capabilities));
    }
    if (ctx->standard == AUDIT_STANDARD_NONE &&
        (is_one_of(capability, raw_capability, ARRAY_LEN(raw_capability)) ||
         is_one_of(capability, admin_capabilities, ARRAY_LEN(admin_capabilities)))) {
        return true;
    }
    return container->pod->is_windows || str_eq(capability, STR("NET_BIND_SERVICE"));
}

static void k8012(RuleContext *ctx, const Container *container)
{
    const Node *add = node_path(container->security, "capabilities.add");
    for (size_t i = 0; i < node_len(add); i++) {
        const Node *item = add->seq.items[i];
        if (!may_add(ctx, container, item->text)) {
            rule_find(ctx, item, "adds the capability %" STR_FMT, STR_ARG(item->text));
        }
    }
}

static void find_added(
    RuleContext *ctx, const Container *container, const Str *wanted, size_t count, bool is_mendable
)
{
    const Node *add = node_path(container->security, "capabilities.add");
    for (size_t i = 0; i < node_len(add); i++) {
        const Node *item = add->seq.items[i];
        if (is_one_of(item->text, wanted, count)) {
            Diag *diag = rule_find(ctx, item, "adds the capability %" STR_FMT, STR_ARG(item->text));
            if (is_mendable) {
                rule_fix_remove_item(ctx, diag, add, i);
            }
        }
    }
}

static void k8013(RuleContext *ctx, const Container *container)
{
    find_added(ctx, container, raw_capability, ARRAY_LEN(raw_capability), true);
}

static void k8014(RuleContext *ctx, const Container *container)
{
    find_added(ctx, container, admin_capabilities, ARRAY_LEN(admin_capabilities), false);
}

static bool is_confined(const Node *profile)
{
    Str type = node_text(profile, "type");
    return str_eq(type, STR("RuntimeDefault")) || str_eq(type, STR("Localhost"));
}

static void find_unconfined(RuleContext *ctx, const Node *profile)
{
    const Node *type = node_path(profile, "type");
    Diag *diag = rule_find(
        ctx,
        type ? type : profile,
        "the seccomp profile \"%" STR_FMT "\" confines nothing",
        STR_ARG(node_text(profile, "type"))
    );
    rule_fix_set(ctx, diag, profile, "type", "RuntimeDefault");
}

/* Under restricted a Windows pod is exempt as a whole. */
static bool needs_no_seccomp(const RuleContext *ctx, const Pod *pod)
{
    return ctx->standard != AUDIT_STANDARD_BASELINE && pod->is_windows;
}

static void k8015_pod(RuleContext *ctx, const Pod *pod)
{
    const Node *profile = node_path(pod->security, "seccompProfile");
    if (profile && !is_confined(profile) && !needs_no_seccomp(ctx, pod)) {
        find_unconfined(ctx, profile);
    }
}

static void k8015_container(RuleContext *ctx, const Container *container)
{
    const Node *profile = node_path(container->security, "seccompProfile");
    if (needs_no_seccomp(ctx, container->pod)) {
        return;
    }
    if (profile) {
        if (!is_confined(profile)) {
            find_unconfined(ctx, profile);
        }
    } else if (ctx->standard != AUDIT_STANDARD_BASELINE &&
               !node_path(container->pod->security, "seccompProfile")) {
        Diag *diag = rule_find(
            ctx, NULL, "container \"%" STR_FMT "\" has no seccomp profile", STR_ARG(container->name)
        );
        rule_fix_set(
            ctx, diag, container->pod->spec, "securityContext.seccompProfile.type", "RuntimeDefault"
        );
    }
}

static void k8017(RuleContext *ctx, const Container *container)
{
    const Node *value = node_path(container->security, "procMount");
    bool is_apart =
        ctx->standard != AUDIT_STANDARD_RESTRICTED && is_user_namespaced(ctx, container->pod);
    if (value && !str_eq(value->text, STR("Default")) && !is_apart) {
        Diag *diag = rule_find(ctx, value, "shows all of /proc to the container");
        rule_fix(ctx, diag, value->span, "Default");
    }
}

static const char confined[] = "\n  runAsNonRoot: true"
                               "\n  allowPrivilegeEscalation: false"
                               "\n  readOnlyRootFilesystem: true"
                               "\n  capabilities:"
                               "\n    drop: [ALL]"
                               "\n  seccompProfile:"
                               "\n    type: RuntimeDefault";

static void k8029(RuleContext *ctx, const Container *container)
{
    if (!container->security && !container->pod->security && !container->pod->is_windows) {
        Diag *diag = rule_find(
            ctx,
            NULL,
            "neither container \"%" STR_FMT "\" nor its pod has a securityContext",
            STR_ARG(container->name)
        );
        if (!writers_place(container, 0)) {
            rule_fix_set(ctx, diag, container->node, "securityContext", confined);
        }
    }
}

#define IN_CONTAINER(yaml) "containers:\n- name: web\n  securityContext: " yaml "\n"

static const AuditRule rules[] = {
    { .id = "K8004",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_RESTRICTED,
      .is_missing = true,
      .escalates = true,
      .meaning = "runAsNonRoot isn't true",
      .why = "A process that is root in the container is root on the node once it gets out.",
      .fix = "set securityContext.runAsNonRoot: true for the pod",
      .bad = IN_CONTAINER("{runAsNonRoot: false}"),
      .good = IN_CONTAINER("{runAsNonRoot: true}"),
      .peers = "KL:run-as-non-root KS:container-security-context PO:runAsRootAllowed CKV_K8S_23 "
               "KSV012"
               " KI:cf34805e-3872-4c08-bf92-6ff7bb0cfadb",
      .check_pod = k8004_pod,
      .check_container = k8004_container },
    { .id = "K8005",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_RESTRICTED,
      .escalates = true,
      .meaning = "runAsUser is 0",
      .why = "It asks for root by its number.",
      .fix = "set runAsUser to the image's user, such as 65532, or leave it to the image",
      .bad = IN_CONTAINER("{runAsUser: 0}"),
      .good = IN_CONTAINER("{runAsUser: 65532}"),
      .peers = "KS:container-security-context-user-group-id KSV105"
               " KI:cf34805e-3872-4c08-bf92-6ff7bb0cfadb",
      .check_pod = k8005_pod,
      .check_container = k8005_container },
    { .id = "K8008",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .is_missing = true,
      .escalates = true,
      .meaning = "readOnlyRootFilesystem isn't true",
      .why = "What can be written can be replaced: an attacker keeps a foothold in the image.",
      .fix = "set securityContext.readOnlyRootFilesystem: true, and an emptyDir where it writes",
      .bad = IN_CONTAINER("{readOnlyRootFilesystem: false}"),
      .good = IN_CONTAINER("{readOnlyRootFilesystem: true}"),
      .peers = "KL:no-read-only-root-fs PO:notReadOnlyRootFilesystem CKV_K8S_22 KSV014"
               " KI:a9c2f49d-0671-4fc9-9ece-f4e261e128d0",
      .check_container = k8008 },
    { .id = "K8009",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_RESTRICTED,
      .is_missing = true,
      .escalates = true,
      .meaning = "allowPrivilegeEscalation isn't false",
      .why = "A setuid program in the image makes its user root.",
      .fix = "set securityContext.allowPrivilegeEscalation: false",
      .bad = IN_CONTAINER("{allowPrivilegeEscalation: true}"),
      .good = IN_CONTAINER("{allowPrivilegeEscalation: false}"),
      .peers = "KL:privilege-escalation-container PO:privilegeEscalationAllowed CKV_K8S_20 KSV001"
               " KI:5572cc5e-1e4c-4113-92a6-7a8a3bd25e6d",
      .check_container = k8009 },
    { .id = "K8010",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "A privileged container",
      .why = "It has every capability and every device of the node: it is the node.",
      .fix = "take privileged away and add the one capability that is needed",
      .bad = IN_CONTAINER("{privileged: true}"),
      .good = IN_CONTAINER("{privileged: false}"),
      .peers = "KL:privileged-container KS:container-security-context PO:runAsPrivileged "
               "CKV_K8S_16 KSV017"
               " KI:dd29336b-fe57-445b-a26e-e6aa867ae609",
      .check_container = k8010 },
    { .id = "K8011",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_RESTRICTED,
      .is_missing = true,
      .escalates = true,
      .meaning = "capabilities.drop lacks ALL",
      .why = "The runtime's default set holds CHOWN, SETUID, NET_RAW and others few programs need.",
      .fix = "set capabilities.drop: [ALL] and add back what is needed",
      .bad = IN_CONTAINER("{capabilities: {drop: [KILL]}}"),
      .good = IN_CONTAINER("{capabilities: {drop: [ALL]}}"),
      .peers = "PO:insecureCapabilities CKV_K8S_37 KSV003 KSV106"
               " KI:dbbc6705-d541-43b0-b166-dd4be8208b54 KI:268ca686-7fb7-4ae9-b129-955a2a89064e"
               " KI:2f1a0619-b12b-48a0-825f-993bb6f01d58",
      .check_container = k8011 },
    { .id = "K8012",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "A capability other than NET_BIND_SERVICE is added",
      .why = "Most capabilities lead to root in one or two steps. The baseline standard allows the "
             "runtime's default set, restricted and this rule NET_BIND_SERVICE alone.",
      .fix = "take the capability away",
      .bad = IN_CONTAINER("{capabilities: {add: [SYS_PTRACE]}}"),
      .good = IN_CONTAINER("{capabilities: {add: [NET_BIND_SERVICE]}}"),
      .peers = "PO:dangerousCapabilities CKV_K8S_25 KSV022"
               " KI:19ebaa28-fc86-4a58-bcfa-015c9e22fe40",
      .check_container = k8012 },
    { .id = "K8013",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "NET_RAW is added",
      .why = "Raw sockets forge packets of other pods: ARP and DNS spoofing inside the cluster.",
      .fix = "take NET_RAW away",
      .bad = IN_CONTAINER("{capabilities: {add: [NET_RAW]}}"),
      .good = IN_CONTAINER("{capabilities: {drop: [ALL]}}"),
      .peers = "KL:drop-net-raw-capability CKV_K8S_28 KSV119",
      .check_container = k8013 },
    { .id = "K8014",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "SYS_ADMIN or SYS_MODULE is added",
      .why = "SYS_ADMIN mounts the node's disks, SYS_MODULE loads code into its kernel.",
      .fix = "take the capability away",
      .bad = IN_CONTAINER("{capabilities: {add: [SYS_ADMIN]}}"),
      .good = IN_CONTAINER("{capabilities: {drop: [ALL]}}"),
      .peers = "CKV_K8S_39 KSV005 KSV120"
               " KI:235236ee-ad78-4065-bd29-61b061f28ce0",
      .check_container = k8014 },
    { .id = "K8015",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .is_missing = true,
      .escalates = true,
      .meaning = "The seccomp profile isn't RuntimeDefault or Localhost",
      .why = "Without one every system call of the kernel is open to the container. The baseline "
             "standard asks only that none is said to be Unconfined.",
      .fix = "set seccompProfile: {type: RuntimeDefault} for the pod",
      .bad = IN_CONTAINER("{seccompProfile: {type: Unconfined}}"),
      .good = IN_CONTAINER("{seccompProfile: {type: RuntimeDefault}}"),
      .peers = "KS:container-seccomp-profile CKV_K8S_31 KSV030 KSV104"
               " KI:f377b83e-bd07-4f48-a591-60c82b14a78b",
      .check_pod = k8015_pod,
      .check_container = k8015_container },
    { .id = "K8017",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "procMount isn't Default",
      .why = "The masked parts of /proc tell about the node and change it.",
      .fix = "take procMount away",
      .bad = IN_CONTAINER("{procMount: Unmasked}"),
      .good = IN_CONTAINER("{procMount: Default}"),
      .peers = "KL:unsafe-proc-mount PO:procMount KSV027"
               " KI:f922827f-aab6-447c-832a-e1ff63312bd3",
      .check_container = k8017 },
    { .id = "K8029",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "No securityContext at all",
      .why = "The defaults are root, writable and unconfined. Stands for the rules about each "
             "missing field.",
      .fix = "set runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, "
             "allowPrivilegeEscalation: false, readOnlyRootFilesystem: true and "
             "capabilities: {drop: [ALL]}",
      .bad = "containers:\n- name: web\n  image: web:1.2.3\n",
      .good = IN_CONTAINER("{runAsNonRoot: true, …}"),
      .peers = "KS:container-security-context-user-group-id PO:linuxHardening CKV_K8S_29 "
               "CKV_K8S_30 KSV118"
               " KI:a97a340a-0063-418e-b3a1-3028941d0995",
      .check_container = k8029 },
};

const RuleFamily rules_pod_security = { rules, ARRAY_LEN(rules) };
