/* Alertmanager's configuration: what it refuses to load.
 * https://prometheus.io/docs/alerting/latest/configuration/ */
#include "base/map.h"
#include "base/mem.h"

#include "prometheus_internal.h"

enum { ROUTES_DEPTH_MOST = 50 };

static const char top_keys[] = "global|templates|route|receivers|inhibit_rules|"
                               "mute_time_intervals|time_intervals|tracing";
static const char route_keys[] =
    "receiver|group_by|continue|match|match_re|matchers|group_wait|group_interval|"
    "repeat_interval|mute_time_intervals|active_time_intervals|wait_on_startup|routes";
static const char receiver_keys[] =
    "name|discord_configs|email_configs|incidentio_configs|jira_configs|jsm_configs|mattermost_"
    "configs|"
    "msteams_configs|msteamsv2_configs|opsgenie_configs|pagerduty_configs|pushover_configs|"
    "rocketchat_configs|signl4_configs|slack_configs|sns_configs|telegram_configs|victorops_"
    "configs|"
    "webex_configs|webhook_configs|wechat_configs";
static const char inhibit_keys[] = "name|source_match|source_match_re|source_matchers|"
                                   "target_match|target_match_re|target_matchers|equal|sources";

typedef struct Alertmanager {
    PrometheusFile *file;
    Map receivers, intervals;
} Alertmanager;

static bool is_list_or_nothing(PrometheusFile *file, const Node *node, const char *what)
{
    if (node && node->kind != NODE_NULL && !node_is_seq(node)) {
        prometheus_problem(
            file, node->span, "%s is a list, not %s", what, node_kind_name(node->kind)
        );
        return false;
    }
    return true;
}

/* The names of a list of maps, each once. */
static void read_names(PrometheusFile *file, const char *key, const char *keys, Map *ret_names)
{
    const Node *list = node_get_cstr(file->root, key);
    if (!is_list_or_nothing(file, list, key)) {
        return;
    }
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        const Node *name = node_get_cstr(item, "name");
        prometheus_check_keys(file, item, keys, key);
        if (!name || !node_is_scalar(name) || name->text.len == 0) {
            prometheus_problem(file, item->span, "an entry of %s without a name", key);
        } else if (map_set(ret_names, name->text, (void *) (uintptr_t) name)) {
            prometheus_problem(
                file, name->span, "a second \"%" STR_FMT "\" in %s", STR_ARG(name->text), key
            );
        }
    }
}

/* --- matchers --------------------------------------------------------------------------------- */

/* Since 0.27 every text is a label; in a matcher what its grammar needs stands in quotes. */
static bool is_plain_label(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (str_has_char(STR("{}!=~,\\\"'` \t\r\n"), name.ptr[i])) {
            return false;
        }
    }
    return name.len > 0;
}

/* Those that open or close a value. */
static size_t count_quotes(Str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == '"' && (i == 0 || text.ptr[i - 1] != '\\');
    }
    return count;
}

/* `severity=~"page|ticket"`; several stand in one text, parted by commas, and may have braces: of those
 * only the first is looked at. */
static void check_matcher(PrometheusFile *file, const Node *node)
{
    static const char *const operators[] = { "=~", "!~", "!=", "=" };
    Str text = node_is_scalar(node) ? str_trim(node->text) : STR("");
    (void) str_strip_prefix(&text, STR("{"));
    size_t end = 0;
    bool is_quoted = text.len > 0 && text.ptr[0] == '"';
    while (end < text.len && !str_has_char(STR("=!"), text.ptr[end])) {
        end++;
    }
    Str name = str_trim(str_slice(text, 0, end));
    Str rest = str_skip(text, end);
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (!str_strip_prefix(&rest, str_from(operators[i]))) {
            continue;
        }
        Str value = str_trim(rest);
        bool is_plain =
            !str_has_char(value, '\\') && !str_has_char(value, ',') && !str_has_char(value, '}');
        if (count_quotes(value) % 2 != 0) {
            break;
        }
        if (str_strip_prefix(&value, STR("\""))) {
            (void) str_strip_suffix(&value, STR("\""));
        }
        if (i < 2 && is_plain) {
            prometheus_check_regex(file, node, value);
        }
        if (is_quoted || is_plain_label(name)) {
            return;
        }
        break;
    }
    prometheus_problem(
        file, node->span, "no matcher such as severity=\"page\": %" STR_FMT, STR_ARG(text)
    );
}

/* The old maps of a label to a value or to an expression, and the list that came after them. */
static void check_matchers(PrometheusFile *file, const Node *map, const char *const keys[3])
{
    const Node *expressions = node_get_cstr(map, keys[1]);
    const Node *list = node_get_cstr(map, keys[2]);
    for (size_t k = 0; k < 2; k++) {
        const Node *old = node_get_cstr(map, keys[k]);
        for (size_t i = 0; node_is_map(old) && i < old->map.len; i++) {
            const Node *name = old->map.pairs[i].key;
            if (name->text.len == 0) {
                prometheus_problem(file, name->span, "a label has a name");
            }
        }
    }
    for (size_t i = 0; node_is_map(expressions) && i < expressions->map.len; i++) {
        const Node *value = expressions->map.pairs[i].value;
        if (node_is_scalar(value)) {
            prometheus_check_regex(file, value, value->text);
        }
    }
    if (is_list_or_nothing(file, list, keys[2])) {
        for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
            check_matcher(file, list->seq.items[i]);
        }
    }
}

/* --- routes ----------------------------------------------------------------------------------- */

static const char *const route_matchers[] = { "match", "match_re", "matchers" };

static void check_receiver(Alertmanager *all, const Node *receiver)
{
    if (!receiver || !node_is_scalar(receiver) || map_has(&all->receivers, receiver->text)) {
        return;
    }
    PrometheusFile *file = all->file;
    size_t count = 0;
    bool is_filled_in = prometheus_is_placeholder(receiver->text);
    Str *names = ARENA_ARRAY(file->arena, Str, all->receivers.len + 1);
    map_foreach(entry, &all->receivers) {
        names[count++] = entry->key;
        is_filled_in = is_filled_in || prometheus_is_placeholder(entry->key);
    }
    if (is_filled_in) {
        return;
    }
    prometheus_problem(
        file, receiver->span, "no receiver is called \"%" STR_FMT "\"", STR_ARG(receiver->text)
    );
    Str nearest = str_nearest(receiver->text, names, count);
    if (nearest.len > 0 && file->problems.len > 0) {
        vec_last(&file->problems)->hint =
            str_printf(file->arena, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
    }
}

static void check_intervals(Alertmanager *all, const Node *route, const char *key)
{
    const Node *list = node_get_cstr(route, key);
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *name = list->seq.items[i];
        if (node_is_scalar(name) && !map_has(&all->intervals, name->text)) {
            prometheus_problem(
                all->file,
                name->span,
                "no time interval is called \"%" STR_FMT "\"",
                STR_ARG(name->text)
            );
        }
    }
}

static void check_grouping(PrometheusFile *file, const Node *route)
{
    const Node *list = node_get_cstr(route, "group_by");
    Map names = MAP_ON_ARENA(file->arena);
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *name = list->seq.items[i];
        Str text = node_is_scalar(name) ? name->text : STR("");
        bool is_all = str_eq(text, STR("..."));
        if (is_all && list->seq.len > 1) {
            prometheus_problem(
                file, name->span, "\"...\" stands for all labels, others are too much"
            );
        } else if (text.len == 0) {
            prometheus_problem(file, name->span, "a label has a name");
        } else if (map_set(&names, text, file)) {
            prometheus_problem(
                file, name->span, "group_by has \"%" STR_FMT "\" twice", STR_ARG(text)
            );
        }
    }
}

static void check_times(PrometheusFile *file, const Node *route)
{
    static const char *const keys[] = { "group_wait", "group_interval", "repeat_interval" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const Node *node = node_get_cstr(route, keys[i]);
        int64_t ms = -1;
        if (prometheus_duration(file, node, keys[i], &ms) && i > 0 &&
            (ms == 0 || str_eq(node->text, STR("0")))) {
            prometheus_problem(file, node->span, "%s can't be 0", keys[i]);
        }
    }
}

static void check_route(Alertmanager *all, const Node *route, unsigned depth)
{
    const Node *routes = node_get_cstr(route, "routes");
    if (!node_is_map(route)) {
        prometheus_problem(
            all->file, route->span, "a route is a map, not %s", node_kind_name(route->kind)
        );
        return;
    }
    prometheus_check_keys(all->file, route, route_keys, "a route");
    check_receiver(all, node_get_cstr(route, "receiver"));
    check_intervals(all, route, "mute_time_intervals");
    check_intervals(all, route, "active_time_intervals");
    check_grouping(all->file, route);
    check_times(all->file, route);
    check_matchers(all->file, route, route_matchers);
    if (is_list_or_nothing(all->file, routes, "routes") && depth < ROUTES_DEPTH_MOST) {
        for (size_t i = 0; node_is_seq(routes) && i < routes->seq.len; i++) {
            check_route(all, routes->seq.items[i], depth + 1);
        }
    }
}

/* The first route takes every alert, so it must say where to, and can't choose. */
static void check_root(Alertmanager *all, const Node *route)
{
    static const char *const others[] = {
        "match", "match_re", "matchers", "mute_time_intervals", "active_time_intervals"
    };
    const Node *receiver = node_get_cstr(route, "receiver");
    if (!node_is_map(route) || !receiver || receiver->text.len == 0) {
        prometheus_problem(
            all->file,
            route ? route->span : all->file->root->span,
            "the first route has no receiver"
        );
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        const Node *node = node_get_cstr(route, others[i]);
        bool is_said = node && ((node_is_seq(node) && node->seq.len > 0) ||
                                (node_is_map(node) && node->map.len > 0));
        if (is_said) {
            prometheus_problem(
                all->file, node->span, "the first route takes every alert: no %s there", others[i]
            );
        }
    }
}

static void check_inhibitions(PrometheusFile *file)
{
    static const char *const sources[] = { "source_match", "source_match_re", "source_matchers" };
    static const char *const targets[] = { "target_match", "target_match_re", "target_matchers" };
    const Node *list = node_get_cstr(file->root, "inhibit_rules");
    if (!is_list_or_nothing(file, list, "inhibit_rules")) {
        return;
    }
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *rule = list->seq.items[i];
        prometheus_check_keys(file, rule, inhibit_keys, "inhibit_rules");
        check_matchers(file, rule, sources);
        check_matchers(file, rule, targets);
    }
}

void prometheus_read_alertmanager(PrometheusFile *file)
{
    Alertmanager all = { .file = file,
                         .receivers = MAP_ON_ARENA(file->arena),
                         .intervals = MAP_ON_ARENA(file->arena) };
    const Node *route = node_get_cstr(file->root, "route");
    prometheus_check_keys(file, file->root, top_keys, "the file");
    read_names(file, "receivers", receiver_keys, &all.receivers);
    read_names(file, "time_intervals", "name|time_intervals", &all.intervals);
    read_names(file, "mute_time_intervals", "name|time_intervals", &all.intervals);
    check_root(&all, route);
    if (route) {
        check_route(&all, route, 0);
    }
    check_inhibitions(file);
}
