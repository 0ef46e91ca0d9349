#!/usr/bin/env python3
"""What the supervisor costs: bench/stack/run.py SLIPWAY [--peer PROCESS-COMPOSE] [--idle SECONDS].
Prints figures and, beside a peer, ratios; asserts nothing.

Twelve trivial services in a chain behind Postgres and Redis: time until all are ready (warm: the
cluster exists), memory of all its processes, CPU while idle with a probe a second each, time until
all are stopped; CPU of one log line, with a service that prints 1,000,000 of them; `slipway version`;
`up -d --wait` of the product service. The peer (process-compose, github.com/F1bonacc1/process-compose)
runs the same twelve, Postgres and Redis, from a file of its own.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from peer import ProcessCompose
from measure import Slipway, cpu_ms, tell

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TIMES, LINES = 3, 1_000_000


def chain(runner, idle):
    """Ready and stopped (the best of some), memory, idle CPU."""
    runner.write_chain()
    runner.up()
    runner.down()
    ups, downs = [], []
    for _ in range(TIMES):
        ups.append(runner.up())
        downs.append(runner.down())
    runner.up()
    before = sum(cpu_ms(pid) for pid in runner.pids())
    time.sleep(idle)
    used = (sum(cpu_ms(pid) for pid in runner.pids()) - before) / idle
    memory = runner.memory_mb()
    runner.down()
    return {
        "12 services + Postgres + Redis in a chain, all ready": (min(ups), "s"),
        "all stopped": (min(downs), "s"),
        "memory (proportional, all its processes)": (memory, "MB"),
        "CPU while idle, a probe a second each": (used, "ms a second"),
    }


def logs(runner):
    runner.write_loud(LINES)
    runner.up()
    before = sum(cpu_ms(pid) for pid in runner.pids())
    runner.let_speak()
    stored = runner.await_lines(LINES)
    used = sum(cpu_ms(pid) for pid in runner.pids()) - before
    runner.down()
    return {f"CPU of a log line, of {LINES:,}": (used * 1000 / LINES, "µs"), "lines lost": (LINES - stored, "")}


def version(program):
    def once():
        start = time.monotonic()
        subprocess.run([program, "version"], capture_output=True, check=True)
        return (time.monotonic() - start) * 1000

    return {"version": (min(once() for _ in range(20)), "ms")}


def product(runner):
    """The platform's own catalog without a broker, on the program that was built beside slipway."""
    build = pathlib.Path(runner.program).resolve().parent.parent
    if not (build / "services/product/product-service").exists():
        return {}
    shutil.copy(ROOT / "slipway.yaml", runner.directory)
    (runner.directory / "build").symlink_to(build)
    (runner.directory / "services").symlink_to(ROOT / "services")
    runner.flags = ["--set", "resources.kafka.engine=none"]
    runner.up("--isolated", "product")
    runner.down()
    times = []
    for _ in range(TIMES):
        times.append(runner.up("product"))
        runner.down()
    return {"up -d --wait of product, database initialised": (min(times), "s")}


def in_a_directory(make, measure):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-"))
    directory.chmod(0o755)
    runner = make(directory)
    try:
        return measure(runner)
    finally:
        runner.clean()
        shutil.rmtree(directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slipway", type=os.path.abspath)
    parser.add_argument("--peer", type=os.path.abspath)
    parser.add_argument("--idle", type=float, default=20.0)
    args = parser.parse_args()
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    makers = [lambda directory: Slipway(args.slipway, directory)]
    programs = [args.slipway]
    if args.peer:
        makers.append(lambda directory: ProcessCompose(args.peer, directory))
        programs.append(args.peer)
    tell([in_a_directory(make, lambda runner: chain(runner, args.idle)) for make in makers])
    tell([in_a_directory(make, logs) for make in makers])
    tell([version(program) for program in programs])
    tell([in_a_directory(makers[0], product)])


sys.exit(main())
