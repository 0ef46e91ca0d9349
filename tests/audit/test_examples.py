"""The examples of the rules about Dockerfiles: the bad one sets its rule off, the good one doesn't."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
ASKED = {"DF005", "DF070"}  # need a list of registries, or ShellCheck


def slipway(*arguments, folder="."):
    command = [SLIPWAY, "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder).stdout


def fires(rule, text):
    """An example without FROM is the middle of a file."""
    if not text.startswith(("FROM", "ARG")):
        text = "FROM debian:12.7\n" + text
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "Dockerfile").write_text(text)
        flags = ["--only", rule, "--level", "info", "--format", "json", "Dockerfile"]
        return bool(json.loads(slipway(*flags, folder=folder)))


def main():
    rules = sorted(set(re.findall(r"^\| (DF\d+) \| ", slipway("--docs"), re.M)) - ASKED)
    failed = 0
    print(f"1..{len(rules)}")
    for number, rule in enumerate(rules, 1):
        text = slipway("--explain", rule)
        examples = dict(re.findall(r"^(Bad|Good):\n\n```dockerfile\n(.*?)```", text, re.S | re.M))
        wrong = [kind for kind, example in examples.items() if fires(rule, example) != (kind == "Bad")]
        if not examples:
            wrong = ["no examples"]
        print("not ok" if wrong else "ok", number, "-", rule, *wrong)
        failed += bool(wrong)
    sys.exit(1 if failed else 0)


main()
