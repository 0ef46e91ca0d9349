"""One running service: its process, its log, requests to it."""

import http.client
import json
import os
import signal
import subprocess
import threading

from support import tokens
from support.tap import after_each, eventually


class Answer:
    """Status, headers (lower case) and body of a response; .json is the parsed body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]

    @property
    def code(self):
        """The code of the error envelope, or None."""
        return self.json["error"]["code"] if self.status >= 400 else None

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Service:
    """Starts a service binary on free ports with the given servers; `env` adds to its environment. `program` may be
    a list of words: a command that runs the binary. A case ends every service that it starts."""

    running = []

    def __init__(self, program, name, servers, database, env=None, wait=True):
        self.name = name
        prefix = name.upper()
        self.env = {
            "PATH": os.environ["PATH"],
            "ENVIRONMENT": "development",
            "LOG_LEVEL": "debug",
            "HTTP_HOST": "127.0.0.1",
            "GRPC_HOST": "127.0.0.1",
            f"{prefix}_HTTP_PORT": "0",
            f"{prefix}_GRPC_PORT": "0",
            f"{prefix}_DB_NAME": database,
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(servers.ports.get("postgres", 1)),
            "KAFKA_BROKERS": f"127.0.0.1:{servers.ports['kafka']}" if "kafka" in servers.ports else "none",
            "REDIS_ADDR": f"127.0.0.1:{servers.ports.get('redis', 1)}",
            "JWT_SECRET": tokens.SECRET,
            "EVENT_LOOPS": "2",
            "SHUTDOWN_DRAIN_SECONDS": "0",
        }
        for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if key in os.environ:
                self.env[key] = os.environ[key]
        self.env.update(env or {})
        self.lines = []
        self.process = subprocess.Popen(
            program if isinstance(program, list) else [program], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        Service.running.append(self)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.port = self.grpc_port = None
        self._find_ports()
        if wait:
            self.wait_ready()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def _find_ports(self):
        line = eventually(lambda: self.log("listening"), 90, what=f"{self.name} listens; log: {self.lines[-5:]}")[0]
        self.port, self.grpc_port = line["http_port"], line.get("grpc_port")

    def log(self, message=None):
        """The JSON lines so far, or those with this msg."""
        parsed = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [line for line in parsed if message is None or line["msg"] == message]

    def request(self, method, path, body=None, token=None, headers=None, timeout=20):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def metric(self, series, /, **labels):
        """The sum of the series of that name with these labels."""
        total = 0.0
        for line in self.get("/metrics").body.splitlines():
            if line.startswith(series + "{") and all(f'{key}="{value}"' in line for key, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def wait_ready(self, status=200, seconds=90):
        def is_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.lines[-10:]}")
            return self.get("/health/ready", timeout=5).status == status
        eventually(is_ready, seconds, f"{self.name} answers ready with {status}")

    def terminate(self, seconds=40):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.reader.join(5)
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Gracefully, so that a consumer group does not wait for a member that is gone."""
        if self.process.poll() is None:
            try:
                self.terminate()
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        self.check_sanitizers()

    def check_sanitizers(self):
        """A report of a sanitizer fails the case, whatever the answers were."""
        self.reader.join(10)
        for number, line in enumerate(self.lines):
            if "Sanitizer" in line or "runtime error:" in line:
                raise AssertionError("".join(self.lines[number:number + 40]))


@after_each
def end_what_runs():
    """A replica that outlives its case keeps its partitions of the consumer group, and the next case waits in vain."""
    left = [service for service in Service.running if service.process.poll() is None]
    Service.running.clear()
    for service in left:
        service.kill()
    if left:
        raise AssertionError(f"the case left running: {', '.join(service.name for service in left)}")
