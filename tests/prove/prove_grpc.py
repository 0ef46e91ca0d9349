"""grpcurl, which is grpc-go, understands the gRPC server: reflection, health, calls, streams, failures."""

import json
import subprocess

import net_probe
import prove


def proof():
    grpcurl = str(prove.go_tool("github.com/fullstorydev/grpcurl/cmd/grpcurl", "v1.9.3"))

    def ask(*words):
        done = subprocess.run(
            [grpcurl, "-plaintext", *words], capture_output=True, text=True, check=False, timeout=60
        )
        return done.stdout + done.stderr

    def case(name, answer, *wanted):
        missing = [text for text in wanted if text not in answer]
        return name, f"{missing} not in: {answer}" if missing else None

    with net_probe.serving() as (_, port):
        address = f"127.0.0.1:{port}"
        yield case("lists services", ask(address, "list"), "test.v1.Echo", "grpc.health.v1.Health")
        yield case("describes a message", ask(address, "describe", "test.v1.Item"), "int64 count = 2;")
        yield case("describes what is built in", ask(address, "describe", "grpc.health.v1.Health"), "rpc Watch")
        body = json.dumps({"name": "a", "count": 41, "children": [{"name": "b"}]})
        yield case("calls a method", ask("-d", body, address, "test.v1.Echo/Say"), '"count": "42"')
        yield case("takes an empty message", ask(address, "test.v1.Echo/Say"), '"count": "1"')
        streamed = ask("-d", '{"count": 500}', address, "test.v1.Echo/Count")
        yield case("streams", streamed, '"count": "499"')
        refused = ask("-d", '{"count": -1}', address, "test.v1.Echo/Say")
        yield case("tells a failure", refused, "InvalidArgument", "count is below zero")
        yield case("checks health", ask(address, "grpc.health.v1.Health/Check"), "SERVING")
        unknown = ask("-d", '{"service": "x"}', address, "grpc.health.v1.Health/Check")
        yield case("knows no other service's health", unknown, "NotFound")
        late = ask("-max-time", "0.5", address, "grpc.health.v1.Health/Watch")
        yield case("ends a watch at its deadline", late, "SERVING", "DeadlineExceeded")


prove.main(proof)
