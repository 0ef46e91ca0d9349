/* What the rules across artifacts share. */
#pragma once

#include "audit/repository/repository.h"
#include "audit/rule.h"

/* Findings until across_leave are about this container: its object is named. */
static inline void across_enter(RuleContext *ctx, const RepoContainer *place)
{
    ctx->bundle = place->bundle;
    ctx->object = place->object;
    ctx->container = place->container;
}

static inline void across_leave(RuleContext *ctx)
{
    ctx->bundle = NULL;
    ctx->object = NULL;
    ctx->container = NULL;
}

typedef void (*AcrossContainer)(
    RuleContext *ctx, const Repository *repository, const RepoContainer *place
);
/* Every container of workloads, of the bundles that `takes` says; NULL: of all. */
void across_each_container(
    RuleContext *ctx,
    const Repository *repository,
    bool (*takes)(const Bundle *bundle),
    AcrossContainer check
);
/* Every service of every Compose project. */
#define across_foreach_compose(service, repository)                   \
    vec_foreach(each_project, &(repository)->audit->compose_projects) \
        vec_foreach(service, &(*each_project)->services)

/* The other end of a finding. */
#define across_relate(ctx, diag, place, ...) \
    (span_is_known(place) ? diag_relate((ctx)->diags, (diag), (place), __VA_ARGS__) : (void) 0)

/* The text of `node` as a number of a port; 0 where it is none. */
static inline unsigned across_port(Str text)
{
    uint64_t port = 0;
    return str_to_uint64(text, &port) && port <= 65535 ? (unsigned) port : 0;
}

/* "a", "a and b", "a, b and c" */
Str across_join(Arena *arena, const Str *names, size_t count);

/* A name without a domain: of a service beside this one. */
bool across_is_name(Str host);
/* Whether the service is reached by that name in its project. */
bool across_answers(const ComposeService *service, Str host);
/* The name of a Service, and its namespace where the host says one; false where it means none. */
bool across_split_host(Str host, Str ns, Str *ret_name, Str *ret_ns);
/* The Service that the host means for a pod of that namespace, or NULL. */
const Object *across_service(const Bundle *bundle, Str host, Str ns);

typedef struct AcrossExposed {
    VEC(unsigned) ports;
    Span place;
    size_t end;    /* behind the last port of the instruction */
    bool is_known; /* all of them, and there are some */
} AcrossExposed;

/* Whether something of the repository comes into a stage that stands on `root`, or into any where it is
 * NULL: a tool that is fetched from elsewhere has its own versions and paths. */
bool across_takes_sources(const Dockerfile *file, const DockerStage *root);
/* Whether a build of the service's image takes the source in: something copies it or a folder above it, and
 * no .dockerignore leaves it out. Where the context is isn't always said: each likely folder counts. */
bool across_ships(const RepoService *service, Str path);
/* Whether an image of that name is a server of files: what it has of sources is what a build made of them. */
bool across_serves_files(Str image);

/* The ports that the image exposes, of what its last stage is made of. */
AcrossExposed across_exposed(Arena *arena, const Dockerfile *file);
bool across_has_port(const AcrossExposed *exposed, unsigned port);

/* Where the image's EXPOSE says all of its ports, and neither they nor Compose nor a variable has this one;
 * else nowhere. */
Span across_lacks_port(const Repository *repository, const ComposeService *service, unsigned port);

/* A variable of a runtime, platform or tool, which no source of a service needs to mention. */
bool across_is_of_runtime(Str key);

/* The port that the service publishes as `port` of the host while nothing in the container listens
 * there; NULL: none. */
const ComposePort *across_published_instead(const ComposeService *target, unsigned port);
/* Whether the Service has the port, as far as it can be told. */
bool across_listens(const Object *service, unsigned port);
/* Whether the service's own variables speak of the port: a second listener, as brokers have. */
bool across_tells_of_port(const ComposeService *service, unsigned port);

/* The first word of a metric's name; empty: it has one only. */
Str across_family(Str metric);
/* Whether runtimes and libraries of everyone make metrics under that first word. */
bool across_is_common(Str family);
