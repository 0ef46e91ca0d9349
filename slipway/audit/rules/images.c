/* Which image runs. */
#include "base/mem.h"

#include "audit/rule.h"
#include "words.h"

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
    } else if (str_eq(tag, STR("latest"))) {
        rule_find(ctx, image, "image \"%" STR_FMT "\" is whatever is latest", STR_ARG(image->text));
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
      .peers = "KL:latest-tag KS:container-image-tag PO:tagNotSpecified CKV_K8S_14 KSV013",
      .check_container = k8034 },
};

const RuleFamily rules_images = { rules, ARRAY_LEN(rules) };
