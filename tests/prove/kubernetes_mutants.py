"""Good objects of Kubernetes with one fault each, a few thousand, for the proofs that ask a peer about them."""

import pathlib

import prove
import tree

OBJECTS = pathlib.Path(__file__).resolve().parent / "kubernetes_objects.yaml"

# Prints good objects with one fault each: a field of another name, one that is gone, a value of another kind.
MUTATE = """
import copy, sys, yaml
VALUES = ["word", "7", 7, -1, 3000000000, 2.5, True, ["a"], {"a": "b"}, None]
def places(node, path=()):
    if isinstance(node, dict):
        for key in list(node):
            yield path + (key,)
            yield from places(node[key], path + (key,))
    elif isinstance(node, list):
        for at in range(len(node)):
            yield path + (at,)
            yield from places(node[at], path + (at,))
def shown(path):
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else ("." if text else "") + part
    return text
def parent(doc, path):
    for part in path[:-1]:
        doc = doc[part]
    return doc
def changed(doc, path):
    key = path[-1]
    if isinstance(key, str):
        other = copy.deepcopy(doc)
        parent(other, path)[key + "X"] = parent(other, path).pop(key)
        yield "renamed", other
        other = copy.deepcopy(doc)
        del parent(other, path)[key]
        yield "gone", other
    for value in VALUES:
        other = copy.deepcopy(doc)
        parent(other, path)[key] = copy.deepcopy(value)
        yield "is " + repr(value), other
number, kinds, names = 0, set(), open(sys.argv[1] + "/names", "w")
for file in sys.argv[2:]:
    for doc in yaml.load_all(open(file), yaml.CSafeLoader):
        if not isinstance(doc, dict) or doc.get("kind") in kinds or "name" not in doc.get("metadata", {}):
            continue
        kinds.add(doc["kind"])
        out = open(f"{sys.argv[1]}/{doc['kind']}.yaml", "w")
        for path in list(places(doc)):
            if path[0] in ("apiVersion", "kind", "status") or path[:2] in (("metadata",), ("metadata", "name")):
                continue
            for what, other in changed(doc, path):
                number += 1
                if number % 300 == 0:
                    out = open(f"{sys.argv[1]}/{doc['kind']}{number}.yaml", "w")
                other["metadata"]["name"] = f"m{number}"
                out.write("---\\n" + yaml.dump(other, Dumper=yaml.CSafeDumper))
                names.write(f"{doc['kind']}/m{number} {doc['kind']} {shown(path)} {what}\\n")
"""


def write(folder, python):
    """The objects as files in the folder; returns "Kind/name" -> what the fault is. `python` has PyYAML."""
    manifests = sorted(pathlib.Path(tree.ROOT, "deploy", "kubernetes").rglob("*.yaml"))
    good = [tree.ROOT / "tests" / "audit" / "clean.yaml", OBJECTS, *(m for m in manifests if "overlays" not in m.parts and m.stem != "kustomization")]
    prove.run("mutate", python, "-c", MUTATE, str(folder), *map(str, good))
    return dict(line.split(" ", 1) for line in pathlib.Path(folder, "names").read_text().splitlines())
