"""process-compose as the peer: the same services, from a file of its own."""

import glob
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

from measure import PORTS, SERVICES, loud, make_tiny, pss_mb

API = 29600


class ProcessCompose:
    def __init__(self, program, directory):
        self.program, self.directory, self.popen = program, directory, None
        self.unprivileged = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []

    def write(self, processes):
        (self.directory / "process-compose.yaml").write_text(json.dumps({"version": "0.5", "processes": processes}))

    def write_chain(self):
        make_tiny(self.directory)
        postgres = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))[-1]).parent
        data = self.directory / "data"
        data.mkdir(mode=0o700)
        if self.unprivileged:
            user = pwd.getpwnam("postgres")
            os.chown(data, user.pw_uid, user.pw_gid)
        subprocess.run([*self.unprivileged, postgres / "initdb", "--no-sync", "-D", data], check=True, capture_output=True)
        ready = {"period_seconds": 1, "timeout_seconds": 1}
        processes = {
            "postgres": {
                "command": " ".join([*self.unprivileged, f"{postgres}/postgres -D {data} -p {PORTS['postgres']} -k {data} -c listen_addresses=127.0.0.1"]),
                "readiness_probe": ready | {"exec": {"command": f"{postgres}/pg_isready -h 127.0.0.1 -p {PORTS['postgres']}"}},
                "shutdown": {"signal": int(signal.SIGINT)},
            },
            "redis": {
                "command": f"redis-server --port {PORTS['redis']} --bind 127.0.0.1 --dir {self.directory}",
                "readiness_probe": ready | {"exec": {"command": f"redis-cli -p {PORTS['redis']} ping"}},
            },
        }
        needs = ["postgres", "redis"]
        for number in range(SERVICES):
            port = PORTS["first"] + number
            processes[f"s{number}"] = {
                "command": f"exec {self.directory}/tiny {port}",
                "depends_on": {name: {"condition": "process_healthy"} for name in needs},
                "readiness_probe": ready | {"http_get": {"host": "127.0.0.1", "port": port, "path": "/", "scheme": "http"}},
            }
            needs = [f"s{number}"]
        self.write(processes)

    def write_loud(self, lines):
        log = str(self.directory / "loud.log")
        self.write({"loud": {"command": loud(lines), "working_dir": str(self.directory), "log_location": log}})

    def let_speak(self):
        (self.directory / "speak").touch()

    def await_lines(self, lines):
        log = self.directory / "loud.log"
        last = f"number {lines}".encode()
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if log.exists():
                with log.open("rb") as file:
                    file.seek(max(0, log.stat().st_size - 4096))
                    if last in file.read():
                        break
            time.sleep(0.1)
        return log.read_bytes().count(b"a line of a log")

    def states(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{API}/processes", timeout=5) as reply:
                return json.load(reply)["data"]
        except OSError:
            return []

    def up(self):
        start = time.monotonic()
        self.popen = subprocess.Popen(
            [self.program, "up", "-t=false", "-p", str(API), "-f", "process-compose.yaml"],
            cwd=self.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )
        while True:
            states = self.states()
            if states and all(s["is_ready"] == "Ready" or (s["has_ready_probe"] is False and s["is_running"]) for s in states):
                return time.monotonic() - start
            if self.popen.poll() is not None:
                sys.exit(f"the peer ended with {self.popen.returncode}")
            time.sleep(0.01)

    def down(self):
        start = time.monotonic()
        self.popen.terminate()
        self.popen.wait()
        return time.monotonic() - start

    def clean(self):
        if self.popen and self.popen.poll() is None:
            self.down()
        shutil.rmtree(self.directory / "data", ignore_errors=True)

    def pids(self):
        return [self.popen.pid]

    def memory_mb(self):
        return pss_mb(self.popen.pid)
