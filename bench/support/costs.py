"""What a command costs, for the benches: CPU seconds, wall seconds and peak KiB of whole processes.

The peak is never less than what this Python takes: a child has it until its exec.
"""

import os
import statistics
import subprocess
import time
import typing


class Costs(typing.NamedTuple):
    """Of one run, or the medians of several."""

    cpu: float
    wall: float
    rss: int


def measure(command, directory=None, allowed=(0,)):
    """One run of the words of `command`; its output goes nowhere. An exit code that isn't allowed ends the bench."""
    words = [str(word) for word in command]
    start = time.monotonic()
    child = subprocess.Popen(words, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in allowed:
        raise SystemExit(f"{' '.join(words)} ended with {child.returncode}")
    return Costs(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss)


def medians(runs):
    return Costs(*(statistics.median(part) for part in zip(*runs)))


def median(command, directory, runs, allowed=(0,)):
    return medians([measure(command, directory, allowed) for _ in range(runs)])


def report(label, costs, width=12):
    print(f"  {label:{width}} {costs.cpu:8.3f} s CPU  {costs.wall:8.3f} s wall  {costs.rss / 1024:7.1f} MiB")


def report_ratio(theirs, ours, width=12):
    """How many times more CPU they take."""
    print(f"  {'ratio':{width}} {theirs / ours:8.1f} x CPU")


def write(path, text):
    """A file of what is measured, with the folders above it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
