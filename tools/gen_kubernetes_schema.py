#!/usr/bin/env python3
"""Writes slipway/audit/schema/table.c: the fields of every Kubernetes object, for a range of versions.

Usage: tools/gen_kubernetes_schema.py SLIPWAY_AUDIT_SCHEMA_DIR
       in a Python that has the schemas: `pip install kubernetes-validate==1.37.0`; the values of
       enumerations come from the sources of the API, which the schemas leave out:
       `go mod download k8s.io/api@v0.37.0`

What table.h describes is made of it: one row a type, shared by all versions, each field with the
versions that have it when these are not all of the type's.
"""
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys

from c_strings import write_strings

API = "k8s.io/api@v0.37.0"
HEAD = "/* Made by tools/gen_kubernetes_schema.py: do not edit. */\n"
SCALARS = {
    "string": "s", "string byte": "y", "string date-time": "t", "boolean": "b",
    "integer": "l", "integer int64": "l", "integer int32": "i", "number": "n", "number double": "n",
}
QUANTITY, INT_OR_STRING, ANY = "q", "x", "a"


# --- the schemas -------------------------------------------------------------------------------------


def schema_folders():
    """(minor version, folder), oldest first."""
    package = importlib.util.find_spec("kubernetes_validate")
    if not package:
        sys.exit("kubernetes-validate is not installed: see the head of this file")
    root = pathlib.Path(package.submodule_search_locations[0], "kubernetes-json-schema")
    found = [re.fullmatch(r"v1\.(\d+)\.0-local", folder.name) for folder in root.iterdir()]
    return sorted((int(match[1]), root / match[0]) for match in found if match)


def load_definitions(folder):
    with open(folder / "_definitions.json", encoding="utf-8") as f:
        return {short_name(name): schema for name, schema in json.load(f)["$defs"].items()}


def short_name(name):
    """io.k8s.api.apps.v1.Deployment -> apps.v1.Deployment"""
    return ".".join(name.split(".")[-3:])


def ref_name(schema):
    return short_name(schema["$ref"].split("/")[-1]) if "$ref" in schema else None


def type_word(schema):
    kind = schema.get("type")
    return next(word for word in kind if word != "null") if isinstance(kind, list) else kind


def is_object(schema):
    properties = schema.get("properties", {})
    return ref_name(properties.get("metadata", {})) == "meta.v1.ObjectMeta" and "apiVersion" in properties


class Version:
    """The types of one version, as words."""

    def __init__(self, definitions, enums):
        self.definitions, self.enums = definitions, enums
        self.types, self.kinds = {}, {}
        self.objects = {name for name, schema in definitions.items() if is_object(schema)}
        for name in self.objects:
            for gvk in definitions[name].get("x-kubernetes-group-version-kind", []):
                group = gvk["group"] + "/" if gvk["group"] else ""
                self.kinds[f"{group}{gvk['version']}/{gvk['kind']}"] = name
                self.add_type(name)

    def shape(self, schema, owner):
        """How a field's value is written in a row."""
        name = ref_name(schema)
        if name:
            return self.shape_of_type(name, owner)
        kind = type_word(schema)
        if kind == "array":
            return "[" + self.shape(schema["items"], owner)
        if kind == "object":
            return "{" + (self.shape(schema["additionalProperties"], owner) if "additionalProperties" in schema else ANY)
        return SCALARS[f"{kind} {schema['format']}" if "format" in schema else kind] if kind else ANY

    def shape_of_type(self, name, owner):
        schema = self.definitions[name]
        if "properties" in schema:
            self.add_type(name)
            package = owner.rpartition(".")[0] + "."
            return ">" + (name.removeprefix(package) if name.startswith(package) else name)
        if name.endswith(".Quantity"):
            return QUANTITY
        if name.endswith(".IntOrString"):
            return INT_OR_STRING
        return self.shape(schema, owner) if type_word(schema) else ANY

    def add_type(self, name):
        if name in self.types:
            return
        words = self.types[name] = {}
        schema = self.definitions[name]
        for field, value in schema["properties"].items():
            required = "!" if field in schema.get("required", []) else ""
            words[field] = required + ":" + self.shape(value, name)
            if field in self.enums.get(name, {}):
                words[field] += "=" + "|".join(self.enums[name][field])


# --- enumerations --------------------------------------------------------------------------------------


def read_enums():
    """{"core.v1.Container": {"imagePullPolicy": ["Always", …]}}: the API's types marked +enum are closed."""
    cache = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    enums = {}
    for path in sorted(pathlib.Path(cache, API).glob("*/*/types*.go")):
        package = ".".join(path.parts[-3:-1])
        enums.update(enums_of_file(package, path.read_text(encoding="utf-8")))
    return enums


def enums_of_file(package, text):
    closed = re.findall(r"// \+enum\n(?://.*\n)*type (\w+) string", text)
    values = {name: re.findall(rf'^\s+\w+\s+{name}\s+=\s+"([^"]+)"', text, re.M) for name in closed}
    found = {}
    for struct, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
        for go_type, field in re.findall(r"^\s+\w+\s+((?:\[\]|\*)?\w+)\s+`json:\"(\w+)", body, re.M):
            of_type = values.get(go_type.lstrip("[]*"))
            if of_type and not any(" " in value for value in of_type):  # a row is split at spaces
                found.setdefault(f"{package}.{struct}", {})[field] = sorted(of_type)
    return found


# --- the table -----------------------------------------------------------------------------------------


def ranges(minors, within):
    """Runs of the sorted versions as "@25-28", those that reach to an end of `within` open there."""
    runs = []
    for minor in minors:
        if runs and runs[-1][1] == minor - 1:
            runs[-1][1] = minor
        else:
            runs.append([minor, minor])
    for first, last in runs:
        start = "" if first == within[0] else str(first)
        end = "" if last == within[-1] else str(last)
        yield f"@{start}-{end}" if start or end else ""


def type_row(name, versions):
    within = [minor for minor, version in versions if name in version.types]
    spans = {}
    for minor, version in versions:
        for field, word in version.types.get(name, {}).items():
            spans.setdefault((field, word), []).append(minor)
    words = [field + word + span for (field, word), minors in sorted(spans.items()) for span in ranges(minors, within)]
    return " ".join([name, *words])


def kind_row(kind, versions):
    minors = [minor for minor, version in versions if kind in version.kinds]
    (name,) = {version.kinds[kind] for _, version in versions if kind in version.kinds}
    everywhere = [minor for minor, _ in versions]
    return f"{kind} {name}" + "".join(f" {span}" for span in ranges(minors, everywhere) if span)


def write_table(path, versions):
    kinds = sorted({kind for _, version in versions for kind in version.kinds})
    types = sorted({name for _, version in versions for name in version.types})
    with open(path, "w", encoding="utf-8") as out:
        out.write(HEAD + '#include "table.h"\n\n/* clang-format off */\n')
        out.write(f"const unsigned api_oldest = {versions[0][0]}, api_newest = {versions[-1][0]};\n\n")
        out.write("const char *const api_kinds[] = {\n")
        write_strings(out, (kind_row(kind, versions) for kind in kinds))
        out.write(f"    NULL,\n}};\nconst size_t api_kind_count = {len(kinds)};\n\nconst char *const api_types[] = {{\n")
        write_strings(out, (type_row(name, versions) for name in types))
        out.write(f"    NULL,\n}};\nconst size_t api_type_count = {len(types)};\n/* clang-format on */\n")


def main():
    enums = read_enums()
    versions = [(minor, Version(load_definitions(folder), enums)) for minor, folder in schema_folders()]
    write_table(os.path.join(sys.argv[1], "table.c"), versions)


if __name__ == "__main__":
    main()
