"""Values that formats misread come out of what is rendered as they went into the catalog."""

import os
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import prove
import tree

SEED = 20260101
COUNT = 400
TRICKY = [
    "on", "off", "yes", "no", "y", "~", "null", "true", "False", "0123", "0o17", "0x1F", "1e3", ".5", "1_000", "12:30:45",
    "2024-01-01", "=", "<<", "!tag", "&anchor", "*alias", "- item", "? key", "key: value", "# comment", "a #b", "a: b",
    "@at", "`tick`", "%directive", "[x]", "{y}", "\"", "'", "it's \"both\"", "\\", "\\n", "a\\", "$", "$$", "${HOME}",
    "$(whoami)", "`id`", "line\nbreak", "tail\n", "\nhead", "tab\there", " space", "space ", "\u00fc\u0131\u0130", "\u20ac",
    "\U0001f600", "\u2028", "\ufeffbom", "\u0085nel", "\u00a0nbsp", "---", "...", "|", ">", "<%= x %>", "{{ x }}", "${{ github.sha }}", "",
]
READ = """
import json, sys, yaml
folder = sys.argv[1]
deployment = yaml.safe_load(open(folder + "/deploy/kubernetes/services/api/deployment.yaml", encoding="utf-8"))
compose = yaml.safe_load(open(folder + "/docker-compose.yml", encoding="utf-8"))
env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
print(json.dumps({"kubernetes": {e["name"]: e.get("value") for e in env}, "compose": compose["services"]["api-service"]["environment"]}))
"""


def labels_fault(slipway, expected):
    """A description a service, in the label of its Dockerfile; one with a line end can't be written, and is refused."""
    texts = {f"s{i}": text for i, text in enumerate(text for text in expected.values() if "\n" not in text)}
    services = {name: {"language": "go", "planned": True, "ports": {"http": 10000 + i}, "description": text} for i, (name, text) in enumerate(texts.items())}
    catalog = {"slipway": 1, "platform": "shop", "source": "https://example.com", "services": services}
    reader = prove.go_program(tree.ROOT / "tests" / "prove" / "godockerfile")
    with tempfile.TemporaryDirectory() as scratch:
        done = render(slipway, scratch, catalog, "dockerfile")
        if done.returncode:
            return done.stderr
        paths = {name: f"{scratch}/services/{name}/Dockerfile" for name in texts}
        found = json.loads(prove.run("read", str(reader), *paths.values()))
    wrong = [
        f"{text!r} came out as {found[paths[name]]!r}" for name, text in texts.items() if found[paths[name]] != f"{name} of shop: {text}"
    ]
    return "\n".join(wrong) or None


def line_end_fault(slipway):
    service = {"language": "go", "planned": True, "ports": {"http": 8001}, "description": "two\nlines"}
    with tempfile.TemporaryDirectory() as scratch:
        done = render(slipway, scratch, {"slipway": 1, "platform": "shop", "services": {"api": service}}, "dockerfile")
    return None if done.returncode == 1 and "T1003" in done.stderr else f"exit {done.returncode}: {done.stderr}"


def render(slipway, folder, catalog, *kinds):
    text = json.dumps(catalog, ensure_ascii=False)
    for special in "\u0085\u00a0\u2028\ufeff":  # not every reader of YAML takes these as they are
        text = text.replace(special, f"\\u{ord(special):04x}")
    pathlib.Path(folder, "slipway.yaml").write_text(text, encoding="utf-8")
    return subprocess.run([slipway, "-C", folder, "render", *kinds], capture_output=True, text=True, check=False)


def values():
    dice = random.Random(SEED)
    alphabet = "ab01.:-_#&*!|>'\"%@`{}[],?=$\\ \n\t\u00e9\u0131\u20ac\U0001f600"
    made = ["".join(dice.choice(alphabet) for _ in range(dice.randint(1, 12))) for _ in range(COUNT)]
    return {f"V{i}": text for i, text in enumerate(TRICKY + made)}


def wrong_ones(expected, found):
    """A doubled dollar is one: Compose and a container's env in Kubernetes both say so."""
    return "\n".join(
        f"{name}: {text!r} came out as {found.get(name)!r}"
        for name, text in expected.items()
        if not isinstance(found.get(name), str) or found[name].replace("$$", "$") != text or found[name].count("$") != 2 * text.count("$")
    ) or None


def proof():
    slipway = os.path.abspath(sys.argv[1])
    python = prove.python_with("yamllint==1.37.1", "PyYAML==6.0.2")
    expected = values()
    env = {name: text.replace("{", "{{").replace("}", "}}") for name, text in expected.items()}
    service = {"language": "c", "planned": True, "ports": {"http": 8001}, "env": env, "description": "on: \"0123\" $x"}
    catalog = {"slipway": 1, "platform": "shop", "registry": "registry.example.com", "source": "https://example.com", "services": {"api": service}}
    with tempfile.TemporaryDirectory() as scratch:
        done = render(slipway, scratch, catalog)
        yield "renders them", None if done.returncode == 0 else done.stderr
        found = json.loads(prove.run("read", str(python), "-c", READ, scratch))
        yield "Kubernetes reads them back", wrong_ones(expected, found["kubernetes"])
        yield "Compose reads them back", wrong_ones(expected, found["compose"])
    yield "a Dockerfile's label reads them back", labels_fault(slipway, expected)
    yield "a Dockerfile's label refuses a line end", line_end_fault(slipway)


prove.main(proof)
