/* Secrets in plain sight. */
#include "base/mem.h"

#include "audit/rule.h"
#include "words.h"

/* A value that is filled in elsewhere, or says yes or no, is none. */
static bool is_literal(const Node *value)
{
    return value && value->kind == NODE_STRING && value->text.len > 0 &&
           !str_has_prefix(value->text, STR("$")) && !str_has_prefix(value->text, STR("<")) &&
           !str_eq(value->text, STR("true")) && !str_eq(value->text, STR("false"));
}

static void k8080(RuleContext *ctx, const Container *container)
{
    const Node *env = node_path(container->node, "env");
    for (size_t i = 0; i < node_len(env); i++) {
        const Node *value = node_path(env->seq.items[i], "value");
        Str name = node_text(env->seq.items[i], "name");
        if (is_literal(value) && names_secret(ctx->diags->arena, name)) {
            rule_find(ctx, value, "%" STR_FMT " stands here in plain text", STR_ARG(name));
        }
    }
}

static void k8081(RuleContext *ctx, const Object *object)
{
    const Node *data = object_is(object, "ConfigMap") ? node_path(object->node, "data") : NULL;
    for (size_t i = 0; node_is_map(data) && i < data->map.len; i++) {
        const NodePair *pair = &data->map.pairs[i];
        if (is_literal(pair->value) && !str_has_char(pair->value->text, '\n') &&
            !str_has_char(pair->key->text, '.') &&
            names_secret(ctx->diags->arena, pair->key->text)) {
            rule_find(
                ctx, pair->value, "%" STR_FMT " stands in a ConfigMap", STR_ARG(pair->key->text)
            );
        }
    }
}

static const Node *first_value(const Node *map)
{
    for (size_t i = 0; node_is_map(map) && i < map->map.len; i++) {
        if (is_literal(map->map.pairs[i].value)) {
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
    const Node *value = first_value(node_path(object->node, "data"));
    value = value ? value : first_value(node_path(object->node, "stringData"));
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
      .peers = "KL:read-secret-from-env-var CKV_K8S_35",
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
