/* Workflows that publish: what they are made of, and what says so. */
#include "base/mem.h"

#include "audit/actions/script.h"
#include "audit/rule.h"

/* --- what publishes --------------------------------------------------------------------------- */

/* `check`, `build` and what is told to skip publishing try the release only. */
static bool goreleaser_publishes(const Step *step)
{
    Str args = node_text(step->with, "args");
    bool is_tried = str_find(args, STR("--snapshot")) != STR_NONE ||
                    str_find(args, STR("--skip-publish")) != STR_NONE ||
                    str_find(args, STR("--skip=publish")) != STR_NONE;
    return uses_is(&step->uses, "goreleaser/goreleaser-action") && !is_tried &&
           (args.len == 0 || str_has_char(args, '$') || str_find(args, STR("release")) != STR_NONE);
}

static bool publishes(const Step *step)
{
    static const char *const slugs[] = {
        "pypa/gh-action-pypi-publish", "softprops/action-gh-release", "ncipollo/release-action",
        "rubygems/release-gem",        "js-devtools/npm-publish",     "changesets/action",
        "actions/create-release",
    };
    static const char *const commands[] = { "npm publish",      "pnpm publish", "yarn publish",
                                            "cargo publish",    "twine upload", "gem push",
                                            "gh release create" };
    for (size_t i = 0; i < ARRAY_LEN(slugs); i++) {
        if (uses_is(&step->uses, slugs[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const ShellCommand *command = step_command(step, commands[i]);
        if (command && !shell_command_flag(command, "--dry-run")) {
            return true;
        }
    }
    return goreleaser_publishes(step);
}

static bool job_publishes(const Job *job)
{
    vec_foreach(step, &job->steps) {
        if (publishes(step)) {
            return true;
        }
    }
    return false;
}

static bool workflow_publishes(const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        if (job_publishes(job)) {
            return true;
        }
    }
    return false;
}

/* A push of tags alone; what runs for pull requests too mostly tests, unless it publishes plainly. */
static const Event *release_event(const Workflow *workflow)
{
    const Event *release = workflow_event(workflow, "release");
    const Event *push = workflow_event(workflow, "push");
    bool is_of_tags = push && node_is_map(push->filter) && node_path(push->filter, "tags") &&
                      !node_path(push->filter, "branches") &&
                      !node_path(push->filter, "branches-ignore") &&
                      (!workflow_event(workflow, "pull_request") || workflow_publishes(workflow));
    return release ? release : is_of_tags ? push : NULL;
}

/* --- GH020 ------------------------------------------------------------------------------------ */

typedef enum CacheDefault { CACHE_OFF, CACHE_ON } CacheDefault;

/* Actions that bring a cache back, and the input that decides. */
static const struct {
    const char *slug, *input;
    CacheDefault is_default;
    const char *off; /* the value that turns it off, as `with.<input>` */
} caches[] = {
    { "actions/cache", "lookup-only", CACHE_ON, "true" },
    { "actions/cache/restore", "lookup-only", CACHE_ON, "true" },
    { "actions/setup-go", "cache", CACHE_ON, "false" },
    { "actions/setup-node", "cache", CACHE_OFF, "" },
    { "actions/setup-python", "cache", CACHE_OFF, "" },
    { "actions/setup-java", "cache", CACHE_OFF, "" },
    { "actions/setup-dotnet", "cache", CACHE_OFF, "false" },
    { "ruby/setup-ruby", "bundler-cache", CACHE_OFF, "false" },
    { "swatinem/rust-cache", "lookup-only", CACHE_ON, "true" },
    { "gradle/actions/setup-gradle", "cache-disabled", CACHE_ON, "true" },
    { "astral-sh/setup-uv", "enable-cache", CACHE_ON, "false" },
    { "actions-rust-lang/setup-rust-toolchain", "cache", CACHE_ON, "false" },
    { "pnpm/action-setup", "cache", CACHE_OFF, "false" },
};

static void check_cache(RuleContext *ctx, const Step *step, const Event *event)
{
    for (size_t i = 0; i < ARRAY_LEN(caches); i++) {
        if (!uses_is(&step->uses, caches[i].slug)) {
            continue;
        }
        const Node *said = node_path(step->with, caches[i].input);
        Str text = said && node_is_scalar(said) ? said->text : STR("");
        bool is_unknown = str_find(text, STR("${{")) != STR_NONE;
        bool is_on = said ? !str_eq_cstr(text, caches[i].off) : caches[i].is_default == CACHE_ON;
        if (!is_on || is_unknown) {
            return;
        }
        Diag *diag = rule_find(
            ctx,
            said ? said : step->uses.node,
            "what is published is built on a cache that other runs write"
        );
        if (event) {
            diag_relate(ctx->diags, diag, event->key->span, "it publishes on this event");
        }
        if (caches[i].is_default == CACHE_ON) {
            rule_hint(ctx, diag, "with: {%s: %s}", caches[i].input, caches[i].off);
            Str path = str_printf(ctx->diags->arena, "with.%s", caches[i].input);
            rule_fix_set(ctx, diag, step->node, path.ptr, caches[i].off);
        } else {
            rule_hint(ctx, diag, "take `%s` away in this workflow", caches[i].input);
            rule_fix_remove(ctx, diag, step->with, caches[i].input);
        }
        return;
    }
}

static void gh020(RuleContext *ctx, const Workflow *workflow)
{
    const Event *event = release_event(workflow);
    vec_foreach(job, &workflow->jobs) {
        if (!event && !job_publishes(job)) {
            continue;
        }
        vec_foreach(step, &job->steps) {
            check_cache(ctx, step, event);
        }
    }
}

/* --- GH032 ------------------------------------------------------------------------------------ */

static bool says_what_is_in(const Job *job)
{
    static const char *const slugs[] = {
        "actions/attest-build-provenance",
        "actions/attest-sbom",
        "actions/attest",
        "anchore/sbom-action",
        "sigstore/cosign-installer",
    };
    vec_foreach(step, &job->steps) {
        for (size_t i = 0; i < ARRAY_LEN(slugs); i++) {
            if (uses_is(&step->uses, slugs[i])) {
                return true;
            }
        }
        if (step_runs(step, "cosign sign") || step_runs(step, "cosign attest") ||
            step_runs(step, "syft")) {
            return true;
        }
    }
    return false;
}

static void gh032(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            const Node *push = uses_is(&step->uses, "docker/build-push-action")
                                   ? node_path(step->with, "push")
                                   : NULL;
            bool is_said = node_path(step->with, "sbom") || node_path(step->with, "attests") ||
                           node_path(step->with, "provenance");
            if (node_is_true(push) && !is_said && !says_what_is_in(job)) {
                rule_find(ctx, push, "the image says neither what is in it nor who built it");
            }
        }
    }
}

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml

static const AuditRule rules[] = {
    { .id = "GH020",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A cache is brought back where something is published",
      .why = "Whoever writes the cache in another run decides what is in the release.",
      .fix = "build releases without caches",
      .bad = "on: {push: {tags: [\"v*\"]}}\n" STEP(
          "    - uses: actions/setup-go@v5\n    - run: make release\n"
      ),
      .good = "on: {push: {tags: [\"v*\"]}}\n" STEP(
          "    - uses: actions/setup-go@v5\n      with: {cache: false}\n"
          "    - run: make release\n"
      ),
      .peers = "ZZ:cache-poisoning",
      .check_workflow = gh020 },
    { .id = "GH032",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_INFO,
      .meaning = "An image is pushed without a bill of materials, provenance or signature",
      .why = "When a library turns out to be bad, nobody can say which images have it.",
      .fix = "sbom: true and provenance: mode=max",
      .bad = STEP("    - uses: docker/build-push-action@v6\n      with: {push: true}\n"),
      .good = STEP("    - uses: docker/build-push-action@v6\n      with: {push: true, sbom: true, "
                   "provenance: mode=max}\n"),
      .peers = "CKV_GHA_5 CKV_GHA_6",
      .check_workflow = gh032 },
};

const RuleFamily rules_actions_release = { rules, ARRAY_LEN(rules) };
