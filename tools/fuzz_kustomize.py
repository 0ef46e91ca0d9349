#!/usr/bin/env python3
"""Compares `slipway kustomize build` with a real kustomize on random kustomizations.

Usage: tools/fuzz_kustomize.py --ours PROGRAM --theirs PROGRAM [--also PROGRAM] [--cases N] [--seed S]
                               [--keep DIR]
       PROGRAM is a command line that gets the directory as its last argument, such as
       "build/slipway/slipway kustomize build --no-warnings" and "kustomize build".

Every case is a tree of bases, overlays and components with random resources and fields. Both must
succeed with the same output or fail both. What differs is kept in DIR, one folder a case. A third
program (such as "kubectl kustomize") gets every case that the two build the same; how it differs from
them is counted by kind and is no failure: docs/decisions/0050 lists the kinds.
"""
import argparse
import collections
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from kustomize_cases import Case


def run(command, directory):
    try:
        result = subprocess.run(shlex.split(command) + [directory], capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None, b"timeout", b""
    return result.returncode, result.stdout, result.stderr


def blocks_of(text):
    """The top-level fields of a kustomization, each with its lines."""
    blocks = []
    for line in text.splitlines(keepends=True):
        if blocks and line[0] in " -\n#":
            blocks[-1] += line
        else:
            blocks.append(line)
    return blocks


def simplify(rng, root):
    """Takes one field out of one kustomization: a tree that doesn't build may do so without it."""
    paths = [os.path.join(d, "kustomization.yaml") for d, _, files in os.walk(root) if "kustomization.yaml" in files]
    path = rng.choice(sorted(paths))
    with open(path) as f:
        blocks = blocks_of(f.read())
    removable = [b for b in blocks if not b.startswith(("resources", "apiVersion", "kind"))]
    if removable:
        blocks.remove(rng.choice(removable))
        with open(path, "w") as f:
            f.write("".join(blocks))


def keep_case(folder, root, results):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root, folder)
    for name, result in results.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(result[1] + result[2])


def kind_of(result, expected):
    """How the third program differs on a case that the others build, without what is the case's own; or None."""
    if result[0] is None or b"goroutine" in result[2]:
        return "it crashes or hangs"
    if result[0] == 0:
        return None if result[1] == expected[1] else "another output"
    told = result[2].decode(errors="replace").strip().splitlines()[-1]
    told = re.sub(r"^E\d+ .*err=", "", told).replace('\\"', "'").strip('"')
    return "it fails: " + re.sub(r"(/tmp|\.\.)/[^'\s]*", "…", told.rpartition(": ")[2])


def compare_also(args, seed, root, expected, kinds):
    result = run(args.also, os.path.join(root, "top"))
    kind = kind_of(result, expected)
    if kind:
        kinds[kind].append(seed)
        if args.keep:
            keep_case(os.path.join(args.keep, f"also-{seed}"), root, {"theirs": expected, "also": result})


def compare(args, seed, work, kinds):
    """(whether all steps were the same, whether one built)"""
    root = os.path.join(work, "case")
    shutil.rmtree(root, ignore_errors=True)
    rng = random.Random(seed)
    Case(rng, root).tree()
    top = os.path.join(root, "top")
    for _ in range(args.steps):
        ours, theirs = run(args.ours, top), run(args.theirs, top)
        crashed = theirs[0] is None or b"goroutine" in theirs[2]
        built = theirs[0] == 0
        same = crashed or ((ours[0] == 0) == built and (not built or ours[1] == theirs[1]))
        if not same and args.keep:
            keep_case(os.path.join(args.keep, str(seed)), root, {"ours": ours, "theirs": theirs})
        if same and built and args.also:
            compare_also(args, seed, root, theirs, kinds)
        if not same or built:
            return same, built
        simplify(rng, root)
    return True, False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True)
    parser.add_argument("--theirs", required=True)
    parser.add_argument("--also")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=8, help="tries to make a case build by taking fields out")
    parser.add_argument("--keep")
    args = parser.parse_args()
    different, built, kinds = [], 0, collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as work:
        for seed in range(args.seed, args.seed + args.cases):
            same, success = compare(args, seed, work, kinds)
            built += success
            if not same:
                different.append(seed)
    print(f"{args.cases} cases, {built} that build, {len(different)} different: {different[:20]}")
    for kind, seeds in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"  also: {len(seeds)} × {kind}: {seeds[:8]}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
