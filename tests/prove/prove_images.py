"""The product service's image: it builds, twice the same, and runs with nothing that it does not need."""

import http.client
import json
import os
import pathlib
import re
import tempfile
import time

import dockerd
import prove
from dockerd import BUILD, PRODUCT as IMAGE, free_port
from support import tokens
from support.servers import Servers, sql

LICENSE = "Apache-2.0"
LABELS = {
    "version": BUILD["VERSION"],
    "revision": BUILD["VCS_REF"],
    "created": BUILD["BUILD_TIME"],
    "licenses": LICENSE,
}
HEALTHY_SECONDS = 90


def made(daemon):
    """Layers, configuration and steps of the image: all of it but the moment of each step."""
    image = daemon.inspect(IMAGE)
    steps = daemon.ask("history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Size}}", IMAGE)
    return {"layers": image["RootFS"]["Layers"], "config": image["Config"], "steps": steps}


def same_again(daemon, first, folder):
    """A clone elsewhere, in which a file differs that is not compiled: compiled anew, the same image."""
    (folder / "services/product/notes.txt").write_text("Nothing of this is compiled.\n")
    wrong = daemon.build_product(folder)
    if wrong:
        return wrong
    second = made(daemon)
    return None if first == second else f"the images differ:\n{first}\n{second}"


def kept(daemon, folder):
    """Another service's code, slipway, a test, the catalog: none of it is this image's."""
    before = daemon.inspect(IMAGE)["Id"]
    for place in ("services/another/main.c", "services/meson.build", "slipway/main.c", "tests/meson.build", "tools/prove.py", "slipway.yaml"):
        (folder / place).parent.mkdir(exist_ok=True)
        with open(folder / place, "a", encoding="utf-8") as file:
            file.write("\nchanged\n")
    wrong = daemon.build_product(folder)
    if wrong:
        return wrong
    after = daemon.inspect(IMAGE)["Id"]
    return None if before == after else f"it was built again: {before} became {after}"


def config_faults(config):
    standard = "org.opencontainers.image."
    labels = {key.removeprefix(standard): value for key, value in config["Labels"].items() if key.startswith(standard)}
    wanted = {**LABELS, "source": labels.get("source"), "description": labels.get("description")}
    if labels != wanted or not all(wanted.values()):
        yield f"labels are {labels}"
    if config["User"] != "65532:65532":
        yield f"runs as {config['User']}"
    if set(config["ExposedPorts"]) != {"8001/tcp", "9001/tcp"}:
        yield f"exposes {sorted(config['ExposedPorts'])}"
    if config["Entrypoint"] != ["/server"] or config["Healthcheck"]["Test"] != ["CMD", "/server", "--healthcheck"]:
        yield f"starts {config['Entrypoint']}, checks {config['Healthcheck']}"


def tools_inside(daemon):
    """Programs other than the service: there is no shell and no package manager to find."""
    name = daemon.ask("create", IMAGE)
    try:
        archive = pathlib.Path(daemon.scratch.name, "image.tar")
        daemon.ask("export", "-o", archive, name)
        listed = prove.run("tar", "tar", "-tf", str(archive)).splitlines()
        return [path for path in listed if re.search(r"(^|/)s?bin/[^/]+$|(^|/)(sh|bash|dash|busybox|apt|dpkg)$", path)]
    finally:
        daemon.docker("rm", "-f", name)


def start(daemon, servers, port):
    env = {
        "ENVIRONMENT": "development", "PRODUCT_HTTP_PORT": port, "PRODUCT_GRPC_PORT": free_port(), "PRODUCT_DB_NAME": "product_db",
        "HTTP_HOST": "127.0.0.1", "GRPC_HOST": "127.0.0.1", "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": servers.ports["postgres"],
        "POSTGRES_USER": "ecommerce", "POSTGRES_PASSWORD": "ecommerce_secret", "KAFKA_BROKERS": "none", "JWT_SECRET": tokens.SECRET,
        "SHUTDOWN_DRAIN_SECONDS": "0",
    }
    given = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
    return daemon.ask(
        "run", "-d", "--network", "host", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
        "--pids-limit", "100", *given, IMAGE,
    )


def not_healthy(daemon, name):
    """None when the image's own health check finds the service healthy."""
    until = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < until:
        state = daemon.inspect(name)["State"]
        if state["Status"] != "running":
            return f"it {state['Status']}: " + daemon.docker("logs", name).stdout[-2000:]
        if state["Health"]["Status"] == "healthy":
            return None
        time.sleep(0.2)
    return json.dumps(state["Health"]["Log"][-1:]) + daemon.docker("logs", name).stdout[-1000:]


def rights_faults(pid):
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    if status["Uid"].split() != ["65532"] * 4 or status["Gid"].split() != ["65532"] * 4:
        yield f"uid {status['Uid']}, gid {status['Gid']}"
    for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        if int(status[key], 16):
            yield f"{key} is {status[key]}"
    if status["NoNewPrivs"] != "1" or status["Seccomp"] == "0":
        yield f"NoNewPrivs {status['NoNewPrivs']}, Seccomp {status['Seccomp']}"
    root = [line.split() for line in pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines() if line.split()[4] == "/"]
    if "ro" not in root[0][5].split(","):
        yield f"its root is mounted {root[0][5]}"


def ready_faults(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/health/ready")
    answer = connection.getresponse()
    body = answer.read().decode()
    if answer.status != 200:
        yield f"{answer.status} {body}"


def build_faults(daemon):
    said = daemon.ask("run", "--rm", "--network", "none", IMAGE, "--version")
    if BUILD["VCS_REF"] not in said or BUILD["BUILD_TIME"] not in said:
        yield f"--version says {said}"


def joined(faults):
    return "\n".join(faults) or None


def runs(daemon, servers):
    sql(servers, "postgres", "CREATE DATABASE product_db")
    port = free_port()
    name = start(daemon, servers, port)
    try:
        yield "its own health check finds it healthy", not_healthy(daemon, name)
        yield "it answers ready", joined(ready_faults(port))
        pid = daemon.inspect(name)["State"]["Pid"]
        yield "it runs as 65532, without capabilities, on a read-only root", joined(rights_faults(pid))
        daemon.ask("stop", "-t", "30", name)
        code = daemon.inspect(name)["State"]["ExitCode"]
        yield "it ends by itself when told to", None if code == 0 else f"exit code {code}"
    finally:
        daemon.docker("rm", "-f", name)


def proof():
    with dockerd.Daemon() as daemon, tempfile.TemporaryDirectory() as scratch:
        daemon.need_builder()
        daemon.need_distroless()
        first_tree = dockerd.copy_of_tree(f"{scratch}/one")
        wrong = daemon.build_product(first_tree)
        yield "docker build makes the image", wrong
        if wrong:
            return
        first = made(daemon)
        yield "a change outside of what it is made of builds nothing again", kept(daemon, first_tree)
        yield "another build of the same sources has the same layers, configuration and steps", same_again(
            daemon, first, dockerd.copy_of_tree(f"{scratch}/another/two")
        )
        yield "its labels, user, ports and commands are the standard's", joined(config_faults(daemon.inspect(IMAGE)["Config"]))
        yield "there is no program in it but the service", joined(tools_inside(daemon))
        yield "it says what it was built from", joined(build_faults(daemon))
        servers = Servers(os.environ["TEST_SERVERS"], "postgres")
        try:
            if "postgres" not in servers.ports:
                raise prove.Unavailable(servers.reasons["postgres"])
            yield from runs(daemon, servers)
        finally:
            servers.close()
        daemon.docker("image", "prune", "-f")


prove.main(proof)
