"""`check --standard` gives every fixture of k8s.io/pod-security-admission the verdict that it states."""

import json
import pathlib
import re
import subprocess
import sys

import prove

MODULE = "k8s.io/pod-security-admission@v0.37.2"


def module_folder():
    go = prove.require_go()
    folder = prove.cache_dir("scratch")
    return pathlib.Path(json.loads(prove.run(f"go mod download {MODULE}", go, "mod", "download", "-json", MODULE, cwd=folder))["Dir"])


def newest(folder):
    return max(folder.iterdir(), key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)])


def verdict(standard, path):
    done = subprocess.run(
        [sys.argv[1], "check", "--standard", standard, "--only", "K8", "--format", "github", str(path)],
        capture_output=True, text=True, check=False,
    )
    return {0: "pass", 1: "fail"}.get(done.returncode, done.stderr), done.stdout


def proof():
    testdata = module_folder() / "test" / "testdata"
    for standard in ("baseline", "restricted"):
        version = newest(testdata / standard)
        for want in ("pass", "fail"):
            paths = sorted((version / want).glob("*.yaml"))
            yield f"{standard} {version.name} {want} has {len(paths)} fixtures", None if paths else "no fixture"
            for path in paths:
                got, findings = verdict(standard, path)
                wrong = None if got == want else f"got {got}: {findings or 'no finding'}"
                yield f"{standard} {version.name} {want} {path.stem}", wrong


prove.main(proof)
