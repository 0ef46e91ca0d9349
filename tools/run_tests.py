#!/usr/bin/env python3
"""Runs meson's tests and ends with what a person wants to know: tools/run_tests.py BUILD [ARGS…]

ARGS go to `meson test` (such as --suite unit). Programs run side by side, more than there are
processors: those against real servers wait most of the time. After the run: the log of each test that failed,
each skipped test with its reason, and a last line "N passed, N failed, N skipped". A TAP program
counts by its test points. Exits 1 when anything failed or when nothing ran.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

LOG_LINES = 60
SIDE_BY_SIDE = max(4, 2 * (os.cpu_count() or 1))
POINT = re.compile(r"^(not )?ok\b\s*\d*\s*(?:- )?(.*?)(?:\s*#\s*(skip|todo)\b\s*(.*))?$", re.I)
PLAN_SKIP = re.compile(r"^1\.\.0\s*#\s*skip\S*\s*(.*)$", re.I)
MESON_SKIP = 77


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []  # (name, result)
        self.skipped = []  # (name, reason)

    def add_point(self, test, match):
        refused, name, directive, reason = match.groups()
        directive = (directive or "").lower()
        if directive == "skip":
            self.skipped.append((f"{test}: {name}" if name else test, reason or "no reason given"))
        elif refused and directive != "todo":
            self.failed.append(f"{test}: {name}")
        else:
            self.passed += 1

    def add_tap(self, test, output):
        """Counts the points of a TAP output; false when it has none."""
        seen = False
        for line in output.splitlines():
            point, plan = POINT.match(line), PLAN_SKIP.match(line)
            if plan:
                self.skipped.append((test, plan[1] or "no reason given"))
            elif point:
                self.add_point(test, point)
            seen = seen or bool(point or plan)
        return seen

    def add(self, record):
        test, result = record["name"], record["result"]
        output = record.get("stdout") or ""
        failures = len(self.failed)
        if not self.add_tap(test, output):
            self.add_plain(test, result, output + (record.get("stderr") or ""))
        elif result not in ("OK", "SKIP", "EXPECTEDFAIL") and len(self.failed) == failures:
            self.failed.append(f"{test} ({result.lower()})")  # it broke off between two points

    def add_plain(self, test, result, output):
        if result == "SKIP":
            lines = output.strip().splitlines()
            self.skipped.append((test, lines[-1] if lines else "no reason given"))
        elif result in ("OK", "EXPECTEDFAIL"):
            self.passed += 1
        else:
            self.failed.append(f"{test} ({result.lower()})")


def show_log(record):
    output = (record.get("stdout") or "") + (record.get("stderr") or "")
    lines = output.strip().splitlines()
    print(f"\n--- {record['name']} ({record['result'].lower()})")
    if len(lines) > LOG_LINES:
        print(f"… {len(lines) - LOG_LINES} lines before these; all of them in meson-logs/testlog.txt")
    print("\n".join(lines[-LOG_LINES:]))


def main():
    build = pathlib.Path(sys.argv[1])
    log = build / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    command = ["meson", "test", "-C", str(build), "--no-rebuild", "--no-stdsplit",
               "--num-processes", str(SIDE_BY_SIDE), *sys.argv[2:]]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    records = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    tally = Tally()
    for record in records:
        tally.add(record)
        if record["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
            show_log(record)
    print()
    for name in tally.failed:
        print(f"failed: {name}")
    for name, reason in tally.skipped:
        print(f"skipped: {name}: {reason}")
    print(f"{tally.passed} passed, {len(tally.failed)} failed, {len(tally.skipped)} skipped", flush=True)
    sys.exit(1 if tally.failed or done.returncode or not records else 0)


if __name__ == "__main__":
    main()
