"""docker-compose.yml meets the Compose schema, a real Compose reads it, and what has images comes up with it."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.request

import dockerd
import prove
import tree

SCHEMA = ("github.com/compose-spec/compose-go/v2", "v2.9.1")  # the specification's own, as Compose itself has it
COMPOSE_VERSION = "v2.40.3"
COMPOSE = (
    "github.com/docker/compose/v2", COMPOSE_VERSION, "./cmd", f"-X github.com/docker/compose/v2/internal.Version={COMPOSE_VERSION}",
)
PROFILES = ("tools", "observability", "planned")
POSTGRES = "postgres:16.4-alpine"
VALIDATE = """
import json, sys, jsonschema, yaml
document = yaml.safe_load(open(sys.argv[1]))
schema = json.load(open(sys.argv[2]))
for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(document):
    print("/".join(map(str, error.absolute_path)) + ":", error.message)
"""
# Free ports instead of the platform's, and no broker: nothing here is its image.
OVERRIDE = """
services:
  postgres:
    ports: !override ["127.0.0.1::5432"]
  product-service:
    ports: !override ["127.0.0.1::8001"]
    environment: { KAFKA_BROKERS: none, SEED_DATA: "false" }
    depends_on: !override { postgres: { condition: service_healthy } }
"""


def schema_faults(compose_file):
    python = prove.python_with("jsonschema==4.23.0", "PyYAML==6.0.2")
    schema = prove.go_source(*SCHEMA) / "schema/compose-spec.json"
    return prove.run("validate", str(python), "-c", VALIDATE, str(compose_file), str(schema)).strip() or None


class Project:
    """The rendered project in a folder, driven by Compose against a daemon."""

    def __init__(self, compose, folder, env=None):
        self.command = [str(compose), "--project-directory", str(folder), "-f", str(folder / "docker-compose.yml")]
        self.folder, self.env = folder, env
        shutil.copy(folder / ".env.example", folder / ".env")

    def run(self, *arguments):
        return subprocess.run(
            [*self.command, *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )

    def fault(self, *arguments):
        done = self.run(*arguments)
        return (done.stdout + done.stderr)[-3000:] if done.returncode else None


def profile_faults(project):
    """What Compose makes of the file is what the file says: no service is lost, and nothing is left to guess."""
    named = set(re.findall(r"^  ([\w-]+):$", (project.folder / "docker-compose.yml").read_text().split("\nservices:\n")[1], re.M))
    every = [word for profile in PROFILES for word in ("--profile", profile)]
    done = project.run(*every, "config", "--format", "json")
    if done.returncode or done.stderr:
        return done.stderr or "it failed"
    read = set(json.loads(done.stdout)["services"])
    return None if read == named and len(read) > 20 else f"it read {sorted(read)}, there are {sorted(named)}"


def comes_up(project, daemon):
    up = project.fault("up", "-d", "--wait", "--wait-timeout", "180", "--no-build", "postgres", "product-service")
    yield "postgres and product-service come up healthy", up and up + project.run("logs", "--no-color").stdout[-3000:]
    if up:
        return
    address = project.run("port", "product-service", "8001").stdout.strip()
    with urllib.request.urlopen(f"http://{address}/api/v1/products", timeout=20) as answer:
        body = json.load(answer)
    yield "product answers on the published port", None if body["data"] == [] else json.dumps(body)
    script = "/docker-entrypoint-initdb.d/create-multiple-dbs.sh"
    yield "the script of databases may run again", project.fault("exec", "-T", "postgres", script)
    listed = project.run("exec", "-T", "postgres", "psql", "-U", "ecommerce", "-d", "postgres", "-Atc", "SELECT datname FROM pg_database")
    there = set(listed.stdout.split())
    wanted = set(re.search(r"POSTGRES_MULTIPLE_DATABASES: (\S+)", (project.folder / "docker-compose.yml").read_text())[1].split(","))
    yield "each database is there", None if wanted <= there and len(wanted) == 10 else f"{wanted - there} are missing"
    published = [
        binding["HostIp"]
        for name in daemon.ask("ps", "-q").split()
        for bindings in daemon.inspect(name)["NetworkSettings"]["Ports"].values()
        for binding in bindings or []
    ]
    yield "nothing is published beyond this machine", None if set(published) == {"127.0.0.1"} else f"published on {published}"
    yield "it goes down and leaves nothing", project.fault("down", "-v") or daemon.ask("ps", "-aq")


def proof():
    with tempfile.TemporaryDirectory() as scratch:
        compose = prove.go_main(*COMPOSE)
        folder = dockerd.copy_of_tree(f"{scratch}/tree")
        yield "docker-compose.yml meets the Compose schema", schema_faults(folder / "docker-compose.yml")
        yield "Compose reads every service of every profile", profile_faults(Project(compose, folder))
        try:
            daemon = dockerd.Daemon()
        except prove.Unavailable as reason:
            yield "postgres and product-service come up", prove.Skip(reason)
            return
        with daemon:
            yield from with_daemon(daemon, compose, folder)


def with_daemon(daemon, compose, folder):
    daemon.need_builder()
    daemon.need_distroless()
    here = tree.ROOT / "tests/prove/postgres"
    wrong = daemon.build(here / "Dockerfile", here, POSTGRES) or daemon.build_product(folder)
    yield "their images are there", wrong
    if wrong:
        return
    image = re.search(r"image: (\S+/product-service):", (folder / "docker-compose.yml").read_text())[1]
    daemon.ask("tag", dockerd.PRODUCT, f"{image}:dev")
    pathlib.Path(folder, "override.yml").write_text(OVERRIDE)
    project = Project(compose, folder, daemon.env)
    project.command += ["-f", str(folder / "override.yml")]
    try:
        yield from comes_up(project, daemon)
    finally:
        project.run("down", "-v", "--timeout", "5")


prove.main(proof)
