"""What check writes with --format sarif is valid by the schema of OASIS, SARIF 2.1.0 with its errata.

The schema is taken out of a Go module that carries it word for word.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

import prove
import tree

MODULE = "github.com/owenrumney/go-sarif/v3@v3.2.3"
CARRIER = "pkg/report/v210/sarif/schema.go"

VALIDATE = """
import json, sys
from jsonschema import Draft4Validator
schema, report = (json.load(open(path)) for path in sys.argv[1:3])
Draft4Validator.check_schema(schema)
for error in list(Draft4Validator(schema).iter_errors(report))[:20]:
    print("/".join(map(str, error.absolute_path)) + ": " + error.message[:200])
"""


def schema_file():
    go = prove.require_go()
    place = prove.cache_dir("go-module")
    downloaded = prove.run("go mod download", go, "mod", "download", "-json", MODULE, cwd=place)
    text = pathlib.Path(json.loads(downloaded)["Dir"], CARRIER).read_text()
    found = re.search(r"const schema = `(.*?)`", text, re.S)
    if not found:
        raise prove.Unavailable(f"{CARRIER} holds no schema")
    path = place / "sarif-2.1.0.json"
    path.write_text(found.group(1))
    return path


def proof():
    python = prove.python_with("jsonschema==4.23.0")
    schema = schema_file()
    report = prove.cache_dir("sarif") / "report.json"
    for folder in ("rules", "fixes", "repositories"):
        command = [os.path.abspath(sys.argv[1]), "check", "--level", "info", "--format", "sarif", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tree.ROOT / "tests/audit")
        report.write_text(done.stdout)
        results = json.loads(done.stdout)["runs"][0]["results"]
        checked = subprocess.run([python, "-c", VALIDATE, schema, report], capture_output=True, text=True, check=False)
        complaint = (checked.stdout + checked.stderr).strip() or None
        yield f"the report of {folder} is valid", complaint if results else "it has no results"
        if folder == "fixes":
            fixed = any(result.get("fixes") for result in results)
            yield "some results carry fixes", None if fixed else "none does"


prove.main(proof)
