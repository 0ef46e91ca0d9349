/* Which files are one project: the default file with its override; another file of a directory is
 * laid over the default one where it can't stand alone, and stands alone else. */
#include "gather.h"

#include "base/fs.h"
#include "base/path.h"

#include "compose.h"

typedef struct Gather {
    Audit *audit;
    Map read;  /* path -> ComposeDocument *, of files that are no artifacts */
    Map used;  /* paths that another file includes */
    Map lent;  /* paths of which another file extends a service */
    Map seen;  /* paths that are in a project */
    Map mains; /* directory -> ComposeProject * of the default file */
    Map best;  /* directory -> Artifact of the default file's name */
    Map overs; /* directory -> Artifact of its override */
} Gather;

/* --- reading --- */

/* Nothing outside of what the run was asked to look at is opened: a file of a stranger may name
 * any path. */
static bool may_read(const Audit *audit, Str path)
{
    const AuditOptions *options = audit->options;
    bool within =
        options->path_count == 0 && !path_is_absolute(path) && !str_has_prefix(path, STR(".."));
    for (size_t i = 0; i < options->path_count && !within; i++) {
        Str root = path_clean(audit->arena, str_from(options->paths[i]));
        bool here =
            str_eq(root, STR(".")) && !path_is_absolute(path) && !str_has_prefix(path, STR(".."));
        within = here || path_is_within(root, path) || path_is_within(path_dir(root), path);
    }
    return within;
}

static bool is_plain_file(Arena *arena, Str path)
{
    struct stat info;
    return lstat(str_to_cstr(arena, path), &info) == 0 && S_ISREG(info.st_mode);
}

/* The text that the run is given in place of what the file holds, or NULL. */
static const Source *given_text(Audit *audit, Str path)
{
    const Map *texts = audit->options->texts;
    Str real;
    bool has =
        texts && fs_real_path(audit->arena, str_to_cstr(audit->arena, path), &real, NULL) == 0;
    return has ? map_get(texts, real) : NULL;
}

static bool read_text(Audit *audit, Str path, Str *ret_text)
{
    const Source *given = may_read(audit, path) ? given_text(audit, path) : NULL;
    if (given) {
        *ret_text = given->text;
        return true;
    }
    return may_read(audit, path) && is_plain_file(audit->arena, path) &&
           fs_read(
               audit->arena, str_to_cstr(audit->arena, path), ARTIFACT_BYTES_MOST, ret_text, NULL
           ) == 0;
}

static ComposeDocument *read_other(Gather *gather, Str path)
{
    Arena *arena = gather->audit->arena;
    ComposeDocument *document = map_get(&gather->read, path);
    Str text;
    if (document || !read_text(gather->audit, path, &text)) {
        return document;
    }
    Artifact artifact = { .source = source_new(arena, str_dup(arena, path), text) };
    const YamlDocuments *documents = artifact_documents(arena, &artifact);
    document = ARENA_NEW(arena, ComposeDocument);
    *document = (ComposeDocument
    ) { artifact.source, (const Node *const *) documents->roots, documents->len };
    map_set(&gather->read, artifact.source->path, document);
    return document;
}

static bool read_document(void *ctx, Str path, ComposeDocument *ret)
{
    Gather *gather = ctx;
    Artifact *artifact = map_get(&gather->audit->files.by_path, path);
    if (artifact) {
        const YamlDocuments *documents = artifact_documents(gather->audit->arena, artifact);
        *ret = (ComposeDocument
        ) { artifact->source, (const Node *const *) documents->roots, documents->len };
        return true;
    }
    const ComposeDocument *document = read_other(gather, path);
    if (document) {
        *ret = *document;
    }
    return document != NULL;
}

/* The first of these files in the directory. */
static Str read_beside(Audit *audit, Str directory, const char *const *names)
{
    for (; *names; names++) {
        Str text;
        if (read_text(audit, path_join(audit->arena, directory, str_from(*names)), &text)) {
            return text;
        }
    }
    return (Str) { 0 };
}

static ComposeProject *load(Gather *gather, const Str *paths, size_t count)
{
    static const char *const dotenv[] = { ".env", NULL };
    static const char *const examples[] = {
        ".env.example",  ".env.sample", ".env.dist", ".env.template",
        ".env.defaults", "env.example", NULL
    };
    Audit *audit = gather->audit;
    Str directory = path_dir(paths[0]);
    ComposeLoad options = {
        .read = read_document,
        .ctx = gather,
        .paths = paths,
        .path_count = count,
        .dotenv = read_beside(audit, directory, dotenv),
        .example = read_beside(audit, directory, examples),
    };
    ComposeProject *project = compose_load(audit->arena, &options);
    vec_foreach(source, &project->sources) {
        map_set(&gather->seen, (*source)->path, project);
    }
    vec_foreach(service, &project->services) {
        const Artifact *dockerfile = map_get(&audit->files.by_path, service->dockerfile);
        service->dockerfile_source = dockerfile ? dockerfile->source : NULL;
    }
    return project;
}

/* --- which files --- */

static int rank_of(Str name)
{
    static const char *const names[] = {
        "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"
    };
    for (int i = 0; i < 4; i++) {
        if (str_eq_cstr(name, names[i])) {
            return i;
        }
    }
    return -1;
}

static bool is_override(Str name)
{
    return str_find(name, STR("compose.override.")) != STR_NONE;
}

/* Marks the path, but for that of the file which says it. */
static void mark_path(const Gather *gather, const Artifact *by, const Node *node, Map *marks)
{
    if (node_is_string(node)) {
        Str path = by->source->path;
        Str marked = path_join(gather->audit->arena, path_dir(path), node->text);
        if (!str_eq(path, marked)) {
            map_set(marks, marked, (void *) (uintptr_t) by);
        }
    }
    for (size_t i = 0; node_is_seq(node) && i < node->seq.len; i++) {
        mark_path(gather, by, node->seq.items[i], marks);
    }
    if (node_is_map(node)) {
        mark_path(gather, by, node_get_cstr(node, "path"), marks);
    }
}

/* What the document includes or extends; a scan of few keys, without loading. */
static void mark_used(Gather *gather, Artifact *artifact)
{
    const Node *root = artifact_document(gather->audit->arena, artifact);
    const Node *services = node_get_cstr(root, "services");
    mark_path(gather, artifact, node_get_cstr(root, "include"), &gather->used);
    for (size_t i = 0; node_is_map(services) && i < services->map.len; i++) {
        const Node *extends = node_get_cstr(services->map.pairs[i].value, "extends");
        mark_path(gather, artifact, node_get_cstr(extends, "file"), &gather->lent);
    }
}

/* Whether the file has a service that can't run by what it says, or has none. */
static bool is_fragment(const Node *root)
{
    const Node *services = node_get_cstr(root, "services");
    bool fragment = !node_is_map(services) || services->map.len == 0;
    for (size_t i = 0; !fragment && i < services->map.len; i++) {
        const Node *service = services->map.pairs[i].value;
        fragment = !node_get_cstr(service, "image") && !node_get_cstr(service, "build") &&
                   !node_get_cstr(service, "extends") && !node_get_cstr(service, "provider");
    }
    return fragment && !node_get_cstr(root, "include");
}

static bool shares_service(const ComposeProject *base, const Node *root)
{
    const Node *services = node_get_cstr(root, "services");
    for (size_t i = 0; node_is_map(services) && i < services->map.len; i++) {
        if (compose_service(base, services->map.pairs[i].key->text)) {
            return true;
        }
    }
    return false;
}

static void add_main(Gather *gather, Artifact *artifact)
{
    Audit *audit = gather->audit;
    Str directory = path_dir(artifact->source->path);
    Str paths[2] = { artifact->source->path };
    size_t count = 1;
    const Artifact *over = map_get(&gather->overs, directory);
    if (over) {
        paths[count++] = over->source->path;
    }
    ComposeProject *project = load(gather, paths, count);
    map_set(&gather->mains, directory, project);
    vec_push(&audit->compose_projects, audit->arena, project);
}

static void add_other(Gather *gather, Artifact *artifact)
{
    Audit *audit = gather->audit;
    const Node *root = artifact_document(audit->arena, artifact);
    ComposeProject *base = map_get(&gather->mains, path_dir(artifact->source->path));
    bool over = base && root && (is_fragment(root) || shares_service(base, root));
    Str paths[2] = { over ? base->source->path : artifact->source->path, artifact->source->path };
    ComposeProject *project = load(gather, paths, over ? 2 : 1);
    project->is_partial = project->is_partial || (!over && root && is_fragment(root));
    if (over && !is_fragment(root) && load(gather, &paths[1], 1)->problems.len == 0) {
        vec_clear(&project->problems); /* it may as well be meant to stand alone */
    }
    project->base = over ? base : NULL;
    if (over) {
        vec_push(&base->overlays, audit->arena, project);
    }
    vec_push(&audit->compose_projects, audit->arena, project);
}

/* The best-named file of each directory is its default one; the first override belongs to it. */
static void note_name(Gather *gather, Artifact *artifact)
{
    Str path = artifact->source->path;
    Str directory = path_dir(path);
    int rank = rank_of(path_base(path));
    const Artifact *best = map_get(&gather->best, directory);
    if (rank >= 0 && (!best || rank < rank_of(path_base(best->source->path)))) {
        map_set(&gather->best, directory, artifact);
    }
    if (is_override(path_base(path)) && !map_has(&gather->overs, directory)) {
        map_set(&gather->overs, directory, artifact);
    }
}

static bool is_main(const Gather *gather, const Artifact *artifact)
{
    return map_get(&gather->best, path_dir(artifact->source->path)) == artifact;
}

static void report_unreadable(Audit *audit, Artifact *artifact)
{
    (void) artifact_documents(audit->arena, artifact);
    if (artifact->mistake) {
        (void) audit_find(
            audit,
            "CO001",
            artifact->mistake->span,
            "%" STR_FMT,
            STR_ARG(artifact->mistake->message)
        );
    }
}

/* A file that lends services to another may have more of them; one that only lends is no project. */
static bool is_wanted(const Gather *gather, const Artifact *artifact)
{
    Str path = artifact->source->path;
    return artifact->kind == ARTIFACT_COMPOSE && !artifact->mistake &&
           !map_has(&gather->used, path) &&
           (is_main(gather, artifact) || !map_has(&gather->lent, path));
}

static void add_others(Gather *gather)
{
    vec_foreach(place, &gather->audit->files.artifacts) {
        Artifact *artifact = *place;
        Str path = artifact->source->path;
        bool is_orphan = !is_override(path_base(path)) || !map_has(&gather->mains, path_dir(path));
        if (is_wanted(gather, artifact) && !is_main(gather, artifact) && is_orphan) {
            add_other(gather, artifact);
        }
    }
    vec_foreach(place, &gather->audit->files.artifacts) { /* those that include each other alone */
        bool is_lost = (*place)->kind == ARTIFACT_COMPOSE && !(*place)->mistake &&
                       !map_has(&gather->seen, (*place)->source->path);
        if (is_lost) {
            add_other(gather, *place);
        }
    }
}

void compose_gather(Audit *audit)
{
    Arena *arena = audit->arena;
    Gather gather = {
        .audit = audit,
        .read = MAP_ON_ARENA(arena),
        .used = MAP_ON_ARENA(arena),
        .lent = MAP_ON_ARENA(arena),
        .seen = MAP_ON_ARENA(arena),
        .mains = MAP_ON_ARENA(arena),
        .best = MAP_ON_ARENA(arena),
        .overs = MAP_ON_ARENA(arena),
    };
    vec_foreach(artifact, &audit->files.artifacts) {
        if ((*artifact)->kind == ARTIFACT_COMPOSE) {
            report_unreadable(audit, *artifact);
            mark_used(&gather, *artifact);
            note_name(&gather, *artifact);
        }
    }
    vec_foreach(artifact, &audit->files.artifacts) {
        if (is_wanted(&gather, *artifact) && is_main(&gather, *artifact)) {
            add_main(&gather, *artifact);
        }
    }
    add_others(&gather);
}
