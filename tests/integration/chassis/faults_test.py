"""What a service does when what it stands on is killed, slow, talks nonsense or runs out, on the fixture service:
faults_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import select
import socket
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import h2, tap, tokens  # noqa: E402
from support.false_server import FalseServer  # noqa: E402
from support.service import Service  # noqa: E402
from support.servers import run_cases, sql  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402

PROGRAM = sys.argv[1]
NOTES = "/api/v1/notes"
DATABASES = (f"faults_{number}" for number in itertools.count(1))
SANITIZED = os.environ.get("TEST_SANITIZE", "none") != "none"


def fixture(servers, database=None, program=PROGRAM, **env):
    servers.need("postgres")
    return Service(program, "fixture", servers, database or next(DATABASES), env)


# --- Postgres ---


class Load:
    """Clients that create and read notes until told to stop, and note every answer that may not be."""

    ALLOWED = {"SERVICE_UNAVAILABLE", "TIMEOUT"}

    def __init__(self, service, clients):
        self.service, self.stopped = service, threading.Event()
        self.acknowledged, self.refused, self.wrong = [], [], []
        self.pool = concurrent.futures.ThreadPoolExecutor(clients)
        self.work = [self.pool.submit(self.run) for _ in range(clients)]

    def run(self):
        token = tokens.access()
        while not self.stopped.is_set():
            title = str(uuid.uuid4())
            answer = self.service.post(NOTES, {"title": title}, token=token)
            if not self.check(answer, 201):
                continue
            if answer.data["title"] != title:
                self.wrong.append(answer)
            self.acknowledged.append(answer.data["id"])
            read = self.service.get(f"{NOTES}/{answer.data['id']}", token=token)
            if self.check(read, 200) and read.data["title"] != title:
                self.wrong.append(read)

    def check(self, answer, status):
        if answer.status == status:
            return True
        (self.refused if answer.code in self.ALLOWED else self.wrong).append(answer)
        return False

    def stop(self):
        self.stopped.set()
        for one in self.work:
            one.result()
        self.pool.shutdown()


@case
def a_database_killed_under_load_halves_nothing(servers):
    database = next(DATABASES)
    with fixture(servers, database) as service:
        load = Load(service, 12)
        try:
            for _ in range(2):
                before = len(load.acknowledged)
                eventually(lambda: len(load.acknowledged) > before + 100, 60, "the load runs")
                servers.tell("kill", "postgres")
                try:
                    service.wait_ready(503)
                    refused = len(load.refused)
                    eventually(lambda: len(load.refused) > refused + 20, 60, "requests are refused")
                finally:
                    servers.tell("restart", "postgres")
                service.wait_ready(200)
            before = len(load.acknowledged)
            eventually(lambda: len(load.acknowledged) > before + 100, 60, "it goes on")
        finally:
            load.stop()
        equal(load.wrong, [])
        stored = {row[0] for row in sql(servers, database, "SELECT id FROM notes")}
        events = [row[0] for row in sql(servers, database, "SELECT key FROM outbox")]
        equal(set(load.acknowledged) - stored, set(), "acknowledged and lost")
        equal(sorted(events), sorted(stored), "each note with its one event")


@case
def a_statement_past_its_deadline_disturbs_none_on_its_connection(servers):
    """One shared connection: what was sent behind the slow statement waits for it and gets its own answer."""
    with fixture(servers, EVENT_LOOPS="1", DB_MAX_CONNS="2", DB_STATEMENT_TIMEOUT_MS="20000") as service:
        token = tokens.access()
        notes = [service.post(NOTES, {"title": f"n{number}"}, token=token).data for number in range(30)]
        with concurrent.futures.ThreadPoolExecutor(len(notes) + 1) as pool:
            late = pool.submit(service.get, "/sleep/4000")  # its deadline is 2 s
            backend = eventually(
                lambda: sql(servers, "postgres", "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
                what="the statement runs")
            answers = list(pool.map(lambda note: service.get(f"{NOTES}/{note['id']}", token=token), notes))
            equal((late.result().status, late.result().code), (504, "TIMEOUT"))
        equal([answer.data for answer in answers], notes)
        equal(sql(servers, "postgres", f"SELECT pid FROM pg_stat_activity WHERE pid = {backend[0][0]}"), backend,
              "the connection lives on")


@case
def a_statement_that_the_server_ends_is_a_timeout_too(servers):
    with fixture(servers, EVENT_LOOPS="1", DB_STATEMENT_TIMEOUT_MS="200") as service:
        late = service.get("/sleep/1500")
        equal((late.status, late.code), (504, "TIMEOUT"))
        equal(service.get(NOTES).status, 200)


# --- peers ---


class Peer(FalseServer):
    """A server that does one thing with each request: `behave(connection)`."""

    def __init__(self, behave):
        def serve(connection):
            while connection.recv(65536):
                behave(connection)
        super().__init__(serve)
        self.address = f"http://{self.address}"


def whole(body, status="200 OK"):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def silent(connection):
    connection.recv(65536)


def drip(connection):
    """A byte of an endless head now and then, until the other side has had enough."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    connection.settimeout(0.05)
    while True:
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            connection.sendall(b"y")


def then_close(data):
    def behave(connection):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)
    return behave


BAD_PEERS = {
    "says nothing": (silent, {(504, "TIMEOUT")}),
    "drips": (drip, {(504, "TIMEOUT")}),
    "hangs up": (then_close(b""), {(503, "SERVICE_UNAVAILABLE")}),
    "talks nonsense": (then_close(b"\x00\xff\x13 nonsense\r\n\r\n"), {(503, "SERVICE_UNAVAILABLE")}),
    "breaks off": (then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), {(503, "SERVICE_UNAVAILABLE")}),
    "sends an endless head": (then_close(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000), {(503, "SERVICE_UNAVAILABLE")}),
    "sends no JSON": (lambda c: c.sendall(whole("<html>")), {(502, "BAD_GATEWAY")}),
    "sends deep JSON": (lambda c: c.sendall(whole("[" * 100_000)), {(502, "BAD_GATEWAY")}),
    "fails": (lambda c: c.sendall(whole("{}", "500 Oops")), {(502, "BAD_GATEWAY")}),
}


@case
def a_bad_peer_gives_a_clear_error_and_opens_the_breaker(servers):
    for name, (behave, wanted) in BAD_PEERS.items():
        peer = Peer(behave)
        try:
            with fixture(servers, CART_SERVICE_URL=peer.address, EVENT_LOOPS="1", CB_TIMEOUT_SECONDS="60") as service:
                first = service.get("/peer")
                equal((first.status, first.code), next(iter(wanted)), name)
                eventually(lambda: service.get("/peer") and service.metric("circuit_breaker_state", name="cart") == 2,
                           60, f"the breaker opens: a peer that {name}")
                rejected = service.get("/peer")
                equal((rejected.status, rejected.code), (503, "SERVICE_UNAVAILABLE"), name)
                equal(rejected.headers["retry-after"], "1")
                equal(service.get(NOTES).status, 200, "others are served")
        finally:
            peer.close()


@case
def the_breaker_closes_when_the_peer_is_well_again(servers):
    is_well = threading.Event()
    peer = Peer(lambda c: c.sendall(whole('{"data":{"x":1}}') if is_well.is_set() else whole("{}", "503 Away")))
    try:
        with fixture(servers, CART_SERVICE_URL=peer.address, EVENT_LOOPS="1", CB_TIMEOUT_SECONDS="1") as service:
            eventually(lambda: service.get("/peer") and service.metric("circuit_breaker_state", name="cart") == 2, 60)
            is_well.set()
            eventually(lambda: service.get("/peer").status == 200, what="it is asked again")
            equal(service.metric("circuit_breaker_state", name="cart"), 0)
    finally:
        peer.close()


# --- room ---


def expect_shed(answer):
    assert (answer.status, answer.code, answer.headers.get("retry-after")) == (503, "SERVICE_UNAVAILABLE", "1"), answer
    return True


@case
def as_many_descriptors_are_used_as_may_be(servers):
    """What a shell allows at first is no bound: the service asks for all that it may have."""
    limited = ["prlimit", "--nofile=128:1024", PROGRAM]
    with fixture(servers, program=limited, EVENT_LOOPS="1") as service:
        held = [http.client.HTTPConnection("127.0.0.1", service.port, timeout=20) for _ in range(200)]
        for _ in range(2):  # none of them made room for another one
            for one in held:
                one.request("GET", "/health/live")
                equal(one.getresponse().read() != b"", True)
                assert one.sock, "the connection was closed"
        for one in held:
            one.close()


@case
def descriptors_used_up_shed_and_come_back(servers):
    limited = ["prlimit", "--nofile=128:128", PROGRAM]
    with fixture(servers, program=limited, EVENT_LOOPS="1") as service:
        held = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(200)]
        try:
            eventually(lambda: service.get(NOTES).status == 200, what="who says nothing makes room")
            kept = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
            kept.request("GET", NOTES)
            kept.getresponse().read()
            for _ in range(200):  # half a request each: nothing of it is idle
                held.append(socket.create_connection(("127.0.0.1", service.port)))
                with contextlib.suppress(OSError):
                    held[-1].send(b"GET / HTTP/1.1\r\n")
                kept.request("GET", NOTES)
                equal(json.loads(kept.getresponse().read())["data"], [])
            eventually(lambda: expect_shed(service.get(NOTES)), what="a newcomer is shed")
            equal(service.process.poll(), None)
        finally:
            for one in held:
                one.close()
        eventually(lambda: service.get(NOTES).status == 200, what="there is room again")
        kept.close()


@case
def memory_used_up_by_bodies_sheds_and_comes_back(servers):
    """Two hundred bodies of a mebibyte, none of which ends: more than the service may hold."""
    if SANITIZED:
        raise tap.Skip("a sanitizer needs its address space")
    limited = ["prlimit", f"--as={700 << 20}", PROGRAM]
    with fixture(servers, program=limited, EVENT_LOOPS="1") as service:
        token = tokens.access()
        head = (f"POST {NOTES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {1 << 20}\r\n\r\n").encode()
        held = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(200)]
        shed = []
        try:
            for one in held:
                one.setblocking(False)
            unsent = {one: head + b" " * ((1 << 20) - 1) for one in held}

            def push():
                for one in list(unsent):
                    with contextlib.suppress(BlockingIOError, ConnectionError):
                        unsent[one] = unsent[one][one.send(unsent[one]):]
                    with contextlib.suppress(BlockingIOError, ConnectionError):
                        answer = one.recv(4096)
                        if answer:
                            shed.append(answer)
                            del unsent[one]
                return len(shed) >= 20
            eventually(push, 60, "bodies are refused")
            for answer in shed:
                assert answer.startswith(b"HTTP/1.1 503 ") and b"Retry-After: 1\r\n" in answer, answer
            equal(service.process.poll(), None)
            equal(service.get("/health/live").status in (200, 503), True)
        finally:
            for one in held:
                one.close()
        eventually(lambda: service.get(NOTES).status == 200, what="there is room again")
        equal(service.post(NOTES, {"title": "after"}, token=token).status, 201)


@case
def a_swollen_tree_is_refused_before_it_grows(servers):
    """A body of a mebibyte whose values would be a hundred times as much."""
    with fixture(servers, EVENT_LOOPS="1") as service:
        token = tokens.access()
        before = service.metric("process_resident_memory_bytes")
        for text in ("[" + "1," * 500_000 + "1]", '{"x":[' + "{}," * 340_000 + "1]}", '{"x":[' + '"",' * 340_000 + "1]}"):
            answer = service.post(NOTES, text, token=token, headers={"Content-Type": "application/json"})
            equal((answer.status, answer.code), (400, "INVALID_INPUT"))
            assert "too many values" in answer.json["error"]["message"], answer
        if not SANITIZED:
            grown = service.metric("process_resident_memory_bytes") - before
            assert grown < 40 << 20, grown


@case
def requests_past_the_database_s_connections_wait_or_are_refused(servers):
    """Every connection of the pool is held by a lock; what waits gets an answer at its deadline."""
    database = next(DATABASES)
    with fixture(servers, database, EVENT_LOOPS="1", DB_MAX_CONNS="3", DB_STATEMENT_TIMEOUT_MS="1000") as service:
        token = tokens.access()
        note = service.post(NOTES, {"title": "held"}, token=token).data
        lock = threading.Thread(target=sql, args=(
            servers, database, f"BEGIN; SELECT 1 FROM notes WHERE id = '{note['id']}' FOR UPDATE; SELECT pg_sleep(3)"))
        lock.start()
        eventually(lambda: sql(servers, "postgres", "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
                   what="the row is locked")
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda n: service.put(f"{NOTES}/{note['id']}", {"amount": n}, token=token), range(20)))
        lock.join()
        for answer in answers:
            assert answer.status == 200 or answer.code in ("TIMEOUT", "CONFLICT", "SERVICE_UNAVAILABLE"), answer
        eventually(lambda: service.put(f"{NOTES}/{note['id']}", {"amount": 1}, token=token).status == 200,
                   what="the pool has room again")


@contextlib.contextmanager
def locked(servers, database, note_id):
    """The note's row is locked for as long as the `with` lasts: psql has said so."""
    command = ["psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(servers.ports["postgres"]), "-U", "ecommerce", "-d", database]
    environment = {"PATH": os.environ["PATH"], "PGPASSWORD": "ecommerce_secret"}
    psql = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        psql.stdin.write(f"BEGIN; SELECT 'locked' FROM notes WHERE id = '{note_id}' FOR UPDATE;\n")
        psql.stdin.flush()
        said = select.select([psql.stdout], [], [], 60)[0] and psql.stdout.readline()
        equal(said, "locked\n")
        yield
    finally:
        psql.stdin.close()
        psql.wait(20)
        psql.stdout.close()


@case
def fibers_used_up_shed_and_come_back(servers):
    """Eleven thousand requests that all wait for one row: more than a server takes at once."""
    streams, connections = 100, 110
    database = next(DATABASES)
    with fixture(servers, database, EVENT_LOOPS="1", DB_MAX_CONNS="3", DB_STATEMENT_TIMEOUT_MS="60000") as service:
        token = tokens.access()
        note = service.post(NOTES, {"title": "held"}, token=token).data
        path, body = f"{NOTES}/{note['id']}", b'{"amount":1}'
        request = h2.head("PUT", path, authorization=f"Bearer {token}", content_type="application/json")
        flood = b"".join(
            h2.frame(h2.HEADERS, h2.END_HEADERS, stream, request) + h2.frame(h2.DATA, h2.END_STREAM, stream, body)
            for stream in range(1, 2 * streams, 2))
        held = []

        def send_flood():
            held.append(h2.Connection(service.port))
            held[-1].send(flood)

        def newcomer_is_shed():
            """What was refused leaves some room again, and who comes then gets in: so the flood goes on."""
            send_flood()
            return expect_shed(service.get(NOTES, timeout=1))

        with locked(servers, database, note["id"]):
            try:
                for _ in range(connections):
                    send_flood()
                eventually(newcomer_is_shed, what="a newcomer is shed")
                equal(service.process.poll(), None)
            finally:
                for one in held:
                    one.close()
        eventually(lambda: service.get(NOTES).status == 200, what="there is room again")
        eventually(lambda: service.put(path, {"amount": 7}, token=token).status == 200, 60, "the row is free again")
        equal(service.get(path, token=token).data["amount"], 7)


if __name__ == "__main__":
    sys.exit(run_cases("postgres"))
