#include "model/fields.h"

#include "base/clock.h"

#include "model/internal.h"
#include "model/patterns.h"

static const DecodeField health_fields[] = {
    DECODE_STRING(
        Health,
        ready,
        "ready",
        .pattern = "/.*",
        .pattern_help = "a path such as /health/ready",
        .help = "HTTP path that answers 2xx when the service can serve"
    ),
    DECODE_STRING(
        Health,
        live,
        "live",
        .pattern = "/.*",
        .pattern_help = "a path such as /health/live",
        .help = "HTTP path that answers 2xx while the process is sound"
    ),
    DECODE_STRING(
        Health,
        metrics,
        "metrics",
        .pattern = "/.*",
        .pattern_help = "a path such as /metrics",
        .help = "HTTP path of the Prometheus metrics"
    ),
    DECODE_STRING(Health, tcp, "tcp", .help = "Name of a port: ready when it accepts connections"),
    DECODE_STRING(
        Health, grpc, "grpc", .help = "Name of a port: ready when grpc.health.v1 says SERVING"
    ),
    DECODE_STRINGS(Health, command, "command", .help = "Ready when this command exits 0"),
    DECODE_DURATION(
        Health,
        interval_ns,
        "interval",
        .fallback = "5s",
        .min = NS_PER_MS,
        .max = 3600 * NS_PER_S,
        .help = "Time between probes once ready"
    ),
    DECODE_DURATION(
        Health,
        timeout_ns,
        "timeout",
        .fallback = "2s",
        .min = NS_PER_MS,
        .max = 600 * NS_PER_S,
        .help = "Time a probe may take"
    ),
    DECODE_INT(
        Health,
        failures,
        "failures",
        .fallback = "3",
        .min = 1,
        .max = 1000,
        .help = "Failed probes in a row that make it unhealthy"
    ),
    DECODE_DURATION(
        Health,
        start_period_ns,
        "start_period",
        .fallback = "60s",
        .min = NS_PER_MS,
        .max = 3600 * NS_PER_S,
        .help =
            "Time within which it must become ready; what has nothing to probe is ready when it "
            "has run for half a second"
    ),
    DECODE_END,
};

static const DecodeField replicas_fields[] = {
    DECODE_INT(
        Replicas, min, "min", .fallback = "2", .min = 0, .max = 1000, .help = "Replicas at least"
    ),
    DECODE_INT(
        Replicas, max, "max", .fallback = "10", .min = 1, .max = 1000, .help = "Replicas at most"
    ),
    DECODE_INT(
        Replicas,
        cpu_percent,
        "cpu_percent",
        .fallback = "70",
        .min = 1,
        .max = 100,
        .help = "Average CPU use that the autoscaler aims at"
    ),
    DECODE_INT(
        Replicas,
        memory_percent,
        "memory_percent",
        .fallback = "80",
        .min = 1,
        .max = 100,
        .help = "Average memory use that the autoscaler aims at"
    ),
    DECODE_END,
};

#define QUANTITY_SCHEMA "{\"type\":[\"string\",\"number\"]}"
static const DecodeField limits_fields[] = {
    DECODE_CUSTOM(
        Limits,
        cpu,
        "cpu",
        decode_quantity,
        .schema = QUANTITY_SCHEMA,
        .fallback = "100m..500m",
        .help = "CPU as request..limit"
    ),
    DECODE_CUSTOM(
        Limits,
        memory,
        "memory",
        decode_quantity,
        .schema = QUANTITY_SCHEMA,
        .fallback = "128Mi..256Mi",
        .help = "Memory as request..limit"
    ),
    DECODE_END,
};

#define PORTS_SCHEMA                                                                     \
    "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\",\"minimum\":1," \
    "\"maximum\":65535}}"
#define ENV_SCHEMA                                                                                \
    "{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"number\",\"boolean\"," \
    "\"null\"]}}"

const DecodeField service_fields[] = {
    DECODE_STRING(Service, description, "description", .help = "What the service is for, one line"),
    DECODE_ENUM(
        Service,
        language,
        "language",
        .names = language_names,
        .help = "Language; says how it is built and started where nothing else does"
    ),
    DECODE_STRING(
        Service,
        path,
        "path",
        .fallback = "services/<name>",
        .help = "Folder of its source, from the catalog's"
    ),
    DECODE_CUSTOM(
        Service,
        ports,
        "ports",
        decode_ports,
        .schema = PORTS_SCHEMA,
        .help = "Named ports it listens on"
    ),
    DECODE_STRINGS(
        Service,
        needs,
        "needs",
        .one_is_list = true,
        .help = "Resources, services and tasks that must be ready before it starts"
    ),
    DECODE_STRINGS(
        Service, wants, "wants", .one_is_list = true, .help = "Started too, not waited for"
    ),
    DECODE_STRINGS(Service, calls, "calls", .one_is_list = true, .help = "Services it talks to"),
    DECODE_STRINGS(
        Service,
        publishes,
        "publishes",
        .one_is_list = true,
        .help = "Topics it publishes, without the platform"
    ),
    DECODE_STRINGS(
        Service,
        consumes,
        "consumes",
        .one_is_list = true,
        .help = "Topics it consumes, without the platform"
    ),
    DECODE_CUSTOM(
        Service,
        env,
        "env",
        decode_env,
        .schema = ENV_SCHEMA,
        .help = "Environment variables; {ports.x}, {resource.x.host}, {service.x.url}, {env.X} are "
                "filled in"
    ),
    DECODE_STRINGS(
        Service,
        secrets,
        "secrets",
        .one_is_list = true,
        .help = "Names of secrets; each is an environment variable in upper case"
    ),
    DECODE_STRUCT(
        Service,
        health,
        "health",
        health_fields,
        .help =
            "How its health is probed. Without a path, port or command to ask, it is ready when "
            "its process has run for half a second"
    ),
    DECODE_BOOL(
        Service,
        is_public,
        "public",
        .fallback = "false",
        .help = "Reachable from outside the cluster"
    ),
    DECODE_BOOL(
        Service,
        is_planned,
        "planned",
        .fallback = "false",
        .help = "Has no code yet: rendered all the same, left out by up"
    ),
    DECODE_STRINGS(
        Service, command, "command", .one_is_list = true, .help = "Command that starts it natively"
    ),
    DECODE_STRING(
        Service, image, "image", .help = "Image to run instead of one built from its Dockerfile"
    ),
    DECODE_STRING(
        Service, dockerfile, "dockerfile", .fallback = "<path>/Dockerfile", .help = "Its Dockerfile"
    ),
    DECODE_ENUM(Service, engine, "engine", .names = engine_names, .help = "What runs it locally"),
    DECODE_STRUCT(
        Service, replicas, "replicas", replicas_fields, .help = "How many replicas, and when more"
    ),
    DECODE_STRUCT(Service, resources, "resources", limits_fields, .help = "CPU and memory"),
    DECODE_STRINGS(
        Service,
        profiles,
        "profiles",
        .one_is_list = true,
        .help = "Started only with one of these profiles"
    ),
    DECODE_ENUM(
        Service,
        restart,
        "restart",
        .names = restart_names,
        .fallback = "on_failure",
        .help = "When it is started again after it ended"
    ),
    DECODE_DURATION(
        Service,
        stop_grace_ns,
        "stop_grace",
        .fallback = "30s",
        .min = NS_PER_MS,
        .max = 3600 * NS_PER_S,
        .help = "Time between SIGTERM and SIGKILL"
    ),
    DECODE_STRING(
        Service, database, "database", .fallback = "<name>_db", .help = "Its database in Postgres"
    ),
    DECODE_END,
};

const DecodeField resource_fields[] = {
    DECODE_ENUM(Resource, kind, "kind", .names = resource_kind_names, .help = "What it is"),
    DECODE_STRING(Resource, version, "version", .help = "Version that Compose and Kubernetes run"),
    DECODE_ENUM(Resource, engine, "engine", .names = engine_names, .help = "What runs it locally"),
    DECODE_CUSTOM(
        Resource,
        ports,
        "ports",
        decode_ports,
        .schema = PORTS_SCHEMA,
        .help = "Named ports it listens on"
    ),
    DECODE_STRING(Resource, address, "address", .help = "engine external: its host or host:port"),
    DECODE_CUSTOM(
        Resource,
        databases,
        "databases",
        decode_databases,
        .schema = "{\"type\":[\"string\",\"array\"]}",
        .help = "Databases to make: from_services, or a list of names"
    ),
    DECODE_STRING(
        Resource, user, "user", .fallback = "<platform>", .help = "User that the services log in as"
    ),
    DECODE_STRING(Resource, memory, "memory", .help = "Memory it may use, such as 256mb"),
    DECODE_STRING(
        Resource, eviction, "eviction", .help = "Redis: what it evicts when memory is full"
    ),
    DECODE_BOOL(
        Resource,
        append_only,
        "append_only",
        .fallback = "false",
        .help = "Redis: keep an append-only file"
    ),
    DECODE_STRING(Resource, image, "image", .help = "Image instead of the standard's for its kind"),
    DECODE_STRINGS(
        Resource,
        profiles,
        "profiles",
        .one_is_list = true,
        .help = "Started only with one of these profiles"
    ),
    DECODE_STRUCT(Resource, health, "health", health_fields, .help = "How its health is probed"),
    DECODE_END,
};

const DecodeField task_fields[] = {
    DECODE_STRING(Task, description, "description", .help = "What the task does, one line"),
    DECODE_STRINGS(
        Task, command, "command", .one_is_list = true, .help = "Command that is run once"
    ),
    DECODE_STRING(
        Task, path, "path", .fallback = ".", .help = "Working directory, from the catalog's"
    ),
    DECODE_STRINGS(
        Task, needs, "needs", .one_is_list = true, .help = "What must be ready before it runs"
    ),
    DECODE_STRINGS(
        Task,
        profiles,
        "profiles",
        .one_is_list = true,
        .help = "Run only with one of these profiles"
    ),
    DECODE_CUSTOM(
        Task, env, "env", decode_env, .schema = ENV_SCHEMA, .help = "Environment variables"
    ),
    DECODE_DURATION(
        Task,
        timeout_ns,
        "timeout",
        .min = NS_PER_MS,
        .max = 86400 * NS_PER_S,
        .help = "Time it may take"
    ),
    DECODE_END,
};

static const DecodeField render_fields[] = {
    DECODE_STRINGS(
        RenderSection, skip, "skip", .one_is_list = true, .help = "Artifact kinds left out"
    ),
    DECODE_END,
};
static const DecodeField check_fields[] = {
    DECODE_STRINGS(
        CheckSection, ignore, "ignore", .one_is_list = true, .help = "Rules and paths left out"
    ),
    DECODE_ENUM(
        CheckSection,
        level,
        "level",
        .names = severity_level_names,
        .fallback = "warn",
        .help = "Least severity that fails the check"
    ),
    DECODE_STRINGS(
        CheckSection,
        registries,
        "registries",
        .one_is_list = true,
        .help = "Registries, or folders of them, that images may come from; none: any"
    ),
    DECODE_STRING(
        CheckSection,
        kubernetes_version,
        "kubernetes_version",
        .help =
            "The Kubernetes that manifests are checked for, such as 1.33; none: the newest known"
    ),
    DECODE_END,
};

static const DecodeField ingress_fields[] = {
    DECODE_ENUM(
        Ingress,
        kind,
        "kind",
        .names = ingress_kind_names,
        .fallback = "ingress",
        .help = "An Ingress, or a Gateway with HTTPRoutes"
    ),
    DECODE_STRING(
        Ingress,
        class,
        "class",
        .pattern = "[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?",
        .pattern_help = "a lower-case name such as \"nginx\"",
        .help = "Class of the Ingress (default: nginx) or of the Gateway (default: eg)"
    ),
    DECODE_STRING(
        Ingress,
        namespace,
        "namespace",
        .pattern = DNS_LABEL,
        .pattern_help = DNS_LABEL_HELP,
        .help = "Namespace of the pods that pass requests on (default: ingress-nginx, "
                "envoy-gateway-system)"
    ),
    DECODE_END,
};

const DecodeField environment_fields[] = {
    DECODE_STRING(
        EnvironmentDocument,
        namespace,
        "namespace",
        .pattern = DNS_LABEL,
        .pattern_help = DNS_LABEL_HELP,
        .help = "Kubernetes namespace"
    ),
    DECODE_STRING(
        EnvironmentDocument,
        tag,
        "tag",
        .pattern = TAG,
        .pattern_help = TAG_HELP,
        .help = "Image tag that is deployed"
    ),
    DECODE_STRING(
        EnvironmentDocument,
        host,
        "host",
        .pattern = DNS_NAME,
        .pattern_help = DNS_NAME_HELP,
        .help = "Name under which the world reaches it: what the Ingress and its certificate say"
    ),
    DECODE_STRUCT(
        EnvironmentDocument,
        ingress,
        "ingress",
        ingress_fields,
        .help = "How requests from outside reach the public services in a cluster"
    ),
    DECODE_STRUCT(
        EnvironmentDocument,
        defaults,
        "defaults",
        service_fields,
        .help = "As the catalog's defaults, over them"
    ),
    DECODE_DICT(
        EnvironmentDocument,
        resources,
        "resources",
        Resource,
        resource_fields,
        .help = "Over the catalog's resources"
    ),
    DECODE_DICT(
        EnvironmentDocument,
        services,
        "services",
        Service,
        service_fields,
        .help = "Over the catalog's services"
    ),
    DECODE_DICT(
        EnvironmentDocument, tasks, "tasks", Task, task_fields, .help = "Over the catalog's tasks"
    ),
    DECODE_END,
};

const DecodeField catalog_fields[] = {
    DECODE_INT(
        CatalogDocument,
        version,
        "slipway",
        .required = true,
        .min = 1,
        .max = 1,
        .help = "Version of the schema"
    ),
    DECODE_STRING(
        CatalogDocument,
        platform,
        "platform",
        .required = true,
        .pattern = DNS_LABEL,
        .pattern_help = DNS_LABEL_HELP,
        .help = "Name of the platform: network, namespace, project, topic prefix"
    ),
    DECODE_STRING(
        CatalogDocument,
        source,
        "source",
        .pattern = "https?://[A-Za-z0-9._~:/?@!&+,;=%-]+",
        .pattern_help = "an address such as \"https://example.com/shop\"",
        .help = "Address of the repository"
    ),
    DECODE_STRING(
        CatalogDocument,
        registry,
        "registry",
        .pattern = REGISTRY,
        .pattern_help = REGISTRY_HELP,
        .help = "Where images are pushed to"
    ),
    DECODE_DICT(
        CatalogDocument,
        resources,
        "resources",
        Resource,
        resource_fields,
        .pattern = DNS_LABEL,
        .pattern_help = DNS_LABEL_HELP,
        .help = "Backing servers"
    ),
    DECODE_DICT(
        CatalogDocument,
        services,
        "services",
        Service,
        service_fields,
        .pattern = DNS_LABEL,
        .pattern_help = DNS_LABEL_HELP,
        .help = "The platform's own services"
    ),
    DECODE_DICT(
        CatalogDocument,
        tasks,
        "tasks",
        Task,
        task_fields,
        .pattern = DNS_LABEL,
        .pattern_help = DNS_LABEL_HELP,
        .help = "Commands that run once"
    ),
    DECODE_STRING(
        CatalogDocument,
        namespace,
        "namespace",
        .pattern = DNS_LABEL,
        .pattern_help = DNS_LABEL_HELP,
        .help = "Kubernetes namespace (default: the platform)"
    ),
    DECODE_STRING(
        CatalogDocument,
        tag,
        "tag",
        .pattern = TAG,
        .pattern_help = TAG_HELP,
        .help = "Image tag that is deployed"
    ),
    DECODE_STRING(
        CatalogDocument,
        host,
        "host",
        .pattern = DNS_NAME,
        .pattern_help = DNS_NAME_HELP,
        .help = "Public name; each environment says its own"
    ),
    DECODE_STRUCT(
        CatalogDocument,
        ingress,
        "ingress",
        ingress_fields,
        .help = "How requests from outside reach the public services in a cluster"
    ),
    DECODE_STRUCT(
        CatalogDocument,
        defaults,
        "defaults",
        service_fields,
        .help = "What every service starts from"
    ),
    DECODE_NODE(
        CatalogDocument, include, "include", .help = "Other catalog files, merged below this one"
    ),
    DECODE_DICT(
        CatalogDocument,
        environments,
        "environments",
        EnvironmentDocument,
        environment_fields,
        .help = "Overlays by name, each with the same keys"
    ),
    DECODE_STRUCT(CatalogDocument, render, "render", render_fields, .help = "What render writes"),
    DECODE_STRUCT(CatalogDocument, check, "check", check_fields, .help = "What check reports"),
    DECODE_END,
};

void catalog_schema(JsonWriter *w)
{
    decode_schema(w, catalog_fields);
}
