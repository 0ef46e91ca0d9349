#!/usr/bin/env python3
"""Checks the sizes of docs/conventions: functions, files, headers, parameters, nesting."""

import re
import sys

import tree

FUNCTION_LINES = 60
FILE_LINES = 600
HEADER_LINES = 250
PARAMETERS = 6
NESTING = 4

# "file" or "file:function" -> why it may be larger.
EXCEPTIONS = {
    "lib/net/client_http2.c:on_header": "nghttp2_on_header_callback has eight",
    "lib/net/client_http2.c:read_out": "nghttp2_data_source_read_callback has seven",
    "lib/net/http2_parse.c:on_header": "nghttp2_on_header_callback has eight",
    "lib/net/http2_respond.c:read_out": "nghttp2_data_source_read_callback has seven",
    "slipway/audit/schema/table.c": "made by tools/gen_kubernetes_schema.py",
}

TOKEN = re.compile(
    r"""
      (?P<skip>   /\*.*?\*/ | //[^\n]* | ^[ \t]*\#(?:[^\n\\]|\\.)* | \s+ )
    | (?P<text>   "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
    | (?P<word>   [A-Za-z_]\w* )
    | (?P<sign>   . )
    """,
    re.X | re.S | re.M,
)


def tokenize(text):
    """(token, line) without comments, preprocessor lines and white space."""
    line = 1
    for match in TOKEN.finditer(text):
        if not match["skip"]:
            yield match[0], line
        line += match[0].count("\n")


def open_paren(tokens, close):
    """Index of the parenthesis that the one at `close` closes."""
    depth = 0
    for at in range(close, -1, -1):
        depth += {")": 1, "(": -1}.get(tokens[at][0], 0)
        if depth == 0:
            return at
    return 0


def skip_attributes(tokens, at):
    """From the end of `f(…) __attribute__((…))` back to the end of `f(…)`."""
    while tokens[at][0] == ")":
        before = open_paren(tokens, at) - 1
        if before < 0 or tokens[before][0] not in ("__attribute__", "__declspec"):
            return at
        at = before - 1
    return at


def starts_block(tokens, at):
    """Whether the brace at `at` opens a block of statements, not an initialiser or a literal."""
    if at == 0:
        return False
    before = tokens[at - 1][0]
    if before in ("else", "do", ";", "{", "}", ":"):
        return True
    if before == "(":
        return True
    if before != ")":
        return False
    head = tokens[open_paren(tokens, at - 1) - 1][0]
    return bool(re.match(r"[A-Za-z_]\w*$", head)) and head not in ("return", "sizeof")


def count_parameters(tokens, start, end):
    inner = tokens[start + 1 : end]
    if not inner or [token for token, _ in inner] == ["void"]:
        return 0
    depth, commas = 0, 0
    for token, _ in inner:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token, 0)
        commas += token == "," and depth == 0
    return commas + 1


def body_end(tokens, start):
    """Index of the brace that closes the body, and how deep blocks nest in it."""
    braces, depth, deepest = [], -1, 0
    for at in range(start, len(tokens)):
        token = tokens[at][0]
        if token == "{":
            block = at == start or starts_block(tokens, at)
            braces.append(block)
            depth += block
            deepest = max(deepest, depth)
        elif token == "}":
            depth -= braces.pop()
            if not braces:
                return at, deepest
    return len(tokens) - 1, deepest


def functions(text):
    """(name, line, lines, parameters, nesting) of every function defined in the text."""
    tokens = list(tokenize(text))
    at = 0
    while at < len(tokens):
        if tokens[at][0] != "{":
            at += 1
            continue
        end, nesting = body_end(tokens, at)
        close = skip_attributes(tokens, at - 1)
        if tokens[close][0] == ")":
            start = open_paren(tokens, close)
            name, line = tokens[start - 1]
            lines = tokens[end][1] - tokens[at][1] + 1
            yield name, line, lines, count_parameters(tokens, start, close), nesting
        at = end + 1


def check_functions(path, text):
    for name, line, lines, parameters, nesting in functions(text):
        where = f"{path}:{line}: {name}"
        if f"{path}:{name}" in EXCEPTIONS:
            continue
        if lines > FUNCTION_LINES:
            yield f"{where}: {lines} lines (at most {FUNCTION_LINES})"
        if parameters > PARAMETERS:
            yield f"{where}: {parameters} parameters (at most {PARAMETERS})"
        if nesting > NESTING:
            yield f"{where}: blocks nest {nesting} deep (at most {NESTING})"


def check_file(path):
    text = (tree.ROOT / path).read_text()
    lines = text.count("\n")
    most = HEADER_LINES if path.suffix == ".h" else FILE_LINES
    if lines > most and str(path) not in EXCEPTIONS:
        yield f"{path}: {lines} lines (at most {most})"
    if path.suffix in (".c", ".h"):
        yield from check_functions(path, text)


def main():
    findings = [
        finding
        for path in tree.files(".c", ".h", ".py", ".sh", ".ts", ".tsx")
        for finding in check_file(path)
    ]
    tree.report(findings, "sizes over the limits")


if __name__ == "__main__":
    sys.exit(main())
