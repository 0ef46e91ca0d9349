/* Repository: what all artifacts of a run say together. A service is what one Dockerfile builds, or an
 * image that isn't built here and is none of everyone's, with the Compose services and the containers of
 * workloads that run it; beside it stand the words that the sources mention.
 *
 * Who belongs to whom is a guess from names and images. A rule that needs a pair it isn't sure of
 * stays silent: repository_gather joins only what has the same image or the same name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/vec.h"

#include "audit/actions/workflow.h"
#include "audit/compose/compose.h"
#include "audit/dockerfile/dockerfile.h"
#include "audit/run.h"

/* A container of a workload, in the bundle that it was found in. */
typedef struct RepoContainer {
    const Bundle *bundle;
    const Object *object;
    const Container *container;
} RepoContainer;

typedef enum RepoLanguage {
    REPO_GO = 1 << 0,
    REPO_NODE = 1 << 1,
    REPO_PYTHON = 1 << 2,
    REPO_JAVA = 1 << 3, /* and Kotlin, Scala */
    REPO_C = 1 << 4,    /* and C++ */
    REPO_RUST = 1 << 5,
    REPO_RUBY = 1 << 6,
    REPO_PHP = 1 << 7,
    REPO_DOTNET = 1 << 8,
    REPO_OTHER = 1 << 9,
} RepoLanguage;

/* A place that a source writes to (writes.h), where it says so. */
typedef struct RepoWrite {
    Str path;
    Str folder; /* the one that has to be writable */
    Span span;
    RepoLanguage language;
    bool is_temporary;
} RepoWrite;

typedef struct RepoService {
    Str name;
    Str directory;                       /* of its Dockerfile: where its sources are */
    const Dockerfile *dockerfile;        /* NULL: none was found */
    VEC(const ComposeService *) compose; /* that build it; of projects without a base */
    VEC(RepoContainer) containers;       /* that run it */
    VEC(const RepoWrite *) writes;       /* of its sources */
    bool shares_directory;               /* with another Dockerfile */
} RepoService;

/* A variable that a source can't do without (reads.h), where it is read. */
typedef struct RepoRead {
    Str name;
    Span span;
} RepoRead;

typedef struct Repository {
    Arena *arena;
    const Audit *audit;
    Str root; /* shown path of the directory that the run was asked for */
    VEC(RepoService) services;
    Map by_dockerfile; /* path -> RepoService */
    Map by_directory;  /* the same, the first of the directory */
    const struct CiBuilds *ci;
    struct Told *told;     /* of repository_tells_of */
    Map wanted;            /* word -> a bool that says whether a source mentions it */
    VEC(Str) prefixes;     /* words in capitals that end with '_', of sources */
    VEC(RepoRead) reads;   /* of sources that aren't tests */
    VEC(RepoWrite) writes; /* the same */
    unsigned languages;    /* RepoLanguage, of all sources */
    size_t source_count;
    bool wants_writes; /* something here runs on a read-only file system */
    bool is_cut;       /* there were more sources than are read: nothing is said about them */
} Repository;

/* Makes audit->repository, where some rule of the run needs it, of what workflows say; then, when all other
 * artifacts are read, adds what they say together. */
void repository_begin(Audit *audit);
void repository_gather(Audit *audit);
/* The service whose folder the path is in: the innermost one with a Dockerfile; NULL: none. */
RepoService *repository_service_of(const Repository *repository, Str path);

/* --- sources: sources.c --- */
/* Words of letters, digits and '_' are looked for in the sources. All must be wanted before the one
 * reading; each part of a text between other characters is a word. */
void repository_want(Repository *repository, Str text);
void repository_read_sources(Repository *repository);
/* Whether some source mentions the word, which must have been wanted. */
bool repository_mentions(const Repository *repository, Str word);
/* The same for a metric's name, less the endings that libraries add; has_metric takes one without its
 * namespace too. */
void repository_want_metric(Repository *repository, Str metric);
bool repository_has_whole_metric(const Repository *repository, Str metric);
bool repository_has_metric(const Repository *repository, Str metric);
/* What a KEDA trigger asks Prometheus; NULL: nothing, or nothing that can be read. */
struct PromNode *repository_query_of_trigger(Arena *arena, const Node *trigger);
/* A label of metrics: the word itself, in camel case, or all its parts, as "http.route" has them. */
void repository_want_label(Repository *repository, Str label);
bool repository_makes_label(const Repository *repository, Str label);
/* Which of the texts some source has in quotes, as a program names what it makes or reads; one bool a text.
 * Reads all sources: for the few that are left. */
void repository_find_quoted(
    const Repository *repository, const Str *texts, size_t count, bool *ret_found
);
/* Whether something can be said about what sources lack: there are some, all were read. */
bool repository_knows_sources(const Repository *repository);
/* told.c: whether `text` stands in a README, script, Makefile or workflow of the repository. */
bool repository_tells_of(const Repository *repository, Str text);

/* --- files --- */
/* A shown path as seen from the root, as workflows and people write it. */
Str repository_relative(const Repository *repository, Str path);
/* Whether the shown path is below a folder of test data, which nobody builds or runs. */
bool repository_is_sample(const Repository *repository, Str path);
/* Whether the shown path is there. */
bool repository_has_path(const Repository *repository, Str path);
/* Whether a .gitignore names the path or a directory above it: a build or a person makes it. */
bool repository_ignores(Str path);

/* --- images: images.c --- */
typedef struct ImageName {
    Str repository; /* "docker.io/library/postgres": registry and path said in full */
    Str path;       /* "library/postgres" */
    Str last;       /* "postgres" */
    Str tag, digest;
} ImageName;
/* false where the text has a variable in its name. */
bool image_parse(Arena *arena, Str text, ImageName *ret);
/* Of Docker Hub's official images, or one of the platforms' that everyone uses. */
bool image_is_official(const ImageName *image);
/* A base without a shell, package manager or tools: scratch and distroless. */
bool image_is_bare(Str image);

/* --- environment: env.c --- */
/* Fills in the environment of all containers (`env` and `envFrom`, with the ConfigMaps of their bundle) and
 * Compose services (`environment` and `env_file`). */
void env_read_all(const Audit *audit);
const EnvValue *env_get(const Environment *env, Str key);

/* --- endpoints: a host in a value --- */
typedef struct Endpoint {
    Str scheme; /* empty: none said */
    Str host;
    unsigned port;     /* 0: none said */
    size_t start, end; /* of the host and port in the text */
} Endpoint;
/* The next URL or host:port of a value such as "postgres://u:p@db:5432/x" or "a:9092,b:9092". */
bool endpoint_next(Str text, size_t *at, Endpoint *ret);
