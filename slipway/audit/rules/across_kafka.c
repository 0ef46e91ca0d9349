/* Where a Kafka broker says that it is reached, against who asks it. */
#include "base/mem.h"

#include "across.h"

/* --- XA024 ------------------------------------------------------------------------------------ */

static const ComposeVariableValue *advertised(const ComposeService *service)
{
    vec_foreach(entry, &service->environment) {
        if (str_has_suffix(entry->name, STR("ADVERTISED_LISTENERS")) && entry->value) {
            return entry;
        }
    }
    return NULL;
}

static bool is_loopback(Str host)
{
    return str_eq(host, STR("localhost")) || str_has_prefix(host, STR("127.")) ||
           str_eq(host, STR("0.0.0.0"));
}

/* A service of the project that asks the broker by its name. */
static const ComposeVariableValue *client_of(const ComposeService *broker)
{
    const ComposeProject *project = broker->project;
    for (size_t i = 0; i < project->services.len; i++) {
        const ComposeService *service = &project->services.ptr[i];
        for (size_t k = 0; service != broker && k < service->environment.len; k++) {
            Endpoint endpoint;
            size_t at = 0;
            while (endpoint_next(service->environment.ptr[k].text, &at, &endpoint)) {
                if (str_eq(endpoint.host, broker->name)) {
                    return &service->environment.ptr[k];
                }
            }
        }
    }
    return NULL;
}

static bool publishes(const ComposeService *service, unsigned port)
{
    bool published = false;
    vec_foreach(own, &service->ports) {
        published = published || own->published == 0 ||
                    (port >= own->published && port < own->published + own->count);
    }
    return published;
}

/* The port of the broker that is published where this one listens. */
static const ComposePort *published_at(const ComposeService *service, unsigned port)
{
    vec_foreach(own, &service->ports) {
        if (own->is_published && own->target > 0 && port >= own->target &&
            port < own->target + own->count) {
            return own;
        }
    }
    return NULL;
}

typedef struct Listeners {
    bool for_containers;
    bool for_host;            /* some address means something outside of the project's network */
    const ComposePort *named; /* published, for a listener that goes by the broker's name */
    unsigned unpublished;     /* a port on localhost that isn't published; 0: none */
    size_t count;
} Listeners;

static Listeners read_listeners(const ComposeService *service, Str text)
{
    Listeners listeners = { 0 };
    Endpoint endpoint;
    for (size_t at = 0; endpoint_next(text, &at, &endpoint); listeners.count++) {
        bool is_own_name = across_answers(service, endpoint.host);
        listeners.for_host = listeners.for_host || !is_own_name;
        if (is_own_name && !listeners.named) {
            listeners.named = published_at(service, endpoint.port);
        }
        if (!is_loopback(endpoint.host)) {
            listeners.for_containers = true;
        } else if (endpoint.port > 0 && !publishes(service, endpoint.port)) {
            listeners.unpublished = endpoint.port;
        }
    }
    return listeners;
}

/* Puts `text` where `old` stands in the value. */
static void replace(RuleContext *ctx, Diag *diag, const Node *value, Str old, Str text)
{
    size_t at = str_find(span_text(value->span), old);
    if (at != STR_NONE) {
        size_t start = value->span.start + at;
        Span span = span_make(value->span.source, start, start + old.len);
        rule_fix(ctx, diag, span, "%" STR_FMT, STR_ARG(text));
    }
}

/* Nothing of the broker is published: nobody outside of the project's network asks it. */
static void
advertise_name(RuleContext *ctx, Diag *diag, const ComposeService *service, const Node *value)
{
    Endpoint endpoint;
    size_t at = 0;
    Str text = value->text;
    if (service->ports.len == 0 && endpoint_next(text, &at, &endpoint)) {
        Str old = str_slice(text, endpoint.start, endpoint.end);
        Str rest = str_skip(old, endpoint.host.len);
        replace(ctx, diag, value, old, str_concat(ctx->diags->arena, service->name, rest));
    }
}

/* The one port that is published for the one that is advertised; a listener of its own otherwise. */
static void advertise_port(
    RuleContext *ctx, Diag *diag, const ComposeService *service, const Node *value, unsigned port
)
{
    const ComposePort *only = service->ports.len == 1 ? &service->ports.ptr[0] : NULL;
    Endpoint endpoint;
    for (size_t at = 0; only && only->count == 1 && only->published > 0 &&
                        endpoint_next(value->text, &at, &endpoint);) {
        if (endpoint.port == port && is_loopback(endpoint.host)) {
            Str old = str_slice(value->text, endpoint.start, endpoint.end);
            Arena *arena = ctx->diags->arena;
            Str text =
                str_printf(arena, "%" STR_FMT ":%u", STR_ARG(endpoint.host), only->published);
            replace(ctx, diag, value, old, text);
            diag->is_suggestion = only->target != port;
            return;
        }
    }
}

static void
check_broker(RuleContext *ctx, const Repository *repository, const ComposeService *service)
{
    const ComposeVariableValue *entry = advertised(service);
    Str text;
    if (!entry || node_path(service->node, "network_mode") ||
        !compose_is_own(service->project, entry->value) ||
        !compose_interpolate(repository->arena, entry->text, &service->project->variables, &text)) {
        return;
    }
    Listeners listeners = read_listeners(service, text);
    const ComposeVariableValue *client = client_of(service);
    if (listeners.count > 0 && !listeners.for_containers && client) {
        Diag *diag = rule_find(
            ctx, entry->value, "advertises localhost alone: other containers are sent to themselves"
        );
        across_relate(ctx, diag, client->key->span, "asks it from another container");
        if (listeners.count == 1) {
            advertise_name(ctx, diag, service, entry->value);
        }
    } else if (listeners.unpublished > 0) {
        Diag *diag = rule_find(
            ctx,
            entry->value,
            "advertises port %u on localhost, which isn't published",
            listeners.unpublished
        );
        const Node *ports = node_path(service->node, "ports");
        across_relate(ctx, diag, ports ? ports->span : service->key->span, "what is published");
        advertise_port(ctx, diag, service, entry->value, listeners.unpublished);
    } else if (listeners.named && !listeners.for_host) {
        Diag *diag = rule_find(
            ctx, entry->value, "advertises its own name alone, which the host doesn't know"
        );
        across_relate(ctx, diag, listeners.named->node->span, "published for the host");
    }
}

static void xa024(RuleContext *ctx, const Repository *repository)
{
    across_foreach_compose(service, repository) {
        check_broker(ctx, repository, service);
    }
}

static const AuditRule rules[] = {
    { .id = "XA024",
      .artifact = "Repository",
      .severity = SEVERITY_ERROR,
      .meaning = "A Kafka broker that advertises an address its clients can't reach",
      .why = "The first connection works, then the client is sent to the advertised address.",
      .fix = "advertise one listener for the host and one by the service's name for containers",
      .bad = "KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://localhost:9092\n",
      .good = "KAFKA_ADVERTISED_LISTENERS: HOST://localhost:9092,NET://kafka:29092\n",
      .check_repository = xa024 },
};

const RuleFamily rules_across_kafka = { rules, ARRAY_LEN(rules) };
