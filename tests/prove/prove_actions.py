"""actionlint and zizmor on our fixtures of workflows: what they find we find, at the same line or in the same file.

Where we differ, the table below says why; a difference that isn't there any more must leave it.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import prove
import tree

FIXTURES = tree.ROOT / "tests" / "audit" / "rules"

ACTIONLINT = {
    "syntax-check": "GH001", "id": "GH001", "env-var": "GH001", "shell-name": "GH001", "permissions": "GH001",
    "expression": "GH002", "job-needs": "GH003", "runner-label": "GH004", "action": "GH005", "workflow-call": "GH005",
    "deprecated-commands": "GH006", "events": "GH007", "glob": "GH007", "if-cond": "GH008", "matrix": "GH010",
    "credentials": "GH023",
}  # fmt: skip
ZIZMOR = {
    "insecure-commands": "GH006", "unsound-condition": "GH008", "unsound-contains": "GH009", "unsound-ternary": "GH009",
    "unpinned-uses": "GH012", "unpinned-images": "GH014", "excessive-permissions": "GH015", "artipacked": "GH016",
    "template-injection": "GH017", "dangerous-triggers": "GH018", "github-env": "GH019", "cache-poisoning": "GH020",
    "secrets-inherit": "GH021", "overprovisioned-secrets": "GH021", "hardcoded-container-credentials": "GH023",
    "unredacted-secrets": "GH024", "bot-conditions": "GH025", "archived-uses": "GH027", "typosquat-uses": "GH027",
    "use-trusted-publishing": "GH030", "adhoc-packages": "GH031", "dependabot-cooldown": "GH033",
    "dependabot-execution": "GH033", "obfuscation": "GH037", "misfeature": "GH038",
}  # fmt: skip

# Rules of ours that one of theirs may be.
SAME = {"GH007": {"GH007", "GH001", "GH002"}, "GH005": {"GH005", "GH001"}, "GH001": {"GH001", "GH007"}, "GH002": {"GH002", "GH001"}}
ABOVE, BELOW = 8, 25  # lines
# We tell it once a workflow or at the step, they for each job or at the event.
ONCE = {"GH015", "GH018"}

CALLER = "an input, branch or label of the caller's choice is code too: actionlint knows only what strangers write"
DYNAMIC = "the outputs of other jobs and steps are of any origin: zizmor tells them as information"
# (peer, who alone finds it, case/file, rule): why
DIFFERENCES = {
    ("actionlint", "slipway", "actions-injection/actions-injection.yml", "GH002"): "it allows any key of a matrix that isn't there",
    ("actionlint", "slipway", "actions-old/action.yml", "GH001"): "it reads an action's inputs by the names it knows",
    ("actionlint", "actionlint", "actions-uses/called.yml", "GH005"): "it doesn't know `$/` yet",
    ("actionlint", "slipway", "actions-expressions/actions-expressions.yml", "GH017"): CALLER,
    ("actionlint", "slipway", "actions-styles/action.yml", "GH017"): CALLER,
    ("actionlint", "slipway", "actions-styles/_deploy.yml", "GH017"): CALLER,
    ("actionlint", "slipway", "actions-styles/monorepo.yml", "GH017"): CALLER,
    ("actionlint", "actionlint", "actions-uses/ci.yml", "GH001"): "an empty `secrets` hands over none, as written",
    ("zizmor", "slipway", "actions-events/actions-events.yml", "GH018"): "it can't read this file: its events have unknown filters",
    ("zizmor", "slipway", "actions-events/actions-events.yml", "GH015"): "as above",
    ("zizmor", "zizmor", "actions-expressions/actions-expressions.yml", "GH017"): DYNAMIC,
    ("zizmor", "zizmor", "actions-expressions/actions-expressions.yml", "GH037"): "a literal alone hides nothing",
    ("zizmor", "slipway", "actions-plain/actions-plain.yml", "GH008"): "it calls a constant condition obfuscation",
    ("zizmor", "zizmor", "actions-publish/actions-publish.yml", "GH030"): "without a token at the command it may be trusted publishing already",
    ("zizmor", "slipway", "actions-publish/actions-publish.yml", "GH020"): "it takes publishing actions for a release, not `npm publish`",
    ("zizmor", "zizmor", "actions-rights/actions-rights.yml", "GH016"): "the job pushes, and needs what the checkout leaves",
    ("zizmor", "zizmor", "actions-styles/action.yml", "GH019"): "github.action_path is set by the runner",
    ("zizmor", "zizmor", "actions-styles/comment.yml", "GH018"): "a comment brings no code, as long as the workflow fetches none",
    ("zizmor", "zizmor", "actions-styles/deploy.yml", "GH017"): DYNAMIC,
    ("zizmor", "zizmor", "actions-styles/java.yml", "GH020"): "a push to a release branch tests; nothing is published there",
    ("zizmor", "zizmor", "actions-styles/terraform.yml", "GH017"): "the name of an account has no character that a script reads",
    ("zizmor", "slipway", "actions-styles/deploy.yml", "GH024"): "it looks for parts of secrets; an argument is seen by every process",
    ("zizmor", "slipway", "actions-styles/java.yml", "GH015"): "read-all for one job alone it passes over",
    ("zizmor", "slipway", "actions-styles/python.yml", "GH031"): "it knows npm and gem; pip does the same",
    ("zizmor", "slipway", "actions-scripts/actions-scripts.yml", "GH024"): "it looks for parts of secrets",
    ("zizmor", "slipway", "actions-syntax/actions-syntax.yml", "GH016"): "it can't read this file",
    ("zizmor", "slipway", "actions-syntax/actions-syntax.yml", "GH012"): "it can't read this file",
    ("zizmor", "slipway", "actions-values/actions-values.yml", "GH012"): "it can't read this file",
    ("zizmor", "slipway", "actions-values/actions-values.yml", "GH016"): "it can't read this file",
    ("zizmor", "slipway", "actions-values/actions-values.yml", "GH018"): "it can't read this file",
    ("zizmor", "slipway", "actions-values/actions-values.yml", "GH038"): "it can't read this file",
    ("zizmor", "slipway", "actions-uses/ci.yml", "GH020"): "a release made with an archived action is one as well",
}  # fmt: skip


def lay_out(scratch):
    """Every fixture as a repository of its own, as the peers want it."""
    for case in sorted(FIXTURES.glob("actions-*")):
        name = case.name.removesuffix(".yaml")
        if case.is_dir():
            shutil.copytree(case, scratch / name)
        else:
            (scratch / name / ".github" / "workflows").mkdir(parents=True)
            shutil.copy(case, scratch / name / ".github" / "workflows" / f"{name}.yml")
        (scratch / name / ".git").mkdir()
    return sorted(scratch.iterdir())


def output(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options).stdout


def ours(slipway, repository):
    found = json.loads(output(slipway, "check", "--only", "GH", "--level", "info", "--format", "json", ".", cwd=repository))
    return [(f["file"], f["line"], f["rule"], f["message"]) for f in found]


def actionlint(program, repository):
    for found in json.loads(output(program, "-shellcheck=", "-pyflakes=", "-format", "{{json .}}", cwd=repository) or "[]"):
        rule = "GH017" if "potentially untrusted" in found["message"] else ACTIONLINT.get(found["kind"])
        if rule:
            yield found["filepath"], found["line"], rule, found["message"]


def zizmor(program, repository):
    text = output(program, "--offline", "--no-progress", "--format", "json-v1", ".", cwd=repository)
    for found in json.loads(text or "[]"):
        for location in found["locations"]:
            rule, symbolic = ZIZMOR.get(found["ident"]), location["symbolic"]
            if rule and symbolic["kind"] == "Primary":
                path = str(pathlib.PurePosixPath(symbolic["key"]["Local"]["verbatim_path"]))
                yield path, location["concrete"]["location"]["start_point"]["row"] + 1, rule, symbolic["annotation"]


def is_met(finding, mine):
    """A peer points at the step or the start of a script where we point at the word."""
    path, line, rule, _ = finding
    rules = SAME.get(rule, {rule})
    return any(m[0] == path and m[2] in rules and (-ABOVE <= m[1] - line <= BELOW or rule in ONCE) for m in mine)


def compare(peer, case, mine, theirs, rules):
    """{(peer, who alone finds it, file, rule): what}"""
    name = lambda f: f"{case}/{pathlib.PurePosixPath(f[0]).name}"
    found = {}
    for finding in theirs:
        if not is_met(finding, mine):
            found.setdefault((peer, peer, name(finding), finding[2]), f"{finding[1]}: {finding[3]}")
    known = {(f[0], rule) for f in theirs for rule in SAME.get(f[2], {f[2]})}
    for finding in mine:
        if finding[2] in rules and (finding[0], finding[2]) not in known:
            found.setdefault((peer, "slipway", name(finding), finding[2]), f"{finding[1]}: {finding[3]}")
    return found


def peers():
    yield "actionlint", actionlint, prove.go_tool("github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12"), set(ACTIONLINT.values()) | {"GH017"}
    python = prove.python_with("zizmor==1.32.0")
    yield "zizmor", zizmor, str(pathlib.Path(python).parent / "zizmor"), set(ZIZMOR.values())


def proof():
    slipway = str(pathlib.Path(sys.argv[1]).resolve())
    for peer, ask, program, rules in list(peers()):
        expected = {key: reason for key, reason in DIFFERENCES.items() if key[0] == peer}
        with tempfile.TemporaryDirectory() as scratch:
            for repository in lay_out(pathlib.Path(scratch)):
                found = compare(peer, repository.name, ours(slipway, repository), list(ask(program, repository)), rules)
                news = [f"{key}: {what}" for key, what in found.items() if not expected.pop(key, None)]
                yield f"{peer} and slipway agree on {repository.name}", "\n".join(news) or None
        yield f"every difference to {peer} is still there", "\n".join(map(str, expected)) or None


prove.main(proof)
