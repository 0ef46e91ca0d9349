/* Objects against the Kubernetes API: kinds, versions, fields. */
#include "base/mem.h"

#include "audit/rule.h"
#include "audit/schema/validate.h"

/* Gone before the oldest version that the table knows.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/ */
static const struct {
    const char *api_version, *kind, *removed_in, *instead; /* kind NULL: all of it */
} removed[] = {
    { "extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1" },
    { "extensions/v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1" },
    { "extensions/v1beta1", "PodSecurityPolicy", "1.16", "Pod Security admission" },
    { "extensions/v1beta1", NULL, "1.16", "apps/v1" },
    { "apps/v1beta1", NULL, "1.16", "apps/v1" },
    { "apps/v1beta2", NULL, "1.16", "apps/v1" },
    { "networking.k8s.io/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1" },
    { "networking.k8s.io/v1beta1", "IngressClass", "1.22", "networking.k8s.io/v1" },
    { "rbac.authorization.k8s.io/v1beta1", NULL, "1.22", "rbac.authorization.k8s.io/v1" },
    { "apiextensions.k8s.io/v1beta1", NULL, "1.22", "apiextensions.k8s.io/v1" },
    { "admissionregistration.k8s.io/v1beta1",
      "MutatingWebhookConfiguration",
      "1.22",
      "admissionregistration.k8s.io/v1" },
    { "admissionregistration.k8s.io/v1beta1",
      "ValidatingWebhookConfiguration",
      "1.22",
      "admissionregistration.k8s.io/v1" },
    { "apiregistration.k8s.io/v1beta1", NULL, "1.22", "apiregistration.k8s.io/v1" },
    { "certificates.k8s.io/v1beta1",
      "CertificateSigningRequest",
      "1.22",
      "certificates.k8s.io/v1" },
    { "coordination.k8s.io/v1beta1", "Lease", "1.22", "coordination.k8s.io/v1" },
    { "scheduling.k8s.io/v1beta1", NULL, "1.22", "scheduling.k8s.io/v1" },
    { "batch/v1beta1", "CronJob", "1.25", "batch/v1" },
    { "discovery.k8s.io/v1beta1", NULL, "1.25", "discovery.k8s.io/v1" },
    { "events.k8s.io/v1beta1", NULL, "1.25", "events.k8s.io/v1" },
    { "autoscaling/v2beta1", NULL, "1.25", "autoscaling/v2" },
    { "policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1" },
    { "policy/v1beta1", "PodSecurityPolicy", "1.25", "Pod Security admission" },
    { "node.k8s.io/v1beta1", NULL, "1.25", "node.k8s.io/v1" },
};

/* Served without a successor of the same kind. */
static const struct {
    const char *api_version, *kind;
    unsigned minor;
    const char *instead;
} deprecated[] = {
    { "v1", "Endpoints", 33, "an EndpointSlice of discovery.k8s.io/v1" },
    { "v1", "ComponentStatus", 19, "the health endpoints of the components" },
};

/* --- K8001 ------------------------------------------------------------------------------------ */

/* Kinds of files that kubectl and its kin read themselves, under the name of the core API. */
static bool is_client_file(const Object *object)
{
    return str_eq(object->api_version, STR("v1")) && object_is(object, "Config");
}

/* In the core group the name must be near one of its own: other tools' files say "v1" too. */
static void report_kind(RuleContext *ctx, const Object *object, const ApiStanding *standing)
{
    bool is_core = str_eq(object->api_version, STR("v1"));
    bool is_list = str_has_suffix(object->kind, STR("List"));
    bool is_elsewhere = standing->instead.len > 0;
    if (is_list || is_client_file(object) ||
        (is_core && !is_elsewhere && standing->instead_kind.len == 0)) {
        return;
    }
    Diag *diag = rule_find(
        ctx,
        node_path(object->node, "kind"),
        "%" STR_FMT " has no kind \"%" STR_FMT "\"",
        STR_ARG(object->api_version),
        STR_ARG(object->kind)
    );
    if (is_elsewhere) {
        rule_hint(
            ctx,
            diag,
            "%" STR_FMT " belongs to %" STR_FMT,
            STR_ARG(object->kind),
            STR_ARG(standing->instead)
        );
    } else if (standing->instead_kind.len > 0) {
        rule_hint(ctx, diag, "did you mean \"%" STR_FMT "\"?", STR_ARG(standing->instead_kind));
    }
}

static bool is_removed(const Object *object, size_t i)
{
    return str_eq_cstr(object->api_version, removed[i].api_version) &&
           (!removed[i].kind || object_is(object, removed[i].kind));
}

static bool was_removed_early(const Object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(removed); i++) {
        if (is_removed(object, i)) {
            return true;
        }
    }
    return false;
}

static void report_version(RuleContext *ctx, const Object *object, const ApiStanding *standing)
{
    if (was_removed_early(object) || standing->instead.len == 0) {
        return; /* K8002; or a kind that some extension adds to the group */
    }
    Diag *diag = rule_find(
        ctx,
        node_path(object->node, "apiVersion"),
        "Kubernetes has no %" STR_FMT,
        STR_ARG(object->api_version)
    );
    rule_hint(ctx, diag, "use %" STR_FMT, STR_ARG(standing->instead));
}

/* A kind that a definition of the run has, in a version that it lacks. */
static void report_undefined(RuleContext *ctx, const Object *object)
{
    Str instead = api_defined_version(ctx->api, object->group, object->kind);
    if (instead.len > 0 && !str_eq(instead, object->api_version)) {
        Diag *diag = rule_find(
            ctx,
            node_path(object->node, "apiVersion"),
            "the definition of %" STR_FMT " has no %" STR_FMT,
            STR_ARG(object->kind),
            STR_ARG(object->api_version)
        );
        rule_hint(ctx, diag, "use %" STR_FMT, STR_ARG(instead));
    }
}

static void k8001(RuleContext *ctx, const Object *object)
{
    const ApiType *type = api_type(ctx->api, object->api_version, object->kind);
    if (!type) {
        ApiStanding standing = api_standing(ctx->api, object->api_version, object->kind);
        if (standing.kind == API_NO_KIND && !was_removed_early(object)) {
            report_kind(ctx, object, &standing);
        } else if (standing.kind == API_NO_VERSION) {
            report_version(ctx, object, &standing);
        } else if (standing.kind == API_FOREIGN) {
            report_undefined(ctx, object);
        }
        return;
    }
    ApiProblems problems = { 0 };
    api_validate(ctx->api, type, object->node, &problems);
    vec_foreach(problem, &problems) {
        Diag *diag = rule_find(ctx, problem->at, "%" STR_FMT, STR_ARG(problem->message));
        if (problem->hint.len > 0) {
            diag->hint = problem->hint;
        }
        if (problem->better.len > 0 && problem->is_sure) {
            rule_fix(ctx, diag, problem->at->span, "%" STR_FMT, STR_ARG(problem->better));
        } else if (problem->better.len > 0) {
            rule_suggest(ctx, diag, problem->at->span, "%" STR_FMT, STR_ARG(problem->better));
        }
    }
}

/* --- K8002 ------------------------------------------------------------------------------------ */

/* Whether the other version takes the object as it stands. */
static bool is_taken_by(RuleContext *ctx, const Object *object, Str instead)
{
    const ApiType *type = api_type(ctx->api, instead, object->kind);
    ApiProblems problems = { 0 };
    if (!type) {
        return false;
    }
    api_validate(ctx->api, type, object->node, &problems);
    return problems.len == 0;
}

/* Where fields have other names there, or are missing, a person has to look. */
static void suggest_version(RuleContext *ctx, Diag *diag, const Object *object, Str instead)
{
    const Node *version = node_path(object->node, "apiVersion");
    if (instead.len == 0 || str_has_char(instead, ' ')) {
        return;
    }
    if (is_taken_by(ctx, object, instead)) {
        rule_fix(ctx, diag, version->span, "%" STR_FMT, STR_ARG(instead));
    } else {
        rule_suggest(ctx, diag, version->span, "%" STR_FMT, STR_ARG(instead));
    }
}

static void report_gone(RuleContext *ctx, const Object *object, const char *since, Str instead)
{
    Diag *diag = rule_find(
        ctx,
        node_path(object->node, "apiVersion"),
        "%" STR_FMT " is gone for %" STR_FMT " since Kubernetes %s",
        STR_ARG(object->api_version),
        STR_ARG(object->kind),
        since
    );
    rule_hint(
        ctx,
        diag,
        instead.len > 0 ? "use %" STR_FMT : "nothing replaces it%" STR_FMT,
        STR_ARG(instead)
    );
    suggest_version(ctx, diag, object, instead);
}

static void report_deprecated(RuleContext *ctx, const Object *object, Str instead)
{
    Diag *diag = rule_find(
        ctx,
        node_path(object->node, "apiVersion"),
        "%" STR_FMT " is deprecated for %" STR_FMT,
        STR_ARG(object->api_version),
        STR_ARG(object->kind)
    );
    diag->severity = SEVERITY_WARN;
    rule_hint(ctx, diag, "use %" STR_FMT, STR_ARG(instead));
    suggest_version(ctx, diag, object, instead);
}

static void check_early(RuleContext *ctx, const Object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(removed); i++) {
        if (is_removed(object, i)) {
            report_gone(ctx, object, removed[i].removed_in, str_from(removed[i].instead));
            return;
        }
    }
    bool is_made = object_is(object, "Endpoints") && object_is_dumped(object);
    for (size_t i = 0; !is_made && i < ARRAY_LEN(deprecated); i++) { /* those of a Service */
        if (str_eq_cstr(object->api_version, deprecated[i].api_version) &&
            object_is(object, deprecated[i].kind) && api_minor(ctx->api) >= deprecated[i].minor) {
            report_deprecated(ctx, object, str_from(deprecated[i].instead));
        }
    }
}

static void report_coming(RuleContext *ctx, const Object *object, const ApiStanding *standing)
{
    Diag *diag = rule_find(
        ctx,
        node_path(object->node, "apiVersion"),
        "%" STR_FMT " serves %" STR_FMT " from Kubernetes 1.%u on, and 1.%u is meant",
        STR_ARG(object->api_version),
        STR_ARG(object->kind),
        standing->minor,
        api_minor(ctx->api)
    );
    if (standing->instead.len > 0) {
        rule_hint(ctx, diag, "use %" STR_FMT, STR_ARG(standing->instead));
    }
}

static void k8002(RuleContext *ctx, const Object *object)
{
    ApiStanding standing = api_standing(ctx->api, object->api_version, object->kind);
    if (standing.kind == API_GONE) {
        Str since = str_printf(ctx->diags->arena, "1.%u", standing.minor);
        report_gone(ctx, object, since.ptr, standing.instead);
    } else if (standing.kind == API_DEPRECATED) {
        report_deprecated(ctx, object, standing.instead);
    } else if (standing.kind == API_COMES) {
        report_coming(ctx, object, &standing);
    } else {
        check_early(ctx, object);
    }
}

static const AuditRule rules[] = {
    { .id = "K8001",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An object that the API doesn't take: an unknown field, a wrong value, a gap",
      .why =
          "The API server refuses it, or drops the field silently and what was meant isn't done.",
      .fix = "write the object as the API reference of the version describes it",
      .bad = "spec:\n  replica: 2\n  template: …\n",
      .good = "spec:\n  replicas: 2\n  template: …\n",
      .peers = "KC:schema KL:schema-validation",
      .check_object = k8001 },
    { .id = "K8002",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An apiVersion that Kubernetes has removed, deprecated or not yet got",
      .why = "The cluster refuses the object after the next upgrade, or does so already.",
      .fix = "use the version that replaced it",
      .bad = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n",
      .good = "apiVersion: policy/v1\nkind: PodDisruptionBudget\n",
      .peers = "KS:stable-version KL:no-extensions-v1beta KSV107"
               " KI:94b76ea5-e074-4ca2-8a03-c5a606e30645",
      .check_object = k8002 },
};

const RuleFamily rules_schema = { rules, ARRAY_LEN(rules) };
