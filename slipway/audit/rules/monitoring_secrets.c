/* Secrets in what Prometheus, Alertmanager and Grafana read. */
#include "base/mem.h"

#include "monitoring.h"
#include "words.h"

static void say(RuleContext *ctx, const Node *node, Str key)
{
    rule_find(ctx, node, "%" STR_FMT " stands here in plain text", STR_ARG(key));
}

static void check_url(RuleContext *ctx, const Node *node, Str key)
{
    const char *proof = node_is_string(node) ? url_proof(node->text) : NULL;
    if (proof) {
        rule_find(
            ctx, node, "the %s of the %" STR_FMT " stands here in plain text", proof, STR_ARG(key)
        );
    }
}

/* --- Grafana ---------------------------------------------------------------------------------- */

/* $VAR, ${VAR}, $__file{…}, $__env{…} are filled in by Grafana. */
static void check_secret(RuleContext *ctx, const Node *node, Str key)
{
    if (node_is_string(node) && is_secret_text(node->text)) {
        say(ctx, node, key);
    }
}

static void check_datasource(RuleContext *ctx, const Node *datasource)
{
    static const Str keys[] = { STR_INIT("password"), STR_INIT("basicAuthPassword") };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        check_secret(ctx, node_get(datasource, keys[i]), keys[i]);
    }
    const Node *secure = node_get_cstr(datasource, "secureJsonData");
    for (size_t i = 0; node_is_map(secure) && i < secure->map.len; i++) {
        check_secret(ctx, secure->map.pairs[i].value, secure->map.pairs[i].key->text);
    }
    check_url(ctx, node_get_cstr(datasource, "url"), STR("url"));
}

/* --- Prometheus and Alertmanager -------------------------------------------------------------- */

static bool is_one_of(Str key, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq_cstr(key, words[i])) {
            return true;
        }
    }
    return false;
}

/* Keys whose value proves something, as the two configurations name them. */
static bool is_secret_key(Str key)
{
    static const char *const keys[] = {
        "password",
        "auth_password",
        "auth_secret",
        "smtp_auth_password",
        "smtp_auth_secret",
        "bearer_token",
        "credentials",
        "client_secret",
        "secret_key",
        "api_key",
        "api_secret",
        "service_key",
        "routing_key",
        "opsgenie_api_key",
        "victorops_api_key",
        "wechat_api_secret",
        "bot_token",
        "telegram_bot_token",
        "token",
        "user_key",
        "rocketchat_token",
        "account_key",
        "shared_access_key",
        "application_credential_secret",
        "app_token",
        "mattermost_api_key",
    };
    return is_one_of(key, keys, ARRAY_LEN(keys));
}

/* What people name themselves: labels, parameters of a request, texts of a message. */
static bool is_own_naming(Str key)
{
    static const char *const keys[] = { "labels",   "external_labels", "match",
                                        "match_re", "params",          "annotations",
                                        "details",  "fields",          "routes" };
    return is_one_of(key, keys, ARRAY_LEN(keys)) || str_has_suffix(key, STR("relabel_configs"));
}

static bool is_header(Arena *arena, Str key)
{
    return str_eq_nocase(key, STR("Authorization")) || names_secret(arena, key) ||
           str_eq_nocase(key, STR("X-Api-Key"));
}

static void check_headers(RuleContext *ctx, const Node *headers)
{
    for (size_t i = 0; node_is_map(headers) && i < headers->map.len; i++) {
        const NodePair *pair = &headers->map.pairs[i];
        Str value = node_is_string(pair->value) ? pair->value->text : STR("");
        if (!str_strip_prefix(&value, STR("Bearer "))) {
            (void) str_strip_prefix(&value, STR("Basic "));
        }
        if (is_header(ctx->diags->arena, pair->key->text) && is_secret_text(value)) {
            say(ctx, pair->value, pair->key->text);
        }
    }
}

static void check_values(RuleContext *ctx, const Node *node);

static void check_pair(RuleContext *ctx, const NodePair *pair)
{
    Str key = pair->key->text;
    if (is_own_naming(key)) {
        return;
    }
    if (str_eq(key, STR("headers"))) {
        check_headers(ctx, pair->value);
    } else if (!node_is_scalar(pair->value)) {
        check_values(ctx, pair->value);
    } else if (is_secret_key(key)) {
        check_secret(ctx, pair->value, key);
    } else if (str_has_suffix(key, STR("url"))) {
        check_url(ctx, pair->value, key);
    }
}

/* As deep as YAML may be. */
static void check_values(RuleContext *ctx, const Node *node)
{
    for (size_t i = 0; node_is_map(node) && i < node->map.len; i++) {
        check_pair(ctx, &node->map.pairs[i]);
    }
    for (size_t i = 0; node_is_seq(node) && i < node->seq.len; i++) {
        check_values(ctx, node->seq.items[i]);
    }
}

static void gr015(RuleContext *ctx, const PrometheusFile *file)
{
    const Node *list = node_get_cstr(file->root, "datasources");
    bool is_config = file->kind == PROMETHEUS_CONFIG || file->kind == PROMETHEUS_ALERTMANAGER;
    for (size_t i = 0; file->kind == PROMETHEUS_PROVISIONING && i < node_len(list); i++) {
        check_datasource(ctx, list->seq.items[i]);
    }
    if (is_config) {
        check_values(ctx, file->root);
    }
}

static const AuditRule rules[] = {
    { .id = "GR015",
      .artifact = "Prometheus",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A password or token in what Prometheus, Alertmanager or Grafana read",
      .why = "Everyone who may read the repository has it, and so has the history of git; the path "
             "of a "
             "chat's hook is one too.",
      .fix =
          "name a file (password_file, credentials_file, api_url_file), in Grafana's provisioning "
          "$NAME or $__file{/run/secrets/name}; change the value",
      .bad = "receivers:\n- name: chat\n  slack_configs:\n  - api_url: "
             "https://hooks.slack.com/services/T0.../B0.../x7...\n",
      .good = "receivers:\n- name: chat\n  slack_configs: [{api_url_file: /run/secrets/slack}]\n",
      .check_prometheus = gr015 },
};

const RuleFamily rules_monitoring_secrets = { rules, ARRAY_LEN(rules) };
