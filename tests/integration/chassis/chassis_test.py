"""The chassis against real servers, on the fixture service: chassis_test.py FIXTURE [CASE] with TEST_SERVERS set."""

import concurrent.futures
import gzip
import http.client
import itertools
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tokens  # noqa: E402
from support.service import Service  # noqa: E402
from support.servers import listening, run_cases, sql  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402

PROGRAM = sys.argv[1]
NOTES = "/api/v1/notes"
DATABASES = (f"fixture_{number}" for number in itertools.count(1))
CONCURRENT = 50


def fixture(servers, database=None, **env):
    return Service(PROGRAM, "fixture", servers, database or next(DATABASES), env)


def at_once(count, function):
    """function(i) for i in range(count), all at the same time; the results in order."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(function, range(count)))


def is_envelope(answer, status, code):
    equal(answer.status, status, repr(answer))
    error = answer.json["error"]
    equal(error["code"], code)
    equal(error["request_id"], answer.headers["x-correlation-id"])
    assert error["message"], answer
    assert answer.headers["content-type"] == "application/json; charset=utf-8", answer.headers


@case
def five_replicas_migrate_an_empty_database_once(servers):
    servers.need("postgres")
    database = next(DATABASES)
    replicas = [Service(PROGRAM, "fixture", servers, database, wait=False) for _ in range(5)]
    try:
        for replica in replicas:
            replica.wait_ready()
        applied = sum(len([line for line in replica.log() if "applied" in line["msg"]]) for replica in replicas)
        rows = sql(servers, database, "SELECT version FROM service_migrations ORDER BY version")
        equal([row[0] for row in rows], ["-999", "1", "2"])
        equal(applied, 3)
    finally:
        for replica in replicas:
            replica.kill()


@case
def a_changed_or_unknown_migration_stops_the_start(servers):
    servers.need("postgres")
    database = next(DATABASES)
    for change in ("UPDATE service_migrations SET checksum = 'x' WHERE version = 1",
                   "UPDATE service_migrations SET checksum = 'x', version = 9 WHERE version = 1"):
        with fixture(servers, database) as service:
            service.kill()
        sql(servers, database, change)
        broken = Service(PROGRAM, "fixture", servers, database, wait=False)
        equal(broken.process.wait(20), 3)
        sql(servers, database, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@case
def no_connection_takes_the_place_of_a_closed_standard_stream(servers):
    """What is said on stderr would go to the peer."""
    servers.need("postgres")
    command = ["sh", "-c", 'exec "$0" <&- 2>&-', PROGRAM]
    with Service(command, "fixture", servers, next(DATABASES)) as service:
        for stream in (0, 2):
            equal(os.readlink(f"/proc/{service.process.pid}/fd/{stream}"), os.devnull)


@case
def every_refusal_has_the_envelope(servers):
    servers.need("postgres")
    user = tokens.access()
    with fixture(servers) as service:
        for name, status in (("PRICE_CHANGED", 409), ("GONE", 410), ("RATE_LIMITED", 429), ("BAD_GATEWAY", 502),
                             ("PAYMENT_FAILED", 422), ("TIMEOUT", 504)):
            is_envelope(service.get(f"/fail/{name}"), status, name)
        is_envelope(service.get("/fail/other"), 500, "INTERNAL_ERROR")
        equal(service.get("/fail/other").json["error"]["message"], "an internal error occurred")
        is_envelope(service.get("/none"), 404, "NOT_FOUND")
        is_envelope(service.get(NOTES + "//x"), 404, "NOT_FOUND")
        refused = service.delete(NOTES)
        is_envelope(refused, 405, "METHOD_NOT_ALLOWED")
        equal(refused.headers["allow"], "GET, HEAD, POST")
        is_envelope(service.post(NOTES, '{"title": }', token=user), 400, "INVALID_INPUT")
        is_envelope(service.post(NOTES, "", token=user), 400, "INVALID_INPUT")
        is_envelope(service.post(NOTES, [], token=user), 400, "INVALID_INPUT")
        is_envelope(service.get(f"{NOTES}/not-a-uuid", token=user), 404, "NOT_FOUND")
        is_envelope(service.get(f"{NOTES}/{uuid.uuid4()}", token=user), 404, "NOT_FOUND")
        is_envelope(service.post(NOTES, "a=b", token=user, headers={"Content-Type": "text/plain"}), 415,
                    "UNSUPPORTED_MEDIA_TYPE")
        is_envelope(service.post(NOTES, json.dumps({"title": "x" * 1048577}), token=user), 413, "PAYLOAD_TOO_LARGE")


@case
def broken_rules_are_named_by_their_json_path(servers):
    servers.need("postgres")
    user = tokens.access()
    with fixture(servers) as service:
        body = {"title": " ", "amount": -1, "items": [{"quantity": 1}, {"quantity": 0}, {}]}
        answer = service.post(NOTES, body, token=user)
        is_envelope(answer, 400, "VALIDATION_ERROR")
        equal(sorted(answer.json["error"]["fields"]),
              ["amount", "items[1].quantity", "items[2].quantity", "title"])
        is_envelope(service.post(NOTES, {"title": "a", "amount": "1"}, token=user), 400, "INVALID_INPUT")
        is_envelope(service.post(NOTES, '{"title":"a","title":"b"}', token=user), 400, "INVALID_INPUT")
        is_envelope(service.post(NOTES, '{"title":"a\\u0000"}', token=user), 400, "VALIDATION_ERROR")
        deep = '{"title":"a","x":' + "[" * 40 + "]" * 40 + "}"
        is_envelope(service.post(NOTES, deep, token=user), 400, "INVALID_INPUT")
        is_envelope(service.post(NOTES, {"title": "a", "amount": 10**12 + 1}, token=user), 400, "VALIDATION_ERROR")
        made = service.post(NOTES, {"title": "  trimmed ", "unknown": 1}, token=user)
        equal((made.status, made.data["title"]), (201, "trimmed"))
        equal(service.post(NOTES, {"title": "trimmed"}, token=user).code, "ALREADY_EXISTS")


@case
def an_update_leaves_what_is_absent_and_clears_what_is_null(servers):
    servers.need("postgres")
    user = tokens.access()
    with fixture(servers) as service:
        note = service.post(NOTES, {"title": "a", "body": "text", "amount": 5}, token=user).data
        path = f"{NOTES}/{note['id']}"
        changed = service.put(path, {"amount": 6}, token=user).data
        equal((changed["title"], changed["body"], changed["amount"], changed["version"]), ("a", "text", 6, 2))
        equal(service.put(path, {"body": None}, token=user).data["body"], None)
        is_envelope(service.put(path, {"title": None}, token=user), 400, "VALIDATION_ERROR")


@case
def tokens_that_are_not_right_are_refused_everywhere(servers):
    servers.need("postgres")
    user = str(uuid.uuid4())
    now = int(time.time())
    good = tokens.access_claims(user)
    bad = {
        "another secret": tokens.sign(good, "another-secret-of-at-least-32-bytes-"),
        "no algorithm": tokens.sign(good, header={"alg": "none", "typ": "JWT"}),
        "another algorithm": tokens.sign(good, header={"alg": "HS512", "typ": "JWT"}),
        "expired": tokens.access(user, exp=now - 31),
        "not yet valid": tokens.access(user, nbf=now + 60),
        "another audience": tokens.access(user, aud="ecommerce-auth"),
        "another issuer": tokens.access(user, iss="someone"),
        "refresh": tokens.refresh(user),
        "no role": tokens.access(user, role=None),
        "no jti": tokens.access(user, jti=None),
        "another subject": tokens.access(user, sub=str(uuid.uuid4())),
        "a service's": tokens.service("cart", "product"),
        "no token at all": "abc",
    }
    with fixture(servers, JWT_SECRET_PREVIOUS="the-secret-of-before-with-32-bytes-or-more") as service:
        for name, token in bad.items():
            for path in ("/who", NOTES, "/health/live", "/none"):
                answer = service.get(path, token=token)
                equal((answer.status, answer.code), (401, "UNAUTHORIZED"), f"{name} on {path}")
        equal(service.get("/who").status, 401)
        equal(service.get("/who", token=tokens.access(user, exp=now - 10)).status, 200)
        previous = tokens.sign(good, "the-secret-of-before-with-32-bytes-or-more")
        equal(service.get("/who", token=previous).data["user_id"], user)


@case
def roles_owners_and_callers_are_kept_apart(servers):
    servers.need("postgres")
    alice, bob = str(uuid.uuid4()), str(uuid.uuid4())
    with fixture(servers) as service:
        note = service.post(NOTES, {"title": "mine"}, token=tokens.access(alice)).data
        path = f"{NOTES}/{note['id']}"
        is_envelope(service.get(path, token=tokens.access(bob)), 404, "NOT_FOUND")
        is_envelope(service.put(path, {"amount": 1}, token=tokens.access(bob)), 404, "NOT_FOUND")
        equal(service.get(path, token=tokens.access(bob, "admin")).status, 200)
        spoofed = {"X-User-ID": alice, "X-User-Role": "admin"}
        equal(service.get(path, token=tokens.access(bob), headers=spoofed).status, 404)
        equal(service.get("/who", headers=spoofed).status, 401)
        for role, admin, seller in (("customer", 403, 403), ("seller", 403, 200), ("admin", 200, 200)):
            token = tokens.access(bob, role)
            equal(service.get("/admin", token=token).status, admin, role)
            equal(service.get("/seller", token=token).status, seller, role)
        equal(service.get("/internal", token=tokens.service("cart", "fixture")).data["service"], "cart")
        equal(service.get("/internal", token=tokens.service("order", "fixture")).status, 403)
        equal(service.get("/internal", token=tokens.service("cart", "product")).status, 401)
        equal(service.get("/internal", token=tokens.access(bob)).status, 403)
        equal(service.get("/internal", token=tokens.access(bob, "admin")).status, 200)


@case
def auth_mode_dev_believes_headers(servers):
    servers.need("postgres")
    user = str(uuid.uuid4())
    with fixture(servers, AUTH_MODE="dev") as service:
        equal(service.get("/who").data, {"user_id": "", "role": "admin", "service": "dev"})
        equal(service.get("/who", headers={"X-User-ID": user}).data["role"], "customer")
        equal(service.get("/admin", headers={"X-User-ID": user, "X-User-Role": "admin"}).status, 200)
        equal(service.get("/who", headers={"X-User-ID": "x"}).status, 401)


@case
def one_key_has_one_effect_and_one_answer(servers):
    servers.need("postgres")
    token = tokens.access()
    database = next(DATABASES)
    with fixture(servers, database) as first, fixture(servers, database) as second:
        def create(i):
            service = first if i % 2 else second
            for _ in range(200):
                answer = service.post(NOTES, {"title": "once"}, token=token, headers={"Idempotency-Key": "key"})
                if answer.code != "IN_PROGRESS":
                    return answer
                equal(answer.headers["retry-after"], "1")
            return answer
        answers = at_once(CONCURRENT, create)
        equal({answer.status for answer in answers}, {201})
        equal(len({answer.body for answer in answers}), 1)
        equal(len([answer for answer in answers if "idempotent-replay" not in answer.headers]), 1)
        equal(sql(servers, database, "SELECT count(*) FROM notes"), [["1"]])
        other = first.post(NOTES, {"title": "other"}, token=token, headers={"Idempotency-Key": "key"})
        is_envelope(other, 422, "IDEMPOTENCY_MISMATCH")
        refused = [first.post(NOTES, {"title": ""}, token=token, headers={"Idempotency-Key": "bad"}) for _ in "ab"]
        equal([answer.status for answer in refused], [400, 400])
        equal(refused[0].json["error"]["fields"], refused[1].json["error"]["fields"])
        another = first.post(NOTES, {"title": "two"}, token=tokens.access(), headers={"Idempotency-Key": "key"})
        equal(another.status, 201)
        is_envelope(first.post(NOTES, {"title": "x"}, token=token, headers={"Idempotency-Key": "k" * 256}), 400,
                    "INVALID_PARAMETER")


@case
def pages_and_cursors_walk_the_whole_list(servers):
    servers.need("postgres")
    token = tokens.access()
    with fixture(servers) as service:
        made = [service.post(NOTES, {"title": f"n{i}"}, token=token).data["id"] for i in range(45)]
        page = service.get(f"{NOTES}?per_page=20&page=9").json
        equal((page["data"], page["total_count"], page["total_pages"], page["has_next"]), ([], 45, 3, False))
        page = service.get(f"{NOTES}?page_size=20&page=2").json
        equal((len(page["data"]), page["per_page"], page["has_next"]), (20, 20, True))
        walked, cursor = [], service.get(f"{NOTES}?per_page=10").json
        while True:
            walked += [note["id"] for note in cursor["data"]]
            if not cursor["has_next"]:
                break
            service.post(NOTES, {"title": str(uuid.uuid4())}, token=token)
            cursor = service.get(f"{NOTES}?per_page=10&cursor={cursor['next_cursor']}").json
        equal(len(walked), len(set(walked)))
        equal(walked, list(reversed(made)))
        for query in ("page=0", "page=-1", "per_page=0", "per_page=101", "page=x", "cursor=zzz", "page=1000000&per_page=2",
                      "cursor=Mzphc2M"):
            is_envelope(service.get(f"{NOTES}?{query}"), 400, "INVALID_PARAMETER")


@case
def a_write_drops_the_cached_count(servers):
    servers.need("postgres")
    token = tokens.access()
    with fixture(servers) as service:
        for number in range(1, 6):
            service.post(NOTES, {"title": f"n{number}"}, token=token)
            equal(service.get(NOTES).json["total_count"], number)


@case
def answers_are_compressed_and_revalidated(servers):
    servers.need("postgres")
    token = tokens.access()
    with fixture(servers) as service:
        note = service.post(NOTES, {"title": "long", "body": "text " * 900}, token=token).data
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
        connection.request("GET", f"{NOTES}/{note['id']}", headers={
            "Accept-Encoding": "gzip", "Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        body = response.read()
        equal(response.getheader("Content-Encoding"), "gzip")
        equal(json.loads(gzip.decompress(body))["data"], note)
        tag = response.getheader("ETag")
        assert tag.startswith('W/"'), tag
        again = service.get(f"{NOTES}/{note['id']}", token=token, headers={"If-None-Match": f'"x", {tag}'})
        equal((again.status, again.body), (304, ""))
        service.put(f"{NOTES}/{note['id']}", {"amount": 1}, token=token)
        equal(service.get(f"{NOTES}/{note['id']}", token=token, headers={"If-None-Match": tag}).status, 200)


@case
def correlation_travels_once(servers):
    servers.need("postgres")
    with fixture(servers) as service:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
        for sent, is_kept in (("abc.DEF_1-2", True), ("bad id", False), ("x" * 129, False), ("", False)):
            connection.request("GET", "/health/live", headers={"X-Correlation-ID": sent})
            response = connection.getresponse()
            response.read()
            values = [value for name, value in response.getheaders() if name.lower() == "x-correlation-id"]
            equal(len(values), 1)
            equal(values[0] == sent, is_kept, sent)


@case
def metrics_carry_the_pattern_of_the_route(servers):
    servers.need("postgres")
    with fixture(servers) as service:
        service.get(f"{NOTES}/{uuid.uuid4()}")
        service.get("/nowhere")
        service.post(NOTES, "x" * 1100000, token=tokens.access())
        equal(service.metric("http_requests_total", service="fixture", path=NOTES + "/{id}", status="401"), 1)
        equal(service.metric("http_requests_total", path="/404", status="404"), 1)
        equal(service.metric("http_requests_total", path=NOTES, method="POST", status="413"), 1)
        assert service.metric("process_resident_memory_bytes") > 0
    with fixture(servers, METRICS_ALLOWED_CIDRS="10.0.0.0/8", DEBUG_ALLOWED_CIDRS="::1") as service:
        is_envelope(service.get("/metrics"), 403, "FORBIDDEN")
        is_envelope(service.get("/debug/loop"), 403, "FORBIDDEN")


@case
def a_late_statement_disturbs_no_other_request(servers):
    servers.need("postgres")
    with fixture(servers, EVENT_LOOPS="1", DB_STATEMENT_TIMEOUT_MS="20000") as service:
        slow = threading.Thread(target=lambda: late.append(service.get("/sleep/6000")))
        late = []
        slow.start()
        slow.join()
        is_envelope(late[0], 504, "TIMEOUT")
        answers = at_once(20, lambda i: service.get(NOTES))
        equal({answer.status for answer in answers}, {200})


@case
def a_lost_database_comes_back_by_itself(servers):
    servers.need("postgres")
    token = tokens.access()
    with fixture(servers) as service:
        service.post(NOTES, {"title": "kept"}, token=token)
        servers.tell("kill", "postgres")
        try:
            service.wait_ready(503)
            is_envelope(service.get(NOTES), 503, "SERVICE_UNAVAILABLE")
            equal(service.get("/health/live").status, 200)
        finally:
            servers.tell("restart", "postgres")
        service.wait_ready(200)
        eventually(lambda: service.get(NOTES).status == 200, what="the list is back")
        eventually(lambda: {service.get(NOTES).status for _ in range(20)} == {200}, what="every event loop is back")
        equal([note["title"] for note in service.get(NOTES).data], ["kept"])


@case
def a_start_without_a_database_waits_for_it(servers):
    servers.need("postgres")
    servers.tell("kill", "postgres")
    try:
        service = Service(PROGRAM, "fixture", servers, next(DATABASES), wait=False)
        equal(service.get("/health/live").status, 200)
        equal(service.get("/health/ready").status, 503)
        is_envelope(service.get(NOTES), 503, "SERVICE_UNAVAILABLE")
    finally:
        servers.tell("restart", "postgres")
    with service:
        service.wait_ready(200, 40)


@case
def ready_does_not_flicker_while_event_loops_connect(servers):
    """Each of the eight logs in to Postgres by itself; the kernel chooses which of them answers."""
    servers.need("postgres")
    database = next(DATABASES)
    with fixture(servers, database):
        pass
    with fixture(servers, database, EVENT_LOOPS="8") as service:
        equal({service.get(path).status for _ in range(40) for path in ("/health/ready", NOTES)}, {200})


@case
def sigterm_under_load_fails_no_request(servers):
    servers.need("postgres")
    service = fixture(servers, SHUTDOWN_DRAIN_SECONDS="1")
    failures, served = [], [0]
    draining, ended = threading.Event(), threading.Event()

    def load(_):
        token = tokens.access()
        while not draining.is_set():  # a balancer opens no connection to a replica that drains
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
            try:
                connection.connect()
            except OSError:
                return  # the listener is closed: the balancer has gone elsewhere
            try:
                while not ended.is_set():
                    connection.request("POST", NOTES, json.dumps({"title": str(uuid.uuid4())}),
                                       {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
                    response = connection.getresponse()
                    response.read()
                    served[0] += 1
                    if response.status != 201:
                        failures.append(response.status)
                    if response.getheader("Connection") == "close":
                        break
            except (OSError, http.client.HTTPException) as error:
                failures.append(repr(error))
                return
            finally:
                connection.close()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        work = [pool.submit(load, i) for i in range(16)]
        eventually(lambda: served[0] > 200, what="the load runs")
        stopper = threading.Thread(target=lambda: codes.append(service.terminate()))
        codes = []
        stopper.start()
        eventually(lambda: service.get("/health/ready").json["status"] == "draining", 5, "ready says draining")
        draining.set()
        stopper.join()
        ended.set()
        for future in work:
            future.result()
    equal(failures, [])
    equal(codes, [0])


@case
def a_second_sigterm_ends_at_once(servers):
    servers.need("postgres")
    service = fixture(servers, SHUTDOWN_DRAIN_SECONDS="60")
    service.process.terminate()
    eventually(lambda: service.get("/health/ready").json["status"] == "draining", what="draining")
    service.process.terminate()
    equal(service.process.wait(5), 143)


@case
def an_unreachable_peer_opens_its_breaker(servers):
    servers.need("postgres")
    with fixture(servers, CART_SERVICE_URL="http://127.0.0.1:1", EVENT_LOOPS="1") as service:
        for _ in range(4):
            is_envelope(service.get("/peer"), 503, "SERVICE_UNAVAILABLE")
        equal(service.metric("circuit_breaker_state", name="cart"), 2)
        assert service.metric("circuit_breaker_rejected_total", name="cart") > 0


@case
def a_peer_is_called_with_a_service_token(servers):
    servers.need("postgres")
    with fixture(servers, CART_SERVICE_URL="http://127.0.0.1:1") as other:
        address = f"http://127.0.0.1:{other.port}"
        with fixture(servers, CART_SERVICE_URL=address) as service:
            is_envelope(service.get("/peer"), 401, "UNAUTHORIZED")  # aud is cart-service, other is fixture-service


@case
def a_job_runs_on_one_replica(servers):
    servers.need("postgres")
    database = next(DATABASES)
    with fixture(servers, database) as first, fixture(servers, database) as second:
        eventually(lambda: first.metric("job_runs_total", job="count") +
                   second.metric("job_runs_total", job="count") >= 5, what="the job ran five times")
        runs = sorted([first.metric("job_runs_total", job="count"), second.metric("job_runs_total", job="count")])
        equal(runs[0], 0)
        owner = first if first.metric("job_runs_total", job="count") else second
        heir = second if owner is first else first
        equal(owner.terminate(), 0)
        eventually(lambda: heir.metric("job_runs_total", job="count") > 0, what="the heir goes on")


@case
def a_replica_that_does_not_relay_tells_the_one_that_does(servers):
    servers.need("postgres")
    database = next(DATABASES)
    no_broker = {"KAFKA_BROKERS": "127.0.0.1:1"}
    with fixture(servers, database, **no_broker) as leader:
        eventually(lambda: leader.metric("outbox_relay_leader") == 1, what="the first one leads")
        with fixture(servers, database, **no_broker) as other, listening(servers, database, "outbox") as heard:
            equal(other.post(NOTES, {"title": "told"}, token=tokens.access()).status, 201)
            eventually(heard, what="a notification")
            equal(other.metric("outbox_relay_leader"), 0)


@case
def a_taken_port_stops_the_start(servers):
    servers.need("postgres")
    with fixture(servers) as service:
        taken = str(service.port)
        env = {**service.env, "FIXTURE_HTTP_PORT": taken}
        done = subprocess.run([PROGRAM], env=env, capture_output=True, text=True, timeout=20, check=False)
        equal(done.returncode, 3)
        assert taken in done.stdout and "in use" in done.stdout, done.stdout
        healthy = {**service.env, "FIXTURE_HTTP_PORT": taken}
        for _ in range(2):
            equal(subprocess.run([PROGRAM, "--healthcheck"], env=healthy, timeout=20, check=False).returncode, 0)
    equal(subprocess.run([PROGRAM, "--healthcheck"], env=healthy, stderr=subprocess.DEVNULL, timeout=20,
                         check=False).returncode, 1)


@case
def a_wrong_configuration_is_refused_by_name(servers):
    for env, names in (
            ({"ENVIRONMENT": "moon", "DB_MAX_CONNS": "many"}, ["ENVIRONMENT", "DB_MAX_CONNS"]),
            ({"ENVIRONMENT": "production"}, ["JWT_SECRET", "POSTGRES_PASSWORD", "SERVICE_JWT_SECRET"]),
            ({"ENVIRONMENT": "staging", "AUTH_MODE": "dev", "SEED_DATA": "true"}, ["AUTH_MODE", "SEED_DATA"]),
            ({"METRICS_ALLOWED_CIDRS": "10.0.0.0/33"}, ["METRICS_ALLOWED_CIDRS"])):
        done = subprocess.run([PROGRAM], env=env, capture_output=True, text=True, timeout=10, check=False)
        equal(done.returncode, 2)
        for name in names:
            assert f"{name}: " in done.stderr, (name, done.stderr)
    shown = subprocess.run([PROGRAM, "--print-config"], env={"JWT_SECRET": "hidden"}, capture_output=True, text=True,
                           timeout=10, check=True).stdout
    assert "hidden" not in shown and "JWT_SECRET=********" in shown, shown


@case
def the_openapi_document_describes_every_route(servers):
    servers.need("postgres")
    with fixture(servers) as service:
        document = service.get("/openapi.json").json
    equal(document["openapi"], "3.1.0")
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    equal(len(ids), len(set(ids)))
    create = document["paths"][NOTES]["post"]
    schema = create["requestBody"]["content"]["application/json"]["schema"]
    equal(schema["required"], ["title"])
    assert "id" not in schema["properties"], schema
    equal(schema["properties"]["title"]["maxLength"], 100)
    equal(create["security"], [{"bearer": []}])
    listing = document["paths"][NOTES]["get"]
    equal([parameter["name"] for parameter in listing["parameters"]], ["page", "per_page", "cursor"])


if __name__ == "__main__":
    sys.exit(run_cases("postgres"))
