#!/usr/bin/env python3
"""Writes slipway/audit/actions/known_actions_table.c: inputs and outputs of actions that many use.

Usage: tools/gen_action_tables.py
       (needs Go; the facts are read from the data of the module below, through `go mod download`)

Versions of an action with the same inputs and outputs share a row.
"""
import json
import pathlib
import re
import subprocess
import tempfile

MODULE = "github.com/rhysd/actionlint@v1.7.12"
TARGET = pathlib.Path(__file__).resolve().parent.parent / "slipway/audit/actions/known_actions_table.c"

ACTION = re.compile(r'^\t"([^"]+)": \{$(.*?)^\t\},$', re.M | re.S)
PART = {part: re.compile(rf"^\t\t{part}: \w+\{{$(.*?)^\t\t\}},$", re.M | re.S) for part in ("Inputs", "Outputs")}
INPUT = re.compile(r'^\t\t\t"[^"]+": *\{"([^"]+)", (true|false),', re.M)
OUTPUT = re.compile(r'^\t\t\t"[^"]+": *\{"([^"]+)"\}', re.M)
# Inputs that came within a major version after the data was made: (name, what it makes optional).
LATER = {"actions/create-github-app-token@v3": ("client-id", "app-id")}
OUTDATED = re.compile(r'^\t"([^"]+)": *\{\},$', re.M)


def module_text():
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            ["go", "mod", "download", "-json", MODULE], cwd=scratch, capture_output=True, text=True, check=True
        )
    return pathlib.Path(json.loads(done.stdout)["Dir"], "popular_actions.go").read_text()


def names(body, part, pattern):
    found = PART[part].search(body)
    return pattern.findall(found[1]) if found else []


def signature(spec, body):
    added, optional = LATER.get(spec, (None, None))
    given = [(name, required == "true" and name != optional) for name, required in names(body, "Inputs", INPUT)]
    given += [(added, False)] if added else []
    inputs = ["!" + name if required else name for name, required in given]
    outputs = names(body, "Outputs", OUTPUT)
    return (
        "*" if "SkipInputs: true" in body else " ".join(sorted(inputs)),
        "*" if "SkipOutputs: true" in body else " ".join(sorted(outputs)),
    )


def natural(ref):
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", ref)]


def read(text):
    """{(slug, signature or None where it is outdated): [refs]}"""
    rows = {}
    for spec, body in ACTION.findall(text):
        slug, ref = spec.split("@")
        rows.setdefault((slug, signature(spec, body)), []).append(ref)
    for spec in OUTDATED.findall(text):
        slug, ref = spec.split("@")
        rows.setdefault((slug, None), []).append(ref)
    return rows


def main():
    text = module_text()
    rows = [(slug, sorted(refs, key=natural), made) for (slug, made), refs in read(text).items()]
    rows.sort(key=lambda row: (row[0].lower(), natural(row[1][-1])))
    lines = [
        "/* Made by tools/gen_action_tables.py: do not edit. */",
        '#include "known_actions.h"',
        "",
        "/* clang-format off */",
        "const KnownAction known_actions[] = {",
    ]
    for slug, refs, made in rows:
        inputs, outputs = made or ("*", "*")
        outdated = "false" if made else "true"
        lines.append(f'    {{ "{slug}", "{" ".join(refs)}", "{inputs}", "{outputs}", {outdated} }},')
    lines += ["};", "/* clang-format on */", f"const size_t known_action_count = {len(rows)};", ""]
    TARGET.write_text("\n".join(lines))


main()
