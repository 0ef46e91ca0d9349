"""Runs slipway check on repositories that mean harm: it ends, within the memory it may have, and says what is wrong.

Each case is made in a scratch folder. The bounds are wide: they tell a hang or a runaway from a slow machine.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
SANITIZED = os.environ.get("TEST_SANITIZE", "none") != "none"
SECONDS = 60
BYTES = 1 << 30

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n"


def bound():
    if not SANITIZED:  # which needs its address space
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def check(folder, *flags):
    command = [SLIPWAY, "check", "--level", "info", "--format", "json", *flags, "."]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, preexec_fn=bound, timeout=2 * SECONDS
    )
    assert done.returncode in (0, 1), f"exit {done.returncode}: {done.stderr[-300:]}"
    return {f["rule"] for f in json.loads(done.stdout)}


def links(folder):
    """Links in circles, to itself, out of the tree and to a device; only the pod is read."""
    (folder / "loop").symlink_to(".")
    (folder / "a.yaml").symlink_to("b.yaml")
    (folder / "b.yaml").symlink_to("a.yaml")
    (folder / "Dockerfile").symlink_to("/dev/zero")
    (folder / "out").symlink_to("/")
    (folder / "pod.yaml").write_text(POD)
    return {"K8029"}


def specials(folder):
    """A pipe that nobody writes to, under the name of an artifact and of what one includes."""
    os.mkfifo(folder / "compose.yaml")
    os.mkfifo(folder / "Dockerfile.dev")
    os.mkfifo(folder / ".gitignore")
    os.mkfifo(folder / ".dockerignore")
    os.mkfifo(folder / ".env")
    (folder / "web").mkdir()
    (folder / "web/Dockerfile").write_text("FROM alpine:3.21\nCOPY . .\n")
    (folder / "web/compose.yaml").write_text("include: [../other.yaml]\nservices: {a: {image: 'a:1', env_file: pipe}}\n")
    os.mkfifo(folder / "other.yaml")
    os.mkfifo(folder / "web/pipe")
    (folder / "pod.yaml").write_text(POD)
    return {"K8029"}


def aliases(folder):
    """Nine levels of nine aliases each: a document of 387 million values."""
    lines = ["kind: Pod", "apiVersion: v1", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    for name in ("bomb.yaml", "compose.yaml", "kustomization.yaml", "action.yml"):
        (folder / name).write_text("\n".join(lines) + "\n")
    return {"AU002"}


def nesting(folder):
    """Brackets a hundred thousand deep in each syntax."""
    deep = "[" * 100_000
    (folder / "deep.yaml").write_text("apiVersion: v1\nkind: " + deep)
    (folder / "deep.json").write_text('{"apiVersion": "v1", "kind": ' + deep)
    (folder / "board.json").write_text('{"schemaVersion": 1, "panels": ' + deep)
    (folder / "compose.yaml").write_text("services: " + deep)
    (folder / "Dockerfile").write_text("FROM a:1\nRUN " + "$(" * 100_000 + "\nRUN " + "((" * 100_000 + "\n")
    (folder / ".github/workflows").mkdir(parents=True)
    expression = "${{ " + "(" * 100_000 + " }}"
    (folder / ".github/workflows/a.yaml").write_text(f"on: push\njobs: {{a: {{runs-on: b, if: '{expression}'}}}}\n")
    return {"AU002"}


def folders(folder):
    """Deeper than the walk goes: that is said, and what lies above is checked."""
    (folder / "pod.yaml").write_text(POD)
    os.chdir(folder)
    for _ in range(200):
        os.mkdir("d")
        os.chdir("d")
    os.chdir("/")
    return {"AU001", "K8029"}


def cycles(folder):
    """Files that include, extend, use and patch each other round about."""
    (folder / "compose.yaml").write_text("include: [b.yaml]\nservices: {a: {extends: {file: b.yaml, service: a}}}\n")
    (folder / "b.yaml").write_text("include: [compose.yaml]\nservices: {a: {extends: {file: compose.yaml, service: a}}}\n")
    for name, other in (("x", "y"), ("y", "x")):
        (folder / name).mkdir()
        (folder / name / "kustomization.yaml").write_text(f"resources: [../{other}]\n")
    (folder / ".github/workflows").mkdir(parents=True)
    job = "{runs-on: a, needs: %s, steps: [{run: b}]}"
    (folder / ".github/workflows/a.yaml").write_text(f"on: push\njobs:\n  a: {job % 'b'}\n  b: {job % 'a'}\n")
    return {"KU001", "GH003"}


def doublings(folder):
    """Files that include the next one twice: read once each."""
    for i in range(45):
        (folder / f"f{i}.yaml").write_text(f"include: [f{i + 1}.yaml, f{i + 1}.yaml]\nservices: {{s{i}: {{image: 'a:1'}}}}\n")
    (folder / "f45.yaml").write_text("services: {z: {image: a, privileged: true}}\n")
    (folder / "compose.yaml").write_text("include: [f0.yaml, f0.yaml]\n")
    return {"CO013"}


def crowds(folder):
    """Many small things in one file: findings are bounded, and so is the time."""
    (folder / "pods.yaml").write_text("---\n".join(POD.replace("{name: a}", f"{{name: a{i}}}") for i in range(20_000)))
    env = "\n".join(f"      A{i}_URL: http://b{i}:80/" for i in range(20_000))
    (folder / "compose.yaml").write_text(f"services:\n  a:\n    image: a:1\n    environment:\n{env}\n")
    (folder / "Dockerfile").write_text("FROM a:1\n" + "RUN a && b | c\n" * 20_000)
    (folder / ".gitignore").write_text("".join(f"**/x{i}/**/*\n" for i in range(2_000)))
    return {"K8029"}


def bytes_of_all_kinds(folder):
    """What is no text under the names of artifacts."""
    noise = bytes(range(256)) * 64
    for name in ("Dockerfile", "compose.yaml", "kustomization.yaml", "prometheus.yml"):
        (folder / name).write_bytes(b"apiVersion kind \n" + noise)
    (folder / "pod.yaml").write_text(POD)
    (folder / os.fsdecode(b"\xff\xfe.yaml")).write_text(POD)
    return {"K8029"}


CASES = (links, specials, aliases, nesting, folders, cycles, doublings, crowds, bytes_of_all_kinds)


def main():
    failed = 0
    for number, case in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as scratch:
            try:
                want = case(pathlib.Path(scratch))
                missing = want - check(scratch)
                problem = f"isn't found: {sorted(missing)}" if missing else ""
            except (AssertionError, subprocess.TimeoutExpired, ValueError) as error:
                problem = str(error)
        print("not ok" if problem else "ok", number, "-", case.__name__)
        if problem:
            print("#", problem)
        failed += bool(problem)
    print(f"1..{len(CASES)}")
    sys.exit(1 if failed else 0)


main()
