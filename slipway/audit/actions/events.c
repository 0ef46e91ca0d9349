#include "events.h"

#include "base/mem.h"

#include "syntax.h"

#define REFS  "branches branches-ignore"
#define PATHS "paths paths-ignore"
#define PULL_REQUEST                                                                   \
    "assigned unassigned labeled unlabeled opened edited closed reopened synchronize " \
    "converted_to_draft locked unlocked enqueued dequeued milestoned demilestoned "    \
    "ready_for_review review_requested review_request_removed auto_merge_enabled "     \
    "auto_merge_disabled"

/* https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows */
static const EventKind events[] = {
    { "branch_protection_rule", "created edited deleted", "" },
    { "check_run", "created rerequested completed requested_action", "" },
    { "check_suite", "completed", "" },
    { "create", "", "" },
    { "delete", "", "" },
    { "deployment", "", "" },
    { "deployment_status", "", "" },
    { "discussion",
      "created edited deleted transferred pinned unpinned labeled unlabeled locked unlocked "
      "category_changed answered unanswered",
      "" },
    { "discussion_comment", "created edited deleted", "" },
    { "fork", "", "" },
    { "gollum", "", "" },
    { "image_version", "", "names versions" },
    { "issue_comment", "created edited deleted", "" },
    { "issues",
      "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned "
      "labeled unlabeled locked unlocked milestoned demilestoned typed untyped field_added "
      "field_removed",
      "" },
    { "label", "created edited deleted", "" },
    { "merge_group", "checks_requested", REFS },
    { "milestone", "created closed opened edited deleted", "" },
    { "page_build", "", "" },
    { "project", "created closed reopened edited deleted", "" },
    { "project_card", "created moved converted edited deleted", "" },
    { "project_column", "created updated moved deleted", "" },
    { "public", "", "" },
    { "pull_request", PULL_REQUEST, REFS " " PATHS },
    { "pull_request_review", "submitted edited dismissed", "" },
    { "pull_request_review_comment", "created edited deleted", "" },
    { "pull_request_target", PULL_REQUEST, REFS " " PATHS },
    { "push", "", REFS " tags tags-ignore " PATHS },
    { "registry_package", "published updated", "" },
    { "release", "published unpublished created edited deleted prereleased released", "" },
    { "repository_dispatch", "*", "" },
    { "schedule", "", "" },
    { "status", "", "" },
    { "watch", "started", "" },
    { "workflow_call", "", "inputs outputs secrets" },
    { "workflow_dispatch", "", "inputs" },
    { "workflow_run", "completed requested in_progress", "workflows " REFS },
};

const EventKind *event_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        if (str_eq_cstr(name, events[i].name)) {
            return &events[i];
        }
    }
    return NULL;
}

const char *event_names(void)
{
    return "branch_protection_rule check_run check_suite create delete deployment "
           "deployment_status "
           "discussion discussion_comment fork gollum image_version issue_comment issues label "
           "merge_group milestone page_build public pull_request pull_request_review "
           "pull_request_review_comment pull_request_target push registry_package release "
           "repository_dispatch schedule status watch workflow_call workflow_dispatch workflow_run";
}

/* https://docs.github.com/en/actions/reference/runners/github-hosted-runners */
static const char labels[] =
    "ubuntu-latest ubuntu-24.04 ubuntu-22.04 ubuntu-24.04-arm ubuntu-22.04-arm ubuntu-slim "
    "ubuntu-26.04 ubuntu-26.04-arm "
    "windows-latest windows-2025 windows-2025-vs2026 windows-2022 windows-11-arm "
    "macos-latest macos-latest-large macos-latest-xlarge macos-26 macos-26-intel macos-26-large "
    "macos-26-xlarge macos-15 macos-15-intel macos-15-large macos-15-xlarge macos-14 "
    "macos-14-large macos-14-xlarge";
static const char retired[] = "ubuntu-16.04 ubuntu-18.04 ubuntu-20.04 windows-2016 windows-2019 "
                              "macos-10.15 macos-11 macos-12 "
                              "macos-12-large macos-12-xl macos-13 macos-13-large macos-13-xlarge";

const char *runner_labels(void)
{
    return labels;
}

RunnerLabel runner_label(Str label)
{
    char lower[64];
    if (label.len >= sizeof(lower)) {
        return RUNNER_OTHER;
    }
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
    Str text = str_make(lower, label.len);
    if (syntax_has_word(labels, text)) {
        return RUNNER_KNOWN;
    }
    if (syntax_has_word(retired, text)) {
        return RUNNER_RETIRED;
    }
    bool is_large = str_find(text, STR("core")) != STR_NONE ||
                    str_find(text, STR("gpu")) != STR_NONE || str_has_suffix(text, STR("large"));
    bool is_alike = str_has_prefix(text, STR("ubuntu-")) || str_has_prefix(text, STR("windows-")) ||
                    str_has_prefix(text, STR("macos-"));
    return is_alike && !is_large ? RUNNER_UNKNOWN : RUNNER_OTHER;
}
