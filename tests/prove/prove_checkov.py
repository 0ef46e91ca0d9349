"""What checkov says of our fixtures, beside what check says by the rules that name checkov's check as the same.

One run of checkov over all of them, with its own policies. Its verdicts are compared object by object in
manifests, file by file elsewhere; where it sees something else the reason stands here.
"""

import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import prove
import tree

CHECKOV = "checkov==3.3.30"
SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
AUDIT = tree.ROOT / "tests" / "audit"
FRAMEWORKS = ("kubernetes", "dockerfile", "github_actions", "secrets")

ONCE = "without any security context K8029 says it, once"
CONTROLLER = "what a controller made is judged at the controller"
FORMS = "more forms of the same, and of other tools"
BOTH = "one rule of ours for both of theirs"

# its check -> why check says less
LESS = {
    "CKV2_GHA_1": "jobs say their own rights, and a called workflow has its caller's",
    "CKV_DOCKER_2": "only servers, and not where Kubernetes or Compose asks for the health",
    "CKV_DOCKER_3": "the base image's user isn't root",
    "CKV_DOCKER_4": "an archive of the context is unpacked by ADD alone",
    "CKV_DOCKER_7": "a base by a variable is one of the file's stages",
    "CKV_K8S_11": CONTROLLER,
    "CKV_K8S_13": "a container that says neither request nor limit is told of once, by K8039",
    "CKV_K8S_14": CONTROLLER,
    "CKV_K8S_15": "a version needs no second look, only a tag that moves",
    "CKV_K8S_16": "a text in the place of true is K8001's",
    "CKV_K8S_20": ONCE,
    "CKV_K8S_21": "a manifest without a namespace gets it where it is applied",
    "CKV_K8S_22": ONCE,
    "CKV_K8S_23": ONCE,
    "CKV_K8S_25": "NET_BIND_SERVICE is what the restricted standard allows",
    "CKV_K8S_28": "what isn't dropped is K8011's; K8013 is for what is added",
    "CKV_K8S_29": CONTROLLER + "; a context of the container is enough",
    "CKV_K8S_30": CONTROLLER + "; a context of the pod is enough, and Windows has another",
    "CKV_K8S_31": ONCE,
    "CKV_K8S_37": ONCE,
    "CKV_K8S_38": "an account that has a role needs its token; of an unknown version nothing is said",
    "CKV_K8S_40": "an id that isn't said is the image's; K8006 is for those that are",
    "CKV_K8S_43": CONTROLLER,
    "CKV_K8S_8": "only servers: containers with ports",
    "CKV_K8S_9": "only servers: containers with ports",
    "CKV_SECRET_6": "in manifests other rules look for secrets",
}
# its check -> why check says more
MORE = {
    "CKV2_DOCKER_5": FORMS, "CKV2_DOCKER_7": FORMS, "CKV2_DOCKER_8": FORMS, "CKV2_DOCKER_9": FORMS, "CKV2_DOCKER_10": FORMS,
    "CKV2_DOCKER_11": FORMS, "CKV2_DOCKER_12": FORMS, "CKV2_DOCKER_16": FORMS,
    "CKV2_GHA_1": "rights of a job that are wider than it needs count too",
    "CKV2_K8S_6": "a policy must select the pod: that there is one isn't enough",
    "CKV_DOCKER_3": "the last USER counts, and it is root",
    "CKV_DOCKER_5": "an update in a RUN of its own is one also where an install stands in the same file",
    "CKV_DOCKER_11": "names of stages are compared without case",
    "CKV_GHA_1": "the commands that the variable allows count too",
    "CKV_GHA_2": "checkov knows a few contexts; expressions in scripts of composite actions and inputs count",
    "CKV_GHA_4": "checkov looks for curl; a secret that is printed or an argument counts",
    "CKV_GHA_5": "an image that is pushed by an action is one too",
    "CKV_GHA_6": "an image that is pushed by an action is one too",
    "CKV_K8S_21": "kube-system too",
    "CKV_K8S_27": "the sockets of containerd and CRI-O too",
    "CKV_K8S_29": "an empty context is none",
    "CKV_K8S_152": "an Ingress without TLS is the same rule's", "CKV_K8S_153": "as above", "CKV_K8S_154": "as above",
    "CKV_K8S_155": BOTH, "CKV_K8S_156": BOTH, "CKV_K8S_157": BOTH, "CKV_K8S_158": BOTH,
}


def peers():
    """Rule -> checkov's checks for the same."""
    docs = subprocess.run([SLIPWAY, "check", "--docs"], capture_output=True, text=True, check=True).stdout
    rules = re.findall(r"^## (\w+): .*?$(.*?)(?=^## |\Z)", docs, re.M | re.S)
    return {rule: checks for rule, text in rules if (checks := set(re.findall(r"CKV2?_\w+", text)))}


def lay_out(scratch):
    """The fixtures where each tool looks for them: manifests, Dockerfiles, workflows."""
    for path in [AUDIT / "clean.yaml", *sorted((AUDIT / "rules").iterdir())]:
        name = path.stem
        if "suppress" in name:
            continue  # what is ignored there has no verdict
        if path.is_dir():
            for dockerfile in path.rglob("*Dockerfile*"):
                place = scratch / name / dockerfile.relative_to(path)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(dockerfile, place)
            if (path / ".github").is_dir():
                shutil.copytree(path / ".github", scratch / name / ".github", dirs_exist_ok=True)
        elif name.startswith("actions-"):
            (scratch / name / ".github" / "workflows").mkdir(parents=True)
            shutil.copy(path, scratch / name / ".github" / "workflows" / f"{name}.yml")
        elif "kind:" in path.read_text(errors="replace"):
            (scratch / name).mkdir(exist_ok=True)
            shutil.copy(path, scratch / name / path.name)


def place_of(kind, file, resource):
    """What a verdict is about: of manifests the object, else the file."""
    if kind != "kubernetes":
        return file
    parts = resource.split(".")
    return f"{file} {parts[0]}/{'.'.join(parts[2:])}"


def theirs(scratch, checks):
    """(place, check) -> whether it complains."""
    python = prove.python_with(CHECKOV)
    command = [pathlib.Path(python).parent / "checkov", "-d", scratch, "--framework", *FRAMEWORKS, "--compact", "-o", "json", "--check", ",".join(sorted(checks))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    verdicts = {}
    reports = json.loads(done.stdout)
    for report in reports if isinstance(reports, list) else [reports]:
        for complains, found in ((False, report["results"]["passed_checks"]), (True, report["results"]["failed_checks"])):
            for one in found:
                key = place_of(report["check_type"], one["file_path"].lstrip("/"), one["resource"]), one["check_id"]
                verdicts[key] = verdicts.get(key, False) or complains
    return verdicts


def ours(scratch, rules):
    """The places and the checks that our rules are the same as."""
    found = set()
    for case in sorted(scratch.iterdir()):
        command = [SLIPWAY, "check", "--level", "info", "--format", "json", "--only", ",".join(rules), "."]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=case)
        for finding in json.loads(done.stdout):
            file = f"{case.name}/{finding['file']}"
            place = f"{file} {finding['object']}" if finding.get("object") else file
            found |= {(place, check) for check in rules[finding["rule"]]}
    return found


def told(differences, reasons, what):
    unexplained = [f"{check}: {what} at {', '.join(sorted(places)[:4])}" for check, places in sorted(differences.items()) if check not in reasons]
    idle = [f"no such difference any more: {check}" for check in reasons if check not in differences]
    return "\n".join(unexplained + idle) or None


def proof():
    rules = peers()
    checks = set().union(*rules.values())
    less, more = collections.defaultdict(set), collections.defaultdict(set)
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        lay_out(scratch)
        verdicts, found = theirs(scratch, checks), ours(scratch, rules)
    for (place, check), complains in verdicts.items():
        if complains != ((place, check) in found):
            (less if complains else more)[check].add(place)
    yield "checkov looked at the same points", None if len(verdicts) > 500 else f"only {len(verdicts)}"
    yield "each check that a rule names was looked at", "\n".join(sorted(checks - {check for _, check in verdicts})) or None
    yield "what checkov alone finds has a reason", told(less, LESS, "checkov alone finds it")
    yield "what check alone finds has a reason", told(more, MORE, "check alone finds it")


prove.main(proof)
