"""The Dockerfiles of services in other languages: each builds a program without dependencies, which then runs.

The base images are Debian's packages under the names that the Dockerfiles use, so a compiler may be older than its
name says; what is looked at is the Dockerfile. .NET is left out: Debian has no SDK for it.
"""

import http.client
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import dockerd
import prove

ANSWER_SECONDS = 60
CATALOG = """slipway: 1
platform: sample
source: https://example.com/sample
registry: registry.example.com/sample
services:
  go-sample: { language: go, description: "Says \\"hello\\" for $5", path: go, ports: { http: 8081 } }
  python-sample: { language: python, description: Says hello, path: python, ports: { http: 8082 } }
  rust-sample: { language: rust, description: Says hello, path: rust, ports: { http: 8083 } }
  node-sample: { language: node, description: Says hello, path: node, ports: { http: 8084 } }
"""
# By the start of a base image's name: the packages that stand in for it.
BASES = {
    "golang:": ("golang-go",),
    "python:": ("python3", "python3-venv", "python-is-python3"),
    "rust:": ("cargo", "rustc"),
    "node:": ("nodejs", "npm", "adduser", "wget"),
}
GO = """package main

import (
	"fmt"
	"net/http"
	"os"
)

var version, buildTime string

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello "+version+" "+buildTime) })
	if err := http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil); err != nil {
		panic(err)
	}
}
"""
PYTHON = """import http.server, os

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hello).serve_forever()
"""
RUST = """use std::io::{Read, Write};

fn main() {
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    for stream in std::net::TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\\r\\ncontent-length: 5\\r\\nconnection: close\\r\\n\\r\\nhello");
    }
}
"""
NODE_SERVER = "require('http').createServer((q, a) => a.end('hello')).listen(process.env.PORT, process.env.HOSTNAME)"
NODE_BUILD = f"""const fs = require("fs");
fs.mkdirSync(".next/standalone", {{ recursive: true }});
fs.mkdirSync(".next/static", {{ recursive: true }});
fs.writeFileSync(".next/standalone/server.js", {NODE_SERVER!r});
"""
SOURCES = {
    "go": {"go.mod": "module sample\n\ngo 1.19\n", "go.sum": "", "cmd/server/main.go": GO},
    "python": {"requirements.txt": "", "python_sample.py": PYTHON},
    "rust": {
        "Cargo.toml": '[package]\nname = "rust-sample"\nversion = "0.1.0"\nedition = "2021"\n',
        "Cargo.lock": 'version = 3\n\n[[package]]\nname = "rust-sample"\nversion = "0.1.0"\n',
        "src/main.rs": RUST,
    },
    "node": {
        "package.json": '{ "name": "node-sample", "version": "0.1.0", "scripts": { "build": "node build.js" } }\n',
        "package-lock.json": '{ "name": "node-sample", "version": "0.1.0", "lockfileVersion": 2, "packages": { "": { "name": "node-sample" } } }\n',
        "build.js": NODE_BUILD,
        "public/robots.txt": "User-agent: *\n",
    },
}
UIDS = {"node": "1001"}
EXPECTED = {"go": "hello 1.2.3 2024-11-05T10:00:00+00:00"}


def need_bases(daemon, dockerfile, scratch):
    """Every image that the Dockerfile begins with is there; None, or what went wrong."""
    for image in re.findall(r"^FROM (\S+[:/]\S+)", dockerfile, re.M):
        if daemon.has(image):
            continue
        if image.startswith("gcr.io/distroless/"):
            daemon.need_distroless()
            daemon.ask("tag", dockerd.DISTROLESS, image)
            continue
        packages = next(packages for start, packages in BASES.items() if image.startswith(start))
        recipe = pathlib.Path(scratch, "base.Dockerfile")
        recipe.write_text(
            f"FROM {dockerd.BUILDER}\n"
            f"RUN apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)} && rm -rf /var/lib/apt/lists/*\n"
        )
        wrong = daemon.build(recipe, scratch, image)
        if wrong:
            return wrong
    return None


def built(daemon, language, folder, scratch):
    """The image sample-<language>; None, or what went wrong."""
    dockerfile = folder / "Dockerfile"
    # the syntax line names an image that only a registry has
    dockerfile.write_text(dockerfile.read_text().removeprefix("# syntax=docker/dockerfile:1.7\n"))
    wrong = need_bases(daemon, dockerfile.read_text(), scratch)
    given = {key: value for key, value in dockerd.BUILD.items() if key != "SOURCE_DATE_EPOCH"}
    return wrong or daemon.build(dockerfile, folder, f"sample-{language}", **given)


def answer(daemon, name, port):
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        except OSError:
            if daemon.inspect(name)["State"]["Status"] != "running" or time.monotonic() > until:
                raise AssertionError(daemon.docker("logs", name).stderr[-1000:]) from None
            time.sleep(0.1)


def runs(daemon, language):
    """None when it answers: read-only, without capabilities, as nobody's user."""
    port = dockerd.free_port()
    name = daemon.ask(
        "run", "-d", "--network", "host", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
        "-e", f"PORT={port}", "-e", "HOSTNAME=127.0.0.1", f"sample-{language}",
    )
    try:
        said = answer(daemon, name, port)
        image = daemon.inspect(f"sample-{language}")["Config"]
        pid = daemon.inspect(name)["State"]["Pid"]
        uid = re.search(r"^Uid:\t(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1]
        labels = {key.rsplit(".", 1)[1] for key in image["Labels"] if key.startswith("org.opencontainers.image.")}
        if said != EXPECTED.get(language, "hello") or uid != UIDS.get(language, "65532"):
            return f"it said {said!r} as {uid}"
        return None if len(labels) == 6 and len(image["ExposedPorts"]) == 1 else f"{labels} {image['ExposedPorts']}"
    finally:
        daemon.docker("rm", "-f", name)


def rendered(slipway, folder):
    """The samples' sources with their Dockerfiles."""
    for language, files in SOURCES.items():
        for name, text in files.items():
            (folder / language / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / language / name).write_text(text)
    (folder / "slipway.yaml").write_text(CATALOG)
    subprocess.run([slipway, "-q", "-C", folder, "render", "dockerfile"], check=True)


def proof():
    slipway = os.path.abspath(sys.argv[1])
    with dockerd.Daemon() as daemon, tempfile.TemporaryDirectory() as scratch:
        daemon.need_builder()
        folder = pathlib.Path(scratch, "samples")
        rendered(slipway, folder)
        for language in SOURCES:
            wrong = built(daemon, language, folder / language, scratch)
            yield f"the Dockerfile for {language} builds", wrong
            if not wrong:
                yield "and what it makes runs", runs(daemon, language)
        yield "the Dockerfile for .NET builds", prove.Skip("Debian has no .NET SDK to assemble its base images from")
        daemon.docker("image", "prune", "-f")


prove.main(proof)
