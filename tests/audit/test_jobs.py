"""slipway check says the same with one thread and with several, in every format, whatever it is asked to check.

The cases are the fixtures: each folder of rules/ and of repositories/, all of them as one run, the golden repositories,
and a tree of many bases. --fix --dry-run, which audits again and again, is compared too. Where the threads are
chance's, so is a race: each case runs several times. Under the thread sanitizer a race ends the run by itself.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
FORMATS = ("text", "json", "sarif", "github")
WORKLOAD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      containers:
      - name: main
        image: nginx:latest
        envFrom: [{configMapRef: {name: NAME}}]
"""
TOOK = re.compile(r", \d+ ms")


def run(place, jobs, *flags):
    command = [SLIPWAY, "check", "--level", "info", "--jobs", str(jobs), *flags, "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place, timeout=300)
    if done.returncode not in (0, 1):
        raise AssertionError(f"--jobs {jobs}: exit {done.returncode}: {done.stderr[-2000:]}")
    return done.returncode, TOOK.sub("", done.stdout)


def compare(place):
    for form in FORMATS:
        flags = ("--format", form)
        alone = run(place, 1, *flags)
        for jobs in (2, 4):
            if run(place, jobs, *flags) != alone:
                raise AssertionError(f"--format {form} differs with --jobs {jobs}")
    if run(place, 4, "--fix", "--dry-run") != run(place, 1, "--fix", "--dry-run"):
        raise AssertionError("--fix --dry-run differs")


def places():
    yield HERE / "rules"
    yield from sorted(path for path in (HERE / "repositories").iterdir() if path.is_dir())
    yield ROOT / "tests/golden/kustomize"
    yield ROOT / "tests/golden/render"


def many_bases(place):
    """An overlay of a hundred bases, among them one behind a link, two of one name and one that can't be read."""
    names = [f"service-{number}" for number in range(100)]
    for name in names:
        base = place / "base" / name
        base.mkdir(parents=True)
        (base / "kustomization.yaml").write_text("resources: [web.yaml, config.yaml]\n")
        (base / "config.yaml").write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata: {{a: b}}\n")
        (base / "web.yaml").write_text(WORKLOAD.replace("NAME", name))
    (place / "base/link").symlink_to("service-99")
    (place / "base/service-50/config.yaml").write_text("apiVersion: v1\nkind: [\n")
    for overlay, bases in (("good", [*names[:50], "link"]), ("broken", names), ("twice", ["link", *names[90:]])):
        (place / overlay).mkdir()
        listed = "".join(f"- ../base/{name}\n" for name in bases)
        (place / overlay / "kustomization.yaml").write_text(f"namespace: {overlay}\nresources:\n{listed}")


def main():
    with tempfile.TemporaryDirectory() as room:
        many_bases(pathlib.Path(room))
        return check([*places(), pathlib.Path(room)])


def check(cases):
    failed = 0
    print(f"1..{len(cases)}")
    for number, place in enumerate(cases, 1):
        name = place.relative_to(ROOT) if place.is_relative_to(ROOT) else "many bases"
        try:
            compare(place)
            print(f"ok {number} - {name}")
        except (AssertionError, subprocess.TimeoutExpired) as why:
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join(f"# {line}" for line in str(why).splitlines()))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
