/* ComposeProject: what `docker compose` would run, as the rules see it.
 *
 * A project is a Compose file with what it includes, extends and is overridden by, merged by
 * Compose's rules; every node keeps the position of the file that set it. Values are kept as
 * written: compose_text gives what a scalar means once its variables are replaced.
 *
 * compose_gather makes the projects of a run: compose.yaml (or another of its names) with its
 * override is one; an overlay such as docker-compose.prod.yml is one together with the base beside
 * it, and has `base` set; a file that others include or extend is no project of its own.
 *
 * Sources: https://github.com/compose-spec/compose-spec, spec.md and its parts; compose-go, its
 * reference loader, decides where the text leaves a choice. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/source.h"
#include "base/vec.h"
#include "codec/node.h"

#include "audit/environment.h"
#include "interpolate.h"

typedef struct ComposeProject ComposeProject;
typedef struct ComposeService ComposeService;

typedef enum ComposeProtocol { COMPOSE_TCP, COMPOSE_UDP, COMPOSE_OTHER_PROTOCOL } ComposeProtocol;

/* A published port; of a range the first of each side, and how many. */
typedef struct ComposePort {
    const Node *node;
    Str host_ip;        /* empty: all interfaces */
    uint32_t published; /* 0: the engine chooses, or the text depends on a variable */
    uint32_t target;    /* 0: depends on a variable */
    uint32_t count;     /* of the range, at least 1 */
    ComposeProtocol protocol;
    bool is_published; /* false: the engine chooses the host's port */
    bool is_short;     /* "8080:80", not a map */
} ComposePort;

typedef struct ComposeVariableValue {
    Str name;
    const Node *key;   /* where the name stands: a map's key or the item "NAME=value" */
    const Node *value; /* NULL: taken from the shell; of an item the whole item */
    Str text;          /* as written, behind '=' of an item, variables not yet replaced */
} ComposeVariableValue;

typedef VEC(ComposeVariableValue) ComposeValues;

typedef enum ComposeCondition {
    COMPOSE_STARTED,
    COMPOSE_HEALTHY,
    COMPOSE_COMPLETED,
} ComposeCondition;

typedef struct ComposeDependency {
    const Node *node; /* the name */
    Str name;
    ComposeCondition condition;
    bool is_short; /* an item of a list */
    bool is_required;
} ComposeDependency;

typedef enum ComposeMountKind {
    COMPOSE_MOUNT_BIND,
    COMPOSE_MOUNT_VOLUME,
    COMPOSE_MOUNT_ANONYMOUS,
    COMPOSE_MOUNT_TMPFS,
    COMPOSE_MOUNT_OTHER,
} ComposeMountKind;

typedef struct ComposeMount {
    const Node *node;
    ComposeMountKind kind;
    Str source; /* variables replaced; a host path as written or a volume's name */
    Str target;
    bool is_read_only;
} ComposeMount;

/* A name that a service refers to: a network, secret, config, link… */
typedef struct ComposeReference {
    const Node *node;
    Str name;
} ComposeReference;

typedef VEC(ComposeReference) ComposeReferences;

struct ComposeService {
    const ComposeProject *project;
    Str name;
    const Node *key;           /* the name, in the file that first says it */
    const Node *node;          /* the merged map; may be empty */
    const Node *image, *build; /* NULL: not said */
    Str image_text;            /* variables replaced where their values are known */
    Str context; /* of the build, relative as `project->directory` is; empty: no build, or remote */
    const Source *dockerfile_source; /* its text, where the run has it */
    Str dockerfile;                  /* path of it; empty: none, or inline */
    Str target;                      /* stage */
    VEC(ComposePort) ports;
    ComposeReferences expose; /* container ports, as text */
    ComposeValues environment;
    ComposeValues build_args;
    ComposeReferences env_files;
    Environment env; /* of repository/ */
    VEC(ComposeDependency) depends_on;
    VEC(ComposeMount) mounts;
    ComposeReferences networks, secrets, configs, profiles, aliases;
    const Node *healthcheck; /* NULL: none said */
    bool has_healthcheck;    /* one that isn't disabled */
    bool is_extended;        /* another service of the project extends it */
    bool is_job;             /* stands under `jobs` */
    bool is_waited_for;      /* to complete, by another service of the project */
    bool is_needed;          /* started or healthy, by one that depends on it */
};

/* An entry of the top-level networks, volumes, secrets or configs. */
typedef struct ComposeResource {
    Str name;
    const Node *key, *node; /* node: NULL or a null for the defaults */
    bool is_external;
} ComposeResource;

typedef VEC(ComposeResource) ComposeResources;

/* What keeps the project from being loaded as it is meant, or is no valid Compose. */
typedef struct ComposeProblem {
    Span span;
    Str message, hint;
} ComposeProblem;

/* A use of a variable anywhere in the project's files. */
typedef struct ComposeUse {
    const Node *node;
    ComposeVariable variable;
    Span span; /* of "${A:-b}" */
} ComposeUse;

struct ComposeProject {
    Arena *arena;
    Str directory;              /* of the main file: relative paths start here */
    Source *source;             /* the main file */
    const Node *root;           /* merged; a map */
    const Node *name_node;      /* NULL: named after the directory */
    const ComposeProject *base; /* set: an overlay over that project */
    VEC(const ComposeProject *) overlays;
    VEC(Source *) sources; /* of all its files, the main one first */
    VEC(ComposeService) services;
    ComposeResources networks, volumes, secrets, configs;
    Map by_name;     /* service's name -> ComposeService *, valid once loaded */
    Map directories; /* path of a file -> Str *, where relative paths in it start */
    Map variables;   /* name -> Str *, of .env; else of an example of it */
    Map examples;    /* the same of .env.example and its kin alone */
    bool has_dotenv, has_example;
    bool is_partial; /* something of it lies elsewhere: a remote include, a file outside */
    VEC(ComposeProblem) problems;
    VEC(ComposeUse) uses;
};

const ComposeService *compose_service(const ComposeProject *project, Str name);
/* What a scalar means with its variables replaced. false when it is no scalar, or one of them has
 * no value that the repository knows. */
bool compose_text(const ComposeProject *project, const Node *node, Str *ret_text);
/* The node behind keys such as "deploy.resources.limits" of the service, or of the same service in
 * an overlay of its project: whether somebody said it. NULL: nobody did. */
const Node *compose_said(const ComposeService *service, const char *path);
/* Whether the node stands in one of the files that the project adds to its base; true for all of a
 * project without a base. */
bool compose_is_own(const ComposeProject *project, const Node *node);

/* --- published ports: published.c --- */
/* Services of different profiles are alternatives more often than they run together. */
bool compose_run_together(const ComposeService *a, const ComposeService *b);

typedef struct ComposePublished {
    size_t number; /* as they were added */
    const ComposeService *service;
    const ComposePort *port;
} ComposePublished;
typedef VEC(const ComposePublished *) ComposePublishedList;

/* Ports by the host's number: start with ComposePorts ports = COMPOSE_PORTS_ON_ARENA(arena). */
typedef struct ComposePorts {
    Arena *arena;
    Map singles; /* number -> ComposePublishedList */
    ComposePublishedList ranges, all;
} ComposePorts;
#define COMPOSE_PORTS_ON_ARENA(on_arena) { .arena = (on_arena), .singles = MAP_ON_ARENA(on_arena) }
/* One without a number of its own is none. */
void compose_ports_add(ComposePorts *ports, const ComposeService *service, const ComposePort *port);
/* Those with a number in common with `port`, in the order in which they were added. */
ComposePublishedList compose_ports_overlapping(const ComposePorts *ports, const ComposePort *port);

/* --- loading --- */

typedef struct ComposeDocument {
    Source *source;
    const Node *const *roots; /* several are merged, the later over the earlier */
    size_t len;
} ComposeDocument;

/* Gives the documents of a file. false when it isn't there or may not be read: the project is then
 * partial. */
typedef bool (*ComposeRead)(void *ctx, Str path, ComposeDocument *ret);

typedef struct ComposeLoad {
    ComposeRead read;
    void *ctx;
    const Str *paths; /* the later over the earlier; at least one */
    size_t path_count;
    Str dotenv, example; /* texts of .env and of .env.example; empty: there is none */
} ComposeLoad;

/* Never NULL: what is wrong stands in `problems`. */
ComposeProject *compose_load(Arena *arena, const ComposeLoad *load);
