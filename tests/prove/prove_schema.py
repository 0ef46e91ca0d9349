"""slipway's schema is a valid JSON Schema, takes the platform's catalog and refuses broken ones."""

import json
import subprocess
import sys

import prove
import tree

VALIDATE = """
import json, sys, yaml
from jsonschema import Draft202012Validator
schema, path = json.loads(sys.argv[1]), sys.argv[2]
Draft202012Validator.check_schema(schema)
catalog = yaml.safe_load(open(path))
for error in Draft202012Validator(schema).iter_errors(catalog):
    print("/".join(map(str, error.absolute_path)) + ": " + error.message)
"""

# A change that breaks the catalog -> the path that the validator must name.
BROKEN = {
    "prots: {http: 8001}": "services/product",
    "needs: 5": "services/product/needs",
    "ports: {http: 99999}": "services/product/ports/http",
    "replicas: {min: many}": "services/product/replicas/min",
}


def validate(python, schema, path):
    done = subprocess.run(
        [python, "-c", VALIDATE, schema, path], capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else done.stderr


def proof():
    python = prove.python_with("jsonschema==4.23.0", "PyYAML==6.0.2")
    schema = subprocess.run([sys.argv[1], "schema"], capture_output=True, text=True, check=True).stdout
    json.loads(schema)
    yield "accepts the platform's catalog", validate(python, schema, str(tree.ROOT / "slipway.yaml"))
    scratch = prove.cache_dir("scratch") / "slipway.yaml"
    for change, where in BROKEN.items():
        scratch.write_text(f"slipway: 1\nplatform: shop\nservices:\n  product:\n    {change}\n")
        found = validate(python, schema, str(scratch))
        named = any(line.startswith(where + ":") for line in found.splitlines())
        yield f"refuses {change}", None if named else f"expected a finding at {where}, got:\n{found or 'none'}"


prove.main(proof)
