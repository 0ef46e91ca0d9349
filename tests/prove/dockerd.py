"""A dockerd of our own for a proof, with images that need no registry.

The daemon listens on a socket in a scratch folder, has no default bridge and leaves the machine's firewall alone.
Its data stay in the cache from one run to the next, so a layer is built once. The images that Dockerfiles begin
with are assembled from Debian's packages under the names that the Dockerfiles use.
"""

import fcntl
import hashlib
import inspect
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import prove
import tree

READY_SECONDS = 60
SUITE = "bookworm"
BUILDER = "debian:bookworm-20240926-slim"
DISTROLESS = "gcr.io/distroless/cc-debian12:nonroot"
DAEMON_PACKAGES = (
    "docker.io", "containerd", "runc", "iptables", "libseccomp2", "libdevmapper1.02.1", "libip4tc2", "libip6tc2", "libxtables12",
    "libnfnetlink0", "libnetfilter-conntrack3", "libnftnl11", "libmnl0",
)
# What the image of that name has: https://github.com/GoogleContainerTools/distroless
DISTROLESS_PACKAGES = (
    "base-files", "netbase", "tzdata", "media-types", "ca-certificates", "libc6", "libssl3", "libgomp1", "libstdc++6",
    "libgcc-s1",
)
PRODUCT = "product-service:proof"
BUILD = {
    "VERSION": "1.2.3",
    "VCS_REF": "0123456789abcdef0123456789abcdef01234567",
    "BUILD_TIME": "2024-11-05T10:00:00+00:00",
    "SOURCE_DATE_EPOCH": "1730800800",
}
USERS = {
    "passwd": "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
    "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
    "group": "root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n",
}


def copy_of_tree(folder):
    """This tree's sources, as a clone would have them; the Dockerfile's ignore file picks among them."""
    left_out = shutil.ignore_patterns(".git", ".slipway", "bin", "build", "build-*", "node_modules", "__pycache__")
    return pathlib.Path(shutil.copytree(tree.ROOT, folder, symlinks=True, ignore=left_out))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """with Daemon() as daemon: daemon.docker("run", …). One at a time uses the cached data."""

    def __init__(self):
        if os.geteuid():
            raise prove.Unavailable("dockerd needs root")
        self.env = dict(os.environ)
        if not shutil.which("dockerd"):
            folder = prove.debian_folder(*DAEMON_PACKAGES)
            self.env["PATH"] = f"{folder}/usr/sbin:{folder}/usr/bin:{folder}/sbin:{self.env['PATH']}"
            self.env["LD_LIBRARY_PATH"] = f"{folder}/usr/lib/x86_64-linux-gnu:{folder}/lib/x86_64-linux-gnu"
            # for the names of a network's containers: rules inside of the containers' name spaces
            self.env["XTABLES_LIBDIR"] = f"{folder}/usr/lib/x86_64-linux-gnu/xtables"
            iptables = folder / "usr/sbin/iptables"
            if not iptables.exists():
                iptables.symlink_to("iptables-nft")
        # a client of another version may refuse to talk to it
        self.client = shutil.which("docker", path=self.env["PATH"])
        self.process = None

    def __enter__(self):
        place = prove.cache_dir("docker")
        self.lock = open(place / "lock", "w", encoding="utf-8")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.scratch = tempfile.TemporaryDirectory()
        folder = self.scratch.name
        self.env["DOCKER_HOST"] = f"unix://{folder}/docker.sock"
        self.env["DOCKER_CONFIG"] = f"{folder}/config"
        self.log = open(f"{folder}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["dockerd", "-H", self.env["DOCKER_HOST"], "--data-root", str(place / "data"), "--exec-root", f"{folder}/exec",
             "--pidfile", f"{folder}/pid", "--bridge=none", "--ip", "127.0.0.1", "--iptables=false", "--ip-masq=false"],
            env=self.env, stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )
        self._wait_ready()
        return self

    def _wait_ready(self):
        until = time.monotonic() + READY_SECONDS
        while subprocess.run([self.client, "version"], env=self.env, capture_output=True, check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > until:
                self.log.seek(0)
                last = self.log.read().strip().splitlines()[-1:] or ["it says nothing"]
                self.__exit__()
                raise prove.Unavailable(f"dockerd can't run here: {last[0][:300]}")
            time.sleep(0.1)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        self.log.close()
        # the name space of host networking stays mounted when the daemon ends
        mounts = [line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
        for place in reversed([path for path in mounts if path.startswith(self.scratch.name + "/")]):
            subprocess.run(["umount", place], check=True)
        self.scratch.cleanup()
        self.lock.close()

    def docker(self, *arguments, **options):
        """Runs the client; the finished process."""
        env = {**self.env, **options.pop("env", {})}
        return subprocess.run(
            [self.client, *map(str, arguments)], env=env, capture_output=True, text=True, check=False,
            stdin=options.pop("stdin", subprocess.DEVNULL), **options,
        )

    def ask(self, *arguments):
        """What the client prints; a failure ends the proof."""
        done = self.docker(*arguments)
        if done.returncode:
            raise AssertionError(f"docker {' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done.stdout.strip()

    def inspect(self, name):
        return json.loads(self.ask("inspect", name))[0]

    def has(self, image):
        return self.docker("image", "inspect", image).returncode == 0

    def build(self, dockerfile, context, tag, **build_args):
        """None, or the end of what the build said. Steps that install packages use this machine's network."""
        given = [word for name, value in build_args.items() for word in ("--build-arg", f"{name}={value}")]
        done = self.docker(
            "build", "--progress", "plain", "--network", "host", "-f", dockerfile, "-t", tag, *given, context,
            env={"DOCKER_BUILDKIT": "1"},
        )
        return "\n".join((done.stdout + done.stderr).splitlines()[-25:]) if done.returncode else None

    # --- images ---

    def build_product(self, folder):
        """PRODUCT from a copy of this tree; None, or what went wrong."""
        dockerfile = folder / "services/product/Dockerfile"
        # the syntax line names an image that only a registry has; the daemon's own frontend reads the rest
        dockerfile.write_text(dockerfile.read_text().removeprefix("# syntax=docker/dockerfile:1.7\n"))
        return self.build(dockerfile, folder, PRODUCT, **BUILD)

    def need_builder(self):
        """Debian's smallest, as `debian:*-slim` is."""
        if self.has(BUILDER):
            return
        folder = prove.debian_folder("mmdebstrap")
        archive = pathlib.Path(self.scratch.name, "debian.tar")
        left_out = ("man", "doc", "locale", "info")
        prove.run(
            "mmdebstrap", "perl", f"{folder}/usr/bin/mmdebstrap", "--mode=root", "--variant=minbase", "--dpkgopt=force-unsafe-io",
            *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in left_out), SUITE, str(archive),
            env={**os.environ, "PATH": f"{folder}/usr/bin:{os.environ['PATH']}"},
        )
        self.ask("import", archive, BUILDER)
        archive.unlink()

    def need_distroless(self):
        """Libraries, certificates, users: no shell, no package manager. Made anew when the recipe has changed."""
        recipe = hashlib.sha256(inspect.getsource(Daemon.need_distroless).encode() + repr((DISTROLESS_PACKAGES, USERS)).encode()).hexdigest()
        if self.has(DISTROLESS) and self.inspect(DISTROLESS)["Config"]["Labels"] == {"recipe": recipe}:
            return
        root = pathlib.Path(self.scratch.name, "distroless")
        shutil.copytree(prove.debian_folder(*DISTROLESS_PACKAGES), root, symlinks=True, ignore=shutil.ignore_patterns("complete", "doc", "man"))
        shutil.rmtree(root / "usr/sbin")  # a script that writes the file of certificates
        certificates = sorted((root / "usr/share/ca-certificates/mozilla").glob("*.crt"))
        (root / "etc/ssl/certs/ca-certificates.crt").write_text("".join(path.read_text() for path in certificates))
        for name, text in USERS.items():
            (root / "etc" / name).write_text(text)
        (root / "tmp").mkdir(exist_ok=True)
        (root / "tmp").chmod(0o1777)
        home = root / "home" / "nonroot"
        home.mkdir(parents=True)
        os.chown(home, 65532, 65532)
        archive = pathlib.Path(self.scratch.name, "distroless.tar")
        prove.run("tar", "tar", "-C", str(root), "-cf", str(archive), ".")
        changes = ("USER 65532", "WORKDIR /home/nonroot", "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", f"LABEL recipe={recipe}")
        self.ask("import", *(word for change in changes for word in ("--change", change)), archive, DISTROLESS)
