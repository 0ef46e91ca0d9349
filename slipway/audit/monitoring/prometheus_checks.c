/* What Prometheus refuses in a map that is right key by key. */
#include "base/map.h"
#include "base/mem.h"

#include "prometheus_internal.h"
#include "prometheus_schema.h"

/* At most one of the keys, parted by '|', is said; a problem at the second that is. */
static void check_one_of(PrometheusFile *file, const Node *map, const char *keys)
{
    Str rest = str_from(keys);
    Str first = STR("");
    for (Str key; str_next(&rest, '|', &key);) {
        const Node *node = prometheus_said(map, str_to_cstr(file->arena, key));
        if (node && first.len > 0) {
            prometheus_problem(
                file,
                node->span,
                "%" STR_FMT " and %" STR_FMT " exclude each other",
                STR_ARG(first),
                STR_ARG(key)
            );
            return;
        }
        first = node ? key : first;
    }
}

/* --- the file --------------------------------------------------------------------------------- */

/* A '*' may stand in the last part of a path alone. */
static void check_patterns(PrometheusFile *file, const Node *list, const char *what)
{
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        size_t star = node_is_scalar(item) ? str_find_char(item->text, '*') : STR_NONE;
        Str behind = star == STR_NONE ? STR("") : str_skip(item->text, star + 1);
        if (str_has_char(behind, '/')) {
            prometheus_problem(
                file, item->span, "%s: a * stands in the last part of a path only", what
            );
        }
    }
}

static void check_names(PrometheusFile *file, const char *key)
{
    const Node *list = node_get_cstr(file->root, key);
    Map names = MAP_ON_ARENA(file->arena);
    for (size_t i = 0; node_is_seq(list) && i < list->seq.len; i++) {
        Str name = prometheus_said_text(list->seq.items[i], "name");
        if (name.len > 0 && map_set(&names, name, file)) {
            prometheus_problem(
                file,
                node_get_cstr(list->seq.items[i], "name")->span,
                "a second \"%" STR_FMT "\" in %s",
                STR_ARG(name),
                key
            );
        }
    }
}

void prometheus_check_root(PrometheusFile *file, const Node *root)
{
    check_patterns(file, node_get_cstr(root, "rule_files"), "rule_files");
    check_patterns(file, node_get_cstr(root, "scrape_config_files"), "scrape_config_files");
    check_names(file, "remote_write");
    check_names(file, "remote_read");
}

/* --- who it is for a server ------------------------------------------------------------------- */

void prometheus_check_client(PrometheusFile *file, const Node *map)
{
    static const char *const alone[] = {
        "bearer_token|bearer_token_file",  "basic_auth|bearer_token",
        "basic_auth|bearer_token_file",    "oauth2|bearer_token",
        "oauth2|bearer_token_file",        "authorization|bearer_token",
        "authorization|bearer_token_file", "basic_auth|oauth2|authorization",
    };
    for (size_t i = 0; i < ARRAY_LEN(alone); i++) {
        check_one_of(file, map, alone[i]);
    }
    check_one_of(file, node_get_cstr(map, "basic_auth"), "username|username_file|username_ref");
    check_one_of(file, node_get_cstr(map, "basic_auth"), "password|password_file|password_ref");
    const Node *authorization = node_get_cstr(map, "authorization");
    check_one_of(file, authorization, "credentials|credentials_file|credentials_ref");
    if (str_eq_nocase(prometheus_said_text(authorization, "type"), STR("basic"))) {
        prometheus_problem(
            file,
            prometheus_said(authorization, "type")->span,
            "basic authorization is basic_auth's"
        );
    }
    const Node *tls = node_get_cstr(map, "tls_config");
    check_one_of(file, tls, "ca|ca_file|ca_ref");
    check_one_of(file, tls, "cert|cert_file|cert_ref");
    check_one_of(file, tls, "key|key_file|key_ref");
    bool has_cert = prometheus_said(tls, "cert") || prometheus_said(tls, "cert_file") ||
                    prometheus_said(tls, "cert_ref");
    bool has_key = prometheus_said(tls, "key") || prometheus_said(tls, "key_file") ||
                   prometheus_said(tls, "key_ref");
    if (has_cert != has_key) {
        prometheus_problem(
            file, tls->span, "a certificate of a client and its key belong together"
        );
    }
}

/* --- what goes out ---------------------------------------------------------------------------- */

static void check_headers(PrometheusFile *file, const Node *map, const char *authorization)
{
    static const Str reserved[] = {
        STR_INIT("host"),
        STR_INIT("content-encoding"),
        STR_INIT("content-length"),
        STR_INIT("content-type"),
        STR_INIT("user-agent"),
        STR_INIT("connection"),
        STR_INIT("keep-alive"),
        STR_INIT("proxy-authenticate"),
        STR_INIT("proxy-authorization"),
        STR_INIT("www-authenticate"),
        STR_INIT("accept-encoding"),
        STR_INIT("x-prometheus-remote-write-version"),
        STR_INIT("x-prometheus-remote-read-version"),
        STR_INIT("x-amz-date"),
        STR_INIT("x-amz-security-token"),
        STR_INIT("x-amz-content-sha256"),
    };
    const Node *headers = node_get_cstr(map, "headers");
    for (size_t i = 0; node_is_map(headers) && i < headers->map.len; i++) {
        const Node *key = headers->map.pairs[i].key;
        if (str_eq_nocase(key->text, STR("authorization"))) {
            prometheus_problem(file, key->span, "%s", authorization);
        }
        for (size_t j = 0; j < ARRAY_LEN(reserved); j++) {
            if (str_eq_nocase(key->text, reserved[j])) {
                prometheus_problem(
                    file,
                    key->span,
                    "the header \"%" STR_FMT "\" is Prometheus' own",
                    STR_ARG(key->text)
                );
            }
        }
    }
}

#define AUTHORIZED "authorization has a key of its own: basic_auth, authorization or oauth2"

void prometheus_check_write(PrometheusFile *file, const Node *map)
{
    check_headers(file, map, AUTHORIZED);
    check_one_of(file, map, "basic_auth|authorization|oauth2|sigv4|azuread|google_iam");
    prometheus_check_client(file, map);
}

void prometheus_check_read(PrometheusFile *file, const Node *map)
{
    check_headers(file, map, AUTHORIZED);
    prometheus_check_client(file, map);
}

void prometheus_check_queue(PrometheusFile *file, const Node *map)
{
    const Node *least = prometheus_said(map, "min_shards");
    const Node *most = prometheus_said(map, "max_shards");
    int64_t backoff = 0;
    int64_t backoff_most = 0;
    if (least && most && least->kind == NODE_INT && most->kind == NODE_INT &&
        least->integer > most->integer) {
        prometheus_problem(file, least->span, "min_shards is more than max_shards");
    }
    const Node *longest = prometheus_said(map, "max_backoff");
    if (promql_duration(prometheus_said_text(map, "min_backoff"), &backoff) &&
        promql_duration(prometheus_said_text(map, "max_backoff"), &backoff_most) &&
        backoff > backoff_most) {
        prometheus_problem(file, longest->span, "max_backoff is less than min_backoff");
    }
}

void prometheus_check_tracing(PrometheusFile *file, const Node *map)
{
    check_headers(file, map, "tracing can't be authorized by a header yet");
}

void prometheus_check_otlp(PrometheusFile *file, const Node *map)
{
    const Node *all = prometheus_said(map, "promote_all_resource_attributes");
    bool is_all = all && all->kind == NODE_BOOL && all->boolean;
    const Node *some =
        prometheus_said(map, is_all ? "promote_resource_attributes" : "ignore_resource_attributes");
    bool is_told = !all || all->kind == NODE_BOOL;
    if (some && is_told) {
        prometheus_problem(
            file,
            some->span,
            is_all ? "promote_all_resource_attributes leaves nothing to promote"
                   : "ignore_resource_attributes wants promote_all_resource_attributes: true"
        );
    }
}
