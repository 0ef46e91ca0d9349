"""Who may see and touch a stack: its owner, and nobody else."""

import os
import pathlib
import shutil
import stat
import subprocess

from children import PYTHON, shell
from harness import SLIPWAY, Stack, expect, main

OWNER, OTHER = 65534, 65533


def as_user(stack, uid, *args):
    env = dict(stack.env(), HOME=str(stack.dir))
    env.pop("XDG_RUNTIME_DIR", None)
    return subprocess.run(
        ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", SLIPWAY, *args], cwd=stack.dir,
        env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
    )


def lacks(stack):
    """Why these tests can't run here, or None."""
    if os.geteuid() != 0:
        return "needs root to become another user"
    if not shutil.which("setpriv"):
        return "no setpriv"
    if as_user(stack, OWNER, "version").returncode:
        return "another user can't run the program where it lies"
    return None


def nobody_in_particular_can_run_a_stack():
    services = {"back": shell("exec sleep 1000"), "front": shell("exec sleep 1000", needs=["back"])}
    with Stack(services) as stack:
        reason = lacks(stack)
        if reason:
            return reason
        os.chown(stack.dir, OWNER, OWNER)
        done = as_user(stack, OWNER, "up", "-d", "--wait")
        expect(done.returncode == 0, f"{done.returncode}: {done.stderr}")
        expect(os.stat(f"/proc/{stack.supervisor()}").st_uid == OWNER, "it is not nobody's")
        done = as_user(stack, OWNER, "down")
        expect(done.returncode == 0, f"{done.stderr}")
        stack.gone()
    return None


def another_user_is_refused_everything():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        reason = lacks(stack)
        if reason:
            return reason
        os.chown(stack.dir, OWNER, OWNER)
        stack.dir.chmod(0o755)  # the checkout may be read, as many are
        done = as_user(stack, OWNER, "up", "-d", "--wait")
        expect(done.returncode == 0, done.stderr)
        pid = stack.ps()["app"]["pid"]
        for command in (["ps"], ["logs"], ["why"], ["down"], ["stop", "app"], ["restart", "app"], ["up", "-d"]):
            done = as_user(stack, OTHER, *command)
            expect(done.returncode == 3, f"{command}: exit code {done.returncode}: {done.stdout}{done.stderr}")
            expect("app" not in done.stdout, f"{command} shows what is there: {done.stdout}")
        expect(stack.ps()["app"]["pid"] == pid and stack.state("app") == "ready", "it was touched")
        done = as_user(stack, OWNER, "down")
        expect(done.returncode == 0, done.stderr)
    return None


def a_directory_laid_in_wait_for_the_socket_is_refused():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        reason = lacks(stack)
        if reason:
            return reason
        trap = pathlib.Path(f"/tmp/slipway-{OWNER}")
        if trap.exists():
            return f"{trap} is in use"
        deep = stack.dir / ("d" * 60) / ("e" * 60)
        deep.mkdir(parents=True)
        (deep / "slipway.yaml").write_text((stack.dir / "slipway.yaml").read_text())
        for part in (stack.dir, deep.parent, deep):
            os.chown(part, OWNER, OWNER)
        trap.mkdir(mode=0o777)
        top, stack.dir = stack.dir, deep
        try:
            done = as_user(stack, OWNER, "up", "-d")
            expect(done.returncode == 3 and f"{trap} belongs to another user" in done.stderr, done.stderr)
        finally:
            stack.dir = top
            trap.rmdir()
    return None


def the_socket_and_the_state_are_their_owners():
    if os.geteuid() != 0:
        return "needs root to become another user"
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        path = stack.dir / ".slipway/control.sock"
        expect(stat.S_IMODE(path.stat().st_mode) == 0o600, "mode of the socket")
        expect(stat.S_IMODE(path.parent.stat().st_mode) == 0o700, "mode of the directory")
        # even with the modes open, the peer's uid is refused
        for part in (stack.dir, path.parent):
            part.chmod(0o755)
        path.chmod(0o666)
        other = (
            "import os,socket,sys\nos.setgid(65534); os.setuid(65534)\n"
            "s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
            "s.settimeout(30)\n"
            "try:\n  s.sendall(b'GET /v1/stack HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'); data=s.recv(100)\n"
            "except (BrokenPipeError, ConnectionResetError): data=b''\n"
            "sys.exit(0 if data == b'' else 1)\n"
        )
        done = subprocess.run([PYTHON, "-c", other, str(path)], timeout=60)
        expect(done.returncode == 0, "another user was answered")
    return None


main([
    nobody_in_particular_can_run_a_stack,
    another_user_is_refused_everything,
    a_directory_laid_in_wait_for_the_socket_is_refused,
    the_socket_and_the_state_are_their_owners,
])
