/* Secrets in plain sight. */
#include "base/mem.h"
#include "base/text.h"

#include "audit/rule.h"
#include "words.h"

/* Sealed in the file, or filled in by another tool: SOPS, vals, Vault's plugin, envsubst, templates. */
static bool is_elsewhere(Str text)
{
    static const char *const parts[] = { "${", "$(", "{{", "{%", "<path:", "?{" };
    bool found = str_has_prefix(text, STR("ENC[")) || str_has_prefix(text, STR("ref+")) ||
                 str_has_prefix(text, STR("vault:"));
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        found = found || str_find(text, str_from(parts[i])) != STR_NONE;
    }
    return found;
}

/* A value that is filled in elsewhere, or says yes or no, is none. */
static bool is_literal(const Node *value)
{
    return value && value->kind == NODE_STRING && value->text.len > 0 &&
           !str_has_prefix(value->text, STR("$")) && !str_has_prefix(value->text, STR("<")) &&
           !str_eq(value->text, STR("true")) && !str_eq(value->text, STR("false"));
}

static bool is_in_sight(Arena *arena, Str name, const Node *value)
{
    return value && value->kind == NODE_STRING && !is_elsewhere(value->text) &&
           is_plain_secret(arena, name, value->text);
}

static void k8080(RuleContext *ctx, const Container *container)
{
    const Node *env = node_path(container->node, "env");
    for (size_t i = 0; i < node_len(env); i++) {
        const Node *value = node_path(env->seq.items[i], "value");
        Str name = node_text(env->seq.items[i], "name");
        if (is_in_sight(ctx->diags->arena, name, value)) {
            rule_find(ctx, value, "%" STR_FMT " stands here in plain text", STR_ARG(name));
        } else if (is_literal(value) && url_proof(value->text)) {
            rule_find(
                ctx,
                value,
                "the %s of %" STR_FMT " stands here in plain text",
                url_proof(value->text),
                STR_ARG(name)
            );
        }
    }
}

static void k8081(RuleContext *ctx, const Object *object)
{
    const Node *data = object_is(object, "ConfigMap") ? node_path(object->node, "data") : NULL;
    for (size_t i = 0; node_is_map(data) && i < data->map.len; i++) {
        const NodePair *pair = &data->map.pairs[i];
        if (!is_literal(pair->value) || str_has_char(pair->value->text, '\n') ||
            str_has_char(pair->key->text, '.')) {
            continue;
        }
        const char *proof = url_proof(pair->value->text);
        if (is_in_sight(ctx->diags->arena, pair->key->text, pair->value)) {
            rule_find(
                ctx, pair->value, "%" STR_FMT " stands in a ConfigMap", STR_ARG(pair->key->text)
            );
        } else if (proof) {
            rule_find(
                ctx,
                pair->value,
                "the %s of %" STR_FMT " stands in a ConfigMap",
                proof,
                STR_ARG(pair->key->text)
            );
        }
    }
}

/* --- K8083 ------------------------------------------------------------------------------------ */

static bool is_repeated(Str text)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] != text.ptr[0]) {
            return false;
        }
    }
    return true;
}

/* What a person is to replace: "CHANGE_ME", "<password>", "your-token-here", "xxxx". */
static bool is_stand_in(Arena *arena, Str text)
{
    static const char *const starts[] = {
        "changeme",    "changethis",  "pleasechange", "tobechanged", "replaceme",
        "replacethis", "replacewith", "yourpassword", "yoursecret",  "yourtoken",
        "yourkey",     "yourapi",     "placeholder",  "todo",        "fixme",
        "insert",      "redacted",    "setme",        "fillme",
    };
    StrBuf plain = STRBUF_ON_ARENA(arena);
    Str trimmed = str_trim(text);
    for (size_t i = 0; i < trimmed.len; i++) {
        if (!str_has_char(STR(" _-.<>[]()*\\\"'"), trimmed.ptr[i])) {
            strbuf_add_char(&plain, trimmed.ptr[i]);
        }
    }
    Str word = str_lower(arena, strbuf_str(&plain));
    bool found = (str_has_prefix(trimmed, STR("<")) && str_has_suffix(trimmed, STR(">"))) ||
                 is_repeated(word);
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        found = found || str_has_prefix(word, str_from(starts[i]));
    }
    return found;
}

/* Certificates and public keys are made to be shown. */
static bool is_public(Str text)
{
    bool found = str_find(text, STR("-----BEGIN CERTIFICATE")) != STR_NONE ||
                 str_find(text, STR("-----BEGIN PUBLIC KEY")) != STR_NONE ||
                 str_has_prefix(text, STR("ssh-ed25519 ")) || str_has_prefix(text, STR("ssh-rsa "));
    return found && str_find(text, STR("PRIVATE KEY")) == STR_NONE;
}

/* Entries that say where and as whom, beside the one that proves it. */
static bool names_no_secret(Arena *arena, Str key)
{
    static const char *const ends[] = { "user",   "username", "host",     "hostname", "port",
                                        "dbname", "db_name",  "database", "region",   "namespace",
                                        "email",  "bucket",   "sslmode",  "ca.crt",   "client_id" };
    Str name = str_replace(arena, str_lower(arena, key), STR("-"), STR("_"));
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        Str rest = name;
        if (str_strip_suffix(&rest, str_from(ends[i])) &&
            (rest.len == 0 || str_has_suffix(rest, STR("_")) || str_has_suffix(rest, STR(".")))) {
            return true;
        }
    }
    return false;
}

/* What an entry of `data` means: base64, where it can be read. */
static Str decoded(Arena *arena, Str text)
{
    StrBuf compact = STRBUF_ON_ARENA(arena);
    StrBuf plain = STRBUF_ON_ARENA(arena);
    Str line;
    Str rest = text;
    while (str_next_line(&rest, &line)) {
        strbuf_add(&compact, str_trim(line));
    }
    return base64_decode(&plain, strbuf_str(&compact), BASE64_STANDARD) ? strbuf_str(&plain) : text;
}

static bool proves_something(Arena *arena, const NodePair *pair, bool is_base64)
{
    if (!is_literal(pair->value) || is_elsewhere(pair->value->text)) {
        return false;
    }
    Str text = is_base64 ? decoded(arena, pair->value->text) : pair->value->text;
    bool is_address = names_no_secret(arena, pair->key->text) && url_password(text).len == 0;
    return text.len > 0 && !is_address && !is_elsewhere(text) && !is_stand_in(arena, text) &&
           !is_public(text);
}

static const Node *first_secret(Arena *arena, const Node *map, bool is_base64)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        if (proves_something(arena, &map->map.pairs[i], is_base64)) {
            return map->map.pairs[i].value;
        }
    }
    return NULL;
}

static void k8083(RuleContext *ctx, const Object *object)
{
    if (!object_is(object, "Secret")) {
        return;
    }
    Arena *arena = ctx->diags->arena;
    const Node *value = first_secret(arena, node_path(object->node, "data"), true);
    value = value ? value : first_secret(arena, node_path(object->node, "stringData"), false);
    if (value) {
        rule_find(ctx, value, "a Secret's data stands in the repository");
    }
}

static void k8082(RuleContext *ctx, const Container *container)
{
    static const struct {
        const char *list, *reference;
    } places[] = { { "env", "valueFrom.secretKeyRef" }, { "envFrom", "secretRef" } };
    for (size_t p = 0; p < ARRAY_LEN(places); p++) {
        const Node *list = node_path(container->node, places[p].list);
        for (size_t i = 0; i < node_len(list); i++) {
            const Node *reference = node_path(list->seq.items[i], places[p].reference);
            if (reference) {
                rule_find(
                    ctx,
                    node_path(reference, "name"),
                    "Secret \"%" STR_FMT "\" is read into the environment",
                    STR_ARG(node_text(reference, "name"))
                );
            }
        }
    }
}

static const AuditRule rules[] = {
    { .id = "K8080",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret as plain text in the environment",
      .why = "Everyone who may read the manifest or the pod has it, and so has the history of git.",
      .fix = "move it to a Secret and take it by secretKeyRef; change the value",
      .bad = "env:\n- {name: DB_PASSWORD, value: hunter2}\n",
      .good = "env:\n- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db, key: password}}\n",
      .peers = "KL:env-var-secret PO:sensitiveContainerEnvVar",
      .check_container = k8080 },
    { .id = "K8081",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret in a ConfigMap",
      .why =
          "ConfigMaps are readable by far more accounts than Secrets, and are logged and diffed.",
      .fix = "move the key to a Secret; change the value",
      .bad = "kind: ConfigMap\ndata: {JWT_SECRET: hunter2}\n",
      .good = "kind: ConfigMap\ndata: {JWT_SECRET_FILE: /run/secrets/jwt}\n",
      .peers = "PO:sensitiveConfigmapContent KSV0109",
      .check_object = k8081 },
    { .id = "K8082",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .is_optional = true,
      .meaning = "A secret in the environment",
      .why =
          "Child processes inherit it and crash reports print it; a changed one needs a restart.",
      .fix = "mount the Secret as files",
      .bad = "env:\n- {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}\n",
      .good = "volumes:\n- {name: db, secret: {secretName: db}}\n",
      .peers = "KL:read-secret-from-env-var CKV_K8S_35"
               " KI:3d658f8b-d988-41a0-a841-40043121de1e",
      .check_container = k8082 },
    { .id = "K8083",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A Secret with its data in the repository",
      .why = "base64 is no encryption: whoever clones the repository has it, for ever.",
      .fix = "create it outside (ExternalSecret, SealedSecret, SOPS); change the value",
      .bad = "kind: Secret\ndata: {password: aHVudGVyMg==}\n",
      .good = "kind: ExternalSecret\n",
      .check_object = k8083 },
};

const RuleFamily rules_secrets = { rules, ARRAY_LEN(rules) };
