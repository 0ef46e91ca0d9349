"""slipway check --shellcheck: what it is given, where its findings land, and what happens when it can't be asked.

A program of the test's own stands in for ShellCheck, so that this runs anywhere; prove/shellcheck asks the real one.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

SLIPWAY = pathlib.Path(sys.argv[1]).resolve()

# complains about the word `bad`, wherever it stands
STAND_IN = """#!{python}
import json, sys
comments = []
for path in sys.argv[sys.argv.index("--") + 1:]:
    for number, line in enumerate(open(path), 1):
        at = line.find("bad")
        if at >= 0:
            comments.append(dict(file=path, line=number, endLine=number, column=at + 1, endColumn=at + 4,
                                 level="warning", code=2000, message="No bad."))
print(json.dumps(dict(comments=comments)))
sys.exit(bool(comments))
"""

DOCKERFILE = """FROM debian:12.7
ARG NAME
RUN good && \\
    # in between
    é bad "$NAME"
RUN <<EOF
set -e
good; bad
EOF
SHELL ["pwsh", "-c"]
RUN bad
USER 10001
"""

WORKFLOW = """on: push
jobs:
  linux:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          good ${{ github.sha }} é bad
      - run: bad
        shell: pwsh
      - run: 'echo ${{ ''bad'' }}'
  windows:
    runs-on: windows-2025
    steps:
      - run: bad
      - run: good; bad
        shell: bash
"""


SHELLS = """on: push
jobs:
  linux:
    runs-on: ubuntu-24.04
    env: {GOOS: windows}
    steps:
      - run: bad
      - {run: bad, shell: "bash {0}"}
      - {run: bad, shell: "bash -euo pipefail {0}"}
"""


def check(folder, program, *flags, path="Dockerfile"):
    stand_in = folder / "bin" / "shellcheck"
    stand_in.parent.mkdir(exist_ok=True)
    stand_in.unlink(missing_ok=True)
    if program:
        stand_in.write_text(program)
        stand_in.chmod(0o755)
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "PATH": str(stand_in.parent), "TMPDIR": str(temporary)}
    done = subprocess.run(
        [SLIPWAY, "check", "--format", "json", *flags, path],
        capture_output=True, text=True, check=False, cwd=folder, env=environment,
    )
    assert not list(temporary.iterdir()), "scripts are left behind"
    return done


def found(done):
    return [(f["line"], f["column"], f["rule"], f["message"]) for f in json.loads(done.stdout)]


def findings_land_in_the_dockerfile(folder):
    done = check(folder, STAND_IN.format(python=sys.executable), "--shellcheck")
    expected = [(5, 7, "DF070", "No bad (SC2000)"), (8, 7, "DF070", "No bad (SC2000)")]
    assert found(done) == expected, done.stdout + done.stderr


def findings_land_in_the_workflow(folder):
    (folder / "ci.yml").write_text(WORKFLOW)
    done = check(folder, STAND_IN.format(python=sys.executable), "--shellcheck", "--only", "GH011", path="ci.yml")
    expected = [(7, 36, "GH011", "No bad (SC2000)"), (15, 20, "GH011", "No bad (SC2000)")]
    assert found(done) == expected, done.stdout + done.stderr


def an_action_that_is_not_there_is_passed_over(folder):
    workflow = folder / ".github" / "workflows" / "ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(WORKFLOW + "      - uses: ./.github/actions/nobody\n")
    done = check(folder, STAND_IN.format(python=sys.executable), "--shellcheck", "--only", "GH011", path=".")
    assert [line for line, _, _, _ in found(done)] == [7, 15], done.stdout + done.stderr


def scripts_run_as_the_runner_runs_them(folder):
    (folder / "ci.yml").write_text(SHELLS)
    # says whether the script has `set -e` before its first line
    told = STAND_IN.replace('message="No bad."', 'message=str("set -e" in open(path).read())')
    done = check(folder, told.format(python=sys.executable), "--shellcheck", "--only", "GH011", path="ci.yml")
    assert [message for *_, message in found(done)] == [f"{e} (SC2000)" for e in (True, False, True)], done.stdout + done.stderr


def it_is_asked_only_when_wanted(folder):
    done = check(folder, STAND_IN.format(python=sys.executable))
    assert found(done) == [], done.stdout


def a_missing_program_is_said(folder):
    done = check(folder, None, "--shellcheck")
    assert done.returncode == 3, done.returncode
    assert "shellcheck isn't installed" in done.stderr, done.stderr


def a_broken_program_is_a_finding(folder):
    done = check(folder, "#!/bin/sh\necho broken >&2\nexit 5\n", "--shellcheck")
    assert done.returncode == 1, done.returncode
    assert [rule for _, _, rule, _ in found(done)] == ["DF070"], done.stdout
    assert "exited with 5: broken" in done.stdout, done.stdout


def main():
    cases = [findings_land_in_the_dockerfile, findings_land_in_the_workflow, an_action_that_is_not_there_is_passed_over,
             scripts_run_as_the_runner_runs_them, it_is_asked_only_when_wanted, a_missing_program_is_said,
             a_broken_program_is_a_finding]
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "Dockerfile").write_text(DOCKERFILE)
            try:
                case(folder)
                wrong = None
            except AssertionError as reason:
                wrong = str(reason) or "wrong"
            print("not ok" if wrong else "ok", number, "-", case.__name__)
            for line in (wrong or "").splitlines():
                print("#", line)
            failed += bool(wrong)
    sys.exit(1 if failed else 0)


main()
