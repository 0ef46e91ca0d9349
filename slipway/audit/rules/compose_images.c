/* Which image a service runs. */
#include "base/mem.h"

#include "compose.h"
#include "words.h"

/* An image that is only pulled; what is built here has its tag from the build. */
static bool is_pulled(const ComposeService *service)
{
    return service->image && !service->build && service->image_text.len > 0;
}

static void co002(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        Str whole;
        if (!is_pulled(service) || str_has_char(service->image_text, '@') ||
            !compose_text(project, service->image, &whole)) {
            continue;
        }
        Str tag = image_tag(whole);
        if (tag.len == 0) {
            (void) compose_find(
                ctx, project, service->image, "image \"%" STR_FMT "\" has no tag", STR_ARG(whole)
            );
        } else if (str_eq(tag, STR("latest"))) {
            (void) compose_find(
                ctx,
                project,
                service->image,
                "image \"%" STR_FMT "\" is whatever is latest",
                STR_ARG(whole)
            );
        }
    }
}

/* The digest that another service has for the same tag. */
static void pin_as_beside(RuleContext *ctx, Diag *diag, const ComposeService *service)
{
    const ComposeProject *project = service->project;
    Span span = service->image->span;
    for (size_t i = 0; i < project->services.len; i++) {
        Str digest = image_digest_of_same(service->image_text, project->services.ptr[i].image_text);
        size_t at = digest.len > 0 ? str_find(span_text(span), service->image_text) : STR_NONE;
        if (at != STR_NONE) {
            size_t end = span.start + at + service->image_text.len;
            rule_fix(ctx, diag, span_make(span.source, end, end), "%" STR_FMT, STR_ARG(digest));
            return;
        }
    }
}

static void co003(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        if (is_pulled(service) && !str_has_char(service->image_text, '@') &&
            !str_has_char(service->image->text, '$')) {
            Diag *diag = compose_find(
                ctx,
                project,
                service->image,
                "image \"%" STR_FMT "\" isn't pinned by its digest",
                STR_ARG(service->image_text)
            );
            if (diag) {
                pin_as_beside(ctx, diag, service);
            }
        }
    }
}

static bool is_both(const ComposeService *service)
{
    return service->image && service->build;
}

static bool says_policy(const ComposeService *service)
{
    return compose_said(service, "pull_policy") != NULL;
}

static void co009(RuleContext *ctx, const ComposeProject *project)
{
    static const ComposeMissing missing = {
        is_both,
        says_policy,
        "has an image and a build, and nothing says which of them up takes",
        NULL
    };
    compose_report_missing(ctx, project, &missing);
}

static const AuditRule rules[] = {
    { .id = "CO002",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .meaning = "An image without a tag, or with the tag latest",
      .why = "Two machines run different versions of the same file, and nobody can say which.",
      .fix = "name the version that was tested",
      .bad = "services:\n  db:\n    image: postgres\n",
      .good = "services:\n  db:\n    image: postgres:16.4\n",
      .peers = "DC:service-image-require-explicit-tag",
      .check_compose = co002 },
    { .id = "CO003",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .is_optional = true,
      .meaning = "An image that isn't pinned by its digest",
      .why = "A tag can be pushed again; a digest is the very image that was tested.",
      .fix = "append @sha256:… of the tag, and let a bot raise it",
      .bad = "services:\n  db:\n    image: postgres:16.4\n",
      .good =
          "services:\n  db:\n    image: "
          "postgres:16.4@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
      .check_compose = co003 },
    { .id = "CO009",
      .artifact = "Compose",
      .severity = SEVERITY_INFO,
      .meaning = "Both image and build without pull_policy",
      .why = "up runs an image of that name that happens to be there, however old, and tries a "
             "registry before it builds.",
      .fix = "add `pull_policy: build`, or drop one of the two",
      .bad = "services:\n  web:\n    image: shop/web\n    build: .\n",
      .good = "services:\n  web:\n    image: shop/web\n    build: .\n    pull_policy: build\n",
      .peers = "DC:no-build-and-image",
      .check_compose = co009 },
};

const RuleFamily rules_compose_images = { rules, ARRAY_LEN(rules) };
