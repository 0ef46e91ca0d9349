"""The API's JSON schemas of a PyPI package, where kubeconform looks for them."""

import pathlib
import shutil

import prove

PACKAGE = "kubernetes-validate==1.37.0"
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
