#!/usr/bin/env python3
"""Steady load on the product service for an hour: bench/soak/run.py BUILD_DIR [--minutes N] [--rate N]. Prints a row a
minute and at the end what grew: memory, descriptors, log lines and Postgres' work a request. Asserts nothing.

A mix of reads, lists and writes with a token, by eight keep-alive connections, with a client now and then that
leaves half way; the outbox is relayed to Kafka where a broker can run here.
"""

import argparse
import collections
import contextlib
import http.client
import json
import os
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/integration"))

from support import tokens  # noqa: E402 (the path is set above)
from support.servers import Servers  # noqa: E402
from support.tap import eventually  # noqa: E402

CLIENTS = 8
PRODUCTS = "/api/v1/products"
TOKEN = tokens.access(role="admin", exp=4102444800)


class Log:
    """Reads the service's lines and only counts them."""

    def __init__(self, stream):
        self.lines, self.levels, self.port = 0, collections.Counter(), None
        self.stream = stream
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for text in self.stream:
            line = json.loads(text)
            self.lines += 1
            self.levels[line["level"]] += 1
            if line["msg"] == "listening":
                self.port = line["http_port"]


def start(build, servers):
    environment = {
        "PATH": os.environ["PATH"], "HTTP_HOST": "127.0.0.1", "GRPC_HOST": "127.0.0.1", "PRODUCT_HTTP_PORT": "0",
        "PRODUCT_GRPC_PORT": "0", "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": str(servers.ports["postgres"]),
        "KAFKA_BROKERS": f"127.0.0.1:{servers.ports['kafka']}" if "kafka" in servers.ports else "none",
        "JWT_SECRET": tokens.SECRET, "SEED_DATA": "true", "SEED_PRODUCTS": "10000", "SHUTDOWN_DRAIN_SECONDS": "0",
        "DB_STATEMENT_TIMEOUT_MS": "120000",
    }
    process = subprocess.Popen([build / "services/product/product-service"], env=environment, stdout=subprocess.PIPE, text=True)
    log = Log(process.stdout)
    eventually(lambda: log.port, what="it listens")
    eventually(lambda: get(log.port, "/health/ready") == 200, 60, "it is ready")
    return process, log


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status


class Client(threading.Thread):
    def __init__(self, port, number, rate):
        super().__init__(daemon=True)
        self.port, self.every, self.random = port, CLIENTS / rate, random.Random(number)
        self.done, self.bad, self.stopped = 0, collections.Counter(), threading.Event()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        due = time.monotonic()
        while not self.stopped.is_set():
            try:
                self.ask(connection)
            except (OSError, http.client.HTTPException) as error:
                self.bad[type(error).__name__] += 1
                connection.close()
            self.done += 1
            due = max(due + self.every, time.monotonic() - 1)
            self.stopped.wait(max(0, due - time.monotonic()))

    def ask(self, connection):
        dice = self.random.random()
        if dice < 0.005:
            self.leave_half_way()
        elif dice < 0.6:
            self.request(connection, "GET", f"{PRODUCTS}/01900000-0001-7000-8000-{self.random.randint(1, 10000):012x}", 200)
        elif dice < 0.85:
            self.request(connection, "GET", f"{PRODUCTS}?per_page=20&page={self.random.randint(1, 50)}", 200)
        elif dice < 0.9:
            self.request(connection, "GET", f"{PRODUCTS}/nowhere", 404)
        else:
            body = {"name": f"Soak {time.monotonic_ns()} {self.random.random()}", "base_price": 100, "currency": "USD"}
            made = self.request(connection, "POST", PRODUCTS, 201, body)
            if made:
                self.request(connection, "DELETE", f"{PRODUCTS}/{json.loads(made)['data']['id']}", 200)
                self.done += 1

    def leave_half_way(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as one:
            one.sendall(f"GET {PRODUCTS} HTTP/1.1\r\nHost: x\r\n".encode() + b"\r\n" * self.random.randint(0, 1))

    def request(self, connection, method, path, wanted, body=None):
        headers = {"Authorization": f"Bearer {TOKEN}"} if method != "GET" else {}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        text = response.read()
        if response.status != wanted:
            self.bad[response.status] += 1
        return text if response.status == wanted else None


def look(process, log, clients):
    place = pathlib.Path(f"/proc/{process.pid}")
    rollup = dict(line.split(":") for line in (place / "smaps_rollup").read_text().splitlines()[1:])
    kib = {name: int(value.split()[0]) for name, value in rollup.items()}
    fields = (place / "stat").read_text().rpartition(")")[2].split()
    return {
        "requests": sum(client.done for client in clients), "lines": log.lines, "descriptors": len(os.listdir(place / "fd")),
        "threads": int(fields[17]), "rss_mb": kib["Rss"] / 1024,
        "own_mb": kib["Private_Dirty"] / 1024,  # clean pages are private or shared by who else runs the same libraries
        "cpu_s": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
    }


def row(minute, now, before):
    requests = now["requests"] - before["requests"]
    print(f"{minute:4d} {requests:9,d} {now['own_mb']:9.2f} {now['rss_mb']:9.2f} {now['descriptors']:6d} {now['threads']:4d} "
          f"{(now['lines'] - before['lines']) / max(requests, 1):9.4f} {(now['cpu_s'] - before['cpu_s']) * 1e6 / max(requests, 1):9.1f}",
          flush=True)


def report(samples, log, clients):
    """Growth between the second quarter and the last, so that warming up is no growth."""
    quarter = max(len(samples) // 4, 1)
    early, late = samples[quarter:2 * quarter] or samples[:1], samples[-quarter:]
    minutes = max(len(samples) - 2 * quarter, 1)
    for key, unit in (("own_mb", "MB"), ("rss_mb", "MB"), ("descriptors", ""), ("threads", "")):
        was, now = (statistics.median(sample[key] for sample in part) for part in (early, late))
        print(f"{key:12} {was:9.2f} -> {now:9.2f} {unit:3} {60 * (now - was) / minutes:+8.2f} an hour")
    total = samples[-1]["requests"] - samples[0]["requests"]
    print(f"log lines a request {(samples[-1]['lines'] - samples[0]['lines']) / total:.4f}; by level {dict(log.levels)}")
    bad = sum((client.bad for client in clients), collections.Counter())
    print(f"{total:,} requests; answers that were not as wanted: {dict(bad) or 'none'}")


def soak(process, log, arguments):
    clients = [Client(log.port, number, arguments.rate) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    print("load of the machine:", os.getloadavg()[0])
    print(" min  requests       own       RSS    fds  thr lines/req CPU µs/req")
    samples = [look(process, log, clients)]
    for minute in range(1, arguments.minutes + 1):
        time.sleep(60)
        samples.append(look(process, log, clients))
        row(minute, samples[-1], samples[-2])
    for client in clients:
        client.stopped.set()
    for client in clients:
        client.join(30)
    report(samples, log, clients)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=float, default=300, help="requests a second")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    servers = Servers(str(build / "tests/integration/test_servers"), "postgres", "kafka")
    try:
        if "postgres" not in servers.ports:
            sys.exit(servers.reasons["postgres"])
        print("the outbox is relayed" if "kafka" in servers.ports else f"no broker: {servers.reasons['kafka']}")
        process, log = start(build, servers)
        try:
            soak(process, log, arguments)
        finally:
            process.terminate()
            print("exit code", process.wait(60))
    finally:
        servers.close()


main()
