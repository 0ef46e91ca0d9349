#!/usr/bin/env python3
"""What `slipway render` costs: bench/render/run.py PATH/TO/slipway

The platform's own catalog checked and written anew, then made-up catalogs of 250 to 2,000 services to see
that the time grows with their number. Each figure is the best and the median of its runs: the best is what
the program needs, the median what this machine gave it. CPU is user and system time of the process.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/support"))
from costs import measure


def show(what, runs):
    cpu, wall, rss = zip(*runs)
    print(
        f"{what:34} wall best {min(wall) * 1e3:7.1f} median {statistics.median(wall) * 1e3:7.1f} ms"
        f"   cpu best {min(cpu) * 1e3:7.1f} ms   {max(rss) / 1024:6.1f} MB"
    )


def catalog(services):
    head = "slipway: 1\nplatform: shop\nsource: https://example.com/shop\nregistry: registry.example.com/shop\n"
    head += "resources:\n  postgres: { kind: postgres, databases: from_services }\n  kafka: { kind: kafka }\nservices:\n"
    return head + "".join(
        f"  s{i}:\n    language: c\n    planned: true\n    ports: {{ http: {10000 + 2 * i}, grpc: {10001 + 2 * i} }}\n"
        f"    needs: [postgres]\n    wants: [kafka]\n    calls: [s{(i + 1) % services}]\n    publishes: [s{i}.changed]\n"
        for i in range(services)
    ) + "environments:\n  staging: { defaults: { replicas: { min: 1 } } }\n  production: { tag: \"1\" }\n"


def main():
    slipway = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        platform = pathlib.Path(scratch, "platform")
        shutil.copytree(ROOT / "deploy", platform / "deploy")
        shutil.copy(ROOT / "slipway.yaml", platform)
        (platform / "services/product").mkdir(parents=True)
        subprocess.run([slipway, "-q", "-C", platform, "render", "--force"], check=True)
        count = len((platform / "deploy/.slipway-render.json").read_text().split('"digest"')) - 1
        show(f"check, the platform, {count} files", [measure([slipway, "-C", platform, "render", "--check"]) for _ in range(40)])
        show("write, the platform", [measure([slipway, "-C", platform, "render", "--out", f"{scratch}/w{i}"]) for i in range(10)])
        for services in (250, 500, 1000, 2000):
            folder = pathlib.Path(scratch, str(services))
            folder.mkdir()
            (folder / "slipway.yaml").write_text(catalog(services))
            subprocess.run([slipway, "-q", "-C", folder, "render"], check=True)
            show(f"check, {services} services", [measure([slipway, "-C", folder, "render", "--check"]) for _ in range(3)])


main()
