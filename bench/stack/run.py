#!/usr/bin/env python3
"""What the supervisor costs: bench/stack/run.py SLIPWAY [IDLE_SECONDS]. Prints figures, asserts nothing.

Twelve trivial services in a chain behind Postgres and Redis: time until all are ready (warm: the
cluster exists), memory, CPU while idle with a probe a second each, time until all are stopped; CPU
of one log line, with a service that prints 1,000,000 of them; `slipway version`.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SLIPWAY = os.path.abspath(sys.argv[1])
IDLE = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
HERE = pathlib.Path(__file__).parent
LINES = 1_000_000


def slipway(directory, *args):
    start = time.monotonic()
    done = subprocess.run([SLIPWAY, *args], cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"slipway {' '.join(args)}: exit code {done.returncode}\n{done.stderr}")
    return time.monotonic() - start, done.stdout


def supervisor(directory):
    return json.loads((directory / ".slipway/state.json").read_text())["pid"]


def cpu_ms(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def memory_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def chain(directory):
    lines = [
        "slipway: 1", "platform: bench-stack", "resources:",
        "  postgres: { kind: postgres, databases: [a_db], ports: { postgres: 29432 } }",
        "  redis: { kind: redis, ports: { redis: 29379 } }", "services:",
    ]
    needs = "postgres, redis"
    for number in range(12):
        lines.append(
            f"  s{number}: {{ command: [./tiny, '{{ports.http}}'], path: ., ports: {{ http: {29500 + number} }}, "
            f"needs: [{needs}], health: {{ ready: /, interval: 1s }} }}"
        )
        needs = f"s{number}"
    (directory / "slipway.yaml").write_text("\n".join(lines) + "\n")
    subprocess.run(["cc", "-O2", "-o", directory / "tiny", HERE / "tiny.c"], check=True)
    slipway(directory, "up", "-d", "--wait")
    slipway(directory, "down")
    ups, downs = [], []
    for _ in range(3):
        ups.append(slipway(directory, "up", "-d", "--wait")[0])
        downs.append(slipway(directory, "down")[0])
    slipway(directory, "up", "-d", "--wait")
    pid = supervisor(directory)
    before = cpu_ms(pid)
    time.sleep(IDLE)
    idle = (cpu_ms(pid) - before) / IDLE
    print(f"12 services + Postgres + Redis in a chain, all ready   {min(ups):8.2f} s")
    print(f"all stopped                                            {min(downs):8.2f} s")
    print(f"memory of the supervisor                               {memory_mb(pid):8.1f} MB")
    print(f"CPU while idle, a probe a second each                  {idle:8.2f} ms a second")
    slipway(directory, "down", "--volumes", "-y")


def logs(directory):
    (directory / "slipway.yaml").write_text(
        "slipway: 1\nplatform: bench-logs\nservices:\n"
        f"  loud: {{ command: [sh, -c, 'sleep 0.3; seq -f \"a line of a log, number %.0f\" {LINES}; exec sleep 100000'], path: . }}\n"
    )
    slipway(directory, "up", "-d", "--wait")
    pid = supervisor(directory)
    before = cpu_ms(pid)
    while json.loads(slipway(directory, "ps", "-o", "json")[1])[0]["log_lines"] < LINES:
        time.sleep(0.1)
    used = cpu_ms(pid) - before
    dropped = json.loads(slipway(directory, "ps", "-o", "json")[1])[0]["log_dropped"]
    print(f"CPU of a log line ({dropped} of {LINES:,} lost)               {used * 1000 / LINES:8.2f} µs")
    slipway(directory, "down")


def version(directory):
    best = min(slipway(directory, "version")[0] for _ in range(20))
    print(f"slipway version                                        {best * 1000:8.1f} ms")


def main():
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for measure in (chain, logs, version):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-"))
        try:
            measure(directory)
        finally:
            subprocess.run([SLIPWAY, "down"], cwd=directory, capture_output=True)
            shutil.rmtree(directory, ignore_errors=True)


main()
