"""What the checks share: the project's files, and how a finding is printed."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = (".git", ".slipway", "build", "bin", "node_modules", "__pycache__")


def files(*suffixes, under=(".",)):
    """Paths relative to the root, sorted; build folders and dependencies left out."""
    found = []
    for top in under:
        for path in (ROOT / top).rglob("*"):
            relative = path.relative_to(ROOT)
            if path.suffix in suffixes and path.is_file() and not is_skipped(relative):
                found.append(relative)
    return sorted(found)


def is_skipped(relative):
    return any(part in SKIPPED or part.startswith("build-") for part in relative.parts)


def report(findings, what):
    """Prints one finding a line and ends the program: 1 with findings, 0 without."""
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(f"{len(findings)} {what}")
    print(f"no {what}")
