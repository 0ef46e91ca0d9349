#!/usr/bin/env python3
"""Writes slipway/kustomize/table_schema.c and table_config.c from the data of kustomize's modules.

Usage: tools/gen_kustomize_tables.py SLIPWAY_KUSTOMIZE_DIR
       (needs python3-yaml and the modules kyaml v0.21.2 and api v0.21.2 in Go's module cache:
       `go mod download sigs.k8s.io/kustomize/kyaml@v0.21.2 sigs.k8s.io/kustomize/api@v0.21.2`)

The schema table keeps of Kubernetes' OpenAPI only what a strategic merge asks for: which lists
merge, by which keys, and the types on the way to them.
"""
import glob
import gzip
import json
import os
import re
import subprocess
import sys

import yaml

from c_strings import write_strings

KYAML = "sigs.k8s.io/kustomize/kyaml@v0.21.2"
API = "sigs.k8s.io/kustomize/api@v0.21.2"
HEAD = "/* Made by tools/gen_kustomize_tables.py: do not edit. */\n"


def module_dir(module):
    cache = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True)
    return os.path.join(cache.stdout.strip(), module)


def load_bundle():
    (path,) = glob.glob(os.path.join(module_dir(KYAML), "openapi/kubernetesapi/data/*.json.gz"))
    with gzip.open(path) as f:
        return json.load(f)


def ref_name(schema):
    ref = schema.get("$ref")
    return ref.split("/")[-1] if ref else None


def merge_keys(schema):
    """None: the list is replaced; else the keys its elements merge by (none: a set of scalars)."""
    if "merge" not in schema.get("x-kubernetes-patch-strategy", "").split(","):
        return None
    if "x-kubernetes-list-map-keys" in schema:
        return schema["x-kubernetes-list-map-keys"]
    key = schema.get("x-kubernetes-patch-merge-key")
    return [key] if key else []


def fields_of(definition):
    """(name, kind, type, keys); kind '>' a map, '*' a merged list. Maps of typed
    values (JSON schemas in CRDs, managed resources' quantities) hold no merged list."""
    for name, schema in sorted(definition.get("properties", {}).items()):
        if ref_name(schema):
            yield name, ">", ref_name(schema), []
        elif schema.get("type") == "array" and merge_keys(schema) is not None:
            yield name, "*", ref_name(schema.get("items", {})), merge_keys(schema)


def interesting(definitions):
    """The types from which a merged list can be reached."""
    keep, grown = set(), True
    while grown:
        grown = False
        for name, definition in definitions.items():
            if name in keep:
                continue
            if any(kind == "*" or type_ in keep for _, kind, type_, _ in fields_of(definition)):
                keep.add(name)
                grown = True
    return keep


def short_names(names):
    """io.k8s.api.apps.v1.Deployment -> apps.v1.Deployment"""
    shorts = {n: ".".join(n.split(".")[-3:]) for n in names}
    assert len(set(shorts.values())) == len(shorts)
    return shorts


def write_schema(path, bundle):
    definitions = bundle["definitions"]
    keep = interesting(definitions)
    shorts = short_names(keep)
    types, resources = [], []
    for name in sorted(keep, key=lambda n: shorts[n]):
        words = [shorts[name]]
        for field, kind, type_, keys in fields_of(definitions[name]):
            if kind == ">" and type_ not in keep:
                continue
            word = field + kind + shorts.get(type_, "")
            words.append(word + ("@" + ",".join(keys) if keys else ""))
        types.append(" ".join(words))
    for resource in bundle["resources"]:
        if resource.get("definition") in keep:
            resources.append(f'{resource["apiVersion"]}/{resource["kind"]} {shorts[resource["definition"]]}')
    scopes = []
    for resource in bundle["resources"]:
        if resource.get("scope") in ("cluster", "Cluster"):
            scopes.append(f'{resource["apiVersion"]}/{resource["kind"]}')
    with open(path, "w") as out:
        out.write(HEAD + '#include "tables.h"\n\n')
        out.write("const char *const schema_types[] = {\n")
        write_strings(out, types)
        out.write("    NULL,\n};\n\nconst char *const schema_resources[] = {\n")
        write_strings(out, sorted(resources))
        out.write("    NULL,\n};\n\nconst char *const schema_cluster_scoped[] = {\n")
        write_strings(out, sorted(scopes))
        out.write("    NULL,\n};\n\nconst char *const certain_cluster_scoped[] = {\n")
        write_strings(out, sorted(certain_scopes(False)))
        out.write("    NULL,\n};\n\nconst char *const certain_namespaced[] = {\n")
        write_strings(out, sorted(certain_scopes(True)))
        out.write("    NULL,\n};\n")


def certain_scopes(namespaced):
    with open(os.path.join(module_dir(KYAML), "openapi/openapi.go")) as f:
        text = f.read()
    rows = re.findall(r'\{APIVersion: "([^"]+)", Kind: "([^"]+)"\}:\s+(true|false)', text)
    return [f"{version}/{kind}" for version, kind, value in rows if (value == "true") == namespaced]


def default_config():
    """The YAML constants of the module, names of constants in them resolved."""
    constants, sources = {}, []
    folder = os.path.join(module_dir(API), "internal/konfig/builtinpluginconsts")
    for path in sorted(glob.glob(os.path.join(folder, "*.go"))):
        with open(path) as f:
            sources.append(f.read())
    for text in sources * 2:
        for name, body, tail in re.findall(r"(\w+)\s*=\s*`([^`]*)`((?:\s*\+\s*\w+)*)", text):
            extra = "".join(constants.get(word, "") for word in re.findall(r"\w+", tail))
            constants[name] = body + extra
    config = {}
    for name, text in constants.items():
        if name.endswith("FieldSpecs") and not name.startswith("metadataLabels"):
            config.update(yaml.safe_load(text))
    return config


LISTS = [
    "namePrefix", "nameSuffix", "namespace", "commonLabels", "labels", "templateLabels",
    "volumeClaimTemplateLabels", "commonAnnotations", "varReference", "images", "replicas",
]


def spec_row(spec):
    text = lambda key: '"%s"' % spec.get(key, "").replace("\\", "\\\\")
    create = "true" if spec.get("create") else "false"
    return f'{text("group")}, {text("version")}, {text("kind")}, {text("path")}, {create}'


def write_config(path):
    config = default_config()
    with open(path, "w") as out:
        out.write(HEAD + '#include "tables.h"\n\n/* clang-format off */\n')
        out.write("const DefaultSpec default_specs[] = {\n")
        for name in LISTS:
            for spec in config.get(name) or []:
                enum = re.sub(r"([A-Z])", r"_\1", name).upper()
                out.write(f"    {{ SPECS_{enum}, {spec_row(spec)} }},\n")
        out.write("    { 0 },\n};\n\nconst DefaultReference default_references[] = {\n")
        for reference in config["nameReference"]:
            target = ", ".join('"%s"' % reference.get(k, "") for k in ("group", "version", "kind"))
            for spec in reference["fieldSpecs"]:
                out.write(f"    {{ {target}, {spec_row(spec)} }},\n")
        out.write("    { 0 },\n};\n/* clang-format on */\n")


def main():
    folder = sys.argv[1]
    write_schema(os.path.join(folder, "table_schema.c"), load_bundle())
    write_config(os.path.join(folder, "table_config.c"))


if __name__ == "__main__":
    main()
