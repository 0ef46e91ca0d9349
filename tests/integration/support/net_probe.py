"""The server of tests/integration/net/net_probe.c, for as long as a `with` lasts."""

import contextlib
import os
import subprocess


@contextlib.contextmanager
def serving():
    """Gives the ports of HTTP and of gRPC."""
    process = subprocess.Popen(
        [os.environ["NET_PROBE"], os.environ["NET_PROBE_DESCRIPTORS"]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    try:
        yield tuple(map(int, process.stdout.readline().split()))
    finally:
        process.stdin.close()
        if process.wait(timeout=30):
            raise RuntimeError(f"net_probe ended with {process.returncode}")
