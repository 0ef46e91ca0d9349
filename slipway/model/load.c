#include "base/fs.h"
#include "base/path.h"
#include "codec/yaml.h"

#include "model/internal.h"

enum {
    CATALOG_MAX_BYTES = 4 << 20,
    CATALOG_MAX_DEPTH = 32,
    CATALOG_MAX_NODES = 200000,
    INCLUDE_MAX_DEPTH = 16,
};

static const char *const catalog_file_names[] = { "slipway.yaml", "slipway.yml", NULL };
static const char *const compose_file_names[] = {
    "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml", NULL
};

static int read_document(LayerList *list, Str path, Node **ret_root, Error *err)
{
    static const YamlOptions options = {
        .limits = { .max_bytes = CATALOG_MAX_BYTES,
                    .max_depth = CATALOG_MAX_DEPTH,
                    .max_nodes = CATALOG_MAX_NODES },
    };
    Str text = { 0 };
    int rc = fs_read(list->arena, str_to_cstr(list->arena, path), CATALOG_MAX_BYTES, &text, err);
    if (rc < 0) {
        return error_wrap(err, rc, "read the catalog");
    }
    Source *source = source_new(list->arena, path, text);
    rc = yaml_read_one(list->arena, source, &options, ret_root, list->diags);
    if (rc == 0 && !node_is_map(*ret_root)) {
        diag_error(
            list->diags,
            "C1000",
            (*ret_root)->span,
            "a catalog is a map that begins with \"slipway: 1\", not %s",
            node_kind_name((*ret_root)->kind)
        );
        return -EINVAL;
    }
    return rc;
}

static int layer_read(LayerList *list, Str path, Span asked_by, Error *err);

static int include_read(LayerList *list, Str directory, const Node *item)
{
    if (!node_is_string(item)) {
        diag_error(
            list->diags,
            "C1011",
            item->span,
            "include: expected a path, got %s",
            node_kind_name(item->kind)
        );
        return -EINVAL;
    }
    Error err = ERROR_INIT;
    int rc = layer_read(list, path_join(list->arena, directory, item->text), item->span, &err);
    if (rc < 0 && err.code) {
        diag_error(list->diags, "C1011", item->span, "%s", err.message);
    }
    return rc;
}

static int includes_read(LayerList *list, Str path, const Node *include)
{
    Str directory = path_dir(path);
    if (node_is_string(include)) {
        return include_read(list, directory, include);
    }
    if (!node_is_seq(include)) {
        diag_error(
            list->diags,
            "C1011",
            include->span,
            "include: expected a path or a list of paths, got %s",
            node_kind_name(include->kind)
        );
        return -EINVAL;
    }
    int worst = 0;
    for (size_t i = 0; i < include->seq.len; i++) {
        int rc = include_read(list, directory, include->seq.items[i]);
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

/* Whether `path` is being read already; then it includes itself. */
static bool is_being_read(const LayerList *list, Str path)
{
    vec_foreach(reading, &list->reading) {
        if (str_eq(*reading, path)) {
            return true;
        }
    }
    return false;
}

static int layer_read(LayerList *list, Str path, Span asked_by, Error *err)
{
    if (is_being_read(list, path) || list->reading.len >= INCLUDE_MAX_DEPTH) {
        diag_error(
            list->diags,
            "C1011",
            asked_by,
            "%" STR_FMT " includes itself, or includes nest deeper than %d",
            STR_ARG(path),
            INCLUDE_MAX_DEPTH
        );
        return -EINVAL;
    }
    Node *root = NULL;
    int rc = read_document(list, path, &root, err);
    if (rc < 0) {
        return rc;
    }
    Node *include = node_get_cstr(root, "include");
    vec_push(&list->reading, list->arena, path);
    rc = include ? includes_read(list, path, include) : 0;
    vec_clear(&list->reading);
    vec_push(&list->layers, list->arena, ((CatalogLayer) { .name = path, .root = root }));
    return rc;
}

/* The first of `names` in `directory` or above it; empty when there is none. */
static Str find_upward(Arena *arena, Str directory, const char *const *names)
{
    for (Str at = directory;; at = path_dir(at)) {
        for (size_t i = 0; names[i]; i++) {
            Str path = path_join(arena, at, str_from(names[i]));
            if (fs_is_file(str_to_cstr(arena, path))) {
                return path;
            }
        }
        if (str_eq(at, STR("/")) || str_eq(at, STR("."))) {
            return (Str) { 0 };
        }
    }
}

static int no_catalog(Arena *arena, Str directory, Error *err)
{
    Str compose = find_upward(arena, directory, compose_file_names);
    if (compose.len) {
        return error_set(
            err,
            -ENOENT,
            "no slipway.yaml in %" STR_FMT " or above, only %" STR_FMT
            "; a catalog beside it names the services and what they need (slipway schema), and "
            "`slipway check` audits without one",
            STR_ARG(directory),
            STR_ARG(compose)
        );
    }
    return error_set(
        err,
        -ENOENT,
        "no slipway.yaml in %" STR_FMT " or above; name one with -f, or a folder with -C",
        STR_ARG(directory)
    );
}

/* Paths are shown as the user would write them: relative to where the command was started. */
static Str shown_path(Arena *arena, Str path)
{
    Str here = fs_current_dir(arena);
    return path_is_absolute(path) && path_is_within(here, path) ? path_relative(arena, here, path)
                                                                : path;
}

int layers_load(
    LayerList *list, const CatalogQuery *query, Str *ret_directory, Str *ret_path, Error *err
)
{
    Arena *arena = list->arena;
    Str here = fs_current_dir(arena);
    Str directory = path_join(arena, here, str_from(query->directory));
    Str path = { 0 };
    int worst = 0;
    if (query->file_count == 0) {
        path = find_upward(arena, directory, catalog_file_names);
        if (!path.len) {
            return no_catalog(arena, directory, err);
        }
        worst = layer_read(list, shown_path(arena, path), SPAN_NONE, err);
    }
    for (size_t i = 0; i < query->file_count; i++) {
        Str file = path_join(arena, directory, str_from(query->files[i]));
        int rc = layer_read(list, shown_path(arena, file), SPAN_NONE, err);
        if (rc < 0 && err && err->code) {
            return rc;
        }
        worst = rc < 0 ? rc : worst;
        path = path.len ? path : file;
    }
    *ret_directory = path_dir(path);
    *ret_path = shown_path(arena, path);
    return worst;
}

/* --- --set --- */

static const char *const root_keys[] = { "platform", "source",  "registry",  "resources",
                                         "services", "tasks",   "defaults",  "environments",
                                         "render",   "check",   "namespace", "tag",
                                         "host",     "ingress", NULL };

static bool is_root_key(Str key)
{
    for (size_t i = 0; root_keys[i]; i++) {
        if (str_eq_cstr(key, root_keys[i])) {
            return true;
        }
    }
    return false;
}

/* product.replicas.min means services.product.replicas.min. */
static Str whole_path(const LayerList *list, Str path)
{
    static const char *const sections[] = { "services", "resources", "tasks" };
    Str first = path, rest;
    str_cut(path, '.', &first, &rest);
    for (size_t s = 0; s < sizeof(sections) / sizeof(sections[0]) && !is_root_key(first); s++) {
        vec_foreach(layer, &list->layers) {
            if (node_get(node_get_cstr(layer->root, sections[s]), first)) {
                return str_printf(list->arena, "%s.%" STR_FMT, sections[s], STR_ARG(path));
            }
        }
    }
    return path;
}

static void set_path(Arena *arena, Node *root, Str path, Node *value)
{
    Node *at = root;
    Str key;
    while (str_next(&path, '.', &key)) {
        if (!path.len) {
            node_set(arena, at, key, value);
            return;
        }
        Node *next = node_get(at, key);
        if (!node_is_map(next)) {
            next = node_new_map(arena);
            node_set(arena, at, key, next);
        }
        at = next;
    }
}

int layers_add_sets(LayerList *list, const char *const *sets, size_t count)
{
    Node *root = node_new_map(list->arena);
    int worst = 0;
    for (size_t i = 0; i < count; i++) {
        Source *source = source_new(list->arena, STR("--set"), str_from(sets[i]));
        Str path, text;
        if (!str_cut(source->text, '=', &path, &text) || !path.len) {
            diag_error(
                list->diags,
                "C1016",
                span_make(source, 0, source->text.len),
                "expected --set path=value, such as product.replicas.min=3"
            );
            worst = -EINVAL;
            continue;
        }
        Node *value = NULL;
        Source *own = source_new(list->arena, STR("--set"), text);
        int rc = yaml_read_one(list->arena, own, NULL, &value, list->diags);
        worst = rc < 0 ? rc : worst;
        if (rc == 0) {
            set_path(list->arena, root, whole_path(list, path), value);
        }
    }
    if (count) {
        vec_push(
            &list->layers, list->arena, ((CatalogLayer) { .name = STR("--set"), .root = root })
        );
    }
    return worst;
}
