#!/usr/bin/env python3
"""Writes slipway/audit/compose/schema_table.c from the JSON Schema of the Compose specification.

Usage: tools/gen_compose_schema.py SLIPWAY_AUDIT_COMPOSE_DIR
       (needs Go, whose module cache gets the reference loader, which carries the schema)

Alternatives of a value differ by their kind alone (a text, a list or a map), so one row says all of
them: which kinds may stand there, the keys of a map, the type of items. Equal types share a row.
"""
import json
import pathlib
import subprocess
import sys

MODULE = "github.com/compose-spec/compose-go/v2@v2.16.2"
KINDS = {
    "null": "SCHEMA_NULL",
    "boolean": "SCHEMA_BOOL",
    "integer": "SCHEMA_INT",
    "number": "SCHEMA_NUMBER",
    "string": "SCHEMA_STRING",
    "array": "SCHEMA_LIST",
    "object": "SCHEMA_MAP",
}
NAMES = {
    ".+": "SCHEMA_NAMES_ANY",
    "^.+$": "SCHEMA_NAMES_ANY",
    "^[a-zA-Z0-9._-]+$": "SCHEMA_NAMES_IDENTIFIER",
    "^[a-z]+$": "SCHEMA_NAMES_LOWER",
}
IGNORED = {"title", "description", "default", "deprecated", "$schema", "$id", "$defs", "pattern"}
KNOWN = IGNORED | {
    "$ref", "oneOf", "anyOf", "allOf", "type", "enum", "minimum", "maximum", "items", "uniqueItems",
    "properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "required",
}


class Type:
    def __init__(self):
        self.kinds, self.keys, self.required, self.choices = set(), {}, [], []
        self.items = self.values = None
        self.names = "SCHEMA_NAMES_NONE"
        self.extensible = self.open = self.unique = False
        self.least, self.most = None, None


def load_schema():
    done = subprocess.run(["go", "mod", "download", "-json", MODULE], capture_output=True, text=True, check=True, cwd="/")
    return json.loads((pathlib.Path(json.loads(done.stdout)["Dir"]) / "schema/compose-spec.json").read_text())


class Table:
    def __init__(self, schema):
        self.schema = schema
        self.rows, self.by_text, self.by_ref = [None], {}, {}

    def type_of(self, schema):
        """The number of the row; 0 allows anything."""
        if not set(schema) - IGNORED:
            return 0
        if set(schema) - IGNORED == {"$ref"}:
            ref = schema["$ref"]
            if ref not in self.by_ref:
                self.by_ref[ref] = self.intern(schema)
            return self.by_ref[ref]
        return self.intern(schema)

    def intern(self, schema):
        row = Type()
        self.fill(row, schema)
        text = json.dumps(vars(row), sort_keys=True, default=sorted)
        if text not in self.by_text:
            self.by_text[text] = len(self.rows)
            self.rows.append(row)
        return self.by_text[text]

    def resolve(self, schema):
        return self.schema["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema

    def fill(self, row, schema):
        unknown = set(schema) - KNOWN
        assert not unknown, unknown
        if "$ref" in schema:
            self.fill(row, self.resolve(schema))
            return
        for part in schema.get("oneOf", []) + schema.get("allOf", []):
            self.fill(row, part)
        kinds = schema.get("type", [])
        kinds = {kinds} if isinstance(kinds, str) else set(kinds)
        row.kinds |= kinds
        if "allOf" in schema or "properties" in schema:
            row.kinds.add("object")
        if "enum" in schema:
            row.choices += schema["enum"]
        if "minimum" in schema or "maximum" in schema:
            row.least, row.most = schema.get("minimum", 0), schema.get("maximum")
        row.unique |= schema.get("uniqueItems", False)
        if "items" in schema:
            row.items = self.type_of(schema["items"])
        if "object" in row.kinds:
            self.fill_map(row, schema)

    def fill_map(self, row, schema):
        for name, value in schema.get("properties", {}).items():
            row.keys[name] = self.type_of(value)
        row.required += schema.get("required", [])
        for pattern, value in schema.get("patternProperties", {}).items():
            if pattern == "^x-":
                row.extensible = True
            else:
                row.names, row.values = NAMES[pattern], self.type_of(value)
        if "object" in schema.get("type", []) and not {"allOf", "properties"} & set(schema):
            row.open |= schema.get("additionalProperties", True) is not False


def key_slices(rows):
    keys, slices = [], []
    for row in rows[1:]:
        slices.append(len(keys))
        keys += sorted(row.keys.items())
    return keys, slices


def write_row(row, first_key):
    kinds = " | ".join(KINDS[kind] for kind in KINDS if kind in row.kinds)
    fields = [f".kinds = {kinds}"]
    if row.keys:
        fields.append(f".first_key = {first_key}, .key_count = {len(row.keys)}")
    if row.items is not None:
        fields.append(f".items = {row.items}")
    if row.values is not None:
        fields.append(f".values = {row.values}, .names = {row.names}")
    for flag in ("extensible", "open", "unique"):
        if getattr(row, flag):
            fields.append(f".{flag} = true")
    if row.choices:
        fields.append('.choices = "' + "|".join(row.choices) + '"')
    if row.required:
        fields.append('.required = "' + "|".join(row.required) + '"')
    if row.least is not None:
        most = "INT64_MAX" if row.most is None else row.most
        fields.append(f".bounded = true, .least = {row.least}, .most = {most}")
    return "    { " + ", ".join(fields) + " },\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    schema = load_schema()
    table = Table(schema)
    root = table.intern(schema)
    keys, slices = key_slices(table.rows)
    with open(folder / "schema_table.c", "w") as out:
        out.write('/* Made by tools/gen_compose_schema.py: do not edit. */\n#include "schema.h"\n\n/* clang-format off */\n')
        out.write("const SchemaKey compose_schema_keys[] = {\n")
        for start in range(0, len(keys), 4):
            out.write("    " + " ".join(f'{{ "{name}", {number} }},' for name, number in keys[start : start + 4]) + "\n")
        out.write("};\n\nconst SchemaType compose_schema_types[] = {\n    { .open = true }, /* anything */\n")
        for row, first in zip(table.rows[1:], slices):
            out.write(write_row(row, first))
        out.write(f"}};\n\nconst uint16_t compose_schema_root = {root};\n")


main()
