/* Catalog: slipway.yaml as typed data, the one model that running, rendering and auditing read.
 *
 * Loading merges layers, each a document tree whose nodes keep their places:
 *     standard < file (with its includes, several -f left to right) < environment < --set
 * and, for one service, `defaults` below the service's own keys in each of these layers. The merged
 * tree is decoded by the tables of model/fields.h, then checked as a whole (model/validate.c). A
 * Catalog never changes after loading and lives on the arena it was loaded on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/str.h"
#include "codec/decode.h"
#include "codec/node.h"

#include "model/ingress.h"

typedef enum Engine {
    ENGINE_DEFAULT, /* native for a service with a path or command, the machine's servers for
                       resources */
    ENGINE_NATIVE,
    ENGINE_DOCKER,
    ENGINE_EXTERNAL, /* runs elsewhere, at `address` */
    ENGINE_NONE,     /* left out; what wants it does without */
} Engine;

typedef enum Language {
    LANGUAGE_NONE,
    LANGUAGE_C,
    LANGUAGE_GO,
    LANGUAGE_NODE,
    LANGUAGE_PYTHON,
    LANGUAGE_JAVA,
    LANGUAGE_RUST,
    LANGUAGE_DOTNET,
} Language;

typedef enum ResourceKind {
    RESOURCE_NONE,
    RESOURCE_POSTGRES,
    RESOURCE_REDIS,
    RESOURCE_KAFKA,
    RESOURCE_ELASTICSEARCH,
    RESOURCE_MINIO,
    RESOURCE_KAFKA_UI,
    RESOURCE_PROMETHEUS,
    RESOURCE_JAEGER,
    RESOURCE_GRAFANA,
    RESOURCE_OTEL_COLLECTOR,
} ResourceKind;

typedef enum RestartPolicy {
    RESTART_DEFAULT, /* on_failure for services and resources, never for tasks */
    RESTART_ALWAYS,
    RESTART_ON_FAILURE,
    RESTART_NEVER,
} RestartPolicy;

typedef struct Port {
    Str name;       /* http, grpc, api, … */
    int64_t number; /* 1..65535 */
    Span span;
} Port;

typedef struct PortList {
    Port *ptr; /* in the catalog's order */
    size_t len;
} PortList;

typedef struct EnvVar {
    Str name;
    Str value;  /* a template: see catalog_expand */
    Str secret; /* set: the value is this secret's, and `value` is empty */
    Span span;  /* unknown where the standard implies it (model/standard.c) */
} EnvVar;

typedef struct EnvList {
    EnvVar *ptr; /* sorted by name */
    size_t len;
} EnvList;

typedef struct Health {
    Str ready, live, metrics; /* HTTP paths on the port `http`; empty: no such endpoint */
    Str tcp;                  /* name of a port: ready when it accepts */
    Str grpc;                 /* name of a port: grpc.health.v1 says SERVING */
    DecodeStrings command;    /* ready when it exits 0 */
    int64_t interval_ns;      /* between probes once ready; default 5 s */
    int64_t timeout_ns;       /* of one probe; default 2 s */
    int64_t failures;         /* in a row until unhealthy; default 3 */
    int64_t start_period_ns;  /* ready at the latest after; default 60 s */
} Health;

typedef struct Replicas {
    int64_t min, max;
    int64_t cpu_percent, memory_percent; /* targets of the HPA */
} Replicas;

typedef struct Quantity {
    Str request, limit; /* Kubernetes quantities: "100m", "128Mi"; empty where not given */
} Quantity;

typedef struct Limits {
    Quantity cpu, memory;
} Limits;

typedef struct Service {
    Str name;
    Str workload; /* container, Deployment, event source: product-service; web stays web */
    Str description;
    Language language;
    Str path; /* relative to the catalog */
    PortList ports;
    DecodeStrings needs, wants, calls;
    DecodeStrings publishes, consumes; /* topics without the platform's prefix */
    EnvList env; /* complete: standard, defaults and own, the winner of each name */
    DecodeStrings secrets;
    Health health;
    bool is_public;
    bool is_planned;
    DecodeStrings command; /* native; empty: implied by the language */
    Str image, dockerfile;
    Engine engine;
    Replicas replicas;
    Limits resources;
    DecodeStrings profiles;
    RestartPolicy restart;
    int64_t stop_grace_ns; /* SIGTERM to SIGKILL; default 30 s */
    Str database; /* its database's name; "<name>_db" when it needs a postgres and names none; else
                     empty */
    Span span;    /* of its key */
    Node *node;   /* merged */
} Service;

typedef struct Resource {
    Str name;
    ResourceKind kind;
    Str version;
    Engine engine;
    PortList ports;          /* the kind's standard ports where not given */
    Str address;             /* external: host or host:port */
    DecodeStrings databases; /* postgres: resolved, also for from_services */
    Str user;
    Str memory, eviction; /* redis */
    bool append_only;
    Str image;
    DecodeStrings profiles;
    Health health;
    Span span;
    Node *node;
} Resource;

typedef struct Task {
    Str name;
    Str description;
    DecodeStrings command;
    Str path; /* working directory, relative to the catalog */
    DecodeStrings needs;
    DecodeStrings profiles;
    EnvList env;
    int64_t timeout_ns; /* 0: none */
    Span span;
    Node *node;
} Task;

typedef struct CatalogLayer {
    Str name; /* "standard", "slipway.yaml", "environment local", "--set" */
    Node *root;
} CatalogLayer;

typedef struct Catalog {
    Arena *arena;
    Str path;      /* the (first) catalog file, as shown */
    Str directory; /* absolute; relative paths of the catalog start here */
    Str platform, source, registry;
    Str environment;          /* the one that was merged; "" when none */
    Str namespace, tag, host; /* of that environment; host is empty where nobody reaches it */
    Ingress ingress;          /* of that environment, with the defaults of its kind */
    Service **services;
    size_t service_count;
    Map service_names; /* -> Service; empty in a catalog made by hand */
    Resource **resources;
    size_t resource_count;
    Task **tasks;
    size_t task_count;
    DecodeStrings environments; /* names of all */
    DecodeStrings render_skip;
    DecodeStrings check_ignore;
    Str check_level;
    DecodeStrings check_registries;
    Str check_kubernetes_version; /* empty: the newest known */
    Node *root;                   /* merged; every node's span is the place of the value that won */
    CatalogLayer *layers;         /* lowest first, for `explain` */
    size_t layer_count;
    size_t file_count; /* layers that are files; they stand behind the standard */
} Catalog;

typedef struct CatalogQuery {
    const char *directory;    /* where to look, upward; NULL: here */
    const char *const *files; /* -f; none: look for slipway.yaml */
    size_t file_count;
    const char *environment; /* NULL: "local" when there is one, else none; "": none */
    const char *const *sets; /* --set path=value */
    size_t set_count;
    const Catalog *files_of; /* the files that this one has read, instead of reading any; or NULL */
} CatalogQuery;

/* Reads, merges, decodes and checks. Every mistake is a Diag (C1xxx, D1xxx, Y1xxx). Returns 0 when
 * no error was found; -EINVAL with errors in `diags` (*ret_catalog is still set when enough could
 * be read to go on diagnosing); -ENOENT or another errno with `err` when there is no readable
 * catalog. */
int catalog_load(
    Arena *arena, const CatalogQuery *query, Catalog **ret_catalog, DiagList *diags, Error *err
);

Service *catalog_service(const Catalog *catalog, Str name);
Resource *catalog_resource(const Catalog *catalog, Str name);
/* Every name of a resource, service or task, in the catalog's order. */
DecodeStrings catalog_names(const Catalog *catalog, Arena *arena);
const Port *port_find(const PortList *ports, Str name);
const EnvVar *env_find(const EnvList *env, Str name);

Str engine_name(Engine engine);
Str language_name(Language language);
Str resource_kind_name(ResourceKind kind);

/* Placeholders in a value: {ports.x}, {resource.x.host|port|user|password}, {service.x.url},
 * {env.X}; "{{" and "}}" are braces. The lookup gives what the place of use knows: loopback and
 * real ports natively, names of the network in Compose and Kubernetes; false for what it does not
 * know. */
typedef struct PlaceholderLookup {
    bool (*lookup)(
        void *ctx, Str path, Arena *arena, Str *ret_value
    ); /* path: "resource.redis.host" */
    void *ctx;
} PlaceholderLookup;
/* -EINVAL with the placeholder named when one is unknown or a brace is not closed. */
int catalog_expand(
    Arena *arena, Str template, const PlaceholderLookup *lookup, Str *ret_text, Error *err
);

/* Topic as Kafka knows it: "<platform>.<name>". */
Str catalog_topic(const Catalog *catalog, Arena *arena, Str name);
/* Every topic that a service publishes or consumes, with prefix, sorted, once each. */
DecodeStrings catalog_topics(const Catalog *catalog, Arena *arena);
