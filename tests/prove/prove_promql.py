"""promtool takes and refuses what tests/unit/audit/data/promql.txt says, which our parser is held to."""

import pathlib
import re
import subprocess
import tempfile

import prove
import tree

TABLE = tree.ROOT / "tests/unit/audit/data/promql.txt"


def expressions():
    for line in TABLE.read_text().splitlines():
        kind, _, text = line.partition(" ")
        if kind in ("ok", "bad"):
            yield kind == "ok", text


def verdicts(promtool, texts):
    """promtool stops at the first mistake of a file, so each expression has its own."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, text in enumerate(texts):
            path = pathlib.Path(folder, f"{number}.yml")
            quoted = text.replace("'", "''")
            path.write_text(f"groups:\n- name: g\n  rules:\n  - record: r\n    expr: '{quoted}'\n")
            names.append(str(path))
        done = subprocess.run([promtool, "check", "rules", *names], capture_output=True, text=True, check=False)
        failed = {int(number) for number in re.findall(r"/(\d+)\.yml: ", done.stdout + done.stderr)}
        return [number not in failed for number in range(len(texts))]


def proof():
    promtool = prove.debian_program("promtool", "prometheus")
    table = list(expressions())
    for (wanted, text), taken in zip(table, verdicts(promtool, [text for _, text in table])):
        yield text or "(nothing)", None if taken == wanted else f"promtool {'takes' if taken else 'refuses'} it"


prove.main(proof)
