/* The items of a service's lists: hosts, variables, devices, mounts, commands. */
#include <arpa/inet.h>

#include "internal.h"

/* Items of a list that have two parts, the first of which says something. */
static void
check_parts(ComposeProject *project, const Node *list, const char *separators, const char *expected)
{
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        Str text;
        bool parted = !node_is_string(item) || !compose_text(project, item, &text);
        for (const char *c = separators; *c && !parted; c++) {
            size_t at = str_find_char(text, *c);
            parted = at != STR_NONE && at > 0;
        }
        if (!parted) {
            compose_problem(
                project, item->span, "\"%" STR_FMT "\" is not %s", STR_ARG(item->text), expected
            );
        }
    }
}

/* "A = b" sets a variable whose name ends with a blank. */
static void check_variables(ComposeProject *project, const Node *list)
{
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        Str name, value;
        if (node_is_string(item) && str_cut(item->text, '=', &name, &value) &&
            str_has_suffix(name, STR(" "))) {
            compose_problem(
                project, item->span, "the name \"%" STR_FMT "\" ends with a blank", STR_ARG(name)
            );
        }
    }
}

static void check_lists(ComposeProject *project, const ComposeService *service)
{
    check_parts(project, compose_below(service->node, "extra_hosts"), ":=", "host=address");
    check_parts(project, compose_below(service->node, "build.extra_hosts"), ":=", "host=address");
    check_parts(
        project, compose_below(service->node, "build.additional_contexts"), "=", "name=context"
    );
    check_variables(project, compose_below(service->node, "environment"));
    check_variables(project, compose_below(service->node, "build.args"));
}

static bool is_address(const char *text)
{
    struct in6_addr bytes;
    return inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1;
}

/* Of "80:80/tcp". */
static bool has_known_protocol(Str port)
{
    size_t slash = str_rfind_char(port, '/');
    Str name = slash == STR_NONE ? STR("tcp") : str_skip(port, slash + 1);
    return name.len == 0 || str_has_char(port, '$') || str_eq_nocase(name, STR("tcp")) ||
           str_eq_nocase(name, STR("udp")) || str_eq_nocase(name, STR("sctp"));
}

static void check_addresses(ComposeProject *project, const ComposeService *service)
{
    for (size_t i = 0; i < service->ports.len; i++) {
        const ComposePort *port = &service->ports.ptr[i];
        const Node *ip = port->is_short ? port->node : node_get_cstr(port->node, "host_ip");
        bool is_known = port->host_ip.len > 0 && !str_has_char(port->host_ip, '$') &&
                        !str_eq(port->host_ip, STR("?"));
        const char *text = str_to_cstr(project->arena, port->host_ip);
        if (ip && is_known && !is_address(text)) {
            compose_problem(project, ip->span, "\"%s\" is no address", text);
        }
        bool is_bare = port->is_short && is_known && str_has_char(port->host_ip, ':') &&
                       !str_has_prefix(port->node->text, STR("["));
        if (is_bare) {
            compose_problem(project, port->node->span, "write [%s], with brackets", text);
        }
        if (port->is_short && !has_known_protocol(port->node->text)) {
            compose_problem(
                project,
                port->node->span,
                "\"%" STR_FMT "\": the protocols are tcp, udp and sctp",
                STR_ARG(port->node->text)
            );
        }
    }
}

/* --- commands --- */

/* Whether a shell's quotes and escapes end. */
static bool is_closed(Str text)
{
    char quote = '\0';
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' && quote != '\'') {
            if (++i >= text.len) {
                return false;
            }
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        }
    }
    return quote == '\0';
}

static void check_command(ComposeProject *project, const Node *command)
{
    Str text;
    if (node_is_string(command) && compose_text(project, command, &text) && !is_closed(text)) {
        compose_problem(project, command->span, "a quote or backslash of the command has no end");
    }
}

/* --- long forms --- */

/* Maps of a list that can't do without the key. */
static void check_has(ComposeProject *project, const Node *list, const char *what, const char *key)
{
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        if (node_is_map(item) && !node_get_cstr(item, key)) {
            compose_problem(project, item->span, "the %s lacks \"%s\"", what, key);
        }
    }
}

static void check_mounts(ComposeProject *project, const Node *list)
{
    check_has(project, list, "mount", "target");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *type = node_get_cstr(list->seq.items[i], "type");
        if (node_is_string(type) && str_eq(type->text, STR("bind")) &&
            !node_get_cstr(list->seq.items[i], "source")) {
            compose_problem(project, type->span, "a bind lacks \"source\"");
        }
    }
}

static void check_devices(ComposeProject *project, const Node *list)
{
    check_has(project, list, "device", "target");
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        size_t colons = 0;
        for (size_t j = 0; node_is_string(item) && j < item->text.len; j++) {
            colons += item->text.ptr[j] == ':';
        }
        if (colons > 2 && !str_has_char(item->text, '$')) {
            compose_problem(
                project,
                item->span,
                "\"%" STR_FMT "\" is not /dev/host:/dev/container:rwm",
                STR_ARG(item->text)
            );
        }
    }
}

static void check_storage(ComposeProject *project, const Node *options)
{
    for (size_t i = 0; node_is_map(options) && i < options->map.len; i++) {
        const Node *value = options->map.pairs[i].value;
        if (value->kind != NODE_STRING && value->kind != NODE_NULL && value->kind != NODE_INT) {
            compose_problem(
                project,
                value->span,
                "storage_opt wants strings, not %s",
                node_kind_name(value->kind)
            );
        }
    }
}

void compose_check_items(ComposeProject *project, const ComposeService *service)
{
    check_lists(project, service);
    check_addresses(project, service);
    check_command(project, node_get_cstr(service->node, "command"));
    check_command(project, node_get_cstr(service->node, "entrypoint"));
    check_has(project, node_get_cstr(service->node, "ports"), "port", "target");
    check_has(project, node_get_cstr(service->node, "secrets"), "secret", "source");
    check_has(project, node_get_cstr(service->node, "configs"), "config", "source");
    check_has(project, compose_below(service->node, "build.secrets"), "secret", "source");
    check_mounts(project, node_get_cstr(service->node, "volumes"));
    check_devices(project, node_get_cstr(service->node, "devices"));
    check_storage(project, node_get_cstr(service->node, "storage_opt"));
}
