"""The server of net_probe.c, for as long as a `with` lasts."""

import contextlib
import subprocess
import sys


@contextlib.contextmanager
def serving():
    """Gives the ports of HTTP and of gRPC."""
    program, descriptors = sys.argv[1:3]
    process = subprocess.Popen(
        [program, descriptors], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield tuple(map(int, process.stdout.readline().split()))
    finally:
        process.stdin.close()
        if process.wait(timeout=30):
            raise RuntimeError(f"net_probe ended with {process.returncode}")
