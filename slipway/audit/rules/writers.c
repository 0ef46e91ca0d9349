#include "writers.h"

#include "base/mem.h"

#include "audit/dockerfile/dockerfile.h"

/* Where well-known images write while they run, outside of the volumes that they declare. */
static const struct {
    const char *image;
    const char *places[2];
    const char *unless; /* a word of the arguments that moves these places */
} writers[] = {
    { "nginx", { "/var/cache/nginx", "/var/run" }, NULL },
    { "nginxinc/nginx-unprivileged", { "/tmp" }, NULL },
    { "postgres", { "/var/run/postgresql" }, "unix_socket_directories" },
    { "mysql", { "/var/run/mysqld" }, "socket" },
    { "mariadb", { "/run/mysqld" }, "socket" },
    { "mongo", { "/tmp" }, "unixSocketPrefix" },
    { "httpd", { "/usr/local/apache2/logs" }, NULL },
    { "grafana/grafana", { "/var/lib/grafana" }, NULL },
    { "tomcat", { "/usr/local/tomcat/work" }, NULL },
};

/* "postgres" of docker.io/library/postgres:16: only what the makers publish is known. */
static Str official_name(Str image)
{
    DockerImage parts = docker_image_parse(image);
    bool is_hub = parts.registry.len == 0 || str_eq(parts.registry, STR("docker.io")) ||
                  str_eq(parts.registry, STR("mirror.gcr.io"));
    (void) str_strip_prefix(&parts.name, STR("library/"));
    return is_hub ? parts.name : STR("");
}

static bool says_word(const Container *container, const char *word)
{
    const Node *args = node_path(container->node, "args");
    for (size_t i = 0; word && i < node_len(args); i++) {
        if (str_find(args->seq.items[i]->text, str_from(word)) != STR_NONE) {
            return true;
        }
    }
    return false;
}

static Str without_run_link(Str path)
{
    (void) str_strip_prefix(&path, STR("/var")); /* /var/run is /run */
    return path;
}

static bool is_below(Str path, Str folder)
{
    (void) str_strip_suffix(&folder, STR("/"));
    return str_has_prefix(path, folder) && (path.len == folder.len || path.ptr[folder.len] == '/');
}

const char *writers_place_of(Str image, size_t at)
{
    Str name = official_name(image);
    for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
        if (str_eq_cstr(name, writers[i].image)) {
            return at < ARRAY_LEN(writers[i].places) ? writers[i].places[at] : NULL;
        }
    }
    return NULL;
}

/* A file that is mounted below, or the folder itself or one above it. */
static bool has_mount(const Container *container, Str place)
{
    const Node *mounts = node_path(container->node, "volumeMounts");
    for (size_t i = 0; i < node_len(mounts); i++) {
        Str path = node_text(mounts->seq.items[i], "mountPath");
        if (is_below(path, place) || is_below(place, path) ||
            is_below(without_run_link(path), without_run_link(place)) ||
            is_below(without_run_link(place), without_run_link(path))) {
            return true;
        }
    }
    return false;
}

const char *writers_place(const Container *container, size_t at)
{
    Str image = official_name(node_text(container->node, "image"));
    for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
        if (!str_eq_cstr(image, writers[i].image) || says_word(container, writers[i].unless) ||
            node_path(container->node, "command")) {
            continue;
        }
        for (size_t k = 0; k < ARRAY_LEN(writers[i].places) && writers[i].places[k]; k++) {
            if (!has_mount(container, str_from(writers[i].places[k])) && at-- == 0) {
                return writers[i].places[k];
            }
        }
    }
    return NULL;
}

bool writers_knows(const Container *container)
{
    Str image = official_name(node_text(container->node, "image"));
    bool is_known = false;
    for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
        is_known = is_known || str_eq_cstr(image, writers[i].image);
    }
    return is_known && !node_path(container->node, "command");
}

/* "/var/cache/nginx" -> "var-cache-nginx" */
static const char *volume_name(Arena *arena, Str path)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_letter || (c >= 'A' && c <= 'Z')) {
            strbuf_add_char(&out, is_letter ? c : (char) (c - 'A' + 'a'));
        } else if (out.len > 0 && out.ptr[out.len - 1] != '-' && i + 1 < path.len) {
            strbuf_add_char(&out, '-');
        }
    }
    return out.len > 0 ? out.ptr : "scratch";
}

static void
add_item(RuleContext *ctx, Diag *diag, const Node *map, const char *key, const char *item)
{
    const Node *list = node_get_cstr(map, key);
    if (list) {
        rule_fix_append(ctx, diag, list, item);
    } else {
        const char *value = arena_printf(ctx->diags->arena, "\n  - %s", item);
        rule_fix_set(ctx, diag, map, key, value);
    }
}

void writers_suggest_volume(RuleContext *ctx, Diag *diag, const Container *container, Str path)
{
    Arena *arena = ctx->diags->arena;
    const char *name = volume_name(arena, path);
    const char *mount =
        arena_printf(arena, "{name: %s, mountPath: %" STR_FMT "}", name, STR_ARG(path));
    add_item(ctx, diag, container->node, "volumeMounts", mount);
    size_t made = diag->edits.len;
    const char *volume = arena_printf(arena, "{name: %s, emptyDir: {}}", name);
    add_item(ctx, diag, container->pod->spec, "volumes", volume);
    if (made == 0 || diag->edits.len == made) {
        diag->edits.len = 0; /* one without the other is none */
    }
    diag->is_suggestion = true;
}
