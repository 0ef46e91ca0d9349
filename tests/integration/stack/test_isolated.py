"""Two checkouts of one platform beside each other, with `--isolated`."""

import json
import os
import shutil
import socket

from children import ordered, shell
from harness import Stack, eventually, expect, free_port, main, redis

HAS_REDIS = bool(shutil.which("redis-server"))


def services(port):
    """The port comes from slipway, in the command and in the environment."""
    front = ordered("front", port)
    front["command"][-1] = "{ports.http}"
    return {
        "front": front,
        "peer": shell('echo "peer of $FRONT"; exec sleep 1000', needs=["front"], env={"FRONT": "{service.front.url}"}),
    }


def checkout(port, redis_port=None):
    resources = ""
    if redis_port:
        resources = f"resources:\n  redis: {{ kind: redis, ports: {{ redis: {redis_port} }}, append_only: true }}"
    return Stack(services(port), resources)


def copy_of(first):
    """Another directory with the very same catalog."""
    second = Stack({})
    (second.dir / "slipway.yaml").write_text((first.dir / "slipway.yaml").read_text())
    return second


def ports_of(stack):
    return {f"{name}.{port['name']}": port["port"] for name, node in stack.ps().items() for port in node["ports"]}


def note(stack):
    return stack.dir / ".slipway/isolated.json"


def two_checkouts_run_side_by_side():
    redis_port = free_port() if HAS_REDIS else None
    with checkout(free_port(), redis_port) as first, copy_of(first) as second:
        try:
            first.run("up", "-d", "--wait", check=0)
            refused = second.run("up", "-d", "--wait", check=3)
            expect("slipway up --isolated" in refused.err, f"the way out is not named: {refused.err}")
            done = second.run("up", "--isolated", "-d", "--wait", check=0)
            expect(second.state("front") == "ready", done.err)
            ours, theirs = ports_of(first), ports_of(second)
            expect(ours.keys() == theirs.keys(), f"{ours} {theirs}")
            expect(not set(ours.values()) & set(theirs.values()), f"one port twice: {ours} {theirs}")
            url = f"http://127.0.0.1:{theirs['front.http']}"
            eventually("the peer has its address", lambda: f"peer of {url}" in second.run("logs", "peer").out)
            if HAS_REDIS:
                redis(ours["redis.redis"], "SET", "whose", "first")
                redis(theirs["redis.redis"], "SET", "whose", "second")
                expect("first" in redis(ours["redis.redis"], "GET", "whose"), "they share a Redis")
            second.run("down", check=0)
            expect(first.state("front") == "ready", "the end of one touched the other")
            second.run("up", "-d", "--wait", check=0)  # without the flag
            expect(ports_of(second) == theirs, "it forgot that it is isolated")
            if HAS_REDIS:
                expect("second" in redis(theirs["redis.redis"], "GET", "whose"), "its data are gone")
            second.run("down", "--volumes", "-y", check=0)
            expect(not note(second).exists(), "it is still isolated without its data")
            if HAS_REDIS:
                expect("first" in redis(ours["redis.redis"], "GET", "whose"), "the other's data are gone")
        finally:
            second.run("down", "--volumes", "-y")
            first.run("down", "--volumes", "-y")


def many_may_start_at_once():
    port = free_port()
    with checkout(port) as first, copy_of(first) as second, copy_of(first) as third:
        stacks = [first, second, third]
        for up in [stack.start("up", "--isolated", "-d", "--wait") for stack in stacks]:
            out, _ = up.communicate(timeout=60)
            expect(up.returncode == 0, f"exit code {up.returncode}: {out}")
        given = [ports_of(stack)["front.http"] for stack in stacks]
        expect(len({port, *given}) == 4, f"one port twice: {given}")


def a_noted_port_that_another_took_is_given_anew():
    with checkout(free_port()) as stack, socket.socket() as taker:
        stack.run("up", "--isolated", "-d", "--wait", check=0)
        before = ports_of(stack)["front.http"]
        stack.run("down", check=0)
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind(("127.0.0.1", before))
        taker.listen()
        stack.run("up", "-d", "--wait", check=0)
        expect(ports_of(stack)["front.http"] != before, "a taken port")


def a_dry_run_shows_the_ports_and_notes_nothing():
    port = free_port()
    with checkout(port) as stack:
        shown = stack.run("up", "--isolated", "--dry-run", check=0).out
        expect(str(port) not in shown and " 2" in shown, shown)
        expect(not note(stack).exists(), "noted")


def a_running_stack_is_not_moved():
    with checkout(free_port()) as stack:
        stack.run("up", "-d", "--wait", check=0)
        refused = stack.run("up", "--isolated", "-d", check=3)
        expect("slipway down" in refused.err and not note(stack).exists(), refused.err)


def a_broken_note_is_named():
    for text in ("{", "[]", json.dumps({"ports": [{"catalog": 1, "port": 70000}]})):
        with checkout(free_port()) as stack:
            (stack.dir / ".slipway").mkdir(mode=0o700)
            note(stack).write_text(text)
            refused = stack.run("up", "-d", check=3)
            expect(str(note(stack)) in refused.err, refused.err)


def shared_data_have_one_user_at_a_time():
    if os.geteuid() != 0:
        return "needs root: else every checkout has data of its own"
    with checkout(free_port()) as first, copy_of(first) as second:
        try:
            first.run("up", "-d", "--wait", check=0)
            catalog = second.dir / "slipway.yaml"
            catalog.write_text(catalog.read_text().replace(str(first.ps()["front"]["ports"][0]["port"]), str(free_port())))
            refused = second.run("up", "-d", check=3)
            expect(str(first.dir) in refused.err and "--isolated" in refused.err, refused.err)
            kept = second.run("down", "--volumes", "-y", check=3)
            expect(str(first.dir) in kept.err, f"it deletes data that another uses: {kept.err}")
            first.run("down", check=0)
            second.run("up", "-d", "--wait", check=0)
        finally:
            second.run("down", "--volumes", "-y")
    return None


main([
    two_checkouts_run_side_by_side,
    many_may_start_at_once,
    a_noted_port_that_another_took_is_given_anew,
    a_dry_run_shows_the_ports_and_notes_nothing,
    a_running_stack_is_not_moved,
    a_broken_note_is_named,
    shared_data_have_one_user_at_a_time,
])
