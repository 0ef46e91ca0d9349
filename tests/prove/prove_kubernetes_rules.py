"""What check says of manifests, beside what kubeconform and kube-score say of them.

The manifests are the audit's fixtures, and for kubeconform also good objects with one fault each, a few thousand.
Where a peer has another opinion the reason stands here; a difference without a reason, like a reason without a
difference, is a failure.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import kubernetes_mutants
import kubernetes_schemas
import prove
import tree

SLIPWAY = pathlib.Path(sys.argv[1]).resolve()
AUDIT = pathlib.Path(tree.ROOT, "tests", "audit")
KUBE_SCORE = ("github.com/zegl/kube-score/cmd/kube-score", "v1.20.0")
VERSIONS = ("1.27.0", "1.32.0", "1.37.0")

FIXTURES = (
    "clean", "rules/autoscaling", "rules/exposure", "rules/host", "rules/images", "rules/jobs", "rules/limits",
    "rules/network", "rules/rbac", "rules/replicas", "rules/scaling", "rules/schema", "rules/secrets",
    "rules/security", "rules/users", "rules/versions", "rules/workloads",
)


def findings(paths, *flags):
    command = [SLIPWAY, "check", "--level", "info", "--format", "json", *flags, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def told(differences, reasons, what):
    """None, or the differences that no reason (a pattern of theirs) explains and the reasons that explain nothing."""
    unexplained = [f"{what} {key}" for key in sorted(differences) if not any(re.search(r, key) for r in reasons)]
    idle = [f"no such difference any more: {r}" for r in reasons if not any(re.search(r, key) for key in differences)]
    return "\n".join(unexplained + idle) or None


# --- kubeconform -----------------------------------------------------------------------------------------

ENUMERATIONS = (
    "accessModes|action|completionMode|concurrencyPolicy|dnsPolicy|effect|failurePolicy|fsGroupChangePolicy|imagePullPolicy|"
    "mountPropagation|operations|operator|persistentVolumeReclaimPolicy|podManagementPolicy|policyTypes|protocol|restartPolicy|scopeName|"
    "sideEffects|terminationMessagePolicy|type|unhealthyPodEvictionPolicy|volumeBindingMode|volumeMode|whenUnsatisfiable"
)
# what only check refuses -> why kubeconform, with the package's schemas, takes it
TAKEN = {
    r"secrets.yaml Secret/not-base64": "bytes must be base64",
    r"schema.yaml Secret/bytes": "bytes must be base64: kubeconform checks no formats",
    r"Secret data is|(data\.a|caBundle) is '7'": "the same",
    r" is None$": "an object that must be there may not be null to the API server",
    r"(limits|requests|hard|capacity|default|defaultRequest|max)(\.[\w.-]+)? is ({'a': 'b'}|'word')": "a quantity is any string to the schema",
    r"(divisor|sizeLimit) is 'word'": "the same",
    rf"[. ]({ENUMERATIONS})(\[\d+\])? is ('word'|'7'|\['a'\])$": "the schemas leave enumerations out",
    r" is 3000000000$": "the schemas leave the width of numbers out",
}
# what only kubeconform refuses -> why check takes it
REFUSED = {
    r"schema.yaml Secret/sealed": "SOPS takes its own key away before the object is applied",
    r"schema.yaml ConfigMapList/": "check names the object in the list",
    r" is None$": "null is no value to the API server; in the schema of a quantity or a port it fits two alternatives",
}

def conform_verdicts(program, location, version, *paths):
    """(file, object) -> whether it is refused. Of kinds that it has no schema of there is nothing."""
    done = subprocess.run(
        [program, "-strict", "-output", "json", "-verbose", "-ignore-missing-schemas", "-kubernetes-version", version,
         "-schema-location", location, *map(str, paths)],
        capture_output=True, text=True, check=False,
    )
    verdicts = {}
    for resource in json.loads(done.stdout)["resources"]:
        key = (pathlib.Path(resource["filename"]).name, f"{resource['kind']}/{resource['name']}")
        if resource["status"] not in ("statusSkipped", "statusEmpty"):
            verdicts[key] = verdicts.get(key, False) or resource["status"] != "statusValid"
    return verdicts


def compare_schemas(program, location, version, paths):
    """(what only check refuses, what only kubeconform refuses, how many objects both looked at)"""
    theirs = conform_verdicts(program, location, version, *paths)
    found = findings(paths, "--only", "K8001", "--kubernetes-version", version)
    refused = {(pathlib.Path(finding["file"]).name, finding["object"]) for finding in found}
    ours_only = {key for key in refused if theirs.get(key) is False}
    return ours_only, {key for key, bad in theirs.items() if bad and key not in refused}, len(theirs)


def compare_mutants(program, python, location):
    """The same for good objects with one fault each, told by what the fault is."""
    with tempfile.TemporaryDirectory() as folder:
        names = kubernetes_mutants.write(folder, python)
        paths = sorted(pathlib.Path(folder).glob("*.yaml"))
        ours, theirs, count = compare_schemas(program, location, VERSIONS[-1], paths)
    return {names[title] for _, title in ours}, {names[title] for _, title in theirs}, count


# --- kube-score ------------------------------------------------------------------------------------------

# its check -> why check says less, of the fixtures' objects
LESS = {
    "container-ephemeral-storage-request-and-limit": "a limit is enough, and a pod without containers is fine",
    "container-image-pull-policy": "only for tags that move: a version needs no second look",
    "container-resources": "a request that isn't said is the limit",
    "container-seccomp-profile": "without any context K8029 says it once; Windows has no seccomp",
    "container-security-context-user-group-id": "the group's id may be the image's",
    "deployment-has-host-podantiaffinity": "spread constraints serve as well; one pod has nothing to keep away from",
    "deployment-has-poddisruptionbudget": "a budget for one pod blocks every drain",
    "horizontalpodautoscaler-has-target": "an autoscaler without a target at all is K8001's",
    "pod-networkpolicy": "said once for a namespace without any; none covers the host's network",
    "pod-probes": "of pods without ports",
    "pod-probes-identical": "probes of different hosts differ",
    "pod-topology-spread-constraints": "what a constraint lacks is K8001's",
    "poddisruptionbudget-has-policy": "one without a spec is K8001's",
    "service-targets-pod": "a Service without a selector has its endpoints from elsewhere",
    "statefulset-has-host-podantiaffinity": "one pod has nothing to keep away from",
    "statefulset-has-poddisruptionbudget": "a budget for one pod blocks every drain",
    "statefulset-has-servicename": "one pod has no other member to find",
}
# its check -> why check says more
MORE = {
    "container-seccomp-profile": "kube-score takes every profile, Unconfined too",
    "deployment-replicas": "kube-score looks only at what a Service leads to",
    "deployment-strategy": "the same; and a share of 100 % counts too",
    "deployment-targeted-by-hpa-does-not-have-replicas-configured": "KEDA's autoscalers count too",
    "horizontalpodautoscaler-replicas": "equal bounds count too",
    "ingress-targets-service": "a port that the Service lacks counts too",
    "pod-topology-spread-constraints": "kube-score looks only at constraints that are there",
    "poddisruptionbudget-has-policy": "unhealthyPodEvictionPolicy counts too",
    "service-type": "load balancers count too",
}


def score_verdicts(program, path):
    """(object, check) -> whether it complains."""
    done = subprocess.run(
        [program, "score", "--output-format", "json", "--kubernetes-version", "v1.34",
         "--enable-optional-test", "container-seccomp-profile", str(path)],
        capture_output=True, text=True, check=False,
    )
    if not done.stdout.startswith("["):
        return {}
    verdicts = {}
    for scored in json.loads(done.stdout):
        title = f"{scored['type_meta']['kind']}/{scored['object_meta']['name']}"
        for one in scored["checks"]:
            key = (title, one["check"]["id"])
            verdicts[key] = verdicts.get(key, False) or (not one["skipped"] and one["grade"] < 10)
    return verdicts


def peers_of_rules():
    """Rule -> kube-score's checks for the same."""
    docs = subprocess.run([SLIPWAY, "check", "--docs"], capture_output=True, text=True, check=True).stdout
    peers = {}
    for rule, text in re.findall(r"^## (\w+): .*?$(.*?)(?=^## |\Z)", docs, re.M | re.S):
        peers[rule] = set(re.findall(r"KS:([\w-]+)", text))
    return peers


def compare_scores(program):
    peers = peers_of_rules()
    known = set().union(*peers.values())
    less, more = collections.defaultdict(set), collections.defaultdict(set)
    count = 0
    for name in FIXTURES:
        path = AUDIT / f"{name}.yaml"
        theirs = score_verdicts(program, path)
        rules = [rule for rule, checks in peers.items() if checks]
        ours = {(f["object"], check) for f in findings([path], "--only", ",".join(rules)) for check in peers[f["rule"]]}
        for (title, check), complains in theirs.items():
            if check not in known:
                continue
            count += 1
            if complains and (title, check) not in ours:
                less[check].add(f"{name} {title}")
            elif not complains and (title, check) in ours:
                more[check].add(f"{name} {title}")
    return less, more, count


def proof():
    conform = prove.go_tool(*kubernetes_schemas.KUBECONFORM)
    score = prove.go_tool(*KUBE_SCORE)
    python = prove.python_with(kubernetes_schemas.PACKAGE, "PyYAML==6.0.2")
    location = kubernetes_schemas.location(kubernetes_schemas.folder(python, VERSIONS))
    ours_only, theirs_only, count = compare_mutants(conform, python, location)
    yield "kubeconform looked at thousands of objects with a fault", None if count > 5000 else f"only at {count}"
    paths = [AUDIT / f"{name}.yaml" for name in FIXTURES]
    for version in VERSIONS:
        ours, theirs, count = compare_schemas(conform, location, version, paths)
        yield f"kubeconform looked at the fixtures for {version}", None if count > 80 else f"only at {count}"
        ours_only |= {" ".join(key) for key in ours}
        theirs_only |= {" ".join(key) for key in theirs}
    yield "what check alone refuses has a reason", told(ours_only, TAKEN, "kubeconform takes")
    yield "what kubeconform alone refuses has a reason", told(theirs_only, REFUSED, "kubeconform refuses")
    less, more, count = compare_scores(score)
    yield "kube-score looked at the same points", None if count > 500 else f"only at {count}"
    yield "what kube-score alone finds has a reason", told(less, LESS, "kube-score alone finds")
    yield "what check alone finds has a reason", told(more, MORE, "check alone finds")


prove.main(proof)
