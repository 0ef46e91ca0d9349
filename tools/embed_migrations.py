#!/usr/bin/env python3
"""Writes a C table of migrations from NNNN_name.sql files: embed_migrations.py OUT SYMBOL BASE FILE…

BASE is added to each version: 0 for a service, -1000 for the chassis' own, which come first."""

import pathlib
import re
import sys

NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")


def quoted(line):
    escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'        "{escaped}\\n"'


def entry(path, base):
    match = NAME.match(path.name)
    if not match:
        sys.exit(f"{path}: a migration is called NNNN_name.sql")
    version = int(match.group(1))
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(quoted(line) for line in lines)
    return version, f'    {{ .version = {version + base}, .name = "{match.group(2)}", .sql =\n{text} }},'


def main():
    out, symbol, base, *files = sys.argv[1:]
    entries = sorted(entry(pathlib.Path(name), int(base)) for name in files)
    versions = [version for version, _ in entries]
    if len(set(versions)) != len(versions):
        sys.exit(f"{symbol}: two migrations have one number")
    body = "\n".join(text for _, text in entries)
    pathlib.Path(out).write_text(
        "#include <chassis/app.h>\n\n"
        f"extern const Migration {symbol}[];\n"
        f"const Migration {symbol}[] = {{\n{body}\n    MIGRATION_END\n}};\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
