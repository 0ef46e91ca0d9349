"""slipway as what is measured, and what a process costs."""

import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
SERVICES = 12
PORTS = {"postgres": 29432, "redis": 29379, "first": 29500}


def cpu_ms(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def pss_mb(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


def make_tiny(directory):
    subprocess.run(["cc", "-O2", "-o", directory / "tiny", HERE / "tiny.c"], check=True)


def loud(lines):
    """Waits for a file beside it, then prints."""
    return f'until [ -e speak ]; do sleep 0.1; done; seq -f "a line of a log, number %.0f" {lines}; exec sleep 100000'


def tell(results):
    """One row a figure: ours, the peer's, how many times ours."""
    for name, (own, unit) in results[0].items():
        row = f"{name:55}{own:9.2f}"
        if len(results) > 1 and name in results[1]:
            peer = results[1][name][0]
            row += f"{peer:9.2f}" + (f"  × {peer / own:.1f}" if own else "")
        print(f"{row}  {unit}", flush=True)


class Slipway:
    def __init__(self, program, directory):
        self.program, self.directory, self.flags = program, directory, []

    def run(self, *args):
        start = time.monotonic()
        done = subprocess.run(
            [self.program, *self.flags, *args], cwd=self.directory, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            sys.exit(f"slipway {' '.join(args)}: exit code {done.returncode}\n{done.stderr}")
        return time.monotonic() - start, done.stdout

    def up(self, *args):
        return self.run("up", "-d", "--wait", *args)[0]

    def down(self):
        return self.run("down")[0]

    def clean(self):
        if (self.directory / "slipway.yaml").exists():
            self.run("down", "--volumes", "-y")

    def pids(self):
        """Supervisor, warden, guardian, keeper."""
        state = self.directory / ".slipway/state.json"
        while not state.exists():
            time.sleep(0.01)
        pids = [json.loads(state.read_text())["pid"]]
        pids.append(parent_of(pids[-1]))
        pids.append(parent_of(pids[-1]))
        below = pathlib.Path(f"/proc/{pids[-1]}/task/{pids[-1]}/children").read_text().split()
        return pids + [int(pid) for pid in below if int(pid) not in pids]

    def memory_mb(self):
        return sum(pss_mb(pid) for pid in self.pids())

    def write_chain(self):
        make_tiny(self.directory)
        lines = [
            "slipway: 1", "platform: bench-stack", "resources:",
            f"  postgres: {{ kind: postgres, databases: [a_db], ports: {{ postgres: {PORTS['postgres']} }} }}",
            f"  redis: {{ kind: redis, ports: {{ redis: {PORTS['redis']} }} }}", "services:",
        ]
        needs = "postgres, redis"
        for number in range(SERVICES):
            lines.append(
                f"  s{number}: {{ command: [./tiny, '{{ports.http}}'], path: ., ports: {{ http: {PORTS['first'] + number} }}, "
                f"needs: [{needs}], health: {{ ready: /, interval: 1s }} }}"
            )
            needs = f"s{number}"
        (self.directory / "slipway.yaml").write_text("\n".join(lines) + "\n")

    def write_loud(self, lines):
        service = {"command": ["sh", "-c", loud(lines)], "path": "."}
        (self.directory / "slipway.yaml").write_text(
            f"slipway: 1\nplatform: bench-logs\nservices:\n  loud: {json.dumps(service)}\n"
        )

    def let_speak(self):
        (self.directory / "speak").touch()

    def await_lines(self, lines):
        """How many it stored, once all were stored or counted as lost."""
        while True:
            node = json.loads(self.run("ps", "-o", "json")[1])[0]
            if node["log_lines"] + node["log_dropped"] >= lines:
                return node["log_lines"]
            time.sleep(0.1)
