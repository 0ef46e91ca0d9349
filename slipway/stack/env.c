#include "stack/env.h"

#include <unistd.h>

#include "base/fs.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"

enum { DOTENV_MOST = 1024 * 1024 };

int env_context_init(
    Arena *arena, const Place *place, const Plan *plan, EnvContext *ret_context, Error *err
)
{
    *ret_context =
        (EnvContext) { .place = place, .plan = plan, .shell = (const char *const *) environ };
    const char *path = str_to_cstr(arena, path_join(arena, place->root, STR(".env")));
    if (!fs_exists(path)) {
        return 0;
    }
    Str text;
    int rc = fs_read(arena, path, DOTENV_MOST, &text, err);
    if (rc == 0) {
        rc = dotenv_parse(arena, text, &ret_context->dotenv, err);
    }
    return rc < 0 ? error_wrap(err, rc, "%s", path) : 0;
}

typedef struct Lookup {
    const EnvContext *ctx;
    const PlanNode *node;
    Error *err;
} Lookup;

static PortList ports_of(const Catalog *catalog, Str name)
{
    const Service *service = catalog_service(catalog, name);
    const Resource *resource = catalog_resource(catalog, name);
    if (service) {
        return service->ports;
    }
    return resource ? resource->ports : (PortList) { 0 };
}

static Str port_text(Arena *arena, const EnvContext *ctx, const Port *port)
{
    return str_printf(arena, "%d", (int) place_port(ctx->place, port));
}

/* "host" or "host:port" of a resource that runs elsewhere. */
static void split_address(Str address, Str *ret_host, Str *ret_port)
{
    size_t colon = str_rfind_char(address, ':');
    *ret_host = colon == STR_NONE ? address : str_slice(address, 0, colon);
    *ret_port = colon == STR_NONE ? STR("") : str_skip(address, colon + 1);
}

static bool lookup_resource(const Lookup *lookup, Str rest, Arena *arena, Str *ret_value)
{
    Str name, what;
    const EnvContext *ctx = lookup->ctx;
    if (!str_cut(rest, '.', &name, &what)) {
        return false;
    }
    const Resource *resource = catalog_resource(ctx->plan->catalog, name);
    if (!resource) {
        return false;
    }
    Str host = STR("127.0.0.1"), port = STR("");
    if (resource->engine == ENGINE_EXTERNAL) {
        split_address(resource->address, &host, &port);
    }
    if (str_is_empty(port) && resource->ports.len > 0) {
        port = port_text(arena, ctx, &resource->ports.ptr[0]);
    }
    if (str_eq_cstr(what, "host")) {
        *ret_value = host;
    } else if (str_eq_cstr(what, "port")) {
        *ret_value = port;
    } else if (str_eq_cstr(what, "user")) {
        *ret_value = resource->user;
    } else if (str_eq_cstr(what, "password")) {
        Str secret = str_concat(arena, resource_kind_name(resource->kind), STR("_password"));
        return place_secret(arena, ctx->place, secret, ret_value, lookup->err) == 0;
    } else {
        return false;
    }
    return true;
}

static bool lookup_service(const Lookup *lookup, Str rest, Arena *arena, Str *ret_value)
{
    Str name, what;
    if (!str_cut(rest, '.', &name, &what) || !str_eq_cstr(what, "url")) {
        return false;
    }
    PortList ports = ports_of(lookup->ctx->plan->catalog, name);
    const Port *port = port_find(&ports, STR("http"));
    if (!port && ports.len > 0) {
        port = &ports.ptr[0];
    }
    if (port) {
        *ret_value = str_printf(
            arena, "http://127.0.0.1:%" STR_FMT, STR_ARG(port_text(arena, lookup->ctx, port))
        );
    }
    return port != NULL;
}

static Str find_shell(const EnvContext *ctx, Str name)
{
    for (size_t i = 0; ctx->shell[i]; i++) {
        Str entry = str_from(ctx->shell[i]);
        if (entry.len > name.len && entry.ptr[name.len] == '=' && str_has_prefix(entry, name)) {
            return str_skip(entry, name.len + 1);
        }
    }
    return (Str) { 0 };
}

static Str find_outside(const EnvContext *ctx, Str name)
{
    Str value = find_shell(ctx, name);
    for (size_t i = ctx->dotenv.len; !value.ptr && i-- > 0;) {
        value = str_eq(ctx->dotenv.ptr[i].name, name) ? ctx->dotenv.ptr[i].value : value;
    }
    return value;
}

static bool lookup_path(void *opaque, Str path, Arena *arena, Str *ret_value)
{
    const Lookup *lookup = opaque;
    if (str_strip_prefix(&path, STR("ports."))) {
        const Port *port = port_find(&lookup->node->ports, path);
        *ret_value = port ? port_text(arena, lookup->ctx, port) : STR("");
        return port != NULL;
    }
    if (str_strip_prefix(&path, STR("resource."))) {
        return lookup_resource(lookup, path, arena, ret_value);
    }
    if (str_strip_prefix(&path, STR("service."))) {
        return lookup_service(lookup, path, arena, ret_value);
    }
    if (str_strip_prefix(&path, STR("env."))) {
        *ret_value = find_outside(lookup->ctx, path);
        return true;
    }
    return false;
}

int env_expand(
    Arena *arena, const EnvContext *ctx, const PlanNode *node, Str template, Str *ret, Error *err
)
{
    Lookup lookup = { .ctx = ctx, .node = node, .err = err };
    PlaceholderLookup placeholders = { .lookup = lookup_path, .ctx = &lookup };
    return catalog_expand(arena, template, &placeholders, ret, err);
}

static void put(Arena *arena, Map *entries, Str name, Str value)
{
    char *entry = arena_printf(arena, "%" STR_FMT "=%" STR_FMT, STR_ARG(name), STR_ARG(value));
    map_set(entries, name, entry);
}

static int
put_catalog(Arena *arena, const EnvContext *ctx, const PlanNode *node, Map *entries, Error *err)
{
    const EnvList *env = node->kind == PLAN_SERVICE ? &node->service->env
                         : node->kind == PLAN_TASK  ? &node->task->env
                                                    : NULL;
    for (size_t i = 0; env && i < env->len; i++) {
        const EnvVar *var = &env->ptr[i];
        Str value;
        int rc = var->secret.len ? place_secret(arena, ctx->place, var->secret, &value, err)
                                 : env_expand(arena, ctx, node, var->value, &value, err);
        if (rc < 0) {
            return error_wrap(err, rc, "%" STR_FMT, STR_ARG(var->name));
        }
        put(arena, entries, var->name, value);
    }
    return 0;
}

static void put_shell(Arena *arena, const EnvContext *ctx, Map *entries)
{
    for (size_t i = 0; ctx->shell[i]; i++) {
        Str name, value;
        bool whole = str_cut(str_from(ctx->shell[i]), '=', &name, &value);
        if (whole && !str_has_prefix(name, STR("SLIPWAY_"))) {
            put(arena, entries, name, value);
        }
    }
}

int env_build(
    Arena *arena,
    const EnvContext *ctx,
    const PlanNode *node,
    const char *const **ret_envp,
    Error *err
)
{
    Map entries = MAP_ON_ARENA(arena);
    int rc = put_catalog(arena, ctx, node, &entries, err);
    if (rc < 0) {
        return rc;
    }
    for (size_t i = 0; i < ctx->dotenv.len; i++) {
        put(arena, &entries, ctx->dotenv.ptr[i].name, ctx->dotenv.ptr[i].value);
    }
    put_shell(arena, ctx, &entries);
    put(arena,
        &entries,
        STR("SLIPWAY_STACK"),
        str_printf(arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(ctx->place->id), STR_ARG(node->name)));
    const char **envp = ARENA_ARRAY(arena, const char *, entries.len + 1);
    size_t len = 0;
    map_foreach(entry, &entries) {
        envp[len++] = entry->value;
    }
    *ret_envp = envp;
    return 0;
}
