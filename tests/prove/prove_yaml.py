"""codec/yaml reads as go-yaml v3 does: the same values, the same texts refused."""

import json
import pathlib
import subprocess
import sys

import prove
import tree

HERE = pathlib.Path(__file__).parent

# Texts that readers disagree on; each must mean here what it means to go-yaml.
SNIPPETS = [
    "a: [yes, No, on, OFF, y, n, true, False, ~, null, Null, '', ]",
    "a: [0o17, 017, 0x1F, 1_000, 0b11, 08, +1, -0, 1e3, .5, 5., 1.e1, .inf, -.INF, .nan, 1:30]",
    "a: [2001-12-14, 2001-12-14t21:59:43.10-05:00, 0.1.2, 12e03, 9223372036854775807, 9223372036854775808]",
    "a: &x {b: 1}\nc: {<<: *x, d: 2}\n",
    "a: &x {b: 1, c: 1}\ne: &y {b: 2}\nf: {<<: [*x, *y], c: 3}\n",
    "a: 1\na: 2\n",
    "a: |\n  x\n   y\n\n  z\n\nb: >-\n  one\n  two\n\n  three\n",
    "a: |+\n  x\n\n\nb: |2\n    indented\n",
    "\"quoted \\u00e9 \\x41 \\n\": 'it''s'\n",
    "- a\n-\n- - b\n  - c\n- {d: e, f}\n",
    "? complex\n: value\n",
    "---\na\n...\n---\nb\n---\n",
    "# only a comment\n",
    "a: *unknown\n",
    "a: b: c\n",
    "a: [1, 2\nb: 3\n",
    "\ta: 1\n",
    "a: 'x\n\n  y'\n",
    "a: x\n  y\n  z\n",
    "a: \"x\\\n  y\"\n",
    "%YAML 1.1\n---\na: 1\n",
    "a: !!str 1\nb: !!int \"2\"\nc: !custom x\n",
    "a: @x\n",
    "a: `x\n",
    "{a: 1, b: [c, {d: e}]}\n",
    "a: #comment\n  b\n",
    "key with spaces: v # c\nurl: http://x:1/#a\n",
    "- |\n- x\n- >\n\n  y\n",
    "a:\n- b\n-  c: d\n   e: f\n",
]


def write_snippets():
    place = prove.cache_dir("scratch", "yaml")
    for number, text in enumerate(SNIPPETS):
        path = place / f"{number:02}.yaml"
        path.write_text(text)
        yield path


def probe(program, paths):
    text = "".join(f"{path}\n" for path in paths)
    done = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def difference(path, want, got):
    if want == got:
        return None
    shown = path.read_text(errors="backslashreplace")[:400]
    return f"go-yaml: {json.dumps(want)[:600]}\nours:    {json.dumps(got)[:600]}\ntext:\n{shown}"


def proof():
    peer = prove.go_program(HERE / "goyaml")
    theirs = tree.ROOT.parent / "shared" / "krusty"
    paths = list(write_snippets())
    paths += [tree.ROOT / path for path in tree.files(".yaml", ".yml")]
    paths += sorted(theirs.rglob("*.yaml")) if theirs.is_dir() else []
    wanted, got = probe(str(peer), paths), probe(sys.argv[1], paths)
    for path, want, ours in zip(paths, wanted, got, strict=True):
        name = path.relative_to(tree.ROOT.parent) if path.is_relative_to(tree.ROOT.parent) else path.name
        yield f"reads {name}", difference(path, want, ours)


prove.main(proof)
