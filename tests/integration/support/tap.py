"""Cases as functions, TAP on stdout. A case whose servers can't run here is skipped by name."""

import os
import sys
import time
import traceback

CASES = []
AFTER_EACH = []


class Skip(Exception):
    """Raised by a case that can't run here; its text is the reason."""


def case(function):
    """Registers a test; its name is the function's, a sentence."""
    CASES.append(function)
    return function


def after_each(function):
    """Registers what looks after every case, however it ended; what it raises fails a case that passed."""
    AFTER_EACH.append(function)
    return function


def run_case(function, args):
    try:
        function(*args)
    except BaseException:
        for look in AFTER_EACH:
            try:
                look()
            except AssertionError:
                pass  # the case's own failure says more
        raise
    for look in AFTER_EACH:
        look()


def run(*args):
    """Runs every case in order with these arguments; ends the program."""
    wanted = [function for function in CASES if len(sys.argv) < 3 or sys.argv[2] in function.__name__]
    print(f"1..{len(wanted)}", flush=True)
    failed = 0
    for number, function in enumerate(wanted, 1):
        try:
            run_case(function, args)
            print(f"ok {number} - {function.__name__}", flush=True)
        except Skip as why:
            print(f"ok {number} - {function.__name__} # SKIP {why}", flush=True)
        except Exception:  # a test runner reports whatever goes wrong
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} - {function.__name__}", flush=True)
    return failed


def eventually(condition, seconds=60, what="the condition"):
    """Waits until condition() is true and returns what it gave; an exception in it counts as not yet. Patience costs
    nothing where all is well, and a machine may be busy with other tests. A sanitized program gets more of it."""
    seconds *= 1 if os.environ.get("TEST_SANITIZE", "none") == "none" else 4
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            value = condition()
            if value:
                return value
        except (OSError, AssertionError, KeyError, ValueError) as error:
            last = error
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true within {seconds} s" + (f": {last!r}" if last else ""))


def equal(actual, expected, what=""):
    """The two, shown when they differ."""
    if actual != expected:
        raise AssertionError(f"{what + ': ' if what else ''}got {actual!r}, want {expected!r}")
