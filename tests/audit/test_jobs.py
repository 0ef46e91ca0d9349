"""slipway check says the same with one thread and with several, in every format, whatever it is asked to check.

The cases are the fixtures: each folder of rules/ and of repositories/, all of them as one run, and the golden
repositories. --fix --dry-run, which audits again and again, is compared too. Where the threads are chance's, so is a
race: each case runs several times. Under the thread sanitizer a race ends the run by itself.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
FORMATS = ("text", "json", "sarif", "github")
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


def main():
    cases = list(places())
    failed = 0
    print(f"1..{len(cases)}")
    for number, place in enumerate(cases, 1):
        try:
            compare(place)
            print(f"ok {number} - {place.relative_to(ROOT)}")
        except (AssertionError, subprocess.TimeoutExpired) as why:
            failed += 1
            print(f"not ok {number} - {place.relative_to(ROOT)}")
            print("\n".join(f"# {line}" for line in str(why).splitlines()))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
