"""What Compose's reference loader takes and refuses, slipway check takes and refuses.

Every key of the schema with a value of every kind, in every place where services, builds and
resources have keys; a project of every key with each of them changed, and files laid over it
(compose_project.py); and cases written by hand for what the schema doesn't say.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import compose_project
import prove
import tree

TABLE = tree.ROOT / "slipway/audit/compose/schema_table.c"
BATCH = 2000
RULES = "CO001,CO025,CO027,CO028"
VALUES = ("text", "5", "true", "null", "[text]", "[5]", "{a: b}", "[{a: b}]")
PLACES = {
    "service": "services:\n  a:\n    image: x\n    KEY: VALUE\n",
    "build": "services:\n  a:\n    build:\n      context: .\n      KEY: VALUE\n",
    "deploy": "services:\n  a:\n    image: x\n    deploy:\n      KEY: VALUE\n",
    "healthcheck": "services:\n  a:\n    image: x\n    healthcheck:\n      test: exit 0\n      KEY: VALUE\n",
    "network": "services: {a: {image: x}}\nnetworks:\n  n:\n    KEY: VALUE\n",
    "volume": "services: {a: {image: x}}\nvolumes:\n  v:\n    KEY: VALUE\n",
    "secret": "services: {a: {image: x}}\nsecrets:\n  s:\n    file: ./s\n    KEY: VALUE\n",
    "port": "services:\n  a:\n    image: x\n    ports:\n    - target: 80\n      KEY: VALUE\n",
    "mount": "services:\n  a:\n    image: x\n    volumes:\n    - type: bind\n      source: ./x\n      target: /x\n      KEY: VALUE\n",
    "top": "services: {a: {image: x}}\nKEY: VALUE\n",
}
# What the two see differently, and why: part of the case's name -> reason.
DIFFERENCES = {
    "restart: ": "the loader takes any word, and the engine refuses it",
    ".restart = ": "the loader takes any word, and the engine refuses it",
    "service.label_file": "the file may be there where the project runs",
    "services.a.label_file": "the file may be there where the project runs",
    "file\": \"none.yaml": "the file may be there where the project runs",
    "top.include": "so may an included one; an empty include says nothing",
    "service.gpus: [{a: b}]": "the schema has a slip there that lets misspelt keys through",
    "services.a.gpus.0": "the schema has a slip there that lets misspelt keys through",
    "secret.external: {a: b}": "the loader drops what it doesn't know of this old form",
    "secrets.u.external = {": "the loader drops what it doesn't know of this old form",
    "service.pid: null": "the loader stumbles",
    "services.a.pid = null": "the loader stumbles",
    "services.a.build.additional_contexts": "the loader stumbles over what isn't a string",
    "service.cpu_rt_": "the schema allows a duration, the loader doesn't yet",
    "service.umask": "new; the loader alone says how it is written",
    "build.ssh: [text]": "a key of that name may be in the agent",
    "${A:?set it}": "the variable is set where the project runs",
    "?a}": "the variable is set where the project runs",
    "image = \"$": "the variable is set where the project runs",
    "{}": "an empty project does no harm",
    "5e3": "nobody writes a size so but by mistake",
    "1_000": "nobody writes a size so but by mistake",
    "retries = 2.5": "half a try is nothing",
    "tmpfs.mode = 2.5": "half a mode is nothing",
    "links = [\"b:c:d": "a link has one alias",
    "volumes.0 = \"a:b:c:d": "a mount has three parts",
    "ports.0 = \"80:0": "port 0 is any",
    "networks.n = {\"external\": true, \"driver": "the loader looks away: it is made elsewhere, so nobody reads the driver",
    "kinds of maps": "the loader lays one over the other before it looks at them",
}


def with_service(text):
    return "services:\n  a:\n    image: x\n" + "".join(f"    {line}\n" for line in text.splitlines())


BY_HAND = [
    *map(with_service, (
        "restart: on-failure:3", "restart: onfailure", "restart: \"no\"", "pull_policy: every_12h", "pull_policy: sometimes",
        "stop_grace_period: 1m30s", "stop_grace_period: 90 s", "stop_grace_period: \"90\"", "mem_limit: 512m", "mem_limit: 1.5gb", "mem_limit: 5x",
        "healthcheck: {test: [CMD, x], interval: 5s}", "healthcheck: {test: [x]}", "healthcheck: {test: [NONE]}",
        "healthcheck: {interval: 5}", "network_mode: host\nnetworks: [default]", "depends_on: [b]", "depends_on: {b: {condition: service_started, required: false}}",
        "depends_on: [a]", "networks: [n]", "networks: [default]", "volumes: [\"v:/x\"]", "volumes: [\"./v:/x\", \"./w:/x\"]", "volumes: [\"/x\"]",
        "volumes: [\"/a:/b:ro\"]", "secrets: [s]", "configs: [c]", "ports: [\"80\"]", "ports: [\"80:80\"]", "ports: [\"80:80/udp\"]",
        "ports: [\"8000-8010:80-90\"]", "ports: [\"8000-8002:80-81\"]", "ports: [\"8000-8002:80\"]", "ports: [\"x:80\"]", "ports: [\"80:x\"]", "ports: [\"70000:80\"]",
        "ports: [\"127.0.0.1:80:80\"]", "ports: [\"[::1]:80:80\"]", "ports: [80]", "ports: [{target: 80, published: 8080}]",
        "environment: [\"A=b\", C]", "environment: {A: b, C: null}", "environment: {A: [b]}", "container_name: x\ndeploy: {replicas: 2}",
        "scale: 2\ndeploy: {replicas: 3}", "ulimits: {nofile: 5}", "ulimits: {nofile: {soft: 1}}", "ulimits: {NoFile: 5}", "user: 1000", "user: \"1000\"",
        "cap_add: [A, A]", "tmpfs: /tmp", "tmpfs: [/tmp, /tmp]", "extra_hosts: [\"a:1.2.3.4\"]", "dns: 8.8.8.8", "command: [a, b]", "command: null",
        "privileged: \"${X:-false}\"", "privileged: ${X:-maybe}", "labels: {a: ${A:-${B:-c}}}", "labels: {a: \"${\"}", "labels: {a: \"${1}\"}", "labels: {a: \"$1\"}",
        "labels: {a: \"$$\"}", "labels: {a: \"${A\"}", "labels: {a: \"${A:?set it}\"}", "x-anything: {goes: here}", "logging: {driver: local, x-a: b}",
        "build: .", "build: {context: ., dockerfile: a, dockerfile_inline: b}", "deploy: {resources: {limits: {cpus: 0.5, memory: 50M}}}",
        "develop: {watch: [{path: ., action: sync, target: /x}]}", "develop: {watch: [{path: ., action: sink}]}", "gpus: all", "gpus: some", "cgroup: host",
        "cgroup: other", "init: true", "oom_score_adj: 5000", "volumes_from: [b]", "links: [b]", "profiles: [a, b]", "expose: [80, \"81\"]", "env_file: .env.none",
        "extends: b", "shm_size: 64mb", "mac_address: 02:42:ac:11:00:02", "isolation: default", "platform: linux/amd64", "stdin_open: true",
    )),
    "services: {}", "{}", "services: {a: {}}", "services: {a: null}", "services: []", "services: {\"a b\": {image: x}}", "name: 5\nservices: {a: {image: x}}",
    "version: \"3\"\nservices: {a: {image: x}}", "version: 3\nservices: {a: {image: x}}", "x-top: [1]\nservices: {a: {image: x}}",
    "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}", "services: {a: {image: x, depends_on: [b]}, b: {image: x}}",
    "services: {a: {extends: b}, b: {image: x}}", "services: {a: {extends: {service: b}}, b: {image: x}}", "services: {a: {extends: a, image: x}}",
    "services: {a: {extends: b, image: x}, b: {extends: a, image: x}}", "services: {a: {extends: c, image: x}}",
    "services: {a: {image: x, volumes: [\"v:/x\"]}}\nvolumes: {v: }", "services: {a: {image: x, networks: [n]}}\nnetworks: {n: {}}",
    "services: {a: {image: x, networks: {n: {aliases: [z]}}}}\nnetworks: {n: {}}", "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {environment: S}}",
    "services: {a: {image: x}}\nsecrets: {s: {}}", "services: {a: {image: x}}\nsecrets: {s: {external: true}}", "services: {a: {image: x}}\nconfigs: {c: {content: x}}",
    "services: {a: {image: x}}\nvolumes: {v: {external: true, driver: local}}", "services: {a: {image: x}}\nvolumes: {v: {external: true, name: w}}",
    "services: {a: {image: x}}\nvolumes: {\"v w\": {}}", "a: &b {image: x}\nservices: {a: *b}", "x-b: &b {image: x}\nservices: {a: *b, c: {<<: *b, image: y}}",
    "services: {a: {image: x, network_mode: \"service:b\"}, b: {image: x}}", "services: {a: {image: x, ports: !reset []}}", "services: {a: {image: x, command: !override [a]}}",
    "services: {a: {image: x, depends_on: {b: {condition: service_happy}}}, b: {image: x}}", "services: {a: {image: x, depends_on: {b: {}}}, b: {image: x}}",
]


def cases():
    names = sorted(set(re.findall(r'\{ "([^"]+)", \d+ \}', TABLE.read_text())) | {"nonsense"})
    for place, form in PLACES.items():
        for name in names:
            for value in VALUES:
                yield f"{place}.{name}: {value}", form.replace("KEY", name).replace("VALUE", value)
    for text in BY_HAND:
        yield text.removeprefix("services:\n  a:\n    image: x\n").replace("\n", " ").strip(), text


def changed():
    for name, text in compose_project.cases():
        yield f"in all: {name}", text


def ours(texts):
    """A run keeps a bounded number of findings, so there are several."""
    return [verdict for start in range(0, len(texts), BATCH) for verdict in run_of(texts[start : start + BATCH])]


def run_of(texts):
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            place = pathlib.Path(folder, str(number))
            place.mkdir()
            for name, layer in zip(("compose.yaml", "compose.override.yaml"), [text] if isinstance(text, str) else text):
                (place / name).write_text(layer)
        done = subprocess.run(
            [sys.argv[1], "check", "--format", "json", "--only", RULES, folder], capture_output=True, text=True, check=False
        )
        found = {}
        for finding in json.loads(done.stdout):
            found.setdefault(int(pathlib.Path(finding["file"]).parent.name), finding["message"])
        return [found.get(number, "") for number in range(len(texts))]


def theirs(texts):
    program = prove.go_program(tree.ROOT / "tests/prove/composego")
    done = subprocess.run([program], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def reason_of(name):
    return next((part for part in DIFFERENCES if name == part or (part != "{}" and part in name)), None)


def proof():
    names, texts = zip(*cases(), *changed())
    groups, met = {}, set()
    mine, other = ours(texts), theirs(texts)
    whole = names.index("in all: project")
    yield "a project of every key is taken by both", mine[whole] or other[whole] or None
    for name, ours_says, theirs_says in zip(names, mine, other):
        group = name.partition(".")[0] if name.partition(".")[0] in PLACES or name.startswith("in all: ") else name
        wrong = groups.setdefault(group, [])
        if bool(ours_says) == bool(theirs_says):
            continue
        if reason_of(name):
            met.add(reason_of(name))
        else:
            wrong.append(f"{name}: {'refused, ' + ours_says if ours_says else 'taken'} here; {theirs_says or 'taken'} there")
    for group, wrong in groups.items():
        yield group, "\n".join(wrong) or None
    yield "every difference is still there", "\n".join(DIFFERENCES.keys() - met) or None


prove.main(proof)
