/* Probes of what serves: containers with ports in a Deployment, StatefulSet or DaemonSet. */
#include <inttypes.h>

#include "base/mem.h"

#include "audit/rule.h"

static bool is_server(const RuleContext *ctx, const Container *container)
{
    return (object_is(ctx->object, "Deployment") || object_is(ctx->object, "StatefulSet") ||
            object_is(ctx->object, "DaemonSet")) &&
           container->kind == CONTAINER_MAIN && node_len(node_path(container->node, "ports")) > 0;
}

static void find_missing(RuleContext *ctx, const Container *container, const char *probe)
{
    if (is_server(ctx, container) && !node_path(container->node, probe)) {
        rule_find(
            ctx, NULL, "container \"%" STR_FMT "\" has no %s", STR_ARG(container->name), probe
        );
    }
}

static void k8044(RuleContext *ctx, const Container *container)
{
    find_missing(ctx, container, "readinessProbe");
}

static void k8045(RuleContext *ctx, const Container *container)
{
    find_missing(ctx, container, "livenessProbe");
}

static void k8046(RuleContext *ctx, const Container *container)
{
    const Node *liveness = node_path(container->node, "livenessProbe");
    const Node *readiness = node_path(container->node, "readinessProbe");
    if (liveness && readiness && node_equal(liveness, readiness)) {
        rule_find(ctx, liveness, "the liveness probe asks just what the readiness probe asks");
    }
}

/* The container's one port, if it has one only: a second may be missing as well. */
static void suggest_port(RuleContext *ctx, Diag *diag, const Container *container, const Node *port)
{
    const Node *ports = node_path(container->node, "ports");
    if (node_len(ports) == 1) {
        Str number = node_text(ports->seq.items[0], "containerPort");
        rule_suggest(ctx, diag, port->span, "%" STR_FMT, STR_ARG(number));
    }
}

/* A startup probe that asks what the liveness probe asks, for twice as long as that one waits now. */
static void suggest_startup(RuleContext *ctx, Diag *diag, const Container *container, int64_t delay)
{
    enum { PERIOD = 5 };
    const Node *probe = node_path(container->node, "livenessProbe");
    const Node *http = node_path(probe, "httpGet");
    const Node *port = node_path(probe, http ? "httpGet.port" : "tcpSocket.port");
    Str path = node_text(http, "path");
    if (!port || (http && (path.len == 0 || http->map.len != 2))) {
        return;
    }
    StrBuf value = STRBUF_ON_ARENA(ctx->diags->arena);
    strbuf_add_cstr(&value, http ? "\n  httpGet: {" : "\n  tcpSocket: {");
    if (http) {
        strbuf_addf(&value, "path: %" STR_FMT ", ", STR_ARG(path));
    }
    strbuf_addf(&value, "port: %" STR_FMT "}\n", STR_ARG(port->text));
    strbuf_addf(&value, "  periodSeconds: %d\n", PERIOD);
    strbuf_addf(&value, "  failureThreshold: %" PRId64, 2 * delay / PERIOD);
    rule_suggest_set(ctx, diag, container->node, "startupProbe", value.ptr);
}

static void k8047(RuleContext *ctx, const Container *container)
{
    enum { DELAY_LONG = 30 };
    const Node *delay = node_path(container->node, "livenessProbe.initialDelaySeconds");
    bool is_long = delay && delay->kind == NODE_INT && delay->integer > DELAY_LONG;
    if (is_long && !node_path(container->node, "startupProbe")) {
        Diag *diag = rule_find(
            ctx, delay, "a hang within the first %" STR_FMT " s isn't seen", STR_ARG(delay->text)
        );
        suggest_startup(ctx, diag, container, delay->integer);
    }
}

/* Declared ports are information only, so a number counts where some are declared; a name must be
 * one of them always. */
static void k8048(RuleContext *ctx, const Container *container)
{
    static const char *const places[] = {
        "livenessProbe.httpGet.port",  "livenessProbe.tcpSocket.port",  "livenessProbe.grpc.port",
        "readinessProbe.httpGet.port", "readinessProbe.tcpSocket.port", "readinessProbe.grpc.port",
        "startupProbe.httpGet.port",   "startupProbe.tcpSocket.port",   "startupProbe.grpc.port",
    };
    bool declares = node_len(node_path(container->node, "ports")) > 0;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const Node *port = node_path(container->node, places[i]);
        if (port && (declares || port->kind == NODE_STRING) &&
            !container_has_port(container, port)) {
            Diag *diag = rule_find(
                ctx,
                port,
                "port %" STR_FMT " of the probe is none of container \"%" STR_FMT "\"",
                STR_ARG(port->text),
                STR_ARG(container->name)
            );
            if (port->kind == NODE_INT) { /* it may be open though nothing declares it */
                diag->severity = SEVERITY_WARN;
            }
            suggest_port(ctx, diag, container, port);
        }
    }
}

static void k8049(RuleContext *ctx, const Container *container)
{
    static const char *const probes[] = { "livenessProbe", "readinessProbe", "startupProbe" };
    for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
        const Node *probe = node_path(container->node, probes[i]);
        const Node *timeout = node_path(probe, "timeoutSeconds");
        int64_t period = node_number(probe, "periodSeconds", 10);
        if (node_number(probe, "timeoutSeconds", 1) > period && timeout) {
            Diag *diag = rule_find(ctx, timeout, "the %s waits longer than its period", probes[i]);
            rule_fix(ctx, diag, timeout->span, "%" PRId64, period);
        }
    }
    const Node *threshold = node_path(container->node, "livenessProbe.failureThreshold");
    if (node_number(container->node, "livenessProbe.failureThreshold", 3) == 1) {
        Diag *diag = rule_find(ctx, threshold, "one lost answer restarts the container");
        rule_fix(ctx, diag, threshold->span, "3");
    }
}

static const AuditRule rules[] = {
    { .id = "K8044",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A server without a readiness probe",
      .why = "Requests go to it from the moment it starts, and on while it can't answer.",
      .fix = "add a readinessProbe that asks what a request needs",
      .bad = "ports: [{containerPort: 8080}]\n",
      .good = "ports: [{containerPort: 8080}]\nreadinessProbe:\n  httpGet: {path: /ready, port: "
              "8080}\n",
      .peers = "KL:no-readiness-probe KS:pod-probes PO:readinessProbeMissing CKV_K8S_9"
               " KI:a659f3b5-9bf0-438a-bd9a-7d3a6427f1e3",
      .check_container = k8044 },
    { .id = "K8045",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A server without a liveness probe",
      .why = "A deadlock stays until a person sees it.",
      .fix = "add a livenessProbe that asks nothing but the process itself",
      .bad = "ports: [{containerPort: 8080}]\n",
      .good = "livenessProbe:\n  httpGet: {path: /live, port: 8080}\n",
      .peers = "KL:no-liveness-probe KS:pod-probes PO:livenessProbeMissing CKV_K8S_8"
               " KI:ade74944-a674-4e00-859e-c6eab5bde441",
      .check_container = k8045 },
    { .id = "K8046",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "The same liveness and readiness probe",
      .why = "When a dependency is down, every pod is restarted instead of taken out of service.",
      .fix = "ask in the liveness probe only whether the process itself works",
      .peers = "KS:pod-probes-identical",
      .check_container = k8046 },
    { .id = "K8047",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "A long initialDelaySeconds instead of a startup probe",
      .why = "It is too short on a slow day and too long on every other.",
      .fix = "add a startupProbe with a failureThreshold that covers the slowest start",
      .bad = "livenessProbe:\n  initialDelaySeconds: 120\n",
      .good = "startupProbe:\n  periodSeconds: 5\n  failureThreshold: 30\n",
      .check_container = k8047 },
    { .id = "K8048",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "A probe's port is none of the container's",
      .why = "The probe fails for ever: the pod is never ready, or restarted without end.",
      .fix = "name a port that the container declares",
      .bad =
          "ports: [{name: http, containerPort: 8080}]\nreadinessProbe:\n  httpGet: {port: web}\n",
      .good = "ports: [{name: http, containerPort: 8080}]\nreadinessProbe:\n  httpGet: {port: "
              "http}\n",
      .peers = "KL:liveness-port KL:readiness-port KL:startup-port",
      .check_container = k8048 },
    { .id = "K8049",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A probe's timing can't work",
      .why = "A timeout past the period piles probes up; a threshold of 1 restarts on one lost "
             "packet.",
      .fix = "keep timeoutSeconds below periodSeconds and failureThreshold at 3",
      .check_container = k8049 },
};

const RuleFamily rules_probes = { rules, ARRAY_LEN(rules) };
