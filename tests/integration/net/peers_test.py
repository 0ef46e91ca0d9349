"""The servers of lib/net as curl, nghttp, h2load and wrk see them."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))

import net_probe  # noqa: E402 (the path is set above)
from tap import Skip, case, equal, run  # noqa: E402


def tool(name, *words, **options):
    if not shutil.which(name):
        raise Skip(f"{name} is not installed")
    done = subprocess.run([name, *words], capture_output=True, check=False, timeout=60, **options)
    equal(done.returncode, 0, f"{name} {' '.join(words)}: {done.stderr[-400:]!r}")
    return done.stdout


def curl(*words, **options):
    return tool("curl", "--silent", "--show-error", "--max-time", "30", *words, **options)


@case
def gives_a_body_back_over_both_protocols(url):
    for version in ("--http1.0", "--http1.1", "--http2-prior-knowledge"):
        for size in (1, 1000, 100_000, 900_000):
            body = bytes(range(256)) * (size // 256 + 1)
            equal(curl(version, "--data-binary", "@-", url, input=body), body, f"{version} {size}")


@case
def takes_an_upload_of_unknown_length(url):
    body = b"chunk" * 50_000
    for version in ("--http1.1", "--http2-prior-knowledge"):
        equal(curl(version, "-T", "-", url, input=body), body, version)


@case
def asks_a_client_that_waits_for_its_body(url):
    with tempfile.NamedTemporaryFile() as headers:
        answer = curl("--http1.1", "-H", "Expect: 100-continue", "-d", "body", "-D", headers.name, url)
        equal(answer, b"body")
        equal(pathlib.Path(headers.name).read_bytes().count(b"HTTP/1.1"), 2, "100 and 200")


@case
def ignores_an_offer_to_upgrade(url):
    equal(curl("--http2", url), b"nothing was sent\n")


@case
def keeps_one_connection_for_several_requests(url):
    # over HTTP/2 with prior knowledge curl 7.88 itself fails on the second one; nghttp stands in below
    connects = curl("--http1.1", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects} ", url, url)
    equal(connects, b"1 0 ")


@case
def answers_head_without_a_body(url):
    for version in ("--http1.1", "--http2-prior-knowledge"):
        answer = curl(version, "--head", url)
        equal(b"content-length: 17\r\n" in answer.lower(), True, version)


@case
def serves_nghttp(url):
    equal(tool("nghttp", url, url + "2"), b"nothing was sent\n" * 2)
    with tempfile.NamedTemporaryFile() as body:
        pathlib.Path(body.name).write_bytes(b"data" * 50_000)
        equal(tool("nghttp", f"--data={body.name}", url), b"data" * 50_000)
    # it pads the head to more than our bound, in CONTINUATION frames
    equal(tool("nghttp", "--continuation", url).startswith(b"431 "), True)


@case
def serves_every_request_of_h2load(url):
    answer = tool("h2load", "-n", "20000", "-c", "8", "-m", "50", url)
    equal(b"20000 succeeded, 0 failed" in answer, True, answer.decode())


@case
def serves_every_request_of_wrk(url):
    answer = tool("wrk", "-t1", "-c32", "-d1s", url)
    equal(b"Socket errors" in answer or b"Non-2xx" in answer, False, answer.decode())


with net_probe.serving() as (port, _):
    failures = run(f"http://127.0.0.1:{port}/")
sys.exit(1 if failures else 0)
