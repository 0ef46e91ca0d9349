#!/usr/bin/env python3
"""Checks that folders have READMEs, that links lead somewhere, and that no file names one machine."""

import re
import sys

import tree

README_LINES = 15

# Folders of a developer's or a CI's machine; the home of the images' users is meant for the world.
MACHINE_PATH = re.compile(r"(?<![\w.$})-])/(?:root|home|work|Users)/(?!nonroot\b|node\b|\.kube)[\w.-]+")

# Package registries are the client's business, not the repository's. Written in parts, so that
# this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("files", "pythonhosted", "org"),
        ("pypi", "org"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("deb", "debian", "org"),
        ("static", "crates", "io"),
    )
]

TEXT = (".c", ".h", ".py", ".sh", ".md", ".build", ".txt", ".yaml", ".yml", ".json", ".sql", ".proto", ".ts", ".tsx", "")


def check_readmes():
    rooms = {path.parent for path in tree.files(".c", under=("lib", "chassis", "services", "slipway"))}
    for room in sorted(room.parent if room.name == "src" else room for room in rooms):
        readme = tree.ROOT / room / "README.md"
        if not readme.is_file():
            yield f"{room}: no README.md"
        elif readme.read_text().count("\n") > README_LINES:
            yield f"{room}/README.md: more than {README_LINES} lines"


LINK = re.compile(r"\]\(([^)#\s]+)")


def check_links(path):
    """A relative link of a document leads to a file."""
    text = (tree.ROOT / path).read_text()
    for match in LINK.finditer(text):
        target = match[1]
        if "://" not in target and not (tree.ROOT / path.parent / target).exists():
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: the link to {target} leads nowhere"


def check_text(path):
    try:
        text = (tree.ROOT / path).read_text()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        for match in MACHINE_PATH.finditer(line):
            yield f"{path}:{number}: {match[0]} is a path of one machine"
        for registry in REGISTRIES:
            if registry in line:
                yield f"{path}:{number}: {registry} is a registry's host name"


def main():
    findings = list(check_readmes())
    for path in tree.files(".md"):
        findings += check_links(path)
    for path in tree.files(*TEXT):
        if "corpus" not in path.parts:
            findings += check_text(path)
    tree.report(findings, "faults of the tree")


if __name__ == "__main__":
    sys.exit(main())
