"""Tools from other registries for the proofs, built once and kept in the user's cache.

Each is asked for by an exact version, through the ordinary client of its registry. What this
machine can't provide raises Unavailable with the reason, and the proof is skipped by name.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

GO_LEAST = (1, 24)


class Unavailable(Exception):
    pass


def cache_dir(*parts):
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    path = pathlib.Path(home, "slipway", "prove", *parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def run(what, *command, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **options
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
        raise Unavailable(f"{what}: {last[0]}")
    return done.stdout


def require_go():
    go = shutil.which("go")
    if not go:
        raise Unavailable("Go is not installed")
    version = re.search(r"go(\d+)\.(\d+)", run("go version", go, "version"))
    if not version or tuple(map(int, version.groups())) < GO_LEAST:
        raise Unavailable(f"Go is older than {GO_LEAST[0]}.{GO_LEAST[1]}")
    return go


def go_tool(module, version):
    """The program that `go install MODULE@VERSION` makes."""
    go = require_go()
    place = cache_dir("go", f"{module.replace('/', '_')}@{version}")
    program = place / module.rsplit("/", 1)[-1]
    if not program.exists():
        run(f"go install {module}", go, "install", f"{module}@{version}", env={**os.environ, "GOBIN": str(place)})
    return program


def go_program(folder):
    """The program of a Go module in this tree, built anew when its sources changed."""
    go = require_go()
    sources = sorted(path for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    program = cache_dir("go", folder.name) / digest
    if not program.exists():
        run(f"go build {folder.name}", go, "build", "-o", str(program), ".", cwd=folder)
    return program


def python_with(*requirements):
    """The interpreter of a virtual environment that has exactly these, such as "jsonschema==4.23.0"."""
    digest = hashlib.sha256(" ".join((sys.version, *requirements)).encode()).hexdigest()[:16]
    place = cache_dir("python") / digest
    python = place / "bin" / "python3"
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        run("python3 -m venv", sys.executable, "-m", "venv", str(place))
        run("pip install", str(python), "-m", "pip", "install", "--quiet", *requirements)
        (place / "complete").touch()
    return python


def debian_folder(*packages):
    """Debian packages taken apart in the cache, nothing of them installed or started."""
    place = cache_dir("debian", "-".join(packages))
    if not (place / "complete").exists():
        if not shutil.which("apt-get"):
            raise Unavailable(f"{packages[0]} is not installed, and apt-get isn't here to fetch it")
        run(f"apt-get download {packages[0]}", "apt-get", "download", *packages, cwd=place)
        for archive in place.glob("*.deb"):
            run(f"dpkg -x {archive.name}", "dpkg", "-x", str(archive), str(place))
            archive.unlink()
        (place / "complete").touch()
    return place


def debian_program(program, *packages):
    """The program, installed or out of its Debian package."""
    return shutil.which(program) or str(debian_folder(*packages) / "usr" / "bin" / program)


def go_source(module, version):
    """The folder of a module's source."""
    place = cache_dir("go")
    return pathlib.Path(json.loads(run(f"go mod download {module}", require_go(), "mod", "download", "-json", f"{module}@{version}", cwd=place))["Dir"])


def go_main(module, version, package, flags=""):
    """A main package of a module whose go.mod `go install` refuses, or that wants linker flags."""
    go = require_go()
    name = re.sub(r"/v\d+$", "", module).rsplit("/", 1)[-1]
    program = cache_dir("go", f"{module.replace('/', '_')}@{version}") / name
    if not program.exists():
        run(f"go build {module}", go, "build", "-trimpath", "-ldflags", flags, "-o", str(program), package, cwd=go_source(module, version))
    return program


class Skip(str):
    """Instead of what is wrong: why this point can't be looked at here."""


def main(proof):
    """Runs a proof: a function that yields (name, None or what is wrong or a Skip). Prints TAP."""
    number = failed = 0
    try:
        for number, (name, wrong) in enumerate(proof(), 1):
            if isinstance(wrong, Skip):
                print("ok", number, "-", name, "# SKIP", wrong, flush=True)
                continue
            print("not ok" if wrong else "ok", number, "-", name, flush=True)
            for line in (wrong or "").splitlines():
                print("#", line)
            failed += bool(wrong)
    except Unavailable as reason:
        if number == 0:
            print(f"1..0 # SKIP {reason}")
            return
        print(f"not ok {number + 1} - went on after {number} points: {reason}")
        failed += 1
    print(f"1..{number}")
    sys.exit(1 if failed or not number else 0)
