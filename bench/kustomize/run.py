#!/usr/bin/env python3
"""Times `slipway kustomize build` against `kubectl kustomize`, side by side.

Usage: bench/kustomize/run.py SLIPWAY [--theirs COMMAND] [--sizes 12,200] [--runs N] [--linear]
       COMMAND defaults to "kubectl kustomize".

Each service is a base of six objects (Deployment, Service, ConfigMap, ServiceAccount, HPA, PDB); an
overlay lists them all and sets namespace, prefix, labels, images, a patch and a generator. Prints
CPU seconds and peak memory of the whole process and the ratio. --linear times 100, 1,000 and 10,000
objects of ours alone.
"""
import argparse
import pathlib
import shlex
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from costs import median, report, report_ratio, write

WIDTH = 10  # of the labels

FILES = {
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
      containers:
      - name: main
        image: ghcr.io/acme/NAME:v1
        ports:
        - containerPort: 8080
          name: http
        env:
        - name: LOG_LEVEL
          valueFrom:
            configMapKeyRef: {name: NAME-config, key: LOG_LEVEL}
        readinessProbe:
          httpGet: {path: /health/ready, port: http}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {cpu: 500m, memory: 256Mi}
""",
    "service.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: NAME\nspec:\n  selector: {app: NAME}\n  ports:\n  - port: 80\n    targetPort: http\n",
    "config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME-config\ndata:\n  LOG_LEVEL: info\n  URL: http://NAME\n",
    "account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: NAME\n",
    "hpa.yaml": "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: NAME\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: NAME}\n  minReplicas: 2\n  maxReplicas: 10\n",
    "pdb.yaml": "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: NAME\nspec:\n  minAvailable: 1\n  selector:\n    matchLabels: {app: NAME}\n",
}

OVERLAY = """namespace: prod
namePrefix: prod-
labels:
- pairs: {env: prod}
  includeSelectors: true
images:
- name: ghcr.io/acme/service-1
  newTag: v2
configMapGenerator:
- name: common
  literals: [a=1]
patches:
- target: {kind: Deployment}
  patch: |-
    - op: replace
      path: /spec/replicas
      value: 3
"""


def generate(root, services):
    names = [f"service-{i}" for i in range(1, services + 1)]
    for name in names:
        for file, text in FILES.items():
            write(f"{root}/base/{name}/{file}", text.replace("NAME", name))
        write(f"{root}/base/{name}/kustomization.yaml", "resources:\n" + "".join(f"- {f}\n" for f in FILES))
    write(f"{root}/overlay/kustomization.yaml", "resources:\n" + "".join(f"- ../base/{n}\n" for n in names) + OVERLAY)
    return f"{root}/overlay"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slipway")
    parser.add_argument("--theirs", default="kubectl kustomize")
    parser.add_argument("--sizes", default="12,200")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--linear", action="store_true")
    args = parser.parse_args()
    ours, theirs = [args.slipway, "kustomize", "build"], shlex.split(args.theirs)
    with tempfile.TemporaryDirectory() as root:
        for services in [] if args.linear else map(int, args.sizes.split(",")):
            overlay = generate(f"{root}/{services}", services)
            print(f"{services} services, {services * 6 + 1} objects")
            mine = median([*ours, overlay], None, args.runs)
            peers = median([*theirs, overlay], None, 1 if services > 50 else args.runs)
            report("slipway", mine, WIDTH)
            report("theirs", peers, WIDTH)
            report_ratio(peers.cpu, mine.cpu, WIDTH)
        for services in (17, 167, 1667) if args.linear else ():
            overlay = generate(f"{root}/{services}", services)
            print(f"{services * 6 + 1} objects")
            report("slipway", median([*ours, overlay], None, args.runs), WIDTH)


if __name__ == "__main__":
    main()
