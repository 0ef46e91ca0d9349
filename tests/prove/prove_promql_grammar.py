"""Prometheus' own parser and ours take and refuse the same PromQL, for the same flags, as the same tree.

Expressions out of a grammar, the same with something changed, our own table, and every string of the tests
of Prometheus' parser, read from its module where it lies.
"""

import json
import pathlib
import random
import re
import subprocess
import sys

import prove
import tree

PROMETHEUS = ("github.com/prometheus/prometheus", "v0.316.0")
TABLE = tree.ROOT / "tests/unit/audit/data/promql.txt"
GENERATED, CHANGED = 20000, 60000
FLAGS = 8

# What the two see differently, and why: (who takes it, a pattern of the expression, of our or their reason) -> why.
DIFFERENCES = {
    ("slipway", "holt_winters", "unknown function"): "Prometheus 2 knew it, and many still run it",
    ("slipway", ":", "invalid label name for grouping"): "a colon in a label needs quotes only where promql-unquoted-utf8-names is on",
    ("prometheus", "", "a second name of the metric"): "nothing has two names: such a selector finds nothing",
}

METRICS = ("up", "http_requests_total", "job:rate:5m", "x", "fill", "step", "start", "sum", "offset", "anchored", "max_of", "smoothed", "by",
           '{"my.metric"}', "{'a b'}", "a.b", "温度", "équipe.x1")  # fmt: skip
LABELS = ("job", "le", "instance", "on", "by", "bool", "inf", "fill", '"a.b"', "'é'", "service.name", "without", "__name__", "__type__", "__unit__")
VALUES = ('"api"', "'x'", "`raw\\d`", '""', '"a\\n\\x41\\u00e9"', '".*"', '"a|b"', '"(a|b)*"', '".+"', '"[a-z]?"', '"("', '"温"', '"(?i)a"', '"a{2}"', "'it\\'s'",
          '"a++"', '"(?=a)"', '"a{2}+"', "`\\1`", "`[+*]+\\+?`", "`(?P<n>a)`", '"[[:alpha:]]+"', "`\\pL`", '"a{1001}"', '"(?U)a"', "`\\z`", "`\\(?=`", "`a\\`", "`[]a]`")  # fmt: skip
NUMBERS = ("0", "1", "5", "0.5", ".5", "1e3", "1E-3", "0x1F", "0XaF", "017", "089", "1_000", "1_0.5e1_0", "inf", "NaN", "+Inf", "5m", "1h30m", "1y2w", "300", "2.")
DURATIONS = ("5m", "1h30m", "300", "0", "0.5", "1d", "100ms", "step()", "range()", "STEP()", "0x10", "1y", "292y", "300y", "1e3", "1e10")
OPERATORS = ("+", "-", "*", "/", "%", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or", "unless", "atan2", "</", ">/", "AND")
TOKENS = (*METRICS[:5], *NUMBERS[:12], *OPERATORS, "(", ")", "[", "]", "{", "}", ",", ":", "=", "=~", "!~", "@", "offset", "by", "without", "on", "ignoring",
          "group_left", "group_right", "fill", "fill_left", "fill_right", "bool", "anchored", "smoothed", "start", "end", "step", "range", "min_of", "max_of",
          "[5m]", "[5m:]", "[5m:1m]", "{}", "()", "(0)", "step()", '"s"', "'s'", "`s`", "sum", "topk", "rate", "info", " ", "#c\n", ".", "é", "_", "x")  # fmt: skip
PIECES = re.compile(r"\s+|\w+|[=!<>]=|[=!]~|.", re.DOTALL)


class Grammar:
    """An expression of a wanted type, and now and then of another one."""

    def __init__(self, functions, aggregations):
        self.random = random.Random(16)
        self.functions = functions
        self.aggregations = aggregations

    def one(self, *choices):
        return self.random.choice(choices)

    def maybe(self, text, share=0.3):
        return text() if self.random.random() < share else ""

    def expression(self, kind="v", depth=0):
        if self.random.random() < 0.03:
            kind = self.one("v", "s", "m", "t")
        if kind == "m":
            return self.matrix(depth)
        if kind == "t":
            return self.one(*VALUES)
        if kind == "s":
            return self.one(self.scalar, self.scalar, self.sum)(depth) if depth < 4 else self.one(*NUMBERS)
        if depth > 4:
            return self.selector()
        return self.random.choices((self.selector, self.call, self.aggregate, self.operation, self.wrapped), (2, 3, 2, 3, 1))[0](depth)

    def scalar(self, depth=0):
        return self.one(
            self.one(*NUMBERS), self.one(*NUMBERS), self.one("-", "+", "- ") + self.one(*NUMBERS), "time()", "pi()", "start()", "end()", "step()", "range()",
            f"({self.expression('s', depth + 1)})", f"max_of({self.expression('s', depth + 1)}, 1)", f"scalar({self.expression('v', depth + 1)})",
        )  # fmt: skip

    def sum(self, depth=0):
        return f"{self.expression('s', depth + 1)} {self.one(*OPERATORS)} {self.one('', 'bool ')}{self.expression('s', depth + 1)}"

    def duration(self, depth=0):
        if depth > 2 or self.random.random() < 0.5:
            return self.maybe(lambda: self.one("-", "+"), 0.1) + self.one(*DURATIONS)
        inner = lambda: self.duration(depth + 1)
        return self.one(
            lambda: f"({inner()})", lambda: f"{inner()} {self.one('+', '-', '*', '/', '%', '^')} {inner()}", lambda: f"{self.one('-', '+')}{inner()}",
            lambda: f"-({inner()})", lambda: f"{self.one('min_of', 'max_of', 'MAX_OF')}({inner()}, {inner()})",
        )()  # fmt: skip

    def shifts(self):
        one = lambda: self.one(
            lambda: f" offset {self.duration(1)}", lambda: f" offset {self.one('', '-', '+')}{self.one(*DURATIONS)}",
            lambda: " @ " + self.one("start()", "end()", "END()", "5", "-1.5", "5m", "1609746000", "inf", "start"),
        )()  # fmt: skip
        return one() + self.maybe(one, 0.2)

    def labels(self):
        return "(" + ", ".join(self.one(*LABELS) for _ in range(self.one(0, 1, 1, 2))) + self.maybe(lambda: ",", 0.1) + ")"

    def matchers(self):
        some = [self.one(*LABELS) + self.one("=", "!=", "=~", "!~") + self.one(*VALUES) for _ in range(self.one(0, 1, 1, 2))]
        return "{" + ",".join(some) + self.maybe(lambda: ",", 0.1) + "}"

    def bare(self):
        name = self.one(*METRICS)
        return self.one(name, name, name + (self.matchers() if name[0] != "{" else ""), self.matchers())

    def selector(self, _depth=0):
        return self.bare() + self.maybe(self.shifts, 0.15) + self.maybe(lambda: self.one(" anchored", " smoothed"), 0.03)

    def matrix(self, depth):
        extension = self.maybe(lambda: self.one(" anchored", " smoothed", " ANCHORED"), 0.1)
        if self.random.random() < 0.7 or depth > 3:
            return self.bare() + f"[{self.duration()}]" + extension + self.maybe(self.shifts, 0.2)
        inner = self.expression("v", depth + 1)
        step = self.one("", "", self.duration(1))
        return f"{self.one(inner, f'({inner})')}[{self.duration()}:{step}]" + self.maybe(self.shifts, 0.2)

    def call(self, depth):
        name, arguments = self.one(*self.functions)
        if self.random.random() < 0.05:
            arguments = arguments[:-1] if self.random.random() < 0.5 else arguments + self.one("v", "s", "t", "m")
        if name == "info" and len(arguments) == 2:
            return f"info({self.expression('v', depth + 1)}, {self.one(self.matchers(), self.bare(), '{}')})"
        return f"{name}({', '.join(self.expression(kind, depth + 1) for kind in arguments)})"

    def aggregate(self, depth):
        name, parameter = self.one(*self.aggregations)
        grouping = lambda: self.one("by", "without", "BY") + " " + self.labels()
        body = "(" + (self.expression(parameter, depth + 2) + ", " if parameter else "") + self.expression("v", depth + 1) + ")"
        before, behind = self.one((0, 0), (0, 0.9), (0.9, 0.03))
        return name + " " + self.maybe(grouping, before) + " " + body + " " + self.maybe(grouping, behind)

    def fills(self):
        value = lambda: "(" + self.maybe(lambda: self.one("-", "+"), 0.2) + self.one(*NUMBERS, "x") + ")"
        return self.one(
            f" fill {value()}", f" fill_left{value()}", f" fill_right {value()}", f" fill_left{value()} fill_right{value()}",
            f" FILL_RIGHT{value()} fill_left{value()}", f" fill{value()} fill_left{value()}",
        )  # fmt: skip

    def operation(self, depth):
        side = lambda: self.expression(self.one("v", "v", "v", "s"), depth + 1)
        matching = lambda: self.one("on", "ignoring") + " " + self.labels() + self.maybe(
            lambda: " " + self.one("group_left", "group_right") + self.maybe(lambda: " " + self.labels(), 0.5), 0.4)  # fmt: skip
        modifiers = self.maybe(lambda: "bool ", 0.1) + self.maybe(matching, 0.3) + self.maybe(self.fills, 0.1)
        return f"{side()} {self.one(*OPERATORS)} {modifiers} {side()}"

    def wrapped(self, depth):
        inner = self.expression("v", depth + 1)
        return self.one(f"({inner})", f"-{inner}", f"- {inner}", f"+({inner})", f"# c\n{inner}", f"(\t{inner}\n)")

    def changed(self, text):
        """Words put in, taken out, doubled, swapped, put in the place of others; or the text cut short."""
        words = PIECES.findall(text)
        for _ in range(self.one(1, 1, 1, 2)):
            at = self.random.randrange(len(words)) if words else 0
            change = self.one("in", "out", "double", "swap", "other", "other", "cut", "case")
            if not words or change == "in":
                words.insert(at, self.one(*TOKENS))
            elif change == "out":
                del words[at]
            elif change == "double":
                words.insert(at, words[at])
            elif change == "swap":
                other = self.random.randrange(len(words))
                words[at], words[other] = words[other], words[at]
            elif change == "other":
                words[at] = self.one(*TOKENS)
            elif change == "case":
                words[at] = words[at].swapcase()
            else:
                words = words[:at]
        return "".join(words)


def grammar():
    """With every function and aggregation that the audit knows."""
    source = (tree.ROOT / "slipway/audit/monitoring/promql_functions.c").read_text()
    functions = []
    for name, arguments in re.findall(r'\{ "(\w+)", PROM_\w+, "([^"]*)"', source):
        plain = re.sub(r"[?*]", "", arguments)
        functions += [(name, plain), (name, arguments.split("?")[0].rstrip("*")), (name, plain + plain[-1:] if "*" in arguments else plain)]
    aggregations = [(name, kind.strip("'0")) for name, kind in re.findall(r"\{ \"(\w+)\", (0|'\w'),", source)]
    return Grammar(functions, aggregations)


def ask(*command, texts):
    text = "".join(text + "\0" for text in texts)
    done = subprocess.run(command, input=text.encode("utf-8", "replace"), capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace").split("\n")[:-1]


def ours(texts):
    """(flags that it needs or None, why it is refused, type, shape) of each."""
    for line in ask(sys.argv[1], texts=texts):
        word, _, rest = line.partition(" ")
        if word == "no":
            yield None, rest, "", ""
        else:
            needs, kind, shape = rest.split(" ", 2)
            yield int(needs), "", kind, shape


def theirs(program, texts):
    return [json.loads(line) for line in ask(program, texts=texts)]


def reason_of(text, who, message):
    for (taker, pattern, because), reason in DIFFERENCES.items():
        if taker == who and re.search(pattern, text) and re.search(because, message):
            return taker, pattern, because
    return None


def compare(texts, program, used):
    """What isn't the same and has no reason; the reasons that were met go into `used`."""
    wrong = []
    for text, mine, other in zip(texts, ours(texts), theirs(program, texts), strict=True):
        needs, message, kind, shape = mine
        taken = [needs is not None and needs & flags == needs for flags in range(FLAGS)]
        if taken != other["taken"]:
            who = "prometheus" if sum(other["taken"]) > sum(taken) else "slipway"
            reason = reason_of(text, who, message or other["reason"])
            if reason:
                used.add(reason)
            else:
                wrong.append(f"{text!r}: {message or f'taken, needs {needs}'} here; {other['taken']}, {other['reason']} there")
        elif needs is not None and (kind, shape) != (other["type"], other["shape"]):
            wrong.append(f"{text!r}: {kind} {shape} here; {other['type']} {other['shape']} there")
    return wrong


def compare_printed(texts, program):
    """What Prometheus prints of an expression is the same expression to us."""
    judged = [other for other in theirs(program, texts) if other["taken"][-1]]
    plain = lambda shape: re.sub(r"<\d+>", "", shape)
    wrong = []
    printed = [other["printed"] for other in judged]
    again = theirs(program, printed)
    for other, text, (needs, message, kind, shape), second in zip(judged, printed, ours(printed), again, strict=True):
        if needs is None and second["taken"][-1]:
            wrong.append(f"{text!r}: {message}")
        elif needs is not None and (kind, plain(shape)) != (second["type"], plain(second["shape"])):
            wrong.append(f"{text!r}: {kind} {shape} here; {other['type']} {other['shape']} there")
    return wrong, len(judged)


def shown(wrong):
    return "\n".join(wrong[:30] + ([f"and {len(wrong) - 30} more"] if len(wrong) > 30 else [])) or None


def proof():
    program = str(prove.go_program(tree.ROOT / "tests/prove/gopromql"))
    module = prove.go_source(*PROMETHEUS)
    inputs = json.loads(subprocess.run([program, str(module / "promql" / "parser")], capture_output=True, check=True).stdout)
    inputs = sorted({text for text in inputs if "\0" not in text})
    table = [line.partition(" ")[2] for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    rules = grammar()
    generated = [rules.expression(rules.one("v", "v", "v", "s", "m")) for _ in range(GENERATED)]
    changed = [rules.changed(rules.one(*pool)) for pool in (generated, inputs, table) for _ in range(CHANGED // 3)]
    used = set()
    for name, texts in (("our table", table), ("the strings of its own tests", inputs), ("generated expressions", generated), ("changed expressions", changed)):
        wrong = compare(texts, program, used)
        yield f"{name}: {len(texts)} expressions", shown(wrong)
    wrong, count = compare_printed([*inputs, *generated], program)
    yield f"what Prometheus prints is taken: {count} expressions", shown(wrong)
    yield "thousands of them were taken", None if count > 5000 else f"only {count}"
    yield "every difference is still there", "\n".join(map(str, DIFFERENCES.keys() - used)) or None


prove.main(proof)
