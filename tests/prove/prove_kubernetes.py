"""The rendered Kubernetes tree builds, meets the schemas of three versions and the restricted standard."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kubernetes_schemas
import prove
import tree

VERSIONS = ("1.28.0", "1.31.0", "1.33.0")
OVERLAYS = ("staging", "production")

# Pod Security Standards, level restricted, as far as these manifests can break it:
# https://kubernetes.io/docs/concepts/security/pod-security-standards/
RESTRICTED = """
import sys, yaml
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
def faults(kind, name, spec):
    pod = spec.get("securityContext", {})
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"{key} is set"
    for volume in spec.get("volumes", []):
        if not set(volume) - {"name"} <= VOLUMES:
            yield f"volume {volume['name']} is none of the allowed kinds"
    for c in spec.get("initContainers", []) + spec["containers"]:
        own = c.get("securityContext", {})
        both = {**pod, **own}
        if both.get("runAsNonRoot") is not True or both.get("runAsUser") == 0:
            yield f"{c['name']} may run as root"
        if both.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
            yield f"{c['name']} has no seccomp profile"
        if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
            yield f"{c['name']} may gain privileges"
        if "ALL" not in own.get("capabilities", {}).get("drop", []) or own["capabilities"].get("add"):
            yield f"{c['name']} keeps capabilities"
        if any("hostPort" in port for port in c.get("ports", [])):
            yield f"{c['name']} has a host port"
count = 0
for doc in yaml.safe_load_all(open(sys.argv[1])):
    if doc["kind"] in ("Deployment", "StatefulSet"):
        count += 1
        for fault in faults(doc["kind"], doc["metadata"]["name"], doc["spec"]["template"]["spec"]):
            print(doc["kind"], doc["metadata"]["name"] + ":", fault)
if count < 13:
    print(f"only {count} workloads were looked at")
"""

# Every key that a Deployment takes from a ConfigMap or a Secret exists in it; an ExternalSecret
# counts as the Secret that it makes.
REFERENCES = """
import sys, yaml
docs = [d for d in yaml.safe_load_all(open(sys.argv[1]))]
keys = {}
for d in docs:
    if d["kind"] == "ConfigMap":
        keys[("configMapKeyRef", d["metadata"]["name"])] = set(d.get("data") or {})
    if d["kind"] == "ExternalSecret":
        keys[("secretKeyRef", d["spec"]["target"]["name"])] = {e["secretKey"] for e in d["spec"]["data"]}
count = 0
for d in docs:
    if d["kind"] not in ("Deployment", "StatefulSet"):
        continue
    for c in d["spec"]["template"]["spec"]["containers"]:
        for var in c.get("env", []):
            for kind, ref in var.get("valueFrom", {}).items():
                count += 1
                if ref["key"] not in keys.get((kind, ref["name"]), ()):
                    print(d["metadata"]["name"], var["name"], "refers to", ref["name"], ref["key"], "which nothing makes")
            if "value" in var and "valueFrom" in var:
                print(d["metadata"]["name"], var["name"], "has a value and a source")
if count < 50:
    print(f"only {count} references were looked at")
"""


# The Secrets of a local cluster are those that the operator makes elsewhere, with a value each.
LOCAL_SECRETS = """
import base64, sys, yaml
wanted = {
    d["spec"]["target"]["name"]: {e["secretKey"] for e in d["spec"]["data"]}
    for d in yaml.safe_load_all(open(sys.argv[1])) if d["kind"] == "ExternalSecret"
}
made = {d["metadata"]["name"]: d["data"] for d in yaml.safe_load_all(sys.stdin) if d}
if {name: set(data) for name, data in made.items()} != wanted or len(made) < 13:
    print("makes", {name: sorted(data) for name, data in made.items()}, "not", wanted)
for name, data in made.items():
    for key, value in data.items():
        if base64.b64decode(value).decode() != sys.argv[2]:
            print(name, key, "is", base64.b64decode(value))
"""
TRICKY = "it's $HOME \"quoted\" `id` #1 = \\n"


def local_secrets(python, folder, built):
    """The script, run on a file whose values a shell or YAML would misread."""
    names = re.findall(r"^(\w+)=", pathlib.Path(folder, ".env.example").read_text(), re.M)
    env_file = pathlib.Path(folder, "local.env")
    env_file.write_text("".join(f"{name}={TRICKY}\n" for name in names))
    script = f"{folder}/scripts/local-secrets.sh"
    made = subprocess.run([script, env_file], capture_output=True, text=True, check=False)
    if made.returncode:
        return made.stderr
    env_file.write_text("")
    refused = subprocess.run([script, env_file], capture_output=True, text=True, check=False)
    if refused.returncode == 0 or "POSTGRES_PASSWORD" not in refused.stderr:
        return "a value that is missing was not missed: " + refused.stderr
    return output(python, "-c", LOCAL_SECRETS, str(built), TRICKY, input=made.stdout)


# Both a Gateway and its routes are there, each public service is reached, and by the Gateway's pods alone.
GATEWAY = """
import sys, yaml
docs = list(yaml.safe_load_all(open(sys.argv[1])))
by_kind = lambda kind: [d for d in docs if d["kind"] == kind]
services = {d["metadata"]["name"]: {p["port"] for p in d["spec"]["ports"]} for d in by_kind("Service")}
if by_kind("Ingress"):
    print("there is an Ingress too")
listeners = {(g["metadata"]["name"], l["name"]) for g in by_kind("Gateway") for l in g["spec"]["listeners"]}
reached = set()
for route in by_kind("HTTPRoute"):
    for parent in route["spec"]["parentRefs"]:
        if (parent["name"], parent["sectionName"]) not in listeners:
            print(route["metadata"]["name"], "hangs on", parent)
    for rule in route["spec"]["rules"]:
        for backend in rule.get("backendRefs", []):
            reached.add(backend["name"])
            if backend["port"] not in services.get(backend["name"], ()):
                print(route["metadata"]["name"], "sends to", backend)
opened = {
    d["spec"]["podSelector"]["matchLabels"]["app"]: peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    for d in by_kind("NetworkPolicy") for rule in d["spec"].get("ingress", []) for peer in rule.get("from", [])
    if "namespaceSelector" in peer and d["metadata"]["name"].endswith("-public")
}
if reached != {"gateway-service", "web"} or opened != dict.fromkeys(reached, "envoy-gateway-system"):
    print("reached are", reached, "opened is", opened)
"""


def gateway_objects(slipway, tools, folder):
    """The production overlay of a catalog that chooses the Gateway API: (name, what is wrong) a point."""
    kubectl, conform, python = tools
    chosen = pathlib.Path(folder, "gateway-choice.yaml")
    chosen.write_text("environments: { production: { ingress: { kind: gateway } } }\n")
    subprocess.run(
        [slipway, "-C", tree.ROOT, "-f", f"{tree.ROOT}/slipway.yaml", "-f", chosen, "render", "kubernetes", "--out", f"{folder}/gateway"],
        check=True, capture_output=True,
    )
    built = pathlib.Path(folder, "gateway.yaml")
    built.write_text(prove.run("kubectl kustomize", kubectl, "kustomize", f"{folder}/gateway/deploy/kubernetes/overlays/production"))
    place = kubernetes_schemas.gateway_folder(python)
    objects = pathlib.Path(folder, "gateway-objects.yaml")
    kept = [text for text in built.read_text().split("\n---\n") if "apiVersion: gateway.networking.k8s.io/v1\n" in text]
    objects.write_text("\n---\n".join(kept))
    found = len(kept) == 3
    yield "Gateway and HTTPRoutes meet the Gateway API's schemas", output(
        conform, "-strict", "-schema-location", kubernetes_schemas.gateway_location(place), str(objects)
    ) if found else f"{len(kept)} objects of the Gateway API"
    broken = pathlib.Path(folder, "gateway-broken.yaml")
    broken.write_text(objects.read_text().replace("gatewayClassName:", "className:"))
    yield "and a Gateway with a wrong field does not", None if output(
        conform, "-strict", "-schema-location", kubernetes_schemas.gateway_location(place), str(broken)
    ) else "it is accepted"
    yield "the routes reach what is public, and the policies fit", output(python, "-c", GATEWAY, str(built))


def output(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    return None if done.returncode == 0 and not done.stdout else done.stdout + done.stderr or f"exit {done.returncode}"


def render(slipway, into):
    subprocess.run([slipway, "-C", tree.ROOT, "render", "--out", into], check=True, capture_output=True)


def proof():
    slipway = os.path.abspath(sys.argv[1])
    kubectl = shutil.which("kubectl")
    if not kubectl:
        raise prove.Unavailable("kubectl is not installed")
    conform = prove.go_tool(*kubernetes_schemas.KUBECONFORM)
    python = prove.python_with(kubernetes_schemas.PACKAGE, "PyYAML==6.0.2")
    location = kubernetes_schemas.location(kubernetes_schemas.folder(python, VERSIONS))
    with tempfile.TemporaryDirectory() as folder:
        render(slipway, folder)
        for overlay in OVERLAYS:
            built = pathlib.Path(folder, overlay + ".yaml")
            done = subprocess.run(
                [kubectl, "kustomize", f"{folder}/deploy/kubernetes/overlays/{overlay}"],
                capture_output=True, text=True, check=False,
            )
            yield f"kubectl kustomize builds {overlay}", None if done.returncode == 0 and not done.stderr else done.stderr
            built.write_text(done.stdout)
            own = subprocess.run(
                [slipway, "kustomize", "build", f"{folder}/deploy/kubernetes/overlays/{overlay}"],
                capture_output=True, text=True, check=False,
            )
            same = own.stdout == done.stdout
            yield f"slipway kustomize builds the same {overlay}", None if same else own.stderr or "the outputs differ"
            for version in VERSIONS:
                # no schema of the External Secrets Operator comes with Kubernetes
                wrong = output(
                    conform, "-strict", "-kubernetes-version", version, "-skip", "ExternalSecret",
                    "-schema-location", location, str(built),
                )
                yield f"{overlay} meets the schemas of {version}", wrong
            yield f"{overlay} is admitted as restricted", output(python, "-c", RESTRICTED, str(built))
            yield f"every reference of {overlay} resolves", output(python, "-c", REFERENCES, str(built))
        yield from gateway_objects(slipway, (kubectl, conform, python), folder)
        yield "a local cluster gets the same Secrets", local_secrets(python, folder, built)


prove.main(proof)
