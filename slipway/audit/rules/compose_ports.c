/* What a service publishes, and the names that only one container can have. */
#include "base/mem.h"

#include "compose.h"
#include "words.h"

static bool is_open(const ComposePort *port)
{
    return port->host_ip.len == 0 || str_eq(port->host_ip, STR("0.0.0.0")) ||
           str_eq(port->host_ip, STR("::"));
}

static bool is_store_port(uint32_t port)
{
    static const uint32_t ports[] = { 1433, 2181, 2379, 3306,  5432,  5433,  5672,
                                      6379, 7000, 7687, 8086,  8123,  9042,  9092,
                                      9093, 9200, 9300, 11211, 26257, 27017, 27018 };
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        if (ports[i] == port) {
            return true;
        }
    }
    return false;
}

/* 80 and 443 are there for everybody. */
static bool is_public(const ComposePort *port)
{
    return port->count == 1 && (port->published == 80 || port->published == 443);
}

static const char *shown(const ComposePort *port)
{
    return port->is_published ? "" : " (of the engine's choice)";
}

typedef bool (*PortTest)(const ComposeService *service, const ComposePort *port);

static bool is_stores(const ComposeService *service, const ComposePort *port)
{
    return compose_is_store(service) || is_store_port(port->target);
}

static bool is_others(const ComposeService *service, const ComposePort *port)
{
    return !is_stores(service, port) && !is_public(port);
}

/* Who is to reach a service its author knows alone; a data store is for the project's own. */
static void
report_open(RuleContext *ctx, const ComposeProject *project, PortTest test, const char *what)
{
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->ports.len; i++) {
            const ComposePort *port = &service->ports.ptr[i];
            Diag *diag =
                is_open(port) && test(service, port)
                    ? compose_find(
                          ctx,
                          project,
                          port->node,
                          "\"%" STR_FMT "\" publishes %s%s on every address of the machine",
                          STR_ARG(service->name),
                          what,
                          shown(port)
                      )
                    : NULL;
            if (diag) {
                compose_fix_bind(ctx, diag, port);
                diag->is_suggestion = test == is_others;
            }
        }
    }
}

static void co004(RuleContext *ctx, const ComposeProject *project)
{
    report_open(ctx, project, is_others, "a port");
}

static void co005(RuleContext *ctx, const ComposeProject *project)
{
    report_open(ctx, project, is_stores, "a data store's port");
}

/* --- the same twice --- */

static bool is_same_address(const ComposePort *a, const ComposePort *b)
{
    return is_open(a) || is_open(b) || str_eq(a->host_ip, b->host_ip);
}

/* The first service of those before that publishes the port; NULL: none. */
static const ComposeService *
first_with(const ComposePorts *ports, const ComposeService *service, const ComposePort *port)
{
    ComposePublishedList others = compose_ports_overlapping(ports, port);
    vec_foreach(at, &others) {
        const ComposePublished *other = *at;
        if (other->port->protocol == port->protocol && is_same_address(other->port, port) &&
            other->port->node != port->node && compose_run_together(service, other->service)) {
            return other->service;
        }
    }
    return NULL;
}

static void co006(RuleContext *ctx, const ComposeProject *project)
{
    auto_arena Arena *arena = arena_new(0);
    ComposePorts ports = COMPOSE_PORTS_ON_ARENA(arena);
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->ports.len; i++) {
            const ComposePort *port = &service->ports.ptr[i];
            const ComposeService *other = first_with(&ports, service, port);
            compose_ports_add(&ports, service, port);
            if (other) {
                (void) compose_find(
                    ctx,
                    project,
                    port->node,
                    "host port %u is published by \"%" STR_FMT "\" already",
                    port->published,
                    STR_ARG(other->name)
                );
            }
        }
    }
}

static void co007(RuleContext *ctx, const ComposeProject *project)
{
    Map names = MAP_ON_ARENA(project->arena);
    vec_foreach(service, &project->services) {
        const Node *node = node_get_cstr(service->node, "container_name");
        Str name;
        if (!node || !compose_text(project, node, &name)) {
            continue;
        }
        const ComposeService *other = map_get(&names, name);
        if (other && compose_run_together(service, other)) {
            (void) compose_find(
                ctx,
                project,
                node,
                "\"%" STR_FMT "\" is the container_name of \"%" STR_FMT "\" already",
                STR_ARG(name),
                STR_ARG(other->name)
            );
        }
        map_set(&names, name, service);
    }
}

/* Scripts may call the container by its name. */
static void co008(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        const NodePair *pair = node_find(service->node, STR("container_name"));
        Diag *diag =
            pair ? compose_find(
                       ctx,
                       project,
                       pair->key,
                       "\"%" STR_FMT "\" has a fixed container name: no second copy of it can run",
                       STR_ARG(service->name)
                   )
                 : NULL;
        if (diag && compose_can_edit(service)) {
            rule_fix_remove(ctx, diag, service->node, "container_name");
            diag->is_suggestion = true;
        }
    }
}

/* --- what YAML 1.1 reads as a number to the base of 60 --- */

static bool is_sexagesimal(Str text)
{
    Str part;
    bool first = true;
    size_t parts = 0;
    while (str_next(&text, ':', &part)) {
        uint64_t value;
        if (!str_to_uint64(part, &value) || part.ptr[0] == '+' ||
            (first ? part.ptr[0] == '0' : value > 59)) {
            return false;
        }
        first = false;
        parts++;
    }
    return parts > 1;
}

static void co010(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->ports.len; i++) {
            const Node *node = service->ports.ptr[i].node;
            if (node->style == STYLE_PLAIN && node_is_string(node) && is_sexagesimal(node->text)) {
                Diag *diag = compose_find(
                    ctx,
                    project,
                    node,
                    "unquoted %" STR_FMT " is a number to the base of 60 for YAML 1.1",
                    STR_ARG(node->text)
                );
                if (diag) {
                    rule_fix(ctx, diag, node->span, "\"%" STR_FMT "\"", STR_ARG(node->text));
                }
            }
        }
    }
}

static const AuditRule rules[] = {
    { .id = "CO004",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A port published on every address of the machine",
      .why = "Docker opens it past the firewall: whoever reaches the machine reaches the service.",
      .fix = "publish it on 127.0.0.1, or put a proxy in front of it",
      .bad = "ports: [\"8080:8080\"]\n",
      .good = "ports: [\"127.0.0.1:8080:8080\"]\n",
      .peers = "DC:no-unbound-port-interfaces"
               " KI:451d79dc-0588-476a-ad03-3c7f0320abb3",
      .check_compose = co004 },
    { .id = "CO005",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .escalates = true,
      .meaning = "A data store's port published on every address of the machine",
      .why = "Open databases are found by scanners within minutes; services of the file need no "
             "published port.",
      .fix = "drop the port, or publish it on 127.0.0.1",
      .bad = "ports: [\"5432:5432\"]\n",
      .good = "ports: [\"127.0.0.1:5432:5432\"]\n",
      .peers = "DC:no-unbound-port-interfaces"
               " KI:451d79dc-0588-476a-ad03-3c7f0320abb3",
      .check_compose = co005 },
    { .id = "CO006",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "One host port published twice",
      .why = "The second container can't start: the port is taken.",
      .fix = "give one of them another host port",
      .bad = "services:\n  a: {image: x:1, ports: [\"8080:80\"]}\n  b: {image: y:1, ports: "
             "[\"8080:80\"]}\n",
      .good = "services:\n  a: {image: x:1, ports: [\"8080:80\"]}\n  b: {image: y:1, ports: "
              "[\"8081:80\"]}\n",
      .peers = "DC:no-duplicate-exported-ports",
      .check_compose = co006 },
    { .id = "CO007",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "One container_name twice",
      .why = "The second container can't be created.",
      .fix = "drop container_name; services find each other by their service's name",
      .bad = "services:\n  a: {image: x:1, container_name: app}\n  b: {image: y:1, container_name: "
             "app}\n",
      .good = "services:\n  a: {image: x:1}\n  b: {image: y:1}\n",
      .peers = "DC:no-duplicate-container-names",
      .check_compose = co007 },
    { .id = "CO008",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "A fixed container name",
      .why = "Neither a second copy nor a second checkout of the project can run beside it.",
      .fix = "drop container_name",
      .bad = "container_name: web\n",
      .good = "image: nginx:1.27\n",
      .check_compose = co008 },
    { .id = "CO010",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "An unquoted port mapping that YAML 1.1 reads as a number",
      .why = "22:22 is 1342 to a reader of YAML 1.1; tools around Compose still are such readers.",
      .fix = "put the mapping in quotes",
      .bad = "ports:\n  - 22:22\n",
      .good = "ports:\n  - \"22:22\"\n",
      .peers = "DC:require-quotes-in-ports",
      .check_compose = co010 },
};

const RuleFamily rules_compose_ports = { rules, ARRAY_LEN(rules) };
