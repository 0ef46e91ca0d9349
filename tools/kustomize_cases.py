"""Random kustomizations for tools/fuzz_kustomize.py: resources, patches, plugins, fields."""
import os

NAMES = ["web", "api", "db", "cache", "worker", "web-2"]
NAMESPACES = ["prod", "dev", "default", ""]
IMAGES = ["nginx", "nginx:1.25", "ghcr.io/acme/web:v1", "redis@sha256:0123456789abcdef", "localhost:5000/app", "app:1.0@sha256:aa11"]
ODD_SCALARS = [
    "yes", '"yes"', "0644", "1e3", "1_000", '"1"', "~", "null", "''", "'a: b'", "2001-01-01", '"2001-01-01"', "0x1F",
    "1.50", ".5", "on", "a b c", '"tab\\there"', '"é ünï"', "'#x'", "- 1" and '"- 1"', "08", "0o17", "12:30:45", "12e03",
    '"multi\\nline\\n"', '"trailing space "', "{}", "[]", "true", "False", "3.0", "100000000000", "1.0e+21", '"\\U0001F600"',
    "x" * 90 + " " + "y" * 20, '"' + "long words " * 12 + '"', "-0", "+5", '"=" ', "a#b", "'a #b'", "key:value", '"%x"',
    "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43", "1.2.3", "<<", '"*a"', "'!x'",
]

TIERS = ["front", "back", '"1"']
NOTES = ['"true"', "a", '"5"', "a b"]
VALUES = ["x", '"1"', "a b", "$(VAR)", "http://web"]
ARGS = ["a", '"--x=1"', "b"]
CPUS = ["1", "500m", '"2"']
COUNTS = [1, 2, '"3"', 5]
LITERALS = ["1", "x y", '"q"', "a=b", "", "é"]
ENVS = ["prod", "dev", '"1"']

CRDS = """{"example.com/v1.Odd": {"Schema": {"properties": {"apiVersion": {}, "kind": {}, "metadata": {},
"spec": {"$ref": "example.com/v1.OddSpec"}}}},
"example.com/v1.OddSpec": {"Schema": {"properties": {
"f0": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "ConfigMap"},
"labels": {"x-kubernetes-label-selector": ""}, "notes": {"x-kubernetes-annotation": ""}}}}}"""


class Case:
    def __init__(self, rng, root):
        self.rng = rng
        self.root = root
        self.count = 0

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, items):
        return self.rng.choice(items)

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)

    # --- resources --------------------------------------------------------------------------

    def metadata(self, name, indent=""):
        lines = [f"{indent}metadata:", f"{indent}  name: {name}"]
        if self.chance(0.3):
            ns = self.pick(NAMESPACES)
            if ns:
                lines.append(f"{indent}  namespace: {ns}")
        if self.chance(0.5):
            lines.append(f"{indent}  labels:")
            lines.append(f"{indent}    app: {name}")
            if self.chance(0.3):
                lines.append(f"{indent}    tier: {self.pick(TIERS)}")
        if self.chance(0.3):
            lines.append(f"{indent}  annotations:")
            lines.append(f"{indent}    note: {self.pick(ODD_SCALARS[:20])}")
            if self.chance(0.3):
                lines.append(f"{indent}    # a comment")
                lines.append(f"{indent}    example.com/x: {self.pick(NOTES)}")
        return "\n".join(lines)

    def env(self, pad):
        out = []
        for _ in range(self.rng.randint(0, 3)):
            name = self.pick(["A", "B", "C", "D"])
            kind = self.rng.randint(0, 3)
            if kind == 0:
                out.append(f"{pad}- name: {name}\n{pad}  value: {self.pick(VALUES)}")
            elif kind == 1:
                out.append(f"{pad}- name: {name}\n{pad}  valueFrom:\n{pad}    configMapKeyRef:\n{pad}      name: {self.pick(NAMES)}-config\n{pad}      key: k")
            elif kind == 2:
                out.append(f"{pad}- name: {name}\n{pad}  valueFrom:\n{pad}    secretKeyRef:\n{pad}      name: {self.pick(NAMES)}-secret\n{pad}      key: k")
            else:
                out.append(f"{pad}- {{name: {name}, value: '{self.rng.randint(0, 9)}'}}")
        return out

    def ports(self, pad, protocol=True):
        out = []
        for _ in range(self.rng.randint(0, 3)):
            port = self.pick([80, 443, 8080, 9090])
            line = f"{pad}- containerPort: {port}"
            if self.chance(0.5):
                line += f"\n{pad}  protocol: {self.pick(['TCP', 'UDP'])}"
            if self.chance(0.3):
                line += f"\n{pad}  name: p{port}"
            out.append(line)
        return out

    def container(self, name, pad, patch=False):
        out = [f"{pad}- name: {name}"]
        if not patch or self.chance(0.5):
            out.append(f"{pad}  image: {self.pick(IMAGES)}")
        env = self.env(pad + "  ")
        if env:
            out.append(f"{pad}  env:")
            out += env
        ports = self.ports(pad + "  ")
        if ports and self.chance(0.6):
            out.append(f"{pad}  ports:")
            out += ports
        if self.chance(0.2):
            out.append(f"{pad}  args: [{', '.join(self.pick(ARGS) for _ in range(2))}]")
        if self.chance(0.2):
            out.append(f"{pad}  envFrom:\n{pad}  - configMapRef:\n{pad}      name: {self.pick(NAMES)}-config")
        if self.chance(0.2):
            out.append(f"{pad}  volumeMounts:\n{pad}  - mountPath: /{self.pick('abc')}\n{pad}    name: vol")
        if self.chance(0.2):
            out.append(f"{pad}  resources:\n{pad}    limits: {{cpu: {self.pick(CPUS)}, memory: 64Mi}}")
        if patch and self.chance(0.1):
            out.append(f"{pad}  $patch: {self.pick(['delete', 'replace'])}")
        return out

    def pod_spec(self, pad, patch=False):
        out = [f"{pad}containers:"]
        for name in self.rng.sample(["main", "side", "log"], self.rng.randint(1, 2)):
            out += self.container(name, pad, patch)
        if self.chance(0.15):
            out.append(f"{pad}initContainers:")
            out += self.container("init", pad, patch)
        if self.chance(0.3):
            out.append(f"{pad}volumes:")
            out.append(f"{pad}- name: vol")
            out.append(self.pick([
                f"{pad}  emptyDir: {{}}",
                f"{pad}  configMap:\n{pad}    name: {self.pick(NAMES)}-config",
                f"{pad}  secret:\n{pad}    secretName: {self.pick(NAMES)}-secret",
                f"{pad}  persistentVolumeClaim:\n{pad}    claimName: {self.pick(NAMES)}",
            ]))
        if self.chance(0.2):
            out.append(f"{pad}serviceAccountName: {self.pick(NAMES)}")
        if self.chance(0.1):
            out.append(f"{pad}imagePullSecrets:\n{pad}- name: {self.pick(NAMES)}-secret")
        if self.chance(0.1):
            out.append(f"{pad}tolerations:\n{pad}- key: k\n{pad}  effect: NoSchedule")
        if patch and self.chance(0.1):
            out.append(f"{pad}hostNetwork: null")
        return out

    def workload(self, kind, name, patch=False):
        group = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1"}[kind]
        out = [f"apiVersion: {group}", f"kind: {kind}", self.metadata(name) if not patch else f"metadata:\n  name: {name}"]
        out.append("spec:")
        if kind == "CronJob":
            if not patch:
                out.append("  schedule: '* * * * *'")
            out.append("  jobTemplate:\n    spec:\n      template:\n        spec:")
            return "\n".join(out + self.pod_spec("          ", patch)) + "\n"
        if kind in ("Deployment", "StatefulSet") and self.chance(0.5):
            out.append(f"  replicas: {self.pick(COUNTS)}")
        if not patch and self.chance(0.7) and kind != "Job":
            out.append(f"  selector:\n    matchLabels:\n      app: {name}")
        if kind == "StatefulSet" and self.chance(0.5):
            out.append(f"  serviceName: {self.pick(NAMES)}")
        out.append("  template:")
        if not patch and self.chance(0.7):
            out.append(f"    metadata:\n      labels:\n        app: {name}")
        if patch and self.chance(0.2):
            out.append("    metadata:\n      annotations:\n        patched: 'yes'")
        out.append("    spec:")
        out += self.pod_spec("      ", patch)
        if kind == "StatefulSet" and not patch and self.chance(0.3):
            out.append("  volumeClaimTemplates:\n  - metadata:\n      name: data\n    spec:\n      accessModes: [ReadWriteOnce]")
        return "\n".join(out) + "\n"

    def config_map(self, name):
        out = ["apiVersion: v1", "kind: ConfigMap", self.metadata(f"{name}-config"), "data:"]
        for key in self.rng.sample(["k", "a.properties", "b_c", "d", "e10", "e9"], self.rng.randint(1, 4)):
            value = self.pick(['"1"', "x", "'yes'", "a b", '"multi\\nline"', "|\n    l1\n    l2", ">-\n    f1\n    f2", '"tab\\t"', "'{\"a\": 1}'"])
            out.append(f"  {key}: {value}")
        return "\n".join(out) + "\n"

    def odd(self, name):
        out = ["apiVersion: example.com/v1", "kind: Odd", self.metadata(name), "spec:"]
        for i in range(self.rng.randint(1, 8)):
            out.append(f"  {self.pick(['f', 'g', 'a-b', 'a.b', 'F', '_x', 'k1', 'k10', 'k2'])}{i}: {self.pick(ODD_SCALARS)}")
        if self.chance(0.5):
            out.append("  list:\n  - " + self.pick(ODD_SCALARS) + "\n  - k: v\n    z:\n      - 1\n      -   - nested\n  - [flow, {a: b}]")
        if self.chance(0.2):
            out.append("  anchors: &anc {a: 1, b: [x]}\n  again: *anc\n  merged:\n    <<: *anc\n    b: 2")
        return "\n".join(out) + "\n"

    def other(self, name):
        ns = f"\n  namespace: {self.pick(['prod', 'dev'])}" if self.chance(0.3) else ""
        role = self.pick(["Role", "ClusterRole"])
        return self.pick([
            f"apiVersion: v1\nkind: Service\n{self.metadata(name)}\nspec:\n  selector:\n    app: {name}\n  ports:\n  - port: 80\n" + ("    protocol: TCP\n" if self.chance(0.5) else "") + ("  - port: 443\n    name: tls\n" if self.chance(0.5) else ""),
            f"apiVersion: v1\nkind: Secret\n{self.metadata(name + '-secret')}\ntype: Opaque\ndata:\n  k: YQ==\n",
            f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {self.pick(['prod', 'dev'])}\n",
            f"apiVersion: v1\nkind: ServiceAccount\n{self.metadata(name)}\n",
            f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {role}\nmetadata:\n  name: {name}{ns}\nrules:\n- apiGroups: ['']\n  resources: [pods]\n  verbs: [get]\n",
            f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {self.pick(['RoleBinding', 'ClusterRoleBinding'])}\nmetadata:\n  name: {name}{ns}\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {role}\n  name: {self.pick(NAMES)}\nsubjects:\n- kind: ServiceAccount\n  name: {self.pick(NAMES + ['default'])}\n" + (f"  namespace: {self.pick(['prod', 'dev', 'default'])}\n" if self.chance(0.6) else ""),
            f"apiVersion: networking.k8s.io/v1\nkind: Ingress\n{self.metadata(name)}\nspec:\n  tls:\n  - hosts: [a.b]\n    secretName: {self.pick(NAMES)}-secret\n  rules:\n  - host: a.b\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend:\n          service:\n            name: {self.pick(NAMES)}\n            port: {{number: 80}}\n",
            f"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n{self.metadata(name)}\nspec:\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: {self.pick(['Deployment', 'StatefulSet'])}\n    name: {self.pick(NAMES)}\n  minReplicas: 1\n",
            f"apiVersion: policy/v1\nkind: PodDisruptionBudget\n{self.metadata(name)}\nspec:\n  minAvailable: 1\n  selector:\n    matchLabels: {{app: {name}}}\n",
            f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{self.metadata(name)}\nspec:\n  podSelector:\n    matchLabels:\n      app: {name}\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          app: x\n",
            f"apiVersion: v1\nkind: PersistentVolumeClaim\n{self.metadata(name)}\nspec:\n  resources: {{requests: {{storage: 1Gi}}}}\n",
            f"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {name}.example.com\nspec:\n  group: example.com\n",
            f"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: {name}-listed\n  data: {{x: '1'}}\n",
            f"apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: {name}\nwebhooks:\n- name: x.y.z\n  clientConfig:\n    service:\n      name: {self.pick(NAMES)}\n      namespace: {self.pick(['prod', 'dev', 'default'])}\n",
        ])

    def resource(self, name):
        n = self.rng.random()
        if n < 0.35:
            kind = self.pick(["Deployment", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"])
            return self.workload(kind, name), (kind, name)
        if n < 0.5:
            return self.config_map(name), ("ConfigMap", name + "-config")
        if n < 0.65:
            return self.odd(name), ("Odd", name)
        return self.other(name), None

    # --- patches of other kinds, plugins and the deprecated fields --------------------------

    def other_patch(self):
        name = self.pick(NAMES)
        return self.pick([
            f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  ports:\n  - port: {self.pick([80, 443, 81])}\n" + self.pick(["    protocol: TCP\n", "    targetPort: 1\n", "    $patch: delete\n", "    name: x\n"]) + self.pick(["", "  selector:\n    app: null\n", "  selector:\n    $patch: replace\n    z: y\n"]),
            f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}-config\ndata:\n  " + self.pick(["k: null\n", "k: new\n", "$patch: replace\n  only: this\n", "e10: '5'\n  added: |\n    a\n    b\n"]),
            f"apiVersion: example.com/v1\nkind: Odd\nmetadata:\n  name: {name}\nspec:\n  " + self.pick(["list: [new]\n", "list: null\n", "f0: null\n  added: {a: [1]}\n", "list:\n  - $patch: delete\n", "again:\n    a: 5\n"]),
            f"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\nsecrets:\n- name: s1\nimagePullSecrets:\n- name: p1\n",
            f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  annotations:\n    a: b\nspec:\n  rules: []\n",
            f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}-secret\ntype: null\nstringData:\n  s: t\n",
            f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: {name}\n$patch: delete\n",
        ])

    def indented(self, text, pad="  "):
        return "".join(pad + line + "\n" for line in text.splitlines())

    def plugin(self):
        head = "apiVersion: builtin\nkind: %s\nmetadata:\n  name: any\n"
        specs = "fieldSpecs:\n- path: " + self.pick(["metadata/labels\n  create: true", "metadata/annotations\n  create: true", "spec/template/metadata/labels\n  kind: Deployment"]) + "\n"
        return self.pick([
            head % "PrefixTransformer" + "prefix: plug-\nfieldSpecs:\n- path: metadata/name\n" + self.pick(["", "  kind: Deployment\n"]),
            head % "SuffixTransformer" + "suffix: -plug\nfieldSpecs:\n- path: metadata/name\n",
            head % "LabelTransformer" + "labels:\n  pl: v\n  b: '1'\n" + specs,
            head % "AnnotationsTransformer" + "annotations:\n  pa: v\n" + specs,
            (head % "NamespaceTransformer").replace("name: any", "name: any\n  namespace: plugged") + self.pick(["", "unsetOnly: true\n", "setRoleBindingSubjects: allServiceAccounts\n", "setRoleBindingSubjects: none\n"]) + "fieldSpecs:\n- path: metadata/name\n  kind: Namespace\n  create: true\n",
            head % "ImageTagTransformer" + "imageTag:\n  name: nginx\n  newTag: plug\nfieldSpecs:\n- path: spec/template/spec/containers[]/image\n",
            head % "ReplicaCountTransformer" + f"replica:\n  name: {self.pick(NAMES)}\n  count: 7\nfieldSpecs:\n- path: spec/replicas\n  create: true\n  kind: Deployment\n",
            head % "PatchTransformer" + "target:\n  kind: Deployment\npatch: '[{\"op\": \"add\", \"path\": \"/spec/paused\", \"value\": true}]'\n",
            head % "ValueAddTransformer" + "value: added\ntargets:\n- fieldPath: metadata/labels/va\n" + self.pick(["", "  selector:\n    kind: Deployment\n"]),
            head % "ReplacementTransformer" + "replacements:\n- sourceValue: lit\n  targets:\n  - select:\n      kind: Deployment\n    fieldPaths: [metadata.annotations.rt]\n    options: {create: true}\n",
            head % "PatchStrategicMergeTransformer" + "patches: |\n" + self.indented(self.other_patch()),
        ])

    def configuration(self):
        return self.pick([
            "nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs:\n  - path: spec/f0\n    kind: Odd\n",
            "commonLabels:\n- path: spec/mine/labels\n  create: true\n  kind: Odd\n",
            "images:\n- path: spec/image\n  kind: Odd\n",
            "namespace:\n- path: spec/ns\n  create: true\n  kind: Odd\n",
            "namePrefix:\n- path: metadata/name\n  kind: Odd\n",
            "replicas:\n- path: spec/size\n  create: true\n  kind: Odd\n",
            "commonAnnotations:\n- path: spec/anno\n  create: true\n  group: example.com\n",
            "varReference:\n- path: spec/f0\n  kind: Odd\n",
            "templateLabels:\n- path: spec/tpl/labels\n  create: true\n  kind: Odd\n",
        ])

    def vars(self, here):
        name = f"v{self.count}"
        self.count += 1
        self.write(os.path.join(here, f"{name}.yaml"), f"""apiVersion: v1
kind: Service
metadata:
  name: {name}
  annotations: {{n: '1'}}
spec:
  ports:
  - port: {self.pick([80, 81])}
---
apiVersion: v1
kind: Pod
metadata:
  name: {name}-pod
spec:
  containers:
  - name: c
    image: $({name}.image)
    args: [$({name}), x$({name})y, $$({name}), $(unknown), "$({name}.port)"]
    env:
    - name: V
      value: $({name}.port)
""")
        self.extra_resources.append(f"{name}.yaml")
        return f"""vars:
- name: {name}
  objref: {{kind: Service, name: {name}, apiVersion: v1}}
- name: {name}.port
  objref: {{kind: Service, name: {name}, apiVersion: v1}}
  fieldref:
    fieldpath: {self.pick(['spec.ports[0].port', 'metadata.annotations.n', 'spec.ports', 'spec'])}""".replace("fieldpath", "fieldPath")

    def structured(self, here, out):
        name = f"s{self.count}"
        self.count += 1
        data = self.pick([
            "a: 1\nb:\n  c: x # why\n  list:\n  - name: p\n    v: 1\n",
            '{"a": 1, "b": {"c": "x", "list": [{"name": "p", "v": 1}]}}',
            '{\n  "b": {\n    "c": "<x>",\n    "list": []\n  }\n}',
            "b: {c: 'q', list: [{name: p, v: 2}]}\n",
            "just text",
        ])
        path = self.pick(["data.file.b.c", "data.file.b.list.[name=p].v", "data.file.a", "data.file.b.new", "data.file"])
        text = "".join(f"    {line}\n" for line in data.splitlines())
        self.write(os.path.join(here, f"{name}.yaml"), f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  file: |\n{text}")
        self.extra_resources.append(f"{name}.yaml")
        options = self.pick(["", "\n    options: {create: true}"])
        out.append(f"replacements:\n- sourceValue: {self.pick(['lit', '5', 'a b'])}\n  targets:\n  - select: {{kind: ConfigMap, name: {name}}}\n    fieldPaths: [{path!r}]{options}")

    def extras(self, here, out, known):
        self.extra_resources = []
        self.add_extras(here, out, known)
        # a field stands once: the first wins
        names = set()
        for block in list(out):
            name = block.split(":")[0].split("\n")[-1]
            if name in names:
                out.remove(block)
            names.add(name)
        for i, block in enumerate(out):
            if block.startswith("resources:"):
                out[i] = block + "".join(f"\n- {path}" for path in self.extra_resources)

    def add_extras(self, here, out, known):
        if self.chance(0.08):
            text = self.other_patch()
            self.write(os.path.join(here, "psm.yaml"), text)
            out.append("patchesStrategicMerge:\n" + self.pick(["- psm.yaml", "- |-\n" + self.indented(text).rstrip("\n")]))
        if self.chance(0.06):
            kind, name = self.pick([k for k in known if k] or [("Deployment", "web")])
            group = {"ConfigMap": "", "Odd": "    group: example.com\n"}.get(kind, "    group: apps\n")
            out.append(f"patchesJson6902:\n- target:\n{group}    version: v1\n    kind: {kind}\n    name: {name}\n  patch: |-\n    - op: add\n      path: /metadata/{self.pick(['labels', 'annotations'])}\n      value: {{j: p}}")
        if self.chance(0.12):
            text = self.plugin()
            self.write(os.path.join(here, "plugin.yaml"), text)
            out.append("transformers:\n" + self.pick(["- plugin.yaml", "- |-\n" + self.indented(text).rstrip("\n")]))
        if self.chance(0.05):
            out.append("generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata:\n    name: plugged\n  literals: [a=b]")
        if self.chance(0.1):
            out.append(self.vars(here))
        if self.chance(0.08):
            text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: renamed\nspec:\n  paused: true\n"
            self.write(os.path.join(here, "rename.yaml"), text)
            options = self.pick(["allowNameChange: true", "allowKindChange: true", "allowNameChange: false"])
            out.append("patches:\n- path: rename.yaml\n  target:\n    kind: " + self.pick(["Deployment", "StatefulSet"]) + f"\n    name: {self.pick(NAMES)}\n  options:\n    {options}")
        if self.chance(0.08):
            self.write(os.path.join(here, "crd.json"), CRDS)
            out.append("crds: [crd.json]")
        if self.chance(0.08):
            self.structured(here, out)
        if self.chance(0.12):
            self.write(os.path.join(here, "config.yaml"), self.configuration())
            out.append("configurations: [config.yaml]")

    # --- kustomizations ---------------------------------------------------------------------

    def generator(self, behaviors=False):
        name = self.pick(NAMES) + self.pick(["-config", "-gen"])
        out = [f"- name: {name}"]
        if behaviors and self.chance(0.6):
            out.append(f"  behavior: {self.pick(['merge', 'replace', 'create'])}")
        if self.chance(0.2):
            out.append(f"  namespace: {self.pick(['prod', 'dev'])}")
        if self.chance(0.7):
            out.append("  literals:")
            for key in self.rng.sample(["a", "b", "c"], self.rng.randint(1, 2)):
                out.append(f"  - {key}={self.pick(LITERALS)}")
        if self.chance(0.3):
            path = f"files/f{self.rng.randint(0, 3)}.txt"
            self.write(os.path.join(self.here, path), self.pick(["hello\n", "a\nb\n", "no newline", "tab\tx\n", "  lead\n", "trail  \nx\n", "", "x" * 200]))
            out.append(f"  files:\n  - {self.pick(['', 'renamed='])}{path}")
        if self.chance(0.2):
            self.write(os.path.join(self.here, "env.properties"), "E1=v1\n# c\n\nE2=\nE3=a=b\n")
            out.append("  envs:\n  - env.properties")
        if self.chance(0.3):
            out.append("  options:")
            out.append(self.pick(["    disableNameSuffixHash: true", "    labels:\n      gen: l", "    annotations: {gen: a}", "    immutable: true"]))
        return "\n".join(out)

    def selector(self, pad):
        out = []
        if self.chance(0.6):
            out.append(f"{pad}kind: {self.pick(['Deployment', 'StatefulSet', 'ConfigMap', 'Odd', 'Deployment|StatefulSet', '.*'])}")
        if self.chance(0.4):
            out.append(f"{pad}name: {self.pick(NAMES + ['w.*', 'web|api'])}")
        if self.chance(0.15):
            out.append(f"{pad}labelSelector: {self.pick(['app=web', 'app in (web,api)', 'app', '!app', 'app!=db'])}")
        if self.chance(0.1):
            out.append(f"{pad}namespace: {self.pick(['prod', 'default', 'dev'])}")
        if not out:
            out.append(f"{pad}kind: Deployment")
        return "\n".join(out)

    def patch(self, known):
        targets = [k for k in known if k and k[0] in ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")]
        n = self.rng.random()
        if n < 0.5 and targets:
            kind, name = self.pick(targets)
            text = self.workload(kind, name, patch=True)
            if self.chance(0.05):
                text += "$patch: delete\n"
            if self.chance(0.4):
                path = f"patch{self.rng.randint(0, 999)}.yaml"
                self.write(os.path.join(self.here, path), text)
                return f"- path: {path}" + (f"\n  target:\n{self.selector('    ')}" if self.chance(0.3) else "")
            return "- patch: |\n" + "".join("    " + line + "\n" for line in text.splitlines()).rstrip("\n") + (f"\n  target:\n    kind: {kind}" if self.chance(0.3) else "")
        if n < 0.7:
            return "- patch: |-\n" + self.indented(self.other_patch(), "    ").rstrip("\n")
        op = self.pick([
            "- op: add\n      path: /metadata/annotations/p\n      value: v",
            "- op: replace\n      path: /metadata/labels\n      value: {l: m}",
            "- op: add\n      path: /spec/extra\n      value: [1, {a: b}]",
            "- op: remove\n      path: /metadata/labels/app",
            "- op: add\n      path: /metadata/labels/x~1y\n      value: '5'",
            "- op: test\n      path: /metadata/name\n      value: web",
            "- op: copy\n      from: /metadata/name\n      path: /metadata/annotations/copied",
            "- op: replace\n      path: /metadata/name\n      value: renamed",
        ])
        return f"- target:\n{self.selector('    ')}\n  patch: |-\n    {op}"

    def replacement(self, known):
        kind, source = self.pick([k for k in known if k] or [("Deployment", "web")])
        field = self.pick(["metadata.name", "data.k", "spec.replicas", "metadata.labels.app", "spec.template.spec.containers.0.image", "spec.template.spec.containers.[name=main].image"])
        target = self.pick(["metadata.annotations.rep", "metadata.labels.app", "spec.template.spec.containers.*.image", "spec.template.spec.containers.[name=main].env.[name=A].value", "data.k", "spec.replicas"])
        opts = self.pick(["", "\n    options:\n      create: true", "\n    options:\n      delimiter: '-'\n      index: 0", "\n    options:\n      create: true\n      delimiter: ':'\n      index: 1"])
        return f"- source:\n    kind: {kind}\n    name: {source}\n    fieldPath: {field}\n  targets:\n  - select:\n{self.selector('      ')}\n    fieldPaths:\n    - {target}{opts}"

    def kustomization(self, here, children, depth, component=False):
        self.here = here
        known, resources = [], []
        for name in self.rng.sample(NAMES, self.rng.randint(0 if children else 1, 4)):
            text, ident = self.resource(name)
            path = f"r{self.count}.yaml"
            self.count += 1
            if self.chance(0.1):
                more, other = self.resource(self.pick(NAMES))
                text = text + "---\n" + more
                known.append(other)
            self.write(os.path.join(here, path), text)
            resources.append(path)
            known.append(ident)
        out = []
        if component:
            out.append("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component")
        elif self.chance(0.5):
            out.append("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization")
        entries = resources + [os.path.relpath(c, here) for c in children]
        self.rng.shuffle(entries)
        if entries:
            out.append("resources:\n" + "\n".join(f"- {e}" for e in entries))
        if self.chance(0.3):
            out.append(f"namePrefix: {self.pick(['pre-', 'p-', 'dev-'])}")
        if self.chance(0.2):
            out.append(f"nameSuffix: {self.pick(['-suf', '-x'])}")
        if self.chance(0.3):
            out.append(f"namespace: {self.pick(['prod', 'dev', 'default'])}")
        if self.chance(0.2):
            out.append(f"commonLabels:\n  env: {self.pick(ENVS)}")
        if self.chance(0.25):
            out.append("labels:\n- pairs:\n    team: a\n" + self.pick(["", "  includeSelectors: true\n", "  includeTemplates: true\n", "  includeSelectors: true\n  fields:\n  - path: spec/extra/labels\n    create: true\n    kind: Odd\n"]).rstrip("\n"))
        if self.chance(0.2):
            out.append(f"commonAnnotations:\n  ca: {self.pick(NOTES)}")
        if self.chance(0.25):
            out.append(f"images:\n- name: {self.pick(['nginx', 'redis', 'ghcr.io/acme/web', 'app', 'localhost:5000/app'])}\n  " + self.pick(["newTag: v9", "newName: new/name", "digest: sha256:ff", "newTag: '1'\n  newName: other", "tagSuffix: -s"]))
        if self.chance(0.15):
            names = [k[1] for k in known if k and k[0] in ("Deployment", "StatefulSet")] or NAMES
            out.append(f"replicas:\n- name: {self.pick(names)}\n  count: {self.rng.randint(0, 5)}")
        if self.chance(0.35):
            out.append("configMapGenerator:\n" + "\n".join(self.generator(bool(children)) for _ in range(self.rng.randint(1, 2))))
        if self.chance(0.2):
            out.append("secretGenerator:\n" + self.generator(bool(children)).replace("-config", "-secret"))
        if self.chance(0.1):
            out.append("generatorOptions:\n  " + self.pick(["disableNameSuffixHash: true", "labels: {g: o}", "annotations:\n    go: x", "immutable: true"]))
        known += self.known
        if self.chance(0.4):
            out.append("patches:\n" + "\n".join(self.patch(known) for _ in range(self.rng.randint(1, 3))))
        if self.chance(0.2):
            out.append("replacements:\n" + self.replacement(known))
        if self.chance(0.03):
            out.append("vars:\n- name: VAR\n  objref:\n    kind: Service\n    name: " + self.pick(NAMES) + "\n    apiVersion: v1")
        if depth == 0 and self.chance(0.15):
            out.append("sortOptions:\n  order: " + self.pick(["fifo", "legacy", "legacy\n  legacySortOptions:\n    orderFirst: [Odd, Service]\n    orderLast: [ConfigMap]"]))
        if depth == 0 and self.chance(0.08):
            out.append("buildMetadata: [" + self.pick(["originAnnotations", "transformerAnnotations", "originAnnotations, transformerAnnotations"]) + "]")
        self.extras(here, out, known)
        if not component and self.chance(0.15):
            where = f"comp{self.count}"
            self.count += 1
            keep = self.here
            self.known = known
            self.kustomization(where, [], depth + 1, component=True)
            self.here = keep
            out.append(f"components:\n- {os.path.relpath(where, here)}")
        self.rng.shuffle(out)
        self.write(os.path.join(here, "kustomization.yaml"), "\n".join(out) + "\n")
        self.known = known

    def tree(self):
        self.known = []
        bases = []
        for i in range(self.rng.randint(0, 2)):
            where = f"base{i}"
            self.kustomization(where, [], 2)
            bases.append(where)
        middle = bases
        if bases and self.chance(0.3):
            self.kustomization("middle", bases, 1)
            middle = ["middle"]
        self.kustomization("top", middle, 0)
