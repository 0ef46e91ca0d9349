"""Each dashboard panel's query, asked of a Prometheus that scrapes the product service and its servers, has series.

Grafana itself can't be had here; what it would ask is what counts. A panel about what does not run here must still
be a query that Prometheus understands, and is skipped by name after that.
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import prove
import tree
from support import tokens
from support.servers import Servers, sql
from support.service import Service

DATABASE = "product_db"
EXPORTERS = {
    "postgres": ("prometheus-postgres-exporter", {"DATA_SOURCE_NAME": "postgresql://ecommerce:ecommerce_secret@127.0.0.1:{port}/postgres?sslmode=disable"}, []),
    "redis": ("prometheus-redis-exporter", {"REDIS_ADDR": "redis://127.0.0.1:{port}"}, []),
}
# Whose metrics they are. With code, the service belongs into this proof: its panels are no longer skipped.
OWNERS = {
    "carts_": "cart", "saga_": "checkout", "checkouts_": "checkout", "orders_": "order", "payments_": "payment",
    "stock_": "inventory", "coupon_": "campaign",
}
ABSENT = {
    "circuit_breaker_": "product calls no other service",
    "elasticsearch_": "no Elasticsearch runs here",
    "kafka_brokers": "Debian has no exporter for Kafka",
    "kafka_topic_": "Debian has no exporter for Kafka",
}
SERIES_SECONDS = 90


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def panels():
    """(dashboard, title, query) of every target of every panel, rows opened."""
    for path in sorted((tree.ROOT / "deploy/grafana/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield path.stem, panel["title"], target["expr"]


def as_asked(query):
    """What Grafana sends for a dashboard on "All", scraped each second."""
    return query.replace("$__rate_interval", "30s").replace("$service", ".*")


def why_absent(query):
    """Why no series can be there, or None."""
    planned = set(re.findall(r"^  (\w+):\n(?:    .*\n)*?    planned: true", (tree.ROOT / "slipway.yaml").read_text(), re.M))
    for prefix, service in OWNERS.items():
        if re.search(rf"\b{prefix}", query) and service in planned:
            return f"{service} has no code yet"
    return next((reason for prefix, reason in ABSENT.items() if re.search(rf"\b{prefix}", query)), None)


class Running:
    """Processes that end with the proof."""

    def __init__(self, folder):
        self.folder, self.processes, self.targets = pathlib.Path(folder), [], {}

    def start(self, *command, env=None):
        with open(self.folder / "log", "a", encoding="utf-8") as log:
            self.processes.append(subprocess.Popen(
                list(map(str, command)), env={**os.environ, **(env or {})}, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            ))

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(30)

    def start_exporters(self, servers):
        for name, (package, env, arguments) in EXPORTERS.items():
            if name not in servers.ports:
                continue
            port = free_port()
            program = prove.debian_program(package, package)
            filled = {key: value.format(port=servers.ports[name]) for key, value in env.items()}
            self.start(program, f"--web.listen-address=127.0.0.1:{port}", *arguments, env=filled)
            self.targets[name] = port

    def start_prometheus(self, service):
        """The rendered configuration's jobs, each second, those that run here at the addresses they have here."""
        text = (tree.ROOT / "deploy/prometheus/prometheus.yml").read_text().replace("15s", "1s")
        self.targets["product"] = service.port
        head, *jobs = re.split(r"(?=  - job_name: )", text)
        kept = []
        for job in jobs:
            name = re.search(r"service: ([\w-]+)", job)[1]
            if name in self.targets:
                kept.append(re.sub(r'targets: \["[^"]*"\]', f'targets: ["127.0.0.1:{self.targets[name]}"]', job))
        (self.folder / "prometheus.yml").write_text(head + "".join(kept))
        (self.folder / "rules").symlink_to(tree.ROOT / "deploy/prometheus/rules")
        port = free_port()
        self.start(
            prove.debian_program("prometheus", "prometheus"), f"--config.file={self.folder}/prometheus.yml",
            f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{port}",
        )
        return f"http://127.0.0.1:{port}"


def ask(prometheus, query):
    """The result of a query; a complaint of Prometheus as text."""
    address = f"{prometheus}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as refused:
        return json.load(refused)["error"]
    except (urllib.error.URLError, ConnectionError):
        return []  # it is not up yet


def product_json():
    return {"name": f"Chair {uuid.uuid4()}", "base_price": 4900, "currency": "USD"}


def an_event(servers, topic, data):
    """Publishes an event as another service would, through the outbox: the relay sends what it finds."""
    payload = json.loads(bytes.fromhex(sql(servers, DATABASE, "SELECT encode(payload, 'hex') FROM outbox LIMIT 1")[0][0]))
    payload.update(event_id=str(uuid.uuid4()), event_type=topic.removeprefix("ecommerce."), data=data)
    text = json.dumps(payload).encode().hex()
    sql(servers, DATABASE, "INSERT INTO outbox (event_id, topic, key, payload, headers) "
        f"VALUES ('{payload['event_id']}', '{topic}', 'k', decode('{text}', 'hex'), '{{}}')")


class Traffic:
    """What makes series: answers of each kind, events in both directions, one of them twice, one that can't be read."""

    def __init__(self, service, servers):
        self.service, self.servers, self.turns = service, servers, 0
        self.has_failed = False

    def turn(self):
        self.turns += 1
        self.service.get("/api/v1/products")
        self.service.post("/api/v1/products", product_json(), token=tokens.access(role="admin"))
        if "kafka" in self.servers.ports:
            stock = {"product_id": str(uuid.uuid4()), "variant_id": str(uuid.uuid4()), "available": 3}
            an_event(self.servers, "ecommerce.inventory.updated", stock)
            an_event(self.servers, "ecommerce.inventory.updated", {"available": "many"})
            sql(self.servers, DATABASE, "UPDATE outbox SET published_at = NULL WHERE id = (SELECT max(id) - 1 FROM outbox)")
        if self.turns % 8 == 4:
            self.fail_once()

    def fail_once(self):
        """A 5xx: the database stands still for one request."""
        self.servers.tell("pause", "postgres")
        try:
            self.service.get("/api/v1/products", timeout=60)
        finally:
            self.servers.tell("resume", "postgres")


def look(prometheus, traffic):
    """The queries that still have no series when the time is over, with what Prometheus said of each."""
    left = {(board, title, query): None for board, title, query in panels()}
    until = time.monotonic() + SERIES_SECONDS
    while any(said in (None, []) and not why_absent(key[2]) for key, said in left.items()) and time.monotonic() < until:
        traffic.turn()
        for key, said in left.items():
            if not said:
                left[key] = ask(prometheus, as_asked(key[2]))
        time.sleep(0.5)
    return left


def verdict(query, said):
    if isinstance(said, str):
        return f"{query}\n{said}"
    if said:
        return None
    reason = why_absent(query)
    return prove.Skip(reason) if reason else f"{as_asked(query)}\nhas no series"


def proof():
    program = os.path.abspath(sys.argv[1])
    servers = Servers(os.environ["TEST_SERVERS"], "postgres", "redis", "kafka")
    with tempfile.TemporaryDirectory() as folder:
        running = Running(folder)
        try:
            for name in ("postgres", "redis", "kafka"):
                if name not in servers.ports:
                    raise prove.Unavailable(f"{name}: {servers.reasons[name]}")
            running.start_exporters(servers)
            with Service(program, "product", servers, DATABASE, {"DB_STATEMENT_TIMEOUT_MS": "500"}) as service:
                prometheus = running.start_prometheus(service)
                for (board, title, query), said in look(prometheus, Traffic(service, servers)).items():
                    yield f"{board}, {title}: {query[:60]}", verdict(query, said)
        finally:
            running.stop()
            servers.close()


prove.main(proof)
