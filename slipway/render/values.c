#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

#include "render/internal.h"

enum {
    SPARE_NAMES = 4,    /* that a kind adds to a copy of the values */
    SERVICE_NAMES = 44, /* of a service, and those that an overlay adds */
};

/* Images, with the identity and the ports that they have; the security context needs the first, the
 * network the second. Pinned by version: a floating tag is another server every week. */
static const ImageStandard image_standards[] = {
    { RESOURCE_POSTGRES, "postgres:%-alpine", 70, 70, { { "postgres", 5432 } } },
    { RESOURCE_REDIS, "redis:%-alpine", 999, 1000, { { "redis", 6379 } } },
    { RESOURCE_KAFKA,
      "confluentinc/cp-kafka:7.7.1",
      1000,
      1000,
      { { "kafka", 9092 }, { "controller", 9093 } } },
    { RESOURCE_ELASTICSEARCH,
      "docker.elastic.co/elasticsearch/elasticsearch:%",
      1000,
      1000,
      { { "http", 9200 } } },
    { RESOURCE_MINIO,
      "minio/minio:RELEASE.%T13-34-11Z",
      1000,
      1000,
      { { "api", 9000 }, { "console", 9001 } } },
    { RESOURCE_KAFKA_UI, "provectuslabs/kafka-ui:v%", 100, 101, { { "http", 8080 } } },
    { RESOURCE_PROMETHEUS, "prom/prometheus:v%", 65534, 65534, { { "http", 9090 } } },
    { RESOURCE_JAEGER, "jaegertracing/all-in-one:%", 10001, 10001, { { "http", 16686 } } },
    { RESOURCE_GRAFANA, "grafana/grafana:%", 472, 0, { { "http", 3000 } } },
    { RESOURCE_OTEL_COLLECTOR,
      "otel/opentelemetry-collector-contrib:%",
      10001,
      10001,
      { { "grpc", 4317 }, { "http", 4318 } } },
};

const ImageStandard *image_standard(ResourceKind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(image_standards); i++) {
        if (image_standards[i].kind == kind) {
            return &image_standards[i];
        }
    }
    return NULL;
}

int64_t container_port(const Resource *resource, const Port *port)
{
    const ImageStandard *standard = image_standard(resource->kind);
    for (size_t i = 0; standard && i < ARRAY_LEN(standard->ports); i++) {
        if (standard->ports[i].name && str_eq_cstr(port->name, standard->ports[i].name)) {
            return standard->ports[i].number;
        }
    }
    return port->number;
}

Node *values_copy(Arena *arena, const Node *values)
{
    Node *copy = node_new_map_for(arena, values->map.len + SPARE_NAMES);
    memcpy(copy->map.pairs, values->map.pairs, values->map.len * sizeof(*values->map.pairs));
    copy->map.len = values->map.len;
    return copy;
}

Node *values_with(Arena *arena, const Node *values, const char *key, const Node *value)
{
    Node *with = values_copy(arena, values);
    node_set(arena, with, str_from(key), (Node *) (uintptr_t) value);
    return with;
}

Node *value_string(Arena *arena, Str value)
{
    static Node empty = { .kind = NODE_STRING, .text = STR_INIT("") };
    return value.len ? node_new_string(arena, value) : &empty;
}

Node *value_truth(bool value)
{
    static Node yes = { .kind = NODE_BOOL, .text = STR_INIT("true"), .boolean = true };
    static Node no = { .kind = NODE_BOOL, .text = STR_INIT("false") };
    return value ? &yes : &no;
}

Node *value_strings(Arena *arena, const DecodeStrings *list)
{
    Node *seq = node_new_seq(arena);
    for (size_t i = 0; i < list->len; i++) {
        node_append(arena, seq, value_string(arena, list->ptr[i]));
    }
    return seq;
}

static void set_ports(Arena *arena, Node *map, const PortList *ports)
{
    Node *by_name = node_new_map(arena), *list = node_new_seq(arena);
    for (size_t i = 0; i < ports->len; i++) {
        Node *item = node_new_map(arena);
        value_text(arena, item, "name", ports->ptr[i].name);
        value_int(arena, item, "number", ports->ptr[i].number);
        node_append(arena, list, item);
        node_append_pair(
            arena, by_name, node_get_cstr(item, "name"), node_get_cstr(item, "number")
        );
    }
    value_add(arena, map, "ports", by_name);
    value_add(arena, map, "port_list", list);
}

static Node *health_values(Arena *arena, const Health *health)
{
    Node *map = node_new_map(arena);
    value_text(arena, map, "ready", health->ready);
    value_text(arena, map, "live", health->live);
    value_text(arena, map, "metrics", health->metrics);
    value_text(arena, map, "tcp", health->tcp);
    value_text(arena, map, "grpc", health->grpc);
    value_add(arena, map, "command", value_strings(arena, &health->command));
    value_int(arena, map, "interval_seconds", health->interval_ns / NS_PER_S);
    value_int(arena, map, "timeout_seconds", health->timeout_ns / NS_PER_S);
    value_int(arena, map, "failures", health->failures);
    value_int(arena, map, "start_period_seconds", health->start_period_ns / NS_PER_S);
    return map;
}

/* A Kubernetes quantity in Compose's words: "500m" of a core is 0.5, "256Mi" is 256m. */
static Str compose_quantity(Arena *arena, Str quantity)
{
    static const char *const suffixes[][2] = { { "Ki", "k" }, { "Mi", "m" }, { "Gi", "g" } };
    Str number = quantity;
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (str_strip_suffix(&number, str_from(suffixes[i][0]))) {
            return str_concat(arena, number, str_from(suffixes[i][1]));
        }
    }
    int64_t milli = 0;
    if (str_strip_suffix(&number, STR("m")) && str_to_int64(number, &milli)) {
        StrBuf text = STRBUF_ON_ARENA(arena);
        strbuf_add_double(&text, (double) milli / 1000);
        return str_dup(arena, strbuf_str(&text));
    }
    return quantity;
}

static Node *quantity_values(Arena *arena, const Quantity *quantity)
{
    Node *map = node_new_map(arena);
    value_text(arena, map, "request", quantity->request);
    value_text(arena, map, "limit", quantity->limit);
    value_text(arena, map, "compose_limit", compose_quantity(arena, quantity->limit));
    return map;
}

static void set_sizes(Arena *arena, Node *map, const Service *service)
{
    Node *replicas = node_new_map(arena), *limits = node_new_map(arena);
    value_int(arena, replicas, "min", service->replicas.min);
    value_int(arena, replicas, "max", service->replicas.max);
    value_int(arena, replicas, "cpu_percent", service->replicas.cpu_percent);
    value_int(arena, replicas, "memory_percent", service->replicas.memory_percent);
    value_add(arena, limits, "cpu", quantity_values(arena, &service->resources.cpu));
    value_add(arena, limits, "memory", quantity_values(arena, &service->resources.memory));
    value_add(arena, map, "replicas", replicas);
    value_add(arena, map, "resources", limits);
}

static void set_resource_ports(Arena *arena, Node *map, const Resource *resource)
{
    set_ports(arena, map, &resource->ports);
    Node *list = node_get_cstr(map, "port_list");
    for (size_t i = 0; i < resource->ports.len; i++) {
        const Port *port = &resource->ports.ptr[i];
        value_int(arena, list->seq.items[i], "container", container_port(resource, port));
    }
}

/* The first port is the one that clients use. */
static void set_client_port(Arena *arena, Node *map, const Resource *resource)
{
    int64_t port = resource->ports.len ? container_port(resource, &resource->ports.ptr[0]) : 0;
    value_int(arena, map, "client_port", port);
}

static bool has_string(const DecodeStrings *list, Str name)
{
    for (size_t i = 0; i < list->len; i++) {
        if (str_eq(list->ptr[i], name)) {
            return true;
        }
    }
    return false;
}

/* Resources that a service needs or wants, in the catalog's order of resources. */
static Node *uses_values(Arena *arena, const Catalog *catalog, const Service *service)
{
    Node *list = node_new_seq(arena);
    for (size_t i = 0; i < catalog->resource_count; i++) {
        const Resource *resource = catalog->resources[i];
        bool needed = has_string(&service->needs, resource->name);
        if (needed || has_string(&service->wants, resource->name)) {
            Node *item = node_new_map(arena);
            value_text(arena, item, "name", resource->name);
            value_text(arena, item, "kind", resource_kind_name(resource->kind));
            value_bool(arena, item, "needed", needed);
            set_client_port(arena, item, resource);
            node_append(arena, list, item);
        }
    }
    return list;
}

static Node *neighbour(Arena *arena, const Service *service)
{
    Node *item = node_new_map(arena);
    value_text(arena, item, "name", service->name);
    value_text(arena, item, "workload", service->workload);
    set_ports(arena, item, &service->ports);
    return item;
}

/* Who talks to whom, by the place of a service in the catalog. */
typedef struct Graph {
    Node **neighbours;       /* the service as the others see it: one node for all of them */
    Node **callers, **peers; /* lists of those, in the catalog's order */
} Graph;

static Map service_places(Arena *arena, const Catalog *catalog, Graph *graph)
{
    Map places = MAP_ON_ARENA(arena);
    for (size_t i = 0; i < catalog->service_count; i++) {
        graph->neighbours[i] = neighbour(arena, catalog->services[i]);
        graph->callers[i] = node_new_seq(arena);
        graph->peers[i] = node_new_seq(arena);
        map_set(&places, catalog->services[i]->name, &graph->neighbours[i]);
    }
    return places;
}

typedef VEC(size_t) Places;

static bool ends_with(const Places *places, size_t at)
{
    return places->len && *vec_last(places) == at;
}

static Graph graph_of(Arena *arena, const Catalog *catalog)
{
    size_t count = catalog->service_count;
    Graph graph = { .neighbours = ARENA_ARRAY(arena, Node *, count),
                    .callers = ARENA_ARRAY(arena, Node *, count),
                    .peers = ARENA_ARRAY(arena, Node *, count) };
    Map places = service_places(arena, catalog, &graph);
    Places *callers = ARENA_ARRAY(arena, Places, count);
    for (size_t i = 0; i < count; i++) {
        const DecodeStrings *calls = &catalog->services[i]->calls;
        for (size_t j = 0; j < calls->len; j++) {
            Node *const *called = map_get(&places, calls->ptr[j]);
            size_t at = called ? (size_t) (called - graph.neighbours) : count;
            if (called && !ends_with(&callers[at], i)) {
                vec_push(&callers[at], arena, i);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        vec_foreach(caller, &callers[i]) {
            node_append(arena, graph.callers[i], graph.neighbours[*caller]);
            node_append(arena, graph.peers[*caller], graph.neighbours[i]);
        }
    }
    return graph;
}

static Str service_image(Arena *arena, const Catalog *catalog, const Service *service)
{
    return service->image.len ? service->image
                              : str_printf(
                                    arena,
                                    "%" STR_FMT "%s%" STR_FMT,
                                    STR_ARG(catalog->registry),
                                    catalog->registry.len ? "/" : "",
                                    STR_ARG(service->workload)
                                );
}

static void
set_graph(Arena *arena, Node *map, const Catalog *catalog, const Graph *graph, size_t at)
{
    const Service *service = catalog->services[at];
    value_add(arena, map, "needs", value_strings(arena, &service->needs));
    value_add(arena, map, "wants", value_strings(arena, &service->wants));
    value_add(arena, map, "calls", value_strings(arena, &service->calls));
    value_add(arena, map, "callers", graph->callers[at]);
    value_add(arena, map, "peers", graph->peers[at]);
    value_add(arena, map, "uses", uses_values(arena, catalog, service));
    value_add(arena, map, "publishes", value_strings(arena, &service->publishes));
    value_add(arena, map, "consumes", value_strings(arena, &service->consumes));
}

static void add_secret(Arena *arena, Node *list, Str name)
{
    Node *item = node_new_map(arena);
    value_text(arena, item, "name", name);
    value_text(
        arena, item, "variable", str_upper(arena, str_replace(arena, name, STR("-"), STR("_")))
    );
    node_append(arena, list, item);
}

/* What the catalog lists, and what a variable needs beyond that. */
static Node *secrets_values(Arena *arena, const Service *service, const Node *env)
{
    Node *list = node_new_seq(arena);
    for (size_t i = 0; i < service->secrets.len; i++) {
        add_secret(arena, list, service->secrets.ptr[i]);
    }
    for (size_t i = 0; i < env->seq.len; i++) {
        Str name = node_string_or(node_get_cstr(env->seq.items[i], "secret"), STR(""));
        if (name.len && !has_string(&service->secrets, name)) {
            add_secret(arena, list, name);
        }
    }
    return list;
}

static Node *
service_values(Arena *arena, const Catalog *catalog, const Graph *graph, size_t at, DiagList *diags)
{
    const Service *service = catalog->services[at];
    Node *map = node_new_map_for(arena, SERVICE_NAMES);
    value_text(arena, map, "name", service->name);
    value_text(arena, map, "workload", service->workload);
    value_text(arena, map, "description", service->description);
    value_text(arena, map, "language", language_name(service->language));
    value_text(arena, map, "path", service->path);
    set_ports(arena, map, &service->ports);
    set_graph(arena, map, catalog, graph, at);
    value_env(arena, map, catalog, service, diags);
    value_add(arena, map, "secrets", secrets_values(arena, service, node_get_cstr(map, "env")));
    bool is_page = service->language == LANGUAGE_NODE;
    value_int(arena, map, "uid", is_page ? 1001 : 65532);
    value_text(arena, map, "component", is_page ? STR("frontend") : STR("backend"));
    value_text(arena, map, "ingress_path", is_page ? STR("/") : STR("/api"));
    value_add(arena, map, "health", health_values(arena, &service->health));
    value_bool(arena, map, "public", service->is_public);
    value_bool(arena, map, "planned", service->is_planned);
    value_add(arena, map, "command", value_strings(arena, &service->command));
    value_text(arena, map, "image", service_image(arena, catalog, service));
    Str dockerfile = str_concat(arena, service->path, STR("/Dockerfile"));
    value_text(
        arena, map, "dockerfile", service->dockerfile.len ? service->dockerfile : dockerfile
    );
    set_sizes(arena, map, service);
    value_int(arena, map, "stop_grace_seconds", service->stop_grace_ns / NS_PER_S);
    value_text(arena, map, "database", service->database);
    value_add(arena, map, "profiles", value_strings(arena, &service->profiles));
    return map;
}

static Str resource_image(Arena *arena, const Resource *resource)
{
    const ImageStandard *standard = image_standard(resource->kind);
    if (resource->image.len || !standard) {
        return resource->image;
    }
    return str_replace(arena, str_from(standard->image), STR("%"), resource->version);
}

static Node *
users_values(Arena *arena, const Catalog *catalog, const Graph *graph, const Resource *resource)
{
    Node *list = node_new_seq(arena);
    for (size_t i = 0; i < catalog->service_count; i++) {
        const Service *service = catalog->services[i];
        if (has_string(&service->needs, resource->name) ||
            has_string(&service->wants, resource->name)) {
            node_append(arena, list, graph->neighbours[i]);
        }
    }
    return list;
}

static Str joined(Arena *arena, const DecodeStrings *list)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < list->len; i++) {
        strbuf_add_cstr(&text, i ? "," : "");
        strbuf_add(&text, list->ptr[i]);
    }
    return str_dup(arena, strbuf_str(&text));
}

/* What belongs to one kind alone: where its exporter listens, the secret that opens it. */
static void set_kind(Arena *arena, Node *map, const Resource *resource)
{
    static const int exporters[] = {
        [RESOURCE_POSTGRES] = 9187,      [RESOURCE_REDIS] = 9121, [RESOURCE_KAFKA] = 9308,
        [RESOURCE_ELASTICSEARCH] = 9114, [RESOURCE_MINIO] = 9000, [RESOURCE_OTEL_COLLECTOR] = 8888
    };
    size_t kind = (size_t) resource->kind;
    value_int(arena, map, "exporter_port", kind < ARRAY_LEN(exporters) ? exporters[kind] : 0);
    Node *secrets = node_new_seq(arena);
    if (resource->kind == RESOURCE_POSTGRES) {
        add_secret(arena, secrets, STR("postgres_password"));
    } else if (resource->kind == RESOURCE_MINIO) {
        add_secret(arena, secrets, STR("minio_access_key"));
        add_secret(arena, secrets, STR("minio_secret_key"));
    }
    if (secrets->seq.len) {
        value_add(arena, map, "secrets", secrets);
    }
}

static Node *
resource_values(Arena *arena, const Catalog *catalog, const Graph *graph, const Resource *resource)
{
    Node *map = node_new_map(arena);
    const ImageStandard *standard = image_standard(resource->kind);
    value_text(arena, map, "name", resource->name);
    value_text(arena, map, "kind", resource_kind_name(resource->kind));
    value_text(arena, map, "version", resource->version);
    value_text(arena, map, "engine", engine_name(resource->engine));
    set_resource_ports(arena, map, resource);
    set_client_port(arena, map, resource);
    set_kind(arena, map, resource);
    value_text(arena, map, "workload", resource->name);
    value_add(arena, map, "databases", value_strings(arena, &resource->databases));
    value_text(arena, map, "database_list", joined(arena, &resource->databases));
    value_text(arena, map, "user", resource->user);
    value_text(arena, map, "memory", resource->memory);
    value_text(arena, map, "eviction", resource->eviction);
    value_bool(arena, map, "append_only", resource->append_only);
    value_text(arena, map, "image", resource_image(arena, resource));
    value_int(arena, map, "uid", standard ? standard->uid : 65534);
    value_int(arena, map, "gid", standard ? standard->gid : 65534);
    value_add(arena, map, "users", users_values(arena, catalog, graph, resource));
    value_add(arena, map, "profiles", value_strings(arena, &resource->profiles));
    return map;
}

static void set_entries(Arena *arena, Node *root, const Catalog *catalog, DiagList *diags)
{
    Graph graph = graph_of(arena, catalog);
    Node *services = node_new_seq(arena), *service = node_new_map(arena);
    Node *resources = node_new_seq(arena), *resource = node_new_map(arena),
         *has = node_new_map(arena);
    for (size_t i = 0; i < catalog->service_count; i++) {
        Node *values = service_values(arena, catalog, &graph, i, diags);
        node_append(arena, services, values);
        node_append_pair(arena, service, node_get_cstr(values, "name"), values);
    }
    for (size_t i = 0; i < catalog->resource_count; i++) {
        Node *values = resource_values(arena, catalog, &graph, catalog->resources[i]);
        node_append(arena, resources, values);
        node_append_pair(arena, resource, node_get_cstr(values, "name"), values);
        node_set(arena, has, resource_kind_name(catalog->resources[i]->kind), value_truth(true));
    }
    value_add(arena, root, "services", services);
    value_add(arena, root, "service", service);
    value_add(arena, root, "resources", resources);
    value_add(arena, root, "resource", resource);
    value_add(arena, root, "has", has);
}

static Node *ingress_values(Arena *arena, const Ingress *ingress)
{
    Node *map = node_new_map(arena);
    value_text(arena, map, "kind", ingress_kind_name((IngressKind) ingress->kind));
    value_text(arena, map, "class", ingress->class);
    value_text(arena, map, "namespace", ingress->namespace);
    return map;
}

Node *values_of(Arena *arena, const Catalog *catalog, DiagList *diags)
{
    Node *root = node_new_map(arena);
    value_text(arena, root, "platform", catalog->platform);
    value_text(arena, root, "source", catalog->source);
    value_text(arena, root, "registry", catalog->registry);
    value_text(arena, root, "namespace", catalog->namespace);
    value_text(arena, root, "tag", catalog->tag.len ? catalog->tag : STR("dev"));
    value_text(arena, root, "host", catalog->host);
    value_text(arena, root, "environment", catalog->environment);
    value_add(arena, root, "ingress", ingress_values(arena, &catalog->ingress));
    set_entries(arena, root, catalog, diags);
    DecodeStrings topics = catalog_topics(catalog, arena);
    value_add(arena, root, "topics", value_strings(arena, &topics));
    return root;
}
