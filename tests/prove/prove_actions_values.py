"""What actionlint takes and refuses in a workflow, slipway check takes and refuses.

Good workflows with every key that there is, and in each place of theirs every kind of value, a name that is
misspelt, a key that is gone; and values for single keys by hand.
"""

import collections
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import prove
import tree

BATCH = 1500
RULES = "GH001,GH002,GH003,GH004,GH005,GH006,GH007,GH008,GH010,GH017,GH023"
VALUES = ("", "word", 7, -1, 2.5, True, None, [], ["a"], [7], [None], {}, {"a": "b"}, {"a": None}, "${{ github.ref }}", "${{ nonsense.x }}", "${{ fromJSON('[1]') }}", "${{ }}")
# What the two see differently, and why: (who refuses it, a pattern of the case's name, of what is said) -> why.
DIFFERENCES = {
    ("slipway", "", "this is null"): "GitHub takes null for a value that isn't there, and refuses the file",
    ("slipway", r"run = .*github(\.ref)? \}\}|toJSON\(github\)", "^GH017"): "a branch of somebody's choice is code too: actionlint knows only what strangers write",
    ("slipway", "workflows = null", "wants the key"): "null names no workflow either",
    ("slipway", "cron = ", "is no number"): "GitHub has a key timezone, and no CRON_TZ",
    ("slipway", "", "matches nothing|only patterns that take back|no branch or tag has|escapes nothing"): "a pattern that is right and starts nothing",
    ("slipway", r"ports\.0|include\.0|include = ", "^GH002"): "actionlint doesn't look at expressions there",
    ("slipway", "uses = ", "^GH005: there is no"): "actionlint got no repository to look into",
    ("actionlint", "default = null", "^events"): "null is no default",
    ("actionlint", "", "invalid timezone"): "zones come and go; no table of them",
    ("actionlint", "secrets", "is not defined in object type"): "a caller may hand over more, by inherit",
    ("actionlint", "queue", "unexpected key"): "newer than actionlint",
    ("actionlint", "if = ", "^if-cond"): "true and false are switches that somebody set by hand",
    ("actionlint", r"\{\}|gone$|image = \"\"|entrypoint = \"\"", "should not be empty"): "an empty map says nothing, and does no harm; an empty image is no container",
    ("actionlint", "secrets = null", "secrets"): "no secrets are handed over, as written",
    ("actionlint", "exclude = ", "must be object"): "the list that the expression gives isn't looked into",
    ("actionlint", "", "^runner-label: label \"[^\"]*\" is unknown"): "runners of one's own may be called anything (docs/decisions/0082)",
    ("actionlint", "entrypoint", "is not defined in action"): "args and entrypoint are let through: what runs an action may change",
    ("actionlint", "password = ", "credentials"): "what a secret is part of isn't in the file",
    ("actionlint", "needs = ", "duplicates in"): "the same need twice is one need",
    ("actionlint", "value = .*jobs.one.result", "not defined"): "the context jobs has results too",
    ("actionlint", r"matrix\.os", "at \"runs-on\" must be"): "a label out of a matrix may be written as a number, or be one of all that a runner has",
}

STEP = {"id": "first", "name": "Build", "if": "success()", "run": "make", "shell": "bash", "working-directory": "a", "env": {"A": "b"}, "continue-on-error": False, "timeout-minutes": 5}
USES = {"name": "Check out", "uses": "actions/checkout@v4", "with": {"fetch-depth": 0}}
CONTAINER = {"image": "debian:12", "credentials": {"username": "me", "password": "${{ secrets.P }}"}, "env": {"A": "b"}, "ports": [80], "volumes": ["/a:/b"], "options": "--cpus 1"}
WORKFLOWS = {
    "ci": {
        "name": "CI",
        "run-name": "CI by ${{ github.actor }}",
        "on": {
            "push": {"branches": ["main", "releases/**"], "paths": ["src/**"], "tags-ignore": ["x*"]},
            "pull_request": {"types": ["opened", "synchronize"], "branches-ignore": ["old/*"], "paths-ignore": ["docs/**"]},
            "schedule": [{"cron": "30 5 * * 1-5"}],
            "workflow_dispatch": {"inputs": {
                "level": {"description": "How", "required": True, "default": "low", "type": "choice", "options": ["low", "high"]},
                "dry": {"type": "boolean", "default": False}, "count": {"type": "number", "default": 3}, "where": {"type": "environment"},
            }},
            "workflow_run": {"workflows": ["Other"], "types": ["completed"], "branches": ["main"]},
            "repository_dispatch": {"types": ["go"]},
            "release": {"types": ["published"]},
        },
        "permissions": {"contents": "read", "id-token": "write", "packages": "none"},
        "env": {"A": "b", "N": 1},
        "defaults": {"run": {"shell": "bash", "working-directory": "src"}},
        "concurrency": {"group": "ci-${{ github.ref }}", "cancel-in-progress": True},
        "jobs": {
            "build": {
                "name": "Build", "runs-on": "ubuntu-latest", "permissions": {"contents": "read"}, "if": "github.ref == 'refs/heads/main'",
                "environment": {"name": "production", "url": "https://example.com"}, "concurrency": {"group": "g", "cancel-in-progress": False},
                "outputs": {"version": "${{ steps.first.outputs.version }}"}, "env": {"A": "b"}, "defaults": {"run": {"shell": "sh", "working-directory": "a"}},
                "timeout-minutes": 30, "continue-on-error": False, "container": CONTAINER, "services": {"db": CONTAINER}, "steps": [STEP, USES],
                "strategy": {"matrix": {"os": ["ubuntu-latest", "macos-latest"], "version": [1, 2], "include": [{"os": "windows-latest", "version": 3}],
                             "exclude": [{"os": "macos-latest", "version": 1}]}, "fail-fast": False, "max-parallel": 2},
            },
            "test": {"needs": ["build"], "runs-on": ["self-hosted", "linux"], "steps": [{"run": "echo ${{ needs.build.outputs.version }}"}]},
            "group": {"needs": "build", "runs-on": {"group": "large", "labels": ["linux"]}, "environment": "staging", "concurrency": "one", "container": "debian:12",
                      "steps": [{"uses": "docker://debian:12", "with": {"entrypoint": "/bin/sh", "args": "-c ls"}}]},
            "call": {"needs": ["test", "group"], "if": "always()", "uses": "owner/repo/.github/workflows/a.yml@v1", "with": {"a": 1}, "secrets": {"T": "${{ secrets.T }}"},
                     "permissions": "read-all", "strategy": {"matrix": {"a": [1]}}},
            "inherit": {"uses": "owner/repo/.github/workflows/a.yml@v1", "secrets": "inherit"},
        },
    },
    "called": {
        "on": {"workflow_call": {
            "inputs": {"a": {"description": "What", "required": True, "type": "string"}, "b": {"type": "number", "default": 1}, "c": {"type": "boolean", "default": True}},
            "outputs": {"o": {"description": "Out", "value": "${{ jobs.one.outputs.o }}"}}, "secrets": {"T": {"description": "Token", "required": True}},
        }},
        "permissions": "read-all",
        "jobs": {"one": {"runs-on": "ubuntu-latest", "outputs": {"o": "${{ steps.s.outputs.o }}"}, "steps": [{"id": "s", "run": "echo ${{ inputs.b }}"}]}},
    },
    "list": {"on": ["push", "pull_request"], "concurrency": "one", "jobs": {"a": {"runs-on": "${{ matrix.os }}", "strategy": {"matrix": {"os": ["ubuntu-latest"]}}, "steps": [{"run": "x"}]}}},
    "word": {"on": "push", "permissions": "write-all", "jobs": {"a": {"runs-on": "ubuntu-latest", "strategy": {"matrix": "${{ fromJSON('{}') }}"}, "steps": [{"run": "x"}]}}},
}  # fmt: skip

# (workflow, place) -> values for that place alone.
BY_HAND = {
    ("ci", "on.schedule.0.cron"): ("* * * * *", "*/5 * * * *", "*/1 * * * *", "0 0 1 1 0", "0 0 31 2 *", "0 0 * * 7", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * JAN MON", "@daily",
                                   "* * * *", "* * * * * *", "5-1 * * * *", "1,2,3 * * * *", "*/0 * * * *", "0 0 * * 1-", "? * * * *", "0 0 L * *", "0/5 * * * *", "1-59/2 * * * *", "a * * * *", "5/15 * * * *", "CRON_TZ=UTC 0 5 * * *", "*/2 * * * *", "1-3 * * * *", "  0 5 * * *"),
    ("ci", "on.push.branches.0"): ("main", "**", "*", "feature/*", "!x", "!", "[a-z]", "[z-a]", "[", "a?", "?", "+", "a+", "\\", "a\\b", "/main", "main/", "a//b", "a..b", ".a", "a.", "a b", "a:b", "a^b", "a~b", "refs/heads/main", "é", "[a-", "**/x", "a***", "*?", "a@{b", "@", "a.lock"),
    ("ci", "on.push.paths.0"): ("src/**", "**.c", "*", "!docs/**", "./src", "../a", "/src", "src/", "a b", " a", "a ", "[a-z]", "[", "a?b", "+", "\\*", "a\\", ".", "..", "a/./b", "a/../b", "**/", ""),
    ("ci", "on.push.tags-ignore.0"): ("v*", "v[0-9]+.[0-9]+", "v[0-9]*", "[9-0]", "v+", "+v"),
    ("ci", "on.pull_request.types.0"): ("opened", "closed", "sometimes", "labeled", "created", "OPENED"),
    ("ci", "on.release.types.0"): ("published", "opened", "prereleased", "edited"),
    ("ci", "on.workflow_run.types.0"): ("completed", "requested", "in_progress", "done"),
    ("ci", "on.workflow_dispatch.inputs.level.type"): ("choice", "string", "boolean", "number", "environment", "list", "Choice"),
    ("ci", "on.workflow_dispatch.inputs.level.default"): ("high", "other", 5),
    ("ci", "on.workflow_dispatch.inputs.dry.default"): ("true", "false", "yes", "1"),
    ("ci", "on.workflow_dispatch.inputs.count.default"): ("3", "3.5", "x", "0x10"),
    ("called", "on.workflow_call.inputs.a.type"): ("string", "number", "boolean", "choice", "environment", "text"),
    ("called", "on.workflow_call.inputs.b.default"): ("1", "x", True, "${{ github.run_number }}"),
    ("called", "on.workflow_call.outputs.o.value"): ("${{ jobs.two.outputs.o }}", "${{ jobs.one.outputs.p }}", "${{ jobs.one.result }}", "${{ steps.s.outputs.o }}", "${{ inputs.a }}", "plain"),
    ("ci", "permissions.contents"): ("read", "write", "none", "admin", "Read"),
    ("ci", "permissions.id-token"): ("write", "read", "none"),
    ("ci", "permissions"): ("read-all", "write-all", "none", "read", {"models": "read"}, {"models": "write"}, {"attestations": "write"}, {"metadata": "read"}, {"discussions": "write"}, {"repository-projects": "read"}, {"artifact-metadata": "write"}, {"all": "read"}),
    ("ci", "jobs.build.runs-on"): ("ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04", "ubuntu-20.04", "ubuntu-18.04", "ubuntu-slim", "ubuntu-24.04-arm", "ubuntu-26.04", "macos-15", "macos-13", "macos-26", "macos-12", "macos-latest-xlarge", "windows-2025", "windows-2019", "windows-11-arm", "Ubuntu-Latest", "linux", "ubuntu", "my-runner",
                                  ["self-hosted", "x64", "linux"], ["ubuntu-latest", "macos-latest"], ["ubuntu-latest", "ubuntu-22.04"], {"group": "g"}, {"labels": "l"}, {"group": "g", "labels": ["a", "b"], "x": 1}, "${{ matrix.os }}", "${{ matrix.nothing }}", ["self-hosted", "${{ matrix.os }}"]),
    ("ci", "jobs.build.steps.0.shell"): ("bash", "sh", "pwsh", "powershell", "cmd", "python", "zsh", "bash -e {0}", "perl {0}", "node", "fish", "bash -e", "${{ matrix.shell }}"),
    ("ci", "defaults.run.shell"): ("bash", "zsh", "pwsh", "cmd"),
    ("ci", "jobs.build.steps.0.id"): ("first", "_x", "1x", "a b", "a.b", "a-b", "é", "FIRST", "-a"),
    ("ci", "jobs.build.steps.0.if"): ("always()", "${{ always() }}", "true", "false", "${{ false }}", "!cancelled()", "failure() && x", "${{ failure() }} && ${{ always() }}", " ${{ true }}", "${{ true }} ", "github.event_name == 'push'", "steps.first.outcome == 'success'", "steps.later.outcome == 'success'", "matrix.os == 'x'", "matrix.none == 'x'", "secrets.X != ''", "env.A == 'b'", "1 +", "'a", "a.b.c", "hashFiles('a')", "hashFiles()", "format('{0}', 1)", "format('{1}', 1)", "format('{0}')", "contains(github.event.labels.*.name, 'x')", "startsWith('a')", "nofunc()", "github.ref == refs/heads/main", "github.ref = 'x'", "!github", "fromJSON('{}').a", "toJSON(github)", "join('a', 'b')", "job.status", "runner.os == 'Linux'", "needs.x.result == 'y'", "inputs.level == 'low'", "inputs.none == 'x'", "vars.X", "strategy.job-index > 1", "github['ref']", "github.event.*.x", "a && b", "case(true, 1, 2)", "null", "0xff == 255", "1.5e3", ".5", "github.nothing", "github.REF", "contains('a', 'b', 'c')", "success", "always"),
    ("ci", "jobs.build.if"): ("needs.test.result == 'success'", "steps.first.outcome", "matrix.os == 'x'", "env.A == 'b'", "secrets.X", "runner.os", "always()", "inputs.level", "vars.A"),
    ("ci", "jobs.build.steps.0.run"): ("echo ${{ github.event.issue.title }}", "echo ${{ github.head_ref }}", "echo ::set-output name=a::b", "echo '::save-state name=a::b'", "echo ::set-env name=a::b", "echo ::add-path::b", "echo ${{ toJSON(github) }}", "echo ${{ github.ref }}", "echo ${{ inputs.level }}", "echo ${{ secrets.A }} ${{ env.B }}", "echo ${{ steps.first.outputs.a }}", "echo ${{", "echo ${{ a", "echo }}", "echo ${{ github.event.head_commit.message }}", "echo ${{ github.event.pages.*.page_name }}", "echo ${{ join(github.event.commits.*.message) }}"),
    ("ci", "jobs.build.steps.1.uses"): ("actions/checkout@v4", "actions/checkout", "actions@v1", "a/b/c@main", "a/b@", "./local", "../x", "docker://debian", "docker://", "docker://ghcr.io/a/b:c", "actions/checkout@${{ github.sha }}", "https://github.com/a/b@v1", "actions/checkout@v1", "actions/upload-artifact@v2", "a/b@v1 ", "/a/b@v1", "a//b@v1", "actions/checkout@v4@v5"),
    ("ci", "jobs.build.steps.1.with"): ({"fetch-depth": 1, "nonsense": 2}, {"fetch_depth": 1}, {"FETCH-DEPTH": 0}, {"ref": "x"}, {"fetch-depth": ["a"]}, {"fetch-depth": None}, {"entrypoint": "x"}),
    ("ci", "jobs.build.timeout-minutes"): (1, 0, 0.5, "30", "${{ fromJSON('3') }}", "${{ github.run_number }}", 100000, "${{ inputs.count }}"),
    ("ci", "jobs.build.strategy.max-parallel"): (1, 0, 1.5, "2", "${{ fromJSON('3') }}"),
    ("ci", "jobs.build.strategy.fail-fast"): ("true", "${{ true }}", "${{ inputs.dry }}", "yes"),
    ("ci", "jobs.build.strategy.matrix"): ({"os": []}, {"os": [1, 1]}, {"os": "x"}, {"os": ["a"], "exclude": [{"os": "b"}]}, {"os": ["a"], "exclude": [{"none": "b"}]}, {"include": [{"os": "a"}]}, {"os": [{"a": 1}, {"a": 1}]}, {"os": ["a"], "include": "${{ fromJSON('[]') }}"}, {"a b": [1]}, {"os": ["a", "A"]}, {"exclude": [{"os": "a"}]}, {"os": ["${{ github.ref }}"], "exclude": [{"os": "b"}]}, {"os": [["a"], ["a"]]}),
    ("ci", "jobs.build.container.ports"): (["80:80"], ["80:80/udp"], ["x"], [70000], "80"),
    ("ci", "jobs.build.container.credentials.password"): ("plain", "${{ secrets.P }}", "${{ env.P }}", "a${{ secrets.P }}"),
    ("ci", "jobs.build.container.image"): ("debian", "${{ matrix.image }}", "ghcr.io/a/b@sha256:abc", "a b"),
    ("ci", "jobs.build.environment.url"): ("${{ steps.first.outputs.url }}", "${{ matrix.os }}", "x"),
    ("ci", "jobs.build.outputs"): ({"A": "${{ steps.none.outputs.x }}"}, {"a b": "x"}, {"v": "${{ steps.first.outputs.v }}", "V": "x"}, {"a": "${{ matrix.os }}"}, {"a": "${{ steps.first.conclusion }}"}),
    ("ci", "jobs.test.needs"): ("build", ["build", "build"], ["none"], ["test"], ["call"], "BUILD", ["Build"], "${{ github.ref }}"),
    ("ci", "jobs.test.steps.0.run"): ("echo ${{ needs.group.outputs.x }}", "echo ${{ needs.build.outputs.none }}", "echo ${{ needs.build.result }}", "echo ${{ needs.build.none }}", "echo ${{ needs }}", "echo ${{ matrix.os }}", "echo ${{ steps.first.outputs.a }}"),
    ("ci", "jobs.call.uses"): ("owner/repo/.github/workflows/a.yml@v1", "./.github/workflows/a.yml", "./.github/workflows/a.yml@v1", "owner/repo@v1", "owner/repo/a.yml@v1", "owner/repo/.github/workflows/a.yml", "a", "./a.yml", "docker://a", "owner/repo/.github/workflows/sub/a.yml@v1", "${{ github.ref }}"),
    ("ci", "jobs.call.secrets"): ("inherit", "none", {"T": "plain"}, {"T": 5}),
    ("ci", "env"): ({"A B": "c"}, {"A=B": "c"}, {"a": "b", "A": "c"}, {"A": ["b"]}, {"A": {"b": "c"}}, {"A&B": "c"}, "${{ fromJSON('{}') }}", {"A-B": "c"}, {"1A": "c"}),
    ("ci", "concurrency"): ("x", "${{ github.ref }}", {"group": "x", "cancel-in-progress": "${{ github.ref == 'x' }}"}, {"group": "x", "cancel-in-progress": "yes"}, {"cancel-in-progress": True}, {"group": "x", "queue": "max"}, "${{ env.A }}", "${{ secrets.A }}"),
    ("ci", "on"): ("push", "pushed", ["push", "pull"], ["push", "push"], {"push": None}, {"push": [], "pull_request": {}}, {"schedule": []}, {"schedule": [{}]}, {"schedule": [{"cron": "0 5 * * *"}, {"cron": "0 5 * * *"}]}, {"schedule": [{"cron": "0 5 * * *", "timezone": "Europe/Berlin"}]}, {"schedule": [{"cron": "0 5 * * *", "timezone": "Mars/Base"}]},
                   {"workflow_run": None}, {"workflow_run": {"types": ["completed"]}}, {"repository_dispatch": None}, {"label": {"types": ["created"]}}, {"watch": None}, {"merge_group": {"types": ["checks_requested"]}}, {"page_build": {"types": ["x"]}}, {"fork": {"branches": ["a"]}}, {"issues": {"branches": ["a"]}},
                   {"push": {"branches": ["a"], "branches-ignore": ["b"]}}, {"push": {"paths": ["a"], "paths-ignore": ["b"]}}, {"push": {"tags": ["a"], "tags-ignore": ["b"]}}, {"push": {"branches": ["!a"]}}, {"push": {"branches": ["a", "!b"]}}, {"push": {"types": ["a"]}}, {"pull_request": {"tags": ["a"]}}, {"pull_request_target": {"types": ["opened"]}},
                   {"pull_request": {"types": []}}, {"workflow_dispatch": {"inputs": {"a": {"type": "choice"}}}}, {"workflow_dispatch": {"inputs": {"a": {"type": "choice", "options": []}}}}, {"workflow_dispatch": {"inputs": {"a": {"type": "choice", "options": ["x", "x"]}}}}, {"workflow_dispatch": {"inputs": {"a": {"type": "string", "options": ["x"]}}}}, {"workflow_dispatch": {"inputs": {"a": {"required": True, "default": "x"}}}},
                   {"workflow_dispatch": {"inputs": {"a": None, "A": None}}}, {"workflow_dispatch": {"inputs": {f"a{n}": None for n in range(11)}}}, {"workflow_dispatch": {"inputs": {f"a{n}": None for n in range(26)}}}, {"workflow_call": None}, {"workflow_call": {"inputs": {"a": {}}}}, {"workflow_call": {"secrets": {"a": None}}}, {"image_version": {"names": ["a"]}}, {"pull_request_review": {"types": ["submitted"]}}, {"check_suite": {"types": ["completed"]}}, {"push": {"branches": "main"}}, {"push": {"branches": ["main", "main"]}}),
    ("ci", "jobs"): ({}, {"a": {"runs-on": "ubuntu-latest"}}, {"a": {"steps": [{"run": "x"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": []}}, {"a": {"uses": "o/r/.github/workflows/a.yml@v1", "runs-on": "ubuntu-latest"}}, {"a": {"uses": "o/r/.github/workflows/a.yml@v1", "steps": [{"run": "x"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"run": "x"}], "with": {"a": 1}}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"run": "x"}], "secrets": "inherit"}},
                     {"1a": {"runs-on": "ubuntu-latest", "steps": [{"run": "x"}]}}, {"a b": {"runs-on": "ubuntu-latest", "steps": [{"run": "x"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"run": "x", "uses": "a/b@v1"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"name": "x"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"run": "x", "with": {"a": 1}}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"uses": "a/b@v1", "shell": "bash"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"uses": "a/b@v1", "working-directory": "x"}]}},
                     {"a": {"runs-on": "ubuntu-latest", "steps": [{"id": "x", "run": "x"}, {"id": "x", "run": "x"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"id": "x", "run": "x"}, {"id": "X", "run": "x"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"run": "x"}]}, "A": {"runs-on": "ubuntu-latest", "steps": [{"run": "x"}]}}, {"a": {"needs": "b", "runs-on": "ubuntu-latest", "steps": [{"run": "x"}]}, "b": {"needs": "a", "runs-on": "ubuntu-latest", "steps": [{"run": "x"}]}},
                     {"a": {"needs": "a", "runs-on": "ubuntu-latest", "steps": [{"run": "x"}]}}, {"a": {"runs-on": "windows-latest", "steps": [{"run": "x", "shell": "powershell"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"run": "x", "shell": "powershell"}]}}, {"a": {"runs-on": "windows-latest", "steps": [{"run": "x", "shell": "sh"}]}}, {"a": {"runs-on": "macos-latest", "steps": [{"run": "x", "shell": "cmd"}]}}, {"a": {"runs-on": "ubuntu-latest", "snapshot": "x", "steps": [{"run": "x"}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": [{"run": ""}]}}, {"a": {"runs-on": "ubuntu-latest", "steps": ["x"]}}),
}  # fmt: skip


def places(node, path=()):
    if isinstance(node, dict):
        for key in node:
            yield (*path, key)
            yield from places(node[key], (*path, key))
    elif isinstance(node, list):
        for at in range(len(node)):
            yield (*path, at)
            yield from places(node[at], (*path, at))


def parent(node, path):
    for part in path[:-1]:
        node = node[part]
    return node


def with_value(workflow, path, value):
    changed = copy.deepcopy(workflow)
    parent(changed, path)[path[-1]] = value
    return changed


def renamed(workflow, path, name):
    changed = copy.deepcopy(workflow)
    inside = parent(changed, path)
    items = [(name if key == path[-1] else key, value) for key, value in inside.items()]
    inside.clear()
    inside.update(items)
    return changed


def without(workflow, path):
    changed = copy.deepcopy(workflow)
    del parent(changed, path)[path[-1]]
    return changed


def path_of(workflow, place):
    path, node = [], workflow
    for part in place.split("."):
        path.append(int(part) if isinstance(node, list) else part)
        node = node[path[-1]]
    return path


def cases():
    for name, workflow in WORKFLOWS.items():
        yield f"{name}", workflow
        for path in places(workflow):
            shown = f"{name}: " + ".".join(map(str, path))
            for value in VALUES:
                yield f"{shown} = {json.dumps(value)}", with_value(workflow, path, value)
            if isinstance(path[-1], str):
                yield f"{shown} renamed", renamed(workflow, path, path[-1] + "x")
                yield f"{shown} in capitals", renamed(workflow, path, path[-1].upper())
            yield f"{shown} gone", without(workflow, path)
    for (name, place), values in BY_HAND.items():
        for value in values:
            yield f"{name}: {place} = {json.dumps(value, ensure_ascii=False)}", with_value(WORKFLOWS[name], path_of(WORKFLOWS[name], place), value)


def ours(texts):
    """A run keeps a bounded number of findings, so there are several."""
    return [verdict for start in range(0, len(texts), BATCH) for verdict in run_of(texts[start : start + BATCH])]


def run_of(texts):
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder, ".github", "workflows")
        place.mkdir(parents=True)
        for number, text in enumerate(texts):
            (place / f"{number}.yml").write_text(text)
        done = subprocess.run([sys.argv[1], "check", "--format", "json", "--level", "info", "--only", RULES, folder], capture_output=True, text=True, check=False)
        found = {}
        for finding in json.loads(done.stdout):
            found.setdefault(int(pathlib.Path(finding["file"]).stem), f"{finding['rule']}: {finding['message']}")
        return [found.get(number, "") for number in range(len(texts))]


def theirs(texts):
    program = prove.go_program(tree.ROOT / "tests/prove/goactionlint")
    done = subprocess.run([program], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def reason_of(who, name, said):
    for (refuses, pattern, because), _ in DIFFERENCES.items():
        if refuses == who and re.search(pattern, name) and re.search(because, said):
            return refuses, pattern, because
    return None


def proof():
    names, workflows = zip(*cases())
    texts = [json.dumps(workflow, ensure_ascii=False) for workflow in workflows]
    wrong, used = collections.defaultdict(list), set()
    groups = dict.fromkeys(name.partition(" = ")[0].split(".")[0] for name in names)
    for name, mine, other in zip(names, ours(texts), theirs(texts)):
        if bool(mine) != bool(other):
            reason = reason_of("slipway" if mine else "actionlint", name, mine or other)
            if reason:
                used.add(reason)
            else:
                wrong[name.partition(" = ")[0].split(".")[0]].append(f"{name}: {mine or 'taken'} here; {other or 'taken'} there")
    for group in groups:
        yield group, "\n".join(wrong[group]) or None
    yield "thousands of workflows were compared", None if len(names) > 4000 else f"only {len(names)}"
    yield "every difference is still there", "\n".join(map(str, DIFFERENCES.keys() - used)) or None


prove.main(proof)
