/* A service's environment as its container sees it. */
#include "render/values_internal.h"

enum { ENV_NAMES = 5 }; /* of one variable */

typedef struct Place {
    const Catalog *catalog;
    const Service *service;
    bool is_elsewhere; /* the value named a resource or a service */
    Str secret;        /* it named what only a Secret may hold */
} Place;

static Str number_text(Arena *arena, int64_t number)
{
    return str_printf(arena, "%lld", (long long) number);
}

static bool lookup_resource(Place *place, Str rest, Arena *arena, Str *ret_value)
{
    Str name, what;
    const Resource *resource =
        str_cut(rest, '.', &name, &what) ? catalog_resource(place->catalog, name) : NULL;
    if (!resource) {
        return false;
    }
    Str host = resource->name, port = { 0 };
    if (resource->engine == ENGINE_EXTERNAL) {
        host = resource->address;
        str_cut(resource->address, ':', &host, &port);
    }
    if (!port.len && resource->ports.len) {
        port = number_text(arena, container_port(resource, &resource->ports.ptr[0]));
    }
    if (str_eq(what, STR("host"))) {
        *ret_value = host;
    } else if (str_eq(what, STR("port"))) {
        *ret_value = port;
    } else if (str_eq(what, STR("user"))) {
        place->secret = resource->kind == RESOURCE_MINIO ? STR("minio_access_key") : place->secret;
        *ret_value = resource->user;
    } else {
        return false;
    }
    return true;
}

static bool lookup_service(const Place *place, Str rest, Arena *arena, Str *ret_value)
{
    Str name, what;
    const Service *service =
        str_cut(rest, '.', &name, &what) ? catalog_service(place->catalog, name) : NULL;
    if (!service || !str_eq(what, STR("url")) || !service->ports.len) {
        return false;
    }
    const Port *port = port_find(&service->ports, STR("http"));
    port = port ? port : &service->ports.ptr[0];
    *ret_value = str_printf(
        arena, "http://%" STR_FMT ":%lld", STR_ARG(service->workload), (long long) port->number
    );
    return true;
}

static bool lookup(void *opaque, Str path, Arena *arena, Str *ret_value)
{
    Place *place = opaque;
    if (str_strip_prefix(&path, STR("ports."))) {
        const Port *port = port_find(&place->service->ports, path);
        *ret_value = port ? number_text(arena, port->number) : STR("");
        return port != NULL;
    }
    place->is_elsewhere = true;
    if (str_strip_prefix(&path, STR("resource."))) {
        return lookup_resource(place, path, arena, ret_value);
    }
    return str_strip_prefix(&path, STR("service.")) &&
           lookup_service(place, path, arena, ret_value);
}

/* Where the value stands: "plain", "config" or "secret". */
static Node *expand(Arena *arena, Place *place, const EnvVar *var, Str *ret, DiagList *diags)
{
    *ret = STR("");
    if (var->secret.len) {
        place->secret = var->secret;
        return VALUE_WORD("secret");
    }
    Error err = ERROR_INIT;
    PlaceholderLookup placeholders = { .lookup = lookup, .ctx = place };
    place->is_elsewhere = false;
    place->secret = var->secret;
    if (catalog_expand(arena, var->value, &placeholders, ret, &err) < 0) {
        Diag *diag = diag_error(
            diags, "R1004", var->span, "%" STR_FMT ": %s", STR_ARG(var->name), err.message
        );
        diag_hint(
            diags, diag, "{env.X} and passwords have a value on this machine only; name a secret"
        );
    }
    return place->secret.len     ? VALUE_WORD("secret")
           : place->is_elsewhere ? VALUE_WORD("config")
                                 : VALUE_WORD("plain");
}

void value_env(
    Arena *arena, Node *map, const Catalog *catalog, const Service *service, DiagList *diags
)
{
    Node *list = node_new_seq(arena), *config = node_new_seq(arena);
    Place place = { .catalog = catalog, .service = service };
    for (size_t i = 0; i < service->env.len; i++) {
        const EnvVar *var = &service->env.ptr[i];
        Node *item = node_new_map_for(arena, ENV_NAMES);
        Str value = { 0 };
        Node *from = expand(arena, &place, var, &value, diags);
        value_text(arena, item, "name", var->name);
        value_text(arena, item, "value", value);
        value_add(arena, item, "from", from);
        value_text(arena, item, "key", str_lower(arena, var->name));
        value_text(arena, item, "secret", place.secret);
        node_append(arena, list, item);
        if (str_eq(from->text, STR("config"))) {
            node_append(arena, config, item);
        }
    }
    value_add(arena, map, "env", list);
    value_add(arena, map, "config", config);
}
