"""A Compose project with every key, and the same with one thing changed: for prove_compose_files.py."""

import copy
import json

VALUES = ("", "word", 7, -1, 2.5, True, None, [], ["a", "a"], [7], {}, {"a": None}, {"a": ["b"]}, "${X:-word}", "${X-", "1m")
PROJECT = {
    "name": "all",
    "services": {
        "a": {
            "image": "x:1", "annotations": {"a": "b"}, "attach": True, "blkio_config": {"weight": 300, "weight_device": [{"path": "/dev/sda", "weight": 400}], "device_read_bps": [{"path": "/dev/sdb", "rate": "12mb"}], "device_write_iops": [{"path": "/dev/sdb", "rate": 30}]},
            "build": {"context": ".", "dockerfile": "D", "args": {"A": "1"}, "target": "t", "cache_from": ["a"], "cache_to": ["b"], "labels": ["a=b"], "network": "host", "shm_size": "1g", "platforms": ["linux/amd64"], "tags": ["a:b"], "ulimits": {"nofile": 5},
                      "secrets": ["s"], "extra_hosts": ["h=1.2.3.4"], "additional_contexts": {"r": "../r"}, "entitlements": ["network.host"], "isolation": "default", "no_cache": True, "privileged": False, "pull": True, "ssh": {"k": "./k"}},
            "cap_add": ["NET_ADMIN"], "cap_drop": ["ALL"], "cgroup": "host", "cgroup_parent": "m", "command": ["a"], "configs": [{"source": "c", "target": "/c", "uid": "1", "gid": "1", "mode": 288}], "container_name": "name", "cpu_count": 2, "cpu_percent": 50, "cpu_period": "10000", "cpu_quota": 5, "cpu_shares": 7,
            "cpus": 0.5, "cpuset": "0-3", "credential_spec": {"file": "f.json"}, "depends_on": {"b": {"condition": "service_healthy", "restart": True, "required": False}},
            "deploy": {"mode": "replicated", "endpoint_mode": "vip", "replicas": 1, "labels": {"a": "b"}, "update_config": {"parallelism": 1, "delay": "5s", "failure_action": "rollback", "monitor": "5s", "max_failure_ratio": 0.3, "order": "start-first"}, "rollback_config": {"parallelism": 1, "order": "stop-first"},
                       "resources": {"limits": {"cpus": "0.5", "memory": "50M", "pids": 1}, "reservations": {"cpus": "0.25", "memory": "20M", "devices": [{"capabilities": ["gpu"], "driver": "nvidia", "count": 1, "options": {"a": "b"}}], "generic_resources": [{"discrete_resource_spec": {"kind": "k", "value": 1}}]}},
                       "restart_policy": {"condition": "on-failure", "delay": "5s", "max_attempts": 3, "window": "120s"}, "placement": {"constraints": ["a==b"], "preferences": [{"spread": "x"}], "max_replicas_per_node": 1}},
            "develop": {"watch": [{"path": "./src", "action": "sync", "target": "/src", "ignore": ["x/"], "include": ["*.c"], "exec": {"command": "a", "user": "u", "privileged": True, "environment": ["A=b"]}, "initial_sync": True}]},
            "device_cgroup_rules": ["c 1:3 mr"], "devices": ["/dev/a:/dev/b:rwm", {"source": "/dev/c", "target": "/dev/d", "permissions": "r"}], "dns": ["8.8.8.8"], "dns_opt": ["a"], "dns_search": ["a"], "domainname": "d", "entrypoint": ["e"], "env_file": [{"path": "./none.env", "required": False, "format": "raw"}],
            "environment": {"A": "b", "N": 1, "E": None}, "expose": ["80", 81], "external_links": ["l"], "extra_hosts": {"h": "1.2.3.4", "i": ["1.2.3.4", "::1"]}, "gpus": [{"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}], "group_add": ["g"],
            "healthcheck": {"test": ["CMD", "x"], "interval": "5s", "timeout": "1m", "retries": 3, "start_period": "5s", "start_interval": "1s", "disable": False}, "hostname": "h", "init": True, "ipc": "shareable", "isolation": "default", "label_file": [], "labels": ["a=b"], "links": ["b:c"],
            "logging": {"driver": "local", "options": {"max-size": "1m", "n": 1}}, "mac_address": "02:42:ac:11:00:02", "mem_limit": "50m", "mem_reservation": "20m", "mem_swappiness": 10, "memswap_limit": "1g", "networks": {"n": {"aliases": ["z"], "ipv4_address": "10.0.0.2", "ipv6_address": "fd00::2", "priority": 1, "gw_priority": 1, "link_local_ips": ["169.254.0.1"], "driver_opts": {"a": "b"}, "interface_name": "eth1", "mac_address": "02:42:ac:11:00:03"}},
            "oom_kill_disable": False, "oom_score_adj": 5, "pid": "host", "pids_limit": 1, "platform": "linux/amd64", "ports": ["80:80", "9000-9001:9000-9001/udp", {"target": 81, "published": "8080", "protocol": "tcp", "mode": "host", "host_ip": "127.0.0.1", "name": "web", "app_protocol": "http"}],
            "post_start": [{"command": "x", "user": "u", "working_dir": "/", "environment": {"A": "b"}, "privileged": True}], "pre_stop": [{"command": ["x"]}], "privileged": False, "profiles": ["p"], "pull_policy": "always", "read_only": True, "restart": "unless-stopped", "runtime": "r", "scale": 1, "secrets": [{"source": "s", "target": "t", "mode": 256}],
            "security_opt": ["a:b"], "shm_size": "64m", "stdin_open": True, "stop_grace_period": "1m30s", "stop_signal": "SIGTERM", "storage_opt": {"size": "1G"}, "sysctls": {"a": 1}, "tmpfs": ["/tmp"], "tty": True, "ulimits": {"nproc": 5, "nofile": {"soft": 1, "hard": 2}}, "use_api_socket": False, "user": "1000:1000", "userns_mode": "host", "uts": "host",
            "volumes": ["v:/v:ro", "./x:/x", {"type": "volume", "source": "v", "target": "/w", "read_only": True, "consistency": "cached", "volume": {"nocopy": True, "subpath": "s", "labels": {"a": "b"}}}, {"type": "bind", "source": "./y", "target": "/y", "bind": {"propagation": "shared", "create_host_path": True, "selinux": "z", "recursive": "enabled"}},
                        {"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1m", "mode": 511}}, {"type": "image", "source": "i", "target": "/i", "image": {"subpath": "p"}}], "volumes_from": ["b:ro"], "working_dir": "/w",
        },
        "b": {"build": ".", "command": "run it", "configs": ["c"], "depends_on": [], "env_file": [], "network_mode": "none", "secrets": ["s"], "healthcheck": {"test": "exit 0"}, "extends": {"service": "c"}},
        "c": {"image": "y", "models": {"m": {"endpoint_var": "E", "model_var": "M"}}},
        "d": {"provider": {"type": "t", "options": {"a": "b"}}},
    },
    "networks": {"n": {"driver": "bridge", "driver_opts": {"a": 1}, "attachable": True, "enable_ipv4": True, "enable_ipv6": True, "internal": False, "labels": {"a": "b"}, "ipam": {"driver": "default", "config": [{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1", "ip_range": "10.0.0.0/25", "aux_addresses": {"a": "10.0.0.9"}}], "options": {"a": "b"}}},
                 "o": {"external": True, "name": "real"}},
    "volumes": {"v": {"driver": "local", "driver_opts": {"type": "nfs"}, "labels": ["a=b"], "name": "vv"}, "w": {"external": True}, "x": None},
    "secrets": {"s": {"file": "./s", "labels": {"a": "b"}}, "t": {"environment": "T"}, "u": {"external": True, "name": "un"}},
    "configs": {"c": {"content": "text"}, "d": {"file": "./d"}, "e": {"environment": "E"}},
    "models": {"m": {"model": "ai/x", "context_size": 10, "runtime_flags": ["a"]}},
    "x-any": {"a": 1},
}  # fmt: skip

# place -> values for it alone
BY_HAND = {
    ("services.a.stop_grace_period", "services.a.healthcheck.interval", "services.a.deploy.update_config.delay"): ("1s", "1m30s", "1.5h", "100ms", "1us", "1d", "1w", "1y", "-1s", "5", "0", "0s", "1 s", "1S", "s", "1m1m", "1s1h", "1e3s", ".5s", "1.s", "99999999999h", "+1s", "1µs", "1h 5m", "five"),
    ("services.a.mem_limit", "services.a.shm_size", "services.a.blkio_config.device_read_bps.0.rate", "services.a.deploy.resources.limits.memory", "services.a.volumes.4.tmpfs.size", "services.a.memswap_limit"): ("5", "5b", "5k", "5kb", "5K", "5KiB", "5m", "5M", "5MB", "5g", "5gb", "5Gi", "1.5g", ".5g", "5 g", "5  g", "-1", "-5m", "0", "5x", "5e", "5t", "5p", "5e3", "1_000", "g", "5gg", "1024"),
    ("services.a.ports.0",): ("80", "80/tcp", "80/udp", "80/sctp", "80/x", "80:80", "0:80", "80:0", "65535:65535", "65536:80", "80:65536", "-1:80", "a:80", "80:a", "80:80:80", "127.0.0.1:80:80", "127.0.0.1::80", "localhost:80:80", "300.0.0.1:80:80", "[::1]:80:80", "::1:80:80", "[::1]::80", "[zz]:80:80", "80-81:80-81", "80-82:80-81", "80-81:80", "81-80:80-81", "80:80-81", "80-81", "81-80", "127.0.0.1:80-81:80-81", "80:80/", "/tcp", ":80", "80:", " 80:80", "80:80/TCP", "${P:-80}:80", "1:2:3:4"),
    ("services.a.ports.2.target",): (80, "80", "80-81", 0, 65536, -1, "a", 80.5), ("services.a.ports.2.published",): (80, "80", "80-81", "0", 65536, "a", "70000", -1), ("services.a.ports.2.protocol",): ("tcp", "udp", "sctp", "x"), ("services.a.ports.2.mode",): ("host", "ingress", "x"), ("services.a.ports.2.host_ip",): ("127.0.0.1", "::1", "x"),
    ("services.a.volumes.0",): ("v:/v", "v:/v:ro", "v:/v:rw", "v:/v:z", "v:/v:Z", "v:/v:x", "v:/v:ro,z", "v:/v:nocopy", "v:/v:cached", "./x:/x:rshared", "/v", "v", "none:/v", "./x", "x/y:/z", "/a:/b", "~/x:/x", "~:/x", "C:\\a:/b", "C:/a:/b", "C:/a:C:/b", "v:v", "v:", ":/v", "v:/v:ro:x", "a:b:c:d", "../x:/x", "v:/v:volume-nocopy", "${V:-v}:/v", "v:./x", "\\\\server\\a:/b", "d:/x"),
    ("services.a.volumes.2.type",): ("volume", "bind", "tmpfs", "npipe", "cluster", "image", "x"), ("services.a.volumes.3.bind.propagation",): ("shared", "rprivate", "x"), ("services.a.volumes.3.bind.selinux",): ("z", "Z", "x"), ("services.a.volumes.3.bind.recursive",): ("enabled", "disabled", "writable", "readonly", "x"),
    ("services.a.devices.0",): ("/dev/a", "/dev/a:/dev/b", "/dev/a:/dev/b:rwm", "/dev/a:r", "/dev/a:/dev/b:x", "a:b:c:d", "vendor.com/class=name", ":"), ("services.a.ulimits.nofile",): (5, {"soft": 1, "hard": 2}, {"soft": 1}, {"hard": 1}, {"soft": 2, "hard": 1}, {"soft": "1", "hard": "2"}, "5", -1, {}, {"soft": 1, "hard": 2, "x": 3}),
    ("services.a.extra_hosts",): (["a:1.2.3.4"], ["a=1.2.3.4"], ["a=[::1]"], ["a:::1"], ["a"], ["a:"], ["a:host-gateway"], {"a": "x"}, {"a": ["1.2.3.4"]}, {"a": None}, ["=1.2.3.4"], ["a=x=y"], [":1.2.3.4"]),
    ("services.a.environment", "services.a.labels", "services.a.build.args", "services.a.sysctls"): (["A=b"], ["A"], ["=b"], ["A b=c"], [""], {"A": True}, {"A": 1.5}, {"": "b"}, ["A=b", "A=c"], {"A": {"b": "c"}}, ["A = b"], "A=b"),
    ("services.a.healthcheck.test",): ("x", ["CMD", "x"], ["CMD"], ["CMD-SHELL", "x"], ["CMD-SHELL"], ["NONE"], ["NONE", "x"], ["x"], [], "", ["cmd", "x"]), ("services.a.healthcheck",): ({"disable": True}, {"disable": True, "test": ["CMD", "x"]}, {"test": ["CMD", "x"], "start_interval": "1s"}, {"interval": "1s"}, None, {}),
    ("services.a.command", "services.a.entrypoint", "services.b.command"): ("a b", "a 'b c'", "a 'b", "a \"b", "a \\", "", [], ["a", 1], None, "a $$b", "a | b", "a; b", "`a`"), ("services.a.restart",): ("no", "always", "on-failure", "on-failure:3", "on-failure:x", "unless-stopped", "never", False),
    ("services.a.pull_policy",): ("always", "never", "missing", "if_not_present", "build", "daily", "weekly", "every_1h", "every_2d", "every_x", "refresh", "newer", "every_"), ("services.a.cgroup",): ("host", "private", "x"), ("services.a.ipc", "services.a.pid"): ("host", "service:b", "service:none", "container:x", "shareable", "none", "private", "service:"),
    ("services.b.network_mode",): ("host", "bridge", "none", "service:c", "service:none", "container:x", "n", "service:"), ("services.a.volumes_from",): (["b"], ["b:ro"], ["b:x"], ["none"], ["container:x"], ["container:x:ro"]), ("services.a.links",): (["b"], ["b:c"], ["none"], ["b:c:d"]),
    ("services.a.depends_on",): (["b"], ["b", "b"], ["none"], {"b": {"condition": "service_started"}}, {"b": {"condition": "service_completed_successfully"}}, {"b": {"condition": "x"}}, {"b": {}}, {"b": None}, {"none": {"condition": "service_started"}}, {"none": {"condition": "service_started", "required": False}}, ["a"]),
    ("services.a.deploy.mode",): ("replicated", "global", "replicated-job", "global-job", "x"), ("services.a.deploy.replicas",): (0, 1, 2, -1, "2", "${R:-2}", "x"), ("services.a.deploy.resources.limits.cpus", "services.a.cpus"): ("0.5", 0.5, "x", "-1", 0, "1", "0", "1e1", -0.5), ("services.a.deploy.update_config.order",): ("start-first", "stop-first", "x"), ("services.a.deploy.restart_policy.condition",): ("none", "any", "on-failure", "x"), ("services.a.deploy.update_config.failure_action",): ("pause", "continue", "rollback", "x"),
    ("services.a.deploy.resources.reservations.devices.0",): ({"capabilities": ["gpu"]}, {"capabilities": []}, {"count": 1}, {"capabilities": ["gpu"], "count": "all"}, {"capabilities": ["gpu"], "count": "x"}, {"capabilities": ["gpu"], "count": 1, "device_ids": ["0"]}, {"capabilities": ["gpu"], "device_ids": ["0"]}, {"capabilities": "gpu"}, {"capabilities": ["gpu"], "count": -1}, {"capabilities": ["gpu"], "x": 1}),
    ("services.a.gpus",): ("all", "x", 1, [{"count": "all"}], [{"count": 1, "device_ids": ["0"]}], [{"driver": "x"}], []), ("services.a.develop.watch.0.action",): ("sync", "rebuild", "restart", "sync+restart", "sync+exec", "x"), ("services.a.develop.watch.0.target",): ("/a", "a", ""), ("services.a.build",): (".", "https://a/b.git", {"dockerfile_inline": "FROM x"}, {"context": ".", "dockerfile": "a", "dockerfile_inline": "b"}, {"context": ""}, {}, {"context": None}),
    ("services.a.user",): ("1000", 1000, "a:b", "1000:", ":5"), ("services.a.mac_address",): ("02:42:ac:11:00:02", "x", "02-42-ac-11-00-02"), ("services.a.oom_score_adj",): (-1000, 1000, 1001, -1001, "5"), ("services.a.mem_swappiness",): (0, 100, 101, -1, "5"), ("services.a.image",): ("a", "a:b", "a@sha256:x", "A:b", "a b", "a:", ":b", "${I:-a}", "a/b/c:d", "${I}"), ("services.a.container_name",): ("a", "a b", "-a", "a/b", "${C:-a}"), ("services.a.expose",): ([80], ["80/tcp"], ["80-81"], ["x"], ["80/x"], ["80:81"], [80, 80]),
    ("services.a.cpuset", "services.a.hostname", "services.a.stop_signal", "services.a.platform", "services.a.runtime"): ("0-3", "a", "9", "SIGX", 5, "a_b", "linux", "linux/amd64/v2"), ("services.a.profiles",): (["a"], ["a b"], ["-a"], [""], "a"), ("services.a.logging",): ({"driver": "x"}, {"options": {"a": 1}}, {"options": {"a": None}}, {"options": {"a": True}}, {}, None),
    ("services.a.networks",): (["n"], ["n", "n"], ["none"], ["default"], {"n": None}, {"n": {}}, {"none": {}}, ["o"]), ("services.a.networks.n.ipv4_address",): ("10.0.0.2", "10.0.0.999", "x", "fd00::1"), ("networks.n.ipam.config.0.subnet",): ("10.0.0.0/24", "10.0.0.0", "x", "fd00::/64", "10.0.0.0/33"), ("networks.n.ipam.config.0.gateway",): ("10.0.0.1", "x"),
    ("networks.n",): (None, {}, {"external": True}, {"external": True, "driver": "x"}, {"external": True, "name": "x"}, {"external": {"name": "x"}}, {"external": "true"}, {"driver": "x", "x-a": 1}), ("volumes.v",): (None, {}, {"external": True}, {"external": True, "driver_opts": {"a": "b"}}, {"external": {"name": "x"}}, {"external": True, "labels": ["a"]}), ("secrets.s",): (None, {}, {"file": "a"}, {"environment": "A"}, {"file": "a", "environment": "A"}, {"external": True}, {"external": True, "file": "a"}, {"content": "x"}, {"driver": "x"}),
    ("configs.c",): (None, {}, {"file": "a"}, {"content": "a"}, {"environment": "A"}, {"file": "a", "content": "b"}, {"external": True}, {"external": True, "content": "x"}, {"template_driver": "x", "file": "a"}), ("name",): ("a", "A", "a b", "-a", "_a", "a.b", "a_b-c1", "", "${N:-a}", "1a"), ("services.b.extends",): ("c", {"service": "c"}, {"service": "none"}, {"file": "none.yaml", "service": "x"}, {"service": "b"}, {"file": "none.yaml"}, "none"),
    ("services.a.labels.0", "services.a.image", "services.a.command"): ("${X}", "$X", "$$X", "${X:-a}", "${X-a}", "${X:?a}", "${X?a}", "${X:+a}", "${X+a}", "${X:-${Y:-z}}", "${X:-$Y}", "${X:-{a}}", "${", "${}", "${X", "${X:}", "${X!a}", "$", "a$", "$1", "${1}", "${X Y}", "${X:-a b}", "${X:-\"}\"}", "${-a}", "$$${X:-a}", "${X:=a}", "$(a)", "${X:-${Y}", "${x_1}", "${X.Y}", "${X/a/b}", "${X:-}}"),
}  # fmt: skip

# Keys of one service that touch each other.
TOGETHER = [
    {"scale": 1, "deploy": {"replicas": 2}}, {"scale": 2, "deploy": {"replicas": "2"}}, {"scale": 2, "deploy": {"replicas": 2}}, {"cpus": 0.5, "deploy": {"resources": {"limits": {"cpus": "1"}}}}, {"cpus": 0.5, "deploy": {"resources": {"limits": {"cpus": "0.5"}}}}, {"cpus": 0.5, "deploy": {"resources": {"limits": {"memory": "5m"}}}}, {"cpus": 0.5, "deploy": {"resources": {}}},
    {"mem_limit": "1g", "deploy": {"resources": {"limits": {"memory": "1024m"}}}}, {"mem_limit": "1g", "deploy": {"resources": {"limits": {"memory": "2g"}}}}, {"mem_limit": "1g", "deploy": {"resources": {"limits": {"cpus": "1"}}}}, {"mem_limit": "1g", "deploy": {"replicas": 1}}, {"mem_reservation": "1g", "deploy": {"resources": {"reservations": {"memory": "1g"}}}}, {"mem_reservation": "1g", "deploy": {"resources": {"reservations": {"memory": "2g"}}}}, {"mem_reservation": "1g", "deploy": {"resources": {"reservations": {}}}},
    {"pids_limit": 5, "deploy": {"resources": {"limits": {"pids": 5}}}}, {"pids_limit": 5, "deploy": {"resources": {"limits": {"pids": 6}}}}, {"pids_limit": 5, "deploy": {"resources": {"limits": {"cpus": "1"}}}}, {"container_name": "xx", "scale": 2}, {"container_name": "xx", "deploy": {"replicas": 1}}, {"network_mode": "host", "networks": ["default"]}, {"network_mode": "host", "ports": ["80:80"]}, {"hostname": "h", "network_mode": "host"}, {"uts": "host", "hostname": "h"}, {"ports": ["80:80", "80:81"]}, {"ports": ["80:80", "80:80/udp"]}, {"volumes": ["./x:/a", "./y:/a"]}, {"volumes": ["./x:/a"], "tmpfs": ["/a"]},
    {"healthcheck": {"disable": True, "test": "x"}}, {"image": "x", "build": "."}, {"build": {"context": ".", "platforms": ["linux/amd64"]}, "platform": "linux/arm64"}, {"use_api_socket": True}, {"secrets": ["s", "s"]}, {"read_only": True, "tmpfs": "/tmp"}, {"user": "", "group_add": [1]}, {"mem_swappiness": 5, "memswap_limit": 5}, {"provider": {"type": "x"}, "image": "x"}, {"gpus": "all", "deploy": {"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}}},
]  # fmt: skip

# Two files, the second over the first.
LAYERS = {
    "image": ({"image": "x"}, {"image": "y"}), "ports": ({"ports": ["80:80"]}, {"ports": ["81:80"]}), "same port": ({"ports": ["80:80"]}, {"ports": ["80:80"]}), "lists of environment": ({"environment": ["A=b"]}, {"environment": {"A": "c"}}), "command": ({"command": "a"}, {"command": ["b"]}), "null": ({"command": "a"}, {"command": None}),
    "type of volumes": ({"volumes": ["v:/v"]}, {"volumes": [{"type": "tmpfs", "target": "/v"}]}), "networks": ({"networks": ["default"]}, {"networks": {"default": {"aliases": ["x"]}}}), "mode": ({"networks": ["default"]}, {"network_mode": "host"}), "depends": ({"depends_on": ["b"]}, {"depends_on": {"b": {"condition": "service_healthy"}}}),
    "build": ({"build": "."}, {"build": {"target": "x"}}), "build args": ({"build": {"context": ".", "args": ["A=b"]}}, {"build": {"args": {"A": "c"}}}), "inline": ({"build": {"context": ".", "dockerfile": "a"}}, {"build": {"dockerfile_inline": "b"}}), "logging": ({"logging": {"driver": "a", "options": {"x": "y"}}}, {"logging": {"driver": "b"}}), "labels": ({"labels": ["a=b"]}, {"labels": {"c": "d"}}),
    "ulimits": ({"ulimits": {"nofile": 5}}, {"ulimits": {"nofile": {"soft": 1, "hard": 2}}}), "sysctls": ({"sysctls": ["a=1"]}, {"sysctls": {"a": 2}}), "extra hosts": ({"extra_hosts": ["a:1.2.3.4"]}, {"extra_hosts": {"a": "1.2.3.5"}}), "wrong in the second": ({"image": "x"}, {"imge": "y"}), "kinds": ({"ports": ["80:80"]}, {"ports": "80:80"}), "kinds of maps": ({"environment": {"A": "b"}}, {"environment": "A=b"}), "healthcheck": ({"healthcheck": {"test": "x"}}, {"healthcheck": {"disable": True}}),
    "scale": ({"scale": 2}, {"deploy": {"replicas": 3}}), "name and replicas": ({"container_name": "x"}, {"deploy": {"replicas": 2}}), "secrets": ({"secrets": ["s"]}, {"secrets": [{"source": "s", "target": "t"}]}), "dns": ({"dns": "8.8.8.8"}, {"dns": ["1.1.1.1"]}), "tmpfs": ({"tmpfs": "/a"}, {"tmpfs": ["/b"]}), "env_file": ({"env_file": []}, {"env_file": [{"path": "x", "required": False}]}), "devices": ({"devices": ["/dev/a:/dev/b"]}, {"devices": ["/dev/c:/dev/b"]}), "entry": ({"entrypoint": ["a"]}, {"entrypoint": "b 'c"}), "deploy": ({"deploy": {"resources": {"limits": {"memory": "5m"}}}}, {"deploy": {"resources": {"limits": {"cpus": "x"}}}}),
    "cap": ({"cap_add": ["A"]}, {"cap_add": ["A"]}), "expose": ({"expose": [80]}, {"expose": ["80"]}), "profiles": ({"profiles": ["a"]}, {"profiles": ["a", "b"]}), "gpus": ({"gpus": "all"}, {"gpus": [{"count": 1}]}), "models": ({"models": ["m"]}, {"models": {"m": {"endpoint_var": "E"}}}),
}  # fmt: skip


def places(node, path=()):
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def parent(node, path):
    for part in path[:-1]:
        node = node[part]
    return node


def path_of(place):
    path, node = [], PROJECT
    for part in place.split("."):
        path.append(int(part) if isinstance(node, list) else part)
        node = node[path[-1]]
    return path


def around(path):
    """What the loader needs to judge that place: of service a, which has every key, that key alone."""
    project = copy.deepcopy(PROJECT)
    if path[:2] == ("services", "a") and len(path) > 2:
        project["services"] = {"a": {"image": "x", path[2]: project["services"]["a"][path[2]]}, "b": {"image": "y", "healthcheck": {"test": "x"}}}
        del project["models"]
    return project


def with_value(path, value):
    path = tuple(path)
    changed = around(path)
    parent(changed, path)[path[-1]] = value
    return json.dumps(changed, ensure_ascii=False)


def without(path, name=None):
    """The key gone, or of another name."""
    changed = around(path)
    value = parent(changed, path).pop(path[-1])
    if name:
        parent(changed, path)[name] = value
    return json.dumps(changed)


def cases():
    """(name, text, or two)"""
    yield "project", json.dumps(PROJECT)
    for path in places(PROJECT):
        shown = ".".join(map(str, path))
        for value in VALUES:
            yield f"{shown} = {json.dumps(value)}", with_value(path, value)
        if isinstance(path[-1], str):
            yield f"{shown} renamed", without(path, path[-1] + "x")
        yield f"{shown} gone", without(path)
    for shown, values in BY_HAND.items():
        for place in shown:
            for value in values:
                yield f"{place} = {json.dumps(value, ensure_ascii=False)}", with_value(path_of(place), value)
    rest = {"b": {"image": "y", "healthcheck": {"test": "x"}}}
    others = {"secrets": {"s": {"file": "./s"}}, "volumes": {"v": {}}, "models": {"m": {"model": "x"}}}
    for keys in TOGETHER:
        yield f"together: {json.dumps(keys)}", json.dumps({"services": {"a": {"image": "x", **keys}, **rest}, **others})
    for name, (first, second) in LAYERS.items():
        base = {"services": {"a": {"image": "x", **first}, **rest}, **others}
        yield f"layers: {name}", [json.dumps(base), json.dumps({"services": {"a": second}})]
