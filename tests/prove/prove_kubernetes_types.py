"""What Kubernetes' own Go types, decoded strictly, refuse of an object, slipway check refuses; and nothing more but for reasons.

The types know every field and what it holds. They don't know what must be there, enumerations and formats, which
is why check refuses more.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import kubernetes_mutants
import prove
import tree

SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
# what only check refuses, a pattern of what the fault is and of what check says -> why
MORE = {
    r": .* is missing$": "the types don't say what must be there",
    r" is not one of ": "nor which words there are",
}
# what only the types refuse, a pattern of what the fault is -> why
LESS = {
    r"^(Gateway|HTTPRoute) ": "a kind that isn't Kubernetes' own is silent where nobody defines it (docs/decisions/0080)",
}


def theirs(paths):
    program = prove.go_program(tree.ROOT / "tests/prove/gokubernetes")
    done = subprocess.run([program], input="".join(f"{path}\n" for path in paths), capture_output=True, text=True, check=True)
    return {key.split(" ", 1)[1]: wrong for key, wrong in json.loads(done.stdout).items()}


def ours(paths):
    command = [SLIPWAY, "check", "--level", "info", "--format", "json", "--only", "K8001", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {}
    for finding in json.loads(done.stdout):
        found.setdefault(finding["object"], finding["message"])
    return found


def told(differences, reasons):
    explains = lambda reason, key: re.search(reason, key)
    unexplained = [key for key in sorted(differences) if not any(explains(reason, key) for reason in reasons)]
    idle = [f"no such difference any more: {reason}" for reason in reasons if not any(explains(reason, key) for key in differences)]
    return "\n".join(unexplained[:40] + idle) or None


def proof():
    python = prove.python_with("PyYAML==6.0.2")
    with tempfile.TemporaryDirectory() as folder:
        names = kubernetes_mutants.write(folder, python)
        paths = sorted(pathlib.Path(folder).glob("*.yaml"))
        mine, other = ours(paths), theirs(paths)
    more = {f"{names[key]}: {mine[key]}" for key, wrong in other.items() if key in mine and not wrong}
    less = {f"{names[key]}: {wrong}" for key, wrong in other.items() if wrong and key not in mine}
    yield "the types looked at thousands of objects with a fault", None if len(other) > 5000 else f"only at {len(other)}"
    yield "what the types alone refuse has a reason", told(less, LESS)
    yield "what check alone refuses has a reason", told(more, MORE)


prove.main(proof)
