#!/usr/bin/env python3
"""Checks the include graph: a room sees only what stands left of it (docs: ARCHITECTURE.md)."""

import re
import sys

import tree

LIB = ["base", "codec", "loop", "net", "observe", "clients"]

# A room of slipway -> the other rooms of slipway that it may see. All of them see lib/.
SLIPWAY = {
    "model": [],
    "render": ["model", "kustomize"],
    "kustomize": [],
    "audit": ["model", "kustomize"],
    "stack": ["model"],
    "image": ["model"],
    "kube": ["model", "kustomize"],
    "telemetry": ["model"],
    "dashboard": ["model", "stack", "telemetry", "kube", "audit"],
    "mcp": ["model", "stack", "telemetry", "kube", "audit", "render"],
    "cli": ["model"],
    "cmd": ["cli", "model", "render", "kustomize", "audit", "stack", "image", "kube", "telemetry", "dashboard", "mcp"],
    "": ["cmd", "cli", "model"],
}

# A foreign header -> the only room that may include it.
OWNED = {
    "uv.h": "lib/loop",
    "libfyaml.h": "lib/codec",
    "pcre2.h": "lib/codec",
    "nghttp2/": "lib/net",
    "llhttp.h": "lib/net",
    "openssl/ssl.h": "lib/net",
    "libpq-fe.h": "lib/clients",
    "hiredis": "lib/clients",
    "librdkafka/": "lib/clients",
}

# (file, include) -> why it may.
EXCEPTIONS = {}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def room_of(path):
    """lib/net, chassis, services/product, slipway/cmd, tests: the unit of the rules."""
    parts = path.parts
    if parts[0] in ("lib", "services"):
        return "/".join(parts[:2])
    if parts[0] == "slipway":
        return "slipway/" + (parts[1] if len(parts) > 2 else "")
    return parts[0]


def visible(room):
    """First folders that an include from this room may start with."""
    top, _, name = room.partition("/")
    if top == "lib" and name in LIB:
        return LIB[: LIB.index(name) + 1]
    if top == "chassis":
        return LIB + ["chassis", "ecommerce", "grpc"]
    if top == "services":
        return ["chassis", "ecommerce"]
    if top == "slipway" and name in SLIPWAY:
        return LIB + [name] + SLIPWAY[name]
    raise ValueError(f"{room} is no room of the table")


def check_private(path, target):
    """internal.h is for its own folder."""
    name = target.rsplit("/", 1)[-1]
    if name != "internal.h" and not name.endswith("_internal.h"):
        return None
    own = (tree.ROOT / path.parent / name).is_file()
    folder = target.rpartition("/")[0]
    if own and (not folder or str(path.parent).endswith(folder)):
        return None
    return "is private to its folder"


def check_system(room, target):
    for header, owner in OWNED.items():
        if target.startswith(header) and room != owner:
            return f"belongs to {owner} alone"
    return None


def check_own(path, room, target):
    private = check_private(path, target)
    if private:
        return private
    first, slash, _ = target.partition("/")
    if not slash or (tree.ROOT / path.parent / target).is_file():
        return None
    return None if first in visible(room) else "is not left of this room"


def check_file(path):
    room = room_of(path)
    if room == "tests":
        return
    text = (tree.ROOT / path).read_text()
    for match in INCLUDE.finditer(text):
        kind, target = match.groups()
        if (str(path), target) in EXCEPTIONS:
            continue
        problem = check_system(room, target) if kind == "<" else check_own(path, room, target)
        if problem:
            line = text.count("\n", 0, match.start(2)) + 1
            yield f"{path}:{line}: {target} {problem}"


def main():
    sources = tree.files(".c", ".h", under=("lib", "chassis", "services", "slipway"))
    findings = [finding for path in sources for finding in check_file(path)]
    tree.report(findings, "includes against the layers")


if __name__ == "__main__":
    sys.exit(main())
