/* What a service publishes and what it mounts: the short forms and the long ones. */
#include "internal.h"

enum { PORT_MOST = 65535 };

/* "80" or "8000-8010". */
static bool read_range(Str text, uint32_t *ret_first, uint32_t *ret_count)
{
    Str from = text, to = STR("");
    bool is_range = str_cut(text, '-', &from, &to);
    uint64_t first = 0, last = 0;
    if (!str_to_uint64(from, &first) || first > PORT_MOST) {
        return false;
    }
    last = first;
    if (is_range && (!str_to_uint64(to, &last) || last > PORT_MOST || last < first)) {
        return false;
    }
    *ret_first = (uint32_t) first;
    *ret_count = (uint32_t) (last - first + 1);
    return true;
}

static ComposeProtocol protocol_of(Str text)
{
    return text.len == 0 || str_eq_nocase(text, STR("tcp")) ? COMPOSE_TCP
           : str_eq_nocase(text, STR("udp"))                ? COMPOSE_UDP
                                                            : COMPOSE_OTHER_PROTOCOL;
}

/* [[IP:]HOST:]CONTAINER, an IPv6 address in brackets or not. */
static void split(Str text, Str *ret_ip, Str *ret_host, Str *ret_container)
{
    size_t last = str_rfind_char(text, ':');
    *ret_ip = STR("");
    *ret_host = STR("");
    *ret_container = last == STR_NONE ? text : str_skip(text, last + 1);
    if (last == STR_NONE) {
        return;
    }
    Str left = str_slice(text, 0, last);
    size_t before = str_rfind_char(left, ':');
    *ret_host = before == STR_NONE ? left : str_skip(left, before + 1);
    *ret_ip = before == STR_NONE ? STR("") : str_slice(left, 0, before);
    if (str_strip_prefix(ret_ip, STR("["))) {
        str_strip_suffix(ret_ip, STR("]"));
    }
}

static void report(ComposeProject *project, const Node *node, const char *what)
{
    compose_problem(project, node->span, "%s: \"%" STR_FMT "\"", what, STR_ARG(node->text));
    compose_problem_hint(
        project, "[[IP:]HOST:]CONTAINER[/PROTOCOL], such as \"127.0.0.1:8080:80\""
    );
}

/* The address stands before both ports, so it can't be told when its variable has no value. */
static bool has_unknown_address(const ComposeProject *project, const Node *node)
{
    ComposeVariable variable;
    size_t at = 0;
    if (!compose_next_variable(node->text, &at, &variable) || variable.start != 0) {
        return false;
    }
    bool complete;
    Str value = compose_best_text(project, str_slice(node->text, 0, variable.end), &complete);
    return !complete && value.len == 0;
}

static void read_short(ComposeProject *project, ComposeService *service, const Node *node)
{
    bool complete;
    Str text = compose_best_text(project, node->text, &complete);
    Str ports = text, protocol = STR("");
    (void) str_cut(text, '/', &ports, &protocol);
    Str ip, host, container;
    split(ports, &ip, &host, &container);
    ComposePort port = { .node = node, .host_ip = ip, .count = 1, .is_short = true };
    port.protocol = protocol_of(protocol);
    port.is_published = host.len > 0;
    uint32_t published_count = 1, target_count = 1;
    bool fine = read_range(container, &port.target, &target_count) &&
                (host.len == 0 || read_range(host, &port.published, &published_count));
    if (!complete) {
        port.is_published = str_has_char(ports, ':');
        port.host_ip = has_unknown_address(project, node) ? STR("?") : ip;
    } else if (!fine) {
        report(project, node, "no port mapping");
        return;
    } else if (host.len > 0 && target_count > 1 && published_count != target_count) {
        report(project, node, "ranges of different lengths");
        return;
    }
    port.count = published_count > target_count ? published_count : target_count;
    vec_push(&service->ports, project->arena, port);
}

static uint32_t read_number(const ComposeProject *project, const Node *node, uint32_t *ret_count)
{
    Str text;
    uint32_t first = 0;
    if (node && compose_text(project, node, &text)) {
        (void) read_range(text, &first, ret_count);
    }
    return first;
}

static void read_long(ComposeProject *project, ComposeService *service, const Node *node)
{
    ComposePort port = { .node = node, .count = 1 };
    const Node *published = node_get_cstr(node, "published");
    const Node *ip = node_get_cstr(node, "host_ip");
    const Node *protocol = node_get_cstr(node, "protocol");
    Str text = STR("");
    uint32_t ignored = 1;
    port.target = read_number(project, node_get_cstr(node, "target"), &ignored);
    port.published = read_number(project, published, &port.count);
    port.is_published = published != NULL;
    port.protocol =
        protocol_of(protocol && compose_text(project, protocol, &text) ? text : STR(""));
    if (ip) {
        port.host_ip = compose_text(project, ip, &text) ? text : STR("?");
    }
    vec_push(&service->ports, project->arena, port);
}

void compose_read_ports(ComposeProject *project, ComposeService *service)
{
    const Node *ports = node_get_cstr(service->node, "ports");
    for (size_t i = 0; node_is_seq(ports) && i < ports->seq.len; i++) {
        const Node *item = ports->seq.items[i];
        if (item->kind == NODE_MAP) {
            read_long(project, service, item);
        } else if (item->kind == NODE_STRING || item->kind == NODE_INT) {
            read_short(project, service, item);
        }
    }
}

/* --- mounts --- */

static bool is_path(Str source)
{
    return str_has_prefix(source, STR("/")) || str_has_prefix(source, STR(".")) ||
           str_has_prefix(source, STR("~")) || str_has_prefix(source, STR("$")) ||
           str_has_char(source, '\\') || (source.len > 1 && source.ptr[1] == ':');
}

static bool has_option(Str options, Str wanted)
{
    Str option;
    while (str_next(&options, ',', &option)) {
        if (str_eq(option, wanted)) {
            return true;
        }
    }
    return false;
}

/* SOURCE:TARGET[:OPTIONS] or TARGET; "C:\x" has a colon of its own. */
static ComposeMount short_mount(Str text)
{
    ComposeMount mount = { .kind = COMPOSE_MOUNT_ANONYMOUS, .target = text };
    bool is_drive = text.len > 2 && ((text.ptr[0] | 0x20) >= 'a' && (text.ptr[0] | 0x20) <= 'z') &&
                    text.ptr[1] == ':' && (text.ptr[2] == '\\' || text.ptr[2] == '/');
    size_t drive = is_drive ? 2 : 0;
    size_t colon = str_find_char(str_skip(text, drive), ':');
    if (colon == STR_NONE) {
        return mount;
    }
    mount.source = str_slice(text, 0, drive + colon);
    mount.target = str_skip(text, drive + colon + 1);
    mount.kind = is_path(mount.source) ? COMPOSE_MOUNT_BIND : COMPOSE_MOUNT_VOLUME;
    size_t options = str_find_char(mount.target, ':');
    if (options != STR_NONE) {
        mount.is_read_only = has_option(str_skip(mount.target, options + 1), STR("ro"));
        mount.target = str_slice(mount.target, 0, options);
    }
    return mount;
}

static ComposeMountKind kind_of(Str type, bool has_source)
{
    return str_eq(type, STR("bind"))      ? COMPOSE_MOUNT_BIND
           : str_eq(type, STR("tmpfs"))   ? COMPOSE_MOUNT_TMPFS
           : !str_eq(type, STR("volume")) ? COMPOSE_MOUNT_OTHER
           : has_source                   ? COMPOSE_MOUNT_VOLUME
                                          : COMPOSE_MOUNT_ANONYMOUS;
}

static ComposeMount long_mount(const ComposeProject *project, const Node *node)
{
    ComposeMount mount = { 0 };
    const Node *read_only = node_get_cstr(node, "read_only");
    const Node *source = node_get_cstr(node, "source");
    Str type = node_string_or(node_get_cstr(node, "type"), STR(""));
    mount.kind = kind_of(type, source != NULL);
    if (source && !compose_text(project, source, &mount.source)) {
        mount.kind = mount.kind == COMPOSE_MOUNT_VOLUME ? COMPOSE_MOUNT_OTHER : mount.kind;
    }
    if (!compose_text(project, node_get_cstr(node, "target"), &mount.target)) {
        mount.target = STR("");
    }
    mount.is_read_only = read_only && read_only->kind == NODE_BOOL && read_only->boolean;
    return mount;
}

void compose_read_mounts(ComposeProject *project, ComposeService *service)
{
    const Node *volumes = node_get_cstr(service->node, "volumes");
    for (size_t i = 0; node_is_seq(volumes) && i < volumes->seq.len; i++) {
        const Node *item = volumes->seq.items[i];
        bool complete = true;
        ComposeMount mount = { 0 };
        if (item->kind == NODE_MAP) {
            mount = long_mount(project, item);
        } else if (item->kind == NODE_STRING) {
            mount = short_mount(compose_best_text(project, item->text, &complete));
            /* what a variable without a value hides may be a path or a name */
            mount.kind = complete ? mount.kind : COMPOSE_MOUNT_OTHER;
        } else {
            continue;
        }
        mount.node = item;
        vec_push(&service->mounts, project->arena, mount);
    }
}
