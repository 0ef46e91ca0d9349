/* What a pod takes of its node: the Pod Security Standards' other half.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
#include "base/mem.h"

#include "audit/rule.h"

static void find_true(RuleContext *ctx, const Pod *pod, const char *field)
{
    const Node *value = node_path(pod->spec, field);
    if (node_is_true(value)) {
        rule_find(ctx, value, "the pod sets %s", field);
    }
}

static void k8019(RuleContext *ctx, const Pod *pod)
{
    find_true(ctx, pod, "hostNetwork");
}

static void k8020(RuleContext *ctx, const Pod *pod)
{
    find_true(ctx, pod, "hostPID");
}

static void k8021(RuleContext *ctx, const Pod *pod)
{
    find_true(ctx, pod, "hostIPC");
}

static void k8022(RuleContext *ctx, const Container *container)
{
    const Node *ports = node_path(container->node, "ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        const Node *port = node_path(ports->seq.items[i], "hostPort");
        if (port && !(port->kind == NODE_INT && port->integer == 0)) {
            rule_find(ctx, port, "takes port %" STR_FMT " of the node", STR_ARG(port->text));
        }
    }
}

static bool is_runtime_socket(Str path)
{
    return str_has_suffix(path, STR("/docker.sock")) ||
           str_has_suffix(path, STR("/containerd.sock")) || str_has_suffix(path, STR("/crio.sock"));
}

/* The standards forbid every hostPath; by default the runtime's socket is K8024's. */
static void k8023(RuleContext *ctx, const Pod *pod)
{
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const Node *host = node_path(volumes->seq.items[i], "hostPath");
        Str path = node_text(host, "path");
        if (host && (ctx->standard != AUDIT_STANDARD_NONE || !is_runtime_socket(path))) {
            rule_find(ctx, host, "mounts \"%" STR_FMT "\" of the node", STR_ARG(path));
        }
    }
}

static void k8024(RuleContext *ctx, const Pod *pod)
{
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const Node *path = node_path(volumes->seq.items[i], "hostPath.path");
        if (path && is_runtime_socket(path->text)) {
            rule_find(
                ctx, path, "mounts the container runtime's socket %" STR_FMT, STR_ARG(path->text)
            );
        }
    }
}

static void k8025(RuleContext *ctx, const Pod *pod)
{
    static const char *const allowed[] = {
        "configMap", "csi",   "downwardAPI",           "emptyDir",
        "ephemeral", "image", "persistentVolumeClaim", "projected",
        "secret",
    };
    const Node *volumes = node_path(pod->spec, "volumes");
    for (size_t i = 0; i < node_len(volumes); i++) {
        const Node *volume = volumes->seq.items[i];
        bool ok = node_path(volume, "hostPath") != NULL;          /* K8023 has said so */
        ok = ok || (node_is_map(volume) && volume->map.len == 1); /* a name alone: emptyDir */
        for (size_t k = 0; k < ARRAY_LEN(allowed) && !ok; k++) {
            ok = node_path(volume, allowed[k]) != NULL;
        }
        if (!ok) {
            rule_find(
                ctx,
                node_path(volume, "name"),
                "volume \"%" STR_FMT "\" is of a type that restricted pods may not use",
                STR_ARG(node_text(volume, "name"))
            );
        }
    }
}

static void check_app_armor(RuleContext *ctx, const Node *security)
{
    const Node *profile = node_path(security, "appArmorProfile");
    Str type = node_text(profile, "type");
    if (profile && !str_eq(type, STR("RuntimeDefault")) && !str_eq(type, STR("Localhost"))) {
        rule_find(
            ctx, profile, "the AppArmor profile \"%" STR_FMT "\" confines nothing", STR_ARG(type)
        );
    }
}

static void check_se_linux(RuleContext *ctx, const Node *security)
{
    static const char *const types[] = {
        "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t",
    };
    const Node *options = node_path(security, "seLinuxOptions");
    Str type = node_text(options, "type");
    bool ok = false;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        ok = ok || str_eq_cstr(type, types[i]);
    }
    if (!ok) {
        rule_find(
            ctx,
            node_path(options, "type"),
            "the SELinux type \"%" STR_FMT "\" isn't one for containers",
            STR_ARG(type)
        );
    }
    if (node_text(options, "user").len > 0) {
        rule_find(ctx, node_path(options, "user"), "sets the SELinux user");
    }
    if (node_text(options, "role").len > 0) {
        rule_find(ctx, node_path(options, "role"), "sets the SELinux role");
    }
}

static void check_app_armor_annotations(RuleContext *ctx, const Node *annotations)
{
    for (size_t i = 0; node_is_map(annotations) && i < annotations->map.len; i++) {
        const NodePair *pair = &annotations->map.pairs[i];
        Str value = pair->value->text;
        if (str_has_prefix(
                pair->key->text, STR("container.apparmor.security.beta.kubernetes.io/")
            ) &&
            value.len > 0 && !str_eq(value, STR("runtime/default")) &&
            !str_has_prefix(value, STR("localhost/"))) {
            rule_find(
                ctx,
                pair->value,
                "the AppArmor profile \"%" STR_FMT "\" confines nothing",
                STR_ARG(value)
            );
        }
    }
}

static void k8016_pod(RuleContext *ctx, const Pod *pod)
{
    check_app_armor(ctx, pod->security);
    check_se_linux(ctx, pod->security);
    check_app_armor_annotations(ctx, node_path(pod->metadata, "annotations"));
}

static void k8016_container(RuleContext *ctx, const Container *container)
{
    check_app_armor(ctx, container->security);
    check_se_linux(ctx, container->security);
}

static void k8018(RuleContext *ctx, const Pod *pod)
{
    static const char *const safe[] = {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_notsent_lowat",
    };
    enum { NEWEST = 2, NEWEST_MINOR = 37 }; /* the last ones are safe since then */
    size_t count = ARRAY_LEN(safe) - (api_minor(ctx->api) < NEWEST_MINOR ? NEWEST : 0);
    const Node *sysctls = node_path(pod->security, "sysctls");
    for (size_t i = 0; i < node_len(sysctls); i++) {
        Str name = node_text(sysctls->seq.items[i], "name");
        bool ok = false;
        for (size_t k = 0; k < count; k++) {
            ok = ok || str_eq_cstr(name, safe[k]);
        }
        if (!ok) {
            rule_find(
                ctx,
                node_path(sysctls->seq.items[i], "name"),
                "the sysctl %" STR_FMT " reaches beyond the pod",
                STR_ARG(name)
            );
        }
    }
}

static void check_host_process(RuleContext *ctx, const Node *security)
{
    const Node *value = node_path(security, "windowsOptions.hostProcess");
    if (node_is_true(value)) {
        rule_find(ctx, value, "runs as a process of the Windows host");
    }
}

static void k8026_pod(RuleContext *ctx, const Pod *pod)
{
    check_host_process(ctx, pod->security);
}

static void k8026_container(RuleContext *ctx, const Container *container)
{
    check_host_process(ctx, container->security);
}

static const Node *parent_of(const Node *node, const char *path)
{
    Str parent = str_from(path);
    char buffer[64];
    size_t end = str_rfind_char(parent, '.');
    if (end == STR_NONE || end >= sizeof(buffer)) {
        return NULL;
    }
    memcpy(buffer, path, end);
    buffer[end] = '\0';
    return node_path(node, buffer);
}

static void k8028(RuleContext *ctx, const Container *container)
{
    static const char *const places[] = {
        "livenessProbe.httpGet.host",       "livenessProbe.tcpSocket.host",
        "readinessProbe.httpGet.host",      "readinessProbe.tcpSocket.host",
        "startupProbe.httpGet.host",        "startupProbe.tcpSocket.host",
        "lifecycle.postStart.httpGet.host", "lifecycle.postStart.tcpSocket.host",
        "lifecycle.preStop.httpGet.host",   "lifecycle.preStop.tcpSocket.host",
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const Node *host = node_path(container->node, places[i]);
        if (host && host->text.len > 0) {
            Diag *diag = rule_find(
                ctx,
                host,
                "the kubelet is sent to \"%" STR_FMT "\" instead of the pod",
                STR_ARG(host->text)
            );
            rule_fix_remove(ctx, diag, parent_of(container->node, places[i]), "host");
        }
    }
}

#define SET_TRUE(field, what, words)                                                           \
    .artifact = "Kubernetes", .severity = SEVERITY_ERROR, .standard = AUDIT_STANDARD_BASELINE, \
    .escalates = true, .meaning = (what), .why = (words), .fix = "take " field " away",        \
    .bad = "spec:\n  " field ": true\n", .good = "spec:\n  " field ": false\n"

static void k8027(RuleContext *ctx, const Pod *pod)
{
    const Node *aliases = node_path(pod->spec, "hostAliases");
    if (node_len(aliases) > 0) {
        rule_find(ctx, aliases, "names are resolved by a list in the pod");
    }
}

static const AuditRule rules[] = {
    { .id = "K8016",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "AppArmor or SELinux is switched off or bent",
      .why = "They hold the container back when everything else has failed.",
      .fix = "take the option away: the runtime's default confines",
      .bad = "securityContext:\n  appArmorProfile: {type: Unconfined}\n",
      .good = "securityContext:\n  appArmorProfile: {type: RuntimeDefault}\n",
      .peers = "KSV002 KSV025",
      .check_pod = k8016_pod,
      .check_container = k8016_container },
    { .id = "K8018",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "An unsafe sysctl",
      .why = "It isn't confined to the pod's namespaces: other pods of the node feel it.",
      .fix = "take the sysctl away, or set it on the node",
      .bad = "securityContext:\n  sysctls: [{name: kernel.msgmax, value: \"65536\"}]\n",
      .good = "securityContext:\n  sysctls: [{name: net.ipv4.tcp_syncookies, value: \"1\"}]\n",
      .peers = "KL:unsafe-sysctls KSV026"
               " KI:9127f0d9-2310-42e7-866f-5fd9d20dcbad",
      .check_pod = k8018 },
    { .id = "K8019",
      SET_TRUE(
          "hostNetwork",
          "hostNetwork",
          "The pod hears the node's traffic and passes by every NetworkPolicy."
      ),
      .peers = "KL:host-network PO:hostNetworkSet CKV_K8S_19 KSV009"
               " KI:6b6bdfb3-c3ae-44cb-88e4-7405c1ba2c8a",
      .check_pod = k8019 },
    { .id = "K8020",
      SET_TRUE("hostPID", "hostPID", "The pod sees and may trace the node's processes."),
      .peers = "KL:host-pid PO:hostPIDSet CKV_K8S_17 KSV010"
               " KI:302736f4-b16c-41b8-befe-c0baffa0bd9d",
      .check_pod = k8020 },
    { .id = "K8021",
      SET_TRUE("hostIPC", "hostIPC", "The pod shares memory with the node's processes."),
      .peers = "KL:host-ipc PO:hostIPCSet CKV_K8S_18 KSV008"
               " KI:cd290efd-6c82-4e9d-a698-be12ae31d536",
      .check_pod = k8021 },
    { .id = "K8022",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "hostPort is set",
      .why = "It opens the port on the node past every Service, and only one such pod fits a node.",
      .fix = "take hostPort away and use a Service",
      .bad = "ports:\n- {containerPort: 8080, hostPort: 8080}\n",
      .good = "ports:\n- {containerPort: 8080}\n",
      .peers = "PO:hostPortSet CKV_K8S_26 KSV024",
      .check_container = k8022 },
    { .id = "K8023",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "A hostPath volume",
      .why = "The node's files are the node: credentials, logs of others, the kubelet's state.",
      .fix = "use a PersistentVolumeClaim, a ConfigMap or an emptyDir",
      .bad = "volumes:\n- {name: etc, hostPath: {path: /etc}}\n",
      .good = "volumes:\n- {name: tmp, emptyDir: {}}\n",
      .peers = "KL:sensitive-host-mounts KL:writable-host-mount PO:hostPathSet KSV023"
               " KI:aa8f7a35-9923-4cad-bd61-a19b7f6aac91 KI:5308a7a8-06f8-45ac-bf10-791fe21de46e"
               " KI:b7652612-de4e-4466-a0bf-1cd81f0c6063",
      .check_pod = k8023 },
    { .id = "K8024",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "The container runtime's socket is mounted",
      .why = "Who speaks to it starts a privileged container, and is root on the node.",
      .fix = "build images with a tool that needs no daemon",
      .bad = "volumes:\n- {name: docker, hostPath: {path: /var/run/docker.sock}}\n",
      .good = "volumes:\n- {name: tmp, emptyDir: {}}\n",
      .peers = "KL:docker-sock CKV_K8S_27 KSV006"
               " KI:a6f34658-fdfb-4154-9536-56d516f65828",
      .check_pod = k8024 },
    { .id = "K8025",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_RESTRICTED,
      .meaning = "A volume type outside the restricted standard's list",
      .why = "In-tree drivers run with the node's rights; CSI drivers and claims don't.",
      .fix = "use a PersistentVolumeClaim",
      .bad = "volumes:\n- {name: data, nfs: {server: nas, path: /}}\n",
      .good = "volumes:\n- {name: data, persistentVolumeClaim: {claimName: data}}\n",
      .peers = "KSV028 KSV121",
      .check_pod = k8025 },
    { .id = "K8026",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .escalates = true,
      .meaning = "A Windows hostProcess container",
      .why = "It runs with the rights of the Windows node.",
      .fix = "take windowsOptions.hostProcess away",
      .bad = "securityContext:\n  windowsOptions: {hostProcess: true}\n",
      .good = "securityContext:\n  windowsOptions: {hostProcess: false}\n",
      .peers = "PO:hostProcess KSV103",
      .check_pod = k8026_pod,
      .check_container = k8026_container },
    { .id = "K8027",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "hostAliases",
      .why = "The list doesn't follow when an address changes, and may hide whom a name means.",
      .fix = "use DNS: a Service, or one of type ExternalName",
      .bad = "hostAliases: [{ip: 10.0.0.7, hostnames: [db]}]\n",
      .good = "kind: Service\nmetadata: {name: db}\nspec: {type: ExternalName, externalName: "
              "db.example.com}\n",
      .peers = "KSV007",
      .check_pod = k8027 },
    { .id = "K8028",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .standard = AUDIT_STANDARD_BASELINE,
      .meaning = "A probe or a lifecycle hook sets host",
      .why = "The kubelet asks that host instead of the pod: a way into the node's network, and a "
             "probe that says nothing about the pod.",
      .fix = "take host away; for a virtual host set the header Host",
      .bad = "livenessProbe:\n  httpGet: {host: 127.0.0.1, port: 8080}\n",
      .good = "livenessProbe:\n  httpGet: {port: 8080}\n",
      .check_container = k8028 },
};

const RuleFamily rules_pod_host = { rules, ARRAY_LEN(rules) };
