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


# Places of a catalog's texts other than a service's environment.
ELSEWHERE = {
    "slipway": 1, "platform": "shop", "source": "https://example.com/shop", "registry": "registry.example.com/shop", "tag": "0123",
    "resources": {
        "postgres": {"kind": "postgres", "databases": ["on", "0123", "it's $HOME \"q\" `id`"], "user": "it's $U: \"q\" #1"},
        "redis": {"kind": "redis", "memory": "1e3", "eviction": "on"},
    },
    "services": {"api": {
        "language": "c", "ports": {"http": 8001}, "needs": ["postgres", "redis"], "health": {"metrics": "/m #1: \"x\" 'y' $z"},
        "database": "it's $HOME db", "command": ["a b", "$c", "on"],
    }},
    "environments": {"staging": {
        "tag": "1e3", "host": "shop.example.com",
        "defaults": {"env": {"A": "0123", "B": "on", "C": "line\nbreak $x", "D": "{resource.redis.host}: $x #y"}},
    }},
}
READ_ELSEWHERE = """
import json, pathlib, sys, yaml
folder = pathlib.Path(sys.argv[1])
docs = {}
for path in folder.rglob("*.y*ml"):
    docs[str(path.relative_to(folder))] = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
for path in folder.rglob("*.json"):
    json.loads(path.read_text(encoding="utf-8"))
one = lambda path: docs[path][0]
overlay = "deploy/kubernetes/overlays/staging/"
compose, base = one("docker-compose.yml")["services"], "deploy/kubernetes/services/api/"
patched = one(overlay + "patches/api-deployment.yaml")["spec"]["template"]["spec"]["containers"][0]["env"]
plain = {e["name"]: e["value"] for e in patched if "value" in e}
print(json.dumps({
    "scraped": one("deploy/prometheus/prometheus.yml")["scrape_configs"][0]["metrics_path"],
    "annotated": one(base + "deployment.yaml")["spec"]["template"]["metadata"]["annotations"]["prometheus.io/path"],
    "user": compose["postgres"]["environment"]["POSTGRES_USER"].replace("$$", "$"),
    "databases": compose["postgres"]["environment"]["POSTGRES_MULTIPLE_DATABASES"].replace("$$", "$"),
    "redis": [word.replace("$$", "$") for word in compose["redis"]["command"]][-3::2],
    "tags": [i["newTag"] for i in one(overlay + "kustomization.yaml")["images"]],
    "overlay": [plain.get(name, "").replace("$$", "$") for name in "ABC"],
    "config": one(overlay + "patches/api-config.yaml")["data"]["d"],
    "files": len(docs),
}))
"""


def elsewhere_fault(slipway, python):
    """Paths, users, databases, tags and overlays: in YAML of every kind, and in the JSON of dashboards."""
    api, postgres = ELSEWHERE["services"]["api"], ELSEWHERE["resources"]["postgres"]
    with tempfile.TemporaryDirectory() as scratch:
        done = render(slipway, scratch, ELSEWHERE)
        if done.returncode:
            return done.stderr
        found = json.loads(prove.run("read", python, "-c", READ_ELSEWHERE, scratch))
    files = found.pop("files")
    wanted = {
        "scraped": api["health"]["metrics"], "annotated": api["health"]["metrics"], "user": postgres["user"],
        "databases": ",".join(postgres["databases"]), "redis": ["1e3", "on"], "tags": ["1e3"],
        "overlay": ["0123", "on", "line\nbreak $x"], "config": "redis: $x #y",
    }
    return None if found == wanted and files > 30 else f"{files} files, {found}, not {wanted}"


def source_fault(slipway):
    """An address stands inside of other texts, so it can't be anything but an address."""
    with tempfile.TemporaryDirectory() as scratch:
        done = render(slipway, scratch, {**ELSEWHERE, "source": "https://example.com/a b: #c"})
    return None if done.returncode == 1 and "D1006" in done.stderr else f"exit {done.returncode}: {done.stderr}"


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
    yield "every other file reads its own back", elsewhere_fault(slipway, python)
    yield "an address that is none is refused", source_fault(slipway)
    yield "a Dockerfile's label reads them back", labels_fault(slipway, expected)
    yield "a Dockerfile's label refuses a line end", line_end_fault(slipway)


prove.main(proof)
