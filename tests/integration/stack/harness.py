"""Small stacks for the tests of `slipway up` and its kin: a directory with a catalog, the program run
on it, and waiting for conditions. Every wait has a deadline; nothing sleeps for a fixed time."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SLIPWAY = os.path.abspath(sys.argv[1])
PATIENCE = 60.0  # seconds a condition may take on a busy machine


class Failed(Exception):
    pass


def eventually(what, condition, patience=PATIENCE):
    """The condition's first true value; the test fails when it never comes."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"never happened within {patience:.0f} s: {what}")
        time.sleep(0.01)


def expect(value, what):
    if not value:
        raise Failed(what)


PORTS = (10000, 20000)  # below those that the kernel gives to clients
last_port = os.getpid() * 101  # programs that run side by side begin elsewhere


def free_port():
    """Free now, and given to nobody else in this run."""
    global last_port
    while True:
        last_port += 1
        port = PORTS[0] + last_port % (PORTS[1] - PORTS[0])
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def redis(port, *words):
    request = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
        peer.sendall(request.encode())
        return peer.recv(4096).decode()


class Stack:
    """One directory with a slipway.yaml."""

    def __init__(self, services, more=""):
        # below /tmp itself: a socket's path is short
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="slipway-it-"))
        self.token = f"it{os.getpid()}x{self.dir.name[-8:]}"
        self.ports = {}
        self.popens = []
        self.more_env = {}
        lines = ["slipway: 1", f"platform: it-{self.dir.name[-8:].lower().replace('_', 'x')}x", more, "services:"]
        for name, keys in services.items():
            lines.append(f"  {name}:")
            lines.append("    path: .")
            for key, value in keys.items():
                lines.append(f"    {key}: {json.dumps(value)}")
        (self.dir / "slipway.yaml").write_text("\n".join(lines) + "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("down", "--timeout", "2s", "--volumes", "-y", check=False)
        for popen in self.popens:
            if popen.poll() is None:
                popen.kill()
            popen.wait()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.dir, ignore_errors=True)

    def env(self):
        env = dict(os.environ, IT_TOKEN=self.token, IT_DIR=str(self.dir), **self.more_env)
        env.pop("SLIPWAY_STACK", None)
        return env

    def run(self, *args, check=None, timeout=PATIENCE):
        done = subprocess.run(
            [SLIPWAY, *args], cwd=self.dir, env=self.env(), capture_output=True, timeout=timeout,
            stdin=subprocess.DEVNULL,
        )
        done.out = done.stdout.decode(errors="replace")
        done.err = done.stderr.decode(errors="replace")
        if check is not None and check is not False and done.returncode != check:
            raise Failed(
                f"slipway {' '.join(args)}: exit code {done.returncode}, expected {check}\n{done.out}{done.err}"
            )
        return done

    def start(self, *args):
        popen = subprocess.Popen(
            [SLIPWAY, *args], cwd=self.dir, env=self.env(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )
        self.popens.append(popen)
        return popen

    def ps(self):
        return {node["name"]: node for node in json.loads(self.run("ps", "-o", "json", check=0).out)}

    def state(self, name):
        return self.ps().get(name, {}).get("state")

    def until(self, name, *states):
        try:
            return eventually(f"{name} is {' or '.join(states)}", lambda: self.state(name) in states)
        except Failed as failed:
            raise Failed(f"{failed}; it is {self.state(name)}\n{self.run('why').out}")

    def supervisor(self):
        """Its pid as the state file says, once that is written; a former one's stands there until then."""
        def read():
            try:
                pid = json.loads((self.dir / ".slipway/state.json").read_text())["pid"]
                state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                return pid if state != "Z" else None
            except (FileNotFoundError, ProcessLookupError, json.JSONDecodeError):
                return None
        return eventually("the state file names the supervisor", read)

    def processes(self):
        """Every process that was started by this stack's children, wherever it went: by the token in
        its environment or on its command line."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                command = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes()
                program = os.path.realpath(f"/proc/{entry}/exe")
                environ = pathlib.Path(f"/proc/{entry}/environ").read_bytes()
                state = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            mine = self.token.encode() in environ or self.token.encode() in command
            if mine and state != "Z" and program != os.path.realpath(SLIPWAY):
                found.append(int(entry))
        return found

    def gone(self, patience=PATIENCE):
        eventually("no child is left", lambda: not self.processes(), patience)

    def events(self):
        path = self.dir / "events"
        return path.read_text().split() if path.exists() else []


class Connection(http.client.HTTPConnection):
    """HTTP over the control socket at a path."""

    def __init__(self, path):
        super().__init__("slipway", timeout=PATIENCE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


class Events:
    """Follows what a stack tells of its nodes, from now on."""

    def __init__(self, stack):
        self.seen = []
        connection = Connection(stack.dir / ".slipway/control.sock")
        connection.request("GET", "/v1/events")
        self.reply = connection.getresponse()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.reply:
            self.seen.append(json.loads(line))

    def states(self, name):
        nodes = [event["node"] for event in self.seen if "node" in event]
        return [node["state"] for node in nodes if node["name"] == name]

    def join(self):
        self.reader.join(PATIENCE)
        expect(not self.reader.is_alive(), "the stream doesn't end")


def main(cases):
    """Runs the cases as TAP; further arguments choose some by name."""
    wanted = sys.argv[2:]
    chosen = [case for case in cases if not wanted or case.__name__ in wanted]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, case in enumerate(chosen, 1):
        name = case.__name__
        try:
            reason = case()
            print(f"ok {number} - {name}" + (f" # SKIP {reason}" if reason else ""), flush=True)
        except (Failed, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            print("\n".join("# " + line for line in str(error).splitlines()), flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()), flush=True)
    sys.exit(1 if failed else 0)
