#!/usr/bin/env python3
"""Shows how `slipway check` grows with one thing at a time: bench/check/scaling.py SLIPWAY [CASE…]

Each case is one file, or one folder, with N of something, then with four times as many. Linear is 4; the
CPU seconds of both and their ratio are printed.
"""
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/support"))
from costs import median, write

FINDINGS = (0, 1)
TIMES = 4


def compose_services(root, count):
    """Half of them wait for another one, each is wrong in some way."""
    services = "".join(
        f"  s{i}:\n    image: acme/s{i}\n    ports: ['{10000 + i}:80']\n    depends_on: [s{max(i - 1, 0) if i else 1}]\n"
        for i in range(count)
    )
    write(f"{root}/compose.yaml", f"services:\n{services}")


def compose_ports(root, count):
    """Of two files that are one project: each port of the second one is taken by the first, some by a range."""
    for folder in ("a", "b"):
        services = "".join(
            f"  {folder}{i}:\n    image: postgres:16\n    ports: ['{10000 + i}:80']\n    depends_on: [{folder}{max(i - 1, 0) if i else 1}]\n"
            for i in range(count // 2)
        )
        write(f"{root}/{folder}/compose.yaml", f"services:\n{services}  {folder}range:\n    image: acme/r:1\n    ports: ['9000-9009:9000-9009']\n")
    write(f"{root}/compose.yaml", "include: [a/compose.yaml, b/compose.yaml]\n")


def compose_files(root, count):
    for i in range(count):
        write(f"{root}/s{i}/docker-compose.yml", f"services:\n  s{i}:\n    image: acme/s{i}:1\n")


def workflow_steps(root, count):
    steps = "".join(f"    - id: s{i}\n      run: echo ${{{{ steps.s{i - 1}.outputs.x }}}} {i}\n" for i in range(1, count))
    head = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - id: s0\n      run: echo\n"
    write(f"{root}/.github/workflows/a.yaml", head + steps)


def workflow_jobs(root, count):
    jobs = "".join(
        f"  j{i}:\n    needs: [j{i - 1}]\n    runs-on: ubuntu-latest\n    steps: [{{run: echo {i}}}]\n" for i in range(1, count)
    )
    head = "on: push\njobs:\n  j0:\n    runs-on: ubuntu-latest\n    steps: [{run: echo}]\n"
    write(f"{root}/.github/workflows/a.yaml", head + jobs)


def workflow_expressions(root, count):
    """In one script: each is untrusted."""
    lines = "".join(f"        echo ${{{{ github.event.issue.title }}}} {i}\n" for i in range(count))
    head = "on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: |\n"
    write(f"{root}/.github/workflows/a.yaml", head + lines)


def pod(name):
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{app: {name}}}}}\n"
        f"  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers: [{{name: a, image: {name}}}]\n---\n"
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}\n"
    )


def kustomize_resources(root, count):
    for i in range(count):
        write(f"{root}/r{i}.yaml", pod(f"r{i}"))
    write(f"{root}/kustomization.yaml", "namePrefix: x-\nresources:\n" + "".join(f"- r{i}.yaml\n" for i in range(count)))


def manifest_objects(root, count):
    write(f"{root}/all.yaml", "---\n".join(pod(f"r{i}") for i in range(count)))


def config_maps(root, count):
    refs = "".join(f"      - configMapRef: {{name: c{i}}}\n" for i in range(count))
    maps = "".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{i}}}\ndata: {{A{i}: b}}\n" for i in range(count))
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a\n    envFrom:\n"
    write(f"{root}/all.yaml", head + refs + maps)


def dockerfile_instructions(root, count):
    lines = "".join(f"RUN apt-get install a{i} | cat\nENV A{i}=${{A{max(i - 1, 0)}}}\n" for i in range(count))
    write(f"{root}/Dockerfile", "FROM debian\n" + lines)


def dockerfile_stages(root, count):
    stages = "".join(f"FROM s{i - 1} AS s{i}\nCOPY --from=s{i - 1} /a{i} /\n" for i in range(1, count))
    write(f"{root}/Dockerfile", "FROM debian:12 AS s0\n" + stages)


def ignore_comments(root, count):
    """Each covers a finding."""
    lines = "".join(f"RUN sudo a{i} # b\n" if i % 2 else "# slipway:ignore DF037 it is asked for\n" for i in range(count))
    write(f"{root}/Dockerfile", "FROM debian:12\n" + lines)


def findings(root, count):
    write(f"{root}/Dockerfile", "FROM debian:12\n" + "".join(f"RUN sudo make a{i}\n" for i in range(count)))


def findings_in_one_line(root, count):
    write(f"{root}/Dockerfile", "FROM debian:12\nRUN " + " && ".join(f"sudo make a{i}" for i in range(count)) + "\n")


def dashboard_panels(root, count):
    panel = '{"id": %d, "type": "graph", "title": "t", "gridPos": {"x": 0, "y": %d, "w": 24, "h": 2}, "targets": [{"expr": "rate(a%d_total[5m])"}]}'
    panels = ",\n".join(panel % (i, 2 * i, i) for i in range(count))
    write(f"{root}/d.json", '{"title": "d", "uid": "d", "schemaVersion": 39, "panels": [%s]}' % panels)


def prometheus_rules(root, count):
    rules = "".join(f"  - alert: A{i}\n    expr: a{i} > 1\n" for i in range(count))
    write(f"{root}/rules.yaml", f"groups:\n- name: a\n  rules:\n{rules}")


def secrets_and_notes(root, count):
    """Secrets that nobody makes, and READMEs that might tell of them."""
    for i in range(count):
        write(f"{root}/n{i}/README.md", f"# n{i}\n\n" + "Nothing about that one.\n" * 40)
    pods = "---\n".join(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}}}\nspec: {{containers: [{{name: a, image: a,"
        f" envFrom: [{{secretRef: {{name: secret-{i}}}}}]}}]}}\n"
        for i in range(count)
    )
    write(f"{root}/pods.yaml", pods)


CASES = {
    compose_services: 1000,
    compose_ports: 2000,
    compose_files: 500,
    workflow_steps: 1000,
    workflow_jobs: 1000,
    workflow_expressions: 1500,
    kustomize_resources: 300,
    manifest_objects: 500,
    config_maps: 1000,
    dockerfile_instructions: 1000,
    dockerfile_stages: 1000,
    ignore_comments: 4000,
    findings: 4000,
    findings_in_one_line: 4000,
    dashboard_panels: 1000,
    prometheus_rules: 2000,
    secrets_and_notes: 250,
}


def main():
    command = [os.path.abspath(sys.argv[1]), "check", "--jobs", "1", "--level", "info"]
    for case, count in CASES.items():
        if sys.argv[2:] and case.__name__ not in sys.argv[2:]:
            continue
        cpu = []
        for times in (1, TIMES):
            with tempfile.TemporaryDirectory() as root:
                case(root, count * times)
                cpu.append(median(command, root, 3, FINDINGS).cpu)
        print(f"{case.__name__:24} {count:6} {cpu[0]:7.3f} s   {count * TIMES:6} {cpu[1]:7.3f} s   x {cpu[1] / cpu[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
