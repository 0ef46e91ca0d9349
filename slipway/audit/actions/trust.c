#include "trust.h"

#include "base/mem.h"

#include "known_actions.h"

#define TAKEN_OVER "was taken over: versions of it sent the runner's secrets to the log"
#define ARCHIVED   "was archived by its owner"

static const TrustNote notes[] = {
    { "tj-actions/changed-files",
      "46",
      TAKEN_OVER " (CVE-2025-30066)",
      "take 46.0.1 or later, by its hash",
      false },
    { "tj-actions/branch-names",
      "8.2.1",
      "runs the name of the branch as a command (CVE-2025-54416)",
      "take 9.0.0 or later",
      false },
    { "reviewdog/action-setup",
      "1.3.1",
      TAKEN_OVER " (CVE-2025-30154)",
      "take 1.3.2 or later, by its hash",
      false },
    { "gradle/gradle-build-action", NULL, ARCHIVED, "gradle/actions/setup-gradle", true },
    { "actions-rs/toolchain",
      NULL,
      ARCHIVED,
      "dtolnay/rust-toolchain, or rustup, which the runners have",
      true },
    { "actions-rs/cargo", NULL, ARCHIVED, "run: cargo …", true },
    { "actions-rs/", NULL, ARCHIVED, NULL, true },
    { "actions/create-release", NULL, ARCHIVED, "gh release create, which the runners have", true },
    { "actions/upload-release-asset",
      NULL,
      ARCHIVED,
      "gh release upload, which the runners have",
      true },
    { "actions/setup-ruby", NULL, ARCHIVED, "ruby/setup-ruby", true },
    { "actions/setup-elixir", NULL, ARCHIVED, "erlef/setup-beam", true },
    { "actions/setup-haskell", NULL, ARCHIVED, "haskell-actions/setup", true },
    { "8398a7/action-slack", NULL, ARCHIVED, "slackapi/slack-github-action", true },
    { "azure/container-scan", NULL, ARCHIVED, NULL, true },
    { "azure/k8s-actions", NULL, ARCHIVED, NULL, true },
    { "azure/get-keyvault-secrets", NULL, ARCHIVED, NULL, true },
    { "azure/appservice-actions", NULL, ARCHIVED, NULL, true },
    { "azure/container-actions", NULL, ARCHIVED, NULL, true },
    { "cirrus-actions/rebase", NULL, ARCHIVED, NULL, true },
    { "contributor-assistant/github-action", NULL, ARCHIVED, NULL, true },
    { "crazy-max/ghaction-docker-buildx", NULL, ARCHIVED, "docker/setup-buildx-action", true },
    { "grafana/k6-action", NULL, ARCHIVED, "grafana/setup-k6-action", true },
    { "hashicorp/terraform-cdk-action", NULL, ARCHIVED, NULL, true },
    { "helaili/jekyll-action", NULL, ARCHIVED, NULL, true },
    { "jakejarvis/s3-sync-action", NULL, ARCHIVED, "aws s3 sync, which the runners have", true },
    { "jakejarvis/lighthouse-action", NULL, ARCHIVED, "treosh/lighthouse-ci-action", true },
    { "marvinpinto/action-automatic-releases",
      NULL,
      ARCHIVED,
      "softprops/action-gh-release",
      true },
    { "marvinpinto/actions", NULL, ARCHIVED, NULL, true },
    { "maxheld83/ghpages", NULL, ARCHIVED, NULL, true },
    { "meilcli/danger-action", NULL, ARCHIVED, NULL, true },
    { "paambaati/codeclimate-action", NULL, ARCHIVED, NULL, true },
    { "repo-sync/pull-request", NULL, ARCHIVED, "gh pr create, which the runners have", true },
    { "semgrep/semgrep-action", NULL, ARCHIVED, "semgrep ci in its container", true },
    { "sonarsource/sonarcloud-github-action",
      NULL,
      ARCHIVED,
      "SonarSource/sonarqube-scan-action",
      true },
    { "stefanprodan/kube-tools", NULL, ARCHIVED, NULL, true },
    { "technote-space/get-diff-action", NULL, ARCHIVED, NULL, true },
    { "technote-space/auto-cancel-redundant-workflow",
      NULL,
      ARCHIVED,
      "concurrency, with cancel-in-progress",
      true },
    { "tibdex/github-app-token", NULL, ARCHIVED, "actions/create-github-app-token", true },
    { "verygoodopensource/very_good_coverage", NULL, ARCHIVED, NULL, true },
};

/* "owner/repo" without a path below. */
static Str repository_of(const Uses *uses)
{
    return str_slice(uses->slug, 0, uses->owner.len + 1 + uses->repo.len);
}

static bool note_is_for(const TrustNote *note, Str repository)
{
    Str slug = str_from(note->slug);
    return str_has_suffix(slug, STR("/")) ? str_eq_nocase(str_slice(repository, 0, slug.len), slug)
                                          : str_eq_nocase(repository, slug);
}

/* The version that the ref or, of a hash, its comment names; empty when none. */
static Str version_of(const Uses *uses)
{
    Str text = uses_is_pinned(uses) ? uses->comment : uses->ref;
    size_t end = str_find_char(text, ' ');
    text = str_slice(text, 0, end);
    (void) str_strip_prefix(&text, STR("v"));
    return text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9' ? text : STR("");
}

const TrustNote *trust_find(const Uses *uses)
{
    Str repository = repository_of(uses);
    for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
        if (note_is_for(&notes[i], repository)) {
            Str version = version_of(uses);
            bool is_past =
                notes[i].before &&
                (version.len == 0 || str_cmp_natural(version, str_from(notes[i].before)) >= 0);
            return is_past ? NULL : &notes[i];
        }
    }
    return NULL;
}

Str trust_typo(const Uses *uses)
{
    static const char *const owners[] = {
        "actions", "docker",    "github", "aws-actions", "google-github-actions",
        "azure",   "hashicorp", "pypa",   "goreleaser",  "softprops",
        "codecov"
    };
    Str repository = repository_of(uses);
    if (known_action_newest(uses->slug) || known_action_newest(repository)) {
        return STR("");
    }
    for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
        Str owner = str_from(owners[i]);
        bool is_near = uses->owner.len >= 5 && !str_eq_nocase(uses->owner, owner) &&
                       str_nearest(uses->owner, &owner, 1).len > 0;
        if (!is_near) {
            continue;
        }
        for (size_t j = 0; j < known_action_count; j++) {
            Str known = str_from(known_actions[j].slug), known_owner, known_repo;
            if (str_cut(known, '/', &known_owner, &known_repo) &&
                str_eq_nocase(known_owner, owner) && str_eq_nocase(known_repo, uses->repo)) {
                return known;
            }
        }
    }
    return STR("");
}
