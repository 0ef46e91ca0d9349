#!/usr/bin/env python3
"""Writes files of the source tree as a C array of EmbeddedFile (lib/base/embed.h).

usage: embed_files.py OUT.c SYMBOL ROOT FILE...
       embed_files.py OUT.c SYMBOL ROOT --all DEPFILE

Names in the array are relative to ROOT and sorted, so the output depends on the contents alone. --all takes every
file below ROOT whose name has no leading dot; DEPFILE then names them and their folders, so that ninja sees a file
that comes or goes.
"""
import os
import sys

LINE_BYTES = 16


def literal(data):
    """The bytes as array elements, a NUL behind them."""
    numbers = [str(byte if byte < 128 else byte - 256) for byte in data + b"\0"]
    lines = [", ".join(numbers[i : i + LINE_BYTES]) for i in range(0, len(numbers), LINE_BYTES)]
    return "    " + ",\n    ".join(lines)


def all_below(root, out, depfile):
    """The files below root; what they depend on goes to the depfile."""
    folders, paths = [], []
    for folder, _, names in os.walk(root):
        folders.append(folder)
        paths += [os.path.join(folder, name) for name in names if not name.startswith(".")]
    with open(depfile, "w", encoding="utf-8") as target:
        target.write(f"{out}: {' '.join(sorted(folders + paths))}\n")
    return paths


def main():
    out, symbol, root, *paths = sys.argv[1:]
    if paths[0] == "--all":
        paths = all_below(root, out, paths[1])
    files = sorted((os.path.relpath(path, root).replace(os.sep, "/"), path) for path in paths)
    with open(out, "w", encoding="ascii") as target:
        target.write('#include "base/embed.h"\n\n')
        target.write(f"extern const EmbeddedFile {symbol}[];\n\n")
        sizes = []
        for index, (_, path) in enumerate(files):
            with open(path, "rb") as source:
                data = source.read()
            sizes.append(len(data))
            target.write(f"static const char file_{index}[] = {{\n{literal(data)}\n}};\n\n")
        target.write(f"const EmbeddedFile {symbol}[] = {{\n")
        for index, (name, _) in enumerate(files):
            target.write(f'    {{ "{name}", file_{index}, {sizes[index]} }},\n')
        target.write("    { 0 },\n};\n")


main()
