"""Clocks that jump and a supervisor that did not run for a while."""

import datetime
import json
import os
import pathlib
import signal
import time

from children import PYTHON, ordered, shell
from harness import Events, Stack, eventually, expect, free_port, main

FAKETIME = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def lines_of(stack, *flags):
    return stack.run("logs", "talker", "--no-time", *flags, check=0).out.splitlines()


def set_clock(stack, hours):
    path = stack.dir / "clock"
    beside = stack.dir / "clock.new"
    beside.write_text(f"{hours:+d}h\n")
    beside.rename(path)
    return path


def away_hours(node):
    """How far the supervisor's clock is from ours, by its last probe."""
    text = node["probe"]["at"]
    return (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - now()).total_seconds() / 3600


def a_wall_clock_that_jumps_changes_nothing():
    if not FAKETIME:
        return "no libfaketime on this machine"
    if os.environ.get("TEST_SANITIZE", "none") != "none":
        return "a sanitizer's library wants to be the first that is loaded"
    web = ordered("web", free_port())
    web["health"].update(interval="50ms", failures=2)
    script = "n=0; while :; do n=$((n+1)); echo line $n; sleep 0.02; done"
    with Stack({"web": web, "talker": shell(script, needs=["web"])}) as stack:
        stack.more_env = {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(set_clock(stack, 0)),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        stack.run("up", "-d", "--wait", check=0)
        stack.more_env = {}  # the commands that ask see the true time
        before = stack.ps()
        for hours in (10, -10, 0):
            set_clock(stack, hours)
            eventually(f"the supervisor's clock is {hours} h away",
                       lambda: abs(away_hours(stack.ps()["web"]) - hours) < 0.5)
            last = lines_of(stack, "-n", "1")
            eventually("the log goes on", lambda: lines_of(stack, "-n", "1") != last)
            node = stack.ps()["web"]
            expect(node["state"] == "ready" and node["pid"] == before["web"]["pid"], f"{node}")
        told = [int(line.split()[-1]) for line in lines_of(stack, "-n", "1000000") if " line " in line]
        expect(told == list(range(1, len(told) + 1)), f"not in the order in which they came: {told}")
        merged = stack.run("logs", "--no-time", check=0).out.splitlines()
        expect(sum(" line " in line for line in merged) >= len(told), "the merged log lacks lines")
        os.kill(before["web"]["pid"], signal.SIGKILL)
        set_clock(stack, -1000)
        eventually("it comes again", lambda: stack.ps()["web"]["pid"] not in (0, before["web"]["pid"]))
        stack.until("web", "ready")
        expect(stack.run("why", check=0).returncode == 0, "why")
        stack.run("down", check=0)
        json.loads((stack.dir / ".slipway/state.json").read_text())
    return None


def the_three(supervisor):
    """Supervisor, warden, guardian."""
    pids = [supervisor]
    for _ in range(2):
        stat = pathlib.Path(f"/proc/{pids[-1]}/stat").read_text()
        pids.append(int(stat.rpartition(")")[2].split()[1]))
    return pids


def the_time_that_the_supervisor_did_not_run_is_not_counted():
    """A machine that sleeps stops the monotonic clock; a stopped supervisor sees it go on."""
    services = {
        "late": shell(
            "exec sleep 1000",
            health={"command": ["test", "-e", "ready"], "start_period": "1s"},
        ),
        "steady": shell("exec sleep 1000"),
    }
    with Stack(services) as stack:
        waiting = stack.start("up", "-d", "--wait")
        stack.until("late", "running")
        before = stack.ps()
        events = Events(stack)
        pids = the_three(stack.supervisor())
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        end = time.monotonic() + 2
        eventually("the start period is over", lambda: time.monotonic() > end)
        (stack.dir / "ready").touch()
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        out, _ = waiting.communicate(timeout=60)
        expect(waiting.returncode == 0, f"exit code {waiting.returncode}: {out}")
        eventually("that it is ready is told", lambda: "ready" in events.states("late"))
        expect("unhealthy" not in events.states("late"), f"late was {events.states('late')}")
        after = stack.ps()
        for name in services:
            expect(after[name]["pid"] == before[name]["pid"], f"{name} was restarted")


def a_machine_that_sleeps_wakes_to_the_same_stack():
    """Everything stands still for longer than a probe may take, then goes on, slipway first."""
    port = free_port()
    web = {
        "command": [PYTHON, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        "ports": {"http": port},
        "health": {"ready": "/", "interval": "500ms", "timeout": "2s", "failures": 3},
    }
    services = {"web": web, "front": shell("exec sleep 1000", needs=["web"])}
    with Stack(services) as stack:
        stack.run("up", "-d", "--wait", check=0)
        before = stack.ps()
        events = Events(stack)
        asleep = the_three(stack.supervisor()) + stack.processes()
        for pid in asleep:
            os.kill(pid, signal.SIGSTOP)
        end = time.monotonic() + 4
        eventually("the night is over", lambda: time.monotonic() > end)
        for pid in asleep:
            os.kill(pid, signal.SIGCONT)
        stack.run("wait", "--timeout", "60s", check=0)
        probed = stack.ps()["web"]["probe"]["at"]
        eventually("it is probed on", lambda: stack.ps()["web"]["probe"]["at"] > probed)
        for name, node in stack.ps().items():
            expect((node["state"], node["pid"]) == ("ready", before[name]["pid"]), f"{node}")
        expect("unhealthy" not in events.states("web"), f"web was {events.states('web')}")


def what_ended_meanwhile_is_seen_afterwards():
    with Stack({"app": shell("echo up; exec sleep 1000")}) as stack:
        stack.run("up", "-d", "--wait", check=0)
        first = stack.ps()["app"]["pid"]
        supervisor = stack.supervisor()
        os.kill(supervisor, signal.SIGSTOP)
        os.kill(first, signal.SIGKILL)
        os.kill(supervisor, signal.SIGCONT)
        eventually("it comes again", lambda: stack.ps()["app"]["pid"] not in (0, first))
        expect(stack.ps()["app"]["exit_signal"] == 9, "its end was not seen")


main([
    a_wall_clock_that_jumps_changes_nothing,
    the_time_that_the_supervisor_did_not_run_is_not_counted,
    a_machine_that_sleeps_wakes_to_the_same_stack,
    what_ended_meanwhile_is_seen_afterwards,
])
