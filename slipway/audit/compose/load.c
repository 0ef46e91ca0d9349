/* From files to one merged document: what they include, extend and override. */
#include "base/path.h"
#include "codec/dotenv.h"
#include "codec/yaml_place.h"

#include "internal.h"
#include "schema.h"

typedef struct Loader {
    ComposeProject *project;
    const ComposeLoad *load;
    Arena *arena;
    VEC(Str) including; /* the files being read, outermost first */
    VEC(Str) extending; /* "file:service" */
    Map cycles;         /* "file:service", of those that were reported */
    Map seen;           /* path -> anything: checked already */
    Map included;       /* path -> anything: merged already */
    bool has_resets;
} Loader;

void compose_problem(ComposeProject *project, Span span, const char *format, ...)
{
    if (project->problems.len >= COMPOSE_PROBLEMS_MOST) {
        return;
    }
    va_list args;
    va_start(args, format);
    ComposeProblem *problem = vec_add(&project->problems, project->arena);
    problem->span = span;
    problem->message = str_from(arena_vprintf(project->arena, format, args));
    va_end(args);
}

void compose_problem_hint(ComposeProject *project, const char *format, ...)
{
    if (project->problems.len == 0) {
        return;
    }
    va_list args;
    va_start(args, format);
    vec_last(&project->problems)->hint = str_from(arena_vprintf(project->arena, format, args));
    va_end(args);
}

/* --- one file --- */

static void check_variables(Loader *loader, const Node *node)
{
    size_t bad = compose_find_bad_variable(node->text);
    if (bad != STR_NONE) {
        compose_problem(
            loader->project,
            yaml_text_span(node, bad, bad + 2),
            "no variable: \"%" STR_FMT "\"",
            STR_ARG(str_slice(node->text, bad, bad + 16))
        );
        compose_problem_hint(
            loader->project, "${NAME}, ${NAME:-default}, ${NAME:?message}, or $$ for a dollar"
        );
    }
    size_t at = 0;
    ComposeVariable variable;
    while (compose_next_variable(node->text, &at, &variable)) {
        ComposeUse *use = vec_add(&loader->project->uses, loader->arena);
        *use = (ComposeUse) { node, variable, yaml_text_span(node, variable.start, variable.end) };
    }
}

/* Every scalar that isn't a key: Compose replaces variables in values alone. */
static void walk(Loader *loader, const Node *node)
{
    loader->has_resets = loader->has_resets || str_eq(node_tag(node), STR("!reset"));
    if (node->is_alias_use) {
        return; /* looked at where the anchor stands */
    }
    if (node->kind == NODE_STRING && str_has_char(node->text, '$')) {
        check_variables(loader, node);
    }
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        walk(loader, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        walk(loader, node->map.pairs[i].value);
    }
}

static void set_directory(Loader *loader, Str path, Str directory)
{
    Str *copy = ARENA_NEW(loader->arena, Str);
    *copy = directory;
    map_set(&loader->project->directories, path, copy);
}

static bool read_document(Loader *loader, Str path, Str directory, ComposeDocument *ret)
{
    ComposeProject *project = loader->project;
    if (project->sources.len >= COMPOSE_FILES_MOST ||
        !loader->load->read(loader->load->ctx, path, ret)) {
        project->is_partial = true;
        return false;
    }
    if (map_has(&loader->seen, ret->source->path)) {
        return true;
    }
    map_set(&loader->seen, ret->source->path, ret->source);
    vec_push(&project->sources, loader->arena, ret->source);
    set_directory(loader, ret->source->path, directory);
    for (size_t i = 0; i < ret->len; i++) {
        if (ret->roots[i]->kind != NODE_NULL) {
            compose_schema_check(project, ret->roots[i]);
            walk(loader, ret->roots[i]);
        }
    }
    return true;
}

/* A path outside this repository: a URL, a git repository, an image. */
static bool is_remote(Str path)
{
    return str_find(path, STR("://")) != STR_NONE || str_has_prefix(path, STR("git@")) ||
           str_has_prefix(path, STR("oci:")) || str_has_prefix(path, STR("github.com/"));
}

/* --- extends --- */

static const Node *
resolve_service(Loader *loader, const Node *services, Str path, const NodePair *pair);

/* The map of services of another file; NULL when it can't be had. */
static const Node *services_of(Loader *loader, const Node *file, Str from, Str *ret_path)
{
    Str name;
    if (!compose_text(loader->project, file, &name) || is_remote(name)) {
        loader->project->is_partial = true;
        return NULL;
    }
    const Str *directory = map_get(&loader->project->directories, from);
    *ret_path = path_join(loader->arena, directory ? *directory : path_dir(from), name);
    ComposeDocument document;
    if (!read_document(loader, *ret_path, path_dir(*ret_path), &document) || document.len == 0) {
        return NULL;
    }
    return node_get_cstr(document.roots[0], "services");
}

static const Node *find_base(Loader *loader, const Node *services, Str path, const Node *extends)
{
    const Node *name = node_is_map(extends) ? node_get_cstr(extends, "service") : extends;
    const Node *file = node_is_map(extends) ? node_get_cstr(extends, "file") : NULL;
    if (!node_is_string(name)) {
        return NULL; /* the schema says so */
    }
    const Node *from = services;
    Str base_path = path;
    if (file) {
        from = services_of(loader, file, path, &base_path);
        if (!from) {
            return NULL;
        }
    }
    const NodePair *pair = node_find(from, name->text);
    if (!pair) {
        compose_problem(
            loader->project,
            name->span,
            "extends \"%" STR_FMT "\", which %" STR_FMT " doesn't have",
            STR_ARG(name->text),
            STR_ARG(base_path)
        );
        return NULL;
    }
    return resolve_service(loader, from, base_path, pair);
}

/* Says once that the services being resolved go round. */
static void report_round(Loader *loader, Str id, const Node *key)
{
    if (!map_has(&loader->cycles, id)) {
        compose_problem(
            loader->project,
            key->span,
            "\"%" STR_FMT "\" extends itself, round about",
            STR_ARG(key->text)
        );
    }
    vec_foreach(member, &loader->extending) {
        map_set(&loader->cycles, *member, loader);
    }
}

static bool begin_extending(Loader *loader, Str path, const NodePair *pair)
{
    Str id = str_printf(
        loader->arena, "%" STR_FMT ":%" STR_FMT, STR_ARG(path), STR_ARG(pair->key->text)
    );
    vec_foreach(before, &loader->extending) {
        if (str_eq(*before, id)) {
            report_round(loader, id, pair->key);
            return false;
        }
    }
    if (loader->extending.len >= COMPOSE_NESTING_MOST) {
        compose_problem(
            loader->project, pair->key->span, "extended more than %d deep", COMPOSE_NESTING_MOST
        );
        return false;
    }
    vec_push(&loader->extending, loader->arena, id);
    return true;
}

/* The service with what it extends below it. */
static const Node *
resolve_service(Loader *loader, const Node *services, Str path, const NodePair *pair)
{
    const Node *extends = node_is_map(pair->value) ? node_get_cstr(pair->value, "extends") : NULL;
    if (!extends) {
        return pair->value;
    }
    if (!begin_extending(loader, path, pair)) {
        return pair->value;
    }
    const Node *base = find_base(loader, services, path, extends);
    (void) vec_pop(&loader->extending);
    return base ? compose_merge_service(loader->arena, base, pair->value) : pair->value;
}

static const Node *resolve_extends(Loader *loader, const Node *root, Str path)
{
    const Node *services = node_get_cstr(root, "services");
    bool extends = false;
    for (size_t i = 0; node_is_map(services) && i < services->map.len && !extends; i++) {
        extends = node_get_cstr(services->map.pairs[i].value, "extends") != NULL;
    }
    if (!extends) {
        return root;
    }
    Node *resolved = node_new_map(loader->arena);
    resolved->span = services->span;
    for (size_t i = 0; i < services->map.len; i++) {
        const NodePair *pair = &services->map.pairs[i];
        const Node *value = resolve_service(loader, services, path, pair);
        node_append_pair(loader->arena, resolved, pair->key, (Node *) (uintptr_t) value);
    }
    Node *copy = compose_copy_map(loader->arena, root);
    node_set(loader->arena, copy, STR("services"), resolved);
    return copy;
}

/* --- include --- */

static const Node *load_file(Loader *loader, const Node *by, Str path, Str directory);

static const Node *
include_path(Loader *loader, const Node *entry, const Node *path, const Node *into, Str from)
{
    Str name;
    if (!compose_text(loader->project, path, &name) || is_remote(name)) {
        loader->project->is_partial = true;
        return into;
    }
    const Str *start = map_get(&loader->project->directories, from);
    Str base = start ? *start : path_dir(from);
    Str full = path_join(loader->arena, base, name);
    const Node *given = node_get_cstr(entry, "project_directory");
    Str directory;
    if (!given || !compose_text(loader->project, given, &directory)) {
        directory = path_dir(full);
    } else {
        directory = path_join(loader->arena, base, directory);
    }
    if (map_has(&loader->included, full)) {
        return into; /* again it would add nothing, and twice in each file would double the work */
    }
    const Node *root = load_file(loader, path, full, directory);
    map_set(&loader->included, full, loader);
    return root ? compose_merge(loader->arena, into, root) : into;
}

static const Node *include_all(Loader *loader, const Node *root, Str path)
{
    const Node *includes = node_get_cstr(root, "include");
    const Node *into = NULL;
    for (size_t i = 0; node_is_seq(includes) && i < includes->seq.len; i++) {
        const Node *entry = includes->seq.items[i];
        const Node *paths = node_is_map(entry) ? node_get_cstr(entry, "path") : entry;
        loader->project->is_partial |= node_get_cstr(entry, "env_file") != NULL;
        if (node_is_string(paths)) {
            into = include_path(loader, entry, paths, into, path);
        }
        for (size_t j = 0; node_is_seq(paths) && j < paths->seq.len; j++) {
            into = include_path(loader, entry, paths->seq.items[j], into, path);
        }
    }
    return into ? compose_merge(loader->arena, into, root) : root;
}

/* Whether the file may be read now: not while it is being read. */
static bool begin_including(Loader *loader, const Node *by, Str path)
{
    bool cycle = false;
    vec_foreach(before, &loader->including) {
        cycle = cycle || str_eq(*before, path);
    }
    if (cycle || loader->including.len >= COMPOSE_NESTING_MOST) {
        Span span = by ? by->span : SPAN_NONE;
        compose_problem(
            loader->project, span, "%" STR_FMT " includes itself, round about", STR_ARG(path)
        );
        return false;
    }
    vec_push(&loader->including, loader->arena, path);
    return true;
}

static const Node *load_file(Loader *loader, const Node *by, Str path, Str directory)
{
    ComposeDocument document;
    if (!begin_including(loader, by, path)) {
        return NULL;
    }
    const Node *merged = NULL;
    bool fine = read_document(loader, path, directory, &document);
    for (size_t i = 0; fine && i < document.len; i++) {
        const Node *root = document.roots[i];
        if (node_is_map(root)) {
            root = include_all(loader, resolve_extends(loader, root, path), path);
            merged = compose_merge(loader->arena, merged, root);
        }
    }
    (void) vec_pop(&loader->including);
    return merged;
}

/* --- variables --- */

static bool read_dotenv(ComposeProject *project, Map *variables, Str text)
{
    EnvPairs pairs = { 0 };
    if (dotenv_parse(project->arena, text, &pairs, NULL) < 0) {
        return false;
    }
    for (size_t i = 0; i < pairs.len; i++) {
        map_set(variables, pairs.ptr[i].name, &pairs.ptr[i].value);
    }
    return true;
}

static void read_variables(ComposeProject *project, const ComposeLoad *load)
{
    project->has_example =
        load->example.ptr && read_dotenv(project, &project->examples, load->example);
    project->has_dotenv =
        load->dotenv.ptr && read_dotenv(project, &project->variables, load->dotenv);
    map_foreach(entry, &project->examples) {
        if (!map_has(&project->variables, entry->key)) {
            map_set(&project->variables, entry->key, entry->value);
        }
    }
}

ComposeProject *compose_load(Arena *arena, const ComposeLoad *load)
{
    ComposeProject *project = ARENA_NEW(arena, ComposeProject);
    *project = (ComposeProject) {
        .arena = arena,
        .directory = path_dir(load->paths[0]),
        .by_name = MAP_ON_ARENA(arena),
        .directories = MAP_ON_ARENA(arena),
        .variables = MAP_ON_ARENA(arena),
        .examples = MAP_ON_ARENA(arena),
    };
    Loader loader = { .project = project,
                      .load = load,
                      .arena = arena,
                      .cycles = MAP_ON_ARENA(arena),
                      .seen = MAP_ON_ARENA(arena),
                      .included = MAP_ON_ARENA(arena) };
    read_variables(project, load);
    const Node *root = NULL;
    for (size_t i = 0; i < load->path_count; i++) {
        const Node *file = load_file(&loader, NULL, load->paths[i], project->directory);
        root = file ? compose_merge(arena, root, file) : root;
    }
    root = root ? root : node_new_map(arena);
    project->root = loader.has_resets ? compose_strip_resets(arena, root) : root;
    project->source = project->sources.len > 0 ? project->sources.ptr[0] : NULL;
    compose_read_model(project);
    compose_check_values(project);
    return project;
}
