"""What dclint finds by default in the fixtures of Compose, slipway check finds too, service by service or line by line.

What it finds and we don't is listed with the reason; its rules of order and of quoting volumes are taste.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import prove
import tree

RULES = tree.ROOT / "tests/audit/rules"
OURS = {
    "service-image-require-explicit-tag": {"CO002"},
    "no-unbound-port-interfaces": {"CO004", "CO005"},
    "no-duplicate-exported-ports": {"CO006"},
    "no-duplicate-container-names": {"CO007"},
    "no-build-and-image": {"CO009"},
    "require-quotes-in-ports": {"CO010"},
    "no-version-field": {"CO011"},
    "require-project-name-field": {"CO012"},
    "invalid-schema": {"CO001"},
}
# dclint's rule, and a part of its line -> why it stands alone.
DIFFERENCES = [
    ("require-quotes-in-ports", "", "only what YAML 1.1 reads as a number goes wrong unquoted: the last part below 60"),
    ("no-unbound-port-interfaces", "80:80", "80 and 443 are there for everybody"),
    ("no-unbound-port-interfaces", "443", "80 and 443 are there for everybody"),
    ("no-unbound-port-interfaces", "target: 80", "80 and 443 are there for everybody"),
    ("no-unbound-port-interfaces", "127.0.0.1", "it is bound to the machine's own address"),
    ("no-unbound-port-interfaces", "host_ip", "it is bound to the machine's own address"),
    ("no-unbound-port-interfaces", "[::1]", "it is bound to the machine's own address"),
    ("no-unbound-port-interfaces", "${BIND}", "the variable is the address"),
    ("service-image-require-explicit-tag", "${", "the tag is a variable's, whose value nobody says"),
    ("service-image-require-explicit-tag", "build: .", "what is built here has its tag from the build"),
    ("service-image-require-explicit-tag", "_production_", "what is built here has its tag from the build"),
    ("service-image-require-explicit-tag", "x-django", "what is built here has its tag from the build"),
    ("no-build-and-image", "pull_policy", "pull_policy says which of the two up takes"),
    ("no-duplicate-container-names", "profiles", "services of different profiles are alternatives"),
    ("no-duplicate-exported-ports", "profiles", "services of different profiles are alternatives"),
    ("require-project-name-field", "overlay", "an overlay has its name from the file below it"),
    ("require-project-name-field", "over the other", "what may be laid over another file may have its name from there"),
    ("invalid-schema", "process-compose", "a file of another program, which has taken the name"),
]


def dclint(folder):
    place = prove.cache_dir("npm", "dclint@3.1.0")
    program = place / "node_modules/dclint/bin/dclint.cjs"
    if not program.exists():
        npm = prove.shutil.which("npm")
        if not npm:
            raise prove.Unavailable("npm is not installed")
        prove.run("npm install dclint", npm, "install", "--silent", "--prefix", str(place), "dclint@3.1.0")
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run(
            ["node", program, "-r", "-f", "json", "-o", out.name, "."], cwd=folder, capture_output=True, text=True, check=False
        )
        return json.loads(pathlib.Path(out.name).read_text())


def ours(folder):
    """The rules that fire at a line of a file, those that stand for other lines there too."""
    done = subprocess.run(
        [pathlib.Path(sys.argv[1]).resolve(), "check", "--level", "info", "--format", "json", "--only", "CO", "."],
        cwd=folder, capture_output=True, text=True, check=False,
    )
    found = {}
    for finding in json.loads(done.stdout):
        for line in [finding["line"], *(other["line"] for other in finding.get("related", []))]:
            found.setdefault((finding["file"], finding["rule"]), set()).add(line)
    return found


def reason_of(rule, path, text):
    is_overlay = ".prod." in path or ".override." in path
    return next((why for name, part, why in DIFFERENCES if name == rule and (part in text or (part == "overlay" and is_overlay))), None)


def wrong_in(folder):
    found = ours(folder)
    for file in dclint(folder):
        path = str(pathlib.Path(file["filePath"]))
        lines = (folder / path).read_text().splitlines()
        for message in file["messages"]:
            # it may stand at the list, at the service's name, or, of the schema, nowhere
            near = range(message["line"] - 4, message["line"] + 4) if message["rule"] != "invalid-schema" else range(len(lines) + 1)
            mine = any(line in near for rule in OURS.get(message["rule"], ()) for line in found.get((path, rule), ()))
            text = "\n".join(lines[message["line"] - 1 : message["line"] + 6])
            if message["rule"] in OURS and not mine and not reason_of(message["rule"], path, text):
                yield f"{path}:{message['line']}: {message['rule']}: {message['message']}"


def proof():
    folders = [path for path in sorted(RULES.glob("compose_*")) if path.name != "compose_unreadable"]
    for folder in [*folders, *sorted(path for path in (RULES / "styles_compose").iterdir() if path.is_dir())]:
        yield folder.name, "\n".join(wrong_in(folder)) or None


prove.main(proof)
