"""Runs slipway check --fix on copies of the audit's fixtures.

What was found with a safe fix is gone afterwards and nothing new is there; a second run changes nothing; --dry-run
writes nothing and shows just what --fix then does. fixes/ holds files as they are to come out: NAME.yaml becomes
NAME.fixed.yaml, byte for byte, and a folder NAME.fixed; what its overlays build is then free of what was mended.
The rules' own fixable.txt says which have a fix, and each must be seen with one.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BREAKS = {"AU002", "CO001", "DF001", "GH001", "K8001", "KU001"}  # what a file has that an edit broke
ASKED = {"CO003", "DF004", "K8041"}  # run only where a fixture names them
HERE = pathlib.Path(__file__).resolve().parent
SIDE_BY_SIDE = os.cpu_count() or 1  # cases
SLIPWAY = pathlib.Path(sys.argv[1]).resolve()


def only(folder, case):
    """The flags that make a fixture's rules run that run only when they are named."""
    path = pathlib.Path(folder, case)
    for file in [path] if path.is_file() else path.iterdir():
        first = file.read_text().partition("\n")[0] if file.is_file() else ""
        if first.startswith("# only: ") and ASKED & set(first.split()[2].split(",")):
            return ["--only", first.split()[2]]
    return []


def run(folder, case, *flags):
    command = [SLIPWAY, "check", "--level", "info", *only(folder, case), *flags, case]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in (0, 1):
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return done.stdout


def findings(folder, case):
    return json.loads(run(folder, case, "--format", "json"))


def kinds(found):
    """Of each rule how its findings can be mended."""
    return {(f["rule"], "safe" if f["fix"]["safe"] else "suggested") for f in found if "fix" in f}


def keys(found):
    return collections.Counter((f["rule"], f["file"], f["object"], f["message"]) for f in found)


def contents(folder):
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def applied(folder, diff):
    """The files as patch(1) leaves them, to compare with what --fix wrote."""
    done = subprocess.run(["patch", "-p0", "-s"], input=diff, text=True, capture_output=True, check=False, cwd=folder)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return contents(folder)


def check(case, seen):
    """The complaints about one fixture."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, other = pathlib.Path(scratch, "a"), pathlib.Path(scratch, "b")
        for place in (folder, other):
            copy = shutil.copytree if case.is_dir() else shutil.copy
            place.mkdir()
            copy(case, place / case.name)
        before, texts = findings(folder, case.name), contents(folder)
        seen |= kinds(before)
        diff = run(folder, case.name, "--fix", "--dry-run")
        if contents(folder) != texts:
            yield "--dry-run changed a file"
        run(folder, case.name, "--fix")
        after, fixed = findings(folder, case.name), contents(folder)
        safe = [f for f in before if f.get("fix", {}).get("safe")]
        left = (keys(after) - (keys(before) - keys(safe))) & keys(safe)
        if left:
            yield f"still there: {dict(left)}"
        fresh = keys(after) - keys(before)
        if fresh:
            yield f"new: {dict(fresh)}"
        if [f for f in after if f.get("fix", {}).get("safe")]:
            yield "something could still be mended"
        if safe and fixed == texts:
            yield "nothing was written"
        if applied(other, diff) != fixed:
            yield "the diff of --dry-run isn't what --fix did"
        run(folder, case.name, "--fix")
        if contents(folder) != fixed:
            yield "a second --fix changed a file"


def offset(lines, line, column):
    """Of a position in a file, in bytes."""
    return sum(len(text) for text in lines[: line - 1]) + column - 1


def apply_edits(folder, edits):
    """Makes the edits of one finding as an editor would."""
    for name in {edit["file"] for edit in edits}:
        path = folder / name
        lines = path.read_bytes().splitlines(keepends=True)
        text = b"".join(lines)
        spans = [
            (offset(lines, e["line"], e["column"]), offset(lines, e["end_line"], e["end_column"]), e["text"])
            for e in edits
            if e["file"] == name
        ]
        for start, end, new in reversed(sorted(spans, key=lambda span: span[0])):
            text = text[:start] + new.encode() + text[end:]
        path.write_bytes(text)


def check_suggestions(case, _seen):
    """The complaints about what is only suggested: of each rule the first is made, as an editor would."""
    done = set()
    for finding in findings(case.parent, case.name):
        if finding.get("fix", {"safe": True})["safe"] or finding["rule"] in done:
            continue
        done.add(finding["rule"])
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            (shutil.copytree if case.is_dir() else shutil.copy)(case, folder / case.name)
            before = keys(findings(folder, case.name))
            apply_edits(folder, finding["fix"]["edits"])
            after = keys(findings(folder, case.name))
        if not keys([finding]) & (before - after):
            yield f"{finding['rule']} at line {finding['line']} is still there when the suggestion is made"
        broken = [key for key in after - before if key[0] in BREAKS]
        if broken:
            yield f"the suggestion of {finding['rule']} breaks something: {broken}"


def check_golden(case, _seen):
    """The complaints about how one comes out."""
    fixed = case.with_suffix(".fixed" + case.suffix)
    with tempfile.TemporaryDirectory() as scratch:
        (shutil.copytree if case.is_dir() else shutil.copy)(case, pathlib.Path(scratch, case.name))
        run(scratch, case.name, "--fix")
        made = pathlib.Path(scratch, case.name)
        texts = contents if case.is_dir() else pathlib.Path.read_text
        if texts(made) != texts(fixed):
            yield "isn't " + fixed.name


def built(folder, overlay):
    command = [SLIPWAY, "kustomize", "build", overlay]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def check_overlays(case, _seen):
    """The complaints about what the overlays of a mended kustomization build, each audited by itself as built."""
    with tempfile.TemporaryDirectory() as scratch:
        for at, name in ((case, "before"), (case.with_suffix(".fixed"), "after")):
            shutil.copytree(at, pathlib.Path(scratch, name))
        mended = {rule for rule, kind in kinds(findings(scratch, "before")) if kind == "safe"}
        for overlay in sorted(path.name for path in (case / "overlays").iterdir()):
            before, after = (built(scratch, f"{name}/overlays/{overlay}") for name in ("before", "after"))
            if before == after:
                yield f"nothing of {overlay} changed"
            pathlib.Path(scratch, f"{overlay}.yaml").write_text(after)
            for finding in findings(scratch, f"{overlay}.yaml"):
                if finding["rule"] in mended and finding.get("fix", {}).get("safe"):
                    yield f"{overlay} as built still has {finding['rule']}: {finding['message']}"


def check_same_words(case, _seen):
    """One of two findings that say the same can't be mended: a patch takes the edit away. The other one is."""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(case, pathlib.Path(scratch, case.name))
        lines = {f["line"] for f in findings(scratch, case.name) if f["rule"] == "K8030"}
        if len(lines) != 2:
            yield f"K8030 stands at {sorted(lines)}, not in two lines"
        run(scratch, case.name, "--only", "K8030", "--fix")
        left = [f for f in findings(scratch, case.name) if f["rule"] == "K8030"]
        if len(left) != 1 or left[0]["line"] != max(lines) + 1:
            yield f"left: {[f['line'] for f in left]}"
        written = pathlib.Path(scratch, case.name, "workloads.yaml").read_text()
        if written.count("automountServiceAccountToken: false\n") != 1:
            yield "the edit that mends nothing was made"


def check_fixable(listing, seen):
    """The complaints about what fixable.txt claims."""
    for line in listing.read_text().splitlines():
        rule, kind = line.split()[:2]
        if kind == "none" and {k for r, k in seen if r == rule}:
            yield f"{rule} has a fix by now"
        if rule != "#" and kind != "none" and (rule, kind) not in seen:
            yield f"no fixture shows that the fix of {rule} is {kind}"


def main():
    cases = [(case, do) for case in sorted((HERE / "rules").iterdir()) for do in (check, check_suggestions)]
    listing = HERE.parents[1] / "slipway/audit/rules/fixable.txt"
    golden = [path for path in sorted((HERE / "fixes").iterdir()) if path.with_suffix(".fixed" + path.suffix).exists()]
    cases += [(case, do) for case in golden for do in (check, check_golden)]
    cases += [(case, check_overlays) for case in golden if case.is_dir()]
    cases += [(HERE / "fixes" / "same-words", check_same_words)]
    seen = set()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(lambda case: list(case[1](case[0], seen)), cases))
    cases.append((listing, check_fixable))
    results.append(list(check_fixable(listing, seen)))
    for number, ((case, do), complaints) in enumerate(zip(cases, results), 1):
        print("not ok" if complaints else "ok", number, "-", case.name, "as expected" if do is check_golden else "")
        for complaint in complaints:
            print("#", complaint)
        failed += bool(complaints)
    print(f"1..{len(cases)}")
    sys.exit(1 if failed else 0)


main()
