"""Runs slipway check on the fixtures: what fires is what the files say, at the line that says it.

A case is a file or a folder of rules/, or clean.yaml. `# want SEVERITY RULE` behind a line is a finding
there, `# also RULE` the other end of one of a rule across artifacts; on lines of their own such comments are
about the next line, as a Dockerfile has no others. Nothing else may fire. `# only: RULE,…` as the first line of a file runs only these; a folder's slipway.yaml
is the run's catalog. Every rule needs a case where it fires. The rules across artifacts (XA) run on the cases
named across_* alone.

repositories/ holds whole ones in the styles that people use, each finding of the default level judged by hand.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WANT = re.compile(r"# want (\w+) (\w+)")
ALSO = re.compile(r"# (also) (\w+)")
ASKED = {"DF070", "GH011"}  # fires only with --shellcheck: test_shellcheck.py
ONE_END = {"XA007", "XA009", "XA019", "XA020", "XA021", "XA034"}  # about what is nowhere
LARGE = 5 << 20  # more than a run reads of one file


def files_of(case):
    return sorted(path for path in case.rglob("*") if path.is_file()) if case.is_dir() else [case]


def expected(case):
    found, only = [], []
    for path in files_of(case):
        lines = path.read_text().splitlines()
        if lines and lines[0].startswith("# only: "):
            only = ["--only", lines[0].split()[2]]
        waiting = []
        for number, line in enumerate(lines, 1):
            waiting += WANT.findall(line) + ALSO.findall(line)
            if not line.lstrip().startswith(("# want ", "# also ")):
                found += [(str(path), number, *want) for want in waiting]
                waiting = []
    return sorted(found), only


def check(case, *flags):
    catalog = case / "slipway.yaml"
    with_catalog = ["-f", str(catalog)] if catalog.exists() else []
    is_whole = case.parent.name == "repositories"
    if not flags and not is_whole and not case.name.startswith("across_"):
        flags = ("--skip", "XA")  # the other fixtures are no whole repositories
    flags = (*flags, "--level", "warn" if is_whole else "info", "--format", "json")
    command = [pathlib.Path(sys.argv[1]).resolve(), *with_catalog, "check", *flags, str(case)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode not in (0, 1):
        return [("exit", done.returncode, done.stderr, "")]
    found = json.loads(done.stdout)
    places = [(f["rule"], end) for f in found if f["rule"].startswith("XA") for end in f["related"]]
    ends = {(end["file"], end["line"], "also", rule) for rule, end in places}
    return sorted([(f["file"], f["line"], f["severity"], f["rule"]) for f in found] + list(ends))


def rules():
    docs = subprocess.run([sys.argv[1], "check", "--docs"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\| (\w+) \| ", docs, re.M)) - {"rule"}


def check_large():
    """An artifact past the bound is a finding, data is none; too large to be kept as fixtures."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "large.yaml").write_text("apiVersion: v1\nkind: ConfigMap\n# " + "x" * LARGE)
        pathlib.Path(folder, "data.json").write_text('{"apiVersion": "' + "x" * LARGE + '"}')  # nobody writes that by hand
        pathlib.Path(folder, "data.yaml").write_text("# " + "x" * LARGE)
        return [(pathlib.Path(file).name, rule) for file, _, _, rule in check(pathlib.Path(folder))]


def check_drift():
    """A rendered file that was edited is a finding; it takes a rendering to have one."""
    with tempfile.TemporaryDirectory() as folder:
        slipway = pathlib.Path(sys.argv[1]).resolve()
        catalog = "slipway: 1\nplatform: shop\nservices:\n  web: {language: go, planned: true, ports: {http: 8080}}\n"
        pathlib.Path(folder, "slipway.yaml").write_text(catalog)
        subprocess.run([slipway, "-q", "render"], check=True, cwd=folder)
        with pathlib.Path(folder, "docker-compose.yml").open("a") as compose:
            compose.write("# by hand\n")
        command = [slipway, "check", "--only", "AU005", "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        return [(f["rule"], f["file"]) for f in json.loads(done.stdout)]


def main():
    cases = [HERE / "clean.yaml", *sorted((HERE / "rules").iterdir()), *sorted((HERE / "repositories").iterdir())]
    fired, ended, failed = set(), set(), 0
    for number, case in enumerate(cases, 1):
        want, only = expected(case)
        got = check(case, *only)
        fired |= {rule for _, _, _, rule in got}
        ended |= {rule for _, _, kind, rule in got if kind == "also"}
        print("ok" if got == want else "not ok", number, "-", case.name)
        for finding in sorted(set(got) ^ set(want)):
            print("#", "too much:" if finding in got else "missing:", *finding)
        if got != want and set(got) == set(want):
            print("# a finding twice")
        failed += got != want
    others = [
        (check_large(), [("large.yaml", "AU001")], "a file past the bound is a finding, unless it is data"),
        (check_drift(), [("AU005", "docker-compose.yml")], "a rendered file that was edited is a finding"),
    ]
    for number, (got, want, what) in enumerate(others, len(cases) + 1):
        print("ok" if got == want else "not ok", number, "-", what, *([] if got == want else [got]))
        failed += got != want
    silent = rules() - fired - ASKED - {"AU001", "AU005"}
    single = {rule for rule in fired if rule.startswith("XA")} - ended - ONE_END
    total = len(cases) + len(others) + 2
    print("not ok" if silent else "ok", total - 1, "- every rule fires somewhere", *sorted(silent))
    print("not ok" if single else "ok", total, "- every rule across artifacts points at both ends", *sorted(single))
    print(f"1..{total}")
    sys.exit(1 if failed or silent or single else 0)


main()
