#!/usr/bin/env python3
"""The product service beside a bare loop and a Go twin: bench/service/run.py BUILD_DIR [--seconds N] [--runs N] [--of NAMES].

10,000 products, 64 connections, two wrk threads, everything on one machine. Prints CPU of the service and of
Postgres a request from their own accounting, round trips, latency, memory, time to ready, and the ratios; medians
of the runs, which alternate, so that what else the machine does meets all alike. Where valgrind is: the instructions
of a request, which a busy machine doesn't change. With --kafka a post is measured once more until its event is at
the broker: what the relay costs. Asserts nothing.
"""

import argparse
import contextlib
import copy
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tools")]

import prove  # noqa: E402 (the paths are set above)
from support import tokens  # noqa: E402
from support.servers import Servers, sql  # noqa: E402

LOADS = ("get", "list", "post")
CONNECTIONS, THREADS = 64, 2
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")
TOKEN = tokens.access(role="admin", exp=4102444800)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stat(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu_us(pid):
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICK_US


def tree_cpu_us(pid):
    """Of a process, its children that live and those that ended."""
    fields = stat(pid)
    total = sum(int(fields[at]) for at in (11, 12, 13, 14)) * TICK_US
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            total += cpu_us(int(child))
    return total


def memory_mb(pid):
    """Private and resident."""
    rows = dict(line.split(":") for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kib = {name: int(value.split()[0]) for name, value in rows.items()}
    return (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024, kib["Rss"] / 1024


class Target:
    """One implementation; `start` gives a process that answers on its port."""

    def __init__(self, name, command, environment, postgres_port):
        self.name, self.command, self.environment, self.postgres_port = name, command, environment, postgres_port

    @contextlib.contextmanager
    def running(self, postgres_port=None):
        port = free_port()
        values = {"port": port, "postgres": postgres_port or self.postgres_port}
        command = [str(word).format(**values) for word in self.command]
        environment = {key: str(value).format(**values) for key, value in self.environment.items()}
        start = time.monotonic()
        process = subprocess.Popen(command, env={"PATH": os.environ["PATH"], **environment}, stdout=subprocess.DEVNULL)
        try:
            while not self.answers(port):
                if process.poll() is not None:
                    sys.exit(f"{self.name} ended with {process.returncode}")
                time.sleep(0.001)
            yield process.pid, port, (time.monotonic() - start) * 1000
        finally:
            process.terminate()
            process.wait(30)

    def settle(self):
        """Waits for what a request leaves to be done behind it."""

    def answers(self, port):
        path = "/health/ready" if self.name != "floor" else "/api/v1/products?page=1"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


def wrk(port, load, seconds):
    done = subprocess.run(
        ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", HERE / "load.lua",
         f"http://127.0.0.1:{port}", "--", load, TOKEN],
        capture_output=True, text=True, check=True, timeout=seconds + 60)
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(target, load, postgres, seconds):
    with target.running() as (pid, port, _):
        idle = memory_mb(pid)
        wrk(port, load, 1)
        target.settle()
        service, database = cpu_us(pid), tree_cpu_us(postgres)
        result = wrk(port, load, seconds)
        target.settle()
        service, database = cpu_us(pid) - service, tree_cpu_us(postgres) - database
        private, resident = memory_mb(pid)
        return {"cpu_us": service / result["requests"], "postgres_us": database / result["requests"],
                "per_second": result["requests"] / result["seconds"], "p50_ms": result["p50_ms"],
                "p99_ms": result["p99_ms"], "bad": result["bad"], "idle_private_mb": idle[0], "idle_rss_mb": idle[1],
                "load_private_mb": private, "load_rss_mb": resident}


class Relayed(Target):
    """With a broker: its events are published."""

    def __init__(self, of, servers):
        environment = of.environment | {"KAFKA_BROKERS": f"127.0.0.1:{servers.ports['kafka']}"}
        super().__init__("relayed", of.command, environment, of.postgres_port)
        self.servers = servers

    def settle(self):
        while sql(self.servers, "product_db", "SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT 1"):
            time.sleep(0.05)


def instructions(target, load):
    """Of one request, by callgrind; None: it is not here."""
    if not shutil.which("valgrind"):
        return None
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory, "out")
        counted = copy.copy(target)
        counted.command = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", "--instr-atstart=no",
                           *target.command]
        with counted.running() as (pid, port, _):
            wrk(port, load, 2)
            subprocess.run(["callgrind_control", "-i", "on", str(pid)], check=True, capture_output=True)
            requests = wrk(port, load, 4)["requests"]
            subprocess.run(["callgrind_control", "-i", "off", str(pid)], check=True, capture_output=True)
        totals = [line for line in out.read_text().splitlines() if line.startswith(("totals:", "summary:"))]
        return max(int(line.split()[1]) for line in totals) / requests


class Wiretap:
    """A relay to Postgres that counts how often the direction turns to the server: the round trips."""

    def __init__(self, postgres_port):
        self.postgres_port, self.trips = postgres_port, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.postgres_port))
            turn = {"to_server": False}
            for one, other, to_server in ((client, server, True), (server, client, False)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.relay, args=(one, other, to_server, turn), daemon=True).start()

    def relay(self, one, other, to_server, turn):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if to_server and not turn["to_server"]:
                    self.trips += 1
                turn["to_server"] = to_server
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)


def round_trips(target, load, postgres_port, count=300):
    """Of requests one after the other, less what the service does by itself meanwhile."""
    tap = Wiretap(postgres_port)
    lua = "requests"
    with target.running(tap.port) as (_, port, _):
        ask(port, load, 20, lua)
        before, start = tap.trips, time.monotonic()
        ask(port, load, count, lua)
        spent = time.monotonic() - start
        used = tap.trips - before
        before = tap.trips
        time.sleep(spent)
        return (used - (tap.trips - before)) / count


def ask(port, load, count, mark):
    for number in range(count):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/products")
        if load == "get":
            request.full_url += f"/01900000-0001-7000-8000-{number + 1:012x}"
        elif load == "list":
            request.full_url += f"?per_page=20&page={number % 50 + 1}"
        else:
            request.data = json.dumps({"name": f"{mark} {time.monotonic_ns()}", "base_price": 1, "currency": "USD"}).encode()
            request.add_header("Authorization", f"Bearer {TOKEN}")
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()


def targets(build, postgres_port):
    conninfo = "host=127.0.0.1 port={postgres} user=ecommerce password=ecommerce_secret dbname=product_db sslmode=disable"
    yield Target("chassis", [build / "services/product/product-service"], {
        "HTTP_HOST": "127.0.0.1", "GRPC_HOST": "127.0.0.1", "PRODUCT_HTTP_PORT": "{port}", "PRODUCT_GRPC_PORT": "0",
        "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "{postgres}", "KAFKA_BROKERS": "none",
        "JWT_SECRET": tokens.SECRET, "SHUTDOWN_DRAIN_SECONDS": "0"}, postgres_port)
    yield Target("floor", [build / "bench/service/bench_service_floor", "{port}", conninfo, HERE / "sql"], {}, postgres_port)
    try:
        twin = prove.go_program(HERE / "twin")
    except prove.Unavailable as reason:
        print(f"no Go twin: {reason}")
        return
    yield Target("twin", [twin, "{port}", conninfo, HERE / "sql"], {"JWT_SECRET": tokens.SECRET}, postgres_port)


def fill(build, servers):
    """10,000 products and their statistics, by the service's own migrations and seed."""
    target = next(targets(build, servers.ports["postgres"]))
    target.environment |= {"SEED_DATA": "true", "SEED_PRODUCTS": "10000", "DB_STATEMENT_TIMEOUT_MS": "120000"}
    with target.running():
        sql(servers, "product_db", "ANALYZE")


def show(name, unit, values):
    chassis = values.get("chassis")
    ratios = [f"chassis ÷ {other} {chassis / values[other]:.2f}" for other in ("floor", "twin")
              if chassis and values.get(other)]
    print(f"{name:34}" + "".join(f"{key} {value:10.1f} {unit:4}" for key, value in values.items()) + "  " + ", ".join(ratios))



def sweep(servers):
    """Takes away what posts have left."""
    for text in ("DELETE FROM products WHERE status = 'draft'", "TRUNCATE outbox", "VACUUM products"):
        sql(servers, "product_db", text)


def run(build, servers, arguments):
    port = servers.ports["postgres"]
    directory = sql(servers, "product_db", "SHOW data_directory")[0][0]
    postgres = int(pathlib.Path(directory, "postmaster.pid").read_text().split()[0])
    chosen = [target for target in targets(build, port) if target.name in arguments.of]
    relayed = [Relayed(next(targets(build, port)), servers)] if arguments.kafka else []
    for load in arguments.loads:
        chosen = [target for target in chosen if target.name != "relayed"] + (relayed if load == "post" else [])
        samples = {target.name: [] for target in chosen}
        for _ in range(arguments.runs):
            for target in chosen:
                samples[target.name].append(measure(target, load, postgres, arguments.seconds))
                sweep(servers)
        median = {name: {key: statistics.median(sample[key] for sample in of_name) for key in of_name[0]}
                  for name, of_name in samples.items()}
        print(f"\n{load}")
        for label, key, unit in (("service CPU a request", "cpu_us", "µs"), ("Postgres CPU a request", "postgres_us", "µs"),
                                 ("requests a second", "per_second", "/s"), ("half within", "p50_ms", "ms"),
                                 ("99 % within", "p99_ms", "ms"), ("answers not 2xx", "bad", ""),
                                 ("private, idle", "idle_private_mb", "MB"), ("resident, idle", "idle_rss_mb", "MB"),
                                 ("private, under load", "load_private_mb", "MB"),
                                 ("resident, under load", "load_rss_mb", "MB")):
            show(label, unit, {name: values[key] for name, values in median.items()})
        own = [target for target in chosen if target.name != "twin"]  # Go under valgrind is another program
        show("instructions a request", "", {target.name: count for target in own if (count := instructions(target, load))})
        show("round trips to Postgres", "", {target.name: round_trips(target, load, port) for target in chosen})
        sweep(servers)
    print()
    ready = {}
    for target in chosen:
        times = []
        for _ in range(7):
            with target.running() as (_, _, spent):
                times.append(spent)
        ready[target.name] = statistics.median(times)
    show("from exec to ready", "ms", ready)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--of", type=lambda text: text.split(","), default=["chassis", "floor", "twin"])
    parser.add_argument("--loads", type=lambda text: text.split(","), default=list(LOADS))
    parser.add_argument("--kafka", action="store_true")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    subprocess.run(["ninja", "-C", build, "bench/service/bench_service_floor", "services/product/product-service",
                    "tests/integration/test_servers"], check=True, stdout=subprocess.DEVNULL)
    servers = Servers(str(build / "tests/integration/test_servers"), "postgres", *(["kafka"] if arguments.kafka else []))
    try:
        if servers.reasons:
            sys.exit(str(servers.reasons))
        fill(build, servers)
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        run(build, servers, arguments)
    finally:
        servers.close()


main()
