"""A service under attack: each shape is refused with the right answer, in bounded memory and time, while a client that
behaves goes on being served by the same event loop: attack_test.py PRODUCT [CASE] with TEST_SERVERS set."""

import contextlib
import gzip
import http.client
import json
import os
import pathlib
import socket
import struct
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import h2, tokens  # noqa: E402
from support.service import Service  # noqa: E402
from support.servers import run_cases  # noqa: E402
from support.tap import case, equal, eventually  # noqa: E402

PROGRAM = sys.argv[1]
PRODUCTS = "/api/v1/products"
ADMIN = tokens.access(role="admin")
SANITIZED = os.environ.get("TEST_SANITIZE", "none") != "none"
ENHANCE_YOUR_CALM, REFUSED_STREAM = 11, 7


class Bystander:
    """A client that behaves: one keep-alive connection, a request after the other, each answered 200; where there is
    no room for a moment, it is told so."""

    def __init__(self, service):
        self.service, self.stopped = service, threading.Event()
        self.served, self.shed, self.failures = 0, 0, []
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        while not self.stopped.is_set():
            try:
                connection.request("GET", f"{PRODUCTS}?per_page=1")
                response = connection.getresponse()
                response.read()
                if response.status == 503 and response.getheader("Retry-After"):
                    self.shed += 1
                elif response.status != 200:
                    self.failures.append(response.status)
                else:
                    self.served += 1
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection.close()
            self.stopped.wait(0.002)
        connection.close()

    def stop(self):
        self.stopped.set()
        self.thread.join()


class Siege:
    """A service with one event loop, its bystander, and what may grow."""

    MOST_GROWTH = 120 << 20
    may_shed = False

    def __init__(self, servers):
        servers.need("postgres")
        self.database = f"attack_{uuid.uuid4().hex[:8]}"
        self.service = Service(PROGRAM, "product", servers, self.database,
                               {"EVENT_LOOPS": "1", "KAFKA_BROKERS": "none", "LOG_LEVEL": "info"})
        self.port = self.service.port

    def __enter__(self):
        self.bystander = Bystander(self.service)
        eventually(lambda: self.bystander.served > 20, what="the bystander is served")
        self.memory = self.resident()
        return self

    def __exit__(self, kind, *_):
        served = self.bystander.served
        try:
            if kind is None:
                eventually(lambda: self.bystander.served > served + 20, what="the bystander is still served")
        finally:
            self.bystander.stop()
            self.service.terminate()
            self.service.check_sanitizers()
        if kind is None:
            equal(self.bystander.failures, [])
            assert self.may_shed or self.bystander.shed == 0, f"{self.bystander.shed} of its requests were shed"
            assert SANITIZED or self.grown < self.MOST_GROWTH, f"grown by {self.grown >> 20} MiB"

    def resident(self):
        status = pathlib.Path(f"/proc/{self.service.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) << 10

    @property
    def grown(self):
        if self.service.process.poll() is None:
            self.last_grown = self.resident() - self.memory
        return self.last_grown

    def during(self):
        """To be called while an attack is on: others are served meanwhile."""
        served = self.bystander.served
        eventually(lambda: self.bystander.served > served + 10, what="the bystander is served meanwhile")
        return self.grown

    def talk(self, data):
        """Sends it all; all that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as one:
            with contextlib.suppress(ConnectionError):
                one.sendall(data)
            answer = b""
            with contextlib.suppress(ConnectionError):
                while piece := one.recv(65536):
                    answer += piece
            return answer


def sieged(function):
    def run(servers):
        with Siege(servers) as siege:
            function(siege)
            siege.during()
    run.__name__ = function.__name__
    return case(run)


# --- HTTP/1 ---

HOST = b"Host: test\r\n"


def check_refused(siege, request, status):
    """Answered with the status in the envelope, and what stands behind it is never reached."""
    answer = siege.talk(request + b"GET /api/v1/smuggled HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), (request[:200], answer[:300])
    equal(answer.count(b"HTTP/1.1 "), 1, repr(request[:200]))
    assert b'{"error":{"code":' in answer and b"Connection: close\r\n" in answer, answer


SMUGGLING = (
    b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
    b"Content-Length: 4, 4\r\n\r\nabcd",
    b"Content-Length: +4\r\n\r\nabcd",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"X: a\r\n folded\r\n\r\n",
    b"X: a\n\r\n",
    b"X: a\rY: b\r\n\r\n",
    b"Content-Length : 4\r\n\r\nabcd",
    b"Transfer-Encoding: chunked\r\n\r\n2;a\nab\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nab",
)


@sieged
def smuggling_shapes_are_refused(siege):
    for shape in SMUGGLING:
        check_refused(siege, b"POST /health/live HTTP/1.1\r\n" + HOST + shape, 400)
    check_refused(siege, b"GET /health/live HTTP/1.1\n" + HOST + b"\r\n", 400)


@sieged
def heads_past_their_bounds_are_refused(siege):
    check_refused(siege, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414)
    check_refused(siege, b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n", 431)
    check_refused(siege, b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 100_000 + b"\r\n", 431)
    extensions = b"1;" + b"a" * 100 + b"\r\nx\r\n"
    answer = siege.talk(b"POST " + PRODUCTS.encode() + b" HTTP/1.1\r\n" + HOST + f"Authorization: Bearer {ADMIN}\r\n".encode() +
                        b"Transfer-Encoding: chunked\r\n\r\n" + extensions * 20_000)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


@sieged
def slow_heads_and_bodies_cost_little_and_end(siege):
    heads = [socket.create_connection(("127.0.0.1", siege.port), timeout=60) for _ in range(300)]
    bodies = [socket.create_connection(("127.0.0.1", siege.port), timeout=60) for _ in range(300)]
    start = (f"POST {PRODUCTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n"
             "Content-Length: 1000\r\n\r\n{").encode()
    for one in heads:
        one.sendall(b"GET / HTTP/1.1\r\nHost: te")
    for one in bodies:
        one.sendall(start)
    ended = threading.Event()

    def drip():
        while not ended.wait(0.5):
            for one in heads + bodies:
                with contextlib.suppress(OSError):
                    one.send(b" ")
    dripper = threading.Thread(target=drip)
    dripper.start()
    try:
        siege.during()
        for one in heads + bodies:
            with contextlib.suppress(ConnectionResetError):
                answer = one.recv(4096)
                assert answer.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 504 ")), answer[:200]
    finally:
        ended.set()
        dripper.join()
        for one in heads + bodies:
            one.close()


@sieged
def a_flood_of_pipelined_requests_is_held_back(siege):
    """More than fits between the two: the sender is made to wait, nothing is lost, nobody else waits."""
    count = 20_000
    request = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    with socket.create_connection(("127.0.0.1", siege.port), timeout=60) as one:
        sender = threading.Thread(target=one.sendall, args=(request * count,))
        sender.start()
        siege.during()  # nothing is read meanwhile
        answers = 0
        rest = b""
        while answers < count:
            rest += one.recv(1 << 20)
            answers += rest.count(b"HTTP/1.1 200 OK")
            rest = rest[-14:]
        sender.join()
        equal(answers, count)


# --- HTTP/2 ---


def flood(siege, piece, count=50_000, first=None):
    """Sends it until the server takes no more, and gives what came back."""
    with h2.Connection(siege.port, first) as connection:
        connection.send(piece if isinstance(piece, bytes) and count == 1 else b"".join(
            piece(number) if callable(piece) else piece for number in range(count)))
        return connection.read()


@sieged
def floods_of_http2_frames_end_their_connection(siege):
    floods = {
        "rapid reset": lambda n: h2.get(2 * n + 1, "/health/live") + h2.frame(h2.RST_STREAM, 0, 2 * n + 1, b"\0\0\0\x08"),
        "ping": h2.frame(h2.PING, 0, 0, b"12345678"),
        "settings": h2.frame(h2.SETTINGS, 0, 0),
        "priority": h2.frame(h2.PRIORITY, 0, 1, b"\0\0\0\0\x10"),
    }
    for name, piece in floods.items():
        equal(h2.goaway_code(flood(siege, piece)), ENHANCE_YOUR_CALM, name)
        siege.during()


@sieged
def endless_and_swelling_heads_end(siege):
    endless = h2.frame(h2.HEADERS, h2.END_STREAM, 1, h2.head()) + h2.frame(h2.CONTINUATION, 0, 1, h2.field("x", "y" * 100)) * 50_000
    assert h2.of(flood(siege, endless, 1), h2.GOAWAY), "a flood of CONTINUATION"
    # a field of 4,000 bytes put into the table once and named thousands of times
    bomb = h2.head() + b"\x40\x01x" + h2.number(4000, 7) + b"y" * 4000 + b"\xbe" * 12_000
    with h2.Connection(siege.port) as connection:
        connection.send(h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, 1, bomb) + h2.get(3, "/health/live"))
        frames = connection.read(lambda frames: h2.of(frames, h2.DATA, 3))
        equal(h2.of(frames, h2.DATA, 1), [])
        assert h2.of(frames, h2.DATA, 3), "the next request is served"


@sieged
def shut_windows_and_streams_without_end_are_bounded(siege):
    siege.may_shed = True  # until the answers that nobody takes are given up
    shut = h2.begin(b"\0\4\0\0\0\0")  # INITIAL_WINDOW_SIZE 0
    stalled = [h2.Connection(siege.port, shut) for _ in range(20)]
    try:
        for connection in stalled:
            connection.send(b"".join(h2.get(2 * number + 1, "/openapi.json") for number in range(90)))
        siege.during()
        for connection in stalled:  # after the write timeout
            frames = connection.read(lambda frames: len(h2.of(frames, h2.RST_STREAM)) == 90)
            equal(len(h2.of(frames, h2.RST_STREAM)), 90)
    finally:
        for connection in stalled:
            connection.close()
    with h2.Connection(siege.port) as connection:  # bodies that never come
        opened = h2.head("POST", PRODUCTS, authorization=f"Bearer {ADMIN}", content_type="application/json")
        connection.send(b"".join(h2.frame(h2.HEADERS, h2.END_HEADERS, 2 * number + 1, opened) for number in range(150)))
        frames = connection.read(lambda frames: len(h2.of(frames, h2.RST_STREAM)) >= 50)
        equal({int.from_bytes(one[3], "big") for one in h2.of(frames, h2.RST_STREAM)}, {REFUSED_STREAM})


# --- gRPC ---

GET_PRODUCT = "/ecommerce.product.v1.ProductService/GetProduct"
UNIMPLEMENTED, INTERNAL, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAUTHENTICATED = "12", "13", "3", "8", "16"


def message(body=b"", flag=0, length=None):
    return struct.pack(">BI", flag, len(body) if length is None else length) + body


def grpc_status(siege, body, path=GET_PRODUCT, end=True, **headers):
    """The status of one call, as its trailers name it in plain text."""
    sent = {"content_type": "application/grpc", "te": "trailers",
            "authorization": f"Bearer {tokens.service('cart', 'product')}", **headers}
    with h2.Connection(siege.service.grpc_port) as connection:
        connection.send(h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.head("POST", path, **sent)))
        for at in range(0, len(body), 16384):
            connection.send(h2.frame(h2.DATA, 0, 1, body[at:at + 16384]))
        if end:
            connection.send(h2.frame(h2.DATA, h2.END_STREAM, 1))
        frames = connection.read(lambda frames: any(one[1] & h2.END_STREAM for one in h2.of(frames, h2.HEADERS, 1)) or
                                 h2.of(frames, h2.RST_STREAM, 1))
        blocks = b"".join(one[3] for one in h2.of(frames, h2.HEADERS, 1))
        return blocks


STATUS_NAME = b"\x88\x9a\xca\xc8\xb2\x12\x34\xda\x8f"  # "grpc-status" by RFC 7541's Huffman code, behind its length


def has_status(blocks, status):
    """A connection's first grpc-status is a literal; one or two digits are not shorter by Huffman."""
    return STATUS_NAME + h2.number(len(status), 7) + status.encode() in blocks


@sieged
def broken_grpc_frames_get_a_status(siege):
    shapes = (
        (RESOURCE_EXHAUSTED, message(b"x", length=0xFFFFFFFF), {}),
        (RESOURCE_EXHAUSTED, message(b"x" * 60_000, length=5 << 20), {}),
        (INTERNAL, message(b"abc", length=100), {}),
        (INTERNAL, b"\0\0", {}),
        (INTERNAL, message(b"\xff" * 40), {}),
        (INTERNAL, message(b"\x0a\xff\xff\xff\xff\x0f"), {}),
        (INTERNAL, message(b"x", flag=1), {}),
        (INTERNAL, message(b"x", flag=7), {}),
        (UNIMPLEMENTED, message(gzip.compress(b"x"), flag=1), {"grpc_encoding": "zstd"}),
        (UNIMPLEMENTED, message(gzip.compress(b"\0" * (32 << 20)), flag=1), {"grpc_encoding": "gzip"}),
        (UNIMPLEMENTED, message(), {"path": "/ecommerce.product.v1.ProductService/Nothing"}),
        (UNAUTHENTICATED, message(), {"authorization": "Bearer x.y.z"}),
        (UNAUTHENTICATED, message(), {"authorization": f"Bearer {tokens.service('cart', 'order')}"}),
    )
    for status, body, headers in shapes:
        blocks = grpc_status(siege, body, **headers)
        assert has_status(blocks, status), (status, body[:20], headers, blocks)


# --- JSON ---


@sieged
def json_that_means_harm_is_refused(siege):
    deep = "[" * 100_000 + "]" * 100_000
    shapes = {
        "deep": (400, '{"name":"a","metadata":' + deep[:90_000] + "}"),
        "deep and closed": (400, '{"name":"a","metadata":' + "[" * 40 + "]" * 40 + "}"),
        "a key twice": (400, '{"name":"a","name":"b","base_price":1,"currency":"USD"}'),
        "a key twice, spelled otherwise": (400, '{"name":"a","n\\u0061me":"b","base_price":1,"currency":"USD"}'),
        "a number past double": (400, '{"name":"a","base_price":1e999,"currency":"USD"}'),
        "a number of many digits": (400, '{"name":"a","base_price":' + "9" * 100_000 + ',"currency":"USD"}'),
        "past the range": (400, '{"name":"a","base_price":9223372036854775807,"currency":"USD"}'),
        "bad UTF-8": (400, b'{"name":"a\xff\xfe","base_price":1,"currency":"USD"}'),
        "an overlong form": (400, b'{"name":"a\xc0\xaf","base_price":1,"currency":"USD"}'),
        "half a pair": (400, '{"name":"a\\ud800","base_price":1,"currency":"USD"}'),
        "NUL": (400, '{"name":"a\\u0000","base_price":1,"currency":"USD"}'),
        "many values": (400, '{"metadata":[' + "1," * 400_000 + "1]}"),
        "many keys": (400, "{" + ",".join(f'"k{number}":1' for number in range(70_000)) + "}"),
        "too much": (413, '{"name":"' + "x" * 2_000_000 + '"}'),
    }
    for name, (status, body) in shapes.items():
        answer = siege.service.post(PRODUCTS, body, token=ADMIN, headers={"Content-Type": "application/json"})
        equal(answer.status, status, f"{name}: {answer}")
        assert len(answer.body) < 1000, (name, len(answer.body))
    equal(siege.service.get(PRODUCTS, token=ADMIN).json["total_count"], 0)


@sieged
def a_compressed_body_is_not_unpacked(siege):
    bomb = gzip.compress(b" " * (50 << 20))
    for coding in ("gzip", "deflate", "br", "gzip, gzip"):
        answer = siege.service.post(PRODUCTS, bomb, token=ADMIN,
                                    headers={"Content-Type": "application/json", "Content-Encoding": coding})
        equal((answer.status, answer.code), (415, "UNSUPPORTED_MEDIA_TYPE"))
        equal(answer.headers["accept-encoding"], "identity")


# --- tokens ---


def forged(claims, header, secret=tokens.SECRET):
    return tokens.sign(claims, secret, header)


@sieged
def forged_tokens_are_refused(siege):
    user, now = str(uuid.uuid4()), int(time.time())
    claims = tokens.access_claims(user, "admin")
    good = tokens.sign(claims)
    head, body, signature = good.split(".")
    plain = {"alg": "HS256", "typ": "JWT"}
    shapes = {
        "no algorithm": forged(claims, {"alg": "none"}),
        "no algorithm, no signature": ".".join((tokens.encode(b'{"alg":"none","typ":"JWT"}'), body, "")),
        "no algorithm, in capitals": ".".join((tokens.encode(b'{"alg":"NONE"}'), body, "")),
        "signature cut off": f"{head}.{body}.",
        "signature of another": f"{head}.{body}.{tokens.sign({'x': 1}).split('.')[2]}",
        "signature half": f"{head}.{body}.{signature[:20]}",
        "another algorithm of the family": forged(claims, {"alg": "HS384", "typ": "JWT"}),
        "a public key's algorithm": forged(claims, {"alg": "RS256", "typ": "JWT"}),
        "a key of its own": forged(claims, {**plain, "jwk": {"kty": "oct", "k": "AAAA"}}, "AAAA"),
        "a key from elsewhere": forged(claims, {**plain, "jku": "http://127.0.0.1/keys", "kid": "../../dev/null"}, ""),
        "the empty key": forged(claims, plain, ""),
        "an unknown extension": forged(claims, {**plain, "crit": ["exp"]}),
        "another audience": tokens.access(user, "admin", aud="ecommerce-auth"),
        "a list without ours": tokens.access(user, "admin", aud=["a", "b"]),
        "another issuer": tokens.access(user, "admin", iss="order-service"),
        "a refresh token": tokens.refresh(user),
        "refresh dressed as access": tokens.access(user, "admin", typ="refresh"),
        "expired past the leeway": tokens.access(user, "admin", exp=now - 31),
        "begins past the leeway": tokens.access(user, "admin", nbf=now + 60),
        "no end": tokens.access(user, "admin", exp=None),
        "an end that is no number": tokens.access(user, "admin", exp="tomorrow"),
        "an unknown role": tokens.access(user, "root"),
        "a service's claims by the users' key": tokens.sign(
            {"iss": "cart-service", "aud": "product-service", "typ": "service", "iat": now, "exp": now + 60}),
        "a user's claims by the services' key": tokens.sign(claims, tokens.service_secret()),
        "a service's token for another": tokens.service("cart", "order"),
        "huge": "a" * 9000 + "." + body + "." + signature,
        "deep": ".".join((head, tokens.encode(b"[" * 5000), signature)),
    }
    for name, token in shapes.items():
        answer = siege.service.post(f"{PRODUCTS}", {"name": "x", "base_price": 1, "currency": "USD"}, token=token)
        equal((answer.status, answer.code), (401, "UNAUTHORIZED"), name)
        equal(answer.headers["www-authenticate"], "Bearer")
    for name, token in {"as it should be": good, "late within the leeway": tokens.access(user, "admin", exp=now - 20),
                        "early within the leeway": tokens.access(user, "admin", nbf=now + 20)}.items():
        equal(siege.service.get(PRODUCTS, token=token).status, 200, name)


# --- injection ---

SQL_SHAPES = ("' OR '1'='1", "'; DROP TABLE products; --", '" OR ""="', "1) UNION SELECT version() --", "\\'; --", "%' OR 1=1",
              "$1", "{}", "x'::uuid", "/* */", "\u02bc OR 1=1")


@sieged
def sql_in_values_stays_a_value(siege):
    service = siege.service
    made = service.post(PRODUCTS, {"name": "Only one", "base_price": 5, "currency": "USD", "status": "published"}, token=ADMIN)
    for text in SQL_SHAPES:
        for parameter in ("search", "category_id", "brand_id", "status", "sort_by", "cursor", "min_price", "page"):
            answer = service.get(f"{PRODUCTS}?{parameter}={quoted(text)}", token=ADMIN)
            assert answer.status in (200, 400), (parameter, text, answer)
            if answer.status == 200:
                equal(answer.json["data"], [], f"{parameter}={text}")
        equal(service.get(f"{PRODUCTS}/{quoted(text)}").status, 404)
        stored = service.post(PRODUCTS, {"name": f"a {text}", "description": text, "base_price": 1, "currency": "USD",
                                         "metadata": {text: text}, "images": [{"url": "http://x.test/", "alt_text": text}]},
                              token=ADMIN)
        equal((stored.status, stored.data["description"], stored.data["metadata"]), (201, text, {text: text}))
        service.delete(f"{PRODUCTS}/{stored.data['id']}", token=ADMIN)
    equal(service.get(f"{PRODUCTS}/{made.data['id']}").data["name"], "Only one")


def quoted(text):
    return "".join(f"%{byte:02X}" for byte in text.encode())


@sieged
def what_a_client_sends_forges_no_log_line(siege):
    forged_line = '"}\n{"level":"error","msg":"forged"}'
    before = len(siege.service.lines)
    for text in (forged_line, "\r\nforged", "\x1b[2Jforged", "\x00forged", "\u2028forged", "%0aforged", "a" * 1000):
        connection = http.client.HTTPConnection("127.0.0.1", siege.port, timeout=20)
        connection.putrequest("GET", f"/{quoted(text)}?q={quoted(text)}", skip_accept_encoding=True)
        clean = "".join(c for c in text if c >= " " and c != "\x7f").encode("utf-8", "replace")
        connection.putheader("User-Agent", clean)
        connection.putheader("X-Correlation-ID", clean[:100])
        connection.endheaders()
        equal(connection.getresponse().status, 404)
        connection.close()
        siege.service.post(PRODUCTS, {"name": text[:100] + "x", "base_price": 1, "currency": text}, token=ADMIN)
    eventually(lambda: len([line for line in siege.service.log("request") if line.get("status") == 404]) >= 7,
               what="the requests are logged")
    for line in list(siege.service.lines)[before:]:
        assert line.startswith('{"time":') and line.endswith("}\n"), line
        assert json.loads(line)["msg"] != "forged", line
        assert not any(ord(c) < 32 for c in line.rstrip("\n")), line


if __name__ == "__main__":
    sys.exit(run_cases("postgres"))
