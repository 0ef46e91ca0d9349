"""The list of rules that lies beside the project, where it does: each is in ours, of the same severity.

A rule that is milder stands in MILDER with the decision that says why.
"""

import csv
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ROOT.parent / "shared" / "reference" / "audit-rules.tsv"
MILDER = {
    "DF007": ("warning", "0085-dockerfile-rules.md"),
    "K8035": ("info", "0080-kubernetes-rules.md"),
    "KU005": ("warning", "0080-kubernetes-rules.md"),
}


def listed():
    with LIST.open(encoding="utf-8", newline="") as f:
        rows = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["id"]: {"warn": "warning"}.get(row["severity"], row["severity"]) for row in rows}


def ours():
    docs = subprocess.run([sys.argv[1], "check", "--docs"], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^\| ([A-Z][A-Z0-9]\d+) \| (\w+) \|", docs, re.M))


def mistake(rule, wanted, got):
    if rule not in MILDER:
        return None if got == wanted else f"{got}, the list says {wanted}"
    severity, decision = MILDER[rule]
    if got != severity or got == wanted:
        return f"{got}, the list says {wanted}: MILDER is wrong"
    said = rule in (ROOT / "docs/decisions" / decision).read_text(encoding="utf-8")
    return None if said else f"{decision} doesn't say why it is milder"


def main():
    if not LIST.is_file():
        print(f"1..0 # SKIP no list of rules beside the project: {LIST.name}")
        return
    wanted, got = listed(), ours()
    failed = 0
    print(f"1..{len(wanted)}")
    for number, (rule, severity) in enumerate(wanted.items(), 1):
        wrong = mistake(rule, severity, got.get(rule, "absent"))
        print("not ok" if wrong else "ok", number, "-", rule, *([f"# {wrong}"] if wrong else []))
        failed += bool(wrong)
    sys.exit(1 if failed else 0)


main()
