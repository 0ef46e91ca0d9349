"""The control API on its socket, as the dashboard and other programs use it."""

import json
import os
import signal
import socket

from children import ordered, shell
from harness import Connection, Events, Stack, eventually, expect, free_port, main


def ask(stack, method, path, body=None):
    connection = Connection(stack.dir / ".slipway/control.sock")
    connection.request(method, path, body=json.dumps(body) if body is not None else None)
    reply = connection.getresponse()
    data = reply.read()
    connection.close()
    return reply.status, json.loads(data) if data else None


def two():
    return {"back": ordered("back", free_port()), "front": ordered("front", free_port(), ["back"])}


def the_view_is_what_ps_shows():
    with Stack(two()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        status, view = ask(stack, "GET", "/v1/stack")
        expect(status == 200 and view["phase"] == "running", f"{status} {view}")
        shown = stack.ps()
        for node in view["nodes"]:
            for key in ("state", "pid", "started_at", "restarts", "ports"):
                expect(node[key] == shown[node["name"]][key], f"{node['name']}.{key}")


def acts_are_carried_out_and_mistakes_are_told():
    with Stack(two()) as stack:
        stack.run("up", "-d", "--wait", "back", check=0)
        expect(ask(stack, "POST", "/v1/up", {"services": ["front"]})[0] == 202, "up")
        stack.until("front", "ready")
        expect(ask(stack, "POST", "/v1/services/front/stop")[0] == 202, "stop")
        stack.until("front", "exited")
        expect(ask(stack, "POST", "/v1/services/front/start")[0] == 202, "start")
        stack.until("front", "ready")
        status, answer = ask(stack, "POST", "/v1/up", {"services": ["frnt"]})
        expect(status == 404 and "front" in answer["error"]["message"], f"{status} {answer}")
        for method, path, expected in (
            ("GET", "/v1/nothing", 404),
            ("POST", "/v1/services/front/explode", 404),
            ("DELETE", "/v1/stack", 405),
        ):
            status, answer = ask(stack, method, path)
            expect(status == expected and answer["error"]["message"], f"{method} {path}: {status}")
        connection = Connection(stack.dir / ".slipway/control.sock")
        connection.request("POST", "/v1/up", body="{ not json")
        expect(connection.getresponse().status == 400, "a broken body")


def a_taken_port_refuses_the_start_of_one_service():
    services = two()
    with Stack(services) as stack, socket.socket() as taker:
        stack.run("up", "-d", "--wait", "back", check=0)
        taker.bind(("127.0.0.1", services["front"]["ports"]["http"]))
        taker.listen()
        status, answer = ask(stack, "POST", "/v1/services/front/start")
        expect(status == 409 and f"pid {os.getpid()}" in answer["error"]["message"], f"{status} {answer}")
        expect("front" not in stack.ps(), "it is selected all the same")


def events_tell_each_change_and_the_end():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        events = Events(stack)
        os.kill(stack.ps()["app"]["pid"], signal.SIGKILL)
        eventually("backoff and ready are told", lambda: {"backoff", "ready"} <= set(events.states("app")))
        stack.run("down", check=0)
        events.join()
        expect(events.seen[-1] == {"phase": "down"}, f"the end isn't told: {events.seen[-1]}")


def a_follower_that_does_not_read_holds_nothing_up():
    with Stack({"app": shell("exec sleep 1000")}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        idle = socket.socket(socket.AF_UNIX)
        idle.connect(str(stack.dir / ".slipway/control.sock"))
        idle.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
        silent = socket.socket(socket.AF_UNIX)
        silent.connect(str(stack.dir / ".slipway/control.sock"))
        for _ in range(3):
            first = stack.ps()["app"]["pid"]
            stack.run("restart", "app", check=0)
            eventually("it is another process", lambda: stack.ps()["app"]["pid"] not in (0, first))
        stack.run("down", check=0)
        stack.gone()
        idle.close()
        silent.close()


main([
    the_view_is_what_ps_shows,
    acts_are_carried_out_and_mistakes_are_told,
    a_taken_port_refuses_the_start_of_one_service,
    events_tell_each_change_and_the_end,
    a_follower_that_does_not_read_holds_nothing_up,
])
