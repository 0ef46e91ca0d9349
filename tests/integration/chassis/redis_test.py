"""A service that uses Redis while Redis is killed, hangs or is none, on the fixture service:
redis_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import concurrent.futures
import pathlib
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support.collector import Collector  # noqa: E402
from support.false_server import FalseServer  # noqa: E402
from support.service import Service  # noqa: E402
from support.servers import run_cases  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402

PROGRAM = sys.argv[1]
NOTES = "/api/v1/notes"
PATIENCE = {"REDIS_TIMEOUT_MS": "300"}


def fixture(servers, use, wait=True, **env):
    servers.need("postgres", "redis")
    return Service(PROGRAM, "fixture", servers, f"redis_{uuid.uuid4().hex[:8]}", {"FIXTURE_REDIS": use, **env}, wait)


def is_refused(answer):
    return (answer.status, answer.code, answer.headers.get("retry-after")) == (503, "SERVICE_UNAVAILABLE", "1")


def redis_check(service):
    return service.get("/health/ready").json["checks"]["redis"]


def breaker(service):
    return service.metric("circuit_breaker_state", name="redis")


class Load:
    """Clients that send words through Redis; an answer is the client's own word or one of the refusals."""

    def __init__(self, service, clients):
        self.service, self.stopped = service, threading.Event()
        self.fine, self.refused, self.wrong = [0] * clients, [0] * clients, []
        self.pool = concurrent.futures.ThreadPoolExecutor(clients)
        self.work = [self.pool.submit(self.run, number) for number in range(clients)]

    def run(self, number):
        while not self.stopped.is_set():
            word = str(uuid.uuid4())
            answer = self.service.get(f"/echo/{word}")
            if answer.status == 200 and answer.data["word"] == word:
                self.fine[number] += 1
            elif is_refused(answer) or (answer.status, answer.code) == (504, "TIMEOUT"):
                self.refused[number] += 1
            else:
                self.wrong.append(answer)

    def wait_more(self, counts, more, what):
        before = sum(counts)
        eventually(lambda: sum(counts) > before + more, 60, what)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for one in self.work:
            one.result()
        self.pool.shutdown()


@case
def redis_killed_under_load_gives_no_wrong_answer_and_comes_back(servers):
    with fixture(servers, "required") as service:
        with Load(service, 12) as load:
            for _ in range(2):
                load.wait_more(load.fine, 100, "the load runs")
                servers.tell("kill", "redis")
                try:
                    service.wait_ready(503)
                    equal(redis_check(service)["critical"], True)
                    load.wait_more(load.refused, 50, "requests are refused")
                    equal(service.get(NOTES).status, 200, "what needs no Redis is served")
                finally:
                    servers.tell("restart", "redis")
                service.wait_ready(200)
                load.wait_more(load.fine, 100, "it goes on by itself")
        equal(load.wrong, [])


@case
def without_an_optional_redis_the_service_is_degraded(servers):
    with fixture(servers, "optional") as service:
        equal(service.get("/count").data, {"counted": True})
        servers.tell("kill", "redis")
        try:
            eventually(lambda: redis_check(service)["status"] == "down", what="the check says so")
            ready = service.get("/health/ready")
            equal((ready.status, ready.json["status"]), (200, "degraded"))
            equal(redis_check(service)["critical"], False)
            equal(service.get("/count").data, {"counted": False})
            eventually(lambda: is_refused(service.get("/echo/x")), what="who can't do without is refused")
        finally:
            servers.tell("restart", "redis")
        eventually(lambda: service.get("/health/ready").json["status"] == "up", what="it is up again")
        eventually(lambda: service.get("/count").data["counted"], what="it counts again")


@case
def a_start_without_a_required_redis_waits_for_it(servers):
    servers.need("postgres", "redis")
    servers.tell("kill", "redis")
    try:
        service = fixture(servers, "required", wait=False)
        eventually(lambda: "not connected" not in redis_check(service).get("error", "not connected"), what="it was tried")
        ready = service.get("/health/ready")
        equal((ready.status, ready.json["status"]), (503, "down"))
        equal(service.get("/health/live").status, 200)
        equal(is_refused(service.get("/echo/x")), True)
    finally:
        servers.tell("restart", "redis")
    with service:
        service.wait_ready(200)
        eventually(lambda: service.get("/echo/x").status == 200)


@case
def a_redis_that_hangs_ends_at_the_deadline_and_opens_the_breaker(servers):
    with fixture(servers, "required", EVENT_LOOPS="1", CB_TIMEOUT_SECONDS="600", **PATIENCE) as service:
        equal(service.get("/echo/x").status, 200)
        servers.tell("pause", "redis")
        try:
            first = service.get("/echo/x")
            equal((first.status, first.code), (504, "TIMEOUT"))
            with concurrent.futures.ThreadPoolExecutor(10) as pool:
                answers = list(pool.map(lambda _: service.get("/echo/x"), range(10)))
            equal([one for one in answers if one.status not in (503, 504)], [])
            equal(breaker(service), 2)
            equal(is_refused(service.get("/echo/x")), True)
            assert service.metric("circuit_breaker_rejected_total", name="redis") > 0
            equal(service.get("/health/ready").status, 503)
            equal(service.get(NOTES).status, 200, "what needs no Redis is served")
        finally:
            servers.tell("resume", "redis")
        service.wait_ready(200)  # the check closes the breaker long before its ten minutes have passed
        equal(breaker(service), 0)
        for number in range(20):
            equal(service.get(f"/echo/w{number}").data["word"], f"w{number}", "late answers are thrown away")


def false_redis(greeting, answer):
    """Lets a client in, then answers every command with the given bytes, or hangs up when there are none."""
    def serve(connection):
        said = greeting
        while connection.recv(65536):
            if not said:
                return
            connection.sendall(said)
            said = answer
    return FalseServer(serve)


LET_IN = b"+PONG\r\n+OK\r\n"
FALSE_ANSWERS = {
    "hangs up": b"",
    "talks nonsense": b"\x00\xff HTTP/1.1 200 OK\r\n\r\n",
    "promises too much": b"*999999999999\r\n",
    "counts backwards": b"$-7\r\n",
    "nests without end": b"*1\r\n" * 64,
    "says more than it was asked": b"+OK\r\n" * 50,
}


@case
def a_redis_that_talks_nonsense_is_refused_and_opens_the_breaker(servers):
    for name, answer in FALSE_ANSWERS.items():
        redis = false_redis(LET_IN, answer)
        try:
            with fixture(servers, "optional", REDIS_ADDR=redis.address, EVENT_LOOPS="1", CB_TIMEOUT_SECONDS="600",
                         **PATIENCE) as service:
                for _ in range(5):
                    refused = service.get("/echo/x")
                    assert refused.code in ("SERVICE_UNAVAILABLE", "TIMEOUT", "INTERNAL_ERROR"), (name, refused)
                eventually(lambda: service.get("/echo/x") and breaker(service) == 2, 60, f"the breaker opens: it {name}")
                equal(is_refused(service.get("/echo/x")), True, name)
                equal(service.get("/health/ready").json["status"], "degraded", name)
                equal(service.get(NOTES).status, 200, name)
        finally:
            redis.close()


@case
def a_redis_that_is_none_is_said_in_one_line_and_tried_again(servers):
    for greeting in (b"", b"220 mail ready\r\n", b"-ERR no\r\n-ERR no\r\n"):
        redis = false_redis(greeting, b"")
        try:
            with fixture(servers, "optional", REDIS_ADDR=redis.address, EVENT_LOOPS="1", **PATIENCE) as service:
                eventually(lambda: is_refused(service.get("/echo/x")), what="a request is refused")
                equal(breaker(service), 0, "who is not connected keeps nobody waiting")
                equal(service.get("/count").data, {"counted": False})
        finally:
            redis.close()


@case
def the_password_is_sent_and_never_shown(servers):
    servers.need("redis")
    port = servers.ports["redis"]

    def ask(*words):
        subprocess.run(["redis-cli", "-p", str(port), *words], check=True, capture_output=True, timeout=10)

    word = "a-password-nobody-should-see"
    ask("CONFIG", "SET", "requirepass", word)
    try:
        with fixture(servers, "required", REDIS_PASSWORD=word, REDIS_DB="3", REDIS_ADDR="", REDIS_HOST="127.0.0.1",
                     REDIS_PORT=str(port)) as service:
            equal(service.get("/echo/x").data["word"], "x")
            shown = subprocess.run([PROGRAM, "--print-config"], env=service.env, capture_output=True, text=True, timeout=10,
                                   check=True).stdout
            assert "REDIS_PASSWORD=********" in shown and word not in shown, shown
        with fixture(servers, "required", wait=False, REDIS_PASSWORD=word + "-not") as stranger:
            eventually(lambda: is_refused(stranger.get("/echo/x")), what="a request is refused")
            eventually(lambda: [line for line in stranger.log() if "WRONGPASS" in line["msg"]], what="the log says why")
            assert word not in "".join(service.lines + stranger.lines)
    finally:
        ask("-a", word, "CONFIG", "SET", "requirepass", "")


@case
def a_script_runs_as_one_and_also_where_the_server_has_forgotten_it(servers):
    with fixture(servers, "required") as service:
        for _ in range(2):
            word = uuid.uuid4()
            with concurrent.futures.ThreadPoolExecutor(10) as pool:
                claimed = list(pool.map(lambda _, word=word: claim(service, word), range(10)))
            equal(claimed.count(True), 1, "one gets the word")
            servers.tell("kill", "redis")
            servers.tell("restart", "redis")
            service.wait_ready(200)
            eventually(lambda: is_claimable(service), what="it is sent again")


def claim(service, word):
    """Whether this request is the one that got it; a loop may not have its connection back yet."""
    return eventually(lambda: service.get(f"/claim/{word}").data)["claimed"]


def is_claimable(service):
    answer = service.get(f"/claim/{uuid.uuid4()}")
    return answer.status == 200 and answer.data["claimed"]


@case
def commands_are_counted_timed_and_traced_by_name(servers):
    with Collector() as collector, fixture(servers, "required", EVENT_LOOPS="1", **collector.env) as service:
        for _ in range(3):
            service.get("/count", headers=collector.headers)
        equal(service.metric("redis_commands_total", command="INCR", result="ok"), 3)
        equal(service.metric("redis_command_duration_seconds_count", command="INCR"), 3)
        eventually(lambda: collector.has_spans("/count", "redis INCR"), 30, "its span under the request's trace")


if __name__ == "__main__":
    sys.exit(run_cases("postgres", "redis"))
