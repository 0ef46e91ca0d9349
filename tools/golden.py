#!/usr/bin/env python3
"""Runs slipway against golden cases: tools/golden.py --program PATH [--update] [GROUP[/CASE]]…

A case is a folder tests/golden/GROUP/CASE:
  cmd      the command line behind `slipway`, as a shell would split it; NAME=value first sets a
           variable
  in/      the files it starts with, and the working directory (may be absent)
  stdin    what it reads (may be absent)
and what must come out, byte for byte:
  stdout, stderr, exit     absent: nothing, nothing, 0
  out/     every file that is new or changed after the run; absent: none
  removed  the files that are gone, one path a line; absent: none
Each case runs twice, under another time zone, locale, umask and directory. In the output the
working directory reads @DIR@. --update rewrites what must come out. Prints TAP.
"""

import argparse
import difflib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import tree

GOLDEN = tree.ROOT / "tests" / "golden"
TIMEOUT_S = 60

SURROUNDINGS = [
    {"TZ": "UTC", "LC_ALL": "C", "umask": 0o022, "dir": "a"},
    {"TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8", "umask": 0o077, "dir": "another place/deep"},
]


def read_tree(root):
    """Relative path -> (bytes or link target, whether it is executable)."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = (os.readlink(path).encode(), False)
        elif path.is_file():
            found[name] = (path.read_bytes(), bool(path.stat().st_mode & 0o100))
    return found


def split_command(text):
    """The variables that the command line starts with, and its arguments."""
    words = shlex.split(text, comments=True)
    variables = {}
    while words and "=" in words[0] and words[0].split("=")[0].isidentifier():
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    return variables, words


def run_once(program, case, around):
    """{name: content} of everything that the case produced."""
    variables, arguments = split_command((case / "cmd").read_text())
    with tempfile.TemporaryDirectory(prefix="golden-") as scratch:
        work = pathlib.Path(scratch, around["dir"]).resolve()
        if (case / "in").is_dir():
            shutil.copytree(case / "in", work, symlinks=True)
        else:
            work.mkdir(parents=True)
        before = read_tree(work)
        stdin = case / "stdin"
        done = subprocess.run(
            [program, *arguments],
            cwd=work,
            env={
                "PATH": os.environ["PATH"],
                "HOME": scratch,
                "TZ": around["TZ"],
                "LC_ALL": around["LC_ALL"],
                **{name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")},
                **variables,
            },
            input=stdin.read_bytes() if stdin.is_file() else b"",
            capture_output=True,
            umask=around["umask"],
            timeout=TIMEOUT_S,
            check=False,
        )
        here = str(work).encode()
        produced = {
            "stdout": done.stdout.replace(here, b"@DIR@"),
            "stderr": done.stderr.replace(here, b"@DIR@"),
            "exit": b"%d\n" % done.returncode,
        }
        produced.update(changes(before, read_tree(work)))
        return produced


def changes(before, after):
    produced = {}
    for name, (content, executable) in after.items():
        if before.get(name) != (content, executable):
            produced["out/" + name + (" (executable)" if executable else "")] = content
    removed = sorted(set(before) - set(after))
    produced["removed"] = "".join(name + "\n" for name in removed).encode()
    return produced


def expected(case):
    wanted = {"stdout": b"", "stderr": b"", "exit": b"0\n", "removed": b""}
    for name in wanted:
        if (case / name).is_file():
            wanted[name] = (case / name).read_bytes()
    if (case / "out").is_dir():
        for name, (content, executable) in read_tree(case / "out").items():
            wanted["out/" + name + (" (executable)" if executable else "")] = content
    return wanted


def show_difference(name, want, got):
    lines = difflib.unified_diff(
        want.decode(errors="backslashreplace").splitlines(),
        got.decode(errors="backslashreplace").splitlines(),
        f"{name} (expected)",
        f"{name} (got)",
        lineterm="",
    )
    return list(lines) or [f"{name}: the ends of lines differ"]


def differences(want, got):
    found = []
    for name in sorted(set(want) | set(got)):
        if name not in got:
            found.append(f"{name}: not written")
        elif name not in want:
            found += [f"{name}: not expected", *show_difference(name, b"", got[name])]
        elif want[name] != got[name]:
            found += show_difference(name, want[name], got[name])
    return found


def update(case, got):
    shutil.rmtree(case / "out", ignore_errors=True)
    for name, content in got.items():
        path = case / name.removesuffix(" (executable)")
        if content == (b"0\n" if name == "exit" else b"") and "/" not in name:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if name.endswith(" (executable)") else 0o644)


def check_case(program, case, updating):
    """The lines that say what is wrong; none when all is as expected."""
    try:
        first, second = (run_once(program, case, around) for around in SURROUNDINGS)
    except subprocess.TimeoutExpired:
        return [f"did not end within {TIMEOUT_S} s"]
    drift = differences(first, second)
    if drift:
        return ["depends on time zone, locale, umask or directory:", *drift]
    if updating:
        update(case, first)
    return differences(expected(case), first)


def find_cases(names):
    picked = [GOLDEN / name for name in names] or [GOLDEN]
    found = {command.parent for top in picked for command in top.rglob("cmd")}
    return sorted(case for case in found if not {"in", "out"} & set(case.relative_to(GOLDEN).parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=str(tree.ROOT / "bin" / "slipway"))
    parser.add_argument("--update", action="store_true", help="rewrite what must come out")
    parser.add_argument("names", nargs="*", metavar="GROUP[/CASE]")
    options = parser.parse_args()
    cases = find_cases(options.names)
    if not cases:
        sys.exit(f"no golden case under {options.names or GOLDEN}")
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        wrong = check_case(os.path.abspath(options.program), case, options.update)
        failed += bool(wrong)
        print("not ok" if wrong else "ok", number, "-", case.relative_to(GOLDEN), flush=True)
        for line in wrong:
            print("#", line)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
