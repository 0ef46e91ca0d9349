/* What Prometheus refuses in the ways by which it finds its targets. */
#include "base/map.h"
#include "base/mem.h"

#include "prometheus_internal.h"
#include "prometheus_schema.h"

static const Node *scalar(const Node *map, const char *key)
{
    const Node *node = prometheus_said(map, key);
    bool is_one = node && node_is_scalar(node) && !prometheus_is_placeholder(node->text);
    return is_one ? node : NULL;
}

/* --- files, DNS, HTTP ------------------------------------------------------------------------- */

void prometheus_check_files(PrometheusFile *file, const Node *map)
{
    static const Str endings[] = { STR_INIT(".json"), STR_INIT(".yml"), STR_INIT(".yaml") };
    const Node *list = node_get_cstr(map, "files");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        if (!node_is_scalar(item) || prometheus_is_placeholder(item->text)) {
            continue;
        }
        Str name = str_lower(file->arena, item->text);
        size_t star = str_find_char(name, '*');
        bool fits = star == STR_NONE || !str_has_char(str_skip(name, star + 1), '/');
        bool ends = false;
        for (size_t j = 0; j < ARRAY_LEN(endings); j++) {
            ends = ends || str_has_suffix(name, endings[j]);
        }
        if (!fits || !ends) {
            prometheus_problem(
                file,
                item->span,
                "a file of targets ends in .json, .yml or .yaml, with a * in its last part at most"
            );
        }
    }
}

void prometheus_check_dns(PrometheusFile *file, const Node *map)
{
    static const Str types[] = { STR_INIT("A"), STR_INIT("AAAA"), STR_INIT("MX"), STR_INIT("NS") };
    const Node *type = scalar(map, "type");
    if (!type || str_eq_nocase(type->text, STR("SRV"))) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_eq_nocase(type->text, types[i])) {
            if (!prometheus_said(map, "port")) {
                prometheus_problem(
                    file,
                    type->span,
                    "a record of type %" STR_FMT " says no port",
                    STR_ARG(types[i])
                );
            }
            return;
        }
    }
    prometheus_problem(
        file,
        type->span,
        "type: \"%" STR_FMT "\" is none of SRV, A, AAAA, MX, NS",
        STR_ARG(type->text)
    );
}

void prometheus_check_http(PrometheusFile *file, const Node *map)
{
    const Node *url = scalar(map, "url");
    Str rest = url ? url->text : STR("");
    bool has_scheme =
        str_strip_prefix(&rest, STR("http://")) || str_strip_prefix(&rest, STR("https://"));
    if (url && (!has_scheme || rest.len == 0 || rest.ptr[0] == '/')) {
        prometheus_problem(
            file, url->span, "\"%" STR_FMT "\" is no URL of http or https", STR_ARG(url->text)
        );
    }
    prometheus_check_client(file, map);
}

/* --- Kubernetes ------------------------------------------------------------------------------- */

/* Whether a selector may be about `what` where `role` is looked for. */
static bool selects(Str role, Str what)
{
    bool is_endpoint = str_has_prefix(role, STR("endpoint"));
    return str_eq(role, what) || (str_eq_cstr(role, "pod") && str_eq_cstr(what, "node")) ||
           (is_endpoint && (str_eq_cstr(what, "pod") || str_eq_cstr(what, "service")));
}

static void check_selectors(PrometheusFile *file, const Node *map, Str role)
{
    const Node *list = node_get_cstr(map, "selectors");
    Map seen = MAP_ON_ARENA(file->arena);
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *what = scalar(list->seq.items[i], "role");
        if (what && map_set(&seen, what->text, file)) {
            prometheus_problem(
                file, what->span, "a second selector of the role %" STR_FMT, STR_ARG(what->text)
            );
        } else if (what && !selects(role, what->text)) {
            prometheus_problem(
                file,
                what->span,
                "where the role is %" STR_FMT ", nothing is selected by %" STR_FMT,
                STR_ARG(role),
                STR_ARG(what->text)
            );
        }
    }
}

void prometheus_check_kubernetes(PrometheusFile *file, const Node *map)
{
    static const char *const client[] = { "basic_auth",   "authorization",     "oauth2",
                                          "bearer_token", "bearer_token_file", "tls_config" };
    const Node *role = scalar(map, "role");
    const Node *own = node_get_cstr(node_get_cstr(map, "namespaces"), "own_namespace");
    bool has_server = prometheus_said(map, "api_server") != NULL;
    bool has_file = prometheus_said(map, "kubeconfig_file") != NULL;
    if (role) {
        check_selectors(file, map, role->text);
    }
    if (has_server && has_file) {
        prometheus_problem(file, map->span, "api_server and kubeconfig_file exclude each other");
    }
    if ((has_server || has_file) && own && own->kind == NODE_BOOL && own->boolean) {
        prometheus_problem(
            file, own->span, "own_namespace is that of the pod: not with another cluster"
        );
    }
    for (size_t i = 0; !has_server && i < ARRAY_LEN(client); i++) {
        if (prometheus_said(map, client[i])) {
            prometheus_problem(
                file,
                node_get_cstr(map, client[i])->span,
                "%s wants api_server beside it",
                client[i]
            );
            break;
        }
    }
    prometheus_check_client(file, map);
}
