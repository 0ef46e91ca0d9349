"""What checkov and kube-score find in the artifacts is what docs/hardening.md answers: no more, no less."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import prove
import tree

CHECKOV = "checkov==3.3.30"
KUBE_SCORE = ("github.com/zegl/kube-score/cmd/kube-score", "v1.20.0")
OVERLAYS = ("staging", "production")
ANSWERS = tree.ROOT / "docs" / "hardening.md"
GRADE_OK = 7  # 1 critical, 5 warning, 7 almost ok, 10 ok
EVERYWHERE = "everywhere"


def answers():
    """(tool, check) -> the names it is answered for; an answer without words is none."""
    found = {}
    for line in ANSWERS.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| (checkov|kube-score) \| `([\w-]+)` \| ([^|]+) \| ([^|]{10,}) \|$", line)
        if row:
            found[(row[1], row[2])] = {name.strip() for name in row[3].split(",")}
    return found


def kube_score(program, built):
    """(check, name of the object) of each finding."""
    done = subprocess.run([program, "score", "--output-format", "json", built], capture_output=True, text=True, check=False)
    for entry in json.loads(done.stdout):
        for check in entry["checks"]:
            if check["grade"] < GRADE_OK and not check["skipped"]:
                yield check["check"]["id"], entry["object_meta"]["name"]


def checkov(python, folder):
    program = pathlib.Path(python).parent / "checkov"
    done = subprocess.run(
        [program, "-d", folder, "--framework", "kubernetes", "dockerfile", "github_actions", "--quiet", "--compact", "-o", "json"],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )
    reports = json.loads(done.stdout)
    for report in reports if isinstance(reports, list) else [reports]:
        if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
            yield "unread", report["check_type"]
        for finding in report["results"]["failed_checks"]:
            # Kind.namespace.name, or a place in a workflow or Dockerfile
            is_object = report["check_type"] == "kubernetes"
            yield finding["check_id"], finding["resource"].split(".")[-1] if is_object else pathlib.Path(finding["file_path"]).stem


def unanswered(tool, findings):
    known = answers()
    wrong = []
    met = set()
    for check, name in sorted(set(findings)):
        names = known.get((tool, check), set())
        if EVERYWHERE in names or name in names:
            met |= {(tool, check, EVERYWHERE), (tool, check, name)}
        else:
            wrong.append(f"{check}: {name}")
    wrong += [
        f"{check} is answered for {name}, where it is not found"
        for (owner, check), names in known.items() if owner == tool for name in names if (tool, check, name) not in met
    ]
    return "\n".join(wrong) or None


def lay_out(slipway, folder):
    """What the tools read: each overlay as it is applied, Dockerfiles, workflows."""
    rendered, looked_at = pathlib.Path(folder, "rendered"), pathlib.Path(folder, "looked-at")
    subprocess.run([slipway, "-C", tree.ROOT, "render", "--out", rendered], check=True, capture_output=True)
    looked_at.mkdir()
    for overlay in OVERLAYS:
        built = prove.run("kubectl kustomize", "kubectl", "kustomize", str(rendered / "deploy/kubernetes/overlays" / overlay))
        (looked_at / f"{overlay}.yaml").write_text(built)
    shutil.copytree(rendered / ".github", looked_at / ".github")
    for dockerfile in rendered.rglob("Dockerfile"):
        place = looked_at / dockerfile.relative_to(rendered)
        place.parent.mkdir(parents=True)
        shutil.copy(dockerfile, place)
    return looked_at


def proof():
    if not shutil.which("kubectl"):
        raise prove.Unavailable("kubectl is not installed")
    score = prove.go_tool(*KUBE_SCORE)
    python = prove.python_with(CHECKOV)
    with tempfile.TemporaryDirectory() as folder:
        looked_at = lay_out(os.path.abspath(sys.argv[1]), folder)
        found = [finding for overlay in OVERLAYS for finding in kube_score(score, looked_at / f"{overlay}.yaml")]
        yield "kube-score finds what is answered", unanswered("kube-score", found)
        yield "checkov finds what is answered", unanswered("checkov", checkov(python, looked_at))


prove.main(proof)
