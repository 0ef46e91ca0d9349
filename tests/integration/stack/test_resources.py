"""Postgres, Redis and Kafka from the machine's own programs."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess

from children import shell
from harness import Stack, eventually, expect, free_port, main, redis


def postgres_bin():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def sql(stack, port, text, database="postgres"):
    password = (stack.dir / ".slipway/secrets/postgres_password").read_text().strip()
    user = next(
        line.split(":", 1)[1].strip()
        for line in (stack.dir / "slipway.yaml").read_text().splitlines()
        if line.startswith("platform:")
    )
    done = subprocess.run(
        [postgres_bin() / "psql", "-h", "127.0.0.1", "-p", str(port), "-U", user, "-d", database, "-Atc", text],
        env=dict(os.environ, PGPASSWORD=password), capture_output=True, text=True, timeout=60,
    )
    expect(done.returncode == 0, f"{text}: {done.stderr}")
    return done.stdout.split()


def only(kind, keys):
    port = free_port()
    return port, f"resources:\n  {kind}: {{ kind: {kind}, ports: {{ {kind}: {port} }}, {keys} }}"


def postgres_makes_the_databases_once_and_keeps_the_data():
    if not postgres_bin() or not (postgres_bin() / "psql").exists():
        return "no Postgres on this machine"
    port, resources = only("postgres", 'databases: [a_db, "b-db"]')
    with Stack({"app": shell("exec sleep 1000", needs=["postgres"])}, resources) as stack:
        try:
            stack.run("up", "-d", "--wait", check=0)
            expect({"a_db", "b-db"} <= set(sql(stack, port, "select datname from pg_database")), "databases")
            sql(stack, port, "create table kept (n int); insert into kept values (7)", "a_db")
            sql(stack, port, 'drop database "b-db"')
            # a crash of the server: it comes again by itself, recovered
            pid = stack.ps()["postgres"]["pid"]
            os.kill(pid, signal.SIGKILL)
            eventually("it comes again", lambda: stack.ps()["postgres"]["pid"] not in (0, pid))
            stack.until("postgres", "ready")
            expect(sql(stack, port, "select n from kept", "a_db") == ["7"], "data lost by a crash")
            stack.run("down", check=0)
            # another checkout, or a deleted .slipway: a new secret, the old data
            shutil.rmtree(stack.dir / ".slipway/secrets")
            stack.run("up", "-d", "--wait", check=0)
            expect(sql(stack, port, "select n from kept", "a_db") == ["7"], "data lost by a restart")
            expect("b-db" not in sql(stack, port, "select datname from pg_database"), "made again")
        finally:
            stack.run("down", "--volumes", "-y")
    return None


def postgres_runs_unprivileged_with_closed_data():
    if os.geteuid() != 0 or not postgres_bin():
        return "needs root and Postgres"
    _, resources = only("postgres", "databases: [a_db]")
    with Stack({"app": shell("exec sleep 1000", needs=["postgres"])}, resources) as stack:
        try:
            stack.run("up", "-d", "--wait", check=0)
            pid = stack.ps()["postgres"]["pid"]
            expect(os.stat(f"/proc/{pid}").st_uid != 0, "it runs as root")
            data = os.readlink(f"/proc/{pid}/cwd")
            expect(os.stat(data).st_mode & 0o077 == 0, "its data are open to others")
        finally:
            stack.run("down", "--volumes", "-y", check=0)
        expect(not os.path.exists(data), "--volumes leaves data")
    return None


def redis_has_the_catalogs_flags_and_keeps_its_data():
    if not shutil.which("redis-server"):
        return "no redis-server on this machine"
    port, resources = only("redis", "memory: 64mb, eviction: allkeys-lru, append_only: true")
    with Stack({"app": shell("exec sleep 1000", needs=["redis"])}, resources) as stack:
        try:
            stack.run("up", "-d", "--wait", check=0)
            expect("67108864" in redis(port, "CONFIG", "GET", "maxmemory"), "maxmemory")
            expect("allkeys-lru" in redis(port, "CONFIG", "GET", "maxmemory-policy"), "policy")
            expect("yes" in redis(port, "CONFIG", "GET", "appendonly"), "appendonly")
            redis(port, "SET", "kept", "7")
            stack.run("down", check=0)
            stack.run("up", "-d", "--wait", check=0)
            expect("7" in redis(port, "GET", "kept"), "data lost by a restart")
        finally:
            stack.run("down", "--volumes", "-y")
    return None


def kafka_is_ready_with_its_topics():
    if not shutil.which("java") or not shutil.which("mvn"):
        return "no java or mvn on this machine"
    ports = [free_port(), free_port()]
    resources = (
        f"resources:\n  kafka: {{ kind: kafka, ports: {{ kafka: {ports[0]}, controller: {ports[1]} }} }}"
    )
    app = shell("exec sleep 1000", needs=["kafka"], publishes=["order.created"], consumes=["stock.changed"])
    with Stack({"app": app}, resources) as stack:
        try:
            done = stack.run("up", "-d", "--wait", timeout=900)
            if "run mvn" in done.err or "mvn:" in done.err:
                return "Maven can't fetch the broker here"
            expect(done.returncode == 0, f"exit code {done.returncode}: {done.err}")
            topics = list_topics(ports[0])
            expect({"order.created", "stock.changed"} <= {t.split(".", 1)[1] for t in topics if "." in t}, f"{topics}")
        finally:
            stack.run("down", "--volumes", "-y")
    return None


def list_topics(port):
    """Metadata, version 1, of all topics (https://kafka.apache.org/protocol.html)."""
    def take(count):
        data = b""
        while len(data) < count:
            piece = peer.recv(count - len(data))
            expect(piece, "the broker closed the connection")
            data += piece
        return data

    body = b"\0\3" + b"\0\1" + b"\0\0\0\1" + b"\xff\xff" + b"\xff\xff\xff\xff"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
        peer.sendall(len(body).to_bytes(4, "big") + body)
        reply = take(int.from_bytes(take(4), "big"))
    at = 4

    def number(size):
        nonlocal at
        at += size
        return int.from_bytes(reply[at - size:at], "big", signed=True)

    def text():
        nonlocal at
        size = number(2)
        at += max(size, 0)
        return reply[at - size:at].decode() if size > 0 else ""

    for _ in range(number(4)):  # brokers: id, host, port, rack
        number(4), text(), number(4), text()
    number(4)  # controller
    topics = []
    for _ in range(number(4)):
        number(2)
        topics.append(text())
        number(1)
        for _ in range(number(4)):  # partitions: error, id, leader, replicas, in sync
            number(2), number(4), number(4)
            for _ in range(2):
                for _ in range(number(4)):
                    number(4)
    return topics


main([
    postgres_makes_the_databases_once_and_keeps_the_data,
    postgres_runs_unprivileged_with_closed_data,
    redis_has_the_catalogs_flags_and_keeps_its_data,
    kafka_is_ready_with_its_topics,
])
