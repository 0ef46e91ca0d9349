/* Which image runs. */
#include "base/mem.h"

#include "audit/dockerfile/dockerfile.h"
#include "audit/rule.h"
#include "words.h"

/* A tag that doesn't stand where the image does is of an images entry: KU007 says it there. */
static bool is_written_there(const Node *image)
{
    return !span_is_known(image->span) || str_find(span_text(image->span), image->text) != STR_NONE;
}

static void k8034(RuleContext *ctx, const Container *container)
{
    const Node *image = node_path(container->node, "image");
    if (!image || image->text.len == 0 || str_has_char(image->text, '@') ||
        str_has_char(image->text, '$')) {
        return;
    }
    Str tag = image_tag(image->text);
    if (tag.len == 0) {
        rule_find(ctx, image, "image \"%" STR_FMT "\" has no tag", STR_ARG(image->text));
    } else if (str_eq(tag, STR("latest")) && is_written_there(image)) {
        rule_find(ctx, image, "image \"%" STR_FMT "\" is whatever is latest", STR_ARG(image->text));
    }
}

/* Filled in elsewhere, or none. */
static bool is_open(const Node *image)
{
    return !image || image->text.len == 0 || str_has_char(image->text, '$') ||
           str_find(image->text, STR("{{")) != STR_NONE;
}

/* The digest that another container of those pods has for the same tag. */
static void pin_as_beside(RuleContext *ctx, Diag *diag, const Pod *pod, const Node *image)
{
    vec_foreach(container, &pod->containers) {
        Str digest = image_digest_of_same(image->text, node_text(container->node, "image"));
        size_t at = digest.len > 0 ? str_find(span_text(image->span), image->text) : STR_NONE;
        if (at != STR_NONE) {
            size_t end = image->span.start + at + image->text.len;
            Span span = span_make(image->span.source, end, end);
            rule_fix(ctx, diag, span, "%" STR_FMT, STR_ARG(digest));
            return;
        }
    }
}

static void k8035(RuleContext *ctx, const Container *container)
{
    const Node *image = node_path(container->node, "image");
    if (!is_open(image) && docker_image_parse(image->text).digest.len == 0) {
        Diag *diag =
            rule_find(ctx, image, "image \"%" STR_FMT "\" has no digest", STR_ARG(image->text));
        pin_as_beside(ctx, diag, container->pod, image);
    }
}

static void k8036(RuleContext *ctx, const Container *container)
{
    const Node *image = node_path(container->node, "image");
    Str name;
    if (!is_open(image) && ctx->options->registry_count > 0 &&
        !registry_holds(
            ctx->diags->arena,
            ctx->options->registries,
            ctx->options->registry_count,
            image->text,
            &name
        )) {
        rule_find(ctx, image, "%" STR_FMT " is of no registry that is allowed", STR_ARG(name));
    }
}

/* Tags that are moved on to the next build by habit. */
static bool is_moving(Str tag)
{
    static const char *const moving[] = { "latest", "main",    "master", "develop", "dev",
                                          "edge",   "nightly", "stable", "staging", "production",
                                          "prod",   "test",    "canary", "snapshot" };
    for (size_t i = 0; i < ARRAY_LEN(moving); i++) {
        if (str_eq_nocase(tag, str_from(moving[i]))) {
            return true;
        }
    }
    return tag.len == 0;
}

/* Kubernetes' own default is Always for latest and for no tag, and IfNotPresent for the others. */
static void k8037(RuleContext *ctx, const Container *container)
{
    const Node *image = node_path(container->node, "image");
    const Node *policy = node_path(container->node, "imagePullPolicy");
    if (is_open(image)) {
        return;
    }
    DockerImage parts = docker_image_parse(image->text);
    bool is_latest = parts.tag.len == 0 || str_eq(parts.tag, STR("latest"));
    bool is_always = policy ? str_eq(policy->text, STR("Always")) : is_latest;
    if (parts.digest.len == 0 && is_moving(parts.tag) && !is_always) {
        Diag *diag = rule_find(
            ctx,
            policy ? policy : image,
            "a node that has \"%" STR_FMT "\" never sees that the tag has moved",
            STR_ARG(image->text)
        );
        rule_fix_set(ctx, diag, container->node, "imagePullPolicy", "Always");
    }
}

static const AuditRule rules[] = {
    { .id = "K8034",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .meaning = "An image without a tag, or with the tag latest",
      .why =
          "Two pods of one Deployment may run different code, and a rollback rolls nothing back.",
      .fix = "name a version, best with its digest",
      .bad = "image: nginx\n",
      .good = "image: nginx:1.27.2\n",
      .peers = "KL:latest-tag KS:container-image-tag PO:tagNotSpecified CKV_K8S_14 KSV013"
               " KI:583053b7-e632-46f0-b989-f81ff8045385",
      .check_container = k8034 },
    { .id = "K8035",
      .artifact = "Kubernetes",
      .severity = SEVERITY_INFO,
      .meaning = "An image without a digest",
      .why = "Who may push to the registry may put other code behind the tag.",
      .fix = "add @sha256:… to the tag",
      .bad = "image: nginx:1.27.2\n",
      .good = "image: nginx:1.27.2@sha256:0ae8…\n",
      .peers = "CKV_K8S_43"
               " KI:7c81d34c-8e5a-402b-9798-9f442630e678",
      .check_container = k8035 },
    { .id = "K8036",
      .artifact = "Kubernetes",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "An image of a registry that isn't among check.registries of the catalog",
      .why = "What comes from elsewhere wasn't scanned, and may be gone tomorrow.",
      .fix = "mirror the image into a registry of the list, or add its registry to the list",
      .bad = "image: someone/tool:1.0\n",
      .good = "image: registry.example.com/mirror/tool:1.0\n",
      .peers = "KSV032 KSV033 KSV034 KSV035",
      .check_container = k8036 },
    { .id = "K8037",
      .artifact = "Kubernetes",
      .severity = SEVERITY_WARN,
      .meaning = "A tag that moves, without imagePullPolicy: Always",
      .why = "Each node runs whatever build it happened to pull first.",
      .fix = "name a version, or set imagePullPolicy: Always",
      .bad = "image: shop/web:main\n",
      .good = "image: shop/web:main\nimagePullPolicy: Always\n",
      .peers = "KS:container-image-pull-policy PO:pullPolicyNotAlways CKV_K8S_15"
               " KI:caa3479d-885d-4882-9aac-95e5e78ef5c2",
      .check_container = k8037 },
};

const RuleFamily rules_images = { rules, ARRAY_LEN(rules) };
