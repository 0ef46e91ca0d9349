/* Who is scraped: jobs of Prometheus and monitors, against the services. */
#include "base/mem.h"

#include "across.h"
#include "audit/monitoring/prometheus.h"

/* --- XA022 ------------------------------------------------------------------------------------ */

/* What answers under a target's host. */
typedef struct Answer {
    const ComposeService *compose;
    const Object *service;
} Answer;

static bool is_checkable(Str host)
{
    Str name;
    Str ns;
    return !str_has_char(host, '$') && !str_has_char(host, '{') &&
           across_split_host(host, STR(""), &name, &ns);
}

/* Of Services of one name in several places one that has the port. */
static Answer answer_of(const Repository *repository, Str host, unsigned port)
{
    Answer answer = { 0 };
    Str name;
    Str ns;
    (void) across_split_host(host, STR(""), &name, &ns);
    across_foreach_compose(service, repository) {
        answer.compose =
            !answer.compose && across_answers(service, host) ? service : answer.compose;
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        const Objects *services = bundle_of_kind(*bundle, "Service");
        vec_foreach(service, services) {
            if (str_eq((*service)->name, name) &&
                (!answer.service || across_listens(*service, port))) {
                answer.service = *service;
            }
        }
    }
    return answer;
}

static bool is_answered(const Answer *answer)
{
    return answer->compose || answer->service;
}

/* A file of which no target is here scrapes another place. */
static bool is_of_here(const Repository *repository, const PrometheusFile *file)
{
    vec_foreach(job, &file->jobs) {
        vec_foreach(target, &job->targets) {
            Answer answer = { 0 };
            if (is_checkable(target->host)) {
                answer = answer_of(repository, target->host, target->port);
            }
            if (is_answered(&answer)) {
                return true;
            }
        }
    }
    return false;
}

static void check_compose_target(
    RuleContext *ctx,
    const Repository *repository,
    const PrometheusTarget *target,
    const ComposeService *service
)
{
    const ComposePort *port = across_published_instead(service, target->port);
    Span exposed = port ? SPAN_NONE : across_lacks_port(repository, service, target->port);
    if (port) {
        Diag *diag = rule_find(
            ctx,
            target->node,
            "\"%" STR_FMT "\" listens on port %u; %u is its port on the host",
            STR_ARG(service->name),
            (unsigned) port->target,
            target->port
        );
        across_relate(ctx, diag, port->node->span, "published here");
        Span place = target->node->span;
        if (str_eq(span_text(place), target->node->text)) { /* as it stands, not quoted */
            rule_suggest(
                ctx, diag, place, "%" STR_FMT ":%u", STR_ARG(target->host), (unsigned) port->target
            );
        }
    } else if (span_is_known(exposed)) {
        Diag *diag = rule_find(
            ctx,
            target->node,
            "\"%" STR_FMT "\" has no port %u",
            STR_ARG(service->name),
            target->port
        );
        across_relate(ctx, diag, exposed, "its image exposes others");
    }
}

static void
check_target(RuleContext *ctx, const Repository *repository, const PrometheusTarget *target)
{
    Answer answer = answer_of(repository, target->host, target->port);
    if (!is_answered(&answer)) {
        rule_find(
            ctx, target->node, "no service is called \"%" STR_FMT "\"", STR_ARG(target->host)
        );
    } else if (target->port > 0 && answer.compose && !answer.service) {
        check_compose_target(ctx, repository, target, answer.compose);
    } else if (target->port > 0 && answer.service && !answer.compose &&
               !across_listens(answer.service, target->port)) {
        const Node *ports = node_path(answer.service->node, "spec.ports");
        Diag *diag = rule_find(
            ctx,
            target->node,
            "Service \"%" STR_FMT "\" has no port %u",
            STR_ARG(answer.service->name),
            target->port
        );
        across_relate(ctx, diag, ports->span, "its ports");
    }
}

static void
check_targets(RuleContext *ctx, const Repository *repository, const PrometheusFile *file)
{
    vec_foreach(job, &file->jobs) {
        vec_foreach(target, &job->targets) {
            if (is_checkable(target->host)) {
                check_target(ctx, repository, target);
            }
        }
    }
}

static bool has_named_port(const Object *service, Str name)
{
    const Node *ports = node_path(service->node, "spec.ports");
    for (size_t i = 0; i < node_len(ports); i++) {
        if (str_eq(node_text(ports->seq.items[i], "name"), name)) {
            return true;
        }
    }
    return false;
}

static void
check_monitor_port(RuleContext *ctx, const Bundle *bundle, const Object *monitor, const Node *port)
{
    const Node *selector = node_path(monitor->node, "spec.selector");
    const Object *selected = NULL;
    const Objects *services = bundle_of_kind(bundle, "Service");
    vec_foreach(service, services) {
        if (label_selector_matches(selector, node_path((*service)->node, "metadata.labels"))) {
            if (has_named_port(*service, port->text)) {
                return;
            }
            selected = *service;
        }
    }
    if (selected) {
        Diag *diag = rule_find(
            ctx,
            port,
            "Service \"%" STR_FMT "\" has no port called \"%" STR_FMT "\"",
            STR_ARG(selected->name),
            STR_ARG(port->text)
        );
        across_relate(ctx, diag, selected->name_node->span, "the Service");
    }
}

/* Services of other namespaces and of operators aren't all here. */
static bool knows_services(const Bundle *bundle, const Object *monitor)
{
    bool found = false;
    const Objects *services = bundle_of_kind(bundle, "Service");
    vec_foreach(service, services) {
        found = found || str_eq((*service)->ns, monitor->ns);
    }
    return found && !node_path(monitor->node, "spec.namespaceSelector");
}

/* The labels of the first Service beside the monitor. */
static Span labels_beside(const Bundle *bundle, const Object *monitor)
{
    const Objects *services = bundle_of_kind(bundle, "Service");
    vec_foreach(service, services) {
        const Node *labels = node_path((*service)->node, "metadata.labels");
        if (str_eq((*service)->ns, monitor->ns)) {
            return labels ? labels->span : (*service)->node->span;
        }
    }
    return SPAN_NONE;
}

static bool selects_service(const Bundle *bundle, const Node *selector)
{
    const Objects *services = bundle_of_kind(bundle, "Service");
    vec_foreach(service, services) {
        if (label_selector_matches(selector, node_path((*service)->node, "metadata.labels"))) {
            return true;
        }
    }
    return false;
}

static void check_service_monitor(RuleContext *ctx, const Bundle *bundle, const Object *monitor)
{
    const Node *selector = node_path(monitor->node, "spec.selector");
    const Node *endpoints = node_path(monitor->node, "spec.endpoints");
    if (selector && knows_services(bundle, monitor) && !selects_service(bundle, selector)) {
        Diag *diag = rule_find(ctx, selector, "selects no Service");
        across_relate(ctx, diag, labels_beside(bundle, monitor), "a Service that is there");
        return;
    }
    for (size_t i = 0; i < node_len(endpoints); i++) {
        const Node *port = node_path(endpoints->seq.items[i], "port");
        if (port) {
            check_monitor_port(ctx, bundle, monitor, port);
        }
    }
}

/* The ports of a PodMonitor are the containers'. */
static void check_pod_monitor(RuleContext *ctx, const Bundle *bundle, const Object *monitor)
{
    const Node *endpoints = node_path(monitor->node, "spec.podMetricsEndpoints");
    const Node *selector = node_path(monitor->node, "spec.selector");
    for (size_t i = 0; selector && i < node_len(endpoints); i++) {
        const Node *port = node_path(endpoints->seq.items[i], "port");
        const Object *selected = NULL;
        bool found = !port;
        vec_foreach(object, &bundle->objects) {
            if (!found && object->pod && label_selector_matches(selector, object->pod->labels)) {
                selected = object;
                found = pod_find_port(object->pod, port) != NULL;
            }
        }
        if (!found && selected) {
            Diag *diag = rule_find(
                ctx,
                port,
                "%" STR_FMT " has no port called \"%" STR_FMT "\"",
                STR_ARG(object_title(ctx->diags->arena, selected)),
                STR_ARG(port->text)
            );
            across_relate(ctx, diag, selected->name_node->span, "the pods");
        }
    }
}

static void check_monitors(RuleContext *ctx, const Bundle *bundle)
{
    ctx->bundle = bundle;
    vec_foreach(object, &bundle->objects) {
        ctx->object = object;
        if (object_is(object, "ServiceMonitor")) {
            check_service_monitor(ctx, bundle, object);
        } else if (object_is(object, "PodMonitor")) {
            check_pod_monitor(ctx, bundle, object);
        }
    }
    across_leave(ctx);
}

/* Whether anything knows the port: a container, the image or some source. */
static bool knows_port(const Repository *repository, const RepoService *service, Str text)
{
    unsigned port = across_port(text);
    AcrossExposed exposed = across_exposed(repository->arena, service->dockerfile);
    bool is_known = port == 0 || !repository_knows_sources(repository) ||
                    repository_mentions(repository, text) || across_has_port(&exposed, port);
    vec_foreach(place, &service->containers) {
        const Pod *pod = place->container->pod;
        vec_foreach(container, &pod->containers) {
            const Node *ports = node_path(container->node, "ports");
            for (size_t i = 0; i < node_len(ports); i++) {
                is_known = is_known ||
                           across_port(node_text(ports->seq.items[i], "containerPort")) == port;
            }
        }
    }
    return is_known;
}

/* Pods that ask to be scraped by an annotation, at a port of one container that is built here. */
static void
check_annotation(RuleContext *ctx, const Repository *repository, const RepoService *service)
{
    vec_foreach(place, &service->containers) {
        const Pod *pod = place->container->pod;
        const Node *annotations = node_path(pod->metadata, "annotations");
        const Node *port = node_get_cstr(annotations, "prometheus.io/port");
        const Node *ports = node_path(place->container->node, "ports");
        if (!port || !ports || pod->containers.len != 1 ||
            knows_port(repository, service, port->text)) {
            continue;
        }
        across_enter(ctx, place);
        Diag *diag =
            rule_find(ctx, port, "nothing of the pod has port %" STR_FMT, STR_ARG(port->text));
        across_relate(ctx, diag, ports->span, "the container's ports");
        across_leave(ctx);
    }
}

static void xa022(RuleContext *ctx, const Repository *repository)
{
    vec_foreach(service, &repository->services) {
        if (service->dockerfile) {
            check_annotation(ctx, repository, service);
        }
    }
    vec_foreach(file, &repository->audit->prometheus_files) {
        if (is_of_here(repository, *file)) {
            check_targets(ctx, repository, *file);
        }
    }
    vec_foreach(bundle, &repository->audit->bundles) {
        check_monitors(ctx, *bundle);
    }
}

static const AuditRule rules[] = {
    { .id = "XA022",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A scrape target, ServiceMonitor or PodMonitor names no service or port",
      .why = "Nothing is scraped, and only Prometheus' own page of targets says so.",
      .fix = "use the name of a service, and of one of its ports",
      .peers = "KL:dangling-servicemonitor",
      .check_repository = xa022 },
};

const RuleFamily rules_across_scrapes = { rules, ARRAY_LEN(rules) };
